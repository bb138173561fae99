"""Texture: which characters of a page are read as sentences, and how odd all of them look."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import tables

from detector.batch import Batch, batch_of
from detector.extract import extract
from detector.model import Evidence
from detector.page import page_from_text
from detector.result import KINDS
from detector.texture import textures

LEAST, OUTSTANDING, QUIET, ODD, BOLD = 40, 40, -8.0, -2, 0
SENTENCE = "今天上午老师带着孩子们去河边写生，大家画了桥、柳树和两只白鹭，中午才回到学校吃饭。"
PIECES = st.lists(st.sampled_from([SENTENCE, SENTENCE[:20], "菜单", "\n", "a"]), max_size=12)


def random_evidence(batch: Batch) -> Evidence:
    """Return evidence of garbled text that is drawn at random."""
    first, final = np.random.default_rng(1).uniform(-12, 8, (2, 2, len(batch.codes)))
    return Evidence(first.astype(np.float32).T, final.astype(np.float32).T)


@pytest.mark.parametrize(
    ("html", "size"),
    [
        (f"<p>{SENTENCE}</p>", len(SENTENCE)),
        (f"<p>{SENTENCE[:30]}</p><p>{SENTENCE[:30]}</p>", 0),
        (f"<h1>{SENTENCE}</h1><ul><li>{SENTENCE[:12]}<li>{SENTENCE[12:24]}</ul>", 0),
        (f"<p>{SENTENCE[:10]}<a href=/x>{SENTENCE[10:20]}</a>{SENTENCE[20:]}</p>", None),
        (f"<title>{SENTENCE}</title><img alt='{SENTENCE}'>", 0),
    ],
)
def test_sentences_of_the_body_are_running_text(html: str, size: int | None) -> None:
    batch = batch_of([extract(html)], tables())
    found = textures(batch, random_evidence(batch))
    assert found.running_size.tolist() == [len(SENTENCE) - 10 if size is None else size]


def quarters(evidence: np.ndarray) -> np.ndarray:
    """Return log-odds as they are counted: within bounds, rounded down to quarters."""
    return np.asarray(np.clip(np.floor((evidence + 10) * 4), 0, 63) / 4 - 10)


def top(evidence: np.ndarray, most: int = OUTSTANDING) -> float:
    """Return the average of the highest, each rounded down to quarters."""
    highest = quarters(np.sort(evidence)[::-1][:most])
    return float(highest.mean()) if len(highest) else QUIET


@given(st.lists(PIECES, min_size=1, max_size=4))
def test_textures_are_those_of_the_characters(texts: list[list[str]]) -> None:
    batch = batch_of([page_from_text("".join(pieces)) for pieces in texts], tables())
    drawn = random_evidence(batch)
    found, evidence = textures(batch, drawn), drawn.final[:, KINDS.index("garbled")]
    for number, text in enumerate(found.by_page()):
        start, end = batch.starts[number], batch.ends[number]
        breaks = [start - 1, *(start + np.flatnonzero(batch.classes[start:end] == 0)), end]
        places = [slice(a + 1, b) for a, b in pairwise(breaks)]
        blocks = [evidence[place] for place in places]
        oddest: dict[int, float] = {}
        size = 0
        for place in places:
            if place.stop - place.start < LEAST:
                continue
            size += place.stop - place.start
            for code, value in zip(batch.codes[place], evidence[place], strict=True):
                oddest[int(code)] = max(value, oddest.get(int(code), -np.inf))
        own = np.array(list(oddest.values()))
        assert text.running_size == size
        assert text.running_top == pytest.approx(top(own, 20), abs=1e-3)
        every = np.concatenate([[], *blocks])
        assert text.odd == (every > ODD).sum()
        assert text.bold == (every > BOLD).sum()
        assert text.top == pytest.approx(top(every), abs=1e-3)


@given(st.lists(PIECES, min_size=1, max_size=4))
def test_the_first_pass_is_told_of_han_characters(texts: list[list[str]]) -> None:
    batch = batch_of([page_from_text("".join(pieces)) for pieces in texts], tables())
    drawn = random_evidence(batch)
    first = drawn.first[:, KINDS.index("garbled")]
    for number, text in enumerate(textures(batch, drawn).by_page()):
        own = slice(batch.starts[number], batch.ends[number])
        han = np.sort(quarters(first[own][batch.codes[own] > 0x4E00]))[::-1]
        assert text.usual == pytest.approx(han.mean() if len(han) else QUIET, abs=1e-3)
        assert text.tenth == (han[(len(han) + 9) // 10 - 1] if len(han) else QUIET)


def test_particles_are_counted_among_han() -> None:
    batch = batch_of(
        [page_from_text(text) for text in ("他说的是这个。abc", "子曰學而時習之", "")], tables()
    )
    found = textures(batch, random_evidence(batch)).by_page()
    assert [(each.han, each.particles) for each in found] == [(6, 6), (7, 0), (0, 0)]

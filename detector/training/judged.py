"""Candidate findings of labelled pages with their truth: what calibrations are fitted on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.candidates import Candidates, Signs, candidates, signs_of, without_parting
from detector.model import Model
from detector.page import WHERES
from detector.page_score import is_chinese
from detector.result import KINDS, Kind, Texture
from detector.spans import positions
from detector.training.fit import character_labels
from detector.training.labeled import LabeledPage
from detector.training.synthesis import is_hard

__all__ = ["Judged", "gold_ranges", "judge", "rightness"]


def gold_ranges(page: LabeledPage, kind: Kind, gap: int = 40) -> list[tuple[int, int]]:
    """Return what an ideal finding covers: injections as they are, garbled words as passages.

    Garbled words of one block that are at most ``gap`` code points apart form one passage.
    """
    found = [(s.start, s.end) for s in page.spans if s.kind == kind]
    if kind == "injection":
        return found
    text = page.page.text
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start - merged[-1][1] <= gap and "\n" not in text[merged[-1][1] : start]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _covered(ranges: Iterable[tuple[int, int]], length: int) -> NDArray[np.int32]:
    """Return the running number of covered code points (length + 1 entries)."""
    steps = np.zeros(length + 2, dtype=np.int32)
    for start, end in ranges:
        steps[start] += 1
        steps[end] -= 1
    total = np.zeros(length + 1, dtype=np.int32)
    np.cumsum(np.cumsum(steps)[:length] > 0, out=total[1:])
    return total


class Judged(NamedTuple):
    """Candidates of one page and ``kind``: features, whether right, what they say, whether Chinese.

    ``whole`` is that of the candidates, ``lang`` that of the page; ``hard`` says that it is an
    honest one made to look like spam (see synthesis).
    ``inside`` has the log-odds of each character in each candidate, one candidate after the other,
    ``of`` the candidate's index, ``offends`` whether the character is labelled.
    """

    kind: Kind
    values: NDArray[np.float64]
    right: NDArray[np.bool_]
    whole: NDArray[np.intp]
    said: Sequence[str]
    chinese: NDArray[np.bool_]
    where: NDArray[np.str_]
    length: int
    texture: Texture
    html: bool
    truth: bool
    spam: bool
    lang: str
    hard: bool
    inside: NDArray[np.float32]
    of: NDArray[np.intp]
    offends: NDArray[np.bool_]


def judge(page: LabeledPage, model: Model) -> tuple[Judged, ...]:
    """Return the candidates of a page with their truth, by kind in the order of ``KINDS``."""
    signs = signs_of([page.page], model)
    return tuple(_judged(page, signs, candidates(signs, model, kind)) for kind in KINDS)


def _trimmed(page: LabeledPage, found: Candidates) -> list[tuple[int, int]]:
    """Return what of each candidate would be reported, in code points of the page's text."""
    ranges = zip(found.text_start.tolist(), found.text_end.tolist(), strict=True)
    return [without_parting(found.kind, page.page.text, *ends) for ends in ranges]


def rightness(page: LabeledPage, found: Candidates) -> NDArray[np.bool_]:
    """Return which candidates would be right to report: at least half of them is labelled."""
    starts, ends = np.array(_trimmed(page, found), dtype=np.intp).reshape(-1, 2).T
    covered = _covered(gold_ranges(page, found.kind), len(page.page.text))
    right: NDArray[np.bool_] = 2 * (covered[ends] - covered[starts]) >= ends - starts
    return right


def _judged(page: LabeledPage, signs: Signs, found: Candidates) -> Judged:
    text, kind, batch = page.page.text, found.kind, signs.batch
    (texture,) = signs.textures.by_page()
    trimmed = _trimmed(page, found)
    said = [text[start:end] for start, end in trimmed]
    right = rightness(page, found)
    # Every character of every candidate, one candidate after the other.
    extents = found.end - found.start
    of = np.repeat(np.arange(len(extents)), extents)
    at = positions(found.start, extents)
    index = KINDS.index(kind)
    offends = character_labels(page, batch.offsets[at])[index]
    truth = any(s.kind == kind for s in page.spans)
    chinese = np.array([is_chinese(words) for words in said], dtype=bool)
    where = np.array(WHERES)[batch.places[found.start] >> 1]
    return Judged(
        kind, found.features, right, found.whole, said, chinese, where, len(text), texture,
        page.page.html, truth, page.spam, page.lang, is_hard(page),
        signs.evidence.final[at, index], of, offends,
    )  # fmt: skip

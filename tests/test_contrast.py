"""Contrast: what would fit better is said, and only where something can be compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import small_lexicons, tables

from detector.batch import batch_of
from detector.contrast import Alternatives, Comparison
from detector.counts import CountTables
from detector.fold import fold
from detector.ngrams import features
from detector.page import page_from_text
from detector.training.alternatives import known_alternatives, no_alternatives
from detector.training.natural import count_ngrams
from detector.training.topic_vectors import no_topics

NATURAL = ["我们可以解决这个问题，大家认为时间和成本都可以提高。"] * 300 + ["题目不错。"] * 30


@pytest.fixture(scope="module")
def counts() -> CountTables:
    return count_ngrams(NATURAL, tables())


@pytest.fixture(scope="module")
def known() -> Alternatives:
    return known_alternatives(small_lexicons(), "all")


def compared(text: str, counts: CountTables, known: Alternatives) -> Comparison:
    """Return the words of ``text`` compared, their places counted from its start."""
    batch = batch_of([page_from_text(text)], tables())
    found = features(batch, counts, known, no_topics()).comparison
    return found._replace(at=found.at - batch.starts[0])


def gains(text: str, counts: CountTables, known: Alternatives) -> dict[int, int]:
    """Return what the words of ``text`` gain by their best alternative, by place."""
    found = compared(text, counts, known)
    return dict(zip(found.at.tolist(), found.gains.tolist(), strict=True))


def test_a_word_put_for_another_is_told(counts: CountTables, known: Alternatives) -> None:
    # 可以 stands before 解决 in natural text; 不错 is what a machine puts for it.
    honest = gains("我们可以解决这个", counts, known)
    damaged = gains("我们不错解决这个", counts, known)
    assert damaged[2] > 16 > honest.get(2, -120)


def test_nothing_to_compare_with_is_no_gain(counts: CountTables, known: Alternatives) -> None:
    assert gains("我们不错解决这个", counts, no_alternatives()) == {}
    for text in ("", "字", "plain English", "。，"):
        assert gains(text, counts, known) == {}


def test_a_word_at_either_end_is_compared_with_one_neighbour(
    counts: CountTables, known: Alternatives
) -> None:
    assert 0 in gains("不错解决", counts, known)
    assert 2 in gains("解决不错", counts, known)


@given(text=st.text(alphabet="我们可以不错问题题目解决这个a1。\n", max_size=40))
def test_gains_have_bounds_and_places(text: str) -> None:
    counts, known = (
        count_ngrams(NATURAL[:20], tables()),
        known_alternatives(small_lexicons(), "all"),
    )
    n = len(fold(text, tables()).codes)
    for at, gain in gains(text, counts, known).items():
        assert 0 <= at < n - 1
        assert -120 <= gain <= 120


def test_splits_share_no_original(known: Alternatives) -> None:
    def originals(split: str) -> set[tuple[int, ...]]:
        words = known_alternatives(small_lexicons(), split).words[:, 1:]
        return {tuple(w) for w in words.reshape(-1, 2).tolist() if w[0]}

    assert not originals("train") & originals("test")
    assert originals("train") | originals("test") == originals("all")

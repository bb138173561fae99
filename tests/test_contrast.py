"""Contrast: what would fit better is said, and only where something can be compared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import small_lexicons, tables

from detector import words
from detector.contrast import NO_GAIN, Alternatives, Comparison, compare
from detector.counts import CountTables, association, ngram_keys
from detector.fold import HAN_LAST, fold
from detector.training.alternatives import known_alternatives, no_alternatives
from detector.training.natural import count_ngrams

NATURAL = ["我们可以解决这个问题，大家认为时间和成本都可以提高。"] * 300 + ["题目不错。"] * 30


@pytest.fixture(scope="module")
def counts() -> CountTables:
    return count_ngrams(NATURAL, tables())


@pytest.fixture(scope="module")
def known() -> Alternatives:
    return known_alternatives(small_lexicons(), "all")


def compared(text: str, counts: CountTables, known: Alternatives) -> Comparison:
    codes, classes, _ = fold(text, tables())
    han = (classes >= 1) & (classes <= HAN_LAST)
    ties = association(codes[:-1], codes[1:], counts)
    return compare(codes, ngram_keys(codes, 2), han, ties, counts, known)


def gains(text: str, counts: CountTables, known: Alternatives) -> list[int]:
    n = len(fold(text, tables()).codes)
    found: list[int] = compared(text, counts, known).by_character(n).tolist()
    return found


def test_a_word_put_for_another_is_told(counts: CountTables, known: Alternatives) -> None:
    # 可以 stands before 解决 in natural text; 不错 is what a machine puts for it.
    honest = gains("我们可以解决这个", counts, known)
    damaged = gains("我们不错解决这个", counts, known)
    assert max(damaged[2:4]) > 16 > max(honest[2:4])


def test_the_best_alternative_is_the_original(counts: CountTables, known: Alternatives) -> None:
    found = compared("我们不错解决这个", counts, known)
    best = {int(at): "".join(map(chr, word)) for at, word in zip(found.at, found.best, strict=True)}
    assert best[2] == "可以"


def test_nothing_to_compare_with_is_no_gain(counts: CountTables) -> None:
    assert set(gains("我们不错解决这个", counts, no_alternatives())) == {NO_GAIN}
    for text in ("", "字", "plain English", "。，"):
        assert set(gains(text, counts, known_alternatives(small_lexicons(), "all"))) <= {NO_GAIN}


@given(text=st.text(alphabet="我们可以不错问题题目解决这个a1。\n", max_size=40))
def test_every_character_has_a_gain(text: str) -> None:
    counts, known = (
        count_ngrams(NATURAL[:20], tables()),
        known_alternatives(small_lexicons(), "all"),
    )
    found = gains(text, counts, known)
    assert len(found) == len(fold(text, tables()).codes)
    assert all(NO_GAIN <= gain <= 120 for gain in found)


def test_splits_share_no_original(known: Alternatives) -> None:
    def originals(split: str) -> set[tuple[int, ...]]:
        words = known_alternatives(small_lexicons(), split).words[:, 1:]
        return {tuple(w) for w in words.reshape(-1, 2).tolist() if w[0]}

    assert not originals("train") & originals("test")
    assert originals("train") | originals("test") == originals("all")


def test_what_was_seen_together_is_associated(counts: CountTables) -> None:
    codes = fold("可以成本", tables()).codes
    ties = association(codes[:-1], codes[1:], counts)
    assert ties[0] > 8  # 可以
    assert ties[1] <= -8  # 以成 never
    assert ties.dtype == np.int16


def test_the_word_that_likely_stood_there_is_named(
    counts: CountTables, known: Alternatives, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "RESTORING_GAIN", 16)
    assert words.fitting_words(compared("我们不错解决这个", counts, known)) == {2: "可以"}
    assert words.fitting_words(compared("我们可以解决这个", counts, known)) == {}

"""Maximal scoring segments, against a slow reference written from the definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import cases

from detector.spans import maximal_segments, segments_of_evidence

INTEGERS = st.lists(st.integers(-6, 6), max_size=24)


def reference(scores: list[int], low: int = 0, high: int | None = None) -> list[tuple[int, ...]]:
    """Return the maximal segments by the recursive definition of Ruzzo and Tompa.

    The best range (the shortest, then the first, of equals), then what lies left and right of it.
    """
    high = len(scores) if high is None else high
    ranges = [
        (-sum(scores[start:end]), end - start, start, end)
        for start in range(low, high)
        for end in range(start + 1, high + 1)
    ]
    if not ranges or min(ranges)[0] >= 0:
        return []
    gain, _, start, end = min(ranges)
    before, after = reference(scores, low, start), reference(scores, end, high)
    return [*before, (start, end, -gain), *after]


@pytest.mark.parametrize("case", cases("spans"))
def test_segments(case: dict[str, Any]) -> None:
    assert maximal_segments(case["scores"]) == [tuple(row) for row in case["segments"]]


@given(st.lists(st.integers(-50, 50).filter(bool), max_size=24))
def test_best_range_is_among_them(scores: list[int]) -> None:
    found = maximal_segments(scores)
    sums = [sum(scores[a:b]) for a in range(len(scores)) for b in range(a + 1, len(scores) + 1)]
    assert max((score for _, _, score in found), default=0) == max([0, *sums])


@given(INTEGERS)
def test_segments_agree_with_the_definition(scores: list[int]) -> None:
    # With powers added, no two different ranges have equal sums, so that the answer is one.
    distinct = [score * (1 << 30) + (1 << at) for at, score in enumerate(scores)]
    found = [(start, end, score) for start, end, score in maximal_segments(distinct)]
    assert found == reference(distinct)


@given(INTEGERS)
def test_segments_are_ordered_disjoint_and_cannot_be_shrunk(scores: list[int]) -> None:
    end = 0
    for start, stop, score in maximal_segments(scores):
        assert end <= start < stop <= len(scores)
        assert score == sum(scores[start:stop]) > 0
        assert all(sum(scores[start:at]) > 0 for at in range(start + 1, stop))
        assert all(sum(scores[at:stop]) > 0 for at in range(start + 1, stop))
        end = stop


@given(INTEGERS)
def test_every_positive_score_is_in_one(scores: list[int]) -> None:
    covered = {at for start, end, _ in maximal_segments(scores) for at in range(start, end)}
    assert {at for at, score in enumerate(scores) if score > 0} <= covered


@given(
    st.lists(st.tuples(st.integers(-6, 6), st.booleans()), max_size=40),
    st.integers(1, 9),
)
def test_evidence_is_cut_at_breaks(rows: list[tuple[int, bool]], least: int) -> None:
    scores = [score for score, _ in rows]
    breaks = [at for at, (_, is_break) in enumerate(rows) if is_break]
    expected = []
    start = 0
    for end in [*breaks, len(scores)]:
        expected += [
            (start + first, start + last, float(score))
            for first, last, score in maximal_segments(scores[start:end])
            if score >= least
        ]
        start = end + 1
    evidence = np.array(scores, dtype=np.float32)
    found = segments_of_evidence(evidence, np.array(breaks, dtype=np.intp), least)
    assert found == expected
    # No finding starts or ends at a character that adds nothing.
    assert all(scores[start] > 0 and scores[end - 1] > 0 for start, end, _ in found)


@pytest.mark.parametrize("size", [0, 1, 50])
def test_nothing_positive_gives_nothing(size: int) -> None:
    evidence = np.full(size, -1, dtype=np.float32)
    assert segments_of_evidence(evidence, np.array([], dtype=np.intp), 1.0) == []


def test_a_break_at_each_end_and_twice_in_a_row() -> None:
    evidence = np.array([0, 5, 0, 0, 5, 0], dtype=np.float32)
    breaks = np.array([0, 2, 3, 5], dtype=np.intp)
    assert segments_of_evidence(evidence, breaks, 5.0) == [(1, 2, 5.0), (4, 5, 5.0)]


def test_the_score_of_a_break_counts_for_nothing() -> None:
    evidence = np.array([3, 100, 3], dtype=np.float32)
    assert segments_of_evidence(evidence, np.array([1], dtype=np.intp), 4.0) == []


@given(INTEGERS, st.integers(1, 8))
def test_a_dear_stretch_parts_findings_as_a_break_does(scores: list[int], drop: int) -> None:
    evidence = np.array(scores, dtype=np.float32)
    breaks: list[int] = []
    stretch: list[int] = []
    for position, score in enumerate([*scores, 1]):
        if score <= 0:
            stretch.append(position)
            continue
        if -sum(scores[at] for at in stretch) >= drop:
            breaks += stretch
        stretch = []
    none = np.array([], dtype=np.intp)
    expected = segments_of_evidence(evidence, np.array(breaks, dtype=np.intp), 1.0)
    assert segments_of_evidence(evidence, none, 1.0, drop) == expected


def test_long_input_takes_linear_time() -> None:
    scores = [1.0, -2.0] * 100_000
    assert len(maximal_segments(scores)) == 100_000
    assert len(maximal_segments([2.0, -1.0] * 100_000)) == 1

"""Maximal scoring segments, against a slow reference written from the definition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import cases

from detector.spans import maximal_segments

INTEGERS = st.lists(st.integers(-6, 6), max_size=16)


def segments(
    scores: Sequence[float],
    breaks: Sequence[int] = (),
    least: float = 0.0,
    drop: float = np.inf,
) -> list[tuple[int, int, float]]:
    """Return the maximal segments of ``scores`` as (start, end, sum)."""
    classes = np.ones(len(scores), dtype=np.uint8)
    classes[list(breaks)] = 0
    found = maximal_segments(np.array(scores, np.float32), classes, least=least, drop=drop)
    return list(zip(*(column.tolist() for column in found), strict=True))


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
    assert segments(case["scores"]) == [tuple(row) for row in case["segments"]]


@given(st.lists(st.integers(-50, 50).filter(bool), max_size=24))
def test_best_range_is_among_them(scores: list[int]) -> None:
    found = segments(scores)
    sums = [sum(scores[a:b]) for a in range(len(scores)) for b in range(a + 1, len(scores) + 1)]
    assert max((score for _, _, score in found), default=0) == max([0, *sums])


@given(INTEGERS)
def test_segments_agree_with_the_definition(scores: list[int]) -> None:
    # With powers added, no two different ranges have equal sums, so that the answer is one. They
    # are small enough for each number to be a float.
    distinct = [score * (1 << 17) + (1 << at) for at, score in enumerate(scores)]
    assert segments(distinct) == reference(distinct)


@given(INTEGERS)
def test_segments_are_ordered_disjoint_and_cannot_be_shrunk(scores: list[int]) -> None:
    end = 0
    for start, stop, score in segments(scores):
        assert end <= start < stop <= len(scores)
        assert score == sum(scores[start:stop]) > 0
        assert all(sum(scores[start:at]) > 0 for at in range(start + 1, stop))
        assert all(sum(scores[at:stop]) > 0 for at in range(start + 1, stop))
        end = stop


@given(INTEGERS)
def test_every_positive_score_is_in_one(scores: list[int]) -> None:
    covered = {at for start, end, _ in segments(scores) for at in range(start, end)}
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
            for first, last, score in segments(scores[start:end])
            if score >= least
        ]
        start = end + 1
    found = segments(scores, breaks, least)
    assert found == expected
    # No finding starts or ends at a character that adds nothing.
    assert all(scores[start] > 0 and scores[end - 1] > 0 for start, end, _ in found)


@pytest.mark.parametrize("size", [0, 1, 50])
def test_nothing_positive_gives_nothing(size: int) -> None:
    assert segments([-1] * size, least=1.0) == []


def test_a_break_at_each_end_and_twice_in_a_row() -> None:
    assert segments([0, 5, 0, 0, 5, 0], [0, 2, 3, 5], 5.0) == [(1, 2, 5.0), (4, 5, 5.0)]


def test_the_score_of_a_break_counts_for_nothing() -> None:
    assert segments([3, 100, 3], [1], 4.0) == []


@given(INTEGERS, st.integers(1, 8))
def test_a_dear_stretch_parts_findings_as_a_break_does(scores: list[int], drop: int) -> None:
    breaks: list[int] = []
    stretch: list[int] = []
    for position, score in enumerate([*scores, 1]):
        if score <= 0:
            stretch.append(position)
            continue
        if -sum(scores[at] for at in stretch) >= drop:
            breaks += stretch
        stretch = []
    assert segments(scores, drop=drop, least=1.0) == segments(scores, breaks, 1.0)


@given(INTEGERS, st.integers(-2, 3), st.integers(1, 5))
def test_offset_and_floor_change_the_scores(scores: list[int], offset: int, floor: int) -> None:
    changed = [max(score - offset, -floor) for score in scores]
    found = maximal_segments(
        np.array(scores, np.float32), np.ones(len(scores), np.uint8), offset=offset, floor=floor
    )
    assert list(zip(*(column.tolist() for column in found), strict=True)) == segments(changed)


def test_long_input_takes_linear_time() -> None:
    scores = [1.0, -2.0] * 100_000
    assert len(segments(scores)) == 100_000
    assert len(segments([2.0, -1.0] * 100_000)) == 1

"""The compiled part: it agrees with Python about what both know, and is given what it wants."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from support import tables

from detector import batch, context, contrast, kernel, ngrams, topics
from detector.batch import batch_of
from detector.candidates import SPAN_FEATURES
from detector.counts import CountTables, count_slots, ngram_keys, tuple_keys
from detector.errors import DetectorError
from detector.fold import CLASSES, TABLE_SIZE
from detector.markup import TAGS
from detector.page import WHERES, Elements, Page, page_from_text
from detector.paths import element_paths

NATIVE = kernel.LIBRARY.parent


def constants(file: str) -> dict[str, int]:
    """Return the numbers that a C file defines."""
    text = (NATIVE / file).read_text(encoding="utf-8")
    found = re.findall(r"^#define (\w+) \(?(-?\d+)\)?(?:\s|$)", text, re.M)
    return {name: int(value) for name, value in found}


def names(file: str, first: str) -> list[str]:
    """Return the names of the enumeration in a C file that begins with ``first``."""
    text = (NATIVE / file).read_text(encoding="utf-8")
    (body,) = re.findall(rf"enum {{\s*({first},[^}}]*)}}", text)
    return [name.strip().lower() for name in body.split(",")]


def test_both_sides_know_the_same_classes() -> None:
    assert names("kernel.h", "BREAK") == list(CLASSES)


def test_both_sides_know_the_same_groups() -> None:
    *groups, count = names("features.h", "SHAPE_WIDE")
    assert [group.removesuffix("_group") for group in groups] == list(ngrams.GROUPS)
    assert count == "group_count"
    *groups, count = names("evidence.c", "G_NEAR")
    assert [group.removeprefix("g_") for group in groups] == list(context.CONTEXT_GROUPS)
    assert count == "context_groups"


def test_both_sides_know_the_same_features_of_candidates() -> None:
    *columns, where, part, share, _ = names("candidates.c", "SUM")
    assert columns == list(SPAN_FEATURES[: len(columns)])
    assert (where, part) == ("where", "part = where + places")
    assert constants("candidates.c")["PLACES"] == len(WHERES)
    assert SPAN_FEATURES[len(columns) + len(WHERES) :] == ("part", share)


def test_places_are_those_among_siblings_and_the_document_has_none() -> None:
    parents = np.array([-1, 0, 1, 1, 2, 1], dtype=np.int32)
    tags = np.array([-1, 0, 1, len(TAGS), 1, 1], dtype=np.int32)
    page = Page("", [], elements=Elements(parents, tags, ("o:p",)))
    assert TAGS[:2] == ("p", "div")
    assert element_paths(page, [0, 1, 2, 3, 4, 5]) == [
        "",
        "p:nth-of-type(1)",
        "p:nth-of-type(1) > div:nth-of-type(1)",
        "p:nth-of-type(1) > *:nth-child(2)",
        "p:nth-of-type(1) > div:nth-of-type(1) > div:nth-of-type(1)",
        "p:nth-of-type(1) > div:nth-of-type(2)",
    ]


def test_the_second_look_does_not_depend_on_what_memory_held_before() -> None:
    batch = batch_of([page_from_text("今" * 60)], tables())
    evidence = np.full((len(batch.codes), 2), -3, dtype=np.float32)
    told = []
    for fill in (b"\0", b"\x7f"):
        used = [bytearray(fill * size) for size in range(7_000, 9_000, 16)]
        del used
        told.append(context.context_buckets(evidence, batch))
    first, second = told
    assert np.array_equal(first, second)


def test_both_sides_have_the_same_constants() -> None:
    contrasts, evidence = constants("contrast.c"), constants("evidence.c")
    weights = constants("weights.c")
    assert constants("kernel.h")["REACH"] == ngrams.REACH
    assert contrasts["SLOT_BITS"] == contrast.SLOT_BITS
    assert contrasts["MOST_ALTERNATIVES"] == contrast.MOST_ALTERNATIVES
    assert constants("contrast.h")["MUCH_BETTER"] == contrast.MUCH_BETTER
    assert constants("grams.h")["ORDERS"] == len(ngrams.ORDERS)
    assert constants("grams.h")["NGRAM_BITS"] == ngrams.NGRAM_BITS
    assert weights["ROW_WIDTH"] == ngrams.ROW_WIDTH
    assert constants("texture.c")["BODY"] == WHERES.index("body")
    assert weights["MARK_PLACE"] == 2 * (ngrams.ROW_WIDTH - 1)
    assert weights["MARK_BITS"] == ngrams.NGRAM_BITS - ngrams.ROW_BITS
    topic = constants("topics.c")
    assert topic["SIZE"] == topics.TOPIC_SIZE
    assert 1 << topic["SLOT_BITS"] == topics.TOPIC_SLOTS
    assert constants("topics.h")["TOPIC_LEVELS"] == topics.TOPIC_LEVELS
    assert evidence["OWN_STEPS"] == context.OWN_STEPS
    assert evidence["LOW"] == context.LOW


def test_pages_stand_further_apart_than_features_reach() -> None:
    evidence = constants("evidence.c")
    assert max(evidence["WIDE"], evidence["FAR"], constants("natural.h")["BROAD"]) <= batch.GAP
    assert ngrams.REACH <= batch.EDGE


CODES = st.lists(st.integers(0, 0x1FFFF), min_size=1, max_size=30)


@given(CODES, st.integers(1, 4))
def test_an_ngram_has_one_key_however_it_is_asked_for(codes: list[int], order: int) -> None:
    array = np.array(codes, dtype=np.uint32)
    keys = ngram_keys(array, order)
    n = max(0, len(codes) - order + 1)
    assert len(keys) == n
    if n:
        columns = [array[k : k + n] for k in range(order)]
        assert tuple_keys(columns).tolist() == keys.tolist()


@given(CODES)
def test_slots_and_fingerprints_lie_in_their_tables(codes: list[int]) -> None:
    keys = np.array(codes, dtype=np.uint32)
    slots, marks = count_slots(keys, 1 << 10)
    assert slots.max() < 1 << 10
    assert marks.max() < 16


def test_a_table_has_slots() -> None:
    empty = CountTables(np.zeros(TABLE_SIZE, np.uint8), np.zeros(0, np.uint8), 20.0)
    with pytest.raises(ValueError, match="not 1 contiguous"):
        _ = empty.pointers


def test_addresses_stay_where_they_hold() -> None:
    tables = CountTables(np.zeros(TABLE_SIZE, np.uint8), np.zeros(8, np.uint8), 20.0)
    assert tables.pointers is tables.pointers
    copy = pickle.loads(pickle.dumps(tables))
    assert copy.pointers.ngrams == copy.ngrams.ctypes.data != tables.pointers.ngrams


def test_addresses_are_those_of_numpy() -> None:
    array = np.arange(6, dtype=np.uint32)
    for some in (array, array[2:], array[:0], array.reshape(2, 3)):
        assert kernel.address(some, np.uint32, some.size) == some.ctypes.data
    array.flags.writeable = False
    assert kernel.address(array, np.uint32, 6) == array.ctypes.data


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(4, dtype=np.int64),
        np.zeros(3, dtype=np.uint32),
        np.zeros(8, dtype=np.uint32)[::2],
    ],
    ids=["type", "size", "holes"],
)
def test_an_array_that_is_not_what_the_code_takes_it_for_is_refused(array: NDArray[Any]) -> None:
    with pytest.raises(ValueError, match="contiguous uint32"):
        kernel.address(array, np.uint32, 4)


def test_a_missing_library_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "LIBRARY", tmp_path / "kernel.so")
    with pytest.raises(DetectorError, match=r"pip install --editable \."):
        kernel.loaded.__wrapped__()

"""The classifier of a finding's words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support import tables

from detector.batch import batch_of
from detector.page import page_from_text
from detector.wording import WORDING_BITS, Wording, no_wording, wording_buckets

TEXTS = st.text(st.sampled_from("开云体育官网abcX7 ，。(🎰"), min_size=1, max_size=40)


def features_of(text: str, ranges: Sequence[tuple[int, int]]) -> list[set[int]]:
    """Return the buckets of each of ``ranges`` (folded characters of the page)."""
    batch = batch_of([page_from_text(text)], tables())
    shifted = np.array(ranges, dtype=np.intp).reshape(-1, 2) + batch.starts[0]
    counts, buckets = wording_buckets(batch, shifted)
    assert buckets.size == 0 or (buckets.min() >= 0 and buckets.max() < 1 << WORDING_BITS)
    found = [set(part.tolist()) for part in np.split(buckets, np.cumsum(counts))[:-1]]
    assert list(map(len, found)) == counts.tolist(), "a feature counts once"
    return found


@given(TEXTS, st.data())
def test_a_range_has_the_same_features_in_any_company(text: str, data: st.DataObject) -> None:
    size = len(batch_of([page_from_text(text)], tables()).page(0).codes)
    if not size:
        return
    bounds = st.tuples(st.integers(0, size - 1), st.integers(1, size)).filter(lambda r: r[0] < r[1])
    ranges = data.draw(st.lists(bounds, min_size=1, max_size=5))
    assert features_of(text, ranges) == [features_of(text, [one])[0] for one in ranges]


@given(TEXTS, TEXTS)
def test_what_stands_further_away_does_not_matter(before: str, after: str) -> None:
    phrase = "开云体育app"
    # As many characters as are read on either side.
    beside = "这一天的天气十分晴朗"
    alone = features_of(beside + phrase + beside, [(10, 10 + len(phrase))])[0]
    lead, tail = before.strip() + "。" + beside, beside + "。" + after.strip()
    start = len(batch_of([page_from_text(lead)], tables()).page(0).codes)
    assert features_of(lead + phrase + tail, [(start, start + len(phrase))])[0] == alone


def test_what_stands_beside_a_range_is_read() -> None:
    quoted = features_of("警方查获开云体育", [(4, 8)])[0]
    bare = features_of("开云体育", [(0, 4)])[0]
    assert quoted > bare


def test_order_beginning_and_end_are_told_apart() -> None:
    forth, back = features_of("官网开云", [(0, 4)])[0], features_of("开云官网", [(0, 4)])[0]
    assert forth & back and forth - back and back - forth


def test_a_repeated_word_is_the_same_feature() -> None:
    four, five = "体育" * 4, "体育" * 5
    assert features_of(four, [(0, len(four))]) == features_of(five, [(0, len(five))])


def test_log_odds_add_up_the_table_of_their_kind() -> None:
    text = "开云体育"
    batch = batch_of([page_from_text(text)], tables())
    ranges = np.array([[0, 4], [1, 3]], dtype=np.intp) + batch.starts[0]
    counts, buckets = wording_buckets(batch, ranges)
    longer, shorter = np.split(buckets, [counts[0]])
    table = no_wording().table.copy()
    table[1, shorter] = 2
    shared = len(set(longer.tolist()) & set(shorter.tolist()))
    own = len(shorter)
    wording = Wording(table, (1.0, 0.5), (3.0, -1.0))
    starts, ends = ranges.T.copy()
    odds = wording.log_odds(batch, starts, ends, 1)
    assert odds.tolist() == [shared * 2 * 0.5 - 1.0, own * 2 * 0.5 - 1.0]
    assert wording.log_odds(batch, starts, ends, 0).tolist() == [3.0, 3.0]


def test_no_ranges_have_no_features() -> None:
    assert features_of("开云", []) == []

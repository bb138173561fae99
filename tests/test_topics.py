"""Topics: words told by whether they are at home among those around them."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import tables

from detector.batch import batch_of
from detector.page import page_from_text
from detector.topics import TOPIC_LEVELS, Topics, topic_cosines
from detector.training.fit import most_useful
from detector.training.topic_vectors import learn_topics, no_topics

KITCHEN = """豆腐 酱油 葱花 砂锅 米饭 面条 鸡蛋 青菜 辣椒 生姜 大蒜 冰糖 香油 料酒 骨汤 蘑菇 土豆
番茄""".split()
HARBOUR = """码头 货轮 吊机 缆绳 船长 灯塔 潮水 航线 锚地 甲板 水手 舱室 海关 泊位 拖船 渔港 罗盘
""".split()
RADIUS = 60
NOTHING = -2


@pytest.fixture(scope="module")
def topics() -> Topics:
    rng = random.Random(3)
    texts = ["，".join(rng.choices(rng.choice((KITCHEN, HARBOUR)), k=30)) for _ in range(400)]
    return learn_topics(texts, dict.fromkeys(KITCHEN + HARBOUR, 100), tables(), seed=1)


def cosines(texts: list[str], topics: Topics) -> list[list[float]]:
    """Return the cosines of the characters of each text."""
    batch = batch_of([page_from_text(text) for text in texts], tables())
    found = topic_cosines(batch, topics)
    return [found[start:end].tolist() for start, end in zip(batch.starts, batch.ends, strict=True)]


def test_a_stranger_among_words_is_told(topics: Topics) -> None:
    home, strange = (
        cosines([f"豆腐、生姜、{word}、青菜、鸡蛋"], topics)[0][6] for word in ("米饭", "缆绳")
    )
    assert home > 0.5 > 0.2 > strange


def test_bounds_ascend(topics: Topics) -> None:
    assert len(topics.bounds) == TOPIC_LEVELS - 1
    assert (np.diff(topics.bounds) >= 0).all()


@pytest.mark.parametrize(
    "text",
    ["", "豆腐", "豆腐、生姜、青菜", "甲乙丙丁戊己庚辛", "tofu, ginger, rice, greens, eggs"],
)
def test_too_few_words_say_nothing(text: str, topics: Topics) -> None:
    assert set(cosines([text], topics)[0]) <= {NOTHING}


def test_what_knows_no_words_says_nothing() -> None:
    assert set(cosines(["豆腐、生姜、米饭、青菜、鸡蛋"], no_topics())[0]) == {NOTHING}
    assert not learn_topics([], {}, tables(), 1).marks.any()


def test_learning_is_repeatable() -> None:
    texts = ["豆腐，生姜，米饭，青菜", "码头，货轮，缆绳，灯塔"] * 9
    words = dict.fromkeys(KITCHEN + HARBOUR, 5)
    one, two = (learn_topics(texts, words, tables(), 1) for _ in range(2))
    for name in Topics._fields:
        assert np.array_equal(getattr(one, name), getattr(two, name))


PIECES = st.lists(
    st.sampled_from([*KITCHEN, *HARBOUR, "，", "\n", "a", "豆", "腐生"]), max_size=120
)


@given(PIECES, PIECES)
def test_a_page_says_the_same_in_any_company(
    topics: Topics, one: list[str], two: list[str]
) -> None:
    pages = ["".join(one), "".join(two)]
    assert cosines(pages, topics) == [cosines([page], topics)[0] for page in pages]


@given(PIECES)
def test_cosines_are_those_of_the_sum_around(topics: Topics, pieces: list[str]) -> None:
    batch = batch_of([page_from_text("".join(pieces))], tables())
    vectors = dict(zip(KITCHEN + HARBOUR, _vectors(KITCHEN + HARBOUR, topics), strict=True))
    codes = batch.codes.tolist()
    words = [
        vectors.get("".join(map(chr, codes[i : i + 2])) if codes[i] > 0 else "")
        for i in range(len(codes))
    ]
    for i, (own, found) in enumerate(zip(words, topic_cosines(batch, topics), strict=True)):
        near = range(max(0, i - RADIUS), min(len(words), i + RADIUS + 1))
        others = [word for j in near if abs(j - i) > 1 and (word := words[j]) is not None]
        if own is None or len(others) < 3:
            assert found == NOTHING
            continue
        around = np.sum(others, axis=0)
        size = np.linalg.norm(own) * np.linalg.norm(around)
        assert found == pytest.approx(own @ around / size if size else 0, abs=1e-4)


def _vectors(words: list[str], topics: Topics) -> list[np.ndarray]:
    """Return the vectors of words, each found by what tells it in the table."""
    from detector.counts import tuple_keys

    found = []
    for word in words:
        one, two = (tables().fold[ord(char)] for char in word)
        key = int(tuple_keys([np.array([one], np.uint32), np.array([two], np.uint32)])[0])
        mixed = key * 0xC2B2AE35 & 0xFFFFFFFF
        slot, mark = mixed >> 16, (mixed | 1) & 0xFFFF
        while topics.marks[slot] != mark:
            assert topics.marks[slot]
            slot = (slot + 1) % len(topics.marks)
        found.append(topics.vectors[slot].astype(float))
    return found


def test_the_ngram_whose_weights_moved_most_keeps_the_row() -> None:
    rows = np.zeros((1 << 21, 8, 2), dtype=np.int8)
    uses = np.zeros((1 << 21, 8), dtype=np.int64)
    rows[8:16, 2, 1] = [0, 5, 0, 9, 0, 0, 3, 0]
    uses[8:16, 2] = [9, 90, 9, 9, 9, 9, 9, 9]
    kept = most_useful(rows, uses.reshape(-1))
    assert kept.shape == (1 << 18, 8, 2)
    assert kept[1, 2].tolist() == [0, 5]
    assert kept[1, -1].tolist() == [1, 0]
    assert not kept[[0, 2]].any()

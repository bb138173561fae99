"""The accuracy benchmark: its figures, its test sets, its language model and its peers."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from benchmarks.accuracy_kneser_ney import KneserNey
from benchmarks.accuracy_peers import ByteRegression, Perplexity, keywords
from benchmarks.accuracy_sets import (
    WORDS,
    brand_phrase,
    brands,
    carriers,
    clean,
    damage,
    mixed,
    substitution,
    titles,
)
from benchmarks.accuracy_sets import (
    TestSet as Cases,  # a name that pytest does not take for a test
)
from benchmarks.accuracy_shapes import SHAPES
from benchmarks.accuracy_systems import OurDetector
from benchmarks.accuracy_tests import Scores, calibration, flagging, garbled_words
from detector import Detector
from detector.page import page_from_text
from detector.result import Result, Span, Word
from detector.training.drafts import Article
from detector.training.figures import (
    calibration_error,
    character_f1,
    ranking,
    share,
    threshold_at,
)
from detector.training.garble import MACHINES
from detector.training.garble_lexicons import GarbleLexicons, read_pairs
from detector.training.labeled import LabeledPage
from detector.training.lexicons import DEFAULT_FOLDER, in_split, lexicons
from detector.training.marks import Labeled

SENTENCES = (
    "市里昨天宣布，可以在网上办理的事情又多了十二项，居民不用再为一张证明来回奔走。",
    "负责人表示，新的系统已经运行三个月，平均每天处理两千多份申请，效率比以前提高了一倍。",
    "研究机构的报道认为，北京、上海和广州的经验值得参考，但是不同城市的条件差别很大。",
    "下一步，学校、医院和交通部门的数据也会逐步开放，为企业和个人提供更好的服务。",
    "老师们认为这个问题没有标准答案，学生可以用自己的办法解决，时间也由他们安排。",
    "人们常说时间就是金钱，可是真正知道怎样使用时间的人并不多，我也是后来才明白的。",
)


def articles(count: int, seed: int) -> list[Article]:
    """Return articles of a few of the sentences, numbered so that all are different."""
    rng = random.Random(seed)
    return [
        Article(
            "toy",
            "zh-Hans",
            f"第{seed}-{n}号通讯：{rng.choice(SENTENCES)[:12]}",
            tuple(f"{n}。{rng.choice(SENTENCES)}{rng.choice(SENTENCES)}" for _ in range(4)),
        )
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def texts() -> dict[str, dict[str, Sequence[Article]]]:
    """A large source and a small one."""
    return {"zh-Hans": {"large": articles(120, 1), "small": articles(5, 2)}}


@pytest.fixture(scope="module")
def lex() -> GarbleLexicons:
    """Small lexicons; the words whose hash puts them into the test split get changed."""
    groups = [
        ("可以", "得以", "能够"), ("问题", "题目", "难题"), ("提高", "增进"), ("认为", "以为"),
        ("事情", "事务"), ("时间", "时刻", "光阴"), ("系统", "体系"), ("学校", "学府"),
        ("知道", "晓得"), ("经验", "体会"), ("老师", "教员"), ("数据", "数目"), ("研究", "探究"),
    ]  # fmt: skip
    words = [word for group in groups for word in group]
    return GarbleLexicons(
        thesaurus=groups,
        same_pinyin={},
        same_stroke={"为": "办力", "不": "丕", "大": "太犬"},
        pinyin={char: ["shì"] for char in "的为在是时间人不和上个们"},
        word_frequency={word: 900 - n for n, word in enumerate(words)},
        simplified_to_traditional={},
        pairs=read_pairs(DEFAULT_FOLDER / "garble_pairs.tsv"),
    )


def page(number: int, label: str = "ham", text: str = "字") -> LabeledPage:
    return LabeledPage(str(number), label, "zh-Hans", "f", "s", page_from_text(text), ())


# --- figures -------------------------------------------------------------------------------------


def test_ranking_of_scores_that_are_known() -> None:
    ham = np.arange(100) / 100  # 0.00 to 0.99
    spam = np.array([0.985, 0.5, 2.0, 2.0])
    found = ranking(spam, ham, (0.01, 0.001))
    # 0.985 beats 99 of 100, 0.5 beats 50 and draws with one; one page in a hundred may be flagged.
    assert found["roc_auc"].value == pytest.approx((0.99 + 0.505 + 1 + 1) / 4, abs=1e-4)
    assert found["recall_at_1%"].value == 0.75
    assert found["recall_at_0.1%"].value == 0.5
    assert all(low <= value <= high for value, low, high in found.values())


def test_share_and_character_f1() -> None:
    assert share(np.array([True, False, False, True])).value == 0.5
    none = share(np.zeros(100, dtype=bool))
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(0.037, abs=1e-3)
    found = character_f1(np.array([[4, 8, 4], [0, 0, 4]]))
    assert (found["precision"].value, found["recall"].value) == (0.5, 0.5)
    assert found["F1"].value == 0.5
    assert found["F1"].low < 0.5 < found["F1"].high  # the two pages differ


@pytest.mark.parametrize("equal_mass", [True, False])
def test_calibration_error_is_small_where_chances_come_true(equal_mass: bool) -> None:
    rng = np.random.default_rng(3)
    chances = rng.random(20_000)
    truth = rng.random(20_000) < chances
    assert calibration_error(chances, truth, equal_mass=equal_mass).value < 0.02
    # Certain of spam where half is; then as doubtful as it should be, whatever the order.
    half = np.arange(100) < 50
    assert calibration_error(np.full(100, 1.0), half, equal_mass=equal_mass).value == 0.5
    assert calibration_error(np.full(100, 0.5), half, equal_mass=equal_mass).value == 0.0
    rare = calibration_error(np.full(100, 0.02), half, equal_mass=equal_mass, spam_share=0.02)
    assert rare.value == pytest.approx(0.0, abs=1e-9)


def test_threshold_lets_through_no_more_than_the_rate() -> None:
    ham = np.arange(1000.0)
    for rate in (0.0, 0.002, 0.01, 0.5):
        assert (ham > threshold_at(ham, rate)).mean() <= rate
    assert (ham > threshold_at(ham, 0.01)).mean() == 0.01


# --- sets ----------------------------------------------------------------------------------------


def test_carriers_are_different_and_of_the_length_wanted(
    texts: dict[str, dict[str, Sequence[Article]]],
) -> None:
    drawn = carriers(texts, 200, 40, random.Random(1))
    assert len(drawn) == len({c.text for c in drawn}) == 40
    assert {len(c.text) for c in drawn} == {200}
    small = sum(c.source == "small" for c in drawn)
    assert 3 < small < 20  # more than its twenty-fifth of the characters
    assert drawn == carriers(texts, 200, 40, random.Random(1))
    assert len(carriers(texts, 200, 10_000, random.Random(1))) < 1_000  # no text comes twice


def test_brand_pages_are_their_carrier_and_one_unseen_brand(
    texts: dict[str, dict[str, Sequence[Article]]],
) -> None:
    drawn = carriers(texts, 200, 40, random.Random(1))
    test = brands(drawn, 20, "train", random.Random(2))
    assert len(test.spam) == len(test.ham) == 20
    for made, carrier in zip(test.spam, drawn, strict=False):
        (span,) = made.spans
        assert made.page.text[: span.start] + made.page.text[span.end :] == carrier.text
    assert [p.page.text for p in test.ham] == [c.text for c in drawn[20:]]
    seen = set(lexicons().words("brands_zh", None, "train"))
    unseen = lexicons().words("brands_zh", None, "test")
    rng = random.Random(3)
    for words in WORDS:
        for _ in range(50):
            phrase = brand_phrase(rng, "zh-Hans", words)
            assert any(brand in phrase and brand not in seen for brand in unseen)


def test_titles_come_with_and_without_a_brand(
    texts: dict[str, dict[str, Sequence[Article]]],
) -> None:
    test = titles(texts, 50, "test", random.Random(4))
    assert len(test.spam) == len(test.ham) == 50
    for spam, ham in zip(test.spam, test.ham, strict=True):
        (span,) = spam.spans
        rest = spam.page.text[: span.start] + spam.page.text[span.end :]
        assert len(ham.page.text) <= len(rest) <= len(ham.page.text) + 3  # a separator besides


def test_substitution_keeps_to_the_rate_and_knows_the_originals(
    texts: dict[str, dict[str, Sequence[Article]]], lex: GarbleLexicons
) -> None:
    drawn = carriers(texts, 400, 60, random.Random(1))
    ham = clean("clean", drawn[:5])
    test = substitution(drawn, 20, ham, 0.05, ("pairs", "thesaurus"), lex, random.Random(5))
    assert len(test.spam) >= 10
    clean_texts = {c.text for c in drawn}
    for made in test.spam:
        text, position, pieces, changed = made.page.text, 0, [], 0
        for start, end, original in test.originals[made.id]:
            assert in_split(original, "test")
            pieces += [text[position:start], original]
            position, changed = end, changed + len(original)
        whole = "".join([*pieces, text[position:]])
        assert whole in clean_texts
        han = sum("\u4e00" <= c <= "\u9fff" for c in whole)
        assert 0.04 <= changed / han <= 0.06


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_other_shapes_damage_and_mark_what_they_damage(
    texts: dict[str, dict[str, Sequence[Article]]], lex: GarbleLexicons, name: str
) -> None:
    assert name not in MACHINES
    drawn = carriers(texts, 300, 20, random.Random(1))
    made = damage(drawn, [], name, lex, random.Random(6)).spam
    assert made
    assert [p.page.text for p in made] == [
        p.page.text for p in damage(drawn, [], name, lex, random.Random(6)).spam
    ]
    originals = {c.text for c in drawn}
    for damaged in made:
        assert damaged.page.text not in originals
        assert damaged.spans
        assert all(s.kind == "garbled" for s in damaged.spans)


def test_the_mix_has_as_many_of_each_and_takes_turns() -> None:
    ham = [page(n) for n in range(20)]
    first = Cases("a", [page(n, "spam") for n in range(30)], ham)
    second = Cases("b", [page(n, "spam") for n in range(100, 103)], ham)
    test = mixed([first, second], 12, random.Random(1))
    assert len(test.spam) == len(test.ham) == 12
    assert sum(int(p.id) >= 100 for p in test.spam) == 3
    assert len({p.id for p in test.ham}) == 12  # though both sets have the same ham


# --- tests ---------------------------------------------------------------------------------------


class Lengths:
    """A system that takes long pages for spam."""

    name, threshold = "lengths", 3.0

    def __init__(self) -> None:
        self.asked = 0

    def scores(self, pages: Sequence[LabeledPage]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        self.asked += len(pages)
        return np.array([float(len(p.page.text)) for p in pages])

    def chances(
        self, scores: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return scores / 10


def test_flagging_counts_what_lies_above_the_threshold_and_scores_a_page_once() -> None:
    spam = [page(n, "spam", "字" * n) for n in (3, 4, 5, 6)]
    ham = [page(n, "ham", "字" * n) for n in (1, 2, 3, 4)]
    system = Lengths()
    scores = Scores([system])
    test = Cases("t", spam, ham)
    (row,) = flagging(test, scores)
    assert (row["spam"], row["ham"]) == (4, 4)
    assert [row[name][0] for name in ("recall", "false positives")] == [0.75, 0.25]  # type: ignore[index]
    calibration(test, scores)
    assert system.asked == 8


def test_damage_counts_in_its_own_tests_only_and_of_the_detector_only(detector: Detector) -> None:
    text = "今天下午，学校图书馆组织了一场关于城市规划的讲座，来自各年级的同学都参加了讨论。"
    shown = text.encode("gb18030").decode("latin-1")
    pages = [page(1, "spam", shown), page(2, "ham", shown), page(3, "ham", text)]
    ours, lengths = OurDetector(detector.model), Lengths()
    scores = Scores([ours, lengths])
    test = Cases("mojibake", pages[:1], pages[1:], damage_tells=True)
    assert [found.tolist() for found in scores.of_test(ours, test)] == [[1.0], [1.0, 0.0]]
    assert scores.of(ours, pages).tolist() == [0.0, 0.0, 0.0]
    assert scores.of_test(lengths, test)[0].tolist() == [float(len(shown))]


class Words:
    """A detector that finds the passages and words it is told."""

    name, threshold = "told", 0.5

    def __init__(self, spans: tuple[Span, ...]) -> None:
        self.spans = spans

    def results(self, pages: Sequence[LabeledPage]) -> list[Result]:
        return [Result(1.0, "spam", 0.5, {}, self.spans, 10) for _ in pages]


def test_garbled_words_are_judged_within_flagged_passages() -> None:
    text = "他很好意思国，说念理甚多"  # 美 became 好意思, 道 became 说念, the last is not flagged
    made = LabeledPage(
        "p", "spam", "zh-Hans", "f", "s", page_from_text(text),
        clean_spans([(2, 5), (7, 9), (11, 12)]),
    )  # fmt: skip
    words = (Word(2, 5, "好意思", "美"), Word(7, 10, "说念理", "道里"))
    told = Words((Span("garbled", 0, 10, text[:10], 0.9, words=words),))
    originals = {"p": [(2, 5, "美"), (7, 9, "道"), (11, 12, "少")]}
    (row,) = garbled_words([Cases("t", [made], [], originals)], told)  # type: ignore[arg-type]
    assert row["named"] == 2
    assert row["named right"][0] == 0.5  # type: ignore[index]
    assert row["recall"][0] == 1.0  # type: ignore[index]
    assert row["precision"][0] == pytest.approx(5 / 6, abs=1e-4)  # type: ignore[index]


def clean_spans(ranges: Sequence[tuple[int, int]]) -> tuple[Labeled, ...]:
    return tuple(Labeled(start, end, "garbled") for start, end in ranges)


# --- peers ---------------------------------------------------------------------------------------


def test_trigram_chances_add_up_to_one() -> None:
    model = KneserNey(SENTENCES)
    known = sorted(set("".join(SENTENCES)))
    for before in ("时间", "可以", "的数", "龘龘", "在"):
        total = sum(2 ** -model.surprisals(before + char)[-1] for char in [*known, "龘"])
        assert total == pytest.approx(1.0, abs=1e-6)


def test_trigrams_find_seen_text_likelier_than_its_characters_shuffled() -> None:
    model = KneserNey(SENTENCES)
    shuffled = "".join(random.Random(1).sample(SENTENCES[0], len(SENTENCES[0])))
    assert model.surprisals(SENTENCES[0]).mean() < model.surprisals(shuffled).mean() - 2
    assert len(model.surprisals("")) == 0
    assert len(model.surprisals(" 时 间\n")) == 3


def test_perplexity_is_that_of_the_worst_window() -> None:
    peer = Perplexity(SENTENCES, window=10)
    peer.fit([], [])
    good, bad = peer.scores(
        [SENTENCES[0] * 5, SENTENCES[0] * 5 + "龘靐齉爩龗鱻麤龘靐齉" + SENTENCES[1]]
    )
    assert bad > good + 3
    assert peer.scores([""]).tolist() == [0.0]


def test_byte_regression_learns_what_tells_pages_apart() -> None:
    rng = random.Random(1)
    honest = ["".join(rng.sample(SENTENCES, 3)) for _ in range(200)]
    spam = [text[:40] + "开云体育官网入口" + text[40:] for text in honest[:100]]
    peer = ByteRegression()
    peer.fit(honest[100:] + spam, [False] * 100 + [True] * 100)
    scores = peer.scores(["乐鱼体育官网入口" + SENTENCES[0], SENTENCES[0], ""])
    assert scores[0] > scores[1]
    assert scores[2] == 0.0


def test_the_word_list_is_long_and_leaves_out_the_brands_held_out() -> None:
    words = keywords()
    assert len(words) >= 180
    assert len(words) == len(set(words))
    kept = {w.lower() for w in lexicons().words("brands_zh", None, "train")}
    other = {w.lower() for w in lexicons().words("keywords_zh")} | {
        w.lower() for w in lexicons().words("slot_words_zh")
    }
    held = {w.lower() for w in lexicons().words("brands_zh", None, "test")} - kept - other
    assert held
    assert held.isdisjoint(words)

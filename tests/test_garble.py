"""Garbling: marks tell the truth, pages are consistent, splits share nothing, nothing is lost."""

from __future__ import annotations

import random
import re
import time
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.training.edits import Edit, apply_edits
from detector.training.garble import MACHINES, garble
from detector.training.garble_lexicons import (
    GarbleLexicons,
    Table,
    numbered_reading,
    plain_reading,
    prepare,
    read_own,
    read_pairs,
)
from detector.training.garble_noise import NOISES
from detector.training.lexicons import DEFAULT_FOLDER, in_split
from detector.training.lookalikes import honest_lookalikes, honest_masks, honest_names
from detector.training.marks import remove_marks, unmark

PAGE = (
    "市里昨天宣布，可以在APP上办理的事情又多了十二项，居民不用再为一张证明来回奔走。",
    "负责人表示，新的系统已经运行三个月，平均每天处理两千多份申请，效率比以前提高了一倍。"
    "“我们知道大家最关心什么，”他说，“就是时间和成本。”",
    "美国一家研究机构的报道认为，北京、上海和广州的经验值得参考，但是不同城市的条件差别很大，"
    "没有一个模型能够解决所有问题。",
    "下一步，学校、医院和交通部门的数据也会逐步开放，为企业和个人提供更好的服务。",
)
TRADITIONAL = ("學校宣布，學生們可以在網絡上辦理註冊，時間從開學前兩個星期開始，沒有條件限制。",)


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize("name", sorted(MACHINES))
def test_edits_are_sorted_within_the_text_and_deterministic(
    lex: GarbleLexicons, name: str, split: str
) -> None:
    text = "\n".join(PAGE)
    for seed in range(12):
        edits = MACHINES[name](text, random.Random(seed), 0.15, lex, split)
        assert edits == MACHINES[name](text, random.Random(seed), 0.15, lex, split)
        position = 0
        for start, end, replacement in edits:
            assert position <= start <= end <= len(text)
            assert replacement or end > start
            assert not re.search("[\ue000-\ue003]", replacement)
            position = end


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_every_machine_finds_work_in_an_ordinary_page(lex: GarbleLexicons, name: str) -> None:
    text = "\n".join(PAGE)
    assert any(MACHINES[name](text, random.Random(n), 0.2, lex, "train") for n in range(5))


@pytest.mark.parametrize("name", sorted(MACHINES))
@pytest.mark.parametrize("text", ["", "\n\n", "Plain English, no Han.", "字", "😀", "。，"])
def test_machines_survive_text_that_offers_nothing(
    lex: GarbleLexicons, name: str, text: str
) -> None:
    for seed in range(6):
        apply_edits(text, MACHINES[name](text, random.Random(seed), 0.2, lex, "train"))


def test_letters_become_the_characters_that_stand_for_them(lex: GarbleLexicons) -> None:
    text = "三楼的 VIP 室里有几台iPhone可借，A座的阅览室里没有，请向管理员登记以后再拿"
    edits = [MACHINES["letter_codes"](text, random.Random(n), 0.1, lex, "train") for n in range(9)]
    shown = {unmark(apply_edits(text, one))[0] for one in edits}
    assert shown == {
        text.replace("VIP", "痴滨笔").replace("iPhone", "颈笔丑辞苍别"),
        "叁" + text.replace("VIP", "痴滨笔").replace("iPhone", "颈笔丑辞苍别")[1:],
    }


def test_apply_edits_marks_what_was_put_in() -> None:
    marked = apply_edits("知道如何写", [Edit(1, 2, "谈"), Edit(2, 4, "怎样"), Edit(5, 5, "啊")])
    text, spans = unmark(marked)
    assert text == "知谈怎样写啊"
    assert [text[span.start : span.end] for span in spans] == ["谈", "怎样", "啊"]
    assert {span.kind for span in spans} == {"garbled"}


@pytest.mark.parametrize(
    ("text", "edits", "shown"),
    [
        ("人工智能", [Edit(1, 2, "")], "人[智]能"),
        ("人工智能", [Edit(3, 4, "")], "人工[智]"),
        ("人工。\n下文", [Edit(1, 3, "")], "[人]\n下文"),
        ("人工智能", [Edit(0, 1, ""), Edit(1, 2, "")], "[智]能"),
        ("人工智能", [Edit(0, 1, ""), Edit(1, 2, "公")], "[公]智能"),
        ("人", [Edit(0, 1, "")], ""),
    ],
)
def test_a_deletion_marks_its_neighbour(text: str, edits: list[Edit], shown: str) -> None:
    marked = apply_edits(text, edits)
    assert marked.replace("\ue002", "[").replace("\ue003", "]") == shown


@pytest.mark.parametrize("edits", [[Edit(0, 2, "x"), Edit(1, 3, "y")], [Edit(3, 9, "z")]])
def test_apply_edits_refuses_edits_that_do_not_fit(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply_edits("四个汉字", edits)


def test_garble_keeps_what_lies_outside_its_marks(lex: GarbleLexicons) -> None:
    original = set("".join(PAGE))
    for seed in range(60):
        garbled, names = garble(PAGE, random.Random(seed), lex, "train")
        assert len(garbled) == len(PAGE)
        assert names
        assert set(names) <= set(MACHINES)
        for paragraph in garbled:
            text, spans = unmark(paragraph)
            outside, position = "", 0
            for span in spans:
                outside += text[position : span.start]
                position = span.end
            assert set(outside + text[position:]) <= original
        assert any(unmark(paragraph)[1] for paragraph in garbled)


def test_garble_is_deterministic(lex: GarbleLexicons) -> None:
    for seed in range(10):
        assert garble(PAGE, random.Random(seed), lex, "test") == garble(
            PAGE, random.Random(seed), lex, "test"
        )


def test_garble_uses_only_the_machines_it_was_given(lex: GarbleLexicons) -> None:
    for seed in range(10):
        _, names = garble(PAGE, random.Random(seed), lex, "train", ["noise", "mojibake"])
        assert set(names) <= {"noise", "mojibake"}


def test_garble_returns_untouched_text_where_nothing_applies(lex: GarbleLexicons) -> None:
    paragraphs = ["Nothing to be done here", "", "1234"]
    for seed in range(5):
        garbled, names = garble(paragraphs, random.Random(seed), lex, "train", ["thesaurus"])
        assert garbled == paragraphs
        assert names == []


def test_garble_leaves_marks_alone(lex: GarbleLexicons) -> None:
    marked = ["\ue000开云官网入口\ue001，" + PAGE[0], PAGE[1]]
    for seed in range(40):
        garbled, _ = garble(marked, random.Random(seed), lex, "train")
        assert [s.kind for s in unmark(garbled[0])[1]].count("injection") == 1


def test_a_page_keeps_to_one_dictionary(lex: GarbleLexicons) -> None:
    text = "问题很多，可以解决的问题不多。" * 20
    for seed in range(20):
        edits = MACHINES["thesaurus"](text, random.Random(seed), 0.25, lex, "train")
        used = {(text[start:end], replacement) for start, end, replacement in edits}
        assert len({word for word, _ in used}) == len(used)


@pytest.mark.parametrize("name", ["thesaurus", "in_word", "pairs", "accidents", "look_alikes"])
def test_the_splits_share_no_dictionary(lex: GarbleLexicons, name: str) -> None:
    text = "\n".join(PAGE)
    touched: dict[str, set[str]] = {"train": set(), "test": set()}
    for split, words in touched.items():
        for seed in range(40):
            for start, end, _ in MACHINES[name](text, random.Random(seed), 0.25, lex, split):
                words.add(text[start:end])
                assert in_split(text[start:end], split)
    assert touched["train"].isdisjoint(touched["test"])


def test_three_in_ten_words_are_kept_for_testing() -> None:
    originals = sorted(
        {original for original, _, _ in read_pairs(DEFAULT_FOLDER / "garble_pairs.tsv")}
    )
    share = sum(in_split(word, "test") for word in originals) / len(originals)
    assert 0.25 < share < 0.35
    with pytest.raises(ValueError, match="split"):
        in_split("字", "validation")


def test_strength_is_the_share_of_characters(lex: GarbleLexicons) -> None:
    text = "\n".join(PAGE)
    light = [len(MACHINES["noise"](text, random.Random(n), 0.02, lex, "train")) for n in range(20)]
    heavy = [len(MACHINES["noise"](text, random.Random(n), 0.2, lex, "train")) for n in range(20)]
    assert sum(heavy) > 5 * sum(light)


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("insert", {"甲乙一丙丁戊，"}),
        ("stray", {"甲乙一丙丁戊，"}),
        ("replace", {"甲乙一丁戊，", "甲乙一戊，"}),
        ("pause", {"甲乙丙丁戊一，"}),
        ("drop", {"甲乙丁戊，"}),
        ("swap", {"甲丙乙丁戊，"}),
        ("repeat", {"甲乙丙乙丙丁戊，"}),
        ("shuffle", {f"甲{a}{b}{c}戊，" for a, b, c in permutations("乙丙丁")}),
    ],
)
def test_noise_changes_a_run_of_characters_at_a_place(name: str, becomes: set[str]) -> None:
    text = "甲乙丙丁戊，"
    seen = set()
    for seed in range(60):
        edit = NOISES[name](text, 2, 5, "一", random.Random(seed))
        seen.add(text[: edit.start] + edit.replacement + text[edit.end :])
    assert seen & becomes == becomes
    assert name == "shuffle" or seen == becomes


def test_noise_loses_some_characters_wherever_they_stand(lex: GarbleLexicons) -> None:
    text = "他的书在我的桌上，你的书也在他的桌上，" * 8
    lost = set()
    for seed in range(80):
        edits = MACHINES["noise"](text, random.Random(seed), 0.1, lex, "train")
        gone = {text[edit.start : edit.end] for edit in edits}
        if len(gone) == 1 and not any(edit.replacement for edit in edits):
            char = gone.pop()
            assert len(edits) > 0.7 * text.count(char)
            lost.add(char)
    assert len(lost) > 2


def test_a_common_character_may_change_all_over_the_page(lex: GarbleLexicons) -> None:
    text = "门前的树和门后的花都是他的，" * 9
    changed = [
        MACHINES["look_alikes"](text, random.Random(n), 0.1, lex, "train") for n in range(60)
    ]
    assert any(len(edits) >= 9 and len({e.replacement for e in edits}) == 1 for edits in changed)


def test_traditional_text_gets_traditional_replacements(lex: GarbleLexicons) -> None:
    simplified = prepare(lex, "train").traditional
    for seed in range(30):
        garbled, _ = garble(TRADITIONAL, random.Random(seed), lex, "train", ["thesaurus"])
        text, spans = unmark(garbled[0])
        for span in spans:
            assert not set(text[span.start : span.end]) & set(simplified)


def test_mojibake_covers_whole_lines_and_can_be_read_back(lex: GarbleLexicons) -> None:
    restored = 0
    for seed in range(40):
        garbled, _ = garble(PAGE, random.Random(seed), lex, "train", ["mojibake"])
        for paragraph in garbled:
            text, spans = unmark(paragraph)
            assert len(text.splitlines()) <= 1
            if spans and (spans[0].start, spans[0].end) == (0, len(text)):
                raw = text.encode("cp1252", "ignore")
                restored += raw.decode("gb18030", "ignore") in PAGE
    assert restored > 10


def test_pinyin_glosses_have_several_shapes(lex: GarbleLexicons) -> None:
    shapes = set()
    for seed in range(120):
        for edit in MACHINES["bracketed_pinyin"](
            "\n".join(PAGE), random.Random(seed), 0.1, lex, "train"
        ):
            shapes.add(re.sub("[^()（）【】\\[\\]?]", "", edit.replacement))
    assert {"()", "()()", "【】", "（）", "[]"} <= shapes
    assert any("?" in shape for shape in shapes)


def test_readings_may_stand_for_their_characters(lex: GarbleLexicons) -> None:
    shown = set()
    for seed in range(120):
        for edit in MACHINES["bracketed_pinyin"](
            "\n".join(PAGE), random.Random(seed), 0.1, lex, "train"
        ):
            shown.add(edit.replacement)
    assert any(re.fullmatch("[a-z]+", text) for text in shown)
    assert any(re.fullmatch("[a-z]+[1-4]", text) for text in shown)


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(alphabet="的一是在不了有和人这中大为上个国我以要他，。\n aB1", max_size=80),
    seed=st.integers(0, 10_000),
)
def test_anything_can_be_garbled(lex: GarbleLexicons, text: str, seed: int) -> None:
    paragraphs = text.split("\n")
    garbled, _ = garble(paragraphs, random.Random(seed), lex, "train")
    assert len(garbled) == len(paragraphs)
    for before, after in zip(paragraphs, garbled, strict=True):
        if after == remove_marks(after):
            assert after == before


def test_honest_text_carries_no_marks(lex: GarbleLexicons) -> None:
    seen = set()
    for seed in range(200):
        paragraph = PAGE[seed % len(PAGE)]
        honest = honest_lookalikes(random.Random(seed), paragraph, lex)
        assert honest == remove_marks(honest)
        assert honest == honest_lookalikes(random.Random(seed), paragraph, lex)
        seen.add(honest)
    assert len(seen) > 100


def test_honest_text_takes_any_paragraph(lex: GarbleLexicons) -> None:
    for seed in range(60):
        for paragraph in ("", "Latin only.", "字", "阗"):
            honest_lookalikes(random.Random(seed), paragraph, lex)


def test_table_prefers_the_longest_word() -> None:
    table = Table({"模型": (), "大模型": (), "大": (), "型号": ()})
    assert table.find("大模型号大") == [(0, 3, "大模型"), (4, 5, "大")]
    assert table.find("小模") == []


@pytest.mark.parametrize(
    ("toned", "plain"), [("xué", "xue"), ("lǜ", "lü"), ("de", "de"), ("ńg", "ng"), ("ōu", "ou")]
)
def test_plain_reading(toned: str, plain: str) -> None:
    assert plain_reading(toned) == plain


@pytest.mark.parametrize(
    ("toned", "numbered"),
    [("xué", "xue2"), ("lǜ", "lü4"), ("de", "de"), ("shē", "she1"), ("hǎo", "hao3")],
)
def test_numbered_reading(toned: str, numbered: str) -> None:
    assert numbered_reading(toned) == numbered


def test_our_own_lexicons_are_well_formed() -> None:
    own = read_own()
    pairs = read_pairs(DEFAULT_FOLDER / "garble_pairs.tsv")
    assert len(pairs) == len(set(pairs)) > 2500
    assert all(original and garbled and original != garbled for original, garbled, _ in pairs)
    assert all(len(char) == 1 for char in [*own.in_word, *own.lookalikes])
    assert all(char not in values for char, values in own.in_word.items())
    names = [name for name, _ in own.proper_nouns]
    assert len(names) == len(set(names))
    signs = [sign for sign, _ in own.emoji]
    assert len(signs) == len(set(signs))


def test_speed_is_fit_for_training(lex: GarbleLexicons) -> None:
    page = PAGE * 4
    garble(page, random.Random(0), lex, "train")
    began = time.process_time()
    for seed in range(50):
        garble(page, random.Random(seed), lex, "train")
    assert (time.process_time() - began) / 50 < 0.05


@pytest.mark.parametrize("seed", range(40))
def test_masks_are_added_and_leave_no_slot_open(lex: GarbleLexicons, seed: int) -> None:
    paragraph = "该公司2015年在12个城市开设了120家门店，员工超过3500人。"
    text = honest_masks(random.Random(seed), paragraph, lex)
    assert len(text) > len(paragraph)
    assert not {"{", "}", "[", "]"} & set(text.replace("[姓名]", ""))


def test_a_rare_name_is_the_same_all_over_a_text(lex: GarbleLexicons) -> None:
    paragraph = "这家公司去年亏损，公司今年裁员，公司明年搬家。"
    changed = [honest_names(random.Random(seed), paragraph, lex) for seed in range(60)]
    whole = [text for text in changed if text.endswith("搬家。") and text.startswith("这家")]
    names = [re.findall("(?:这家|，)(.*?)公司", text) for text in whole]
    assert any(len(found) == 3 and len(set(found)) == 1 and found[0] for found in names)

"""Bland pages about a site: the same for operators and honest sites but for name and address."""

from __future__ import annotations

import random

import pytest

from detector.training.drafts import Article
from detector.training.grammar import Slot
from detector.training.honest import honest_article
from detector.training.inject import PLACEMENTS
from detector.training.marks import unmark
from detector.training.names import latin_name
from detector.training.notes import honest_name, honest_site, note
from detector.training.phrases import Phrases
from detector.training.sites import draft_page


@pytest.mark.parametrize("split", ["train", "test"])
def test_a_note_names_its_site_and_nothing_of_the_trade(split: str) -> None:
    for seed in range(60):
        told = note(random.Random(seed), split, "青禾书房", "https://qinghe.example")
        text = "\n".join((told.title, *told.lines))
        assert "青禾书房" in text or "https://qinghe.example" in text
        assert not {"{", "}", "["} & set(text)
        assert not any(word in text for word in ("投注", "彩票", "赔率", "充值"))


def test_half_of_the_notes_of_operators_speak_of_their_trade() -> None:
    voice = Phrases(random.Random(1), "zh-Hans", "train", "金年会")
    trade: dict[str, Slot] = voice.slots
    words = ("投注", "彩", "赔率", "充值", "存款", "存取款", "开户", "体育", "玩法", "博彩")
    told = [
        note(random.Random(seed), "train", "金年会", "jnh.example", trade) for seed in range(80)
    ]
    speaking = sum(any(word in line for word in words for line in one.lines) for one in told)
    assert 25 <= speaking <= 55


def test_splits_share_no_line() -> None:
    def templates(split: str) -> set[str]:
        told = (note(random.Random(seed), split, "N", "S") for seed in range(150))
        return {line for one in told for line in one.lines if not any(map(str.isdigit, line))}

    train, test = templates("train"), templates("test")
    assert train and test and not train & test


def test_a_note_page_marks_the_name_and_the_host() -> None:
    seen = 0
    for seed in range(60):
        article = Article("hand", "zh-Hans", "标题", ("第一段话。", "第二段话。"))
        draft = draft_page(article, random.Random(seed))
        PLACEMENTS["note_page"](draft, random.Random(seed), "train")
        if "第一段话。" in draft.paragraphs:
            continue  # a campaign in another language, which has no such pages
        seen += 1
        marked = [unmark(text) for text in (draft.title, *draft.paragraphs)]
        said = {text[s.start : s.end] for text, spans in marked for s in spans}
        assert 1 <= len(said) <= 3
        for text, spans in marked:
            bare = list(text)
            for span in spans:
                bare[span.start : span.end] = "\0" * (span.end - span.start)
            assert not any(one in "".join(bare) for one in said if len(one) > 2)
    assert seen > 40


def test_honest_notes_are_among_the_honest_articles() -> None:
    found = {honest_article(random.Random(seed), "zh-Hans").source for seed in range(80)}
    assert "honest/note" in found


def test_names_and_addresses_belong_together() -> None:
    for seed in range(50):
        rng = random.Random(seed)
        name = honest_name(rng)
        assert name
        assert "." in honest_site(rng, name)
    assert latin_name("图书馆", random.Random(0)) == "tushuguan"
    assert latin_name("☆", random.Random(0)).isalnum()

"""Pages of institutions and their clones: the same but for the name, and for what roles become."""

from __future__ import annotations

import random

import pytest

from detector.training.clones import clone_page
from detector.training.drafts import Article, Draft
from detector.training.garble_lexicons import emoji_of, read_own
from detector.training.honest import honest_article
from detector.training.institutions import institution, institution_name
from detector.training.marks import Labeled, remove_marks, unmark
from detector.training.sites import draft_page

KINDS = ("school", "firm", "office")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("split", ["train", "test"])
def test_pages_of_institutions_are_filled_and_promote_nothing(kind: str, split: str) -> None:
    named = 0
    for seed in range(80):
        told = institution(random.Random(seed), split, kind, "青禾书院")
        text = "\n".join((told.title, *told.lines))
        named += "青禾书院" in text
        assert not set("{}[]") & set(text)
        assert not any(word in text for word in ("投注", "彩票", "赔率", "娱乐城", "百家乐"))
    assert named > 40


@pytest.mark.parametrize("kind", KINDS)
def test_splits_share_no_line(kind: str) -> None:
    def templates(split: str) -> set[str]:
        told = (institution(random.Random(seed), split, kind, "N") for seed in range(150))
        return {line for one in told for line in one.lines if not any(map(str.isdigit, line))}

    train, test = templates("train"), templates("test")
    assert train and test and not train & test


def test_honest_institutions_have_many_names() -> None:
    assert all(
        len({institution_name(random.Random(seed), kind) for seed in range(60)}) > 50
        for kind in KINDS
    )


def _clone(seed: int) -> Draft:
    article = Article("hand", "zh-Hans", "标题", ("第一段话。", "第二段话。"))
    draft = draft_page(article, random.Random(seed))
    clone_page(draft, random.Random(seed), "train")
    return draft


def _marked(draft: Draft) -> list[tuple[str, Labeled]]:
    found = []
    for text in (draft.title, draft.headline, *draft.paragraphs, *draft.footer):
        clean, spans = unmark(text)
        found += [(clean[span.start : span.end], span) for span in spans]
    return found


def test_clones_mark_the_name_and_the_roles_alone() -> None:
    names, roles, pages = 0, 0, 0
    for seed in range(120):
        draft = _clone(seed)
        if "第一段话。" in remove_marks("".join(draft.paragraphs)):
            continue  # a campaign in another language, which clones no institution
        pages += 1
        marked = _marked(draft)
        assert marked
        names += any(span.kind == "injection" for _, span in marked)
        roles += any(span.kind == "garbled" for _, span in marked)
        assert len({word for word, span in marked if span.kind == "injection"}) <= 1
        garbled = [word for word, span in marked if span.kind == "garbled"]
        assert all(len(word) <= 6 for word in garbled if word.isalpha())
    assert pages > 80
    assert names == pages
    assert 0.02 * pages < roles < 0.4 * pages


def test_honest_articles_are_at_times_those_of_institutions() -> None:
    sources = [honest_article(random.Random(seed), "zh-Hans").source for seed in range(200)]
    assert 10 < sources.count("honest/institution") < 70


def test_some_clones_are_strewn_with_emoji_that_are_marked() -> None:
    strewn, pages = 0, 150
    emoji = emoji_of(read_own(), "train")
    for seed in range(pages):
        marked = [word for word, span in _marked(_clone(seed)) if span.kind == "garbled"]
        signs = [word for word in marked if not any(char.isalpha() for char in word)]
        strewn += len(signs) > 2
        assert all(any(sign.startswith(one) for one in emoji) for sign in signs)
    assert 0.02 * pages < strewn < 0.25 * pages

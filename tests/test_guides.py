"""The generator of promotional prose and of its honest twin."""

from __future__ import annotations

import random
import re

import pytest
from support import small_lexicons

from detector.training.drafts import Article
from detector.training.grammar import grammar
from detector.training.guides import (
    guide_language,
    guide_page,
    guide_paragraphs,
    guide_share,
    guide_window,
)
from detector.training.marks import MARKS, remove_marks, unmark
from detector.training.synthesis import Supply, synthetic_page

RULES = grammar("guides_other", "guides_other_2").rules
LANGUAGES = sorted(name.split(".")[0] for name in RULES if name.endswith(".spam"))
LEAST = {"spam": 45, "play": 15, "life": 13, "title": 7, "play_title": 5, "life_title": 5, "ui": 5}
SOLD = ("pills", "essays", "loans", "replica", "escort", "likes", "crypto", "servers")


def test_every_language_has_enough_of_every_rule() -> None:
    assert len(LANGUAGES) == 17
    for lang in LANGUAGES:
        for rule, least in LEAST.items():
            assert len(RULES[f"{lang}.{rule}"]) >= least, (lang, rule)
    for name in RULES:
        if name.split(".")[-1] in SOLD:
            assert f"{name}_title" in RULES


def test_no_sentence_is_on_both_sides_or_twice() -> None:
    for lang in LANGUAGES:
        lines = [
            line
            for name, alternatives in RULES.items()
            if name.startswith(f"{lang}.") and not name.endswith((".ui", ".brand", "_title"))
            for line in alternatives
        ]
        assert len(lines) == len(set(lines)), lang


def test_every_slot_is_known() -> None:
    known = RULES.keys() | {"brand", "nb", "host", "year"}
    for name, alternatives in RULES.items():
        for line in alternatives:
            slots = re.findall(r"\{([^{}]+)\}", line)
            assert all(re.fullmatch(r"\d+\.\.\d+", slot) or slot in known for slot in slots), name
            assert line.count("[") == line.count("]"), line


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("split", ["train", "test"])
def test_promotion_is_marked_and_its_twin_is_not(lang: str, split: str) -> None:
    rng = random.Random(f"{lang}{split}")
    furniture = {line for line in RULES[f"{lang}.ui"] if "{" not in line}
    assert furniture
    for _ in range(60):
        text, _ = guide_page(rng, lang, split, spam=True)
        plain, spans = unmark(text)
        assert spans
        assert all(span.kind == "injection" for span in spans)
        honest, _ = guide_page(rng, lang, split, spam=False)
        below = "".join(guide_paragraphs(rng, lang, split, spam=False))
        assert honest.strip()
        assert not {*MARKS} & {*honest, *below}
        assert not re.search(r"[{}|]", plain + honest + below)


def test_sentences_of_the_splits_differ() -> None:
    rules = grammar("guides_other", "guides_other_2")
    for name in rules.divided:
        if not name.endswith("_title"):
            train, test = ({*rules.alternatives(name, split)} for split in ("train", "test"))
            assert not train & test, name


def test_most_of_a_promotional_page_is_marked() -> None:
    rng = random.Random(3)
    shares = []
    for _ in range(200):
        text, _ = guide_page(rng, "en", "train", spam=True)
        plain, spans = unmark(text)
        shares.append(sum(span.end - span.start for span in spans) / len(plain))
    assert sum(shares) / len(shares) > 0.8


def test_the_same_seed_gives_the_same_page() -> None:
    one, two = random.Random(8), random.Random(8)
    for _ in range(30):
        assert guide_page(one, "tr", "train", True) == guide_page(two, "tr", "train", True)


def test_languages_without_articles_stand_in_for_others() -> None:
    rng = random.Random(1)
    assert guide_language(rng, "tr") == "tr"
    assert {guide_language(rng, "de") for _ in range(50)} == {"de", "nl"}
    assert guide_share("zh-Hans") == guide_share("fa") == 0
    assert guide_share("en") > 0.2


def test_windows_are_as_long_as_excerpts() -> None:
    rng = random.Random(2)
    for length in (40, 300, 5000):
        for _ in range(100):
            start, end = guide_window(rng, length)
            assert 0 <= start < end <= length
            assert end - start <= 400


def test_a_quarter_of_the_pages_of_other_languages_are_guides() -> None:
    words = ("The ferry leaves the pier at nine and comes back before dusk. " * 4,) * 5
    articles = [Article("hand", "en", "The ferry", words)]
    supply = Supply({"en": {"hand": articles}}, small_lexicons(), {"hand": 1.0})
    pages = [synthetic_page(f"g-{n}", supply, "train") for n in range(600)]
    guides = [page for page in pages if page.family in ("inject:guide", "clean-guides")]
    assert 0.18 < len(guides) / len(pages) < 0.32
    spam = [page for page in guides if page.family == "inject:guide"]
    assert 0.25 < len(spam) / len(guides) < 0.5
    assert all(not page.spans for page in guides if page.family == "clean-guides")
    for page in guides:
        assert all(0 <= span.start < span.end <= len(page.page.text) for span in page.spans)
        assert remove_marks(page.page.text) == page.page.text
    assert {page.campaign for page in guides} >= {"window", "text", "html"}

"""The generator of visitors' comments, spam and honest."""

from __future__ import annotations

import random
import re
from unicodedata import normalize

import pytest

from detector.training.comments import (
    comment_language,
    comment_share,
    comment_thread,
    comments_below,
    honest_comment,
    spam_comment,
)
from detector.training.fancy import ALPHABETS, disguised, framed
from detector.training.grammar import grammar
from detector.training.link_spam import honest_links, link_spam
from detector.training.marks import MARKS, remove_marks, unmark

LANGUAGES = ("id", "ms", "fil", "en", "tr", "vi", "th", "pt")
PARTS = ("say", "short", "about", "join", "promo", "plain", "brand", "thing", "human", "greet",
         "title", "who", "ui", "heading")  # fmt: skip


def test_every_language_has_every_rule_and_ten_numbers() -> None:
    rules = grammar("comments_other").rules
    for lang in LANGUAGES:
        assert all(rules[f"{lang}.{part}"] for part in PARTS)
        assert len(rules[f"{lang}.number"][0].split()) == 10


def test_names_are_in_everything_that_is_about_one() -> None:
    for name, lines in grammar("comments_other").rules.items():
        if name.endswith((".about", ".join", ".promo")):
            assert all("{name}" in line for line in lines), name
        if name.endswith((".say", ".short", ".plain")):
            assert not any("{name}" in line for line in lines), name


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("split", ["train", "test"])
def test_spam_comments_are_marked_and_honest_ones_are_not(lang: str, split: str) -> None:
    rng = random.Random(f"{lang}{split}")
    for _ in range(300):
        text, spans = unmark(spam_comment(rng, lang, split))
        assert spans
        assert all(span.kind == "injection" for span in spans)
        assert not re.search(r"[\x00{}]", text)
        honest = honest_comment(rng, lang, split)
        assert honest.strip()
        assert not re.search(r"[\x00{}\ue000-\ue003]", honest)


def test_a_neutral_comment_is_marked_at_the_name_only() -> None:
    rng = random.Random(4)
    shares = []
    for _ in range(500):
        text, spans = unmark(spam_comment(rng, "id"))
        shares.append(sum(span.end - span.start for span in spans) / len(text))
    assert 0.5 < sum(share < 0.7 for share in shares) / len(shares) < 0.9


def test_the_same_seed_gives_the_same_comments() -> None:
    for make in (spam_comment, honest_comment):
        first, second = random.Random(9), random.Random(9)
        assert [make(first, "id") for _ in range(50)] == [make(second, "id") for _ in range(50)]


def test_a_given_name_is_named() -> None:
    rng = random.Random(2)
    plain = [normalize("NFKC", remove_marks(spam_comment(rng, "id", "all", "hulahop76"))).lower()
             for _ in range(200)]  # fmt: skip
    assert sum("hulahop" in text for text in plain) > 70


def test_threads_hold_what_they_should() -> None:
    rng = random.Random(3)
    for number in range(400):
        spam = number % 2 == 0
        text, is_html = comment_thread(rng, "id", "train", spam)
        assert bool({*MARKS} & {*text}) == spam
        assert is_html == text.startswith(("<ul>", "<div"))
        assert len(remove_marks(text)) >= 3
        below = comments_below(rng, "id", "train", spam)
        assert bool({*MARKS} & {*"".join(below)}) == spam


def test_languages_without_sentences_have_no_comments() -> None:
    assert comment_share("zh-Hans") == comment_share("ja") == 0
    assert comment_share("id") > comment_share("tr") > 0
    rng = random.Random(1)
    assert comment_language(rng, "ru") == "en"
    assert {comment_language(rng, "id") for _ in range(100)} == {"id", "ms"}


def test_alphabets_are_whole_and_different() -> None:
    assert len({"".join(table.values()) for table in ALPHABETS}) == len(ALPHABETS)
    assert normalize("NFKC", "".join(ALPHABETS[0].values())) == "".join(ALPHABETS[0])
    for table in ALPHABETS[:13]:  # the mathematical ones, holes of older letters filled
        letters = "".join(table[char] for char in table if char.isalpha())
        assert not any(char.isascii() for char in letters)
        assert normalize("NFKC", letters) == "".join(char for char in table if char.isalpha())


def test_disguises_differ_and_frames_keep_what_is_in_them() -> None:
    rng = random.Random(5)
    assert len({disguised("kota88", rng) for _ in range(300)}) > 150
    assert all("kota88" in framed("kota88", rng) for _ in range(100))
    assert any(disguised("kota88", rng, "abcdefghij").count("I") > 1 for _ in range(900))


def test_natural_sentences_carry_some_comments() -> None:
    rng = random.Random(6)
    carriers = ["Kapal pagi sudah merapat di dermaga lama."]
    spam = [remove_marks(spam_comment(rng, "id", "all", None, carriers)) for _ in range(300)]
    ham = [honest_comment(rng, "id", "all", carriers) for _ in range(300)]
    for texts in (spam, ham):
        assert 10 < sum("dermaga" in text.lower() for text in texts) < 100


@pytest.mark.parametrize("lang", ["en", "tr", "ar", "zh-Hans"])
def test_links_of_robots_mark_words_and_hosts_but_no_markup(lang: str) -> None:
    rng = random.Random(6)
    for _ in range(200):
        text, spans = unmark(link_spam(rng, lang))
        found = [text[span.start : span.end] for span in spans]
        assert len(found) >= 2
        assert any("." in words for words in found)
        assert not any(re.search(r"<|\[/|\burl=|://\S*<", words) for words in found)


def test_visitors_link_to_known_sites() -> None:
    rng = random.Random(8)
    texts = [honest_links(rng, "fr", "Merci !") for _ in range(50)]
    assert all("Merci !" in text and "://" in text for text in texts)
    assert len(set(texts)) > 30
    assert not any({*MARKS} & {*text} for text in texts)

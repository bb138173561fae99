"""Folding: what becomes one, what is dropped, and that every character knows where it was."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import DROP, TO_SIMPLIFIED, cases, tables

from detector.fold import BREAK, CLASS, CLASSES, SPACE, TABLE_SIZE, code_points, fold

ANY = st.text(st.characters())
MIXED = st.text(
    st.sampled_from("aBé國国8８𝟠 \t\u3000\u200b\u0301\n，。カ가😀\U00020000"), max_size=30
)


def folded_text(text: str) -> str:
    """Return the folded characters as a string; breaks are NUL."""
    return "".join(map(chr, fold(text, tables()).codes.tolist()))


@pytest.mark.parametrize("case", cases("fold"))
def test_folding(case: dict[str, Any]) -> None:
    assert folded_text(case["text"]) == case["folded"]


@given(ANY | MIXED)
def test_offsets_increase_and_lead_to_the_original(text: str) -> None:
    codes, classes, offsets = fold(text, tables())
    assert len(codes) == len(classes) == len(offsets)
    assert (np.diff(offsets) > 0).all()
    if len(offsets):
        assert 0 <= offsets[0] <= offsets[-1] < len(text)
    for code, kind, offset in zip(codes.tolist(), classes.tolist(), offsets.tolist(), strict=True):
        original = min(ord(text[offset]), TABLE_SIZE - 1)
        assert code == tables().fold[original] != DROP
        assert kind == tables().classes[original]


@given(ANY | MIXED)
def test_what_is_left_out_is_dropped_or_space(text: str) -> None:
    kept = set(fold(text, tables()).offsets.tolist())
    for offset, char in enumerate(text):
        if offset not in kept:
            assert tables().fold[ord(char)] in (DROP, SPACE)


@given(ANY | MIXED)
def test_spaces_stand_once_and_between_words(text: str) -> None:
    codes, classes, _ = fold(text, tables())
    for at in np.flatnonzero(codes == SPACE).tolist():
        assert 0 < at < len(codes) - 1
        for beside in (at - 1, at + 1):
            assert codes[beside] not in (SPACE, BREAK)
            assert classes[beside] > CLASS["kana"]


@given(ANY | MIXED)
def test_invisible_characters_change_nothing(text: str) -> None:
    woven = "\u200b".join(text) + "\ufe0f"
    assert folded_text(woven) == folded_text(text)


@given(MIXED)
def test_folding_twice_is_folding_once(text: str) -> None:
    once = folded_text(text)
    assert folded_text(once) == once


@given(st.text(st.characters(max_codepoint=0x1FFFF)))
def test_case_does_not_matter_where_it_is_one_to_one(text: str) -> None:
    pairs = [(c, c.upper()) for c in text if len(c.upper()) == 1 and c.upper().lower() == c]
    lower = "".join(c for c, _ in pairs)
    upper = "".join(c for _, c in pairs)
    assert folded_text(lower) == folded_text(upper)


@given(MIXED, MIXED)
def test_lines_are_folded_on_their_own(one: str, two: str) -> None:
    assert folded_text(f"{one}\n{two}") == folded_text(one) + "\0" + folded_text(two)


def test_folding_a_folded_character_gives_itself() -> None:
    table = tables().fold
    kept = table[table != DROP]
    inside = kept[kept < TABLE_SIZE]
    assert [chr(code) for code in np.unique(inside[table[inside] != inside])] == []


def test_every_folded_character_lies_in_the_table() -> None:
    # Counts of natural text are looked up by folded character.
    table = tables().fold
    outside = np.flatnonzero((table >= TABLE_SIZE) & (table != DROP))
    assert [f"U+{code:04X}" for code in outside.tolist()] == []


def test_characters_above_the_table_are_rare_han() -> None:
    codes, classes, offsets = fold("\U0002a700\U00030000", tables())
    assert codes.tolist() == [TABLE_SIZE - 1] * 2
    assert classes.tolist() == [CLASS["han_rare"]] * 2
    assert offsets.tolist() == [0, 1]


def test_classes() -> None:
    for kind, chars in {
        "break": "\n\r\u2028",
        "han": "人天",
        "han_traditional": "國門",
        "han_simplified": "国门",
        "kana": "かカｶ",
        "hangul": "가ㄱ",
        "latin": "az",
        "latin_upper": "AZ",
        "latin_marked": "éỗđ",
        "cyrillic": "аЯ",
        "greek": "αΩ",
        "thai": "สล",
        "digit": "09",
        "styled": "𝟠𝐁①²",
        "fullwidth": "Ａ８",
        "space": " \u3000\u00a0",
        "comma": "，、,；",
        "stop": "。.！?",
        "dash": "-—～_",
        "quote": "“'",
        "bracket": "【)",
        "slash": "/＼",
        "bar": "|｜",
        "at": "@＃",
        "emoji": "😀☀",
        "arabic": "ش",
    }.items():
        told = [CLASSES[tables().classes[ord(char)]] for char in chars]
        assert told == [kind] * len(chars), kind


def test_every_traditional_character_of_the_map_is_folded() -> None:
    for traditional, simplified in TO_SIMPLIFIED.items():
        assert folded_text(traditional) == folded_text(simplified) == simplified


@given(ANY)
def test_code_points(text: str) -> None:
    assert code_points(text).tolist() == [ord(char) for char in text]


def test_every_decimal_digit_of_unicode_is_a_zero() -> None:
    digits = "".join(map(chr, range(TABLE_SIZE)))
    digits = "".join(char for char in digits if unicodedata.category(char) == "Nd")
    assert set(folded_text(digits)) == {"0"}

"""Decoding: which encoding is found, that the text comes back whole, that nothing raises."""

from __future__ import annotations

import codecs
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import cases, rows_of

from detector.decode import Decoded, decode, looks_binary
from detector.scoring import read_page

PARAGRAPHS = {row["name"]: row["text"] for row in rows_of("decode_paragraphs")}
PARAGRAPHS["fr-ascii"] = "The market moved next to the church because of the roadworks."
LEGACY = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "cp1252", "cp1251", "utf-16-le")


def page_of(case: dict[str, Any]) -> str:
    """Return the source of a small page with the paragraph that the case names."""
    return f"<html><head>{case['meta']}</head><body><p>{PARAGRAPHS[case['text']]}</p></body></html>"


def check(case: dict[str, Any]) -> None:
    source = page_of(case)
    decoded = decode(source.encode(case["codec"]), case["http"])
    assert decoded == Decoded(source, case["expect"], 0)


@pytest.mark.parametrize("case", cases("decode_declared"))
def test_a_declaration_is_followed(case: dict[str, Any]) -> None:
    check(case)


@pytest.mark.parametrize("case", cases("decode_misdeclared"))
def test_bytes_overrule_a_wrong_declaration(case: dict[str, Any]) -> None:
    check(case)


@pytest.mark.parametrize("case", cases("decode_undeclared"))
def test_statistics_find_the_encoding(case: dict[str, Any]) -> None:
    check(case)


@pytest.mark.parametrize("case", cases("decode_bom"))
@pytest.mark.parametrize("text", PARAGRAPHS.values(), ids=PARAGRAPHS)
def test_a_byte_order_mark_goes_first(case: dict[str, Any], text: str) -> None:
    source = f'<meta charset="gb2312"><p>{text}'
    data = bytes.fromhex(case["bom"]) + source.encode(case["codec"])
    assert decode(data, "text/html; charset=big5") == Decoded(source, case["expect"], 0)


@pytest.mark.parametrize("case", cases("decode_binary"))
def test_binary_data_is_told_from_text(case: dict[str, Any]) -> None:
    assert looks_binary(bytes.fromhex(case["hex"])) is case["binary"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["zh-Hans", "zh-Hant", "ja"])
def test_utf16_shows_without_a_mark_and_without_markup(name: str, encoding: str) -> None:
    text = f"{PARAGRAPHS[name]}\n"
    assert decode(text.encode(encoding)) == Decoded(text, encoding, 0)


@pytest.mark.parametrize("missing", [1, 2])
@pytest.mark.parametrize("meta", ["", '<meta charset="utf-8">'], ids=["undeclared", "declared"])
def test_utf8_cut_inside_its_last_character_stays_utf8(missing: int, meta: str) -> None:
    source = f"{meta}<p>{PARAGRAPHS['zh-Hans']}"
    decoded = decode(source.encode("utf-8")[:-missing])
    assert decoded == Decoded(source[:-1] + "\ufffd", "utf-8", 1)


@pytest.mark.parametrize("codec", ["gb18030", "big5hkscs", "cp932", "euc_jp", "cp949"])
def test_double_bytes_cut_in_half_lose_only_the_last_character(codec: str) -> None:
    name = {"gb18030": "zh-Hans", "big5hkscs": "zh-Hant", "cp949": "ko"}.get(codec, "ja")
    text = PARAGRAPHS[name].rstrip("。.")
    decoded = decode(f'<meta charset="{codec}"><p>{text}'.encode(codec)[:-1])
    assert decoded.encoding == codec
    assert decoded.text.startswith(f'<meta charset="{codec}"><p>{text[:-1]}')
    assert decoded.replaced <= 1


def test_a_few_broken_bytes_leave_a_utf8_page_utf8() -> None:
    source = ('<meta charset="utf-8"><p>' + PARAGRAPHS["zh-Hans"] * 4).encode("utf-8")
    decoded = decode(source[:60] + b"\xff\xfe" + source[60:])
    assert decoded.encoding == "utf-8"
    assert 0 < decoded.replaced <= 4
    assert PARAGRAPHS["zh-Hans"] in decoded.text


def test_the_sample_of_a_long_page_is_taken_where_it_tells() -> None:
    # Forty kilobytes of ASCII scripts in front of the first Chinese character.
    source = "<script>" + "var padding = 0;\n" * 2500 + f"</script><p>{PARAGRAPHS['zh-Hant']}"
    assert decode(source.encode("big5")) == Decoded(source, "big5hkscs", 0)


def test_a_declaration_beyond_the_head_is_not_searched() -> None:
    source = "<!-- " + "x" * 5000 + f' --><meta charset="koi8-r"><p>{PARAGRAPHS["zh-Hans"]}'
    assert decode(source.encode("gbk")).encoding == "gb18030"


def test_stray_nuls_do_not_hide_a_page() -> None:
    data = b"<html><body><p>plain words \0 and more of them</p></body></html>"
    page = read_page(data)
    assert page.truncated == ()
    assert page.text.split() == ["plain", "words", "and", "more", "of", "them"]


def test_binary_data_gives_an_empty_page_that_says_so() -> None:
    page = read_page(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    assert (page.text, page.segments, page.truncated) == ("", (), ("binary",))


def test_all_sorts_of_buffers_are_bytes() -> None:
    data = f"<p>{PARAGRAPHS['zh-Hans']}</p>".encode("gbk")
    buffers: list[Any] = [data, bytearray(data), memoryview(data)]
    pages = [read_page(buffer) for buffer in buffers]
    assert {(page.text, page.encoding) for page in pages} == {
        (PARAGRAPHS["zh-Hans"] + "\n", "gb18030")
    }


def test_all_python_encodings_as_labels_never_raise() -> None:
    labels = sorted({name for pair in codecs_of_python() for name in pair})
    for label in labels:
        for data in (b"<p>abc \\u5f00 \xff\x80", "<p>学校".encode()):
            assert isinstance(decode(data, f"text/html; charset={label}").text, str)


def codecs_of_python() -> list[tuple[str, str]]:
    """Return all aliases that this Python knows, with the names of their codecs."""
    from encodings.aliases import aliases

    extra = ("undefined", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "utf_8_sig")
    return [*aliases.items(), *((name, name) for name in extra)]


@given(st.binary(max_size=300), st.none() | st.sampled_from(LEGACY))
def test_any_bytes_are_decoded(data: bytes, label: str | None) -> None:
    decoded = decode(data, label and f"text/html; charset={label}")
    assert decoded.replaced == decoded.text.count("\ufffd")
    assert codecs.lookup(decoded.encoding)
    looks_binary(data)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=200))
def test_text_survives_utf8(text: str) -> None:
    assert decode(text.encode("utf-8")) == Decoded(text, "utf-8", text.count("\ufffd"))


def test_utf8_that_is_declared_as_gb2312_is_read_as_utf8() -> None:
    text = "<meta charset=gb2312><p>" + "操场边的香樟树今年又长高了一截，孩子们在树下跳绳。" * 8
    found = decode(text.encode("utf-8")[:-1])
    assert found.encoding == "utf-8"
    assert "香樟树" in found.text

"""HTML or plain text: what a string is taken for, and what plain text becomes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import cases

from detector.config import Config
from detector.errors import InputError
from detector.extract import looks_like_html
from detector.page import Page, page_from_text
from detector.scoring import read_page


@pytest.mark.parametrize("case", cases("sniff"))
def test_html_is_told_from_text(case: dict[str, Any]) -> None:
    assert looks_like_html(case["text"]) is case["html"]
    page = read_page(case["text"])
    assert page.html is case["html"]
    if not case["html"]:
        assert page.text == case["text"]


@pytest.mark.parametrize("case", cases("plain_text"))
def test_plain_text_is_kept_and_cut_into_lines(case: dict[str, Any]) -> None:
    page = page_from_text(case["text"])
    assert page.text == case["text"]
    assert [page.text[s.start : s.end] for s in page.segments] == case["lines"]
    assert {(s.where, s.visible, s.node) for s in page.segments} <= {("body", True, None)}
    assert not page.html


@given(st.text())
def test_any_text_is_kept(text: str) -> None:
    page = read_page(text, content_type="text/plain")
    assert page.text == text
    end = 0
    for segment in page.segments:
        assert end <= segment.start < segment.end <= len(text)
        assert text[end : segment.start].isspace() or end == segment.start == 0
        end = segment.end
    assert not text[end:].strip()
    assert [last - first for first, last in page.blocks()] == [1] * len(page.segments)


def test_a_content_type_settles_what_a_text_is() -> None:
    source = "<p>今天</p>"
    assert read_page(source).text == "今天\n"
    assert read_page(source, content_type="text/plain; charset=utf-8").text == source
    assert read_page(source.encode(), content_type=" Text/Plain").text == source
    assert read_page("今天", content_type="text/html").html
    assert read_page("今天", content_type="application/xhtml+xml").html
    assert read_page(source, content_type="application/octet-stream").html


def test_long_plain_text_is_cut_and_said() -> None:
    page = read_page("一二三\n四五六", config=Config(max_characters=5))
    assert (page.text, page.truncated) == ("一二三\n四", ("max_characters",))
    page = read_page("一二三\n四五六", config=Config(max_bytes=4))
    assert (page.text, page.truncated) == ("一二三\n", ("max_bytes",))
    page = read_page("一二三".encode(), config=Config(max_bytes=8))
    assert page.text.startswith("一二")
    assert page.truncated == ("max_bytes",)


def test_a_page_is_passed_through() -> None:
    page = page_from_text("今天")
    assert read_page(page) is page


@pytest.mark.parametrize("wrong", [None, 5, ["<p>"], {"html": "<p>"}, object()])
def test_other_types_are_refused_by_name(wrong: Any) -> None:
    with pytest.raises(InputError, match=f"cannot score a {type(wrong).__name__}; pass bytes"):
        read_page(wrong)


def test_a_page_without_segments_has_no_blocks() -> None:
    assert list(Page("", ()).blocks()) == []

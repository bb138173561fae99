"""Where findings stand in the source: told only where it is certain."""

from __future__ import annotations

import html
import re
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import PROMOTED, cases, small_model

from detector import Config, Detector, Result
from detector.config import DEFAULT_CONFIG
from detector.scoring import read_page

DETECTOR = Detector(small_model())
SOURCES = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<b>", "</b>", "<title>开云</title>", "<!-- 开云 -->", "<img alt='体育'>",
         "今天", "开云", "体育官网", "&#24320;", "&#x4e91;", "&amp;", "&nbsp;", " ", "\n",
         "<script>'开云'</script>"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


def said(source: str) -> str:
    """Return what a piece of source says, without its white space."""
    return "".join(html.unescape(re.sub(r"<[^<>]*>", "", source)).split())


@pytest.mark.parametrize("case", cases("source_map"))
@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_places(case: dict[str, Any], encoding: str | None) -> None:
    page: str = case["page"]
    if encoding is None:
        spans = DETECTOR.score(page, source_map=True).spans
        found = [span.source and page[slice(*span.source)] for span in spans]
    else:
        data = page.encode(encoding)
        kind = "text/html" if page.startswith("<") else "text/plain"
        charset = encoding.removesuffix("-sig")
        header = f"{kind}; charset={charset}"
        spans = DETECTOR.score(data, content_type=header, source_map=True).spans
        plain = "utf-16-le" if encoding == "utf-16" else charset
        found = [span.source and data[slice(*span.source)].decode(plain) for span in spans]
    assert found == case["expect"]


@given(SOURCES)
def test_what_is_told_is_right(source: str) -> None:
    for span in DETECTOR.score(source, content_type="text/html", source_map=True).spans:
        if span.source is not None:
            assert said(source[slice(*span.source)]) == "".join(span.text.split())


def test_places_go_to_json_and_back() -> None:
    result = DETECTOR.score("今天开云体育", source_map=True)
    assert result.spans[0].source == (2, 6)
    row = result.to_dict()
    assert row["spans"][0]["source"] == [2, 6]
    assert Result.from_dict(row).spans[0].source == (2, 6)
    assert Result.from_dict(row).to_dict() == row


@pytest.mark.parametrize(
    ("page", "behind"),
    [
        ("<html><body><p>今天</p></body></html><p>开云体育</p>", True),
        ("<html><body><p>今天</p></body></html>\n开云体育", True),
        ("<html><body><p>开云体育</p></body></html><p>今天</p>", False),
        ("<html><body><p>今天</p><p>开云体育</p>", False),
    ],
)
def test_places_tell_what_stands_behind_the_end(page: str, behind: bool) -> None:
    data = page.encode()
    (span,) = DETECTOR.score(data, source_map=True).spans
    assert span.source is not None
    assert (b"</html>" in data[: span.source[0]]) == behind


def test_without_being_asked_for_there_are_none() -> None:
    result = DETECTOR.score("今天开云体育")
    assert result.spans[0].source is None
    assert "source" not in result.to_dict()["spans"][0]


def test_other_pages_have_no_source() -> None:
    page = read_page("<p>今天开云体育</p>")
    assert [span.source for span in DETECTOR.score(page, source_map=True).spans] == [None]


def place(data: bytes, config: Config = DEFAULT_CONFIG) -> bytes | None:
    """Return the bytes of the only finding of a page in UTF-8."""
    detector = Detector(small_model(), config=config)
    header = "text/html; charset=utf-8"
    (span,) = detector.score(data, content_type=header, source_map=True).spans
    return span.source and data[slice(*span.source)]


def test_damage_on_one_side_does_not_hide_a_place() -> None:
    finding = "开云体育".encode()
    page = b"<p>%s</p><p>" + "今天的新闻很多".encode() * 5
    assert place(page % finding) == finding
    assert place(page % finding + b"\xff") == finding
    assert place(b"<p>\xff</p>" + page % finding) == finding
    assert place(b"<p>\xff</p>" + page % finding + b"\xff") is None


def test_a_page_cut_within_a_character_has_places() -> None:
    finding = "开云体育".encode()
    page = b"<p>%s</p><p>" % finding + "今天".encode()
    limits = replace(DEFAULT_CONFIG, max_bytes=len(page) - 1)
    assert place(page, limits) == finding


@pytest.mark.parametrize(
    "filler", ["<b>", " ", "&#24320;", "<p>开", PROMOTED, "&nbsp;"], ids=range(6)
)
def test_hostile_sources_take_linear_time(filler: str) -> None:
    times = []
    for size in (20_000, 80_000):
        page = "<p>今天开云体育</p>" + filler * (size // len(filler))
        start = time.process_time()
        DETECTOR.score(page, content_type="text/html", source_map=True)
        times.append(time.process_time() - start)
    assert times[1] < 10 * times[0] + 1.0

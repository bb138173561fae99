"""HTML to Page: what is read, where it sits, whether a reader sees it, and within which limits."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from html import escape as html_escape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from support import cases

from detector.config import DEFAULT_CONFIG, Config
from detector.extract import extract
from detector.nesting import tamed
from detector.page import WHERES, Page, page_from_text
from detector.paths import element_paths
from detector.scoring import read_page

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
ALL = [
    *cases("extract_where"),
    *cases("extract_script"),
    *cases("extract_hidden"),
    *cases("extract_text"),
    *cases("extract_markup"),
]
DOCUMENT = """<!DOCTYPE html><html><head><title>镇报</title>
<meta name="keywords" content="新闻 天气"></head><body>
<div id="a"><h1>今日<a href="https://one.example/">要闻</a></h1><p>第一段</p><p>第二段<b>粗</b></p></div>
<div><ul><li>甲</li><li>乙<ul><li>乙之一</li></ul></li></ul>
<table><thead><tr><th>表头</th></tr></thead><tbody><tr><td>一格</td><td>二格</td></tr></tbody></table>
<p title="说明文字">第三段</p><img alt="图中的桥"><span>尾</span></div></body></html>"""


def told(page: Page) -> list[list[Any]]:
    """Return [where, visible, text] of each segment."""
    return [[s.where, s.visible, page.text[s.start : s.end]] for s in page.segments]


def check_shape(page: Page) -> None:
    """Assert what holds for the segments of any page."""
    end = 0
    for segment in page.segments:
        assert end <= segment.start < segment.end <= len(page.text)
        if segment.start > end or not end:
            assert page.text[end : segment.start].strip("\n") == ""
        assert "\n" not in page.text[segment.start : segment.end]
        assert segment.where in WHERES
        end = segment.end
    assert page.text[end:].strip("\n") == ""
    blocks = list(page.blocks())
    assert [index for block in blocks for index in range(*block)] == list(range(len(page.segments)))
    for first, last in blocks:
        whole = page.text[page.segments[first].start : page.segments[last - 1].end]
        assert whole == "".join(page.text[s.start : s.end] for s in page.segments[first:last])
    for (_, last), (first, _) in pairwise(blocks):
        between = page.text[page.segments[last - 1].end : page.segments[first].start]
        assert between
        assert set(between) == {"\n"}


@pytest.mark.parametrize("case", ALL)
def test_segments(case: dict[str, Any]) -> None:
    page = extract(case["html"])
    assert told(page) == case["segments"]
    assert page.html
    assert page.truncated == ()
    check_shape(page)


TAGS = ("p", "div", "b", "a", "h1", "title", "table", "td", "br", "script", "noscript", "svg",
        "template", "select", "option", "textarea", "o:p", "frameset", "iframe")  # fmt: skip
soup = st.lists(
    st.sampled_from(
        [f"<{tag}>" for tag in TAGS]
        + [f"</{tag}>" for tag in TAGS]
        + ["<!--", "-->", "<![CDATA[", "&#x4e00;", "&", "<", ">", "\0", "\ud800", " ", "\n", "一"]
        + ['<a href="http://x.example/%ff">', "<p style='display:none'>", "<img alt='二 三'>"]
        + ['<meta name="keywords" content="四">', "'五六'", '"\\u4e00', "`"]
    )
    | st.text(max_size=5),
    max_size=40,
).map("".join)


@given(
    st.text(
        st.sampled_from(
            "a 中 \n\r\v\f\t\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2003\u2028\u2029\u3000\u200b\ud800"
        )
    )
)
def test_lines_of_plain_text_are_those_of_python(text: str) -> None:
    lines, at = [], 0
    for line in text.splitlines(keepends=True):
        if line.rstrip():
            lines.append((at, at + len(line.rstrip())))
        at += len(line)
    page = page_from_text(text)
    assert [(segment.start, segment.end) for segment in page.segments] == lines


@given(soup)
@example("<table><a>一<tr><td><script>'二")
@example("<frameset><frame><noframes>一</noframes></frameset>")
def test_tag_soup_never_raises(source: str) -> None:
    page = extract(source)
    check_shape(page)
    paths = element_paths(page, [segment.node for segment in page.segments])
    assert len(paths) == len(page.segments)


@given(soup, st.integers(0, 30), st.integers(0, 5), st.integers(0, 20))
def test_limits_hold_on_tag_soup(source: str, characters: int, segments: int, nodes: int) -> None:
    limits = Config(max_characters=characters, max_segments=segments, max_nodes=nodes)
    page = extract(source, limits)
    check_shape(page)
    assert len(page.segments) <= segments
    assert sum(s.end - s.start for s in page.segments) <= characters
    whole = extract(source)
    if told(page) != told(whole):
        assert page.truncated


@pytest.mark.parametrize(
    "source",
    [
        DOCUMENT,
        "<p>一<p>二<table><td>三<td>四",
        "<div><o:p>一</o:p><o:p>二</o:p></div>",
        "<x.y>一</x.y><x.y>二</x.y>",
        "<body><main><a-b>一</a-b><a-b>二<i>三</i></a-b></main>",
    ],
    ids=["document", "soup", "namespaced", "dotted", "custom"],
)
def test_css_path_selects_exactly_the_node(source: str) -> None:
    tree = LexborHTMLParser(source)
    nodes = tree.css("*")
    paths = element_paths(extract(source), range(1, len(nodes) + 1))
    for path, node in zip(paths, nodes, strict=True):
        found = tree.css(path)
        assert [other.mem_id for other in found] == [node.mem_id]


def test_css_path_selects_the_same_element_in_beautiful_soup() -> None:
    tree = BeautifulSoup(DOCUMENT, "html.parser")
    page = extract(DOCUMENT)
    assert len(page.segments) > 12
    paths = element_paths(page, [segment.node for segment in page.segments])
    for path, segment in zip(paths, page.segments, strict=True):
        elements = tree.select(path)
        assert len(elements) == 1
        element = elements[0]
        words = [element.get_text(), *(str(value) for value in element.attrs.values())]
        text = page.text[segment.start : segment.end].strip()
        assert any(text in re.sub(r"\s+", " ", word) for word in words)


def test_a_stretch_is_found_in_the_text_of_its_node() -> None:
    page = extract("<p>前面<b>粗体文字</b>后面</p><img alt='图中 的桥'><p>末尾</p>")
    assert page.text == "前面粗体文字后面\n图中 的桥\n末尾\n"
    for start, end, text, own in (
        (0, 2, "前面", (0, 2)), (1, 5, "粗体文字", (0, 3)), (3, 5, "粗体文字", (1, 3)),
        (5, 20, "图中 的桥", (0, 5)), (9, 11, "图中 的桥", (0, 2)), (13, 17, "末尾", (0, 2)),
    ):  # fmt: skip
        segment, first, last = page.within(start, end)
        assert page.text[segment.start : segment.end] == text
        assert (first, last) == own
    for start, end in ((8, 9), (3, 3), (90, 99)):
        with pytest.raises(ValueError, match="no segment holds"):
            page.within(start, end)


@given(st.data())
def test_what_is_found_in_a_node_stands_there(data: st.DataObject) -> None:
    page = extract(DOCUMENT)
    start = data.draw(st.integers(0, len(page.text) - 1))
    end = data.draw(st.integers(start + 1, len(page.text)))
    if page.text[start:end].strip("\n"):
        segment, first, last = page.within(start, end)
        assert page.text[segment.start : segment.end][first:last] in page.text[start:end]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.html")), ids=lambda path: path.stem)
def test_a_soup_of_an_example_says_the_same(path: Path) -> None:
    # What Python's own parser makes of them; others may read the encoding in another way.
    page = read_page(path.read_bytes())
    soup = extract(str(BeautifulSoup(path.read_bytes(), "html.parser")))
    assert told(soup) == told(page)
    assert soup.text == page.text


words = st.text("甲乙丙 \n&<", min_size=1, max_size=6).map(html_escape)
inline = st.recursive(
    words,
    lambda inner: st.tuples(
        st.sampled_from(
            ("b", "i", "span", "span hidden", "font color=red", "em style='opacity:0'")
        ),
        st.lists(inner, max_size=3),
    ).map(lambda made: f"<{made[0]}>{''.join(made[1])}</{made[0].split()[0]}>"),
    max_leaves=4,
)
flow = st.recursive(
    st.one_of(
        st.lists(inline, max_size=3).map(lambda parts: f"<p>{''.join(parts)}</p>"),
        words.map(lambda text: f"<h2>{text}</h2>"),
        words.map(lambda text: f"<p><a href='https://甲.example/b?c=1&amp;d'>{text}</a></p>"),
        words.map(lambda text: f'<p><img alt="{text}" title="{text}"></p>'),
        words.map(lambda text: f"<template><p>{text}</p></template>"),
        words.map(lambda text: f"<p><svg><g><text>{text}</text></g></svg></p>"),
        words.map(lambda text: f"<!--{text.replace('-', '')}.-->"),
        st.just("<script>w('<a href=\"https://b.example/\">甲乙丙<\\/a>')</script>"),
        st.just("<style>.a{display:none}</style>"),
    ),
    lambda inner: st.tuples(
        st.sampled_from(("div", "div class=a", "section", "ul><li", "blockquote", "center")),
        st.lists(inner, max_size=4),
    ).map(
        lambda made: (
            f"<{made[0]}>{''.join(made[1])}"
            + "".join(f"</{tag.split()[0]}>" for tag in reversed(made[0].split("><")))
        )
    ),
    max_leaves=8,
)


@given(st.lists(flow, max_size=6))
def test_a_soup_of_a_proper_document_says_the_same(parts: list[str]) -> None:
    # Of improper ones, each parser makes what it likes (see the known limits in README.md).
    source = (
        f"<!DOCTYPE html><html><head><title>甲</title></head><body>{''.join(parts)}</body></html>"
    )
    page, soup = extract(source), extract(str(BeautifulSoup(source, "html.parser")))
    assert [(s.hidden_by, s.node) for s in soup.segments] == [
        (s.hidden_by, s.node) for s in page.segments
    ]
    assert told(soup) == told(page)
    assert soup.text == page.text


def test_css_path_of_no_element_is_empty() -> None:
    assert element_paths(extract(DOCUMENT), [None, 0, 1]) == ["", "", "html"]
    assert element_paths(page_from_text("甲"), [1]) == [""]


def limited(source: str, **limits: int) -> Page:
    return extract(source, replace(DEFAULT_CONFIG, **limits))


def test_a_document_within_the_limits_says_nothing() -> None:
    assert extract(DOCUMENT).truncated == ()


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 30_000 + "深处",
        "<DIV class=a>" * 30_000 + "深处" + "</div>" * 30_000,
        "<section></nav>" * 30_000 + "深处",
        "<b><div>" * 30_000 + "深处",
        "<span>" * 30_000 + "深处" + "</x-y>" * 30_000,
        "<x-y>" * 30_000 + "深处" + "</div>" * 30_000,
        "<p>" + "".join(f"<b a={n}>" for n in range(3_000)) + "</p>" + "<p>深处</p>" * 10_000,
        "<p>" + "".join(f"<b a='>{n}'>" for n in range(1_500)) + "</p>" + "<p>深处</p>" * 10_000,
    ],
    ids=("div", "closed", "stray", "formatting", "stray-inline", "unknown", "copies", "quoted"),
)
def test_nesting_costs_neither_minutes_nor_gigabytes(source: str) -> None:
    start = time.process_time()
    page = extract(source)
    assert time.process_time() - start < 8
    assert "深处" in page.text
    assert "max_depth" in page.truncated


def test_depth_is_bounded_and_said() -> None:
    page = limited("<div>" * 50 + "深处" + "</div>" * 50 + "<p>外面</p>", max_depth=20)
    assert page.truncated == ("max_depth",)
    assert told(page) == [["body", True, "深处"], ["body", True, "外面"]]
    unmatched = limited("<div></nav>" * 50 + "深处", max_depth=20)
    assert unmatched.truncated == ("max_depth",)
    siblings = limited("<div>甲</div>" * 50, max_depth=20)
    assert siblings.truncated == ()
    assert len(siblings.segments) == 50


def test_a_long_honest_page_is_left_alone() -> None:
    source = "<ul>" + "<li>甲 <b>乙</b><p>丙<br>" * 1_000 + "</ul>" + "<div><i>丁</i></div>" * 1_000
    page = extract(source)
    assert page.truncated == ()
    assert tamed(source.encode(), DEFAULT_CONFIG) == (source.encode(), [])


def depth_of(source: bytes) -> int:
    """Return how many elements are open at once in what the parser makes of ``source``."""
    deepest = 0
    depths = {0: 0}
    for node in LexborHTMLParser(source).css("*"):
        parent = node.parent
        depths[node.mem_id] = depths.get(parent.mem_id, 0) + 1 if parent else 1
        deepest = max(deepest, depths[node.mem_id])
    return deepest


TAGS_AND_SUCH = (
    "<div>", "</div>", "<DIV a=1>", "</Div >", "<p>", "<span", "<b>", "</b>", "<x-y>", "</x-y>",
    "<a/b>", "<", "</", "<!--", "-->", "字", " ", "<é>", "<i\u3000a>", "<svg>", "</svg>", "<desc>",
    "<table>", "<td>", "</table>", "<style>", "</style>", "<x a='", "'>", "<script>", "</script>",
    "<select>", "</select>", "<g a=b/>", "<title>", "</title>", "<noscript>", "</noscript>",
    "<g/>", "<li>", "</b>", "<i>", "</i>", "</table>", "</tr>", "</span>", "</h1>", "</select>",
    "<![CDATA[", "]]>", "<button>", "</button>", "<h1>", "</h1>", "<h2>", "</td>", "<form>",
    "</form>", "<input>", "<option>", "<optgroup>", "<textarea>", "</textarea>",
    "<script/>", "<svg/>", "<x-y/>", "<textarea/>", "<math>", "<mi>",
    "<template>", "</template>", "<rt>", "<ruby>", "<object>", "</object>", "</p>", "</br>",
)  # fmt: skip
tags = st.lists(st.sampled_from(TAGS_AND_SUCH), max_size=12).map("".join)
UNCOUNTED = 5
"""Elements that need no end tag, of a table and in its cells, stand in each that is counted."""


@given(tags, st.integers(1, 6))
@example("<svg><script/><div>", 3)
@example("<svg><textarea/><g></textarea>", 3)
@example("<svg><template><option>", 3)
@example("<svg/><x-y/>", 3)
@example("<svg></p><x-y/>", 3)
@example("<svg></br><x-y/>", 3)
@example("<noscript><svg></svg><x-y/>", 3)
@example("<i><b></i>", 3)
@example("<span><b></span>", 3)
@example("<div><b></div>x", 3)
@example("<table><b><td></table>x", 3)
@example("<select><b></select>x", 3)
def test_no_repeated_soup_gets_deep(source: str, most: int) -> None:
    limits = Config(max_depth=most)
    raw, _ = tamed((source * 40).encode(), limits)
    assert depth_of(raw) <= UNCOUNTED * (most + 2)


@given(tags)
def test_what_is_within_the_limits_is_not_changed(source: str) -> None:
    raw = source.encode()
    assert tamed(raw, DEFAULT_CONFIG) == (raw, [])


@given(tags, st.integers(0, 4))
def test_what_was_tamed_stays_so(source: str, most: int) -> None:
    limits = Config(max_depth=most, max_attributes=most)
    raw, _ = tamed(source.encode(), limits)
    tamed(raw, limits)
    extract(source, limits)


@pytest.mark.parametrize(
    "tag",
    [
        "<p {}>", "<p/{}>", "<p\n{}>", "<p x='>' {}>", "<!-- <p y=' --><p {}>",
        "<script>'<p y=\"'</script><p {}>", "<p y='<p z=\"' {}>", "</b {}>", "<P {}",
    ],
)  # fmt: skip
def test_attributes_are_cut_and_said(tag: str) -> None:
    source = tag.format(" ".join(f"a{n}='>'" for n in range(20)) + " alt=甲") + "<p>乙</p>"
    page = limited(source, max_attributes=4)
    assert page.truncated == ("max_attributes",)
    assert "甲" not in page.text
    assert "乙" in page.text
    assert limited(source, max_attributes=30).truncated == ()


def test_what_looks_like_tags_is_not_counted() -> None:
    inert = "<!-- <div> --><p a='<div>'><script>'<div>'</script><textarea><div></textarea>" * 30
    page = limited(inert + "<noscript><img></noscript><svg><g><title>a</title></svg>" * 30)
    assert limited(inert, max_depth=10).truncated == page.truncated == ()


def test_empty_elements_of_svg_hide_no_text_and_no_depth() -> None:
    icons = "<p>甲<svg><title/><style/><g/></svg></p>" * 700 + "<svg><title>乙</title></svg><p>丙"
    page = limited(icons)
    assert page.truncated == ()
    assert page.text.count("甲") == 700
    assert "丙" in page.text
    nested = limited("<svg><script/>" + "<div>" * 900 + "深处")
    assert nested.truncated == ("max_depth",)


@pytest.mark.parametrize(
    ("source", "cut"),
    [
        ("<table><tr><td><b>甲</td></tr></table>", False),
        ("<marquee><b>甲</marquee>", False),
        ("<b>甲<i>乙</b></i>", False),
        ("<p><b>甲</b></p>", False),
        ("<div><b>甲</div>", True),
        ("<span><b>甲</span>", True),
    ],
)
def test_formatting_left_open_by_what_is_around_is_cut(source: str, cut: bool) -> None:
    page = limited(source * 40, max_depth=20)
    assert ("max_depth" in page.truncated) == cut
    assert page.text.count("甲") == 40


def test_names_are_bounded_and_said() -> None:
    elements = "".join(f"<x-{n}>甲</x-{n}>" for n in range(400)) + "<p>乙</p>"
    page = limited(elements, max_names=300)
    assert page.truncated == ("max_names",)
    assert page.text == limited(elements).text
    attributes = "".join(f"<p a{n}=甲 title=丙{n}>乙</p>" for n in range(400))
    page = limited(attributes, max_names=300)
    assert page.truncated == ("max_attributes",)
    assert page.text.count("乙") == 400
    assert 250 < page.text.count("丙") < 301


def test_a_long_select_is_read_whole() -> None:
    source = "<select>" + "<option>甲" * 30_000 + "</select>"
    start = time.process_time()
    page = extract(source)
    assert time.process_time() - start < 1.5
    assert page.truncated == ()
    assert page.text.count("甲") == 30_000


def test_elements_too_deep_for_a_path_have_none() -> None:
    source = "<span>" * 3_000 + "深处" + "</span>" * 3_000 + "<p>外面</p>"
    page = limited(source, max_depth=3_000)
    paths = element_paths(page, [segment.node for segment in page.segments])
    assert paths == ["", "html > body > p:nth-of-type(1)"]


def test_nodes_are_cut_and_said() -> None:
    page = limited("<p>甲</p>" * 100, max_nodes=50)
    assert page.truncated == ("max_nodes",)
    assert 15 < len(page.segments) < 50


def test_characters_are_cut_and_said() -> None:
    page = limited("<p>一二三四五</p><p>六七</p>", max_characters=4)
    assert page.truncated == ("max_characters",)
    assert told(page) == [["body", True, "一二三四"]]


def test_segments_are_cut_and_said() -> None:
    page = limited("<p>一</p><p>二</p><p>三</p>", max_segments=2)
    assert page.truncated == ("max_segments",)
    assert told(page) == [["body", True, "一"], ["body", True, "二"]]


def test_links_are_cut_and_said() -> None:
    links = "".join(f'<a href="http://h{n}.example/">x</a>' for n in range(9))
    page = limited(links, max_links=4)
    assert page.truncated == ("max_links",)
    assert sum(s.where == "host" for s in page.segments) == 4
    assert sum(s.where == "link" for s in page.segments) == 9


def test_scripts_are_cut_and_said() -> None:
    page = limited("<script>a='甲一';b='乙二';</script><script>c='丙三';</script>", max_script=8)
    assert page.truncated == ("max_script",)
    assert told(page) == [["script", False, "甲一"]]


def test_source_is_cut_and_said() -> None:
    page = limited("<p>甲</p><p>乙</p>", max_bytes=8)
    assert page.truncated == ("max_bytes",)
    assert told(page) == [["body", True, "甲"]]


def test_a_long_value_is_cut_and_said() -> None:
    page = limited(f'<img alt="{"字" * 30}">', max_value=10)
    assert told(page) == [["alt", True, "字" * 10]]
    assert page.truncated == ("max_value",)


@pytest.mark.parametrize(
    "source",
    [
        "<script>//" + "\\`" * 15_000 + "</script>",
        "<script>//" + '\\"' * 15_000 + "</script>",
        "<script>//" + "'" * 120_000 + "</script>",
        '<p style="' + "height:1;" * 30_000 + '">x</p>',
        '<p style="' + "overflow:hidden; " * 20_000 + '">x</p>',
        "<!--" + "<a>" * 60_000 + "-->",
        "<p>" + "&#" * 100_000,
        "<p>" * 60_000,
        "<" * 200_000,
        "<a " + "x " * 100_000 + ">",
    ],
    ids=["backquotes", "quotes", "apostrophes", "height", "overflow", "comment", "entities",
         "paragraphs", "brackets", "attributes"],
)  # fmt: skip
def test_hostile_sources_cost_no_more_than_their_size(source: str) -> None:
    start = time.process_time()
    extract(source)
    assert time.process_time() - start < 2

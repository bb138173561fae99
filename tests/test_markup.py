"""The scan of a serialised document: it finds what the parser has, and bears anything else."""

from __future__ import annotations

import html
import itertools
import pickle
import re
import sys
from unittest.mock import patch

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from test_kernel import NATIVE, names

from detector.config import DEFAULT_CONFIG, Config
from detector.decode import decode, plain_utf8
from detector.extract import extract
from detector.kernel import call
from detector.markup import (
    ACTIONS,
    ITEMS,
    TAGS,
    TRAITS,
    VALUES,
    Markup,
    document_of,
    fragment_of,
    parsed,
    scan,
    scanned,
    serialised,
)
from detector.page import PLACES, Page, Segment, Segments
from detector.readings import readings_of
from detector.scripts import LITERAL, read_address, telling_literals
from detector.serialise import _writer, numbered_elements, serialised_tree
from detector.values import META_NAMES, Reader
from detector.writing import write_page

TAG_NAMES = (
    "p", "div", "b", "a", "h1", "title", "table", "td", "br", "script", "noscript", "svg", "math",
    "template", "select", "option", "textarea", "o:p", "x<y", "frameset", "iframe", "plaintext",
    "style", "xmp", "foreignObject", "mi", "link",
)  # fmt: skip
BITS = [
    *(f"<{tag}>" for tag in TAG_NAMES),
    *(f"</{tag}>" for tag in TAG_NAMES),
    *"<!-- --> <![CDATA[ ]]> <?php ?> <!doctype &amp; &lt; &nbsp; & < > \" 一 甲乙 -".split(),
    "\0", " ", "\n", "\u3000", "<a href='//x.example/1?a&amp;b'>", "<p title='&lt;\"&nbsp;'>",
    "<i =x a\"b='>'>", "<b style='color:red' STYLE=x hidden>",
    "<i title='<'>", "<i title='>'>", "<i title='&'>", "<i title='\u00e4\u00a0'>",
    "<svg xlink:href=x>",
]  # fmt: skip
ASKED = (
    "alt src href name type open title style value color media width hidden height content bgcolor "
    "popover property aria-label background placeholder scrollamount"
).split()
"""Attributes that something is read of; ``src`` and ``href`` of what leads somewhere only."""
LEADING = ("a", "area", "iframe")
soup = st.lists(st.sampled_from(BITS) | st.text(max_size=4), max_size=40).map("".join)


def test_both_sides_know_the_same_kinds() -> None:
    assert names("markup.h", "SPAN") == list(ACTIONS)
    assert names("markup.h", "ELEMENT") == list(ITEMS)
    assert names("markup.h", "WORDS") == list(VALUES)


def test_both_sides_know_the_same_traits() -> None:
    text = (NATIVE / "markup.h").read_text(encoding="utf-8")
    bits = re.findall(r"^    (\w+) = 1 << (\d+)", text, re.M)
    assert [(name.lower(), int(bit)) for name, bit in bits] == [
        (name, 4 + number) for number, name in enumerate(TRAITS)
    ]


def is_asked(tag: str | None, attribute: str) -> bool:
    """Say whether something is read of an attribute."""
    return attribute in ASKED and (tag in LEADING or attribute not in ("src", "href"))


def name_of(markup: Markup, element: int) -> str:
    """Return the name of an element."""
    tag = int(markup.elements[element, 0])
    return TAGS[tag] if tag < len(TAGS) else markup.slices("name")[tag - len(TAGS)].decode()


@given(soup)
@example("<svg><template><p>一</template></svg><template><p>二</template><p>三")
@example("<plaintext><b>一</plaintext>")
def test_elements_are_those_of_the_parser(source: str) -> None:
    raw = source.encode("utf-8", "replace")
    markup = scanned(parsed(raw), DEFAULT_CONFIG)
    root = parsed(raw).root
    assert root is not None
    nodes = root.css("*")
    numbers = {node.mem_id: number for number, node in enumerate(nodes, 1)}
    assert len(markup.elements) == len(nodes) + 1
    for number, node in enumerate(nodes, 1):
        assert name_of(markup, number) == node.tag
        parent = node.parent
        assert parent is not None
        assert markup.elements[number, 1] == numbers.get(parent.mem_id, 0)
        if node.tag != "template":
            asked = {k: v or "" for k, v in node.attributes.items() if is_asked(node.tag, k)}
            given = markup.attributes(number)
            assert {k: v for k, v in given.items() if is_asked(node.tag, k)} == asked


@given(st.text(), st.text())
def test_slices_stand_for_what_was_written(text: str, value: str) -> None:
    source = f'<img alt="{html.escape(value)}"><p>{html.escape(text)}</p>'
    parser = parsed(source.encode("utf-8", "replace"))
    markup = scanned(parser, DEFAULT_CONFIG)
    (image,), (paragraph,) = parser.css("img"), parser.css("p")
    assert markup.attributes(4)["alt"] == (image.attributes["alt"] or "")
    texts = [markup.text(*row[2:]) for row in markup.items.tolist() if ITEMS[row[0]] == "text"]
    assert texts == ([paragraph.text()] if paragraph.text() else [])


def written(markup: Markup, config: Config = DEFAULT_CONFIG) -> Page:
    """Return the page of a scan."""
    readings = readings_of(markup, {})
    reader = Reader(markup, readings, config)
    result = write_page(markup, readings, reader.read_values(), config)
    return Page(result.text, result.segments, True)


def check(source: bytes, config: Config = DEFAULT_CONFIG) -> None:
    """Assert that a scan stays within ``source``, and that what it finds can be read."""
    for escaped in (False, True):
        markup, _ = scan(source, config, escaped=escaped)
        tags = source.count(b"<")
        assert len(markup.elements) <= tags + 1
        assert len(markup.items) <= 2 * tags + 2
        for rows, first in ((markup.items, 2), (markup.values, 3), (markup.elements[1:], 2)):
            starts, ends = rows[:, first], rows[:, first + 1]
            assert ((starts >= 0) & (starts <= ends) & (ends <= len(source))).all()
        parents = markup.elements[1:, 1]
        assert all(parent < number for number, parent in enumerate(parents.tolist(), 1))
        assert (markup.values[:, 1] < len(markup.items)).all()
        try:
            written(markup, config)
        except UnicodeDecodeError:
            assert not call("is_utf8", source, len(source))


@pytest.mark.parametrize(
    "source",
    [
        b"", b"<", b">", b"&", b"</", b"<!", b"<!-", b"<!--", b"<!-->", b"<?", b"<>", b"</>",
        b"< >",
        b"<p", b"<p ", b"<p =", b'<p a="', b'<p a="">' , b"<p a='x'>", b"<p a>x", b'<p a=""b="">',
        b"<p></div>x</p>", b"</p></p>x", b"<div><p>x", b"<script>", b"<script>x</scrip",
        b"<style>x",
        b"<script><!--<script>x", b"<script><!--", b"<plaintext>x</plaintext>y</plaintext>",
        b"<template>", b"<template><template></template>x", b"</template>x", b"<svg><style><p>x",
        b"<noscript>&lt;p>x", b"&amp", b"x&am", b"<p>&nbsp", b'<p title="&quo', b"<p>\xff\xfe\xe4",
        b"<p>\xe4\xb8", b"<p>\xc2", b"<p>\xe3\x80", b"\x80\x80", b"<a href=\"//\">x", b"<br></br>x",
        b'<a href="//a\xff">', b'<a href="http:">', b'<a href="https://">', b"<meta content=x>",
        b'<input value="\xff">', b"<script>'//", b"<script>'http://a", b"<!--[if -->",
        b"<!-- \xff-->",
    ],
)  # fmt: skip
def test_malformed_serialisations_are_borne(source: bytes) -> None:
    check(source)
    check(source, Config(max_nodes=2, max_segments=1, max_characters=1, max_value=1, max_script=1))


def test_there_is_room_for_what_is_not_counted() -> None:
    inert = "".join(f"<x{n}>" for n in range(2_000))
    check(f"<p><template>{inert}".encode(), Config(max_nodes=3))
    check(("<p><script>" + "'//a';" * 2_000).encode(), Config(max_nodes=3))


@given(
    st.lists(
        st.sampled_from([bit.encode() for bit in BITS] + [b'="', b'">', b"</script>", b"<script>"])
        | st.binary(max_size=4),
        max_size=30,
    ).map(b"".join)
)
def test_bytes_are_borne(source: bytes) -> None:
    check(source)


@pytest.mark.parametrize(
    ("source", "safe"),
    [
        ("<p>x</p><script>a<b</script><style>a>b</style>", True),
        ("<svg><style>a{}</style><title>&lt;</title></svg>", True),
        ("<svg><style>&lt;/style></style></svg>", False),
        ("<math><mi><xmp><b></xmp></math>", False),
        ("<plaintext>x", False),
        ("<script><!--<script>x", False),
        ("<script><!--<script>x</script>--></script>y", True),
        ("<svg><link></link><g></g></svg>", True),
    ],
)
def test_what_cannot_be_relied_upon_is_said(source: str, safe: bool) -> None:
    parser = parsed(source.encode())
    assert scan(serialised(parser), DEFAULT_CONFIG)[1] is safe
    assert scanned(parser, DEFAULT_CONFIG).escaped is not safe


@pytest.mark.skipif(sys.platform == "win32", reason="its wheels do not let the library be reached")
def test_the_library_of_the_parser_can_be_reached() -> None:
    assert _writer() is not None


def test_a_library_that_writes_otherwise_is_left_alone() -> None:
    _writer.cache_clear()
    with patch("detector.serialise._TRIED", b"<p>" * 1_000):  # more than there is room for
        assert _writer() is None
    _writer.cache_clear()


@given(soup)
def test_elements_have_the_numbers_that_the_parser_lists_them_by(source: str) -> None:
    document = document_of(parsed(source.encode("utf-8", "replace")))
    assert document is not None
    listed = {node.mem_id: number for number, node in enumerate(document.css("*"), 1)}
    assert numbered_elements(document, [*listed]) == listed
    with patch("detector.serialise._writer", return_value=None):
        assert numbered_elements(document, [*listed]) == listed
    assert numbered_elements(document, [1]) == {1: 0}


def read_of(serialisation: bytes) -> list[list[tuple[object, ...]]]:
    """Return what a scan finds, with what it says instead of where that stands."""
    markup, safe = scan(serialisation, DEFAULT_CONFIG)
    return [
        [(safe, markup.kinds)],
        [tuple(row) for row in markup.elements[:, (0, 1, 4, 5)].tolist()],
        [(*row, serialisation[start:end]) for *row, start, end in markup.items.tolist()],
        [(*row, serialisation[start:end]) for *row, start, end in markup.values.tolist()],
    ]


@given(soup, st.integers(0, 200))
def test_serialisations_are_read_as_those_of_the_parser(source: str, room: int) -> None:
    document = document_of(parsed(source.encode("utf-8", "replace")))
    assert document is not None
    html = (document.html or "").encode()
    assert read_of(serialised_tree(document, room)) == read_of(html)
    with patch("detector.serialise._writer", return_value=None):
        assert serialised_tree(document, room) == html


@pytest.mark.parametrize("tag", ["a", "area", "iframe", "img", "p"])
def test_attributes_are_written_that_are_asked_for(tag: str) -> None:
    plain = "data-alt class id srcset onclick alts titl scrollamoun scrollamounts x".split()
    both = [name for pair in itertools.zip_longest(ASKED, plain, fillvalue="y") for name in pair]
    document = document_of(parsed(f"<{tag} {'=甲 '.join(both)}=甲>".encode()))
    assert document is not None
    written = "".join(f' {name}="甲"' for name in ASKED if is_asked(tag, name))
    assert f"<{tag}{written}>".encode() in serialised_tree(document, 1_000)


values_of_any_kind = st.text('<>&"\u00a0\u00a9 \ta甲😀', max_size=40)


@given(values_of_any_kind, values_of_any_kind)
def test_values_and_texts_are_written_as_the_parser_writes_them(value: str, text: str) -> None:
    quoted = html.escape(value)
    source = f'<!doctype html><p alt="{quoted}">{html.escape(text)}<a href="{quoted}">{text}</a>'
    document = document_of(parsed(source.encode()))
    assert document is not None
    paragraph = document.css_first("p")
    assert paragraph is not None
    # A text may make tags, whose attributes are not asked for.
    inner = paragraph.traverse(include_text=False)
    assume(all(name in ASKED for node in inner for name in node.attributes))
    assert serialised_tree(document, 0) == (document.html or "").encode()


def test_texts_are_written_where_it_is_not_known_where_the_parser_has_them() -> None:
    source = f"<p>{'甲' * 50}<b>&lt;乙"
    _writer.cache_clear()
    with patch("detector.serialise._text_place", return_value=0):
        assert _writer() is not None
        unknown = serialised(parsed(source.encode()))
    _writer.cache_clear()
    assert serialised(parsed(source.encode())) == unknown


spaced = st.lists(
    st.text("甲乙", min_size=1, max_size=40)
    | st.text("abc<&", min_size=1, max_size=40)
    | st.text(" \t\n\x1c\x85\u00a0\u2003\u3000", max_size=20)
    | st.sampled_from(["é", "あ", "\u2014", "😀", "\u1680"]),
    max_size=12,
).map("".join)


@given(spaced, st.integers(1, 60))
def test_white_space_is_collapsed_and_values_are_cut(text: str, longest: int) -> None:
    page = extract(
        f'<p>{html.escape(text)}<img alt="{html.escape(text)}">', Config(max_value=longest)
    )
    said = " ".join(text.split())
    value = " ".join(text[:longest].split())
    told = [page.text[segment.start : segment.end] for segment in page.segments]
    expected = [said] if said else []
    if len(value) > 1 and value != said:
        expected.append(value)
    assert [one.strip() for one in told] == expected


@pytest.mark.parametrize("most", range(1, 12))
def test_nodes_are_counted_as_the_parser_has_them(most: int) -> None:
    source = "<!--c--><p>甲<b>乙</b><svg><g></g></svg></p>"  # eleven, with html and the document
    markup = scanned(parsed(source.encode()), Config(max_nodes=most))
    assert markup.cut is (most < 11)


pieces = st.lists(
    st.sampled_from(
        ['"', "'", "`", "\\", "\n", "一", "<a ", "<A ", "//x", "\\u4e00", "%e4", "a", '\\"', "😀"]
    )
    | st.text(max_size=3),
    max_size=30,
).map("".join)


@given(pieces)
@example("`" + "x" * 5_000 + "一`" + "'二'")
@example("`" + "\\一" * 5_001 + "`")
@example("'\ud800'")
def test_literals_are_those_of_the_expression(source: str) -> None:
    found = [match.group(match.lastindex or 0) for match in LITERAL.finditer(source)]
    telling = ("<a", "<A", "//", "\\u", "%e", "%E")
    assert telling_literals(source) == [
        text for text in found if not text.isascii() or any(mark in text for mark in telling)
    ]


@given(
    st.binary(max_size=12) | st.text(max_size=6).map(lambda text: text.encode("utf-16")),
    st.integers(0, 150),
    st.integers(0, 150),
)
@example("一😀é".encode(), 0, 0)
@example("一😀é".encode(), 62, 80)
@example(b"\xed\xa0\x80", 0, 0)
@example(b"\xf4\x90\x80\x80", 64, 64)
@example(b"\xc0\x80", 1, 0)
@example(b"aaaaaaaaa\xe4", 0, 0)
@example(b"\xe4", 66, 64)
def test_utf8_is_what_python_takes_for_it(data: bytes, before: int, after: int) -> None:
    data = b"a" * before + data + "一".encode() * (after // 3) + b"a" * (after % 3)
    try:
        data.decode()
    except UnicodeDecodeError:
        assert not call("is_utf8", data, len(data))
    else:
        assert call("is_utf8", data, len(data))


NAME_PARTS = [
    "description", "keywords", "og", "dc", "article", ":", ".", "title", "tag", "site_name", "K",
    "ſubject", "Keyword\u017f", "\u212aeywords", "application-name", "\n", "x", "é", "&",
]  # fmt: skip


@given(st.lists(st.sampled_from(NAME_PARTS), min_size=1, max_size=4).map("".join))
@example("description\n")
@example("description\n\n")
def test_meta_elements_are_read_by_their_names(name: str) -> None:
    written = html.escape(name)
    for source in (
        f'<meta name="{written}" content="甲乙">',
        f'<meta content="甲乙" property="{written}" name="">',
        f'<meta property="og:title" name="{written}" content="甲乙">',
    ):
        assert ("甲乙" in extract(source).text) is (META_NAMES.match(name) is not None)


ADDRESS_PARTS = [
    "%E4%B8%AD", "%e4", "%b8", "%", "%4", "%zz", "%41", "%00", "%EF%BF%BD", "%ED%A0%80", "中", "é",
    "\ufffd", "x", "1", "/", "?", "#",
]  # fmt: skip


@given(st.lists(st.sampled_from(ADDRESS_PARTS), max_size=8).map("".join))
def test_addresses_are_read_as_in_python(address: str) -> None:
    text = extract(f'<a href="//h/{html.escape(address)}">').text
    assert text.removesuffix("\n") == read_address(f"h/{address}")


@pytest.mark.parametrize(
    ("data", "content_type", "plain"),
    [
        ("镇报".encode(), None, "镇报"),
        (b"\xef\xbb\xbf" + "镇报".encode(), "text/html; charset=gbk", "镇报"),
        ("镇报".encode(), "text/html; charset=gbk", None),
        ("<meta charset=gbk>镇报".encode("gbk"), None, None),
        ("镇报".encode()[:-1], None, None),
        ("<p>镇报</p>".encode("utf-16"), None, None),
        ("<p>town</p>".encode("utf-16-le"), None, None),
    ],
)
def test_plain_utf8_is_what_decode_reads_as_such(
    data: bytes, content_type: str | None, plain: str | None
) -> None:
    found = plain_utf8(data, content_type)
    assert (None if found is None else found.decode()) == plain
    if plain is not None:
        assert decode(data, content_type)[:2] == (plain, "utf-8")
        assert extract(data.removeprefix(b"\xef\xbb\xbf")) == extract(plain)


@pytest.mark.parametrize(
    "source",
    [
        "<b>甲</b>乙", " \n甲<b>乙</b>", "<title>甲</title><p>乙", "<td>甲</td>乙",
        "<p>甲<table>乙", "甲</body>乙",
        "<frameset><p>甲", "<noscript><a href=/乙>甲</a></noscript>丙",
        "</p><li>甲<script>乙</script>",
        "甲</body><!--乙-->丙",
    ],
)  # fmt: skip
def test_a_fragment_has_the_texts_of_a_document(source: str) -> None:
    whole = LexborHTMLParser(source.encode()).root
    part = fragment_of(source)
    assert whole is not None
    assert part is not None
    texts = [
        [node.text_content for node in root.traverse(include_text=True) if node.is_text_node]
        for root in (whole, part)
    ]
    assert texts[0] == texts[1]


def test_segments_are_a_sequence() -> None:
    page = extract("<p>甲<a href=/>乙</a></p><p hidden>丙</p>")
    segments = page.segments
    assert isinstance(segments, Segments)
    made = [
        Segment(0, 1, "body", True, 4, ""),
        Segment(1, 2, "link", True, 5, ""),
        Segment(3, 4, "body", False, 6, "hidden-attribute"),
    ]
    assert list(segments) == made
    assert segments == made
    assert segments != made[:2]
    assert (segments[0], segments[-1], segments[1:]) == (made[0], made[-1], made[1:])
    assert len(segments) == 3
    assert made[1] in segments
    with pytest.raises(IndexError):
        segments[3]
    assert pickle.loads(pickle.dumps(page)) == page
    assert page != extract("<p>甲<a href=/>乙</a></p><div hidden>丙</div>")


def test_every_place_has_a_number() -> None:
    assert len(set(PLACES)) == len(PLACES) < 256


@pytest.mark.parametrize(
    ("source", "config", "truncated"),
    [
        ("<p>甲<!--乙--><p>丙丁", Config(max_segments=1), ("max_segments",)),
        ("<p title=甲乙><b>", Config(max_nodes=5, max_characters=1),
         ("max_nodes", "max_characters")),
        ("<p>甲<a href=//a.x/>乙<a href=//b.x/>丙", Config(max_links=1, max_characters=1),
         ("max_characters",)),
        ("<a href=//a.x/><a href=//b.x/><p>甲乙", Config(max_links=1, max_characters=1),
         ("max_links", "max_characters")),
        ("<a href=//a.x/1><a href=//a.x/2>", Config(max_links=1), ("max_links",)),
        ("<script>a='//a.x/'</script><script>b='//b.x/'</script>", Config(max_script=12),
         ("max_script",)),
        ("<p title=甲乙丙>丁</p>" * 2, Config(max_value=2), ("max_value",)),
        ("<svg></svg><img alt=甲乙><img alt=丙丁>戊己", Config(max_segments=1, max_characters=5),
         ("max_segments", "max_characters")),
    ],
)  # fmt: skip
def test_limits_are_told_in_their_order(
    source: str, config: Config, truncated: tuple[str, ...]
) -> None:
    assert extract(source, config).truncated == truncated


def test_hash_tables_grow() -> None:
    count = 5_000
    source = "".join(f"<x{n} title=甲{n} style=color:#{n:06x}>乙{n}</x{n}>" for n in range(count))
    page = extract(source)
    texts = [page.text[s.start : s.end] for s in page.segments]
    pairs = [(f"乙{n}", f"甲{n}") for n in range(count)]
    assert texts == list(itertools.chain.from_iterable(pairs))

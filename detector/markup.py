"""A document as flat arrays, from the parser's serialisation of its tree.

Asking the parser for each of its nodes costs more than parsing. Its serialisation is one call, and
regular enough that one pass of the compiled part (``native/markup.c``) finds everything in it.

Offsets are bytes of the serialisation. Elements are numbered in document order from 1, without
those inside of templates; 0 is the document.
"""

from __future__ import annotations

import ctypes
import os
import re
import threading
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from selectolax.lexbor import LexborHTMLParser, LexborNode

from detector.config import Config
from detector.kernel import address, call
from detector.serialise import serialised_tree

__all__ = [
    "ACTIONS",
    "ITEMS",
    "SEED",
    "TAGS",
    "TRAITS",
    "VALUES",
    "Markup",
    "attributes_of",
    "document_of",
    "fragment_of",
    "mark_counts",
    "parsed",
    "scanned",
    "serialised",
    "unescaped_text",
]

SEED = int.from_bytes(os.urandom(8), "little")
"""Of the compiled part's hash tables, so that no page is written to be slow. No result depends on
it."""

ACTIONS = ("span", "block", "link", "title", "heading", "noscript", "skip", "script", "template")
"""What an element is to reading; those unknown are blocks."""
ITEMS = ("element", "text", "raw_text", "comment", "instruction", "nothing")
VALUES = (
    "words", "aside", "lead", "varied", "named", "input", "remark", "program", "bare",
    "quoted", "fragment", "hushed", "sheet", "style", "name",
    "stated", "framed",
)  # fmt: skip
"""Kinds of what is read besides texts: words of an attribute; a comment; where a link leads, and a
link that leads where another does but for digits; a ``meta`` element; an ``input``; a comment with
markup in it; a script; a script that has nothing but links, and each of these; what is in a
template; a text of ``noscript`` with markup in it. And style sheets, and, each where it first
occurs, inline styles and names of elements that are not in ``TAGS``. And once more, short scripts
that may be understood (:mod:`detector.script_styles`); and what a frame has in ``srcdoc``."""

_BY_ACTION = {
    "span": "abbr acronym b bdi bdo big cite code del dfn em font i img ins kbd label mark mtext q "
    "rp rt ruby s samp small span strike strong sub sup textPath time tspan tt u var wbr",
    "link": "a",
    "title": "title",
    "heading": "h1 h2 h3 h4 h5 h6",
    "noscript": "noscript noframes noembed",
    "skip": "style",
    "script": "script",
    "template": "template",
}
TRAITS = {
    "is_void": "area base basefont bgsound br col embed frame hr img input keygen link meta param "
    "source track wbr",
    "is_raw": "style script xmp iframe noembed noframes plaintext",
    "is_plaintext": "plaintext",
    "is_foreign": "svg math",
    "is_passage": "foreignObject desc title mi mo mn ms mtext annotation-xml",
    "is_styled": "font marquee body table thead tbody tfoot tr td th",
    "is_link": "a area iframe frame",
    "leads_by_href": "a area",
    "leads_by_src": "iframe frame",
    "is_meta": "meta",
    "is_input": "input",
    "is_font": "font",
    "may_hide": "marquee dialog",
    "is_root": "html body",
    "is_sheet": "style",
    "is_shown": "text tspan textPath a foreignObject mtext",
    "is_told": "title desc",
}
"""The elements that have each trait, as ``native/markup.h`` names them."""
_USUAL = "p div ul ol li dl dt dd section article main nav header footer form button select option"
TAGS = tuple(dict.fromkeys(" ".join((_USUAL, *_BY_ACTION.values(), *TRAITS.values())).split()))
_NAMES = "\n".join(TAGS).encode()


def _traits(tag: str) -> int:
    action = next((name for name, tags in _BY_ACTION.items() if tag in tags.split()), "block")
    bits = sum(16 << bit for bit, tags in enumerate(TRAITS.values()) if tag in tags.split())
    return ACTIONS.index(action) + bits


TAG_TRAITS = np.array([_traits(tag) for tag in TAGS], dtype=np.int32)
_RAW = ",".join(TRAITS["is_raw"].split())
_ATTRIBUTE = re.compile(rb' (.[^=]*)="([^"]*)"', re.S)
_UNSAFE, _CUT = 1, 2
_OF_DOCUMENTS = re.compile(r"<(?:noscript|frameset|/body|/html)", re.I)
"""Tags that mean something else in a fragment than in a document."""
_BEFORE_DOCUMENTS = " \t\n\f\r"
"""White space that is no part of a document where it comes first."""
_MORE = 1_000
"""Bytes by which a serialisation may be longer than a document and a quarter, mostly."""
_SCRATCH_CHARACTERS = 1_000_000
"""Parsed into one element before another takes its place: a parser remembers all names."""


class Markup(NamedTuple):
    """What a scan found: rows of int32, and the serialisation (UTF-8) that they point into."""

    source: bytes
    elements: NDArray[np.int32]
    """Tag, parent, where the attributes begin and end, flags, number of the inline style, and two
    columns that :mod:`detector.readings` fills: state and block."""
    items: NDArray[np.int32]
    """Nodes that are read, in order: kind (``ITEMS``), element or the one around, start, end."""
    values: NDArray[np.int32]
    """Kind (``VALUES``), item, its element, start, end; in order of their items."""
    escaped: bool
    """Scripts are serialised as other texts are, templates as attributes."""
    cut: bool
    """There are more nodes than were to be scanned."""
    kinds: int
    """By bits, which of ``VALUES`` there are."""

    def raw(self, start: int, end: int) -> str:
        """Return a stretch of the serialisation as it stands there."""
        return self.source[start:end].decode("utf-8", "replace")

    def text(self, start: int, end: int) -> str:
        """Return what a stretch of the serialisation stands for, as a text or a value."""
        return unescaped_text(self.source[start:end])

    def attributes(self, element: int) -> dict[str, str | None]:
        """Return the attributes of an element by name."""
        start, end = self.elements[element, 2:4].tolist()
        return attributes_of(self.source[start:end])

    def slices(self, kind: str) -> list[bytes]:
        """Return what the values of one kind (of ``VALUES``) say."""
        if not self.kinds >> VALUES.index(kind) & 1:
            return []
        rows = self.values[self.values[:, 0] == VALUES.index(kind), 3:].tolist()
        return [self.source[start:end] for start, end in rows]


def attributes_of(raw: bytes) -> dict[str, str | None]:
    """Return attributes by name that are serialised as ``raw``."""
    return {
        name.decode("utf-8", "replace"): unescaped_text(value)
        for name, value in _ATTRIBUTE.findall(raw)
    }


def unescaped_text(raw: bytes) -> str:
    """Return what is serialised as ``raw``, which has five character references at most."""
    text = raw.decode("utf-8", "replace")
    if "&" in text:
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
        text = text.replace("&nbsp;", "\xa0").replace("&amp;", "&")
    return text


def mark_counts(source: bytes) -> tuple[int, int, int]:
    """Return how many ``<`` there are, how many ``</`` of them, and how many ``//``."""
    counts = (ctypes.c_int64 * 3)()
    call("count_marks", source, len(source), ctypes.addressof(counts))
    tags, closing, slashes = counts
    return tags, closing, slashes


def parsed(html: bytes) -> LexborHTMLParser:
    """Return the document of UTF-8."""
    return LexborHTMLParser(html.replace(b"\0", b" "))


def document_of(parser: LexborHTMLParser) -> LexborNode | None:
    """Return the document itself: comments may stand before its ``html``."""
    root = parser.root
    return None if root is None else root.parent or root


class _Scratch(threading.local):
    """An element to parse fragments into: making a parser costs more than most of them do."""

    def __init__(self) -> None:
        self.left = 0
        self.element: LexborNode | None = None

    def filled(self, html: str) -> LexborNode:
        """Return the element, with the nodes of ``html`` in it."""
        self.left -= len(html)
        if self.element is None or self.left < 0:
            self.left = _SCRATCH_CHARACTERS
            self.element = LexborHTMLParser(b"").create_node("div")
        self.element.inner_html = html
        return self.element


_SCRATCH = _Scratch()


def fragment_of(html: str) -> LexborNode | None:
    """Return an element with the nodes in it that ``html`` has as a document of its own.

    They last until the thread asks for the next fragment.
    """
    source = html.encode("utf-8", "replace")
    if _OF_DOCUMENTS.search(html):
        return LexborHTMLParser(source).root
    return _SCRATCH.filled(source.decode().lstrip(_BEFORE_DOCUMENTS))


def serialised(parser: LexborHTMLParser) -> bytes:
    """Return a document as the parser writes it, in UTF-8."""
    document = document_of(parser)
    if document is None:
        return b""
    size = len(parser.raw_html or b"")
    return serialised_tree(document, size + size // 4 + _MORE)


def scanned(parser: LexborHTMLParser, config: Config) -> Markup:
    """Return the nodes of a document, as many as are read. The document may be changed."""
    markup, safe = scan(serialised(parser), config)
    if not safe and parser.root is not None:
        _escape_raw(parser.root)
        markup, _ = scan(serialised(parser), config, escaped=True)
    return markup


def scan(source: bytes, config: Config, *, escaped: bool = False) -> tuple[Markup, bool]:
    """Scan a serialisation in UTF-8; say as well whether its structure can be relied upon.

    It cannot where a raw text may have something in it that looks like the end of it: then texts
    have to be ``escaped`` that are mostly raw. Never raises, whatever ``source`` is.
    """
    source = source[: 2**31 - 1]
    tags, _, slashes = mark_counts(source)
    room = min(tags, max(config.max_nodes, 0)) + 1
    sizes = np.array([room * 8, (2 * room + 2) * 4, (8 * room + tags + slashes + 8) * 5])
    block = np.empty(int(sizes.sum()), dtype=np.int32)
    start = address(block, np.int32, len(block)) or 0
    counts = (ctypes.c_int64 * 4)()
    first, second = int(sizes[0]), int(sizes[0] + sizes[1])
    result = call(
        "scan_markup", source, len(source), tags, _NAMES, len(_NAMES),
        address(TAG_TRAITS, np.int32, len(TAGS)), escaped,
        config.max_nodes, config.max_script, config.max_value, SEED,
        start, start + 4 * first, start + 4 * second, ctypes.addressof(counts),
    )  # fmt: skip
    elements, items, values, kinds = counts
    markup = Markup(
        source,
        block[: elements * 8].reshape(-1, 8),
        block[first : first + items * 4].reshape(-1, 4),
        block[second : second + values * 5].reshape(-1, 5),
        escaped,
        bool(result & _CUT),
        kinds,
    )
    return markup, not result & _UNSAFE


def _escape_raw(root: LexborNode) -> None:
    """Escape the texts of a document that are serialised as they are.

    What is in templates becomes an attribute of theirs, ``content``.
    """
    for fragment in root.template_fragments():
        template = fragment.parent
        if template is not None:
            template.attrs["content"] = fragment.html
            for inner in list(fragment.iter(include_text=True)):
                inner.decompose()
    for element in root.css(_RAW):
        for text in [n for n in element.iter(include_text=True) if n.is_text_node]:
            source = text.text_content or ""
            source = source.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            text.replace_with(source)

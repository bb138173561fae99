"""An HTML document as a flat list of nodes, to be edited and written out again.

The nodes are those of the parser that pages are read with, so that an element of a finding and
the element edited are one and the same, in tag soup too. Flat, because a document may be nested
deeper than Python recurses: reading, editing and writing take one loop each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from detector.markup import document_of

__all__ = ["RAW_TEXT", "Node", "Wrapped", "fragment", "outline", "written"]

RAW_TEXT = frozenset("script style xmp iframe noembed noframes".split())
"""Elements whose text is written as it is, without character references."""
_VOID = frozenset(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source "
    "track wbr".split()
)
_EATS_LINE_FEED = frozenset(("pre", "textarea", "listing"))
_DOCTYPE = re.compile(r"(?:\s|\ufeff|<!--.*?-->|<\?[^>]*>)*+(<!doctype\b[^>]*>)", re.I | re.S)
_CONTENT = re.compile(r"\A<template(?:\s[^>\"]*+(?:\"[^\"]*\"[^>\"]*+)*+)?>")
_IMPLIED = {name: re.compile(rf"<{name}[\s/>]", re.I) for name in ("html", "head", "body")}
_TEXT_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_VALUE_ESCAPES = {**_TEXT_ESCAPES, ord('"'): "&quot;"}


class Wrapped(NamedTuple):
    """A stretch of a text node, half-open, that is written between two tags."""

    start: int
    end: int
    before: str
    after: str


@dataclass(slots=True)
class Node:
    """An element, a text, a comment, or something written as it was.

    ``tag`` is the element's name, or ``"-text"``, ``"-comment"``, ``"-template"``, ``"-verbatim"``.
    ``parent`` is an index into the list, -1 for the document's. ``text`` is the content of what is
    no element, and of a template.
    ``key`` is the number of the element, which segments of a page refer to.
    """

    tag: str
    parent: int
    key: int = 0
    text: str = ""
    attributes: dict[str, str | None] = field(default_factory=dict)
    gone: bool = False
    """Not to be written, nor what is in it."""
    wrapped: Sequence[Wrapped] = ()


def outline(document: LexborNode, source: str, most: int) -> list[Node] | None:
    """Return the nodes of ``document`` in document order, None when they are more than ``most``.

    ``source`` is what was parsed: the parser keeps less of a doctype than was there. Elements are
    numbered as :mod:`detector.markup` does.
    """
    nodes: list[Node] = []
    places: dict[int, int] = {}
    number = 0
    for inner in document.traverse(include_text=True):
        around = inner.parent
        if around is None:
            continue  # the document itself
        if len(nodes) >= most:
            return None
        parent = places.get(around.mem_id, -1)
        tag = inner.tag or ""
        if inner.is_element_node:
            number += 1
            if tag == "template":
                # Its content is a document of its own.
                content = _CONTENT.sub("", inner.html or "").removesuffix("</template>")
                nodes.append(Node("-template", parent, number, content, inner.attributes))
                continue
            places[inner.mem_id] = len(nodes)
            # Nothing ends a plaintext element, not even its end tag.
            name = "pre" if tag == "plaintext" else tag
            nodes.append(Node(name, parent, number, attributes=inner.attributes))
        elif inner.is_text_node:
            nodes.append(Node("-text", parent, text=inner.text_content or ""))
        elif inner.is_comment_node:
            # The parser's own accessor strips it.
            nodes.append(Node("-comment", parent, text=(inner.html or "")[4:-3]))
        else:
            told = _DOCTYPE.match(source)
            doctype = told.group(1) if told else inner.html or ""
            nodes.append(Node("-verbatim", parent, text=doctype + "\n"))
    return nodes


def fragment(source: str, most: int) -> list[Node] | None:
    """Return the nodes of markup that stands in a comment, a script or the like."""
    document = document_of(LexborHTMLParser(source.encode("utf-8", "replace")))
    return [] if document is None else outline(document, source, most)


def written(nodes: Sequence[Node], source: str = "") -> str:
    """Return ``nodes`` as HTML, without what is ``gone``.

    Where ``source`` leaves out the tags of ``html``, ``head`` or ``body``, so does the answer.
    """
    implied = {name for name, tag in _IMPLIED.items() if not tag.search(source)}
    pieces: list[str] = []
    open_elements: list[int] = []
    bare: set[int] = set()  # elements written without tags
    fresh = False  # nothing has been written since the last start tag

    def close(parent: int) -> None:
        while open_elements and open_elements[-1] != parent:
            index = open_elements.pop()
            if index not in bare and nodes[index].tag not in _VOID:
                pieces.append(f"</{nodes[index].tag}>")

    for index, node in enumerate(nodes):
        if node.parent >= 0 and nodes[node.parent].gone:
            node.gone = True
        if node.gone:
            continue
        close(node.parent)
        tag = node.tag
        if tag == "-text":
            around = nodes[node.parent].tag if node.parent >= 0 else ""
            if around in RAW_TEXT:
                pieces.append(node.text)
            else:
                if fresh and around in _EATS_LINE_FEED and node.text.startswith("\n"):
                    pieces.append("\n")
                pieces.extend(_marked(node))
        elif tag == "-comment":
            # A processing instruction is a comment to the parser, but may name the encoding.
            instruction = node.text.startswith("?") and ">" not in node.text
            pieces.append(f"<{node.text}>" if instruction else f"<!--{node.text}-->")
        elif tag == "-template":
            pieces.append(f"<template{''.join(_attributes(node.attributes))}>")
            pieces.append(f"{node.text}</template>")
        elif tag == "-verbatim":
            pieces.append(node.text)
        else:
            open_elements.append(index)
            if tag in implied and not node.attributes:
                bare.add(index)
            else:
                pieces.append(f"<{tag}{''.join(_attributes(node.attributes))}>")
        fresh = not tag.startswith("-")
    close(-1)
    return "".join(pieces)


def _attributes(attributes: dict[str, str | None]) -> Iterable[str]:
    for name, value in attributes.items():
        yield f" {name}" if value is None else f' {name}="{value.translate(_VALUE_ESCAPES)}"'


def _marked(node: Node) -> Iterable[str]:
    end = 0
    for wrapped in node.wrapped:
        yield node.text[end : wrapped.start].translate(_TEXT_ESCAPES)
        yield wrapped.before
        yield node.text[wrapped.start : wrapped.end].translate(_TEXT_ESCAPES)
        yield wrapped.after
        end = wrapped.end
    yield node.text[end:].translate(_TEXT_ESCAPES)

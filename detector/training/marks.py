"""Marks: spans written into a text, and read out of it again.

Synthesis and hand-labelling need to say "these characters offend" before a page is rendered,
extracted and normalised. They do it with four private-use code points that travel with the text
through HTML, attributes, comments and scripts, and are taken out of the extracted page text.
The offsets that come out are code points, half-open, into the text without marks.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["CLOSE", "MARKS", "OPEN", "Labeled", "mark", "marked_address", "remove_marks", "unmark"]

OPEN = {"injection": "\ue000", "garbled": "\ue002"}
CLOSE = {"injection": "\ue001", "garbled": "\ue003"}
MARKS = "".join((*OPEN.values(), *CLOSE.values()))
_KIND = {mark: kind for kind, mark in OPEN.items()}
_MARK = re.compile(f"[{MARKS}]")


class Labeled(NamedTuple):
    """A labelled stretch of text: half-open code-point offsets and a kind."""

    start: int
    end: int
    kind: str


def mark(text: str, kind: str) -> str:
    """Return ``text`` between the marks of ``kind`` (``"injection"`` or ``"garbled"``)."""
    return f"{OPEN[kind]}{text}{CLOSE[kind]}" if text else text


def marked_address(address: str) -> tuple[str, str]:
    """Return ``address`` up to its host, which is marked as an injection, and what follows it."""
    scheme, sign, rest = address.rpartition("://")
    host, slash, path = rest.partition("/")
    return scheme + sign + mark(host, "injection"), slash + path


def remove_marks(text: str) -> str:
    """Return ``text`` without any marks."""
    return _MARK.sub("", text)


def unmark(text: str) -> tuple[str, list[Labeled]]:
    """Return ``text`` without marks, and the spans that they enclosed, in order.

    A mark left open ends where the text ends; a closing mark without an opening one is ignored.
    Empty spans are dropped. Nested marks of one kind are not supported: an opening mark inside a
    span of its kind is ignored, and the first closing mark ends the span.
    """
    clean: list[str] = []
    spans: list[Labeled] = []
    opened: dict[str, int] = {}
    position = length = 0
    for match in _MARK.finditer(text):
        piece = text[position : match.start()]
        clean.append(piece)
        length += len(piece)
        position = match.end()
        sign = match.group()
        if sign in _KIND:
            opened.setdefault(_KIND[sign], length)
        else:
            kind = "injection" if sign == CLOSE["injection"] else "garbled"
            start = opened.pop(kind, length)
            if start < length:
                spans.append(Labeled(start, length, kind))
    piece = text[position:]
    clean.append(piece)
    length += len(piece)
    spans.extend(Labeled(start, length, kind) for kind, start in opened.items() if start < length)
    return "".join(clean), sorted(spans)

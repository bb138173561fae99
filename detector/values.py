"""What is read of a document besides its texts, but for what takes no more than copying.

Links, ``meta`` elements, values of ``input``, comments with markup in them, scripts, templates,
documents in frames.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from detector.config import Config
from detector.hiding import Reading
from detector.links import HOSTS, Given, Told, told_of
from detector.markup import ITEMS, TAGS, VALUES, Markup, fragment_of
from detector.page import HiddenBy, Where, place_of
from detector.readings import Readings
from detector.scripts import json_ld, script_literals

__all__ = ["CONDITION", "META_NAMES", "META_PROPERTIES", "Reader"]

META_NAMES = re.compile(
    r"^(?:description|keywords|abstract|subject|application-name|apple-mobile-web-app-title|title|"
    r"news_keywords|"
    r"(?:og|twitter|article|dc)[:.](?:title|description|site_name|tag|section|subject))$",
    re.I,
)
CONDITION = re.compile(r"\[if [^\]\n]{0,60}\]>(?:<!-+>?)?")  # of Internet Explorer's comments
META_PROPERTIES = re.compile(r"^(?:name|headline|description)$", re.I)
_READ = tuple("named input remark program bare fragment hushed framed".split())
"""Kinds of values that are read in Python."""
_NAMED, _INPUT, _REMARK, _PROGRAM, _BARE, _FRAGMENT, _HUSHED, _FRAMED = map(VALUES.index, _READ)
_IS_READ = np.array([kind in _READ for kind in VALUES])
_READ_KINDS = sum(1 << VALUES.index(kind) for kind in _READ)
_NOTHING, _RAW_TEXT = ITEMS.index("nothing"), ITEMS.index("raw_text")
_PIECES = 20
"""Values as long as they may be, that a piece of markup is read as if it were."""
_SHORT = 500
"""Characters of markup that is remembered."""
_TAG, _STATE = 0, 6  # columns of the elements
_FRAME = TAGS.index("iframe")
_META = place_of("meta", "meta")


def _number_of(tag: str) -> int:
    """Return the number that the parser has for an element of the standard."""
    node = LexborHTMLParser(f"<{tag}>").css_first(tag)
    return node.tag_id if node is not None else 0


_SILENT = frozenset(map(_number_of, ("style", "script")))
_LEADING = frozenset(map(_number_of, ("a", "area", "iframe")))
_TEXT = next(
    node.tag_id
    for node in LexborHTMLParser("text").css("html")[0].traverse(include_text=True)
    if node.is_text_node
)


def _said_by(markup: str, longest: int) -> Iterator[tuple[bool, str]]:
    """Yield what is in a piece of markup: (True, where a link leads) or (False, text).

    White space is left out, unless it is longer than values may be.
    """
    fragment = fragment_of(markup)
    for inner in fragment.traverse(include_text=True) if fragment is not None else ():
        number = inner.tag_id
        if number == _TEXT:
            said = inner.text_content or ""
            if said.isspace() and len(said) <= longest:
                continue  # as most are
            around = inner.parent
            if around is None or around.tag_id not in _SILENT:
                yield False, said
        elif number in _LEADING:
            href = inner.attributes.get("href") or inner.attributes.get("src")
            if href:
                yield True, href


@lru_cache(maxsize=1024)
def _remembered(markup: str, longest: int) -> tuple[tuple[bool, str], ...]:
    """Return what :func:`_said_by` yields: conditional comments are alike on many pages."""
    return tuple(_said_by(markup, longest))


class Reader:
    """Reads the values of a document, in order.

    ``cut`` are limits with the numbers of the items at which they cut something.
    """

    __slots__ = (
        "_config",
        "_cut_at",
        "_element",
        "_given",
        "_item",
        "_longest",
        "_markup",
        "_number",
        "_readings",
        "_script",
        "cut",
    )  # fmt: skip

    def __init__(self, markup: Markup, readings: Readings, config: Config) -> None:
        self.cut: list[tuple[int, str]] = []
        self._cut_at: list[int] = []  # how much was given before each
        self._markup = markup
        self._readings = readings
        self._config = config
        self._given = Given()
        self._longest = config.max_value
        self._script = config.max_script  # characters left
        self._number = self._item = self._element = 0  # that are being read

    def read_values(self) -> Told:
        """Read all values, and return what they say."""
        if self._markup.kinds & _READ_KINDS:
            self._read_in_order()
        told = told_of(self._markup, self._readings, self._given, self._config)
        if told.exhausted is not None:
            item, given = told.exhausted
            self.cut.insert(bisect_right(self._cut_at, given), (item, "max_links"))
        return told

    def _read_in_order(self) -> None:
        values = self._markup.values
        numbers = np.flatnonzero(_IS_READ[values[:, 0]])
        for number, row in zip(numbers.tolist(), values[numbers].tolist(), strict=True):
            kind, self._item, self._element, start, end = row
            self._number = number
            if kind == _BARE:
                self._script -= end - start
            else:
                self._read_value(kind, start, end)

    def _read_value(self, kind: int, start: int, end: int) -> None:
        """Read a value of a kind that takes longer."""
        markup = self._markup
        if kind == _REMARK:
            self._add_comment(markup.raw(start, end))
        elif kind == _PROGRAM:
            self._add_script((markup.text if markup.escaped else markup.raw)(start, end))
        elif kind == _NAMED:
            self._add(markup.text(start, end), _META)
        elif kind == _INPUT:
            hidden = self._reading()[1]
            if not hidden and markup.attributes(self._element).get("type") == "hidden":
                hidden = "hidden-input"
            self._add(markup.text(start, end), place_of("alt", hidden))
        elif kind == _FRAGMENT:
            fragment = markup.raw(start, end)
            if markup.escaped:
                fragment = markup.attributes(self._element).get("content") or ""
            # Browsers show what is in the shadow of an element.
            attributes = markup.attributes(self._element)
            shown = "shadowrootmode" in attributes or "shadowroot" in attributes
            self._add_markup(fragment, "body", self._reading()[1] if shown else "template")
        elif kind == _FRAMED:
            self._add_markup(markup.text(start, end), "body", self._reading()[1])
        elif self._is_kept_as_text():
            raw = markup.items[self._item, 0] == _RAW_TEXT
            text = (markup.raw if raw else markup.text)(start, end)
            self._add_markup(text, "noscript", self._reading()[1] or "noscript")
            markup.items[self._item, 0] = _NOTHING

    def _is_kept_as_text(self) -> bool:
        """Say whether the text that is being read is markup for browsers without scripts or frames.

        The parser keeps it as text.
        """
        if self._reading()[0] == "noscript":
            return True
        return self._markup.elements.item(self._element, _TAG) == _FRAME

    def _note_cut(self, limit: str) -> None:
        self.cut.append((self._item, limit))
        self._cut_at.append(len(self._given.texts))

    def _reading(self) -> Reading:
        return self._readings.states[self._markup.elements.item(self._element, _STATE)]

    def _add(self, text: str, place: int) -> None:
        """Keep a value of the item that is being read, in a place of ``PLACES``."""
        if len(text) > self._longest:
            self._note_cut("max_value")
            text = text[: self._longest]
        self._given.add(self._number, self._item, text, place)

    def _add_link(self, href: str, hidden: HiddenBy) -> None:
        """Keep where a link leads that may be read."""
        self._given.add(self._number, self._item, href, HOSTS[hidden], link=True)

    def _add_comment(self, text: str) -> None:
        """Keep the text and links of a comment."""
        if text.startswith("[if "):
            text = CONDITION.sub("", text, count=1)
        self._add_markup(text, "comment", "comment")

    def _add_markup(self, text: str, where: Where, hidden: HiddenBy) -> None:
        """Keep the text and link targets of markup that is not part of the document tree."""
        if len(text) < 2:
            return
        if "<" not in text:
            self._add(text, place_of(where, hidden))
            return
        if len(text) > self._longest * _PIECES:
            self._note_cut("max_value")
            text = text[: self._longest * _PIECES]
        place = place_of(where, hidden)
        read = _remembered if len(text) <= _SHORT else _said_by
        for is_link, said in read(text, self._longest):
            if is_link:
                self._add_link(said, hidden)
            else:
                self._add(said, place)

    def _add_script(self, source: str) -> None:
        """Keep what the string literals of a script say, and the names in JSON-LD."""
        if len(source) > self._script:
            self._note_cut("max_script")
            source = source[: self._script]
        self._script -= len(source)
        if source[:50].lstrip()[:1] in ("{", "["):
            kind = self._markup.attributes(self._element).get("type") or ""
            if kind.strip().lower() == "application/ld+json":
                for name in json_ld(source) or ():
                    self._add(name, _META)
        for is_link, text in script_literals(source):
            if is_link:
                self._add_link(text, "script")
            else:
                self._add_markup(text, "script", "script")

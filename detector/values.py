"""What is read of a document besides its texts, but for what takes no more than copying.

Links, ``meta`` elements, values of ``input``, comments with markup in them, scripts, templates.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from detector.config import Config
from detector.hiding import Reading
from detector.markup import ITEMS, VALUES, Markup, fragment_of
from detector.page import HiddenBy, Where, place_of
from detector.readings import Readings
from detector.scripts import URL, json_ld, read_address, script_literals, wordy
from detector.writing import Told

__all__ = ["CONDITION", "META_NAMES", "Reader"]

META_NAMES = re.compile(
    r"^(?:description|keywords|abstract|subject|application-name|apple-mobile-web-app-title|"
    r"(?:og|twitter|article|dc)[:.](?:title|description|site_name|tag|section|subject))$",
    re.I,
)
CONDITION = re.compile(r"\[if [^\]\n]{0,60}\]>(?:<!-+>?)?")  # of Internet Explorer's comments
_LONGEST_LABEL = 63  # of host names
(
    _ASIDE, _LEAD, _VARIED, _NAMED, _INPUT, _REMARK, _PROGRAM, _BARE, _QUOTED, _FRAGMENT, _HUSHED,
) = map(
    VALUES.index,
    "aside lead varied named input remark program bare quoted fragment hushed".split(),
)  # fmt: skip
_NOTHING, _RAW_TEXT = ITEMS.index("nothing"), ITEMS.index("raw_text")
_STATE = 6  # column of the elements
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


class Reader:
    """Reads the values of a document, in order.

    ``told`` is what they say, ``cut`` are limits with the numbers of the items at which they cut
    something.
    """

    __slots__ = (
        "_element",
        "_hosts",
        "_item",
        "_links",
        "_longest",
        "_markup",
        "_read",
        "_readings",
        "_script",
        "cut",
        "told",
    )  # fmt: skip

    def __init__(self, markup: Markup, readings: Readings, config: Config) -> None:
        self.told = Told()
        self.cut: list[tuple[int, str]] = []
        self._markup = markup
        self._readings = readings
        self._longest = config.max_value
        self._script = config.max_script  # characters left
        self._links = config.max_links  # left
        self._item = self._element = 0  # that are being read
        self._hosts: set[str] = set()
        self._read: set[str] = set()  # link targets, and their shapes without digits

    def read_values(self) -> None:
        """Read all values."""
        for kind, item, element, start, end in self._markup.values.tolist():
            if kind <= _ASIDE:
                continue  # read where they are written
            self._item, self._element = item, element
            if kind == _LEAD:
                self._add_link(self._markup.text(start, end), self._reading()[1])
            elif kind == _VARIED:
                self._links -= 1
                if self._links < 0:
                    self.cut.append((item, "max_links"))
            elif kind == _BARE:
                self._script -= end - start
            elif kind == _QUOTED:
                self._add_link(self._markup.raw(start, end), "script")
            elif kind <= _HUSHED:
                self._read_value(kind, start, end)

    def _read_value(self, kind: int, start: int, end: int) -> None:
        """Read a value of a kind that takes longer."""
        markup = self._markup
        if kind == _REMARK:
            self._add_comment(markup.raw(start, end))
        elif kind == _PROGRAM:
            self._add_script((markup.text if markup.escaped else markup.raw)(start, end))
        elif kind == _NAMED:
            attributes = markup.attributes(self._element)
            name = attributes.get("name") or attributes.get("property")
            if name and META_NAMES.match(name):
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
            self._add_markup(fragment, "body", "template")
        elif self._reading()[0] == "noscript":  # kept as text by the parser
            raw = markup.items[self._item, 0] == _RAW_TEXT
            text = (markup.raw if raw else markup.text)(start, end)
            self._add_markup(text, "noscript", "noscript")
            markup.items[self._item, 0] = _NOTHING

    def _reading(self) -> Reading:
        return self._readings.states[self._markup.elements.item(self._element, _STATE)]

    def _add(self, text: str, place: int) -> None:
        """Keep a value of the item that is being read, in a place of ``PLACES``."""
        if len(text) > self._longest:
            self.cut.append((self._item, "max_value"))
            text = text[: self._longest]
        self.told.add(self._item, text, place)

    def _add_link(self, href: str, hidden: HiddenBy) -> None:
        """Keep host and path of an absolute link, and the path of others if it has words in it.

        A page's links are mostly to its own host, and differ in a number: a host that was named is
        left out, and a path that differs from an earlier one of its host in digits only is not
        read.
        """
        read = self._read
        if href in read or ("//" not in href and not wordy(href)):
            return
        read.add(href)
        self._links -= 1
        if self._links < 0:
            self.cut.append((self._item, "max_links"))
            return
        href = href[: self._longest]
        match = URL.match(href)
        if match:
            host, address = match.groups()
            shape = host + _without_digits(address)
            named = host in self._hosts
            if named and (len(address) < 2 or shape in read):
                return
            read.add(shape)
            if not named:
                self._hosts.add(host)
                address = (_unicode_host(host) if "xn--" in host.lower() else host) + address
        elif wordy(href) and not href[:11].lower().startswith(("javascript:", "data:")):
            address = href
        else:
            return
        self._add(read_address(address), place_of("host", hidden))

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
        place = place_of(where, hidden)
        fragment = fragment_of(text[: self._longest * 20])
        for inner in fragment.traverse(include_text=True) if fragment is not None else ():
            number = inner.tag_id
            if number == _TEXT:
                around = inner.parent
                if around is None or around.tag_id not in _SILENT:
                    self._add(inner.text_content or "", place)
            elif number in _LEADING:
                href = inner.attributes.get("href") or inner.attributes.get("src")
                if href:
                    self._add_link(href, hidden)

    def _add_script(self, source: str) -> None:
        """Keep what the string literals of a script say, and the names in JSON-LD."""
        if len(source) > self._script:
            self.cut.append((self._item, "max_script"))
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


def _without_digits(text: str) -> str:
    # Several times as fast as str.translate.
    raw = text.encode("utf-8", "surrogatepass").translate(None, b"0123456789")
    return raw.decode("utf-8", "surrogatepass")


def _unicode_host(host: str) -> str:
    """Return a host name with its labels in Punycode decoded, as far as they can be."""
    return ".".join(map(_unicode_label, host.split(".")))


def _unicode_label(label: str) -> str:
    if label[:4].lower() != "xn--" or len(label) > _LONGEST_LABEL:
        return label
    try:
        return label.lower().encode("ascii").decode("idna")
    except UnicodeError:
        return label

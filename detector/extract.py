"""HTML to Page: what a search engine reads, with where it sits and what hides it from readers.

Text behind ``</html>`` is that of the body: browsers show it there.
"""

from __future__ import annotations

import re
from operator import itemgetter
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser

from detector.config import DEFAULT_CONFIG, Config
from detector.hiding import Declared, Reading, Style
from detector.markup import ITEMS, TAGS, VALUES, Markup, fragment_of, mark_counts, parsed, scanned
from detector.nesting import tamed
from detector.page import Elements, HiddenBy, Page, Where
from detector.readings import Readings, readings_of
from detector.scripts import URL, json_ld, script_literals, wordy
from detector.sheets import Sheet, sheet_styles
from detector.writing import Told, write_page

__all__ = ["CONDITION", "META_NAMES", "extract", "looks_like_html"]

META_NAMES = re.compile(
    r"^(?:description|keywords|abstract|subject|application-name|apple-mobile-web-app-title|"
    r"(?:og|twitter|article|dc)[:.](?:title|description|site_name|tag|section|subject))$",
    re.I,
)
_SNIFF_START = re.compile(
    r"[\s\ufeff]*<(?:!doctype\s+html|!--|\?xml[^>]*>\s*<(?:!doctype|html)|(?:html|head|script|"
    r"iframe|h[1-6]|div|font|table|a|style|title|b|body|br|p|meta|link|ul|ol|section|article|main|"
    r"nav|header|footer|span|center|form|img|noscript)[\s>/])",
    re.I,
)
_SNIFF_ANYWHERE = re.compile(r"<(?:!doctype\s+html|html[\s>]|head>|body[\s>]|/body>|/html>)", re.I)
CONDITION = re.compile(r"\[if [^\]\n]{0,60}\]>(?:<!-+>?)?")  # of Internet Explorer's comments
_WITHOUT_DIGITS = dict.fromkeys(map(ord, "0123456789"))
_LONGEST_LABEL = 63  # of host names


def looks_like_html(text: str) -> bool:
    """Say whether ``text`` is HTML rather than plain text or Markdown.

    It is when it starts with a tag that the WHATWG MIME sniffing standard (or common fragments)
    would start with, or has ``<html>``, ``<body>`` or a doctype in its first 64,000 characters.
    """
    return bool(_SNIFF_START.match(text) or _SNIFF_ANYWHERE.search(text, 0, 64_000))


def extract(
    html: str | bytes, config: Config = DEFAULT_CONFIG, encoding: str | None = None
) -> Page:
    """Return the Page of an HTML document, a text or the UTF-8 of one.

    Runs of white space are collapsed as browsers do; inline neighbours stay glued, blocks are
    separated by a line feed. Never raises on malformed input.
    """
    truncated: list[str] = []
    if len(html) > config.max_bytes:
        html = html[: config.max_bytes]
        truncated.append("max_bytes")
    source = _utf8(html)
    tags, closing, _ = mark_counts(source)
    if tags - closing > config.max_depth:
        text = html if isinstance(html, str) else html.decode("utf-8", "replace")
        text, deep = tamed(text, config.max_depth)
        if deep:
            truncated.append("max_depth")
            source = _utf8(text)
    parser = parsed(source)
    markup = scanned(parser, config)
    readings = readings_of(markup, _styles(parser, markup, config, truncated))
    reader = _Reader(markup, readings, config)
    reader.read_values()
    written = write_page(markup, readings, reader.told, config)
    truncated += _cut(written.cut, reader.cut, written.stopped, markup)
    elements = Elements(
        markup.elements[:, 1].copy(),
        markup.elements[:, 0].copy(),
        tuple(name.decode("utf-8", "replace") for name in markup.slices("name")),
    )
    return Page(
        written.text, written.segments, True, encoding, tuple(dict.fromkeys(truncated)), elements
    )


def _utf8(html: str | bytes) -> bytes:
    # Lone surrogates cannot be handed to the parser, which works on UTF-8.
    return html if isinstance(html, bytes) else html.encode("utf-8", "replace")


def _cut(
    writing: list[tuple[int, str]], reading: list[tuple[int, str]], stopped: int, markup: Markup
) -> list[str]:
    """Return the limits that cut something, in the order in which they did.

    Nothing is read behind the item at which writing stopped.
    """
    cut: list[tuple[float, str]] = [*writing, *reading]
    if markup.cut:  # but for what waited to be written
        cut.append((len(markup.items) - 0.5, "max_nodes"))
    cut.sort(key=itemgetter(0))
    return [name for item, name in cut if item <= stopped]


def _styles(
    parser: LexborHTMLParser, markup: Markup, config: Config, truncated: list[str]
) -> dict[int, tuple[Declared, Style]]:
    """Return what the style sheets of a document declare, by the number of the element."""
    root = parser.root
    sheets = _sheets(markup)
    if root is None or not sheets:
        return {}
    styles = sheet_styles(root, sheets, config, truncated)
    if not styles:
        return {}
    numbers = {node.mem_id: number for number, node in enumerate(root.css("*"), 1)}
    return {numbers[identity]: style for identity, style in styles.items()}


def _sheets(markup: Markup) -> list[Sheet]:
    """Return the style sheets of a document, but for those that browsers with scripts skip."""
    rows = markup.values[markup.values[:, 0] == _SHEET, 2:].tolist()
    sheets: dict[int, Sheet] = {}
    for element, start, end in rows:
        tag = markup.elements[markup.elements[element, 1], 0]
        if element not in sheets and tag != _NOSCRIPT:
            text = markup.text(start, end) if markup.escaped else markup.raw(start, end)
            sheets[element] = Sheet(text, markup.attributes(element))
    return list(sheets.values())


(
    _ASIDE, _LEAD, _VARIED, _NAMED, _INPUT, _REMARK, _PROGRAM, _BARE, _QUOTED, _FRAGMENT, _HUSHED,
    _SHEET,
) = map(
    VALUES.index,
    "aside lead varied named input remark program bare quoted fragment hushed sheet".split(),
)  # fmt: skip
_NOSCRIPT = TAGS.index("noscript")


def _number_of(tag: str) -> int:
    """Return the number that the parser has for an element of the standard."""
    node = LexborHTMLParser(f"<{tag}>").css_first(tag)
    return node.tag_id if node is not None else 0


_LEADING = frozenset(map(_number_of, ("a", "area", "iframe")))
_TEXT = next(
    node.tag_id
    for node in LexborHTMLParser("text").css("html")[0].traverse(include_text=True)
    if node.is_text_node
)
_NOTHING, _RAW_TEXT = ITEMS.index("nothing"), ITEMS.index("raw_text")
_STATE = 6  # column of the elements


class _Reader:
    """Reads the values of a document, in order, but for words of attributes."""

    __slots__ = ("config", "cut", "element", "hosts", "item", "links", "markup", "read", "readings",
                 "script", "told")  # fmt: skip

    def __init__(self, markup: Markup, readings: Readings, config: Config) -> None:
        self.markup = markup
        self.readings = readings
        self.config = config
        self.told = Told()
        self.cut: list[tuple[int, str]] = []  # limits, with the items at which they cut something
        self.item = self.element = 0  # that are being read
        self.links = 0
        self.script = config.max_script
        self.hosts: set[str] = set()
        self.read: set[str] = set()  # link targets, and their shapes without digits

    def value(self, text: str, where: Where, hidden: HiddenBy) -> None:
        """Keep a value of the item that is being read."""
        if len(text) > self.config.max_value:
            self.cut.append((self.item, "max_value"))
            text = text[: self.config.max_value]
        self.told.add(self.item, text, where, hidden)

    def read_values(self) -> None:
        """Read all values."""
        markup = self.markup
        for kind, self.item, self.element, start, end in markup.values.tolist():
            if kind <= _ASIDE:
                continue  # read where they are written
            if kind == _LEAD:
                self.link(markup.text(start, end), self._reading()[1])
            elif kind == _VARIED:
                self._count_link()
            elif kind == _REMARK:
                self._comment(markup.raw(start, end))
            elif kind == _PROGRAM:
                self._script(markup.text(start, end) if markup.escaped else markup.raw(start, end))
            elif kind == _BARE:
                self.script -= end - start
            elif kind == _QUOTED:
                self.link(markup.raw(start, end), "script")
            elif kind == _NAMED:
                self._named(markup.text(start, end))
            elif kind == _INPUT:
                self._input(markup.text(start, end))
            elif kind == _FRAGMENT:
                fragment = markup.raw(start, end)
                if markup.escaped:
                    fragment = markup.attributes(self.element).get("content") or ""
                self._markup(fragment, "body", "template")
            elif kind == _HUSHED and self._reading()[0] == "noscript":
                # Kept as text by the parser.
                read = markup.raw if markup.items[self.item, 0] == _RAW_TEXT else markup.text
                self._markup(read(start, end), "noscript", "noscript")
                markup.items[self.item, 0] = _NOTHING

    def _reading(self) -> Reading:
        return self.readings.states[int(self.markup.elements[self.element, _STATE])]

    def _count_link(self) -> bool:
        """Count a link target, unless there have been enough."""
        if self.links >= self.config.max_links:
            self.cut.append((self.item, "max_links"))
            return False
        self.links += 1
        return True

    def _named(self, content: str) -> None:
        """Keep what a ``meta`` element says."""
        attributes = self.markup.attributes(self.element)
        name = attributes.get("name") or attributes.get("property")
        if name and META_NAMES.match(name):
            self.value(content, "meta", "meta")

    def _input(self, text: str) -> None:
        """Keep the value of an ``input``, which is not in ASCII."""
        hidden = self._reading()[1]
        if not hidden and self.markup.attributes(self.element).get("type") == "hidden":
            hidden = "hidden-input"
        self.value(text, "alt", hidden)

    def _comment(self, text: str) -> None:
        """Keep the text and links of a comment."""
        if text.startswith("[if "):
            text = CONDITION.sub("", text, count=1)
        self._markup(text, "comment", "comment")

    def link(self, href: str, hidden: HiddenBy) -> None:
        """Keep host and path of an absolute link, and the path of others if it has words in it.

        A page's links are mostly to its own host, and differ in a number: a host that was named is
        left out, and a path that differs from an earlier one of its host in digits only is not
        read.
        """
        if ("//" not in href and not wordy(href)) or href in self.read:
            return
        self.read.add(href)
        if not self._count_link():
            return
        href = href[: self.config.max_value]
        match = URL.match(href)
        if match:
            host, address = match.groups()
            shape = host + address.translate(_WITHOUT_DIGITS)
            named = host in self.hosts
            if named and (len(address) < 2 or shape in self.read):
                return
            self.read.add(shape)
            self.hosts.add(host)
            if not named:
                address = (_unicode_host(host) if "xn--" in host.lower() else host) + address
        elif wordy(href) and not href[:11].lower().startswith(("javascript:", "data:")):
            address = href
        else:
            return
        if "%" in address:
            address = unquote(address, errors="replace")
        self.value(address, "host", hidden)

    def _markup(self, text: str, where: Where, hidden: HiddenBy) -> None:
        """Keep the text and link targets of markup that is not part of the document tree."""
        if len(text) < 2:
            return
        if "<" not in text:
            self.value(text, where, hidden)
            return
        fragment = fragment_of(text[: self.config.max_value * 20])
        for inner in fragment.traverse(include_text=True) if fragment is not None else ():
            number = inner.tag_id
            if number == _TEXT:
                around = inner.parent
                if around is None or around.tag not in ("style", "script"):
                    self.value(inner.text_content or "", where, hidden)
            elif number in _LEADING:
                href = inner.attributes.get("href") or inner.attributes.get("src")
                if href:
                    self.link(href, hidden)

    def _script(self, source: str) -> None:
        """Keep what the string literals of a script say, and the names in JSON-LD."""
        if len(source) > self.script:
            self.cut.append((self.item, "max_script"))
            source = source[: self.script]
        self.script -= len(source)
        if source[:50].lstrip()[:1] in ("{", "["):
            kind = self.markup.attributes(self.element).get("type") or ""
            if kind.strip().lower() == "application/ld+json":
                for name in json_ld(source) or ():
                    self.value(name, "meta", "meta")
        for is_link, text in script_literals(source):
            if is_link:
                self.link(text, "script")
            else:
                self._markup(text, "script", "script")


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

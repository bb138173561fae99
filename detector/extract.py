"""HTML to Page: what a search engine reads, with where it sits and what hides it from readers.

Text behind ``</html>`` is that of the body: browsers show it there.
"""

from __future__ import annotations

import re
from operator import itemgetter

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from detector.config import DEFAULT_CONFIG, Config
from detector.declarations import Declared, overridden
from detector.encodings import whole
from detector.hiding import Style, style_of
from detector.kernel import call
from detector.markup import TAGS, VALUES, Markup, document_of, parsed, scanned
from detector.nesting import tamed
from detector.page import Elements, Page
from detector.readings import readings_of
from detector.script_styles import hidden_by_scripts
from detector.serialise import numbered_elements
from detector.sheets import Sheet, sheet_styles
from detector.values import Reader
from detector.writing import write_page

__all__ = ["extract", "extract_utf8", "looks_like_html"]

_SNIFF_START = re.compile(
    r"[\s\ufeff]*<(?:!doctype\s+html|!--|\?xml[^>]*>\s*<(?:!doctype|html)|(?:html|head|script|"
    r"iframe|h[1-6]|div|font|table|a|style|title|b|body|br|p|meta|link|ul|ol|section|article|main|"
    r"nav|header|footer|span|center|form|img|noscript)[\s>/])",
    re.I,
)
_SNIFF_ANYWHERE = re.compile(r"<(?:!doctype\s+html|html[\s>]|head>|body[\s>]|/body>|/html>)", re.I)
_SHEET = VALUES.index("sheet")
_NOSCRIPT = TAGS.index("noscript")


def looks_like_html(text: str) -> bool:
    """Say whether ``text`` is HTML rather than plain text or Markdown.

    It is when it starts with a tag that the WHATWG MIME sniffing standard (or common fragments)
    would start with, or has ``<html>``, ``<body>`` or a doctype in its first 64,000 characters.
    """
    return "<" in text and bool(_SNIFF_START.match(text) or _SNIFF_ANYWHERE.search(text, 0, 64_000))


def extract(
    html: str | bytes, config: Config = DEFAULT_CONFIG, encoding: str | None = None
) -> Page:
    """Return the Page of an HTML document, a text or the UTF-8 of one.

    Runs of white space are collapsed as browsers do; inline neighbours stay glued, blocks are
    separated by a line feed. Never raises on malformed input.
    """
    cut = len(html) > config.max_bytes
    html = html[: config.max_bytes] if cut else html
    if isinstance(html, str):
        try:
            source = html.encode("utf-8")
        except UnicodeEncodeError:  # surrogates, which the parser could not be handed
            source = whole(html).encode("utf-8")
    elif call("is_utf8", html, len(html)):
        source = html
    else:
        source = html.decode("utf-8", "replace").encode()
    page = extract_utf8(source, config, encoding)
    return page._replace(truncated=_different("max_bytes", *page.truncated)) if cut else page


def extract_utf8(source: bytes, config: Config, encoding: str | None = None) -> Page:
    """Return what :func:`extract` does, of UTF-8 without a fault within ``max_bytes``."""
    source, truncated = tamed(source, config)
    parser = parsed(source)
    markup = scanned(parser, config)
    readings = readings_of(markup, _styles(parser, markup, config, truncated))
    reader = Reader(markup, readings, config)
    told = reader.read_values()
    written = write_page(markup, readings, told, config)
    truncated += _cut(written.cut, reader.cut, written.stopped, markup)
    tags, parents = np.ascontiguousarray(markup.elements[:, :2].T)
    elements = Elements(
        parents,
        tags,
        tuple(name.decode("utf-8", "replace") for name in markup.slices("name")),
    )
    return Page(written.text, written.segments, True, encoding, _different(*truncated), elements)


def _different(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


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
    """Return what is declared for a document's elements elsewhere than in them, by their number.

    That is in style sheets, and by scripts.
    """
    root = parser.root
    if root is None:
        return {}
    scripted = hidden_by_scripts(markup)
    sheets = [*_sheets(markup), *(Sheet(text, {}) for text in scripted.sheets)]
    styles = sheet_styles(root, len(markup.elements), sheets, config, truncated) if sheets else {}
    named: dict[int, tuple[int, Declared]] = {}
    for name, set_by in scripted.named.items():
        node = root.css_first(f'[id="{name}"]')
        if node is not None:
            named[node.mem_id] = set_by
    if not (styles or named or scripted.elements):
        return {}
    numbers = numbered_elements(document_of(parser) or root, {*styles, *named})
    found = {numbers[identity]: style for identity, style in styles.items()}
    own = dict(scripted.elements)
    for identity, (script, declared) in named.items():
        if numbers[identity] < script:  # a script finds only what stands before it
            own[numbers[identity]] = declared
    for number, declared in own.items():
        below = found[number][0] if number in found else {}
        around = overridden(below, declared)
        found[number] = around, style_of(around)
    return found


def _sheets(markup: Markup) -> list[Sheet]:
    """Return the style sheets of a document, but for those that browsers with scripts skip."""
    if not markup.kinds >> _SHEET & 1:
        return []
    rows = markup.values[markup.values[:, 0] == _SHEET, 2:].tolist()
    sheets: dict[int, Sheet] = {}
    for element, start, end in rows:
        tag = markup.elements[markup.elements[element, 1], 0]
        if element not in sheets and tag != _NOSCRIPT:
            text = markup.text(start, end) if markup.escaped else markup.raw(start, end)
            sheets[element] = Sheet(text, markup.attributes(element))
    return list(sheets.values())

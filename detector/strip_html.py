"""An HTML page without its findings: what goes with a finding, and what stays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from detector.config import Config
from detector.findings import Findings, Found, cut, joined, word_count
from detector.markup import document_of, parsed
from detector.nesting import tamed
from detector.outline import RAW_TEXT, Node, Wrapped, fragment, outline, written
from detector.page import Page
from detector.result import Span
from detector.scripts import (
    ESCAPE,
    LITERAL,
    URL,
    URL_LITERAL,
    URL_START,
    is_text,
    unescaped,
    wordy,
)
from detector.values import CONDITION, META_NAMES, META_PROPERTIES

__all__ = ["LONGEST_LINK", "Edited", "strip_html"]

LONGEST_LINK = 60
"""Letters and digits outside findings with which a link still goes as a whole. With more it is no
mere anchor, and loses its target only."""
LEAST_TITLE = 2
"""Letters and digits from which what is left of a title is one."""
_VALUES = ("alt", "title", "placeholder", "aria-label")
_STAYS = frozenset("-text html head body frameset title td th caption legend summary".split())
"""What is not removed when it is empty: what is around it relies on it; punctuation is a text's."""
_CONTENT = frozenset(
    "img picture video audio source track iframe object embed applet canvas svg math input select "
    "textarea button meter progress script style link meta base map area template frame".split()
)
"""Elements that are something without any text in them."""
_NO_MARKUP = frozenset(("title", "textarea", "select", "optgroup", "option"))
_LEADING = frozenset("a area iframe frame meta".split())
"""Elements that lead somewhere."""
_NEXT_PAGE = re.compile(r"url\s*=[\s']*([^']+)", re.I)
_TARGETS = ("href", "xlink:href")
_HUSHED = frozenset(("noscript", "noframes", "noembed", "iframe"))
_DRAWN = frozenset(("svg", "math"))
_PASSAGES = frozenset(("foreignObject", "mtext"))
"""Elements of these that have HTML in them."""
_OPENING_LINK = re.compile(r"<a[\s/>]", re.I)
_CONDITION_END = re.compile(r"<!(?:--)?\[endif\]\Z", re.I)
_UNIT = re.compile(rf"{ESCAPE.pattern}|.", re.S)
# What the escapes of a script stand for, where reading them does not say it.
_UNWRITABLE = re.compile(r"\\[bfv0-9\r\n\u2028\u2029]|\\u\{?d[89a-f]", re.I)
_JS_ESCAPES = {
    "\\": "\\\\",
    "\t": "\\t",
    "\n": "\\n",
    "\r": "\\r",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


class Edited(NamedTuple):
    """A page without findings, and which of them were struck, and which could not be found."""

    html: str
    struck: list[Span]
    kept: list[Span]


def strip_html(
    source: str,
    page: Page,
    spans: Sequence[Span],
    config: Config,
    *,
    mark: bool = False,
    url: str | None = None,
) -> Edited | None:
    """Return ``source`` without ``spans``, or with them marked; None when it has too many nodes.

    ``page`` is what :func:`detector.scoring.read_page` made of ``source``.
    """
    raw, _ = tamed(source.encode("utf-8", "replace"), config)  # cuts nothing: that page is no whole
    document = document_of(parsed(raw))
    if document is None or not page.segments:
        return Edited(source, [], list(spans))
    nodes = outline(document, source, config.max_nodes)
    if nodes is None:
        return None
    findings = Findings(page, spans, _own_hosts(nodes, url), config.max_value)
    links = sum(node.tag == "a" for node in nodes)
    # A link that lacks its end tag goes on in every paragraph after it.
    runaway = links > len(_OPENING_LINK.findall(source))
    _Stripper(findings, config, mark, runaway).document(nodes)
    struck, kept = findings.located()
    return Edited(written(nodes, source) if struck else source, struck, kept)


def _own_hosts(nodes: Sequence[Node], url: str | None) -> frozenset[str]:
    """Return the hosts that the page says are its own, with and without ``www``."""
    addresses = [url or ""]
    for node in nodes:
        attributes = node.attributes
        if node.tag == "base" or (
            node.tag == "link" and (attributes.get("rel") or "").lower() == "canonical"
        ):
            addresses.append(attributes.get("href") or "")
        elif node.tag == "meta" and (attributes.get("property") or "").lower() == "og:url":
            addresses.append(attributes.get("content") or "")
    hosts = set()
    for address in addresses:
        try:
            host = urlsplit(address.strip()).netloc.lower()
        except ValueError:  # brackets that are no IPv6 address
            continue
        hosts |= {host, host.removeprefix("www.")} - {""}
    return frozenset(hosts)


class _Stripper:
    """Edits the nodes of one document, and of the markup inside its comments and scripts."""

    def __init__(self, findings: Findings, config: Config, mark: bool, runaway: bool) -> None:
        self.findings = findings
        self.mark = mark
        self.runaway = runaway
        self.config = config
        self.most = config.max_nodes
        self.markup = config.max_value * 20  # as much as is read of it

    def document(self, nodes: list[Node]) -> None:
        """Edit the nodes of a page."""
        lost: set[int] = set()  # nodes that lose promotion
        damaged: set[int] = set()  # texts that lose a garbled passage
        struck: set[int] = set()  # texts that lose anything
        links: list[int] = []
        hushed: set[int] = set()  # elements of noscript, where markup is read in texts
        drawn: set[int] = set()  # nodes of drawings and formulas
        for index, node in enumerate(nodes):
            if node.tag in _HUSHED or node.parent in hushed:
                hushed.add(index)
            if node.tag in _DRAWN or (
                node.parent in drawn and nodes[node.parent].tag not in _PASSAGES
            ):
                drawn.add(index)
            if node.tag == "-text":
                around = nodes[node.parent] if node.parent >= 0 else node
                if around.tag in ("title", "desc") and index in drawn:
                    node.text = node.text if self.mark else self._value(node.text)
                elif index in hushed and "<" in node.text:
                    left = self._embedded(node.text, around.key)
                    if left is not None:
                        node.text = left
                        lost.add(index)
                elif not (self.mark and index in drawn):  # where there are no marks
                    self._text(node, around, index, lost, damaged, struck)
            elif self.mark or node.tag == "-verbatim":
                continue
            elif node.tag == "-comment":
                self._comment(node, nodes[node.parent].key if node.parent >= 0 else 0)
            elif node.tag == "-template":
                left = self._embedded(node.text, node.key)
                if left is not None:
                    node.text, node.gone = left, not left
                    lost.add(index)
            else:
                self._attributes(node)
                if node.tag in _LEADING and self._is_found(node):
                    links.append(index)
        if not self.mark:
            self._settle(nodes, lost, damaged, links)
            _retitle(nodes, struck)

    def _text(
        self,
        node: Node,
        around: Node,
        index: int,
        lost: set[int],
        damaged: set[int],
        struck: set[int],
    ) -> None:
        if around.tag == "script":
            if not self.mark:
                kind = (around.attributes.get("type") or "").strip().lower()
                data = kind == "application/ld+json"
                node.text = self._script(node.text, around.key, data)
            return
        pieces, lead, segment = self.findings.text_node(around.key, node.text)
        if not pieces or segment is None:
            return
        titled = around.tag == "title"
        text, ranges = cut(node.text, pieces, lead=lead, separators=titled)
        if self.mark:
            if around.tag in _NO_MARKUP or around.tag in RAW_TEXT:
                return
            node.wrapped = [
                Wrapped(start, end, _tag(span), "</mark>") for start, end, span in ranges
            ]
        else:
            node.text = text
            struck.add(index)
            if any(span.kind == "injection" for _, _, span in ranges):
                lost.add(index)
            if any(span.kind == "garbled" for _, _, span in ranges):
                damaged.add(index)
        self.findings.done.add(segment)

    def _settle(
        self, nodes: list[Node], lost: set[int], damaged: set[int], links: list[int]
    ) -> None:
        """Remove the elements that held nothing but promotion, and links that lead to it.

        From the last node to the first, so that an element comes after all that is in it.
        """
        words = [0] * len(nodes)
        solid = [False] * len(nodes)
        leading = set(links)
        for index in range(len(nodes) - 1, -1, -1):
            node = nodes[index]
            tag = node.tag
            if tag == "-text":
                words[index] = word_count(node.text)
                # The markup of a garbled passage stays, and so does what is around it.
                solid[index] = index in damaged
            elif tag in _CONTENT or tag in ("-verbatim", "-template"):
                solid[index] = not node.gone
            if index in leading:
                whole = words[index] == 0 or (words[index] <= LONGEST_LINK and not self.runaway)
                if tag != "a" or whole:
                    node.gone = True
                    lost.add(index)
                else:
                    node.attributes = {
                        k: v for k, v in node.attributes.items() if k not in _TARGETS
                    }
            elif tag not in _STAYS and index in lost and not words[index] and not solid[index]:
                node.gone = True
            if node.parent >= 0:
                if index in lost and tag != "title":
                    lost.add(node.parent)
                if not node.gone:
                    words[node.parent] += words[index]
                    solid[node.parent] |= solid[index]

    def _attributes(self, node: Node) -> None:
        if node.tag == "meta":
            name = node.attributes.get("name") or node.attributes.get("property")
            property_ = node.attributes.get("itemprop")
            content = node.attributes.get("content")
            read = META_NAMES.match(name) if name else META_PROPERTIES.match(property_ or "")
            if content and read:
                left = self._value(content)
                node.attributes["content"] = left
                node.gone = left != content and not word_count(left)
            return
        framed = node.attributes.get("srcdoc") if node.tag == "iframe" else None
        if framed:
            document = self._embedded(framed, node.key)
            if document is not None:
                node.attributes["srcdoc"] = document
                node.gone = not document
        names = (*_VALUES, "value") if node.tag == "input" else _VALUES
        for name in names:
            value = node.attributes.get(name)
            if not value:
                continue
            left = self._value(value)
            if left == value:
                continue
            if word_count(left) or name in ("alt", "value"):
                node.attributes[name] = left if word_count(left) else ""
            else:
                del node.attributes[name]

    def _value(self, text: str) -> str:
        found = self.findings.repeated(text)
        return text if found is None else self._without(text, found, separators=True)

    def _without(self, text: str, found: Found, *, separators: bool = False) -> str:
        self.findings.done.update(found.segments)
        return cut(text, found.pieces, separators=separators)[0]

    def _is_found(self, node: Node) -> bool:
        if not self.findings.has_links():
            return False
        if node.tag == "meta":
            refresh = (node.attributes.get("http-equiv") or "").lower() == "refresh"
            next_page = _NEXT_PAGE.search(node.attributes.get("content") or "") if refresh else None
            return next_page is not None and self._leads(next_page.group(1), node.key)
        attributes = node.attributes
        href = attributes.get("href") or attributes.get("xlink:href") or attributes.get("src")
        return bool(href) and self._leads(href or "", node.key)

    def _leads(self, href: str, key: int) -> bool:
        found = self.findings.take_link(key, href)
        self.findings.done.update(found or ())
        return found is not None

    def _comment(self, node: Node, key: int) -> None:
        condition = CONDITION.match(node.text) if node.text.startswith("[if ") else None
        head = condition.group() if condition else ""
        ending = _CONDITION_END.search(node.text, len(head)) if condition else None
        tail = ending.group() if ending else ""
        left = self._embedded(node.text[len(head) : len(node.text) - len(tail)], key)
        if left is None:
            return
        if word_count(left):
            node.text = head + _harmless(left) + tail
        else:
            node.gone = True

    def _embedded(self, text: str, key: int) -> str | None:
        """Return what is left of text or markup that is no part of the tree; None for all of it."""
        if "<" not in text:
            found = self.findings.value(text)
            return None if found is None or self.mark else self._without(text, found)
        if self.mark:
            return None
        if len(text) > self.markup:  # not all of which is read
            raw, cut_by = tamed(text.encode("utf-8", "replace"), self.config)
            if cut_by:
                return None
            text = raw.decode()
        nodes = fragment(text, self.most)
        if nodes is None:
            return None
        lost: set[int] = set()
        links: list[int] = []
        touched = False
        for index, node in enumerate(nodes):
            if node.tag == "-text":
                around = nodes[node.parent].tag if node.parent >= 0 else ""
                found = self.findings.value(node.text)
                if found is not None and around not in ("style", "script"):
                    node.text = self._without(node.text, found)
                    touched = True
                    # One kind is as good as the other: here is no markup to keep.
                    lost.add(index)
            elif node.tag in ("a", "area", "iframe"):
                href = node.attributes.get("href") or node.attributes.get("src")
                if href and self._leads(href, key):
                    links.append(index)
                    touched = True
        if not touched:
            return None
        self._settle(nodes, lost, set(), links)
        left = written(nodes)
        some = any(
            not node.gone and (node.tag in _CONTENT or word_count(node.text)) for node in nodes
        )
        return left if some else ""

    def _script(self, source: str, key: int, data: bool) -> str:
        """Return a script without findings: only what stands between quotation marks changes.

        ``data``: it is JSON-LD, of which any string may be read.
        """
        pieces: list[str] = []
        end = 0
        if data and not self.mark:
            for match in LITERAL.finditer(source):
                start, stop = match.span(match.lastindex or 0)
                units = _units(source[start:stop])
                found = self.findings.repeated("".join(char for char, _, _ in units))
                if found is not None:
                    self.findings.done.update(found.segments)
                    pieces += (source[end:start], _without_units(source[start:stop], units, found))
                    end = stop
            source, pieces, end = "".join(pieces) + source[end:], [], 0
        if "<a " not in source and "<A " not in source and not wordy(source):
            if not self.findings.has_links():
                return source
            for match in URL_LITERAL.finditer(source):
                at = match.start()
                scheme = URL_START.search(source, max(0, at - 7), at)
                if scheme and self._leads(scheme.group(1) + match.group(), key):
                    pieces.append(source[end : at - len(scheme.group(1))])
                    end = match.end()
            return "".join(pieces) + source[end:]
        for match in LITERAL.finditer(source):
            start, stop = match.span(match.lastindex or 0)
            left = self._literal(source[start:stop], source[start - 1], key)
            if left is not None:
                pieces += (source[end:start], left)
                end = stop
        return "".join(pieces) + source[end:]

    def _literal(self, literal: str, quote: str, key: int) -> str | None:
        """Return what is left of a string literal, as it is written; None for all of it."""
        if len(literal) < 2:
            return None
        if not ("<a " in literal or "<A " in literal or wordy(literal)):
            url = URL.match(literal) if "//" in literal else None
            return "" if url and not self.mark and self._leads(url.group(), key) else None
        units = _units(literal)
        text = "".join(char for char, _, _ in units)
        if self.mark or not is_text(text):
            return None
        if "<" not in text:
            found = self.findings.value(text)
            if found is None:
                return None
            self.findings.done.update(found.segments)
            return _without_units(literal, units, found)
        if _UNWRITABLE.search(literal) or (quote == "`" and "$" in literal):
            return None
        markup = self._embedded(text, key)
        return None if markup is None else _escaped(markup, quote, "\\u" in literal)


def _without_units(literal: str, units: Sequence[tuple[str, int, int]], found: Found) -> str:
    """Return what a string literal is without what was found in the text it stands for."""
    left, end = "", 0
    text = "".join(char for char, _, _ in units)
    for start, stop, _ in cut(text, found.pieces)[1]:
        left += literal[end : units[start][1]]
        end = units[stop - 1][2]
    return left + literal[end:]


def _units(literal: str) -> list[tuple[str, int, int]]:
    """Return the characters that a string literal stands for, each with its place in it."""
    units: list[tuple[str, int, int]] = []
    for match in _UNIT.finditer(literal):
        char = unescaped(match) if match.group().startswith("\\") else match.group()
        start = match.start()
        if units and "\udc00" <= char <= "\udfff" and "\ud800" <= units[-1][0] <= "\udbff":
            high, start, _ = units.pop()
            char = (high + char).encode("utf-16", "surrogatepass").decode("utf-16")
        units.append((char, start, match.end()))
    # A lone surrogate is no character.
    return [unit for unit in units if not "\ud800" <= unit[0] <= "\udfff"]


def _tag(span: Span) -> str:
    return f'<mark class="detector-{span.kind}" title="{span.score:.2f}">'


def _harmless(text: str) -> str:
    """Return a comment's text without what would end it, now that some of it is gone."""
    text = re.sub(r"--(?=!?>)", "- ", text)
    return " " + text if text.startswith((">", "->")) else text


def _escaped(text: str, quote: str, ascii_only: bool) -> str:
    """Return ``text`` as the content of a string literal of JavaScript or JSON."""
    pieces = []
    for char in text:
        if char in _JS_ESCAPES:
            pieces.append(_JS_ESCAPES[char])
        elif char == quote:
            pieces.append("\\" + char)
        elif ascii_only and char > "\x7f":
            units = char.encode("utf-16-be", "surrogatepass")
            pieces += [f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2)]
        else:
            pieces.append(char)
    return re.sub(r"<(?=/script)", r"<\\", "".join(pieces), flags=re.I)


def _retitle(nodes: Sequence[Node], struck: set[int]) -> None:
    """Give a title of which nothing sensible is left the text of the first heading, if clean."""
    emptied = [
        index
        for index in struck
        if nodes[nodes[index].parent].tag == "title" and word_count(nodes[index].text) < LEAST_TITLE
    ]
    if not emptied:
        return
    heading = _clean_heading(nodes, struck)
    for index in emptied:
        if heading:
            nodes[index].text = heading
            nodes[index].gone = False
        elif not word_count(nodes[index].text):
            nodes[index].text = ""


def _clean_heading(nodes: Sequence[Node], struck: set[int]) -> str:
    """Return the text of the first ``h1``, "" when a finding was in it."""
    first = next((index for index, node in enumerate(nodes) if node.tag == "h1"), None)
    if first is None:
        return ""
    if nodes[first].gone:
        return ""
    inside = {first}
    pieces = []
    for index in range(first + 1, len(nodes)):
        if nodes[index].parent not in inside:
            break
        inside.add(index)
        if index in struck or nodes[index].gone:
            return ""
        if nodes[index].tag == "-text":
            pieces.append(nodes[index].text)
    return joined("".join(pieces))

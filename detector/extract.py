"""HTML to Page: what a search engine reads, with where it sits and what hides it from readers.

Text behind ``</html>`` is that of the body: browsers show it there.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from detector.config import DEFAULT_CONFIG, Config
from detector.hiding import BODY, STYLED_TAGS, Reading, restyled
from detector.nesting import tamed
from detector.page import HiddenBy, Page, Segment, Where
from detector.scripts import URL, json_ld, script_literals, wordy
from detector.sheets import sheet_styles

__all__ = ["CONDITION", "META_NAMES", "Paths", "css_path", "extract", "looks_like_html"]

(
    _SPAN, _BLOCK, _LINK, _TITLE, _HEADING, _NOSCRIPT, _SKIP, _SCRIPT, _TEMPLATE, _COMMENT, _TEXT
) = range(11)  # fmt: skip
_ACTIONS = {
    **dict.fromkeys(
        "abbr acronym b bdi bdo big cite code del dfn em font i img ins kbd label mark q rp rt "
        "ruby s samp small span strike strong sub sup time tt u var wbr".split(),
        _SPAN,
    ),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _HEADING),
    **dict.fromkeys(("style", "svg", "math", "object"), _SKIP),
    "a": _LINK,
    "title": _TITLE,
    "noscript": _NOSCRIPT,
    "script": _SCRIPT,
    "template": _TEMPLATE,
    "-comment": _COMMENT,
    "-text": _TEXT,
}
_TELLING = (
    "[style],[hidden],[alt],[title],[placeholder],[aria-label],a[href],area[href],iframe[src],"
    "meta[content],input[value],[bgcolor],[background],font[color],marquee,style"
)
_WORDED = frozenset(("alt", "title", "placeholder", "aria-label"))
META_NAMES = re.compile(
    r"^(?:description|keywords|abstract|subject|application-name|apple-mobile-web-app-title|"
    r"(?:og|twitter|article|dc)[:.](?:title|description|site_name|tag|section|subject))$",
    re.I,
)
_LONGEST_PATH = 2000  # steps
_SNIFF_START = re.compile(
    r"[\s\ufeff]*<(?:!doctype\s+html|!--|\?xml[^>]*>\s*<(?:!doctype|html)|(?:html|head|script|"
    r"iframe|h[1-6]|div|font|table|a|style|title|b|body|br|p|meta|link|ul|ol|section|article|main|"
    r"nav|header|footer|span|center|form|img|noscript)[\s>/])",
    re.I,
)
_SNIFF_ANYWHERE = re.compile(r"<(?:!doctype\s+html|html[\s>]|head>|body[\s>]|/body>|/html>)", re.I)
CONDITION = re.compile(r"\[if [^\]\n]{0,60}\]>(?:<!-+>?)?")  # of Internet Explorer's comments
_PLAIN_TAG = re.compile(r"[a-z][a-z0-9-]*\Z")
_WITHOUT_DIGITS = dict.fromkeys(map(ord, "0123456789"))
_LONGEST_LABEL = 63  # of host names


def looks_like_html(text: str) -> bool:
    """Say whether ``text`` is HTML rather than plain text or Markdown.

    It is when it starts with a tag that the WHATWG MIME sniffing standard (or common fragments)
    would start with, or has ``<html>``, ``<body>`` or a doctype in its first 64,000 characters.
    """
    return bool(_SNIFF_START.match(text) or _SNIFF_ANYWHERE.search(text, 0, 64_000))


def extract(html: str, config: Config = DEFAULT_CONFIG, encoding: str | None = None) -> Page:
    """Return the Page of an HTML document.

    Runs of white space are collapsed as browsers do; inline neighbours stay glued, blocks are
    separated by a line feed. Never raises on malformed input.
    """
    truncated: list[str] = []
    if len(html) > config.max_bytes:
        html = html[: config.max_bytes]
        truncated.append("max_bytes")
    html, deep = tamed(html, config.max_depth)
    if deep:
        truncated.append("max_depth")
    writer = _Writer(config, truncated)
    # Lone surrogates cannot be handed to the parser, which works on UTF-8.
    parser = LexborHTMLParser(html.encode("utf-8", "replace").replace(b"\0", b" "))
    root = parser.root
    if root is not None:
        # Comments may stand before <html>.
        _walk(root.parent or root, root, writer)
    writer.flush()
    text = "".join(writer.pieces)
    return Page(text, writer.segments, True, encoding, tuple(dict.fromkeys(truncated)))


def _readings(reading: Reading) -> tuple[Reading, ...]:
    """Return how the children of an element are read, by its action, in one read as ``reading``."""
    where, hidden, background = reading
    link: Where = "link" if where in ("body", "heading") else where
    # Links do not take the colour of the text around them.
    shown: HiddenBy = "" if hidden == "same-colour" else hidden
    return (
        reading, reading, (link, shown, background), ("title", hidden, background),
        ("heading", hidden, background), ("noscript", hidden or "noscript", background),
    )  # fmt: skip


# A page has hundreds of segments; this is half the cost of calling Segment(...).
_new = tuple.__new__


class _Writer:
    """Collects text: a block being written, and values that wait for the block to end."""

    __slots__ = ("characters", "config", "full", "hosts", "length", "links", "longest", "most",
                 "open", "pieces", "read", "runs", "script", "seen", "segments", "spaced",
                 "truncated", "waiting")  # fmt: skip

    def __init__(self, config: Config, truncated: list[str]) -> None:
        self.config = config
        self.characters = config.max_characters
        self.most = config.max_segments
        self.longest = config.max_value
        self.truncated = truncated
        self.pieces: list[str] = []
        self.segments: list[Segment] = []
        self.length = 0
        self.links = 0
        self.script = config.max_script
        self.open = False  # a block has text and is not yet ended
        self.spaced = False  # white space has been read since its last text
        self.full = False
        self.waiting: list[tuple[str, Reading, Any]] = []
        self.seen: set[str] = set()
        self.runs: set[str] = set()  # of text nodes
        self.hosts: set[str] = set()
        self.read: set[str] = set()  # link targets, and their shapes without digits

    def inline(self, text: str, reading: Reading, node: LexborNode) -> None:
        """Append the text of a text node to the current block."""
        run = " ".join(text.split())
        if not run:
            self.spaced = True
            return
        self.runs.add(run)
        if self.open and (self.spaced or text[0].isspace()):
            run = " " + run
        self.spaced = text[-1].isspace()
        self._put(run, reading, node)

    def _put(self, run: str, reading: Reading, node: Any) -> None:
        start = self.length
        end = start + len(run)
        if end > self.characters or len(self.segments) >= self.most:
            self.truncated.append("max_characters" if end > self.characters else "max_segments")
            self.full = True
            run = run[: max(0, self.characters - start)]
            if not run or len(self.segments) >= self.most:
                return
            end = start + len(run)
        self.length = end
        self.pieces.append(run)
        where, hidden, _ = reading
        self.segments.append(_new(Segment, (start, end, where, not hidden, node, hidden)))
        self.open = True

    def value(self, text: str, where: Where, hidden: HiddenBy, node: Any) -> None:
        """Keep an attribute value, comment or literal, as a block after the current one."""
        if len(text) > self.longest:
            self.truncated.append("max_value")
            text = text[: self.longest]
        text = " ".join(text.split())
        if len(text) >= 2 and text not in self.seen:
            self.seen.add(text)
            self.waiting.append((text, (where, hidden, None), node))

    def flush(self) -> None:
        """End the current block, then write what waited for that."""
        self.spaced = False
        if self.open:
            self.pieces.append("\n")
            self.length += 1
            self.open = False
        if self.waiting:
            waiting, self.waiting = self.waiting, []
            for text, reading, node in waiting:
                if self.full:
                    break
                # A title attribute mostly repeats the text of its link.
                if reading[0] == "alt" and text in self.runs:
                    continue
                self._put(text, reading, node)
                self.pieces.append("\n")
                self.length += 1
            self.open = False


def _walk(document: LexborNode, root: LexborNode, out: _Writer) -> None:
    """Visit every node once, in document order, without recursion.

    This loop runs for every node of every page, so it asks the parser for as little as it can:
    attributes only of the elements that a selector has found to have some of interest.
    """
    found = root.css(_TELLING)
    telling = {node.mem_id for node in found}
    sheets = [node for node in found if node.tag_id == _STYLE_NUMBER]
    styles = sheet_styles(root, sheets, out.config, out.truncated) if sheets else {}
    telling.update(styles)
    # Each element's block, and how its text is read (None: not at all). An element is visited
    # before its children.
    states: dict[int, tuple[int, Reading | None]] = {document.mem_id: (0, BODY)}
    known: dict[Reading, tuple[Reading, ...]] = {}
    block = 0  # the one that was last written to
    left = out.config.max_nodes
    for node in document.traverse(include_text=True):
        left -= 1
        if left < 0:
            out.truncated.append("max_nodes")
            break
        number = node.tag_id
        action = _NUMBERED.get(number)
        if action is None:
            action = _numbered(number, node.tag or "")
        if action == _TEXT:
            if node.is_empty_text_node:
                out.spaced = True
                continue
            parent = node.parent
            if parent is None:
                continue
            around, reading = states[parent.mem_id]
            if reading is not None:
                if around != block:
                    if out.open or out.waiting:
                        out.flush()
                    block = around
                text = node.text_content or ""
                if reading[0] == "noscript" and "<" in text:
                    _markup(text, "noscript", "noscript", parent, out)  # kept as text
                else:
                    out.inline(text, reading, parent)
                    if out.full:
                        break
            continue
        parent = node.parent
        if parent is None:
            continue
        state = states[parent.mem_id]
        around, reading = state
        if action == _COMMENT:
            if reading is not None:
                _comment(node.comment_content or "", parent, out)
            continue
        identity = node.mem_id
        if reading is None:
            states[identity] = state
            continue
        if action != _SPAN:
            if action != _LINK:
                if out.open or out.waiting:
                    out.flush()
                around = block = identity
            if action >= _SKIP:
                states[identity] = (identity, None)
                if action == _SCRIPT:
                    source = node.first_child
                    if source is not None:
                        _script(source.text_content or "", node, out)
                elif action == _TEMPLATE:
                    for fragment in node.template_fragments():
                        _markup(fragment.html or "", "body", "template", node, out)
                continue
            if action != _BLOCK:
                if reading not in known:
                    known[reading] = _readings(reading)
                reading = known[reading][action]
            state = (around, reading)
        if identity in telling:
            tag = node.tag or ""
            attributes = node.attributes
            if (
                "style" in attributes
                or tag in STYLED_TAGS
                or "hidden" in attributes
                or identity in styles
            ):
                reading = restyled(reading, tag, attributes, styles.get(identity))
                state = (around, reading)
            _attributes(tag, attributes, reading[1], node, out)
        states[identity] = state


def _number_of(tag: str) -> int:
    """Return the number that the parser has for the element ``tag``."""
    node = LexborHTMLParser(f"<{tag}>").css_first(tag)
    return node.tag_id if node is not None else 0


_NUMBERED: dict[int, int] = {}
"""Actions by the numbers that the parser has for the elements of the standard."""
_STANDARD = 256  # beyond are addresses, of names that a document made up

_STYLE_NUMBER = _number_of("style")


def _numbered(number: int, tag: str) -> int:
    """Return the action of the element ``tag``, and keep it where its number stays the same."""
    action = _ACTIONS.get(tag, _BLOCK)
    if number < _STANDARD:
        _NUMBERED[number] = action
    return action


def _comment(text: str, node: LexborNode, out: _Writer) -> None:
    """Keep the text and links of a comment."""
    if text.startswith("[if "):
        text = CONDITION.sub("", text, count=1)
    _markup(text, "comment", "comment", node, out)


def _attributes(
    tag: str,
    attributes: dict[str, str | None],
    hidden: HiddenBy,
    node: LexborNode,
    out: _Writer,
) -> None:
    """Keep the attribute values that carry words, and where links lead."""
    if tag == "meta":
        name = attributes.get("name") or attributes.get("property")
        content = attributes.get("content")
        if name and content and META_NAMES.match(name):
            out.value(content, "meta", "meta", node)
        return
    if not _WORDED.isdisjoint(attributes):
        for key in ("alt", "title", "placeholder", "aria-label"):
            text = attributes.get(key)
            if text:
                out.value(text, "alt", hidden, node)
    if tag in ("a", "area", "iframe"):
        href = attributes.get("href") or attributes.get("src")
        if href:
            _link(href, hidden, node, out)
    elif tag == "input" and (text := attributes.get("value")) and not text.isascii():
        if not hidden and attributes.get("type") == "hidden":
            hidden = "hidden-input"
        out.value(text, "alt", hidden, node)


def _link(href: str, hidden: HiddenBy, node: Any, out: _Writer) -> None:
    """Keep host and path of an absolute link, and the path of others if it has words in it.

    A page's links are mostly to its own host, and differ in a number: a host that was named is
    left out, and a path that differs from an earlier one of its host in digits only is not read.
    """
    if ("//" not in href and not wordy(href)) or href in out.read:
        return
    out.read.add(href)
    if out.links >= out.config.max_links:
        out.truncated.append("max_links")
        return
    out.links += 1
    href = href[: out.config.max_value]
    match = URL.match(href)
    if match:
        host, address = match.groups()
        shape = host + address.translate(_WITHOUT_DIGITS)
        named = host in out.hosts
        if named and (len(address) < 2 or shape in out.read):
            return
        out.read.add(shape)
        out.hosts.add(host)
        if not named:
            address = (_unicode_host(host) if "xn--" in host.lower() else host) + address
    elif wordy(href) and not href[:11].lower().startswith(("javascript:", "data:")):
        address = href
    else:
        return
    if "%" in address:
        address = unquote(address, errors="replace")
    out.value(address, "host", hidden, node)


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


def _markup(text: str, where: Where, hidden: HiddenBy, node: Any, out: _Writer) -> None:
    """Keep the text and link targets of markup that is not part of the document tree."""
    if len(text) < 2:
        return
    if "<" not in text:
        out.value(text, where, hidden, node)
        return
    limit = out.config.max_value * 20
    fragment = LexborHTMLParser(text[:limit].encode("utf-8", "replace")).root
    if fragment is None:
        return
    for inner in fragment.traverse(include_text=True):
        tag = inner.tag
        if tag == "-text":
            around = inner.parent
            if around is None or around.tag not in ("style", "script"):
                out.value(inner.text_content or "", where, hidden, node)
        elif tag in ("a", "area", "iframe"):
            href = inner.attributes.get("href") or inner.attributes.get("src")
            if href:
                _link(href, hidden, node, out)


def _script(source: str, node: LexborNode, out: _Writer) -> None:
    """Keep what the string literals of a script say, and the names in JSON-LD."""
    if len(source) > out.script:
        out.truncated.append("max_script")
        source = source[: out.script]
    out.script -= len(source)
    if source[:50].lstrip()[:1] in ("{", "["):
        kind = node.attributes.get("type") or ""
        if kind.strip().lower() == "application/ld+json":
            for name in json_ld(source) or ():
                out.value(name, "meta", "meta", node)
    for is_link, text in script_literals(source):
        if is_link:
            _link(text, "script", node, out)
        else:
            _markup(text, "script", "script", node, out)


class Paths:
    """Works out CSS paths of nodes of one document; remembers what it found on the way."""

    def __init__(self) -> None:
        self._positions: dict[int, dict[int, tuple[int, int]]] = {}
        self._known: dict[int, str] = {}

    def path(self, node: LexborNode | None) -> str:
        """Return a selector that selects exactly ``node`` in its document.

        "" for no node, and for one so deep that its path would be a page of its own.
        """
        waiting: list[LexborNode] = []
        path = ""
        while node is not None and node.is_element_node:
            if len(waiting) > _LONGEST_PATH:
                return ""
            known = self._known.get(node.mem_id)
            if known is not None:
                path = known
                break
            waiting.append(node)
            node = node.parent
        for inner in reversed(waiting):
            tag = inner.tag or ""
            step = tag if tag in ("html", "body", "head") else self._step(inner)
            path = f"{path} > {step}" if path else step
            self._known[inner.mem_id] = path
        return path

    def _step(self, node: LexborNode) -> str:
        parent = node.parent
        tag = node.tag or "*"
        if parent is None:
            return tag
        known = self._positions.get(parent.mem_id)
        if known is None:
            known = {}
            counts: dict[str | None, int] = {}
            child = parent.first_child
            while child is not None:
                if child.is_element_node:
                    name = child.tag
                    counts[name] = counts.get(name, 0) + 1
                    known[child.mem_id] = len(known) + 1, counts[name]
                child = child.next
            self._positions[parent.mem_id] = known
        of_all, of_type = known.get(node.mem_id, (1, 1))
        plain = _PLAIN_TAG.match(tag)
        return f"{tag}:nth-of-type({of_type})" if plain else f"*:nth-child({of_all})"


def css_path(node: LexborNode | None) -> str:
    """Return a CSS selector that selects exactly ``node`` in its document; "" for no node."""
    return Paths().path(node)

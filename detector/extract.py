"""HTML to Page: what a search engine reads, with where it sits and whether a reader sees it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from detector.config import DEFAULT_CONFIG, Config
from detector.page import Page, Segment, Where

__all__ = ["css_path", "extract", "looks_like_html"]

_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i img ins kbd label mark q rp rt ruby "
    "s samp small span strike strong sub sup time tt u var wbr".split()
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_SKIPPED = frozenset(("style", "svg", "math", "object", "head-never"))
_VOID_TEXT = frozenset(("-text", "-comment"))
_META_NAMES = re.compile(
    r"^(?:description|keywords|abstract|subject|application-name|apple-mobile-web-app-title|"
    r"(?:og|twitter|article|dc)[:.](?:title|description|site_name|tag|section|subject))$",
    re.I,
)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)|"
    r"font-size\s*:\s*[01](?:\.\d+)?(?:px|pt|em|rem|%)?\s*(?:;|$|!)|"
    r"text-indent\s*:\s*-\s*\d{3,}|(?:left|top|right|bottom|margin(?:-left|-top)?)\s*:\s*-\d{4,}|"
    r"(?:^|[;\s])(?:height|width|max-height|max-width)\s*:\s*[01](?:px)?\s*(?:;.*)?overflow\s*:"
    r"\s*hidden|overflow\s*:\s*hidden.*[;\s](?:height|width)\s*:\s*[01](?:px)?\s*(?:;|$)|"
    r"clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)|"
    r"clip-path\s*:\s*(?:inset\(\s*(?:50|100)%|polygon\(\s*0)",
    re.I,
)
_SNIFF_START = re.compile(
    r"[\s\ufeff]*<(?:!doctype\s+html|!--|\?xml[^>]*>\s*<(?:!doctype|html)|(?:html|head|script|"
    r"iframe|h[1-6]|div|font|table|a|style|title|b|body|br|p|meta|link|ul|ol|section|article|main|"
    r"nav|header|footer|span|center|form|img|noscript)[\s>/])",
    re.I,
)
_SNIFF_ANYWHERE = re.compile(r"<(?:!doctype\s+html|html[\s>]|head>|body[\s>]|/body>|/html>)", re.I)
_LITERAL = re.compile(r'"(?:[^"\\\n]|\\.){2,}"|\'(?:[^\'\\\n]|\\.){2,}\'|`(?:[^`\\]|\\.){2,}`')
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.S)
_URL = re.compile(r"\s*(?:https?:)?//([^/?#\s\\]+)([^\s]*)", re.I)
_NON_ASCII = re.compile(r"[^\x00-\x7f]|%[89a-fA-F][0-9a-fA-F]|\\u[0-9a-fA-F]{4}")
_SPACES = re.compile(r"\s+")


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
    writer = _Writer(config, truncated)
    # Lone surrogates cannot be handed to the parser, which works on UTF-8.
    parser = LexborHTMLParser(html.encode("utf-8", "replace").replace(b"\0", b" "))
    root = parser.root
    if root is not None:
        _walk(root, writer, config, truncated)
    writer.flush()
    text = "".join(writer.pieces)
    return Page(text, writer.segments, True, encoding, tuple(dict.fromkeys(truncated)))


class _Writer:
    """Collects text: a block being written, and values that wait for the block to end."""

    __slots__ = ("at_space", "config", "full", "length", "links", "open", "pieces", "script",
                 "seen", "segments", "truncated", "waiting")  # fmt: skip

    def __init__(self, config: Config, truncated: list[str]) -> None:
        self.config = config
        self.truncated = truncated
        self.pieces: list[str] = []
        self.segments: list[Segment] = []
        self.length = 0
        self.links = 0
        self.script = config.max_script
        self.open = False  # a block has been started and not yet ended
        self.at_space = True  # the block ends in a space, or is empty
        self.full = False
        self.waiting: list[tuple[str, Where, bool, Any]] = []
        self.seen: set[str] = set()

    def inline(self, text: str, where: Where, visible: bool, node: LexborNode) -> None:
        """Append the text of a text node to the current block."""
        if self.full:
            return
        words = text.split()
        if not words:
            if text and not self.at_space:
                self._put(" ", where, visible, node)
                self.at_space = True
            return
        run = " ".join(words)
        if text[0].isspace() and not self.at_space:
            run = " " + run
        self.at_space = text[-1].isspace()
        if self.at_space:
            run += " "
        self._put(run, where, visible, node)

    def _put(self, run: str, where: Where, visible: bool, node: Any) -> None:
        room = self.config.max_characters - self.length
        if len(run) > room or len(self.segments) >= self.config.max_segments:
            self.truncated.append("max_characters" if len(run) > room else "max_segments")
            self.full = True
            run = run[: max(0, room)]
            if not run or len(self.segments) >= self.config.max_segments:
                return
        start = self.length
        self.length = start + len(run)
        self.pieces.append(run)
        self.segments.append(Segment(start, self.length, where, visible, node))
        self.open = True

    def value(self, text: str, where: Where, visible: bool, node: Any) -> None:
        """Keep an attribute value, comment or literal, as a block after the current one."""
        text = _SPACES.sub(" ", text[: self.config.max_value]).strip()
        # A title attribute mostly repeats the link text; a link is mostly repeated.
        if len(text) >= 2 and text not in self.seen:
            self.seen.add(text)
            self.waiting.append((text, where, visible, node))

    def flush(self) -> None:
        """End the current block, then write what waited for that."""
        if self.open:
            self.pieces.append("\n")
            self.length += 1
            self.open = False
        self.at_space = True
        if self.waiting:
            waiting, self.waiting = self.waiting, []
            for text, where, visible, node in waiting:
                if self.full:
                    break
                self._put(text, where, visible, node)
                self.pieces.append("\n")
                self.length += 1
                self.open = False


def _walk(root: LexborNode, out: _Writer, config: Config, truncated: list[str]) -> None:
    """Visit every node once, in document order, without recursion."""
    where: Where = "body"
    visible = True
    stack: list[tuple[LexborNode, Where, bool, bool]] = []
    node: LexborNode | None = root
    visited = 0
    while node is not None:
        visited += 1
        if visited > config.max_nodes or out.full:
            truncated.append("max_nodes" if visited > config.max_nodes else "max_characters")
            break
        tag = node.tag
        descend = False
        inner, shown, block = where, visible, False
        if tag == "-text":
            parent = stack[-1][0] if stack else node
            out.inline(node.text_content or "", where, visible, parent)
        elif tag == "-comment":
            parent = stack[-1][0] if stack else node
            _markup(node.comment_content or "", "comment", parent, out)
        elif tag == "script":
            out.flush()
            _script(node, out)
        elif tag not in _SKIPPED:
            descend = True
            attributes = node.attributes
            block = tag not in _INLINE
            if block:
                out.flush()
            if tag == "br":
                descend = False
            elif tag == "title":
                inner = "title"
            elif tag == "noscript":
                inner, shown = "noscript", False
            elif tag in _HEADINGS:
                inner = "heading"
            elif tag == "a" and where in ("body", "heading"):
                inner = "link"
            if attributes:
                style = attributes.get("style")
                if "hidden" in attributes or (style and _HIDING.search(style)):
                    shown = False
                _attributes(tag, attributes, inner, shown, node, out)
        child = node.first_child if descend else None
        if child is not None and len(stack) < config.max_depth:
            stack.append((node, where, visible, block))
            where, visible = inner, shown
            node = child
            continue
        if child is not None:
            truncated.append("max_depth")
        if block:
            out.flush()
        following = node.next
        while following is None and stack:
            node, where, visible, block = stack.pop()
            if block:
                out.flush()
            following = node.next
        node = following


def _attributes(
    tag: str,
    attributes: dict[str, str | None],
    where: Where,
    visible: bool,
    node: LexborNode,
    out: _Writer,
) -> None:
    """Keep the attribute values that carry words, and where links lead."""
    if tag == "meta":
        name = attributes.get("name") or attributes.get("property")
        content = attributes.get("content")
        if name and content and _META_NAMES.match(name):
            out.value(content, "meta", False, node)
        return
    for key in ("alt", "title", "placeholder", "aria-label"):
        text = attributes.get(key)
        if text:
            out.value(text, "alt", visible, node)
    if tag in ("a", "area", "iframe"):
        href = attributes.get("href") or attributes.get("src")
        if href:
            _link(href, where == "noscript" or visible, node, out)


def _link(href: str, visible: bool, node: Any, out: _Writer) -> None:
    """Keep host and path of an absolute link, and the path of others if it has words in it."""
    if out.links >= out.config.max_links:
        out.truncated.append("max_links")
        return
    href = href[: out.config.max_value]
    match = _URL.match(href)
    if match:
        address = match.group(1) + match.group(2)
    elif _NON_ASCII.search(href) and not href.lower().startswith(("javascript:", "data:")):
        address = href
    else:
        return
    out.links += 1
    out.value(unquote(address, errors="replace"), "host", visible, node)


def _markup(text: str, where: Where, node: Any, out: _Writer) -> None:
    """Keep the text and link targets of markup that is not part of the document tree."""
    if len(text) < 2:
        return
    if "<" not in text:
        out.value(text, where, False, node)
        return
    limit = out.config.max_value * 20
    fragment = LexborHTMLParser(text[:limit].encode("utf-8", "replace")).root
    if fragment is None:
        return
    for inner in fragment.traverse(include_text=True):
        tag = inner.tag
        if tag == "-text":
            out.value(inner.text_content or "", where, False, node)
        elif tag in ("a", "area", "iframe"):
            href = inner.attributes.get("href") or inner.attributes.get("src")
            if href:
                _link(href, False, node, out)


def _script(node: LexborNode, out: _Writer) -> None:
    """Keep the string literals of a script that have words, markup or links in them."""
    text_node = node.first_child
    source = (text_node.text_content or "") if text_node is not None else ""
    if not source:
        return
    if len(source) > out.script:
        out.truncated.append("max_script")
        source = source[: out.script]
    out.script -= len(source)
    if not ("<" in source or "//" in source or _NON_ASCII.search(source)):
        return
    for match in _LITERAL.finditer(source):
        literal = match.group()[1:-1]
        if _NON_ASCII.search(literal) or "<a " in literal or "<A " in literal:
            if "\\" in literal:
                literal = _ESCAPE.sub(_unescape, literal)
            _markup(literal, "script", node, out)
        elif "//" in literal and (url := _URL.match(literal)):
            _link(url.group(), False, node, out)


def _unescape(match: re.Match[str]) -> str:
    braced, four, two, other = match.groups()
    digits = braced or four or two
    if digits:
        code = int(digits, 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    return {"n": "\n", "t": "\t", "r": "\r"}.get(other, other)


def css_path(node: LexborNode | None) -> str:
    """Return a CSS selector that selects exactly ``node`` in its document; "" for no node."""
    steps: list[str] = []
    while node is not None and node.is_element_node:
        tag = node.tag
        if tag in ("html", "body", "head"):
            steps.append(tag or "")
        else:
            position, sibling = 1, node.prev
            while sibling is not None:
                position += sibling.tag == tag
                sibling = sibling.prev
            steps.append(f"{tag}:nth-of-type({position})")
        node = node.parent
    return " > ".join(reversed(steps))

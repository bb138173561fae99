"""HTML to Page: what a search engine reads, with where it sits and whether a reader sees it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from detector.config import DEFAULT_CONFIG, Config
from detector.page import Page, Segment, Where

__all__ = ["Paths", "css_path", "extract", "looks_like_html"]

_SPAN, _BLOCK, _TITLE, _HEADING, _NOSCRIPT, _LINK, _COMMENT, _SCRIPT, _SKIP = range(9)
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
    "-comment": _COMMENT,
}
_TELLING = (
    "[style],[hidden],[alt],[title],[placeholder],[aria-label],a[href],area[href],iframe[src],"
    "meta[content],input[value]"
)
# A page has hundreds of segments; this is half the cost of calling Segment(...).
_segment = tuple.__new__
_META_NAMES = re.compile(
    r"^(?:description|keywords|abstract|subject|application-name|apple-mobile-web-app-title|"
    r"(?:og|twitter|article|dc)[:.](?:title|description|site_name|tag|section|subject))$",
    re.I,
)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$|!)|"
    r"font-size\s*:\s*(?:0(?:em|rem|%)?|[01](?:\.\d+)?(?:px|pt))\s*(?:;|$|!)|"
    r"text-indent\s*:\s*-\s*\d{3,}|(?:left|top|right|bottom|margin(?:-left|-top)?)\s*:\s*-\d{4,}|"
    r"(?:^|[;\s])(?:height|width|max-height|max-width)\s*:\s*[01](?:px)?\s*(?:;.*)?overflow\s*:"
    r"\s*hidden|overflow\s*:\s*hidden.*[;\s](?:height|width)\s*:\s*[01](?:px)?\s*(?:;|$)|"
    r"clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)|"
    r"clip-path\s*:\s*(?:inset\(\s*(?:50|100)%|polygon\(\s*0)",
    re.I,
)
_LONGEST_STYLE = 1000
_SNIFF_START = re.compile(
    r"[\s\ufeff]*<(?:!doctype\s+html|!--|\?xml[^>]*>\s*<(?:!doctype|html)|(?:html|head|script|"
    r"iframe|h[1-6]|div|font|table|a|style|title|b|body|br|p|meta|link|ul|ol|section|article|main|"
    r"nav|header|footer|span|center|form|img|noscript)[\s>/])",
    re.I,
)
_SNIFF_ANYWHERE = re.compile(r"<(?:!doctype\s+html|html[\s>]|head>|body[\s>]|/body>|/html>)", re.I)
# Possessive, and a literal may lack its end, so that no script takes more than linear time.
_LITERAL = re.compile(
    r'"((?:[^"\\\n]|\\.)*+)"?|\'((?:[^\'\\\n]|\\.)*+)\'?|`((?:[^`\\]|\\.){0,5000}+)`?', re.S
)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.S)
_CONDITION = re.compile(r"\[if [^\]\n]{0,60}\]>(?:<!-+>?)?")  # of Internet Explorer's comments
_PLAIN_TAG = re.compile(r"[a-z][a-z0-9-]*\Z")
_URL = re.compile(r"\s*(?:https?:)?//([^/?#\s\\]+)([^\s]*)", re.I)


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
        # Comments may stand before <html>.
        document = root.parent
        first = document.first_child if document is not None else None
        _walk(root, first or root, writer, config, truncated)
    writer.flush()
    text = "".join(writer.pieces)
    return Page(text, writer.segments, True, encoding, tuple(dict.fromkeys(truncated)))


class _Writer:
    """Collects text: a block being written, and values that wait for the block to end."""

    __slots__ = ("at_space", "characters", "config", "full", "length", "links", "most", "open",
                 "pieces", "script", "seen", "segments", "truncated", "waiting")  # fmt: skip

    def __init__(self, config: Config, truncated: list[str]) -> None:
        self.config = config
        self.characters = config.max_characters
        self.most = config.max_segments
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
        if text.isspace():
            if not self.at_space:
                self._put(" ", where, visible, node)
                self.at_space = True
            return
        run = " ".join(text.split())
        if text[0].isspace() and not self.at_space:
            run = " " + run
        self.at_space = text[-1].isspace()
        if self.at_space:
            run += " "
        self._put(run, where, visible, node)

    def _put(self, run: str, where: Where, visible: bool, node: Any) -> None:
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
        self.segments.append(_segment(Segment, (start, end, where, visible, node)))
        self.open = True

    def value(self, text: str, where: Where, visible: bool, node: Any) -> None:
        """Keep an attribute value, comment or literal, as a block after the current one."""
        if len(text) > self.config.max_value:
            self.truncated.append("max_value")
            text = text[: self.config.max_value]
        text = " ".join(text.split())
        # A title attribute mostly repeats the link text; a link is mostly repeated.
        if len(text) >= 2 and text not in self.seen:
            self.seen.add(text)
            self.waiting.append((text, where, visible, node))

    def flush(self) -> None:
        """End the current block, then write what waited for that."""
        self.at_space = True
        if self.open:
            self.pieces.append("\n")
            self.length += 1
            self.open = False
        if self.waiting:
            waiting, self.waiting = self.waiting, []
            for text, where, visible, node in waiting:
                if self.full:
                    break
                self._put(text, where, visible, node)
                self.pieces.append("\n")
                self.length += 1
                self.open = False


def _walk(
    root: LexborNode, first: LexborNode, out: _Writer, config: Config, truncated: list[str]
) -> None:
    """Visit every node once, in document order, without recursion.

    This loop runs for every node of every page, so it asks the parser for as little as it can:
    attributes only of the elements that a selector has found to have some of interest.
    """
    telling = {node.mem_id for node in root.css(_TELLING)}
    where: Where = "body"
    visible = True
    stack: list[tuple[LexborNode, Where, bool, bool]] = []
    parent = root
    node: LexborNode | None = first
    left = config.max_nodes
    max_depth = config.max_depth
    while node is not None:
        left -= 1
        if left < 0 or out.full:
            if left < 0:
                truncated.append("max_nodes")
            break
        tag = node.tag or ""
        child = None
        block = False
        if tag == "-text":
            text = node.text_content
            if text and (not out.at_space or not text.isspace()):
                out.inline(text, where, visible, parent)
        elif (action := _ACTIONS.get(tag, _BLOCK)) <= _LINK:
            inner, shown = where, visible
            block = action != _SPAN and action != _LINK
            if block and (out.open or out.waiting):
                out.flush()
            if action > _BLOCK:
                if action == _LINK:
                    if where == "body" or where == "heading":
                        inner = "link"
                elif action == _TITLE:
                    inner = "title"
                elif action == _HEADING:
                    inner = "heading"
                else:
                    inner, shown = "noscript", False
            if node.mem_id in telling:
                attributes = node.attributes
                style = attributes.get("style")
                if "hidden" in attributes or (style and _hides(style)):
                    shown = False
                _attributes(tag, attributes, shown, node, out)
            child = node.first_child
            if child is not None:
                if len(stack) < max_depth:
                    stack.append((node, where, visible, block))
                    where, visible, parent, node = inner, shown, node, child
                    continue
                truncated.append("max_depth")
            if block and (out.open or out.waiting):
                out.flush()
        elif action == _COMMENT:
            comment = node.comment_content or ""
            if comment.startswith("[if "):
                comment = _CONDITION.sub("", comment, count=1)
            _markup(comment, "comment", parent, out)
        elif action == _SCRIPT:
            out.flush()
            _script(node, out)
        following = node.next
        while following is None and stack:
            node, where, visible, block = stack.pop()
            if block and (out.open or out.waiting):
                out.flush()
            following = node.next
            parent = stack[-1][0] if stack else root
        node = following


@lru_cache(maxsize=4096)
def _hides(style: str) -> bool:
    """Say whether an inline style hides its element from readers."""
    if len(style) > 2 * _LONGEST_STYLE:
        style = f"{style[:_LONGEST_STYLE]};{style[-_LONGEST_STYLE:]}"
    return _HIDING.search(style) is not None


def _attributes(
    tag: str,
    attributes: dict[str, str | None],
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
            _link(href, visible, node, out)
    elif tag == "input" and (text := attributes.get("value")) and not text.isascii():
        out.value(text, "alt", visible and attributes.get("type") != "hidden", node)


def _link(href: str, visible: bool, node: Any, out: _Writer) -> None:
    """Keep host and path of an absolute link, and the path of others if it has words in it."""
    if out.links >= out.config.max_links:
        out.truncated.append("max_links")
        return
    href = href[: out.config.max_value]
    match = _URL.match(href)
    if match:
        address = match.group(1) + match.group(2)
    elif _wordy(href) and not href[:11].lower().startswith(("javascript:", "data:")):
        address = href
    else:
        return
    out.links += 1
    out.value(unquote(address, errors="replace"), "host", visible, node)


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _wordy(text: str) -> bool:
    """Say whether ``text`` has characters beyond ASCII, plain or escaped as scripts and URLs do."""
    return not text.isascii() or "\\u" in text or "%e" in text or "%E" in text


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
            around = inner.parent
            if around is None or around.tag not in ("style", "script"):
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
    if not ("<" in source or "//" in source or _wordy(source)):
        return
    for match in _LITERAL.finditer(source):
        literal = match.group(match.lastindex or 0)
        if len(literal) < 2:
            continue
        if "<a " in literal or "<A " in literal or _wordy(literal):
            if "\\" in literal:
                literal = _ESCAPE.sub(_unescape, literal)
                # Pairs of escaped surrogates are one character, lone ones are none.
                literal = literal.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            # A style sheet or a blob with a word in it is code; a text with code in it is text.
            if "<" in literal or 4 * _beyond_ascii(literal) >= len(literal):
                _markup(literal, "script", node, out)
        elif "//" in literal and (url := _URL.match(literal)):
            _link(url.group(), False, node, out)


def _unescape(match: re.Match[str]) -> str:
    braced, four, two, other = match.groups()
    digits = braced or four or two
    if digits:
        code = int(digits, 16)
        return chr(code) if code < 0x110000 else "\ufffd"
    return {"n": "\n", "t": "\t", "r": "\r"}.get(other, other)


class Paths:
    """Works out CSS paths of nodes of one document; remembers what it found on the way."""

    def __init__(self) -> None:
        self._positions: dict[int, dict[int, str]] = {}
        self._known: dict[int, str] = {}

    def path(self, node: LexborNode | None) -> str:
        """Return a selector that selects exactly ``node`` in its document; "" for no node."""
        waiting: list[LexborNode] = []
        path = ""
        while node is not None and node.is_element_node:
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
        if parent is None:
            return node.tag or "*"
        known = self._positions.get(parent.mem_id)
        if known is None:
            known = {}
            counts: dict[str, int] = {}
            total = 0
            child = parent.first_child
            while child is not None:
                if child.is_element_node:
                    tag = child.tag or ""
                    total += 1
                    counts[tag] = counts.get(tag, 0) + 1
                    known[child.mem_id] = (
                        f"{tag}:nth-of-type({counts[tag]})"
                        if _PLAIN_TAG.match(tag)
                        else f"*:nth-child({total})"
                    )
                child = child.next
            self._positions[parent.mem_id] = known
        return known.get(node.mem_id, node.tag or "*")


def css_path(node: LexborNode | None) -> str:
    """Return a CSS selector that selects exactly ``node`` in its document; "" for no node."""
    return Paths().path(node)

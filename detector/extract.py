"""HTML to Page: what a search engine reads, with where it sits and whether a reader sees it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from detector.config import DEFAULT_CONFIG, Config
from detector.nesting import tamed
from detector.page import Page, Segment, Where

__all__ = ["Paths", "css_path", "extract", "looks_like_html"]

_SPAN, _BLOCK, _LINK, _TITLE, _HEADING, _NOSCRIPT, _SKIP, _SCRIPT, _COMMENT, _TEXT = range(10)
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
    "-text": _TEXT,
}
_TELLING = (
    "[style],[hidden],[alt],[title],[placeholder],[aria-label],a[href],area[href],iframe[src],"
    "meta[content],input[value]"
)
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
_LONGEST_PATH = 2000  # steps
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
# Searched for by its slashes, which are rarer than quotation marks.
_URL_LITERAL = re.compile(r"""//[^"'`\s\\<>]+""")
_URL_START = re.compile(r"""["'`]((?:https?:)?)\Z""", re.I)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.S)
_CONDITION = re.compile(r"\[if [^\]\n]{0,60}\]>(?:<!-+>?)?")  # of Internet Explorer's comments
_PLAIN_TAG = re.compile(r"[a-z][a-z0-9-]*\Z")
_WITHOUT_DIGITS = dict.fromkeys(map(ord, "0123456789"))
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


_Reading = tuple[Where, bool]
"""How text is read: where it sits and whether it is visible."""
_BODY: _Reading = ("body", True)


def _readings(reading: _Reading) -> tuple[_Reading, ...]:
    """Return how the children of an element are read, by its action, in one read as ``reading``."""
    where, visible = reading
    link: Where = "link" if where in ("body", "heading") else where
    return (
        reading, reading, (link, visible), ("title", visible), ("heading", visible),
        ("noscript", False),
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
        self.waiting: list[tuple[str, _Reading, Any]] = []
        self.seen: set[str] = set()
        self.runs: set[str] = set()  # of text nodes
        self.hosts: set[str] = set()
        self.read: set[str] = set()  # link targets, and their shapes without digits

    def inline(self, text: str, reading: _Reading, node: LexborNode) -> None:
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

    def _put(self, run: str, reading: _Reading, node: Any) -> None:
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
        self.segments.append(_new(Segment, (start, end, *reading, node)))
        self.open = True

    def value(self, text: str, where: Where, visible: bool, node: Any) -> None:
        """Keep an attribute value, comment or literal, as a block after the current one."""
        if len(text) > self.longest:
            self.truncated.append("max_value")
            text = text[: self.longest]
        text = " ".join(text.split())
        if len(text) >= 2 and text not in self.seen:
            self.seen.add(text)
            self.waiting.append((text, (where, visible), node))

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
    telling = {node.mem_id for node in root.css(_TELLING)}
    # Each element's block, and how its text is read (None: not at all). An element is visited
    # before its children.
    states: dict[int, tuple[int, _Reading | None]] = {document.mem_id: (0, _BODY)}
    known: dict[_Reading, tuple[_Reading, ...]] = {}
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
                    _markup(text, "noscript", parent, out)  # markup kept as text
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
                source = node.first_child if action == _SCRIPT else None
                if source is not None:
                    _script(source.text_content or "", node, out)
                continue
            if action != _BLOCK:
                if reading not in known:
                    known[reading] = _readings(reading)
                reading = known[reading][action]
            state = (around, reading)
        if identity in telling:
            attributes = node.attributes
            style = attributes.get("style")
            if "hidden" in attributes or (style and _hides(style)):
                reading = (reading[0], False)
                state = (around, reading)
            _attributes(node.tag or "", attributes, reading[1], node, out)
        states[identity] = state


_NUMBERED: dict[int, int] = {}
"""Actions by the numbers that the parser has for the elements of the standard."""
_STANDARD = 256  # beyond are addresses, of names that a document made up


def _numbered(number: int, tag: str) -> int:
    """Return the action of the element ``tag``, and keep it where its number stays the same."""
    action = _ACTIONS.get(tag, _BLOCK)
    if number < _STANDARD:
        _NUMBERED[number] = action
    return action


def _comment(text: str, node: LexborNode, out: _Writer) -> None:
    """Keep the text and links of a comment."""
    if text.startswith("[if "):
        text = _CONDITION.sub("", text, count=1)
    _markup(text, "comment", node, out)


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
    """Keep host and path of an absolute link, and the path of others if it has words in it.

    A page's links are mostly to its own host, and differ in a number: a host that was named is
    left out, and a path that differs from an earlier one of its host in digits only is not read.
    """
    if ("//" not in href and not _wordy(href)) or href in out.read:
        return
    out.read.add(href)
    if out.links >= out.config.max_links:
        out.truncated.append("max_links")
        return
    out.links += 1
    href = href[: out.config.max_value]
    match = _URL.match(href)
    if match:
        host, address = match.groups()
        shape = host + address.translate(_WITHOUT_DIGITS)
        named = host in out.hosts
        if named and (len(address) < 2 or shape in out.read):
            return
        out.read.add(shape)
        out.hosts.add(host)
        if not named:
            address = host + address
    elif _wordy(href) and not href[:11].lower().startswith(("javascript:", "data:")):
        address = href
    else:
        return
    if "%" in address:
        address = unquote(address, errors="replace")
    out.value(address, "host", visible, node)


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _wordy(text: str) -> bool:
    """Say whether ``text`` has characters beyond ASCII, plain or escaped as scripts and URLs do."""
    return not text.isascii() or "\\u" in text or "%e" in text or "%E" in text


def _is_text(literal: str) -> bool:
    """Say whether a literal with words or markup in it is text rather than code.

    A style sheet or a blob with a word in it is code; a text with code in it is text. Ranges of
    letters, as programs list them to tell words in any language, are code as well.
    """
    if "<" in literal:
        return True
    size = len(literal)
    return 4 * _beyond_ascii(literal) >= size and (size < 30 or 5 * literal.count("-") < size)


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


def _script(source: str, node: LexborNode, out: _Writer) -> None:
    """Keep the string literals of a script that have words, markup or links in them."""
    if len(source) > out.script:
        out.truncated.append("max_script")
        source = source[: out.script]
    out.script -= len(source)
    if "<a " not in source and "<A " not in source and not _wordy(source):
        for match in _URL_LITERAL.finditer(source):
            at = match.start()
            if start := _URL_START.search(source, max(0, at - 7), at):
                _link(start.group(1) + match.group(), False, node, out)
        return
    for match in _LITERAL.finditer(source):
        literal = match.group(match.lastindex or 0)
        if len(literal) < 2:
            continue
        if "<a " in literal or "<A " in literal or _wordy(literal):
            if "\\" in literal:
                literal = _ESCAPE.sub(_unescape, literal)
                # Pairs of escaped surrogates are one character, lone ones are none.
                literal = literal.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
            if _is_text(literal):
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

"""What the scripts of a page say: string literals with words, markup or links in them.

Nothing is run. Text that a script builds is read where that takes no more than reading: escapes in
literals, literals that ``document.write`` joins, lists of character codes, percent-encoding and
base64 in one call.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import numpy as np

from detector.kernel import address, call

__all__ = [
    "ESCAPE",
    "LITERAL",
    "URL",
    "URL_LITERAL",
    "URL_START",
    "is_text",
    "json_ld",
    "read_address",
    "script_literals",
    "telling_literals",
    "unescaped",
    "wordy",
]

URL = re.compile(r"\s*(?:https?:)?//([^/?#\s\\]+)([^\s]*)", re.I)
# Possessive, and a literal may lack its end, so that no script takes more than linear time.
LITERAL = re.compile(
    r'"((?:[^"\\\n]|\\.)*+)"?|\'((?:[^\'\\\n]|\\.)*+)\'?|`((?:[^`\\]|\\.){0,5000}+)`?', re.S
)
# Searched for by its slashes, which are rarer than quotation marks.
URL_LITERAL = re.compile(r"""//[^"'`\s\\<>]+""")
URL_START = re.compile(r"""["'`]((?:https?:)?)\Z""", re.I)
ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.S)
_JOINT = re.compile(r"""(["'])\s{0,20}\+\s{0,20}\1""")
_CODED = re.compile(
    r"fromCharCode\s*(?:\.apply\s*\(\s*\w{1,20}\s*,\s*\[|\()([\s\d,xXa-fA-F]{3,20000})[\])]|"
    r"(?:unescape|decodeURI(?:Component)?)\s*\(\s*(?:\"([^\"\\\n]{3,20000})\"|'([^'\\\n]{3,20000})')|"
    r"atob\s*\(\s*[\"'`]([A-Za-z0-9+/=\s]{4,20000})[\"'`]"
)
_CODE = re.compile(r"0[xX][0-9a-fA-F]{1,6}|\d{1,7}")
_PERCENT_U = re.compile(r"%u([0-9a-fA-F]{4})")
_PROGRAM = re.compile(
    r"\b(?:document\s*\.|window\s*[.\[]|eval\s*\(|function\b|var\s|let\s|const\s)"
)
_CODES, _WORDS, _WRITES = 1, 2, 4
"""What ``native/scripts.c`` says that a script has: what :data:`_CODED` begins with; words (see
:func:`wordy`) or links in markup; ``document.write``."""
_DEEPEST = 2  # scripts inside scripts that are decoded
_NAMES = frozenset(("name", "headline", "description"))
_MOST_NAMES = 200


def read_address(address: str) -> str:
    """Return where a link leads as people read it.

    Percent-encoding is decoded where it is that of UTF-8; that of other encodings, which no address
    names, stays as it is.
    """
    if "%" not in address:
        return address
    decoded = unquote(address, errors="replace")
    return address if "\ufffd" in decoded else decoded


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def wordy(text: str) -> bool:
    """Say whether ``text`` has characters beyond ASCII, plain or escaped as scripts and URLs do."""
    return not text.isascii() or "\\u" in text or "%e" in text or "%E" in text


def is_text(literal: str) -> bool:
    """Say whether a literal with words or markup in it is text rather than code.

    A style sheet or a blob with a word in it is code; a text with code in it is text. Ranges of
    letters, as programs list them to tell words in any language, are code as well.
    """
    if "<" in literal:
        return True
    size = len(literal)
    return 4 * _beyond_ascii(literal) >= size and (size < 30 or 5 * literal.count("-") < size)


def script_literals(source: str, depth: int = 0) -> Iterator[tuple[bool, str]]:
    """Yield what the string literals of a script say: (True, link) or (False, text or markup)."""
    raw = source.encode("utf-8", "surrogatepass")
    signs = call("script_signs", raw, len(raw))
    if signs & _CODES:
        yield from _coded(source, depth)
    if not signs & _WORDS:
        for match in URL_LITERAL.finditer(source):
            at = match.start()
            if start := URL_START.search(source, max(0, at - 7), at):
                yield True, start.group(1) + match.group()
        return
    if signs & _WRITES:
        raw = _JOINT.sub("", source).encode("utf-8", "surrogatepass")
    for literal in _telling_literals(raw):
        if len(literal) < 2:
            continue
        if "<a " in literal or "<A " in literal or wordy(literal):
            if "\\" in literal:
                literal = _whole(ESCAPE.sub(unescaped, literal))
            if is_text(literal):
                yield False, literal
        elif "//" in literal and (url := URL.match(literal)):
            yield True, url.group()


def telling_literals(source: str) -> list[str]:
    """Return the contents of the matches of :data:`LITERAL` that may be text, markup or links."""
    return _telling_literals(source.encode("utf-8", "surrogatepass"))


def _telling_literals(raw: bytes) -> list[str]:
    ranges = np.empty((len(raw) // 2 + 1, 2), dtype=np.int32)
    count = call("telling_literals", raw, len(raw), address(ranges, np.int32, ranges.size))
    return [raw[a:b].decode("utf-8", "surrogatepass") for a, b in ranges[:count].tolist()]


def _whole(text: str) -> str:
    """Return ``text`` with pairs of surrogates as one character, lone ones as none."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def unescaped(match: re.Match[str]) -> str:
    """Return what a match of :data:`ESCAPE` stands for."""
    braced, four, two, other = match.groups()
    digits = braced or four or two
    if digits:
        code = int(digits, 16)
        return chr(code) if code < 0x110000 else "\ufffd"
    return {"n": "\n", "t": "\t", "r": "\r"}.get(other, other)


def _coded(source: str, depth: int) -> Iterator[tuple[bool, str]]:
    """Yield what is written as character codes, percent-encoding or base64."""
    for match in _CODED.finditer(source):
        codes, double, single, base64 = match.groups()
        if codes:
            text = "".join(chr(int(code, 0) & 0xFFFF) for code in _numbers(codes))
        elif base64:
            text = _base64(base64)
        else:
            text = _PERCENT_U.sub(lambda m: chr(int(m.group(1), 16)), double or single)
            text = unquote(text, errors="replace")
        text = _whole(text)
        if len(text) < 2:
            continue
        if _PROGRAM.search(text):
            if depth < _DEEPEST:
                yield from script_literals(text, depth + 1)
        elif is_text(text):
            yield False, text
        elif url := URL.match(text):
            yield True, url.group()


def _numbers(codes: str) -> Iterator[str]:
    for match in _CODE.finditer(codes):
        code = match.group()
        yield code if code[:2] in ("0x", "0X") else code.lstrip("0") or "0"


def _base64(text: str) -> str:
    """Return what base64 says in UTF-8; "" where it says no text."""
    text = "".join(text.split()).rstrip("=")
    try:
        return binascii.a2b_base64(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        return ""


def json_ld(source: str) -> list[str] | None:
    """Return the names, headlines and descriptions in JSON-LD; None where it is no JSON."""
    try:
        waiting: list[Any] = [json.loads(source, strict=False)]
    except (ValueError, RecursionError):
        return None
    found: list[str] = []
    while waiting and len(found) < _MOST_NAMES:
        value = waiting.pop()
        if isinstance(value, dict):
            found += [
                text for key, text in value.items() if key in _NAMES and isinstance(text, str)
            ]
            value = list(value.values())
        if isinstance(value, list):
            waiting += [inner for inner in reversed(value) if isinstance(inner, (dict, list))]
    return found[:_MOST_NAMES]

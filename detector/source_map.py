"""Where findings stand in the source they were read from.

The parser does not say where a node began, so a finding is looked up: the text of its segment, with
white space, character references and tags between its parts as a source may have them. A place is
told only where no other is possible; of texts that a page repeats, where the source has as many as
the page, in the same order. Nothing is told of what was decoded on the way, such as
percent-encoding or the escapes of scripts.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from html import unescape
from html.entities import codepoint2name
from itertools import islice, pairwise

from detector.config import DEFAULT_CONFIG
from detector.decode import decode
from detector.page import Page, Where
from detector.result import Span

__all__ = ["byte_ranges", "source_ranges"]

# Possessive, so that no source takes more than linear time.
_SPACE = (
    r"(?:\s|&(?:nbsp|ensp|emsp|thinsp);?|&#0{0,8}(?:9|10|13|32|160|819[4-9]|820[0-2]|12288);?|"
    r"&#[xX]0{0,8}(?i:9|a|d|20|a0|200[2-9a]|3000);?)"
)
_TAGS = r"(?:\s*+<[^<>]{0,2000}+>)++\s*+"
_TEXT: frozenset[Where] = frozenset(("title", "heading", "body", "link", "noscript"))
"""Places where segments are text between tags; values stand elsewhere."""
_LONGEST = 1_000  # characters on either side of a finding that are looked up with it
_MOST = 1_000  # places of one text
_KNOWN = (8, 64, 512)  # characters by which places can be told not to be meant
_PLAIN_COST, _FULL_COST, _SPACE_COST, _MATCH_COST = 300, 30_000, 100_000, 20
"""What building the pattern of one character costs, in characters of the source compared: plain,
and with all references that may stand for it, and of a space; what comparing one with it costs."""


def _character(character: str) -> str:
    """Return a pattern of what a source may have for one character."""
    code = ord(character)
    named = f"|&{codepoint2name[code]};?" if code in codepoint2name else ""
    return (
        rf"(?:{re.escape(character)}|&#0{{0,8}}{code}(?!\d);?|"
        rf"&#[xX]0{{0,8}}(?i:{code:x})(?![0-9a-fA-F]);?{named})"
    )


def _pattern(text: str, of_character: Callable[[str], str]) -> str:
    return f"{_SPACE}++".join("".join(map(of_character, word)) for word in text.split(" "))


class _Lookup:
    """The segments of one page, and how often each text is among them."""

    def __init__(self, source: str, page: Page, most: int) -> None:
        self.source = source
        self.page = page
        self.left = most  # characters that may yet be compared
        self.flat = " ".join(unescape(source).split())
        self.starts = [segment.start for segment in page.segments]
        self.same: dict[tuple[str, bool], list[int]] = {}
        for number, segment in enumerate(page.segments):
            key = page.text[segment.start : segment.end].strip(), segment.where in _TEXT
            self.same.setdefault(key, []).append(number)

    def range(self, span: Span) -> tuple[int, int] | None:
        text, segments = self.page.text, self.page.segments
        first = bisect_right(self.starts, span.start) - 1
        last = bisect_left(self.starts, span.end) - 1
        if first < 0 or span.end > segments[last].end:
            return None
        begin, finish = segments[first].start, segments[last].end
        low, high = max(begin, span.start - _LONGEST), min(finish, span.end + _LONGEST)
        in_text = segments[first].where in _TEXT
        pieces = [
            text[max(s.start, span.start) : min(s.end, span.end)]
            for s in segments[first : last + 1]
        ]
        twins = [first]
        if first == last:
            twins = self.same[text[begin:finish].strip(), in_text]
        for of_character, cost in ((re.escape, _PLAIN_COST), (_character, _FULL_COST)):
            if not self._affords(text[low:high], segments[first].end - low, cost):
                return None
            pattern = "".join(
                (
                    f"(?<=>){_SPACE}*+" if in_text and low == begin else "",
                    _pattern(text[low : span.start].lstrip(), of_character),
                    "(",
                    _TAGS.join(_pattern(piece.strip(), of_character) for piece in pieces),
                    ")",
                    _pattern(text[span.end : high].rstrip(), of_character),
                    rf"{_SPACE}*+(?=<|\Z)" if in_text and high == finish else "",
                )
            )
            found = list(islice(re.finditer(pattern, self.source), _MOST))
            if len(found) == len(twins) and (in_text or len(found) == 1):
                return found[twins.index(first)].span(1)
        return None

    def _affords(self, text: str, untagged: int, cost: int) -> bool:
        """Say whether ``text`` may be looked up, and count what that costs, about.

        Its beginning (``untagged`` characters at most) is compared with the whole source, and the
        rest of it where that stands.
        """
        first = text[:untagged].strip()
        size = len(text)
        compared = 0
        for known, more in pairwise((*_KNOWN, size)):
            compared += self.flat.count(first[:known]) * (size if known >= len(first) else more)
            if known >= len(first):
                break
        self.left -= len(self.source) + size * cost + compared * _MATCH_COST
        self.left -= text.count(" ") * _SPACE_COST
        return self.left >= 0


def source_ranges(
    source: str, page: Page, spans: Sequence[Span], most: int = DEFAULT_CONFIG.max_compared
) -> tuple[list[tuple[int, int] | None], bool]:
    """Return where each of ``spans`` stands in ``source``, None where that is not certain.

    ``page`` was read from ``source``. Places are code points, half-open; a finding that goes over
    several elements holds their tags. Say as well whether some were not looked up, because that
    would have taken more than ``most`` comparisons of characters.
    """
    if not page.html:
        return [(span.start, span.end) for span in spans], False
    lookup = _Lookup(source, page, most)
    ranges = [lookup.range(span) for span in spans]
    return ranges, lookup.left < 0


def byte_ranges(
    data: bytes,
    content_type: str | None,
    page: Page,
    spans: Sequence[Span],
    most: int = DEFAULT_CONFIG.max_compared,
) -> tuple[list[tuple[int, int] | None], bool]:
    """Return where each of ``spans`` stands in ``data``, in bytes, None where that is not certain.

    ``page`` was read from ``data``, which came with the HTTP header ``content_type``. For ``most``
    and what else is returned see :func:`source_ranges`.
    """
    text, encoding, _ = decode(data, content_type)
    ranges, cut = source_ranges(text, page, spans, most)
    # What was left out in front: a byte order mark.
    at, place = len(data) - len(text.encode(encoding, "replace")), 0
    places: dict[int, int] = {}
    for edge in sorted({edge for found in ranges if found for edge in found}):
        at += len(text[place:edge].encode(encoding, "replace"))
        places[edge] = at
        place = edge
    result: list[tuple[int, int] | None] = []
    for found in ranges:
        if found is None:
            result.append(None)
            continue
        start, end = places[found[0]], places[found[1]]
        # Bytes that were damaged in front of it shift a place, and so do codes that change states.
        exact = start >= 0 and data[start:end].decode(encoding, "replace") == text[slice(*found)]
        result.append((start, end) if exact else None)
    return result, cut

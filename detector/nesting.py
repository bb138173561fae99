"""Pages that would take an HTML parser minutes or gigabytes, made harmless before it sees them.

Two rules of the HTML standard's tree construction cost more than the page is long. A parser walks
up the open elements at most start and end tags ("has an element in scope"), so that its time grows
with the square of the depth; and it opens all unclosed formatting elements again in each new
paragraph ("reconstruct the active formatting elements"), so that nodes multiply.

Depth is counted tag by tag, as a reader would; a page that hides end tags in comments or behind
scope boundaries is deeper than it looks, and still slow.
"""

from __future__ import annotations

import re

from detector.kernel import call
from detector.markup import SEED, mark_counts

__all__ = ["tamed"]

MOST_COPIES = 8_000_000
"""Formatting elements that can stay unclosed, times all elements, from which they become spans."""
_TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.I)
_FORMATTING = r"(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])"
_FORMATTING_TAG = re.compile(rf"<(/?){_FORMATTING}", re.I)
_FORMATTING_START = re.compile(rf"<{_FORMATTING}[^>]*", re.I)
# Elements that have no end tag, or are ended by the next of their kind.
_ENDED = frozenset(
    "area base br col embed hr img input link meta param source track wbr "
    "html head body p li dt dd option optgroup rp rt caption colgroup tbody thead tfoot tr td th "
    "a script style title textarea".split()
)
_ENDED_NAMES = "\n".join(sorted(_ENDED)).encode()


def _unclosed(html: str) -> int:
    """Return how many formatting elements can be unclosed at once: three of each form.

    (The standard's "Noah's Ark clause".) A tag that may go on behind a ``>`` in quotation marks
    counts as a form of its own.
    """
    forms: set[str] = set()
    single = 0
    for tag in _FORMATTING_START.findall(html):
        double, apostrophes = tag.count('"'), tag.count("'")
        if (double and apostrophes) or (double + apostrophes) % 2:
            single += 1
        else:
            forms.add(tag)
    return 3 * len(forms) + single


def tamed(source: bytes, most: int) -> tuple[bytes, bool]:
    """Return UTF-8 with at most ``most`` elements open at once, and whether it changed.

    Deeper elements become ``wbr``, which has no content: their text stays, as that of the element
    above. Where formatting elements could multiply, all become ``span``.
    """
    tags, closing, _ = mark_counts(source)
    openings = tags - closing
    if openings <= most:
        return source, False
    html = source.decode("utf-8", "replace")
    copies = _unclosed(html) * openings > MOST_COPIES
    if not copies and not call(
        "nests_deep", source, len(source), _ENDED_NAMES, len(_ENDED_NAMES), most, SEED
    ):
        return source, False
    changed = False
    if copies:
        html, changed = _FORMATTING_TAG.sub(r"<\1span", html), True
    opened: dict[str, int] = {}
    dropped: dict[str, int] = {}
    depth = 0

    def shallow(match: re.Match[str]) -> str:
        nonlocal depth, changed
        slash, name = match.group(1), match.group(2).lower()
        if name in _ENDED:
            return match.group()
        if not slash:
            if depth < most:
                opened[name] = opened.get(name, 0) + 1
                depth += 1
                return match.group()
            dropped[name] = dropped.get(name, 0) + 1
            changed = True
            return "<wbr"
        if dropped.get(name):  # the innermost of a name ends first
            dropped[name] -= 1
            return "</wbr"
        if opened.get(name):
            opened[name] -= 1
            depth -= 1
        return match.group()

    html = _TAG.sub(shallow, html)
    return html.encode("utf-8", "replace"), changed

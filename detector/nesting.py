"""Bounded nesting: what keeps a page of nothing but open elements from taking the parser minutes.

For each block element that it opens, an HTML parser asks whether a paragraph is open (the tree
construction stage of the HTML standard, "has a p element in button scope"), and walks up the open
elements to find out. So the time grows with the square of the depth.
"""

from __future__ import annotations

import re

__all__ = ["flattened"]

# Elements that make the parser walk up, and that contain themselves.
_NESTING = re.compile(
    r"<(/?)(address|article|aside|blockquote|center|details|dialog|dir|div|dl|fieldset|figcaption|"
    r"figure|footer|header|hgroup|listing|main|menu|nav|ol|pre|rt|search|section|summary|ul)"
    r"(?=[\s/>])",
    re.I,
)


def flattened(html: str, most: int) -> tuple[str, bool]:
    """Return ``html`` with at most ``most`` block elements open at once, and whether it changed.

    Deeper ones become ``span``: their text stays, and the parser does not walk for it. Comments
    and scripts are not told apart, which only matters to sources beyond the limit.
    """
    if html.count("<") - html.count("</") <= most:
        return html, False
    depth = 0
    opened: dict[str, int] = {}
    changed = False

    def shallow(match: re.Match[str]) -> str:
        nonlocal depth, changed
        slash, name = match.groups()
        name = name.lower()
        if not slash:
            opened[name] = opened.get(name, 0) + 1
            depth += 1
            deep = depth > most
        elif opened.get(name):
            # An end tag closes only an element of its name.
            deep = depth > most
            opened[name] -= 1
            depth -= 1
        else:
            return match.group()
        if not deep:
            return match.group()
        changed = True
        return f"<{slash}span"

    flat = _NESTING.sub(shallow, html)
    return flat, changed

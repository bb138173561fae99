"""What declarations of style sheets and inline styles say of the properties that can hide text."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = [
    "CSS_COMMENT",
    "PROPERTIES",
    "Declared",
    "declared",
    "length",
    "number",
    "overridden",
    "pixels",
]

Declared = Mapping[str, tuple[str, bool]]
"""Properties that can hide text: the value of each in lower case, and whether ``!important``."""

PROPERTIES = frozenset(
    "display visibility content-visibility opacity filter -webkit-filter font font-size "
    "text-indent position left top right bottom inset inset-inline-start inset-block-start margin "
    "margin-left margin-top margin-inline-start margin-block-start padding padding-left "
    "padding-top padding-bottom clip clip-path -webkit-clip-path height width max-height max-width "
    "min-height overflow overflow-x overflow-y line-height white-space transform "
    "-webkit-transform translate rotate scale zoom color -webkit-text-fill-color text-shadow "
    "background background-color background-image background-clip -webkit-background-clip".split()
)
"""Those that can hide text, or show it again."""
_LONGHANDS = {
    "padding-bottom": "padding-top",  # either holds a box open
    "background": "background-color",
    "-webkit-background-clip": "background-clip",
    "-webkit-clip-path": "clip-path",
    "-webkit-filter": "filter",
    "-webkit-transform": "transform",
    "overflow-x": "overflow",  # either makes the other one so
    "overflow-y": "overflow",
    "inset-block-start": "top",  # in most languages
    "inset-inline-start": "left",
    "margin-block-start": "margin-top",
    "margin-inline-start": "margin-left",
}
_CHECKED = frozenset(("display", "visibility", "opacity", "font-size", "position"))
_OF_ALL = frozenset("inherit initial unset revert revert-layer".split())  # values
_KEYWORDS = {
    "visibility": _OF_ALL | {"visible", "hidden", "collapse"},
    "position": _OF_ALL | {"static", "relative", "absolute", "fixed", "sticky", "-webkit-sticky"},
    "display": _OF_ALL | frozenset(
        "none contents block inline flow flow-root inline-block flex inline-flex grid inline-grid "
        "list-item run-in ruby math table inline-table table-row table-cell table-caption "
        "table-column table-row-group table-header-group table-footer-group table-column-group "
        "-webkit-box -webkit-inline-box -webkit-flex -webkit-inline-flex".split()
    ),
}  # fmt: skip
"""Of properties whose other values mean nothing: of words that go together, the first."""
_LEFT_OF = (0, 0, 1, 1, 3)  # which of so many values of a margin is that of the left side
_PIXELS = {"": 1.0, "px": 1.0, "pt": 1.33, "pc": 16.0, "em": 16.0, "rem": 16.0, "ex": 8.0,
           "ch": 8.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "vw": 12.0, "vh": 8.0}  # fmt: skip
_LENGTH = re.compile(
    r"(?:calc\(\s*(?=[\w.%+-]+\s*\)))?([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%|[a-z]*)"
)
_SUMMAND = r"([+-]?(?:\d+\.?\d*|\.\d+)(?:px|pt|pc|rem|in|cm|mm|vw|vh)?)"
_SUM = re.compile(rf"calc\(\s*{_SUMMAND}\s*([+-])\s*{_SUMMAND}\s*\)")
CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.S)
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.)*+'?""", re.S)
_FONT_SIZE = re.compile(r"(?:^|\s)(0|[\d.]+(?:%|[a-z]+))(?=[\s/])")


def declared(style: str) -> dict[str, tuple[str, bool]]:
    """Return what a list of declarations says of the properties that can hide text.

    The last of a property counts, or the last that is important. Values are in lower case,
    shorthands taken apart.
    """
    style = style.lower()
    if "/*" in style:
        style = CSS_COMMENT.sub(" ", style)
    if '"' in style or "'" in style:  # a semicolon may stand in a string
        style = _QUOTED.sub("''", style)
    if "\\" in style:
        style = _ESCAPE.sub(_unescaped, style)
    found: dict[str, tuple[str, bool]] = {}
    for part in style.split(";"):
        name, _, value = part.partition(":")
        name = name.strip()
        if name not in PROPERTIES:
            continue
        value, mark, word = value.partition("!")
        value = value.strip()
        if mark and word.strip() != "important":
            continue
        if name in _CHECKED and not _is_meant(name, value):
            continue
        if name == "font":
            size = _FONT_SIZE.search(value)
            if not size:
                continue
            name, value = "font-size", size.group(1)
        if not value:
            continue
        important = bool(mark)
        if name in ("margin", "padding", "inset"):
            sides = value.split()
            top, left = sides[0], sides[_LEFT_OF[min(len(sides), 4)]]
            if name == "padding" and len(sides) > 2 and not number(top):
                top = sides[2]
            before = "" if name == "inset" else f"{name}-"
            longhands = [(f"{before}top", top), (f"{before}left", left)]
        else:
            longhands = [(_LONGHANDS.get(name, name), value)]
        for own, of_own in longhands:
            if important or not (own in found and found[own][1]):
                found[own] = of_own, important
    return found


def _is_meant(name: str, value: str) -> bool:
    """Say whether a value may be one of its property: browsers pass over what is none."""
    if name in _KEYWORDS:
        return value.partition(" ")[0] in _KEYWORDS[name]
    size, unit = length(value)
    if size != size:
        return name == "font-size" or "(" in value or value in _OF_ALL
    if name == "opacity":
        return unit in ("", "%")
    return size >= 0 and (unit == "%" or unit in _PIXELS)


def _unescaped(match: re.Match[str]) -> str:
    digits, other = match.groups()
    if not digits:
        return str(other)
    code = int(digits, 16)
    # Behind a value, a tab is for Internet Explorer alone: others drop the declaration.
    return "\ufffd" if code == 9 else chr(code).lower() if code < 0x110000 else ""


def overridden(below: Declared, above: Declared) -> dict[str, tuple[str, bool]]:
    """Return what counts where ``above`` is declared over ``below``."""
    result = dict(below)
    for name, own in above.items():
        if own[1] or not (name in result and result[name][1]):
            result[name] = own
    return result


def length(value: str) -> tuple[float, str]:
    """Return the number that ``value`` begins with, not a number where none does, and its unit.

    The sum of two lengths is in pixels; what a percentage adds is not known.
    """
    match = _LENGTH.match(value)
    if match:
        return float(match.group(1)), match.group(2)
    added = _SUM.match(value)
    if added:
        first, sign, second = added.groups()
        more = pixels(second)
        return pixels(first) + (more if sign == "+" else -more), "px"
    return float("nan"), ""


def number(value: str) -> float:
    """Return the number that ``value`` begins with, not a number where none does."""
    return length(value)[0]


def pixels(value: str) -> float:
    """Return a length in pixels, roughly; a share of something unknown counts as few."""
    size, unit = length(value)
    return size * _PIXELS.get(unit, 1.0)

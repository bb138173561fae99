"""How an element's style hides its text from readers, and by which trick.

Only what a page says itself is known: its attributes, inline styles and ``<style>`` elements
(:mod:`detector.sheets`). Style sheets of other files and scripts are not, so that text can be
shown that counts as hidden here and the other way round. Hiding is no proof of anything: menus,
dialogues and skip links hide by the same means as link blocks of spam.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from detector.page import HiddenBy, Where

__all__ = [
    "BODY",
    "CSS_COMMENT",
    "PROPERTIES",
    "STYLED_TAGS",
    "Declared",
    "Reading",
    "Style",
    "colour",
    "declared",
    "inline_style",
    "is_neutral",
    "overridden",
    "restyled",
    "style_of",
]

Reading = tuple[Where, HiddenBy, int | None]
"""How text is read: where it sits, what hides it, and the nearest background known, if any."""
BODY: Reading = ("body", "", None)

Declared = Mapping[str, tuple[str, bool]]
"""Properties that can hide text: the value of each in lower case, and whether ``!important``."""


class Style(NamedTuple):
    """What an element's declarations say about its text."""

    trick: HiddenBy = ""
    """By which it hides its element; "" where it does not."""
    shows: frozenset[str] = frozenset()
    """What it undoes: tricks that its element inherits, or the ``hidden`` attribute."""
    color: int | None = None
    """``CLEAR`` where nothing is to be seen of the text."""
    background: int | None = None
    """``UNKNOWN`` for an image, which no colour is equal to."""


UNKNOWN = -1
CLEAR = -2
STYLED_TAGS = frozenset("font marquee body table thead tbody tfoot tr td th".split())
"""Elements that have attributes of their own that say how they look."""
_LONGEST_STYLE = 1000
_FAR = -900.0  # pixels
_FAR_MARGIN = -1000.0
_FAR_INDENT = -100.0
_SIDES = ("left", "top", "right", "bottom")
_SIZES = ("height", "width", "max-height", "max-width")
PROPERTIES = frozenset(
    "display visibility opacity font font-size text-indent left top right bottom inset "
    "inset-inline-start inset-block-start margin margin-left margin-top margin-inline-start "
    "margin-block-start padding padding-left padding-top padding-bottom clip clip-path "
    "-webkit-clip-path height width max-height max-width min-height overflow overflow-x overflow-y "
    "transform color text-shadow background background-color background-image background-clip "
    "-webkit-background-clip".split()
)
"""Those that can hide text, or show it again."""
_LONGHANDS = {
    "padding-bottom": "padding-top",  # either holds a box open
    "background": "background-color",
    "-webkit-background-clip": "background-clip",
    "-webkit-clip-path": "clip-path",
    "overflow-x": "overflow",  # either makes the other one so
    "overflow-y": "overflow",
    "inset-block-start": "top",  # in most languages
    "inset-inline-start": "left",
    "margin-block-start": "margin-top",
    "margin-inline-start": "margin-left",
}
_CHECKED = frozenset(("display", "visibility", "opacity", "font-size"))
_OF_ALL = frozenset("inherit initial unset revert revert-layer".split())  # values
_KEYWORDS = {
    "visibility": _OF_ALL | {"visible", "hidden", "collapse"},
    "display": _OF_ALL | frozenset(
        "none contents block inline flow flow-root inline-block flex inline-flex grid inline-grid "
        "list-item run-in ruby math table inline-table table-row table-cell table-caption "
        "table-column table-row-group table-header-group table-footer-group table-column-group "
        "-webkit-box -webkit-inline-box -webkit-flex -webkit-inline-flex".split()
    ),
}  # fmt: skip
"""Of properties whose other values mean nothing: of words that go together, the first."""
_LEFT_OF = (0, 0, 1, 1, 3)  # which of so many values of a margin is that of the left side
_SHOWING = frozenset(("visible", "initial"))
# The others hide whatever is inside, too.
_INHERITED = frozenset({"visibility", "font-size", "same-colour"})
_PIXELS = {"": 1.0, "px": 1.0, "pt": 1.33, "pc": 16.0, "em": 16.0, "rem": 16.0, "ex": 8.0,
           "ch": 8.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "vw": 12.0, "vh": 8.0}  # fmt: skip
_RELATIVE = frozenset(("em", "%", "ex", "ch"))
_LENGTH = re.compile(
    r"(?:calc\(\s*(?=[\w.%+-]+\s*\)))?([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%|[a-z]*)"
)
_IN_FUNCTION = re.compile(r"(?<![\w.])[\d.]+[a-z]+")
_FUNCTIONS = ("calc(", "clamp(", "min(", "max(")
_SHRUNK = re.compile(r"scale[xy]?\(\s*0*\.?0+\s*[,)]")
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.)*+'?""", re.S)
_FONT_SIZE = re.compile(r"(?:^|\s)(0|[\d.]+(?:%|[a-z]+))(?=[\s/])")
_CLIPPED = re.compile(
    r"rect\(\s*[01](?:px)?(?:[\s,]+[01](?:px)?){3}\s*\)|inset\(\s*(?:50|100)%|"
    r"circle\(\s*0*\.?0+(?![.\d])|polygon\(\s*0(?:px|%)?(?:[\s,]+0(?:px|%)?)*\s*\)"
)
CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.S)
_HEX = re.compile(r"#?([0-9a-f]{3,8})\Z")
_RGB = re.compile(r"rgba?\(([\d.%,\s/]{5,60})\)")
_LONGEST_NAME = len("lightgoldenrodyellow")
_CLEAR = re.compile(
    r"transparent\Z|#(?:[0-9a-f]{3}0|[0-9a-f]{6}00)\Z|(?:rgb|hsl)a?\([^()]{5,50}[,/]\s*0*\.?0+%?\s*\)"
)
_NAMED_SIZES = frozenset(
    "xx-small x-small small medium large x-large xx-large xxx-large initial".split()
)
_UNSET = frozenset(("none", "transparent", "inherit", "initial", "unset", "revert"))
_SMALLEST_MARQUEE = 2.0  # pixels
_FASTEST_MARQUEE = 1000.0  # pixels a step: gone before it can be read


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
            if name == "padding" and len(sides) > 2 and not _number(top):
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
    number, unit = _length(value)
    if number != number:
        return name == "font-size" or "(" in value or value in _OF_ALL
    if name == "opacity":
        return unit in ("", "%")
    return number >= 0 and (unit == "%" or unit in _PIXELS)


def _unescaped(match: re.Match[str]) -> str:
    digits, other = match.groups()
    if not digits:
        return str(other)
    code = int(digits, 16)
    return chr(code).lower() if code < 0x110000 else ""


def overridden(below: Declared, above: Declared) -> dict[str, tuple[str, bool]]:
    """Return what counts where ``above`` is declared over ``below``."""
    result = dict(below)
    for name, own in above.items():
        if own[1] or not (name in result and result[name][1]):
            result[name] = own
    return result


def style_of(found: Declared) -> Style:
    """Return what declarations mean for the text of their element."""
    values = {name: value for name, (value, _) in found.items()}
    shows = []
    if values.get("visibility") in _SHOWING:
        shows.append("visibility")
    if values.get("display", "none") != "none":
        shows.append("hidden-attribute")
    if "font-size" in values and _sizeable(values["font-size"]):
        shows.append("font-size")
    background = values.get("background-color")
    known = None if background is None else _background(background)
    if values.get("background-image", "none") not in _UNSET:
        known = UNKNOWN
    color = None
    if "color" in values:
        color = colour(values["color"])
        if color is None and _is_clear(values):
            color = CLEAR
    return Style(_trick(values), frozenset(shows), color, known)


def _is_clear(values: Mapping[str, str]) -> bool:
    """Say whether text lets through what is behind it, and nothing else makes it seen."""
    return (
        bool(_CLEAR.match(values["color"]))
        and values.get("background-clip") != "text"
        and values.get("text-shadow", "none") in _UNSET
    )


def _trick(values: Mapping[str, str]) -> HiddenBy:
    if values.get("display") == "none":
        return "display"
    if values.get("visibility") in ("hidden", "collapse"):
        return "visibility"
    if "opacity" in values and _number(values["opacity"]) <= 0:
        return "opacity"
    if "font-size" in values and _tiny(values["font-size"]):
        return "font-size"
    if _off_screen(values):
        return "off-screen"
    if any(name in values and _CLIPPED.match(values[name]) for name in ("clip", "clip-path")):
        return "clipped"
    if "transform" in values and _SHRUNK.search(values["transform"]):
        return "zero-size"
    # A box of no height that has padding shows what is in it: frames of videos are made so.
    if (
        values.get("overflow", "visible") != "visible"
        and not _number(values.get("padding-top", "0"))
        and not _number(values.get("min-height", "0")) > 1
        and any(name in values and _thin(values[name]) for name in _SIZES)
    ):
        return "zero-size"
    return ""


def _off_screen(values: Mapping[str, str]) -> bool:
    # What is wider than it is moved can be seen in part: the slides of a carousel.
    width = _pixels(values.get("width", "0"))
    for name in _SIDES:
        if name in values and _pixels(values[name]) <= _FAR:
            return name != "left" or not _pixels(values[name]) + width > 0
    left = values.get("margin-left", "")
    # Padding can make up for it, and left:50% with half the width as a margin centres a picture.
    width = max(_pixels(values.get("padding-left", "0")) + 1, width)
    if _pixels(left) <= _FAR_MARGIN and "%" not in values.get("left", ""):
        return not _pixels(left) + width > 0
    if _pixels(values.get("margin-top", "")) <= _FAR_MARGIN:
        return True
    indent = values.get("text-indent", "")
    return _number(indent) <= _FAR_INDENT or _pixels(indent) <= _FAR


def _length(value: str) -> tuple[float, str]:
    match = _LENGTH.match(value)
    return (float(match.group(1)), match.group(2)) if match else (float("nan"), "")


def _number(value: str) -> float:
    return _length(value)[0]


def _pixels(value: str) -> float:
    """Return a length in pixels, roughly; a share of something unknown counts as few."""
    number, unit = _length(value)
    return number * _PIXELS.get(unit, 1.0)


def _tiny(size: str) -> bool:
    """Say whether nobody can read a font of ``size``.

    Small parts of other units than pixels are no sign: pages whose ``rem`` is 100 pixels exist.
    """
    number, unit = _length(size)
    return number == 0 or (unit in ("", "px", "pt") and 0 <= number < 2)


def _sizeable(size: str) -> bool:
    """Say whether a font of ``size`` can be read whatever the size around it."""
    number, unit = _length(size)
    if number != number:
        if size.startswith(_FUNCTIONS):
            return any(map(_sizeable, _IN_FUNCTION.findall(size)))
        return size in _NAMED_SIZES
    return unit not in _RELATIVE and not _tiny(size)


def _thin(size: str) -> bool:
    number, unit = _length(size)
    return number == 0 or (0 < number <= 1 and unit in ("", "px"))


def _background(value: str) -> int | None:
    if value in _UNSET:
        return None
    words = value.split() if "(" not in value else [value]
    return next((known for known in map(colour, words) if known is not None), UNKNOWN)


def colour(value: str | None) -> int | None:
    """Return a colour as a number; None where it is none, or lets another one through.

    >>> colour("#FFF") == colour("white") == colour("rgb(255, 255, 255)") == 0xFFFFFF
    True
    """
    if not value:
        return None
    value = value.strip().lower()
    if match := _HEX.match(value):
        digits = match.group(1)
        if len(digits) in (3, 4):
            digits = "".join(digit * 2 for digit in digits)
        if len(digits) == 6 or (len(digits) == 8 and digits.endswith("ff")):
            return int(digits[:6], 16)
        return None
    if match := _RGB.match(value):
        parts = re.split(r"[\s,/]+", match.group(1).strip())
        if len(parts) == 3 or (len(parts) == 4 and parts[3] in ("1", "1.0", "100%")):
            number = 0
            for part in parts[:3]:
                share = _number(part) * (2.55 if part.endswith("%") else 1.0)
                if not 0 <= share <= 255.5:
                    return None
                number = number * 256 + min(255, round(share))
            return number
    return _named(value) if len(value) <= _LONGEST_NAME and value.isalpha() else None


@lru_cache(maxsize=4096)
def _named(name: str) -> int | None:
    # Names only: of numbers, a parser would take most of the time that a page takes.
    from tinycss2.color3 import parse_color

    known = parse_color(name)
    if known is None or isinstance(known, str) or known.alpha < 1:
        return None
    number = 0
    for share in known[:3]:
        number = number * 256 + round(255 * share)
    return number


def inline_style(style: str) -> Style:
    """Return what an inline style means for the text of its element."""
    return _inline_style(_cut(style))


def is_neutral(style: str) -> bool:
    """Say whether an inline style means nothing for the text of its element."""
    return inline_style(style) is _NOTHING


def _cut(style: str) -> str:
    if len(style) > 2 * _LONGEST_STYLE:
        return f"{style[:_LONGEST_STYLE]};{style[-_LONGEST_STYLE:]}"
    return style


@lru_cache(maxsize=4096)
def _inline_style(style: str) -> Style:
    found = style_of(declared(style))
    return _NOTHING if found == _NOTHING else found


_NOTHING = Style()


def restyled(
    reading: Reading,
    tag: str,
    attributes: Mapping[str, str | None],
    rules: tuple[Declared, Style] | None,
) -> Reading:
    """Return how the text of an element is read, in one that is read as ``reading``.

    ``rules`` is what style sheets declare for it, if anything. ``visibility`` and ``font-size``
    that hide an element are inherited, and undone by an element inside that sets its own. Of
    colours only those are known that attributes and inline styles set: text can have the colour of
    the nearest such background and stand on another one.
    What hides a whole page is left out: a script will show it.
    """
    written = attributes.get("style")
    if rules is None:
        style = inline_style(written) if written else _NOTHING
        if style is _NOTHING and tag not in STYLED_TAGS and "hidden" not in attributes:
            return reading
    elif written:
        style = style_of(overridden(rules[0], declared(_cut(written))))
    else:
        style = rules[1]
    where, hidden, background = reading
    trick = style.trick
    if "hidden" in attributes and not trick and "hidden-attribute" not in style.shows:
        trick = "hidden-attribute"
    elif tag == "marquee" and not trick and _unreadable_marquee(attributes):
        trick = "marquee"
    color, own = style.color, style.background
    if color is None and tag == "font":
        color = colour(attributes.get("color"))
    if own is None and "bgcolor" in attributes:
        own = colour(attributes["bgcolor"])
    if attributes.get("background") and style.background is None:
        own = UNKNOWN
    if own is not None:
        background = own
    if hidden == "same-colour":
        if color is not None or own is not None:
            hidden = ""
    elif hidden in _INHERITED and hidden in style.shows:
        hidden = ""
    if tag not in ("body", "html"):
        if trick and (not hidden or hidden in _INHERITED):
            hidden = trick
        elif not hidden and color is not None and color in (background, CLEAR):
            hidden = "same-colour"
    return where, hidden, background


def _unreadable_marquee(attributes: Mapping[str, str | None]) -> bool:
    for name in ("height", "width"):
        value = attributes.get(name) or ""
        if not value.endswith("%") and _number(value.strip()) <= _SMALLEST_MARQUEE:
            return True
    return _number(attributes.get("scrollamount") or "") >= _FASTEST_MARQUEE

"""How an element's style hides its text from readers, and by which trick.

Only what a page says itself is known: its elements, attributes, inline styles and ``<style>``
elements (:mod:`detector.sheets`), and what its simplest scripts do
(:mod:`detector.script_styles`). Style sheets of other files and other scripts are not, so that text
can be shown that counts as hidden here and the other way round. Hiding is no proof of anything:
menus, dialogues and skip links hide by the same means as link blocks of spam.

What a reader opens or scrolls to is shown: ``<details>``, what is to the right or below. So is what
stands behind something else (``z-index``), which may be transparent, and what is hidden from those
who listen only (``aria-hidden``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from detector.declarations import Declared, declared, length, number, overridden, pixels
from detector.page import HiddenBy, Where

__all__ = [
    "BODY",
    "NEUTRAL",
    "Reading",
    "Style",
    "colour",
    "inline_style",
    "restyled",
    "style_of",
]

Reading = tuple[Where, HiddenBy, int | None]
"""How text is read: where it sits, what hides it, and the nearest background known, if any."""
BODY: Reading = ("body", "", None)


class Style(NamedTuple):
    """What an element's declarations say about its text."""

    trick: HiddenBy = ""
    """By which it hides its element; "" where it does not."""
    shows: frozenset[str] = frozenset()
    """What it undoes: tricks that its element inherits, or, as ``hidden-attribute``, what hides it
    of itself."""
    color: int | None = None
    """``CLEAR`` where nothing is to be seen of the text."""
    background: int | None = None
    """``UNKNOWN`` for an image, which no colour is equal to."""


NEUTRAL = Style()
"""What means nothing for a text."""
UNKNOWN = -1
CLEAR = -2
_LONGEST_STYLE = 1000
_FAR = -900.0  # pixels
_FAR_MARGIN = -1000.0
_FAR_INDENT = -100.0
_FAR_MOVED = -3000.0  # pixels; slides that a script shows by turns are moved less
_BEYOND = 5000.0  # pixels: farther than any screen is wide or high
_SIDES = ("left", "top", "right", "bottom")
_PLACED = frozenset(("absolute", "fixed", "relative"))  # positions that sides move
_CLIPPABLE = frozenset(("absolute", "fixed"))  # positions that ``clip`` cuts
_SIZES = ("height", "width", "max-height", "max-width")
_SHOWING = frozenset(("visible", "initial"))
# The others hide whatever is inside, too.
_INHERITED = frozenset({"visibility", "font-size", "same-colour"})
_RELATIVE = frozenset(("em", "%", "ex", "ch"))
_IN_FUNCTION = re.compile(r"(?<![\w.])[\d.]+[a-z]+")
_FUNCTIONS = ("calc(", "clamp(", "min(", "max(")
_SMALLEST_FONT = 2.0  # pixels
_SMALLEST_SHARE = 0.05  # of the font around
_THINNEST = 3.0  # pixels
_ALIKE = 10  # of 255: parts of colours that nobody tells apart
_SMALLEST_SCALE = 0.1  # makes letters of 16 pixels smaller than that
_EDGEWISE = re.compile(r"rotate[xy]\(\s*-?(?:90|270)(?:\.0+)?deg")
_ON_EDGE = re.compile(r"[xy]\s+-?(?:90|270)deg")
_FLAT = re.compile(r"matrix\(\s*0\s*,\s*0\s*,\s*0\s*,\s*0\s*,")
_SCALED = re.compile(r"scale(?:3d|[xy])?\(([^()]*)")
_MOVED = re.compile(r"translate(3d|[xy])?\(([^()]*)")
_FAINT = 0.03  # opacity at which nobody reads
_FADED = re.compile(r"(?<![\w-])opacity\(\s*([^()]*)")
_CLIPPED = re.compile(
    r"rect\(\s*[01](?:px)?(?:[\s,]+[01](?:px)?){3}\s*\)|inset\(\s*(?:50|100)%|"
    r"inset\(\s*(?:[\w.%]+\s+){1,3}100%|"
    r"circle\(\s*0*\.?0+(?![.\d])|polygon\(\s*0(?:px|%)?(?:[\s,]+0(?:px|%)?)*\s*\)"
)
_HEX = re.compile(r"#?([0-9a-f]{3,8})\Z")
_RGB = re.compile(r"rgba?\(([\d.%,\s/]{5,60})\)")
_LONGEST_NAME = len("lightgoldenrodyellow")
_CLEAR = re.compile(
    r"transparent\Z|#(?:[0-9a-f]{3}0|[0-9a-f]{6}0[0-7])\Z|"
    r"(?:rgb|hsl)a?\([^()]{5,50}[,/]\s*(?:0*\.?0+%?|0*\.0[0-3]\d*|0*[0-3](?:\.\d+)?%)\s*\)"
)
_NAMED_SIZES = frozenset(
    "xx-small x-small small medium large x-large xx-large xxx-large initial".split()
)
_UNSET = frozenset(("none", "transparent", "inherit", "initial", "unset", "revert"))
_SMALLEST_MARQUEE = 5.0  # pixels
_FASTEST_MARQUEE = 1000.0  # pixels a step: gone before it can be read


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
    filled = values.get("-webkit-text-fill-color") or values.get("color")
    if filled:
        color = colour(filled)
        if color is None and _is_clear(filled, values):
            color = CLEAR
    return Style(_trick(values), frozenset(shows), color, known)


def _is_clear(color: str, values: Mapping[str, str]) -> bool:
    """Say whether text lets through what is behind it, and nothing else makes it seen."""
    return (
        bool(_CLEAR.match(color))
        and values.get("background-clip") != "text"
        and values.get("text-shadow", "none") in _UNSET
    )


def _trick(values: Mapping[str, str]) -> HiddenBy:
    if values.get("display") == "none" or values.get("content-visibility") == "hidden":
        return "display"
    if values.get("visibility") in ("hidden", "collapse"):
        return "visibility"
    if _faded(values):
        return "opacity"
    if "font-size" in values and _tiny(values["font-size"]):
        return "font-size"
    if _off_screen(values) or _moved_away(values):
        return "off-screen"
    if ("clip-path" in values and _CLIPPED.match(values["clip-path"])) or (
        "clip" in values and values.get("position") in _CLIPPABLE and _CLIPPED.match(values["clip"])
    ):
        return "clipped"
    if _shrunk(values) or (_cuts(values) and _narrow(values)):
        return "zero-size"
    return ""


def _cuts(values: Mapping[str, str]) -> bool:
    """Say whether what is larger than its box is cut off."""
    return values.get("overflow", "visible") != "visible"


def _narrow(values: Mapping[str, str]) -> bool:
    """Say whether a box has no room for a line."""
    # A box of no height that has padding shows what is in it: frames of videos are made so.
    if number(values.get("padding-top", "0")) or number(values.get("min-height", "0")) > _THINNEST:
        return False
    if any(name in values and _thin(values[name]) for name in _SIZES):
        return True
    # It is as high as its lines.
    return values.get("height", "auto") == "auto" and number(values.get("line-height", "1")) == 0


def _faded(values: Mapping[str, str]) -> bool:
    if "opacity" in values and _share(values["opacity"]) <= _FAINT:
        return True
    return "filter" in values and any(
        _share(value) <= _FAINT for value in _FADED.findall(values["filter"])
    )


def _off_screen(values: Mapping[str, str]) -> bool:
    # What is wider than it is moved can be seen in part: the slides of a carousel.
    position = values.get("position")
    if position in _PLACED:
        for name in _SIDES:
            if name in values and (far := pixels(values[name])) <= _FAR:
                return name != "left" or not far + pixels(values.get("width", "0")) > 0
    # No scrolling brings it nearer.
    if position == "fixed" and any(
        name in values and pixels(values[name]) >= _BEYOND for name in _SIDES
    ):
        return True
    # Padding can make up for it, and left:50% with half the width as a margin centres a picture.
    if "margin-left" in values and "%" not in values.get("left", ""):
        far = pixels(values["margin-left"])
        if far <= _FAR_MARGIN:
            width = pixels(values.get("width", "0"))
            return not far + max(pixels(values.get("padding-left", "0")) + 1, width) > 0
    if "margin-top" in values and pixels(values["margin-top"]) <= _FAR_MARGIN:
        return True
    if "text-indent" not in values:
        return False
    indent = values["text-indent"]
    if _cuts(values) and values.get("white-space") in ("nowrap", "pre"):
        far, unit = length(indent)
        if far >= 100 if unit == "%" else pixels(indent) >= -_FAR:
            return True
    return number(indent) <= _FAR_INDENT or pixels(indent) <= _FAR


def _moved_away(values: Mapping[str, str]) -> bool:
    """Say whether a translation moves a box out of the page, to the left or above."""
    moves = []
    if "translate" in values:
        moves.append(("", values["translate"].split()))  # one value at least
    if "transform" in values:
        moves += [(axis, to.split(",")) for axis, to in _MOVED.findall(values["transform"])]
    for axis, to in moves:
        far = [_distance(part.strip()) for part in to[:2]]
        if far[0] <= _FAR_MOVED:
            return axis == "y" or not far[0] + pixels(values.get("width", "0")) > 0
        if len(far) > 1 and far[1] <= _FAR_MOVED:
            return True
    return False


def _distance(value: str) -> float:
    """Return how far a translation goes, in pixels; without a unit it does not."""
    return pixels(value) if length(value)[1] else 0.0


def _shrunk(values: Mapping[str, str]) -> bool:
    """Say whether a box is made so small that nobody can read what is in it, or turned away."""
    transform = values.get("transform", "")
    if (
        _EDGEWISE.search(transform)
        or _FLAT.search(transform)
        or ("rotate" in values and _ON_EDGE.match(values["rotate"]))
    ):
        return True
    scales = values["scale"].split() if "scale" in values else []
    for scaled in _SCALED.findall(transform):
        scales += scaled.split(",")
    if any(abs(_share(part)) < _SMALLEST_SCALE for part in scales):
        return True
    # Browsers take a zoom of nothing for none.
    return "zoom" in values and 0 < _share(values["zoom"]) < _SMALLEST_SCALE


def _share(value: str) -> float:
    share, unit = length(value.strip())
    return share / 100 if unit == "%" else share


def _tiny(size: str) -> bool:
    """Say whether nobody can read a font of ``size``.

    Small parts of other units are no sign, if it is not next to nothing of the font around: pages
    whose ``rem`` is 100 pixels exist.
    """
    most, unit = length(size)
    if unit in ("em", "%"):
        return 0 <= most < (_SMALLEST_SHARE if unit == "em" else 100 * _SMALLEST_SHARE)
    return most == 0 or (unit in ("", "px", "pt") and 0 <= most < _SMALLEST_FONT)


def _sizeable(size: str) -> bool:
    """Say whether a font of ``size`` can be read whatever the size around it."""
    most, unit = length(size)
    if most != most:
        if size.startswith(_FUNCTIONS):
            return any(map(_sizeable, _IN_FUNCTION.findall(size)))
        return size in _NAMED_SIZES
    return unit not in _RELATIVE and not _tiny(size)


def _thin(size: str) -> bool:
    most, unit = length(size)
    return most == 0 or (0 < most <= _THINNEST and unit in ("", "px"))


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
            code = 0
            for part in parts[:3]:
                share = 2.55 * number(part) if part.endswith("%") else number(part)
                if not 0 <= share <= 255.5:
                    return None
                code = code * 256 + min(255, round(share))
            return code
    return _named(value) if len(value) <= _LONGEST_NAME and value.isalpha() else None


@lru_cache(maxsize=4096)
def _named(name: str) -> int | None:
    # Names only: of numbers, a parser would take most of the time that a page takes.
    from tinycss2.color3 import parse_color

    known = parse_color(name)
    if known is None or isinstance(known, str) or known.alpha < 1:
        return None
    code = 0
    for share in known[:3]:
        code = code * 256 + round(255 * share)
    return code


def inline_style(style: str) -> Style:
    """Return what an inline style means for the text of its element, ``NEUTRAL`` for nothing."""
    found = style_of(declared(_cut(style)))
    return NEUTRAL if found == NEUTRAL else found


def _cut(style: str) -> str:
    if len(style) > 2 * _LONGEST_STYLE:
        return f"{style[:_LONGEST_STYLE]};{style[-_LONGEST_STYLE:]}"
    return style


def restyled(
    reading: Reading,
    tag: str,
    attributes: Mapping[str, str | None],
    style: Style,
    rules: tuple[Declared, Style] | None = None,
) -> Reading:
    """Return how the text of an element is read, in one that is read as ``reading``.

    ``style`` is its inline style, ``rules`` what style sheets declare for it, if anything.
    ``visibility`` and ``font-size`` that hide an element are inherited, and undone by an element
    inside that sets its own. Of colours only those are known that attributes and inline styles set:
    text can have the colour of the nearest such background and stand on another one.
    What hides a whole page is left out: a script will show it.
    """
    if rules is not None:
        written = attributes.get("style")
        style = style_of(overridden(rules[0], declared(_cut(written)))) if written else rules[1]
    where, hidden, background = reading
    trick = style.trick
    if not trick and "hidden-attribute" not in style.shows:
        trick = _hidden_of_itself(tag, attributes)
    if tag == "marquee" and not trick and _unreadable_marquee(attributes, rules):
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
        elif not hidden and color is not None and _unseen(color, background):
            hidden = "same-colour"
    return where, hidden, background


def _unseen(color: int, background: int | None) -> bool:
    """Say whether text of a colour cannot be told from what is behind it."""
    if color == CLEAR or background is None or background < 0:
        return color == CLEAR
    return all(
        abs((color >> shift & 255) - (background >> shift & 255)) <= _ALIKE for shift in (0, 8, 16)
    )


def _hidden_of_itself(tag: str, attributes: Mapping[str, str | None]) -> HiddenBy:
    """Return what hides an element that no style displays."""
    if "hidden" in attributes:
        return "hidden-attribute"
    if tag == "dialog":
        return "" if "open" in attributes else "display"
    return "display" if "popover" in attributes else ""


def _unreadable_marquee(
    attributes: Mapping[str, str | None], rules: tuple[Declared, Style] | None
) -> bool:
    styled = declared(_cut(attributes.get("style") or ""))
    if rules is not None:
        styled = overridden(rules[0], styled)
    for name in ("height", "width"):
        value = styled[name][0] if name in styled else (attributes.get(name) or "").strip()
        size, unit = length(value)
        if size == 0 or (unit in ("", "px") and 0 <= size <= _SMALLEST_MARQUEE):
            return True
    return number(attributes.get("scrollamount") or "") >= _FASTEST_MARQUEE

"""How each element of a document is read: where its text sits, and what hides it.

Elements differ from the one around them by what they are (a link, a heading) or by how they look;
most do not differ. The compiled part (``native/readings.c``) reduces a document to the few ways of
reading that it has, its states; what each means is worked out here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.declarations import Declared
from detector.hiding import BODY, NEUTRAL, Reading, Style, inline_style, restyled
from detector.kernel import address, call
from detector.markup import (
    ACTIONS,
    SEED,
    TAG_TRAITS,
    TAGS,
    Markup,
    attributes_of,
    unescaped_text,
)
from detector.page import PLACES, Where, place_of

__all__ = ["ALTS", "Readings", "readings_of"]

_LINK, _TITLE, _HEADING, _NOSCRIPT = map(ACTIONS.index, ("link", "title", "heading", "noscript"))
_WHERES: dict[int, Where] = {_TITLE: "title", _HEADING: "heading", _NOSCRIPT: "noscript"}
_TAG, _START, _END, _STYLE = 0, 2, 3, 5  # columns of the elements
_LONGEST_KNOWN = 1_000
"""Bytes of attributes whose meaning is remembered."""
ALTS = bytes(where == "alt" for where, _ in PLACES)
"""By place: whether it is one of values that mostly repeat a text."""


class Readings(NamedTuple):
    """What the states of a document mean, s of them. Columns are numbers of ``PLACES``."""

    states: list[Reading]
    places: NDArray[np.int32]
    """Where texts are."""
    alt_places: NDArray[np.int32]
    """Where the words of attributes are."""


def readings_of(markup: Markup, styles: Mapping[int, tuple[Declared, Style]]) -> Readings:
    """Set the states and blocks of the elements of ``markup``, and return what they mean.

    ``styles`` is what style sheets declare, by the number of the element.
    """
    elements = markup.elements
    count = len(elements)
    written = markup.slices("style")
    neutral = bytes([_inline_style(style) is NEUTRAL for style in written])
    ruled: bytearray | None = None
    if styles:
        ruled = bytearray(count)
        for number in styles:
            if number < count:
                ruled[number] = 1
    rows = np.empty((2 * count, 4), dtype=np.int32)
    found = call(
        "read_states", address(elements, np.int32, elements.size), count,
        address(TAG_TRAITS, np.int32, len(TAGS)), len(TAGS), neutral,
        None if ruled is None else bytes(ruled), SEED, address(rows, np.int32, rows.size),
    )  # fmt: skip
    states = [BODY]
    told = rows[1:found]
    of = elements[told[:, 2]].tolist()  # of no element that of any
    for (parent, action, element, style), own in zip(told.tolist(), of, strict=True):
        reading = states[parent]
        if element < 0:
            states.append(_changed(reading, action))
        else:
            tag, start, end, number = own[_TAG], own[_START], own[_END], own[_STYLE]
            name = TAGS[tag] if tag < len(TAGS) else ""
            told_by = markup.source[start:end] if style < 0 else b""
            looks = written[number] if number >= 0 else b""
            rules = styles.get(element) if styles else None
            if rules is None:
                known = len(told_by) + len(looks) <= _LONGEST_KNOWN
                look = _looked if known else _looked.__wrapped__
                states.append(look(reading, name, told_by, looks))
            else:
                attributes, own_style = attributes_of(told_by), _inline_style(looks)
                states.append(restyled(reading, name, attributes, own_style, rules))
    return Readings(
        states,
        np.array([place_of(where, hidden) for where, hidden, _ in states], dtype=np.int32),
        np.array([place_of("alt", hidden) for _, hidden, _ in states], dtype=np.int32),
    )


@lru_cache(maxsize=4096)
def _inline_style(style: bytes) -> Style:
    return inline_style(unescaped_text(style))


@lru_cache(maxsize=4096)
def _looked(reading: Reading, tag: str, told_by: bytes, style: bytes) -> Reading:
    """Return how the text of an element is read that no rule is for, in one read as ``reading``.

    ``told_by`` are its attributes as they are serialised, ``style`` is its inline style.
    """
    return restyled(reading, tag, attributes_of(told_by), _inline_style(style))


def _changed(reading: Reading, action: int) -> Reading:
    """Return how the text of a link, title, heading or ``noscript`` is read, in one read so."""
    where, hidden, background = reading
    if action != _LINK:
        if action == _NOSCRIPT and not hidden:
            hidden = "noscript"
        return _WHERES[action], hidden, background
    # Links do not take the colour of the text around them.
    return (
        "link" if where in ("body", "heading") else where,
        "" if hidden == "same-colour" else hidden,
        background,
    )

"""What is told of a document's values: texts that are read in Python, and where its links lead.

Which of the links say something new is told by all before them, and a page has hundreds: done by
``native/links.c``, once all else is read.
"""

from __future__ import annotations

import ctypes
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.config import Config
from detector.kernel import address, call
from detector.markup import SEED, Markup
from detector.page import HIDDEN_BY, HiddenBy, place_of
from detector.readings import Readings
from detector.scripts import URL, read_address

__all__ = ["HOSTS", "Given", "Told", "told_of"]

HOSTS: dict[HiddenBy, int] = {hidden: place_of("host", hidden) for hidden in HIDDEN_BY}
"""The places of links, by what hides them."""
_LONGEST_LABEL = 63  # of host names


class Given:
    """Texts and links that are read in Python, in the order of their values."""

    __slots__ = ("columns", "texts")

    def __init__(self) -> None:
        self.columns: list[int] = []  # value, item, place, characters, whether it is a link
        self.texts: list[str] = []

    def add(self, value: int, item: int, text: str, place: int, *, link: bool = False) -> None:
        """Add what a value, the row of that number, says of its item."""
        self.columns += (value, item, place, len(text), link)
        self.texts.append(text)


class Told(NamedTuple):
    """What is told, in the order of items."""

    rows: NDArray[np.int32]
    """Item, place (of ``PLACES``), code points."""
    text: bytes
    """What they say, one after the other."""
    exhausted: tuple[int, int] | None
    """The item with the first link that was one too many, and how much was given before it."""


def told_of(markup: Markup, readings: Readings, given: Given, config: Config) -> Told:
    """Return what is told of the values of a document, of which ``given`` has been read.

    Of an absolute link, that is host and path: a host that was named is left out, and a path that
    differs from an earlier one of its host in digits only is not read. Of others it is the path, if
    it has words in it.
    """
    values = markup.values
    texts = "".join(given.texts).encode("utf-8", "surrogatepass")
    columns = np.array(given.columns, dtype=np.int32)
    places = np.array([HOSTS[hidden] for _, hidden, _ in readings.states], dtype=np.int32)
    most, room = len(values) + len(given.texts), len(markup.source) + len(texts)
    rows = np.empty((most, 3), dtype=np.int32)
    coded, out = np.empty(most, dtype=np.int32), np.empty(room, dtype=np.uint8)
    allowed = (ctypes.c_int64 * 2)(max(config.max_links, 0), config.max_value)
    sizes = (ctypes.c_int64 * 4)()
    count = call(
        "read_links", markup.source, len(markup.source),
        address(markup.elements, np.int32, markup.elements.size),
        address(values, np.int32, values.size), len(values),
        address(places, np.int32, len(places)), HOSTS["script"],
        address(columns, np.int32, columns.size), len(given.texts), texts, len(texts),
        ctypes.addressof(allowed), SEED, address(rows, np.int32, rows.size),
        address(out, np.uint8, room), address(coded, np.int32, most), ctypes.addressof(sizes),
    )  # fmt: skip
    size, coded_count, item, before = sizes
    told = Told(rows[:count], out[:size].tobytes(), (item, before) if item >= 0 else None)
    return _with_unicode_hosts(told, coded[:coded_count].tolist()) if coded_count else told


def _with_unicode_hosts(told: Told, coded: list[int]) -> Told:
    """Return what is told with those links decoded whose numbers are in ``coded``."""
    text = told.text.decode("utf-8", "surrogatepass")
    chosen = frozenset(coded)
    pieces: list[str] = []
    at = 0
    for number, points in enumerate(told.rows[:, 2].tolist()):
        piece = text[at : at + points]
        at += points
        match = URL.match(f"//{piece}") if number in chosen else None
        if match:
            piece = read_address(_unicode_host(match[1]) + match[2])
            told.rows[number, 2] = len(piece)
        pieces.append(piece)
    return told._replace(text="".join(pieces).encode("utf-8", "surrogatepass"))


def _unicode_host(host: str) -> str:
    """Return a host name with its labels in Punycode decoded, as far as they can be."""
    return ".".join(map(_unicode_label, host.split(".")))


def _unicode_label(label: str) -> str:
    if label[:4].lower() != "xn--" or len(label) > _LONGEST_LABEL:
        return label
    try:
        return label.lower().encode("ascii").decode("idna")
    except UnicodeError:
        return label

"""Pages that would take an HTML parser minutes or gigabytes, made harmless before it sees them.

Rules of the HTML standard cost more than a page is long. A parser walks up the open elements at
most start and end tags ("has an element in scope"), so that its time grows with the square of the
depth; it looks through all names of elements and attributes that are not of HTML for a new one; it
opens all unclosed formatting elements again in each new paragraph ("reconstruct the
active formatting elements"), so that nodes multiply, and inside each other after the end of what
they are in, so that documents get deep; it compares each attribute of a tag with all
others; and it asks for each option of a ``select`` which of them all is selected.

Tags are told apart as the standard's tokenizer does, by ``native/nesting.c``: not in comments,
attributes, scripts and other raw texts. Which elements an end tag closes is decided with less care
than a parser takes, and so that no element counts as closed which may still be open.
"""

from __future__ import annotations

import ctypes
import re
from typing import NamedTuple

import numpy as np

from detector.config import Config
from detector.kernel import address, call
from detector.markup import SEED

__all__ = ["tamed"]

MOST_COPIES = 6_000_000
"""Formatting elements that can stay unclosed, times all elements, from which they become spans."""
_FORMATTING = "b big code em font i nobr s small strike strong tt u"
KINDS = {
    "ended": "area base basefont bgsound br col embed hr img input keygen link meta param source "
    "track wbr html head body p li dt dd option caption colgroup tbody thead tfoot tr td th a "
    "script style title textarea image frame",
    "raw": "script style title textarea xmp iframe noembed noframes plaintext",
    "foreign": "svg math",
    "boundary": "table template marquee object applet select frameset mi mo mn ms mtext "
    "annotation-xml foreignobject desc",
    "special": "address applet article aside blockquote button center details dir div dl fieldset "
    "figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup iframe listing main "
    "marquee menu nav noembed noframes noscript object ol optgroup plaintext pre search section "
    "select summary table template ul xmp style title textarea foreignobject desc",
    "formatting": _FORMATTING,
    "breakout": "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head "
    "hr i img li listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt "
    "u ul var",
    "passage": "foreignobject desc title",
    "replaced": "rt rp",
    "holder": "ruby",
    "muffled": "noscript",
    "doubtful": "select frameset",
    "table": "table",
    "templated": "template",
    "choice": "select",
    "option": "option",
    "alone": "select button form nobr table",
    "leveled": "h1 h2 h3 h4 h5 h6",
    "cell": "td th caption",
    "row": "td th caption tr tbody thead tfoot",
    "marked": "applet object marquee template",
    "leaving": "p br",
    "formula": "math",
    "lettered": "mi mo mn ms mtext annotation-xml",
}
"""Names of elements by what is true of them, in the order of ``native/nesting.c``."""
_KNOWN = sorted({name for names in KINDS.values() for name in names.split()})
_NAMES = "\n".join(_KNOWN).encode()
_KINDS_OF = np.array(
    [
        sum(1 << bit for bit, names in enumerate(KINDS.values()) if name in names.split())
        for name in _KNOWN
    ],
    dtype=np.int32,
)
_DEEP, _WIDE, _LONG, _SLOW, _UNKNOWN = 1, 2, 4, 8, 16
_LIMITS = {
    _LONG: "max_nodes", _DEEP: "max_depth", _WIDE: "max_attributes", _UNKNOWN: "max_names",
}  # fmt: skip
_ATTRIBUTE_NAMES, _SPANS, _SEVERAL = 1, 2, 4
"""What can be asked of a survey."""
_GROWTH = 4
"""Bytes written at most for one that is read: ``<b>`` becomes ``<span>``."""
_FORMATTING_START = re.compile(
    rf"<(?:{_FORMATTING.replace(' ', '|')})(?=[\s/>])[^>]*".encode(), re.I
)


class _Survey(NamedTuple):
    """What tags exceed, how many there are of some kinds, and what is within the limits."""

    found: int
    formatting: int
    tags: int
    attributes: int
    leaked: int
    written: bytes


def _survey(source: bytes, config: Config, asked: int = 0, *, write: bool = False) -> _Survey:
    counts = (ctypes.c_int64 * 5)()
    limits = (ctypes.c_int64 * 5)(
        max(config.max_depth, 0), max(config.max_attributes, 0), 2 * max(config.max_nodes, 0),
        max(config.max_names, len(_KNOWN)), asked,
    )  # fmt: skip
    out = np.empty(_GROWTH * len(source) if write else 0, dtype=np.uint8)
    found = call(
        "survey_tags", source, len(source), _NAMES, len(_NAMES),
        address(_KINDS_OF, np.int32, len(_KNOWN)), ctypes.addressof(limits), SEED,
        address(out, np.uint8, len(out)) if write else None, ctypes.addressof(counts),
    )  # fmt: skip
    formatting, tags, size, attributes, leaked = counts
    return _Survey(found, formatting, tags, attributes, leaked, out[:size].tobytes())


def _unclosed(source: bytes) -> int:
    """Return how many formatting elements can be unclosed at once: three of each form.

    (The standard's "Noah's Ark clause".) A tag that may go on behind a ``>`` in quotation marks
    counts as a form of its own.
    """
    forms: set[bytes] = set()
    single = 0
    for tag in _FORMATTING_START.findall(source):
        double, apostrophes = tag.count(b'"'), tag.count(b"'")
        if (double and apostrophes) or (double + apostrophes) % 2:
            single += 1
        else:
            forms.add(tag)
    return 3 * len(forms) + single


def tamed(source: bytes, config: Config) -> tuple[bytes, list[str]]:
    """Return UTF-8 within the limits of ``config``, and the names of those that cut something.

    Elements deeper than ``max_depth`` become ``wbr``, which has no content: their text stays, as
    that of the element above. Attributes of a tag beyond ``max_attributes`` are left out, and all
    that is behind twice ``max_nodes`` tags. Elements with one of more than ``max_names`` names
    become ``x-x``, and a tag ends before an attribute with such a name. Where formatting elements
    could multiply, or more than ``max_depth`` are left open by the ends of what is around them, all
    become ``span``, which is said as ``max_depth``; where the options of a ``select`` would take
    long, it becomes one that has ``multiple`` of them selected, which changes nothing that is read.
    """
    survey = _survey(source, config)
    tags = survey.tags
    asked = _SEVERAL if survey.found & _SLOW else 0
    most = MOST_COPIES // max(tags, 1)
    if survey.leaked > config.max_depth or (survey.formatting > most and _unclosed(source) > most):
        asked |= _SPANS
    if survey.attributes > config.max_names:
        asked |= _ATTRIBUTE_NAMES
    if not survey.found and not asked:
        return source, []
    written = _survey(source, config, asked, write=True)
    found = survey.found | written.found | (_DEEP if asked & _SPANS else 0)
    return written.written, [name for bit, name in _LIMITS.items() if found & bit]

"""A document as its parser writes it, straight into memory of ours.

The parser's own ``html`` is a string: what is written in UTF-8 is put together piece by piece, read
into code points and encoded again, which together takes longer than writing it. Its library can be
asked for the nodes and for pieces as well (``native/serialise.c``), where it can be reached: the
wheels for Linux and macOS let it, those for Windows do not.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import selectolax.lexbor
from numpy.typing import NDArray
from selectolax.lexbor import LexborHTMLParser, LexborNode

from detector.kernel import address, call

__all__ = ["PARTS", "numbered_elements", "serialised_tree"]

_POINTER = ctypes.c_void_p
_WORD = ctypes.sizeof(ctypes.c_size_t)

PARTS = (
    "html_serialize_tree_cb", "html_serialize_cb", "dom_node_type_noi", "dom_node_tag_id_noi",
    "html_node_is_void_noi", "dom_node_first_child_noi", "dom_node_next_noi",
    "dom_node_parent_noi", "dom_element_qualified_name", "dom_element_first_attribute_noi",
    "dom_element_next_attribute_noi", "dom_attr_qualified_name", "dom_attr_value_noi",
)  # fmt: skip
"""The functions of the parser's library that ``native/serialise.c`` calls, less their ``lxb_``."""
_WHOLES = ("svg", "math", "template")
_SAMPLES = (b"a" * 1_237, b"b" * 2_741)
"""Texts by whose lengths and content it is told where in its nodes the parser keeps texts."""
_LARGEST_NODE = 160
"""Bytes of a text node that are searched for that: less than the parser asks the system for."""
_TRIED = (
    b"<!doctype html><p alt='<' title='>' name=& value='\"' content='\xc2\xa0\xc2\xa9' "
    b"style=\xe4\xb8\xad color='' hidden>"
    b"&lt;&nbsp;\xe4\xb8\xad<br open><x-y>\xc3\xa4</p><!--b--><a href='?c&d' src=e>f</a>"
    b"<svg a=b><a xlink:href=c /><title>d</title></svg><template><b>e</b></template><math>f</math>"
    b"<noscript><i>g</noscript><script>1<2"
)


class _Writer(NamedTuple):
    """What the compiled part is told of the parser: its functions, and numbers of names."""

    parts: ctypes.Array[ctypes.c_void_p]
    wholes: NDArray[np.uint64]

    def number(self, document: LexborNode, identities: NDArray[np.uint64]) -> list[int]:
        """Return the numbers of elements of a document, by what they are known by, ascending."""
        count = len(identities)
        numbers = np.empty(count, dtype=np.int64)
        call(
            "number_elements", ctypes.addressof(self.parts), document.mem_id,
            address(identities, np.uint64, count), count, address(numbers, np.int64, count),
        )  # fmt: skip
        found: list[int] = numbers.tolist()
        return found

    def write(self, node: LexborNode, out: NDArray[np.uint8]) -> int:
        """Write a node with what is in it; return how many bytes that are, if there were room."""
        return call(
            "serialise_document", ctypes.addressof(self.parts), node.mem_id,
            address(self.wholes, np.uint64, len(_WHOLES)), len(_WHOLES),
            address(out, np.uint8, len(out)), len(out),
        )  # fmt: skip


def serialised_tree(node: LexborNode, room: int) -> bytes:
    """Return a node with what is in it: about ``room`` bytes, or it is written twice.

    It is UTF-8 if what was parsed is. Attributes that nothing is read of may be left out.
    """
    writer = _writer()
    if writer is None:
        return _plain(node)
    size = room
    while True:
        out = np.empty(size, dtype=np.uint8)
        size = writer.write(node, out)
        if size <= len(out):
            break
    return out[:size].tobytes()


def numbered_elements(document: LexborNode, identities: Iterable[int]) -> dict[int, int]:
    """Return the numbers of elements, in document order from 1, by the ``mem_id`` of each."""
    writer = _writer()
    if writer is None:
        return {node.mem_id: number for number, node in enumerate(document.css("*"), 1)}
    known = sorted(identities)
    return dict(zip(known, writer.number(document, np.array(known, dtype=np.uint64)), strict=True))


def _text_place() -> int:
    """Return how many bytes behind the start of a text node its text is told: address and size.

    No function of the parser tells that, but for a copy. 0 where it is not found.
    """
    places = set(range(0, _LARGEST_NODE, _WORD))
    for sample in _SAMPLES:
        parser = LexborHTMLParser(b"<p>" + sample)
        around = parser.css_first("p")
        node = None if around is None else around.first_child
        if node is None:
            return 0
        words = (ctypes.c_size_t * (_LARGEST_NODE // _WORD + 1)).from_address(node.mem_id)
        places &= {
            _WORD * place
            for place, (start, size) in enumerate(pairwise(words))
            if size == len(sample) and start and ctypes.string_at(start, size) == sample
        }
    return min(places, default=0)


def _plain(node: LexborNode) -> bytes:
    return (node.html or "").encode("utf-8", "replace")


@cache
def _writer() -> _Writer | None:
    """Return how to write documents; None where the parser's library does not let us.

    What is written has to be what ``html`` says.
    """
    try:
        library = ctypes.CDLL(selectolax.lexbor.__file__)
        functions = [ctypes.cast(getattr(library, f"lxb_{part}"), _POINTER) for part in PARTS]
    except (AttributeError, OSError, TypeError):
        return None
    parser = LexborHTMLParser(_TRIED)
    document = None if parser.root is None else parser.root.parent
    wholes = [node.tag_id for node in map(parser.css_first, _WHOLES) if node is not None]
    if document is None or len(wholes) < len(_WHOLES):
        return None
    parts = (_POINTER * (len(PARTS) + 1))(*(part.value for part in functions), _text_place())
    writer = _Writer(parts, np.array(wholes, dtype=np.uint64))
    out = np.empty(1_000, dtype=np.uint8)
    size = writer.write(document, out)
    return writer if size <= len(out) and out[:size].tobytes() == _plain(document) else None

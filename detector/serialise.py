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
from typing import NamedTuple

import numpy as np
import selectolax.lexbor
from numpy.typing import NDArray
from selectolax.lexbor import LexborHTMLParser, LexborNode

from detector.kernel import address, call

__all__ = ["PARTS", "numbered_elements", "serialised_tree"]

_POINTER = ctypes.c_void_p

PARTS = (
    "html_serialize_tree_cb", "html_serialize_cb", "dom_node_type_noi", "dom_node_tag_id_noi",
    "html_node_is_void_noi", "dom_node_first_child_noi", "dom_node_next_noi",
    "dom_node_parent_noi", "dom_element_qualified_name", "dom_element_first_attribute_noi",
    "dom_element_next_attribute_noi", "dom_attr_qualified_name", "dom_attr_value_noi",
)  # fmt: skip
"""The functions of the parser's library that ``native/serialise.c`` calls, less their ``lxb_``."""
_WHOLES = ("svg", "math", "template")
_TRIED = (
    b"<!doctype html><p a='<' b='>' c=& d='\"' e='\xc2\xa0' f=\xe4\xb8\xad g='' h>"
    b"&lt;&nbsp;\xe4\xb8\xad<br x><x-y>\xc3\xa4</p><!--b-->"
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
    """Return a node with what is in it in UTF-8: about ``room`` bytes, or it is written twice."""
    writer = _writer()
    if writer is None:
        return _plain(node)
    size = room
    while True:
        out = np.empty(size, dtype=np.uint8)
        size = writer.write(node, out)
        if size <= len(out):
            break
    written = out[:size].tobytes()
    # Where a limit cut a character, the parser has what is left of it.
    if not call("is_utf8", written, size):
        written = written.decode("utf-8", "replace").encode()
    return written


def numbered_elements(document: LexborNode, identities: Iterable[int]) -> dict[int, int]:
    """Return the numbers of elements, in document order from 1, by the ``mem_id`` of each."""
    writer = _writer()
    if writer is None:
        return {node.mem_id: number for number, node in enumerate(document.css("*"), 1)}
    known = sorted(identities)
    return dict(zip(known, writer.number(document, np.array(known, dtype=np.uint64)), strict=True))


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
    parts = (_POINTER * len(PARTS))(*(function.value for function in functions))
    writer = _Writer(parts, np.array(wholes, dtype=np.uint64))
    out = np.empty(1_000, dtype=np.uint8)
    size = writer.write(document, out)
    return writer if size <= len(out) and out[:size].tobytes() == _plain(document) else None

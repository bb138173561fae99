"""A document as its parser writes it, straight into memory of ours.

The parser's own ``html`` is a string: what is written in UTF-8 is put together piece by piece, read
into code points and encoded again, which together takes longer than writing it. Its library hands
the pieces out as well (``native/serialise.c``), where it can be reached: the wheels for Linux and
macOS let it, those for Windows do not.
"""

from __future__ import annotations

import ctypes
from functools import cache

import numpy as np
import selectolax.lexbor
from selectolax.lexbor import LexborHTMLParser, LexborNode

from detector.kernel import address, call, loaded

__all__ = ["serialised_tree"]

_TRIED = b"<!doctype html><p id=a title='<&\xc2\xa0\">&lt;&nbsp;\xe4\xb8\xad</p><!--b--><script>1<2"


def serialised_tree(node: LexborNode, room: int) -> bytes:
    """Return a node with what is in it in UTF-8: about ``room`` bytes, or it is written twice."""
    writer = _writer()
    if writer is None:
        return _plain(node)
    size = room
    while True:
        out = np.empty(size + 1, dtype=np.uint8)
        size = call("serialise_tree", writer, node.mem_id, address(out, np.uint8, len(out)), size)
        if size < len(out):
            break
    written = out[:size].tobytes()
    # Where a limit cut a character, the parser has what is left of it.
    if not call("is_utf8", written, size):
        written = written.decode("utf-8", "replace").encode()
    return written


def _plain(node: LexborNode) -> bytes:
    return (node.html or "").encode("utf-8", "replace")


@cache
def _writer() -> int | None:
    """Return the address of the parser's ``lxb_html_serialize_tree_cb``; None where it has none.

    It has to write what ``html`` says.
    """
    try:
        library = ctypes.CDLL(selectolax.lexbor.__file__)
        writer = ctypes.cast(library.lxb_html_serialize_tree_cb, ctypes.c_void_p).value
    except (AttributeError, OSError, TypeError):
        return None
    root = LexborHTMLParser(_TRIED).root
    document = None if root is None else root.parent
    if writer is None or document is None:
        return None
    out = (ctypes.c_char * 1_000)()
    size = loaded()["serialise_tree"](writer, document.mem_id, ctypes.addressof(out), len(out))
    return writer if 0 <= size <= len(out) and out.raw[:size] == _plain(document) else None

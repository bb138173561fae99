"""Where pages come from: files, folders, standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from detector.decode import looks_binary

__all__ = ["PAGE_SUFFIXES", "Source", "read_sources"]

PAGE_SUFFIXES = frozenset(
    (".html", ".htm", ".xhtml", ".shtml", ".mhtml", ".php", ".asp", ".aspx", ".jsp", ".txt",
     ".text", ".md", "")
)  # fmt: skip
"""Endings of the files that are read from a folder; a file that is named is read whatever it is."""


class Source(NamedTuple):
    """One input: its name, and its bytes or the reason why there are none.

    ``notice`` says what was left out of ``data``, or "".
    """

    name: str
    data: bytes | None
    error: str = ""
    notice: str = ""


def read_sources(paths: Iterable[str], max_bytes: int) -> Iterator[Source]:
    """Yield the inputs that ``paths`` name: files, folders (recursively, sorted), ``-``.

    Reads at most ``max_bytes`` of each. Never raises for an input: its ``error`` says what was
    wrong.
    """
    for path in paths:
        if path == "-":
            # A program that is started without standard input has None.
            data = sys.stdin.buffer.read(max_bytes + 1) if sys.stdin else b""
            yield _source("-", data, max_bytes, None)
        elif os.path.isdir(path):
            found = False
            for name in _files(path):
                found = True
                yield _file(name, max_bytes)
            if not found:
                yield Source(path, None, "no pages in this folder")
        else:
            yield _file(path, max_bytes)


def _files(folder: str) -> Iterator[str]:
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = os.path.join(base, name)
            # A named pipe is read only when it is named: it may never end, or never start.
            if (
                not name.startswith(".")
                and Path(name).suffix.lower() in PAGE_SUFFIXES
                and not _is_stream(path)
            ):
                yield path


def _file(name: str, max_bytes: int) -> Source:
    try:
        if not os.path.isfile(name) and os.path.exists(name) and not _is_stream(name):
            return Source(name, None, "not a regular file")
        with open(name, "rb") as stream:
            data = stream.read(max_bytes + 1)
            size = os.fstat(stream.fileno()).st_size
    except FileNotFoundError:
        return Source(name, None, "no such file or folder")
    except PermissionError:
        return Source(name, None, "no permission to read it")
    except (OSError, ValueError) as error:
        return Source(name, None, f"cannot be read: {getattr(error, 'strerror', None) or error}")
    return _source(name, data, max_bytes, size)


def _is_stream(name: str) -> bool:
    return Path(name).is_fifo()


def _source(name: str, data: bytes, max_bytes: int, size: int | None) -> Source:
    if not data.strip():
        return Source(name, None, "empty, nothing to score")
    if looks_binary(data):
        return Source(name, None, "binary data, not a page")
    notice = ""
    if len(data) > max_bytes:
        data = data[:max_bytes]
        whole = f" of {size / 1e6:.1f} MB" if size and size > max_bytes else ""
        notice = f"only the first {max_bytes / 1e6:.1f} MB{whole} were scored"
    return Source(name, data, "", notice)

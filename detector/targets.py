"""Where stripped pages go: standard output, or a folder in which no input is overwritten."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from detector.sources import Source

__all__ = ["Target", "Targets", "whole_file", "write_file"]


class Target(NamedTuple):
    """Where one page goes: a file, standard output (None), or nowhere, for the reason given."""

    path: Path | None
    error: str = ""


class Targets:
    """Tells for each input where its page goes.

    A file goes to its name in the folder ``out``, a page of a folder to its path within that
    folder. Raises ``ValueError`` where ``paths`` do not go together with ``out``.
    """

    def __init__(self, paths: Sequence[str], out: Path | None) -> None:
        self._out = out
        self._taken: dict[str, str] = {}
        self._inputs = {os.path.realpath(path): path for path in paths if path != "-"}
        if not paths:
            raise ValueError("name a file or folder, or - for standard input")
        if out is None:
            if len(paths) > 1 or os.path.isdir(paths[0]):
                raise ValueError("several pages need a folder to go to: add --out DIR")
            return
        if "-" in paths:
            raise ValueError("a page from standard input goes to standard output: leave out --out")
        if out.exists() and not out.is_dir():
            raise ValueError(f"--out must be a folder: {str(out)!r} is a file")
        for path in paths:
            if os.path.isdir(path) and self._is_input(os.path.realpath(out)):
                raise ValueError(f"--out must not lie in an input: {str(out)!r} is in {path!r}")

    def of(self, path: str, source: Source) -> Target:
        """Return where the page of ``source`` goes, one of the inputs that ``path`` names."""
        if self._out is None:
            return Target(None)
        folder = os.path.isdir(path)
        name = os.path.relpath(source.name, path) if folder else os.path.basename(source.name)
        target = self._out / name
        real = os.path.realpath(target)
        if self._is_input(real):
            return Target(None, f"would overwrite an input, {str(target)!r}: choose another --out")
        if real in self._taken:
            return Target(None, f"has the same name in --out as {self._taken[real]!r}")
        self._taken[real] = source.name
        return Target(target)

    def _is_input(self, real: str) -> bool:
        while real not in self._inputs:
            above = os.path.dirname(real)
            if above == real:
                return False
            real = above
        return True


@contextmanager
def whole_file(path: Path, folder: Path) -> Iterator[Path]:
    """Give the name of a file in ``folder`` that becomes ``path`` in the end, unless that fails.

    ``folder`` is on the file system of ``path``. Raises OSError.
    """
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{path.name[:100]}.", suffix=".tmp")
    os.close(handle)
    try:
        yield Path(name)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)  # as open() would have made it
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def write_file(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` as a whole or not at all; its folder is made. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, path.parent) as unfinished:
        unfinished.write_bytes(data)

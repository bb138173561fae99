"""Archives of packages, read as data: wheels, sdists, npm tarballs and Debian packages.

Nothing in an archive is ever executed or installed. Members come in the order of the archive,
which is fixed because archives are pinned by hash.
"""

from __future__ import annotations

import gzip
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO

__all__ = ["ArchiveError", "Member", "members"]

MAX_MEMBER_BYTES = 1 << 28
"""Members larger than this are refused: no corpus needs them, and a bomb would fill the memory."""

Member = tuple[str, bytes]


class ArchiveError(RuntimeError):
    """An archive could not be read: it is none, it is malformed, or a needed tool is missing."""


def _wanted(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether ``name`` matches a pattern and none of the patterns that start with ``!``."""
    if any(fnmatchcase(name, p[1:]) for p in patterns if p.startswith("!")):
        return False
    positive = [p for p in patterns if not p.startswith("!")]
    return not positive or any(fnmatchcase(name, p) for p in positive)


def members(archive: Path, patterns: str = "") -> Iterator[Member]:
    """Yield (name, content) of the archive's members in the archive's own order.

    ``patterns`` is a list of shell patterns separated by ``;`` (``*`` also crosses ``/``); those
    with a leading ``!`` exclude. Raises :class:`ArchiveError` when the file is no archive.
    """
    wanted = tuple(p for p in patterns.split(";") if p)
    try:
        if archive.suffix in {".whl", ".zip"}:
            yield from _zip_members(archive, wanted)
        elif archive.suffix == ".deb":
            yield from _deb_members(archive, wanted)
        else:
            with archive.open("rb") as stream:
                yield from _tar_members(stream, "r|*", wanted)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, gzip.BadGzipFile) as error:
        raise ArchiveError(f"{archive.name} cannot be read as an archive: {error}") from error


def _zip_members(archive: Path, wanted: tuple[str, ...]) -> Iterator[Member]:
    with zipfile.ZipFile(archive) as bundle:
        for info in bundle.infolist():
            if not info.is_dir() and _wanted(info.filename, wanted):
                if info.file_size > MAX_MEMBER_BYTES:
                    raise ArchiveError(f"{archive.name}: {info.filename} is too large")
                yield info.filename, bundle.read(info)


def _tar_members(stream: IO[bytes], mode: str, wanted: tuple[str, ...]) -> Iterator[Member]:
    with tarfile.open(fileobj=stream, mode=mode) as bundle:  # type: ignore[call-overload]
        for info in bundle:
            name = info.name.removeprefix("./")
            if info.isfile() and _wanted(name, wanted):
                if info.size > MAX_MEMBER_BYTES:
                    raise ArchiveError(f"{name} is too large")
                content = bundle.extractfile(info)
                if content is not None:
                    yield name, content.read()


def _deb_members(archive: Path, wanted: tuple[str, ...]) -> Iterator[Member]:
    """Stream a Debian package's files through ``dpkg-deb``, which only Debian systems have."""
    try:
        process = subprocess.Popen(
            ["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE
        )
    except FileNotFoundError as error:
        raise ArchiveError(f"{archive.name}: dpkg-deb is needed to read it") from error
    assert process.stdout is not None
    with process:
        yield from _tar_members(process.stdout, "r|", wanted)
        process.stdout.read()  # drain, so that dpkg-deb does not die of a broken pipe

"""Shards: the files that a scan reads, each the work of one process and the source of one part.

A shard is a file of many pages (JSON Lines, Parquet, WARC, WET), or up to ``PAGES_A_SHARD`` files
of one page each that lie in the same folder.
"""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Literal, NamedTuple, cast

from detector.sources import PAGE_SUFFIXES
from detector.urls import file_system, is_glob, is_url

__all__ = ["PAGES_A_SHARD", "Plan", "Shard", "ShardFormat", "open_input", "plan_shards"]

ShardFormat = Literal["pages", "jsonl", "parquet", "warc"]
PAGES_A_SHARD = 1_000
_FORMATS: dict[str, ShardFormat] = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".parquet": "parquet",
    ".pq": "parquet", ".warc": "warc", ".wet": "warc",
}  # fmt: skip
_COMPRESSED = frozenset((".gz", ".zst"))
_LONGEST_NAME = 80
_NOTHING = "no such file or folder, or nothing in it"


class Shard(NamedTuple):
    """Files to scan together.

    ``name`` is the absolute path or the URL of the file, for page files that of their folder and a
    number.
    ``size`` is in bytes. ``fingerprint`` changes when a file does (size, time of change).
    """

    name: str
    format: ShardFormat
    files: tuple[str, ...]
    size: int
    fingerprint: str

    @property
    def part(self) -> str:
        """The name of the part, without its suffix: readable, and different for each shard."""
        digest = hashlib.sha256(self.name.encode("utf-8", "surrogateescape")).hexdigest()[:10]
        name = re.sub(r"[^A-Za-z0-9._-]+", "_", PurePosixPath(self.name).name)[-_LONGEST_NAME:]
        return f"part-{name.lstrip('.')}-{digest}"


class Plan(NamedTuple):
    """The shards of a scan, the largest first, and what was wrong with inputs: (name, reason).

    ``passed`` counts, by suffix, files of folders that are of no known format.
    """

    shards: list[Shard]
    errors: list[tuple[str, str]]
    passed: dict[str, int]


class _File(NamedTuple):
    name: str
    size: int
    changed: str


def plan_shards(inputs: Iterable[str]) -> Plan:
    """Return the shards that ``inputs`` name: files, folders, globs, fsspec URLs of any of these.

    Of a folder all files of a known suffix are taken, at any depth, hidden ones left out; a file
    that is named and has no known suffix is a page. An input that does not exist is one of
    ``Plan.errors``. Raises :class:`MissingPackageError` for a URL without fsspec.
    """
    shards: dict[str, Shard] = {}
    errors: list[tuple[str, str]] = []
    passed: dict[str, int] = {}
    pages: dict[str, _File] = {}
    for name in inputs:
        try:
            found, named = _files(name)
        except FileNotFoundError:
            errors.append((name, _NOTHING))
            continue
        except (OSError, ValueError) as error:
            errors.append((name, f"cannot be read: {getattr(error, 'strerror', None) or error}"))
            continue
        if not found:
            errors.append((name, _NOTHING))
        for file in found:
            form, suffix = _format(file.name)
            if form is None and not named and suffix not in PAGE_SUFFIXES:
                passed[suffix] = passed.get(suffix, 0) + 1
            elif form is None:
                pages[file.name] = file
            else:
                print_of = f"{file.size} {file.changed}"
                shards[file.name] = Shard(file.name, form, (file.name,), file.size, print_of)
    for shard in _page_shards(pages.values()):
        shards[shard.name] = shard
    # What takes longest is begun first, so that no worker ends long after the others.
    ordered = sorted(shards.values(), key=lambda shard: (-shard.size, shard.name))
    return Plan(ordered, errors, passed)


def _format(name: str) -> tuple[ShardFormat | None, str]:
    """Return the format of a file of many pages, and the suffix that told."""
    path = PurePosixPath(name.lower())
    suffix = path.suffix
    if suffix in _COMPRESSED:
        inner = PurePosixPath(path.stem).suffix
        form = _FORMATS.get(inner)
        return (None if form == "parquet" else form), inner + suffix
    return _FORMATS.get(suffix), suffix


def _page_shards(files: Iterable[_File]) -> Iterator[Shard]:
    folders: dict[str, list[_File]] = {}
    for file in files:
        folders.setdefault(str(PurePosixPath(file.name).parent), []).append(file)
    for folder, own in folders.items():
        own.sort()
        for start in range(0, len(own), PAGES_A_SHARD):
            some = own[start : start + PAGES_A_SHARD]
            told = "\n".join(f"{file.name} {file.size} {file.changed}" for file in some)
            yield Shard(
                f"{folder}/pages-{start // PAGES_A_SHARD + 1}",
                "pages",
                tuple(file.name for file in some),
                sum(file.size for file in some),
                hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:16],
            )


def _files(name: str) -> tuple[list[_File], bool]:
    """Return the files that an input stands for, and whether it names a file itself."""
    if is_url(name):
        return _remote(name)
    if os.path.isdir(name):
        return [_local(path) for path in _walk(name)], False
    if os.path.exists(name):
        return [_local(name)], True
    if not is_glob(name):
        return [], True
    found: list[str] = []
    for path in sorted(glob.glob(name, recursive=True)):
        found += _walk(path) if os.path.isdir(path) else [path]
    return [_local(path) for path in found], False


def _walk(folder: str) -> Iterator[str]:
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = os.path.join(base, name)
            if not name.startswith(".") and os.path.isfile(path):
                yield path


def _local(path: str) -> _File:
    # The same name in another folder is another shard, and workers may run in another folder.
    path = os.path.abspath(path)
    told = os.stat(path)
    return _File(path, told.st_size, str(told.st_mtime_ns))


def _remote(url: str) -> tuple[list[_File], bool]:
    system, path = file_system(url)
    if is_glob(path):
        told, named = system.glob(path, detail=True), False
    else:
        info = system.info(path)
        named = info["type"] == "file"
        told = {path: info} if named else system.find(path, detail=True)
    files = [
        _File(system.unstrip_protocol(name), int(info.get("size") or 0), _changed(info))
        for name, info in sorted(told.items())
        if info.get("type", "file") == "file"
    ]
    return files, named


def _changed(info: dict[str, Any]) -> str:
    names = ("ETag", "etag", "mtime", "LastModified", "last_modified", "updated", "created")
    return str(next((info[name] for name in names if info.get(name)), ""))


def open_input(name: str) -> BinaryIO:
    """Open a file of a shard, by path or fsspec URL, for reading. Raises OSError."""
    if is_url(name):
        system, path = file_system(name)
        return cast("BinaryIO", system.open(path, "rb"))
    return open(name, "rb")

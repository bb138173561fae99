"""Folders that results go to, of this machine or elsewhere: files appear in them whole."""

from __future__ import annotations

import os
import posixpath
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from detector.errors import DetectorError, InputError
from detector.targets import whole_file
from detector.urls import file_system, is_glob, is_url

__all__ = ["Folder", "LocalFolder", "RemoteFolder", "folder_of"]


class Folder(Protocol):
    """A folder, and folders inside of it. Names in it have ``/`` in between. Cheap to pickle.

    All raise OSError for what goes wrong, ``FileNotFoundError`` where there is no such file.
    """

    @property
    def patience(self) -> float:
        """Seconds to leave between looks at what changes, which cost more elsewhere."""

    @property
    def place(self) -> str:
        """The real path, or the URL, by which places are compared."""

    def make(self, inner: str) -> None:
        """Make the folder, and ``inner`` in it, unless they are there."""

    def names(self, inner: str = "") -> set[str]:
        """Return the names of the files in it, or in ``inner``; none where there is no folder."""

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading."""

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return what files hold, by name, those that can be read."""

    def write(self, name: str, data: bytes) -> None:
        """Write a file, which may be seen unfinished."""

    def whole(self, name: str, aside: str) -> AbstractContextManager[Path]:
        """Give the path of a local file that becomes ``name`` in the end, unless that fails.

        It appears as a whole or not at all; until then it may stand in the folder ``aside``.
        """

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, where they are there."""


def folder_of(name: str | Path) -> Folder:
    """Return the folder that a path or a URL names. Raises :class:`InputError` for a wrong URL."""
    if not is_url(str(name)):
        return LocalFolder(Path(os.path.abspath(name)))
    url = str(name)
    if is_glob(url):
        raise InputError(f"{url} does not name one folder: leave out * ? [")
    try:
        system, path = file_system(url)
    except (OSError, ValueError) as error:
        raise InputError(f"{url}: {error}") from error
    from fsspec.implementations.local import LocalFileSystem

    return LocalFolder(Path(path)) if isinstance(system, LocalFileSystem) else RemoteFolder(url)


@dataclass(frozen=True)
class LocalFolder:
    """A folder of this machine."""

    path: Path
    patience = 0.0

    def __str__(self) -> str:
        return str(self.path)

    @property
    def place(self) -> str:
        """See :class:`Folder`, as for all that follows."""
        return os.path.realpath(self.path)

    def make(self, inner: str) -> None:
        (self.path / inner).mkdir(parents=True, exist_ok=True)

    def names(self, inner: str = "") -> set[str]:
        try:
            with os.scandir(self.path / inner) as entries:
                return {entry.name for entry in entries if entry.is_file()}
        except (FileNotFoundError, NotADirectoryError):
            return set()

    def open(self, name: str) -> BinaryIO:
        return (self.path / name).open("rb")

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        found = {}
        for name in names:
            with suppress(OSError):
                found[name] = (self.path / name).read_bytes()
        return found

    def write(self, name: str, data: bytes) -> None:
        (self.path / name).write_bytes(data)

    def whole(self, name: str, aside: str) -> AbstractContextManager[Path]:
        return whole_file(self.path / name, self.path / aside)

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            (self.path / name).unlink(missing_ok=True)


@dataclass(frozen=True)
class RemoteFolder:
    """A folder that fsspec knows by ``url``.

    Files are written here first, then under another name there, and then moved: a file system
    renames them, an object store copies them within itself, and either makes them appear whole.
    """

    url: str
    patience = 15.0

    def __str__(self) -> str:
        return self.url

    def __getstate__(self) -> dict[str, Any]:
        return {"url": self.url}  # file systems are opened where they are used

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        return file_system(self.url)

    @property
    def _system(self) -> Any:
        return self._opened[0]

    def _path(self, name: str = "") -> str:
        return posixpath.join(self._opened[1], name) if name else self._opened[1]

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Say where it failed. File systems fail in their own ways."""
        try:
            yield
        except (FileNotFoundError, DetectorError):
            raise
        except Exception as error:
            raise OSError(f"{self.url}: {error or type(error).__name__}") from error

    @property
    def place(self) -> str:
        """See :class:`Folder`, as for all that follows."""
        return str(self._system.unstrip_protocol(self._path())).rstrip("/")

    def make(self, inner: str) -> None:
        with self._failing():
            if self._system.isfile(self._path()):
                raise NotADirectoryError("is a file")
            self._system.makedirs(self._path(inner), exist_ok=True)

    def names(self, inner: str = "") -> set[str]:
        path = self._path(inner)
        with self._failing():
            self._system.invalidate_cache(path)  # others write there
            try:
                found = self._system.ls(path, detail=True)
            except (FileNotFoundError, NotADirectoryError):
                return set()
        # A file is listed as itself.
        own = path.strip("/")
        names = [info["name"] for info in found if info["type"] == "file"]
        return {posixpath.basename(name) for name in names if name.strip("/") != own}

    def open(self, name: str) -> BinaryIO:
        with self._failing():
            return cast("BinaryIO", self._system.open(self._path(name), "rb"))

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        paths = {self._path(name).strip("/"): name for name in names}
        if not paths:
            return {}
        with self._failing():
            # All at once, where the file system can.
            found = self._system.cat([self._path(name) for name in paths.values()], on_error="omit")
        return {paths[path.strip("/")]: data for path, data in found.items()}

    def write(self, name: str, data: bytes) -> None:
        with self._failing():
            self._system.pipe_file(self._path(name), data)

    @contextmanager
    def whole(self, name: str, aside: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="detector-") as here:
            local = Path(here) / posixpath.basename(name)
            yield local
            unfinished = self._path(f"{aside}/{local.name}.{uuid.uuid4().hex[:8]}.tmp")
            with self._failing():
                try:
                    self._system.put_file(str(local), unfinished)
                    # Not everything that renames a file replaces another.
                    if self._system.exists(self._path(name)):
                        self._system.rm_file(self._path(name))
                    self._system.mv(unfinished, self._path(name))
                except BaseException:
                    with suppress(Exception):
                        self._system.rm_file(unfinished)
                    raise

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            with self._failing(), suppress(FileNotFoundError):
                self._system.rm_file(self._path(name))

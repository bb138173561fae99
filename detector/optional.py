"""Packages that only some uses need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from detector.errors import DetectorError

__all__ = ["MissingPackageError", "needs"]


class MissingPackageError(DetectorError, ImportError):
    """A package of an optional extra is not installed; the message says which extra has it."""


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Import inside of this what the extra ``extra`` of this distribution installs.

    Raises :class:`MissingPackageError` where it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingPackageError(
            f"this needs the package {error.name!r}, which is not installed; "
            f"pip install 'seo-injection-detector[{extra}]'"
        ) from error

"""Files and folders elsewhere, by URLs that fsspec knows."""

from __future__ import annotations

import re
from typing import Any

from detector.errors import InputError
from detector.optional import needs

__all__ = ["file_system", "is_glob", "is_url"]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_GLOB = re.compile(r"[*?\[]")


def is_url(name: str) -> bool:
    """Say whether ``name`` is a URL rather than a path."""
    return _URL.match(name) is not None


def is_glob(name: str) -> bool:
    """Say whether ``name`` may stand for several files."""
    return _GLOB.search(name) is not None


def file_system(url: str) -> tuple[Any, str]:
    """Return the fsspec file system of ``url``, and its path there.

    Raises OSError or ValueError for one that cannot be opened, :class:`InputError` for a protocol
    whose package is not installed, :class:`MissingPackageError` without fsspec.
    """
    with needs("scan"):
        import fsspec
    try:
        system, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise InputError(f"{url}: {error}") from error
    except (OSError, ValueError):
        raise
    except Exception as error:  # each has its own
        raise ValueError(str(error) or type(error).__name__) from error
    return system, path

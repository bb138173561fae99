"""Work in forked processes, results in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from typing import Any, TypeVar

__all__ = ["in_order"]

T = TypeVar("T")


def in_order(work: Callable[..., T], calls: Sequence[tuple[Any, ...]], jobs: int) -> Iterator[T]:
    """Yield ``work(*call)`` for each of ``calls``, in order, computed in forked processes.

    Forked, because the workers read gigabytes of articles and tables that are not to be copied.
    """
    with get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(partial(_apply, work), calls)


def _apply(work: Callable[..., T], call: tuple[Any, ...]) -> T:
    return work(*call)

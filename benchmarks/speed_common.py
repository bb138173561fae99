"""What the tables of speed share: pages to measure with, and how time is taken."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

__all__ = ["EXAMPLES", "ROUNDS", "SIZE", "Work", "each", "milliseconds", "pages_of_size"]

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SIZE = 80_000
ROUNDS = 5

Work = Callable[[list[bytes]], object]


def pages_of_size(size: int) -> list[bytes]:
    """Return the clean examples, each with its body repeated, or cut, up to ``size`` bytes."""
    pages = []
    for path in sorted(EXAMPLES.glob("clean-*.html")):
        head, _, rest = path.read_bytes().partition(b"<body")
        body, _, tail = rest.partition(b"</body>")
        attributes, _, body = body.partition(b">")
        room = max(0, size - len(head))
        copies = body * (room // len(body)) or body[:room].decode("utf-8", "ignore").encode()
        pages.append(head + b"<body" + attributes + b">" + copies + b"</body>" + tail)
    return pages


def each(work: Callable[[bytes], object]) -> Work:
    """Return ``work`` done for one page after the other."""
    return lambda pages: [work(page) for page in pages]


def milliseconds(work: Work, pages: Sequence[bytes], rounds: int = ROUNDS) -> float:
    """Return the median over ``rounds`` of the mean CPU time of one page."""
    pages = list(pages)
    work(pages[:2])
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        work(pages)
        spent.append((time.process_time() - start) / len(pages) * 1000)
    return statistics.median(spent)

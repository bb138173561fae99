"""Whether time grows with the size of a page and no faster: cost of a kilobyte, 1 KB to 10 MB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.table import Table

from benchmarks.speed_common import each, milliseconds, pages_of_size
from detector import Detector
from detector.config import DEFAULT_CONFIG

__all__ = ["SIZES", "sizes_table"]

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_UNLIMITED = {
    name: 1 << 30
    for name in ("max_bytes", "max_nodes", "max_characters", "max_segments", "max_links")
}
_PAGES = 3
_LONG, _ROUNDS_OF_LONG = 500_000, 2


def sizes_table(detector: Detector, sizes: Sequence[int], rounds: int) -> Table:
    """Measure ``score`` on clean examples, repeated or cut up to each of ``sizes`` bytes.

    Limits are raised, so that the whole page is read; what the usual ones make of it stands beside.
    """
    whole = Detector(detector.model, detector.threshold, replace(DEFAULT_CONFIG, **_UNLIMITED))
    table = Table(title="score, by the size of a page")
    for name in ("KB", "ms a page", "ms a KB", "with limits, ms"):
        table.add_column(name, justify="right")
    table.add_column("cut by")
    for size in sizes:
        pages = pages_of_size(size)[:_PAGES]
        often = rounds if size < _LONG else min(rounds, _ROUNDS_OF_LONG)
        kilobytes = sum(map(len, pages)) / len(pages) / 1000
        spent = milliseconds(each(whole.score), pages, often)
        cut = {name for page in pages for name in detector.score(page).truncated}
        limited = milliseconds(each(detector.score), pages, often) if cut else spent
        table.add_row(
            f"{kilobytes:,.1f}", f"{spent:,.2f}", f"{spent / kilobytes:.3f}", f"{limited:,.2f}",
            ", ".join(sorted(cut)),
        )  # fmt: skip
    return table

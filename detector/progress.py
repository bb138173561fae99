"""The progress of a scan on a terminal: shards, pages a second, findings."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from detector.bulk import Counts, Settings, outcomes
from detector.shards import Shard

__all__ = ["showing"]

_EVERY = 1.0


@contextmanager
def showing(shards: Sequence[Shard], settings: Settings) -> Iterator[None]:
    """Show on standard error how far ``shards`` are while they are scanned, if it is a terminal.

    Looks at the state in the folder of the scan, so that it does not matter who works on it.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    done = threading.Event()
    columns = (
        TextColumn("scan"), BarColumn(), MofNCompleteColumn(), TextColumn("shards"),
        TextColumn("{task.fields[told]}"), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("scan", total=len(shards), told="")
        start = time.monotonic()
        finished: dict[str, Counts] = {}

        def look() -> None:
            while not done.wait(max(_EVERY, settings.out.patience)):
                with suppress(OSError):  # another time
                    known = [*outcomes(settings, shards, finished), *finished.values()]
                    pages = sum(counts.pages for counts in known)
                    spam = sum(counts.spam for counts in known)
                    rate = pages / (time.monotonic() - start)
                    told = f"{pages:,} pages, {rate:,.0f} pages/s, {spam:,} flagged"
                    progress.update(task, completed=len(finished), told=told)

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

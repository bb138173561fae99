"""Speed and memory of ``detector scan``: ``python -m benchmarks.scan [--pages N] [--shards N]``.

Writes gzipped WARC files into a temporary folder: the pages of the examples, every other one
repeated in its body up to 80 KB, and scans them with one process and with one for each core. Then
one file of all pages, which tells whether memory depends on the size of a shard.

``--gigabytes N`` writes one file that unpacks to so much (``--form jsonl``: JSON Lines), scans it
in one process, and prints the most memory that this has held so far, as it goes on (Linux).
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType
from rich.console import Console
from rich.table import Table

from benchmarks.speed_common import EXAMPLES, SIZE, pages_of_size

_EVERY = 0.1  # seconds
_MARKS = (0.0, 0.05, 0.25, 0.5, 0.75)  # shares of the pages, when memory is told


def write_warc(path: Path, pages: Iterable[bytes]) -> None:
    """Write ``pages`` as HTTP responses, a gzip member each."""
    with path.open("wb") as stream:
        for number, page in enumerate(pages):
            record = WarcRecord()
            record.init_headers(record_type=WarcRecordType.response)
            record.headers["WARC-Target-URI"] = _url(number)
            record.headers["WARC-Date"] = "2026-01-02T03:04:05Z"
            record.headers["Content-Type"] = "application/http; msgtype=response"
            record.set_bytes_content(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page)
            writer = GzipWriter(stream, compression_level=1)
            record.write(writer)
            writer.finish()


def write_jsonl(path: Path, pages: Iterable[bytes]) -> None:
    """Write ``pages`` as gzipped JSON Lines."""
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as stream:
        for number, page in enumerate(pages):
            row = {"url": _url(number), "html": page.decode("utf-8", "replace")}
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _url(number: int) -> str:
    return f"https://h{number % 97}.example/{number}"


def _pages() -> list[bytes]:
    examples = [path.read_bytes() for path in sorted(EXAMPLES.glob("*.html"))]
    large = pages_of_size(SIZE)
    return [page for pair in zip(examples, itertools.cycle(large)) for page in pair]


def _command(crawl: Path, out: Path, jobs: int) -> list[str]:
    command = [sys.executable, "-m", "detector", "scan", str(crawl), "--out", str(out)]
    return [*command, "--jobs", str(jobs)]


def scan(crawl: Path, out: Path, jobs: int) -> tuple[float, float, float]:
    """Scan ``crawl``; return seconds, CPU seconds, and MB of the largest process."""
    start = time.monotonic()
    process = subprocess.Popen(_command(crawl, out, jobs), stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0  # waited for already
    spent = usage.ru_utime + usage.ru_stime
    return time.monotonic() - start, spent, usage.ru_maxrss / 1024


def speed_table(folder: Path, count: int, wanted: int) -> Table:
    """Measure the scan of ``wanted`` pages in ``count`` files, and in one."""
    shards, whole = folder / "shards", folder / "whole"
    shards.mkdir()
    whole.mkdir()
    pages = _pages()
    each = wanted // count
    for number in range(count):
        write_warc(shards / f"{number}.warc.gz", itertools.islice(itertools.cycle(pages), each))
    size = sum(path.stat().st_size for path in shards.iterdir()) / 1e6
    mean = sum(map(len, pages)) / len(pages) / 1e3
    table = Table(title=f"{each * count:,} pages of {mean:.0f} KB, {size:.0f} MB gzipped")
    for column in ("files", "processes", "seconds", "CPU s", "pages/s", "speed-up", "MB, largest"):
        table.add_column(column, justify="right")
    write_warc(whole / "x.warc.gz", itertools.islice(itertools.cycle(pages), each * count))
    for files, crawl in ((count, shards), (1, whole)):
        first = 0.0
        for jobs in (1, os.cpu_count() or 1):
            seconds, spent, megabytes = scan(crawl, folder / f"out-{files}-{jobs}", jobs)
            first = first or seconds
            table.add_row(
                str(files), str(jobs), f"{seconds:.1f}", f"{spent:.1f}",
                f"{each * count / seconds:,.0f}", f"{first / seconds:.2f}", f"{megabytes:.0f}",
            )  # fmt: skip
    return table


class Held(NamedTuple):
    """The most memory that a process has held until it had scanned so many pages."""

    pages: int
    seconds: float
    megabytes: float


def memory_table(folder: Path, form: str, gigabytes: float) -> Table:
    """Measure the memory of the scan of one file that unpacks to ``gigabytes``."""
    pages = _pages()
    size = sum(map(len, pages)) / len(pages) / 1e9
    count = max(1, round(gigabytes / size))
    crawl = folder / f"x.{form}.gz"
    write = write_jsonl if form == "jsonl" else write_warc
    write(crawl, itertools.islice(itertools.cycle(pages), count))
    told = list(watched_scan(crawl, folder / "out", count))
    packed = crawl.stat().st_size / 1e6
    table = Table(
        title=f"{crawl.name}: {count:,} pages, {count * size:.2f} GB, {packed:.0f} MB packed",
        min_width=60,
    )
    for column in ("pages", "GB", "seconds", "MB, most so far"):
        table.add_column(column, justify="right")
    for held in told:
        table.add_row(
            f"{held.pages:,}", f"{held.pages * size:.2f}", f"{held.seconds:.1f}",
            f"{held.megabytes:.0f}",
        )  # fmt: skip
    return table


def watched_scan(crawl: Path, out: Path, count: int) -> Iterator[Held]:
    """Scan one file of ``count`` pages; tell of the start, of some stages, and of the end."""
    start = time.monotonic()
    process = subprocess.Popen(_command(crawl, out, 1), stderr=subprocess.DEVNULL)
    last = Held(0, 0.0, 0.0)
    due = [max(1, round(mark * count)) for mark in _MARKS]
    while process.poll() is None:
        pages = _scanned(out)
        # A process that has ended and was not waited for has no memory.
        with contextlib.suppress(OSError, StopIteration):
            status = Path(f"/proc/{process.pid}/status").read_text()
            peak = next(re.finditer(r"VmHWM:\s+(\d+) kB", status))
            last = Held(max(pages, last.pages), time.monotonic() - start, int(peak[1]) / 1024)
        if due and pages >= due[0]:
            yield last
            due = [number for number in due if number > pages]
        time.sleep(_EVERY)
    if not any(out.glob("part-*")):
        raise RuntimeError(f"the scan failed with exit status {process.returncode}")
    yield last._replace(pages=count)


def _scanned(out: Path) -> int:
    """Return how many pages the scan says that it has done, 0 before the first second."""
    for path in (out / "_scan").glob("*.now"):
        with contextlib.suppress(OSError, ValueError):
            return int(json.loads(path.read_text(encoding="utf-8"))["pages"])
    return 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=8_000)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--gigabytes", type=float, help="measure memory alone, over so much")
    parser.add_argument("--form", choices=("warc", "jsonl"), default="warc")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if wanted.gigabytes is None:
            table = speed_table(folder, wanted.shards, wanted.pages)
        else:
            table = memory_table(folder, wanted.form, wanted.gigabytes)
        Console(width=100).print(table)


if __name__ == "__main__":
    main()

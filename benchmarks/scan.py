"""Speed and memory of ``detector scan``: ``python -m benchmarks.scan [--pages N] [--shards N]``.

Writes gzipped WARC files into a temporary folder: the pages of the examples, every other one
repeated in its body up to 80 KB, and scans them with one process and with one for each core. Then
one file of all pages, which tells whether memory depends on the size of a shard.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType
from rich.console import Console
from rich.table import Table

from benchmarks.speed_common import EXAMPLES, SIZE, pages_of_size


def write_warc(path: Path, pages: Iterable[bytes]) -> None:
    """Write ``pages`` as HTTP responses, a gzip member each."""
    with path.open("wb") as stream:
        for number, page in enumerate(pages):
            record = WarcRecord()
            record.init_headers(record_type=WarcRecordType.response)
            record.headers["WARC-Target-URI"] = f"https://h{number % 97}.example/{number}"
            record.headers["WARC-Date"] = "2026-01-02T03:04:05Z"
            record.headers["Content-Type"] = "application/http; msgtype=response"
            record.set_bytes_content(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page)
            writer = GzipWriter(stream, compression_level=1)
            record.write(writer)
            writer.finish()


def scan(crawl: Path, out: Path, jobs: int) -> tuple[float, float, float]:
    """Scan ``crawl``; return seconds, CPU seconds, and MB of the largest process."""
    command = [sys.executable, "-m", "detector", "scan", str(crawl), "--out", str(out)]
    start = time.monotonic()
    process = subprocess.Popen([*command, "--jobs", str(jobs)], stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    spent = usage.ru_utime + usage.ru_stime
    return time.monotonic() - start, spent, usage.ru_maxrss / 1024


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=8_000)
    parser.add_argument("--shards", type=int, default=8)
    wanted = parser.parse_args()
    count = wanted.shards
    examples = [path.read_bytes() for path in sorted(EXAMPLES.glob("*.html"))]
    large = pages_of_size(SIZE)
    pages = [page for pair in zip(examples, itertools.cycle(large)) for page in pair]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shards, whole = folder / "shards", folder / "whole"
        shards.mkdir()
        whole.mkdir()
        each = wanted.pages // count
        for number in range(count):
            own = itertools.islice(itertools.cycle(pages), each)
            write_warc(shards / f"{number}.warc.gz", own)
        size = sum(path.stat().st_size for path in shards.iterdir()) / 1e6
        mean = sum(map(len, pages)) / len(pages) / 1e3
        table = Table(title=f"{each * count:,} pages of {mean:.0f} KB, {size:.0f} MB gzipped")
        names = ("files", "processes", "seconds", "CPU s", "pages/s", "speed-up", "MB, largest")
        for column in names:
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
        Console(width=100).print(table)


if __name__ == "__main__":
    main()

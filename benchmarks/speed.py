"""Speed of scoring on one core: ``python -m benchmarks.speed [FOLDER of HTML files]``.

Without a folder it scores 80 KB pages put together from the examples: the document of a clean
page, its body repeated until the page is that large. Prints medians over several rounds: how long
a page takes, where that goes, how it grows with the page, and how long others take.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from selectolax.lexbor import LexborHTMLParser

from benchmarks.speed_common import (
    EXAMPLES,
    ROUNDS,
    SIZE,
    Work,
    each,
    milliseconds,
    pages_of_size,
)
from benchmarks.speed_peers import Detected, peers_table
from benchmarks.speed_profile import profile_table
from benchmarks.speed_sizes import SIZES, sizes_table
from detector import Detector
from detector.decode import decode
from detector.extract import extract
from detector.scoring import read_page

_TEXT = 2_700  # characters


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--size", type=int, default=SIZE, help="bytes of the pages made")
    parser.add_argument("--largest", type=int, default=max(SIZES), help="bytes of the largest page")
    wanted = parser.parse_args(arguments)
    pages = pages_of_size(wanted.size) if wanted.folder is None else _pages_in(wanted.folder)
    if not pages:
        parser.error(f"no files of 60 to 100 KB in {wanted.folder}")
    detector = Detector.load()
    console = Console(width=100)
    table, detected = _steps(detector, pages, wanted.rounds)
    console.print(table)
    console.print(
        f"largest resident set so far: {_resident():.0f} MB, {os.cpu_count()} cores, one used"
    )
    console.print(_command(wanted.rounds))
    console.print(profile_table(detector, pages, wanted.rounds))
    sizes = [size for size in SIZES if size <= wanted.largest]
    console.print(sizes_table(detector, sizes, wanted.rounds))
    console.print(peers_table(detected, wanted.rounds))


def _pages_in(folder: Path) -> list[bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.read_bytes() for path in files if 60_000 < path.stat().st_size < 100_000]


def _steps(detector: Detector, pages: list[bytes], rounds: int) -> tuple[Table, Detected]:
    """Measure the parser, reading and scoring of pages, and scoring of texts from them."""
    texts = [extract(decode(page).text).text for page in pages]
    plain = [text[:_TEXT].replace("<", " ").encode() for text in texts]
    size = statistics.mean(map(len, pages))
    characters = statistics.mean(map(len, texts))
    table = Table(title=f"{len(pages)} pages of {size / 1000:.0f} KB, {characters:,.0f} characters")
    table.add_column("step")
    for name in ("ms a page", "pages/s", "times the parser"):
        table.add_column(name, justify="right")
    many: Work = lambda pages: list(detector.score_many(pages))  # noqa: E731
    bare = each(lambda page: LexborHTMLParser(page).root.text())  # type: ignore[union-attr]
    steps: list[tuple[str, Work, list[bytes]]] = [
        ("bare Lexbor parse + text", bare, pages),
        ("read: decode + extract", each(read_page), pages),
        ("score", each(detector.score), pages),
        ("score_many", many, pages),
        (f"score, {_TEXT:,} characters of text", each(detector.score), plain),
        (f"score_many, {_TEXT:,} characters of text", many, plain),
    ]
    spent = []
    for name, work, inputs in steps:
        spent.append(milliseconds(work, inputs, rounds))
        times = f"{spent[-1] / spent[0]:.1f}" if inputs is pages else ""
        table.add_row(name, f"{spent[-1]:.2f}", f"{1000 / spent[-1]:,.0f}", times)
    return table, Detected(pages, spent[3], plain, spent[5])


def _command(rounds: int) -> str:
    """Say how long the command takes for one file."""
    file = str(EXAMPLES / "clean-recipe-en.html")
    used, first, whole = [], [], []
    for _ in range(rounds):
        start = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "detector", "score", file], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        with process.stdout as stream:
            stream.read(1)
            first.append(time.monotonic() - start)
            stream.read()
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0  # waited for already
        whole.append(time.monotonic() - start)
        used.append(usage.ru_utime + usage.ru_stime)
    return (
        f"`detector score` on one file: {statistics.median(used):.2f} s of CPU time, "
        f"first result after {statistics.median(first):.2f} s, "
        f"end after {statistics.median(whole):.2f} s"
    )


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()

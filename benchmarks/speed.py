"""Speed of scoring on one core: ``python benchmarks/speed.py [FOLDER of HTML files]``.

Without a folder it scores 80 KB pages put together from the examples: the document of a clean
page, its body repeated until the page is that large. Prints medians over several rounds.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table
from selectolax.lexbor import LexborHTMLParser

from detector import Detector
from detector.decode import decode
from detector.extract import extract
from detector.scoring import read_page

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SIZE = 80_000
ROUNDS = 5


def pages_of_size(size: int) -> list[bytes]:
    """Return the clean examples, each with its body repeated up to ``size`` bytes."""
    pages = []
    for path in sorted(EXAMPLES.glob("clean-*.html")):
        head, _, rest = path.read_bytes().partition(b"<body")
        body, _, tail = rest.partition(b"</body>")
        attributes, _, body = body.partition(b">")
        copies = max(1, (size - len(head)) // max(1, len(body)))
        pages.append(head + b"<body" + attributes + b">" + body * copies + b"</body>" + tail)
    return pages


Work = Callable[[list[bytes]], object]


def each(work: Callable[[bytes], object]) -> Work:
    """Return ``work`` done for one page after the other."""
    return lambda pages: [work(page) for page in pages]


def milliseconds(work: Work, pages: list[bytes]) -> float:
    """Return the median over rounds of the mean CPU time of one page."""
    work(pages[:2])
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work(pages)
        rounds.append((time.process_time() - start) / len(pages) * 1000)
    return statistics.median(rounds)


def command_seconds() -> float:
    """Return the median CPU time of scoring one file by the command."""
    times = []
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [
            sys.executable,
            "-m",
            "detector",
            "score",
            str(EXAMPLES / "clean-recipe-en.html"),
        ]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(times)


def main() -> None:
    """Print the table."""
    if len(sys.argv) > 1:
        files = sorted(p for p in Path(sys.argv[1]).rglob("*") if p.is_file())
        pages = [p.read_bytes() for p in files if 60_000 < p.stat().st_size < 100_000]
    else:
        pages = pages_of_size(SIZE)
    detector = Detector.load()
    texts = [decode(page).text for page in pages]
    characters = statistics.mean(len(extract(text).text) for text in texts)
    size = statistics.mean(map(len, pages))
    table = Table(title=f"{len(pages)} pages of {size / 1000:.0f} KB, {characters:,.0f} characters")
    table.add_column("step")
    table.add_column("ms a page", justify="right")
    table.add_column("pages/s", justify="right")
    many: Work = lambda pages: list(detector.score_many(pages))  # noqa: E731
    steps: dict[str, Work] = {
        "bare Lexbor parse + text": each(lambda page: LexborHTMLParser(page).root.text()),  # type: ignore[union-attr]
        "read: decode + extract": each(read_page),
        "score": each(detector.score),
        "score_many": many,
    }
    for name, work in steps.items():
        spent = milliseconds(work, pages)
        table.add_row(name, f"{spent:.2f}", f"{1000 / spent:,.0f}")
    plain = [text[:2700].replace("<", " ").encode() for text in (extract(t).text for t in texts)]
    for name in ("score", "score_many"):
        spent = milliseconds(steps[name], plain)
        table.add_row(f"{name}, 2,700 characters of text", f"{spent:.2f}", f"{1000 / spent:,.0f}")
    console = Console(width=100)
    console.print(table)
    console.print(f"`detector score` on one file: {command_seconds():.2f} s of CPU time")
    console.print(f"largest resident set: {_resident():.0f} MB, {os.cpu_count()} cores, one used")


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()

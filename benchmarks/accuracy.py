"""Accuracy of the detector and of its peers: ``python -m benchmarks.accuracy``.

Run from the repository's root. Everything is held out: the model and the peers are trained with
70 % of the brands, phrases and dictionaries and on other documents than the tests are made of.
The corpora are fetched as for training; the measured model is fitted when ``--model`` does not
hold one yet. Figures stand with 95 % intervals; ``--json`` writes the same numbers.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy_hard import hard_negatives
from benchmarks.accuracy_real import real_reports
from benchmarks.accuracy_sets import (
    WORDS,
    TestSet,
    brands,
    carriers,
    clean,
    damage,
    mixed,
    seeded,
    substitution,
    titles,
)
from benchmarks.accuracy_shapes import SHAPES
from benchmarks.accuracy_systems import OurDetector, System, measured, silenced, trained_peers
from benchmarks.accuracy_tests import (
    Report,
    Scores,
    calibration,
    flagged_by_group,
    flagging,
    garbled_words,
    injection_spans,
    ranks,
)
from detector.training.corpora import default_cache
from detector.training.figures import Interval
from detector.training.ground import Ground, lay_ground
from detector.training.lexicons import default_labeled_folder
from detector.training.options import TrainOptions

DICTIONARIES = ("thesaurus", "in_word", "pairs")
RATES = (0.05, 0.10, 0.20)
SIGNS = ("bracketed_pinyin", "mojibake", "absurd_emoji", "look_alikes", "noise", *SHAPES)


@dataclass(frozen=True)
class Sizes:
    """Pages of each set."""

    spam: int = 400
    clean: int = 3_200
    """Clean pages where 0.1 % of them counts."""
    hard: int = 60
    """Hard negatives of each group."""


def _sets(ground: Ground, sizes: Sizes) -> dict[str, list[TestSet]]:
    """Make the sets of tests 1 to 4, by test."""
    texts, lex = ground.texts["evaluate"], ground.lexicons
    rng = seeded("brands")
    drawn = carriers(texts, 900, 2 * sizes.spam, rng)
    sets = {"brands": [brands(drawn, len(drawn) // 2, words, seeded(words)) for words in WORDS]}
    sets["titles"] = [
        titles(texts, 2 * sizes.spam, words, seeded(f"titles{words}")) for words in WORDS
    ]
    rng = seeded("carriers")
    wanted = sizes.clean + 3 * sizes.spam
    drawn = carriers(texts, 600, wanted, rng, langs=("zh-Hans",))
    spare = len(drawn) * 3 * sizes.spam // wanted
    ham, damaged = clean("clean", drawn[spare:]), drawn[:spare]
    # A dictionary may find too little in a text, hence more texts than pages are wanted.
    sets["substitution"] = [
        substitution(damaged, sizes.spam, ham, rate, machines, lex, seeded(f"{rate}{machines}"))
        for rate, machines in (
            *((rate, DICTIONARIES) for rate in RATES),
            *((RATES[1], (name,)) for name in DICTIONARIES),
        )
    ]
    sets["signs"] = [damage(damaged[: sizes.spam], ham, name, lex, seeded(name)) for name in SIGNS]
    return sets


def own_tests(ground: Ground, scores: Scores, ours: OurDetector, sizes: Sizes) -> Iterator[Report]:
    """Make the test sets and measure; yield the reports one after the other."""
    sets = _sets(ground, sizes)
    rows = []
    for test in sets["brands"]:
        rows += (flagged := flagging(test, scores))
        flagged[0].update(injection_spans(test, ours))
    yield Report("brands", "1. Unseen brands: one phrase in 900 characters", rows)
    rows = ranks(sets["titles"], scores, (0.01,))
    yield Report("titles", "2. Title-only pages: headline with and without a brand", rows)
    rows = ranks(sets["substitution"], scores, (0.01, 0.001))
    yield Report("substitution", "3. Words replaced by unseen dictionaries, 600 characters", rows)
    rows = ranks(sets["signs"], scores, (0.001,))
    yield Report("signs", "4. Pinyin, mojibake, emoji, look-alikes, noise; 600 characters", rows)
    rows = garbled_words(sets["substitution"], ours)
    yield Report("words", "5. Garbled words within flagged passages", rows)
    hard = hard_negatives(
        ground.texts["evaluate"], ground.handwritten["evaluate"], ground.lexicons, sizes.hard,
        seeded("hard"),
    )  # fmt: skip
    yield Report("hard", "6. Hard negatives: share flagged", flagged_by_group(hard, scores))
    every = [test for group in sets.values() for test in group]
    honest = TestSet("hard negatives", [], [page for pages in hard.values() for page in pages])
    # Innocent text in a wrong encoding is neither spam nor clean.
    sorted_out = [test for test in every if not test.damage_tells]
    mix = mixed([*sorted_out, honest], 4 * sizes.spam, seeded("mix"))
    yield Report("calibration", "7. Calibration of page scores", calibration(mix, scores))
    spam = [test for test in every if test.spam]
    rows = [
        {key: value for key, value in row.items() if key in ("set", "system", "AUC")}
        for row in ranks([*spam, mix], scores, ())
    ]
    yield Report("auc", "8. ROC-AUC of every set", rows)


def table(report: Report) -> Table:
    """Return a report as a table; the name of a set stands once."""
    columns = list(dict.fromkeys(key for row in report.rows for key in row))
    shown = Table(title=report.title, title_justify="left")
    for column in columns:
        shown.add_column(column, justify="left" if column in ("set", "system") else "right")
    last = None
    for row in report.rows:
        if row["set"] != last and last is not None:
            shown.add_section()
        cells = [str(row.get(column, "-")) for column in columns]
        if row["set"] == last:
            cells[0] = ""
        last = row["set"]
        shown.add_row(*cells)
    return shown


def plain(reports: Sequence[Report]) -> dict[str, Any]:
    """Return reports as JSON-ready rows; an interval is ``[value, low, high]``."""
    return {
        report.name: [
            {key: list(v) if isinstance(v, Interval) else v for key, v in row.items()}
            for row in report.rows
        ]
        for report in reports
    }


@click.command()
@click.option("--model", type=click.Path(path_type=Path), help="Folder of the measured model.")
@click.option("--pages", type=int, help="Training pages of the model and the peers.")
@click.option("--quick", is_flag=True, help="A tenth of everything: to see that it works.")
@click.option("--no-peers", is_flag=True, help="Measure the detector alone.")
@click.option("--ablation", is_flag=True, help="Against itself without each family of features.")
@click.option("--real", type=click.Path(exists=True, path_type=Path), help="Folder of real pages.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the numbers.")
@click.option("--jobs", default=2, show_default=True, help="Processes that make training pages.")
def main(
    model: Path | None,
    pages: int | None,
    quick: bool,
    no_peers: bool,
    ablation: bool,
    real: Path | None,
    json_file: Path | None,
    jobs: int,
) -> None:
    """Measure the detector and its peers on held-out families."""
    console, err = Console(width=150), Console(stderr=True)
    started = time.monotonic()
    count = pages or (TrainOptions.pages // 10 if quick else TrainOptions.pages)
    options = TrainOptions(jobs=jobs).scaled(count)
    options = replace(
        options,
        calibration_pages=max(6_000, options.calibration_pages),
        threshold_pages=max(24_000, options.threshold_pages),
    )
    sizes = Sizes(60, 600, 12) if quick else Sizes()
    cache = default_cache()
    ground = lay_ground(default_labeled_folder(), jobs, cache, err)
    name = "accuracy-model" if count == TrainOptions.pages else f"accuracy-model-{count}"
    ours = OurDetector(measured(model or cache / name, ground, options, err))
    systems: list[System] = [ours]
    if ablation:
        systems += silenced(ours.detector.model)
    elif not no_peers:
        systems += trained_peers(ground, options, ours.detector.model, err)
    reports: list[Report] = []
    made = own_tests(ground, Scores(systems), ours, sizes)
    if real is not None:
        made = _chained(made, real_reports(real, systems, ours, 150 if quick else 2_000))
    console.print(f"model {ours.detector.model.version}, threshold {ours.detector.threshold}")
    for report in made:
        reports.append(report)
        console.print(table(report))
    if json_file is not None:
        numbers = {
            "model": ours.detector.model.version,
            "thresholds": {system.name: system.threshold for system in systems},
            "pages": count,
            "tests": plain(reports),
        }
        json_file.write_text(json.dumps(numbers, ensure_ascii=False, indent=1) + "\n", "utf-8")
    err.print(f"done in {time.monotonic() - started:.0f} s")


def _chained(*parts: Iterator[Report]) -> Iterator[Report]:
    for part in parts:
        yield from part


if __name__ == "__main__":
    sys.exit(main())

"""The retraining command: from the repository and a package registry to a model folder."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from detector.calibration import Calibration
from detector.config import DEFAULT_CONFIG
from detector.context import CONTEXT_GROUPS, CONTEXT_SIZE
from detector.contrast import Alternatives
from detector.model import Model, Segmentation
from detector.ngrams import FLAT_SIZE, ROW_BITS, ROW_WIDTH
from detector.result import KINDS, Kind
from detector.scoring import Detector
from detector.training.alternatives import known_alternatives
from detector.training.calibrate import fit_pages, fit_spans, fit_words
from detector.training.card import model_card
from detector.training.evaluate import evaluate, judge_pages
from detector.training.fit import context_rows, fit_context, fit_weights
from detector.training.fit_wording import fit_wording
from detector.training.ground import HELD_OUT_SOURCES, Ground, lay_ground
from detector.training.judged import judge
from detector.training.labeled import LabeledPage
from detector.training.options import TrainOptions
from detector.training.thresholds import THRESHOLD, scaled
from detector.training.workers import (
    HANDWRITTEN_REPETITIONS,
    State,
    context_batch,
    evaluate_batch,
    fit_batch,
    handwritten_rows,
    judge_batch,
    over_pages,
    threshold_batch,
    use,
    used,
    wording_batch,
)
from detector.wording import no_wording

__all__ = ["measured_model", "model_version", "train"]

HANDWRITTEN_WEIGHT = 12
_SHOWN = 65
"""Percent of the known alternatives that fitting sees, so that it learns to do without as well."""


def train(
    out: Path,
    labeled: Path,
    options: TrainOptions,
    cache: Path | None = None,
    console: Console | None = None,
) -> dict[str, Any]:
    """Fetch, synthesise, fit, calibrate, evaluate; write the model, its card and its metrics.

    Returns the metrics. Raises :class:`~detector.training.corpora.CorpusError` when a corpus
    cannot be had.
    """
    started = time.monotonic()
    console = console or Console(stderr=True)
    ground = lay_ground(labeled, options.jobs, cache, console)
    model = measured_model(ground, options, console)
    use(replace(used(), model=model))
    judged = over_pages(evaluate_batch, options.evaluation_pages, options, "evaluation", console)
    by_hand = judge_pages(ground.handwritten["evaluate"], Detector(model))
    metrics: dict[str, Any] = {
        "synthetic": _large_groups(evaluate(judged, model.threshold)),
        "handwritten": evaluate(by_hand, model.threshold),
    }
    model = _with_everything(model, ground, options, console)
    model = replace(model, provenance=_provenance(ground, options, metrics))
    model.save(out)
    (out / "metrics.json").write_text(
        json.dumps(metrics, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8"
    )
    (out / "CARD.md").write_text(model_card(model, metrics), encoding="utf-8")
    console.print(f"wrote {out} in {time.monotonic() - started:.0f} s")
    return metrics


def _large_groups(report: dict[str, Any], least: int = 10) -> dict[str, Any]:
    """Return an evaluation without the groups of fewer than ``least`` pages."""
    return {
        key: {name: group for name, group in value.items() if group["pages"] >= least}
        if key not in ("all", "threshold")
        else value
        for key, value in report.items()
    }


def measured_model(ground: Ground, options: TrainOptions, console: Console) -> Model:
    """Fit and calibrate the model that is measured: it knows the ``"train"`` dictionaries only."""
    model = _unfitted(ground, known_alternatives(ground.lexicons, "train", shown=_SHOWN))
    use(State(ground.supplies, options, ground.handwritten["fit"], model))
    model = _two_rounds(model, options, console)
    return _calibrated(model, options, ground.handwritten["calibrate"], console)


def _with_everything(
    model: Model, ground: Ground, options: TrainOptions, console: Console
) -> Model:
    """Return ``model`` with the weights that ship.

    What was measured and calibrated knows 70 % of the dictionaries. What ships is fitted once more
    with all of them, on the same documents, and so are the classifiers of words: they would take a
    brand that they met in honest text only for harmless. The clean text that it must not flag, and
    the scale of its evidence, stay the same. Its thresholds are counted anew.
    """
    every = [page for pages in ground.handwritten.values() for page in pages]
    model = replace(model, alternatives=known_alternatives(ground.lexicons, "all", shown=_SHOWN))
    use(replace(used(), model=model, alarms=False, split="all", handwritten=every))
    model = _worded(_two_rounds(model, options, console), options, console)
    model = replace(model, alternatives=known_alternatives(ground.lexicons, "all"))
    return _with_threshold(model, options, console)


def _two_rounds(model: Model, options: TrainOptions, console: Console) -> Model:
    """Fit the characters, then again with the false alarms of the first fit among them."""
    rounds = {"characters, first round": options.pages // 5, "with alarms": options.pages}
    for what, pages in rounds.items():
        parts = over_pages(fit_batch, pages, options, what, console)
        parts += [handwritten_rows(seed) for seed in range(HANDWRITTEN_REPETITIONS)]
        weights = fit_weights(parts, options.fit)
        model = replace(
            model, rows=weights.rows, flats=weights.flats, scale=weights.scale, bias=weights.bias
        )
        use(replace(used(), model=model, alarms=True))
    return model


def _calibrated(
    model: Model, options: TrainOptions, handwritten: Sequence[LabeledPage], console: Console
) -> Model:
    """Return ``model`` with its second pass, wording, span and page calibration and threshold."""
    use(replace(used(), model=model))
    count = options.calibration_pages // 2
    rows = over_pages(context_batch, count, options, "context", console)
    generator = np.random.default_rng([options.seed, 3_000_000])
    rows += [context_rows(page, model, generator) for page in handwritten[::2]]
    model = replace(model, context=fit_context(rows))
    del rows
    model = _worded(model, options, console)
    use(replace(used(), model=model))
    count = options.calibration_pages - count
    judged = over_pages(judge_batch, count, options, "calibration", console)
    by_hand = [judge(page, model) for page in handwritten[1::2]]
    # Hand-written pages are few, and closer to what is met in the wild than synthetic ones.
    weighted = judged + by_hand * HANDWRITTEN_WEIGHT
    spans: dict[Kind, Calibration] = {}
    pages: dict[Kind, Calibration] = {}
    for index, kind in enumerate(KINDS):
        mine = [pair[index] for pair in weighted]
        spans[kind] = fit_spans(mine)
        pages[kind] = fit_pages(mine, kind, spans[kind], DEFAULT_CONFIG)
    garbled = [pair[KINDS.index("garbled")] for pair in judged]
    bound = fit_words(garbled, spans["garbled"], model.word_bound)
    model = replace(model, span_calibration=spans, page_calibration=pages, word_bound=bound)
    return _with_threshold(model, options, console)


def _worded(model: Model, options: TrainOptions, console: Console) -> Model:
    """Return ``model`` with classifiers of the words of what it finds."""
    use(replace(used(), model=model))
    found = over_pages(wording_batch, options.wording_pages, options, "wording", console)
    return replace(model, wording=fit_wording(found))


def _with_threshold(model: Model, options: TrainOptions, console: Console) -> Model:
    """Return ``model`` with page scores scaled to the tail of clean pages, and its version."""
    use(replace(used(), model=model))
    judged = over_pages(threshold_batch, options.threshold_pages, options, "threshold", console)
    model = scaled(model, judged, options.false_rate)
    return replace(model, version=model_version(model))


def _provenance(ground: Ground, options: TrainOptions, metrics: dict[str, Any]) -> dict[str, Any]:
    """Return what a model was made from."""
    by_name = {corpus.name: corpus for corpus in ground.recipe}
    return {
        "seed": options.seed,
        "pages": options.pages,
        "wording_pages": options.wording_pages,
        "calibration_pages": options.calibration_pages,
        "threshold_pages": options.threshold_pages,
        "evaluation_pages": options.evaluation_pages,
        "false_rate": options.false_rate,
        "fit": asdict(options.fit),
        "corpora": {
            name: {
                "package": f"{by_name[name].registry}:{by_name[name].package}",
                "version": by_name[name].version,
                "licence": by_name[name].licence,
                "characters": ground.sizes.get(name, 0),
                "held_out": name in HELD_OUT_SOURCES,
            }
            for name in ground.archives
        },
        "handwritten": {part: len(pages) for part, pages in ground.handwritten.items()},
        "quality": {name: _headline(metrics[name]) for name in ("synthetic", "handwritten")},
    }


def _unfitted(ground: Ground, alternatives: Alternatives) -> Model:
    """Return a model that has the tables that features are made with, and no weights."""
    unset = {kind: Calibration(0.0, {}) for kind in KINDS}
    return Model(
        version="",
        rows=np.zeros((1 << ROW_BITS, ROW_WIDTH, 2), dtype=np.int8),
        flats=np.zeros((FLAT_SIZE, 2), dtype=np.int8),
        context=np.zeros((2, len(CONTEXT_GROUPS) * CONTEXT_SIZE), dtype=np.float32),
        scale=(1.0, 1.0),
        bias=(0.0, 0.0),
        counts=ground.counts,
        alternatives=alternatives,
        topics=ground.topics,
        tables=ground.tables,
        wording=no_wording(),
        segmentation={
            "injection": Segmentation(-2.6, 1.4, 2.0, 16.0),
            "garbled": Segmentation(-3.0, 0.25, 3.0, 40.0),
        },
        span_calibration=unset,
        page_calibration=unset,
        threshold=THRESHOLD,
        word_bound=0.0,
        likely=ground.likely,
        provenance={},
    )


def model_version(model: Model) -> str:
    """Return a name that changes with the weights and the calibrations."""
    digest = 0
    for table in (model.rows, model.flats, model.context, model.wording.table):
        digest = zlib.crc32(table.tobytes(), digest)
    parts = (model.segmentation, model.span_calibration, model.page_calibration)
    told = json.dumps(
        [model.word_bound, *({kind: asdict(part[kind]) for kind in KINDS} for part in parts)],
        sort_keys=True,
    )
    return f"1-{zlib.crc32(told.encode(), digest):08x}"


def _headline(report: dict[str, Any]) -> dict[str, Any]:
    names = ("pages", "roc_auc", "average_precision", "recall", "false_positives", "ece")
    return {name: report["all"][name] for name in names if name in report["all"]}

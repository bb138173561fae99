"""The retraining command: from the repository and a package registry to a model folder."""

from __future__ import annotations

import json
import math
import time
import zlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console

from detector.calibration import Calibration
from detector.config import DEFAULT_CONFIG
from detector.context import CONTEXT_GROUPS, CONTEXT_SIZE
from detector.contrast import Alternatives
from detector.model import Model, Segmentation
from detector.ngrams import FLAT_SIZE, ROW_BITS, ROW_WIDTH
from detector.page_score import BOUNDS, brief
from detector.result import KINDS, Kind
from detector.scoring import Detector
from detector.training.alternatives import known_alternatives
from detector.training.calibrate import (
    LEAST_TAIL,
    Tail,
    fit_pages,
    fit_spans,
    fit_words,
    page_log_odds,
    tail,
)
from detector.training.card import model_card
from detector.training.evaluate import evaluate, judge_pages
from detector.training.fit import context_rows, fit_context, fit_weights
from detector.training.fit_wording import fit_wording
from detector.training.ground import HELD_OUT_SOURCES, Ground, lay_ground
from detector.training.judged import Judged, judge
from detector.training.labeled import LabeledPage
from detector.training.options import TrainOptions
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
THRESHOLD = 0.5
"""Page scores are scaled so that this is the threshold of either kind."""
ONE_IN_A_HUNDRED = 0.05
"""What one plain text in a hundred scores at least, of either kind."""
CAUTION: dict[Kind, float] = {"injection": 1.0, "garbled": 3.0}
"""How much rarer than the rate each kind may be flagged: garbling alone is the lesser harm."""
BRIEF_CAUTION = 2.9
"""How much rarer than texts brief clean pages may be flagged: of these the web has more that looks
like spam than the pages made here, whose tail says too little."""
HTML_LENIENCE: dict[Kind, float] = {"injection": 0.4, "garbled": 0.15}
"""How often clean HTML may be flagged for every text: left-over markup, tables and lists look like
findings. (HTML made here is harder than that of the web: its bound comes from the texts' tail.)"""
HARD_LENIENCE = 4
"""How much more often hard negatives may be flagged than plain pages. Half of the clean pages made
for the threshold quote spam, report on it or look like it, far more than on the web: counted as
one, they would decide the threshold alone."""
_LEAST_STEP = 0.3  # of log-odds between one page in a hundred and the threshold


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
    model = _scaled(model, judged, options.false_rate)
    return replace(model, version=model_version(model))


def _scaled(model: Model, judged: Sequence[tuple[Judged, ...]], false_rate: float) -> Model:
    """Return ``model`` with page scores scaled so that ``THRESHOLD`` gives ``false_rate``.

    ``judged`` are clean pages. The rate is the share of plain Chinese texts that injections may
    flag; garbling may flag less (:data:`CAUTION`). Brief pages and other languages have a tail and
    a bound of their own, brief pages in other languages too; the bound moves from one to the other
    with :data:`~detector.page_score.BOUNDS`. None of these is lower than that of Chinese texts:
    where nothing of a kind is known in a language, what is odd there is no sign of it.
    HTML pages made here are harder than those of the web, with brands in every corner of them, so
    that of the web is judged by the bound of texts as well, moved a little.
    Log-odds are measured so that one in a hundred plain texts scores ``ONE_IN_A_HUNDRED`` or more:
    a score means the same for both kinds, above the threshold and below.
    """
    pages: dict[Kind, Calibration] = {}
    for index, kind in enumerate(KINDS):
        rate = false_rate / CAUTION[kind]
        spans, page = model.span_calibration[kind], model.page_calibration[kind]
        fitted = {name: weight for name, weight in page.weights.items() if name not in BOUNDS}
        page = replace(page, weights=fitted)
        clean = [pair[index] for pair in judged]
        chinese = [one for one in clean if one.lang.startswith("zh")]
        others = [one for one in clean if not one.lang.startswith("zh")]
        text, title = (_tails(part, spans, page) for part in _by_length(chinese))
        foreign, foreign_title = (_tails(part, spans, page) for part in _by_length(others))
        bound = text.bound(rate)
        of_title = title.bound(rate / BRIEF_CAUTION, bound)
        of_foreign = max(bound, foreign.bound(rate, bound))
        of_foreign_title = max(bound, foreign_title.bound(rate / BRIEF_CAUTION, of_foreign))
        step = max(bound - text.common, _LEAST_STEP) / math.log(1 / ONE_IN_A_HUNDRED - 1)
        of_html = text.bound(rate * HTML_LENIENCE[kind])
        apart = {
            "brief": bound - of_title,
            "foreign": bound - of_foreign,
            "foreign_brief": of_title - bound + of_foreign - of_foreign_title,
            "html": bound - of_html,
        }
        weights = {**fitted, **apart}
        pages[kind] = Calibration(
            round((page.intercept - bound) / step, 6),
            {name: round(weight / step, 6) for name, weight in weights.items()},
            page.bounds,
        )
    return replace(model, page_calibration=pages, threshold=THRESHOLD)


def _by_length(judged: Sequence[Judged]) -> tuple[list[Judged], list[Judged]]:
    """Return those pages that are texts, and those that are no longer than titles."""
    return (
        [one for one in judged if brief(one.length) < 0.25],
        [one for one in judged if brief(one.length) > 0.75],
    )


class _Tails(NamedTuple):
    """The tails of the log-odds of clean pages: plain ones, hard ones that look like spam, all.

    One in a hundred of the plain ones exceed what is ``common``.
    """

    plain: Tail
    hard: Tail
    every: Tail
    common: float

    def bound(self, rate: float, otherwise: float | None = None) -> float:
        """Return the bound that ``rate`` of the plain pages exceed, and of the hard ones few.

        Of too few hard pages to judge by, as of any others; ``otherwise`` of too few plain ones.
        """
        if otherwise is not None and self.plain.exceeding < LEAST_TAIL:
            return otherwise
        if self.hard.exceeding < LEAST_TAIL:
            return max(self.plain.bound(rate), self.every.bound(rate))
        return max(self.plain.bound(rate), self.hard.bound(HARD_LENIENCE * rate))


def _tails(judged: Sequence[Judged], spans: Calibration, page: Calibration) -> _Tails:
    odds = [page_log_odds(one, spans, page, DEFAULT_CONFIG) for one in judged]
    plain, hard = (
        [value for value, one in zip(odds, judged, strict=True) if one.hard == looks_like_spam]
        for looks_like_spam in (False, True)
    )
    common = tail(plain, most=0.01).start
    return _Tails(tail(plain), tail(hard), tail(odds), common)


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

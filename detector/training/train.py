"""The retraining command: from the repository and a package registry to a model folder."""

from __future__ import annotations

import json
import logging
import math
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from detector.context import CONTEXT_GROUPS, CONTEXT_SIZE
from detector.fold import FoldTables, fold
from detector.model import Calibration, Model, Segmentation
from detector.ngrams import CountTables, features
from detector.result import KINDS, Kind
from detector.scoring import Detector, kind_score, place_codes
from detector.training.card import model_card
from detector.training.corpora import (
    Corpus,
    articles,
    default_cache,
    fetch_all,
    load_recipe,
    simplified_map,
    word_frequency,
)
from detector.training.drafts import Article
from detector.training.evaluate import Judgement, evaluate, judge_pages
from detector.training.fit import (
    CharacterRows,
    ContextRows,
    FitOptions,
    Weights,
    character_rows,
    choose_threshold,
    context_rows,
    fit_context,
    fit_pages,
    fit_spans,
    fit_weights,
    judge,
    span_scores,
)
from detector.training.fold_tables import build_fold_tables
from detector.training.garble_lexicons import GarbleLexicons, known_originals, load_lexicons
from detector.training.labeled import LabeledPage, read_labeled
from detector.training.natural import count_ngrams
from detector.training.synthesis import Supply, synthetic_page

__all__ = ["TrainOptions", "train"]

log = logging.getLogger(__name__)
T = TypeVar("T")
BATCH = 200
HANDWRITTEN_WEIGHT = 12

PARTS = ("count", "fit", "calibrate", "evaluate")
HELD_OUT_SOURCES = frozenset({"law", "reviews-bad"})
"""Natural sources that only evaluation sees."""


@dataclass(frozen=True)
class TrainOptions:
    """How much to make, and from which seed. Same options and inputs give the same model."""

    seed: int = 1
    pages: int = 36_000
    calibration_pages: int = 14_000
    evaluation_pages: int = 6_000
    jobs: int = 2
    false_rate: float = 0.002
    """Share of the clean calibration pages that the measured model's threshold may flag."""
    final_false_rate: float = 0.0005
    """The same for the weights that ship, counted on more pages. Lower loses spam."""
    fit: FitOptions = field(default_factory=FitOptions)


@dataclass(frozen=True)
class _State:
    """What page workers read. Workers are forked, so it is shared without being copied."""

    supplies: dict[str, Supply]
    tables: FoldTables
    counts: CountTables
    options: TrainOptions
    handwritten: Sequence[LabeledPage]
    model: Model | None = None
    split: str = "train"
    """Which dictionaries pages for fitting are made with."""


_state: _State | None = None


def _shared() -> _State:
    assert _state is not None, "page workers run only inside train()"
    return _state


def split_of(key: str) -> str:
    """Return the part (count, fit, calibrate or evaluate) that a document belongs to, for good."""
    at = zlib.crc32(key.encode()) % 100
    return "count" if at < 60 else "fit" if at < 86 else "calibrate" if at < 95 else "evaluate"


def split_handwritten(pages: Sequence[LabeledPage]) -> dict[str, list[LabeledPage]]:
    """Part hand-written pages: whole families for evaluation, later campaigns for calibration."""
    parts: dict[str, list[LabeledPage]] = {"fit": [], "calibrate": [], "evaluate": []}
    last: dict[str, str] = {}
    for page in pages:
        last[page.family] = max(last.get(page.family, ""), page.campaign)
    for page in pages:
        if zlib.crc32(page.family.encode()) % 4 == 0:
            parts["evaluate"].append(page)
        elif page.campaign == last[page.family] and page.campaign > "a":
            parts["calibrate"].append(page)
        else:
            parts["fit"].append(page)
    return parts


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
    global _state
    started = time.monotonic()
    console = console or Console(stderr=True)
    recipe = load_recipe(labeled / "corpora.toml")
    console.print(f"fetching {len(recipe)} corpora into {cache or default_cache()}")
    archives = fetch_all(recipe, cache or default_cache())
    by_name = {corpus.name: corpus for corpus in recipe}
    texts, sizes = gather(recipe, archives, options.jobs)
    for name, size in sizes.items():
        console.print(f"  {name}: {size:,} characters")

    lexicons = load_lexicons(labeled / "lexicons", archives)
    frequencies = word_frequency(archives["lex-jieba"])
    tables = build_fold_tables(simplified_map(archives["lex-opencc"]), _common_han(frequencies))
    console.print("counting natural n-grams")
    counted = (
        "\n".join((article.title, *article.paragraphs))
        for lang in ("zh-Hans", "zh-Hant")
        for source in texts["count"].get(lang, {}).values()
        for article in source
    )
    counts = count_ngrams(counted, tables)

    supplies = {part: _supply(texts[part], lexicons) for part in ("fit", "calibrate", "evaluate")}
    files = sorted(labeled.glob("*.jsonl"))
    handwritten = split_handwritten([page for path in files for page in read_labeled(path)])
    _state = _State(supplies, tables, counts, options, handwritten["fit"])

    model = _model(_two_rounds(options, console), counts, tables, _likely(lexicons))
    model = _calibrated(model, options, handwritten["calibrate"], console)
    _state = replace(_state, model=model)
    judged = _over_pages(_evaluate_batch, options.evaluation_pages, options, "evaluation", console)
    by_hand = judge_pages(handwritten["evaluate"], Detector(model))
    metrics: dict[str, Any] = {
        "synthetic": evaluate(judged, model.threshold),
        "handwritten": evaluate(by_hand, model.threshold),
    }
    # What was measured and calibrated knows 70 % of the dictionaries. What ships is fitted once
    # more with all of them, on the same documents; the clean text that it must not flag, and the
    # scale of its evidence, stay the same.
    every = [page for pages in handwritten.values() for page in pages]
    _state = replace(_state, model=None, split="all", handwritten=every)
    weights = _two_rounds(options, console)
    model = replace(
        model, rows=weights.rows, flats=weights.flats, scale=weights.scale, bias=weights.bias
    )
    _state = replace(_state, model=model)
    scored = _over_pages(_score_batch, options.calibration_pages, options, "threshold", console)
    threshold = choose_threshold(
        [score for score, _ in scored],
        [spam for _, spam in scored],
        options.final_false_rate,
        digits=4,
    )
    model = replace(model, version=_version(model), threshold=threshold)
    provenance = {
        "seed": options.seed,
        "pages": options.pages,
        "calibration_pages": options.calibration_pages,
        "evaluation_pages": options.evaluation_pages,
        "fit": asdict(options.fit),
        "corpora": {
            name: {
                "package": f"{by_name[name].registry}:{by_name[name].package}",
                "version": by_name[name].version,
                "licence": by_name[name].licence,
                "characters": sizes.get(name, 0),
                "held_out": name in HELD_OUT_SOURCES,
            }
            for name in archives
        },
        "handwritten": {part: len(pages) for part, pages in handwritten.items()},
        "quality": {name: _headline(metrics[name]) for name in ("synthetic", "handwritten")},
    }
    model = replace(model, provenance=provenance)
    model.save(out)
    (out / "metrics.json").write_text(
        json.dumps(metrics, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    (out / "CARD.md").write_text(model_card(model, metrics), encoding="utf-8")
    console.print(f"wrote {out} in {time.monotonic() - started:.0f} s")
    return metrics


def _two_rounds(options: TrainOptions, console: Console) -> Weights:
    """Fit the characters, then again with the false alarms of the first fit among them."""
    global _state
    weights: Weights | None = None
    for what in ("characters, first round", "characters, with alarms"):
        parts = _over_pages(_fit_batch, options.pages, options, what, console)
        parts += [_handwritten_rows(seed) for seed in range(3)]
        weights = fit_weights(parts, options.fit)
        del parts
        state = _shared()
        _state = replace(state, model=_model(weights, state.counts, state.tables, {}))
    assert weights is not None
    return weights


Texts = dict[str, dict[str, dict[str, list[Article]]]]
"""Articles by part, language and source."""


def gather(
    recipe: Sequence[Corpus], archives: Mapping[str, Path], jobs: int
) -> tuple[Texts, dict[str, int]]:
    """Read the corpora; return their articles by part, language and source, and their sizes."""
    texts: Texts = {part: {} for part in PARTS}
    sizes: dict[str, int] = {}
    corpora = [c for c in recipe if c.name in archives and not c.is_lexicon]
    read = in_order(_read, [(c, archives[c.name]) for c in corpora], jobs)
    for corpus, found in zip(corpora, read, strict=True):
        for article in found:
            part = split_of(corpus.name + article.title + article.paragraphs[0])
            if corpus.name in HELD_OUT_SOURCES:
                part = "evaluate"
            by_source = texts[part].setdefault(article.lang, {})
            by_source.setdefault(corpus.name, []).append(article)
        sizes[corpus.name] = sum(len(p) for article in found for p in article.paragraphs)
    return texts, sizes


def _read(corpus: Corpus, archive: Path) -> list[Article]:
    return list(articles(corpus, archive))


def _common_han(frequencies: dict[str, int], most: int = 6_000) -> frozenset[str]:
    """Return the characters of the most frequent words, by how often they are used."""
    uses: dict[str, int] = {}
    for word, count in frequencies.items():
        for char in word:
            uses[char] = uses.get(char, 0) + count
    return frozenset(sorted(uses, key=lambda c: (-uses[c], c))[:most])


def _likely(lexicons: GarbleLexicons) -> dict[str, str]:
    """Return garbled word → original, for words that natural text does not use itself."""
    return dict(sorted(known_originals(lexicons).items()))


def _supply(articles_: dict[str, dict[str, list[Article]]], lexicons: GarbleLexicons) -> Supply:
    # Large sources more often than small ones, but not in proportion: genres matter more.
    weights = {
        name: sum(len(p) for article in found for p in article.paragraphs) ** 0.5
        for sources in articles_.values()
        for name, found in sources.items()
    }
    return Supply(articles_, lexicons, weights)


def _model(
    weights: Weights, counts: CountTables, tables: FoldTables, likely: dict[str, str]
) -> Model:
    unset = {kind: Calibration(0.0, {}) for kind in KINDS}
    return Model(
        version="",
        rows=weights.rows,
        flats=weights.flats,
        context=np.zeros((2, len(CONTEXT_GROUPS) * CONTEXT_SIZE), dtype=np.float32),
        scale=weights.scale,
        bias=weights.bias,
        counts=counts,
        tables=tables,
        segmentation={
            "injection": Segmentation(-2.0, 2.0, 2.0),
            "garbled": Segmentation(-3.0, 0.25, 3.0),
        },
        span_calibration=unset,
        page_calibration=unset,
        threshold=0.5,
        likely=likely,
        provenance={},
    )


def in_order(work: Callable[..., T], calls: Sequence[tuple[Any, ...]], jobs: int) -> Iterator[T]:
    """Yield ``work(*call)`` for each of ``calls``, in order, computed in forked processes.

    Forked, because the workers read gigabytes of articles and tables that are not to be copied.
    """
    with get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(partial(_apply, work), calls)


def _apply(work: Callable[..., T], call: tuple[Any, ...]) -> T:
    return work(*call)


def _over_pages(
    work: Callable[[int, int], list[T]],
    count: int,
    options: TrainOptions,
    what: str,
    console: Console,
) -> list[T]:
    """Run ``work(first, last)`` over page numbers in forked processes, with a progress bar."""
    spans = [(i, min(i + BATCH, count)) for i in range(0, count, BATCH)]
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(what, total=count)
        results: list[T] = []
        done = in_order(work, spans, options.jobs)
        for (first, last), result in zip(spans, done, strict=True):
            results += result
            progress.advance(task, last - first)
    return results


def _pages(first: int, last: int, part: str) -> Iterator[LabeledPage]:
    state = _shared()
    split = state.split if part == "fit" else "test"
    # Context rows come from the same documents as calibration, but from pages of their own.
    supply = state.supplies["calibrate" if part == "context" else part]
    for number in range(first, last):
        yield synthetic_page(f"{state.options.seed}-{part}-{number}", supply, split)


def _alarms(page: LabeledPage) -> NDArray[np.bool_]:
    """Return which characters the first model takes for offending."""
    state = _shared()
    assert state.model is not None
    folded = fold(page.page.text, state.tables)
    found = features(folded, place_codes(page.page, folded), state.counts)
    return np.asarray((state.model.first_evidence(found) > -1.0).any(axis=1))


def _rows(pages: Iterator[LabeledPage], generator: np.random.Generator) -> CharacterRows:
    state = _shared()
    alarm = _alarms if state.model is not None else None
    parts = [
        character_rows(page, state.tables, state.counts, generator, state.options.fit, alarm)
        for page in pages
        if page.page.segments
    ]
    return CharacterRows(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _fit_batch(first: int, last: int) -> list[CharacterRows]:
    seed = _shared().options.seed
    return [_rows(_pages(first, last, "fit"), np.random.default_rng([seed, first]))]


def _handwritten_rows(repetition: int) -> CharacterRows:
    state = _shared()
    generator = np.random.default_rng([state.options.seed, 1_000_000 + repetition])
    return _rows(iter(state.handwritten), generator)


def _context_batch(first: int, last: int) -> list[ContextRows]:
    state = _shared()
    assert state.model is not None
    generator = np.random.default_rng([state.options.seed, 2_000_000 + first])
    return [
        context_rows(page, state.model, generator)
        for page in _pages(first, last, "context")
        if page.page.segments
    ]


def _judge_batch(first: int, last: int) -> list[Any]:
    model = _shared().model
    assert model is not None
    return [
        tuple(judge(page, model, kind) for kind in KINDS)
        for page in _pages(first, last, "calibrate")
        if page.label != "light"
    ]


def _score_batch(first: int, last: int) -> list[tuple[float, bool]]:
    model = _shared().model
    assert model is not None
    detector = Detector(model)
    return [
        (detector.score_page(page.page).score, page.spam)
        for page in _pages(first, last, "calibrate")
        if page.label != "light"
    ]


def _evaluate_batch(first: int, last: int) -> list[Judgement]:
    model = _shared().model
    assert model is not None
    pages = (page for page in _pages(first, last, "evaluate") if page.label != "light")
    return judge_pages(pages, Detector(model))


def _calibrated(
    model: Model, options: TrainOptions, handwritten: Sequence[LabeledPage], console: Console
) -> Model:
    """Return ``model`` with span and page calibration and a threshold."""
    global _state
    _state = replace(_shared(), model=model)
    count = options.calibration_pages // 2
    rows = _over_pages(_context_batch, count, options, "context", console)
    generator = np.random.default_rng([options.seed, 3_000_000])
    rows += [context_rows(page, model, generator) for page in handwritten[::2]]
    model = replace(model, context=fit_context(rows))
    del rows
    _state = replace(_shared(), model=model)
    count = options.calibration_pages - count
    judged = _over_pages(_judge_batch, count, options, "calibration", console)
    by_hand = [tuple(judge(page, model, kind) for kind in KINDS) for page in handwritten[1::2]]
    # Hand-written pages are few, and closer to what is met in the wild than synthetic ones.
    weighted = judged + by_hand * HANDWRITTEN_WEIGHT
    spans: dict[Kind, Calibration] = {}
    pages: dict[Kind, Calibration] = {}
    scores: dict[Kind, list[float]] = {}
    spam = [pair[0].spam for pair in judged]
    least = Detector(model).config.min_span_score
    for index, kind in enumerate(KINDS):
        mine = [pair[index] for pair in weighted]
        spans[kind] = fit_spans(mine)
        pages[kind] = fit_pages(mine, spans[kind], least)
        scores[kind] = [
            kind_score(
                span_scores(pair[index], spans[kind], least), pair[index].length, pages[kind]
            )
            for pair in judged
        ]
    # One threshold for both kinds, at the same rate of false alarms: the kind that can be told
    # apart with less certainty sets it, the other's scores are moved up to it.
    bounds = {kind: choose_threshold(scores[kind], spam, options.false_rate / 2) for kind in KINDS}
    threshold = max(bounds.values())
    for kind, bound in bounds.items():
        moved = pages[kind].intercept + _log_odds(threshold) - _log_odds(bound)
        pages[kind] = replace(pages[kind], intercept=round(moved, 6))
    return replace(
        model,
        version=_version(model),
        span_calibration=spans,
        page_calibration=pages,
        threshold=threshold,
    )


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def _version(model: Model) -> str:
    """Return a name that changes with the weights."""
    digest = zlib.crc32(model.rows.tobytes() + model.flats.tobytes())
    return f"1-{digest:08x}"


def _headline(report: dict[str, Any]) -> dict[str, Any]:
    names = ("pages", "roc_auc", "average_precision", "recall", "false_positives", "ece")
    return {name: report["all"][name] for name in names if name in report["all"]}

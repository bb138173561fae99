"""Measuring: how good a model is on labelled pages, with intervals, by group."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.result import KINDS, Kind
from detector.scoring import Detector
from detector.training.fit import gold_ranges
from detector.training.labeled import LabeledPage

__all__ = ["Judgement", "evaluate", "judge_pages", "span_counts"]

BOOTSTRAPS = 200


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the evaluation keeps of one page.

    ``counts`` are the code points predicted and right, predicted, and true, by kind. Characters
    of garbled passages count whole passages on both sides; ``words`` count garbled words alone.
    """

    id: str
    spam: bool
    lang: str
    family: str
    source: str
    score: float
    kinds: dict[Kind, bool]
    scores: dict[Kind, float]
    counts: dict[str, tuple[int, int, int]]
    top: str


def span_counts(
    predicted: Iterable[tuple[int, int]], true: Iterable[tuple[int, int]]
) -> tuple[int, int, int]:
    """Return the code points in both, in ``predicted``, and in ``true`` (half-open ranges)."""
    ours = {i for start, end in predicted for i in range(start, end)}
    gold = {i for start, end in true for i in range(start, end)}
    return len(ours & gold), len(ours), len(gold)


def judge_pages(pages: Iterable[LabeledPage], detector: Detector) -> list[Judgement]:
    """Score labelled pages and compare the findings with their spans."""
    judged = []
    for page in pages:
        result = detector.score_page(page.page)
        by_kind = {kind: [s for s in result.spans if s.kind == kind] for kind in KINDS}
        counts: dict[str, tuple[int, int, int]] = {}
        for kind in KINDS:
            found = [(s.start, s.end) for s in by_kind[kind] if s.score >= 0.5]
            counts[kind] = span_counts(found, gold_ranges(page, kind))
        counts["words"] = span_counts(
            [(w.start, w.end) for s in by_kind["garbled"] if s.score >= 0.5 for w in s.words],
            [(s.start, s.end) for s in page.spans if s.kind == "garbled"],
        )
        best = max(result.spans, key=lambda s: s.score, default=None)
        judged.append(
            Judgement(
                page.id, page.spam, page.lang, page.family, page.source, result.score,
                {kind: any(s.kind == kind for s in page.spans) for kind in KINDS},
                result.scores, counts, "" if best is None else best.text,
            )
        )  # fmt: skip
    return judged


def evaluate(judged: Sequence[Judgement], threshold: float, seed: int = 1) -> dict[str, Any]:
    """Return all figures: overall, by kind, language, family and source.

    Page figures: ROC-AUC, average precision, recall at 1 % and 0.1 % false positives (the
    threshold taken from the ham of the group, or of all where a group has none), share flagged at
    ``threshold``, expected calibration error (15 bins). Span figures: character precision, recall
    and F1. ``[low, high]`` are 95 % bootstrap intervals over pages.
    """
    ham = [j for j in judged if not j.spam]
    report: dict[str, Any] = {"threshold": threshold, "all": _group(judged, ham, threshold, seed)}
    report["kind"] = {
        kind: _group([j for j in judged if j.kinds[kind]], ham, threshold, seed, kind)
        for kind in KINDS
        if any(j.kinds[kind] for j in judged)
    }
    for name in ("lang", "family", "source"):
        values = sorted({str(getattr(j, name)) for j in judged})
        report[name] = {
            value or "-": _group(
                [j for j in judged if getattr(j, name) == value], ham, threshold, seed
            )
            for value in values
        }
    return report


def _group(
    judged: Sequence[Judgement],
    all_ham: Sequence[Judgement],
    threshold: float,
    seed: int,
    kind: Kind | None = None,
) -> dict[str, Any]:
    spam = [j for j in judged if j.spam]
    ham = [j for j in judged if not j.spam]
    against = ham or all_ham
    report: dict[str, Any] = {"pages": len(judged), "spam": len(spam), "ham": len(ham)}
    score = _score_of(kind)
    positive = np.array([score(j) for j in spam])
    negative = np.array([score(j) for j in against])
    rng = np.random.default_rng(seed)
    if len(positive) and len(negative):
        figures: dict[str, Callable[[NDArray[Any], NDArray[Any]], float]] = {
            "roc_auc": roc_auc,
            "average_precision": average_precision,
            "recall_at_1%": lambda p, n: recall_at(p, n, 0.01),
            "recall_at_0.1%": lambda p, n: recall_at(p, n, 0.001),
        }
        for name, figure in figures.items():
            report[name] = _interval(figure, positive, negative, rng)
    if len(positive):
        report["recall"] = _share(positive >= threshold, rng)
    if ham:
        flagged = np.array([j.score >= threshold for j in ham])
        report["false_positives"] = _share(flagged, rng)
    if spam and ham:
        report["ece"] = round(_ece(judged), 4)
    for name in ("injection", "garbled", "words"):
        counts = np.array([j.counts[name] for j in judged]).reshape(-1, 3)
        if counts[:, 2].sum():
            report[f"{name}_spans"] = _span_figures(counts, rng)
    return report


def _score_of(kind: Kind | None) -> Callable[[Judgement], float]:
    if kind is None:
        return lambda judgement: judgement.score
    return lambda judgement: judgement.scores[kind]


def roc_auc(positive: NDArray[Any], negative: NDArray[Any]) -> float:
    """Return the probability that a positive scores above a negative (ties count half)."""
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, side="left")
    equal = np.searchsorted(ordered, positive, side="right") - below
    return float((below + equal / 2).mean() / len(negative))


def average_precision(positive: NDArray[Any], negative: NDArray[Any]) -> float:
    """Return the average precision, each score's ties taken as one step."""
    scores = np.concatenate([positive, negative])
    truth = np.concatenate([np.ones(len(positive)), np.zeros(len(negative))])
    order = np.argsort(-scores, kind="stable")
    scores, truth = scores[order], truth[order]
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))
    hits = np.cumsum(truth)[last]
    precision = hits / (last + 1)
    return float((np.diff(np.append(0, hits)) * precision).sum() / len(positive))


def recall_at(positive: NDArray[Any], negative: NDArray[Any], rate: float) -> float:
    """Return the recall at the lowest threshold that flags at most ``rate`` of the negatives."""
    ordered = np.sort(negative)[::-1]
    bound = ordered[min(int(len(ordered) * rate), len(ordered) - 1)]
    return float((positive > bound).mean())


def _ece(judged: Sequence[Judgement], bins: int = 15) -> float:
    """Return the expected calibration error with both classes weighing the same."""
    spam = sum(j.spam for j in judged)
    scores = np.array([j.score for j in judged])
    truth = np.array([j.spam for j in judged])
    weights = np.where(truth, 0.5 / max(spam, 1), 0.5 / max(len(judged) - spam, 1))
    at = np.minimum((scores * bins).astype(int), bins - 1)
    error = 0.0
    for index in range(bins):
        inside = at == index
        mass = weights[inside].sum()
        if mass:
            error += abs((weights * (truth - scores))[inside].sum())
    return float(error)


def _interval(
    figure: Callable[[NDArray[Any], NDArray[Any]], float],
    positive: NDArray[Any],
    negative: NDArray[Any],
    rng: np.random.Generator,
) -> list[float]:
    """Return [value, low, high]."""
    # Resampling tens of thousands of pages changes nothing but the time it takes.
    rounds = BOOTSTRAPS if len(positive) + len(negative) < 20_000 else 40
    values = [
        figure(rng.choice(positive, len(positive)), rng.choice(negative, len(negative)))
        for _ in range(rounds)
    ]
    low, high = np.quantile(values, [0.025, 0.975])
    return [round(float(v), 4) for v in (figure(positive, negative), low, high)]


def _share(flags: NDArray[Any], rng: np.random.Generator) -> list[float]:
    """Return [value, low, high] of a share of pages."""
    count = int(flags.sum())
    values = rng.binomial(len(flags), count / len(flags), BOOTSTRAPS * 5) / len(flags)
    low, high = np.quantile(values, [0.025, 0.975])
    return [round(float(v), 4) for v in (count / len(flags), low, high)]


def _span_figures(counts: NDArray[np.int64], rng: np.random.Generator) -> dict[str, Any]:
    def figures(rows: NDArray[np.int64]) -> tuple[float, float, float]:
        both, ours, gold = rows.sum(axis=0)
        precision = both / ours if ours else 0.0
        recall = both / gold if gold else 0.0
        return precision, recall, 2 * both / (ours + gold) if ours + gold else 0.0

    precision, recall, f1 = figures(counts)
    values = [figures(counts[rng.integers(0, len(counts), len(counts))])[2] for _ in range(100)]
    low, high = np.quantile(values, [0.025, 0.975])
    return {
        "precision": round(float(precision), 4),
        "recall": round(float(recall), 4),
        "f1": [round(float(f1), 4), round(float(low), 4), round(float(high), 4)],
    }


def errors(
    judged: Sequence[Judgement], threshold: float, most: int, seed: int = 1
) -> list[Judgement]:
    """Return up to ``most`` wrongly judged pages, drawn at random, for reading."""
    wrong = [j for j in judged if (j.score >= threshold) != j.spam]
    return random.Random(seed).sample(wrong, min(most, len(wrong)))

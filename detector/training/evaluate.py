"""Measuring: how good a model is on labelled pages, with intervals, by group."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import tee
from typing import Any

import numpy as np

from detector.result import KINDS, Kind
from detector.scoring import Detector
from detector.training.figures import (
    calibration_error,
    character_f1,
    ranking,
    share,
)
from detector.training.judged import gold_ranges
from detector.training.labeled import LabeledPage

__all__ = ["Judgement", "errors", "evaluate", "judge_pages", "span_counts"]

_RATES = (0.01, 0.001)
"""False positives at which recall is told."""


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
    own, again = tee(pages)
    results = detector.score_many(page.page for page in again)
    for page, result in zip(own, results, strict=True):
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
    and F1. Figures with intervals are ``[value, low, high]``, as in
    :mod:`detector.training.figures`.
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
    if len(positive) and len(negative):
        found = ranking(positive, negative, _RATES, seed)
        report |= {name: list(interval) for name, interval in found.items()}
    if len(positive):
        report["recall"] = list(share(positive >= threshold))
    if ham:
        report["false_positives"] = list(share(np.array([j.score >= threshold for j in ham])))
    if spam and ham:
        scores, truth = np.array([j.score for j in judged]), np.array([j.spam for j in judged])
        report["ece"] = calibration_error(scores, truth, spam_share=0.5).value
    for name in ("injection", "garbled", "words"):
        counts = np.array([j.counts[name] for j in judged]).reshape(-1, 3)
        if counts[:, 2].sum():
            spans = character_f1(counts)
            report[f"{name}_spans"] = {
                "precision": spans["precision"].value,
                "recall": spans["recall"].value,
                "f1": list(spans["F1"]),
            }
    return report


def _score_of(kind: Kind | None) -> Callable[[Judgement], float]:
    if kind is None:
        return lambda judgement: judgement.score
    return lambda judgement: judgement.scores[kind]


def errors(
    judged: Sequence[Judgement], threshold: float, most: int, seed: int = 1
) -> list[Judgement]:
    """Return up to ``most`` wrongly judged pages, drawn at random, for reading."""
    wrong = [j for j in judged if (j.score >= threshold) != j.spam]
    return random.Random(seed).sample(wrong, min(most, len(wrong)))

"""Fitting: characters to weights, evidence to calibrated spans, spans to calibrated pages.

Linear models on top of each other, each fitted with scikit-learn on pages that the one before it
has not seen: a logistic regression over hashed features of single characters (one for each kind of
finding), one over the evidence around them, one over features of candidate spans, one over the
spans of a page.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, SGDClassifier

from detector.batch import batch_of
from detector.candidates import (
    SPAN_FEATURES,
    Candidates,
    Signs,
    candidates,
    reported,
    signs_of,
    without_parting,
)
from detector.config import Config
from detector.context import CONTEXT_GROUPS, CONTEXT_SIZE, context_buckets
from detector.model import Calibration, Model
from detector.ngrams import (
    FLAT_SIZE,
    GROUPS,
    NGRAM_BITS,
    ORDERS,
    REACH,
    ROW_BITS,
    ROW_WIDTH,
    Features,
)
from detector.page import WHERES
from detector.page_score import FITTED, Weighed, is_chinese, page_features
from detector.result import KINDS, Kind, RunningText
from detector.spans import positions
from detector.training.labeled import LabeledPage
from detector.training.options import FitOptions
from detector.training.synthesis import is_hard

__all__ = [
    "CharacterRows",
    "Tail",
    "Weights",
    "candidate_weights",
    "character_labels",
    "character_rows",
    "fit_pages",
    "fit_spans",
    "fit_weights",
    "fit_words",
    "gold_ranges",
    "judge",
    "most_useful",
    "page_log_odds",
    "rightness",
    "span_scores",
    "tail",
]

log = logging.getLogger(__name__)

ROW_COLUMNS = (1 << NGRAM_BITS) * ROW_WIDTH
COLUMNS = ROW_COLUMNS + FLAT_SIZE
_ROWS_AT_ONCE = 1_000_000
PER_CHARACTER = sum(2 * REACH + 2 - order for order in ORDERS) + len(GROUPS)


class CharacterRows(NamedTuple):
    """Training rows of single characters: feature columns (m x PER_CHARACTER), labels, weights."""

    columns: NDArray[np.uint32]
    injection: NDArray[np.bool_]
    garbled: NDArray[np.bool_]
    weights: NDArray[np.float32]


class Weights(NamedTuple):
    """The integer tables of a model and their scale."""

    rows: NDArray[np.int8]
    flats: NDArray[np.int8]
    scale: tuple[float, float]
    bias: tuple[float, float]


def character_labels(page: LabeledPage, offsets: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return (2 x n) labels of the characters that stand at ``offsets`` of the page's text."""
    labels = np.zeros((2, len(page.page.text) + 1), dtype=bool)
    for start, end, kind in page.spans:
        labels[0 if kind == "injection" else 1, start:end] = True
    return labels[:, offsets]


def feature_columns(found: Features, positions: NDArray[np.intp]) -> NDArray[np.uint32]:
    """Return the columns of the design matrix that characters at ``positions`` have set."""
    columns = np.empty((PER_CHARACTER, len(positions)), dtype=np.uint32)
    at = 0
    for order, rows in zip(ORDERS, found.rows, strict=True):
        for column in range(2 * REACH + 2 - order):
            start = 2 * REACH + 1 - order - column
            columns[at] = rows[positions + start] * np.uint32(ROW_WIDTH) + np.uint32(column)
            at += 1
    columns[at:] = found.flats[:, positions] + np.uint32(ROW_COLUMNS)
    return np.ascontiguousarray(columns.T)


def character_rows(
    page: LabeledPage,
    look: Model,
    rng: np.random.Generator,
    options: FitOptions,
    alarm: Callable[[LabeledPage], NDArray[np.bool_]] | None = None,
) -> CharacterRows:
    """Return training rows of one page: its offending characters, those around them, some others.

    ``look`` has the tables that features are made with; its weights do not matter.
    ``alarm`` marks characters that an earlier model judged wrongly; clean ones are all kept.
    """
    batch = batch_of([page.page], look.tables)
    folded = batch.page(0)
    n = len(folded.codes)
    labels = character_labels(page, folded.offsets)
    either = labels.any(axis=0)
    real = folded.classes != 0
    near = np.convolve(either, np.ones(21), mode="same")[:n] > 0 if n >= 21 else either
    near = near & ~either
    draw = rng.random(n)
    positive = either & (draw < min(1.0, 500 / max(1, int(either.sum()))))
    beside = near & (draw < min(0.7, 300 / max(1, int(near.sum()))))
    others = ~either & ~near & (draw < min(options.sample, 400 / max(1, n)))
    weights = np.where(others, options.clean_weight, 1.0).astype(np.float32)
    # The first clean characters on both sides teach where a finding ends.
    edge = np.convolve(either, np.ones(2 * REACH + 1), mode="same")[:n] > 0 if n >= 7 else either
    weights[edge & ~either] = 2.0
    # A page that is all spam must not drown the pages with one phrase of it.
    for head, (most, high) in enumerate(((45, 3.0), (40, 2.0))):
        size = max(1, int(labels[head].sum()))
        weights[labels[head]] = min(high, max(0.3, most / size))
    chosen = positive | beside | others
    if alarm is not None:
        wrong = alarm(page) & ~either
        chosen |= wrong
        weights[wrong] = 2.0
    positions = np.flatnonzero(chosen & real)
    return CharacterRows(
        feature_columns(look.features(batch), positions + batch.starts[0]),
        labels[0][positions],
        labels[1][positions],
        weights[positions],
    )


def fit_weights(parts: list[CharacterRows], options: FitOptions) -> Weights:
    """Fit the two character models and return them as integer tables. Empties ``parts``."""
    columns = np.concatenate([part.columns for part in parts])
    weights = np.concatenate([part.weights for part in parts])
    truths = {kind: np.concatenate([getattr(part, kind) for part in parts]) for kind in KINDS}
    parts.clear()  # gigabytes
    count = len(columns)
    matrix = csr_matrix(
        (
            np.ones(columns.size, dtype=np.float32),
            columns.reshape(-1).view(np.int32),
            np.arange(0, columns.size + 1, PER_CHARACTER, dtype=np.int32),
        ),
        shape=(count, COLUMNS),
    )

    def fitted(kind: Kind) -> tuple[NDArray[np.float64], float]:
        truth = truths[kind]
        log.info("%s: %d of %d characters offend", kind, int(truth.sum()), count)
        model = SGDClassifier(
            loss="log_loss",
            alpha=options.alpha,
            learning_rate="constant",
            eta0=options.step,
            average=count,  # from the second epoch on
            max_iter=options.epochs,
            tol=None,
            random_state=1,
        )
        model.fit(matrix, truth, sample_weight=weights)
        return model.coef_[0], float(model.intercept_[0])

    # The descent runs outside the interpreter's lock, so that threads use both cores.
    with ThreadPoolExecutor(len(KINDS)) as pool:
        heads = list(pool.map(fitted, KINDS))
    uses = np.zeros(COLUMNS, dtype=np.int64)
    for part in np.array_split(columns, 1 + count // _ROWS_AT_ONCE):
        uses += np.bincount(part.reshape(-1), minlength=COLUMNS)
    return _quantised([head for head, _ in heads], [bias for _, bias in heads], uses)


def _quantised(
    coefficients: list[NDArray[np.float64]], biases: list[float], uses: NDArray[np.int64]
) -> Weights:
    """Round weights to eight bits; the few largest are clipped so that small ones survive.

    ``uses`` says how often each column of the n-grams was set.
    """
    scales = []
    tables = np.empty((COLUMNS, 2), dtype=np.int8)
    for head in range(2):
        used = np.abs(coefficients[head][coefficients[head] != 0])
        scale = float(np.quantile(used, 0.99995)) / 127 if len(used) else 1.0
        scales.append(scale)
        tables[:, head] = np.clip(np.rint(coefficients[head] / scale), -127, 127)
    ngrams = tables[:ROW_COLUMNS].reshape(-1, ROW_WIDTH, 2)
    rows = most_useful(ngrams, uses[:ROW_COLUMNS])
    return Weights(
        rows, tables[ROW_COLUMNS:].copy(), (scales[0], scales[1]), (biases[0], biases[1])
    )


def most_useful(rows: NDArray[np.int8], uses: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return of the rows that share a number the one whose weights moved most, with its mark."""
    weight = np.square(rows, dtype=np.int32).sum(axis=2, dtype=np.int64)
    moved = (weight * uses.reshape(-1, ROW_WIDTH)).sum(axis=1)
    best = moved.reshape(1 << ROW_BITS, -1).argmax(axis=1)
    kept: NDArray[np.int8] = rows.reshape(1 << ROW_BITS, -1, ROW_WIDTH, 2)[
        np.arange(1 << ROW_BITS), best
    ].copy()
    kept[:, -1, 0] = best
    return kept


class ContextRows(NamedTuple):
    """Training rows of the second pass: buckets (heads x m x groups), labels, weights."""

    buckets: NDArray[np.int32]
    labels: NDArray[np.bool_]
    weights: NDArray[np.float32]


def context_rows(
    page: LabeledPage, model: Model, rng: np.random.Generator, most: int = 400
) -> ContextRows:
    """Return rows of the second pass: up to ``most`` characters, weighted for the rest."""
    batch = batch_of([page.page], model.tables)
    folded, start = batch.page(0), batch.starts[0]
    n = len(folded.codes)
    evidence = model.first_evidence(model.features(batch))
    first = evidence[start : start + n]
    labels = character_labels(page, folded.offsets)
    # Characters that the first pass finds clean beyond doubt teach little, and are many.
    dull = ~labels.any(axis=0) & (first.max(axis=1) < -4)
    share = np.where(dull, 0.1, 1.0) * min(1.0, most / max(1.0, float((~dull).sum())))
    chosen = np.flatnonzero((rng.random(n) < share) & (folded.classes != 0))
    buckets = context_buckets(evidence, batch)[:, :, chosen + start]
    # A long page counts for more than a short one, but not in proportion.
    weight = np.minimum(1 / share, 30) * min(1.0, (400 / max(n, 1)) ** 0.5)
    for head, (most, high) in enumerate(((45, 3.0), (40, 2.0))):
        size = max(1, int(labels[head].sum()))
        weight[labels[head]] *= min(high, max(0.3, most / size))
    weight = weight[chosen]
    return ContextRows(buckets.transpose(0, 2, 1), labels[:, chosen], weight.astype(np.float32))


def fit_context(parts: Sequence[ContextRows], strength: float = 1.0) -> NDArray[np.float32]:
    """Fit the second pass; return its table (heads x buckets), the intercept folded in."""
    weights = np.concatenate([part.weights for part in parts])
    width = len(CONTEXT_GROUPS) * CONTEXT_SIZE
    table = np.zeros((2, width), dtype=np.float32)
    for head in range(2):
        buckets = np.concatenate([part.buckets[head] for part in parts]).astype(np.int32)
        truth = np.concatenate([part.labels[head] for part in parts])
        matrix = csr_matrix(
            (
                np.ones(buckets.size, dtype=np.float32),
                buckets.reshape(-1),
                np.arange(0, buckets.size + 1, len(CONTEXT_GROUPS), dtype=np.int32),
            ),
            shape=(len(buckets), width),
        )
        model = LogisticRegression(C=strength, max_iter=300, tol=1e-5)
        model.fit(matrix, truth, sample_weight=weights)
        table[head] = model.coef_[0]
        # Every character has exactly one bucket of the first group.
        table[head, :CONTEXT_SIZE] += np.float32(model.intercept_[0])
    return table


def gold_ranges(page: LabeledPage, kind: Kind, gap: int = 40) -> list[tuple[int, int]]:
    """Return what an ideal finding covers: injections as they are, garbled words as passages.

    Garbled words of one block that are at most ``gap`` code points apart form one passage.
    """
    found = [(s.start, s.end) for s in page.spans if s.kind == kind]
    if kind == "injection":
        return found
    text = page.page.text
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start - merged[-1][1] <= gap and "\n" not in text[merged[-1][1] : start]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _covered(ranges: Iterable[tuple[int, int]], length: int) -> NDArray[np.int32]:
    """Return the running number of covered code points (length + 1 entries)."""
    steps = np.zeros(length + 2, dtype=np.int32)
    for start, end in ranges:
        steps[start] += 1
        steps[end] -= 1
    total = np.zeros(length + 1, dtype=np.int32)
    np.cumsum(np.cumsum(steps)[:length] > 0, out=total[1:])
    return total


CLEAN_PAGE_WEIGHT = 4.0
"""Of a clean page against one with spam, when span probabilities are fitted."""


class Judged(NamedTuple):
    """Candidates of one page and kind: features, whether right, what they say, whether Chinese.

    ``whole`` is that of the candidates, ``lang`` that of the page; ``hard`` says that it is an
    honest one made to look like spam (see synthesis).
    ``inside`` has the log-odds of each character in each candidate, one candidate after the other,
    ``of`` the candidate's index, ``offends`` whether the character is labelled.
    """

    values: NDArray[np.float64]
    right: NDArray[np.bool_]
    whole: NDArray[np.intp]
    said: Sequence[str]
    chinese: NDArray[np.bool_]
    where: NDArray[np.str_]
    length: int
    running: RunningText
    truth: bool
    spam: bool
    lang: str
    hard: bool
    inside: NDArray[np.float32]
    of: NDArray[np.intp]
    offends: NDArray[np.bool_]


def judge(page: LabeledPage, model: Model) -> tuple[Judged, ...]:
    """Return the candidates of a page with their truth, by kind in the order of ``KINDS``."""
    signs = signs_of([page.page], model)
    return tuple(_judged(page, signs, candidates(signs, model, kind)) for kind in KINDS)


def _trimmed(page: LabeledPage, found: Candidates) -> list[tuple[int, int]]:
    """Return what of each candidate would be reported, in code points of the page's text."""
    ranges = zip(found.text_start.tolist(), found.text_end.tolist(), strict=True)
    return [without_parting(found.kind, page.page.text, *ends) for ends in ranges]


def rightness(page: LabeledPage, found: Candidates) -> NDArray[np.bool_]:
    """Return which candidates would be right to report: at least half of them is labelled."""
    starts, ends = np.array(_trimmed(page, found), dtype=np.intp).reshape(-1, 2).T
    covered = _covered(gold_ranges(page, found.kind), len(page.page.text))
    right: NDArray[np.bool_] = 2 * (covered[ends] - covered[starts]) >= ends - starts
    return right


def _judged(page: LabeledPage, signs: Signs, found: Candidates) -> Judged:
    text, kind, batch = page.page.text, found.kind, signs.batch
    (running,) = signs.textures.running()
    trimmed = _trimmed(page, found)
    said = [text[start:end] for start, end in trimmed]
    right = rightness(page, found)
    # Every character of every candidate, one candidate after the other.
    extents = found.end - found.start
    of = np.repeat(np.arange(len(extents)), extents)
    at = positions(found.start, extents)
    index = KINDS.index(kind)
    offends = character_labels(page, batch.offsets[at])[index]
    truth = any(s.kind == kind for s in page.spans)
    chinese = np.array([is_chinese(words) for words in said], dtype=bool)
    where = np.array(WHERES)[batch.places[found.start] >> 1]
    return Judged(
        found.features, right, found.whole, said, chinese, where, len(text), running, truth,
        page.spam, page.lang, is_hard(page), signs.evidence.final[at, index], of, offends,
    )  # fmt: skip


def _logistic(
    names: Sequence[str],
    matrix: NDArray[np.float64],
    truth: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> Calibration:
    if len(set(truth.tolist())) < 2:
        return Calibration(20.0 if len(truth) and truth.all() else -20.0, {})
    center, spread = matrix.mean(axis=0), matrix.std(axis=0) + 1e-6
    model = LogisticRegression(C=1.0, max_iter=500)
    model.fit((matrix - center) / spread, truth, sample_weight=weights)
    slopes = model.coef_[0] / spread
    intercept = float(model.intercept_[0] - (slopes * center).sum())
    return Calibration(
        round(intercept, 6),
        {name: round(float(slope), 6) for name, slope in zip(names, slopes, strict=True)},
    )


def candidate_weights(counts: Sequence[int], spam: Sequence[bool]) -> NDArray[np.float64]:
    """Return weights of the candidates of pages that have ``counts`` of them, one after the other.

    Each page weighs about the same, however many candidates it has. Clean pages weigh more, since
    nearly all pages are clean.
    """
    sizes = np.array(counts)
    weights = np.where(spam, 1.0, CLEAN_PAGE_WEIGHT) / np.maximum(sizes, 1) ** 0.5
    return np.repeat(weights, sizes)


def fit_spans(judged: Sequence[Judged]) -> Calibration:
    """Fit the span calibration."""
    return _logistic(
        SPAN_FEATURES,
        np.concatenate([page.values for page in judged]),
        np.concatenate([page.right for page in judged]),
        candidate_weights([len(page.right) for page in judged], [page.spam for page in judged]),
    )


def fit_words(judged: Sequence[Judged], spans: Calibration, default: float) -> float:
    """Return the log-odds from which a character of a garbled passage belongs to a garbled word.

    The bound with the best F1 over the characters of the passages that are found, ``default``
    where none are.
    """
    inside, offends = [], []
    for page in judged:
        found = spans.probabilities(SPAN_FEATURES, page.values) >= 0.5
        kept = found[page.of]
        inside.append(page.inside[kept])
        offends.append(page.offends[kept])
    odds, truth = np.concatenate(inside), np.concatenate(offends)
    if not truth.any():
        return default
    order = np.argsort(-odds, kind="stable")
    right = np.cumsum(truth[order])
    f1 = 2 * right / (np.arange(1, len(odds) + 1) + int(truth.sum()))
    return round(float(odds[order][int(np.argmax(f1))]), 4)


def fit_pages(
    judged: Sequence[Judged], kind: Kind, spans: Calibration, config: Config
) -> Calibration:
    """Fit the page calibration on pages with findings; both classes weigh the same overall."""
    values, truths = [], []
    for page in judged:
        found = span_scores(page, spans, config)
        if found:
            row = page_features(found, page.length, page.running)
            values.append([row[name] for name in FITTED[kind]])
            truths.append(page.truth)
    share = sum(page.truth for page in judged) / max(1, len(judged))
    truth = np.array(truths, dtype=bool)
    weights = np.where(truth, 0.5 / max(share, 1e-3), 0.5 / max(1 - share, 1e-3))
    return _logistic(FITTED[kind], np.array(values), truth, weights)


def span_scores(page: Judged, spans: Calibration, config: Config) -> list[Weighed]:
    """Return what the page score asks of the candidates that become spans."""
    scores = spans.probabilities(SPAN_FEATURES, page.values)
    chosen = reported(np.zeros(len(scores), dtype=np.intp), page.whole, scores, config)
    return [
        Weighed(float(scores[k]), page.said[k], bool(page.chinese[k]), page.where[k])
        for k in chosen.tolist()
    ]


def page_log_odds(page: Judged, spans: Calibration, pages: Calibration, config: Config) -> float:
    """Return the log-odds of the page score of one kind, minus infinity without findings."""
    found = span_scores(page, spans, config)
    if not found:
        return -math.inf
    return pages.log_odds_of(page_features(found, page.length, page.running))


class Tail(NamedTuple):
    """The highest of many values, taken for exponentially distributed above some bound.

    (Peaks over a threshold; Pickands 1975. So two or three outliers do not decide.) ``share`` of
    the values exceed ``start``, by ``excess`` on average; ``exceeding`` did.
    """

    start: float
    share: float
    excess: float
    exceeding: int

    def bound(self, rate: float) -> float:
        """Return the bound that about ``rate`` of the values exceed, however few of them do."""
        beyond = math.log(self.share / rate) if self.exceeding else 0.0
        return self.start + self.excess * max(0.0, beyond)


def tail(values: Sequence[float], most: float = 0.01) -> Tail:
    """Return the tail of ``values`` that starts at their ``1 - most`` quantile.

    Values of minus infinity (pages without findings) are below any bound. Where all but one are,
    there is no tail to go by: it starts at 0 and counts none.
    """
    finite = np.sort([value for value in values if math.isfinite(value)])[::-1]
    if len(finite) < 2:
        return Tail(0.0, most, 1.0, 0)
    share = min(most, len(finite) / len(values))
    count = min(max(1, int(len(values) * share)), len(finite) - 1)
    excess = float((finite[:count] - finite[count]).mean())
    return Tail(float(finite[count]), share, max(excess, 0.1), count)

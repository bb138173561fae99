"""Detector: pages in, results out."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from detector.config import DEFAULT_CONFIG, Config
from detector.decode import decode, looks_binary
from detector.errors import DetectorError, InputError
from detector.extract import Paths, extract, looks_like_html
from detector.fold import Folded, fold
from detector.model import Calibration, Model, default_model_folder
from detector.page import WHERES, Page, page_from_text
from detector.result import KINDS, Kind, Result, Span, Word
from detector.spans import segments_of_evidence

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

__all__ = [
    "PAGE_FEATURES",
    "SPAN_FEATURES",
    "Candidates",
    "Detector",
    "candidates",
    "kind_score",
    "page_features",
    "page_scores",
    "place_codes",
    "read_page",
]

_WHERE_INDEX = {where: index for index, where in enumerate(WHERES)}


def read_page(
    page: bytes | str | Page | BeautifulSoup,
    *,
    content_type: str | None = None,
    config: Config = DEFAULT_CONFIG,
) -> Page:
    """Return ``page`` as a :class:`Page`: decoded, extracted, and cut at the limits of ``config``.

    ``content_type`` is the HTTP header's value: its charset guides decoding, ``text/plain`` or
    ``text/html`` settles what a text is; without it, text that starts like HTML is HTML.
    Raises :class:`InputError` for an argument of another type.
    """
    if isinstance(page, Page):
        return page
    encoding: str | None = None
    truncated: tuple[str, ...] = ()
    if isinstance(page, (bytes, bytearray, memoryview)):
        data = bytes(page[: config.max_bytes + 1])
        if len(data) > config.max_bytes:
            data, truncated = data[: config.max_bytes], ("max_bytes",)
        if looks_binary(data):
            return Page("", (), False, None, (*truncated, "binary"))
        text, encoding, _ = decode(data, content_type)
    elif isinstance(page, str):
        text = page
        if len(text) > config.max_bytes:
            text, truncated = text[: config.max_bytes], ("max_bytes",)
    elif type(page).__module__.partition(".")[0] == "bs4":
        # Serialised and parsed again, so that a soup and its source give the same page.
        text, content_type = str(page), "text/html"
    else:
        raise InputError(
            f"cannot score a {type(page).__name__}; pass bytes, str, a BeautifulSoup or a Page"
        )
    if content_type is not None and content_type.lower().lstrip().startswith("text/plain"):
        html = False
    elif content_type is not None and "html" in content_type.lower():
        html = True
    else:
        html = looks_like_html(text)
    if html:
        result = extract(text, config, encoding)
    else:
        result = page_from_text(text, encoding, config.max_characters)
    return result._replace(truncated=truncated + result.truncated) if truncated else result


def place_codes(page: Page, folded: Folded) -> NDArray[np.uint8]:
    """Return for each folded character ``2 * where + visible`` of its segment (see ngrams)."""
    segments = page.segments
    if not segments:
        return np.zeros(len(folded.offsets), dtype=np.uint8)
    starts = np.fromiter((s.start for s in segments), dtype=np.int64, count=len(segments))
    codes = np.fromiter(
        (2 * _WHERE_INDEX[s.where] + s.visible for s in segments), np.uint8, len(segments)
    )
    index = np.searchsorted(starts, folded.offsets, side="right") - 1
    return codes[np.maximum(index, 0)]


SPAN_FEATURES = (
    "sum", "sum_linear", "mean", "peak", "runs", "size", "rest", "crowd", "share", "page",
    "below_best", "hidden", *(f"where_{where}" for where in WHERES),
)  # fmt: skip
"""What the span calibration is told about a candidate, in column order."""


class Candidates(NamedTuple):
    """Stretches of evidence of one kind that may become spans, in order.

    ``start`` and ``end`` are positions in the folded text, ``text_start`` and ``text_end`` code
    points in the page's; ``features`` is m x ``len(SPAN_FEATURES)``.
    """

    kind: Kind
    start: NDArray[np.intp]
    end: NDArray[np.intp]
    text_start: NDArray[np.intp]
    text_end: NDArray[np.intp]
    features: NDArray[np.float64]


class Candidate(NamedTuple):
    """One of :class:`Candidates` that became a span, with its calibrated score."""

    kind: Kind
    start: int
    end: int
    text_start: int
    text_end: int
    score: float


def candidates(
    page: Page,
    folded: Folded,
    places: NDArray[np.uint8],
    evidence: NDArray[np.float32],
    model: Model,
    kind: Kind,
) -> Candidates:
    """Return the candidate findings of one kind, with the features of the span calibration."""
    cut = model.segmentation[kind]
    raw = evidence[:, KINDS.index(kind)] - np.float32(cut.offset)
    breaks = np.flatnonzero(folded.classes == 0)
    found = segments_of_evidence(np.maximum(raw, np.float32(-cut.floor)), breaks, cut.least)
    features = np.zeros((len(found), len(SPAN_FEATURES)))
    if not found:
        nothing = np.zeros(0, dtype=np.intp)
        return Candidates(kind, nothing, nothing, nothing, nothing, features)
    n = len(raw)
    start, end, score = (np.array(column) for column in zip(*found, strict=True))
    size = end - start
    place = places[start]
    positive = raw > 0
    rises = np.concatenate(([0], np.cumsum(positive[1:] & ~positive[:-1])))
    runs = rises[end - 1] - rises[start] + positive[start]
    # reduceat wants the ends of the ranges among its starts, and takes every other result.
    pairs = np.stack((start, np.minimum(end, n - 1)), axis=1).reshape(-1)
    peak = np.maximum(np.maximum.reduceat(raw, pairs)[::2], raw[end - 1])
    at = np.searchsorted(breaks, start)
    block = np.append(breaks, n)[at] - np.concatenate(([0], breaks + 1))[at]
    logs = np.log1p(score)
    columns = (
        logs,
        np.minimum(score, 60.0) / 10,
        score / size,
        peak,
        np.log(np.maximum(runs, 1)),
        np.log(size),
        np.log1p(np.maximum(block - size, 0)),
        math.log(len(found)),
        math.log((int(size.sum()) + 1) / (n + 20)),
        math.log(n + 20),
        logs.max() - logs,
        (place & 1) == 0,
    )
    for index, column in enumerate(columns):
        features[:, index] = column
    features[np.arange(len(found)), len(columns) + (place >> 1)] = 1.0
    offsets = folded.offsets
    return Candidates(kind, start, end, offsets[start], offsets[end - 1] + 1, features)


PAGE_FEATURES = ("best", "second", "third", "expected", "chars", "length")
"""What the page calibration is told about the spans of one kind, in column order."""


def page_features(spans: Sequence[tuple[float, int]], length: int) -> list[float]:
    """Return the :data:`PAGE_FEATURES` of the (score, size) of spans, at least one."""
    odds = sorted((math.log(max(p, 1e-6) / max(1 - p, 1e-6)) for p, _ in spans), reverse=True)
    return [
        odds[0],
        max(odds[1], -4.0) if len(odds) > 1 else -4.0,
        max(odds[2], -4.0) if len(odds) > 2 else -4.0,
        math.log(sum(p for p, _ in spans)),
        math.log1p(sum(p * size for p, size in spans)),
        math.log(length + 20),
    ]


def kind_score(spans: Sequence[tuple[float, int]], length: int, calibration: Calibration) -> float:
    """Return the score of one kind that follows from the (score, size) of its spans, 0 of none."""
    if not spans:
        return 0.0
    values = np.array([page_features(spans, length)])
    return float(calibration.probabilities(PAGE_FEATURES, values)[0])


def page_scores(
    spans: Iterable[Span], length: int, model: Model
) -> tuple[float, dict[Kind, float]]:
    """Return the page score, and the scores by kind, that follow from ``spans``.

    A kind without spans scores 0; the page score is that of the likelier kind. (Noisy-or would
    let two doubts add up to a certainty.)
    """
    by_kind: dict[Kind, list[tuple[float, int]]] = {kind: [] for kind in KINDS}
    for span in spans:
        by_kind[span.kind].append((span.score, span.end - span.start))
    scores = {
        kind: kind_score(found, length, model.page_calibration[kind])
        for kind, found in by_kind.items()
    }
    return max(scores.values()), scores


class Detector:
    """Scores pages with a model. Safe to share between threads; use :meth:`load` to get one."""

    def __init__(
        self, model: Model, threshold: float | None = None, config: Config = DEFAULT_CONFIG
    ) -> None:
        self.model = model
        self.threshold = model.threshold if threshold is None else threshold
        self.config = config

    @classmethod
    def load(
        cls,
        path: str | Path | None = None,
        *,
        threshold: float | None = None,
        config: Config = DEFAULT_CONFIG,
    ) -> Detector:
        """Open the shipped model, or the one in the folder ``path``.

        ``threshold`` (0-1) replaces the model's own. Raises :class:`ModelError`.
        """
        folder = default_model_folder() if path is None else Path(path)
        return cls(Model.load(folder), threshold, config)

    def score(
        self,
        page: bytes | str | Page | BeautifulSoup,
        *,
        url: str | None = None,
        content_type: str | None = None,
    ) -> Result:
        """Judge one page. See :func:`read_page` for what is accepted.

        Raises :class:`InputError` for an argument of another type, and nothing for any content.
        """
        read = read_page(page, content_type=content_type, config=self.config)
        return self.score_page(read, url=url)

    def score_page(self, page: Page, *, url: str | None = None) -> Result:
        """Judge a :class:`Page`."""
        spans, cut = self._spans(page)
        truncated = (*page.truncated, "max_spans") if cut else page.truncated
        score, scores = page_scores(spans, len(page.text), self.model)
        return Result(
            score=score,
            verdict="spam" if score >= self.threshold else "ham",
            threshold=self.threshold,
            scores=scores,
            spans=tuple(spans),
            length=len(page.text),
            html=page.html,
            encoding=page.encoding,
            truncated=truncated,
            model=self.model.version,
            url=url,
        )

    def score_many(
        self, pages: Iterable[bytes | str | Page | BeautifulSoup | tuple[str, Any]]
    ) -> Iterator[Result]:
        """Judge pages in order, lazily. An item may be a ``(url, page)`` pair.

        A page that cannot be scored gives a result with its ``error`` said, and costs no other.
        """
        for item in pages:
            # A Page is a tuple too, but a named one.
            url, page = cast(
                "tuple[str | None, Any]", item if type(item) is tuple else (None, item)
            )
            try:
                yield self.score(page, url=url)
            except DetectorError as error:
                yield Result(
                    0.0, "ham", self.threshold, dict.fromkeys(KINDS, 0.0), (), 0,
                    model=self.model.version, url=url, error=str(error),
                )  # fmt: skip

    def _spans(self, page: Page) -> tuple[list[Span], bool]:
        """Return the findings in order of place, and whether the least probable were cut."""
        if not page.segments:
            return [], False
        folded = fold(page.text, self.model.tables)
        if not len(folded.codes):
            return [], False
        places = place_codes(page, folded)
        evidence = self.model.evidence(folded, places)
        likely: list[Candidate] = []
        for kind in KINDS:
            found = candidates(page, folded, places, evidence, self.model, kind)
            calibration = self.model.span_calibration[kind]
            score = calibration.probabilities(SPAN_FEATURES, found.features)
            chosen = np.flatnonzero(score >= self.config.min_span_score)
            columns = (found.start, found.end, found.text_start, found.text_end, score)
            rows = zip(*(column[chosen].tolist() for column in columns), strict=True)
            likely += [Candidate(kind, *row) for row in rows]
        cut = len(likely) > self.config.max_spans
        if cut:
            likely = sorted(likely, key=lambda c: -c.score)[: self.config.max_spans]
        likely.sort(key=lambda c: (c.text_start, c.text_end))
        starts = [segment.start for segment in page.segments] if likely else []
        paths = Paths()
        spans = [self._span(page, folded, evidence, c, starts, paths) for c in likely]
        return spans, cut

    def _span(
        self,
        page: Page,
        folded: Folded,
        evidence: NDArray[np.float32],
        found: Candidate,
        starts: list[int],
        paths: Paths,
    ) -> Span:
        start, end = found.text_start, found.text_end
        first = bisect_right(starts, start) - 1
        last = bisect_left(starts, end)
        segment = max(
            page.segments[max(first, 0) : last],
            key=lambda s: min(end, s.end) - max(start, s.start),
        )
        words: tuple[Word, ...] = ()
        if found.kind == "garbled":
            words = self._words(page, folded, evidence, found)
        return Span(
            found.kind, start, end, page.text[start:end], found.score, segment.where,
            segment.visible, paths.path(segment.node), words,
        )  # fmt: skip

    def _words(
        self, page: Page, folded: Folded, evidence: NDArray[np.float32], found: Candidate
    ) -> tuple[Word, ...]:
        """Return the runs of garbled evidence inside a passage as words."""
        column = evidence[found.start : found.end, KINDS.index("garbled")]
        positive = column > self.model.segmentation["garbled"].offset
        edges = np.flatnonzero(np.diff(np.concatenate(([0], positive.view(np.int8), [0]))))
        words = []
        for begin, finish in edges.reshape(-1, 2).tolist():
            start = int(folded.offsets[found.start + begin])
            end = int(folded.offsets[found.start + finish - 1]) + 1
            words.append(self._word(page.text, start, end))
        return tuple(words)

    def _word(self, text: str, start: int, end: int) -> Word:
        """Return the word at ``start:end``, widened to a known garbled word that covers it."""
        likely = self.model.likely
        for reach in range(0, 3):
            for left in range(max(0, start - reach), start + 1):
                right = end + reach - (start - left)
                known = likely.get(text[left:right]) if right <= len(text) else None
                if known is not None:
                    return Word(left, right, text[left:right], known)
        return Word(start, end, text[start:end])

"""Detector: pages in, results out."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from detector.config import DEFAULT_CONFIG, Config
from detector.decode import decode, looks_binary
from detector.errors import DetectorError, InputError
from detector.extract import Paths, extract, looks_like_html
from detector.fold import Folded, fold
from detector.model import Model, default_model_folder
from detector.page import WHERES, Page, page_from_text
from detector.result import KINDS, Kind, Result, Span, Word
from detector.spans import segments_of_evidence

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

__all__ = ["Candidate", "Detector", "candidates", "page_scores", "place_codes", "read_page"]

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


class Candidate:
    """A stretch of evidence that may become a span: positions in the folded text, and features."""

    __slots__ = ("end", "features", "kind", "start", "text_end", "text_start")

    def __init__(
        self, kind: Kind, start: int, end: int, text_start: int, text_end: int,
        features: dict[str, float],
    ) -> None:  # fmt: skip
        self.kind = kind
        self.start = start
        self.end = end
        self.text_start = text_start
        self.text_end = text_end
        self.features = features


def candidates(
    page: Page,
    folded: Folded,
    places: NDArray[np.uint8],
    evidence: NDArray[np.float32],
    model: Model,
    kind: Kind,
) -> list[Candidate]:
    """Return the candidate findings of one kind, with the features of the span calibration."""
    cut = model.segmentation[kind]
    raw = evidence[:, KINDS.index(kind)] - np.float32(cut.offset)
    clipped = np.maximum(raw, np.float32(-cut.floor))
    breaks = np.flatnonzero(folded.classes == 0)
    found = segments_of_evidence(clipped, breaks, cut.least)
    if not found:
        return []
    offsets = folded.offsets
    length = len(page.text)
    total = sum(end - start for start, end, _ in found)
    crowd = math.log(len(found))
    share = math.log((total + 1) / (len(offsets) + 20))
    page_size = math.log(len(offsets) + 20)
    best = max(score for _, _, score in found)
    result = []
    for start, end, score in found:
        place = int(places[start])
        size = end - start
        values = {
            "sum": math.log1p(score),
            "sum_linear": min(score, 60.0) / 10,
            "mean": score / size,
            "peak": float(raw[start:end].max()),
            "runs": math.log(_runs(raw[start:end])),
            "size": math.log(size),
            "rest": math.log1p(max(0.0, _block_size(breaks, start, len(offsets)) - size)),
            "crowd": crowd,
            "share": share,
            "page": page_size,
            "below_best": math.log1p(best) - math.log1p(score),
            "hidden": float(not place & 1),
            f"where_{WHERES[place >> 1]}": 1.0,
        }
        text_end = int(offsets[end - 1]) + 1 if end <= len(offsets) else length
        result.append(Candidate(kind, start, end, int(offsets[start]), text_end, values))
    return result


def _runs(raw: NDArray[np.float32]) -> int:
    """Return how many separate stretches of positive evidence there are (at least 1)."""
    positive = raw > 0
    return max(1, int(np.count_nonzero(positive[1:] & ~positive[:-1])) + int(positive[0]))


def _block_size(breaks: NDArray[np.intp], position: int, n: int) -> int:
    at = int(np.searchsorted(breaks, position))
    start = int(breaks[at - 1]) + 1 if at else 0
    end = int(breaks[at]) if at < len(breaks) else n
    return end - start


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, value))))


def page_features(spans: Sequence[tuple[float, int]], length: int) -> dict[str, float]:
    """Return the features of the page calibration from (score, size) of spans of one kind."""
    odds = sorted((math.log(max(p, 1e-6) / max(1 - p, 1e-6)) for p, _ in spans), reverse=True)
    expected = sum(p for p, _ in spans)
    chars = sum(p * size for p, size in spans)
    return {
        "best": odds[0],
        "second": max(odds[1], -4.0) if len(odds) > 1 else -4.0,
        "third": max(odds[2], -4.0) if len(odds) > 2 else -4.0,
        "expected": math.log(expected),
        "chars": math.log1p(chars),
        "length": math.log(length + 20),
    }


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
    scores: dict[Kind, float] = {}
    for kind, found in by_kind.items():
        scores[kind] = 0.0
        if found:
            values = page_features(found, length)
            scores[kind] = _sigmoid(model.page_calibration[kind].log_odds(values))
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
        likely: list[tuple[float, Candidate]] = []
        for kind in KINDS:
            calibration = self.model.span_calibration[kind]
            for found in candidates(page, folded, places, evidence, self.model, kind):
                score = _sigmoid(calibration.log_odds(found.features))
                if score >= self.config.min_span_score:
                    likely.append((score, found))
        cut = len(likely) > self.config.max_spans
        if cut:
            likely = sorted(likely, key=lambda pair: -pair[0])[: self.config.max_spans]
        likely.sort(key=lambda pair: (pair[1].text_start, pair[1].text_end))
        starts = [segment.start for segment in page.segments] if likely else []
        paths = Paths()
        spans = [
            self._span(page, folded, evidence, found, score, starts, paths)
            for score, found in likely
        ]
        return spans, cut

    def _span(
        self,
        page: Page,
        folded: Folded,
        evidence: NDArray[np.float32],
        found: Candidate,
        score: float,
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
            found.kind, start, end, page.text[start:end], score, segment.where, segment.visible,
            paths.path(segment.node), words,
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

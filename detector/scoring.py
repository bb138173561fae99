"""Detector: pages in, results out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from detector.candidates import SPAN_FEATURES, Candidate, candidates, place_codes
from detector.config import DEFAULT_CONFIG, Config
from detector.decode import decode, looks_binary
from detector.errors import DetectorError, InputError
from detector.extract import Paths, extract, looks_like_html
from detector.fold import Folded, fold
from detector.model import Model, default_model_folder
from detector.page import Page, page_from_text
from detector.page_score import page_scores
from detector.result import KINDS, Result, Span, Word
from detector.words import fitting_words, garbled_words

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

__all__ = ["Detector", "read_page"]


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
        features = self.model.features(folded, places)
        evidence = self.model.evidence(features, folded, places)
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
        garbled = any(found.kind == "garbled" for found in likely)
        fitting = fitting_words(features.comparison) if garbled else {}
        spans = [self._span(page, folded, evidence, c, starts, paths, fitting) for c in likely]
        return spans, cut

    def _span(
        self,
        page: Page,
        folded: Folded,
        evidence: NDArray[np.float32],
        found: Candidate,
        starts: list[int],
        paths: Paths,
        fitting: dict[int, str],
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
            words = garbled_words(page.text, folded, evidence, found, self.model, fitting)
        return Span(
            found.kind, start, end, page.text[start:end], found.score, segment.where,
            segment.visible, paths.path(segment.node), words,
        )  # fmt: skip

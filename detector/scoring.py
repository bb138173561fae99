"""Detector: pages in, results out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from numbers import Real
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from detector.batch import GAP
from detector.candidates import (
    SPAN_FEATURES,
    Candidate,
    candidates,
    reported,
    signs_of,
    without_parting,
)
from detector.config import DEFAULT_CONFIG, Config
from detector.damage import Repaired, repairs, shown_spans
from detector.decode import looks_binary, utf8_or_text
from detector.errors import DetectorError, InputError
from detector.extract import extract, extract_utf8, looks_like_html
from detector.kernel import loaded
from detector.link_blocks import link_blocks
from detector.model import Model, default_model_folder
from detector.page import Page, page_from_text
from detector.page_score import Judgement, scores_of_pages
from detector.paths import element_paths
from detector.result import KINDS, Result, Span, Texture
from detector.spans import holders, runs_within
from detector.words import garbled_words

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

__all__ = ["Detector", "read_page"]

_PLACE = attrgetter("start", "end")
_HEAD = 1000  # characters or bytes, by which most pages can be told to be HTML


class _Findings(NamedTuple):
    """What is found on a page, in order of place.

    ``cut`` says whether the least probable findings were left out.
    """

    spans: list[Span]
    cut: bool
    texture: Texture


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
    if content_type is not None and not isinstance(content_type, str):
        raise InputError(f"a content_type is a str, not a {type(content_type).__name__}")
    if isinstance(page, Page):
        return page
    content: str | bytes  # bytes are UTF-8: whose text is mostly not asked for
    encoding: str | None = None
    truncated: tuple[str, ...] = ()
    if isinstance(page, (bytes, bytearray, memoryview)):
        data = bytes(page[: config.max_bytes + 1])
        if len(data) > config.max_bytes:
            data, truncated = data[: config.max_bytes], ("max_bytes",)
        if looks_binary(data):
            return Page("", (), False, None, (*truncated, "binary"))
        content, encoding = utf8_or_text(data, content_type)
    elif isinstance(page, str):
        content = page
        if len(content) > config.max_bytes:
            content, truncated = content[: config.max_bytes], ("max_bytes",)
    elif type(page).__module__.partition(".")[0] == "bs4":
        # Serialised and parsed again, so that a soup and its source give the same page.
        content, content_type = str(page), "text/html"
    else:
        raise InputError(
            f"cannot score a {type(page).__name__}; pass bytes, str, a BeautifulSoup or a Page"
        )
    declared = (content_type or "").lower().lstrip()
    plain = declared.startswith("text/plain")
    html = not plain and ("html" in declared or looks_like_html(_text(content[:_HEAD])))
    if not html:
        content = _text(content)
        html = not plain and looks_like_html(content)
    if html:
        if isinstance(content, bytes):
            result = extract_utf8(content, config, encoding)
        else:
            result = extract(content, config, encoding)
    else:
        result = page_from_text(_text(content), encoding, config.max_characters)
    return result._replace(truncated=truncated + result.truncated) if truncated else result


def _check_url(url: Any) -> None:
    if url is not None and not isinstance(url, str):
        raise InputError(f"a URL is a str, not a {type(url).__name__}")


def _parts(item: Any) -> tuple[str | None, Any, Any]:
    """Return URL, page and content type of what :meth:`Detector.score_many` was given."""
    if type(item) is not tuple:  # a Page is a tuple too, but a named one
        return None, item, None
    if not 2 <= len(item) <= 3:
        told = "(url, page) or (url, page, content_type)"
        raise InputError(f"a tuple is {told}; this one has {len(item)} items")
    url, page, content_type = (*item, None)[:3]
    _check_url(url)
    return url, page, content_type


def _text(content: str | bytes) -> str:
    return content if isinstance(content, str) else content.decode("utf-8", "ignore")


class Detector:
    """Scores pages with a model. Safe to share between threads; use :meth:`load` to get one."""

    def __init__(
        self, model: Model, threshold: float | None = None, config: Config = DEFAULT_CONFIG
    ) -> None:
        self.model = model
        given: Any = model.threshold if threshold is None else threshold
        # NaN is no smaller than anything, nor larger.
        if not isinstance(given, Real) or not 0 <= float(given) <= 1:
            raise InputError(f"a threshold is a number from 0 to 1, not {given!r}")
        self.threshold = float(given)
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

        ``threshold`` (0-1) replaces the model's own. Raises :class:`ModelError`,
        :class:`InputError` for another threshold, and :class:`DetectorError` where the compiled
        part of the package was not built.
        """
        loaded()
        folder = default_model_folder() if path is None else Path(path)
        return cls(Model.load(folder), threshold, config)

    def score(
        self,
        page: bytes | str | Page | BeautifulSoup,
        *,
        url: str | None = None,
        content_type: str | None = None,
        source_map: bool = False,
    ) -> Result:
        """Judge one page. See :func:`read_page` for what is accepted.

        ``source_map`` looks up where each finding stands in the bytes or text (``Span.source``),
        which takes up to a second on pages made for it (``max_compared`` of the config).

        Raises :class:`InputError` for an argument of another type, and nothing for any content.
        """
        _check_url(url)
        read = read_page(page, content_type=content_type, config=self.config)
        result = self.score_page(read, url=url)
        if source_map and isinstance(page, (bytes, bytearray, memoryview, str)):
            from detector.source_map import byte_ranges, source_ranges

            most = self.config.max_compared
            if isinstance(page, str):
                source = page[: self.config.max_bytes]
                ranges, cut = source_ranges(source, read, result.spans, most)
            else:
                data = bytes(page[: self.config.max_bytes])
                ranges, cut = byte_ranges(data, content_type, read, result.spans, most)
            if cut:
                result = replace(result, truncated=(*result.truncated, "max_compared"))
            placed = zip(result.spans, ranges, strict=True)
            result = replace(result, spans=tuple(replace(s, source=r) for s, r in placed))
        return result

    def score_page(self, page: Page, *, url: str | None = None) -> Result:
        """Judge a :class:`Page`."""
        return self._judged([(url, page)])[0]

    def score_many(
        self,
        pages: Iterable[
            bytes
            | str
            | Page
            | BeautifulSoup
            | tuple[str | None, Any]
            | tuple[str | None, Any, str | None]
        ],
    ) -> Iterator[Result]:
        """Judge pages in order, lazily, several at a time.

        An item may be a ``(url, page)`` pair, or ``(url, page, content_type)``. Reads ahead of
        what it yields, as far as ``batch_characters`` and ``batch_source`` of the
        config say: a call of numpy costs the same for several short pages as for one. A page that
        cannot be scored gives a result with its ``error`` said, and costs no other.
        """
        if isinstance(pages, (bytes, bytearray, memoryview, str, Page)):
            raise InputError("score_many takes pages in a row; score takes one")
        waiting: list[tuple[str | None, Page | str]] = []
        characters = source = 0
        given = iter(pages)
        broken: Exception | None = None
        while True:
            try:
                item = next(given)
            except StopIteration:
                break
            except Exception as error:  # what came before it is not lost
                broken = error
                break
            url, page, content_type = None, None, None
            try:
                url, page, content_type = _parts(item)
                read: Page | str = read_page(page, content_type=content_type, config=self.config)
            except DetectorError as error:
                read = str(error)
            waiting.append((url, read))
            characters += GAP + (len(read.text) if isinstance(read, Page) else 0)
            source += len(page) if isinstance(page, (bytes, bytearray, memoryview, str)) else 0
            if characters >= self.config.batch_characters or source >= self.config.batch_source:
                yield from self._judged(waiting)
                waiting, characters, source = [], 0, 0
        yield from self._judged(waiting)
        if broken is not None:
            raise broken

    def _judged(self, given: Sequence[tuple[str | None, Page | str]]) -> list[Result]:
        """Return the results of pages, or of what is wrong with them, each with its URL."""
        pages = [page for _, page in given if isinstance(page, Page)]
        found = self._repaired_findings(pages)
        judgements = []
        for shown, (own, repair) in zip(pages, found, strict=True):
            length = len(shown.text if repair is None else repair.page.text)
            judgements.append(Judgement(own.spans, length, own.texture, shown.html))
        judged = iter(zip(found, scores_of_pages(judgements, self.model), strict=True))
        results = []
        for url, page in given:
            if not isinstance(page, Page):
                results.append(
                    Result(
                        0.0, "ham", self.threshold, dict.fromkeys(KINDS, 0.0), (), 0,
                        model=self.model.version, url=url, error=page,
                    )
                )  # fmt: skip
                continue
            ((spans, cut, texture), repair), (score, scores) = next(judged)
            results.append(
                Result(
                    score=score,
                    verdict="spam" if score >= self.threshold else "ham",
                    threshold=self.threshold,
                    scores=scores,
                    spans=tuple(spans),
                    length=len(page.text),
                    replaced=page.text.count("\ufffd"),
                    html=page.html,
                    encoding=page.encoding,
                    truncated=(*page.truncated, "max_spans") if cut else page.truncated,
                    model=self.model.version,
                    url=url,
                    link_blocks=link_blocks(page, spans),
                    damage=() if repair is None else repair.damage,
                    texture=texture,
                )
            )
        return results

    def _repaired_findings(self, pages: Sequence[Page]) -> list[tuple[_Findings, Repaired | None]]:
        """Return what :meth:`_findings` does, of damaged pages once they are repaired, and how."""
        found = self._findings(pages)
        made = repairs(pages, [own.spans for own in found], self.model, self.config)
        again = iter(self._findings([repair.page for repair in made if repair is not None]))
        judged = []
        for page, own, repair in zip(pages, found, made, strict=True):
            if repair is not None:
                spans, cut, texture = next(again)
                own = _Findings(shown_spans(spans, repair, page.text), cut or repair.cut, texture)
            judged.append((own, repair))
        return judged

    def _findings(self, pages: Sequence[Page]) -> list[_Findings]:
        """Return what is found on each page."""
        likely: list[list[Candidate]] = [[] for _ in pages]
        if not any(page.segments for page in pages):
            return [_Findings([], False, Texture()) for _ in pages]
        signs = signs_of(pages, self.model)
        for kind in KINDS:
            found = candidates(signs, self.model, kind)
            score = self.model.span_calibration[kind].probabilities(SPAN_FEATURES, found.features)
            chosen = reported(found.page, found.whole, score, self.config)
            runs: list[list[tuple[int, int]]] = [[]] * len(chosen)
            if kind == "garbled" and len(chosen):
                column = signs.evidence.final[:, KINDS.index(kind)]
                start, end = found.start[chosen], found.end[chosen]
                runs = runs_within(column, self.model.word_bound, start, end, signs.batch.offsets)
            columns = (found.page, found.text_start, found.text_end, score)
            rows = zip(*(column[chosen].tolist() for column in columns), runs, strict=True)
            for page, first, last, likelihood, own in rows:
                likely[page].append(Candidate(kind, first, last, likelihood, own))
        spans = self._spans(pages, likely)
        return [
            _Findings(own, len(own) < len(those), texture)
            for own, those, texture in zip(spans, likely, signs.textures.by_page(), strict=True)
        ]

    def _spans(
        self, pages: Sequence[Page], likely: Sequence[Sequence[Candidate]]
    ) -> list[list[Span]]:
        """Return the findings of each page in order of place; of too many the best."""
        most = self.config.max_spans
        kept = [
            sorted(own, key=lambda c: -c.score)[:most] if len(own) > most else own for own in likely
        ]
        ranges = [
            without_parting(found.kind, page.text, found.start, found.end)
            for page, own in zip(pages, kept, strict=True)
            for found in own
        ]
        numbers = holders([page.rows() for page in pages], [*map(len, kept)], ranges)
        spans: list[list[Span]] = []
        first = 0
        for page, own in zip(pages, kept, strict=True):
            text, last = page.text, first + len(own)
            segments = page.segments_numbered(numbers[first:last]) if own else []
            paths = element_paths(page, [segment.node for segment in segments])
            here = []
            for found, (start, end), segment, path in zip(
                own, ranges[first:last], segments, paths, strict=True
            ):
                words = garbled_words(text, found.runs, self.model) if found.runs else ()
                here.append(
                    Span(
                        found.kind, start, end, text[start:end], found.score, segment.where,
                        segment.visible, path, words, segment.hidden_by,
                    )
                )  # fmt: skip
            here.sort(key=_PLACE)
            spans.append(here)
            first = last
        return spans

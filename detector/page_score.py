"""Findings to page score: they decide, and of garbled ones how garbled the page looks as well."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from detector.model import Model
from detector.page import Where
from detector.result import KINDS, Kind, Span, Texture

__all__ = [
    "BOUNDS",
    "FITTED",
    "PAGE_FEATURES",
    "Judgement",
    "Weighed",
    "brief",
    "counts",
    "excerpt",
    "is_chinese",
    "page_features",
    "page_scores",
    "scores_of_pages",
]

BOUNDS = ("brief", "excerpt", "foreign", "foreign_brief", "html")
FITTED: dict[Kind, tuple[str, ...]] = {
    "injection": ("phrase", "phrases", "title"),
    "garbled": (
        "best", "second", "expected", "length", "top", "odd", "bold", "particles", "running",
        "running_size", "no_running", "usual", "tenth",
    ),
}  # fmt: skip
"""Which of the page features are fitted for each kind.

Injections add up: a brand in the title, in a heading and in a host name is a doorway, though each
alone leaves a doubt. What looks garbled does not: a long page has many doubts; what its text is
like as a whole tells which of them to believe.

Those of :data:`BOUNDS` are not fitted: their weights are what parts the thresholds of titles and
excerpts from those of texts, those of findings in other languages from those of Chinese ones (brief
pages apart), and those of HTML from those of texts.
"""
_OF_SPANS = (
    "best", "second", "expected", "phrase", "phrases", "title", "foreign", "foreign_brief",
)  # fmt: skip
_OF_PAGE = (
    "length", "top", "odd", "bold", "particles", "running", "running_size", "no_running", "usual",
    "tenth", "brief", "excerpt", "html",
)  # fmt: skip
PAGE_FEATURES = (*_OF_SPANS, *_OF_PAGE)
"""What the page calibration is told."""
_FLOOR = -4.0  # log-odds of what is not there
_NO_RUNNING = -3.0  # evidence of running text that is not there
_LEAST_RUNNING = 100  # characters of it that say how much there is
_TEXT, _OCTAVES = 400, 3  # code points of a text, and how often it is halved down to a mere title
_TITLE, _EXCERPT = (70, 160), (400, 800)
"""Code points up to which a page is one, and from which on it is not."""
_PHRASE, _SENTENCES = 16, 100  # code points
_LONG = 1000  # code points from which on a page gives more and more places for a false alarm


def brief(length: int) -> float:
    """Return how far a page of ``length`` code points is a title: 1 up to 70, 0 from 160 on."""
    return _falling(length, *_TITLE)


def excerpt(length: int) -> float:
    """Return how far a page is an excerpt: 1 from 160 code points to 400, 0 up to 70 and from 800.

    Nothing is as seldom mistaken for spam: titles have no context, long texts many places.
    """
    return (1 - brief(length)) * _falling(length, *_EXCERPT)


def _falling(length: int, low: int, high: int) -> float:
    """Return 1 up to ``low``, 0 from ``high`` on, and between as the logarithm of the length."""
    whole, nothing = math.log(low + 20), math.log(high + 20)
    return min(1.0, max(0.0, (nothing - math.log(length + 20)) / (nothing - whole)))


def _title_like(length: int) -> float:
    """Return how far all of a page may be one phrase: 1 up to 30 code points, 0 from 380 on."""
    return min(1.0, max(0.0, math.log2(_TEXT / (length + 20)) / _OCTAVES))


class Weighed(NamedTuple):
    """What the page score asks of a span: score, what it says, whether it is Chinese, place."""

    score: float
    said: str
    chinese: bool
    where: Where


_Either = TypeVar("_Either", Span, Weighed)

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3040-\u30ff]")


def is_chinese(text: str) -> bool:
    """Say whether ``text`` has Chinese characters and is not Japanese."""
    return _HAN.search(text) is not None and _KANA.search(text) is None


def counts(kind: Kind, said: str) -> bool:
    """Say whether the page score asks of a finding that says ``said``.

    Of injections those do not count that have no letters: rosters and tables are full of numbers,
    and a number alone promotes nothing.
    """
    return kind != "injection" or said[:1].isalpha() or any(map(str.isalpha, said))


def _log_odds(p: float) -> float:
    q = 1 - p
    return math.log((p if p > 1e-6 else 1e-6) / (q if q > 1e-6 else 1e-6))


def _running_on(span: Weighed) -> float:
    """Return by how much less an injection counts the longer it runs on.

    What is put into a text is a phrase. Honest promotion, which the web has more of than anything
    that looks like spam, is a sentence or two of it. What goes on and on is neither: no more is
    taken off for it.
    """
    size = min(len(span.said), _SENTENCES)
    return math.log(size / _PHRASE) if size > _PHRASE and span.where != "title" else 0.0


def _enter(found: dict[str, _Either], said: str, span: _Either) -> None:
    """Let ``span`` stand for what it says where it is the likeliest that says it."""
    same = said.casefold()
    known = found.get(same)
    if known is None or span.score > known.score:
        found[same] = span


def page_features(
    spans: Sequence[Weighed], length: int, texture: Texture, *, html: bool
) -> dict[str, float]:
    """Return what the page calibration is told about spans of one kind, at least one.

    Of those that say the same, the likeliest counts: sites name themselves again and again.
    """
    found: dict[str, Weighed] = {}
    for span in spans:
        _enter(found, span.said, span)
    told = (*_told_of_spans([*found.values()], length), *_told_of_page(length, texture, html=html))
    return dict(zip(PAGE_FEATURES, told, strict=True))


def _weighed(spans: Iterable[Span]) -> list[Weighed]:
    told = [(span.score, span.read, span.where) for span in spans]
    return [Weighed(score, said, is_chinese(said), where) for score, said, where in told]


def _told_of_spans(spans: Sequence[Weighed], length: int) -> tuple[float, ...]:
    """Return the features ``_OF_SPANS`` of spans that say different things."""
    whole = _title_like(length)
    # A page of twice the length has twice the chances of a false alarm, and pages made for training
    # are too short to tell by how much.
    long = max(0.0, math.log((length + 20) / _LONG))
    odds = [_log_odds(span.score) for span in spans]
    phrases = [
        own - long - (1 - whole) * _running_on(span)  # a title may be all promotion
        for span, own in zip(spans, odds, strict=True)
    ]
    odds.sort(reverse=True)
    phrases.sort(reverse=True)
    titles = [span.score for span in spans if span.where == "title"]
    expected = sum([span.score for span in spans])
    foreign = sum([span.score for span in spans if not span.chinese]) / expected
    return (
        odds[0],
        max(odds[1], _FLOOR) if len(odds) > 1 else _FLOOR,
        math.log(expected),
        phrases[0],
        math.log1p(sum([max(0.0, value) for value in phrases[1:]])),
        max(_log_odds(max(titles)), _FLOOR) if titles else _FLOOR,
        foreign,
        foreign * brief(length),
    )


def _told_of_page(length: int, texture: Texture, *, html: bool) -> tuple[float, ...]:
    """Return the features ``_OF_PAGE``."""
    size = texture.running_size
    return (
        math.log(length + 20),
        texture.top,
        math.log((texture.odd + 1) / (length + 20)),
        math.log((texture.bold + 1) / (length + 20)),
        math.log((texture.particles + 1) / (texture.han + 20)),
        texture.running_top if size else _NO_RUNNING,
        math.log(max(size, _LEAST_RUNNING) + 20),
        float(not size),
        texture.usual,
        texture.tenth,
        brief(length),
        excerpt(length),
        float(html),
    )


class Judgement(NamedTuple):
    """What page scores follow from.

    ``spans`` of a page; ``length`` of the text that was judged,
    :attr:`detector.Result.judged_length`; its ``texture``; and whether it was extracted from
    ``html``.
    """

    spans: Sequence[Span]
    length: int
    texture: Texture
    html: bool


def scores_of_pages(
    pages: Iterable[Judgement], model: Model
) -> list[tuple[float, dict[Kind, float]]]:
    """Return of each page its score, and the scores by kind.

    A kind without spans scores 0; the page score is that of the likelier kind. (Noisy-or would let
    two doubts add up to a certainty.)
    """
    scores: list[dict[Kind, float]] = []
    rows: dict[Kind, list[tuple[float, ...]]] = {kind: [] for kind in KINDS}
    pages_of: dict[Kind, list[int]] = {kind: [] for kind in KINDS}
    for number, (spans, length, texture, html) in enumerate(pages):
        scores.append(dict.fromkeys(KINDS, 0.0))
        by_kind: dict[Kind, dict[str, Span]] = {kind: {} for kind in KINDS}
        for span in spans:
            said = span.read
            if counts(span.kind, said):
                _enter(by_kind[span.kind], said, span)
        of_page = _told_of_page(length, texture, html=html) if spans else ()
        for kind, found in by_kind.items():
            if found:
                rows[kind].append((*_told_of_spans(_weighed(found.values()), length), *of_page))
                pages_of[kind].append(number)
    for kind, values in rows.items():
        if values:
            calibration = model.page_calibration[kind]
            judged = calibration.exact_probabilities(PAGE_FEATURES, np.array(values))
            for number, score in zip(pages_of[kind], judged, strict=True):
                scores[number][kind] = score
    return [(max(own.values()), own) for own in scores]


def page_scores(
    spans: Iterable[Span], length: int, texture: Texture, model: Model, *, html: bool
) -> tuple[float, dict[Kind, float]]:
    """Return :func:`scores_of_pages` of one page."""
    return scores_of_pages([Judgement(tuple(spans), length, texture, html)], model)[0]

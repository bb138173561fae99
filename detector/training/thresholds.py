"""Page scores are scaled so that few clean pages reach the threshold: as their tails tell.

Pages are told apart by kind of finding, by length, language and form, since each has a tail of its
own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from detector.calibration import Calibration
from detector.config import DEFAULT_CONFIG
from detector.model import Model
from detector.page_score import BOUNDS, brief, excerpt
from detector.result import KINDS, Kind
from detector.training.calibrate import LEAST_TAIL, TAIL, page_log_odds, tail
from detector.training.judged import Judged

__all__ = ["CAUTION", "THRESHOLD", "scaled"]

THRESHOLD = 0.5
"""Page scores are scaled so that this is the threshold of either kind."""
ONE_IN_A_HUNDRED = 0.05
"""What one plain text in a hundred scores at least, of either kind."""
CAUTION: dict[Kind, float] = {"injection": 1.0, "garbled": 3.0}
"""How much rarer than the rate each kind may be flagged: garbling alone is the lesser harm."""
BRIEF_CAUTION = 2.9
"""How much rarer than texts brief clean pages may be flagged: of these the web has more that looks
like spam than the pages made here, whose tail says too little."""
HTML_LENIENCE: dict[Kind, float] = {"injection": 1.1, "garbled": 0.15}
"""How often clean HTML may be flagged for every text: left-over markup, tables and lists look
garbled. (HTML made here is harder than that of the web: its bound comes from the texts' tail.)"""
HARD_LENIENCE = {"text": 4.0, "excerpt": 1.75, "brief": 8.3, "abroad": 4.0, "brief abroad": 10.0}
"""How much more often hard negatives may be flagged than plain pages, of Chinese ones by length and
in other languages. Half of the clean pages made for the threshold quote spam, report on it or look
like it, far more than on the web: counted as one, they would decide the threshold alone. Brief ones
are made to look like the titles of doorways."""
_LEAST_STEP = 0.3  # of log-odds between one page in a hundred and the threshold


def scaled(model: Model, judged: Sequence[tuple[Judged, ...]], false_rate: float) -> Model:
    """Return ``model`` with page scores scaled so that ``THRESHOLD`` gives ``false_rate``.

    ``judged`` are clean pages. The rate is the share of plain Chinese texts that injections may
    flag; garbling may flag less (:data:`CAUTION`). Brief pages, excerpts and other languages have a
    tail and a bound of their own, brief pages in other languages too; the bound moves from one to
    the other with :data:`~detector.page_score.BOUNDS`. Of garbling it is nowhere lower than that of
    Chinese texts and excerpts: where nothing of a kind is known, what is odd is no sign of it.
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
        brief_ones, excerpts, texts = (_clean(p, spans, page) for p in _by_length(chinese))
        bound = texts.bound(rate, 0.0, HARD_LENIENCE["text"])
        of_brief = brief_ones.bound(rate / BRIEF_CAUTION, bound, HARD_LENIENCE["brief"])
        of_excerpt = excerpts.bound(rate, bound, HARD_LENIENCE["excerpt"])
        brief_abroad, *longer = _by_length(others)
        as_judged = replace(page, weights={**fitted, "excerpt": bound - of_excerpt})
        abroad = _clean([one for part in longer for one in part], spans, as_judged)
        of_foreign = abroad.bound(rate, bound, HARD_LENIENCE["abroad"])
        abroad = _clean(brief_abroad, spans, page)
        of_foreign_brief = abroad.bound(
            rate / BRIEF_CAUTION, of_foreign, HARD_LENIENCE["brief abroad"]
        )
        if kind == "garbled":
            of_brief = max(of_brief, min(bound, of_excerpt))
            of_foreign, of_foreign_brief = max(of_foreign, bound), max(of_foreign_brief, bound)
        common = _exceeded(texts.plain, 0.01)
        step = max(bound - common, _LEAST_STEP) / math.log(1 / ONE_IN_A_HUNDRED - 1)
        of_html = texts.bound(rate * HTML_LENIENCE[kind], bound, HARD_LENIENCE["text"])
        apart = {
            "brief": bound - of_brief,
            "excerpt": bound - of_excerpt,
            "foreign": bound - of_foreign,
            "foreign_brief": bound - of_foreign_brief - (bound - of_brief) - (bound - of_foreign),
            "html": bound - of_html,
        }
        weights = {**fitted, **apart}
        pages[kind] = Calibration(
            round((page.intercept - bound) / step, 6),
            {name: round(weight / step, 6) for name, weight in weights.items()},
            page.bounds,
        )
    return replace(model, page_calibration=pages, threshold=THRESHOLD)


def _by_length(judged: Sequence[Judged]) -> tuple[list[Judged], list[Judged], list[Judged]]:
    """Return the pages that are no longer than titles, those that are excerpts, and texts."""
    return (
        [one for one in judged if brief(one.length) > 0.75],
        [one for one in judged if excerpt(one.length) > 0.75],
        [one for one in judged if brief(one.length) + excerpt(one.length) < 0.25],
    )


class _Clean(NamedTuple):
    """The log-odds of clean pages: of plain ones, and of hard ones that look like spam."""

    plain: list[float]
    hard: list[float]

    def bound(self, rate: float, otherwise: float, lenience: float) -> float:
        """Return the bound that ``rate`` of the plain pages exceed.

        Of the hard ones, up to ``lenience`` times as many; of too few of them to judge by, as of
        any others; ``otherwise`` of too few plain ones.
        """
        if tail(self.plain).exceeding < LEAST_TAIL:
            return otherwise
        if tail(self.hard).exceeding < LEAST_TAIL:
            return max(_exceeded(self.plain, rate), _exceeded(self.plain + self.hard, rate))
        return max(_exceeded(self.plain, rate), _exceeded(self.hard, lenience * rate))


def _exceeded(values: Sequence[float], rate: float) -> float:
    """Return what ``rate`` of ``values`` exceed, as their tail tells if that is few."""
    return tail(values, max(TAIL, rate)).bound(rate)


def _clean(judged: Sequence[Judged], spans: Calibration, page: Calibration) -> _Clean:
    odds = [page_log_odds(one, spans, page, DEFAULT_CONFIG) for one in judged]
    plain, hard = (
        [value for value, one in zip(odds, judged, strict=True) if one.hard == looks_like_spam]
        for looks_like_spam in (False, True)
    )
    return _Clean(plain, hard)

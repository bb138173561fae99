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
from detector.training.calibrate import LEAST_TAIL, Tail, page_log_odds, tail
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
EXCERPT_LENIENCE: dict[Kind, float] = {"injection": 1.0, "garbled": 1.0}
"""How often clean excerpts may be flagged for every text."""
HTML_LENIENCE: dict[Kind, float] = {"injection": 0.4, "garbled": 0.15}
"""How often clean HTML may be flagged for every text: left-over markup, tables and lists look like
findings. (HTML made here is harder than that of the web: its bound comes from the texts' tail.)"""
HARD_LENIENCE = 4
"""How much more often hard negatives may be flagged than plain pages. Half of the clean pages made
for the threshold quote spam, report on it or look like it, far more than on the web: counted as
one, they would decide the threshold alone."""
_LEAST_STEP = 0.3  # of log-odds between one page in a hundred and the threshold


def scaled(model: Model, judged: Sequence[tuple[Judged, ...]], false_rate: float) -> Model:
    """Return ``model`` with page scores scaled so that ``THRESHOLD`` gives ``false_rate``.

    ``judged`` are clean pages. The rate is the share of plain Chinese texts that injections may
    flag; garbling may flag less (:data:`CAUTION`). Brief pages, excerpts and other languages have a
    tail and a bound of their own, brief pages in other languages too; the bound moves from one to
    the other with :data:`~detector.page_score.BOUNDS`. In no other language is it lower than that
    of Chinese texts: where nothing of a kind is known, what is odd is no sign of it.
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
        brief_ones, excerpts, texts = _by_length(chinese)
        text = _tails(texts, spans, page)
        bound = text.bound(rate)
        of_brief = _tails(brief_ones, spans, page).bound(rate / BRIEF_CAUTION, bound)
        of_excerpt = _tails(excerpts, spans, page).bound(rate * EXCERPT_LENIENCE[kind], bound)
        brief_ones, *longer = _by_length(others)
        foreign = _tails([one for part in longer for one in part], spans, page)
        of_foreign = max(bound, foreign.bound(rate, bound))
        foreign_brief = _tails(brief_ones, spans, page).bound(rate / BRIEF_CAUTION, of_foreign)
        of_foreign_brief = max(bound, foreign_brief)
        step = max(bound - text.common, _LEAST_STEP) / math.log(1 / ONE_IN_A_HUNDRED - 1)
        of_html = text.bound(rate * HTML_LENIENCE[kind])
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


class _Tails(NamedTuple):
    """The tails of the log-odds of clean pages: plain ones, hard ones that look like spam, all.

    One in a hundred of the plain ones exceed what is ``common``.
    """

    plain: Tail
    hard: Tail
    every: Tail
    common: float

    def bound(self, rate: float, otherwise: float | None = None) -> float:
        """Return the bound that ``rate`` of the plain pages exceed, and of the hard ones few.

        Of too few hard pages to judge by, as of any others; ``otherwise`` of too few plain ones.
        """
        if otherwise is not None and self.plain.exceeding < LEAST_TAIL:
            return otherwise
        if self.hard.exceeding < LEAST_TAIL:
            return max(self.plain.bound(rate), self.every.bound(rate))
        return max(self.plain.bound(rate), self.hard.bound(HARD_LENIENCE * rate))


def _tails(judged: Sequence[Judged], spans: Calibration, page: Calibration) -> _Tails:
    odds = [page_log_odds(one, spans, page, DEFAULT_CONFIG) for one in judged]
    plain, hard = (
        [value for value, one in zip(odds, judged, strict=True) if one.hard == looks_like_spam]
        for looks_like_spam in (False, True)
    )
    common = tail(plain, most=0.01).start
    return _Tails(tail(plain), tail(hard), tail(odds), common)

"""The tests on held-out families: each takes test sets and systems, and gives a table's rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy_sets import Original, TestSet
from benchmarks.accuracy_systems import OurDetector, System
from detector.result import Word
from detector.training.evaluate import span_counts
from detector.training.figures import (
    Interval,
    calibration_error,
    character_f1,
    ranking,
    share,
)
from detector.training.labeled import LabeledPage

__all__ = [
    "Report",
    "Row",
    "Scores",
    "calibration",
    "flagged_by_group",
    "flagging",
    "garbled_words",
    "injection_spans",
    "ranks",
]

Floats = NDArray[np.float64]
Row = dict[str, str | int | Interval]
RARE = 0.02
"""Share of spam that calibration is measured at besides that of the tests."""


@dataclass
class Report:
    """A table: one row for each set and system."""

    name: str
    title: str
    rows: list[Row] = field(default_factory=list)


class Scores:
    """Scores of pages by system, computed once however many sets a page is in."""

    def __init__(self, systems: Sequence[System]) -> None:
        self.systems = systems
        self._known: dict[tuple[str, bool, int], float] = {}
        self._pages: list[LabeledPage] = []  # kept alive, because they are known by identity

    def of(
        self, system: System, pages: Sequence[LabeledPage], damage_tells: bool = False
    ) -> NDArray[np.float64]:
        """Return the scores of ``pages``; with ``damage_tells``, 1 for reported damage, ham too."""
        told, scored = False, system.scores
        if damage_tells and isinstance(system, OurDetector):
            told, scored = True, system.told
        new = [page for page in pages if (system.name, told, id(page)) not in self._known]
        for page, score in zip(new, scored(new) if new else (), strict=True):
            self._known[system.name, told, id(page)] = float(score)
        self._pages += new
        return np.array([self._known[system.name, told, id(page)] for page in pages])

    def of_test(self, system: System, test: TestSet) -> tuple[Floats, Floats]:
        """Return the scores of the spam and of the ham of ``test``."""
        spam, ham = (self.of(system, pages, test.damage_tells) for pages in (test.spam, test.ham))
        return spam, ham


def _head(test: TestSet, system: System) -> Row:
    return {"set": test.name, "system": system.name, "spam": len(test.spam), "ham": len(test.ham)}


def ranks(tests: Sequence[TestSet], scores: Scores, rates: tuple[float, ...]) -> list[Row]:
    """Return AUC and recall at ``rates`` of false positives, by set and system."""
    rows: list[Row] = []
    for test in tests:
        for system in scores.systems:
            found = _ranked(*scores.of_test(system, test), rates)
            rows.append({**_head(test, system), **found})
    return rows


def _ranked(spam: Floats, ham: Floats, rates: Sequence[float]) -> dict[str, Interval]:
    """Return ROC-AUC and recall at ``rates`` under the short names of the tables."""
    return {
        name.replace("roc_auc", "AUC").replace("recall_at_", "R@"): interval
        for name, interval in ranking(spam, ham, rates).items()
        if name != "average_precision"
    }


def flagging(test: TestSet, scores: Scores) -> list[Row]:
    """Return AUC, recall at 1 %, and the share of spam and of ham flagged, by system."""
    rows: list[Row] = []
    for system in scores.systems:
        spam, ham = scores.of_test(system, test)
        rows.append(
            {
                **_head(test, system),
                **_ranked(spam, ham, (0.01,)),
                "recall": share(spam > system.threshold),
                "false positives": share(ham > system.threshold),
            }
        )
    return rows


def injection_spans(test: TestSet, ours: OurDetector, least: float = 0.5) -> dict[str, Interval]:
    """Return ``span precision``, ``span recall`` and ``span F1`` of injections, by characters.

    Spans of ``least`` or more, over spam and ham: spans on clean pages count against precision.
    """
    pages = [*test.spam, *test.ham]
    counts = [
        span_counts(
            [
                (s.start, s.end)
                for s in result.spans
                if s.kind == "injection" and s.score >= least
            ],
            [(s.start, s.end) for s in page.spans if s.kind == "injection"],
        )
        for page, result in zip(pages, ours.results(pages), strict=True)
    ]  # fmt: skip
    return {f"span {name}": found for name, found in character_f1(np.array(counts)).items()}


def _before(word: Word, text: str, originals: Sequence[Original]) -> str | None:
    """Return what the characters of ``word`` were, or None where it cuts a replacement in two."""
    pieces, position = [], word.start
    for start, end, original in originals:
        if end <= word.start or start >= word.end:
            continue
        if start < word.start or end > word.end:
            return None
        pieces += [text[position:start], original]
        position = end
    return "".join([*pieces, text[position : word.end]])


def garbled_words(tests: Sequence[TestSet], ours: OurDetector) -> list[Row]:
    """Return character F1 of the words in flagged passages, and how often ``likely`` is right.

    Only the true garbled words that lie in a flagged passage count as missed: what is measured is
    whether the words are the right ones, given the passage.
    """
    rows: list[Row] = []
    for test in tests:
        counts, right = [], []
        for page, result in zip(test.spam, ours.results(test.spam), strict=True):
            passages = [s for s in result.spans if s.kind == "garbled" and s.score >= 0.5]
            words = [w for s in passages for w in s.words]
            counts.append(_word_counts(page, [(s.start, s.end) for s in passages], words))
            originals = test.originals.get(page.id, ())
            named = (w for w in words if w.likely is not None)
            right += [_before(w, page.page.text, originals) == w.likely for w in named]
        row: Row = {**_head(test, ours), **character_f1(np.array(counts))}
        row["named"] = len(right)
        if right:
            row["named right"] = share(np.array(right))
        rows.append(row)
    return rows


def _word_counts(
    page: LabeledPage, passages: Sequence[tuple[int, int]], words: Sequence[Word]
) -> tuple[int, int, int]:
    true = [
        (s.start, s.end)
        for s in page.spans
        if s.kind == "garbled" and any(a <= s.start and s.end <= b for a, b in passages)
    ]
    return span_counts([(w.start, w.end) for w in words], true)


def flagged_by_group(groups: Mapping[str, Sequence[LabeledPage]], scores: Scores) -> list[Row]:
    """Return the share of honest pages that is flagged, by group and system."""
    every = {**groups, "all": [page for pages in groups.values() for page in pages]}
    rows: list[Row] = []
    for group, pages in every.items():
        for system in scores.systems:
            flagged = share(scores.of(system, pages) > system.threshold)
            rows.append(
                {"set": group, "system": system.name, "ham": len(pages), "flagged": flagged}
            )
    return rows


def calibration(test: TestSet, scores: Scores) -> list[Row]:
    """Return the expected calibration error (15 bins) by system.

    Scores of the detector are scaled for a web where spam is rare; the peers' are fitted to half.
    """
    truth = np.array([True] * len(test.spam) + [False] * len(test.ham))
    rows: list[Row] = []
    for system in scores.systems:
        chances = system.chances(scores.of(system, [*test.spam, *test.ham]))
        rows.append(
            {
                **_head(test, system),
                "ECE, equal mass": calibration_error(chances, truth, equal_mass=True),
                "ECE, equal width": calibration_error(chances, truth, equal_mass=False),
                f"ECE, {RARE:.0%} spam": calibration_error(
                    chances, truth, equal_mass=False, spam_share=RARE
                ),
            }
        )
    return rows

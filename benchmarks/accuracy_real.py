"""The same figures on real pages: a folder of JSON Lines files, which is not part of the project.

A file is read if it is there (``NAME.jsonl`` or ``NAME.jsonl.gz``, rows as in
:mod:`detector.training.labeled`): spam and ham by the names below, and ``zh_homophone_pairs``
with rows of a ``clean`` sentence and the same cloaked by ``homophone`` and by ``emoji``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.accuracy_sets import TestSet, seeded
from benchmarks.accuracy_systems import OurDetector, System
from benchmarks.accuracy_tests import Report, Row, Scores, flagging, injection_spans, ranks
from detector.batch import batch_of
from detector.page import page_from_text
from detector.result import KINDS
from detector.training.figures import share
from detector.training.labeled import LabeledPage, read_labeled, read_rows

__all__ = ["real_reports"]

_COMPARED = {
    "zh_injected_readmes": ("zh_injected_readmes_clean",),
    "zh_doorways": ("zh_natural_weekly", "zh_hard_negatives"),
    "zh_doorway_titles": ("zh_natural_news_titles",),
    "zh_brand_anchor_pages": ("zh_natural_weekly", "zh_injected_readmes_clean"),
    "html_brand_anchor": ("html_ham",),
}
"""Spam, and the ham that is most like it in genre and length."""
_PAIRS = "zh_homophone_pairs"


def _path(folder: Path, name: str) -> Path | None:
    paths = (folder / f"{name}.jsonl.gz", folder / f"{name}.jsonl")
    return next((path for path in paths if path.is_file()), None)


def _pages(folder: Path, name: str, most: int) -> list[LabeledPage]:
    """Return up to ``most`` of the Chinese pages of a file, drawn at random, in their order."""
    path = _path(folder, name)
    if path is None:
        return []
    pages = [page for page in read_labeled(path) if page.lang.startswith("zh")]
    chosen = sorted(seeded(name).sample(range(len(pages)), min(most, len(pages))))
    return [pages[index] for index in chosen]


def real_reports(
    folder: Path, systems: Sequence[System], ours: OurDetector, most: int
) -> Iterator[Report]:
    """Yield the reports on the files in ``folder``; of each file up to ``most`` pages are read."""
    names = {name for spam, ham in _COMPARED.items() for name in (spam, *ham)}
    names |= {path.name.partition(".")[0] for path in folder.glob("zh_natural_*.jsonl*")}
    pages = {name: _pages(folder, name, most) for name in sorted(names)}
    scores = Scores(systems)
    rows: list[Row] = []
    for name, others in _COMPARED.items():
        ham = [page for other in others for page in pages[other]]
        if pages[name] and ham:
            test = TestSet(name, pages[name], ham)
            found = flagging(test, scores)
            if any(page.spans for page in test.spam):
                found[0].update(injection_spans(test, ours))
            rows += found
    yield Report("real", "Real spam against real ham of its kind", rows)
    rows = []
    for name in sorted(names - _COMPARED.keys()):
        for system in systems if pages[name] else ():
            flagged = share(scores.of(system, pages[name]) > system.threshold)
            rows.append(
                {
                    "set": name,
                    "system": system.name,
                    "ham": len(pages[name]),
                    "flagged": flagged,
                }
            )
    yield Report("real_ham", "Real ham: share flagged", rows)
    if (path := _path(folder, _PAIRS)) is not None:
        yield Report(
            "pairs", "Sentences cloaked by homophones and emoji", _pairs(path, systems, ours)
        )


class _Garbling(NamedTuple):
    """How garbled a sentence is, in the order in which sentences are compared."""

    score: float
    highest: float
    mean: float


def _garbling(ours: OurDetector, page: LabeledPage) -> _Garbling:
    model = ours.detector.model
    result = ours.detector.score_page(page.page)
    batch = batch_of([page.page], model.tables)
    found, _ = model.evidence(batch)
    evidence = found.final[batch.starts[0] : batch.ends[0]]
    if not len(evidence):
        return _Garbling(0.0, -99.0, -99.0)
    garbled = evidence[:, KINDS.index("garbled")]
    return _Garbling(result.scores["garbled"], float(garbled.max()), float(garbled.mean()))


def _pairs(path: Path, systems: Sequence[System], ours: OurDetector) -> list[Row]:
    """Return how often the cloaked sentence of a changed pair looks the more garbled one.

    The detector compares garbled scores, then the highest evidence of a character, then the mean;
    peers compare page scores, and their ties are counted apart.
    """
    rows: list[Row] = []
    given = list(read_rows(path))
    for way in ("homophone", "emoji"):
        changed = [row for row in given if row.get(way) and row[way] != row["clean"]]
        clean = [_sentence(row["clean"], "ham") for row in changed]
        cloaked = [_sentence(row[way], "spam") for row in changed]
        test = TestSet(way, cloaked, clean)
        order = [
            _garbling(ours, bad) > _garbling(ours, good)
            for good, bad in zip(clean, cloaked, strict=True)
        ]
        scores = Scores(systems)
        for row, system in zip(ranks([test], scores, (0.01,)), systems, strict=True):
            gaps = scores.of(system, cloaked) - scores.of(system, clean)
            higher = np.array(order) if system is ours else gaps > 0
            row["cloaked higher"] = share(higher)
            row["ties"] = 0 if system is ours else int((gaps == 0).sum())
            rows.append(row)
    return rows


def _sentence(text: str, label: str) -> LabeledPage:
    return LabeledPage("", label, "zh-Hans", "", "", page_from_text(text), ())

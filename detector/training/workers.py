"""Page workers: forked processes that make synthetic pages and turn them into rows and scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from detector.batch import batch_of
from detector.model import Model
from detector.scoring import Detector
from detector.training.evaluate import Judgement, judge_pages
from detector.training.fit import (
    CharacterRows,
    ContextRows,
    character_rows,
    context_rows,
    joined,
)
from detector.training.fit_wording import WordingRows, wording_rows
from detector.training.judged import Judged, judge
from detector.training.labeled import LabeledPage
from detector.training.options import TrainOptions
from detector.training.parallel import in_order
from detector.training.synthesis import Supply, synthetic_page

__all__ = [
    "State",
    "context_batch",
    "evaluate_batch",
    "fit_batch",
    "handwritten_rows",
    "judge_batch",
    "over_pages",
    "synthetic_pages",
    "threshold_batch",
    "use",
    "used",
    "wording_batch",
]

T = TypeVar("T")
_DOCUMENTS = {"context": "calibrate", "wording": "count", "threshold": "calibrate"}
"""Parts with pages of their own, but from the documents of another part. Context rows are too
coarse to remember a document; wording would, so it reads none that calibration or evaluation do."""
BATCH = 200
_ALARM = -1.0
"""Log-odds from which a clean character is a false alarm, or nearly one."""
HANDWRITTEN_REPETITIONS = 3
"""How often the hand-written pages are among those fitted."""


@dataclass(frozen=True)
class State:
    """What page workers read. Workers are forked, so it is shared without being copied."""

    supplies: dict[str, Supply]
    options: TrainOptions
    handwritten: Sequence[LabeledPage]
    model: Model
    """As far as it is fitted: at first it has only the tables that features are made with."""
    alarms: bool = False
    """Whether what the model takes for offending is to be among the rows."""
    split: str = "train"
    """Which dictionaries pages for fitting are made with."""


_state: State | None = None


def use(state: State) -> None:
    """Set what workers that are started from now on read."""
    global _state
    _state = state


def used() -> State:
    """Return what :func:`use` has set."""
    assert _state is not None, "page workers run only inside training"
    return _state


def over_pages(
    work: Callable[[int, int], list[T]],
    count: int,
    options: TrainOptions,
    what: str,
    console: Console,
) -> list[T]:
    """Run ``work(first, last)`` over page numbers in forked processes, with a progress bar."""
    spans = [(i, min(i + BATCH, count)) for i in range(0, count, BATCH)]
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(what, total=count)
        results: list[T] = []
        done = in_order(work, spans, options.jobs)
        for (first, last), result in zip(spans, done, strict=True):
            results += result
            progress.advance(task, last - first)
    return results


def synthetic_pages(first: int, last: int, part: str) -> Iterator[LabeledPage]:
    """Yield the numbered pages of ``part``.

    The parts are fit, context, wording, calibrate, threshold (clean ones only) and evaluate.
    """
    state = used()
    split = state.split if part in ("fit", "wording") else "test"
    supply = state.supplies[_DOCUMENTS.get(part, part)]
    for number in range(first, last):
        seed = f"{state.options.seed}-{part}-{number}"
        yield synthetic_page(seed, supply, split, clean_texts=part == "threshold")


def _alarms(page: LabeledPage) -> NDArray[np.bool_]:
    """Return which characters the first model takes for offending."""
    model = used().model
    batch = batch_of([page.page], model.tables)
    evidence, _ = model.first_evidence(batch)
    return np.asarray((evidence[batch.starts[0] : batch.ends[0]] > _ALARM).any(axis=1))


def _rows(pages: Iterator[LabeledPage], generator: np.random.Generator) -> CharacterRows:
    state = used()
    alarm = _alarms if state.alarms else None
    parts = [
        character_rows(page, state.model, generator, state.options.fit, alarm)
        for page in pages
        if page.page.segments
    ]
    return joined(parts)


def fit_batch(first: int, last: int) -> list[CharacterRows]:
    """Return the rows of synthetic pages for fitting, as one part."""
    seed = used().options.seed
    return [_rows(synthetic_pages(first, last, "fit"), np.random.default_rng([seed, first]))]


def handwritten_rows(repetition: int) -> CharacterRows:
    """Return rows of the hand-written pages; each repetition draws other characters."""
    state = used()
    generator = np.random.default_rng([state.options.seed, 1_000_000 + repetition])
    return _rows(iter(state.handwritten), generator)


def context_batch(first: int, last: int) -> list[ContextRows]:
    """Return the rows of the second pass of synthetic pages."""
    state = used()
    generator = np.random.default_rng([state.options.seed, 2_000_000 + first])
    return [
        context_rows(page, state.model, generator)
        for page in synthetic_pages(first, last, "context")
        if page.page.segments
    ]


def wording_batch(first: int, last: int) -> list[tuple[WordingRows, ...]]:
    """Return the candidates of synthetic pages by kind, for the classifiers of their words."""
    model = used().model
    return [
        wording_rows(page, model)
        for page in synthetic_pages(first, last, "wording")
        if page.label != "light" and page.page.segments
    ]


def judge_batch(first: int, last: int) -> list[tuple[Judged, ...]]:
    """Return the candidates of synthetic calibration pages, by kind in the order of ``KINDS``."""
    model = used().model
    return [
        judge(page, model)
        for page in synthetic_pages(first, last, "calibrate")
        if page.label != "light"
    ]


def threshold_batch(first: int, last: int) -> list[tuple[Judged, ...]]:
    """Return the candidates of clean pages, by kind in the order of ``KINDS``."""
    model = used().model
    return [judge(page, model) for page in synthetic_pages(first, last, "threshold")]


def evaluate_batch(first: int, last: int) -> list[Judgement]:
    """Return the judgements of synthetic evaluation pages."""
    model = used().model
    pages = (page for page in synthetic_pages(first, last, "evaluate") if page.label != "light")
    return judge_pages(pages, Detector(model))

"""Where the time of scoring goes: each step, without those inside of it, and what of it is C.

Functions are wrapped where they are called, a few dozen calls a page, which costs microseconds;
a profiler that watches every call would blame Python for what is small.
"""

from __future__ import annotations

import importlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.table import Table

from detector import Detector
from detector.kernel import loaded

__all__ = ["REST", "STEPS", "Clock", "profile_table", "watched"]

STEPS: dict[str, tuple[str, ...]] = {
    "decode": (
        "detector.scoring:looks_binary",
        "detector.scoring:utf8_or_text",
        "detector.scoring:looks_like_html",
    ),
    "tame nesting": ("detector.extract:tamed",),
    "parse (Lexbor)": ("detector.extract:parsed",),
    "serialise (Lexbor)": ("detector.markup:serialised",),
    "scan the markup": ("detector.extract:scanned",),
    "style sheets": ("detector.extract:sheet_styles", "detector.extract:numbered_elements"),
    "what hides": ("detector.extract:readings_of",),
    "scripts, links, attributes": ("detector.values:Reader.read_values",),
    "write the text": ("detector.extract:write_page", "detector.scoring:page_from_text"),
    "fold": ("detector.candidates:batch_of",),
    "features, evidence, first pass": ("detector.model:Model.first_evidence",),
    "evidence, second pass": ("detector.model:corrected",),
    "textures": ("detector.candidates:textures",),
    "candidates": ("detector.scoring:candidates", "detector.scoring:reported"),
    "candidates: segments": ("detector.candidates:maximal_segments",),
    "candidates: edges": ("detector.candidates:sharpened",),
    "candidates: wording": ("detector.wording:Wording.log_odds",),
    "candidates: probabilities": ("detector.calibration:Calibration.probabilities",),
    "spans": ("detector.scoring:Detector._spans",),
    "spans: words": (
        "detector.scoring:garbled_words",
        "detector.scoring:runs_within",
    ),
    "spans: paths": ("detector.scoring:element_paths", "detector.link_blocks:element_paths"),
    "damage": ("detector.scoring:repairs",),
    "blocks of links": ("detector.scoring:link_blocks",),
    "page score": ("detector.scoring:scores_of_pages",),
}
"""The functions of each step, as ``module:name``: where they are looked up when they are called."""
REST = "all else"

Function = Callable[..., Any]


class Clock:
    """Seconds of CPU time by step: ``own`` without inner steps, of which ``compiled`` in C."""

    def __init__(self) -> None:
        self.own: defaultdict[str, float] = defaultdict(float)
        self.compiled: defaultdict[str, float] = defaultdict(float)
        self._open: list[str] = []
        self._inner: list[float] = []

    def timed(self, step: str, function: Function) -> Function:
        """Return ``function``, which counts for ``step``."""

        def run(*args: Any, **kwargs: Any) -> Any:
            self._open.append(step)
            self._inner.append(0.0)
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                spent = time.process_time() - start
                self._open.pop()
                self.own[step] += spent - self._inner.pop()
                if self._inner:
                    self._inner[-1] += spent

        return run

    def native(self, function: Function) -> Function:
        """Return ``function``, which is compiled and part of the step that calls it."""

        def run(*args: Any) -> Any:
            start = time.process_time()
            result = function(*args)
            self.compiled[self._open[-1] if self._open else REST] += time.process_time() - start
            return result

        return run


@contextmanager
def watched(clock: Clock, steps: Mapping[str, tuple[str, ...]] = STEPS) -> Iterator[None]:
    """Let ``clock`` time all ``steps`` inside of this. Raises AttributeError for what is gone."""
    kernels = loaded()
    plain = dict(kernels)
    changed: list[tuple[Any, str, Function]] = []
    try:
        for step, names in steps.items():
            for name in names:
                module, _, path = name.partition(":")
                *outer, attribute = path.split(".")
                holder: Any = importlib.import_module(module)
                for part in outer:
                    holder = getattr(holder, part)
                function = getattr(holder, attribute)
                changed.append((holder, attribute, function))
                setattr(holder, attribute, clock.timed(step, function))
        kernels.update({name: clock.native(function) for name, function in plain.items()})
        yield
    finally:
        kernels.update(plain)
        for holder, attribute, function in reversed(changed):
            setattr(holder, attribute, function)


def profile_table(detector: Detector, pages: list[bytes], rounds: int) -> Table:
    """Measure the steps of ``score_many``."""
    clock = Clock()
    with watched(clock):
        score = clock.timed(REST, lambda: list(detector.score_many(pages)))
        score()
        clock.own.clear()
        clock.compiled.clear()
        for _ in range(rounds):
            score()
    total = sum(clock.own.values())
    table = Table(title="where the time of score_many goes")
    table.add_column("step")
    for name in ("ms a page", "share", "of it in C"):
        table.add_column(name, justify="right")
    every = len(pages) * rounds / 1000
    for step in (*STEPS, REST):
        own, compiled = clock.own[step], clock.compiled[step]
        table.add_row(
            step, f"{own / every:.3f}", f"{own / total:.1%}",
            f"{compiled / own:.0%}" if compiled else "",
        )  # fmt: skip
    table.add_section()
    compiled = sum(clock.compiled.values())
    table.add_row("all", f"{total / every:.3f}", "100.0%", f"{compiled / total:.0%}")
    return table

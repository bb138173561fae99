"""What several test files share: cases from JSON, folding tables, and a small model that is real.

The small model knows two things and nothing else: the characters of ``PROMOTED`` are injection,
those of ``DAMAGED`` are garbled. Its answers can be worked out by hand, so that tests of offsets,
files and output do not depend on what the shipped model has learnt.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.context import CONTEXT_GROUPS, CONTEXT_SIZE, LOW, OWN_STEPS
from detector.fold import DROP, TABLE_SIZE, FoldTables, fold
from detector.model import Calibration, Model, Segmentation
from detector.ngrams import FLAT_SIZE, REACH, ROW_BITS, ROW_WIDTH, CountTables, features
from detector.result import KINDS
from detector.training.fold_tables import build_fold_tables

__all__ = [
    "DAMAGED",
    "DROP",
    "PROMOTED",
    "TO_SIMPLIFIED",
    "cases",
    "rows_of",
    "small_model",
    "tables",
]

CASES = Path(__file__).parent / "cases"
PROMOTED = "开云体育官网入口"
DAMAGED = "嘚鉯壹"
TO_SIMPLIFIED = dict(zip("國學體澳門網開雲樂娛後", "国学体澳门网开云乐娱后", strict=True))


def rows_of(name: str) -> list[dict[str, Any]]:
    """Return the rows of ``cases/<name>.json``."""
    rows: list[dict[str, Any]] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def cases(name: str) -> list[Any]:
    """Return the rows of ``cases/<name>.json`` as parameters; each has a ``name`` and a ``why``.

    A row with ``fails`` is a known failure, with its reason: it must fail, or the test does.
    """
    rows = rows_of(name)
    assert all(row["name"] and row["why"] for row in rows)
    return [
        pytest.param(
            row,
            id=row["name"],
            marks=pytest.mark.xfail(strict=True, reason=row["fails"]) if "fails" in row else (),
        )
        for row in rows
    ]


@cache
def tables() -> FoldTables:
    """Return folding tables built with a handful of Traditional characters."""
    return build_fold_tables(TO_SIMPLIFIED)


@cache
def small_model() -> Model:
    """Return the small model. Every character scores -3; those it knows +5.5 for their kind."""
    counts = CountTables(np.zeros(TABLE_SIZE, np.uint8), np.zeros(1 << 10, np.uint8), 20.0)
    rows = np.zeros((1 << ROW_BITS, ROW_WIDTH, 2), dtype=np.int8)
    for column, known in enumerate((PROMOTED, DAMAGED)):
        folded = fold(known, tables())
        found = features(folded, np.zeros(len(folded.codes), dtype=np.uint8), counts)
        own = found.rows[0][REACH : REACH + len(known)]
        rows[own, REACH, column] = 100
    # The second look changes nothing: its first group gives back a character's own evidence.
    context = np.zeros((2, len(CONTEXT_GROUPS) * CONTEXT_SIZE), dtype=np.float32)
    own_evidence = LOW + np.arange(OWN_STEPS) / 2
    context[:, :CONTEXT_SIZE] = np.repeat(own_evidence, CONTEXT_SIZE // OWN_STEPS)
    calibration = Calibration(-6.0, {"sum": 2.5})
    return Model(
        version="small-1",
        rows=rows,
        flats=np.zeros((FLAT_SIZE, 2), dtype=np.int8),
        context=context,
        scale=(0.1, 0.1),
        bias=(-3.0, -3.0),
        counts=counts,
        tables=tables(),
        segmentation=dict.fromkeys(KINDS, Segmentation(offset=0.0, floor=3.0, least=5.0)),
        span_calibration=dict.fromkeys(KINDS, calibration),
        page_calibration=dict.fromkeys(KINDS, Calibration(0.0, {"best": 1.0})),
        threshold=0.5,
        likely={"壹個": "一個"},
        provenance={"seed": 1, "corpora": {}},
    )

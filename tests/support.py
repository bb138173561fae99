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

from detector.batch import batch_of
from detector.calibration import Calibration
from detector.context import CONTEXT_GROUPS, CONTEXT_SIZE, LOW, OWN_STEPS
from detector.counts import CountTables
from detector.fold import DROP, TABLE_SIZE, FoldTables
from detector.model import Model, Segmentation
from detector.ngrams import FLAT_SIZE, NGRAM_BITS, REACH, ROW_BITS, ROW_WIDTH, features
from detector.page import page_from_text
from detector.result import KINDS
from detector.training.alternatives import no_alternatives
from detector.training.fold_tables import build_fold_tables
from detector.training.garble_lexicons import GarbleLexicons, read_pairs
from detector.training.lexicons import DEFAULT_FOLDER
from detector.training.topic_vectors import no_topics
from detector.wording import no_wording

__all__ = [
    "DAMAGED",
    "DROP",
    "ESCAPES",
    "PROMOTED",
    "TO_SIMPLIFIED",
    "cases",
    "rows_of",
    "small_lexicons",
    "small_model",
    "tables",
]

CASES = Path(__file__).parent / "cases"
PROMOTED = "开云体育官网入口"
DAMAGED = "嘚鉯壹"
ESCAPES = "\x1b[2J\x1b]0;title\x07\x9b31m\u202e\u2066\u200f\x7f\x08\r"
"""What could steer a terminal."""
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
    none = no_alternatives()
    rows = np.zeros((1 << ROW_BITS, ROW_WIDTH, 2), dtype=np.int8)
    for column, known in enumerate((PROMOTED, DAMAGED)):
        batch = batch_of([page_from_text(known)], tables())
        start = REACH + batch.starts[0]
        own = features(batch, counts, none, no_topics()).rows[0][start : start + len(known)]
        marks = 1 << NGRAM_BITS - ROW_BITS
        rows[own // marks, REACH, column] = 100
        rows[own // marks, -1, 0] = own % marks
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
        alternatives=none,
        topics=no_topics(),
        tables=tables(),
        wording=no_wording(),
        segmentation=dict.fromkeys(
            KINDS, Segmentation(offset=0.0, floor=3.0, least=5.0, drop=30.0)
        ),
        span_calibration=dict.fromkeys(KINDS, calibration),
        page_calibration=dict.fromkeys(KINDS, Calibration(0.0, {"best": 1.0})),
        threshold=0.5,
        word_bound=0.0,
        likely={"壹個": "一個"},
        provenance={"seed": 1, "corpora": {}},
    )


@cache
def small_lexicons() -> GarbleLexicons:
    """Small lexicons with the same shape as the public ones."""
    groups = [
        ("可以", "不错", "得以"), ("问题", "题目", "难题"), ("提高", "增进", "升高"),
        ("认为", "以为", "觉得"), ("事情", "事务", "工作"), ("时间", "时刻", "光阴"),
        ("成本", "本钱"), ("条件", "要求", "环境"), ("系统", "体系", "条理"),
        ("道", "路", "谈"), ("人", "士"), ("会", "会议"), ("美", "好"), ("企业", "商家"),
        ("学校", "学府"), ("数据", "数目"), ("服务", "劳务"), ("提供", "供应"), ("经验", "体会"),
    ]  # fmt: skip
    words = sorted({word for group in groups for word in group if len(word) > 1})
    extra = "昨天 居民 证明 负责人 表示 运行 平均 处理 申请 效率 知道 关心 研究 机构 报道 城市 差别"
    frequency = {word: 1000 - i for i, word in enumerate([*words, *extra.split()])}
    sounds = {"是": "shì", "事": "shì", "市": "shì", "时": "shí", "十": "shí", "在": "zài",
              "再": "zài", "为": "wéi", "和": "hé", "合": "hé", "学": "xué", "题": "tí",
              "提": "tí", "阗": "tián", "我": "wǒ", "们": "men", "大": "dà", "家": "jiā",
              "网": "wǎng", "上": "shàng", "城": "chéng", "成": "chéng", "数": "shù",
              "据": "jù", "不": "bù", "的": "de", "得": "dé", "龘": "dá", "鬱": "yù", "麤": "cū",
              "問": "wèn", "瞭": "liǎo", "垚": "yáo", "淼": "miǎo"}  # fmt: skip
    frequency.update({char: 50 for char in sounds if char not in "龘鬱麤問瞭垚淼阗"})
    return GarbleLexicons(
        thesaurus=groups,
        same_pinyin={"是": "事市", "在": "再", "和": "合"},
        same_stroke={"己": "已巳", "大": "太犬", "为": "办力", "是": "昰", "不": "丕"},
        pinyin={char: [reading] for char, reading in sounds.items()},
        word_frequency=frequency,
        simplified_to_traditional=dict(
            zip(
                "学网络办册时间从开两个没条们业数据为务题认",
                "學網絡辦冊時間從開兩個沒條們業數據為務題認",
                strict=True,
            )
        ),
        pairs=read_pairs(DEFAULT_FOLDER / "garble_pairs.tsv"),
    )

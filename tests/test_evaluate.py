"""Figures of the evaluation, against scikit-learn and against sums done by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score
from support import cases

from detector import Detector
from detector.page import page_from_text
from detector.training.evaluate import (
    Judgement,
    errors,
    evaluate,
    judge_pages,
    span_counts,
)
from detector.training.figures import average_precision, recall_at, roc_auc
from detector.training.labeled import LabeledPage
from detector.training.marks import Labeled

# Few different values, so that ties are common.
SCORES = st.lists(st.integers(0, 12).map(lambda n: n / 12), min_size=1, max_size=30)
RANGES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted), max_size=6)


@given(SCORES, SCORES)
def test_roc_auc_is_that_of_scikit_learn(positive: list[float], negative: list[float]) -> None:
    truth = [1] * len(positive) + [0] * len(negative)
    expected = roc_auc_score(truth, positive + negative)
    assert roc_auc(np.array(positive), np.array(negative)) == pytest.approx(expected)


@given(SCORES, SCORES)
def test_average_precision_is_that_of_scikit_learn(
    positive: list[float], negative: list[float]
) -> None:
    truth = [1] * len(positive) + [0] * len(negative)
    expected = average_precision_score(truth, positive + negative)
    assert average_precision(np.array(positive), np.array(negative)) == pytest.approx(expected)


@pytest.mark.parametrize("case", cases("recall_at"))
def test_recall_at_a_rate_of_false_positives(case: dict[str, Any]) -> None:
    found = recall_at(np.array(case["positive"]), np.array(case["negative"]), case["rate"])
    assert found == pytest.approx(case["recall"])


@given(SCORES, SCORES, st.sampled_from((0.0, 0.001, 0.01, 0.1, 0.5)))
def test_recall_is_the_best_within_the_rate(
    positive: list[float], negative: list[float], rate: float
) -> None:
    best = 0.0
    for threshold in {*positive, *negative}:
        flagged = sum(score >= threshold for score in negative)
        if flagged <= rate * len(negative):
            best = max(best, sum(score >= threshold for score in positive) / len(positive))
    assert recall_at(np.array(positive), np.array(negative), rate) == pytest.approx(best)


@pytest.mark.parametrize("case", cases("span_counts"))
def test_span_counts(case: dict[str, Any]) -> None:
    predicted = [(start, end) for start, end in case["predicted"]]
    true = [(start, end) for start, end in case["true"]]
    assert list(span_counts(predicted, true)) == case["counts"]


@given(RANGES, RANGES)
def test_span_counts_are_those_of_characters(one: list[Any], two: list[Any]) -> None:
    both, ours, gold = span_counts(one, two)
    marks = np.zeros((2, 30), dtype=bool)
    for row, ranges in enumerate((one, two)):
        for start, end in ranges:
            marks[row, start:end] = True
    assert (both, ours, gold) == ((marks[0] & marks[1]).sum(), marks[0].sum(), marks[1].sum())
    assert span_counts(two, one) == (both, gold, ours)


def labeled(text: str, *spans: Labeled, name: str = "x", lang: str = "zh") -> LabeledPage:
    """Return a plain-text page with its truth."""
    label = "spam" if spans else "ham"
    return LabeledPage(name, label, lang, "family", "source", page_from_text(text), spans)


PAGES = [
    labeled("今天开云体育官网", Labeled(2, 8, "injection"), name="found"),
    labeled("今天新的牌子", Labeled(2, 6, "injection"), name="missed"),
    labeled("今天嘚鉯天气壹壹", Labeled(2, 4, "garbled"), Labeled(6, 8, "garbled"), name="garbled"),
    labeled("今天下午有雨", name="clean"),
    labeled("开云体育官网入口", name="alarm", lang="en"),
]


def test_pages_are_judged_with_their_spans(small: Detector) -> None:
    judged = {judgement.id: judgement for judgement in judge_pages(PAGES, small)}
    assert judged["found"].counts["injection"] == (6, 6, 6)
    assert judged["found"].top == "开云体育官网"
    assert judged["missed"].counts["injection"] == (0, 0, 4)
    assert judged["missed"].top == ""
    assert judged["alarm"].counts["injection"] == (0, 8, 0)
    # Garbled words of one passage count as the passage; the words are counted on their own.
    assert judged["garbled"].counts["garbled"] == (6, 6, 6)
    assert judged["garbled"].counts["words"] == (4, 4, 4)
    assert judged["garbled"].kinds == {"injection": False, "garbled": True}


def test_the_report_has_all_figures(small: Detector) -> None:
    report = evaluate(judge_pages(PAGES, small), small.threshold)
    everything = report["all"]
    assert (everything["pages"], everything["spam"], everything["ham"]) == (5, 3, 2)
    assert everything["recall"][0] == pytest.approx(2 / 3, abs=1e-4)
    assert everything["false_positives"][0] == 0.5
    assert everything["injection_spans"]["precision"] == pytest.approx(6 / 14, abs=1e-4)
    assert everything["injection_spans"]["recall"] == pytest.approx(0.6)
    for figure in ("roc_auc", "average_precision", "recall_at_1%", "recall_at_0.1%"):
        value, low, high = everything[figure]
        assert 0 <= low <= value <= high <= 1
    assert report["kind"]["injection"]["pages"] == 2
    assert report["kind"]["garbled"]["pages"] == 1
    assert sorted(report["lang"]) == ["en", "zh"]
    # A group without ham is measured against all ham; one without spam has only its alarms.
    assert report["kind"]["garbled"]["roc_auc"][0] == 1.0
    assert "roc_auc" not in report["lang"]["en"]
    assert report["lang"]["en"]["false_positives"][0] == 1.0


def test_the_report_is_the_same_each_time(small: Detector) -> None:
    judged = judge_pages(PAGES, small)
    assert evaluate(judged, 0.5) == evaluate(judged, 0.5)


def test_errors_are_the_wrongly_judged_pages(small: Detector) -> None:
    judged = judge_pages(PAGES, small)
    assert sorted(j.id for j in errors(judged, small.threshold, 9)) == ["alarm", "missed"]
    assert len(errors(judged, small.threshold, 1)) == 1
    assert errors(judged, small.threshold, 0) == []


def test_no_pages_give_an_empty_report() -> None:
    assert evaluate([], 0.5)["all"] == {"pages": 0, "spam": 0, "ham": 0}


def judgement(spam: bool, score: float) -> Judgement:
    """Return what is kept of a page that has no spans."""
    return Judgement(
        "x", spam, "", "", "", score, {"injection": spam, "garbled": False},
        {"injection": score, "garbled": 0.0},
        dict.fromkeys(("injection", "garbled", "words"), (0, 0, 0)), "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("spam", "ham", "error"),
    [([1.0, 1.0], [0.0], 0.0), ([0.0], [1.0, 1.0], 1.0), ([0.5], [0.5], 0.0), ([0.8], [0.8], 0.3)],
)
def test_calibration_error_weighs_both_classes_the_same(
    spam: list[float], ham: list[float], error: float
) -> None:
    judged = [judgement(True, score) for score in spam] + [judgement(False, s) for s in ham]
    assert evaluate(judged, 0.5)["all"]["ece"] == pytest.approx(error, abs=1e-4)

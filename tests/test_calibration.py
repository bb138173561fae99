"""Calibrations: what their terms come to, and how those of spans are fitted."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.calibration import Calibration, bend, product
from detector.candidates import SPAN_FEATURES
from detector.config import DEFAULT_CONFIG
from detector.page_score import FITTED
from detector.result import Texture
from detector.training.calibrate import fit_pages, fit_spans, page_log_odds
from detector.training.judged import Judged

NUMBERS = st.floats(-50, 50)


def test_a_calibration_counts_only_what_it_knows() -> None:
    calibration = Calibration(1.0, {"a": 2.0, "b": -1.0})
    rows = np.array([[3.0, 100.0], [-0.5, 5.0]])
    assert calibration.probabilities(("a", "c"), rows) == pytest.approx([1 / (1 + np.exp(-7)), 0.5])
    assert calibration.exact_log_odds(("a", "c"), rows) == [7.0, 0.0]
    assert calibration.exact_log_odds(("b", "a"), np.array([[2.0, 3.0]])) == [5.0]
    found = calibration.exact_probabilities(("a", "c"), np.array([[3.0, 100.0], [-1e9, 5.0]]))
    assert found[0] == pytest.approx(1 / (1 + np.exp(-7)))
    assert found[1] > 0


@given(a=NUMBERS, b=NUMBERS, low=st.floats(-9, -1), high=st.floats(1, 9))
def test_terms_bend_and_multiply_within_bounds(a: float, b: float, low: float, high: float) -> None:
    calibration = Calibration(
        0.5,
        {"a": 1.0, bend("a", 0.25): -2.0, product("a", "b"): 0.5, product("b", "b"): 0.125},
        {"a": (low, high)},
    )
    within = min(max(a, low), high)
    wanted = 0.5 + within - 2 * max(within - 0.25, 0) + 0.5 * within * b + 0.125 * b * b
    found = calibration.log_odds(("b", "a"), np.array([[b, a], [b, a]]))
    assert found == pytest.approx([wanted, wanted])
    assert calibration.exact_log_odds(("a", "b"), np.array([[a, b]])) == pytest.approx([wanted])
    told = json.loads(json.dumps(asdict(calibration)))
    assert Calibration(**told).log_odds(("a", "b"), np.array([[a, b]])) == pytest.approx([wanted])


@given(st.integers(1, 40), st.integers(0, 1_000))
def test_a_row_comes_to_the_same_in_any_company(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = [f"f{number}" for number in range(40)]
    terms = [*names, *(bend(name, 0.1) for name in names), *(product(n, "f7") for n in names)]
    calibration = Calibration(0.3, dict(zip(terms, rng.normal(size=len(terms)), strict=True)))
    rows = rng.normal(size=(count, len(names)))
    together = calibration.log_odds(names, rows)
    assert together.tolist() == [calibration.log_odds(names, row[None])[0] for row in rows]
    assert together.tolist() == calibration.log_odds(names, np.asfortranarray(rows)).tolist()
    exact = calibration.exact_log_odds(names, rows)
    assert exact == calibration.exact_log_odds(names[::-1], rows[:, ::-1])
    assert exact == pytest.approx(together.tolist())


def pages(values: np.ndarray, right: np.ndarray) -> list[Judged]:
    """Return pages whose candidates have ``values`` of two features, and are ``right``."""
    each = range(0, len(right), 5)
    return [page(values[start : start + 5], right[start : start + 5]) for start in each]


def page(values: np.ndarray, right: np.ndarray) -> Judged:
    n = len(right)
    features = np.zeros((n, len(SPAN_FEATURES)))
    features[:, SPAN_FEATURES.index("mean")] = values[:, 0]
    features[:, SPAN_FEATURES.index("wording")] = values[:, 1]
    nothing = np.zeros(0)
    return Judged(
        "garbled", features, right, np.full(n, -1), [""] * n, right, np.full(n, "body"), 900,
        Texture(),
        False, True, True, "zh", False, nothing.astype(np.float32), nothing.astype(np.intp),
        nothing.astype(bool),
    )  # fmt: skip


def test_a_fit_of_spans_sees_what_no_line_tells() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(20_000, 2))
    either = fit_spans(pages(values, values[:, 0] * values[:, 1] > 0.3))
    both = ("mean", "wording")
    corners = np.array([[1.5, 1.5], [-1.5, -1.5], [1.5, -1.5], [-1.5, 1.5]])
    found = either.probabilities(both, corners)
    assert min(found[:2]) > 0.6 > 0.3 > max(found[2:])

    bump = fit_spans(pages(values, np.abs(values[:, 0]) < 0.6))
    low, middle, high = bump.probabilities(both, np.array([[-2.0, 0], [0.0, 0], [2.0, 0]]))
    assert middle > 0.6 > 0.3 > max(low, high)


def test_a_fit_of_garbled_pages_sees_what_only_counts_together() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(size=(20_000, 2))
    found = pages(values, values[:, 0] > 0)
    spans = fit_spans(found)
    tops, shares = rng.uniform(-2, 2, size=(2, len(found)))
    told = [
        each._replace(texture=Texture(top, round(900 * np.exp(share - 3))), truth=top * share > 0)
        for each, top, share in zip(found, tops.tolist(), shares.tolist(), strict=True)
    ]
    fitted = fit_pages(told, "garbled", spans, DEFAULT_CONFIG)
    flagged = [page_log_odds(each, spans, fitted, DEFAULT_CONFIG) > 0 for each in told]
    assert np.mean(np.array(flagged) == [each.truth for each in told]) > 0.8
    added = fit_pages(told, "injection", spans, DEFAULT_CONFIG)
    assert set(added.weights) == set(FITTED["injection"])


def test_beyond_what_was_seen_nothing_runs_away() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(5_000, 2))
    fitted = fit_spans(pages(values, values.sum(axis=1) > 0.5))
    far, edge = fitted.log_odds(("mean", "wording"), np.array([[1e6, -1e6], [4.0, -4.0]]))
    assert far == pytest.approx(edge)
    unseen = [name for name in SPAN_FEATURES if name not in ("mean", "wording")]
    assert not set(unseen) & {*fitted.weights, *fitted.bounds}

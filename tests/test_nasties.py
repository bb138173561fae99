"""Hostile pages: none raises or takes long, and what is cut is said."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest
from support import DAMAGED, PROMOTED, small_model

from benchmarks.fuzz import check_page, mutated, seeds_of
from benchmarks.nasties import NASTIES
from detector import Config, Detector
from detector.config import DEFAULT_CONFIG
from detector.report import page_lines
from detector.scoring import read_page

SCALE = 100
"""By how much pages are smaller here, and so are the limits that they exceed."""
SMALL = replace(
    DEFAULT_CONFIG,
    max_bytes=DEFAULT_CONFIG.max_bytes // SCALE,
    max_nodes=DEFAULT_CONFIG.max_nodes // SCALE,
    max_characters=DEFAULT_CONFIG.max_characters // SCALE,
    max_segments=DEFAULT_CONFIG.max_segments // SCALE,
    max_links=DEFAULT_CONFIG.max_links // SCALE,
    max_script=DEFAULT_CONFIG.max_script // SCALE,
    max_style=DEFAULT_CONFIG.max_style // SCALE,
    max_names=DEFAULT_CONFIG.max_names // SCALE,
)
MODEL = small_model()


@pytest.mark.parametrize("name", NASTIES)
def test_a_nasty_is_cheap_and_what_is_cut_is_said(name: str) -> None:
    nasty = NASTIES[name]
    detector = Detector(MODEL, config=SMALL)
    page = nasty.make(nasty.size // SCALE + 1)
    start = time.process_time()
    result = detector.score(page, content_type=nasty.content_type, source_map=nasty.source_map)
    assert time.process_time() - start < 2
    assert set(nasty.cut) <= set(result.truncated)


def test_what_holds_for_any_page_holds_for_mutated_ones() -> None:
    seeds = seeds_of(2_000)
    for limits in (DEFAULT_CONFIG, Config(max_depth=3, max_attributes=2, max_nodes=50)):
        detector = Detector(MODEL, config=limits)
        for number in range(10):
            check_page(mutated(random.Random(number), seeds)[:4_000], None, detector)


def test_no_finding_floods_a_terminal() -> None:
    source = f"<p>{DAMAGED * 2_000}</p>"
    detector = Detector(MODEL)
    lines = page_lines("page", detector.score(source), read_page(source), lambda text, **_: text)
    assert len(lines) > 2
    assert max(map(len, lines)) < 1_000


def test_places_of_long_findings_are_left_out_and_said() -> None:
    source = "".join(f"<p>{PROMOTED} {k}</p>" for k in range(200))
    limits = replace(DEFAULT_CONFIG, max_compared=2_000_000)
    result = Detector(MODEL, config=limits).score(source, source_map=True)
    assert result.truncated == ("max_compared",)
    assert result.spans[0].source is not None
    assert result.spans[-1].source is None
    assert Detector(MODEL).score(source, source_map=True).spans[-1].source is not None

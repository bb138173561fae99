"""Training from end to end on little ground: a model comes out, and the same one each time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from support import small_lexicons, tables

from detector import Detector
from detector.config import DEFAULT_CONFIG
from detector.model import Model
from detector.training.calibrate import LEAST_TAIL, tail
from detector.training.drafts import Article
from detector.training.garble_lexicons import likely_originals
from detector.training.ground import (
    Ground,
    for_counting,
    natural_counts,
    split_handwritten,
    split_of,
)
from detector.training.labeled import LabeledPage, read_labeled
from detector.training.lexicons import default_labeled_folder
from detector.training.options import FitOptions, TrainOptions
from detector.training.synthesis import Supply, synthetic_page
from detector.training.topic_vectors import no_topics
from detector.training.train import model_version, train

OPTIONS = TrainOptions(
    pages=800,
    wording_pages=200,
    calibration_pages=200,
    threshold_pages=400,
    evaluation_pages=40,
    jobs=2,
    fit=FitOptions(epochs=3),
)
PAGES = list(read_labeled(default_labeled_folder() / "pages.jsonl"))


def ground() -> Ground:
    """Return ground of hand-written clean texts, as if they were corpora."""
    texts = {}
    for part in ("count", "fit", "calibrate", "evaluate"):
        clean = [
            Article("hand", "zh-Hans", lines[0][:40], tuple(lines))
            for page in PAGES
            if not page.spam and page.lang == "zh-Hans" and not page.page.html
            and (part == "count" or split_of(page.id) in (part, "count"))
            and (lines := [line for line in page.page.text.splitlines() if line.strip()])
        ]  # fmt: skip
        texts[part] = {"zh-Hans": {"hand": clean}}
    lexicons = small_lexicons()
    supplies = {part: Supply(texts[part], lexicons, {"hand": 1.0}) for part in texts}
    return Ground(
        recipe=(), archives={}, texts=texts, sizes={"hand": 0}, lexicons=lexicons,
        likely=likely_originals(lexicons), tables=tables(),
        counts=natural_counts(for_counting(texts), (), tables(), None),
        topics=no_topics(), supplies=supplies, handwritten=split_handwritten(PAGES),
    )  # fmt: skip


def test_a_smaller_run_is_smaller_in_proportion() -> None:
    whole = TrainOptions()
    assert whole.scaled(whole.pages) == whole
    tenth = whole.scaled(whole.pages // 10)
    assert tenth.wording_pages * 10 == whole.wording_pages
    assert tenth.calibration_pages * 10 == whole.calibration_pages
    assert tenth.threshold_pages * 10 == whole.threshold_pages
    least = whole.scaled(200)
    assert (least.wording_pages, least.calibration_pages, least.evaluation_pages) == (200,) * 3


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the folders of two models trained alike."""
    made = []
    for name in ("one", "two"):
        folder = tmp_path_factory.mktemp("trained") / name
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("detector.training.train.lay_ground", lambda *_: ground())
            train(folder, default_labeled_folder(), OPTIONS, console=Console(quiet=True))
        made.append(folder)
    return made


def test_same_inputs_and_seed_give_the_same_bytes(folders: list[Path]) -> None:
    one, two = ({p.name: p.read_bytes() for p in sorted(f.iterdir())} for f in folders)
    assert one == two
    assert {"model.json", "rows.npy", "metrics.json", "CARD.md"} <= one.keys()


def test_a_trained_model_loads_and_tells_a_doorway_from_a_notice(folders: list[Path]) -> None:
    # So little data leaves it unsure of everything, and its scales of both kinds are not to be
    # compared; what counts is which of the two it finds likelier to be an injection.
    detector = Detector(Model.load(folders[0]))
    line = "开云体育官网入口，乐鱼体育app下载，华体会登录，九游娱乐注册。"
    spam = detector.score(line * 6)
    ham = detector.score("学校将于周一举行开学典礼，请各班提前到操场集合。" * 6)
    assert spam.scores["injection"] > ham.scores["injection"]
    # A brand alone is one doubt of many.
    config = replace(DEFAULT_CONFIG, min_span_score=0.0, likely_span_score=0.0)
    found = Detector(detector.model, config=config).score(line * 6).spans
    assert any(span.kind == "injection" and "开云" in span.text for span in found)


def test_handwritten_parts_share_no_campaign() -> None:
    parts = split_handwritten(PAGES)
    assert sum(map(len, parts.values())) == len(PAGES)

    def families(pages: list[LabeledPage]) -> set[str]:
        return {page.family for page in pages}

    assert not families(parts["evaluate"]) & (families(parts["fit"]) | families(parts["calibrate"]))
    campaigns = [{(p.family, p.campaign) for p in parts[name]} for name in ("fit", "calibrate")]
    assert not campaigns[0] & campaigns[1]


def test_the_bound_of_a_tail_is_where_it_would_be_that_thin() -> None:
    found = tail(np.random.default_rng(1).exponential(2.0, 50_000).tolist())
    assert found.exceeding == 200
    assert abs(found.excess - 2.0) < 0.3
    assert abs(found.bound(1e-4) - 2.0 * np.log(1e4)) < 1.5


def test_the_tail_of_few_pages_starts_lower_up_to_one_in_twenty() -> None:
    values = np.random.default_rng(1).exponential(2.0, 1000)
    assert [tail(values[:count].tolist()).exceeding for count in (1000, 400, 200, 100)] == [
        LEAST_TAIL, LEAST_TAIL, LEAST_TAIL, 5,
    ]  # fmt: skip


def test_pages_without_findings_have_a_neutral_bound() -> None:
    none = tail([-np.inf] * 1000)
    assert none.exceeding == 0
    assert none.bound(1e-3) == 0.0


def test_the_tail_of_pages_with_few_findings_is_fitted_to_those() -> None:
    # Half a percent have findings, spread evenly; one page in a thousand may exceed the bound.
    few = tail([-np.inf] * 9950 + np.linspace(1, 3, 50).tolist())
    assert 1.5 < few.bound(1e-3) < 3.5
    assert few.bound(1e-2) == few.start


def test_no_other_language_is_garbled_by_less_than_chinese(detector: Detector) -> None:
    weights = detector.model.page_calibration["garbled"].weights
    assert weights["foreign"] <= 0
    assert weights["foreign"] + weights["brief"] + weights["foreign_brief"] <= 1e-5


def test_a_version_stays_with_its_weights_and_calibrations(detector: Detector) -> None:
    model = detector.model
    assert model_version(model) == model.version  # as it is shipped
    other = replace(model.span_calibration["garbled"], intercept=0.0)
    changed = replace(model, span_calibration={**model.span_calibration, "garbled": other})
    assert model_version(changed) != model.version


def test_pages_for_the_threshold_are_clean_and_chinese_ones_are_texts() -> None:
    supply = ground().supplies["calibrate"]
    pages = [synthetic_page(f"t-{n}", supply, "test", clean_texts=True) for n in range(120)]
    assert {page.label for page in pages} == {"ham"}
    assert not any(page.spans or page.page.html for page in pages)
    assert {page.family for page in pages} >= {"clean", "hard", "headlines"}

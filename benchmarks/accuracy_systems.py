"""The systems that are compared: the measured detector, and peers fitted on the same pages.

The measured detector is fitted with 70 % of the dictionaries, on documents that no test uses
(:func:`detector.training.train.measured_model`); the one that ships knows all of them.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from benchmarks.accuracy_peers import PEERS, Peer, Perplexity
from detector.model import Model
from detector.ngrams import GROUPS
from detector.result import Result
from detector.scoring import Detector
from detector.training.figures import threshold_at
from detector.training.ground import Ground
from detector.training.labeled import LabeledPage
from detector.training.options import TrainOptions
from detector.training.parallel import in_order
from detector.training.train import measured_model
from detector.training.workers import (
    BATCH,
    HANDWRITTEN_REPETITIONS,
    State,
    synthetic_pages,
    use,
)

__all__ = ["OurDetector", "System", "TrainedPeer", "measured", "trained_peers"]

Floats = NDArray[np.float64]
CLEAN_CHARACTERS = 4_000_000


class System(Protocol):
    """Something that scores pages; pages that score above ``threshold`` are flagged."""

    @property
    def name(self) -> str:
        """What tables call it."""

    @property
    def threshold(self) -> float:
        """The score above which a page is flagged."""

    def scores(self, pages: Sequence[LabeledPage]) -> Floats:
        """Return one score a page, higher for spam."""

    def chances(self, scores: Floats) -> Floats:
        """Return the probabilities of spam that scores stand for."""


class OurDetector:
    """The detector with one model."""

    def __init__(self, model: Model, name: str = "detector") -> None:
        self.name = name
        self.detector = Detector(model)
        # A page is flagged at the threshold, not only above it.
        self.threshold = math.nextafter(model.threshold, 0.0)

    def results(self, pages: Sequence[LabeledPage]) -> list[Result]:
        """Return the judgement of each page."""
        return list(self.detector.score_many(page.page for page in pages))

    def scores(self, pages: Sequence[LabeledPage]) -> Floats:
        """Return the page scores."""
        return np.array([result.score for result in self.results(pages)])

    def told(self, pages: Sequence[LabeledPage]) -> Floats:
        """Return the page scores, 1 where damage is reported."""
        return np.array([1.0 if r.damage else r.score for r in self.results(pages)])

    def chances(self, scores: Floats) -> Floats:
        """Return the scores, which are meant as probabilities."""
        return scores


@dataclass(frozen=True)
class TrainedPeer:
    """A peer with a threshold, and with the logistic curve that makes chances of its scores."""

    peer: Peer
    name: str
    threshold: float
    slope: float
    intercept: float

    def scores(self, pages: Sequence[LabeledPage]) -> Floats:
        """Return the peer's scores."""
        return self.peer.scores([page.page.text for page in pages])

    def chances(self, scores: Floats) -> Floats:
        """Return probabilities by Platt scaling."""
        chances: Floats = 1 / (1 + np.exp(-np.clip(self.slope * scores + self.intercept, -40, 40)))
        return chances


FAMILIES = {
    "shape": ("shape_wide", "shape_near", "runs"),
    "naturalness": ("natural_bigrams", "natural_trigrams", "natural_char", "natural_density"),
    "contrast": ("contrast",),
    "topic": ("topic",),
    "place": ("place",),
    "script": ("script",),
    "repetition": ("repetition",),
    "words": ("word", "word_before", "word_after"),
}
"""Families of features, by the groups of :data:`detector.ngrams.GROUPS`."""


def silenced(model: Model) -> list[OurDetector]:
    """Return the detector without each family of features in turn: its weights set to nothing.

    Nothing is fitted again, so this tells what the model leans on rather than what it could do
    without.
    """
    bounds = np.cumsum([0, *(1 << bits for bits in GROUPS.values())])
    at = dict(zip(GROUPS, zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True), strict=True))
    found = [OurDetector(replace(model, rows=np.zeros_like(model.rows)), "without n-grams")]
    for family, groups in FAMILIES.items():
        flats = np.array(model.flats)
        for group in groups:
            flats[slice(*at[group])] = 0
        found.append(OurDetector(replace(model, flats=flats), f"without {family}"))
    mute = model.wording._replace(table=np.zeros_like(model.wording.table))
    return [*found, OurDetector(replace(model, wording=mute), "without wording")]


def measured(folder: Path, ground: Ground, options: TrainOptions, console: Console) -> Model:
    """Return the measured model in ``folder``, fitted and saved there where it is missing."""
    if not (folder / "model.json").exists():
        made = measured_model(ground, options, console)
        provenance = {"seed": options.seed, "pages": options.pages, "split": "train"}
        replace(made, provenance=provenance).save(folder)
        console.print(f"wrote the measured model into {folder}")
    return Model.load(folder)


class _Text(NamedTuple):
    text: str
    spam: bool
    lang: str


def _batch(part: str, first: int, last: int) -> list[_Text]:
    pages = synthetic_pages(first, last, part)
    return [_Text(p.page.text, p.spam, p.lang) for p in pages if p.label != "light"]


def _texts(ground: Ground, options: TrainOptions, part: str, count: int) -> list[_Text]:
    """Return the training pages of ``part``: the very ones that the detector is fitted on."""
    calls = [(part, i, min(i + BATCH, count)) for i in range(0, count, BATCH)]
    found = [text for batch in in_order(_batch, calls, options.jobs) for text in batch]
    by_hand = [_Text(p.page.text, p.spam, p.lang) for p in ground.handwritten[part]]
    return found + by_hand * HANDWRITTEN_REPETITIONS


def _clean_texts(ground: Ground) -> list[str]:
    """Return clean Chinese training text for the language model, all sources in turn."""
    texts, size = [], 0
    for lang in ("zh-Hans", "zh-Hant"):
        sources = ground.texts["count"].get(lang, {})
        limit = CLEAN_CHARACTERS // (2 * max(1, len(sources)))
        for _, articles in sorted(sources.items()):
            taken = 0
            for article in articles:
                if taken > limit and size > CLEAN_CHARACTERS // 2:
                    break
                text = "\n".join((article.title, *article.paragraphs))
                texts.append(text)
                taken += len(text)
                size += len(text)
    return texts


def _calibrated(peer: Peer, held: Sequence[_Text], false_rate: float) -> TrainedPeer:
    scores = peer.scores([text.text for text in held])
    spam = np.array([text.spam for text in held])
    linear = importlib.import_module("sklearn.linear_model")
    model = linear.LogisticRegression(C=1e3, class_weight="balanced")
    spread = float(scores.std()) or 1.0
    model.fit((scores / spread).reshape(-1, 1), spam)
    threshold = threshold_at(scores[~spam], false_rate)
    slope, intercept = float(model.coef_[0, 0]) / spread, float(model.intercept_[0])
    return TrainedPeer(peer, peer.name, threshold, slope, intercept)


def trained_peers(
    ground: Ground, options: TrainOptions, model: Model, console: Console
) -> list[TrainedPeer]:
    """Fit all peers whose packages are there; the others are named on the console.

    Their thresholds flag ``options.false_rate`` of the clean Chinese calibration pages.
    """
    use(State(ground.supplies, options, ground.handwritten["fit"], model))
    fitted = _texts(ground, options, "fit", options.pages)
    held = _texts(ground, options, "calibrate", options.calibration_pages // 2)
    held = [text for text in held if text.lang.startswith("zh")]
    texts, spam = [t.text for t in fitted], [t.spam for t in fitted]
    peers: list[Peer] = [kind() for kind in PEERS]
    peers.append(Perplexity(_clean_texts(ground)))
    trained = []
    for peer in peers:
        console.print(f"fitting {peer.name}")
        try:
            peer.fit(texts, spam)
        except ImportError as error:
            console.print(f"left out {peer.name}: the package {error.name} is not installed")
            continue
        trained.append(_calibrated(peer, held, options.false_rate))
    return trained

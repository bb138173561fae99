"""Peers: page classifiers of the kinds in common use, trained on the detector's own pages.

All of them see ``page.text`` and page labels only, and give a score of any scale; they cannot say
which words are the spam. Packages are imported when a peer is fitted, so that a missing one costs
only the peer that needs it.
"""

from __future__ import annotations

import importlib
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy_kneser_ney import KneserNey
from detector.training.lexicons import lexicons

__all__ = ["PEERS", "ByteRegression", "FastText", "Keywords", "Peer", "Perplexity", "TfIdf"]

Floats = NDArray[np.float64]
LONGEST = 20_000
"""Code points of a page that the counting peers look at."""


class Peer(Protocol):
    """A page classifier."""

    name: str

    def fit(self, texts: Sequence[str], spam: Sequence[bool]) -> None:
        """Learn from labelled pages. Raises ``ImportError`` where a package is missing."""

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return one score a page, higher for spam."""


class Keywords:
    """A word list, searched with the Aho-Corasick automaton: how long the longest run of hits is.

    Brands and keywords that the generator trains with (both without those of the test split).
    """

    name = "keywords"

    def fit(self, texts: Sequence[str], spam: Sequence[bool]) -> None:
        """Build the automaton; the pages are not needed."""
        self._automaton = importlib.import_module("ahocorasick").Automaton()
        for word in keywords():
            self._automaton.add_word(word, len(word))
        self._automaton.make_automaton()

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return the longest run of matched characters, and their share for ties."""
        return np.array([self._score(text[:LONGEST].lower()) for text in texts])

    def _score(self, text: str) -> float:
        covered = np.zeros(len(text) + 1, dtype=np.int64)
        for last, length in self._automaton.iter(text):
            covered[last + 1 - length : last + 1] = 1
        # At each gap the run so far starts anew: distances between gaps are the runs.
        gaps = np.flatnonzero(covered == 0)
        longest = int(np.diff(gaps, prepend=-1).max()) - 1
        return longest + float(covered.sum()) / (len(text) + 20)


def keywords() -> list[str]:
    """Return the word list, in lower case: more than a thousand entries."""
    lists = lexicons()
    words = [w for w in lists.words("brands_zh", None, "train") if len(w) > 1]
    words += [w for w in lists.words("keywords_zh", None, "train") if len(w) > 2]
    words += [w for w in lists.words("slot_words_zh", None, "train") if len(w) > 2]
    return sorted({word.lower() for word in words})


class FastText:
    """fastText's supervised classifier over characters and their 1- to 4-grams."""

    name = "fastText"

    def fit(self, texts: Sequence[str], spam: Sequence[bool]) -> None:
        """Train on one thread, so that the result is the same each time."""
        module: Any = importlib.import_module("fasttext")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pages.txt"
            with path.open("w", encoding="utf-8") as lines:
                for text, bad in zip(texts, spam, strict=True):
                    lines.write(f"__label__{'spam' if bad else 'ham'} {self._line(text)}\n")
            self._model = module.train_supervised(
                str(path), dim=24, lr=0.3, epoch=5, wordNgrams=4, minCount=3, bucket=1 << 20,
                thread=1, seed=1, verbose=0,
            )  # fmt: skip

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return the log-odds of spam."""
        return np.array([self._score(text) for text in texts])

    def _score(self, text: str) -> float:
        # The wrapper's own predict() does not work with numpy 2.
        found = self._model.f.predict(self._line(text) + "\n", 2, 0.0, "strict")
        chance = next((p for p, label in found if label == "__label__spam"), 0.0)
        chance = min(max(chance, 1e-6), 1 - 1e-6)
        return float(np.log(chance / (1 - chance)))

    @staticmethod
    def _line(text: str) -> str:
        return " ".join(c for c in text[:LONGEST] if not c.isspace())


class TfIdf:
    """TF-IDF of hashed character 1- to 4-grams, and scikit-learn's logistic regression."""

    name = "TF-IDF + LR"

    def fit(self, texts: Sequence[str], spam: Sequence[bool]) -> None:
        """Fit the inverse document frequencies and the regression."""
        text_module = importlib.import_module("sklearn.feature_extraction.text")
        linear = importlib.import_module("sklearn.linear_model")
        self._hashing = text_module.HashingVectorizer(
            analyzer="char", ngram_range=(1, 4), n_features=1 << 19, alternate_sign=False,
            norm=None, dtype=np.float32,
        )  # fmt: skip
        self._weighting = text_module.TfidfTransformer(sublinear_tf=True)
        counts = self._hashing.transform([text[:LONGEST] for text in texts])
        self._weighting.fit(counts)
        matrix = self._weighting.transform(counts, copy=False)
        self._model = linear.LogisticRegression(C=10.0, solver="liblinear", random_state=1)
        self._model.fit(matrix, np.array(spam))

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return the log-odds of spam."""
        counts = self._hashing.transform([text[:LONGEST] for text in texts])
        scores: Floats = self._model.decision_function(self._weighting.transform(counts))
        return scores.astype(np.float64)


class ByteRegression:
    """Logistic regression on-line over byte 4-grams, as Cormack, Smucker and Clarke (2011).

    Each distinct 4-gram of the first 35,000 bytes counts once, whatever its frequency.
    """

    name = "byte 4-grams"
    bits, most, rate = 20, 35_000, 0.002

    def fit(self, texts: Sequence[str], spam: Sequence[bool]) -> None:
        """Go once over the pages, in random order."""
        self._weights = np.zeros(1 << self.bits)
        order = list(range(len(texts)))
        random.Random(1).shuffle(order)
        for index in order:
            found = self._features(texts[index])
            chance = 1 / (1 + np.exp(-np.clip(self._weights[found].sum(), -40, 40)))
            self._weights[found] += self.rate * (float(spam[index]) - chance)

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return the log-odds of spam."""
        return np.array([self._weights[self._features(text)].sum() for text in texts])

    def _features(self, text: str) -> NDArray[np.uint32]:
        raw = text[: self.most].encode("utf-8", "replace")[: self.most]
        data = np.frombuffer(raw, dtype=np.uint8).astype(np.uint32)
        if len(data) < 4:
            return np.zeros(0, dtype=np.uint32)
        grams = data[:-3] << 24 | data[1:-2] << 16 | data[2:-1] << 8 | data[3:]
        return np.unique(grams * np.uint32(2654435761) >> np.uint32(32 - self.bits))


class Perplexity:
    """Mean surprisal of the worst 60 characters under a character trigram model of clean text."""

    name = "KN trigrams"

    def __init__(self, clean: Sequence[str], window: int = 60) -> None:
        self._clean = clean
        self._window = window

    def fit(self, texts: Sequence[str], spam: Sequence[bool]) -> None:
        """Count the clean text given at first; the pages are not needed."""
        self._model = KneserNey(self._clean)

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return bits per character of the worst window, or of all where there is less."""
        return np.array([self._score(text[:LONGEST]) for text in texts])

    def _score(self, text: str) -> float:
        bits = self._model.surprisals(text)
        if not len(bits):
            return 0.0
        size = min(self._window, len(bits))
        sums = np.cumsum(np.concatenate(([0.0], bits)))
        return float((sums[size:] - sums[:-size]).max() / size)


PEERS = (Keywords, FastText, TfIdf, ByteRegression)
"""Those that need nothing but the pages; :class:`Perplexity` needs clean text besides."""

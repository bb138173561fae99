"""Peers in speed: what one would write first to tell spam pages, on the same pages and texts.

Both are trained on the pages of the examples, which is far too little to judge well: their time
depends on the size of their tables, not on what is in them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import NamedTuple

from rich.table import Table

from benchmarks.speed_common import EXAMPLES, Work, milliseconds
from detector.extract import extract

__all__ = ["Detected", "peers_table"]


class Detected(NamedTuple):
    """What was measured with the detector: inputs, and milliseconds of ``score_many`` for each."""

    pages: list[bytes]
    of_page: float
    texts: list[bytes]
    of_text: float


def peers_table(detected: Detected, rounds: int) -> Table:
    """Measure the peers on what the detector was measured on."""
    table = Table(title="peers, on the same pages and texts")
    table.add_column("of")
    table.add_column("what")
    for name in ("ms", "per second", "times score_many"):
        table.add_column(name, justify="right")
    for of, inputs, own, peers in (
        ("a page", detected.pages, detected.of_page, _of_pages),
        ("a text", detected.texts, detected.of_text, _of_texts),
    ):
        table.add_row(of, "detector, score_many", f"{own:.2f}", f"{1000 / own:,.0f}", "1.0")
        for name, made in peers():
            try:
                spent = milliseconds(made(), inputs, rounds)
            except ImportError:
                table.add_row(of, name, "not installed", "", "")
                continue
            table.add_row(
                of, name, f"{spent:.2f}", f"{1000 / spent:,.0f}", f"{spent / own:.1f}"
            )  # fmt: skip
        table.add_section()
    return table


Made = tuple[str, Callable[[], Work]]


def _of_pages() -> Iterator[Made]:
    parser = "lxml" if find_spec("lxml") else "html.parser"
    yield f"BeautifulSoup ({parser}), get_text", lambda: _soups(parser)
    yield "the same, character 1- to 4-grams, SGD", lambda: _linear(_soups(parser))


def _of_texts() -> Iterator[Made]:
    yield "character 1- to 4-grams, SGD", lambda: _linear(_decoded)
    yield "fastText, character 1- to 4-grams", _fasttext


def _examples() -> tuple[list[bytes], list[bool]]:
    paths = sorted(EXAMPLES.glob("*.html"))
    return [path.read_bytes() for path in paths], [path.name[:4] == "spam" for path in paths]


Texts = Callable[[list[bytes]], list[str]]


def _decoded(pages: list[bytes]) -> list[str]:
    return [page.decode("utf-8", "replace") for page in pages]


def _soups(parser: str) -> Texts:
    bs4 = importlib.import_module("bs4")
    return lambda pages: [bs4.BeautifulSoup(page, parser).get_text() for page in pages]


def _linear(texts_of: Texts) -> Work:
    """Return scikit-learn's hashing and its linear classifier, for all pages in one call."""
    vectors = importlib.import_module("sklearn.feature_extraction.text").HashingVectorizer(
        analyzer="char", ngram_range=(1, 4)
    )
    model = importlib.import_module("sklearn.linear_model").SGDClassifier(random_state=1)
    pages, spam = _examples()
    model.fit(vectors.transform(texts_of(pages)), spam)
    return lambda pages: model.predict(vectors.transform(texts_of(pages)))


def _fasttext() -> Work:
    """Return the fastText of the accuracy benchmark."""
    model = importlib.import_module("benchmarks.accuracy_peers").FastText()
    pages, spam = _examples()
    model.fit([extract(text).text for text in _decoded(pages)], spam)
    return lambda texts: model.scores(_decoded(texts))

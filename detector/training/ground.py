"""What training stands on: corpora, lexicons and hand-written pages, parted once and for all."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from rich.console import Console

from detector.counts import CountTables
from detector.fold import FoldTables
from detector.topics import Topics
from detector.training.corpora import (
    Corpus,
    articles,
    default_cache,
    fetch_all,
    load_recipe,
)
from detector.training.drafts import Article
from detector.training.fold_tables import build_fold_tables
from detector.training.garble_lexicons import GarbleLexicons, likely_originals, load_lexicons
from detector.training.labeled import LabeledPage, read_labeled
from detector.training.natural import count_ngrams
from detector.training.package_lexicons import simplified_map
from detector.training.parallel import in_order
from detector.training.synthesis import Supply
from detector.training.topic_vectors import learn_topics
from detector.training.word_model import read_word_model

__all__ = ["HELD_OUT_SOURCES", "Ground", "lay_ground", "split_handwritten", "split_of"]

_SHARES = {"count": 50, "fit": 76, "calibrate": 95, "evaluate": 100}
"""Where the part of the documents ends, in percent. A threshold far out in the tail of clean text
asks for much of it that no one has seen."""
PARTS = tuple(_SHARES)
HELD_OUT_SOURCES = frozenset({"law", "reviews-bad"})
"""Natural sources that only evaluation sees."""
_WORD_MODEL = "lex-open-gram"
_TOPIC_SEED = 1

Texts = dict[str, dict[str, dict[str, list[Article]]]]
"""Articles by part, language and source."""


@dataclass(frozen=True)
class Ground:
    """What training stands on. ``texts`` has the parts of :func:`split_of`."""

    recipe: Sequence[Corpus]
    archives: Mapping[str, Path]
    texts: Texts
    sizes: Mapping[str, int]
    lexicons: GarbleLexicons
    likely: dict[str, str]
    tables: FoldTables
    counts: CountTables
    topics: Topics
    supplies: dict[str, Supply]
    handwritten: dict[str, list[LabeledPage]]


def lay_ground(labeled: Path, jobs: int, cache: Path | None, console: Console) -> Ground:
    """Fetch the corpora and read them, the lexicons and the hand-written pages; count n-grams.

    Raises :class:`~detector.training.corpora.CorpusError` when a corpus cannot be had.
    """
    recipe = load_recipe(labeled / "corpora.toml")
    console.print(f"fetching {len(recipe)} corpora into {cache or default_cache()}")
    archives = fetch_all(recipe, cache or default_cache())
    texts, sizes = gather(recipe, archives, jobs)
    for name, size in sizes.items():
        console.print(f"  {name}: {size:,} characters")
    lexicons = load_lexicons(labeled / "lexicons", archives)
    common = _common_han(lexicons.word_frequency)
    tables = build_fold_tables(simplified_map(archives["lex-opencc"]), common)
    console.print("counting natural n-grams")
    natural = for_counting(texts)
    counts = natural_counts(natural, lexicons.word_frequency, tables, archives.get(_WORD_MODEL))
    topics = learn_topics(natural, lexicons.word_frequency, tables, _TOPIC_SEED)
    supplies = {part: _supply(texts[part], lexicons) for part in PARTS}
    files = sorted(labeled.glob("*.jsonl"))
    handwritten = split_handwritten([page for path in files for page in read_labeled(path)])
    return Ground(
        recipe, archives, texts, sizes, lexicons, likely_originals(lexicons), tables,
        counts, topics, supplies, handwritten,
    )  # fmt: skip


def natural_counts(
    natural: Iterable[str], dictionary: Iterable[str], tables: FoldTables, word_model: Path | None
) -> CountTables:
    """Count ``natural`` Chinese texts, with the word model if any.

    The words of ``dictionary`` count twice each, so that the terms of sciences and trades which no
    text here speaks of are not taken for damage. (What occurs once may be a slip.)
    """
    counted = chain(natural, ["\n".join(dictionary)] * 2)
    return count_ngrams(counted, tables, read_word_model(word_model) if word_model else None)


def for_counting(texts: Texts) -> list[str]:
    """Return the Chinese texts of the part that is for counting."""
    return [
        "\n".join((article.title, *article.paragraphs))
        for lang in ("zh-Hans", "zh-Hant")
        for source in texts["count"].get(lang, {}).values()
        for article in source
    ]


def split_of(key: str) -> str:
    """Return the part (count, fit, calibrate or evaluate) that a document belongs to, for good."""
    at = zlib.crc32(key.encode()) % 100
    return next(part for part, end in _SHARES.items() if at < end)


def split_handwritten(pages: Sequence[LabeledPage]) -> dict[str, list[LabeledPage]]:
    """Part hand-written pages: whole families for evaluation, later campaigns for calibration."""
    parts: dict[str, list[LabeledPage]] = {"fit": [], "calibrate": [], "evaluate": []}
    last: dict[str, str] = {}
    for page in pages:
        last[page.family] = max(last.get(page.family, ""), page.campaign)
    for page in pages:
        if zlib.crc32(page.family.encode()) % 4 == 0:
            parts["evaluate"].append(page)
        elif page.campaign == last[page.family] and page.campaign > "a":
            parts["calibrate"].append(page)
        else:
            parts["fit"].append(page)
    return parts


def gather(
    recipe: Sequence[Corpus], archives: Mapping[str, Path], jobs: int
) -> tuple[Texts, dict[str, int]]:
    """Read the corpora; return their articles by part, language and source, and their sizes."""
    texts: Texts = {part: {} for part in PARTS}
    sizes: dict[str, int] = {}
    corpora = [c for c in recipe if c.name in archives and not c.is_lexicon]
    read = in_order(_read, [(c, archives[c.name]) for c in corpora], jobs)
    for corpus, found in zip(corpora, read, strict=True):
        for article in found:
            part = split_of(corpus.name + article.title + article.paragraphs[0])
            if corpus.name in HELD_OUT_SOURCES:
                part = "evaluate"
            by_source = texts[part].setdefault(article.lang, {})
            by_source.setdefault(corpus.name, []).append(article)
        sizes[corpus.name] = _characters(found)
    return texts, sizes


def _read(corpus: Corpus, archive: Path) -> list[Article]:
    return list(articles(corpus, archive))


def _characters(found: Iterable[Article]) -> int:
    return sum(len(paragraph) for article in found for paragraph in article.paragraphs)


def _common_han(frequencies: Mapping[str, int], most: int = 6_000) -> frozenset[str]:
    """Return the characters of the most frequent words, by how often they are used."""
    uses: dict[str, int] = {}
    for word, count in frequencies.items():
        for char in word:
            uses[char] = uses.get(char, 0) + count
    return frozenset(sorted(uses, key=lambda c: (-uses[c], c))[:most])


def _supply(articles_: dict[str, dict[str, list[Article]]], lexicons: GarbleLexicons) -> Supply:
    # Large sources more often than small ones, but not in proportion: genres matter more.
    weights = {
        name: _characters(found) ** 0.5
        for sources in articles_.values()
        for name, found in sources.items()
    }
    return Supply(articles_, lexicons, weights)

"""Hard negatives: honest pages that look like spam, by group."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.accuracy_sets import Carrier, Texts, carriers, clean
from detector.page import page_from_text
from detector.training.drafts import Article
from detector.training.garble_lexicons import GarbleLexicons
from detector.training.headlines import honest_headline
from detector.training.honest import TOPICS, honest_article
from detector.training.labeled import LabeledPage
from detector.training.lookalikes import honest_lookalikes

__all__ = ["hard_negatives"]

_TOPICS: dict[str, tuple[str, ...]] = {
    "reports of crime": ("raid", "verdict", "macau", "addict", "industry"),
    "quoted spam": ("seo", "jargon", "slot"),
    "lottery and sports": ("lottery", "match", "game", "pokerai", "film", "travel"),
}
_OTHER_TOPICS = "services and advice"
_NATURAL: dict[str, tuple[str, ...]] = {
    "law": ("law",),
    "reviews": ("reviews-bad",),
    "classical and verse": ("poems-zh", "fortunes-zh"),
    "Taiwan": ("messages-zh-tw", "office-zh-tw", "reference-zh-tw", "manual-zh-tw"),
    "manuals and code": ("manual-zh-cn", "reference-zh-cn", "electron-zh", "miniprogram"),
}
_TABLES = ("finance-docs", "cloud-huawei", "cloud-tencent")
_LENGTHS = (120, 300, 600)


def _page(name: str, source: str, lang: str, text: str) -> LabeledPage:
    return LabeledPage(name, "ham", lang, "hard", source, page_from_text(text), ())


def _generated(count: int, rng: random.Random) -> Iterator[tuple[str, LabeledPage]]:
    """Yield honest articles, each topic in turn, with templates that training has not seen."""
    groups = {topic: group for group, topics in _TOPICS.items() for topic in topics}
    for number in range(count):
        topic = TOPICS[number % len(TOPICS)]
        lang = "zh-Hant" if rng.random() < 0.15 else "zh-Hans"
        article = honest_article(rng, lang, "test", topic)
        text = "\n".join((article.title, *article.paragraphs))
        group = groups.get(topic, _OTHER_TOPICS)
        yield group, _page(f"honest-{number}", article.source, lang, text)


def _table(articles: Sequence[Article], rng: random.Random) -> str:
    """Return a table of short texts: a number, a text and a figure in each row."""
    rows = rng.sample(list(articles), min(len(articles), rng.randint(4, 12)))
    sign = rng.choice(("\t", " | ", "  ", ","))
    return "\n".join(
        sign.join((str(n), row.paragraphs[0][:40], f"{rng.uniform(0, 999):.2f}"))
        for n, row in enumerate(rows, 1)
    )


def _of_sources(texts: Texts, names: Sequence[str]) -> Texts:
    return {
        lang: {name: found for name, found in sources.items() if name in names}
        for lang, sources in texts.items()
    }


def hard_negatives(
    texts: Texts,
    handwritten: Sequence[LabeledPage],
    lex: GarbleLexicons,
    each: int,
    rng: random.Random,
) -> Mapping[str, list[LabeledPage]]:
    """Return honest Chinese pages by group.

    ``handwritten`` are the labelled pages of the families held out for evaluation; a group of
    natural text has up to ``each`` pages, the generated topics six times as many together.
    """
    groups: dict[str, list[LabeledPage]] = {}
    chinese = [p for p in handwritten if p.lang.startswith("zh") and not p.spam]
    groups["hand-written: hard"] = [p for p in chinese if p.family.startswith("hard")]
    groups["hand-written: clean"] = [p for p in chinese if not p.family.startswith("hard")]
    for group, page in _generated(6 * each, rng):
        groups.setdefault(group, []).append(page)
    for group, names in _NATURAL.items():
        drawn: list[Carrier] = []
        for length in _LENGTHS:
            drawn += carriers(_of_sources(texts, names), length, -(-each // 3), rng)
        groups[group] = clean(group, drawn[:each])
    rows = [a for name in _TABLES for a in texts.get("zh-Hans", {}).get(name, ())]
    if rows:
        tables = [_table(rows, rng) for _ in range(each)]
        groups["tables"] = [
            _page(f"table-{n}", "table", "zh-Hans", t) for n, t in enumerate(tables)
        ]
    glossed = []
    for number, carrier in enumerate(carriers(texts, 300, each, rng)):
        text = honest_lookalikes(rng, carrier.text, lex)
        glossed.append(_page(f"like-{number}", carrier.source, carrier.lang, text))
    groups["glosses and quoted typos"] = glossed
    groups["headlines"] = [
        _page(f"headline-{n}", "headlines", "zh-Hans", honest_headline(rng)) for n in range(each)
    ]
    return {group: pages for group, pages in groups.items() if pages}

"""Labelled pages by the thousand: natural articles, put into sites, damaged or left clean.

Every source gives clean and damaged pages alike, in the same layouts and lengths, so that a
classifier can learn the damage only. A page is drawn from a seed of its own: page *i* of a set is
the same whatever came before it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from detector.page import Page, page_from_text
from detector.training.comments import (
    comment_language,
    comment_share,
    comment_thread,
    comments_below,
)
from detector.training.drafts import Article, Draft, Link
from detector.training.garble import garble
from detector.training.garble_lexicons import GarbleLexicons
from detector.training.guides import (
    guide_language,
    guide_page,
    guide_paragraphs,
    guide_share,
    guide_window,
)
from detector.training.headlines import honest_headline, honest_link_texts
from detector.training.honest import honest_article, honest_script, honest_sentences
from detector.training.inject import inject
from detector.training.labeled import LabeledPage, marked_page
from detector.training.lookalikes import honest_lookalikes
from detector.training.marks import Labeled, unmark
from detector.training.site_html import render_html
from detector.training.site_text import render_text
from detector.training.sites import draft_page

__all__ = ["Supply", "is_hard", "synthetic_page"]

_LANG_WEIGHTS = {"zh-Hans": 58.0, "zh-Hant": 10.0}
_OTHER_WEIGHT = 34.0  # shared by all other languages
_PARTS = {"en": 2.0, "id": 1.5, "tr": 1.25, "ar": 0.5, "fa": 0.5, "hi": 0.5}
"""Their parts of it, where not 1: most kinds of spam are in English; of some languages no natural
text is had but messages of programs."""


@dataclass(frozen=True)
class Supply:
    """What synthesis draws from: articles by language (tag) and source, and the lexicons."""

    articles: Mapping[str, Mapping[str, Sequence[Article]]]
    lexicons: GarbleLexicons
    source_weights: Mapping[str, float]

    def draw(self, rng: random.Random) -> Article:
        """Return an article: language first, then source, then document."""
        langs = sorted(self.articles)
        parts = {lang: _PARTS.get(lang, 1.0) for lang in langs if lang not in _LANG_WEIGHTS}
        each = _OTHER_WEIGHT / max(1.0, sum(parts.values()))
        weights = [_LANG_WEIGHTS.get(lang, each * parts.get(lang, 1.0)) for lang in langs]
        sources = self.articles[rng.choices(langs, weights)[0]]
        names = sorted(sources)
        name = rng.choices(names, [self.source_weights.get(n, 1.0) for n in names])[0]
        return rng.choice(sources[name])


def _cut(article: Article, rng: random.Random) -> Article:
    """Return a piece of the article of random length (log-uniform, 20 to 3,000 code points)."""
    wanted = int(20 * 150 ** rng.random())
    paragraphs = list(article.paragraphs)
    start = rng.randrange(len(paragraphs)) if rng.random() < 0.4 else 0
    taken: list[str] = []
    size = 0
    for paragraph in paragraphs[start:]:
        taken.append(paragraph)
        size += len(paragraph)
        if size >= wanted:
            break
    if size > 2 * wanted and len(taken) == 1 and len(taken[0]) > wanted:
        taken[0] = _sentences(taken[0], wanted)
    title = article.title
    if not title:
        # A headline like those of pages without one: the first clause of the text.
        head = taken[0]
        for mark in "。！？!?，,；;":
            head = head.split(mark)[0]
        title = head.strip()[:40]
    return Article(article.source, article.lang, title, tuple(taken))


def _sentences(text: str, wanted: int) -> str:
    for end in range(min(wanted, len(text)), min(len(text), wanted + 200)):
        if text[end - 1] in "。！？.!?":
            return text[:end]
    return text[:wanted]


_HARD, _GARBLED, _INJECTED, _HEADLINES = (0.0, 0.10), (0.10, 0.40), (0.34, 0.70), (0.93, 1.0)
"""Which rolls (0-1) give which pages, half-open; others, and garbled ones of other languages than
Chinese, are of natural text as it is. Some pages are garbled and injected."""
_CLEAN = (_HARD, (0.70, 1.0))
"""Which rolls give clean pages."""
_FORMS = (("title", 0.12), ("line", 0.18), ("html", 0.58), ("markup", 0.66), ("text", 1.0))
"""Forms of a page, and up to which roll (0-1) a page has them."""
_WITHOUT_HTML = ((0.0, 0.18), (0.58, 1.0))
"""Which rolls give a Chinese page that is a text."""


def _among(roll: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= roll < bounds[1]


def _within(roll: float, ranges: Sequence[tuple[float, float]]) -> float:
    """Spread ``roll`` (0-1) over ``ranges``, half-open and one after the other."""
    at = roll * sum(end - start for start, end in ranges)
    for start, end in ranges:
        if at < end - start:
            return start + at
        at -= end - start
    return ranges[-1][0]


def synthetic_page(seed: str, supply: Supply, split: str, clean_texts: bool = False) -> LabeledPage:
    """Return the page that ``seed`` stands for; ``split`` (train or test) picks the dictionaries.

    ``family`` names what was done to it, such as ``inject:title_prefix``, ``garble:readings``,
    ``clean``, ``hard``; ``campaign`` its form. Pages with too little damage to judge have the label
    ``light``. ``clean_texts`` leaves out damage, and of Chinese pages the HTML.
    """
    rng = random.Random(seed)
    roll = _within(rng.random(), _CLEAN) if clean_texts else rng.random()
    article, family = _clean_article(roll, supply, rng, split)
    chinese = article.lang.startswith("zh")
    if not chinese and rng.random() < comment_share(article.lang):
        return _comment_page(seed, article, _among(roll, _INJECTED), supply, rng, split)
    if not chinese and rng.random() < guide_share(article.lang):
        return _guide_page(seed, article, _among(roll, _INJECTED), supply, rng, split)
    families = [family]
    if chinese and _among(roll, _GARBLED):
        text, machines = garble([article.title, *article.paragraphs], rng, supply.lexicons, split)
        article = replace(article, title=text[0], paragraphs=tuple(text[1:]))
        families = [f"garble:{machine}" for machine in machines]
    form_roll = rng.random()
    if clean_texts and chinese:
        form_roll = _within(form_roll, _WITHOUT_HTML)
    form = next(name for name, end in _FORMS if form_roll < end)
    injected = _among(roll, _INJECTED)
    if form == "title" and not injected:
        page, spans = marked_page(article.title + "\n", html=False)
    else:
        draft = _draft(article, supply, rng)
        if injected:
            placed = inject(draft, rng, split)
            families = [name for name in families if name.startswith("garble")]
            families += [f"inject:{name}" for name in placed]
        page, spans, form = _shown(draft, form, rng)
    return _labeled(seed, article.lang, "+".join(families), article.source, page, spans, form)


def _labeled(
    seed: str,
    lang: str,
    family: str,
    source: str,
    page: Page,
    spans: Sequence[Labeled],
    form: str,
) -> LabeledPage:
    """Return the page that ``seed`` stands for, with the label that its spans give it."""
    return LabeledPage(seed, _label(spans), lang, family, source, page, tuple(spans), campaign=form)


_BELOW = 0.15
"""Share of the pages with comments that have them below an article."""


def _comment_page(
    seed: str, article: Article, spam: bool, supply: Supply, rng: random.Random, split: str
) -> LabeledPage:
    """Return a page of visitors' comments, alone or below ``article``; some are spam."""
    lang = comment_language(rng, article.lang)
    if rng.random() < _BELOW:
        draft = _draft(article, supply, rng)
        draft.paragraphs.extend(comments_below(rng, lang, split, spam))
        page, spans, form = _shown(draft, rng.choice(("html", "text", "text", "markup")), rng)
        lang = article.lang
    else:
        natural = _carriers(article) if lang == article.lang else []
        text, is_html = comment_thread(rng, lang, split, spam, natural)
        page, spans = marked_page(text, html=is_html)
        form = "html" if is_html else "text"
    family = "inject:comment" if spam else "clean-comments"
    return _labeled(seed, lang, family, article.source, page, spans, form)


_POSTED, _EXCERPTS = 0.2, 0.5
"""Share of the guides that stand in somebody else's page; share of the others that are cut."""


def _guide_page(
    seed: str, article: Article, spam: bool, supply: Supply, rng: random.Random, split: str
) -> LabeledPage:
    """Return a page of promotional prose or of its honest twin, alone or among an article."""
    if rng.random() < _POSTED:
        lang = article.lang
        draft = _draft(article, supply, rng)
        paragraphs = guide_paragraphs(rng, lang, split, spam)
        at = rng.randrange(len(draft.paragraphs) + 1)
        at = len(draft.paragraphs) if rng.random() < 0.4 else at
        draft.paragraphs[at:at] = paragraphs
        page, spans, form = _shown(draft, rng.choice(("html", "text", "text", "markup")), rng)
    else:
        lang = guide_language(rng, article.lang)
        text, is_html = guide_page(rng, lang, split, spam)
        page, spans = marked_page(text, html=is_html)
        form = "html" if is_html else "text"
        if not is_html and rng.random() < _EXCERPTS:
            page, spans = _piece(page.text, spans, *guide_window(rng, len(page.text)))
            form = "window"
    family = "inject:guide" if spam else "clean-guides"
    return _labeled(seed, lang, family, article.source, page, spans, form)


_LATIN_SENTENCE = re.compile(r"[^\n.!?]{15,120}[.!?](?=\s|$)")


def _carriers(article: Article) -> list[str]:
    """Return the sentences of an article that are as short as comments."""
    return [found.strip() for text in article.paragraphs for found in _LATIN_SENTENCE.findall(text)]


def _clean_article(
    roll: float, supply: Supply, rng: random.Random, split: str
) -> tuple[Article, str]:
    """Return the honest text that ``roll`` stands for, and its family."""
    drawn = supply.draw(rng)
    if _among(roll, _HARD):
        article, family = honest_article(rng, drawn.lang, split), "hard"
    elif _among(roll, _HEADLINES):
        article, family = _headlines(drawn, rng), "headlines"
    else:
        article, family = _cut(drawn, rng), "clean"
    paragraphs = list(article.paragraphs)
    if article.lang.startswith("zh") and rng.random() < 0.25:
        at = rng.randrange(len(paragraphs))
        paragraphs[at] = honest_lookalikes(rng, paragraphs[at], supply.lexicons)
    if rng.random() < 0.15:
        extra = honest_sentences(rng, article.lang)
        if extra:
            space = "" if article.lang[:2] in {"zh", "ja"} else " "
            paragraphs.insert(rng.randrange(len(paragraphs) + 1), space.join(extra))
            family = "clean-mixed"
    if rng.random() < 0.03:
        paragraphs.insert(rng.randrange(len(paragraphs) + 1), honest_script(rng))
    return replace(article, paragraphs=tuple(paragraphs)), family


def _draft(article: Article, supply: Supply, rng: random.Random) -> Draft:
    """Return a page of an honest site around the article, some with a list of honest links."""
    chinese = article.lang.startswith("zh")
    draft = draft_page(article, rng, _titles(supply, rng) if chinese else ())
    if chinese and rng.random() < 0.3:
        texts = honest_link_texts(rng, rng.randint(3, 30))
        links = [Link(text, f"/{rng.randrange(1000)}/{n}.html") for n, text in enumerate(texts)]
        (draft.nav if rng.random() < 0.3 else draft.related).extend(links)
    return draft


def _shown(draft: Draft, form: str, rng: random.Random) -> tuple[Page, list[Labeled], str]:
    """Return the page in a form of ``_FORMS``, its labelled spans, and the form that it got.

    Some texts are cut to a window.
    """
    if form == "title":
        return *marked_page(draft.title + "\n", html=False), form
    if form == "line":
        return *_line(*unmark(render_text(draft, rng)), rng), form
    if form == "html":
        return *marked_page(render_html(draft, rng), html=True), form
    if form == "markup":
        # Extractors leave markup in texts; it is no damage, on clean and spam pages alike.
        return *_window(*unmark(_with_markup(draft, rng)), rng), form
    page, spans = marked_page(render_text(draft, rng), html=False)
    if rng.random() < 0.35:
        return *_window(page.text, spans, rng), "window"
    return page, spans, form


def is_hard(page: LabeledPage) -> bool:
    """Say whether a page is honest, but made to look like spam: it reports, quotes, advertises."""
    return not page.spam and page.family in ("hard", "headlines", "clean-mixed", "clean-guides")


def _with_markup(draft: Draft, rng: random.Random) -> str:
    """Return the page as a text that still has its markup: all of it, or that of its paragraphs."""
    if rng.random() < 0.5:
        return render_html(draft, rng)
    before, after = rng.choice(
        (
            ("<p>", "</p>"),
            ("<p><strong>", "</strong></p>"),
            ("<p>\u3000\u3000", "<br></p>"),
            ("<br/>", ""),
            ("&nbsp;&nbsp;", "<br>"),
            ('<div class="txt">', "</div>"),
            ("- **", "**"),
            ('<li><a href="/a/" title="', '"></a></li>'),
        )
    )
    joint = rng.choice(("", "", "\n"))
    return joint.join(f"{before}{text}{after}" for text in (draft.headline, *draft.paragraphs))


def _label(spans: Sequence[Labeled]) -> str:
    """Return the label of a page with these spans: ``ham``, ``spam`` or ``light``."""
    if not spans:
        return "ham"
    return "light" if _light(spans) else "spam"


def _light(spans: Sequence[Labeled]) -> bool:
    """Say whether damage is so slight that no editor would call the page spam for it."""
    injected = sum(s.end - s.start for s in spans if s.kind == "injection")
    words = [s for s in spans if s.kind == "garbled"]
    return injected < 4 and len(words) < 3 and sum(s.end - s.start for s in words) < 20


def _headlines(article: Article, rng: random.Random) -> Article:
    """Return a page of unrelated short texts, as portals, shops and forums have; Chinese only."""
    if not article.lang.startswith("zh"):
        return article
    texts = [honest_headline(rng) for _ in range(rng.choice((1, 1, 3, 8, 20)))]
    return Article("headlines", "zh-Hans", texts[0], tuple(texts[1:] or texts))


def _titles(supply: Supply, rng: random.Random) -> list[str]:
    """Return headlines for lists of further reading: real ones and made-up ones."""
    drawn = (supply.draw(rng) for _ in range(8))
    titles = [a.title for a in drawn if a.title and a.lang.startswith("zh")]
    return titles + [honest_headline(rng) for _ in range(4)]


def _window(text: str, spans: list[Labeled], rng: random.Random) -> tuple[Page, list[Labeled]]:
    size = int(60 * 12 ** rng.random())
    if len(text) <= size:
        start = 0
    elif spans and rng.random() < 0.7:
        focus = rng.choice(spans)
        start = max(0, min(len(text) - size, focus.start - rng.randrange(size)))
    else:
        start = rng.randrange(len(text) - size)
    return _piece(text, spans, start, start + size)


_WHOLE_LINE = re.compile(r"[^\n]{3,}")
_SENTENCE = re.compile(r"[^\n。！？!?]{3,}[。！？!?]*")


def _line(text: str, spans: list[Labeled], rng: random.Random) -> tuple[Page, list[Labeled]]:
    """Return a line of the text, or one sentence: as little as a page can be."""
    pattern = _SENTENCE if rng.random() < 0.5 else _WHOLE_LINE
    found = [match.span() for match in pattern.finditer(text)] or [(0, len(text))]
    if spans and rng.random() < 0.7:
        focus = rng.choice(spans)
        found = [(a, b) for a, b in found if a < focus.end and focus.start < b] or found
    return _piece(text, spans, *rng.choice(found))


def _piece(text: str, spans: list[Labeled], start: int, end: int) -> tuple[Page, list[Labeled]]:
    cut = [
        Labeled(max(s.start, start) - start, min(s.end, end) - start, s.kind)
        for s in spans
        if s.start < end and s.end > start
    ]
    return page_from_text(text[start:end]), cut

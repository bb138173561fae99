"""Honest sites around natural articles: the pages that injections and garbling are put into.

:func:`draft_page` chooses a kind of site and fills its menus, bylines and footers;
:func:`~detector.training.site_html.render_html` and
:func:`~detector.training.site_text.render_text` turn a draft into a page or into what an extractor
makes of one. Everything that spam pages also have - login and download links, sports and lottery
channels, hidden menus, trackers - is here on clean pages too, so that none of it betrays a label.
"""

from __future__ import annotations

import html
import json
import random
from collections.abc import Sequence

from detector.training.drafts import Article, Draft
from detector.training.site_identity import SitePage, open_page
from detector.training.site_links import friend_links, menu, related_links
from detector.training.site_widgets import furnish

__all__ = ["draft_page"]

_BARE = 0.05  # share of pages that are hardly more than their article
_WORDS_IN_SCRIPTS = {
    "favorite": "share", "askword": "search", "loginword": "login", "homeword": "home",
}  # fmt: skip
"""Slots of scripts, and the words of the interface that fill them."""


def draft_page(article: Article, rng: random.Random, titles: Sequence[str] = ()) -> Draft:
    """Put ``article`` into an honest site of its language, or rarely of a related one.

    ``titles`` may offer headlines of other natural articles for the lists of further reading;
    otherwise these are made up. The paragraphs are taken over unchanged.
    """
    page = open_page(article, rng)
    headline = article.title.strip()
    draft = Draft(
        source=article.source,
        lang=article.lang,
        title=_title(page, headline),
        site=page.fill.fixed["s"],
        headline=headline,
        paragraphs=list(article.paragraphs),
    )
    draft.description = _description(page)
    draft.keywords = page.fill.one(page.texts("keywords")) if rng.random() < 0.55 else ""
    draft.byline = _byline(page)
    draft.breadcrumb = _breadcrumb(page)
    draft.nav = menu(page)
    draft.related = related_links(page, titles)
    draft.friends = friend_links(page)
    draft.footer = _footer(page)
    alts = page.texts("alts")
    draft.alts = page.fill.some(alts, rng.choice((0, 0, 1, 1, 2, 3, 4, 6)))
    draft.comments = _comments(page)
    draft.scripts = _scripts(page)
    draft.head = _head(page)
    furnish(page, draft)
    if rng.random() < _BARE:
        _leave_article(draft)
    return draft


def _leave_article(draft: Draft) -> None:
    """Leave only the article, as on pages made by hand, in frames or for printing."""
    draft.nav, draft.related, draft.friends, draft.breadcrumb = [], [], [], []
    draft.footer, draft.alts, draft.comments, draft.scripts = [], [], [], []
    draft.top, draft.bottom = [], []


def _title(page: SitePage, headline: str) -> str:
    """Return the content of <title>: the headline, the site and the channel in some order."""
    if not headline:
        return page.fill.fixed["s"]
    title = page.fill.one(page.texts("titles", 0.5), "{h}")
    return title.strip(" -_|")


def _description(page: SitePage) -> str:
    rng = page.rng
    if rng.random() < 0.4:
        return ""
    if page.article.paragraphs and rng.random() < 0.65:
        text = " ".join(page.article.paragraphs[: rng.choice((1, 1, 2))])
        size = rng.choice((60, 80, 100, 120, 160, 200))
        cut = text if len(text) <= size else text[:size] + rng.choice(("", "...", "…", "……"))
        return " ".join(cut.split())
    return page.fill.one(page.texts("description"))


def _byline(page: SitePage) -> str:
    if page.rng.random() < 0.15:
        return ""
    count = 2 if page.rng.random() < 0.12 else 1
    return " ".join(page.fill.some(page.texts("byline"), count)).strip()


def _breadcrumb(page: SitePage) -> list[str]:
    rng = page.rng
    if rng.random() < 0.4:
        return []
    crumbs = [page.ui("home") if rng.random() < 0.8 else page.fill.fixed["s"], page.fill.fixed["c"]]
    if rng.random() < 0.35:
        crumbs.append(page.fill.one(page.kind.get("channels")))
    if rng.random() < 0.35:
        crumbs.append(page.fill.fixed["h"] if rng.random() < 0.6 else page.ui("text"))
    return [crumb for crumb in crumbs if crumb]


def _footer(page: SitePage) -> list[str]:
    rng = page.rng
    if rng.random() < 0.06:
        return []
    count = rng.choice((1, 1, 2, 2, 3, 4, 5, 7))
    own = page.kind.get("footer")
    lines = page.fill.some(own, min(count, rng.choice((0, 1, 2, 3))))
    common = page.words.default.get("footer", ())
    lines += page.fill.some(common, max(count - len(lines), 0))
    if rng.random() < 0.3:
        return [rng.choice(("  ", " ", " | ", "　")).join(lines)]
    return lines


def _comments(page: SitePage) -> list[str]:
    count = page.rng.choice((0, 0, 1, 1, 2, 3, 5, 8))
    common = page.code.comments["any"]
    own = page.code.comments.get(page.cms, ())
    chosen = page.fill.some(own, page.rng.choice((0, 1, 2))) if own else []
    return (chosen + page.fill.some(common, count))[:count]


def _scripts(page: SitePage) -> list[str]:
    """Return bodies of inline scripts; the page's names in them are escaped for code."""
    rng, fill = page.rng, page.fill
    count = rng.choice((0, 0, 1, 1, 2, 2, 3, 5))
    if not count:
        return []
    ascii_only = rng.random() < 0.25  # \uXXXX, as PHP's json_encode writes by default
    kept = dict(fill.fixed)
    for name in ("s", "h", "c", "k"):
        quoted = json.dumps(kept[name], ensure_ascii=ascii_only)[1:-1]
        fill.fixed[name] = quoted.replace("</", "<\\/").replace("'", "\\u0027")
    for name, word in _WORDS_IN_SCRIPTS.items():
        fill.fixed[name] = page.ui(word).replace("'", "").replace('"', "")
    bodies = fill.some(page.code.scripts, count)
    fill.fixed = kept
    return bodies


def _head(page: SitePage) -> list[str]:
    """Return raw elements of <head>, all quoted and closed in one way."""
    rng, fill = page.rng, page.fill
    specs = fill.some(page.code.head, rng.choice((0, 1, 2, 3, 4, 6, 8, 11, 15)))
    generator = page.code.generator.get(page.cms)
    if generator and rng.random() < 0.5:
        specs.append(f"meta @ name=generator @ content={fill.one(generator)}")
    quote, slash = rng.choice(('"', '"', '"', "'")), rng.choice(("", "", " /", "/"))
    return [_element(spec, quote, slash) for spec in specs]


def _element(spec: str, quote: str, slash: str) -> str:
    """Return the element that ``name @ attribute=value @ ...`` describes."""
    name, *pairs = spec.split(" @ ")
    if name == "raw":
        return " @ ".join(pairs)
    written = ""
    for pair in pairs:
        key, _, value = pair.partition("=")
        written += f" {key}={quote}{html.escape(value)}{quote}"
    return f"<script{written}></script>" if name == "script" else f"<{name}{written}{slash}>"

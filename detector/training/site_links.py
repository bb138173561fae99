"""Links of a site: the menu, lists of further reading, and links to other sites."""

from __future__ import annotations

import re
from collections.abc import Sequence

from detector.training.drafts import Article, Link
from detector.training.site_identity import SitePage

__all__ = ["friend_links", "href", "link", "menu", "related_links"]

# kinds that may point anywhere: to sports, games and the lottery as well
_LEISURE = frozenset(
    ("news", "portal", "forum", "blog", "video", "download", "shop", "novel", "job")
)
_CLAUSE = re.compile(r"[。！？!?；;\n]|(?<=[.])\s")


def href(page: SitePage) -> str:
    """Return an address within the site, of the publishing system's shape."""
    paths = page.code.paths
    path = page.fill.one(paths.get(page.cms) or paths["custom"])
    if path.startswith("/") and not path.startswith("//") and page.rng.random() < 0.15:
        return f"{page.rng.choice(('http', 'https'))}://{page.fill.fixed['host']}{path}"
    return path


def link(page: SitePage, entry: str) -> Link:
    """Return the link of a menu entry ``text`` or ``text|target``."""
    text, _, target = entry.partition("|")
    return Link(text, target or href(page))


def menu(page: SitePage) -> list[Link]:
    """Return the main menu, mostly in its usual order and with the home page first."""
    rng = page.rng
    if rng.random() < 0.05:
        return []
    own = page.kind.get("nav")
    count = rng.choice((4, 6, 7, 8, 9, 10, 12, 14, 18, 26, 40))
    chosen = page.fill.some(own, count)
    if own and rng.random() < 0.8:
        # menus mostly keep an order and begin with the home page
        first = own[0]
        chosen = [entry for entry in chosen if entry != first]
        chosen.insert(0, page.fill.fill(first))
    extra = page.words.default.get("nav_extra", ())
    chosen += page.fill.some(extra, rng.choice((0, 0, 1, 2, 3, 5, 8)))
    if page.kind.name in _LEISURE and rng.random() < 0.35:
        chosen += page.fill.some(page.words.default.get("nav_leisure", ()), rng.randrange(1, 6))
    links = [link(page, entry) for entry in chosen]
    if rng.random() < 0.8 and links and "|" not in chosen[0]:
        links[0].href = rng.choice(("/", "/", f"http://{page.fill.fixed['host']}/", "index.html"))
    return links


def _clauses(article: Article) -> list[str]:
    """Return sentences of the article short enough to serve as a headline."""
    found = (piece.strip() for text in article.paragraphs for piece in _CLAUSE.split(text))
    return [piece for piece in found if 6 <= len(piece) <= 60]


def _headline(page: SitePage, titles: Sequence[str], clauses: Sequence[str]) -> str:
    """Return a title of another page: a natural one, a clause of this one, or a made-up one."""
    rng = page.rng
    roll = rng.random()
    if titles and roll < 0.5:
        return rng.choice(titles).strip()
    if clauses and roll > 0.88:
        return rng.choice(clauses)
    groups = page.kind.get("related")
    if groups and (page.kind.name not in _LEISURE or rng.random() < 0.85):
        group = rng.choice(groups)
    else:
        group = rng.choice(tuple(page.words.related))
    return page.fill.one(page.words.related.get(group, ()))


def related_links(page: SitePage, titles: Sequence[str]) -> list[Link]:
    """Return links to other pages of the site; ``titles`` may offer headlines of real ones."""
    rng = page.rng
    count = rng.choice((0, 0, 2, 2, 3, 4, 5, 6, 8, 10, 10, 12, 16, 24))
    if rng.random() < 0.04:
        count = rng.randrange(30, 70)  # a page that is mostly links, as portals are
    clauses = _clauses(page.article)
    cut = rng.choice((0, 0, 0, 12, 16, 20, 24))
    links = []
    for _ in range(count):
        text = _headline(page, titles, clauses)
        if cut and len(text) > cut and page.words.lang in ("zh", "hant", "ja"):
            text = text[:cut] + rng.choice(("", "...", "…", ".."))
        if text:
            links.append(Link(text, href(page)))
    return links


def friend_links(page: SitePage) -> list[Link]:
    """Return links to other sites, as partners exchange them (友情链接), often none."""
    rng = page.rng
    if rng.random() < 0.55:
        return []
    groups = page.kind.get("friends") or tuple(page.words.friends)
    links: list[Link] = []
    for _ in range(rng.choice((2, 3, 4, 6, 8, 10, 15, 22))):
        group = rng.choice(groups)
        if page.kind.name in _LEISURE and rng.random() < 0.15:
            group = rng.choice(tuple(page.words.friends))
        entry = page.fill.one(page.words.friends.get(group, ()))
        text, _, host = entry.partition("|")
        if not text or not host:
            continue
        slash = rng.choice(("", "/"))
        links.append(Link(text, f"{rng.choice(('http', 'http', 'https'))}://{host.lower()}{slash}"))
    if links and rng.random() < 0.25:
        text, host = _other_site(page)
        links.append(Link(text, f"http://{host}/"))
    return links


def _other_site(page: SitePage) -> tuple[str, str]:
    """Return name and host of some other made-up site of the language."""
    kind = page.rng.choice(page.words.kinds)
    site = page.fill.one(kind.get("site"))
    return site, page.fill.one(kind.get("host") or page.words.default["host"]).lower()

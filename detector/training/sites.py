"""Honest sites around natural articles: the pages that injections and garbling are put into.

:func:`draft_page` chooses a kind of site and fills its menus, bylines and footers;
:func:`render_html` and :func:`render_text` turn a draft into a page or into what an extractor
makes of one. Everything that spam pages also have - login and download links, sports and lottery
channels, hidden menus, trackers - is here on clean pages too, so that none of it betrays a label.
"""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from detector.training.drafts import Article, Draft, Link
from detector.training.headlines import nickname
from detector.training.site_html import render_html
from detector.training.site_text import render_text
from detector.training.site_tokens import hashed_links, key_comment, tracking_pixel
from detector.training.site_words import Code, Filler, Kind, Words, code, language, words

__all__ = ["draft_page", "render_html", "render_text"]

# kinds that may point anywhere: to sports, games and the lottery as well
_LEISURE = frozenset(
    ("news", "portal", "forum", "blog", "video", "download", "shop", "novel", "job")
)
_CLAUSE = re.compile(r"[。！？!?；;\n]|(?<=[.])\s")
_BARE = 0.05  # share of pages that are hardly more than their article
_FOREIGN_CHROME = 0.04  # share of pages whose site speaks another language than the article


@dataclass
class _Page:
    """What the steps of drafting share."""

    article: Article
    rng: random.Random
    words: Words
    code: Code
    kind: Kind
    cms: str
    fill: Filler

    def texts(self, part: str, own: float = 0.75) -> tuple[str, ...]:
        """Return the templates of ``part``: the kind's with probability ``own``, or common ones."""
        special = self.kind.get(part)
        common = tuple(filter(self._fits, self.words.default.get(part, ())))
        if special and common:
            return special if self.rng.random() < own else common
        return special or common

    def _fits(self, template: str) -> bool:
        """Goods belong to firms and shops, programming to those who speak of it."""
        return all(
            slot not in template
            or any(slot in own for own in self.kind.get("site") + self.kind.get("nav"))
            for slot in ("{product}", "{tech}")
        )

    def ui(self, name: str) -> str:
        """Return a word of the user interface."""
        return self.fill.one(self.words.ui.get(name, ()))


def draft_page(article: Article, rng: random.Random, titles: Sequence[str] = ()) -> Draft:
    """Put ``article`` into an honest site of its language, or rarely of a related one.

    ``titles`` may offer headlines of other natural articles for the lists of further reading;
    otherwise these are made up. The paragraphs are taken over unchanged.
    """
    page = _open_page(article, rng)
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
    draft.nav = _nav(page)
    draft.related = _related(page, titles)
    draft.friends = _friends(page)
    draft.footer = _footer(page)
    alts = page.texts("alts")
    draft.alts = page.fill.some(alts, rng.choice((0, 0, 1, 1, 2, 3, 4, 6)))
    draft.comments = _comments(page)
    draft.scripts = _scripts(page)
    draft.head = _head(page)
    _furnish(page, draft)
    if rng.random() < _BARE:
        _strip(draft)
    return draft


def _strip(draft: Draft) -> None:
    """Leave only the article, as on pages made by hand, in frames or for printing."""
    draft.nav, draft.related, draft.friends, draft.breadcrumb = [], [], [], []
    draft.footer, draft.alts, draft.comments, draft.scripts = [], [], [], []
    draft.top, draft.bottom = [], []


def _open_page(article: Article, rng: random.Random) -> _Page:
    """Choose language, kind of site and publishing system, and fix the names of the page."""
    lang = language(article.lang)
    if rng.random() < _FOREIGN_CHROME:
        lang = {"zh": "hant" if rng.random() < 0.4 else "en", "hant": "zh"}.get(lang, "en")
    vocabulary, snippets = words(lang), code()
    kind = rng.choices(vocabulary.kinds, vocabulary.weights)[0]
    cms = rng.choice(kind.get("cms") or vocabulary.default.get("cms") or ("custom",))
    fill = Filler(rng, (vocabulary.lists, snippets.lists))
    fill.fixed.update(_place(vocabulary, rng))
    fill.fixed.update(_dates(vocabulary, rng))
    _marks(fill)
    fill.generators["firm"] = lambda: _firm(fill)
    for name in ("q", "d", "jq", "w", "var"):  # the habits of one hand: quotes, names in scripts
        fill.fixed[name] = fill.draw(name) or ""
    fill.fixed["s"] = site = fill.one(kind.get("site"), "Home")
    fill.fixed["host"] = fill.one(kind.get("host") or vocabulary.default["host"]).lower()
    fill.fixed["h"] = article.title.strip() or site
    fill.fixed["c"] = fill.one(kind.get("channels") or ("",))
    fill.fixed["k"] = _keyword(article, rng)
    _contacts(vocabulary, fill)
    return _Page(article, rng, vocabulary, snippets, kind, cms, fill)


def _place(vocabulary: Words, rng: random.Random) -> dict[str, str]:
    if not vocabulary.places:
        return {}
    names = ("city", "py", "ab", "prov", "icp", "area", "zip")
    return dict(zip(names, rng.choice(vocabulary.places), strict=False))


_DATE_SHAPES = (
    "{y}-{m:02d}-{d:02d}",
    "{y}年{m}月{d}日",
    "{y}/{m:02d}/{d:02d}",
    "{y}.{m:02d}.{d:02d}",
)


def _dates(vocabulary: Words, rng: random.Random) -> dict[str, str]:
    """Return the page's date in one of the language's shapes, and its years."""
    year = rng.choice((*range(2005, 2026), *range(2015, 2026)))
    day, month = rng.randrange(1, 29), rng.randrange(1, 13)
    shapes = vocabulary.default.get("dates", _DATE_SHAPES)
    names = vocabulary.lists.get("monthname", ())
    date = rng.choice(shapes).format(
        y=year, m=month, d=day, b=names[month - 1] if len(names) == 12 else month
    )
    first = str(rng.randrange(max(1998, year - 15), year + 1))
    return {"date": date, "year": str(year), "y0": first}


def _marks(fill: Filler) -> None:
    """Fix the two words a firm or shop is named by, and their Latin spelling."""
    marks = [fill.draw("mark") or "A=a" for _ in range(2)]
    names = [entry.partition("=") for entry in marks]
    fill.fixed["mark1"], fill.fixed["mark2"] = names[0][0], names[1][0]
    fill.fixed["mpy"] = "".join(latin or name.lower() for name, _, latin in names)


def _firm(fill: Filler) -> str:
    """Return the name of some firm; the page's own marks half of the time."""
    shape = fill.draw("firmshape") or "{city}{mark1}{mark2}{trade}{suffix}"
    if fill.rng.random() < 0.5:
        return fill.fill(shape)
    kept = {name: fill.fixed[name] for name in ("mark1", "mark2", "mpy")}
    _marks(fill)
    name = fill.fill(shape)
    fill.fixed.update(kept)
    return name


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def _contacts(vocabulary: Words, fill: Filler) -> None:
    """Fix telephone numbers, the licence numbers of the place and the mail address."""
    rng, fixed = fill.rng, fill.fixed
    shapes = vocabulary.default.get("phones", ("0{n}-{n}{n}",))

    def number(shape: str) -> str:
        digits = re.sub("#", lambda _: rng.choice("0123456789"), shape)
        return fill.fill(digits)

    fill.generators["phone"] = lambda: number(rng.choice(shapes))
    fixed["mobile"] = f"1{rng.choice(('38', '39', '50', '86', '77', '99'))}{_digits(rng, 8)}"
    bare = fixed["host"].split("/")[0].removeprefix("www.")
    fixed["mail"] = f"{rng.choice(('info', 'service', 'admin', 'office', 'sales', 'web'))}@{bare}"
    if vocabulary.lang == "zh":
        fixed["zip"] = fixed["zip"] + _digits(rng, 3)
    plate = fixed.get("icp") or "京"
    tail = rng.choice(("", "", "-1", "-2", "-5"))
    licence = f"{plate}ICP{rng.choice('备備证' if vocabulary.lang == 'hant' else '备备备证')}"
    fixed["icpno"] = f"{licence}{_digits(rng, rng.choice((8, 8, 10)))}号{tail}"
    fixed["gaba"] = f"{plate}公网安备 {_digits(rng, 14)}号"


def _keyword(article: Article, rng: random.Random) -> str:
    """Return a few characters of the title as a site's keyword would have them."""
    pieces = [piece for piece in re.split(r"[\W_]+", article.title) if piece]
    if not pieces:
        return article.title
    piece = rng.choice(pieces)
    if len(piece) <= 6:
        return piece
    start = rng.randrange(len(piece) - 3)
    return piece[start : start + rng.randrange(2, 6)] if piece[0] >= "一" else piece


def _title(page: _Page, headline: str) -> str:
    """Return the content of <title>: the headline, the site and the channel in some order."""
    if not headline:
        return page.fill.fixed["s"]
    title = page.fill.one(page.texts("titles", 0.5), "{h}")
    return title.strip(" -_|")


def _clauses(article: Article) -> list[str]:
    """Return sentences of the article short enough to serve as a headline."""
    found = (piece.strip() for text in article.paragraphs for piece in _CLAUSE.split(text))
    return [piece for piece in found if 6 <= len(piece) <= 60]


def _description(page: _Page) -> str:
    rng = page.rng
    if rng.random() < 0.4:
        return ""
    if page.article.paragraphs and rng.random() < 0.65:
        text = " ".join(page.article.paragraphs[: rng.choice((1, 1, 2))])
        size = rng.choice((60, 80, 100, 120, 160, 200))
        cut = text if len(text) <= size else text[:size] + rng.choice(("", "...", "…", "……"))
        return " ".join(cut.split())
    return page.fill.one(page.texts("description"))


def _byline(page: _Page) -> str:
    if page.rng.random() < 0.15:
        return ""
    count = 2 if page.rng.random() < 0.12 else 1
    return " ".join(page.fill.some(page.texts("byline"), count)).strip()


def _breadcrumb(page: _Page) -> list[str]:
    rng = page.rng
    if rng.random() < 0.4:
        return []
    crumbs = [page.ui("home") if rng.random() < 0.8 else page.fill.fixed["s"], page.fill.fixed["c"]]
    if rng.random() < 0.35:
        crumbs.append(page.fill.one(page.kind.get("channels")))
    if rng.random() < 0.35:
        crumbs.append(page.fill.fixed["h"] if rng.random() < 0.6 else page.ui("text"))
    return [crumb for crumb in crumbs if crumb]


def _href(page: _Page) -> str:
    """Return an address within the site, of the publishing system's shape."""
    paths = page.code.paths
    path = page.fill.one(paths.get(page.cms) or paths["custom"])
    if path.startswith("/") and not path.startswith("//") and page.rng.random() < 0.15:
        return f"{page.rng.choice(('http', 'https'))}://{page.fill.fixed['host']}{path}"
    return path


def _link(page: _Page, entry: str) -> Link:
    """Return the link of a menu entry ``text`` or ``text|target``."""
    text, _, target = entry.partition("|")
    return Link(text, target or _href(page))


def _nav(page: _Page) -> list[Link]:
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
    links = [_link(page, entry) for entry in chosen]
    if rng.random() < 0.8 and links and "|" not in chosen[0]:
        links[0].href = rng.choice(("/", "/", f"http://{page.fill.fixed['host']}/", "index.html"))
    return links


def _headline(page: _Page, titles: Sequence[str], clauses: Sequence[str]) -> str:
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


def _related(page: _Page, titles: Sequence[str]) -> list[Link]:
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
            links.append(Link(text, _href(page)))
    return links


def _friends(page: _Page) -> list[Link]:
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


def _other_site(page: _Page) -> tuple[str, str]:
    """Return name and host of some other made-up site of the language."""
    kind = page.rng.choice(page.words.kinds)
    site = page.fill.one(kind.get("site"))
    return site, page.fill.one(kind.get("host") or page.words.default["host"]).lower()


def _footer(page: _Page) -> list[str]:
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


def _comments(page: _Page) -> list[str]:
    count = page.rng.choice((0, 0, 1, 1, 2, 3, 5, 8))
    common = page.code.comments["any"]
    own = page.code.comments.get(page.cms, ())
    chosen = page.fill.some(own, page.rng.choice((0, 1, 2))) if own else []
    return (chosen + page.fill.some(common, count))[: max(count, 1)] if count else []


def _scripts(page: _Page) -> list[str]:
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
    for name in ("favorite", "askword", "loginword", "homeword"):
        ui = {"favorite": "share", "askword": "search", "loginword": "login", "homeword": "home"}
        fill.fixed[name] = page.ui(ui[name]).replace("'", "").replace('"', "")
    bodies = fill.some(page.code.scripts, count)
    fill.fixed = kept
    return bodies


def _head(page: _Page) -> list[str]:
    """Return raw elements of <head>, their quotes and closing as the page has them."""
    rng, fill = page.rng, page.fill
    specs = fill.some(page.code.head, rng.choice((0, 1, 2, 3, 4, 6, 8, 11, 15)))
    generator = page.code.generator.get(page.cms)
    if generator and rng.random() < 0.5:
        specs.append(f"meta @ name=generator @ content={fill.one(generator)}")
    mark, slash = rng.choice(('"', '"', '"', "'")), rng.choice(("", "", " /", "/"))
    return [_element(spec, mark, slash) for spec in specs]


def _element(spec: str, mark: str, slash: str) -> str:
    """Return the element that ``name @ attribute=value @ ...`` describes."""
    name, *pairs = spec.split(" @ ")
    if name == "raw":
        return " @ ".join(pairs)
    written = ""
    for pair in pairs:
        key, _, value = pair.partition("=")
        written += f" {key}={mark}{html.escape(value)}{mark}"
    return f"<script{written}></script>" if name == "script" else f"<{name}{written}{slash}>"


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


_SHARERS = (  # host, path, name of the parameter that takes the address
    ("service.weibo.com", "share/share.php", "url"),
    ("www.facebook.com", "sharer/sharer.php", "u"),
    ("twitter.com", "intent/tweet", "url"),
    ("api.whatsapp.com", "send", "text"),
    ("connect.qq.com", "widget/shareqq/index.html", "url"),
    ("t.me", "share/url", "url"),
    ("social-plugins.line.me", "lineit/share", "url"),
)
_HIDDEN = (
    'style="display:none"',
    'style="display:none;"',
    "hidden",
    'aria-hidden="true"',
    'style="visibility:hidden;height:0"',
    'style="display: none;"',
    'aria-hidden="true" role="dialog" style="display:none"',
    'style="height:0;overflow:hidden"',
    'style="position:absolute;left:-9999px"',
    "",
)


def _furnish(page: _Page, draft: Draft) -> None:
    """Put banners, dialogs, forms and other furniture right inside <body>."""
    rng, ui = page.rng, page.ui

    def hide() -> str:
        return rng.choice(_HIDDEN)

    def word(name: str) -> str:
        return _attribute(ui(name))

    def form() -> str:
        return (
            f'<form action="{_attribute(_href(page))}"><input type="text" name="q" '
            f'placeholder="{word("search")}"><button>{word("search")}</button></form>'
        )

    def several(name: str, count: int) -> list[str]:
        texts = page.words.ui.get(name, ())
        return [_attribute(text) for text in page.fill.some(texts, count)]

    def skip() -> str:
        return f'<a class="skip-link sr-only" href="#content">{word("skip")}</a>'

    def outdated() -> str:
        return f'<!--[if lt IE 8]><p class="browsehappy">{word("outdated")}</p><![endif]-->'

    def noscript() -> str:
        pixel = (
            f'<img height="1" width="1" style="display:none" src="//{page.fill.letters()}.com/p">'
        )
        text = word("noscript")
        return f"<noscript>{rng.choice((pixel, text, pixel + text))}</noscript>"

    def cookie() -> str:
        return (
            f'<div id="cookie" {hide()}><p>{word("cookie")}</p>'
            f"<button>{word('accept')}</button></div>"
        )

    def dialog() -> str:
        return (
            f'<div {hide()}><div class="box"><span class="close">{word("close")}</span>'
            f"<p>{word('modal')}</p></div></div>"
        )

    def entrance() -> str:
        return (
            f'<div class="login-box" {hide()}><a href="/login">{word("login")}</a> '
            f'<a href="/register">{word("register")}</a></div>'
        )

    def template() -> str:
        return f'<template id="tpl{rng.randrange(99)}"><p>{word("modal")}</p></template>'

    def share() -> str:
        host, path, key = rng.choice(_SHARERS)
        address = f"https://{host}/{path}?{key}=http%3A%2F%2F{page.fill.fixed['host']}%2F"
        target = _attribute(
            f"{address}&title={quote(draft.headline[:20])}&n={rng.randrange(10**9)}"
        )
        items = "".join(
            f'<a href="{target}" rel="nofollow">{text}</a>'
            for text in several("share", rng.randrange(2, 7))
        )
        return f'<div class="share">{items}</div>'

    def comment() -> str:
        items = "".join(f"<p>{text}</p>" for text in several("comment", rng.randrange(1, 6)))
        return f'<div id="comments">{items}<textarea name="content"></textarea></div>'

    def floating() -> str:
        return (
            f'<div class="toolbar" style="position:fixed;right:10px;bottom:{rng.randrange(200)}px">'
            f'<a href="javascript:;">{word("top")}</a><div {hide()}>{word("modal")}</div></div>'
        )

    def frame() -> str:
        return (
            '<iframe src="//www.googletagmanager.com/ns.html" height="0" width="0" '
            'style="display:none;visibility:hidden"></iframe>'
        )

    def menu() -> str:
        items = "".join(
            f'<li><a href="{_attribute(link.href)}">{_attribute(link.text)}</a></li>'
            for entry in page.fill.some(page.kind.get("nav"), rng.randrange(3, 12))
            if (link := _link(page, entry))
        )
        return f'<div class="m-nav" {hide()}><b>{word("menu")}</b><ul>{items}</ul></div>'

    def disabled() -> str:
        """Code that somebody has commented out, as style sheets, scripts and markup are."""
        name, size = page.fill.letters(), rng.randrange(1, 400)
        host = page.fill.fixed["host"]
        pieces = rng.choice(
            (
                f"#{name}{{width:{size}px;white-space:nowrap;overflow:hidden}}",
                f".{name}-box{{float:left;margin:0 {size}px;background:url(/img/{name}.png)}}",
                f"html,body{{height:100%;overflow:hidden}}.{name}{{z-index:{size}}}",
                f"var {name}=new Date();var h={name}.getHours();if(h<{size})show('{name}');",
                f"$('#{name}').html('').hide();setTimeout({name}Init,{size});",
                f"document.getElementById('{name}').innerHTML=data_{name}[{size}].title;",
                f'<div class="{name}"><a href="/{name}/{size}.html">{word("login")}</a></div>',
                f'<style>.{name}{{top:{size}px}}</style><script src="//{host}/{name}.js"></script>',
                f"<script>{name}.init({{id:{size},url:'/{name}/'}})</script>",
                f"{name}.{name}_{size} {word('top')}",
                f"$Id: {name}.html {size} {name} $",
            )
        )
        joint = rng.choice(("", " ", "\n"))
        return f"<!--{joint.join([pieces] * rng.choice((1, 1, 1, 2, 4)))}-->"

    def homepages() -> str:
        """Links to the pages of members, whose hosts are their names and numbers."""
        host = page.fill.fixed["host"]
        links = []
        for _ in range(rng.choice((1, 2, 5, 12, 30))):
            digits = rng.randrange(10 ** rng.randint(2, 10))
            user = rng.choice(("", rng.choice("abnsuwx"), page.fill.letters())) + str(digits)
            target = rng.choice((f"http://{user}.{host}/", f"//{host}/{user}", f"/u/{user}.html"))
            links.append(
                f'<a href="{target}">{rng.choice((user, str(digits)[:4], nickname(rng)))}</a>'
            )
        return f'<div class="members">{"".join(links)}</div>'

    def pixel() -> str:
        return tracking_pixel(rng)

    def key() -> str:
        return key_comment(rng)

    def hashed() -> str:
        return hashed_links(rng, several("share", rng.randrange(1, 7)))

    above = (
        pixel, key, skip, outdated, noscript, cookie, entrance, form, frame, menu, dialog,
        disabled,
    )  # fmt: skip
    below = (
        noscript, cookie, dialog, entrance, template, share, comment, floating, form, menu,
        disabled, homepages, pixel, key, hashed,
    )  # fmt: skip
    for place, makers in ((draft.top, above), (draft.bottom, below)):
        count = rng.choice((0, 0, 1, 1, 2, 3, 4))
        place.extend(maker() for maker in rng.sample(makers, count))

"""Drafts as HTML, in the many ways in which real pages are written.

Texts of the draft are escaped, marks (U+E000 to U+E003) pass through as they are; raw parts are put
in untouched.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from detector.training.drafts import Draft
from detector.training.html_article import article_html
from detector.training.html_chrome import (
    Interface,
    breadcrumb_html,
    footer_html,
    friends_html,
    header_html,
    related_html,
    tags_html,
)
from detector.training.html_comments import Comments
from detector.training.html_style import Style, draw_style, escape
from detector.training.site_words import Filler, code, language, words

__all__ = ["render_html"]

_DOCTYPES = {
    "html5": ("<!DOCTYPE html>", "<!doctype html>", "<!DOCTYPE HTML>", ""),
    "div": (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "xhtml1-transitional.dtd">',
        "<!DOCTYPE html>",
        '<!DOCTYPE html PUBLIC "-//WAPFORUM//DTD XHTML Mobile 1.0//EN">',
        "",
    ),
    "table": (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">',
        "<!DOCTYPE html>",
        "",
    ),
}


def render_html(draft: Draft, rng: random.Random) -> str:
    """Return ``draft`` as a page. Every part of the draft is in it, with all its marks."""
    style = draw_style(rng)
    vocabulary = words(language(draft.lang))
    ui = Interface(vocabulary, Filler(rng, (vocabulary.lists, code().lists)))
    comments = Comments(draft.comments, rng)
    body = _body(draft, style, ui, comments)
    head = _head(draft, style, comments)
    scripts = _scripts(draft, style)
    early: list[str] = []
    late: list[str] = []
    for script in scripts:
        (early if rng.random() < 0.3 else late).append(script)
    line = style.line
    lang = (
        f" {style.key('lang')}={style.value(_lang(draft.lang, rng))}" if rng.random() < 0.6 else ""
    )
    body_text = line.join([*draft.top, body, *draft.bottom, *late, *comments.rest()])
    onload = rng.choice(("", "", "", ' class="home page"', ' bgcolor="#ffffff"', ' id="body"'))
    page = f"{rng.choice(_DOCTYPES[style.layout])}{line}" + style.el(
        "html",
        line
        + style.el("head", line + line.join([*head, *early]) + line)
        + line
        + style.el("body", line + body_text + line, onload)
        + line,
        lang,
    )
    return _unfinished(page, rng)


def _unfinished(page: str, rng: random.Random) -> str:
    """Leave out the last closing tags now and then, as sloppy templates do."""
    if rng.random() < 0.06:
        return re.sub(r"(?i)</body>\s*</html>$", "", page)
    return page + rng.choice(("", "", "\n", "\n<!-- end -->"))


def _lang(tag: str, rng: random.Random) -> str:
    if tag.lower().startswith("zh"):
        hant = language(tag) == "hant"
        return rng.choice(("zh-TW", "zh-Hant", "zh-HK") if hant else ("zh-CN", "zh", "zh-cmn-Hans"))
    return rng.choice((tag, tag.split("-")[0]))


def _scripts(draft: Draft, style: Style) -> list[str]:
    kinds = ("", ' type="text/javascript"', ' language="javascript"', " async", ' charset="utf-8"')
    made = []
    for body in draft.scripts:
        if body.lstrip().startswith('{"@'):
            kind = ' type="application/ld+json"'
        elif body.lstrip().startswith('{"'):
            kind = ' id="__NEXT_DATA__" type="application/json"'
        else:
            kind = style.rng.choice(kinds)
        made.append(style.el("script", body, kind))
    return made


def _head(draft: Draft, style: Style, comments: Comments) -> list[str]:
    rng = style.rng
    # names of a page are written as references by some editors, and by those who hide them
    how = rng.choices(("", "all", "allhex", "wide"), (40, 1, 1, 1))[0] or style.text

    def meta(name: str, content: str, key: str = "name") -> str:
        quote = style.quote or '"'
        escaped = escape(content, how).replace(quote, "&quot;" if quote == '"' else "&#39;")
        return style.void(
            "meta",
            f" {style.key(key)}={style.value(name)} {style.key('content')}={quote}{escaped}{quote}",
        )

    charset = rng.choice(
        (
            style.void("meta", f" {style.key('charset')}={style.quote}utf-8{style.quote}"),
            style.void("meta", ' http-equiv="Content-Type" content="text/html; charset=utf-8"'),
            "",
        )
    )
    title = style.el("title", rng.choice(("", "", "\n", " ")) + escape(draft.title, how))
    items = [title]
    if draft.keywords:
        items.append(meta(rng.choice(("keywords", "Keywords")), draft.keywords))
    if draft.description:
        items.append(meta(rng.choice(("description", "Description")), draft.description))
    if rng.random() < 0.3:
        rng.shuffle(items)
    if rng.random() < 0.2:
        items.append(meta("og:title", rng.choice((draft.title, draft.headline)), "property"))
        if draft.description:
            items.append(meta("og:description", draft.description, "property"))
        items.append(meta("og:site_name", draft.site, "property"))
    if rng.random() < 0.05:
        items.append(meta("twitter:title", draft.title))
    split = rng.randrange(len(draft.head) + 1)
    raw = draft.head
    found = [charset, *raw[:split], *items, comments.maybe(), *raw[split:]]
    return [item for item in found if item]


def _body(draft: Draft, style: Style, ui: Interface, comments: Comments) -> str:
    rng = style.rng
    article = article_html(draft, style, comments)
    related = related_html(draft, style, ui)
    rng.shuffle(related)
    cut = rng.randrange(len(related) + 1)
    side = related[:cut] if rng.random() < 0.5 else []
    below = related[len(side) :]
    parts = [breadcrumb_html(draft, style, ui), article, tags_html(draft, style, ui), *below]
    if rng.random() < 0.06:
        parts = [parts[0], *below, article, parts[2]]
    main = _wrap(style.join(parts), "main", style)
    if side:
        beside = _wrap(style.join(side), "side", style)
        main = _columns([main, beside] if rng.random() < 0.7 else [beside, main], style)
    friends = friends_html(draft, style, ui)
    footer = footer_html(draft, style)
    header = header_html(draft, style)
    remarks = [comments.maybe(), comments.maybe()]
    order = rng.choices(
        (
            [header, main, friends, footer],
            [main, friends, header, footer],  # as phone pages do
            [header, main, footer, friends],
            [header, friends, main, footer],
        ),
        (76, 8, 12, 4),
    )[0]
    for remark in remarks:
        order.insert(rng.randrange(len(order) + 1), remark)
    page = style.join(order)
    for _ in range(rng.choice((0, 0, 1, 1, 2, 4, 9))):
        page = style.el("div", style.line + page + style.line, style.cls("main"))
    return page


def _wrap(inner: str, role: str, style: Style) -> str:
    if style.layout == "html5" and role == "main" and style.rng.random() < 0.5:
        return style.el("main", inner, ' id="content"')
    if style.layout == "html5" and role == "side" and style.rng.random() < 0.5:
        return style.el("aside", inner)
    return style.el("div", inner, style.cls(role))


def _columns(columns: Sequence[str], style: Style) -> str:
    if style.layout != "table":
        return style.join(columns)
    width = style.rng.choice(("100%", "760", "1000", "960"))
    cells = "".join(style.el("td", column, ' valign="top"') for column in columns)
    attributes = f' {style.key("width")}="{width}" border="0" cellspacing="0" cellpadding="0"'
    return style.el("table", style.el("tr", cells), attributes + ' align="center"')

"""Drafts as HTML, in the many ways in which real pages are written.

One :class:`_Style` per page decides what a publishing system decides: layout, case and closing of
tags, quotes, line ends, class names, character references. Texts of the draft are escaped, marks
(U+E000 to U+E003) pass through as they are; raw parts are put in untouched.
"""

from __future__ import annotations

import html
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from detector.training.drafts import Draft, Link
from detector.training.marks import remove_marks
from detector.training.site_words import Filler, Words, code, language, words

__all__ = ["render_html"]

_MARKS = "\ue000\ue001\ue002\ue003"
# what may become a character reference: never a mark, a space or a control character
_ANY = re.compile(r"[^\s\x00-\x20\x7f-\x9f\ue000-\ue003\ud800-\udfff]")
_WIDE = re.compile(r"[^\x00-\x9f\ue000-\ue003\ud800-\udfff\s]")
_NAMED = {
    "\u00a0": "&nbsp;", "“": "&ldquo;", "”": "&rdquo;", "‘": "&lsquo;", "’": "&rsquo;",
    "—": "&mdash;", "–": "&ndash;", "…": "&hellip;", "·": "&middot;", "©": "&copy;",
    "×": "&times;", "«": "&laquo;", "»": "&raquo;", "é": "&eacute;", "ü": "&uuml;",
    "ç": "&ccedil;", "ñ": "&ntilde;", "ä": "&auml;", "ö": "&ouml;", "á": "&aacute;",
    "®": "&reg;", "°": "&deg;", "±": "&plusmn;", "•": "&bull;", "→": "&rarr;",
}  # fmt: skip
_NAMED_SIGN = re.compile("[" + "".join(map(re.escape, _NAMED)) + "]")

_COLORS = ("#333333", "#000000", "#666", "red", "#0000ff", "#ff6600", "blue", "#c00", "#1e50a2")
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


@dataclass
class _Style:
    """How one page is written."""

    rng: random.Random
    layout: str  # html5, div or table
    upper: bool  # tag names in capitals
    quote: str  # around attribute values
    line: str  # between elements
    indent: bool
    sloppy: bool  # leave out closing tags that HTML lets one leave out
    slash: str  # before the > of an empty element
    naming: str  # plain, hashed, utility or none
    text: str  # how texts are escaped: plain, named, wide (decimal), hex
    inline: float  # chance that a paragraph holds inline markup
    paragraph: str  # p, div, br, span, li or td
    fonts: bool  # style attributes and font elements

    def cls(self, role: str) -> str:
        """Return a class (or id) attribute for a role, with a leading space; maybe empty."""
        if self.naming == "none":
            return ""
        rng = self.rng
        name = rng.choice(code().classes.get(role, (role,)))
        if self.naming == "hashed":
            token = f"{rng.getrandbits(24):x}"
            name = rng.choice(
                (f"css-{token}", f"{name}_{token[:5]}", f"_{token}", f"{name}__{token}")
            )
        elif self.naming == "utility":
            name = " ".join([name, *rng.sample(code().classes["utility"], 3)])
        key = "id" if self.naming == "plain" and rng.random() < 0.15 else "class"
        return f" {self.key(key)}={self.value(name)}"

    def key(self, name: str) -> str:
        """Return an attribute name in the page's case."""
        return name.upper() if self.upper else name

    def value(self, text: str) -> str:
        """Return a quoted attribute value; ``text`` is plain."""
        return self.raw_value(html.escape(text, quote=True))

    def raw_value(self, escaped: str) -> str:
        """Return a quoted attribute value of text that is escaped already."""
        if not self.quote:
            # unquoted where the syntax allows it
            if escaped.isalnum() and escaped.isascii():
                return escaped
            return f'"{escaped}"'
        return f"{self.quote}{escaped}{self.quote}"

    def el(self, name: str, inner: str, attributes: str = "") -> str:
        """Return an element; its closing tag may be left out where that changes nothing."""
        tag = name.upper() if self.upper else name
        if self.sloppy and name in ("li", "p", "td", "tr", "dd", "dt"):
            return f"<{tag}{attributes}>{inner}"
        return f"<{tag}{attributes}>{inner}</{tag}>"

    def void(self, name: str, attributes: str = "") -> str:
        """Return an empty element such as ``<br>``."""
        return f"<{name.upper() if self.upper else name}{attributes}{self.slash}>"

    def escape(self, text: str) -> str:
        """Return ``text`` escaped as the page does it."""
        return escape(text, self.text)

    def a(self, link: Link, extra: str = "") -> str:
        """Return a hyperlink."""
        text = self.escape(link.text)
        attributes = f" {self.key('href')}={self.value(link.href)}{extra}"
        return self.el("a", text, attributes)


def escape(text: str, how: str) -> str:
    """Return ``text`` for HTML: ``plain``, ``named``, ``wide``, ``hex`` or ``all`` references."""
    if how == "all":
        return _ANY.sub(lambda sign: f"&#{ord(sign[0])};", text)
    if how == "allhex":
        return _ANY.sub(lambda sign: f"&#x{ord(sign[0]):x};", text)
    escaped = html.escape(text, quote=False)
    if how == "wide":
        return _WIDE.sub(lambda sign: f"&#{ord(sign[0])};", escaped)
    if how == "hex":
        return _WIDE.sub(lambda sign: f"&#x{ord(sign[0]):X};", escaped)
    if how == "named":
        return _NAMED_SIGN.sub(lambda sign: _NAMED[sign[0]], escaped.replace('"', "&quot;"))
    return escaped


def _style(rng: random.Random) -> _Style:
    layout = rng.choice(("html5", "html5", "html5", "div", "div", "div", "div", "table"))
    old = layout == "table"
    return _Style(
        rng=rng,
        layout=layout,
        upper=rng.random() < (0.35 if old else 0.03),
        quote=rng.choices(('"', "'", ""), (8, 1, 1))[0],
        line=rng.choices(("\n", "", "\r\n", "\n\n"), (6, 2.5, 1.5, 0.5))[0],
        indent=rng.random() < 0.5,
        sloppy=rng.random() < (0.3 if old else 0.06),
        slash=rng.choice(("", "", " /", "/")),
        naming=rng.choices(("plain", "hashed", "utility", "none"), (7, 1, 1, 2))[0],
        text=rng.choices(("plain", "named", "wide", "hex"), (15, 4, 0.5, 0.3))[0],
        inline=rng.choice((0.0, 0.0, 0.1, 0.25, 0.5)),
        paragraph=rng.choices(("p", "div", "br", "span", "li", "td"), (12, 3, 3, 1, 0.5, 0.5))[0],
        fonts=rng.random() < (0.5 if old else 0.12),
    )


def render_html(draft: Draft, rng: random.Random) -> str:
    """Return ``draft`` as a page. Every part of the draft is in it, with all its marks."""
    style = _style(rng)
    vocabulary = words(language(draft.lang))
    ui = _Ui(vocabulary, Filler(rng, (vocabulary.lists, code().lists)))
    comments = _Comments(draft.comments, rng)
    body = _body(draft, style, ui, comments)
    head = _head(draft, style, comments)
    scripts = _scripts(draft, style)
    early = [script for script in scripts if rng.random() < 0.3]
    late = [script for script in scripts if script not in early]
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


class _Ui:
    """Words of the interface, in the language of the page."""

    def __init__(self, vocabulary: Words, fill: Filler) -> None:
        self.vocabulary, self.fill = vocabulary, fill
        fill.fixed.update({"year": "2020", "host": "example.com"})

    def __call__(self, name: str) -> str:
        return html.escape(self.fill.one(self.vocabulary.ui.get(name, ())), quote=False)


class _Comments:
    """Hands out the draft's comments one at a time, to be strewn over the page."""

    def __init__(self, texts: Sequence[str], rng: random.Random) -> None:
        self.left = [_comment(text, rng) for text in texts]
        self.rng = rng

    def maybe(self) -> str:
        """Return the next comment, or often nothing."""
        return self.left.pop(0) if self.left and self.rng.random() < 0.35 else ""

    def rest(self) -> list[str]:
        """Return all the comments that are left."""
        left, self.left = self.left, []
        return left


def _comment(text: str, rng: random.Random) -> str:
    """Return ``text`` as a comment that it cannot end early (conditional comments may)."""
    if not (text.startswith("[if") and text.rstrip().endswith("<![endif]")):
        text = text.replace("--", "- -")
        if text.startswith((">", "->")) or text.endswith("-"):
            text = f" {text} "
    else:
        text = text.replace("-->", "-- >").replace("--!>", "-- !>")
        return f"<!--{text}-->"
    space = rng.choice(("", " ", " "))
    return f"<!--{space}{text}{space}-->"


def _scripts(draft: Draft, style: _Style) -> list[str]:
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


def _head(draft: Draft, style: _Style, comments: _Comments) -> list[str]:
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


def _inline(text: str, style: _Style) -> str:
    """Return ``text`` escaped, with some of its stretches in inline elements.

    Boundaries may fall inside words and inside marked stretches; marks keep their order.
    """
    rng = style.rng
    if rng.random() >= style.inline or len(text) < 8:
        return style.escape(text)
    pieces: list[str] = []
    at = 0
    for _ in range(rng.choice((1, 1, 1, 2, 3, 5))):
        if at + 4 >= len(text):
            break
        start = rng.randrange(at, len(text) - 2)
        end = min(len(text), start + rng.choice((1, 2, 2, 3, 4, 4, 6, 8, 15)))
        if end - start < 1 or not text[start:end].strip(_MARKS + " \n"):
            continue
        if rng.random() < 0.6:
            start, end = _whole_words(text, at, start, end)
        pieces.append(style.escape(text[at:start]))
        pieces.append(_wrapped(text[start:end], style))
        at = end
    pieces.append(style.escape(text[at:]))
    return "".join(pieces)


def _whole_words(text: str, floor: int, start: int, end: int) -> tuple[int, int]:
    """Widen a stretch to the borders of Latin or other spaced words."""
    while start > floor and text[start - 1].isalpha() and ord(text[start - 1]) < 0x0E00:
        start -= 1
    while end < len(text) and text[end].isalpha() and ord(text[end]) < 0x0E00:
        end += 1
    return start, end


def _wrapped(text: str, style: _Style) -> str:
    rng = style.rng
    inner = style.escape(text)
    name = rng.choice(("a", "a", "b", "strong", "span", "span", "em", "font", "u", "i", "code"))
    if name == "a":
        slug = rng.choice(("/tag/", "/search?q=", "/wiki/", "http://www.example.org/", "#", "/"))
        title = f" title={style.value(remove_marks(text))}" if rng.random() < 0.2 else ""
        return style.el(
            "a", inner, f" {style.key('href')}={style.value(slug + str(rng.randrange(999)))}{title}"
        )
    if name == "font":
        return style.el("font", inner, f" {style.key('color')}={style.value(rng.choice(_COLORS))}")
    if name == "span":
        looks = (
            f"color:{rng.choice(_COLORS)}", "font-size:16px", "font-family:宋体", "line-height:2",
            "background-color:#fff", "mso-spacerun:'yes';font-size:14pt", "letter-spacing:0",
        )  # fmt: skip
        return style.el("span", inner, f" {style.key('style')}={style.value(rng.choice(looks))}")
    return style.el(name, inner)


def _lines(text: str, style: _Style) -> str:
    """Return a paragraph's text with its line breaks as ``<br>``."""
    if "\n" not in text:
        return _inline(text, style)
    return style.void("br").join(_inline(piece, style) for piece in text.split("\n"))


_PARAGRAPH_LOOKS = (
    "text-indent:2em", "text-indent: 2em; line-height: 1.75em;", "margin:0 0 15px;padding:0",
    "line-height:28px;text-align:justify", "font-family:微软雅黑;font-size:16px", "text-align:left",
    "white-space:normal;box-sizing:border-box",
)  # fmt: skip


def _paragraphs(draft: Draft, style: _Style) -> list[str]:
    """Return the article's paragraphs as blocks of the page's way of writing them."""
    rng = style.rng
    indent = rng.choices(("", "　　", "&nbsp;&nbsp;&nbsp;&nbsp;", "&emsp;&emsp;"), (8, 3, 1, 1))[0]
    if draft.lang.split("-")[0] not in ("zh", "ja", "lzh"):
        indent = ""
    look = (
        f" {style.key('style')}={style.value(rng.choice(_PARAGRAPH_LOOKS))}" if style.fonts else ""
    )
    headings = rng.random() < 0.4
    blocks = []
    for text in draft.paragraphs:
        inner = _lines(text, style)
        short = len(text) < 24 and text.rstrip(_MARKS)[-1:] not in "。.!?！？，,：:”"
        if headings and short and text.strip():
            blocks.append(style.el(rng.choice(("h2", "h3", "h2", "strong")), inner))
            continue
        if style.fonts and rng.random() < 0.6:
            inner = style.el("span" if rng.random() < 0.6 else "font", inner)
        blocks.append(_block(indent + inner, style, look))
    return blocks


def _block(inner: str, style: _Style, look: str) -> str:
    shape = style.paragraph
    if shape == "br":
        return inner + style.void("br") + (style.void("br") if style.rng.random() < 0.7 else "")
    if shape == "li":
        return style.el("ul", style.el("li", inner))
    if shape == "td":
        return style.el("table", style.el("tr", style.el("td", inner, look)))
    if shape == "span":
        return style.el("div", style.el("span", inner, look))
    return style.el(shape, inner, look)


def _images(draft: Draft, style: _Style) -> list[str]:
    rng = style.rng
    made = []
    for alt in draft.alts:
        folder = rng.choice(("images", "uploads/allimg", "upload", "img", "d/file"))
        source = f"/{folder}/{rng.getrandbits(36):x}.jpg"
        title = f" {style.key('title')}={style.value(alt)}" if rng.random() < 0.2 else ""
        lazy = (
            ' src="/images/blank.gif" data-original='
            if rng.random() < 0.15
            else f" {style.key('src')}="
        )
        image = style.void(
            "img", f"{lazy}{style.value(source)} {style.key('alt')}={style.value(alt)}{title}"
        )
        if rng.random() < 0.3:
            image = style.el("p", image, ' align="center"')
        elif style.layout == "html5" and rng.random() < 0.2:
            image = style.el("figure", image)
        made.append(image)
    return made


def _join(blocks: Iterable[str], style: _Style) -> str:
    return style.line.join(block for block in blocks if block)


def _listing(links: Sequence[Link], style: _Style, titles: bool = False) -> str:
    """Return links as a list, a table, a run with separators, or loose elements."""
    rng = style.rng
    extra = rng.choice(
        ("", "", ' target="_blank"', ' rel="nofollow"', ' target="_blank" rel="noopener"')
    )
    anchors = []
    shown = titles and rng.random() < 0.5
    for link in links:
        title = f" {style.key('title')}={style.value(link.text)}" if shown else ""
        anchors.append(style.a(link, title + extra))
    shape = rng.choices(("li", "sep", "loose", "td", "dd", "p"), (10, 3, 2, 1, 1, 1))[0]
    if style.layout == "table" and rng.random() < 0.4:
        shape = "td"
    if shape == "li":
        if titles and rng.random() < 0.3:
            day = f"{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
            dated = style.el("span", rng.choice((day, f"[{day}]", f"2019-{day}")))
            anchors = [rng.choice((dated + item, item + dated)) for item in anchors]
        items = _join((style.el("li", item) for item in anchors), style)
        return style.el(rng.choice(("ul", "ul", "ol")), style.line + items + style.line)
    if shape == "sep":
        return rng.choice(
            (" | ", " ", "&nbsp;", " · ", " - ", "┊", "|", "&nbsp;|&nbsp;", "　")
        ).join(anchors)
    if shape == "td":
        cells = "".join(style.el("td", item) for item in anchors)
        return style.el("table", style.el("tr", cells))
    if shape == "dd":
        return style.el("dl", _join((style.el("dd", item) for item in anchors), style))
    if shape == "p":
        return _join((style.el("p", item) for item in anchors), style)
    return _join(anchors, style)


def _nav(draft: Draft, style: _Style) -> str:
    """Return the main menu; part of it may drop down from hidden lists."""
    rng = style.rng
    links = draft.nav
    if not links:
        return ""
    name = "nav" if style.layout == "html5" and rng.random() < 0.7 else "div"
    if len(links) > 8 and rng.random() < 0.5:
        hidden = rng.choice((
            ' style="display:none"', ' class="dropdown-menu"', ' class="sub-menu"',
            ' style="display: none;"', ' class="submenu" aria-hidden="true"', " hidden",
        ))  # fmt: skip
        count = rng.randrange(3, 7)
        heads, subs = links[:count], links[count:]
        items = []
        for at, head in enumerate(heads):
            own = subs[at::count]
            below = style.el("ul", "".join(style.el("li", style.a(link)) for link in own), hidden)
            items.append(style.el("li", style.a(head) + (below if own else "")))
        return style.el(name, style.el("ul", _join(items, style)), style.cls("nav"))
    return style.el(name, _listing(links, style), style.cls("nav"))


def _crumbs(draft: Draft, style: _Style, ui: _Ui) -> str:
    if not draft.breadcrumb:
        return ""
    rng = style.rng
    sign = rng.choice(
        (" &gt; ", "&gt;", " » ", " / ", " &raquo; ", " › ", "&nbsp;&gt;&nbsp;", " - ", ">>", "->")
    )
    linked = [
        style.a(Link(text, rng.choice(("/", "/list/", "../", "#"))))
        if at < len(draft.breadcrumb) - 1 or rng.random() < 0.3
        else style.escape(text)
        for at, text in enumerate(draft.breadcrumb)
    ]
    lead = ui("here") if rng.random() < 0.6 else ""
    return style.el("div", lead + sign.join(linked), style.cls("crumb"))


def _header(draft: Draft, style: _Style) -> str:
    rng = style.rng
    name = style.escape(draft.site)
    logo = rng.choice(
        (
            style.el("a", name, f' {style.key("href")}="/"'),
            style.el("h2", name),
            style.void(
                "img", f' src="/images/logo.png" {style.key("alt")}={style.value(draft.site)}'
            ),
            style.el("h1", style.el("a", name, ' href="/"')),
            "",
        )
    )
    tag = "header" if style.layout == "html5" and rng.random() < 0.7 else "div"
    box = style.el("div", logo, style.cls("logo")) if logo else ""
    return style.el(tag, _join((box, _nav(draft, style)), style), style.cls("header"))


def _article(draft: Draft, style: _Style, comments: _Comments) -> str:
    rng = style.rng
    level = rng.choices(("h1", "h2", "div", "h3", "strong"), (14, 3, 2, 1, 1))[0]
    title = ""
    if draft.headline:
        title = style.el(level, style.escape(draft.headline), style.cls("title"))
    byline = ""
    if draft.byline:
        tag = rng.choice(("div", "p", "div", "span"))
        byline = style.el(tag, style.escape(draft.byline), style.cls("meta"))
    blocks = _paragraphs(draft, style)
    for image in _images(draft, style):
        blocks.insert(rng.randrange(len(blocks) + 1), image)
    remark = comments.maybe()
    if remark:
        blocks.insert(rng.randrange(len(blocks) + 1), remark)
    content = _join(blocks, style)
    if style.paragraph in ("br", "span") and rng.random() < 0.5:
        content = style.el("div", content)
    body = style.el("div", style.line + content + style.line, style.cls("article"))
    last = bool(draft.byline) and rng.random() < 0.15
    parts = (title, body, byline) if last else (title, byline, body)
    tag = "article" if style.layout == "html5" and rng.random() < 0.7 else "div"
    return style.el(tag, _join(parts, style))


def _box(heading: str, inner: str, role: str, style: _Style) -> str:
    tag = style.rng.choice(("h3", "h4", "div", "b", "span", "h2"))
    head = style.el(tag, heading) if heading else ""
    return style.el("div", _join((head, inner), style), style.cls(role))


def _related(draft: Draft, style: _Style, ui: _Ui) -> list[str]:
    """Return boxes of further reading: one, or several that share the links."""
    rng = style.rng
    links = list(draft.related)
    if not links:
        return []
    boxes = []
    if len(links) >= 2 and rng.random() < 0.3:
        pair = [
            ui(way) + style.a(link) for way, link in zip(("prev", "next"), links[:2], strict=True)
        ]
        links = links[2:]
        boxes.append(
            style.el("div", rng.choice((" ", style.void("br"))).join(pair), style.cls("pager"))
        )
    while links:
        size = len(links) if rng.random() < 0.6 else rng.randrange(1, len(links) + 1)
        some, links = links[:size], links[size:]
        inner = _listing(some, style, titles=True)
        if rng.random() < 0.2:
            inner += style.el("a", ui("more"), ' href="/more/"')
        boxes.append(_box(ui("related") if rng.random() < 0.9 else "", inner, "related", style))
    return boxes


def _friends(draft: Draft, style: _Style, ui: _Ui) -> str:
    if not draft.friends:
        return ""
    rng = style.rng
    if rng.random() < 0.1:
        options = "".join(
            style.el(
                "option", style.escape(link.text), f" {style.key('value')}={style.value(link.href)}"
            )
            for link in draft.friends
        )
        # anchors stay the common form; a drop-down list of sites is what governments like
        return _box(ui("friends"), style.el("select", options), "friends", style)
    return _box(ui("friends"), _listing(draft.friends, style), "friends", style)


def _footer(draft: Draft, style: _Style) -> str:
    if not draft.footer:
        return ""
    rng = style.rng
    texts = [style.escape(line) for line in draft.footer]
    form = rng.choice(("p", "br", "div", "span", "li"))
    if form == "br":
        inner = (style.void("br") + style.line).join(texts)
    elif form == "li":
        inner = style.el("ul", _join((style.el("li", text) for text in texts), style))
    else:
        inner = _join((style.el(form, text) for text in texts), style)
    tag = "footer" if style.layout == "html5" and rng.random() < 0.7 else "div"
    return style.el(tag, inner, style.cls("footer"))


def _tags(draft: Draft, style: _Style, ui: _Ui) -> str:
    """Return the keywords as visible tags, which some sites show below an article."""
    if not draft.keywords or style.rng.random() < 0.85:
        return ""
    pieces = [piece.strip() for piece in re.split(r"[,，|]", draft.keywords) if piece.strip()]
    if any(mark in draft.keywords for mark in _MARKS):
        pieces = [draft.keywords]  # never part an opening mark from its closing one
    links = (style.a(Link(piece, f"/tag/{at}.html")) for at, piece in enumerate(pieces))
    return style.el("div", ui("tags") + " ".join(links), style.cls("tags"))


def _body(draft: Draft, style: _Style, ui: _Ui, comments: _Comments) -> str:
    rng = style.rng
    article = _article(draft, style, comments)
    related = _related(draft, style, ui)
    rng.shuffle(related)
    cut = rng.randrange(len(related) + 1)
    side = related[:cut] if rng.random() < 0.5 else []
    below = related[len(side) :]
    parts = [_crumbs(draft, style, ui), article, _tags(draft, style, ui), *below]
    if rng.random() < 0.06:
        parts = [parts[0], *below, article, parts[2]]
    main = _wrap(_join(parts, style), "main", style)
    if side:
        beside = _wrap(_join(side, style), "side", style)
        main = _columns([main, beside] if rng.random() < 0.7 else [beside, main], style)
    friends = _friends(draft, style, ui)
    footer = _footer(draft, style)
    header = _header(draft, style)
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
    page = _join(order, style)
    for _ in range(rng.choice((0, 0, 1, 1, 2, 4, 9))):
        page = style.el("div", style.line + page + style.line, style.cls("main"))
    return page


def _wrap(inner: str, role: str, style: _Style) -> str:
    if style.layout == "html5" and role == "main" and style.rng.random() < 0.5:
        return style.el("main", inner, ' id="content"')
    if style.layout == "html5" and role == "side" and style.rng.random() < 0.5:
        return style.el("aside", inner)
    return style.el("div", inner, style.cls(role))


def _columns(columns: Sequence[str], style: _Style) -> str:
    if style.layout != "table":
        return _join(columns, style)
    width = style.rng.choice(("100%", "760", "1000", "960"))
    cells = "".join(style.el("td", column, ' valign="top"') for column in columns)
    attributes = f' {style.key("width")}="{width}" border="0" cellspacing="0" cellpadding="0"'
    return style.el("table", style.el("tr", cells), attributes + ' align="center"')

"""What stands around the article of a page, as HTML: menus, breadcrumbs, link boxes, footers."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from detector.training.drafts import Draft, Link
from detector.training.html_style import Style
from detector.training.marks import remove_marks
from detector.training.site_words import Filler, Words

__all__ = [
    "Interface",
    "breadcrumb_html",
    "footer_html",
    "friends_html",
    "header_html",
    "related_html",
    "tags_html",
]


class Interface:
    """Words of the interface, in the language of the page."""

    def __init__(self, vocabulary: Words, fill: Filler) -> None:
        self.vocabulary, self.fill = vocabulary, fill
        fill.fixed.update({"year": "2020", "host": "example.com"})

    def __call__(self, name: str) -> str:
        return html.escape(self.fill.one(self.vocabulary.ui.get(name, ())), quote=False)


def header_html(draft: Draft, style: Style) -> str:
    """Return the site's logo and main menu."""
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
    return style.el(tag, style.join((box, _nav(draft, style))), style.cls("header"))


def _nav(draft: Draft, style: Style) -> str:
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
        return style.el(name, style.el("ul", style.join(items)), style.cls("nav"))
    return style.el(name, _listing(links, style), style.cls("nav"))


def _listing(links: Sequence[Link], style: Style, titles: bool = False) -> str:
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
        items = style.join(style.el("li", item) for item in anchors)
        return style.el(rng.choice(("ul", "ul", "ol")), style.line + items + style.line)
    if shape == "sep":
        return rng.choice(
            (" | ", " ", "&nbsp;", " · ", " - ", "┊", "|", "&nbsp;|&nbsp;", "　")
        ).join(anchors)
    if shape == "td":
        cells = "".join(style.el("td", item) for item in anchors)
        return style.el("table", style.el("tr", cells))
    if shape == "dd":
        return style.el("dl", style.join(style.el("dd", item) for item in anchors))
    if shape == "p":
        return style.join(style.el("p", item) for item in anchors)
    return style.join(anchors)


def breadcrumb_html(draft: Draft, style: Style, ui: Interface) -> str:
    """Return the way to the page from the home page, as links but for the last step."""
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


def _box(heading: str, inner: str, role: str, style: Style) -> str:
    tag = style.rng.choice(("h3", "h4", "div", "b", "span", "h2"))
    head = style.el(tag, heading) if heading else ""
    return style.el("div", style.join((head, inner)), style.cls(role))


def related_html(draft: Draft, style: Style, ui: Interface) -> list[str]:
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


def friends_html(draft: Draft, style: Style, ui: Interface) -> str:
    """Return the box of links to other sites, rarely as a drop-down list."""
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


def tags_html(draft: Draft, style: Style, ui: Interface) -> str:
    """Return the keywords as visible tags, which some sites show below an article."""
    if not draft.keywords or style.rng.random() < 0.85:
        return ""
    pieces = [piece.strip() for piece in re.split(r"[,，|]", draft.keywords) if piece.strip()]
    if remove_marks(draft.keywords) != draft.keywords:
        pieces = [draft.keywords]  # never part an opening mark from its closing one
    links = (style.a(Link(piece, f"/tag/{at}.html")) for at, piece in enumerate(pieces))
    return style.el("div", ui("tags") + " ".join(links), style.cls("tags"))


def footer_html(draft: Draft, style: Style) -> str:
    """Return the lines at the foot of the page."""
    if not draft.footer:
        return ""
    rng = style.rng
    texts = [style.escape(line) for line in draft.footer]
    form = rng.choice(("p", "br", "div", "span", "li"))
    if form == "br":
        inner = (style.void("br") + style.line).join(texts)
    elif form == "li":
        inner = style.el("ul", style.join(style.el("li", text) for text in texts))
    else:
        inner = style.join(style.el(form, text) for text in texts)
    tag = "footer" if style.layout == "html5" and rng.random() < 0.7 else "div"
    return style.el(tag, inner, style.cls("footer"))

"""The article of a page as HTML: headline, byline, paragraphs with inline markup, images."""

from __future__ import annotations

from detector.training.drafts import Draft
from detector.training.html_comments import Comments
from detector.training.html_style import Style
from detector.training.marks import MARKS, remove_marks

__all__ = ["article_html"]

_COLORS = ("#333333", "#000000", "#666", "red", "#0000ff", "#ff6600", "blue", "#c00", "#1e50a2")
_PARAGRAPH_LOOKS = (
    "text-indent:2em", "text-indent: 2em; line-height: 1.75em;", "margin:0 0 15px;padding:0",
    "line-height:28px;text-align:justify", "font-family:微软雅黑;font-size:16px", "text-align:left",
    "white-space:normal;box-sizing:border-box",
)  # fmt: skip


def article_html(draft: Draft, style: Style, comments: Comments) -> str:
    """Return the article, its images and maybe a comment somewhere among its paragraphs."""
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
    content = style.join(blocks)
    if style.paragraph in ("br", "span") and rng.random() < 0.5:
        content = style.el("div", content)
    body = style.el("div", style.line + content + style.line, style.cls("article"))
    last = bool(draft.byline) and rng.random() < 0.15
    parts = (title, body, byline) if last else (title, byline, body)
    tag = "article" if style.layout == "html5" and rng.random() < 0.7 else "div"
    return style.el(tag, style.join(parts))


def _paragraphs(draft: Draft, style: Style) -> list[str]:
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
        short = len(text) < 24 and text.rstrip(MARKS)[-1:] not in "。.!?！？，,：:”"
        if headings and short and text.strip():
            blocks.append(style.el(rng.choice(("h2", "h3", "h2", "strong")), inner))
            continue
        if style.fonts and rng.random() < 0.6:
            inner = style.el("span" if rng.random() < 0.6 else "font", inner)
        blocks.append(_block(indent + inner, style, look))
    return blocks


def _block(inner: str, style: Style, look: str) -> str:
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


def _lines(text: str, style: Style) -> str:
    """Return a paragraph's text with its line breaks as ``<br>``."""
    if "\n" not in text:
        return _inline(text, style)
    return style.void("br").join(_inline(piece, style) for piece in text.split("\n"))


def _inline(text: str, style: Style) -> str:
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
        if end - start < 1 or not text[start:end].strip(MARKS + " \n"):
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


def _wrapped(text: str, style: Style) -> str:
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


def _images(draft: Draft, style: Style) -> list[str]:
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

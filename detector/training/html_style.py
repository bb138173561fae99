"""How one page writes its HTML: layout, case and closing of tags, quotes, class names, escapes.

A publishing system decides that once for all of its pages, and so does one :class:`Style` for a
page. Marks (U+E000 to U+E003) pass through as they are.
"""

from __future__ import annotations

import html
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass

from detector.training.drafts import Link
from detector.training.site_words import code

__all__ = ["Style", "draw_style", "escape"]

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


@dataclass
class Style:
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

    def join(self, blocks: Iterable[str]) -> str:
        """Return what there is of ``blocks``, one after the other."""
        return self.line.join(block for block in blocks if block)


def draw_style(rng: random.Random) -> Style:
    layout = rng.choice(("html5", "html5", "html5", "div", "div", "div", "div", "table"))
    old = layout == "table"
    return Style(
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

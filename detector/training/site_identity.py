"""Who publishes a page: the kind of site and its publishing system, its names, dates and contacts.

:func:`open_page` draws all of that once, so that it stays the same throughout the page.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from detector.training.drafts import Article
from detector.training.site_words import Code, Filler, SiteKind, Words, code, language, words

__all__ = ["SitePage", "open_page"]

_FOREIGN_CHROME = 0.04  # share of pages whose site speaks another language than the article


@dataclass
class SitePage:
    """A page being drafted: its article, its site, and the names that are fixed for it."""

    article: Article
    rng: random.Random
    words: Words
    code: Code
    kind: SiteKind
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


def open_page(article: Article, rng: random.Random) -> SitePage:
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
    _trade_marks(fill)
    fill.generators["firm"] = lambda: _firm(fill)
    for name in ("q", "d", "jq", "w", "var"):  # the habits of one hand: quotes, names in scripts
        fill.fixed[name] = fill.draw(name) or ""
    # site, headline, channel and keyword
    fill.fixed["s"] = site = fill.one(kind.get("site"), "Home")
    fill.fixed["host"] = fill.one(kind.get("host") or vocabulary.default["host"]).lower()
    fill.fixed["h"] = article.title.strip() or site
    fill.fixed["c"] = fill.one(kind.get("channels") or ("",))
    fill.fixed["k"] = _keyword(article, rng)
    _contacts(vocabulary, fill)
    return SitePage(article, rng, vocabulary, snippets, kind, cms, fill)


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


def _trade_marks(fill: Filler) -> None:
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
    _trade_marks(fill)
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

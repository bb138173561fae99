"""What honest sites are called and what stands around their articles, by language.

The words live in ``labeled/lexicons/sites_*.toml``: one file or table per language, and
``sites_code.toml`` for trackers, head elements and addresses that no language owns. A list is
written as text with entries one a line or between ``" ; "``; an entry may hold ``{slots}`` that
:class:`Filler` fills from lists, from the page at hand and from generators of dates and numbers.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from detector.training.lexicons import DEFAULT_FOLDER

__all__ = ["Code", "Filler", "SiteKind", "Words", "code", "language", "words"]

_SLOT = re.compile(r"\{([a-z][a-z_0-9]*)\}")
_DEPTH = 8  # slots inside slots; a list that names itself would never end


@dataclass(frozen=True)
class SiteKind:
    """One kind of site; every field but ``name`` and ``weight`` is a tuple of templates."""

    name: str
    weight: float
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def get(self, part: str) -> tuple[str, ...]:
        """Return the templates of ``part`` (``nav``, ``byline`` ...), empty if it has none."""
        return self.parts.get(part, ())


@dataclass(frozen=True)
class Words:
    """The vocabulary of one language."""

    lang: str
    lists: Mapping[str, tuple[str, ...]]
    places: tuple[tuple[str, ...], ...]
    kinds: tuple[SiteKind, ...]
    weights: tuple[float, ...]
    related: Mapping[str, tuple[str, ...]]
    friends: Mapping[str, tuple[str, ...]]
    default: Mapping[str, tuple[str, ...]]
    ui: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Code:
    """Scripts, head elements, comments and addresses that belong to publishing systems."""

    lists: Mapping[str, tuple[str, ...]]
    paths: Mapping[str, tuple[str, ...]]
    generator: Mapping[str, tuple[str, ...]]
    comments: Mapping[str, tuple[str, ...]]
    scripts: tuple[str, ...]
    head: tuple[str, ...]
    classes: Mapping[str, tuple[str, ...]]


def entries(value: Any) -> tuple[str, ...]:
    """Return the entries of a list, written as an array or as separated text."""
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    lines = str(value).strip("\n").split("\n")
    return tuple(piece.strip(" \r") for line in lines for piece in line.split(" ; "))


def _table(raw: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {key: entries(value) for key, value in raw.items()}


def _read(name: str) -> dict[str, Any]:
    with (DEFAULT_FOLDER / name).open("rb") as file:
        return tomllib.load(file)


def _words(lang: str, raw: Mapping[str, Any]) -> Words:
    lists = _table(raw.get("lists", {}))
    kinds = tuple(
        SiteKind(
            name,
            float(table.get("weight", 1)),
            _table({key: value for key, value in table.items() if key != "weight"}),
        )
        for name, table in raw["kinds"].items()
    )
    return Words(
        lang,
        lists,
        tuple(tuple(entry.split("|")) for entry in lists.get("place", ())),
        kinds,
        tuple(kind.weight for kind in kinds),
        _table(raw.get("related", {})),
        _table(raw.get("friends", {})),
        _table(raw.get("default", {})),
        _table(raw.get("ui", {})),
    )


_FILES = {"zh": "sites_zh.toml", "hant": "sites_hant.toml", "en": "sites_en.toml"}
_OTHER = "sites_other.toml"  # one table per language


@cache
def words(lang: str) -> Words:
    """Return the vocabulary of ``lang`` (a result of :func:`language`).

    Raises ``FileNotFoundError`` when the folder of vocabularies is not there and ``KeyError``
    for a language that has none.
    """
    if lang in _FILES:
        return _words(lang, _read(_FILES[lang]))
    return _words(lang, _read(_OTHER)[lang])


@cache
def _languages() -> frozenset[str]:
    return frozenset(_FILES) | frozenset(_read(_OTHER))


@cache
def code() -> Code:
    """Return the vocabulary of code, common to all languages."""
    raw = _read("sites_code.toml")
    return Code(
        _table(raw["lists"]),
        _table(raw["paths"]),
        _table(raw["generator"]),
        _table(raw["comments"]),
        entries(raw["scripts"]["any"]),
        entries(raw["head"]["any"]),
        {role: tuple(names.split()) for role, names in raw["classes"].items()},
    )


@lru_cache(maxsize=256)
def language(tag: str) -> str:
    """Return the name of the vocabulary for a BCP 47 tag; English when there is no better one.

    >>> language("zh-TW"), language("pt-BR"), language("sv")
    ('hant', 'pt', 'en')
    """
    parts = tag.lower().replace("_", "-").split("-")
    if parts[0] in ("zh", "lzh", "yue", "wuu"):
        traditional = {"hant", "tw", "hk", "mo"} & set(parts[1:]) or parts[0] == "yue"
        return "hant" if traditional and "hans" not in parts else "zh"
    return parts[0] if parts[0] in _languages() else "en"


@lru_cache(maxsize=16384)
def _split(template: str) -> tuple[str, ...]:
    """Cut a template at its slots: even items are literal, odd items slot names."""
    return tuple(_SLOT.split(template))


_LATIN = "abcdefghijklmnopqrstuvwxyz"


class Filler:
    """Fill templates for one page.

    ``fixed`` holds what stays the same throughout the page (site, host, headline); any other slot
    is drawn anew each time. An unknown slot is left as it stands, which keeps braces of code.
    """

    def __init__(
        self,
        rng: random.Random,
        lists: Sequence[Mapping[str, tuple[str, ...]]],
        fixed: Mapping[str, str] | None = None,
    ) -> None:
        self.rng = rng
        self.lists = tuple(lists)
        self.fixed: dict[str, str] = dict(fixed or {})
        self.generators: dict[str, Callable[[], str]] = {
            "n": lambda: str(rng.randrange(1, 500)),
            "n1": lambda: str(rng.randrange(1, 10)),
            "n2": lambda: str(rng.randrange(10, 29)),
            "num": lambda: str(rng.randrange(11, 999)),
            "big": lambda: str(rng.randrange(1000, 10 ** rng.randrange(4, 9))),
            "sec": lambda: f"{rng.randrange(60):02d}",
            "time": lambda: f"{rng.randrange(24):02d}:{rng.randrange(60):02d}",
            "issue": lambda: f"{self.fixed.get('year', '2020')}{rng.randrange(1, 153):03d}",
            "hex": lambda: f"{rng.getrandbits(64):016x}",
            "hex2": lambda: f"{rng.getrandbits(8):02x}",
            "hex6": lambda: f"{rng.getrandbits(24):06x}",
            "letters": self.letters,
            "slug": self.slug,
        }

    def letters(self) -> str:
        """Return a made-up Latin name such as stands in a host."""
        rng = self.rng
        if rng.random() < 0.4:
            return "".join(rng.choices(_LATIN, k=rng.randrange(2, 6)))
        count = rng.choice((2, 2, 2, 3))
        return "".join(self.slot("onset") + self.slot("rime") for _ in range(count))

    def slug(self) -> str:
        """Return one segment of an address."""
        rng = self.rng
        return self.slot("slugword") if rng.random() < 0.7 else self.letters()

    def draw(self, name: str) -> str | None:
        """Return an unfilled entry of the list ``name``, or None when there is no such list."""
        for table in self.lists:
            if name in table:
                return self.rng.choice(table[name])
        return None

    def slot(self, name: str, depth: int = 0) -> str:
        """Return the filling of one slot."""
        if name in self.fixed:
            return self.fixed[name]
        drawn = self.draw(name) if depth < _DEPTH else None
        if drawn is not None:
            return self.fill(drawn, depth + 1) if "{" in drawn else drawn
        if name in self.generators:
            return self.generators[name]()
        return "{" + name + "}"

    def fill(self, template: str, depth: int = 0) -> str:
        """Return ``template`` with its slots filled."""
        pieces = _split(template)
        if len(pieces) == 1:
            return template
        filled = list(pieces)
        for at in range(1, len(filled), 2):
            filled[at] = self.slot(filled[at], depth)
        return "".join(filled)

    def one(self, templates: Sequence[str], fallback: str = "") -> str:
        """Return one of ``templates``, filled; ``fallback`` when there are none."""
        return self.fill(self.rng.choice(templates)) if templates else fallback

    def some(self, templates: Sequence[str], count: int) -> list[str]:
        """Return up to ``count`` different templates, filled, in random order."""
        picked = self.rng.sample(templates, min(count, len(templates)))
        return [self.fill(template) for template in picked]

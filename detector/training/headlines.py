"""Short honest Chinese texts that look like spam to a naive eye: the hard negatives of headlines.

Model numbers with prices, game and film titles with Latin, fund news with figures, shop notices,
app blurbs with contact lines, streaming and navigation widgets. All slots are drawn independently.
"""

from __future__ import annotations

import random
import re
import tomllib
from functools import lru_cache

from detector.training.lexicons import DEFAULT_FOLDER

__all__ = ["honest_headline", "honest_link_texts"]


_SLOT = re.compile(r"\{(\w+)\}")
_LATIN = "ABCDEFGHIKLMNPQRSTUVXZ"


@lru_cache(maxsize=1)
def _grammar() -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Return the templates and the words of their slots."""
    table = tomllib.loads((DEFAULT_FOLDER / "headlines_zh.toml").read_text(encoding="utf-8"))
    return tuple(table["templates"]), {k: tuple(v) for k, v in table["slots"].items()}


def honest_headline(rng: random.Random) -> str:
    """Return one short honest text of up to about sixty code points."""
    return _SLOT.sub(lambda match: _filled(match.group(1), rng), rng.choice(_grammar()[0]))


def honest_link_texts(rng: random.Random, count: int) -> list[str]:
    """Return ``count`` texts of a widget or list: mostly of one kind, as such lists are."""
    templates, _ = _grammar()
    kinds = rng.sample(templates, 3)
    texts = []
    for _ in range(count):
        template = rng.choice(kinds) if rng.random() < 0.7 else rng.choice(templates)
        texts.append(_SLOT.sub(lambda match: _filled(match.group(1), rng), template))
    return texts


def _filled(slot: str, rng: random.Random) -> str:
    if slot == "n":
        return str(rng.randrange(1, 10))
    if slot == "N":
        return str(rng.randrange(10, 100))
    if slot == "P":
        return str(rng.randrange(1000, 10000))
    if slot == "year":
        return str(rng.randrange(2006, 2026))
    if slot == "M":
        letters = "".join(rng.choice(_LATIN) for _ in range(rng.randrange(1, 4)))
        tail = rng.choice(("", "", rng.choice(_LATIN), rng.choice(_LATIN.lower()), " IS", "K"))
        return f"{letters}{rng.randrange(10, 9999)}{tail}"
    return rng.choice(_grammar()[1][slot])

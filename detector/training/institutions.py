"""Pages of schools, firms and offices: their news, notices and introductions.

Honest sites have them, and so have clones that bear an operator's name (see
:mod:`detector.training.clones`): both are made of one grammar (``clones_zh.txt``), so that only the
name tells. Chinese only.
"""

from __future__ import annotations

import random
import re
from functools import lru_cache

from detector.training.drafts import Told
from detector.training.grammar import Grammar, grammar

__all__ = ["institution", "institution_kind", "institution_name"]

_KINDS = {"school": 10, "firm": 7, "office": 3}
_DOUBLED = re.compile("((?:股份|责任)?有限(?:责任)?公司|集团|厂)(?:有限公司|集团)")
_NAMES = {"school": "clone.school", "firm": "clone.company", "office": "clone.institution"}


@lru_cache(maxsize=1)
def _rules() -> Grammar:
    return grammar("clones_zh")


def institution_kind(rng: random.Random) -> str:
    """Return ``"school"``, ``"firm"`` or ``"office"``."""
    return rng.choices(list(_KINDS), list(_KINDS.values()))[0]


def institution_name(rng: random.Random, kind: str) -> str:
    """Return the name of an honest institution."""
    return _rules().expand(_NAMES[kind], rng)


def institution(rng: random.Random, split: str, kind: str, name: str) -> Told:
    """Return a page of an institution of this ``kind`` that is called ``name``.

    ``split`` divides the lines between training and test.
    """
    slots = {"name": name}
    memory: dict[str, str] = {}
    count = rng.choice((1, 2, 2, 3, 4, 6, 9))
    lines = _rules().sample(f"clone.{kind}.line", count, rng, split, slots, memory)
    title = _rules().expand(f"clone.{kind}.title", rng, split, slots, memory)
    title, *lines = (_DOUBLED.sub(r"\1", text) for text in (title, *lines))
    return Told(title, tuple(lines))

"""Short bland pages about a site, where only the name and the address say whether it is spam.

Operators hide behind pages that promote nothing: what a site is called, where it is, what is on it.
Honest sites and programs have the very same pages, so both are made of one grammar
(``notes_zh.txt``); a fraction of an operator's lines speaks of its trade. Chinese only.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from functools import lru_cache

from detector.training.drafts import Told
from detector.training.grammar import Grammar, Slot, grammar
from detector.training.names import latin_name

__all__ = ["honest_name", "honest_site", "note"]

_TRADE = 0.5
"""Share of an operator's pages that speak of its trade at all."""
_DOUBLE_BLANK = re.compile(" {2,}")


@lru_cache(maxsize=1)
def _rules() -> Grammar:
    return grammar("spam_zh", "apps_zh", "notes_zh")


def note(
    rng: random.Random,
    split: str,
    name: str,
    site: str,
    trade: Mapping[str, Slot] | None = None,
) -> Told:
    """Return a page about ``name``, whose address is ``site``.

    ``trade`` supplies the slots of what only operators write (``spam_zh.txt``), None for an honest
    site. ``split`` divides the lines between training and test.
    """
    slots: dict[str, Slot] = {**(trade or {}), "name": name, "site": site}
    lines = _rules().sample("note.line", rng.randint(3, 12), rng, split, slots)
    if trade is not None and rng.random() < _TRADE:
        for line in _rules().sample("note.bet", rng.choice((1, 1, 2, 4)), rng, split, slots):
            lines.insert(rng.randint(0, len(lines)), line)
    title = _rules().expand("note.title", rng, split, slots)
    return Told(title, tuple(_DOUBLE_BLANK.sub(" ", line).strip() for line in lines))


def honest_name(rng: random.Random) -> str:
    """Return the name of an honest site or program."""
    return _rules().expand("note.name", rng)


def honest_site(rng: random.Random, name: str) -> str:
    """Return an address as honest sites called ``name`` have it."""
    before, after, path = (
        _rules().expand(rule, rng) for rule in ("note.before", "note.after", "note.path")
    )
    scheme = rng.choice(("https://", "https://", "https://", "http://", ""))
    return f"{scheme}{before}{latin_name(name, rng)}{after}{path}"

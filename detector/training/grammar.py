"""Text from recursive templates.

A grammar file names rules and lists their alternatives, one a line::

    # a comment
    @greeting split
    [Good |]{time}, {name!}!
    Hello, {name!}. It is {1..12} o'clock.

``[a|b]`` chooses one of its parts and may be nested; ``{rule}`` expands a rule or a slot that the
caller supplies; ``{rule!}`` expands it once and repeats the same words within one text;
``{1..12}`` is a whole number. Rules marked ``split`` are divided between training and test by a
hash of the alternative, so that a held-out text is made of sentences that training never saw.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from detector.training.lexicons import DEFAULT_FOLDER, in_split

__all__ = ["Grammar", "Slot", "grammar"]

Slot = str | Callable[[random.Random], str]

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{([^{}]+)\}")
_RANGE = re.compile(r"(\d+)\.\.(\d+)")
_MAX_DEPTH = 24


class Grammar:
    """Rules of one or more files, and their expansion.

    ``text`` is the content of the files; a rule that occurs twice has the alternatives of both.
    """

    def __init__(self, text: str) -> None:
        self.rules: dict[str, list[str]] = {}
        self.divided: set[str] = set()
        self._kept: dict[tuple[str, str], list[str]] = {}
        current: list[str] | None = None
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith("@"):
                name, *flags = line[1:].split()
                current = self.rules.setdefault(name, [])
                if "split" in flags:
                    self.divided.add(name)
            elif line and not line.startswith("#"):
                if current is None:
                    raise ValueError(f"line {number}: an alternative before the first @rule")
                current.append(line)

    def alternatives(self, name: str, split: str = "all") -> list[str]:
        """Return the alternatives of rule ``name`` that belong to ``split``.

        Where a split would leave fewer than two, all are returned. Raises ``KeyError``.
        """
        key = (name, split)
        if key not in self._kept:
            every = self.rules[name] or [""]
            kept = [a for a in every if in_split(a, split)] if name in self.divided else every
            self._kept[key] = kept if len(kept) > 1 else every
        return self._kept[key]

    def expand(
        self,
        name: str,
        rng: random.Random,
        split: str = "all",
        slots: Mapping[str, Slot] | None = None,
        memory: dict[str, str] | None = None,
    ) -> str:
        """Return one text made from rule ``name``.

        ``slots`` supply what the grammar does not define and overrule it where both do.
        ``memory`` holds what ``{rule!}`` has said; pass one dictionary to several calls to keep
        names the same in all of them. Raises ``KeyError`` for an unknown rule.
        """
        filled = slots or {}
        remembered = {} if memory is None else memory
        return self._say(rng.choice(self.alternatives(name, split)), rng, split, filled, remembered)

    def sample(
        self,
        name: str,
        count: int,
        rng: random.Random,
        split: str = "all",
        slots: Mapping[str, Slot] | None = None,
        memory: dict[str, str] | None = None,
    ) -> list[str]:
        """Return texts made from up to ``count`` different alternatives of rule ``name``."""
        every = self.alternatives(name, split)
        chosen = rng.sample(every, min(count, len(every)))
        filled = slots or {}
        remembered = {} if memory is None else memory
        return [self._say(template, rng, split, filled, remembered) for template in chosen]

    def fill(
        self,
        template: str,
        rng: random.Random,
        split: str = "all",
        slots: Mapping[str, Slot] | None = None,
        memory: dict[str, str] | None = None,
    ) -> str:
        """Return ``template`` with its choices made and its slots filled."""
        return self._say(template, rng, split, slots or {}, {} if memory is None else memory)

    def _say(
        self,
        template: str,
        rng: random.Random,
        split: str,
        slots: Mapping[str, Slot],
        memory: dict[str, str],
        depth: int = 0,
    ) -> str:
        text = template
        while "[" in text:
            chosen = _CHOICE.sub(lambda m: rng.choice(m.group(1).split("|")), text)
            if chosen == text:
                break
            text = chosen

        def one(match: re.Match[str]) -> str:
            name = match.group(1)
            if between := _RANGE.fullmatch(name):
                return str(rng.randint(int(between.group(1)), int(between.group(2))))
            keep = name.endswith("!")
            name = name.rstrip("!")
            if keep and name in memory:
                return memory[name]
            if name in slots:
                slot = slots[name]
                said = slot if isinstance(slot, str) else slot(rng)
            elif depth >= _MAX_DEPTH:
                said = ""
            else:
                picked = rng.choice(self.alternatives(name, split))
                said = self._say(picked, rng, split, slots, memory, depth + 1)
            if keep:
                memory[name] = said
            return said

        return _SLOT.sub(one, text)


@lru_cache(maxsize=16)
def grammar(*names: str, folder: Path = DEFAULT_FOLDER) -> Grammar:
    """Return the grammar of the files ``names`` (without ``.txt``) in ``folder``, kept."""
    texts = [(folder / f"{name}.txt").read_text(encoding="utf-8") for name in names]
    return Grammar("\n".join(texts))

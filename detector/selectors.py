"""Selectors of style sheets: how they are read, and which elements of a document they choose.

Those are read that are made of tags, classes, ids and attributes, joined by white space, ``>``,
``+`` or ``~``, with ``:is()``, ``:where()`` and ``:not()`` of such compounds, and ``:checked``,
which is taken for what a page begins with. No other pseudo-class is, because what they say depends
on the reader.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import NamedTuple

from selectolax.lexbor import LexborNode, SelectolaxError

from detector.config import Config

__all__ = ["Document", "Selector", "ending_names", "selector_of", "split_list"]

Specificity = tuple[int, int, int]


class Selector(NamedTuple):
    """A selector, taken apart."""

    units: tuple[str, ...]
    """Compounds, or several where each is the parent of the next."""
    relations: tuple[str, ...]
    """What joins each unit to the next: a space, ``+`` or ``~``."""
    key: str
    """A tag, ``.class`` or ``#id`` that all its elements have; "" where not known."""
    specificity: Specificity


_LONGEST = 200
# Nothing in two ways, or one that fails takes forever.
_NAME = r"(?:[\w-]|[^\w\x00-\x7f]|\\[^\s0-9a-fA-F])++"
_ATTRIBUTE = r"""\[[\w-]+(?:[~|^$*]?=(?:"[\w-]*"|'[\w-]*'|[\w-]+))?\]"""
_PLAIN = rf"(?:{_NAME}|\*)?(?:[.#]{_NAME}|{_ATTRIBUTE})*"
_CHOICE = rf":(?:is|where|not)\(\s*(?=[^\s,)]){_PLAIN}(?:\s*,\s*(?=[^\s,)]){_PLAIN})*\s*\)"
_COMPOUND = rf"(?:{_NAME}|\*(?=[.#\[:]))?(?:[.#]{_NAME}|{_ATTRIBUTE}|{_CHOICE}|:checked)*"
_SELECTOR = re.compile(rf"(?=[^\s>+~]){_COMPOUND}(?:(?:\s*[>+~]\s*|\s+)(?=[^\s>+~]){_COMPOUND})*\Z")
_IN_LIST = re.compile(r"(?<=[(,])\s+|\s+(?=[,)])")
_SIGN = re.compile(r"\s*(?<!\\)([>+]|~(?!=))\s*")
_RELATION = re.compile(r"\s+|(?<!\\)(?:\+|~(?!=))")
_JOINT = re.compile(r"\s+|(?<!\\)(?:[>+]|~(?!=))")
_CHILD = re.compile(r"(?<!\\)>")
_CHECKED = re.compile(r"(?<!\\):checked(?![\w-])")
_CHOICES = re.compile(r":(is|where|not)\(([^()]*)\)")
_KEY = re.compile(r"(?:[.#]?[\w-]+)(?=[.#\[]|\Z)")
_PARTS = re.compile(r"[.#\[\]]")
_MORE = re.compile(r"[.#:>,\[]")  # each begins something more to compare
_NESTING = re.compile(r"[,()]")


def split_list(text: str) -> list[str]:
    """Return the parts of a list of selectors; commas in parentheses do not part it."""
    if "(" not in text:
        return text.split(",")
    parts: list[str] = []
    depth = start = 0
    for mark in _NESTING.finditer(text):
        if mark.group() != ",":
            depth += 1 if mark.group() == "(" else -1
        elif depth <= 0:
            parts.append(text[start : mark.start()])
            start = mark.end()
    parts.append(text[start:])
    return parts


def ending_names(prelude: str) -> list[str]:
    """Return the names of what the selectors of a rule are for, but for those not read."""
    names: list[str] = []
    for part in split_list(_CHECKED.sub("", prelude) if ":checked" in prelude else prelude):
        if "(" in part:
            part = _CHOICES.sub(_names_of_choice, part)
        if ":" not in part or "\\" in part:
            names += _PARTS.split(_JOINT.split(part.strip())[-1])
    return [name for name in names if name]


def _names_of_choice(match: re.Match[str]) -> str:
    if match[1] == "not":
        return ""
    return f"#{'#'.join(match[2].replace(',', ' ').split())}"


def selector_of(text: str) -> Selector | None:
    """Return a selector; None for one that is not read."""
    text = text.strip()
    if len(text) > _LONGEST or not _SELECTOR.match(text):
        return None
    text = _CHECKED.sub("[checked]", text)
    if "(" in text:
        text = _IN_LIST.sub("", text)
    text = _SIGN.sub(r"\1", text)
    units = tuple(_RELATION.split(text))
    last = _CHOICES.sub("", _CHILD.split(units[-1])[-1])
    names = _KEY.findall(last) if "\\" not in last and "[" not in last else ()
    return Selector(
        units,
        tuple(relation.strip() or " " for relation in _RELATION.findall(text)),
        names[-1].lower() if names else "",
        _specificity(text),
    )


def _specificity(text: str) -> Specificity:
    weights = [
        max(map(_specificity, inner.split(",")))
        for kind, inner in _CHOICES.findall(text)
        if kind != "where"
    ]
    plain = _CHOICES.sub("", text).replace("\\.", "").replace("\\#", "")
    tags = sum(part[:1] not in ("", ".", "#", "[", "*") for part in _JOINT.split(plain))
    weights.append((plain.count("#"), plain.count(".") + plain.count("["), tags))
    ids, classes, names = map(sum, zip(*weights, strict=True))
    return ids, classes, names


class Document:
    """Looks selectors up in a document of ``size`` elements, until that costs more than it may.

    That is ``max_rules`` selectors, ``max_nodes`` elements gone through here, and as many
    comparisons of an element with a name as a quarter of the product of both.
    """

    def __init__(self, root: LexborNode, size: int, config: Config) -> None:
        self.root = root
        self.size = size
        self.steps = config.max_nodes
        self.selectors = config.max_rules
        self.compared = config.max_rules * config.max_nodes // 4
        self.known: dict[str, dict[int, LexborNode]] = {}

    def _unit(self, unit: str) -> dict[int, LexborNode]:
        known = self.known.get(unit)
        if known is None:
            known = {}
            self.compared -= self.size * (1 + len(_MORE.findall(unit)))
            if self.compared >= 0:
                with suppress(SelectolaxError):
                    known = {node.mem_id: node for node in self.root.css(unit)}
            self.steps -= len(known)
            self.known[unit] = known
        return known

    def elements(self, selector: Selector) -> dict[int, LexborNode]:
        """Return the elements of a selector.

        What its units are joined by is looked for here, from the nearest element on. The parser
        tries all ways to choose them, which takes forever in a deep document.
        """
        self.selectors -= 1
        if self.selectors < 0:
            return {}
        if len(selector.units) == 1 and selector.units[0] in self.known:
            self.steps -= len(self.known[selector.units[0]])  # many rules may be for many elements
        units = [self._unit(unit) for unit in selector.units]
        if len(units) == 1 or not all(units):
            return units[0] if all(units) else {}
        search = _Search(self, selector, units)
        found = {}
        for identity, element in units[-1].items():
            if search.fits(element, len(units) - 1):
                found[identity] = element
            if self.steps < 0:
                break
        return found

    @property
    def spent(self) -> bool:
        """Whether something was not looked up."""
        return min(self.steps, self.selectors, self.compared) < 0


class _Search:
    """Looks for what stands before the elements of one selector."""

    def __init__(
        self, document: Document, selector: Selector, units: list[dict[int, LexborNode]]
    ) -> None:
        self._document = document
        self._units = units
        self._relations = selector.relations
        self._lengths = [len(_CHILD.findall(unit)) for unit in selector.units]
        self._answers: dict[tuple[int, int], bool] = {}

    def fits(self, element: LexborNode, place: int) -> bool:
        """Say whether the units before ``place`` stand before an element of the one there."""
        if not place:
            return True
        node: LexborNode | None = element
        for _ in range(self._lengths[place]):
            node = node.parent if node is not None else None
        relation, before = self._relations[place - 1], self._units[place - 1]
        # Where only ancestors are asked for, what the nearest has not, none has.
        nearest = not any(joint != " " for joint in self._relations[: place - 1])
        passed: list[tuple[int, int]] = []
        answer = False
        while node is not None and self._document.steps >= 0:
            if relation != " ":
                # Each of many siblings would go through the same ones again.
                passed.append((place, node.mem_id))
                known = self._answers.get(passed[-1])
                if known is not None:
                    answer = known
                    break
            node = node.parent if relation == " " else node.prev
            self._document.steps -= 1
            if node is None or (relation != " " and not node.is_element_node):
                continue
            if node.mem_id in before:
                answer = self.fits(node, place - 1)
                if answer or nearest:
                    break
            if relation == "+":
                break
        self._answers.update(dict.fromkeys(passed, answer))
        return answer

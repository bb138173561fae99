"""What the ``<style>`` elements of a page hide.

Rules are read whose selectors are made of tags, classes, ids and attributes, joined by white space
or ``>``: no pseudo-classes, because what they say depends on the reader. A rule inside ``@media``
with conditions can show text but not hide it: what some screen shows is not hidden.

A sheet without a hiding value costs one search; of the others, only what bears on hiding reaches
the CSS parser, which is imported then.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from selectolax.lexbor import LexborNode, SelectolaxError

from detector.config import Config
from detector.hiding import CSS_COMMENT, PROPERTIES, Declared, Style, declared, overridden, style_of

__all__ = ["Rule", "Sheet", "rules_of", "sheet_styles"]

Media = Literal["always", "sometimes", "never"]
"""On which screens a rule holds."""


class Sheet(NamedTuple):
    """What is in a ``<style>`` element, and its attributes."""

    text: str
    attributes: Mapping[str, str | None]


class Rule(NamedTuple):
    """One selector, and what is declared for it that bears on hiding."""

    units: tuple[str, ...]
    """Its parts, each of an ancestor of the next; inside, elements are parents and children."""
    key: str
    """A tag, ``.class`` or ``#id`` that all its elements have; "" where not known."""
    specificity: tuple[int, int, int]
    declared: Declared
    hides: bool


# Values that hide. Each begins with a letter of its own, which makes the search fast and says the
# kind.
_HINT = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*[0.]++(?!\d)|"
    r"font(?:-size)?\s*:\s*(?:0(?![.\d])|[01](?:\.\d+)?p[xt])|text-indent\s*:\s*-\d\d|"
    r":\s*-(?:9\d\d|\d{4}|\d\d++(?:em|rem|vw|in|cm))|"
    r"clip(?:-path)?\s*:\s*(?:rect|inset|polygon|circle)|"
    r"height\s*:\s*[01](?:px)?\s*(?=[;}!])|width\s*:\s*[01](?:px)?\s*(?=[;}!])"
)
_FAR = r"text-indent|left|right|top|bottom|margin(?:-left|-top)?|padding(?:-left)?"
_SIZE = r"max-height|max-width|height|width|overflow|padding(?:-top|-bottom)?"
# By the first letter of such a value: the properties that could undo it.
_UNDOING = {
    "d": "display",
    "v": "visibility",
    "o": "opacity",
    "f": r"font(?:-size)?",
    "t": _FAR,
    ":": _FAR,
    "c": r"clip(?:-path)?",
    "h": _SIZE,
    "w": _SIZE,
}
_STRING = r""""(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?"""
# A prelude, and the block after it if it holds declarations only. Possessive, and the block may be
# missing, so that no sheet takes more than linear time.
_BLOCK = re.compile(
    rf"(?:[^{{}};\"']++|{_STRING})++(?:\{{((?:[^{{}}\"']++|{_STRING})*+)(?:\}}|\Z))?", re.S
)
# Nothing in two ways, or one that fails takes forever.
_NAME = r"(?:[\w-]|[^\w\x00-\x7f]|\\[^\s0-9a-fA-F])++"
_ATTRIBUTE = r"""\[[\w-]+(?:[~|^$*]?=(?:"[\w-]*"|'[\w-]*'|[\w-]+))?\]"""
_COMPOUND = rf"(?:{_NAME}|\*(?=[.#\[]))?(?:[.#]{_NAME}|{_ATTRIBUTE})*"
_SELECTOR = re.compile(rf"(?=[^\s>]){_COMPOUND}(?:(?:\s*>\s*|\s+)(?=[^\s>]){_COMPOUND})*\Z")
_CHILD = re.compile(r"\s*>\s*")
_KEY = re.compile(r"(?:[.#]?[\w-]+)(?=[.#\[>]|\Z)")
_LAST = re.compile(r"[^\s>]++(?=\s*+\Z)")
_PARTS = re.compile(r"[.#\[\]]")
_INHERITED = re.compile(r"(?<![\w-])(?:font(?:-size)?\s*:|visibility\s*:\s*visible)", re.I)
_LONGEST_SELECTOR = 200
_MOST_BLOCKS = 2000
_DEEPEST = 8  # at-rules inside each other


def _media(query: str) -> Media:
    """Say on which screens a media query holds; paper and speech are no screens."""
    kinds: set[Media] = set()
    for part in query.lower().split(","):
        words = part.replace("(", " ( ").split()
        if words[:1] == ["only"]:
            del words[0]
        negated = words[:1] == ["not"]
        if negated:
            del words[0]
        screen = words[:1] in ([], ["all"], ["screen"], ["("])
        if "(" in words and (screen or negated):
            kinds.add("sometimes")
        else:
            kinds.add("always" if screen != negated else "never")
    return "always" if "always" in kinds else "sometimes" if "sometimes" in kinds else "never"


def _reduced(sheet: str) -> tuple[str, bool]:
    """Return what of a sheet bears on hiding ("" where nothing hides), and whether it was cut.

    That is rules that may hide, and rules that may show the same elements, going by the names that
    their selectors end in.
    """
    if "/*" in sheet:
        sheet = CSS_COMMENT.sub(" ", sheet)
    lower = _lower(sheet)
    hints = [hint.start() for hint in _HINT.finditer(lower)]
    if not hints:
        return "", False
    blocks = [
        (match.start(), match.start(1), match.end())
        for match in _BLOCK.finditer(sheet)
        if match.start(1) >= 0
    ]
    # Rules that hide: their kinds, and the names that their selectors end in.
    kinds: set[str] = set()
    names: set[str] = set()
    hiding: set[int] = set()
    for start, body, end, here in _held(blocks, hints):
        own = {lower[at] for at in hints[here]}
        if own <= {"h", "w"} and "overflow" not in lower[body:end]:
            continue
        if ended := _names(sheet[start : body - 1]):
            hiding.add(start)
            kinds |= own
            names.update(ended)
    if not kinds:
        return "", False
    telling = re.compile("|".join(sorted({rf"(?:{_UNDOING[kind]})\s*:" for kind in kinds})))
    inside = not kinds.isdisjoint("fv")
    kept: dict[int, str] = {}
    for start, body, end, _ in _held(blocks, [hit.start() for hit in telling.finditer(lower)]):
        if start not in hiding:
            ended = _names(sheet[start : body - 1])
            if names.isdisjoint(ended) and not (
                ended and inside and _INHERITED.search(lower, body, end)
            ):
                continue
        if len(kept) >= _MOST_BLOCKS:
            break
        kept[start] = f"{sheet[start:body]}{_pruned(sheet[body:end].rstrip('}'))}}}"
    pieces: list[str] = []
    last = 0
    for start, _, end in blocks:
        pieces += (sheet[last:start], kept.get(start, ""))
        last = end
    return "".join((*pieces, sheet[last:])), len(kept) >= _MOST_BLOCKS


def _held(
    blocks: list[tuple[int, int, int]], places: list[int]
) -> Iterator[tuple[int, int, int, slice]]:
    """Yield the blocks whose bodies hold some of ``places``, in order, and which those are."""
    here = 0
    for start, body, end in blocks:
        here = bisect_left(places, body, here)
        after = bisect_left(places, end, here)
        if after > here:
            yield start, body, end, slice(here, after)
        if after >= len(places):
            return


def _lower(sheet: str) -> str:
    """Return ``sheet`` in lower case, each character in its place."""
    lower = sheet.lower()
    return lower if len(lower) == len(sheet) else sheet.replace("\u0130", "i").lower()


def _names(prelude: str) -> list[str]:
    """Return the names of what the selectors of a rule are for, but for those not read."""
    names: list[str] = []
    for part in prelude.split(","):
        if ":" not in part or "\\" in part:
            last = _LAST.search(part)
            names += _PARTS.split(last.group()) if last else ()
    return [name for name in names if name]


def _pruned(body: str) -> str:
    """Return the declarations that bear on hiding."""
    if '"' in body or "'" in body:  # a semicolon may stand in a string
        return body
    parts = body.split(";")
    return ";".join(p for p in parts if p.partition(":")[0].strip().lower() in PROPERTIES)


@lru_cache(maxsize=128)
def rules_of(sheet: str, conditional: bool = False) -> tuple[tuple[Rule, ...], bool]:
    """Return the rules of a style sheet that hide, or show, in order; and whether some were cut.

    ``conditional`` says that the whole sheet holds on some screens only. No rules where none
    hides.
    """
    reduced, cut = _reduced(sheet)
    if not reduced:
        return (), cut
    import tinycss2

    try:
        parsed = tinycss2.parse_stylesheet(reduced, skip_comments=True, skip_whitespace=True)
        rules = tuple(_rules(parsed, conditional, 0))
    except RecursionError:  # blocks inside blocks inside blocks
        return (), True
    return (rules if any(rule.hides for rule in rules) else ()), cut


def _rules(parsed: list[Any], conditional: bool, depth: int) -> Iterator[Rule]:
    import tinycss2

    for node in parsed:
        if node.type == "at-rule" and node.content is not None:
            media: Media = "never"
            if node.lower_at_keyword == "media":
                media = _media(tinycss2.serialize(node.prelude))
            elif node.lower_at_keyword in ("supports", "layer"):
                media = "always"
            if media != "never" and depth < _DEEPEST:
                inner = tinycss2.parse_rule_list(
                    node.content, skip_comments=True, skip_whitespace=True
                )
                yield from _rules(inner, conditional or media == "sometimes", depth + 1)
        elif node.type == "qualified-rule":
            found = declared(tinycss2.serialize(node.content))
            if not found:
                continue
            hides = style_of(found).trick != ""
            if hides and conditional:
                continue
            for text in tinycss2.serialize(node.prelude).split(","):
                rule = _rule(text.strip(), found, hides)
                if rule is not None:
                    yield rule


def _rule(selector: str, found: Declared, hides: bool) -> Rule | None:
    """Return the rule of one selector; None for one that is not read."""
    if len(selector) > _LONGEST_SELECTOR or not _SELECTOR.match(selector):
        return None
    units = tuple(_CHILD.sub(">", selector).split())
    last = units[-1].rpartition(">")[2]
    names = _KEY.findall(last) if "\\" not in last and "[" not in last else ()
    compounds = "".join(units).replace(">", "").replace("\\.", "").replace("\\#", "")
    ids = compounds.count("#")
    classes = compounds.count(".") + compounds.count("[")
    tags = sum(part[:1] not in ".#[*" for unit in units for part in unit.split(">"))
    return Rule(units, names[-1].lower() if names else "", (ids, classes, tags), found, hides)


class _Document:
    """Looks selectors up in one document, until that has cost as much as it may."""

    def __init__(self, root: LexborNode, config: Config) -> None:
        self.root = root
        self.steps = config.max_nodes
        self.selectors = config.max_rules
        self.known: dict[str, dict[int, LexborNode]] = {}

    def _unit(self, unit: str) -> dict[int, LexborNode]:
        known = self.known.get(unit)
        if known is None:
            try:
                known = {node.mem_id: node for node in self.root.css(unit)}
            except SelectolaxError:
                known = {}
            self.steps -= len(known)
            self.known[unit] = known
        return known

    def elements(self, rule: Rule) -> dict[int, LexborNode]:
        """Return the elements of a rule.

        Ancestors are looked for here, from the nearest on. The parser tries all ways to choose
        them, which takes forever in a deep document.
        """
        self.selectors -= 1
        if self.selectors < 0:
            return {}
        *above, last = [self._unit(unit) for unit in rule.units]
        if not above or not last or not all(above):
            return last if all(above) else {}
        found = {}
        lengths = [unit.count(">") + 1 for unit in rule.units]
        for identity, element in last.items():
            node: LexborNode | None = element
            skipped = lengths[-1]
            for unit, length in zip(reversed(above), reversed(lengths[:-1]), strict=True):
                while node is not None:
                    self.steps -= 1
                    node = node.parent
                    skipped -= 1
                    if node is not None and skipped <= 0 and node.mem_id in unit:
                        break
                skipped = length
            if node is not None:
                found[identity] = element
            if self.steps < 0:
                break
        return found

    @property
    def spent(self) -> bool:
        """Whether something was not looked up."""
        return self.steps < 0 or self.selectors < 0


def sheet_styles(
    root: LexborNode, sheets: Sequence[Sheet], config: Config, truncated: list[str]
) -> dict[int, tuple[Declared, Style]]:
    """Return what the style sheets of a document declare, by what it is declared for.

    Elements are named by their ``mem_id``. Limits that cut something are added to ``truncated``.
    """
    rules: list[Rule] = []
    left = config.max_style
    for text, attributes in sheets:
        media = _media(attributes.get("media") or "")
        if media == "never" or (attributes.get("type") or "text/css").lower() != "text/css":
            continue
        if len(text) > left:
            truncated.append("max_style")
            if not left:
                break
            text = text[:left]
        left -= len(text)
        own, cut = rules_of(text, media == "sometimes")
        rules += own
        if cut:
            truncated.append("max_rules")
    if not rules:
        return {}
    return _styles(root, rules, config, truncated)


def _styles(
    root: LexborNode, rules: list[Rule], config: Config, truncated: list[str]
) -> dict[int, tuple[Declared, Style]]:
    document = _Document(root, config)
    matched: dict[int, list[int]] = {}
    keys = {""}

    def look_up(number: int) -> dict[int, LexborNode]:
        elements = document.elements(rules[number])
        for identity in elements:
            matched.setdefault(identity, []).append(number)
        return elements

    tricks: set[str] = set()
    for number, rule in enumerate(rules):
        if rule.hides and not document.spent:
            elements = look_up(number)
            if elements:
                tricks.add(style_of(rule.declared).trick)
            for node in elements.values():
                attributes = node.attributes
                keys.add(node.tag or "")
                keys.add(f"#{attributes.get('id') or ''}".lower())
                keys.update(f".{name}" for name in (attributes.get("class") or "").lower().split())
    if not matched:
        return {}
    # These show elements inside of what is hidden as well.
    inherited = tricks & {"font-size", "visibility"}
    for number, rule in enumerate(rules):
        if (
            not rule.hides
            and (rule.key in keys or not inherited.isdisjoint(rule.declared))
            and not document.spent
        ):
            look_up(number)
    if document.spent:
        truncated.append("max_rules")
    order = sorted(range(len(rules)), key=lambda number: (rules[number].specificity, number))
    rank = {number: place for place, number in enumerate(order)}
    known: dict[tuple[int, ...], tuple[Declared, Style]] = {}
    styles = {}
    for identity, numbers in matched.items():
        own = tuple(sorted(numbers, key=rank.__getitem__))
        if own not in known:
            found: Declared = {}
            for number in own:
                found = overridden(found, rules[number].declared)
            known[own] = found, style_of(found)
        style = known[own][1]
        if style.trick or not inherited.isdisjoint(style.shows):
            styles[identity] = known[own]
    return styles

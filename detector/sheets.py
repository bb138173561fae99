"""What the ``<style>`` elements of a page hide.

Of selectors those are read that :mod:`detector.selectors` knows. A rule inside ``@media`` with
conditions can show text but not hide it: what some screen shows is not hidden. Rules of cascade
layers count before or behind others as ``@layer`` says.

A sheet without a hiding value costs one search; of the others, only what bears on hiding reaches
the CSS parser, which is imported then.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import inf
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from selectolax.lexbor import LexborNode

from detector.config import Config
from detector.declarations import CSS_COMMENT, Declared, declared, overridden
from detector.hiding import Style, style_of
from detector.selectors import Document, Selector, ending_names, selector_of, split_list

__all__ = ["Rule", "Rules", "Sheet", "rules_of", "sheet_styles"]

Media = Literal["always", "sometimes", "never"]
"""On which screens a rule holds."""


class Sheet(NamedTuple):
    """What is in a ``<style>`` element, and its attributes."""

    text: str
    attributes: Mapping[str, str | None]


Layer = tuple[str, ...]
"""The names of a cascade layer and of those around it, the outermost first."""


class Rule(NamedTuple):
    """One selector, and what is declared for it that bears on hiding."""

    selector: Selector
    declared: Declared
    hides: bool
    """Whether it does so by itself, or would with a ``position`` that another rule may declare."""
    layer: Layer


class Rules(NamedTuple):
    """What a style sheet says of hiding."""

    rules: tuple[Rule, ...] = ()
    """Those that hide, or show, in order."""
    cut: bool = False
    """Whether some were left out."""
    layers: tuple[Layer, ...] = ()
    """Layers in the order in which they are first named."""


# Values that hide. Each begins with a letter of its own, which makes the search fast and says the
# kind.
_HINT = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|"
    r"opacity\s*[:(]\s*(?:0*\.(?:0|(?!\d))|0+(?![.\d])|0*[0-5](?:\.\d*)?%)|"
    r"font(?:-size)?\s*:\s*(?:0(?![.\d])|[01](?:\.\d+)?p[xt])|text-indent\s*:\s*(?:-\d\d|1\d\d%|\d{4})|"
    r":\s*-(?:9\d\d|\d{4}|\d\d++(?:em|rem|vw|in|cm))|"
    r"clip(?:-path)?\s*:\s*(?:rect|inset|polygon|circle)|"
    r"translate(?:3d|[xy])?\s*[:(][^:;()]{0,40}?-\d{3}|"
    r"scale(?:3d|[xy])?\s*[:(][^:;()]{0,40}?(?<![\d.])(?:0*\.0|0+(?![.\d])|\d%)|"
    r"zoom\s*:\s*(?:0*\.0|0*\d(?:\.\d*)?%)|"
    r"height\s*:\s*[0-3](?:px)?\s*(?=[;}!])|width\s*:\s*[0-3](?:px)?\s*(?=[;}!])"
)
_FAR = (
    r"text-indent|left|right|top|bottom|margin(?:-left|-top)?|padding(?:-left)?|position|translate|"
    r"transform|-webkit-transform"
)
_SIZE = r"max-height|max-width|min-height|height|width|overflow(?:-[xy])?|padding(?:-top|-bottom)?"
# By the first letter of such a value: the properties that could undo it.
_UNDOING = {
    "d": "display",
    "v": "visibility|content-visibility",
    "o": "opacity|filter|-webkit-filter",
    "f": r"font(?:-size)?",
    "t": _FAR,
    ":": _FAR,
    "c": r"clip(?:-path)?|-webkit-clip-path|position",
    "s": "transform|-webkit-transform|scale",
    "z": "zoom",
    "h": _SIZE,
    "w": _SIZE,
}
_IN_NAMES = frozenset("-abcdefghijklmnopqrstuvwxyz")
_STRING = r""""(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?"""
# A prelude, and the block after it if it holds declarations only. Possessive, and the block may be
# missing, so that no sheet takes more than linear time.
_BLOCK = re.compile(
    rf"(?:[^{{}};\"']++|{_STRING})++(?:\{{((?:[^{{}}\"']++|{_STRING})*+)(?:\}}|\Z))?", re.S
)
_INHERITED = re.compile(r"(?<![\w-])(?:font(?:-size)?\s*:|visibility\s*:\s*visible)", re.I)
_MOST_BLOCKS = 2000
_DEEPEST = 8  # at-rules inside each other, and names of one layer
_ON_ALL_SCREENS = re.compile(r"\(\s*min-(?:width|height)\s*:\s*(?:0|\d{1,2}px)\s*\)")
_PLACED = {"position": ("absolute", False)}


def _media(query: str) -> Media:
    """Say on which screens a media query holds; paper and speech are no screens."""
    kinds: set[Media] = set()
    for part in _ON_ALL_SCREENS.sub("", query.lower()).split(","):
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


class _Reduced(NamedTuple):
    """What of a sheet bears on hiding.

    That is rules that may hide, and rules that may show the same elements, going by the names that
    their selectors end in.
    """

    text: str = ""
    """The sheet, with a number in place of most of these rules and without all others."""
    rules: Mapping[str, tuple[str, str]] = MappingProxyType({})
    """The selectors of a rule and its declarations, by its number."""
    cut: bool = False
    """Whether there were too many."""


def _reduced(sheet: str) -> _Reduced:
    """Return what of a sheet bears on hiding; nothing where nothing hides."""
    if "/*" in sheet:
        sheet = CSS_COMMENT.sub(" ", sheet)
    sheet = sheet.replace("<!--", " ").replace("-->", " ")  # which may stand between rules
    lower = _lower(sheet)
    hints = [hint.start() for hint in _HINT.finditer(lower)]
    if not hints:
        return _Reduced()
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
        if ended := ending_names(sheet[start : body - 1]):
            hiding.add(start)
            kinds |= own
            names.update(ended)
    if not kinds:
        return _Reduced()
    telling = re.compile("|".join(sorted({rf"(?:{_UNDOING[kind]})\s*:" for kind in kinds})))
    inside = not kinds.isdisjoint("fv")
    hits = [hit.start() for hit in telling.finditer(lower)]
    hits = [at for at in hits if lower[at - 1] not in _IN_NAMES]  # of other properties
    kept: dict[int, str] = {}
    rules: dict[str, tuple[str, str]] = {}
    for start, body, end, _ in _held(blocks, hits):
        if start not in hiding:
            ended = ending_names(sheet[start : body - 1])
            if names.isdisjoint(ended) and not (
                ended and inside and _INHERITED.search(lower, body, end)
            ):
                continue
        if len(kept) >= _MOST_BLOCKS:
            break
        if _balanced(sheet[start:end]):
            kept[start] = f"{start}{{}}"
            rules[str(start)] = sheet[start : body - 1], sheet[body:end].removesuffix("}")
        else:
            kept[start] = f"{sheet[start:end].removesuffix('}')}}}"
    pieces: list[str] = []
    last = 0
    for start, _, end in blocks:
        pieces += (sheet[last:start], kept.get(start, ""))
        last = end
    text = "".join((*pieces, sheet[last:]))
    return _Reduced(text, rules, len(kept) >= _MOST_BLOCKS)


def _balanced(rule: str) -> bool:
    """Say whether a rule ends where its block does: behind open brackets, all is in them."""
    return rule.count("(") == rule.count(")") and rule.count("[") == rule.count("]")


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


@lru_cache(maxsize=128)
def rules_of(sheet: str, conditional: bool = False) -> Rules:
    """Return the rules of a style sheet that hide, or show; none where none hides.

    ``conditional`` says that the whole sheet holds on some screens only.
    """
    reduced = _reduced(sheet)
    if not reduced.text:
        return Rules(cut=reduced.cut)
    import tinycss2

    try:
        parsed = tinycss2.parse_stylesheet(reduced.text, skip_comments=True, skip_whitespace=True)
        layers: dict[Layer, None] = {}
        rules = tuple(_rules(parsed, reduced.rules, conditional, (), layers))
    except RecursionError:  # blocks inside blocks inside blocks
        return Rules(cut=True)
    if not any(rule.hides for rule in rules):
        rules = ()
    return Rules(rules, reduced.cut, tuple(layers))


def _rules(
    parsed: list[Any],
    numbered: Mapping[str, tuple[str, str]],
    conditional: bool,
    layer: Layer,
    layers: dict[Layer, None],
    depth: int = 0,
) -> Iterator[Rule]:
    """Yield the rules of nodes of the parser, and add the layers that these name to ``layers``."""
    import tinycss2

    for node in parsed:
        if node.type == "at-rule":
            prelude = tinycss2.serialize(node.prelude).strip()
            own = [layer]
            if node.lower_at_keyword == "layer":
                # One without a name is like no other.
                names = prelude or f" {len(layers)}"
                own = [(*layer, *name.strip().split(".")[:_DEEPEST]) for name in names.split(",")]
                layers.update(dict.fromkeys(own))
            media = _at_rule(node.lower_at_keyword, prelude)
            if node.content is not None and media != "never" and depth < _DEEPEST:
                inner = tinycss2.parse_rule_list(
                    node.content, skip_comments=True, skip_whitespace=True
                )
                sometimes = conditional or media == "sometimes"
                yield from _rules(inner, numbered, sometimes, own[0], layers, depth + 1)
        elif node.type == "qualified-rule":
            prelude = tinycss2.serialize(node.prelude).strip()
            prelude, body = numbered.get(prelude) or (prelude, tinycss2.serialize(node.content))
            found = declared(body)
            if not found:
                continue
            hides = style_of({**_PLACED, **found}).trick != ""
            if hides and conditional:
                continue
            for text in split_list(prelude):
                selector = selector_of(text)
                if selector is not None:
                    yield Rule(selector, found, hides, layer)


def _at_rule(keyword: str, prelude: str) -> Media:
    """Say on which screens what is in an at-rule holds."""
    if keyword == "media":
        return _media(prelude)
    if keyword == "supports":
        return "never" if prelude.lower().startswith("not") else "always"
    return "always" if keyword == "layer" else "never"


def sheet_styles(
    root: LexborNode, size: int, sheets: Sequence[Sheet], config: Config, truncated: list[str]
) -> dict[int, tuple[Declared, Style]]:
    """Return what the style sheets of a document of ``size`` elements declare, by what for.

    Elements are named by their ``mem_id``. Limits that cut something are added to ``truncated``.
    """
    rules: list[Rule] = []
    layers: dict[Layer, None] = {}
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
        own = rules_of(text, media == "sometimes")
        rules += own.rules
        layers.update(dict.fromkeys(own.layers))
        if own.cut:
            truncated.append("max_rules")
    if not rules:
        return {}
    document = Document(root, size, config)
    styles = _styles(document, rules, _ranks(layers))
    if document.spent:
        truncated.append("max_rules")
    return styles


def _ranks(layers: Iterable[Layer]) -> dict[Layer, tuple[float, ...]]:
    """Return what layers, in the order in which they are first named, are sorted by.

    What a layer declares counts before what is in layers inside of it, as what is in none counts
    before all layers.
    """
    places: dict[Layer, int] = {}
    inside: Counter[Layer] = Counter()
    ranks: dict[Layer, tuple[float, ...]] = {(): (inf,)}
    for layer in layers:
        around = [layer[: size + 1] for size in range(len(layer))]
        for one in around:
            if one not in places:
                places[one] = inside[one[:-1]]
                inside[one[:-1]] += 1
        ranks[layer] = (*(places[one] for one in around), inf)
    return ranks


def _styles(
    document: Document, rules: list[Rule], ranks: Mapping[Layer, tuple[float, ...]]
) -> dict[int, tuple[Declared, Style]]:
    matched: dict[int, list[int]] = {}
    keys = {""}

    def look_up(number: int) -> dict[int, LexborNode]:
        elements = document.elements(rules[number].selector)
        for identity in elements:
            matched.setdefault(identity, []).append(number)
        return elements

    tricks: set[str] = set()
    for number, rule in enumerate(rules):
        if rule.hides and not document.spent:
            before = len(matched)
            elements = look_up(number)
            if elements:
                tricks.add(style_of(rule.declared).trick)
            for node in elements.values() if len(matched) > before else ():
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
            and (rule.selector.key in keys or not inherited.isdisjoint(rule.declared))
            and not document.spent
        ):
            look_up(number)
    known: dict[tuple[int, ...], tuple[Declared, Style]] = {}
    styles = {}
    for identity, numbers in matched.items():
        own = tuple(numbers)
        if own not in known:
            found = _cascaded([rules[number] for number in sorted(own)], ranks)
            known[own] = found, style_of(found)
        style = known[own][1]
        if style.trick or not inherited.isdisjoint(style.shows):
            styles[identity] = known[own]
    return styles


def _cascaded(
    rules: Sequence[Rule], ranks: Mapping[Layer, tuple[float, ...]]
) -> dict[str, tuple[str, bool]]:
    """Return what counts of rules for one element, given in order."""
    found: dict[str, tuple[str, bool]] = {}
    for rule in sorted(rules, key=lambda rule: (ranks[rule.layer], rule.selector.specificity)):
        found = overridden(found, rule.declared)
    if any(rule.layer for rule in rules):
        # What is important counts the other way round: that of the first layer most.
        for rule in sorted(
            rules,
            key=lambda rule: ([-place for place in ranks[rule.layer]], rule.selector.specificity),
        ):
            important = {name: own for name, own in rule.declared.items() if own[1]}
            found = overridden(found, important)
    return found

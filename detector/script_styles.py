"""What scripts hide while a page loads: the simplest of them, that say so and do nothing else.

Nothing is run. A short script is understood that sets styles of elements by their id, or writes
tags, in statements of literals only; of any other it is not known when it runs, if ever.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from detector.declarations import Declared, declared
from detector.hiding import BODY, inline_style, restyled, style_of
from detector.markup import VALUES, Markup
from detector.scripts import ESCAPE, unescaped

__all__ = ["Hidden", "hidden_by_scripts"]

_MOST = 200  # scripts
_MOST_NAMED = 20  # elements, each of which is looked for in all of the document
_STATED = VALUES.index("stated")
_STRING = r"(?:\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+')"
_STATEMENT = re.compile(
    r"document\s*\.\s*(?:"
    r"getElementById\s*\(\s*[\"']([\w-]{1,80})[\"']\s*\)\s*\.\s*style\s*\.\s*(\w{1,40})\s*=\s*"
    r"[\"']([^\"'\\\n{}<]{0,200})[\"']|"
    rf"write(?:ln)?\s*\(\s*({_STRING}(?:\s*\+\s*{_STRING})*+)\s*\))\s*(?:;\s*)*|"
    r"(?:<!--|//)[^\n]*\s*"
)
_PART = re.compile(_STRING)
_CAPITAL = re.compile(r"[A-Z]")
_SHEET = re.compile(r"<style[^>]*>(.*?)</style", re.I | re.S)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*+)>", re.I)
_ATTRIBUTE = re.compile(r"([a-z][\w-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?", re.I)
_SMALL: Declared = {"overflow": ("hidden", True), "height": ("0", True)}


class Hidden(NamedTuple):
    """What scripts say of the looks of a page."""

    sheets: list[str]
    """Style sheets that they write."""
    elements: dict[int, Declared]
    """Elements inside of what they write, by number, and what is declared there."""
    named: dict[str, tuple[int, Declared]]
    """By the id of an element, the number of the script that styles it, and how."""


class _Opened(NamedTuple):
    """An element that a script begins and does not end."""

    script: int
    tag: str
    declared: Declared


def hidden_by_scripts(markup: Markup) -> Hidden:
    """Return what the scripts of a page hide."""
    found = Hidden([], {}, {})
    if not markup.kinds >> _STATED & 1:
        return found
    opened: list[_Opened] = []
    stated = markup.values[markup.values[:, 0] == _STATED, 2:]
    for script, start, end in stated[:_MOST].tolist():
        text = markup.text(start, end) if markup.escaped else markup.raw(start, end)
        written, styled = _understood(text)
        for name, said in styled.items():
            # It counts before what the element's own style says.
            own = {key: (value, True) for key, (value, _) in declared(";".join(said)).items()}
            if own and (name in found.named or len(found.named) < _MOST_NAMED):
                before = found.named[name][1] if name in found.named else {}
                found.named[name] = script, {**before, **own}
        found.sheets.extend(_SHEET.findall(written))
        if "<" in written:
            _follow(written, script, opened, markup, found.elements)
    return found


def _understood(script: str) -> tuple[str, dict[str, list[str]]]:
    """Return what a script writes, and declares by id; nothing for one that does anything else."""
    written: list[str] = []
    styled: dict[str, list[str]] = {}
    script = script.strip()
    at = 0
    while at < len(script):
        match = _STATEMENT.match(script, at)
        if match is None:
            return "", {}
        at = match.end()
        name, property_, value, strings = match.groups()
        if name:
            own = _CAPITAL.sub(lambda letter: f"-{letter.group().lower()}", property_)
            said = value.split(";") if property_ == "cssText" else [f"{own}:{value}"]
            styled.setdefault(name, []).extend(said)
        elif strings:
            written += [ESCAPE.sub(unescaped, part[1:-1]) for part in _PART.findall(strings)]
    return "".join(written), styled


def _follow(
    written: str,
    script: int,
    opened: list[_Opened],
    markup: Markup,
    elements: dict[int, Declared],
) -> None:
    """Note the elements that a script begins, and what stands in those that it ends."""
    inside: list[tuple[str, str]] = []  # begun by this script
    for closing, name, attributes in _TAG.findall(written):
        tag = name.lower()
        if not closing:
            inside.append((tag, attributes))
        elif any(tag == own for own, _ in inside):
            while inside.pop()[0] != tag:
                pass
        elif opened and opened[-1].tag == tag:
            _close(opened.pop(), script, markup, elements)
    for tag, attributes in inside:
        opened.append(_Opened(script, tag, _looks(tag, attributes)))


def _looks(tag: str, written: str) -> Declared:
    """Return what an element declares by which it hides what is in it, nothing where it shows."""
    attributes: dict[str, str | None] = {
        name.lower(): double or single or bare
        for name, double, single, bare in _ATTRIBUTE.findall(written)
    }
    style = attributes.get("style") or ""
    found = declared(style)
    if style_of(found).trick:
        return found
    return _SMALL if restyled(BODY, tag, attributes, inline_style(style))[1] else {}


def _close(opened: _Opened, script: int, markup: Markup, elements: dict[int, Declared]) -> None:
    """Note the elements between two scripts of one element."""
    parents = markup.elements[:, 1]
    if not opened.declared or parents[opened.script] != parents[script]:
        return
    between = parents[opened.script + 1 : script] == parents[script]
    for number in (np.flatnonzero(between) + opened.script + 1).tolist():
        elements.setdefault(number, opened.declared)

"""Comments that robots leave in forms: search words and addresses, in whatever markup may be read.

Nobody is to read them; search engines are. The words and the hosts are marked, never the markup,
nor the nonsense between them. Visitors link to what they speak of in the same ways.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache

from detector.training.draws import weighted_choice
from detector.training.marks import mark, marked_address
from detector.training.names import letters, url
from detector.training.phrases import Phrases
from detector.training.site_words import language, words

__all__ = ["honest_links", "link_spam"]


def _with_scheme(address: str) -> str:
    """Return ``address`` with its host marked, and a scheme."""
    return "".join(marked_address(address if "://" in address else f"https://{address}"))


_Form = Callable[[str, str], str]
_FORMS: tuple[tuple[int, _Form], ...] = (
    (6, lambda word, to: f"<a href={to}>{word}</a>"),
    (4, lambda word, to: f'<a href="{to}">{word}</a>'),
    (3, lambda word, to: f"[url={to}]{word}[/url]"),
    (3, lambda word, to: f"[{word}]({to})"),
    (3, lambda word, to: f"{word} {to}"),
    (2, lambda word, to: f"{to} - {word}"),
    (2, lambda word, to: f"{to} {word}"),
    (1, lambda word, to: f"[link={to}]{word}[/link]"),
    (1, lambda word, to: f"{word}: {to}"),
)
"""How a word and the address it leads to are written, and how often."""


def _nonsense(rng: random.Random) -> str:
    """Return a name as robots make them up: few small letters, some capitals within."""
    text = letters(rng, 5, 10)
    at = rng.randrange(len(text))
    return text[:at] + text[at:].capitalize() if rng.random() < 0.5 else text


@cache
def _sites(lang: str) -> tuple[tuple[str, str], ...]:
    """Return names and hosts of real sites that pages in ``lang`` link to."""
    listed = (entry for group in words(language(lang)).friends.values() for entry in group)
    parted = (entry.partition("|") for entry in listed if "{" not in entry)
    return tuple((name, host.lower()) for name, _, host in parted if host)


def honest_links(rng: random.Random, lang: str, text: str) -> str:
    """Return the honest comment ``text`` with one to three links to sites that are widely known."""
    form = weighted_choice(rng, _FORMS)
    found: list[str] = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        name, host = rng.choice(_sites(lang))
        path = rng.choice(
            ("", "", letters(rng, 3, 8), f"{letters(rng, 3, 7)}/{rng.randint(1, 9999)}")
        )
        found.append(form(name, f"{rng.choice(('https', 'http'))}://{host}/{path}"))
    pieces = [*found, text] if rng.random() < 0.2 else [text, *found]
    return rng.choice((" ", " ", "\n", ", ")).join(pieces)


def link_spam(rng: random.Random, lang: str, split: str = "train") -> str:
    """Return a comment of one to eight links in ``lang``, marked, some words without links."""
    voice = Phrases(rng, lang, split)
    goal = url(rng, lang, split, voice.brand)
    group = rng.choice(("casino", "services", "services", None))
    form = weighted_choice(rng, _FORMS)
    pieces: list[str] = []
    for _ in range(rng.choice((1, 1, 2, 3, 4, 8))):
        word = mark(voice.keyword(rng, group), "injection")
        if rng.random() < 0.25:
            goal = url(rng, lang, split, voice.brand)
        pieces.append(form(word, _with_scheme(goal)))
        if rng.random() < 0.35:
            pieces.append(mark(voice.keyword(rng, group), "injection"))
        if rng.random() < 0.15:
            pieces.append(_nonsense(rng))
    rng.shuffle(pieces)
    way = rng.random()
    if way < 0.25:
        pieces.insert(0, mark(voice.one("query"), "injection"))
    elif way < 0.4:
        pieces.insert(0, mark(voice.one("sentence"), "injection"))
    return rng.choice((" ", " ", "\n", " \n", "  ", ", ")).join(pieces)

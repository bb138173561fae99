"""Comments of visitors, spam and honest ones: a line below a video, a thread, a page's last part.

Promoters write what everybody writes and put the name of an operator into it, mostly in letters
that no filter reads. Honest comments are made of the same sentences, with names of people, places,
clubs and games in the same places, some of them in fancy letters as well: only the name tells.

Texts carry marks (see :mod:`detector.training.marks`): the name with its frame in a neutral
comment, the whole comment where it promotes.
"""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable, Sequence

from detector.training.draws import weighted_choice
from detector.training.fancy import disguised, framed, styled
from detector.training.grammar import Grammar, Slot, grammar
from detector.training.link_spam import honest_links, link_spam
from detector.training.marks import mark
from detector.training.names import base_language, brand, primary_subtag
from detector.training.phrases import Phrases

__all__ = [
    "comment_language",
    "comment_share",
    "comment_thread",
    "comments_below",
    "honest_comment",
    "spam_comment",
]

_NAME = "\x00"
"""Stands for the name until the rest of the comment is typed."""
_CARRIER, _NATURAL = "carrier", 0.25
"""The slot of natural sentences, and their share of what is neutral."""
_KEYCAP = "\ufe0f\u20e3"
_LEAST = 4
"""Characters of a page that is one comment."""
_SHARES = {"id": 0.34}
_SHARE = 0.12
"""Share of the pages of a language that are comments, in languages with sentences for them."""
_NEIGHBOURS = {"id": "ms", "en": "fil"}
_NEIGHBOUR_SHARE = 0.1
"""Languages without articles of their own, and how often comments of another are in them."""
_ROBOTS = {"en": 0.25, "id": 0.02}
_ROBOT_SHARE = 0.06
"""Share of the comments that are links for search engines, and of honest ones that have links."""
_SHORT = {
    "yang": ("yg",), "banget": ("bgt", "bngt"), "sudah": ("udh", "sdh"), "udah": ("udh", "dah"),
    "tidak": ("tdk", "gk"), "nggak": ("ngga", "gk", "gak"), "gak": ("gk", "kagak"),
    "dengan": ("dgn",), "sama": ("sm", "ama"), "juga": ("jg",), "kalau": ("klo", "kl"),
    "kalo": ("klo",), "saya": ("sya", "sy"), "aku": ("aq", "ak"), "jangan": ("jgn",),
    "langsung": ("lgsg", "lngsng"), "terus": ("trs", "teruss"), "lagi": ("lg",), "bang": ("bg",),
    "kenapa": ("knp",), "orang": ("org", "orng"), "semua": ("smua",), "bisa": ("bsa", "bs"),
    "makasih": ("mksh", "maaciw"), "selalu": ("sll", "slalu"), "gue": ("gw", "gua"),
    "tau": ("tw",), "bener": ("bnr", "bnrr"), "belum": ("blm", "blom"), "untuk": ("utk",),
    "você": ("vc",), "porque": ("pq",), "muito": ("mto",), "không": ("ko", "k"), "you": ("u",),
    "your": ("ur",), "because": ("cuz",), "please": ("pls",), "people": ("ppl",),
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_TWICE = re.compile(r"\b(\w{3,})-\1\b")
"""A plural, which is typed with a digit: anak2."""
_SPACE = re.compile(r"(?<=\S) (?=\S)")
_CHANNELS = (
    "Channel", "Official", "Vlog", "TV", "Project", "Music", "Gaming", "Family", "Production",
    "Kitchen", "Media", "Studio", "99", "17", "Fans", "Squad", "Story",
)  # fmt: skip


def _rules() -> Grammar:
    return grammar("comments_other")


def comment_share(lang: str) -> float:
    """Return how many of the pages in ``lang`` are comments (0-1): none without sentences."""
    base = primary_subtag(lang)
    return _SHARES.get(base, _SHARE) if f"{base}.say" in _rules().rules else 0.0


def comment_language(rng: random.Random, lang: str) -> str:
    """Return the language of comments on a page in ``lang``: its own, or now and then a near one.

    Languages without sentences are served in English.
    """
    base = primary_subtag(lang)
    if f"{base}.say" not in _rules().rules:
        return "en"
    near = base in _NEIGHBOURS and rng.random() < _NEIGHBOUR_SHARE
    return _NEIGHBOURS[base] if near else base


def _perhaps_styled(
    rate: float, make: Callable[[random.Random], str]
) -> Callable[[random.Random], str]:
    def slot(rng: random.Random) -> str:
        text = make(rng)
        return styled(text, rng) if rng.random() < rate else text

    return slot


def _slots(lang: str, split: str, carriers: Sequence[str]) -> dict[str, Slot]:
    """Return the slots of honest names, greetings and titles, some of them in fancy letters.

    ``carriers`` are sentences of natural text, which some comments are made of.
    """
    rules = _rules()

    def one(name: str) -> Callable[[random.Random], str]:
        return lambda rng: rules.expand(f"{lang}.{name}", rng).strip()

    human = one("human")

    def channel(rng: random.Random) -> str:
        text = f"{human(rng)} {rng.choice(_CHANNELS)}"
        return text.upper() if rng.random() < 0.3 else text

    title = _perhaps_styled(0.4, one("title"))
    slots: dict[str, Slot] = {
        "name": _NAME,
        "bad": lambda rng: _operator(rng, lang, split),
        "fname": _perhaps_styled(0.4, human),
        "fgreet": _perhaps_styled(0.5, one("greet")),
        "fthing": _perhaps_styled(0.35, channel),
        "ftitle": lambda rng: f"“{title(rng)}”",
        "who": lambda rng: "@" + one("who")(rng),
        "keycap": lambda rng: f"{rng.randint(0, 9)}{_KEYCAP}",
    }
    if carriers:
        slots[_CARRIER] = lambda rng: rng.choice(carriers)
    return slots


def _stressed(text: str, rng: random.Random) -> str:
    """Return ``text`` with one to four words in capitals, or between asterisks."""
    words = text.split(" ")
    at, count = rng.randrange(len(words)), rng.choice((1, 1, 2, 4))
    sign = rng.choice(("", "", "", "*", "_"))
    words[at : at + count] = [f"{sign}{word.upper()}{sign}" for word in words[at : at + count]]
    return " ".join(words)


def _typed(text: str, rng: random.Random) -> str:
    """Return ``text`` as it is typed on a telephone: shortened words, slips, case at random."""
    if rng.random() < 0.45:
        text = _WORD.sub(
            lambda found: (
                rng.choice(_SHORT[found.group()])
                if found.group() in _SHORT and rng.random() < 0.5
                else found.group()
            ),
            text,
        )
    if rng.random() < 0.15:  # a letter that is left out, or stays pressed
        inside = [found.start() for found in re.finditer(r"(?<=[a-z])[a-z](?=[a-z])", text)]
        if inside:
            at = rng.choice(inside)
            text = text[:at] + text[at] * rng.choice((0, 2, 4)) + text[at + 1 :]
    if rng.random() < 0.25:
        text = _TWICE.sub(rng.choice((r"\1²", r"\g<1>2", r"\1²", '\\1"')), text)
    if rng.random() < 0.15:
        text = text.replace(", ", rng.choice((",", " ,", ",,,", ".", "..", " ")))
    if rng.random() < 0.12:
        text = _stressed(text, rng)
    way = rng.random()
    if way < 0.45:
        return text[:1].upper() + text[1:]
    if way < 0.5:
        return text.upper()
    return text


def _stamped(text: str, rng: random.Random, lang: str) -> str:
    """Return ``text``, now and then behind a time of the video or the name of whom it answers."""
    way = rng.random()
    if way < 0.09:
        minute = f"{rng.randint(0, 14)}" if rng.random() < 0.4 else f"{rng.randint(0, 14):02}"
        return f"{minute}:{rng.randint(0, 59):02}{rng.choice((' ', ' ', '  ', chr(10)))}{text}"
    if way < 0.12:
        return f"@{_rules().expand(f'{lang}.who', rng)} {text}"
    return text


def _placed(text: str, piece: str, rng: random.Random, glued: float) -> str:
    """Put ``piece`` where the name stands; in a share ``glued`` of cases a blank gets lost."""
    before, _, after = text.partition(_NAME)
    if rng.random() < glued:
        if rng.random() < 0.5 and before.rstrip():
            before = before.rstrip()
        else:
            after = after.lstrip()
    return before + piece + after.replace(_NAME, piece)


def _inserted(text: str, tie: str, rng: random.Random) -> str:
    """Return a comment with ``tie`` before it, behind it, or at a blank in it."""
    way = rng.random()
    if way < 0.3:
        return f"{tie}{rng.choice((' ', ' ', ', ', '! ', ''))}{text}"
    if way < 0.75:
        return f"{text}{rng.choice((' ', ' ', ', ', '. ', ''))}{tie}"
    places = [found.start() for found in _SPACE.finditer(text)] or [len(text)]
    at = rng.choice(places)
    return f"{text[:at]} {tie}{text[at:]}"


def _neutral(rng: random.Random, lang: str, split: str, slots: dict[str, Slot]) -> str:
    """Return a comment that says nothing of a name, of one sentence or two."""
    rules = _rules()
    carrier = slots.get(_CARRIER)
    if callable(carrier) and rng.random() < _NATURAL:
        text = carrier(rng)
        return text.lower() if rng.random() < 0.4 else text
    rule = "short" if rng.random() < 0.25 else "say"
    text = rules.expand(f"{lang}.{rule}", rng, split, slots)
    if rng.random() < 0.12:
        text = f"{text} {rules.expand(f'{lang}.say', rng, split, slots)}"
    return text


def _rambling(rng: random.Random, lang: str, split: str, slots: dict[str, Slot]) -> str:
    """Return a long honest comment: two to five sentences on whatever comes to mind."""
    rules, joint = _rules(), rng.choice((" ", ". ", ", ", " ", "\n", ","))
    names = [rng.choice(("say", "say", "plain")) for _ in range(rng.randint(2, 5))]
    return joint.join(rules.expand(f"{lang}.{name}", rng, split, slots) for name in names)


def _with_name(rng: random.Random, lang: str, split: str, slots: dict[str, Slot]) -> str:
    """Return a comment in which a name has its place: about it, or with it added."""
    rules = _rules()
    if rng.random() < 0.55:
        text = rules.expand(f"{lang}.about", rng, split, slots)
        if rng.random() < 0.1:
            text = f"{text} {_neutral(rng, lang, split, slots)}"
        return text
    tie = rules.expand(f"{lang}.join", rng, split, slots)
    return _inserted(_neutral(rng, lang, split, slots), tie, rng)


def _operator(rng: random.Random, lang: str, split: str) -> str:
    """Return an operator's name: of this grammar, or one of those that other adverts name."""
    if rng.random() < 0.2 and base_language(lang) == lang:
        return brand(rng, lang, split)
    return _rules().expand(f"{lang}.brand", rng, split)


def _numbers(lang: str) -> Sequence[str]:
    return _rules().rules[f"{lang}.number"][0].split()


def _praise(rng: random.Random, lang: str, split: str, slots: dict[str, Slot]) -> str:
    """Return what may be said below any article, or, in some languages, any comment."""
    rule = f"{lang}.praise"
    if rule in _rules().rules:
        return _rules().expand(rule, rng, split, slots)
    return _neutral(rng, lang, split, slots)


def _robot(rng: random.Random, lang: str, split: str, slots: dict[str, Slot]) -> str:
    """Return a comment for search engines, marked: links alone, or praise before them."""
    if rng.random() < 0.6:
        return link_spam(rng, lang, split)
    praise = _praise(rng, lang, split, slots)
    if f"{lang}.visit" not in _rules().rules or rng.random() < 0.4:
        return f"{praise} {link_spam(rng, lang, split)}"
    word = Phrases(rng, lang, split).keyword(rng)
    tail = _rules().expand(f"{lang}.visit", rng, split, slots | {"name": word})
    return f"{praise} {mark(tail, 'injection')}"


def spam_comment(
    rng: random.Random,
    lang: str,
    split: str = "train",
    name: str | None = None,
    carriers: Sequence[str] = (),
) -> str:
    """Return a comment in ``lang`` that names an operator, marked; ``name`` is the operator's.

    Three in ten promote; the others are neutral but for the name. ``carriers`` are natural
    sentences, which some are made of.
    """
    slots = _slots(lang, split, carriers)
    if name is None and rng.random() < _ROBOTS.get(lang, _ROBOT_SHARE):
        return _robot(rng, lang, split, slots)
    piece = disguised(name or _operator(rng, lang, split), rng, _numbers(lang))
    if rng.random() < 0.5:
        piece = framed(piece, rng)
    if rng.random() < 0.3:
        text = _typed(_rules().expand(f"{lang}.promo", rng, split, slots), rng)
        return _stamped(mark(_placed(text, piece, rng, 0.12), "injection"), rng, lang)
    text = _typed(_with_name(rng, lang, split, slots), rng)
    return _stamped(_placed(text, mark(piece, "injection"), rng, 0.18), rng, lang)


def _honest_name(rng: random.Random, lang: str, split: str, slots: dict[str, Slot]) -> str:
    """Return the name of a person, place, club, game or thing, written as people do."""
    text = _rules().expand(f"{lang}.thing", rng, split, slots).strip()
    way = rng.random()
    if way < 0.12:
        text = text.upper()
    elif way < 0.2:
        text = text.lower()
    elif way < 0.3:
        text = styled(text, rng)
    elif way < 0.32 and len(text) < 12:
        text = " ".join(text)
    return framed(text, rng) if rng.random() < 0.12 else text


def honest_comment(
    rng: random.Random, lang: str, split: str = "train", carriers: Sequence[str] = ()
) -> str:
    """Return an honest comment in ``lang``: any, one with a name, or one in words of spam.

    ``carriers`` are natural sentences, which some are made of.
    """
    slots = _slots(lang, split, carriers)
    way = rng.random()
    if way < 0.34:
        text = _neutral(rng, lang, split, slots)
    elif way < 0.46:
        text = _rambling(rng, lang, split, slots)
    elif way < 0.72:
        text = _with_name(rng, lang, split, slots)
    else:
        text = _rules().expand(f"{lang}.plain", rng, split, slots)
    if rng.random() < 0.04 and _NAME not in text:  # some write everything in fancy letters
        return _stamped(styled(text, rng), rng, lang)
    text = _typed(text, rng)
    if _NAME in text:
        text = _placed(text, _honest_name(rng, lang, split, slots), rng, 0.03)
    if rng.random() < _ROBOTS.get(lang, _ROBOT_SHARE):
        text = _praise(rng, lang, split, slots) if rng.random() < 0.4 else text
        text = honest_links(rng, lang, text) if rng.random() < 0.6 else text
    return _stamped(text, rng, lang)


def _spam_among(count: int, rng: random.Random) -> int:
    """Return how many of ``count`` comments are spam where some are: one mostly, up to three."""
    return min(rng.choice((1, 1, 2, 3)), count)


def _comments(
    rng: random.Random, lang: str, split: str, count: int, spam: int, carriers: Sequence[str]
) -> list[str]:
    """Return ``count`` comments of which ``spam`` name operators, mostly the same one."""
    name = _operator(rng, lang, split)
    texts = [
        spam_comment(rng, lang, split, name if rng.random() < 0.75 else None, carriers)
        for _ in range(spam)
    ]
    texts += [honest_comment(rng, lang, split, carriers) for _ in range(count - spam)]
    rng.shuffle(texts)
    return texts


_Shape = Callable[[str, str, str], str]
_SHAPES: tuple[tuple[int, _Shape], ...] = (
    (8, lambda _who, _ui, text: text),
    (3, lambda who, _ui, text: f"{who}: {text}"),
    (2, lambda who, ui, text: f"@{who} · {ui}\n{text}"),
    (2, lambda who, ui, text: f"{who}\n{text}\n{ui}"),
    (1, lambda _who, ui, text: f"{text}\n{ui}"),
    (1, lambda who, _ui, text: f"@{who} {text}"),
    (1, lambda _who, _ui, text: f"- {text}"),
)
"""How a comment is shown: by whom, with what words of the site around it."""


def _shown(texts: Sequence[str], rng: random.Random, lang: str) -> list[str]:
    """Return the comments as one site shows them."""
    rules = _rules()
    shape = weighted_choice(rng, _SHAPES)
    return [
        shape(rules.expand(f"{lang}.who", rng), rules.expand(f"{lang}.ui", rng), text)
        for text in texts
    ]


def comment_thread(
    rng: random.Random, lang: str, split: str, spam: bool, carriers: Sequence[str] = ()
) -> tuple[str, bool]:
    """Return a page of comments only, marked, and whether it is HTML.

    Most are a single comment; threads have three to eight, of which one to three are spam.
    """
    if rng.random() < 0.66:
        texts = _comments(rng, lang, split, 1, int(spam), carriers)
        while len(texts[0]) < _LEAST:
            texts = _comments(rng, lang, split, 1, int(spam), carriers)
        if rng.random() < 0.15:
            texts = _shown(texts, rng, lang)
    else:
        count = rng.randint(3, 8)
        bad = _spam_among(count, rng) if spam else 0
        texts = _shown(_comments(rng, lang, split, count, bad, carriers), rng, lang)
    if rng.random() < 0.12:
        return _as_html(texts, rng), True
    return rng.choice(("\n", "\n", "\n\n", "\n \n")).join(texts), False


def _as_html(texts: Sequence[str], rng: random.Random) -> str:
    """Return the comments as a list of the markup that sites have for them."""
    before, after = rng.choice(
        (
            ("<li>", "</li>"),
            ('<div class="comment"><p>', "</p></div>"),
            ('<article class="comment-body">', "</article>"),
            ('<yt-attributed-string id="content-text"><span>', "</span></yt-attributed-string>"),
            ("<blockquote>", "</blockquote>"),
        )
    )
    items = [before + html.escape(text).replace("\n", "<br>") + after for text in texts]
    body = "\n".join(items)
    return f"<ul>{body}</ul>" if before == "<li>" else f'<div id="comments">{body}</div>'


def comments_below(rng: random.Random, lang: str, split: str, spam: bool) -> list[str]:
    """Return the paragraphs that follow an article: a heading mostly, and one to eight comments."""
    count = rng.randint(1, 8)
    bad = _spam_among(count, rng) if spam else 0
    texts = _shown(_comments(rng, lang, split, count, bad, ()), rng, lang)
    head = [_rules().expand(f"{lang}.heading", rng)] if rng.random() < 0.7 else []
    return head + texts

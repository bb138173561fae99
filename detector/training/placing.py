"""What placements are made of: a voice, marked pieces, and places for them in a draft."""

from __future__ import annotations

import random
import re

from detector.training.drafts import Draft
from detector.training.marks import CLOSE, OPEN, mark, marked_address, remove_marks
from detector.training.names import base_language, primary_subtag, url
from detector.training.phrases import Phrases

__all__ = [
    "HAN_PAIR",
    "SPACE",
    "WORD_INSIDE",
    "append_somewhere",
    "injected",
    "insert",
    "into_paragraph",
    "kinds_open",
    "operator_address",
    "places_of",
    "put_among",
    "replace_some",
    "separator",
    "short_phrase",
    "target_of",
    "voice_of",
]

_SEPARATORS = ("_", "-", " - ", "|", " | ", ",", "，", "——", " ", "·", "丨", "", ":", "：", "—")
_FOREIGN = ("zh-Hans", "en", "id", "ja", "th", "vi", "ru", "tr", "ko")

HAN_PAIR = re.compile("(?<=[\u3041-\u30fe\u4e00-\u9fff])(?=[\u4e00-\u9fff])")
WORD_INSIDE = re.compile(r"(?<=\w{3})(?=\w{3})")
SPACE = re.compile(r"(?<=\S) (?=\S)")
"""Places in and between words: where two characters meet, inside a Latin word, at a blank."""


def injected(text: str) -> str:
    """Return ``text`` as a marked injection, without marks of its own."""
    return mark(remove_marks(text), "injection")


def kinds_open(text: str, at: int) -> set[str]:
    """Return the kinds of damage that the place ``at`` of a marked text stands in."""
    before = text[:at]
    return {kind for kind in OPEN if before.rfind(OPEN[kind]) > before.rfind(CLOSE[kind])}


def insert(text: str, at: int, piece: str) -> str:
    """Return ``text`` with the already marked ``piece`` inserted at offset ``at``.

    A place inside earlier injected text moves behind it; damaged text around the place is closed
    and opened again, so that the piece belongs to its own kind alone.
    """
    if "injection" in kinds_open(text, at):
        end = text.find(CLOSE["injection"], at)
        at = len(text) if end < 0 else end + 1
    if "garbled" in kinds_open(text, at):
        piece = CLOSE["garbled"] + piece + OPEN["garbled"]
    return text[:at] + piece + text[at:]


def voice_of(draft: Draft, rng: random.Random, split: str) -> Phrases:
    """Return who speaks on the page: mostly the campaign, or someone else, maybe foreign."""
    known = getattr(rng, "voice", None)
    if isinstance(known, Phrases) and rng.random() < 0.85:
        return known
    lang = draft.lang
    foreign = 0.08 if base_language(lang) == primary_subtag(lang) else 0.7
    if rng.random() < foreign:
        lang = rng.choice(_FOREIGN)
    return Phrases(rng, lang, split)


def short_phrase(voice: Phrases) -> str:
    """Return a phrase of the kind that is put into titles and sentences."""
    way = voice.rng.random()
    if way < 0.66:
        return voice.glued()
    if way < 0.78:
        return voice.one("query")
    if way < 0.87:
        return voice.one("plan")
    if way < 0.93:
        return voice.porn(2, 5)
    return voice.one("contact")


def separator(rng: random.Random) -> str:
    """Return a sign as titles have it between their parts."""
    return rng.choice(_SEPARATORS)


def _long_paragraphs(draft: Draft) -> list[int]:
    """Return the indices of the paragraphs to put something into: the long ones, if any."""
    chosen = [i for i, text in enumerate(draft.paragraphs) if len(text) >= 25]
    return chosen or list(range(len(draft.paragraphs)))


def places_of(pattern: re.Pattern[str], text: str, after: bool = False) -> list[int]:
    """Return the offsets at which ``pattern`` matches begin, or where they end."""
    return [m.end() if after else m.start() for m in pattern.finditer(text)]


def into_paragraph(
    draft: Draft,
    rng: random.Random,
    pattern: re.Pattern[str],
    piece: str,
    after: bool = False,
) -> bool:
    """Insert ``piece`` where ``pattern`` matches in some paragraph; return whether it does."""
    order = _long_paragraphs(draft)
    rng.shuffle(order)
    for index in order:
        places = places_of(pattern, draft.paragraphs[index], after)
        if places:
            text = draft.paragraphs[index]
            draft.paragraphs[index] = insert(text, rng.choice(places), piece)
            return True
    return False


def append_somewhere(draft: Draft, rng: random.Random, piece: str) -> None:
    """Put ``piece`` at an end of some paragraph."""
    if draft.paragraphs:
        index = rng.randrange(len(draft.paragraphs))
        text = draft.paragraphs[index]
        draft.paragraphs[index] = insert(text, rng.choice((0, len(text))), piece)
    else:
        draft.paragraphs.append(piece)


def put_among(texts: list[str], piece: str, rng: random.Random, rate: float) -> None:
    """Put ``piece`` in place of one of ``texts`` in a share ``rate`` of cases, else behind them."""
    if texts and rng.random() < rate:
        texts[rng.randrange(len(texts))] = piece
    else:
        texts.append(piece)


def replace_some(text: str, old: str, new: str, rng: random.Random, rate: float) -> str:
    """Return ``text`` with ``new`` in place of a share ``rate`` of what is ``old``."""
    parts = text.split(old)
    out = parts[0]
    for part in parts[1:]:
        free = "injection" not in kinds_open(out, len(out))
        hit = free and rng.random() < rate
        out = (insert(out, len(out), new) if hit else out + old) + part
    return out


def target_of(voice: Phrases) -> str:
    """Return a link target: an address of the operator, or a page on the hacked site itself."""
    rng = voice.rng
    if rng.random() < 0.12:
        folder = rng.choice(("sjb", "app", "news", "zq", "tag", "wap"))
        return f"/{folder}/{rng.randint(1, 99999)}.html"
    return operator_address(voice)


def operator_address(voice: Phrases) -> str:
    """Return an address of the operator in which the host is marked."""
    rng = voice.rng
    name = voice.brand if rng.random() < 0.6 else None
    address = re.sub("^https?://", "", url(rng, voice.lang, voice.split, name))
    site, path = marked_address(address)
    return f"{rng.choice(('https', 'https', 'http'))}://{site}{path}"

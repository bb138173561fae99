"""Placements between sentences and paragraphs: queries in brackets, adverts of agencies."""

from __future__ import annotations

import random
import re

from detector.training.drafts import Draft
from detector.training.placing import append_somewhere, injected, into_paragraph, voice_of

__all__ = ["agency_adverts", "bracketed_queries"]

_AFTER_SENTENCE = re.compile(r"[。！？](?=.)")
_BRACKETS = (("《", "》"), ("《", "》"), ("《", "》"), ("【", "】"), ("“", "”"), ("〖", "〗"))


def bracketed_queries(draft: Draft, rng: random.Random, split: str) -> None:
    """Search phrases in brackets, as if they were titles, after sentences of the text."""
    voice = voice_of(draft, rng, split)
    before, after = rng.choice(_BRACKETS)
    said = voice.say("query.marked") if voice.base == "zh" else voice.one("query")
    for _ in range(rng.choice((1, 1, 2, 4))):
        piece = before + injected(said) + after
        if not into_paragraph(draft, rng, _AFTER_SENTENCE, piece, after=True):
            append_somewhere(draft, rng, piece)
        if rng.random() < 0.5:
            said = voice.one("query")


def agency_adverts(draft: Draft, rng: random.Random, split: str) -> None:
    """Adverts of those who build sites and write texts, between the paragraphs of an article."""
    voice = voice_of(draft, rng, split)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        advert = voice.say("agency") if voice.base == "zh" else voice.one("sentence")
        if len(draft.paragraphs) > 1 or rng.random() < 0.5:
            draft.paragraphs.insert(rng.randint(0, len(draft.paragraphs)), injected(advert))
        elif not into_paragraph(draft, rng, _AFTER_SENTENCE, injected(advert), after=True):
            append_somewhere(draft, rng, injected(advert))

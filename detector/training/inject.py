"""Placements: promotional text put into a draft the way intruders and doorway builders do it.

A placement changes a :class:`~detector.training.drafts.Draft` in place. The injected characters
are wrapped in marks of kind ``"injection"``; separators, punctuation and honest filler around them
are not. ``PLACEMENTS`` names them all; :func:`inject` chooses among them at realistic rates.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from detector.training.clones import clone_page
from detector.training.drafts import Draft
from detector.training.lexicons import lexicons
from detector.training.phrases import Phrases
from detector.training.place_between import agency_adverts, bracketed_queries
from detector.training.place_markup import (
    alt_text,
    comment_block,
    hidden_block,
    link_block_visible,
    meta_replaced,
    noscript_block,
    script_write,
    visitor_comment,
)
from detector.training.place_pages import (
    affiliate_page,
    betting_guide,
    code_page,
    doorway,
    keyword_essay,
    note_page,
    operator_terms,
    reflected_search,
    server_essay,
    soft_anchor,
)
from detector.training.place_phrases import (
    ad_lines_bottom,
    ad_lines_top,
    affiliation,
    anchor_in_sentence,
    before_punctuation,
    between_copies,
    breadcrumb_slot,
    byline_slot,
    company_slot,
    date_slot,
    footer_line,
    glued_ad,
    lone_brand,
    once,
    one_sentence,
    opening,
    owner_slot,
    porn_chain,
    role_cascade,
    stamped_lead,
    word_split,
)
from detector.training.place_titles import (
    doorway_title_only,
    headline,
    headline_word,
    title_prefix,
    title_question,
    title_sandwich,
    title_suffix,
)
from detector.training.placing import voice_of

__all__ = ["PLACEMENTS", "WHOLE_PAGE", "inject"]

Placement = Callable[[Draft, random.Random, str], None]


class _Campaign(random.Random):
    """A source of randomness that remembers whose campaign the page belongs to."""

    voice: Phrases | None = None


PLACEMENTS: dict[str, Placement] = {
    "title_prefix": title_prefix,
    "title_suffix": title_suffix,
    "title_sandwich": title_sandwich,
    "title_question": title_question,
    "headline": headline,
    "headline_word": headline_word,
    "owner_slot": owner_slot,
    "role_cascade": role_cascade,
    "opening": opening,
    "stamped_lead": stamped_lead,
    "between_copies": between_copies,
    "before_punctuation": before_punctuation,
    "word_split": word_split,
    "one_sentence": one_sentence,
    "anchor_in_sentence": anchor_in_sentence,
    "once": once,
    "lone_brand": lone_brand,
    "affiliation": affiliation,
    "byline_slot": byline_slot,
    "breadcrumb_slot": breadcrumb_slot,
    "company_slot": company_slot,
    "date_slot": date_slot,
    "porn_chain": porn_chain,
    "ad_lines_top": ad_lines_top,
    "ad_lines_bottom": ad_lines_bottom,
    "footer_line": footer_line,
    "glued_ad": glued_ad,
    "doorway": doorway,
    "doorway_title_only": doorway_title_only,
    "soft_anchor": soft_anchor,
    "note_page": note_page,
    "code_page": code_page,
    "clone_page": clone_page,
    "meta_replaced": meta_replaced,
    "hidden_block": hidden_block,
    "link_block_visible": link_block_visible,
    "comment_block": comment_block,
    "script_write": script_write,
    "noscript_block": noscript_block,
    "affiliate_page": affiliate_page,
    "server_essay": server_essay,
    "keyword_essay": keyword_essay,
    "operator_terms": operator_terms,
    "betting_guide": betting_guide,
    "reflected_search": reflected_search,
    "alt_text": alt_text,
    "visitor_comment": visitor_comment,
    "bracketed_queries": bracketed_queries,
    "agency_adverts": agency_adverts,
}

WHOLE_PAGE = frozenset(
    {
        "doorway",
        "note_page",
        "code_page",
        "clone_page",
        "affiliate_page",
        "operator_terms",
        "betting_guide",
        "reflected_search",
        "server_essay",
        "keyword_essay",
    }
)

_WEIGHTS: dict[str, int] = {
    **{"title_prefix": 6, "title_suffix": 6, "title_sandwich": 5, "title_question": 4},
    **{"headline": 10, "owner_slot": 8, "before_punctuation": 8, "word_split": 5},
    **{"one_sentence": 6, "anchor_in_sentence": 4, "once": 14, "lone_brand": 8, "byline_slot": 3},
    **{"breadcrumb_slot": 3, "company_slot": 3, "date_slot": 2, "porn_chain": 5},
    **{"ad_lines_top": 6, "ad_lines_bottom": 3, "footer_line": 7, "doorway": 5},
    **{
        "doorway_title_only": 6,
        "soft_anchor": 6,
        "note_page": 8,
        "clone_page": 10,
        "meta_replaced": 6,
        "hidden_block": 7,
    },
    **{"link_block_visible": 4, "comment_block": 2, "script_write": 2, "noscript_block": 2},
    **{"headline_word": 4, "role_cascade": 4, "opening": 3, "stamped_lead": 4},
    **{"between_copies": 2, "server_essay": 2, "keyword_essay": 14, "affiliation": 3},
    **{"affiliate_page": 6, "operator_terms": 2, "betting_guide": 3, "reflected_search": 2},
    **{"alt_text": 2, "visitor_comment": 4, "code_page": 2, "glued_ad": 3},
}


def _choose(rng: random.Random, names: Sequence[str]) -> list[str]:
    """Return one to three distinct placements; a page replaced as a whole gets few others."""
    count = rng.choices((1, 2, 3), (60, 27, 13))[0]
    weights = [_WEIGHTS.get(name, 3) for name in names]
    chosen: list[str] = []
    while len(chosen) < min(count, len(names)):
        name = rng.choices(names, weights)[0]
        if name not in chosen:
            chosen.append(name)
    whole = [name for name in chosen if name in WHOLE_PAGE]
    if whole:
        others = ("footer_line", "hidden_block", "link_block_visible", "alt_text", "script_write")
        chosen = [whole[0], *(name for name in chosen if name in others)]
    alone = [name for name in chosen if name in {"once", "lone_brand"}]
    if alone:
        chosen = alone[:1]
    return chosen


def inject(
    draft: Draft,
    rng: random.Random,
    split: str = "train",
    placements: Sequence[str] | None = None,
) -> list[str]:
    """Inject promotional text into ``draft`` in place; return the names of the placements used.

    ``placements`` restricts the choice (default: all of ``PLACEMENTS``). One campaign speaks on
    one page: its placements mostly share a brand, a host and a contact. About one page in six
    gets a single short phrase: the hardest case, and what a page average would miss.
    Raises ``KeyError`` for an unknown placement and ``ValueError`` for an unknown split.
    """
    names = list(PLACEMENTS if placements is None else placements)
    functions = {name: PLACEMENTS[name] for name in names}
    lexicons()  # read before the first draw: a missing folder is an error of its own
    campaign = _Campaign(rng.getrandbits(64))
    campaign.voice = voice_of(draft, campaign, split)
    chosen = _choose(campaign, names)
    for name in chosen:
        functions[name](draft, campaign, split)
    return chosen

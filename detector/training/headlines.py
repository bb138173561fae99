"""Short honest Chinese texts that look like spam at a glance: the hard negatives of headlines.

Model numbers with prices, flats with discounts, game titles with Latin, funds, matches, gossip,
app blurbs, nicknames of streamers, link texts of navigation sites, market prices, questions,
news of games, chips, funds and state lotteries, abstracts of papers, app descriptions, posts of
enthusiasts, titles of portals, hotels and halls that share a name with brands, courses for
grown-ups, shares of bookmakers, apps of towns, almanacs, rosters, neighbours' orders, chat of
players. The templates are the rules ``kind.*`` of ``headlines_zh.txt`` and ``portal_zh.txt``; all
slots are drawn independently.
"""

from __future__ import annotations

import random
from functools import lru_cache
from itertools import accumulate

from detector.training.grammar import Grammar, grammar

__all__ = ["honest_headline", "honest_link_texts", "nickname"]

_PREFIX = "kind."
_OF_LISTS = (
    "kind.live", "kind.nav", "kind.media", "kind.film", "kind.game", "kind.app", "kind.price",
    "kind.ask", "kind.match", "kind.auto", "kind.style", "kind.crypto", "kind.gamenews",
    "kind.technews", "kind.fundnews", "kind.lotterynews", "kind.query", "kind.download",
    "kind.oldgame", "kind.hardware", "kind.property", "kind.webnews", "kind.lendnews",
    "kind.esport", "kind.futures", "kind.exam", "kind.expo", "kind.celeb", "kind.telecom",
    "kind.crime", "kind.remark", "kind.namesake", "kind.study", "kind.betshare", "kind.townapp",
    "kind.livesite", "kind.letters", "kind.order", "kind.shoptitle", "kind.almanac", "kind.roster",
    "kind.channel",
)  # fmt: skip
_SAME_KIND, _SAME_TEMPLATE = 0.8, 0.3


def _rules() -> Grammar:
    return grammar("headlines_zh", "portal_zh", "apps_zh")


@lru_cache(maxsize=1)
def _kinds() -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the kinds of headlines and their cumulative weights: the number of templates."""
    rules = _rules().rules
    names = tuple(name for name in rules if name.startswith(_PREFIX))
    return names, tuple(accumulate(len(rules[name]) for name in names))


def _kind(rng: random.Random) -> str:
    names, weights = _kinds()
    return rng.choices(names, cum_weights=weights)[0]


def honest_headline(rng: random.Random) -> str:
    """Return one short honest text, mostly of 4 to 40 and at most about 225 code points."""
    return _rules().expand(_kind(rng), rng)


def honest_link_texts(rng: random.Random, count: int) -> list[str]:
    """Return ``count`` texts of one widget or list: mostly of one kind, often of one template."""
    rules = _rules()
    kind = rng.choice(_OF_LISTS) if rng.random() < 0.6 else _kind(rng)
    template = rng.choice(rules.alternatives(kind))
    texts = []
    for _ in range(count):
        if rng.random() < _SAME_TEMPLATE:
            texts.append(rules.fill(template, rng))
        elif rng.random() < _SAME_KIND:
            texts.append(rules.expand(kind, rng))
        else:
            texts.append(rules.expand(_kind(rng), rng))
    return texts


_NAME_WORDS = (
    "小鱼", "阿北", "老牛", "浅夏", "北巷", "晚风", "糖糖", "大白", "墨染", "清酒", "十三", "木子",
    "舞者", "果冻", "星河", "半夏", "宝宝", "小影", "南栀", "阿泽", "黙兒", "夢婷", "憶雪", "戀戀",
    "丶歸人", "灬無痕", "Yuki", "Leo", "baby", "MC阿凯", "喊麦小天", "DJ小七", "琳儿", "二爷",
)  # fmt: skip
_NAME_SIGNS = ("✦", "丶", "灬", "♪", "°", "·", "、", "★", "～", "❤", "o0", "_", ".", "ღ", "༄", "彡")


def nickname(rng: random.Random) -> str:
    """Return a made-up nickname as members of chat and live-streaming sites style them."""
    words = rng.sample(_NAME_WORDS, rng.choice((1, 1, 2)))
    sign = rng.choice(_NAME_SIGNS)
    shape = rng.choice(("{a}", "{s}{a}", "{a}{s}", "{s}{a}{s}", "{a}{s}{b}", "{a}{n}", "{n}{a}"))
    return shape.format(a=words[0], b=words[-1], s=sign, n=rng.randrange(10, 10_000))

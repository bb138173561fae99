"""Placements that are pages: doorways, guides, reflected searches, bland pages about a brand."""

from __future__ import annotations

import random
import re

from detector.training.drafts import Draft, Link
from detector.training.lexicons import lexicons
from detector.training.marks import marked_address
from detector.training.names import base_language, traditional, url
from detector.training.notes import note
from detector.training.phrases import ESSAYS, Phrases
from detector.training.placing import injected, target_of, voice_of

__all__ = [
    "affiliate_page",
    "betting_guide",
    "code_page",
    "doorway",
    "keyword_essay",
    "note_page",
    "operator_terms",
    "reflected_search",
    "server_essay",
    "set_meta",
    "soft_anchor",
]


def _fillers(draft: Draft, rng: random.Random, count: int) -> list[str]:
    """Return single honest sentences of the draft, as doorways take them from anywhere."""
    pieces = [
        s for text in draft.paragraphs for s in re.split(r"(?<=[。！？])", text) if len(s) > 8
    ]
    rng.shuffle(pieces)
    return pieces[:count]


def set_meta(draft: Draft, voice: Phrases, title: str) -> None:
    """Make title, description and keywords of the page the campaign's."""
    rng = voice.rng
    draft.title = injected(title)
    if rng.random() < 0.8:
        draft.description = injected(voice.one(rng.choice(("sentence", "title", "paragraph"))))
    if rng.random() < 0.7:
        words = [voice.one(rng.choice(("glued", "query"))) for _ in range(rng.randint(2, 8))]
        draft.keywords = injected(",".join(words))


def doorway(draft: Draft, rng: random.Random, split: str) -> None:
    """A page of lines that say the same again and again, honest sentences between them."""
    voice = voice_of(draft, rng, split)
    title = voice.one("title")
    fillers = _fillers(draft, rng, rng.randint(0, 25))
    count = rng.choice((5, 8, 12, 18, 25))
    lines = [injected(voice.one("doorway")) for _ in range(count)]
    if rng.random() < 0.3:
        lines = [
            "".join(injected(voice.slogan()) for _ in range(rng.randint(1, 5))) for _ in lines[:9]
        ]
    if rng.random() < 0.3:  # adverts and filler alternate
        mixed = [
            x for pair in zip(lines, [*fillers, *[""] * len(lines)], strict=False) for x in pair
        ]
        draft.paragraphs[:] = [x for x in mixed if x]
    else:
        draft.paragraphs[:] = lines + fillers
    set_meta(draft, voice, title)
    draft.headline = injected(title if rng.random() < 0.7 else voice.glued())


def _whole_page(
    draft: Draft, rng: random.Random, split: str, category: str, low: int, high: int
) -> None:
    voice = voice_of(draft, rng, split)
    paragraphs = voice.several(category, rng.randint(low, high))
    while len(paragraphs) < low:
        paragraphs.append(voice.one(category))
    if category != "terms" and rng.random() < 0.5:
        for index in range(len(paragraphs) - 1, 0, -1):
            if rng.random() < 0.4:
                paragraphs.insert(index, voice.one(rng.choice(("query", "title", "glued"))))
    if rng.random() < 0.4:
        paragraphs.append(voice.one(rng.choice(("contact", "sentence", "footer"))))
    draft.paragraphs[:] = [injected(text) for text in dict.fromkeys(paragraphs)]
    title = voice.one(rng.choice(("title", "query", "glued")))
    set_meta(draft, voice, title)
    draft.headline = injected(title if rng.random() < 0.6 else voice.one("query"))
    if rng.random() < 0.3:
        draft.breadcrumb.append(injected(voice.one("query")))


def affiliate_page(draft: Draft, rng: random.Random, split: str) -> None:
    """Advice that leads to an operator."""
    _whole_page(draft, rng, split, "paragraph", 3, 10)


def operator_terms(draft: Draft, rng: random.Random, split: str) -> None:
    """An operator's own rules."""
    _whole_page(draft, rng, split, "terms", 4, 12)


def betting_guide(draft: Draft, rng: random.Random, split: str) -> None:
    """How to bet."""
    _whole_page(draft, rng, split, "guide", 3, 9)


_NO_RESULTS = {
    "zh": (
        ("搜索结果：{}", "没有找到与“{}”相关的内容，请更换关键词再试。"),
        ("{}的搜索结果", "抱歉，未能找到与 {} 有关的记录。"),
        ("站内检索 - {}", "您检索的“{}”共 0 条结果，用时 0.03 秒。"),
        ("标签：{}", "包含标签 {} 的文章"),
        ("查询：{}", "全部文献中含有 {} 的有 0 篇。"),
    ),
    "en": (
        ("Search results for “{}”", "Sorry, nothing matched {}. Try again with other words."),
        ("You searched for {}", "No items were found for “{}”."),
        ("{} | Search", "Your query {} returned 0 documents."),
        ("Tag: {}", "Posts tagged {}"),
    ),
}


def reflected_search(draft: Draft, rng: random.Random, split: str) -> None:
    """A search page that repeats what was searched for."""
    voice = voice_of(draft, rng, split)
    echo = injected(voice.echo())
    head, line = rng.choice(_NO_RESULTS.get(base_language(draft.lang), _NO_RESULTS["en"]))
    draft.headline = head.format(echo)
    draft.title = draft.headline + rng.choice((" - ", "_", " | ")) + draft.site
    rest = draft.paragraphs[: rng.randint(0, 2)]
    draft.paragraphs[:] = [line.format(echo), *rest]
    draft.description = line.format(echo) if rng.random() < 0.5 else ""
    draft.byline = ""


def _mark_name(text: str, name: str) -> str:
    for spelling in dict.fromkeys((name, traditional(name))):
        text = text.replace(spelling, injected(spelling))
    return text


def soft_anchor(draft: Draft, rng: random.Random, split: str) -> None:
    """A bland page; the brand is in the anchors and hosts, at times in title and text."""
    voice = voice_of(draft, rng, split)
    name = voice.brand
    for _ in range(rng.choice((1, 1, 2, 2, 3, 4, 6))):
        anchor = name if rng.random() < 0.7 else voice.glued()
        target = rng.choice((draft.related, draft.friends, draft.nav, draft.related))
        target.insert(rng.randint(0, len(target)), Link(injected(anchor), target_of(voice)))
    if rng.random() < 0.6:
        return
    if voice.base == "zh":
        soft = voice.several("soft", rng.randint(2, 8))
        kept = draft.paragraphs[: rng.randint(0, 2)]
        draft.paragraphs[:] = [_mark_name(text, name) for text in soft] + kept
    tails = ("简明指南", "常见问题", "资料索引", "使用说明", "访问备忘", "产品介绍", "帮助中心")
    tail = rng.choice(tails) if voice.base == "zh" else rng.choice(("FAQ", "Guide", "Index"))
    sign = rng.choice((" · ", " - ", "｜", " "))
    draft.headline = draft.title = f"{injected(name)}{sign}{tail}"


def note_page(draft: Draft, rng: random.Random, split: str) -> None:
    """A page that tells where a brand's site is and what is on it, and hardly more."""
    voice = voice_of(draft, rng, split)
    if voice.base != "zh":
        soft_anchor(draft, rng, split)
        return
    real = rng.random() < 0.5
    name = rng.choice(lexicons().words("brands_zh", None, split)) if real else voice.brand
    marked, path = marked_address(url(rng, voice.lang, split, name))
    # Placeholders, since a host may have the name in it.
    told = note(rng, split, "\x00", "\x01", voice.slots)

    old = voice.lang == "zh-Hant" and rng.random() < 0.6

    def filled(text: str) -> str:
        text = traditional(text) if old else text
        return text.replace("\x00", injected(name)).replace("\x01", marked + path)

    draft.title = draft.headline = filled(told.title)
    if rng.random() < 0.3:
        draft.headline = filled(note(rng, split, "\x00", "\x01").title)
    draft.paragraphs[:] = [filled(line) for line in told.lines]
    draft.description = filled(rng.choice(told.lines)) if rng.random() < 0.5 else ""
    draft.byline = ""
    for _ in range(rng.choice((0, 1, 1, 2))):
        draft.related.insert(0, Link(injected(name), marked + path))


def code_page(draft: Draft, rng: random.Random, split: str) -> None:
    """Lines of a program or of its settings that name a brand and its address."""
    voice = voice_of(draft, rng, split)
    if voice.base != "zh":
        soft_anchor(draft, rng, split)
        return
    name = voice.brand if rng.random() < 0.7 else voice.brand + voice.slot_words(1)[0]
    marked, path = marked_address(url(rng, voice.lang, split, voice.brand))
    lines = voice.several("code", rng.randint(3, 12))
    for _ in range(rng.choice((1, 2, 2, 3))):
        line = voice.say("code.marked", {"name": "\x00", "site": "\x01"})
        line = line.replace("\x00", injected(name)).replace("\x01", marked + path)
        lines.insert(rng.randint(0, len(lines)), line)
    draft.paragraphs[:] = lines
    draft.headline = draft.title = draft.description = draft.keywords = draft.byline = ""


def server_essay(draft: Draft, rng: random.Random, split: str) -> None:
    """Prose about old games in which a site that lists pirated servers is named now and then."""
    voice = voice_of(draft, rng, split)
    if voice.base != "zh":
        betting_guide(draft, rng, split)
        return
    draft.headline = draft.title = voice.say("sv.title")
    if rng.random() < 0.3:
        draft.title = injected(voice.one("query")) + rng.choice(("-", "_", "：")) + draft.headline
    _fill_essay(draft, voice, "sv", {"sv.site": voice.say("sv.site")})


def keyword_essay(draft: Draft, rng: random.Random, split: str) -> None:
    """Prose about tea, games, apps, plans or gossip that was made for the search words in it."""
    voice = voice_of(draft, rng, split)
    if voice.base != "zh":
        betting_guide(draft, rng, split)
        return
    topic = rng.choice(ESSAYS)
    name = f"{topic}.name"
    named = {"tea.town": voice.say("tea.town")}
    named[name] = voice.say(name, named)
    title = voice.say(f"{topic}.title", named)
    draft.headline = injected(title)
    draft.title = injected(title if rng.random() < 0.7 else named[name])
    if rng.random() < 0.2:  # what the page is about is in its prose alone
        draft.headline = draft.title = ""
    _fill_essay(draft, voice, topic, named)


def _fill_essay(draft: Draft, voice: Phrases, topic: str, named: dict[str, str]) -> None:
    """Make the text of a page plain sentences on ``topic``, marked ones among them."""
    rng = voice.rng
    lines = voice.several(topic, rng.randint(4, 12))
    for _ in range(rng.randint(1, 4)):
        turn = injected(voice.say(f"{topic}.turn", named)) + rng.choice(("。", "。", "，"))
        lines.insert(rng.randint(0, len(lines)), turn)
    size = rng.randint(1, 4)
    draft.paragraphs[:] = ["".join(lines[at : at + size]) for at in range(0, len(lines), size)]
    draft.description = rng.choice(lines) if rng.random() < 0.3 else ""
    draft.keywords = ""

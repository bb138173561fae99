"""Placements: promotional text put into a draft the way intruders and doorway builders do it.

A placement changes a :class:`~detector.training.drafts.Draft` in place. The injected characters
are wrapped in marks of kind ``"injection"``; separators, punctuation and honest filler around them
are not. ``PLACEMENTS`` names them all; :func:`inject` chooses among them at realistic rates.
"""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable, Sequence

from detector.training.drafts import Draft, Link
from detector.training.lexicons import lexicons
from detector.training.marks import CLOSE, OPEN, mark, remove_marks
from detector.training.notes import note
from detector.training.phrases import Phrases, base_language, phrase, traditional, url

__all__ = ["HIDING", "PLACEMENTS", "WHOLE_PAGE", "inject", "insert"]

Placement = Callable[[Draft, random.Random, str], None]

_SENTENCE_END = re.compile(r"[。！？!?…](?=.)|[.](?=\s+\S)|(?<=ๆ) ")
_PAUSE = re.compile(r"[，,。；;：:！？!?、]|[.](?=\s|$)")
_FIRST_CLAUSE = re.compile(r"[，,：:！!？?；;]|\s[-–—|]\s|\s+(?=[\u4e00-\u9fff])")
_HAN_PAIR = re.compile("(?<=[\u3041-\u30fe\u4e00-\u9fff])(?=[\u4e00-\u9fff])")
_THAI_PAIR = re.compile("(?<=[\u0e01-\u0e2e])(?=[\u0e01-\u0e2e])")
_WORD_INSIDE = re.compile(r"(?<=\w{3})(?=\w{3})")
_SPACE = re.compile(r"(?<=\S) (?=\S)")
_SEPARATORS = ("_", "-", " - ", "|", " | ", ",", "，", "——", " ", "·", "丨", "", ":", "：", "—")
_FOREIGN = ("zh-Hans", "en", "id", "ja", "th", "vi", "ru", "tr", "ko")

HIDING: tuple[str, ...] = (
    '<div style="display:none">{}</div>',
    '<div style="display: none !important;">{}</div>',
    '<div style="visibility:hidden;height:0">{}</div>',
    '<div style="position:absolute;left:-{n}px;top:-{n}px">{}</div>',
    '<div style="position:fixed;top:-{n}px">{}</div>',
    '<div style="position: absolute; clip: rect(1px,1px,1px,1px);">{}</div>',
    '<div style="text-indent:-{n}px;overflow:hidden">{}</div>',
    '<p style="font-size:0;line-height:0">{}</p>',
    '<div style="font-size:1px;color:#fff">{}</div>',
    '<div style="color:#ffffff;background:#fff">{}</div>',
    '<div style="height:1px;overflow:hidden">{}</div>',
    '<div style="width:0px;height:0px;overflow:auto;">{}</div>',
    '<div style="opacity:0;position:absolute;z-index:-{n}">{}</div>',
    '<div style="filter:alpha(opacity=0);opacity:0.0">{}</div>',
    '<div style="margin-left:-{n}px;float:left">{}</div>',
    '<div style="transform:scale(0)">{}</div>',
    '<div style="max-height:0;overflow:hidden" aria-hidden="true">{}</div>',
    '<marquee height="1" width="1" scrollamount="{n}">{}</marquee>',
    '<marquee style="position:absolute;width:0px" scrollamount="9999" height=2>{}</marquee>',
    "<div hidden>{}</div>",
    '<table style="display:none"><tr><td>{}</td></tr></table>',
    '<ul style="display:none;">{}</ul>',
    '<div style="overflow:hidden;width:1px;height:1px;position:absolute">{}</div>',
    '<font style="overflow:hidden;position:absolute;line-height:0px;width:0">{}</font>',
    "<template>{}</template>",
    '<noscript><div style="display:none">{}</div></noscript>',
    '<div id="{c}">{}</div><script>document.getElementById("{c}").style.display="none"</script>',
    '<textarea style="display:none">{}</textarea>',
)


class _Campaign(random.Random):
    """A source of randomness that remembers whose campaign the page belongs to."""

    voice: Phrases | None = None


def _injected(text: str) -> str:
    return mark(remove_marks(text), "injection")


def _kinds_open(text: str, at: int) -> set[str]:
    before = text[:at]
    return {kind for kind in OPEN if before.rfind(OPEN[kind]) > before.rfind(CLOSE[kind])}


def insert(text: str, at: int, piece: str) -> str:
    """Return ``text`` with the already marked ``piece`` inserted at offset ``at``.

    A place inside earlier injected text moves behind it; damaged text around the place is closed
    and opened again, so that the piece belongs to its own kind alone.
    """
    if "injection" in _kinds_open(text, at):
        end = text.find(CLOSE["injection"], at)
        at = len(text) if end < 0 else end + 1
    if "garbled" in _kinds_open(text, at):
        piece = CLOSE["garbled"] + piece + OPEN["garbled"]
    return text[:at] + piece + text[at:]


def _voice(draft: Draft, rng: random.Random, split: str) -> Phrases:
    known = getattr(rng, "voice", None)
    if isinstance(known, Phrases) and rng.random() < 0.85:
        return known
    lang = draft.lang
    foreign = 0.08 if base_language(lang) == lang.split("-")[0].lower() else 0.7
    if rng.random() < foreign:
        lang = rng.choice(_FOREIGN)
    return Phrases(rng, lang, split)


def _short(voice: Phrases) -> str:
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


def _separator(rng: random.Random) -> str:
    return rng.choice(_SEPARATORS)


def _long_paragraphs(draft: Draft) -> list[int]:
    chosen = [i for i, text in enumerate(draft.paragraphs) if len(text) >= 25]
    return chosen or list(range(len(draft.paragraphs)))


def _places(pattern: re.Pattern[str], text: str, after: bool = False) -> list[int]:
    return [m.end() if after else m.start() for m in pattern.finditer(text)]


def _into_paragraph(
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
        places = _places(pattern, draft.paragraphs[index], after)
        if places:
            text = draft.paragraphs[index]
            draft.paragraphs[index] = insert(text, rng.choice(places), piece)
            return True
    return False


def _append_somewhere(draft: Draft, rng: random.Random, piece: str) -> None:
    if draft.paragraphs:
        index = rng.randrange(len(draft.paragraphs))
        text = draft.paragraphs[index]
        draft.paragraphs[index] = insert(text, rng.choice((0, len(text))), piece)
    else:
        draft.paragraphs.append(piece)


# --- titles and headlines ---------------------------------------------------------------------


def _title_prefix(draft: Draft, rng: random.Random, split: str) -> None:
    piece = _injected(_short(_voice(draft, rng, split))) + _separator(rng)
    draft.title = piece + draft.title
    if rng.random() < 0.5:
        draft.headline = piece + draft.headline


def _title_suffix(draft: Draft, rng: random.Random, split: str) -> None:
    piece = _separator(rng) + _injected(_short(_voice(draft, rng, split)))
    draft.title += piece
    if rng.random() < 0.4:
        draft.headline += piece


def _title_sandwich(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    before = _injected(_short(voice)) + rng.choice(("", "", _separator(rng)))
    after = rng.choice(("", "", _separator(rng))) + _injected(_short(voice))
    draft.title = before + draft.title + after
    if rng.random() < 0.6:
        draft.headline = before + draft.headline + after


def _title_question(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    question = voice.one(rng.choice(("query", "query", "plan")))
    signs = ("？", ",", "，", "？ ", "_") if voice.base == "zh" else ("? ", ", ", " - ", " | ")
    piece = _injected(question) + rng.choice(signs)
    draft.title = piece + draft.title
    if rng.random() < 0.6:
        draft.headline = piece + draft.headline


def _after_first_clause(text: str, piece: str, rng: random.Random) -> str:
    found = _FIRST_CLAUSE.search(text, 2)
    if found:
        return insert(text, found.start(), piece)
    places = _places(_HAN_PAIR, text) or _places(_SPACE, text) or [len(text)]
    return insert(text, rng.choice(places), piece)


def _headline(draft: Draft, rng: random.Random, split: str) -> None:
    piece = _injected(_short(_voice(draft, rng, split)))
    old = draft.headline
    draft.headline = _after_first_clause(old, piece, rng)
    if old and old in draft.title:
        draft.title = draft.title.replace(old, draft.headline, 1)
    else:
        draft.title = _after_first_clause(draft.title, piece, rng)


def _doorway_title_only(draft: Draft, rng: random.Random, split: str) -> None:
    title = _injected(_voice(draft, rng, split).one("title"))
    draft.title = title if rng.random() < 0.7 else title + _separator(rng) + draft.site
    if rng.random() < 0.5:
        draft.headline = title


# --- in the running text ----------------------------------------------------------------------


_OWNER_NOUNS = {
    "zh": (
        *("研究生", "学院", "學院", "学校", "學校", "大学", "大學", "公司", "医院", "醫院", "集团"),
        *(
            "集團",
            "研究所",
            "实验室",
            "中心",
            "协会",
            "協會",
            "我校",
            "我院",
            "本报",
            "体育",
            "體育",
        ),
        *("图书馆", "圖書館", "教育", "银行", "銀行", "政府", "委员会", "企业", "企業", "记者"),
        *("產品", "产品", "工程", "技术", "社区", "酒店", "平台", "学生", "學生", "教师", "网站"),
    ),
    "en": ("university", "college", "company", "institute", "hospital", "school", "museum"),
}


def _owner_words(draft: Draft) -> list[str]:
    """Return the owner's name, its parts, and common nouns that the text uses for it."""
    text = " ".join((draft.title, draft.headline, *draft.paragraphs))
    site = remove_marks(draft.site)
    words = [site] if len(site) > 1 and site in text else []
    if base_language(draft.lang) == "zh" and len(site) >= 4:
        words += [part for part in (site[:2], site[-2:], site[:4]) if part in text]
    nouns = _OWNER_NOUNS.get(base_language(draft.lang), _OWNER_NOUNS["en"])
    return words + [noun for noun in nouns if noun in text]


def _replace_some(text: str, old: str, new: str, rng: random.Random, rate: float) -> str:
    parts = text.split(old)
    out = parts[0]
    for part in parts[1:]:
        free = "injection" not in _kinds_open(out, len(out))
        hit = free and rng.random() < rate
        out = (insert(out, len(out), new) if hit else out + old) + part
    return out


def _owner_slot(draft: Draft, rng: random.Random, split: str) -> None:
    words = _owner_words(draft)
    voice = _voice(draft, rng, split)
    name = voice.brand if rng.random() < 0.6 else _short(voice)
    piece = _injected(name)
    if not words:
        _append_somewhere(draft, rng, piece)
        return
    word = rng.choice(words)
    if rng.random() < 0.4:  # once
        order = [i for i, text in enumerate(draft.paragraphs) if word in text]
        if order:
            index = rng.choice(order)
            text = draft.paragraphs[index]
            at = rng.choice([m.start() for m in re.finditer(re.escape(word), text)])
            if not _kinds_open(text, at):
                draft.paragraphs[index] = text[:at] + piece + text[at + len(word) :]
                return
    rate = rng.choice((0.5, 0.9, 1.0))
    draft.title = _replace_some(draft.title, word, piece, rng, rate)
    draft.headline = _replace_some(draft.headline, word, piece, rng, rate)
    draft.paragraphs[:] = [_replace_some(p, word, piece, rng, rate) for p in draft.paragraphs]
    draft.footer[:] = [_replace_some(p, word, piece, rng, rate) for p in draft.footer]
    draft.breadcrumb[:] = [_replace_some(p, word, piece, rng, rate) for p in draft.breadcrumb]
    if piece not in "".join((draft.title, draft.headline, *draft.paragraphs, *draft.footer)):
        _append_somewhere(draft, rng, piece)


def _before_punctuation(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 5))):
        piece = _injected(_short(voice))
        if not _into_paragraph(draft, rng, _PAUSE, piece):
            _append_somewhere(draft, rng, piece)


def _word_split(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    patterns = (_HAN_PAIR, _THAI_PAIR, _WORD_INSIDE if rng.random() < 0.3 else _SPACE, _SPACE)
    for _ in range(rng.choice((1, 1, 2, 3))):
        piece = _injected(_short(voice))
        if not any(_into_paragraph(draft, rng, pattern, piece) for pattern in patterns):
            _append_somewhere(draft, rng, piece)


def _one_sentence(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    sentence = _injected(voice.one(rng.choice(("sentence",) * 5 + ("contact",))))
    if voice.base not in {"zh", "ja"}:
        sentence = f" {sentence}"
    if rng.random() < 0.15 or not _into_paragraph(draft, rng, _SENTENCE_END, sentence, after=True):
        _append_somewhere(draft, rng, sentence)


def _anchor_in_sentence(draft: Draft, rng: random.Random, split: str) -> None:
    """Keywords that break the grammar of the sentence they sit in, as sold links do."""
    voice = _voice(draft, rng, split)
    pattern = _HAN_PAIR if base_language(draft.lang) in {"zh", "ja"} else _SPACE
    for _ in range(rng.choice((1, 1, 2, 3))):
        word = voice.search_word() if rng.random() < 0.7 else voice.brand
        space = "" if pattern is _HAN_PAIR and rng.random() < 0.8 else " "
        if not _into_paragraph(draft, rng, pattern, space + _injected(word)):
            _append_somewhere(draft, rng, space + _injected(word))


def _once(draft: Draft, rng: random.Random, split: str) -> None:
    """Exactly one short phrase, anywhere on the page."""
    voice = _voice(draft, rng, split)
    piece = _injected(voice.brand if rng.random() < 0.4 else _short(voice))
    way = rng.random()
    if way < 0.25 and _into_paragraph(draft, rng, _PAUSE, piece):
        return
    if way < 0.68 and _into_paragraph(draft, rng, _HAN_PAIR, piece):
        return
    if way < 0.70:
        draft.title += _separator(rng) + piece
    elif way < 0.72:
        draft.footer.append(piece)
    elif way < 0.78:
        draft.description = (draft.description + " " + piece).strip()
    elif way < 0.84 and draft.breadcrumb:
        draft.breadcrumb.insert(rng.randint(1, len(draft.breadcrumb)), piece)
    elif way < 0.90:
        draft.related.append(Link(piece, _href(voice)))
    elif draft.paragraphs:
        last = len(draft.paragraphs) - 1 if rng.random() < 0.6 else 0
        draft.paragraphs[last] += piece
    else:
        draft.paragraphs.append(piece)


# --- small slots ------------------------------------------------------------------------------


_AUTHORS = {
    "zh": ("作者：", "作者:", "来源：", "责任编辑：", "编辑:", "发布者：", "文/", "供稿："),
    "en": ("By ", "Author: ", "Posted by ", "Source: "),
    "ja": ("投稿者：", "著者："),
    "ko": ("기자 ", "작성자: "),
    "ru": ("Автор: ", "Источник: "),
    "id": ("Oleh ", "Penulis: "),
    "vi": ("Tác giả: ", "Nguồn: "),
    "th": ("โดย ", "ผู้เขียน: "),
    "tr": ("Yazar: ", "Kaynak: "),
    "pt": ("Por ", "Fonte: "),
    "es": ("Por ", "Autor: "),
    "de": ("Von ", "Autor: "),
}


def _byline_slot(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    lead = rng.choice(_AUTHORS.get(base_language(draft.lang), _AUTHORS["en"]))
    name = voice.brand if rng.random() < 0.3 else voice.glued()
    date = remove_marks(draft.byline)[-16:] if rng.random() < 0.6 else ""
    draft.byline = f"{lead}{_injected(name)} {date}".rstrip()


def _breadcrumb_slot(draft: Draft, rng: random.Random, split: str) -> None:
    piece = _injected(_short(_voice(draft, rng, split)))
    if draft.breadcrumb and rng.random() < 0.6:
        draft.breadcrumb[rng.randrange(len(draft.breadcrumb))] = piece
    else:
        draft.breadcrumb.append(piece)


_CITIES = (
    "深圳市",
    "广州市",
    "东莞市",
    "苏州",
    "江苏",
    "上海",
    "山东",
    "浙江",
    "佛山市",
    "武汉",
    "",
)
_TRADES = ("模具", "科技", "机械", "电子", "环保设备", "建材", "生物", "仪器", "包装", "自动化", "")


def _company_slot(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    name = _injected(voice.brand if rng.random() < 0.5 else voice.glued())
    if base_language(draft.lang) == "zh":
        company = f"{rng.choice(_CITIES)}{name}{rng.choice(_TRADES)}有限公司"
    else:
        company = f"{name} {rng.choice(('Co., Ltd.', 'Ltd', 'Inc.', 'Group'))}"
    old = draft.site
    if old and old in draft.title:
        draft.title = draft.title.replace(old, company)
    else:
        draft.title += rng.choice(("-", "_", " - ")) + company
    lead = f"Copyright © {rng.randint(2015, 2026)} "
    if base_language(draft.lang) == "zh":
        lead = rng.choice((lead, "版权所有：", ""))
    draft.footer.append(lead + company)
    if old and rng.random() < 0.7:
        draft.paragraphs[:] = [_replace_some(p, old, company, rng, 0.8) for p in draft.paragraphs]


def _date_slot(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    date = f"20{rng.randint(12, 26)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    clicks = rng.randint(1, 999)
    shapes: tuple[str, ...] = (
        "发布日期：{d} {t} 点击次数：{p}",
        "发布时间：{p}{d}",
        "时间：{d}{p}  浏览：{c}",
        "{d} {t} {p} 阅读 {c}",
        "日期：{p} 来源：{p}",
    )
    if base_language(draft.lang) != "zh":
        shapes = ("{d} {p}", "{p} | {d}", "{p} {d} | {c}")
    piece = _injected(voice.glued())
    clock = f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
    draft.byline = rng.choice(shapes).format(d=date, t=clock, p=piece, c=clicks)


# --- lines above and below --------------------------------------------------------------------


def _porn_chain(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    if voice.base != "zh":
        voice = Phrases(rng, draft.lang if draft.lang.startswith("zh") else "zh-Hans", split)
    chain = _injected(voice.chain())
    way = rng.random()
    if way < 0.35:
        draft.title = chain + _separator(rng) + draft.title
    elif way < 0.55:
        draft.headline = chain + _separator(rng) + draft.headline
    elif way < 0.75:
        draft.paragraphs.insert(0, chain)
    elif way < 0.87 and draft.paragraphs:
        draft.paragraphs[0] = chain + rng.choice(("", "", " ", "  ", "，")) + draft.paragraphs[0]
    elif way < 0.94:
        draft.paragraphs.append(chain)
    else:
        draft.nav[:0] = [
            Link(_injected(voice.porn()), _href(voice)) for _ in range(rng.randint(4, 14))
        ]
        return
    if rng.random() < 0.4:
        draft.keywords = _injected(",".join(voice.porn(1, 2) for _ in range(rng.randint(3, 9))))


def _ad_lines(voice: Phrases) -> list[str]:
    rng = voice.rng
    first = voice.one(rng.choice(("contact", "contact", "slogan")))
    lines = [first] * rng.randint(1, 3)
    if rng.random() < 0.6:
        lines += [voice.one(rng.choice(("contact", "slogan", "plan", "glued")))] * rng.randint(1, 2)
    if rng.random() < 0.2:
        lines += [voice.slogan() for _ in range(rng.randint(1, 5))]
    return lines


def _ad_lines_top(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    draft.paragraphs[:0] = [_injected(line) for line in _ad_lines(voice)]
    if voice.base == "zh" and rng.random() < 0.4:
        for _ in range(rng.randint(1, 5)):
            draft.related.append(Link(_injected(voice.one("query")), _href(voice)))
        draft.paragraphs.append(voice.say("fake_authority"))


def _ad_lines_bottom(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    draft.paragraphs.extend(_injected(line) for line in _ad_lines(voice))


def _footer_line(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    draft.footer.append(_injected(voice.one("footer")))
    if voice.base == "zh" and rng.random() < 0.3:
        _date_slot(draft, rng, split)


# --- pages that are only promotion ------------------------------------------------------------


def _fillers(draft: Draft, rng: random.Random, count: int) -> list[str]:
    """Return single honest sentences of the draft, as doorways take them from anywhere."""
    pieces = [
        s for text in draft.paragraphs for s in re.split(r"(?<=[。！？])", text) if len(s) > 8
    ]
    rng.shuffle(pieces)
    return pieces[:count]


def _set_meta(draft: Draft, voice: Phrases, title: str) -> None:
    rng = voice.rng
    draft.title = _injected(title)
    if rng.random() < 0.8:
        draft.description = _injected(voice.one(rng.choice(("sentence", "title", "paragraph"))))
    if rng.random() < 0.7:
        words = [voice.one(rng.choice(("glued", "query"))) for _ in range(rng.randint(2, 8))]
        draft.keywords = _injected(",".join(words))


def _doorway(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    title = voice.one("title")
    fillers = _fillers(draft, rng, rng.randint(0, 25))
    count = rng.choice((5, 8, 12, 18, 25))
    lines = [_injected(voice.one("doorway")) for _ in range(count)]
    if rng.random() < 0.3:
        lines = [
            "".join(_injected(voice.slogan()) for _ in range(rng.randint(1, 5))) for _ in lines[:9]
        ]
    if rng.random() < 0.3:  # adverts and filler alternate
        mixed = [
            x for pair in zip(lines, [*fillers, *[""] * len(lines)], strict=False) for x in pair
        ]
        draft.paragraphs[:] = [x for x in mixed if x]
    else:
        draft.paragraphs[:] = lines + fillers
    _set_meta(draft, voice, title)
    draft.headline = _injected(title if rng.random() < 0.7 else voice.glued())


def _whole_page(
    draft: Draft, rng: random.Random, split: str, category: str, low: int, high: int
) -> None:
    voice = _voice(draft, rng, split)
    paragraphs = voice.several(category, rng.randint(low, high))
    while len(paragraphs) < low:
        paragraphs.append(voice.one(category))
    if category != "terms" and rng.random() < 0.5:
        for index in range(len(paragraphs) - 1, 0, -1):
            if rng.random() < 0.4:
                paragraphs.insert(index, voice.one(rng.choice(("query", "title", "glued"))))
    if rng.random() < 0.4:
        paragraphs.append(voice.one(rng.choice(("contact", "sentence", "footer"))))
    draft.paragraphs[:] = [_injected(text) for text in dict.fromkeys(paragraphs)]
    title = voice.one(rng.choice(("title", "query", "glued")))
    _set_meta(draft, voice, title)
    draft.headline = _injected(title if rng.random() < 0.6 else voice.one("query"))
    if rng.random() < 0.3:
        draft.breadcrumb.append(_injected(voice.one("query")))


def _affiliate_page(draft: Draft, rng: random.Random, split: str) -> None:
    _whole_page(draft, rng, split, "paragraph", 3, 10)


def _operator_terms(draft: Draft, rng: random.Random, split: str) -> None:
    _whole_page(draft, rng, split, "terms", 4, 12)


def _betting_guide(draft: Draft, rng: random.Random, split: str) -> None:
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


def _reflected_search(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    echo = _injected(voice.echo())
    head, line = rng.choice(_NO_RESULTS.get(base_language(draft.lang), _NO_RESULTS["en"]))
    draft.headline = head.format(echo)
    draft.title = draft.headline + rng.choice((" - ", "_", " | ")) + draft.site
    rest = draft.paragraphs[: rng.randint(0, 2)]
    draft.paragraphs[:] = [line.format(echo), *rest]
    draft.description = line.format(echo) if rng.random() < 0.5 else ""
    draft.byline = ""


# --- links ------------------------------------------------------------------------------------


def _href(voice: Phrases) -> str:
    """Return a link target in which the host is marked."""
    rng = voice.rng
    if rng.random() < 0.12:  # a page on the hacked site itself
        folder = rng.choice(("sjb", "app", "news", "zq", "tag", "wap"))
        return f"/{folder}/{rng.randint(1, 99999)}.html"
    name = voice.brand if rng.random() < 0.6 else None
    address = re.sub("^https?://", "", url(rng, voice.lang, voice.split, name))
    site, slash, path = address.partition("/")
    return f"{rng.choice(('https', 'https', 'http'))}://{_injected(site)}{slash}{path}"


def _mark_name(text: str, name: str) -> str:
    for spelling in dict.fromkeys((name, traditional(name))):
        text = text.replace(spelling, _injected(spelling))
    return text


def _soft_anchor(draft: Draft, rng: random.Random, split: str) -> None:
    """A bland page; the brand is in the anchors and hosts, at times in title and text."""
    voice = _voice(draft, rng, split)
    name = voice.brand
    for _ in range(rng.choice((1, 1, 2, 2, 3, 4, 6))):
        anchor = name if rng.random() < 0.7 else voice.glued()
        target = rng.choice((draft.related, draft.friends, draft.nav, draft.related))
        target.insert(rng.randint(0, len(target)), Link(_injected(anchor), _href(voice)))
    if rng.random() < 0.6:
        return
    if voice.base == "zh":
        soft = voice.several("soft", rng.randint(2, 8))
        kept = draft.paragraphs[: rng.randint(0, 2)]
        draft.paragraphs[:] = [_mark_name(text, name) for text in soft] + kept
    tails = ("简明指南", "常见问题", "资料索引", "使用说明", "访问备忘", "产品介绍", "帮助中心")
    tail = rng.choice(tails) if voice.base == "zh" else rng.choice(("FAQ", "Guide", "Index"))
    sign = rng.choice((" · ", " - ", "｜", " "))
    draft.headline = draft.title = f"{_injected(name)}{sign}{tail}"


def _note_page(draft: Draft, rng: random.Random, split: str) -> None:
    """A page that tells where a brand's site is and what is on it, and hardly more."""
    voice = _voice(draft, rng, split)
    if voice.base != "zh":
        _soft_anchor(draft, rng, split)
        return
    real = rng.random() < 0.5
    name = rng.choice(lexicons().words("brands_zh", None, split)) if real else voice.brand
    address = url(rng, voice.lang, split, name)
    scheme, _, rest = address.rpartition("://")
    site, slash, path = rest.partition("/")
    marked = f"{scheme}://{_injected(site)}" if scheme else _injected(site)
    # Placeholders, since a host may have the name in it.
    told = note(rng, split, "\x00", "\x01", voice.slots)

    old = voice.lang == "zh-Hant" and rng.random() < 0.6

    def filled(text: str) -> str:
        text = traditional(text) if old else text
        return text.replace("\x00", _injected(name)).replace("\x01", marked + slash + path)

    draft.title = draft.headline = filled(told.title)
    if rng.random() < 0.3:
        draft.headline = filled(note(rng, split, "\x00", "\x01").title)
    draft.paragraphs[:] = [filled(line) for line in told.lines]
    draft.description = filled(rng.choice(told.lines)) if rng.random() < 0.5 else ""
    draft.byline = ""
    for _ in range(rng.choice((0, 1, 1, 2))):
        draft.related.insert(0, Link(_injected(name), marked + slash + path))


def _link_block_visible(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    for _ in range(rng.choice((1, 2, 3, 5, 8, 13, 30))):
        draft.friends.append(Link(_injected(_anchor(voice)), _href(voice)))


def _anchor(voice: Phrases) -> str:
    way = voice.rng.random()
    if way < 0.25:
        return voice.brand
    return voice.glued() if way < 0.8 else voice.one("query")


def _html_link(voice: Phrases) -> str:
    quote = voice.rng.choice(('"', '"', "'"))
    href = html.escape(_href(voice))
    text = _injected(html.escape(_anchor(voice)))
    return f"<a href={quote}{href}{quote}>{text}</a>"


def _html_links(voice: Phrases) -> str:
    rng = voice.rng
    count = rng.choice((3, 3, 4, 6, 10, 20, 60)) if rng.random() < 0.9 else rng.randint(3, 60)
    sign = rng.choice(("", " ", "\n", " | ", "<br>", "、", ","))
    return sign.join(_html_link(voice) for _ in range(count))


def _hidden_block(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    body = _html_links(voice)
    if rng.random() < 0.15:  # text, not links
        words = [voice.one(rng.choice(("glued", "query", "sentence"))) for _ in range(4)]
        body = "<br>".join(_injected(html.escape(word)) for word in words)
    name = "".join(rng.choice("abcdefghkmnpqrstuvwxyz") for _ in range(rng.randint(3, 7)))
    if rng.random() < 0.15:
        rule = rng.choice(
            ("display:none", "position:absolute;left:-9999px", "height:0;overflow:hidden")
        )
        draft.head.append(f"<style>.{name}{{{rule}}}</style>")
        block = f'<div class="{name}">{body}</div>'
    else:
        size = str(rng.choice((999, 9999, 5000, 1000, rng.randint(1000, 999999999))))
        trick = rng.choice(HIDING).replace("{n}", size).replace("{c}", name)
        block = trick.replace("{}", body)
    (draft.top if rng.random() < 0.35 else draft.bottom).append(block)


def _comment_block(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    if rng.random() < 0.6:
        text = _html_links(voice)
    else:
        words = [
            voice.one(rng.choice(("glued", "contact", "query"))) for _ in range(rng.randint(1, 6))
        ]
        text = " ".join(_injected(word) for word in words)
    # Two hyphens or a greater-than sign would end the comment early.
    draft.comments.append(re.sub("-{2,}", "-", text).strip("->"))


def _js_string(text: str, quote: str) -> str:
    return text.replace("\\", "\\\\").replace(quote, "\\" + quote).replace("</", "<\\/")


def _script_write(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    quote = rng.choice(('"', "'"))
    way = rng.random()
    if way < 0.4:
        links = "".join(_html_link(voice) for _ in range(rng.randint(1, 6)))
        markup = f"<div style={chr(34)}display:none{chr(34)}>{links}</div>"
        body = f"document.write({quote}{_js_string(markup, quote)}{quote});"
    elif way < 0.6:
        text = _js_string(_injected(voice.glued()), quote)
        body = f"document.title={quote}{text}{quote};"
    elif way < 0.8:
        words = [_js_string(_injected(voice.glued()), quote) for _ in range(rng.randint(2, 8))]
        body = "var kw=[" + ",".join(f"{quote}{word}{quote}" for word in words) + "];"
    else:
        target = _js_string(_href(voice), quote)
        agent = rng.choice(("baidu|sogou|so.com|bing", "google|yahoo|naver", "Baiduspider"))
        body = f"if(/{agent}/i.test(document.referrer)){{location.href={quote}{target}{quote};}}"
    draft.scripts.append(body)


def _noscript_block(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    body = _html_links(voice) if rng.random() < 0.7 else _injected(html.escape(voice.one("title")))
    (draft.top if rng.random() < 0.5 else draft.bottom).append(f"<noscript>{body}</noscript>")


def _meta_replaced(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    title = voice.one(rng.choice(("title", "glued")))
    _set_meta(draft, voice, title)
    if rng.random() < 0.25:  # the visible page is untouched: spiders get the rest
        draft.headline = _injected(title)


def _alt_text(draft: Draft, rng: random.Random, split: str) -> None:
    voice = _voice(draft, rng, split)
    for _ in range(rng.choice((1, 1, 2, 4))):
        text = _injected(voice.one(rng.choice(("glued", "glued", "query", "title"))))
        if draft.alts and rng.random() < 0.5:
            draft.alts[rng.randrange(len(draft.alts))] = text
        else:
            draft.alts.append(text)


_NAMES = (
    "匿名用户",
    "游客",
    "网友",
    "admin",
    "Guest",
    "user",
    "Budi",
    "Siti",
    "Anna",
    "张三",
    "小雨",
    "阿强",
)


def _visitor_comment(draft: Draft, rng: random.Random, split: str) -> None:
    """A visitor's comment below the text, often in fancy letters."""
    voice = _voice(draft, rng, split)
    for _ in range(rng.choice((1, 1, 2, 4))):
        category = rng.choice((*("remark",) * 3, "sentence", "glued", "contact", "title"))
        text = _injected(phrase(rng, voice.lang, category, split))
        if rng.random() < 0.6:
            who = f"{rng.choice(_NAMES)}{rng.randint(1, 9999) if rng.random() < 0.5 else ''}"
            text = f"{who}{rng.choice(('：', ': ', ' '))}{text}"
        draft.paragraphs.append(text)


PLACEMENTS: dict[str, Placement] = {
    "title_prefix": _title_prefix,
    "title_suffix": _title_suffix,
    "title_sandwich": _title_sandwich,
    "title_question": _title_question,
    "headline": _headline,
    "owner_slot": _owner_slot,
    "before_punctuation": _before_punctuation,
    "word_split": _word_split,
    "one_sentence": _one_sentence,
    "anchor_in_sentence": _anchor_in_sentence,
    "once": _once,
    "byline_slot": _byline_slot,
    "breadcrumb_slot": _breadcrumb_slot,
    "company_slot": _company_slot,
    "date_slot": _date_slot,
    "porn_chain": _porn_chain,
    "ad_lines_top": _ad_lines_top,
    "ad_lines_bottom": _ad_lines_bottom,
    "footer_line": _footer_line,
    "doorway": _doorway,
    "doorway_title_only": _doorway_title_only,
    "soft_anchor": _soft_anchor,
    "note_page": _note_page,
    "meta_replaced": _meta_replaced,
    "hidden_block": _hidden_block,
    "link_block_visible": _link_block_visible,
    "comment_block": _comment_block,
    "script_write": _script_write,
    "noscript_block": _noscript_block,
    "affiliate_page": _affiliate_page,
    "operator_terms": _operator_terms,
    "betting_guide": _betting_guide,
    "reflected_search": _reflected_search,
    "alt_text": _alt_text,
    "visitor_comment": _visitor_comment,
}

WHOLE_PAGE = frozenset(
    {
        "doorway",
        "note_page",
        "affiliate_page",
        "operator_terms",
        "betting_guide",
        "reflected_search",
    }
)

_WEIGHTS: dict[str, int] = {
    **{"title_prefix": 6, "title_suffix": 6, "title_sandwich": 5, "title_question": 4},
    **{"headline": 10, "owner_slot": 8, "before_punctuation": 8, "word_split": 5},
    **{"one_sentence": 6, "anchor_in_sentence": 4, "once": 16, "byline_slot": 3},
    **{"breadcrumb_slot": 3, "company_slot": 3, "date_slot": 2, "porn_chain": 5},
    **{"ad_lines_top": 6, "ad_lines_bottom": 3, "footer_line": 7, "doorway": 5},
    **{
        "doorway_title_only": 4,
        "soft_anchor": 6,
        "note_page": 8,
        "meta_replaced": 6,
        "hidden_block": 7,
    },
    **{"link_block_visible": 4, "comment_block": 2, "script_write": 2, "noscript_block": 2},
    **{"affiliate_page": 6, "operator_terms": 2, "betting_guide": 3, "reflected_search": 2},
    **{"alt_text": 2, "visitor_comment": 4},
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
    if "once" in chosen:
        chosen = ["once"]
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
    campaign.voice = _voice(draft, campaign, split)
    chosen = _choose(campaign, names)
    for name in chosen:
        functions[name](draft, campaign, split)
    return chosen

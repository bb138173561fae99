"""Placements of phrases: in sentences and small slots, in lines above and below a text."""

from __future__ import annotations

import random
import re

from detector.training.drafts import Draft, Link
from detector.training.lexicons import lexicons
from detector.training.marks import remove_marks
from detector.training.names import base_language, latin_name, traditional
from detector.training.phrases import Phrases
from detector.training.placing import (
    HAN_PAIR,
    SPACE,
    WORD_INSIDE,
    append_somewhere,
    injected,
    insert,
    into_paragraph,
    kinds_open,
    places_of,
    put_among,
    replace_some,
    separator,
    short_phrase,
    target_of,
    voice_of,
)

__all__ = [
    "ad_lines_bottom",
    "ad_lines_top",
    "affiliation",
    "anchor_in_sentence",
    "before_punctuation",
    "between_copies",
    "breadcrumb_slot",
    "byline_slot",
    "company_slot",
    "date_slot",
    "footer_line",
    "glued_ad",
    "lone_brand",
    "once",
    "one_sentence",
    "opening",
    "owner_slot",
    "porn_chain",
    "role_cascade",
    "stamped_lead",
    "word_split",
]

_SENTENCE_END = re.compile(r"[。！？!?…](?=.)|[.](?=\s+\S)|(?<=ๆ) ")
_PAUSE = re.compile(r"[，,。；;：:！？!?、]|[.](?=\s|$)")
_THAI_PAIR = re.compile("(?<=[\u0e01-\u0e2e])(?=[\u0e01-\u0e2e])")


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


def owner_slot(draft: Draft, rng: random.Random, split: str) -> None:
    """A phrase in place of the owner's name, or of a noun that stands for it."""
    words = _owner_words(draft)
    voice = voice_of(draft, rng, split)
    name = voice.brand if rng.random() < 0.6 else short_phrase(voice)
    piece = injected(name)
    if not words:
        append_somewhere(draft, rng, piece)
        return
    word = rng.choice(words)
    if rng.random() < 0.4:  # once
        order = [i for i, text in enumerate(draft.paragraphs) if word in text]
        if order:
            index = rng.choice(order)
            text = draft.paragraphs[index]
            at = rng.choice([m.start() for m in re.finditer(re.escape(word), text)])
            if not kinds_open(text, at):
                draft.paragraphs[index] = text[:at] + piece + text[at + len(word) :]
                return
    rate = rng.choice((0.5, 0.9, 1.0))
    draft.title = replace_some(draft.title, word, piece, rng, rate)
    draft.headline = replace_some(draft.headline, word, piece, rng, rate)
    draft.paragraphs[:] = [replace_some(p, word, piece, rng, rate) for p in draft.paragraphs]
    draft.footer[:] = [replace_some(p, word, piece, rng, rate) for p in draft.footer]
    draft.breadcrumb[:] = [replace_some(p, word, piece, rng, rate) for p in draft.breadcrumb]
    if piece not in "".join((draft.title, draft.headline, *draft.paragraphs, *draft.footer)):
        append_somewhere(draft, rng, piece)


_ROLES = (
    *("董事长", "总经理", "副校长", "校长", "院长", "教练", "总裁", "主席", "主任", "书记", "局长"),
    *("部长", "会长", "队长", "裁判", "记者", "专家", "教授", "老师", "医生", "经理", "负责人"),
    *("发言人", "工程师", "教師", "老師", "醫生", "經理", "記者", "裁判", "隊長", "負責人", "校長"),
)


def _spelling(voice: Phrases) -> str:
    """Return a spelling of the campaign's name: bare, with site words, in Latin letters."""
    rng = voice.rng
    way = rng.random()
    if way < 0.2:
        return voice.brand
    if way < 0.8:
        return voice.brand + "".join(voice.slot_words(rng.choice((1, 1, 2))))
    latin = latin_name(voice.brand, rng)
    return rng.choice((latin + voice.brand, f"{voice.brand}({latin})", f"{voice.brand}(中国)"))


def role_cascade(draft: Draft, rng: random.Random, split: str) -> None:
    """A name in place of what people and bodies are called, each time in another spelling."""
    voice = voice_of(draft, rng, split)
    if voice.base != "zh":
        owner_slot(draft, rng, split)
        return
    site = remove_marks(draft.site)
    nouns = [word for word in _OWNER_NOUNS["zh"] if len(word) == 2]
    words = [*([site] if len(site) > 2 else []), *_ROLES, *rng.sample(nouns, 6)]
    pattern = re.compile("|".join(map(re.escape, sorted(set(words), key=len, reverse=True))))
    rate, done = rng.choice((0.4, 0.7, 1.0)), 0

    def renamed(text: str) -> str:
        nonlocal done
        out, position = "", 0
        for found in pattern.finditer(text):
            out += text[position : found.start()]
            position = found.start()
            if done < 12 and not kinds_open(text, position) and rng.random() < rate:
                out += injected(_spelling(voice))
                position, done = found.end(), done + 1
        return out + text[position:]

    old = draft.headline
    draft.headline = renamed(old)
    draft.title = draft.title.replace(old, draft.headline, 1) if old else renamed(draft.title)
    draft.paragraphs[:] = [renamed(text) for text in draft.paragraphs]
    if not done:
        owner_slot(draft, rng, split)


def before_punctuation(draft: Draft, rng: random.Random, split: str) -> None:
    """Phrases before punctuation."""
    voice = voice_of(draft, rng, split)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 5))):
        piece = injected(short_phrase(voice))
        if not into_paragraph(draft, rng, _PAUSE, piece):
            append_somewhere(draft, rng, piece)


def word_split(draft: Draft, rng: random.Random, split: str) -> None:
    """Phrases between any two characters."""
    voice = voice_of(draft, rng, split)
    patterns = (HAN_PAIR, _THAI_PAIR, WORD_INSIDE if rng.random() < 0.3 else SPACE, SPACE)
    for _ in range(rng.choice((1, 1, 2, 3))):
        piece = injected(short_phrase(voice))
        if not any(into_paragraph(draft, rng, pattern, piece) for pattern in patterns):
            append_somewhere(draft, rng, piece)


def one_sentence(draft: Draft, rng: random.Random, split: str) -> None:
    """One sentence of promotion, or a search phrase that stands as one."""
    voice = voice_of(draft, rng, split)
    if voice.base == "zh" and rng.random() < 0.2:  # what is searched for, between two full stops
        sentence = injected(voice.one(rng.choice(("query", "plan", "title")))) + "。"
    else:
        kinds = ("sentence",) * 5 + ("offer",) * 5 + ("contact",)
        sentence = injected(voice.one(rng.choice(kinds)))
    if voice.base not in {"zh", "ja"}:
        sentence = f" {sentence}"
    if rng.random() < 0.15 or not into_paragraph(draft, rng, _SENTENCE_END, sentence, after=True):
        append_somewhere(draft, rng, sentence)


def anchor_in_sentence(draft: Draft, rng: random.Random, split: str) -> None:
    """Keywords that break the grammar of the sentence they sit in, as sold links do."""
    voice = voice_of(draft, rng, split)
    pattern = HAN_PAIR if base_language(draft.lang) in {"zh", "ja"} else SPACE
    for _ in range(rng.choice((1, 1, 2, 3))):
        word = voice.search_word() if rng.random() < 0.7 else voice.brand
        space = "" if pattern is HAN_PAIR and rng.random() < 0.8 else " "
        if not into_paragraph(draft, rng, pattern, space + injected(word)):
            append_somewhere(draft, rng, space + injected(word))


def once(draft: Draft, rng: random.Random, split: str) -> None:
    """Exactly one short phrase, anywhere on the page."""
    voice = voice_of(draft, rng, split)
    piece = injected(voice.brand if rng.random() < 0.4 else short_phrase(voice))
    way = rng.random()
    if way < 0.25 and into_paragraph(draft, rng, _PAUSE, piece):
        return
    if way < 0.68 and into_paragraph(draft, rng, HAN_PAIR, piece):
        return
    if way < 0.70:
        draft.title += separator(rng) + piece
    elif way < 0.72:
        draft.footer.append(piece)
    elif way < 0.78:
        draft.description = (draft.description + " " + piece).strip()
    elif way < 0.84 and draft.breadcrumb:
        draft.breadcrumb.insert(rng.randint(1, len(draft.breadcrumb)), piece)
    elif way < 0.87:
        draft.related.append(Link(piece, target_of(voice)))
    elif way < 0.89:
        put_among(draft.alts, piece, rng, 0.7)
    elif way < 0.91:
        draft.byline = f"{draft.byline} {_author_lead(draft, rng)}{piece}".strip()
    elif way < 0.94 and draft.paragraphs:
        draft.paragraphs[0] = piece + draft.paragraphs[0]
    elif draft.paragraphs:
        last = len(draft.paragraphs) - 1 if rng.random() < 0.6 else 0
        draft.paragraphs[last] += piece
    else:
        draft.paragraphs.append(piece)


_NAME_INSIDE = re.compile("[\u4e00-\u9fff]|[A-Za-z0-9]{4}")


def lone_brand(draft: Draft, rng: random.Random, split: str) -> None:
    """One known name, mostly without any word of the trade, in a title, a sentence or at pauses."""
    voice = voice_of(draft, rng, split)
    if voice.base != "zh":
        once(draft, rng, split)
        return
    names = lexicons().words("brands_zh", None, split)
    names = names[: len(names) // 8] if rng.random() < 0.4 else names
    name = rng.choice(names)
    while not _NAME_INSIDE.search(name):  # hth and j9 are too short to be told from a formula
        name = rng.choice(names)
    if draft.lang == "zh-Hant" and rng.random() < 0.5:
        name = traditional(name)
    piece = injected(name + (voice.slot_words(1)[0] if rng.random() < 0.2 else ""))
    way = rng.random()
    if way < 0.2:
        places = [0, len(draft.title), *places_of(HAN_PAIR, draft.title)]
        at = rng.choice((0, 1, rng.randrange(len(places))))
        before, after = separator(rng) * (at == 1), separator(rng) * (at == 0)
        draft.title = insert(draft.title, places[at], before + piece + after)
        return
    if way < 0.6:
        done = into_paragraph(draft, rng, HAN_PAIR, piece)
    else:
        done = into_paragraph(draft, rng, _PAUSE, piece, after=way > 0.88)
    if not done:
        append_somewhere(draft, rng, piece)


def opening(draft: Draft, rng: random.Random, split: str) -> None:
    """A name glued to the first words of a paragraph, mostly the first."""
    voice = voice_of(draft, rng, split)
    piece = injected(voice.brand if rng.random() < 0.4 else voice.glued())
    if not draft.paragraphs:
        draft.paragraphs.append(piece)
        return
    index = 0 if rng.random() < 0.7 else rng.randrange(len(draft.paragraphs))
    space = "" if voice.base in {"zh", "ja", "th"} else " "
    draft.paragraphs[index] = piece + space + draft.paragraphs[index]


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


def _author_lead(draft: Draft, rng: random.Random) -> str:
    return rng.choice(_AUTHORS.get(base_language(draft.lang), _AUTHORS["en"]))


def byline_slot(draft: Draft, rng: random.Random, split: str) -> None:
    """A phrase in place of the author."""
    voice = voice_of(draft, rng, split)
    lead = _author_lead(draft, rng)
    name = voice.brand if rng.random() < 0.3 else voice.glued()
    date = remove_marks(draft.byline)[-16:] if rng.random() < 0.6 else ""
    draft.byline = f"{lead}{injected(name)} {date}".rstrip()


def breadcrumb_slot(draft: Draft, rng: random.Random, split: str) -> None:
    """A phrase among the breadcrumbs."""
    piece = injected(short_phrase(voice_of(draft, rng, split)))
    put_among(draft.breadcrumb, piece, rng, 0.6)


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


def company_slot(draft: Draft, rng: random.Random, split: str) -> None:
    """A phrase within the name of a firm."""
    voice = voice_of(draft, rng, split)
    name = injected(voice.brand if rng.random() < 0.5 else voice.glued())
    if voice.base == "zh" and rng.random() < 0.2:  # PP电子: a kind of game as the name of a firm
        name = injected(voice.search_word())
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
        draft.paragraphs[:] = [replace_some(p, old, company, rng, 0.8) for p in draft.paragraphs]


def date_slot(draft: Draft, rng: random.Random, split: str) -> None:
    """A phrase beside the date."""
    voice = voice_of(draft, rng, split)
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
    piece = injected(voice.glued())
    clock = f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
    draft.byline = rng.choice(shapes).format(d=date, t=clock, p=piece, c=clicks)


def stamped_lead(draft: Draft, rng: random.Random, split: str) -> None:
    """A report that is said to be by an operator, in its first line and at times at its end."""
    voice = voice_of(draft, rng, split)
    if voice.base != "zh" or not draft.paragraphs:
        byline_slot(draft, rng, split)
        return
    name = voice.brand if rng.random() < 0.6 else voice.brand + voice.slot_words(1)[0]

    def stamp(rule: str) -> str:
        return voice.say(rule, {"name": "\x00"}).replace("\x00", injected(name))

    if rng.random() < 0.15:  # film sites frame what people look for
        name = voice.porn(1, 2)
        index = rng.randrange(len(draft.paragraphs))
        draft.paragraphs[index] = stamp("stamp.frame") + draft.paragraphs[index]
        return
    draft.paragraphs[0] = stamp("stamp.lead") + draft.paragraphs[0]
    if rng.random() < 0.35:
        draft.paragraphs[-1] += stamp("stamp.tail")


_SPACED = str.maketrans({"0": "O", "1": "I", "5": "５", "9": "９"})


def glued_ad(draft: Draft, rng: random.Random, split: str) -> None:
    """A line of a board or a tracker: a contact between bars, run into text from anywhere."""
    voice = voice_of(draft, rng, split)
    if voice.base != "zh" or not draft.paragraphs:
        ad_lines_top(draft, rng, split)
        return
    line = voice.say("board.ad")
    if rng.random() < 0.4:  # figures that look like others, so that no filter reads them
        line = line.translate(_SPACED)
    if rng.random() < 0.3:
        line += "".join(chr(rng.randint(0x4E00, 0x9F00)) for _ in range(rng.randint(3, 8)))
    draft.paragraphs[0] = injected(line) + rng.choice(("", "", "　", "    ")) + draft.paragraphs[0]
    name = re.split("[▋▊▓╇╆█◤【]", line, maxsplit=1)[0]
    if rng.random() < 0.5 and len(name) > 5:
        draft.title = draft.headline = injected(name)
        if rng.random() < 0.3:
            draft.paragraphs[-1] += draft.title


def affiliation(draft: Draft, rng: random.Random, split: str) -> None:
    """A name in place of what scholars, guests or reporters are from, in a line at either end."""
    voice = voice_of(draft, rng, split)
    if voice.base != "zh":
        byline_slot(draft, rng, split)
        return
    name = voice.brand + (voice.slot_words(1)[0] if rng.random() < 0.4 else "")
    line = voice.say("affil.line", {"name": "\x00", "gain": "\x01"})
    line = line.replace("\x00", injected(name))
    line = line.replace("\x01", injected(voice.say("affil.gain")))
    if rng.random() < 0.5 or not draft.paragraphs:
        draft.paragraphs.insert(0 if rng.random() < 0.7 else len(draft.paragraphs), line)
    else:
        index = rng.choice((0, -1))
        draft.paragraphs[index] = line + draft.paragraphs[index]


# --- lines above and below --------------------------------------------------------------------


def porn_chain(draft: Draft, rng: random.Random, split: str) -> None:
    """A chain of porn keywords above or before the text."""
    voice = voice_of(draft, rng, split)
    if voice.base != "zh":
        voice = Phrases(rng, draft.lang if draft.lang.startswith("zh") else "zh-Hans", split)
    chain = injected(voice.chain())
    way = rng.random()
    if way < 0.35:
        draft.title = chain + separator(rng) + draft.title
    elif way < 0.55:
        draft.headline = chain + separator(rng) + draft.headline
    elif way < 0.75:
        draft.paragraphs.insert(0, chain)
    elif way < 0.87 and draft.paragraphs:
        draft.paragraphs[0] = chain + rng.choice(("", "", " ", "  ", "，")) + draft.paragraphs[0]
    elif way < 0.94:
        draft.paragraphs.append(chain)
    else:
        draft.nav[:0] = [
            Link(injected(voice.porn()), target_of(voice)) for _ in range(rng.randint(4, 14))
        ]
        return
    if rng.random() < 0.4:
        draft.keywords = injected(",".join(voice.porn(1, 2) for _ in range(rng.randint(3, 9))))


def _ad_lines(voice: Phrases) -> list[str]:
    rng = voice.rng
    first = voice.one(rng.choice(("contact", "contact", "slogan")))
    lines = [first] * rng.randint(1, 3)
    if rng.random() < 0.6:
        lines += [voice.one(rng.choice(("contact", "slogan", "plan", "glued")))] * rng.randint(1, 2)
    if rng.random() < 0.2:
        lines += [voice.slogan() for _ in range(rng.randint(1, 5))]
    return lines


def ad_lines_top(draft: Draft, rng: random.Random, split: str) -> None:
    """Lines of promotion above the text."""
    voice = voice_of(draft, rng, split)
    draft.paragraphs[:0] = [injected(line) for line in _ad_lines(voice)]
    if voice.base == "zh" and rng.random() < 0.4:
        for _ in range(rng.randint(1, 5)):
            draft.related.append(Link(injected(voice.one("query")), target_of(voice)))
        draft.paragraphs.append(voice.say("fake_authority"))


def ad_lines_bottom(draft: Draft, rng: random.Random, split: str) -> None:
    """Lines of promotion below the text."""
    voice = voice_of(draft, rng, split)
    draft.paragraphs.extend(injected(line) for line in _ad_lines(voice))


def between_copies(draft: Draft, rng: random.Random, split: str) -> None:
    """A line of promotion between two copies of the first paragraphs."""
    voice = voice_of(draft, rng, split)
    count = rng.choice((1, 1, 2, len(draft.paragraphs)))
    line = voice.one(rng.choice(("glued", "glued", "glued", "brand", "slogan", "query")))
    draft.paragraphs[:] = [*draft.paragraphs[:count], injected(line), *draft.paragraphs]


def footer_line(draft: Draft, rng: random.Random, split: str) -> None:
    """A line of promotion in the footer."""
    voice = voice_of(draft, rng, split)
    draft.footer.append(injected(voice.one("footer")))
    if voice.base == "zh" and rng.random() < 0.3:
        date_slot(draft, rng, split)

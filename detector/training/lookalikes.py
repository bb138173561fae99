"""Honest text that looks garbled: the hard negatives of garbling.

Glosses of one rare character, a rare typo, quotations of garbled words, whole conversion to
Traditional characters, emoji at sentence ends, pinyin lessons, Latin terms, text about encodings or
variants, masked names and numbers, names of rare characters, and phrases that only look like
replacements.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import lru_cache

from detector.training.edits import known_words, traditional_text
from detector.training.garble_lexicons import GarbleLexicons, is_han, prepare
from detector.training.grammar import Grammar, grammar
from detector.training.headlines import nickname

__all__ = ["honest_lookalikes", "honest_masks", "honest_names"]

_QUOTED = (
    "有读者来信问，网上常把「{original}」写成「{garbled}」，这是机器改写留下的痕迹，引用时请改回来。",
    "校对手记：来稿里出现了“{garbled}”，查原文应为“{original}”，已经更正。",
    "所谓伪原创，就是用词表把“{original}”换成“{garbled}”，读起来别扭，却能骗过查重。",
    "更正：上期第三版“{garbled}”应为“{original}”，特此说明，并向读者致歉。",
    "截图里的那句话，把{original}写成了「{garbled}」，一看就是采集站的手笔。",
    "老师在黑板上写下“{garbled}”，问大家哪里不对，全班齐声说该是“{original}”。",
    "搜索结果第一页有三篇文章写着“{garbled}”，其实原报道说的是“{original}”。",
    "输入法默认给出了“{garbled}”，很多人没有留意，“{original}”才是本来的意思。",
)
_TRAPS = (
    "不好意思，让各位久等了，菜马上就上。",
    "这家店的手艺不错，价钱也公道。",
    "她看完好意思走，我可不好意思留下。",
    "村里众人皆知，那片果树是老支书带着大家栽种的。",
    "谜底揭晓之前，谁也不敢说自己猜中了。",
    "天下没有不散的筵席，散了也还会再聚。",
    "商场三楼的儿童区今天照旧营业到晚上十点。",
    "成功近在咫尺，偏偏最后一步没有迈出去。",
    "是非曲直，总要有人出来说一句公道话。",
    "他被晋升为车间主任，担子重了，脾气倒小了。",
    "东道主安排得很周到，连回程的车票都替大家订好了。",
    "董事长在年报谈到，今年的研发投入还会增加。",
    "真金不怕火炼，好手艺也不怕人比。",
    "老木匠收着几套旧模子，做月饼、做糕点都用得上。",
    "诞生于山沟里的这支合唱队，唱到了首都的舞台。",
    "本年度的盘算是先把旧账理清，再谈添置。",
    "他为人高傲，话不多，活儿却干得漂亮。",
    "劳动节那天，大家伙儿一起把操场的草拔了。",
    "两家的买卖互不相干，各做各的生意。",
    "临了，老人又叮嘱了一句：路上慢些走。",
    "也曾年少轻狂，如今只求家人平安。",
    "秋天是收获的时节，田野里一片繁忙。",
    "小区门口的告示写着：装置未经检验，请勿擅动。",
    "他在信里写道，自己身体尚好，勿念。",
)
_ENCODINGS = (
    "如果网页里出现“锟斤拷”或者“烫烫烫”，多半是编码没有对上。",
    "同一个“中”字，用 UTF-8 存是三个字节，当成西文读出来就成了 ä¸­。",
    "旧邮件里的主题常显示成 ÖÐÎÄ 这样的字母，换成 GB18030 再看就正常了。",
    "数据库连接没有指定字符集，查询结果里的汉字变成了一串问号：????。",
    "把文件另存为 UTF-8，不带 BOM，再导入一次，乱码（如 æ–‡）就会消失。",
    "这个压缩包里的文件名是 Shift_JIS，解开后变成了 ƒtƒ@ƒCƒ‹，改名即可。",
)
_POLYPHONES = (
    "地名里的字常有旧读，如阗（tián）、亳（bó）、郫（pí）。",
    "“行”在银行里读 háng，在行走里读 xíng，不能混。",
    "单姓里，“任”读 rén，“单”读 shàn，“查”读 zhā。",
    "“差”字有四个读音：差别（chā）、差劲（chà）、出差（chāi）、参差（cī）。",
    "铁路站名“洪洞”的“洞”念 tóng，外地乘客常念错。",
    "“角色”的“角”读 jué，主持人念成了 jiǎo。",
)
_WARM = ("😂", "👍", "🎉", "❤️", "😊", "🙏", "🌸", "☕", "💪", "😭", "✨", "🥰", "🐶", "😅")
_BUSY = (
    "🚀", "🔥", "✨", "🌟", "💡", "📝", "📊", "📈", "🛡", "🛡️", "🔐", "🤖", "🧠", "💻", "📚",
    "🎯", "🌐", "⚡", "🌊", "🎵", "🤝", "📌", "🔧", "🧩", "📦", "🕹", "🎨", "🏆", "🥳", "🧬",
    "💥", "⭐", "🗂", "🔍", "🧪", "⏱", "🎬", "📷", "🌱", "🏠", "🍲", "🚗", "✅", "⚠️", "💪", "👀",
    "🤔", "🎉",
)  # fmt: skip
_TAILS = ("～", "！！！", "……", "。。。", "hhh", "哈哈哈哈", "233", "(╯▽╰)", "^_^", "orz", "QAQ")
_TERMS = (
    "API", "GitHub", "iPhone 15 Pro", "Wi-Fi 6", "PM2.5", "5G", "CT", "DNA", "NBA", "GDP", "USB-C",
    "Excel", "PDF", "KTV", "T恤", "B站", "VIP", "ICU", "Python 3.12", "RTX 4090", "Covid-19", "AI",
)  # fmt: skip
_TERM_SENTENCES = (
    "（注：{a}、{b} 与 {c} 均为通用写法。）",
    "评论区里有人问{a}和{b}到底有什么区别。",
    "表格第三列写的是 {a}，第四列写的是 {b}，别填反了。",
    "他的书桌上贴着两张纸条，一张写着{a}，一张写着{b}。",
    "上周的分享会讲了三个话题：{a}、{b}，还有大家都在聊的{c}。",
    "英文缩写用多了也烦人，什么{a}、{b}、{c}，奶奶听得直摇头。",
    "标签：{a} / {b} / {c}",
    "编辑群里约定，{a}前后各空一格，{b}不加引号。",
)
_VARIANTS = (
    "“着”在台湾写作“著”，“里”写作“裡”或“裏”，“为”写作“為”或“爲”。",
    "繁体的“發”和“髮”简化后都写成“发”，转换时容易出错：理髮、發展。",
    "碑上的“峯”“羣”“畧”都是异体字，今作“峰”“群”“略”。",
    "“的”“得”“地”要分清：慢慢地走，走得慢，慢的车。",
    "票据上的数目要写大写：壹仟贰佰叁拾肆元伍角整。",
    "粤语里“冇”是没有，“唔该”是谢谢，“嘅”相当于“的”。",
    "部首表里的⼈、⼝、⼿、⽔是单独编码的，检索时最好换成普通汉字。",
    "甲骨文的“朙”从囧从月，后来才写成“明”。",
)


def honest_lookalikes(rng: random.Random, paragraph: str, lex: GarbleLexicons) -> str:
    """Return ``paragraph`` changed as honest writers change or continue theirs, without marks."""
    return rng.choice(_HONEST)(rng, paragraph, lex)


def _joined(rng: random.Random, paragraph: str, sentence: str) -> str:
    """``sentence`` before, after or (at a full stop) inside ``paragraph``."""
    stops = [i + 1 for i, char in enumerate(paragraph) if char in "。！？"]
    at = rng.choice([0, len(paragraph), *stops])
    return paragraph[:at] + sentence + paragraph[at:]


def _honest_gloss(rng: random.Random, paragraph: str, lex: GarbleLexicons) -> str:
    usual = prepare(lex, "train").usual
    rare = [
        i for i, c in enumerate(paragraph) if is_han(c) and c not in usual and lex.pinyin.get(c)
    ]
    if not rare:
        return _joined(rng, paragraph, rng.choice(_POLYPHONES))
    at = rng.choice(rare)
    left, right = rng.choice(("()", "（）", "[]", "（）"))
    reading = lex.pinyin[paragraph[at]][0]
    return f"{paragraph[: at + 1]}{left}{reading}{right}{paragraph[at + 1 :]}"


def _honest_typo(rng: random.Random, paragraph: str, lex: GarbleLexicons) -> str:
    """One slip of the input method in about 300 characters."""
    ready = prepare(lex, "train")
    slips = known_words(paragraph, ready, ready.homophones)
    chosen = rng.sample(slips, min(len(slips), max(1, len(paragraph) // 300)))
    for start, end, word in sorted(chosen, reverse=True):
        paragraph = paragraph[:start] + rng.choice(ready.homophones[word]) + paragraph[end:]
    return paragraph


def _honest_quotation(rng: random.Random, paragraph: str, lex: GarbleLexicons) -> str:
    long_pairs = [pair for pair in lex.pairs if len(pair[0]) > 1 and is_han(pair[0] + pair[1])]
    if not long_pairs:
        return paragraph
    original, garbled, _ = rng.choice(long_pairs)
    sentence = rng.choice(_QUOTED).format(original=original, garbled=garbled)
    return _joined(rng, paragraph, sentence)


def _honest_traditional(rng: random.Random, paragraph: str, lex: GarbleLexicons) -> str:
    return traditional_text(paragraph, lex)


def _honest_emoji(rng: random.Random, paragraph: str, lex: GarbleLexicons) -> str:
    """Emoji or merry tails where sentences end: behind the stop, in its place, or before it.

    Newsletters have them at commas too, of what they write about.
    """
    signs = rng.choice((_WARM, _WARM, _TAILS, _BUSY, _BUSY))
    way = rng.choice(("{stop}{sign}", "{stop}{sign}", "{sign}", "{sign}", "{sign}{stop}"))
    stops = "[，。！？；]" if signs is _BUSY and rng.random() < 0.4 else "[。！？]"
    share = rng.choice((0.3, 0.7))

    def end(match: re.Match[str]) -> str:
        if rng.random() > share:
            return match.group()
        sign = rng.choice(signs) * rng.choice((1, 1, 1, 1, 2, 3))
        return way.format(stop=match.group(), sign=sign)

    changed = re.sub(stops, end, paragraph)
    return changed if changed != paragraph else paragraph + rng.choice(signs)


def _honest_lesson(rng: random.Random, paragraph: str, lex: GarbleLexicons) -> str:
    """A line of new words with their readings, as in a reader for learners."""
    found = [word for _, _, word in prepare(lex, "train").words.find(paragraph)]
    words = list(dict.fromkeys(w for w in found if all(lex.pinyin.get(c) for c in w)))
    if not words:
        return _joined(rng, paragraph, rng.choice(_POLYPHONES))
    chosen = rng.sample(words, min(len(words), rng.randint(2, 6)))
    shape = rng.choice(("{w}（{p}）", "{w} {p}", "{w} [{p}]", "{p} {w}"))
    parts = [shape.format(w=w, p=" ".join(lex.pinyin[c][0] for c in w)) for w in chosen]
    head = rng.choice(("生词：", "词语认读：", "读一读，写一写：", "本课生字词 ", "注音："))
    return paragraph + head + rng.choice(("、", "；", "，", " ")).join(parts) + "。"


def _honest_terms(rng: random.Random, paragraph: str, lex: GarbleLexicons) -> str:
    """A sentence with Latin terms, such as any page may carry."""
    first, second, third = rng.sample(_TERMS, 3)
    sentence = rng.choice(_TERM_SENTENCES).format(a=first, b=second, c=third)
    return _joined(rng, paragraph, sentence)


def _honest_sentence(rng: random.Random, paragraph: str, lex: GarbleLexicons) -> str:
    sentences = rng.choice((_TRAPS, _TRAPS, _ENCODINGS, _POLYPHONES, _VARIANTS))
    for sentence in rng.sample(sentences, rng.choice((1, 1, 2))):
        paragraph = _joined(rng, paragraph, sentence)
    return paragraph


def _honest_escapes(rng: random.Random, paragraph: str, lex: GarbleLexicons) -> str:
    """Line ends and spaces that an exporter wrote as their escapes."""
    escape = rng.choice(("\\n", "\\r\\n", "\\n\\n", "\\t", "\\u3000\\u3000", "\\xa0", "\\/", '\\"'))
    share = rng.choice((0.3, 1.0))
    changed = re.sub(
        "[。！？](?=.)", lambda m: m.group() + (escape if rng.random() < share else ""), paragraph
    )
    return changed if changed != paragraph else escape + paragraph


def _honest_record(rng: random.Random, paragraph: str, lex: GarbleLexicons) -> str:
    """The paragraph as a value of a data record, with its neighbours."""
    number = rng.randrange(10**9, 2 * 10**9)
    before, after = rng.choice(
        (
            (f'{{"id":{number},"content":"', f'","status":{number % 10},"tags":[]}}'),
            (f'"{number}":{{"name":"', f'","desc":"","level":{number % 90}}},'),
            (f"{number % 900}\t{number}\t", f"\t{number + 77}\t0"),
            (f"id={number}&text=", f"&time={number + 5}"),
            ("", "".join(f" {rng.randrange(10**9, 10**10)}" for _ in range(rng.randint(2, 30)))),
        )
    )
    return before + paragraph + after


def _honest_nicknames(rng: random.Random, paragraph: str, lex: GarbleLexicons) -> str:
    names = [nickname(rng) for _ in range(rng.choice((1, 2, 4, 10, 30)))]
    return _joined(rng, paragraph, rng.choice((" ", "，", "、", "|", "")).join(names))


@lru_cache(maxsize=1)
def _masks() -> Grammar:
    return grammar("masks_zh")


_MASKS = ("×", "×", "×", "X", "X", "x", "*", "*", "＊", "某", "○", "□", "■", "●", "_", "※", "×")
_PLACEHOLDERS = ("PER", "ORG", "LOC", "TIME", "[姓名]", "NAME", "XX", "××", "***", "某某", "甲某")
_FIGURES = re.compile("[0-9０-９]{2,}")


def honest_masks(rng: random.Random, paragraph: str, lex: GarbleLexicons) -> str:
    """Names, numbers and places made unreadable, as courts, police and lists of winners do."""
    sign = rng.choice(_MASKS)
    slots, memory = {"m": sign}, dict[str, str]()
    sentences = _masks().sample(
        "mask.sentence", rng.choice((1, 1, 2, 4)), rng, "all", slots, memory
    )
    text = _joined(rng, paragraph, "".join(sentences))
    if rng.random() < 0.4:
        text = _FIGURES.sub(lambda found: sign * len(found.group()), text)
    if rng.random() < 0.3:
        found = {word for _, _, word in prepare(lex, "train").words.find(paragraph)}
        for word in rng.sample(sorted(found), min(len(found), rng.choice((1, 2, 4)))):
            text = text.replace(word, rng.choice(_PLACEHOLDERS))
    return text


_OF_A_FIRM = re.compile("公司|集团|酒店|学校|医院|银行|中心|工厂|商店|书店|研究所")


def honest_names(rng: random.Random, paragraph: str, lex: GarbleLexicons) -> str:
    """A name of rare characters, or of words that mean nothing there, again and again."""
    name = _masks().expand("name.firm", rng)
    text, count = _OF_A_FIRM.subn(lambda found: name + found.group(), paragraph)
    if count and rng.random() < 0.6:
        return text
    count = rng.choice((1, 2, 4))
    sentences = _masks().sample("name.sentence", count, rng, "all", {"n": name, "m": "某"}, {})
    return _joined(rng, paragraph, "".join(sentences))


_HONEST: tuple[Callable[[random.Random, str, GarbleLexicons], str], ...] = (
    _honest_gloss,
    _honest_typo,
    _honest_quotation,
    _honest_quotation,
    _honest_traditional,
    _honest_emoji,
    _honest_lesson,
    _honest_terms,
    _honest_sentence,
    _honest_sentence,
    _honest_escapes,
    _honest_record,
    _honest_nicknames,
    honest_masks,
    honest_masks,
    honest_names,
)

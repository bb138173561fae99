"""Placements where readers do not look: links, hidden blocks, scripts, comments, meta, images."""

from __future__ import annotations

import html
import random
import re

from detector.training.comments import comment_language, comment_share, spam_comment
from detector.training.drafts import Draft, Link
from detector.training.link_spam import link_spam
from detector.training.names import letters
from detector.training.phrases import Phrases, phrase
from detector.training.place_pages import set_meta
from detector.training.placing import injected, operator_address, put_among, target_of, voice_of

__all__ = [
    "HIDING",
    "alt_text",
    "comment_block",
    "hidden_block",
    "link_block_visible",
    "meta_replaced",
    "noscript_block",
    "script_write",
    "visitor_comment",
]


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


def link_block_visible(draft: Draft, rng: random.Random, split: str) -> None:
    """Links among the friends of the site."""
    voice = voice_of(draft, rng, split)
    for _ in range(rng.choice((1, 2, 3, 5, 8, 13, 30))):
        draft.friends.append(Link(injected(_anchor(voice)), target_of(voice)))


def _anchor(voice: Phrases) -> str:
    way = voice.rng.random()
    if way < 0.25:
        return voice.brand
    return voice.glued() if way < 0.8 else voice.one("query")


def _html_link(voice: Phrases) -> str:
    quote = voice.rng.choice(('"', '"', "'"))
    href = html.escape(target_of(voice))
    text = injected(html.escape(_anchor(voice)))
    return f"<a href={quote}{href}{quote}>{text}</a>"


def _html_links(voice: Phrases) -> str:
    rng = voice.rng
    count = rng.choice((3, 3, 4, 6, 10, 20, 60)) if rng.random() < 0.9 else rng.randint(3, 60)
    sign = rng.choice(("", " ", "\n", " | ", "<br>", "、", ","))
    return sign.join(_html_link(voice) for _ in range(count))


def hidden_block(draft: Draft, rng: random.Random, split: str) -> None:
    """A block that readers do not see."""
    voice = voice_of(draft, rng, split)
    body = _html_links(voice)
    if rng.random() < 0.15:  # text, not links
        words = [voice.one(rng.choice(("glued", "query", "sentence"))) for _ in range(4)]
        body = "<br>".join(injected(html.escape(word)) for word in words)
    name = letters(rng, 3, 7)
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


def comment_block(draft: Draft, rng: random.Random, split: str) -> None:
    """Links in a comment of the markup."""
    voice = voice_of(draft, rng, split)
    if rng.random() < 0.6:
        text = _html_links(voice)
    else:
        words = [
            voice.one(rng.choice(("glued", "contact", "query"))) for _ in range(rng.randint(1, 6))
        ]
        text = " ".join(injected(word) for word in words)
    # Two hyphens or a greater-than sign would end the comment early.
    draft.comments.append(re.sub("-{2,}", "-", text).strip("->"))


def _js_string(text: str, quote: str) -> str:
    return text.replace("\\", "\\\\").replace(quote, "\\" + quote).replace("</", "<\\/")


def script_write(draft: Draft, rng: random.Random, split: str) -> None:
    """Links that a script writes."""
    voice = voice_of(draft, rng, split)
    quote = rng.choice(('"', "'"))
    way = rng.random()
    if way < 0.4:
        links = "".join(_html_link(voice) for _ in range(rng.randint(1, 6)))
        markup = f"<div style={chr(34)}display:none{chr(34)}>{links}</div>"
        body = f"document.write({quote}{_js_string(markup, quote)}{quote});"
    elif way < 0.6:
        text = _js_string(injected(voice.glued()), quote)
        body = f"document.title={quote}{text}{quote};"
    elif way < 0.8:
        words = [_js_string(injected(voice.glued()), quote) for _ in range(rng.randint(2, 8))]
        body = "var kw=[" + ",".join(f"{quote}{word}{quote}" for word in words) + "];"
    else:
        target = _js_string(operator_address(voice), quote)
        agent = rng.choice(("baidu|sogou|so.com|bing", "google|yahoo|naver", "Baiduspider"))
        body = f"if(/{agent}/i.test(document.referrer)){{location.href={quote}{target}{quote};}}"
    draft.scripts.append(body)


def noscript_block(draft: Draft, rng: random.Random, split: str) -> None:
    """Links for those without scripts."""
    voice = voice_of(draft, rng, split)
    body = _html_links(voice) if rng.random() < 0.7 else injected(html.escape(voice.one("title")))
    (draft.top if rng.random() < 0.5 else draft.bottom).append(f"<noscript>{body}</noscript>")


def meta_replaced(draft: Draft, rng: random.Random, split: str) -> None:
    """Title and meta of a page that shows something else."""
    voice = voice_of(draft, rng, split)
    title = voice.one(rng.choice(("title", "glued")))
    set_meta(draft, voice, title)
    if rng.random() < 0.25:  # the visible page is untouched: spiders get the rest
        draft.headline = injected(title)


def alt_text(draft: Draft, rng: random.Random, split: str) -> None:
    """Phrases as descriptions of pictures."""
    voice = voice_of(draft, rng, split)
    for _ in range(rng.choice((1, 1, 2, 4))):
        text = injected(voice.one(rng.choice(("glued", "glued", "query", "title"))))
        put_among(draft.alts, text, rng, 0.5)


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


def visitor_comment(draft: Draft, rng: random.Random, split: str) -> None:
    """A visitor's comment below the text, often in fancy letters."""
    voice = voice_of(draft, rng, split)
    for _ in range(rng.choice((1, 1, 2, 4))):
        category = rng.choice((*("remark",) * 3, "sentence", "glued", "contact", "title"))
        if voice.base != "zh" and rng.random() < 0.12:
            text = link_spam(rng, voice.lang, split)
        elif comment_share(voice.lang) and rng.random() < 0.6:
            name = voice.brand if rng.random() < 0.7 else None
            text = spam_comment(rng, comment_language(rng, voice.lang), split, name)
        else:
            text = injected(phrase(rng, voice.lang, category, split))
        if rng.random() < 0.6:
            who = f"{rng.choice(_NAMES)}{rng.randint(1, 9999) if rng.random() < 0.5 else ''}"
            text = f"{who}{rng.choice(('：', ': ', ' '))}{text}"
        draft.paragraphs.append(text)

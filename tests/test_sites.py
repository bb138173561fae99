"""Honest sites: every part and every mark of a draft survives rendering, in every style."""

from __future__ import annotations

import copy
import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from detector.training.drafts import Article, Draft
from detector.training.html_style import escape
from detector.training.marks import mark, remove_marks, unmark
from detector.training.site_html import render_html
from detector.training.site_text import render_text
from detector.training.site_words import Filler, code, language, words
from detector.training.sites import draft_page

TITLES = {
    "zh-Hans": "老街修缮之后，居民怎样住得更舒服",
    "zh-Hant": "山城小鎮的書店如何撐過寒冬",
    "en": "What the flood taught a small town about drains",
    "id": "Warga desa membangun jembatan bambu",
    "vi": "Người giữ nghề làm nón ở làng cổ",
    "th": "ชาวบ้านร่วมกันปลูกป่าชายเลน",
    "ja": "古い駅舎を図書室に変えた人たち",
    "ko": "작은 서점이 마을을 바꾼 이야기",
    "tr": "Köy okulunda yeni kütüphane açıldı",
    "ru": "Как жители двора посадили сад",
    "pt": "Moradores recuperam a praça do bairro",
    "es": "Los vecinos reabren el viejo molino",
    "de": "Wie ein Dorf seine Bäckerei rettete",
}
BODIES = {
    "zh-Hans": (
        "今年春天，巷口的石板路重新铺过，雨天不再积水。"
        "3 号院的王阿姨说：“以前买菜要绕 <两> 条街 & 一座桥。”"
    ),
    "zh-Hant": "書店主人把二樓改成茶室，週末辦讀書會，來的多半是附近的老師。",
}
LANGS = tuple(TITLES)


def article(lang: str, count: int = 5) -> Article:
    text = BODIES.get(lang, TITLES[lang] + '. 2 > 1 & "it\'s" so. ')
    return Article(
        "test", lang, TITLES[lang], tuple(f"{text}({number})" for number in range(count))
    )


def bare(text: str) -> str:
    """Text without white space: extraction moves it about."""
    return re.sub(r"\s+", "", text)


def visible(page: str) -> str:
    tree = LexborHTMLParser(page)
    assert tree.body is not None
    return bare(tree.body.text())


def marked(draft: Draft) -> tuple[Draft, list[str]]:
    """A copy of the draft with one numbered mark in every part, and what was marked."""
    draft = copy.deepcopy(draft)
    found: list[str] = []

    def put(text: str) -> str:
        found.append(f"甲{len(found)}乙Zq")
        kind = "injection" if len(found) % 2 else "garbled"
        middle = len(text) // 2
        return text[:middle] + mark(found[-1], kind) + text[middle:]

    draft.title, draft.headline = put(draft.title), put(draft.headline)
    draft.description, draft.keywords = put(draft.description), put(draft.keywords)
    draft.byline = put(draft.byline)
    for texts in (draft.paragraphs, draft.breadcrumb, draft.footer, draft.alts, draft.comments):
        texts[:] = [put(text) for text in texts]
    for links in (draft.nav, draft.related, draft.friends):
        for link in links:
            link.text = put(link.text)
    return draft, found


@pytest.mark.parametrize("lang", LANGS)
def test_every_language_has_its_own_sites(lang: str) -> None:
    vocabulary = words(language(lang))
    assert vocabulary.kinds
    assert vocabulary.places
    for kind in vocabulary.kinds:
        assert all(kind.get(part) for part in ("site", "nav", "channels")), kind.name
        for group in kind.get("related"):
            assert vocabulary.related[group], (kind.name, group)
        for group in kind.get("friends"):
            assert vocabulary.friends[group], (kind.name, group)
        for cms in kind.get("cms"):
            assert cms in code().paths, (kind.name, cms)


PER_PAGE = {
    *("city", "py", "ab", "prov", "icp", "area", "zip", "date", "year", "y0", "mark1", "mark2"),
    *("mpy", "firm", "s", "h", "c", "k", "host", "phone", "mobile", "mail", "icpno", "gaba"),
}


@pytest.mark.parametrize("lang", LANGS)
def test_every_slot_is_known(lang: str) -> None:
    vocabulary = words(language(lang))
    filler = Filler(random.Random(0), (vocabulary.lists, code().lists))
    known = PER_PAGE | set(vocabulary.lists) | set(code().lists) | set(filler.generators)
    tables = [vocabulary.lists, vocabulary.related, vocabulary.friends, vocabulary.ui]
    tables += [kind.parts for kind in vocabulary.kinds]
    tables.append({key: value for key, value in vocabulary.default.items() if key != "dates"})
    for table in tables:
        for name, templates in table.items():
            for template in templates:
                slots = re.findall(r"\{([a-z][a-z_0-9]*)\}", template)
                assert set(slots) <= known, (name, template)
    interface = set(words("zh").ui) - {"none", "contents", "text"}
    assert interface <= set(vocabulary.ui)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(LANGS))
def test_no_slot_is_left_unfilled(seed: int, lang: str) -> None:
    draft = draft_page(article(lang), random.Random(seed))
    links = draft.nav + draft.related + draft.friends
    texts = [draft.title, draft.site, draft.description, draft.keywords, draft.byline]
    texts += draft.breadcrumb + draft.footer + draft.alts
    texts += [link.text for link in links] + [link.href for link in links]
    for text in texts:
        assert not re.search(r"\{[a-z_0-9]+\}", text), text
        assert " ; " not in text
    assert draft.paragraphs == list(article(lang).paragraphs)
    assert all(link.text.strip() and link.href for link in links)


@settings(max_examples=250, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(LANGS))
def test_html_parses_and_keeps_all_paragraphs_in_order(seed: int, lang: str) -> None:
    rng = random.Random(seed)
    draft = draft_page(article(lang), rng)
    page = render_html(draft, rng)
    text = visible(page)
    at = 0
    for paragraph in draft.paragraphs:
        at = text.index(bare(paragraph), at)
    assert bare(draft.headline) in text
    title = LexborHTMLParser(page).css_first("title")
    assert title is not None
    assert bare(title.text()) == bare(draft.title)


@settings(max_examples=250, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(LANGS))
def test_html_keeps_every_mark_in_balance(seed: int, lang: str) -> None:
    rng = random.Random(seed)
    draft, found = marked(draft_page(article(lang), rng))
    page = render_html(draft, rng)
    seen = {span_text(item) for item in html_places(page)}
    for number, word in enumerate(found):
        assert any(word in item for item in seen), (number, word)


def html_places(page: str) -> list[str]:
    """Every text and attribute value of a page, comments too, each as one string."""
    tree = LexborHTMLParser(page)
    assert tree.root is not None
    places = [tree.root.text()]
    places += [comment for comment in re.findall(r"<!--(.*?)-->", page, re.S)]
    for node in tree.root.traverse(include_text=False):
        places += [value for value in node.attributes.values() if value]
    return [place for place in places if re.search("[\ue000-\ue003]", place)]


def span_text(place: str) -> str:
    """The marked stretches of a place; they must be what was put in, nothing more."""
    clean, spans = unmark(place)
    pieces = [bare(clean[span.start : span.end]) for span in spans]
    assert all(re.fullmatch(r"甲\d+乙Zq", piece) for piece in pieces), pieces
    opened = len(re.findall("[\ue000\ue002]", place))
    assert opened == len(re.findall("[\ue001\ue003]", place)) == len(spans)
    return " ".join(pieces)


@settings(max_examples=250, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(LANGS))
def test_text_keeps_paragraphs_and_marks(seed: int, lang: str) -> None:
    rng = random.Random(seed)
    draft, _ = marked(draft_page(article(lang), rng))
    text = render_text(draft, rng)
    span_text(text)
    at = 0
    for paragraph in draft.paragraphs:
        at = bare(text).index(bare(paragraph), at)


@given(st.text(max_size=60), st.sampled_from(("plain", "named", "wide", "hex", "all", "allhex")))
def test_escaped_text_reads_back(text: str, how: str) -> None:
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "", text)
    page = f"<!DOCTYPE html><html><body><p>.{escape(text, how)}.</p></body></html>"
    node = LexborHTMLParser(page).css_first("p")
    assert node is not None
    assert node.text() == f".{text}."


@pytest.mark.parametrize("how", ["named", "wide", "hex", "all", "allhex"])
def test_marks_are_never_written_as_references(how: str) -> None:
    text = mark("甲 & é", "injection") + mark("乙", "garbled")
    assert [sign for sign in escape(text, how) if sign in "\ue000\ue001\ue002\ue003"] == [
        sign for sign in text if sign in "\ue000\ue001\ue002\ue003"
    ]


def test_the_same_seed_gives_the_same_page() -> None:
    pages = []
    for _ in range(2):
        rng = random.Random(7)
        draft = draft_page(article("zh-Hans"), rng)
        pages.append((draft, render_html(draft, rng), render_text(draft, rng)))
    assert pages[0] == pages[1]


def test_rendering_leaves_the_draft_alone() -> None:
    draft = draft_page(article("zh-Hans"), random.Random(3))
    before = copy.deepcopy(draft)
    render_html(draft, random.Random(1))
    render_text(draft, random.Random(1))
    assert draft == before


def test_a_draft_may_be_empty_or_foreign() -> None:
    for lang in ("", "fr", "x-klingon", "zh"):
        draft = Draft("test", lang, "", "", "", [])
        for seed in range(30):
            assert "<" in render_html(draft, random.Random(seed))
            render_text(draft, random.Random(seed))
        draft_page(Article("test", lang, "", ()), random.Random(5))


def test_comments_and_quotes_cannot_break_out() -> None:
    draft = Draft("test", "en", 'a "b" <c>', "s", "h", ["p"], description='x\' "y" > z')
    draft.comments = ["a --> <b>out</b>", "> x", "[if IE]> y --> <b>z</b> <![endif]", "-"]
    draft.alts = ["\"' onload=1 >"]
    for seed in range(60):
        tree = LexborHTMLParser(render_html(draft, random.Random(seed)))
        assert not [node for node in tree.css("b") if node.text() in ("out", "z")]
        assert {node.attributes.get("alt") for node in tree.css("img")} >= {"\"' onload=1 >"}


def test_honest_pages_have_what_spam_pages_have() -> None:
    """Login links, lottery channels, hidden blocks and trackers must not betray a label."""
    rng = random.Random(11)
    pages = []
    for _ in range(400):
        draft = draft_page(article("zh-Hans"), rng)
        pages.append(render_html(draft, rng))
    for sign in (
        "登录", "注册", "下载", "入口", "官方网站", "手机版", "彩票", "娱乐", "体育", "平台", "APP",
        "display:none", "document.write", "hm.baidu.com", "友情链接", "ICP备", "公网安备", "&#",
        "<!--", "<noscript>", "<template", "<table", "text-indent",
    ):  # fmt: skip
        count = sum(sign.lower() in page.lower() for page in pages)
        assert count >= 4, (sign, count)


def test_pages_are_varied() -> None:
    rng = random.Random(2)
    drafts = [draft_page(article("zh-Hans"), rng) for _ in range(300)]
    assert len({draft.site for draft in drafts}) > 200
    assert len({draft.title for draft in drafts}) > 200
    assert len({draft.byline for draft in drafts}) > 200
    shapes = {re.sub(r"[^<>/a-zA-Z]+", "", render_html(draft, rng))[:200] for draft in drafts}
    assert len(shapes) > 250


def test_offered_titles_serve_as_further_reading() -> None:
    offered = ["甲乙丙丁戊己庚辛", "子丑寅卯辰巳午未"]
    texts = set()
    for seed in range(40):
        draft = draft_page(article("zh-Hans"), random.Random(seed), offered)
        texts |= {link.text for link in draft.related}
    assert texts & set(offered)


def test_language_of_tags() -> None:
    assert [language(tag) for tag in ("zh-CN", "zh-HK", "zh-Hant-HK", "lzh", "yue", "pt-BR")] == [
        "zh", "hant", "hant", "zh", "hant", "pt",
    ]  # fmt: skip
    assert language("xx") == "en"


def test_unknown_slots_stay() -> None:
    filler = Filler(random.Random(0), ({"a": ("{b}x", "{b}x"), "b": ("y",)},))
    assert filler.fill("{a}{nothing}{ a }") == "yx{nothing}{ a }"


def test_speed() -> None:
    """At least 300 pages of 1,500 characters a second; a wide margin below the usual 4,000."""
    rng = random.Random(4)
    long = Article("test", "zh-Hans", TITLES["zh-Hans"], (BODIES["zh-Hans"] * 5,) * 6)
    drafts = [draft_page(long, rng) for _ in range(100)]
    start = time.process_time()
    for draft in drafts:
        render_html(draft, rng)
        render_text(draft, rng)
    assert time.process_time() - start < 100 / 300


def test_remove_marks_agrees_with_an_unmarked_page() -> None:
    rng = random.Random(9)
    draft, _ = marked(draft_page(article("zh-Hans"), rng))
    page = render_html(draft, random.Random(1))
    assert not re.search("[\ue000-\ue003]", remove_marks(page))

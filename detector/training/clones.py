"""Clones of the pages of schools, firms and offices that bear an operator's name.

Whoever clones a site keeps its news, puts a brand where the institution's name was, and has a
machine turn a university into a company: students become staff, deans managers, in the middle of
other words as well (高等学校, 高等公司). Some turn the text into Traditional characters and strew
it with emoji. Chinese only.
"""

from __future__ import annotations

import random
import re

from detector.training.drafts import Draft
from detector.training.edits import apply_edits
from detector.training.garble_lexicons import emoji_of, read_own
from detector.training.garble_signs import emoji_at, stops
from detector.training.institutions import institution, institution_kind
from detector.training.lexicons import lexicons
from detector.training.marks import mark
from detector.training.names import brand_characters, letters, traditional
from detector.training.phrases import Phrases
from detector.training.place_phrases import owner_slot
from detector.training.placing import injected, voice_of

__all__ = ["clone_page"]

_NAME = "\x00"  # stands for the name until it is known how it is marked
_ROLES: dict[str, tuple[str, ...]] = {
    "毕业生": ("毕业员工", "毕业员工", "离职员工"),
    "本科生": ("本科员工", "老员工"),
    "大学生": ("老员工", "公司员工"),
    "研究生": ("研究员工", "高级员工"),
    "学生": ("员工", "员工", "职员"),
    "同学": ("员工", "同事"),
    "校友": ("员工", "老员工", "司友"),
    "校友会": ("员工会",),
    "学生会": ("员工会",),
    "留学生": ("来华职工", "来华员工"),
    "师资队伍": ("团队队伍",),
    "教师队伍": ("团队队伍",),
    "教学改革": ("公司产品改革",),
    "二级学院": ("二级公司",),
    "校长": ("董事长", "总裁", "总经理"),
    "院长": ("经理", "总经理"),
    "系主任": ("部门经理", "经理"),
    "大学": ("公司", "集团", "老员"),
    "学院": ("公司", "公司", "集团"),
    "学校": ("公司", "集团", "企业"),
    "高校": ("企业", "公司"),
    "我校": ("我司", "公司"),
    "我院": ("我司", "公司"),
    "全校": ("全公司", "全司"),
    "本校": ("本公司", "本司"),
    "校园": ("公司", "厂区", "园区"),
    "校区": ("厂区", "园区"),
    "班级": ("班组", "部门"),
    "教师": ("职工", "员工"),
    "招生": ("招工", "招聘"),
}
"""What machines make of the words of a school."""
_NO_WORDS = frozenset(
    (
        *("毕业员工", "本科员工", "研究员工", "老员", "司友", "员工会"),
        *("来华职工", "来华员工", "团队队伍", "公司产品改革"),
    )
)
"""Those that no firm says: the others are words of honest pages, and not what an editor strikes."""
_GROUPS = ("集团", "集团", "集团", "国际", "城集团", "控股", "", "")
_TAILS = (
    *("官网", "官方网站", "欢迎您", "官网欢迎您", "登录", "官网登录", "首页", "入口", "线路检测"),
    *("中国官网", "下载", "有限公司", "股份有限公司", "(中国)有限公司", "", "", "", "", "", ""),
    *("官网有限公司", "官方入口有限公司", "登录入口科技有限公司", "app集团有限公司"),
)
_ENDS = ("cc", "net", "com", "vip", "app", "", "", "", "")


def _clone_name(voice: Phrases) -> str:
    """Return what a clone is called: a brand, one with site words, one with letters and figures."""
    rng = voice.rng
    way = rng.random()
    if way < 0.25:
        return voice.brand
    if way < 0.45:
        return voice.glued()
    if way < 0.55:
        return voice.search_word()
    known = rng.random() < 0.4
    names = lexicons().words("brands_zh", None, voice.split)
    core = rng.choice(names) if known else brand_characters(rng, 2)
    initials = letters(rng, 2, 3) if rng.random() < 0.5 else ""
    figures = str(rng.randint(0, 10 ** rng.randint(2, 7))) if rng.random() < 0.8 else ""
    code = initials + figures + rng.choice(_ENDS) if figures else initials
    # A name by itself, as honest firms have it, would tell nothing.
    tail = rng.choice(_TAILS if code or known else [tail for tail in _TAILS if tail])
    return core + rng.choice(_GROUPS) + code + tail


def _recast(text: str, roles: dict[str, str]) -> str:
    """Return ``text`` with the words that are keys of ``roles`` replaced, marked if no words."""
    longest = sorted(roles, key=lambda word: (-len(word), word))

    def made(found: re.Match[str]) -> str:
        word = roles[found.group()]
        return mark(word, "garbled") if word in _NO_WORDS else word

    return re.sub("|".join(longest), made, text)


def _with_emoji(text: str, rng: random.Random, rate: float, split: str) -> str:
    """Return ``text`` with absurd emoji before a share ``rate`` of its punctuation, marked."""
    places = stops(text)
    wanted = sum(rng.random() < rate for _ in places)
    return apply_edits(text, emoji_at(places, rng, wanted, emoji_of(read_own(), split)))


def clone_page(draft: Draft, rng: random.Random, split: str) -> None:
    """A page of an institution under an operator's name, its words recast at times."""
    voice = voice_of(draft, rng, split)
    if voice.base != "zh":
        owner_slot(draft, rng, split)
        return
    kind = institution_kind(rng)
    told = institution(rng, split, kind, _NAME)
    recast = kind == "school" and rng.random() < 0.5
    roles = {
        word: rng.choice(made) for word, made in _ROLES.items() if recast and rng.random() < 0.75
    }
    name = injected(_clone_name(voice))
    noisy = rng.random() < 0.1
    old = draft.lang == "zh-Hant" or (noisy and rng.random() < 0.6)
    rate = rng.choice((0.1, 0.2, 0.4)) if noisy else 0.0

    def filled(text: str) -> str:
        text = _recast(text, roles) if roles else text
        text = traditional(text) if old else text
        text = _with_emoji(text, rng, rate, split) if noisy else text
        return text.replace(_NAME, name)

    draft.headline = filled(told.title)
    sign = rng.choice(("-", "_", " - ", "|", "——", " "))
    named = rng.random() < 0.5 or _NAME not in "".join((told.title, *told.lines))
    draft.title = draft.headline + (f"{sign}{name}" if named else "")
    draft.paragraphs[:] = [filled(line) for line in told.lines]
    draft.description = filled(rng.choice(told.lines)) if rng.random() < 0.4 else ""
    draft.keywords = ""
    if named and rng.random() < 0.5:
        draft.footer.append(f"版权所有 © {rng.randint(2008, 2026)} {name}")

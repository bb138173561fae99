"""Which trick hides a text: elements, attributes, inline styles, colours, style sheets."""

from __future__ import annotations

import pickle
import time
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support import cases

from detector.config import DEFAULT_CONFIG
from detector.extract import extract
from detector.hiding import colour, inline_style
from detector.page import HIDDEN_BY, HiddenBy, Page
from detector.sheets import rules_of


def hidden(page: Page) -> list[list[str]]:
    """Return [hidden_by, text] of each segment."""
    return [[s.hidden_by, page.text[s.start : s.end]] for s in page.segments]


@pytest.mark.parametrize("case", cases("hiding"))
def test_tricks(case: dict[str, Any]) -> None:
    page = extract(case["html"])
    assert hidden(page) == case["hidden"]
    assert all(segment.visible == (segment.hidden_by == "") for segment in page.segments)
    assert page.truncated == ()


def test_every_trick_has_a_case() -> None:
    named = {trick for case in cases("hiding") for trick, _ in case.values[0]["hidden"]}
    assert named == set(HIDDEN_BY) == set(get_args(HiddenBy))


def test_a_pickled_page_keeps_its_tricks() -> None:
    page = extract("<p style='opacity:0'>甲</p>")
    again = pickle.loads(pickle.dumps(page))
    assert hidden(again) == [["opacity", "甲"]]
    assert again == page


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("white", 0xFFFFFF), ("#FfF", 0xFFFFFF), ("#ffff", 0xFFFFFF), ("ffffff", 0xFFFFFF),
        ("#ffffffff", 0xFFFFFF), (" rgb( 1 2 3 ) ", 0x010203), ("rgba(1,2,3,1)", 0x010203),
        ("rgb(100%,0%,0%)", 0xFF0000), ("transparent", None), ("rgba(1,2,3,.5)", None),
        ("#ffffff00", None), ("#ffff0", None), ("rgb(1,2)", None), ("rgb(300,0,0)", None),
        ("rgb(%,%,%)", None), ("nosuch", None), ("", None), (None, None),
        ("LightGoldenrodYellow", 0xFAFAD2), ("grey", 0x808080), ("darkgray", 0xA9A9A9),
        ("currentColor", None), ("inherit", None), ("none", None), ("红", None),
    ],
)  # fmt: skip
def test_colours(value: str | None, number: int | None) -> None:
    assert colour(value) == number


css = st.lists(
    st.sampled_from(
        ".x #y p * > , : ; { } ( ) [ ] @media print screen @import \" ' /* */ \\ \\64 ! !important "
        "display:none visibility:hidden opacity:0 font-size:0 left:-9999px clip:rect(0,0,0,0) "
        "height:0;overflow:hidden color:#fff background:#fff margin:; margin:1 2 font:0/0".split()
    )
    | st.text(max_size=4),
    max_size=30,
).map(" ".join)


@given(css)
@example("@media{@media{.x{display:none}")
@example("p{font-size:" + "9" * 400 + "px}")
def test_no_style_sheet_raises(sheet: str) -> None:
    text = sheet.replace("<", "")
    assert "甲" in extract(f"<style>{text}</style><p class=x id=y>甲</p>").text
    rules_of(text, True)


@given(css)
def test_no_inline_style_raises(style: str) -> None:
    assert inline_style(style).trick in HIDDEN_BY


@given(st.text(max_size=30) | st.from_regex(r"rgba?\([\d.%, /]*\)"))
def test_no_colour_raises(value: str) -> None:
    number = colour(value)
    assert number is None or 0 <= number <= 0xFFFFFF


def limited(source: str, **limits: int) -> Page:
    return extract(source, replace(DEFAULT_CONFIG, **limits))


def test_style_sheets_are_cut_and_said() -> None:
    source = "<style>.a{display:none} .b{display:none}</style><p class=a>甲</p><p class=b>乙</p>"
    assert hidden(limited(source, max_style=20)) == [["display", "甲"], ["", "乙"]]
    assert limited(source, max_style=20).truncated == ("max_style",)
    assert hidden(limited(source, max_rules=1)) == [["display", "甲"], ["", "乙"]]
    assert limited(source, max_rules=1).truncated == ("max_rules",)
    assert limited(source, max_rules=2).truncated == ()


DEEP = "<div class=a>" * 1_500 + "<p>深处</p>" * 5_000
MANY = "".join(f".a{n}{{display:none}}" for n in range(100_000))
FLAT = "<div>" + "<p class=a>甲</p>" * 50_000 + "</div>"
SIBLINGS = "".join(f".a + i ~ .a + i ~ .a{n % 9},.a~i{{display:none}}" for n in range(2_000))
LAYERS = "".join(
    f"@layer l{n}{{.a{{display:none}}p{{display:block!important}}}}" for n in range(1_800)
)
HOSTILE = {
    "rules": f"<style>{MANY}</style><p class=a1>甲</p>",
    "sheets": "<style>.a{display:none}</style>" * 10_000 + "<p>甲</p>",
    "comment": f"<style>.a{{display:none}}/*{'x' * 1_000_000}</style><p>甲</p>",
    "comments": f"<style>.a{{display:none}}{'/*' * 500_000}</style><p>甲</p>",
    "media": f"<style>{'@media screen{' * 20_000}.a{{display:none}}</style><p>甲</p>",
    "selector": f"<style>{'a' * 1_000_000},.b{{display:none}}</style><p>甲</p>",
    "selectors": f"<style>{','.join(['.a'] * 300_000)}{{display:none}}</style><p class=a>甲</p>",
    "braces": f"<style>.a{{display:none}}{'{' * 300_000}</style><p>甲</p>",
    "quotes": f"""<style>.a{{display:none}}{chr(34) * 99_999}{"'" * 99_999}</style><p>甲</p>""",
    "colons": f"<style>{'display :' * 100_000}none</style><p>甲</p>",
    "blocks": f"<style>.a{{{'(' * 90_000}display:none</style><p>甲</p>",
    "names": f"<style>{('一' * 99 + '!,') * 900}.a{{display:none}}</style><p class=a>甲</p>",
    "names-of-classes": f"<style>{('.é' * 99 + ':b,') * 400}.a{{display:none}}</style><p>甲</p>",
    "siblings": f"<style>.b ~ .a ~ .a p,.a ~ .b + .a{{display:none}}</style>{FLAT}",
    "siblings-of-ancestors": f"<style>.b ~ .a .a ~ .a .a p{{display:none}}</style>{DEEP}",
    "siblings-all-over": f"<style>{SIBLINGS}</style>{'<i class=a></i>' * 60_000}",
    "choices": f"<style>{':is(.a,.b)' * 9_000}{{display:none}}.a{{display:none}}</style>{FLAT}",
    "open-choices": f"<style>{':is(.a,' * 14_000}{{display:none}}.a{{display:none}}</style>{FLAT}",
    "denials": f"<style>{':not(.a):not(.b) p,' * 5_000}i{{display:none}}</style>{FLAT}",
    "long-name": f"<style>{'a' * 99_000}>,.b{{display:none}}</style><p class=b>甲</p>",
    "layers": f"<style>@layer {'a.' * 30_000}a;{'@layer b{' * 999}.a{{display:none}}</style>{FLAT}",
    "same-selector": f"<style>{'.a{display:none}' * 5_000}</style>{FLAT}",
    "many-layers": f"<style>{LAYERS}</style>{FLAT}",
    "moves": f"<style>.a{{transform:{'translate(' * 9_000}-9999px}}</style><p class=a>甲</p>",
    "filters": f"<style>.a{{filter:{'opacity(1) ' * 9_000}opacity(0)}}</style><p class=a>甲</p>",
    "scales": "".join(f"<p style='scale:{'1 ' * n};zoom:{n}'>甲</p>" for n in range(1_000)),
    "popovers": "<dialog><p popover>甲</p></dialog>" * 60_000,
    "descendants": f"<style>.b .a .a .a p,.a .a .a .a .a p{{display:none}}</style>{DEEP}",
    "everything": "<style>"
    + "".join(f"p:not(.x),p,[a],div p,.a{n},div,.b{n} p{{display:none}}" for n in range(200))
    + f"</style>{'<div><p a=1>甲</p></div>' * 30_000}",
    "inline": '<p style="' + "display:none;" * 100_000 + '">甲</p>',
    "colour": "".join(f'<p style="color:rgb({"1" * n})">甲</p>' for n in range(1_000)),
    "codes": "<script>" + "fromCharCode(1,2," * 12_000 + "</script>",
    "long-codes": f"<script>String.fromCharCode({'20170,' * 33_000}1)</script>",
    "nested-codes": "<script>" + "eval(String.fromCharCode(" * 8_000 + "65,66" + ")" * 8_000,
    "atob": "<script>" + 'atob("' * 33_000 + "</script>",
    "base64": f"<script>atob('{'5LuK' * 49_000}')</script>",
    "unescape": "<script>" + 'unescape("%u4eca' * 12_000 + "</script>",
    "styled-by-scripts": "<p>甲</p>" * 60_000
    + "".join(
        f"<script>document.getElementById('a{n}').style.display='none'</script>"
        for n in range(3_000)
    ),
    "written-around": "<script>document.write('<p style=\"opacity:0\">')</script><i>甲</i>" * 9_000
    + "<script>document.write('</p>')</script>" * 9_000,
    "written-quotes": ("<script>document.write('" + "<a '\"" * 300 + "')</script>") * 100,
    "written-strings": ("<script>document.write('" + "'+'" * 600 + ")</script>") * 100,
    "sums": "".join(f"<p style='left:calc({'1' * n} - {'(' * n}'>甲</p>" for n in range(900)),
    "insets": f"<p style='clip-path:inset({'1 ' * 500}'>甲</p>" * 900,
    "joints": f"<script>document.write('今'{' ' * 190_000}+</script>",
    "json": f'<script type="application/ld+json">{"[" * 190_000}</script>',
    "json-names": '<script type="application/ld+json">['
    + ",".join(['{"name":"甲乙"}'] * 10_000)
    + "]</script>",
    "punycode": f"<a href='http://{'xn--' + 'a' * 59}.{'xn--0.' * 100}/'>甲</a>" * 2_000,
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_hostile_styles_and_scripts_cost_no_more_than_their_size(source: str) -> None:
    start = time.process_time()
    extract(source)
    assert time.process_time() - start < 4

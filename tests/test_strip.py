"""Pages without their findings: what goes and what stays."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st
from support import cases

from detector import Config, Detector, InputError, Result
from detector.decode import decode
from detector.extract import extract
from detector.markup import document_of, parsed
from detector.outline import outline, written
from detector.scoring import read_page
from detector.strip import MOST_ROUNDS, Stripped

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.html"))
SPAM = "<html><head><title>镇报</title></head><body><p>天气 开云体育</p><p>明天</p></body></html>"
STRIPPED = SPAM.replace("开云体育", "")
MARK = chr(0xFEFF)


def given_as(case: dict[str, Any], text: str) -> Any:
    """Return ``text`` as the case gives its page: a string, or bytes in an encoding."""
    if "encoding" not in case:
        return text
    return ((MARK if case.get("bom") else "") + text).encode(case["encoding"], "xmlcharrefreplace")


@pytest.mark.parametrize("case", cases("strip"))
def test_strip(case: dict[str, Any], small: Detector) -> None:
    source = given_as(case, case["page"])
    content_type = "text/plain" if case.get("plain") else None
    result = small.score(source, content_type=content_type)
    options = {key: case[key] for key in ("mark", "kind", "min_score") if key in case}
    stripped = result.strip(source, detector=small, content_type=content_type, **options)
    assert stripped.page == given_as(case, case["stripped"])
    assert [span.text for span in stripped.removed] == case["removed"]
    assert [span.text for span in stripped.kept] == case["kept"]
    assert stripped.rounds == case["rounds"]
    assert stripped.changed == (case["page"] != case["stripped"])
    assert stripped.verdict == result.verdict


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_lose_their_findings(path: Path, detector: Detector) -> None:
    source = path.read_bytes()
    result = detector.score(source)
    stripped = result.strip(source, detector=detector)
    if path.name.startswith("clean"):
        assert stripped.page is source
        assert stripped.left is result
        return
    left = detector.score(stripped.page)
    assert left.encoding == result.encoding
    assert stripped.left is not None
    assert stripped.left.spans == left.spans
    assert stripped.removed
    assert 1 <= stripped.rounds <= MOST_ROUNDS
    surest = max(span.score for span in left.spans) if left.spans else 0.0
    assert surest < 0.5 or stripped.kept


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_score_clean(path: Path, detector: Detector) -> None:
    source = path.read_bytes()
    stripped = detector.score(source).strip(source, detector=detector)
    assert detector.score(stripped.page).verdict == "ham"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_page_is_written_as_it_is_read(path: Path) -> None:
    source = decode(path.read_bytes()).text
    assert told(again(source)) == told(source)
    assert again(again(source)) == again(source)


def again(source: str) -> str:
    """Return ``source`` read and written."""
    document = document_of(parsed(source.encode("utf-8", "replace")))
    assert document is not None
    nodes = outline(document, source, 100_000)
    assert nodes is not None
    return written(nodes, source)


def told(source: str) -> list[tuple[str, bool, str]]:
    """Return what is read in ``source``, and where."""
    page = extract(source)
    return [(s.where, s.visible, page.text[s.start : s.end]) for s in page.segments]


BITS = (
    "天气", "开云体育", "官网入口", "嘚鉯嘚鉯壹", "，", " ", "\n", "&amp;", "&lt;b&gt;", "a<b",
    "\u3000", "\0", "&#0;", "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<i class=a>",
    "</i>", "<ul><li>", "<li>", "<br>", "<table><tr><td>", "</table>", "<pre>\n", "<textarea>\n",
    "</textarea>", "<svg>", "</svg>", "<select><option>", "<!--", "-->", "<script>a='",
    "'</script>", "<style>", "</style>", "<noscript>", "</noscript>", "<template>", "</template>",
    "<plaintext>", "<title>", "</title>", "<h1>", "</h1>", "<frameset>", "<iframe>",
    "<a href='http://开云体育.com/'>", "<a href=/b>", "</a>", "<img alt='开云体育'>",
    "<p title=\"官网'入口\">", "<meta name=keywords content='天气,开云体育'>",
    "<div style='display:none'>", "<html lang=zh>", "</body>",
    "<script>w(\"<a href='/x'>开云体育<\\/a>\")</script>", "<!--<p>官网</p>-->",
    "<!-- [if IE]>官网体育<![endif]-->", "<x-y z>", "<o:p>", "\ud800",
)  # fmt: skip
soups = st.lists(st.sampled_from(BITS) | st.text(max_size=4), max_size=30).map("".join)


@given(soups, st.booleans())
@example("<title>开云体育<plaintext>官网入口", False)
@example("<table><a href='http://开云体育.com/'>天气<tr><td><a href=/b>开云体育", False)
def test_tag_soup_never_raises_and_loses_what_is_said_to_be_removed(
    small: Detector, soup: str, mark: bool
) -> None:
    source = "<div>" + soup
    result = small.score(source)
    stripped = result.strip(source, detector=small, mark=mark)
    if result.verdict == "ham":
        assert stripped.page is source
        return
    assert {*stripped.removed, *stripped.kept} or not any(s.score >= 0.5 for s in result.spans)
    if stripped.removed and not mark and not stripped.kept:
        assert stripped.left is not None
        assert all(span.score < 0.5 for span in stripped.left.spans)
    if mark:
        plain = re.sub(r'<mark class="detector-\w+" title="[\d.]+">|</mark>', "", stripped.page)
        assert letters(plain) == letters(again(source) if stripped.changed else source)


@pytest.mark.parametrize("around", ["<!--{}-->", "<template>{}</template>", "<iframe>{}</iframe>"])
def test_of_long_markup_goes_what_was_read(small: Detector, around: str) -> None:
    links = "".join(f"<a href='/{n}'>{'开云体育官网'[n % 6]}开云体育</a>" for n in range(6))
    honest = "<i>天气预报</i>" * 2_000
    source = f"<body><p>今天下午有雨。</p>{around.format(links + honest)}</body>"
    result = small.score(source)
    assert result.truncated == ("max_value",)
    stripped = result.strip(source, detector=small)
    assert stripped.page == f"<body><p>今天下午有雨。</p>{around.format(honest)}</body>"
    assert (stripped.kept, stripped.truncated) == ((), ("max_value",))


def test_long_markup_that_is_nested_too_deep_stays(small: Detector) -> None:
    source = f"<body><!--<a href='/'>开云体育官网</a>{'<div>' * 30_000}--></body>"
    result = small.score(source)
    stripped = result.strip(source, detector=small)
    assert stripped.page is source
    assert [span.text for span in stripped.kept] == ["开云体育官网"]


def letters(source: str) -> str:
    """Return the letters that are read in ``source``, in order."""
    return re.sub(r"[\W_]", "", read_page(source, content_type="text/html").text)


def without(text: str, stripped: Stripped[str]) -> str:
    """Return ``text`` without what was removed; findings of the two kinds may overlap."""
    gone = {at for span in stripped.removed for at in range(span.start, span.end)}
    return "".join(char for at, char in enumerate(text) if at not in gone)


TAGS = (
    "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<i>", "</i>", "<span>", "</span>", "<li>",
    "<ul>", "</ul>", "<h2>", "<br>", " ", "，", "<a href=/b>", "</a>", "<td>", "<hr>",
)  # fmt: skip


@given(st.lists(st.sampled_from((*TAGS, "#", "开云体育", "官网")), max_size=40))
def test_what_is_no_finding_stays_in_order(small: Detector, pieces: list[str]) -> None:
    # Each honest word is another, so that none can take the place of another unseen.
    honest = iter(range(0x5000, 0x6000))
    source = "<body>" + "".join(
        chr(next(honest)) * 3 if piece == "#" else piece for piece in pieces
    )
    result = small.score(source)
    stripped = result.strip(source)
    page = read_page(source)
    assert stripped.kept == ()
    assert letters(stripped.page) == re.sub(r"\W", "", without(page.text, stripped))


@given(
    st.lists(
        st.sampled_from(("开云体育", "嘚鉯嘚鉯", "天气", "\n", "\r\n", " ", "\u2028")), max_size=30
    )
)
def test_of_plain_text_all_but_findings_stays(small: Detector, pieces: list[str]) -> None:
    source = "".join(pieces)
    result = small.score(source, content_type="text/plain")
    stripped = result.strip(source, content_type="text/plain")
    assert stripped.page.split() == without(source, stripped).split()
    marked = result.strip(source, content_type="text/plain", mark=True).page
    assert marked.replace("⟦", "").replace("⟧", "") == source


@given(soups, st.sampled_from(("utf-8", "gb18030", "utf-16-le", "cp1252")))
def test_clean_bytes_come_back_as_they_are(small: Detector, soup: str, encoding: str) -> None:
    clean = re.sub("[开云体育官网入口嘚鉯壹]", "", "<div>" + soup)
    source = clean.encode(encoding, "replace")
    result = small.score(source)
    assert result.strip(source, detector=small).page is source


def test_a_soup_comes_back_as_a_soup(small: Detector) -> None:
    soup = BeautifulSoup(SPAM, "html.parser")
    stripped = small.score(soup).strip(soup, detector=small)
    assert isinstance(stripped.page, BeautifulSoup)
    assert str(stripped.page) == STRIPPED
    assert str(soup) == SPAM
    clean = BeautifulSoup(STRIPPED, "html.parser")
    same = small.score(clean).strip(clean).page
    assert same == clean
    assert same is not clean


def test_a_soup_too_deep_to_be_written_is_said(small: Detector) -> None:
    soup = BeautifulSoup("", "html.parser")
    inner: Any = soup
    for _ in range(1_500):
        tag = soup.new_tag("div")
        inner.extend((tag, "天"))
        inner = tag
    with pytest.raises(InputError, match="nested too deep"):
        small.score(SPAM).strip(soup)


def test_without_a_detector_nothing_is_scored_again(small: Detector) -> None:
    stripped = small.score(SPAM).strip(SPAM)
    assert stripped.page == STRIPPED
    assert stripped.rounds == 1
    assert stripped.left is None


def test_rounds_go_on_while_findings_show(small: Detector) -> None:
    # Only what stands side by side is long enough to be found: each round brings the next together.
    source = "<p>天气开开云体育云</p>"
    found = small.score(source)
    first = replace(found.spans[0], start=3, end=7, text="开云体育")
    partial = replace(found, spans=(first,))
    stripped = partial.strip(source, detector=small)
    assert stripped.page == "<p>天气</p>"
    assert [span.text for span in stripped.removed] == ["开云体育", "开云"]
    assert stripped.rounds == 2


def test_a_ham_page_is_stripped_only_on_demand(small: Detector) -> None:
    result = replace(small.score(SPAM), verdict="ham")
    assert result.strip(SPAM).page is SPAM
    assert result.strip(SPAM, any_verdict=True).page == STRIPPED


def test_a_result_from_json_strips_as_well(small: Detector) -> None:
    result = Result.from_dict(small.score(SPAM).to_dict())
    assert result.strip(SPAM).page == STRIPPED


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (STRIPPED, "not of this page"),
        (SPAM.replace("天气", "天色天气"), "not of this page"),
        (read_page(SPAM), "cannot strip a Page"),
        (7, "cannot score a int"),
    ],
)
def test_another_page_is_refused(page: Any, message: str, small: Detector) -> None:
    with pytest.raises(InputError, match=message):
        small.score(SPAM).strip(page)


@pytest.mark.parametrize(
    ("limits", "whole"),
    [
        ({"max_bytes": 80}, False),
        ({"max_nodes": 9}, False),
        ({"max_depth": 2}, False),
        ({"max_characters": 10}, True),
        ({"max_segments": 2}, True),
        ({"max_value": 8}, True),
    ],
)
@pytest.mark.parametrize("form", [str, bytes])
def test_a_page_that_was_cut(
    limits: dict[str, int], whole: bool, form: type, small: Detector
) -> None:
    page = (
        "<html><title>镇报</title><p>天气 开云体育</p><img alt='今天下午有雨明天晴'>"
        "<div><div><div>官网体育</div></div></div>"
    )
    source: Any = page if form is str else page.encode()
    detector = Detector(small.model, config=Config(**limits))
    result = detector.score(source)
    assert result.verdict == "spam"
    stripped = result.strip(source, detector=detector)
    assert stripped.truncated == result.truncated != ()
    assert stripped.whole == whole
    if whole:  # what lies behind the limit stays
        text = stripped.page if form is str else stripped.page.decode()
        assert "开云体育" not in text
        assert "今天下午有雨明天晴" in text
    else:
        assert stripped.page is source
        assert stripped.kept == result.spans
        assert stripped.removed == ()


def test_nesting_costs_no_recursion(small: Detector) -> None:
    deep = 500
    source = "<body>" + "<div>甲" * deep + "天气开云体育" + "</div>乙" * deep
    stripped = small.score(source).strip(source, detector=small)
    assert stripped.page == source.replace("开云体育", "") + "</body>"


@pytest.mark.parametrize(
    "source",
    [
        "<p>天气</p>" + "<a href='http://开云体育.com/'>开云</a>" * 40_000,
        "<p>天气<b>" + "<i>开云体育</i>天" * 20_000,
        "<p>天气开云体育" + " 官网 天" * 100_000,
        "<p>开云体育天气</p><!--" + "<p>开云体育" * 500 + "-->",
        "<script>" + "a='开云体育';" * 10_000 + "</script>",
        "<p>开云体育</p><noscript>" + "&lt;p&gt;开云体育" * 20_000,
        "<p>开云体育</p><noscript>" + "&lt;p&gt;天<br>甲<br>" * 10_000,
        "<p>开云体育</p>" + "<img alt='开云体育'>" * 20_000,
        "<table><tr><td>开云体育" + "<a href=/b>" * 3_000,
    ],
    ids=["links", "inline", "text", "comment", "script", "noscript", "texts", "values", "anchors"],
)
def test_hostile_pages_cost_no_more_than_their_size(source: str, small: Detector) -> None:
    result = small.score(source)
    assert result.verdict == "spam"
    start = time.process_time()
    stripped = result.strip(source)
    assert time.process_time() - start < 8
    assert stripped.removed or stripped.kept


def test_importing_the_package_imports_no_beautiful_soup() -> None:
    code = (
        "import sys, detector; from detector import Detector\n"
        "d = Detector.load(); p = '<p>x</p>'; d.score(p).strip(p, detector=d)\n"
        "sys.exit('bs4' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    ("label", "before"),
    [
        ("windows-1252", b"caf\xe9 \x80 \x81 \x9d"),
        ("koi8-u", b"\xee\xc5\xc2\xcf \xae"),
        ("euc-jp", b"\xa1\xc1\xa1\xdd \xc5\xb7"),
        ("big5", b"\xa1\x45\xa4\xd1"),
    ],
)
def test_bytes_that_browsers_read_in_their_own_way_come_back(
    small: Detector, label: str, before: bytes
) -> None:
    # The finding is a reference in each character, which every encoding can write.
    spam = "".join(f"&#{ord(char)};" for char in "开云体育").encode("ascii")
    source = b'<meta charset="%s"><p>%s <b>%s</b></p>' % (label.encode("ascii"), before, spam)
    stripped = small.score(source).strip(source)
    assert stripped.removed
    assert stripped.page == source.replace(b" <b>%s</b>" % spam, b" ")


def test_a_string_with_half_a_character_is_stripped(small: Detector) -> None:
    source = SPAM.replace("天气", "天气 \ud83d")
    assert small.score(source).strip(source).page == STRIPPED.replace("天气", "天气 \ufffd")

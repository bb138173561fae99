"""Text in a wrong encoding: what is repaired and what is not, places, and what is found in it."""

from __future__ import annotations

import random
import re
import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import cases, rows_of, small_model
from test_scoring import check_result

from detector import Config, Detector, Page, Result
from detector.damage import MOST_TEXT, Repaired, repairs, shown_spans
from detector.encodings import decoded, encoded
from detector.mojibake import MISALIGNED, PAIRS, TWICE, Pair, natural_lines, read_again
from detector.page import page_from_text
from detector.page_score import page_scores
from detector.report import page_lines
from detector.result import Span
from detector.scoring import read_page

DETECTOR = Detector.load()
TEXT = rows_of("mojibake_pairs")[0]["text"]
TRADITIONAL = next(r["text"] for r in rows_of("mojibake_pairs") if "big5" in r["written"])
GBK, UTF8 = Pair("gb18030", "cp1252"), Pair("utf-8", "cp1252")
ADVERTS = {
    "big5hkscs": "線上娛樂城百家樂老虎機註冊送體驗金",
    "gb18030": "开云体育官网入口,注册送彩金,百家乐真人在线投注平台",
}
SINGLE = [pair for pair in PAIRS if pair.shown in ("cp1252", "cp1251", "koi8-r", "mac-roman")]


def misread(text: str, pair: Pair) -> str:
    """Return ``text`` as it looks when the bytes of one encoding are read in another."""
    data = encoded(text, pair.written, "ignore")
    return data.decode("latin-1") if pair.shown == "latin-1" else decoded(data, pair.shown)


def shown_as(text: str, label: str) -> tuple[str, Pair]:
    """Return ``text`` as it looks, and the pair, of a label such as ``cp949 as latin-1``."""
    written, _, shown = label.partition(" as ")
    twice = written.endswith(" twice")
    pair = Pair(written.removesuffix(" twice"), shown)
    looks = misread(misread(text, pair), pair) if twice else misread(text, pair)
    return looks, TWICE if twice else Pair(written, shown.replace("latin-1", "cp1252"))


def garbled(page: Page) -> list[Span]:
    """Return findings that are all lines of ``page``."""
    found, start = [], 0
    for line in page.text.split("\n"):
        if line:
            found.append(Span("garbled", start, start + len(line), line, 0.9))
        start += len(line) + 1
    return found


def plain(text: str) -> Result:
    """Return the judgement of plain text, of which what holds for any page was asserted."""
    result = DETECTOR.score(text, content_type="text/plain")
    check_result(result, page_from_text(text), DETECTOR)
    for each in result.damage:
        assert 0 <= each.start < each.end <= len(text)
        assert 0 < len(each.text) <= min(each.length, MOST_TEXT)
    assert Result.from_dict(result.to_dict()).damage == result.damage
    return result


@pytest.mark.parametrize("case", cases("mojibake_pairs"))
def test_innocent_text_in_a_wrong_encoding_is_damage(case: dict[str, Any]) -> None:
    shown = misread(case["text"], Pair(case["written"], case["shown"]))
    before = case.get("before", "")
    result = plain(before + shown)
    assert result.verdict == "ham"
    assert {each.written for each in result.damage} == {case["written"]}
    assert {each.shown for each in result.damage} == {case["shown"].replace("latin-1", "cp1252")}
    assert result.damage[0].start == len(before)
    if case["holes"]:
        holes = sum(each.text.count("\ufffd") for each in result.damage)
        assert 0 < holes <= case["holes"]
        assert case["text"][:8] in result.damage[0].text
    else:
        (whole,) = result.damage
        assert whole.text == case["text"]
        assert (whole.end, whole.length) == (len(before + shown), len(case["text"]))
        assert result.judged_length == len(before + case["text"])


LANGUAGES = rows_of("mojibake_languages")


def labels(*kinds: str) -> list[Any]:
    """Return parameters: each row of the languages with each label under ``kinds``."""
    return [
        pytest.param(
            row, label, id=f"{row['name']}, {label}", marks=known_failure(row, kind, label)
        )
        for row in LANGUAGES
        for kind in kinds
        for label in row.get(kind, ())
    ]


def known_failure(row: dict[str, Any], kind: str, label: str) -> list[pytest.MarkDecorator]:
    """Return the mark of a label of ``kind`` under ``fails``, which has the reasons."""
    reason = row.get("fails", {}).get(kind, {}).get(label)
    return [pytest.mark.xfail(strict=True, reason=reason)] if reason else []


@pytest.mark.parametrize(("row", "label"), labels("repaired"))
def test_innocent_text_of_any_language_is_repaired(row: dict[str, Any], label: str) -> None:
    shown, pair = shown_as(row["text"], label)
    result = plain(shown)
    assert result.verdict == "ham"
    (damage,) = result.damage
    assert (damage.written, damage.shown) == pair
    assert damage.text == row["text"]


@pytest.mark.parametrize(("row", "label"), labels("ham"))
def test_of_what_is_not_repaired_nothing_is_spam(row: dict[str, Any], label: str) -> None:
    assert plain(shown_as(row["text"], label)[0]).verdict == "ham"


@pytest.mark.parametrize(("row", "label"), labels("found"))
def test_adverts_of_any_language_are_found_once_repaired(row: dict[str, Any], label: str) -> None:
    result = plain(shown_as(row["advert"], label)[0])
    assert result.verdict == "spam"
    assert result.damage
    assert any(span.kind == "injection" and span.score >= 0.5 for span in result.spans)


SIGNS = (
    "Our¡¡museum¡¡|¡¡Home¡¡|¡¡Contact\nOpening hours£ºten to six£¬closed on Mondays¡£\n"
    "¡¡¡¡Visitors should bring a ticket¡£"
)


def test_punctuation_of_gbk_in_text_of_ascii_is_damage() -> None:
    result = plain(SIGNS)
    assert result.verdict == "ham"
    (damage,) = result.damage
    assert (damage.written, damage.shown) == GBK
    assert damage.text.startswith("Our\u3000museum")
    advert = "Best online casino£¬no deposit bonus¡¡free spins£¬slots for real money¡¡jackpot"
    assert plain(f"{SIGNS}\n{advert}").damage
    assert plain(advert).verdict == DETECTOR.score(read_again(advert, GBK).text).verdict == "spam"


def test_a_line_that_lost_a_byte_is_damage() -> None:
    proper = TEXT.partition("\n")[0]
    for line in (
        "老人说他年轻时跟着师傅走南闯北，后来在河边开了一间小店。",
        "孩子们放学以后常来店里坐一坐，听老人讲从前的故事。",
        "她把信放进抽屉里，心里想着明天一早去车站接人。",
    ):
        shown = decoded(line.encode("gbk")[1:], "gb18030")
        result = plain(f"{proper}\n{shown}\n{proper}")
        assert result.verdict == "ham"
        (damage,) = result.damage
        assert (damage.written, damage.shown) == MISALIGNED
        assert damage.text.strip("\ufffd") == line[1:-1]


def test_text_of_which_too_much_is_lost_is_damage_and_no_spam() -> None:
    shown = misread(TEXT, Pair("utf-8", "big5hkscs"))
    proper = TEXT.partition("\n")[0]
    result = plain(f"{proper}\n{shown}")
    assert result.verdict == "ham"
    (damage,) = result.damage
    assert (damage.written, damage.shown) == ("", "")
    assert damage.text in shown
    lines = page_lines("a", result, page_from_text(shown), lambda text, **_: text)
    assert any("bytes were lost" in line for line in lines)
    assert plain(f"{ADVERTS['gb18030']}\n{shown}").verdict == "spam"


@pytest.mark.parametrize("name", ["Chinese", "Japanese", "Korean", "Russian", "Arabic", "Thai"])
@pytest.mark.parametrize("left", ["", "?", "\ufffd"])
def test_text_that_lost_its_control_characters_is_damage(name: str, left: str) -> None:
    text = next(row["text"] for row in LANGUAGES if row["name"] == name)
    shown = re.sub("[\x80-\x9f]", left, misread(text, Pair("utf-8", "latin-1")))
    result = plain(shown)
    assert result.verdict == "ham"
    assert result.damage
    before = f"{ADVERTS['gb18030']}\n{shown}"
    assert plain(before).verdict == "spam"


@pytest.mark.parametrize("written", ["utf-8", "gb18030"])
@pytest.mark.parametrize("shown", ["cp1251", "koi8-r"])
def test_chinese_in_cyrillic_letters_is_told_by_its_commas(written: str, shown: str) -> None:
    pair = Pair(written, shown)
    innocent = plain(misread(TEXT, pair))
    assert (innocent.verdict, len(innocent.damage)) == ("ham", 1)
    spam = plain(misread(f"{TEXT}\n{ADVERTS['gb18030'].replace(',', '，')}", pair))
    assert spam.verdict == "spam"
    assert spam.damage[0].written == written


@pytest.mark.parametrize(
    "cloaked",
    [
        "ßëšt öñlïñê ¢å§îñø ßøñû§, þlåÿ §lºt§ ƒör rëåł mønéÿ, ñø dëpø§ït ƒrêê §pïñ§ ëvërÿ dåÿ",
        "§ìtû§ jüdì §löt öñlïñë tërpërçåÿå gåmpåñg mëñåñg, dåƒtår §ëkåråñg ßöñü§ ñêw mëmbër",
    ],
)
def test_words_cloaked_in_letters_and_signs_are_no_damage(cloaked: str) -> None:
    page = page_from_text(cloaked)
    assert repairs([page], [garbled(page)], DETECTOR.model, DETECTOR.config) == [None]


def test_words_garbled_beside_lost_text_are_told() -> None:
    shown = misread(TEXT, Pair("utf-8", "big5hkscs"))
    text = "据好意思国媒体报谈，东谈主工智能公司发布了新模子，好意思国的东谈主们齐知谈这件事情。"
    result = plain(f"{text}\n{shown}")
    assert result.damage
    assert any(span.kind == "garbled" and span.text in text for span in result.spans)


def test_the_most_frequent_pairs_as_they_look() -> None:
    assert read_again("°ÄÃÅ", GBK).text == "澳门"
    assert read_again("ç¾Žå›½", UTF8).text == "美国"
    assert read_again("鍛ㄥ叚", Pair("utf-8", "gb18030")).text == "周六"
    assert read_again("å…\ufffdå›½", UTF8).text == "\ufffd国"


@pytest.mark.parametrize("case", cases("mojibake_not"))
def test_other_text_is_left_as_it_is(case: dict[str, Any]) -> None:
    page = page_from_text(case["page"])
    assert repairs([page], [garbled(page)], DETECTOR.model, DETECTOR.config)[0] is None
    assert plain(case["page"]).damage == ()


@pytest.mark.parametrize("pair", PAIRS[:4], ids="-".join)
@pytest.mark.parametrize("html", [True, False])
def test_an_advert_in_it_is_found_and_struck(pair: Pair, html: bool) -> None:
    text = TRADITIONAL if "big5" in pair.written else TEXT
    advert = ADVERTS.get(pair.written, ADVERTS["gb18030"])
    lines = [*text.split("\n")[:2], advert, *text.split("\n")[2:]]
    shown = [misread(line, pair) for line in lines]
    source = "".join(f"<p>{line}</p>" for line in shown) if html else "\n".join(shown)
    page = read_page(source)
    result = DETECTOR.score(source)
    check_result(result, page, DETECTOR)
    assert result.verdict == "spam"
    (damage,) = result.damage
    assert damage.text.count("\n") == len(lines) - 1
    best = max(result.spans, key=lambda span: span.score)
    assert best.kind == "injection"
    assert best.repaired is not None
    assert "体育官网" in best.repaired or best.repaired in advert
    assert best.repaired == read_again(best.text, pair).text
    assert (best.path != "") == html
    stripped = result.strip(source, detector=DETECTOR)
    assert best.text not in stripped.page
    assert shown[0] in stripped.page
    assert stripped.left is not None
    assert stripped.left.verdict == "ham"
    assert stripped.left.damage
    assert list(DETECTOR.score_many([source, text, source])) == [
        result, DETECTOR.score(text), result,
    ]  # fmt: skip


def test_a_hidden_advert_in_it_keeps_its_place() -> None:
    advert = misread(ADVERTS["gb18030"], GBK)
    links = "".join(f'<a href="/{n}">{advert}</a>' for n in range(3))
    source = (
        f'<title>{advert}</title><p>{misread(TEXT, GBK)}</p><div style="display:none">{links}</div>'
    )
    result = DETECTOR.score(source)
    likely = [span for span in result.spans if span.score >= 0.5]
    title, *hidden = [span for span in likely if span.kind == "injection"]
    assert (title.where, title.visible) == ("title", True)
    assert {(span.where, span.hidden_by) for span in hidden} == {("link", "display")}
    assert len(result.link_blocks) == 1


def test_words_garbled_before_it_was_damaged_are_told_as_shown() -> None:
    text = "据好意思国媒体报谈，东谈主工智能公司发布了新模子，好意思国的东谈主们齐知谈这件事情。"
    result = plain(misread(text, GBK))
    (span,) = [span for span in result.spans if span.kind == "garbled"]
    assert span.repaired is not None
    assert span.repaired in text
    likely = {word.text: word.likely for word in span.words if word.likely}
    assert likely[misread("东谈主工智能", GBK)] == "人工智能"


def test_the_report_tells_of_it_in_one_line_and_what_findings_say() -> None:
    source = misread(f"{TEXT}\n{ADVERTS['gb18030']}", GBK)
    result = plain(source)
    lines = page_lines("a", result, page_from_text(source), lambda text, **_: text)
    (told,) = [line for line in lines if "damage" in line]
    assert "gb18030 read as cp1252" in told
    assert f"{len(source):,} characters" in told
    assert TEXT[:20] in told
    assert any("reads" in line and "开云体育官网入口" in line for line in lines)
    assert all(char.isprintable() for line in lines for char in line)


def test_more_stretches_than_findings_are_cut_and_it_is_said() -> None:
    line = misread(TEXT.partition("\n")[0], GBK)
    source = "\n".join([line, "学校"] * 6)
    few = Detector(DETECTOR.model, config=Config(max_spans=4))
    result = few.score(source, content_type="text/plain")
    assert len(result.damage) == 4
    assert result.truncated == ("max_spans",)
    assert plain(source).truncated == ()


def test_the_score_follows_from_the_findings_as_repaired() -> None:
    result = plain(misread(f"{TEXT}\n{ADVERTS['gb18030']}", UTF8))
    again = Result.from_dict(result.to_dict())
    score, _ = page_scores(
        again.spans, again.judged_length, again.texture, DETECTOR.model, html=again.html
    )
    assert score == pytest.approx(result.score, abs=1e-5)


CHINESE = TEXT.replace("\n", "")
SENTENCES = st.text(st.sampled_from(CHINESE + "ab 1。，"), min_size=20, max_size=60)


@given(
    st.lists(SENTENCES | st.just("a"), min_size=1, max_size=4), st.sampled_from(PAIRS), st.data()
)
def test_what_a_finding_says_is_what_its_place_says(
    lines: list[str], pair: Pair, data: st.DataObject
) -> None:
    shown = "\n".join([misread(CHINESE, pair), *(misread(line, pair) for line in lines), "学校"])
    page = page_from_text(shown)
    of = repairs([page], [garbled(page)], DETECTOR.model, DETECTOR.config)[0]
    if of is None:  # Big5 has too few of these characters, Shift_JIS loses too much of them
        assert "big5hkscs" in pair or "cp932" in pair
        return
    check_repaired(of, page, pair)
    text = of.page.text
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, min(len(text), start + 20)))
    cut = sorted({start, end, data.draw(st.integers(start, end))})
    found = [Span("injection", a, b, text[a:b], 0.5) for a, b in pairwise(cut)]
    spans = shown_spans(found, of, shown)
    assert spans
    assert all(a.end <= b.start for a, b in pairwise(spans))
    for span in spans:
        assert shown[span.start : span.end] == span.text
        assert span.read in text
        if span.repaired is not None and any(
            each.start <= span.start and span.end <= each.end for each in of.damage
        ):
            assert read_again(span.text, pair).text == span.repaired
    together = "".join(span.read for span in spans)
    assert together == text[start:end] if pair in SINGLE else text[start:end] in together


def check_repaired(of: Repaired, page: Page, pair: Pair) -> None:
    """Assert what holds for any repaired page."""
    assert (of.text_at[0], of.shown_at[0]) == (0, 0)
    assert (of.text_at[-1], of.shown_at[-1]) == (len(of.page.text), len(page.text))
    assert (of.text_at[1:] > of.text_at[:-1]).all()
    assert (of.shown_at[1:] > of.shown_at[:-1]).all()
    assert of.page.text.count("\n") == page.text.count("\n")
    for each in of.damage:
        assert read_again(page.text[each.start : each.end], pair).text == each.text
    assert len(of.page.segments) == len(page.segments)
    places = [(s.start, s.end) for s in of.page.segments]
    assert all(0 <= a <= b <= len(of.page.text) for a, b in places)
    assert places == sorted(places)


def test_pages_of_segments_in_either_form_are_repaired_alike() -> None:
    page = read_page("".join(f"<p>{misread(line, UTF8)}</p>" for line in TEXT.split("\n")))
    made = page._replace(segments=list(page.segments))
    assert DETECTOR.score(made) == DETECTOR.score(page)
    found = [garbled(page), garbled(made)]
    of, other = repairs([page, made], found, DETECTOR.model, DETECTOR.config)
    assert of is not None
    assert other is not None
    assert list(of.page.segments) == list(other.page.segments)


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")), st.sampled_from(PAIRS))
def test_any_text_can_be_read_again(text: str, pair: Pair) -> None:
    reading = read_again(text, pair)
    assert len(reading.shown_at) == len(text) + 1
    assert len(reading.text_at) == len(reading.text) + 1
    assert reading.shown_at[-1] == reading.text_at[-1]
    assert reading.text.count("\n") == text.count("\n")
    page = page_from_text(text)
    repairs([page], [garbled(page)], small_model(), Config())


def test_natural_text_is_told_from_text_in_a_wrong_encoding() -> None:
    counts, tables = DETECTOR.model.counts, DETECTOR.model.tables
    shown = misread(CHINESE, Pair("utf-8", "gb18030"))
    text = f"{CHINESE}\n{shown}\n\nno hanzi\n{CHINESE}"
    assert natural_lines(text, counts, tables).tolist() == [True, False, False, False, True]


@pytest.mark.parametrize("start", ["", misread(CHINESE, Pair("gb18030", "latin-1")) + "\n"])
@pytest.mark.parametrize("low", [0x80, 0xA0, 0xB0])
def test_a_megabyte_of_letters_costs_little(start: str, low: int) -> None:
    letters = [chr(code) for code in range(low, 0x100)]
    noise = start + "".join(random.Random(low).choices(letters, k=1_000_000))
    damaged = start + misread(CHINESE, Pair("gb18030", "latin-1")) * 6_000
    for text in (noise, damaged):
        began = time.process_time()
        DETECTOR.score(text, content_type="text/plain")
        assert time.process_time() - began < 2

"""Scoring: what the shipped model must find and leave alone, and what holds for any page."""

from __future__ import annotations

import json
import math
import pickle
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise, repeat
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st
from support import CASES, DAMAGED, PROMOTED, cases, rows_of, small_model

from detector import Config, Detector, InputError, Page, Result
from detector.candidates import (
    SPAN_FEATURES,
    Candidates,
    candidates,
    reported,
    signs_of,
    without_parting,
)
from detector.extract import extract
from detector.page import page_from_text
from detector.page_score import (
    BOUNDS,
    FITTED,
    Weighed,
    brief,
    counts,
    excerpt,
    is_chinese,
    page_features,
    page_scores,
)
from detector.result import KINDS, Kind, Span, Texture
from detector.scoring import read_page

NAMES = [row["name"] for row in rows_of("scoring_pages")]
PAGES = [row["page"] for row in rows_of("scoring_pages")]
SMALL = Detector(small_model())
SOURCES = st.text(
    st.sampled_from(PROMOTED + DAMAGED + "今天 ab\n\u200b<p>&;\U00020000"), max_size=60
)


@pytest.fixture(params=["small", "detector"])
def either(request: pytest.FixtureRequest) -> Detector:
    """Return the detector with the small model, then the one with the shipped model."""
    found: Detector = request.getfixturevalue(request.param)
    return found


def check_result(result: Result, page: Page, detector: Detector) -> None:
    """Assert what holds for the result of any page."""
    assert 0 <= result.score <= 1
    assert result.verdict == ("spam" if result.score >= result.threshold else "ham")
    assert (result.length, result.html) == (len(page.text), page.html)
    keys = [(span.start, span.end) for span in result.spans]
    assert keys == sorted(keys)
    for span in result.spans:
        assert 0 <= span.start < span.end <= len(page.text)
        assert page.text[span.start : span.end] == span.text
        assert "\n" not in span.text
        assert detector.config.min_span_score <= span.score <= 1
        assert span.kind == "garbled" or not span.words
        for word in span.words:
            assert page.text[word.start : word.end] == word.text
        places = [(word.start, word.end) for word in span.words]
        assert all(first[1] <= second[0] for first, second in pairwise(places))
    by_kind = {kind: [s for s in result.spans if s.kind == kind] for kind in result.scores}
    for found in by_kind.values():
        assert all(first.end <= second.start for first, second in pairwise(found))
    for kind, found in by_kind.items():
        assert any(counts(kind, span.read) for span in found) == (result.scores[kind] > 0)
    # Every point of the score can be shown: it follows from the findings alone.
    assert page_scores(
        result.spans, result.judged_length, result.texture, detector.model, html=result.html
    ) == (
        result.score, result.scores,
    )  # fmt: skip


@pytest.mark.parametrize("case", cases("scoring_pages"))
def test_the_shipped_model(case: dict[str, Any], detector: Detector) -> None:
    page = read_page(case["page"])
    result = detector.score(case["page"])
    check_result(result, page, detector)
    assert result.verdict == ("spam" if case["kind"] else "ham")
    sure = [span for span in result.spans if span.score >= 0.5]
    marked = {at for span in sure for at in range(span.start, span.end)}
    for words in case["found"]:
        at = page.text.index(words)
        inside = sum(position in marked for position in range(at, at + len(words)))
        assert inside * 2 >= len(words), f"{words} is not found"
    for words in case["clean"]:
        at = page.text.index(words)
        assert not marked & set(range(at, at + len(words))), f"{words} is flagged"
    if case["kind"]:
        assert case["kind"] in {span.kind for span in sure}
        assert result.scores[case["kind"]] == max(result.scores.values())


@pytest.mark.parametrize("source", PAGES, ids=NAMES)
def test_all_forms_of_a_page_score_the_same(source: str, either: Detector) -> None:
    page = read_page(source)
    expected = either.score(source)
    check_result(expected, page, either)
    forms: list[Any] = [page, source.encode(), bytearray(source.encode())]
    if page.html:
        forms += [BeautifulSoup(source, "html.parser"), extract(source)]
    else:
        forms += [page_from_text(source)]
    for form in forms:
        found = either.score(form).to_dict()
        assert {**found, "encoding": None} == expected.to_dict()


@pytest.mark.parametrize("codec", ["gb18030", "utf-8-sig", "utf-16"])
def test_the_encoding_does_not_matter(codec: str, either: Detector) -> None:
    source = PAGES[6].replace('charset="utf-8"', f'charset="{codec}"')
    found = either.score(source.encode(codec))
    assert found.encoding == {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(codec, codec)
    assert found.spans == either.score(source).spans


def test_soup_from_str_and_from_bytes(either: Detector) -> None:
    source = PAGES[6]
    from_text = BeautifulSoup(source, "html.parser")
    from_bytes = BeautifulSoup(source.encode("utf-8"), "html.parser")
    before = str(from_text)
    assert either.score(from_text) == either.score(from_bytes) == either.score(source)
    assert str(from_text) == before
    assert either.score(from_text.title) == either.score(str(from_text.title))  # type: ignore[arg-type]


def test_css_paths_lead_beautiful_soup_to_the_findings(detector: Detector) -> None:
    source = PAGES[8]
    soup = BeautifulSoup(source, "html.parser")
    spans = detector.score(source).spans
    assert spans
    for span in spans:
        (element,) = soup.select(span.path)
        # A finding may run over inline neighbours; the path is that of the one with most of it.
        pieces = [span.text[at : at + 2] for at in range(max(1, len(span.text) - 1))]
        assert any(piece in str(element) for piece in pieces)


def test_findings_say_where_they_are(small: Detector) -> None:
    source = (
        "<title>开云体育官网</title><p>今<b>天</b></p>"
        '<div style="display:none"><a href="http://x.example/">开云入口体育</a></div>'
    )
    title, link = small.score(source).spans
    assert (title.where, title.visible, title.path) == (
        "title", True, "html > head > title:nth-of-type(1)",
    )  # fmt: skip
    assert (link.where, link.visible) == ("link", False)
    assert link.path == "html > body > div:nth-of-type(1) > a:nth-of-type(1)"


def test_a_finding_across_inline_elements_names_the_one_with_most_of_it(small: Detector) -> None:
    (span,) = small.score("<p>今天开云<b>体育官网入口</b>天气</p>").spans
    assert span.text == "开云体育官网入口"
    assert span.path == "html > body > p:nth-of-type(1) > b:nth-of-type(1)"


def test_folded_spam_is_found_at_its_original_place(small: Detector) -> None:
    text = "今天\u200b開\u200b雲\u2060 體 育\ufe0f官網天气"
    (span,) = small.score(text).spans
    assert (span.start, span.end) == (3, 14)
    assert span.text == text[3:14]


def test_garbled_words_are_named_with_their_likely_originals(small: Detector) -> None:
    (span,) = small.score("这是壹個嘚嘚嘚词").spans
    assert span.kind == "garbled"
    assert [(word.text, word.likely) for word in span.words] == [("壹個", "一個"), ("嘚嘚嘚", None)]


@given(SOURCES | st.text(), st.booleans())
@example("\ufad0天天天\ufacf", False)
@example("\ud800\udfff开云", False)
@example("\0\0\0开云", True)
@example("🿿\U0010ffff" * 3, False)
def test_any_text_is_judged(text: str, html: bool) -> None:
    content_type = "text/html" if html else "text/plain"
    page = read_page(text, content_type=content_type)
    result = SMALL.score(text, content_type=content_type)
    check_result(result, page, SMALL)
    if not html:
        assert page.text == text


@given(st.binary(max_size=200))
def test_any_bytes_are_judged(data: bytes) -> None:
    result = SMALL.score(data)
    assert 0 <= result.score <= 1


def test_every_character_of_unicode_can_be_judged(detector: Detector) -> None:
    for start in (0, 0x8000, 0x10000, 0x18000, 0x20000, 0x2F000, 0xE0000):
        text = "".join(map(chr, range(start, start + 0x8000)))
        check_result(
            detector.score(text, content_type="text/plain"), page_from_text(text), detector
        )


@pytest.mark.parametrize("nothing", ["", " \n", b"", "\u200b", "<html></html>", b"\xff\xfe"])
def test_nothing_scores_nothing(nothing: str | bytes, either: Detector) -> None:
    result = either.score(nothing)
    assert (result.score, result.verdict, result.spans) == (0.0, "ham", ())


def test_binary_data_scores_nothing_and_says_so(either: Detector) -> None:
    result = either.score(b"\x89PNG\r\n\x1a\n" + b"\0" * 99)
    assert (result.score, result.truncated) == (0.0, ("binary",))


@pytest.mark.parametrize(
    ("page", "replaced"),
    [
        ("<p>学校</p>".encode(), 0),
        (b'<meta charset="gbk"><p>' + "学校附近的".encode("gbk") + b"\xff</p>", 1),
        (b"<p>" + "学校附近的".encode() * 3 + b"\xed\xa0\xbd</p>", 3),
        ("<p>\ud83d</p>", 1),
        ("<p>\ud83d\ude00</p>", 0),
        ("\ufffd in plain text \ufffd", 2),
    ],
    ids=["whole", "broken byte", "surrogate", "lone escape", "pair of escapes", "text"],
)
def test_a_result_says_how_much_was_unreadable(page: bytes | str, replaced: int) -> None:
    result = SMALL.score(page)
    assert result.replaced == replaced == read_page(page).text.count("\ufffd")


def test_score_many_keeps_order_and_costs_only_its_own_row(either: Detector) -> None:
    items: list[Any] = [PAGES[0], None, ("http://a.example/", PAGES[6]), 5, b"<p>x", ("u", None)]
    found = list(either.score_many(items))
    assert [result.error is None for result in found] == [True, False, True, False, True, False]
    assert [result.url for result in found] == [None, None, "http://a.example/", None, None, "u"]
    assert found[0] == either.score(PAGES[0])
    assert found[2] == either.score(PAGES[6], url="http://a.example/")
    assert "cannot score a NoneType" in str(found[1].error)
    assert (found[1].score, found[1].verdict, found[1].spans) == (0.0, "ham", ())
    assert Result.from_dict(found[1].to_dict()) == found[1]


@given(sources=st.lists(SOURCES, max_size=12))
@example(sources=["", "\n", "字", "开云", "<p>开云</p>今天", "b\n\nb"])
def test_a_page_scores_the_same_in_any_company(sources: list[str]) -> None:
    assert list(SMALL.score_many(sources)) == [SMALL.score(source) for source in sources]


def test_pages_score_the_same_in_any_company(detector: Detector) -> None:
    alone = [detector.score(page) for page in PAGES]
    assert list(detector.score_many(PAGES)) == alone
    assert list(detector.score_many(PAGES[::-1])) == alone[::-1]
    for config in (Config(batch_characters=3_000), Config(batch_source=3_000)):
        assert list(Detector(detector.model, config=config).score_many(PAGES)) == alone


def test_pages_that_came_before_their_source_broke_down_are_judged(small: Detector) -> None:
    def pages() -> Iterator[str]:
        yield from ("今天", "开云体育官网")
        raise OSError("the disk is gone")

    results = small.score_many(pages())
    assert [next(results).verdict, next(results).verdict] == ["ham", "spam"]
    with pytest.raises(OSError, match="disk"):
        next(results)


@pytest.mark.parametrize(
    ("item", "error"),
    [
        (("https://a.example/",), "this one has 1 items"),
        (("https://a.example/", "今天", "text/html", "x"), "this one has 4 items"),
        ((b"<p>", "https://a.example/"), "a URL is a str, not a bytes"),
        (("https://a.example/", "今天", math.nan), "a content_type is a str, not a float"),
        ((math.nan, "今天"), "a URL is a str, not a float"),
    ],
)
def test_an_item_of_another_form_costs_only_its_own_row(
    item: Any, error: str, small: Detector
) -> None:
    found = list(small.score_many(["今天", item, "开云体育官网"]))
    assert [result.verdict for result in found] == ["ham", "ham", "spam"]
    assert error in str(found[1].error)
    json.dumps(found[1].to_dict())


@pytest.mark.parametrize("page", ["今天", b"<p>", bytearray(b"<p>"), page_from_text("今天")])
def test_score_many_takes_no_single_page(page: Any, small: Detector) -> None:
    with pytest.raises(InputError, match="score takes one"):
        list(small.score_many(page))


@pytest.mark.parametrize("options", [{"url": 5}, {"content_type": b"text/html"}])
def test_a_url_and_a_content_type_are_text(options: Any, small: Detector) -> None:
    with pytest.raises(InputError, match="is a str, not a"):
        small.score("今天", **options)


@pytest.mark.parametrize("threshold", [-0.1, 1.1, math.nan, math.inf, "0.5"])
def test_a_threshold_is_a_probability(threshold: Any, small: Detector) -> None:
    with pytest.raises(InputError, match="a number from 0 to 1"):
        Detector(small.model, threshold)


def test_score_many_is_lazy(small: Detector) -> None:
    assert next(small.score_many(repeat("今天"))).score == 0.0


@pytest.mark.parametrize("wrong", [None, 3, ["<p>"], {"a": 1}])
def test_other_types_are_refused(wrong: Any, small: Detector) -> None:
    with pytest.raises(InputError, match="pass bytes, str, a BeautifulSoup or a Page"):
        small.score(wrong)


def test_one_detector_serves_many_threads(either: Detector) -> None:
    expected = [either.score(page) for page in PAGES]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(either.score, PAGES * 4))
    assert found == expected * 4


def test_a_detector_can_be_pickled(either: Detector) -> None:
    again: Detector = pickle.loads(pickle.dumps(either))
    assert (again.threshold, again.config) == (either.threshold, either.config)
    assert [again.score(page) for page in PAGES] == [either.score(page) for page in PAGES]


def test_a_page_can_be_pickled(small: Detector) -> None:
    page = read_page(PAGES[6])
    again: Page = pickle.loads(pickle.dumps(page))
    assert [s[:4] for s in again.segments] == [s[:4] for s in page.segments]
    assert small.score(again).score == small.score(page).score


def test_a_page_may_be_made_of_segments(small: Detector) -> None:
    page = read_page(PAGES[6])
    made = page._replace(segments=list(page.segments))
    assert made.starts() == page.starts()
    assert small.score(made) == small.score(page)
    bare = small.score(made._replace(elements=None))
    assert bare.score == small.score(page).score
    assert {span.path for span in bare.spans} <= {""}


def test_scoring_twice_gives_the_same(either: Detector) -> None:
    assert [either.score(page) for page in PAGES] == [either.score(page) for page in PAGES]


def test_the_threshold_decides_the_verdict() -> None:
    source = "今天开云体育官网"
    score = SMALL.score(source).score
    assert Detector(SMALL.model, threshold=score).score(source).verdict == "spam"
    assert Detector(SMALL.model, threshold=score + 1e-9).score(source).verdict == "ham"


def test_limits_of_findings_are_kept_and_said() -> None:
    source = "\n".join(["今天开云体育官网入口", "今天开云体育", "今天开云", "今天官"])
    everything = SMALL.score(source)
    assert [span.text[:2] for span in everything.spans] == ["开云", "开云", "开云", "官"]
    few = Detector(SMALL.model, config=Config(max_spans=2)).score(source)
    assert few.truncated == ("max_spans",)
    assert [span.text for span in few.spans] == ["开云体育官网入口", "开云体育"]
    sure = Detector(SMALL.model, config=Config(min_span_score=0.9)).score(source)
    assert sure.truncated == ()
    assert 0 < len(sure.spans) < 4
    assert all(span.score >= 0.9 for span in sure.spans)


def test_of_doubts_only_the_best_are_kept() -> None:
    source = "\n".join(["今天开云体育", "今天官", "今天开云", "今天官网", "今天入口"])
    config = Config(min_span_score=0.0, likely_span_score=0.999, max_doubts=2)
    kept = Detector(SMALL.model, config=config).score(source).spans
    every = SMALL.score(source).spans
    assert [span.text for span in kept] == ["开云体育", "开云"]
    assert len(every) == 5
    likely = replace(config, likely_span_score=min(span.score for span in every))
    assert Detector(SMALL.model, config=likely).score(source).spans == every


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("开云体育", True),
        ("kaiyun.com", False),
        ("バカラ攻略", False),
        ("Kaiyun官网", True),
        ("", False),
    ],
)
def test_chinese_findings_are_told_from_others(text: str, expected: bool) -> None:
    assert is_chinese(text) == expected


@pytest.mark.parametrize(
    ("wholes", "scores", "expected"),
    [
        ([-1, -1, -1], [0.9, 0.01, 0.5], [0, 2]),
        ([-1, 0], [0.9, 0.4], [0]),
        ([-1, 0], [0.4, 0.9], [1]),
        ([-1, 0, 0], [0.4, 0.9, 0.5], [1, 2]),
        ([-1, 0, 0], [0.4, 0.9, 0.01], [1]),
        ([-1, 0, -1, 2], [0.9, 0.5, 0.2, 0.8], [0, 3]),
        ([], [], []),
    ],
)
def test_either_a_whole_is_reported_or_its_parts(
    wholes: list[int], scores: list[float], expected: list[int]
) -> None:
    pages = np.zeros(len(scores), dtype=np.intp)
    chosen = reported(pages, np.array(wholes, dtype=np.intp), np.array(scores), Config())
    assert chosen.tolist() == expected


def test_of_doubts_the_best_of_each_page_are_reported() -> None:
    pages = np.array([0, 0, 0, 0, 0, 1], dtype=np.intp)
    scores = np.array([0.1, 0.9, 0.2, 0.15, 0.05, 0.04])
    chosen = reported(pages, np.full(6, -1), scores, Config(max_doubts=2))
    assert chosen.tolist() == [1, 2, 3, 5]


@given(st.lists(SOURCES, min_size=1, max_size=4))
def test_parts_lie_within_their_wholes_and_say_so(texts: list[str]) -> None:
    model = SMALL.model
    check_parts(candidates(signs_of(list(map(page_from_text, texts)), model), model, "injection"))


def test_a_title_has_the_injection_as_a_part(detector: Detector) -> None:
    pages = [
        page_from_text(f"{title}-必赢娱乐官网登录 - 临江市第二中学")
        for title in ("关于秋季运动会报名的通知", "高一新生入学须知", "今年暑期值班安排表")
    ]
    found = candidates(signs_of(pages, detector.model), detector.model, "injection")
    check_parts(found)
    parts = np.flatnonzero(found.whole >= 0)
    said = {
        pages[found.page[k]].text[found.text_start[k] : found.text_end[k]] for k in parts.tolist()
    }
    assert "必赢娱乐官网登录" in said
    (span,) = (s for s in detector.score(pages[0]).spans if s.score >= 0.5)
    assert span.text == "必赢娱乐官网登录"


def check_parts(found: Candidates) -> None:
    assert found.features.shape == (len(found.start), len(SPAN_FEATURES))
    told = found.features[:, SPAN_FEATURES.index("part")]
    for k, whole in enumerate(found.whole.tolist()):
        assert told[k] == (whole >= 0)
        if whole >= 0:
            assert found.whole[whole] == -1
            assert found.start[whole] <= (found.start[k] + found.end[k]) // 2 < found.end[whole]
            assert found.page[k] == found.page[whole]
    assert found.page.tolist() == sorted(found.page.tolist())


def test_a_finding_in_another_language_has_a_bound_of_its_own() -> None:
    chinese = told([Weighed(0.9, "开云体育", True, "body")])
    foreign = told([Weighed(0.9, "开云体育", False, "body")])
    mixed = told(
        [Weighed(0.6, "slot gacor", False, "body"), Weighed(0.6, "开云体育", True, "body")]
    )
    assert [row["foreign"] for row in (chinese, mixed, foreign)] == [0.0, 0.5, 1.0]
    assert {**foreign, "foreign": 0.0} == chinese
    assert {*chinese} == {*FITTED["injection"], *FITTED["garbled"], *BOUNDS}
    brief = told([Weighed(0.9, "开云体育", False, "body")], length=20)
    assert (foreign["foreign_brief"], brief["foreign_brief"]) == (0.0, 1.0)


def test_html_has_a_bound_of_its_own() -> None:
    spans = [Weighed(0.9, "开云体育", True, "body")]
    text, html = (page_features(spans, 900, Texture(), html=html) for html in (False, True))
    assert (text["html"], html["html"]) == (0.0, 1.0)
    assert {**html, "html": 0.0} == text


def told(spans: Sequence[Weighed], length: int = 900) -> dict[str, float]:
    return page_features(spans, length, Texture(), html=False)


def test_likely_injections_add_up_and_doubts_do_not() -> None:
    one = told([Weighed(0.9, "开云体育", True, "body")])
    three = told([Weighed(0.9, name, True, "body") for name in ("开云体育", "乐鱼", "金年会")])
    doubts = told(
        [
            Weighed(0.9, "开云体育", True, "body"),
            *[Weighed(0.1, str(n), True, "body") for n in range(20)],
        ]
    )
    assert three["phrase"] == one["phrase"] == doubts["phrase"]
    assert three["phrases"] > one["phrases"] == doubts["phrases"] == 0.0


def test_numbers_alone_are_no_injections_of_a_page(detector: Detector) -> None:
    def score(kind: Kind, text: str) -> float:
        span = Span(kind, 0, len(text), text, 0.99)
        return page_scores([span], 900, Texture(), detector.model, html=False)[0]

    assert score("injection", "181840355") == 0.0 < score("injection", "开云体育")
    assert score("garbled", "？？？") > 0.0


def test_what_is_said_again_and_again_counts_once() -> None:
    one = told([Weighed(0.9, "开云体育", True, "body")])
    again = [Weighed(score, name, True, "link") for score in (0.6, 0.9) for name in ("KY", "ky")]
    assert told(again) == told([Weighed(0.9, "ky", True, "link")])
    assert told([*again, Weighed(0.9, "开云体育", True, "body")])["phrases"] > one["phrases"]


def test_in_a_text_sentences_of_promotion_count_less_than_a_phrase() -> None:
    phrase, short = (told([Weighed(0.9, "彩" * size, True, "body")]) for size in (16, 4))
    sentence = told([Weighed(0.9, "彩" * 96, True, "body")])
    title = told([Weighed(0.9, "彩" * 96, True, "title")])
    assert sentence["best"] == phrase["best"]
    assert sentence["phrase"] == pytest.approx(phrase["phrase"] - math.log(6))
    assert title["phrase"] == phrase["phrase"] == short["phrase"]
    long, longer = (told([Weighed(0.9, "彩" * size, True, "body")], 900) for size in (100, 800))
    assert sentence["phrase"] > long["phrase"] == longer["phrase"]
    whole = told([Weighed(0.9, "彩" * 28, True, "body")], length=30)
    assert whole["phrase"] == phrase["phrase"]


def test_on_a_long_page_each_injection_counts_less() -> None:
    spans = [Weighed(0.9, "开云体育", True, "body")]
    brief, whole, long = (told(spans, length)["phrase"] for length in (20, 980, 3980))
    assert brief == whole == pytest.approx(long + math.log(4))
    title = [Weighed(0.9, "开云体育", True, "title")]
    assert told(title, 980)["title"] == pytest.approx(told(title, 3980)["title"])
    assert told(title, 3980)["phrase"] == pytest.approx(long)


def test_pages_without_running_text_are_told() -> None:
    spans = [Weighed(0.9, "开云体育", True, "body")]
    known = page_features(spans, 900, Texture(running_size=200, running_top=1.5), html=False)
    assert (known["running"], known["no_running"]) == (1.5, 0.0)
    assert told(spans)["no_running"] == 1.0


def test_what_a_title_says_counts_of_its_own() -> None:
    body = told([Weighed(0.9, "开云体育", True, "body")])
    both = told([Weighed(0.7, "开云", True, "title"), Weighed(0.9, "开云体育", True, "body")])
    title = told([Weighed(0.9, "开云体育", True, "title"), Weighed(0.2, "开云", True, "title")])
    assert body["title"] < both["title"] < title["title"] == title["phrase"] == body["phrase"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_fitted_of_each_kind_is_known_and_no_bound(kind: Kind) -> None:
    assert set(FITTED[kind]) <= set(told([Weighed(0.9, "开云体育", True, "body")])) - set(BOUNDS)


def test_thousands_of_findings_cost_no_more_than_their_number() -> None:
    start = time.process_time()
    result = SMALL.score("<p>开云体育官网</p>" * 12_000)
    assert len(result.spans) == SMALL.config.max_spans
    assert result.truncated == ("max_spans",)
    assert time.process_time() - start < 4


TWINS: dict[str, Any] = json.loads((CASES / "scoring_twins.json").read_text(encoding="utf-8"))


def test_a_garbled_news_text_is_flagged(detector: Detector) -> None:
    clean = TWINS["text"]
    garbled, changed = clean, 0
    for original, replacement in TWINS["pairs"]:
        if original in garbled and changed < 30:
            garbled = garbled.replace(original, replacement)
            changed += 1
    assert changed == 30
    result = detector.score(garbled)
    assert result.verdict == "spam"
    assert result.scores["garbled"] > result.scores["injection"]


def test_one_brand_after_900_clean_characters_is_found_with_its_exact_span(
    detector: Detector,
) -> None:
    clean = TWINS["text"] + "\n" + TWINS["text"][:300]
    page = f"{clean[:980]}{TWINS['brand']}{clean[980:]}"
    assert len(clean[:980].replace("\n", "")) >= 900
    phrase = TWINS["brand"].lstrip("，")
    spans = [s for s in detector.score(page).spans if s.kind == "injection"]
    assert phrase in [s.text for s in spans]


def test_the_clean_twin_of_the_garbled_text_is_clean(detector: Detector) -> None:
    result = detector.score(TWINS["text"])
    assert result.verdict == "ham"
    assert not [span for span in result.spans if span.score >= 0.5]


@pytest.mark.parametrize(
    ("length", "title", "part"),
    [
        (0, 1.0, 0.0), (70, 1.0, 0.0), (107, 0.5032, 0.4968), (160, 0.0, 1.0), (400, 0.0, 1.0),
        (570, 0.0, 0.4920), (800, 0.0, 0.0), (9_000, 0.0, 0.0),
    ],
)  # fmt: skip
def test_titles_and_excerpts_are_told_from_texts(length: int, title: float, part: float) -> None:
    assert brief(length) == pytest.approx(title, abs=1e-3)
    assert excerpt(length) == pytest.approx(part, abs=1e-3)


@pytest.mark.parametrize(
    ("kind", "text", "left"),
    [
        ("injection", "每，开云体育官网", "开云体育官网"),
        ("injection", "其。开云体育", "开云体育"),
        ("injection", "开云，体育官网", "开云，体育官网"),
        ("injection", "买，送彩", "买，送彩"),
        ("injection", "开云体育，官网", "开云体育，官网"),
        ("garbled", "每，好意思国东谈主", "每，好意思国东谈主"),
    ],
)
def test_the_end_of_a_sentence_is_no_part_of_what_is_put_in_behind_it(
    kind: Kind, text: str, left: str
) -> None:
    start, end = without_parting(kind, f"今天{text}了", 2, 2 + len(text))
    assert f"今天{text}了"[start:end] == left

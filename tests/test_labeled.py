"""Labelled pages: spans into sources become spans into extracted text, in every shape."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import cases

from detector.errors import InputError
from detector.extract import extract
from detector.page import page_from_text
from detector.training.labeled import marked_page, parse_marked, read_labeled
from detector.training.marks import Labeled, mark, remove_marks, unmark

KINDS = st.sampled_from(("injection", "garbled"))
WORDS = st.text("开云体育今天ab8😀", min_size=2, max_size=6)
PIECES = st.lists(st.tuples(WORDS, st.none() | KINDS), max_size=8)


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write ``rows`` as JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def composed(pieces: list[tuple[str, str | None]]) -> tuple[str, str, list[Labeled]]:
    """Return the text of pieces with marks, without, and the spans that are meant."""
    marked, plain = "", ""
    spans = []
    for text, kind in pieces:
        if kind is not None:
            spans.append(Labeled(len(plain), len(plain) + len(text), kind))
        marked += mark(text, kind) if kind is not None else text
        plain += text
    return marked, plain, spans


@given(PIECES)
def test_marks_come_back_as_spans(pieces: list[tuple[str, str | None]]) -> None:
    marked, plain, spans = composed(pieces)
    assert unmark(marked) == (plain, spans)
    assert remove_marks(marked) == plain


@given(st.text(st.sampled_from("ab\ue000\ue001\ue002\ue003")))
def test_any_jumble_of_marks_is_read(text: str) -> None:
    clean, spans = unmark(text)
    assert clean == remove_marks(text)
    assert spans == sorted(spans)
    for span in spans:
        assert 0 <= span.start < span.end <= len(clean)


def test_a_mark_left_open_ends_with_the_text() -> None:
    assert unmark("a\ue000bc") == ("abc", [Labeled(1, 3, "injection")])
    assert unmark("a\ue003bc") == ("abc", [])
    assert mark("", "garbled") == ""


@given(PIECES, PIECES, PIECES)
def test_marked_html_is_the_page_without_marks(
    title: list[tuple[str, str | None]],
    body: list[tuple[str, str | None]],
    value: list[tuple[str, str | None]],
) -> None:
    parts = [composed(pieces) for pieces in (title, body, value)]
    source = "<title>{}</title><p>今日 <b>{}</b></p><img alt='x {}'>"
    page, spans = marked_page(source.format(*(marked for marked, _, _ in parts)), html=True)
    clean = extract(source.format(*(plain for _, plain, _ in parts)))
    assert page.text == clean.text
    assert [s[:4] for s in page.segments] == [s[:4] for s in clean.segments]
    told = sorted((page.text[s.start : s.end], s.kind) for s in spans)
    assert told == sorted((text, kind) for pieces in (title, body, value) for text, kind in pieces
                          if kind is not None)  # fmt: skip


@given(PIECES)
def test_marked_text_is_the_text_without_marks(pieces: list[tuple[str, str | None]]) -> None:
    marked, plain, spans = composed(pieces)
    page, found = marked_page(marked, html=False)
    assert (page.text, found) == (plain, spans)
    assert page.segments == page_from_text(plain).segments


@pytest.mark.parametrize("case", cases("labeled_rows"))
def test_rows(case: dict[str, Any], tmp_path: Path) -> None:
    label = "spam" if case["spans"] else "ham"
    path = write(tmp_path / "rows.jsonl", [{"id": "r", "label": label, **case["row"]}])
    (page,) = read_labeled(path)
    assert page.page.text == case["text"]
    assert [list(span) for span in page.spans] == case["spans"]
    assert page.spam is bool(case["spans"])
    assert page.source == "rows"


@pytest.mark.parametrize("case", cases("labeled_errors"))
def test_a_bad_row_is_named(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "fine", "label": "ham"}\n' + case["line"] + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        list(read_labeled(path))
    assert str(path) in str(caught.value)
    assert case["message"] in str(caught.value)


def test_only_the_kinds_asked_for_are_read(tmp_path: Path) -> None:
    row = {"text": "一二三四五六", "label": "spam", "spans": [[0, 1, "ad"], [2, 4, "garbled"]]}
    path = write(tmp_path / "rows.jsonl", [row])
    (page,) = read_labeled(path, ["ad"])
    assert page.spans == (Labeled(0, 1, "injection"),)
    (page,) = read_labeled(path, ["garbled"])
    assert page.spans == (Labeled(2, 4, "garbled"),)


def test_gzip_and_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(b'\n{"id": 7, "text": "a", "label": "ham"}\n\n'))
    (page,) = read_labeled(path)
    assert (page.id, page.label, page.lang, page.family) == ("7", "ham", "", "")


@pytest.mark.parametrize("damage", ["missing", "cut", "not-gzip", "not-utf8"])
def test_a_damaged_file_is_named(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    whole = gzip.compress(b'{"text": "abc", "label": "ham"}\n' * 50)
    data = {"cut": whole[:-12], "not-gzip": b"{}", "not-utf8": gzip.compress(b"\xff\xfe")}
    if damage in data:
        path.write_bytes(data[damage])
    with pytest.raises(InputError, match="cannot be read"):
        list(read_labeled(path))


def archive(path: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def test_pages_in_a_tar(tmp_path: Path) -> None:
    path = write(tmp_path / "pages.jsonl", [{"id": "a", "label": "ham", "member": "a.html"}])
    with pytest.raises(InputError, match=r"pages\.tar\.gz"):
        list(read_labeled(path))
    archive(tmp_path / "pages.tar.gz", {"a.html": "<meta charset=gbk><p>今天</p>".encode("gbk")})
    (page,) = read_labeled(path)
    assert (page.page.text, page.page.encoding) == ("今天\n", "gb18030")
    archive(tmp_path / "pages.tar.gz", {"b.html": b"<p>"})
    with pytest.raises(InputError, match=r"row 1: no a\.html"):
        list(read_labeled(path))


MARKED = """Notes in front of the first page are not read.
=== id=a1 lang=zh-Hans family=headline campaign=b label=spam type=html
<title>⟦i:开云官网⟧镇报</title>
<p>今⟦g:嘚⟧天</p>

=== id=a2 lang=zh-Hant family=clean label=ham type=text
今天下午有雨
"""


def test_pages_with_inline_marks(tmp_path: Path) -> None:
    rows = list(parse_marked(MARKED))
    assert [row["id"] for row in rows] == ["a1", "a2"]
    html = rows[0]["html"]
    assert "⟦" not in html
    assert [html[s["start"] : s["end"]] for s in rows[0]["spans"]] == ["开云官网", "嘚"]
    assert rows[1]["text"] == "今天下午有雨\n"
    assert (rows[0]["campaign"], rows[1]["campaign"]) == ("b", "a")
    spam, ham = read_labeled(write(tmp_path / "rows.jsonl", rows))
    assert [spam.page.text[s.start : s.end] for s in spam.spans] == ["开云官网", "嘚"]
    assert (ham.lang, ham.family, ham.source, ham.spans) == (
        "zh-Hant", "clean", "handwritten", (),
    )  # fmt: skip


@pytest.mark.parametrize("case", cases("marked_errors"))
def test_a_badly_marked_page_is_named(case: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        list(parse_marked(case["text"]))
    assert case["message"] in str(caught.value)

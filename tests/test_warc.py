"""Pages of WARC and WET files: which records are pages, and how their bodies are decoded."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from collections import Counter

import pytest
import zstandard
from crawls import HAM, http, warc_bytes, warc_record, wet_record
from fastwarc.stream_io import BrotliWriter
from fastwarc.warc import WarcRecord

from detector.config import Config
from detector.record import Record
from detector.scoring import read_page
from detector.warc import read_warc

URL = "https://school.example/"
BODY = HAM.encode()
CONFIG = Config()


def read(data: bytes, config: Config = CONFIG) -> tuple[list[Record], Counter[str]]:
    """Return the records of a WARC file, and what was passed over."""
    passed: Counter[str] = Counter()
    return list(read_warc("x.warc", io.BytesIO(data), config, passed)), passed


def read_body(body: bytes, headers: str, config: Config = CONFIG) -> Record:
    """Return the only record of a WARC file with one response."""
    (record,), passed = read(warc_bytes([warc_record(URL, http(body, headers=headers))]), config)
    assert not passed
    return record


def brotli(data: bytes) -> bytes:
    stream = io.BytesIO()
    with BrotliWriter(stream) as writer:
        writer.write(data)
    return stream.getvalue()


def chunked(data: bytes, size: int = 50) -> bytes:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


@pytest.mark.parametrize("compressed", [False, True])
def test_a_record_says_where_and_when(compressed: bool) -> None:
    pages = [warc_record(f"{URL}{n}", http(BODY), date=f"2026-01-0{n}T00:00:00Z") for n in (1, 2)]
    data = warc_bytes(pages, compressed)
    records, _ = read(data)
    assert [record.url for record in records] == [f"{URL}1", f"{URL}2"]
    assert [record.date for record in records] == ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]
    assert [record.page for record in records] == [BODY, BODY]
    assert records[0].position == 0
    again, _ = read(data[records[1].position :])
    assert again[0].url == f"{URL}2"


@pytest.mark.parametrize("compressed", [False, True])
def test_wet(compressed: bool) -> None:
    text = "今天下午有雨。"
    ((record,), passed) = read(warc_bytes([wet_record(URL, text)], compressed))
    assert (record.url, record.page, record.content_type) == (URL, text.encode(), "text/plain")
    assert not passed


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (BODY, ""),
        (gzip.compress(BODY), "Content-Encoding: gzip\r\n"),
        (gzip.compress(BODY), "Content-Encoding: X-GZip\r\n"),
        (zlib.compress(BODY), "Content-Encoding: deflate\r\n"),
        (zlib.compress(BODY, wbits=-15), "Content-Encoding: deflate\r\n"),
        (brotli(BODY), "Content-Encoding: br\r\n"),
        (zstandard.compress(BODY), "Content-Encoding: zstd\r\n"),
        (chunked(BODY), "Transfer-Encoding: chunked\r\n"),
        (
            chunked(gzip.compress(BODY)),
            "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n",
        ),
        (gzip.compress(brotli(BODY)), "Content-Encoding: br, gzip\r\n"),
        (gzip.compress(BODY) + b"junk", "Content-Encoding: gzip\r\n"),
        (BODY, "Content-Encoding: identity\r\n"),
        # Crawlers store bodies decoded and leave the header.
        (BODY, "Content-Encoding: gzip\r\n"),
        (BODY, "Content-Encoding: br\r\nTransfer-Encoding: chunked\r\n"),
        (BODY, "Content-Encoding: no-such-coding\r\n"),
    ],
)
def test_a_body_is_decoded(body: bytes, headers: str) -> None:
    record = read_body(body, headers)
    assert (record.page, record.truncated, record.error) == (BODY, (), None)


@pytest.mark.parametrize(
    ("body", "headers", "truncated"),
    [
        (gzip.compress(BODY)[:-20], "Content-Encoding: gzip\r\n", "content-encoding"),
        (zlib.compress(BODY)[:-20], "Content-Encoding: deflate\r\n", "content-encoding"),
        (chunked(BODY * 20)[:-40], "Transfer-Encoding: chunked\r\n", "content-encoding"),
    ],
)
def test_a_body_that_breaks_off_is_read_as_far_as_it_goes(
    body: bytes, headers: str, truncated: str
) -> None:
    record = read_body(body, headers)
    assert isinstance(record.page, bytes)
    assert record.page.startswith(BODY[:50])
    assert record.truncated == (truncated,)


@pytest.mark.parametrize(
    ("body", "headers", "error"),
    [
        (b"\x1f\x8b\x08\0\0\0\0\0" * 9, "Content-Encoding: gzip\r\n", "decoded as gzip"),
        (b"\x0b\x80\0\0\0\1\2\3" * 9, "Content-Encoding: br\r\n", "decoded as br"),
        (b"\0\1\2\3\4\5\6\7" * 9, "Content-Encoding: no-such-coding\r\n", "no-such-coding"),
        (BODY, "Content-Encoding: gzip, gzip, gzip, gzip, gzip\r\n", "encoded 5 times over"),
    ],
)
def test_a_body_that_cannot_be_decoded_costs_its_own_row(
    body: bytes, headers: str, error: str
) -> None:
    bad = warc_record(URL, http(body, headers=headers))
    records, _ = read(warc_bytes([bad, warc_record(URL, http(BODY))]))
    assert [record.page for record in records] == [None, BODY]
    assert error in (records[0].error or "")


@pytest.mark.parametrize(
    ("coding", "bomb"),
    [
        ("gzip", gzip.compress(bytes(200_000_000))),
        ("deflate", zlib.compress(bytes(200_000_000))),
        ("zstd", zstandard.compress(bytes(200_000_000))),
        ("gzip, gzip", gzip.compress(gzip.compress(bytes(200_000_000)))),
    ],
)
def test_a_bomb_is_cut(coding: str, bomb: bytes) -> None:
    config = Config(max_bytes=1_000_000)
    data = warc_bytes([warc_record(URL, http(bomb, headers=f"Content-Encoding: {coding}\r\n"))])
    tracemalloc.start()
    (record,), _ = read(data, config)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(record.page, bytes)
    assert len(record.page) == config.max_bytes + 1
    assert peak < 10_000_000
    assert "max_bytes" in read_page(record.page, config=config).truncated


def test_a_large_body_is_cut() -> None:
    config = Config(max_bytes=1_000)
    record = read_body(BODY * 100, "", config)
    assert isinstance(record.page, bytes)
    assert len(record.page) == 1_001
    assert record.truncated == ()  # said by read_page


def test_the_charset_of_the_header_guides_decoding() -> None:
    body = "<p>今天下午有雨，明天晴</p>".encode("big5")
    record = warc_record(URL, http(body, "text/html; charset=big5"))
    ((found,), _) = read(warc_bytes([record]))
    assert found.page is not None
    page = read_page(found.page, content_type=found.content_type)
    assert page.text.strip() == "今天下午有雨，明天晴"
    assert page.encoding == "big5hkscs"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (warc_record(URL, b"GET / HTTP/1.1\r\n\r\n", "request"), "request"),
        (warc_record(URL, b"fetchTimeMs: 5", "metadata"), "metadata"),
        (warc_record(URL, http(b""), "revisit"), "revisit"),
        (warc_record(URL, http(b"\x89PNG", "image/png")), "image/png"),
        (warc_record(URL, http(b"p{}", "Text/CSS; charset=utf-8")), "text/css"),
        (warc_record(URL, http(b"", "text/html")), "empty"),
        (warc_record(URL, http(b" \r\n", "text/html")), "empty"),
        (
            warc_record(URL, http(b"%PDF-", None), WARC_Identified_Payload_Type="application/pdf"),
            "application/pdf",
        ),
    ],
)
def test_what_is_no_page_is_counted(record: WarcRecord, reason: str) -> None:
    records, passed = read(warc_bytes([record]))
    assert records == []
    assert passed == {reason: 1}


def test_reasons_are_bounded() -> None:
    records = [warc_record(URL, http(b"x", f"x/{n}" + "y" * 500)) for n in range(300)]
    _, passed = read(warc_bytes(records))
    assert passed.total() == 300
    assert len(passed) == 101
    assert passed["other"] == 200
    assert max(map(len, passed)) == 100


@pytest.mark.parametrize("kind", ["text/html", "application/xhtml+xml", "text/plain", None])
def test_what_is_a_page(kind: str | None) -> None:
    records, passed = read(warc_bytes([warc_record(URL, http(BODY, kind))]))
    assert [record.page for record in records] == [BODY]
    assert not passed


def test_what_the_crawler_cut_is_said() -> None:
    record = warc_record(URL, http(BODY), WARC_Truncated="length")
    ((found,), _) = read(warc_bytes([record]))
    assert found.truncated == ("warc-truncated",)


def test_headers_that_cannot_be_read_cost_their_own_row() -> None:
    bad = warc_record(URL, b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n" + BODY)
    records, _ = read(warc_bytes([bad, warc_record(URL, http(BODY))]))
    assert "HTTP headers" in (records[0].error or "")
    assert records[1].page == BODY


@pytest.mark.parametrize("compressed", [False, True])
def test_an_archive_that_breaks_off(compressed: bool) -> None:
    body = bytes(range(32, 127)) * 300
    whole = warc_bytes([warc_record(URL, http(BODY)), warc_record(URL, http(body))], compressed)
    records = read_warc("x.warc", io.BytesIO(whole[:-150]), CONFIG, Counter())
    first = next(records)
    assert (first.page, first.truncated) == (BODY, ())
    assert next(records).truncated == ("archive",)
    with pytest.raises(OSError, match="breaks off"):
        next(records)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("kind", ["request", "warcinfo", "response"])
def test_an_archive_that_breaks_off_in_what_is_no_page(kind: str, compressed: bool) -> None:
    first = warc_bytes([warc_record(URL, http(BODY))], compressed)
    picture = http(bytes(range(256)) * 9, "image/png")
    last = warc_bytes([warc_record(URL, picture, kind)], compressed)
    for length in (len(last) // 3, len(last) * 2 // 3):  # in the headers and behind them
        records = read_warc("x.warc", io.BytesIO(first + last[:length]), CONFIG, Counter())
        assert next(records).page == BODY
        with pytest.raises(OSError, match="breaks off"):
            next(records)
    records = read_warc("x.warc", io.BytesIO(first + last), CONFIG, Counter())
    assert len(list(records)) == 1


@pytest.mark.parametrize("data", [b"<html>no archive" * 99, gzip.compress(b"no archive" * 99)])
def test_what_is_no_archive_raises(data: bytes) -> None:
    with pytest.raises(OSError, match=r"."):
        read(data)


def test_garbage_between_records_ends_the_archive_with_an_error() -> None:
    one, two = (warc_bytes([warc_record(f"{URL}{n}", http(BODY))]) for n in (1, 2))
    records = read_warc("x.warc", io.BytesIO(one + b"garbage\r\n\r\n" + two), CONFIG, Counter())
    assert next(records).url == f"{URL}1"
    with pytest.raises(OSError, match="WARC header"):
        next(records)

"""Crawls that tests write: pages of invented sites, in the formats that crawlers keep them in."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

__all__ = [
    "HAM", "SPAM", "http", "read_parts", "site", "warc_bytes", "warc_record", "wet_record",
    "write_jsonl", "write_parquet", "write_warc",
]  # fmt: skip

SPAM = "<html><head><title>镇报 开云体育官网入口</title></head><p>今天下午有雨。</p></html>"
HAM = "<html><head><title>镇报</title></head><p>今天下午有雨。</p></html>"


class Page(NamedTuple):
    """A page of an invented site."""

    url: str
    html: str
    date: str = "2026-01-02T03:04:05Z"


def site(host: str, spam: int, ham: int) -> list[Page]:
    """Return the pages of a host, of which the first ``spam`` carry spam; one a day."""
    return [
        Page(
            f"https://{host}/{number}",
            SPAM if number < spam else HAM,
            f"2026-01-{number % 28 + 1:02d}T03:04:05Z",
        )
        for number in range(spam + ham)
    ]


def http(
    body: bytes, content_type: str | None = "text/html; charset=utf-8", headers: str = ""
) -> bytes:
    """Return an HTTP response; ``headers`` are further lines."""
    kind = "" if content_type is None else f"Content-Type: {content_type}\r\n"
    return f"HTTP/1.1 200 OK\r\n{kind}{headers}\r\n".encode() + body


def warc_record(
    url: str, content: bytes, kind: str = "response", date: str = "2026-01-02T03:04:05Z",
    **headers: str,
) -> WarcRecord:  # fmt: skip
    """Return a WARC record, of an HTTP message unless a ``Content_Type`` says otherwise."""
    record = WarcRecord()
    record.init_headers(record_type=getattr(WarcRecordType, kind))
    record.headers["WARC-Target-URI"] = url
    record.headers["WARC-Date"] = date
    record.headers["Content-Type"] = "application/http; msgtype=response"
    for name, value in headers.items():
        record.headers[name.replace("_", "-")] = value
    record.set_bytes_content(content)
    return record


def wet_record(url: str, text: str) -> WarcRecord:
    """Return a record of a WET file."""
    return warc_record(url, text.encode(), "conversion", Content_Type="text/plain")


def warc_bytes(records: Iterable[WarcRecord], compressed: bool = False) -> bytes:
    """Return a WARC file, with a gzip member for each record if ``compressed``."""
    stream = io.BytesIO()
    for record in records:
        if compressed:
            writer = GzipWriter(stream)
            record.write(writer)
            writer.finish()
        else:
            record.write(stream)
    return stream.getvalue()


def write_warc(path: Path, pages: Iterable[Page]) -> None:
    """Write responses with ``pages``; gzipped where the name ends so."""
    records = (warc_record(p.url, http(p.html.encode()), date=p.date) for p in pages)
    path.write_bytes(warc_bytes(records, path.suffix == ".gz"))


def write_jsonl(path: Path, rows: Iterable[Any]) -> None:
    """Write JSON Lines, gzipped or by Zstandard where the name ends so."""
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    if path.suffix == ".gz":
        data = gzip.compress(data)
    elif path.suffix == ".zst":
        import zstandard

        data = zstandard.compress(data)
    path.write_bytes(data)


def write_parquet(path: Path, rows: Sequence[dict[str, Any]], group: int = 100) -> None:
    """Write a Parquet file with row groups of ``group`` rows."""
    pq.write_table(pa.Table.from_pylist(list(rows)), path, row_group_size=group)


def read_parts(folder: Path) -> list[dict[str, Any]]:
    """Return all rows of the parts of a scan, in the order of their names."""
    rows: list[dict[str, Any]] = []
    for part in sorted(folder.glob("part-*")):
        if part.suffix == ".parquet":
            rows += pq.read_table(part).to_pylist()
        else:
            rows += [json.loads(line) for line in part.read_text(encoding="utf-8").splitlines()]
    return rows

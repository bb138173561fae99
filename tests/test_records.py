"""Records of JSON Lines, Parquet and page files: which fields are read, what bad ones say."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from crawls import HAM, write_jsonl, write_parquet

from detector.config import Config
from detector.errors import InputError
from detector.record import Record, moment
from detector.records import Fields, read_records
from detector.shards import plan_shards

URL = "https://school.example/"


def read(path: Path, fields: Fields | None = None, config: Config | None = None) -> list[Record]:
    """Return the records of a file."""
    (shard,) = plan_shards([str(path)]).shards
    return list(read_records(shard, fields or Fields(), config or Config(), Counter()))


ROWS: list[tuple[dict[str, Any], Fields, tuple[Any, ...]]] = [
    ({"html": HAM, "url": URL}, Fields(), (HAM, URL, "text/html", None)),
    ({"text": "雨", "html": HAM}, Fields(), (HAM, None, "text/html", None)),
    ({"text": "雨", "html": None}, Fields(), ("雨", None, None, None)),
    ({"raw_content": "雨", "date": "2026-01-02"}, Fields(),
     ("雨", None, None, "2026-01-02T00:00:00Z")),
    ({"text": "雨", "metadata": {"url": URL}}, Fields(), ("雨", URL, None, None)),
    ({"text": "雨", "metadata": "url"}, Fields(), ("雨", None, None, None)),
    ({"a": {"b": "雨"}, "c": URL, "text": "x"}, Fields("a.b", "c"), ("雨", URL, None, None)),
    ({"a.b": "雨", "url": 5}, Fields("a.b"), ("雨", None, None, None)),
    ({"content": "雨", "content_type": "text/plain"}, Fields(), ("雨", None, "text/plain", None)),
]  # fmt: skip


@pytest.mark.parametrize(("row", "fields", "expected"), ROWS)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json.gz", "a.ndjson.zst", "a.parquet"])
def test_fields(
    row: dict[str, Any], fields: Fields, expected: tuple[Any, ...], name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    (write_parquet if name.endswith("parquet") else write_jsonl)(path, [row, row])
    for number, record in enumerate(read(path, fields)):
        assert (record.page, record.url, record.content_type, record.date) == expected
        assert record.source == str(path)
        assert record.position == number + (not name.endswith("parquet"))


def test_bytes_of_a_parquet_file(tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet", [{"html": HAM.encode("gb18030"), "url": URL}])
    (record,) = read(tmp_path / "a.parquet")
    assert record.page == HAM.encode("gb18030")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"{", "line 2 is not JSON"),
        (b"[" * 100_000, "line 2 is not JSON"),
        (b'{"html": "\xff"}', "line 2 is not JSON"),
        (b"[1]", "line 2 is not a JSON object"),
        (b'{"title": "x"}', "no field with a page: looked for html"),
        (b'{"html": null, "url": "x"}', "the field 'html' is empty"),
        (b'{"html": 5}', "the field 'html' is a int, not text"),
        (b'{"html": " "}', "the field 'html' is empty"),
        (b'{"html": "' + b"x" * 20_000 + b'"}', "line 2 is longer than"),
        (b'{"html": "' + b"x" * 2_000_000 + b'"}', "line 2 is longer than"),
    ],
)
def test_a_bad_line_costs_its_own_row(line: bytes, error: str, tmp_path: Path) -> None:
    good = b'{"html": "<p>a"}'
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join((good, line, b"", good)))
    records = read(path, config=Config(max_record=10_000 if b"x" in line else 200_000))
    assert [record.page for record in records] == ["<p>a", None, "<p>a"]
    assert [record.position for record in records] == [1, 2, 4]
    assert (records[1].error or "").startswith(error)


def test_a_parquet_file_without_pages_says_what_it_has(tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet", [{"title": "x", "lang": "zh"}])
    with pytest.raises(InputError, match=r"has title, lang; name it with --page-field"):
        read(tmp_path / "a.parquet")


def test_null_in_a_parquet_file_costs_its_own_row(tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet", [{"html": HAM}, {"html": None}])
    first, second = read(tmp_path / "a.parquet")
    assert first.page == HAM
    assert second.error == "the field 'html' is empty"


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst"])
def test_a_compressed_file_that_breaks_off(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    rows = [{"html": f"{HAM}{random.Random(n).randbytes(2_000).hex()}"} for n in range(400)]
    write_jsonl(path, rows)
    path.write_bytes(path.read_bytes()[:-9])
    (shard,) = plan_shards([str(path)]).shards
    records = read_records(shard, Fields(), Config(), Counter())
    assert next(records).page == rows[0]["html"]
    with pytest.raises((OSError, EOFError), match=r"incomplete|ended before"):
        list(records)


def test_page_files(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(HAM, encoding="utf-8")
    (tmp_path / "b.html").write_text(" \n", encoding="utf-8")
    (shard,) = plan_shards([str(tmp_path)]).shards
    (tmp_path / "c.html").write_text("x", encoding="utf-8")
    gone = shard._replace(files=(*shard.files, str(tmp_path / "gone.html")))
    records = list(read_records(gone, Fields(), Config(max_bytes=10), Counter()))
    assert [record.page for record in records] == [HAM.encode()[:11], None, None]
    assert [record.error for record in records] == [
        None, "empty", "cannot be read: No such file or directory",
    ]  # fmt: skip
    assert records[0].source == str(tmp_path / "a.html")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05.678+02:00", "2026-01-02T01:04:05Z"),
        ("2026-01-02 03:04:05", "2026-01-02T03:04:05Z"),
        ("20260102T030405Z", "2026-01-02T03:04:05Z"),
        (datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=1))), "2026-01-02T02:00:00Z"),
        (datetime(2026, 1, 2, 3), "2026-01-02T03:00:00Z"),
        (datetime(2026, 1, 2, 3, tzinfo=UTC).timestamp(), "2026-01-02T03:00:00Z"),
        (datetime(2026, 1, 2, 3, tzinfo=UTC).timestamp() * 1000, "2026-01-02T03:00:00Z"),
        (1e300, "1e+300"),
        ("last week", "last week"),
        ("", None),
        (None, None),
        (True, None),
        ({"day": 1}, None),
    ],
)
def test_moment(value: Any, expected: str | None) -> None:
    assert moment(value) == expected

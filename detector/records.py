"""Records: the pages of a shard, one after the other, whatever the format of its file."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple, cast

from detector.config import Config
from detector.errors import InputError
from detector.optional import needs
from detector.record import Record, moment
from detector.shards import Shard, open_input

__all__ = ["Fields", "read_records", "record_of"]

PAGE_FIELDS = ("html", "raw_html", "page", "content", "raw_content", "body", "text")
URL_FIELDS = (
    "url", "uri", "target_uri", "warc_target_uri", "source_url", "link", "metadata.url", "meta.url",
)  # fmt: skip
DATE_FIELDS = (
    "date", "timestamp", "crawl_date", "warc_date", "fetch_time", "fetched_at", "metadata.date",
    "metadata.timestamp",
)  # fmt: skip
_ROWS = 16


class Fields(NamedTuple):
    """Names of the fields of JSON objects and columns of Parquet files; dots go into objects.

    None stands for the first of the usual names that a record has.
    """

    page: str | None = None
    url: str | None = None
    date: str | None = None

    def of_page(self) -> tuple[str, ...]:
        """Return the names to try for the page: HTML where a record has both HTML and text."""
        return PAGE_FIELDS if self.page is None else (self.page,)

    def of_url(self) -> tuple[str, ...]:
        """Return the names to try for the URL."""
        return URL_FIELDS if self.url is None else (self.url,)

    def of_date(self) -> tuple[str, ...]:
        """Return the names to try for the date."""
        return DATE_FIELDS if self.date is None else (self.date,)


def read_records(
    shard: Shard, fields: Fields, config: Config, passed: Counter[str]
) -> Iterator[Record]:
    """Yield the pages of ``shard`` in order; a bad one has its ``error`` said.

    What is no page (requests, pictures, empty bodies) is counted in ``passed`` by the reason. Any
    exception means that the file cannot be read, or not any further. Memory holds one page, bounded
    by ``config``; of Parquet it holds some rows and a data page of the file, which no limit cuts.
    """
    for name in shard.files:
        if shard.format == "pages":
            yield _page(name, config)
            continue
        with open_input(name) as stream:
            if shard.format == "jsonl":
                yield from _json_lines(name, stream, fields, config)
            elif shard.format == "parquet":
                yield from _parquet(name, stream, fields)
            else:
                from detector.warc import read_warc

                yield from read_warc(name, stream, config, passed)


def _page(name: str, config: Config) -> Record:
    try:
        with open_input(name) as stream:
            data = stream.read(config.max_bytes + 1)
    except OSError as error:
        return Record(name, error=f"cannot be read: {error.strerror or error}")
    return Record(name, page=data) if data.strip() else Record(name, error="empty")


def _json_lines(name: str, stream: BinaryIO, fields: Fields, config: Config) -> Iterator[Record]:
    for number, line in _lines(_decompressed(name, stream), config.max_record):
        if line is None:
            limit = f"{config.max_record / 1e6:.0f} MB"
            yield Record(name, number, error=f"line {number} is longer than {limit}")
            continue
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            yield Record(name, number, error=f"line {number} is not JSON: {error}")
            continue
        if not isinstance(row, dict):
            yield Record(name, number, error=f"line {number} is not a JSON object")
            continue
        yield record_of(name, number, row, fields)


def _decompressed(name: str, stream: BinaryIO) -> BinaryIO:
    if name.lower().endswith(".gz"):
        return cast("BinaryIO", gzip.GzipFile(fileobj=stream))
    if name.lower().endswith(".zst"):
        with needs("scan"):
            from fastwarc.stream_io import ZstdReader
        return cast("BinaryIO", io.BufferedReader(_Raw(ZstdReader(stream)), 1 << 18))
    return stream


class _Raw(io.RawIOBase):
    """What a reader of FastWARC reads, which fails where its input breaks off, for io's buffers."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data: bytes = self._reader.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _lines(stream: BinaryIO, longest: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield the numbered lines of ``stream``, None for those of more than ``longest`` bytes."""
    number = 0
    while line := stream.readline(longest + 1):
        number += 1
        whole = len(line) <= longest or line.endswith(b"\n")
        yield number, line if whole else None
        while not whole and (rest := stream.readline(1 << 20)):
            whole = rest.endswith(b"\n")


def _parquet(name: str, stream: BinaryIO, fields: Fields) -> Iterator[Record]:
    with needs("scan"):
        import pyarrow.parquet
    # Read as a stream: the columns of a row group may be larger than memory.
    file = pyarrow.parquet.ParquetFile(stream, pre_buffer=False, buffer_size=1 << 20)
    schema = file.schema_arrow
    wanted = (*fields.of_page(), *fields.of_url(), *fields.of_date(), "content_type")
    columns = [column for column in wanted if _has(schema, column)]
    if not any(column in fields.of_page() for column in columns):
        raise InputError(_no_page(fields, schema.names))
    number = 0
    for batch in file.iter_batches(_ROWS, columns=columns):
        for row in batch.to_pylist():
            yield record_of(name, number, row, fields)
            number += 1


def _has(schema: Any, column: str) -> bool:
    """Say whether a schema has ``column``, whose dots go into its structs."""
    level = schema
    for name in [column] if column in schema.names else column.split("."):
        index = getattr(level, "get_field_index", lambda _: -1)(name)
        if index < 0:
            return False
        level = level.field(index).type
    return True


def record_of(name: str, number: int, row: Mapping[str, Any], fields: Fields) -> Record:
    """Return the page of a JSON object or a row, number ``number`` of the file ``name``."""
    page, found = _first(row, fields.of_page())
    url, _ = _first(row, fields.of_url())
    date = moment(_first(row, fields.of_date())[0])
    content_type = row.get("content_type")
    if not isinstance(content_type, str):
        content_type = "text/html" if found.rpartition(".")[2] in ("html", "raw_html") else None
    told = url if isinstance(url, str) else None
    if not isinstance(page, (str, bytes)):
        empty = [field for field in fields.of_page() if field in row]
        if found:
            error = f"the field {found!r} is a {type(page).__name__}, not text"
        elif empty:
            error = f"the field {empty[0]!r} is empty"
        else:
            error = _no_page(fields, row)
        return Record(name, number, told, date=date, error=error)
    if not page.strip():
        return Record(name, number, told, date=date, error=f"the field {found!r} is empty")
    return Record(name, number, told, page, content_type, date)


def _first(row: Mapping[str, Any], names: Iterable[str]) -> tuple[Any, str]:
    """Return the first value of ``names`` that is there, and its name; or None and ""."""
    for name in names:
        value: Any = row
        for key in [name] if name in row else name.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None:
            return value, name
    return None, ""


def _no_page(fields: Fields, names: Iterable[str]) -> str:
    wanted = ", ".join(fields.of_page())
    return (
        f"no field with a page: looked for {wanted}, has {', '.join(list(names)[:20]) or 'none'}; "
        "name it with --page-field"
    )

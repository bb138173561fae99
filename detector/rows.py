"""Rows of a scan: a flat record for each page, and the files that hold them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import urlsplit

from detector.optional import needs
from detector.record import Record
from detector.result import KINDS, Result

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "COLUMNS", "PartFormat", "PartWriter", "host_of", "open_part", "row_of", "schema", "storable",
]  # fmt: skip

PartFormat = Literal["parquet", "jsonl"]
COLUMNS = (
    "url", "host", "date", "score", "verdict", *KINDS, "threshold", "spans", "link_blocks",
    "damage", "length", "replaced", "html", "encoding", "truncated", "model", "error", "source",
    "position",
)  # fmt: skip
"""The names in a row, in order."""

# A writer keeps 43 KB about each row group until it closes, whatever is in it, and copies it then:
# groups are to be large and few. Until one is written, its rows wait in Arrow's form, which takes a
# fraction of what they take as dictionaries.
_GROUP_BYTES = 16_000_000
_BATCH_CHARACTERS = 250_000
_ROW_CHARACTERS = 500


def schema() -> pa.Schema:
    """Return the columns of a scan's Parquet files. JSON Lines have the same names.

    ``score``, ``verdict`` and those by kind (``injection``, ``garbled``) are null where ``error``
    says why the page could not be scored. ``start`` and ``end`` are code points, half-open, into
    the extracted text; ``replaced`` counts its U+FFFD. ``source`` and ``position`` say where the
    page came from (:class:`detector.record.Record`).
    """
    with needs("scan"):
        import pyarrow as pa
    text, count, number = pa.string(), pa.int64(), pa.float64()

    def many(**fields: pa.DataType) -> pa.DataType:
        return pa.list_(pa.struct(list(fields.items())))

    place = {"start": count, "end": count}
    kinds = {
        **dict.fromkeys(("score", *KINDS, "threshold"), number),
        **dict.fromkeys(("length", "replaced", "position"), count),
        "html": pa.bool_(),
        "truncated": pa.list_(text),
        "spans": many(
            kind=text, **place, text=text, score=number, where=text, visible=pa.bool_(),
            hidden_by=text, path=text, words=many(**place, text=text, likely=text), repaired=text,
        ),
        "link_blocks": many(
            **place, score=number, path=text, hidden_by=text, links=many(text=text, target=text)
        ),
        "damage": many(**place, written=text, shown=text, text=text, length=count),
    }  # fmt: skip
    return pa.schema([(name, kinds.get(name, text)) for name in COLUMNS])


def row_of(record: Record, result: Result, min_span_score: float = 0.0) -> dict[str, Any]:
    """Return the row of one page, with its findings of at least ``min_span_score``."""
    error = record.error or result.error
    judged = result.to_dict()
    return {
        "url": record.url,
        "host": host_of(record.url),
        "date": record.date,
        "score": None if error else judged["score"],
        "verdict": None if error else result.verdict,
        **{kind: None if error else judged["scores"][kind] for kind in KINDS},
        "threshold": result.threshold,
        **{
            name: [found for found in judged[name] if found["score"] >= min_span_score]
            for name in ("spans", "link_blocks")
        },
        "damage": judged["damage"],
        "length": result.length,
        "replaced": result.replaced,
        "html": result.html,
        "encoding": result.encoding,
        "truncated": [*record.truncated, *result.truncated],
        "model": result.model,
        "error": error,
        "source": record.source,
        "position": record.position,
    }


def host_of(url: str | None) -> str | None:
    """Return the host of ``url`` in lower case, without port; None where there is none.

    >>> host_of("https://User@WWW.School.Example:8080/a")
    'www.school.example'
    """
    try:
        return urlsplit(url or "").hostname
    except ValueError:
        return None


def storable(value: Any) -> Any:
    """Return ``value`` with U+FFFD for lone surrogates, which UTF-8 cannot hold; offsets stay."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in value)
        return value
    if isinstance(value, Mapping):
        return {storable(key): storable(each) for key, each in value.items()}
    return [storable(each) for each in value] if isinstance(value, (list, tuple)) else value


class PartWriter(Protocol):
    """Writes rows to a file."""

    def write(self, row: dict[str, Any]) -> None:
        """Add a row."""

    def close(self) -> None:
        """Write what waits, and end the file."""


def open_part(path: Path, form: PartFormat) -> PartWriter:
    """Open ``path`` for rows, in Parquet or JSON Lines. Raises OSError."""
    return _Parquet(path) if form == "parquet" else _JsonLines(path)


class _JsonLines:
    def __init__(self, path: Path) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="\n")

    def write(self, row: dict[str, Any]) -> None:
        self._stream.write(json.dumps(storable(row), ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._stream.close()


class _Parquet:
    def __init__(self, path: Path) -> None:
        with needs("scan"):
            import pyarrow.parquet
        self._schema = schema()
        self._writer = pyarrow.parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self._characters = 0
        self._batches: list[pa.Buffer] = []
        self._bytes = 0

    def write(self, row: dict[str, Any]) -> None:
        self._rows.append(storable(row))
        self._characters += _characters(row)
        if self._characters >= _BATCH_CHARACTERS:
            self._pack()
        if self._bytes >= _GROUP_BYTES:
            self._flush()

    def _pack(self) -> None:
        import pyarrow as pa

        # In one block: a group in the hundreds of buffers that it is built in took 20 MB more.
        batch = pa.RecordBatch.from_pylist(self._rows, schema=self._schema).serialize()
        self._rows, self._characters = [], 0
        self._batches.append(batch)
        self._bytes += batch.size

    def _flush(self) -> None:
        import pyarrow as pa

        batches = [pa.ipc.read_record_batch(batch, self._schema) for batch in self._batches]
        self._writer.write_table(pa.Table.from_batches(batches))
        self._batches, self._bytes = [], 0

    def close(self) -> None:
        if self._rows:
            self._pack()
        if self._batches:
            self._flush()
        self._writer.close()


def _characters(row: Mapping[str, Any]) -> int:
    """Return about how many characters the memory of a row would hold."""
    spans = sum(
        len(s["text"]) + len(s["path"]) + 100 * len(s.get("words", ())) + 200 for s in row["spans"]
    )
    links = sum(
        len(link["text"]) + len(link["target"]) + 100
        for block in row["link_blocks"]
        for link in block["links"]
    )
    damage = sum(len(each["text"]) + 100 for each in row["damage"])
    return _ROW_CHARACTERS + spans + links + damage

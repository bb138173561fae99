"""Spark: pages of a data frame to the rows of a scan, by ``DataFrame.mapInArrow``.

>>> scan = ScanBatches(keep={"id": "bigint"})  # doctest: +SKIP
>>> found = pages.mapInArrow(scan, scan.schema())  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from detector.judging import judge
from detector.optional import needs
from detector.record import Record
from detector.records import Fields, record_of
from detector.rows import row_of, schema, storable
from detector.scoring import Detector

with needs("spark"):
    import pyarrow as pa

__all__ = ["ScanBatches"]

_ROWS = 64
_LEFT_OUT = ("source", "position")
_TYPES = {"string": "string", "double": "double", "int64": "bigint", "bool": "boolean"}


class ScanBatches:
    """A function of Arrow record batches, one row out for each row in. Cheap to pickle.

    ``fields`` names the columns with the page, its URL and its date
    (:class:`detector.records.Fields`); a page may be text or binary. ``keep`` are columns that are
    carried over, each with its type as Spark names it; the others are those of
    :func:`detector.rows.schema` without ``source`` and ``position``.
    """

    def __init__(
        self,
        detector: Detector | None = None,
        fields: Fields | None = None,
        keep: Mapping[str, str] | None = None,
    ) -> None:
        self.detector = detector or Detector.load()
        self.fields = fields or Fields()
        self.keep = dict(keep or {})

    def schema(self) -> str:
        """Return the columns of the rows, as ``mapInArrow`` wants to be told them."""
        columns = [f"`{name}` {kind}" for name, kind in self.keep.items()]
        columns += [f"`{field.name}` {_spark_type(field.type)}" for field in _fields()]
        return ", ".join(columns)

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of each batch. Raises KeyError where a column of ``keep`` is missing."""
        own = pa.schema(_fields())
        for batch in batches:
            judged = judge(self._records(batch), self.detector)
            rows = [storable(row_of(record, result)) for record, result in judged]
            found = pa.RecordBatch.from_pylist(rows, schema=own)
            kept = [batch.column(name) for name in self.keep]
            yield pa.RecordBatch.from_arrays(
                [*kept, *found.columns], names=[*self.keep, *found.schema.names]
            )

    def _records(self, batch: pa.RecordBatch) -> Iterator[Record]:
        number = 0
        for start in range(0, batch.num_rows, _ROWS):
            for row in batch.slice(start, _ROWS).to_pylist():
                yield record_of("", number, row, self.fields)
                number += 1


def _fields() -> list[pa.Field]:
    return [field for field in schema() if field.name not in _LEFT_OUT]


def _spark_type(kind: Any) -> str:
    if pa.types.is_list(kind):
        return f"array<{_spark_type(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return f"struct<{', '.join(f'`{f.name}`: {_spark_type(f.type)}' for f in kind)}>"
    return _TYPES[str(kind)]

"""The files that rows of a scan are written to: how large the row groups of Parquet are."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from crawls import HAM, SPAM

from detector import Detector
from detector.record import Record
from detector.rows import open_part, row_of


@pytest.mark.parametrize(
    ("count", "html", "spans", "length", "groups"),
    [
        (6_000, HAM, 0, 0, 1),
        (100, SPAM, 300, 10, 1),
        (6, SPAM, 30, 50_000, 1),
        (250, SPAM, 1, 160_000, 3),  # 40 MB
        (0, HAM, 0, 0, 0),
    ],
)
def test_row_groups_are_large_and_bounded(
    count: int, html: str, spans: int, length: int, groups: int, small: Detector, tmp_path: Path
) -> None:
    row = row_of(Record("a"), small.score(html, content_type="text/html"))
    row["spans"] = [{**span, "text": "开" + "a" * length} for span in row["spans"][:1]] * spans
    writer = open_part(tmp_path / "a", "parquet")
    for number in range(count):
        writer.write({**row, "position": number})
    writer.close()
    with pq.ParquetFile(tmp_path / "a") as file:
        assert file.num_row_groups == groups
        told = file.read(["position", "score", "spans"]).to_pylist()
    assert [each["position"] for each in told] == list(range(count))
    assert {(each["score"], len(each["spans"])) for each in told} <= {(row["score"], spans)}

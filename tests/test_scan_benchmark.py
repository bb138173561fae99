"""The scan benchmark on a few pages."""

from __future__ import annotations

import sys

import pytest

from benchmarks import scan


def test_speed(capsys: pytest.CaptureFixture[str]) -> None:
    scan.main(["--pages", "4", "--shards", "2"])
    printed = capsys.readouterr().out
    assert "4 pages of" in printed
    assert "MB, largest" in printed


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("form", ["warc", "jsonl"])
def test_memory(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    scan.main(["--gigabytes", "0.02", "--form", form])
    printed = capsys.readouterr().out
    assert f"x.{form}.gz: 4" in printed
    rows = [line.strip("│ \n").split("│") for line in printed.splitlines() if line[:1] == "│"]
    assert len(rows) >= 1
    pages, _, _, megabytes = rows[-1]
    assert int(pages) > 400
    assert 30 < float(megabytes) < 400

"""``detector hosts``: what a scan says of each site."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from crawls import HAM, SPAM, site, write_jsonl
from support import ESCAPES

from detector.cli import main
from detector.hosts import Host

README = Path(__file__).parent.parent / "README.md"
SITES = {"hacked.example": (3, 17), "farm.example": (10, 0), "honest.example": (0, 6)}
Run = Callable[[], Result]


def row(verdict: str | None, **more: Any) -> dict[str, Any]:
    return {"verdict": verdict, "score": 0.9, "url": "u", "date": None, "spans": [], **more}


@pytest.fixture(params=["parquet", "jsonl"])
def folder(
    request: pytest.FixtureRequest, tmp_path: Path, small_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:  # fmt: skip
    """Return the folder of a scan of ``SITES`` in two shards, in either format."""
    monkeypatch.chdir(tmp_path)
    pages = [page for host, counts in SITES.items() for page in site(host, *counts)]
    rows = [{"html": p.html, "url": p.url, "date": p.date} for p in pages]
    write_jsonl(tmp_path / "a.jsonl", rows[::2])
    write_jsonl(tmp_path / "b.jsonl", [*rows[1::2], {"html": SPAM}, {"url": pages[0].url}])
    scan = ["scan", "a.jsonl", "b.jsonl", "--model", str(small_folder), "--out", "out"]
    CliRunner().invoke(main, [*scan, "--format", request.param, "--jobs", "1"])
    return tmp_path / "out"


def run(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(main, ["hosts", str(folder), *args])


def test_jsonl(folder: Path) -> None:
    result = run(folder, "--format", "jsonl")
    assert result.exit_code == 1
    assert result.stderr == "detector: 1 rows have no host and are left out\n"
    found = {row["host"]: row for row in map(json.loads, result.stdout.splitlines())}
    assert list(found) == ["farm.example", "hacked.example", "honest.example"]
    assert [row["looks"] for row in found.values()] == ["spam", "hacked", "clean"]
    hacked = found["hacked.example"]
    assert (hacked["pages"], hacked["spam"], hacked["share"], hacked["errors"]) == (20, 3, 0.15, 1)
    assert hacked["first"] == "2026-01-01T03:04:05Z"
    assert hacked["last"] == "2026-01-20T03:04:05Z"
    assert [page["url"] for page in hacked["worst"]] == [
        f"https://hacked.example/{number}" for number in range(3)
    ]
    assert hacked["phrases"] == [{"text": "开云体育官网入口", "pages": 3}]
    assert found["honest.example"]["worst"] == found["honest.example"]["phrases"] == []


def test_the_worst_pages_are_different_ones() -> None:
    host = Host("a.example")
    for url, score in (("u", 0.7), ("u", 0.9), ("v", 0.8), ("u", 0.6), ("w", 0.75), ("x", 0.7)):
        host.add(row("spam", url=url, score=score))
    assert host.worst == [("u", 0.9), ("v", 0.8), ("w", 0.75)]
    assert host.pages == 6


def test_the_table(folder: Path) -> None:
    result = run(folder, "--top", "2")
    assert result.exit_code == 1
    assert "hacked.example" in result.stdout
    assert "开云体育官网入口 (3)" in result.stdout
    assert "honest.example" not in result.stdout
    assert "1 more hosts: --top, or --format jsonl" in result.stderr


@pytest.mark.parametrize(
    ("spam", "ham", "looks"),
    [
        (0, 1, "clean"), (0, 1000, "clean"), (1, 0, "unclear"), (2, 2, "unclear"),
        (1, 9, "doubtful"), (15, 985, "doubtful"), (16, 984, "hacked"), (2, 8, "hacked"),
        (5, 5, "hacked"), (6, 4, "mixed"), (8, 2, "mixed"), (9, 1, "spam"), (5, 0, "spam"),
    ],
)  # fmt: skip
def test_looks(spam: int, ham: int, looks: str) -> None:
    host = Host("x")
    for verdict in ["spam"] * spam + ["ham"] * ham:
        host.add(row(verdict))
    assert host.looks == looks


def test_phrases_are_counted_once_a_page_and_within_bounds() -> None:
    host = Host("x")
    spans = [{"text": "brand\n one", "score": 0.9}] * 3 + [{"text": "weak", "score": 0.4}]
    for number in range(2_000):
        rare = {"text": f"rare {number} " + "x" * 90, "score": 0.9}
        host.add(row("spam", spans=[*spans, rare]))
    assert host.phrases[0] == ("brand one", 2_000)
    assert len(host.phrases) == 5
    assert host.phrases[1][0].startswith("rare 0 ")
    assert all(len(text) <= 60 for text, _ in host.phrases)
    assert len(host._phrases) <= 400


def test_a_host_of_errors_only_is_clean() -> None:
    host = Host("x")
    host.add(row(None))
    assert (host.looks, host.pages, host.errors, host.share) == ("clean", 0, 1, 0.0)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        (None, b"", "no parts of a scan in"),
        ("part-x.parquet", b"PAR1", "is damaged"),
        ("part-x.jsonl", b'{"url": 5}\n', "is not a part of a scan"),
        ("part-x.jsonl", b"{", "is damaged"),
    ],
)
def test_a_folder_without_a_scan(name: str | None, data: bytes, told: str, tmp_path: Path) -> None:
    if name:
        (tmp_path / name).write_bytes(data)
    result = run(tmp_path)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


def test_a_clean_scan_exits_with_0(tmp_path: Path) -> None:
    part = {"host": "a.b", "url": "http://a.b/", **row("ham", score=0.1)}
    (tmp_path / "part-x.jsonl").write_text(json.dumps(part), encoding="utf-8")
    assert run(tmp_path).exit_code == 0


def test_parts_of_an_earlier_version_lack_columns(folder: Path) -> None:
    before = run(folder).stdout
    for part in folder.glob("part-*"):
        if part.suffix == ".parquet":
            pq.write_table(
                pq.read_table(part).drop_columns(["link_blocks", "damage", "replaced"]), part
            )
            continue
        rows = list(map(json.loads, part.read_text(encoding="utf-8").splitlines()))
        for row in rows:
            del row["link_blocks"], row["damage"], row["replaced"]
        write_jsonl(part, rows)
    assert run(folder).stdout == before


@pytest.mark.parametrize("form", ["table", "jsonl"])
def test_nothing_of_a_page_controls_the_terminal(form: str, tmp_path: Path) -> None:
    span = {"text": f"[red]{ESCAPES}", "score": 0.9}
    part = {**row("spam", spans=[span], url=f"http://a.b/{ESCAPES}"), "host": f"a{ESCAPES}.b"}
    part["date"] = f"2026{ESCAPES}"
    (tmp_path / "part-x.jsonl").write_text(json.dumps(part), encoding="utf-8")
    result = run(tmp_path, "--format", form)
    assert result.exit_code == 1
    bad = [c for c in result.output if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"]
    assert bad == []
    assert "[red]" in result.stdout


@pytest.mark.parametrize("folder", ["parquet"], indirect=True)
def test_the_query_of_the_readme(folder: Path) -> None:
    (query,) = re.findall(r"```sql\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    assert "'found/" in query
    found = duckdb.sql(query.replace("'found/", f"'{folder}/")).fetchall()
    assert found[0][:3] == ("farm.example", 10, 10)
    assert found[1][:3] == ("hacked.example", 20, 3)


def test_pages_of_the_fixture_differ() -> None:
    assert SPAM != HAM

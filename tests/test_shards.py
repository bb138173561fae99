"""What inputs name: files, folders, globs and URLs, as shards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import fsspec
import pytest

from detector.shards import PAGES_A_SHARD, Plan, open_input, plan_shards

FILES = {
    "crawl/a.warc.gz": 300, "crawl/deep/b.jsonl": 200, "crawl/deep/c.parquet": 100,
    "crawl/p.html": 10, "crawl/q.txt": 20, "crawl/photo.jpg": 5, "crawl/.hidden.jsonl": 5,
    "crawl/.git/x.jsonl": 5, "crawl/d.wet.gz": 50, "crawl/e.JSON.zst": 40, "crawl/f.tar.gz": 5,
}  # fmt: skip


@pytest.fixture
def crawl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory, with the files above in it."""
    for name, size in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * size)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(plan: Plan) -> list[tuple[str, str]]:
    here = os.getcwd() + os.sep
    return [(shard.name.removeprefix(here), shard.format) for shard in plan.shards]


@pytest.mark.parametrize(
    ("inputs", "shards"),
    [
        (["crawl"], [
            ("crawl/a.warc.gz", "warc"), ("crawl/deep/b.jsonl", "jsonl"),
            ("crawl/deep/c.parquet", "parquet"), ("crawl/d.wet.gz", "warc"),
            ("crawl/e.JSON.zst", "jsonl"), ("crawl/pages-1", "pages"),
        ]),
        (["crawl/deep/*"], [("crawl/deep/b.jsonl", "jsonl"), ("crawl/deep/c.parquet", "parquet")]),
        (["crawl/**/*.jsonl"], [("crawl/deep/b.jsonl", "jsonl")]),
        (["crawl/de?p"], [("crawl/deep/b.jsonl", "jsonl"), ("crawl/deep/c.parquet", "parquet")]),
        (["crawl/a.warc.gz", "crawl/*.gz"],
         [("crawl/a.warc.gz", "warc"), ("crawl/d.wet.gz", "warc")]),
        # A file that is named is a page if nothing else, as for `detector score`.
        (["crawl/photo.jpg"], [("crawl/pages-1", "pages")]),
        (["crawl/.hidden.jsonl"], [("crawl/.hidden.jsonl", "jsonl")]),
    ],
)  # fmt: skip
def test_inputs(inputs: list[str], shards: list[tuple[str, str]], crawl: Path) -> None:
    plan = plan_shards(inputs)
    assert told(plan) == shards
    assert plan.errors == []


def test_files_of_no_known_format_are_counted(crawl: Path) -> None:
    assert plan_shards(["crawl"]).passed == {".jpg": 1, ".tar.gz": 1}


@pytest.mark.parametrize(
    "name", ["missing", "missing/*.jsonl", "file:///missing/x.jsonl", "no://x"]
)
def test_an_input_that_is_not_there_is_said(name: str, crawl: Path) -> None:
    plan = plan_shards([name, "crawl/deep"])
    assert [error[0] for error in plan.errors] == [name]
    assert len(plan.shards) == 2


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    assert plan_shards([str(tmp_path)]).errors[0][1].endswith("nothing in it")


@pytest.mark.parametrize(
    ("suffix", "names"),
    [("", ["a.warc.gz", "b.jsonl"]), ("/*.jsonl", ["b.jsonl"]), ("/b.jsonl", ["b.jsonl"])],
)
def test_urls(suffix: str, names: list[str]) -> None:
    system: Any = fsspec.filesystem("memory")
    system.pipe({"/shards-test/a.warc.gz": b"xx", "/shards-test/b.jsonl": b"y"})
    plan = plan_shards([f"memory://shards-test{suffix}"])
    assert [name for name, _ in told(plan)] == [f"memory:///shards-test/{name}" for name in names]
    with open_input(plan.shards[-1].name) as stream:
        assert stream.read() == b"y"


def test_pages_of_a_folder_are_taken_together(tmp_path: Path) -> None:
    for number in range(PAGES_A_SHARD + 1):
        (tmp_path / f"{number:05d}.html").write_bytes(b"x")
    plan = plan_shards([str(tmp_path)])
    assert [len(shard.files) for shard in plan.shards] == [PAGES_A_SHARD, 1]
    assert plan.shards[0].files[0].endswith("00000.html")


def test_a_file_is_the_same_however_it_is_named(
    crawl: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = plan_shards(["crawl/deep"]).shards
    assert plan_shards(["crawl/deep", str(crawl / "crawl/deep/b.jsonl")]).shards == whole
    monkeypatch.chdir("crawl")
    assert plan_shards(["deep/", "../crawl/deep/*.jsonl"]).shards == whole


def test_a_changed_file_has_another_fingerprint(crawl: Path) -> None:
    before = {shard.name: shard for shard in plan_shards(["crawl"]).shards}
    os.utime("crawl/p.html", (5, 5))
    os.utime("crawl/a.warc.gz", (5, 5))
    after = {shard.name: shard for shard in plan_shards(["crawl"]).shards}
    changed = [name for name in before if before[name].fingerprint != after[name].fingerprint]
    assert changed == [str(crawl / "crawl/a.warc.gz"), str(crawl / "crawl/pages-1")]
    assert [shard.part for shard in before.values()] == [shard.part for shard in after.values()]


def test_parts_have_names_of_their_own(tmp_path: Path) -> None:
    names = ["a/x.jsonl", "b/x.jsonl", "b/x\x1b[2J 页.jsonl", "b/" + "x" * 200 + ".jsonl"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    parts = [shard.part for shard in plan_shards([str(tmp_path)]).shards]
    assert len(set(parts)) == len(names)
    assert all(part.isascii() and part.isprintable() and len(part) < 110 for part in parts)

"""Folders that results go to: of this machine, and elsewhere by fsspec's URLs."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from click.testing import CliRunner, Result
from crawls import SPAM, read_parts, site, write_jsonl

from detector.cli import main
from detector.errors import InputError
from detector.folders import Folder, LocalFolder, RemoteFolder, folder_of

KINDS = ("path", "file", "memory", "dir")


@pytest.fixture(params=KINDS)
def name(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Yield the name of a folder that is not there; ``dir://`` is one that holds others."""
    monkeypatch.chdir(tmp_path)
    holder = {"path": str(tmp_path), "target_protocol": "file"}
    monkeypatch.setitem(fsspec.config.conf, "dir", holder)
    yield {
        "path": "out/found",
        "file": f"file://{tmp_path}/out/found",
        "memory": "memory://folders-test/found",
        "dir": "dir://out/found",
    }[request.param]
    system: Any = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]


@pytest.fixture
def folder(name: str) -> Folder:
    return folder_of(name)


def put(folder: Folder, name: str, data: bytes) -> None:
    with folder.whole(name, "aside") as path:
        path.write_bytes(data)


def test_kinds(name: str, tmp_path: Path) -> None:
    folder = folder_of(name)
    local = name.startswith(("out", "file"))
    assert isinstance(folder, LocalFolder if local else RemoteFolder)
    assert str(folder) == (f"{tmp_path}/out/found" if local else name)
    assert folder_of(f"{name}/").place == folder.place
    assert pickle.loads(pickle.dumps(folder)) == folder


def test_files_appear_whole(folder: Folder) -> None:
    assert folder.names() == folder.names("aside") == set()
    folder.make("aside")
    folder.make("aside")
    with folder.whole("part-x", "aside") as path:
        path.write_bytes(b"half")
        assert folder.names() == set()
        path.write_bytes(b"whole")
    put(folder, "aside/y", b"y")
    assert (folder.names(), folder.names("aside")) == ({"part-x"}, {"y"})
    put(folder, "part-x", b"another")
    read = folder.read(["part-x", "aside/y", "missing"])
    assert read == {"part-x": b"another", "aside/y": b"y"}
    with folder.open("part-x") as stream:
        assert stream.read() == b"another"


def test_what_fails_leaves_nothing(folder: Folder) -> None:
    folder.make("aside")
    put(folder, "part-x", b"whole")
    with pytest.raises(KeyError), folder.whole("part-x", "aside") as path:
        path.write_bytes(b"half")
        raise KeyError
    assert folder.read(["part-x"]) == {"part-x": b"whole"}
    assert folder.names("aside") == set()


def test_files_are_removed(folder: Folder) -> None:
    folder.make("aside")
    folder.write("aside/x.now", b"x")
    folder.write("aside/y.now", b"y")
    folder.remove(["aside/x.now", "aside/z.now"])
    assert folder.names("aside") == {"y.now"}
    with pytest.raises(FileNotFoundError):
        folder.open("aside/x.now")


@pytest.mark.parametrize("name", ["memory", "dir"], indirect=True)
@pytest.mark.parametrize("step", ["put_file", "mv"])
def test_what_fails_elsewhere_says_where(
    step: str, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("slow down")

    assert isinstance(folder, RemoteFolder)
    folder.make("aside")
    monkeypatch.setattr(type(folder._system), step, fail)
    with pytest.raises(OSError, match=f"{folder}: slow down"):
        put(folder, "part-x", b"x")
    assert folder.names() == folder.names("aside") == set()


@pytest.mark.parametrize("name", ["memory", "dir"], indirect=True)
def test_a_file_is_no_folder(folder: Folder) -> None:
    folder.make("aside")
    put(folder, "part-x", b"x")
    with pytest.raises(OSError, match="is a file"):
        folder_of(f"{folder}/part-x").make("aside")
    assert folder_of(f"{folder}/part-x").names() == set()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("no://x", "Protocol not known"),
        ("memory://x/*", "leave out"),
        ("github://x", "missing 2 required"),
    ],
)
def test_wrong_urls(url: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        folder_of(url)


def scan(name: str, small_folder: Path, *args: str) -> Result:
    command = ["scan", "--model", str(small_folder), "--out", name, "--jobs", "1", *args]
    return CliRunner().invoke(main, command)


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_a_scan_and_its_hosts(name: str, form: str, small_folder: Path) -> None:
    for host, spam in (("a.example", 3), ("b.example", 0)):
        pages = site(host, spam, 9)
        write_jsonl(Path(f"{host}.jsonl"), [{"html": p.html, "url": p.url} for p in pages])
    first = scan(name, small_folder, "a.example.jsonl", "--format", form)
    assert "1 shards, 12 pages, 3 flagged" in first.stderr
    again = scan(name, small_folder, "a.example.jsonl", "b.example.jsonl", "--format", form)
    assert again.exit_code == 1
    assert "1 of 2 shards are finished already and skipped" in again.stderr
    assert "2 shards, 21 pages, 3 flagged" in again.stderr
    folder = folder_of(name)
    assert {part.rpartition(".")[2] for part in folder.names()} == {form}
    assert {state.rpartition(".")[2] for state in folder.names("_scan")} == {"json"}
    found = CliRunner().invoke(main, ["hosts", name, "--format", "jsonl"])
    assert found.exit_code == 1
    assert [(row["host"], row["pages"], row["spam"]) for row in map(json.loads, lines(found))] == [
        ("a.example", 12, 3),
        ("b.example", 9, 0),
    ]
    refused = scan(name, small_folder, "a.example.jsonl", "--threshold", "0.7")
    assert "threshold was 0.5, is 0.7" in refused.stderr
    write_jsonl(Path("a.example.jsonl"), [{"html": SPAM}])
    changed = scan(name, small_folder, "a.example.jsonl", "--format", form)
    assert "1 shards changed" in changed.stderr
    assert "1 shards, 1 pages, 1 flagged" in changed.stderr
    assert len(folder.names()) == 2


def lines(result: Result) -> list[str]:
    return result.stdout.splitlines()


@pytest.mark.parametrize("name", ["memory", "file"], indirect=True)
def test_parts_are_not_read_as_pages(name: str, small_folder: Path) -> None:
    above = name.removesuffix("/found")
    folder_of(above).make("aside")
    put(folder_of(above), "a.jsonl", json.dumps({"html": SPAM}).encode())
    beside = f"{above}-2"
    assert scan(beside, small_folder, above).exit_code == 1
    for out, given in ((name, above), (beside, f"{beside}/*.parquet"), (beside, beside)):
        refused = scan(out, small_folder, given)
        assert refused.exit_code == 2
        assert "--out must not lie in an input" in refused.stderr


def test_hosts_of_nothing(name: str) -> None:
    result = CliRunner().invoke(main, ["hosts", name])
    assert result.exit_code == 2
    assert "no parts of a scan in" in result.stderr


def test_a_killed_run_elsewhere_goes_on_where_it_stopped(
    tmp_path: Path, small_folder: Path
) -> None:
    crawl = tmp_path / "crawl"
    crawl.mkdir()
    for number in range(4):
        rows = [{"html": p.html * 40, "url": p.url} for p in site(f"h{number}.example", 1, 299)]
        write_jsonl(crawl / f"{number}.jsonl", rows)
    # In all processes, the file system of this name is a folder that holds others.
    told = {"FSSPEC_DIR": json.dumps({"path": str(tmp_path), "target_protocol": "file"})}
    environment = {**os.environ, **told}
    command = [sys.executable, "-m", "detector", "scan", "--model", str(small_folder), "--jobs",
               "2", str(crawl), "--out"]  # fmt: skip
    found, whole = tmp_path / "found", tmp_path / "whole"
    process = subprocess.Popen([*command, "dir://found"], env=environment, start_new_session=True)
    limit = time.monotonic() + 60
    while not list(found.glob("_scan/part-*.json")) and time.monotonic() < limit:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert 1 <= len(list(found.glob("part-*"))) < 4
    again = subprocess.run(
        [*command, "dir://found"], env=environment, capture_output=True, text=True
    )
    assert again.returncode == 1
    assert "of 4 shards are finished already and skipped" in again.stderr
    subprocess.run([*command, str(whole)], check=False, capture_output=True)
    assert read_parts(found) == read_parts(whole)
    assert {path.suffix for path in (found / "_scan").iterdir()} == {".json"}

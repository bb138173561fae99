"""Engines: processes here, a Dask cluster, one of whose workers is killed, and Ray's absence."""

from __future__ import annotations

import contextlib
import gzip
import json
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path
from types import SimpleNamespace

import pytest
from crawls import read_parts, site, write_jsonl

from detector import Detector
from detector.bulk import Settings, check_settings, split_finished
from detector.engines import scan
from detector.errors import DetectorError, InputError
from detector.folders import folder_of
from detector.judging import Judged, _answer
from detector.shards import plan_shards

SHARDS, PAGES = 8, 400


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with JSON Lines of several hosts."""
    folder = tmp_path_factory.mktemp("crawl")
    for number in range(SHARDS):
        pages = site(f"h{number}.example", 3, PAGES - 3)
        write_jsonl(
            folder / f"{number}.jsonl", [{"html": p.html * 20, "url": p.url} for p in pages]
        )
    return folder


@pytest.fixture
def settings(tmp_path: Path, small_folder: Path) -> Settings:
    """Return the settings of a scan into a folder of its own."""
    made = Settings(folder_of(tmp_path / "out"), Detector.load(small_folder))
    check_settings(made)
    return made


@pytest.fixture(scope="module")
def expected(
    crawl: Path, small_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """Return the parts that one process writes."""
    made = Settings(folder_of(tmp_path_factory.mktemp("expected")), Detector.load(small_folder))
    check_settings(made)
    scan(plan_shards([str(crawl)]).shards, made)
    return parts(made)


def out(settings: Settings) -> Path:
    return Path(settings.out.place)


def parts(settings: Settings) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out(settings).glob("part-*")}


def test_one_process(crawl: Path, expected: dict[str, bytes], settings: Settings) -> None:
    counts = scan(plan_shards([str(crawl)]).shards, settings)
    assert [(count.pages, count.spam) for count in counts] == [(PAGES, 3)] * SHARDS
    assert parts(settings) == expected
    rows = read_parts(out(settings))
    assert len(rows) == SHARDS * PAGES
    assert len({row["url"] for row in rows}) == SHARDS * PAGES


def test_two_processes(crawl: Path, expected: dict[str, bytes], settings: Settings) -> None:
    scan(plan_shards([str(crawl)]).shards, settings, jobs=2)
    assert parts(settings) == expected


def test_fewer_shards_than_processes(
    crawl: Path, expected: dict[str, bytes], settings: Settings
) -> None:
    shards = plan_shards([str(crawl / f"{number}.jsonl") for number in range(2)]).shards
    (counts, _) = scan(shards, settings, jobs=3)
    assert (counts.pages, counts.spam) == (PAGES, 3)
    assert parts(settings) == {name: expected[name] for name in parts(settings)}
    assert len(parts(settings)) == 2


@pytest.mark.parametrize("good", [0, 1, 200, 600])
def test_a_shard_of_several_processes_that_breaks_off(
    good: int, tmp_path: Path, settings: Settings
) -> None:
    pages = site("a.example", 2, 998)[:good]
    text = "".join(json.dumps({"html": p.html, "url": p.url}) + "\n" for p in pages)
    data = gzip.compress(text.encode()) + b"no gzip"
    (tmp_path / "a.jsonl.gz").write_bytes(data)
    (counts,) = scan(plan_shards([str(tmp_path / "a.jsonl.gz")]).shards, settings, jobs=2)
    assert counts.pages == good
    assert "Not a gzipped file" in counts.error
    rows = read_parts(out(settings))
    assert [row["url"] for row in rows] == [*(page.url for page in pages), None]
    assert rows[-1]["error"] == counts.error


@pytest.mark.parametrize("shard_count", [1, SHARDS])
def test_a_worker_process_that_is_killed_is_said(
    shard_count: int,
    crawl: Path,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import psutil

    def kill() -> None:
        while not (any(out(settings).glob("part-*")) or any(state.glob("*.now"))):
            time.sleep(0.01)
        for child in psutil.Process().children(recursive=True):
            if "popen_loky" in " ".join(child.cmdline()):
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()

    monkeypatch.setattr("detector.bulk._TOLD_EVERY", 0.05)
    state = out(settings) / "_scan"
    shards = plan_shards([str(crawl)]).shards
    if shard_count == 1:
        whole = tmp_path / "whole.jsonl"
        whole.write_bytes(b"".join(path.read_bytes() for path in sorted(crawl.iterdir())))
        shards = plan_shards([str(whole)]).shards
    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    with pytest.raises(InputError, match="a worker process was killed"):
        scan(shards, settings, jobs=2)
    killer.join()
    left = split_finished(shards, settings)
    assert len(left.todo) >= 1
    scan(left.todo, settings)
    assert sum(c.pages for c in split_finished(shards, settings).finished) == SHARDS * PAGES


def test_an_answer_that_is_cut_off_by_a_kill_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stand-in for the executor, since a kill seldom comes in the midst of an answer."""
    future: Future[list[Judged]] = Future()
    killed: list[int] = []
    processes = {
        number: SimpleNamespace(exitcode=code, kill=lambda number=number: killed.append(number))
        for number, code in enumerate((None, 0, -9))
    }
    writer = SimpleNamespace(close=lambda: future.set_exception(BrokenExecutor("cut off")))
    executor = SimpleNamespace(_processes=processes, _result_queue=SimpleNamespace(_writer=writer))
    monkeypatch.setattr("detector.judging._PATIENCE", 0.01)
    with pytest.raises(BrokenExecutor, match="cut off"):
        _answer(future, executor)
    assert killed == [0, 1, 2]


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[int]]]:
    """Yield the address of a Dask cluster of two worker processes, and their process ids."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as made,
        Client(made.scheduler_address, set_as_default=False) as client,
    ):
        pids = client.run(lambda: __import__("os").getpid())
        yield made.scheduler_address, list(pids.values())


def test_a_dask_cluster_that_loses_a_worker(
    crawl: Path,
    expected: dict[str, bytes],
    settings: Settings,
    cluster: tuple[str, list[int]],
) -> None:
    import psutil

    address, pids = cluster
    killed = threading.Event()

    def kill() -> None:
        while not list(out(settings).glob("part-*")):
            time.sleep(0.01)
        if len(list(out(settings).glob("part-*"))) < SHARDS:
            psutil.Process(pids[0]).kill()
            killed.set()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    counts = scan(plan_shards([str(crawl)]).shards, settings, "dask", address=address)
    killer.join()
    assert killed.is_set()
    assert sum(count.pages for count in counts) == SHARDS * PAGES
    assert parts(settings) == expected
    assert {path.suffix for path in (out(settings) / "_scan").iterdir()} == {".json"}


def test_no_dask_scheduler_there(settings: Settings) -> None:
    import dask

    with (
        dask.config.set({"distributed.comm.timeouts.connect": "300ms"}),
        pytest.raises(InputError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:9"),
    ):
        scan([], settings, "dask", address="tcp://127.0.0.1:9")


def test_ray_that_is_not_installed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(DetectorError, match=r"seo-injection-detector\[ray\]"):
        scan([], settings, "ray", address="auto")


def test_a_cluster_needs_an_address(settings: Settings) -> None:
    with pytest.raises(InputError, match="--address"):
        scan([], settings, "ray")

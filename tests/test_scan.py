"""``detector scan``: what its parts hold, when shards are skipped, refused or tried again."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from crawls import (
    HAM,
    SPAM,
    http,
    read_parts,
    site,
    warc_bytes,
    warc_record,
    wet_record,
    write_jsonl,
    write_parquet,
    write_warc,
)
from support import ESCAPES

from detector import Detector
from detector.cli import main
from detector.rows import COLUMNS, schema

PAGES = site("school.example", 1, 3)


@pytest.fixture
def scan(tmp_path: Path, small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Scan:
    """Return what runs the command in a folder of the test's own, writing to ``out``."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> Result:
        command = ["scan", "--model", str(small_folder), "--out", "out", "--jobs", "1", *args]
        return CliRunner().invoke(main, command)

    return run


Scan = Callable[..., Result]


def rows() -> list[dict[str, Any]]:
    """Return the rows of the scan in ``out``."""
    return read_parts(Path("out"))


def write(kind: str) -> str:
    """Write ``PAGES`` in one of the formats, and return the file's name."""
    name = f"crawl.{kind}"
    if "warc" in kind:
        write_warc(Path(name), PAGES)
    else:
        fields = [{"url": p.url, "html": p.html, "date": p.date} for p in PAGES]
        (write_parquet if kind == "parquet" else write_jsonl)(Path(name), fields)
    return name


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
@pytest.mark.parametrize("kind", ["warc", "warc.gz", "jsonl", "jsonl.gz", "jsonl.zst", "parquet"])
def test_every_format_gives_the_same_rows(
    kind: str, form: str, scan: Scan, small: Detector
) -> None:
    name = write(kind)
    result = scan(name, "--format", form)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "1 shards, 4 pages, 1 flagged (25.00%)" in result.stderr
    found = rows()
    assert [row["url"] for row in found] == [page.url for page in PAGES]
    assert [row["date"] for row in found] == [page.date for page in PAGES]
    for row, page in zip(found, PAGES, strict=True):
        judged = small.score(page.html.encode() if "warc" in kind else page.html).to_dict()
        assert row["host"] == "school.example"
        assert row["source"] == os.path.abspath(name)
        assert [row["injection"], row["garbled"]] == list(judged["scores"].values())
        for span in judged["spans"]:
            span.setdefault("words", None)
            span.setdefault("repaired", None)
        for span in row["spans"]:
            span["words"] = span.get("words") or None
            span.setdefault("repaired", None)
        for same in ("score", "verdict", "spans", "link_blocks", "damage", "length", "replaced",
                     "html", "encoding", "truncated", "threshold", "model", "error"):  # fmt: skip
            assert row[same] == judged[same], same


def test_words_of_garbled_findings(scan: Scan, small: Detector) -> None:
    write_jsonl(Path("a.jsonl"), [{"text": "今天嘚鉯嘚鉯壹個天气"}])
    scan("a.jsonl")
    (row,) = rows()
    expected = small.score("今天嘚鉯嘚鉯壹個天气").to_dict()["spans"][0]["words"]
    assert [{**word, "likely": word.get("likely")} for word in expected] == row["spans"][0]["words"]


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_blocks_of_links_and_unreadable_bytes(form: str, scan: Scan, small: Detector) -> None:
    links = "".join(f"<li><a href='http://h{n}.example/'>开云体育</a>" for n in range(30))
    page = f"<ul style='display:none'>{links}</ul><p>今天".encode() + b"\xff\xff"
    Path("a.warc").write_bytes(warc_bytes([warc_record("http://a.b/", http(page))]))
    scan("a.warc", "--format", form)
    (row,) = rows()
    judged = small.score(page, content_type="text/html; charset=utf-8").to_dict()
    assert row["replaced"] == judged["replaced"] == 2
    assert row["link_blocks"] == judged["link_blocks"]
    assert [len(block["links"]) for block in row["link_blocks"]] == [30]
    assert list(row) == list(COLUMNS)


def test_columns_do_not_depend_on_the_rows(scan: Scan) -> None:
    write_jsonl(Path("a.jsonl"), [])
    write_jsonl(Path("b.jsonl"), [{"html": SPAM}])
    scan("a.jsonl", "b.jsonl")
    for part in Path("out").glob("*.parquet"):
        assert pq.read_schema(part) == schema()


def test_pages_and_urls(scan: Scan) -> None:
    Path("site").mkdir()
    Path("site/a.html").write_text(SPAM, encoding="utf-8")
    Path("site/b.txt").write_text("今天", encoding="utf-8")
    Path("site/c.html").write_bytes(b"")
    system: Any = fsspec.filesystem("memory")
    system.pipe("/scan-test/x.jsonl", json.dumps({"html": SPAM, "url": "http://a.b/"}).encode())
    result = scan("site", "memory://scan-test/*.jsonl")
    assert result.exit_code == 1
    found = {row["source"].removeprefix(os.getcwd() + os.sep): row for row in rows()}
    assert [(name, row["verdict"], row["error"]) for name, row in sorted(found.items())] == [
        ("memory:///scan-test/x.jsonl", "spam", None),
        ("site/a.html", "spam", None),
        ("site/b.txt", "ham", None),
        ("site/c.html", None, "empty"),
    ]
    assert "1 could not be scored" in result.stderr


def test_wet_and_the_charset_of_http(scan: Scan) -> None:
    Path("a.wet").write_bytes(warc_bytes([wet_record("http://a.b/", "<今天> 开云体育官网入口")]))
    record = warc_record("http://a.b/", http("<p>雨".encode("big5"), "text/html; charset=big5"))
    Path("b.warc").write_bytes(warc_bytes([record]))
    scan("a.wet", "b.warc")
    wet, warc = rows()
    assert (wet["html"], wet["verdict"]) == (False, "spam")
    assert (warc["html"], warc["encoding"]) == (True, "big5hkscs")


def test_bad_records_cost_their_own_row(scan: Scan) -> None:
    Path("a.jsonl").write_text('{"html": "<p>a"}\n{\n{"html": "<p>\\ud800"}\n', encoding="utf-8")
    write_parquet(Path("b.parquet"), [{"html": b"\x89PNG\r\n\x1a\n" + b"\0" * 64}])
    result = scan("a.jsonl", "b.parquet")
    assert result.exit_code == 0
    found = rows()
    assert [row["verdict"] for row in found] == ["ham", None, "ham", "ham"]
    assert [row["score"] is None for row in found] == [False, True, False, False]
    assert "not JSON" in found[1]["error"]
    assert found[3]["truncated"] == ["binary"]


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_lone_surrogates_are_replaced(form: str, scan: Scan) -> None:
    text = '{"text": "开云\\ud800体育官网入口", "url": "http://a.b/\\udfff"}'
    Path("a.jsonl").write_text(text, encoding="utf-8")
    scan("a.jsonl", "--format", form)
    (row,) = rows()
    assert row["url"] == "http://a.b/\ufffd"
    assert row["spans"][0]["text"] == "开云\ufffd体育官网入口"


def test_what_is_no_page_is_counted(scan: Scan) -> None:
    pages = [
        warc_record("http://a.b/", http(HAM.encode())),
        warc_record("http://a.b/p", http(b"\x89PNG", "image/png")),
        warc_record("http://a.b/", b"GET / HTTP/1.1\r\n\r\n", "request"),
    ]
    Path("crawl").mkdir()
    Path("crawl/a.warc").write_bytes(warc_bytes(pages))
    Path("crawl/b.zip").write_bytes(b"PK")
    result = scan("crawl")
    assert result.exit_code == 0
    assert "2 records are no pages (image/png 1, request 1)" in result.stderr
    assert "1 files of folders are of no known format (.zip 1)" in result.stderr


def test_finished_shards_are_skipped(scan: Scan) -> None:
    write("warc")
    assert scan("crawl.warc").exit_code == 1
    (part,) = Path("out").glob("part-*")
    before = part.stat()
    write_jsonl(Path("b.jsonl"), [{"html": SPAM}])
    result = scan("crawl.warc", "b.jsonl")
    assert "1 of 2 shards are finished already and skipped" in result.stderr
    assert "2 shards, 5 pages, 2 flagged" in result.stderr
    assert result.exit_code == 1
    assert part.stat() == before
    part.unlink()
    assert "skipped" in scan("crawl.warc", "b.jsonl").stderr
    assert part.exists()


def test_the_same_name_in_another_folder_is_another_shard(
    scan: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("one", "two"):
        Path(folder).mkdir()
        write_jsonl(Path(folder, "a.jsonl"), [{"text": folder}])
        monkeypatch.chdir(folder)
        assert scan("a.jsonl", "--out", "../out").exit_code == 0
        monkeypatch.chdir("..")
    assert len(rows()) == 2


def test_changed_shards_are_scanned_again(scan: Scan) -> None:
    write_jsonl(Path("a.jsonl"), [{"html": HAM}])
    assert scan("a.jsonl").exit_code == 0
    write_jsonl(Path("a.jsonl"), [{"html": HAM}, {"html": SPAM}])
    result = scan("a.jsonl")
    assert result.exit_code == 1
    assert "1 shards changed since they were scanned" in result.stderr
    assert [row["verdict"] for row in rows()] == ["ham", "spam"]


def test_a_shard_that_breaks_off_keeps_its_rows_and_is_tried_again(scan: Scan) -> None:
    write("warc.gz")
    whole = Path("crawl.warc.gz").read_bytes()
    middle = len(whole) * 5 // 8
    Path("crawl.warc.gz").write_bytes(whole[:middle] + b"x" * 99 + whole[middle + 99 :])
    result = scan("crawl.warc.gz")
    assert result.exit_code == 2
    assert "crawl.warc.gz: cannot be read beyond page 2: " in result.stderr
    assert [row["verdict"] for row in rows()] == ["spam", "ham", None]
    assert "beyond page 2" in rows()[-1]["error"]
    result = scan("crawl.warc.gz")
    assert result.exit_code == 2
    assert "1 shards could not be read to their end and are tried again" in result.stderr
    Path("crawl.warc.gz").write_bytes(whole)
    assert scan("crawl.warc.gz").exit_code == 1
    assert len(rows()) == 4


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.parquet", b"PAR1 no parquet"), ("a.jsonl.gz", b"no gzip"), ("a.jsonl.zst", b"no zstd"),
     ("a.warc", b"no warc" * 50), ("a.parquet", b"")],
)  # fmt: skip
def test_a_damaged_shard_costs_no_other(name: str, data: bytes, scan: Scan) -> None:
    write("jsonl")
    Path(name).write_bytes(data)
    result = scan(name, "crawl.jsonl", "missing.warc")
    assert result.exit_code == 2
    assert f"{os.sep}{name}: cannot be read: " in result.stderr
    assert "detector: missing.warc: no such file or folder" in result.stderr
    assert "Traceback" not in result.output
    assert len([row for row in rows() if row["error"] is None]) == 4


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (["--threshold", "0.7"], "threshold was 0.5, is 0.7"),
        (["--format", "jsonl"], 'format was "parquet", is "jsonl"'),
        (["--min-span-score", "0.5"], "min_span_score was 0.03, is 0.5"),
        (["--page-field", "page"], 'fields was {"page": null'),
    ],
)
def test_parts_made_otherwise_are_refused(changed: list[str], told: str, scan: Scan) -> None:
    write("jsonl")
    scan("crawl.jsonl")
    before = rows()
    result = scan("crawl.jsonl", *changed)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Choose another --out" in result.stderr
    assert rows() == before


def test_parts_with_other_columns_are_refused(scan: Scan) -> None:
    write("jsonl")
    scan("crawl.jsonl")
    path = Path("out/_scan/settings.json")
    held = json.loads(path.read_text(encoding="utf-8"))
    del held["columns"]
    path.write_text(json.dumps(held), encoding="utf-8")
    result = scan("crawl.jsonl")
    assert result.exit_code == 2
    assert 'columns was null, is ["url", ' in result.stderr


@pytest.mark.parametrize("data", [None, "{", "[5]", "5"])
def test_parts_of_unknown_settings_are_refused(data: str | None, scan: Scan) -> None:
    write("jsonl")
    scan("crawl.jsonl")
    path = Path("out/_scan/settings.json")
    path.unlink()
    if data is not None:
        path.write_text(data, encoding="utf-8")
    result = scan("crawl.jsonl")
    assert result.exit_code == 2
    assert "does not say how they were made" in result.stderr
    for part in Path("out").glob("part-*"):
        part.unlink()
    assert scan("crawl.jsonl", "--threshold", "0.7").exit_code == 1


def test_parts_of_another_model_are_refused(scan: Scan, small: Detector, tmp_path: Path) -> None:
    write("jsonl")
    scan("crawl.jsonl")
    dataclasses.replace(small.model, version="small-2").save(tmp_path / "other")
    result = scan("crawl.jsonl", "--model", str(tmp_path / "other"))
    assert result.exit_code == 2
    assert 'model was "small-1", is "small-2"' in result.stderr


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([], "Missing argument"),
        (["crawl.jsonl", "--engine", "dask"], "--address goes with --engine dask or ray"),
        (["crawl.jsonl", "--address", "tcp://x:1"], "--address goes with --engine dask or ray"),
        (["."], "--out must not lie in an input"),
        (["crawl.jsonl", "--out", "crawl.jsonl"], "is a file"),
        (["crawl.jsonl", "--model", "missing"], "no model at missing"),
    ],
)
def test_wrong_usage(args: list[str], told: str, scan: Scan) -> None:
    write("jsonl")
    result = scan(*args)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not Path("out").exists()


def test_parts_are_not_read_as_pages(scan: Scan) -> None:
    write("jsonl")
    assert scan("*").exit_code == 1
    result = scan("*")
    assert result.exit_code == 2
    assert "--out must not lie in an input" in result.stderr


def test_min_span_score_leaves_out_findings_only(scan: Scan) -> None:
    links = "<p><a href='/1'>开云</a><p><a href='/2'>体育</a><p><a href='/3'>官网</a>"
    write_jsonl(Path("a.jsonl"), [{"html": SPAM + links}])
    scan("a.jsonl", "--min-span-score", "1")
    (row,) = rows()
    assert row["verdict"] == "spam"
    assert row["spans"] == row["link_blocks"] == []


def test_nothing_of_an_input_controls_the_terminal(scan: Scan) -> None:
    name = f"a{ESCAPES}.jsonl".replace("\r", "").replace("/", "")
    Path(name).write_bytes(b"")
    bad = warc_record("http://a.b/", http(b"x", f"image/{ESCAPES}"))
    Path("a.warc").write_bytes(warc_bytes([bad]))
    result = scan(name, "a.warc", f"missing{ESCAPES}")
    assert result.exit_code == 2
    told = [c for c in result.output if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"]
    assert told == []


def test_what_stopped_workers_leave_is_removed(scan: Scan) -> None:
    write("jsonl")
    scan("crawl.jsonl")
    Path("out/_scan/part-x.abc.tmp").write_bytes(b"")
    Path("out/_scan/part-x.now").write_bytes(b"{}")
    write_jsonl(Path("b.jsonl"), [])
    scan("b.jsonl")
    assert sorted({path.suffix for path in Path("out/_scan").iterdir()}) == [".json"]


def test_a_part_that_cannot_be_written_is_said(scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    write("jsonl")

    def full(self: object, row: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as context:
        context.setattr("detector.rows._Parquet.write", full)
        result = scan("crawl.jsonl")
        assert result.exit_code == 2
        assert "No space left on device" in result.stderr
    assert list(Path("out").glob("part-*")) == []
    assert list(Path("out/_scan").glob("*.tmp")) == []
    assert scan("crawl.jsonl").exit_code == 1


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path, small_folder: Path) -> None:
    crawl = tmp_path / "crawl"
    crawl.mkdir()
    for number in range(6):
        rows = [{"html": p.html * 40, "url": p.url} for p in site(f"h{number}.example", 1, 299)]
        write_jsonl(crawl / f"{number}.jsonl", rows)
    out, whole = tmp_path / "out", tmp_path / "whole"
    command = [sys.executable, "-m", "detector", "scan", "--model", str(small_folder), "--jobs",
               "2", str(crawl), "--out"]  # fmt: skip
    process = subprocess.Popen([*command, str(out)], start_new_session=True)
    limit = time.monotonic() + 60
    while len(list(out.glob("part-*"))) < 2 and time.monotonic() < limit:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = {path: path.stat().st_mtime_ns for path in out.glob("part-*")}
    assert 2 <= len(done) < 6
    again = subprocess.run([*command, str(out)], capture_output=True, text=True)
    assert again.returncode == 1
    assert "of 6 shards are finished already and skipped" in again.stderr
    assert "6 shards, 1,800 pages, 6 flagged" in again.stderr
    kept = [path for path, changed in done.items() if path.stat().st_mtime_ns == changed]
    assert len(kept) >= len(done) - 2  # a part may have been renamed and not yet been noted
    subprocess.run([*command, str(whole)], check=False, capture_output=True)
    assert read_parts(out) == read_parts(whole)
    assert list((out / "_scan").glob("*.tmp")) == []


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_a_scan_that_is_terminated_leaves_no_processes(tmp_path: Path, small_folder: Path) -> None:
    crawl = tmp_path / "crawl"
    crawl.mkdir()
    for number in range(8):
        rows = [{"html": p.html * 40, "url": p.url} for p in site(f"h{number}.example", 1, 299)]
        write_jsonl(crawl / f"{number}.jsonl", rows)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "detector", "scan", "--model", str(small_folder), "--jobs",
               "2", str(crawl), "--out", str(out)]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        limit = time.monotonic() + 60
        while not list(out.glob("part-*")) and time.monotonic() < limit:
            time.sleep(0.01)
        process.terminate()
        # Processes that go on hold their end of the pipe.
        _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "stopped; the same command goes on where this one did" in told


def test_a_loaded_detector_is_pickled_by_its_place(small_folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(small_folder, copy)
    detector = Detector.load(copy, threshold=0.7)
    pickled = pickle.dumps(detector)
    assert len(pickled) < 2_000
    first, second = pickle.loads(pickled), pickle.loads(pickled)
    assert first.model is second.model
    assert first.threshold == 0.7
    assert first.score(SPAM) == detector.score(SPAM)
    described = json.loads((copy / "model.json").read_text(encoding="utf-8"))
    other = tmp_path / "other"
    detector.model.save(other)
    described["version"] = "small-3"
    moved = pickle.dumps(Detector.load(other))
    (other / "model.json").write_text(json.dumps(described), encoding="utf-8")
    from detector import ModelError

    with pytest.raises(ModelError, match="is small-3, not small-1"):
        pickle.loads(moved)


def test_the_shipped_model_is_found_where_it_lies_there(detector: Detector) -> None:
    from detector.model import default_model_folder

    assert str(default_model_folder()).encode() not in pickle.dumps(detector)


def test_a_detector_that_was_not_loaded_is_pickled_whole(
    small: Detector, small_folder: Path
) -> None:
    assert pickle.loads(pickle.dumps(small)).score(SPAM) == small.score(SPAM)
    changed = dataclasses.replace(Detector.load(small_folder).model, threshold=0.9, bias=(-9, -9))
    copy = pickle.loads(pickle.dumps(changed))
    assert (copy.threshold, copy.bias) == (0.9, (-9, -9))


def test_threads_share_a_detector(detector: Detector) -> None:
    pages = [SPAM, HAM, SPAM * 30, "今天" * 500]
    expected = [detector.score(page) for page in pages]
    wrong: list[str] = []

    def work() -> None:
        for _ in range(10):
            if list(detector.score_many(pages)) != expected:
                wrong.append("differs")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_score_many_takes_the_content_type_of_each_page(small: Detector) -> None:
    body = "<p>雨</p>".encode("big5")
    given = [("http://a.b/", body, "text/html; charset=big5"), ("http://a.b/", body, "text/plain")]
    first, second = small.score_many(given)
    assert (first.encoding, first.html, first.url) == ("big5hkscs", True, "http://a.b/")
    assert second.html is False


def test_scoring_imports_nothing_of_all_this() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from detector.cli import main; "
        "CliRunner().invoke(main, ['score', '-'], input='<p>x'); "
        "print([m for m in ('pyarrow', 'joblib', 'fastwarc', 'fsspec', 'sklearn', 'rich') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_package_that_is_not_installed_is_named(
    scan: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    write_jsonl(Path("a.jsonl"), [{"html": SPAM}])
    result = scan("a.jsonl")
    assert result.exit_code == 2
    assert "pip install 'seo-injection-detector[scan]'" in result.stderr
    assert scan("a.jsonl", "--format", "jsonl").exit_code == 1
    monkeypatch.setitem(sys.modules, "fastwarc", None)
    Path("a.warc").write_bytes(b"")
    assert "'fastwarc', which is not installed" in scan("a.warc", "--format", "jsonl").stderr


def test_progress_on_a_terminal(scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.progress._EVERY", 0.01)
    monkeypatch.setattr("detector.bulk._TOLD_EVERY", 0.01)
    monkeypatch.setenv("FORCE_COLOR", "1")
    for number in range(2):
        pages = site(f"h{number}.example", 100, 100)
        write_jsonl(Path(f"{number}.jsonl"), [{"html": p.html * 75, "url": p.url} for p in pages])
    result = scan("0.jsonl", "1.jsonl")
    assert result.stdout == ""
    told = re.findall(r"([\d,]+) pages, [\d,]+ pages/s, ([\d,]+) flagged", result.stderr)
    assert len(set(told)) > 2
    assert "1/2" in result.stderr
    assert "2 shards, 400 pages, 200 flagged" in result.stderr


def test_a_scan_that_is_interrupted_says_how_to_go_on(
    scan: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    write("jsonl")
    monkeypatch.setattr("detector.engines.scan", interrupted)
    result = scan("crawl.jsonl")
    assert result.exit_code == 130
    assert "the same command goes on where this one did" in result.stderr


@pytest.mark.parametrize("kind", ["warc.gz", "jsonl.gz", "parquet"])
def test_memory_does_not_grow_with_a_shard(kind: str, scan: Scan) -> None:
    name = f"a.{kind}"
    pages = [page._replace(html=page.html + " " * 400_000) for page in site("a.example", 1, 299)]
    if kind == "warc.gz":
        write_warc(Path(name), pages)
    else:
        rows = [{"html": page.html, "url": page.url} for page in pages]
        if kind == "parquet":
            # As many rows to a page of the file as its writer's batch.
            table = pa.Table.from_pylist(rows)
            pq.write_table(table, name, write_batch_size=16, use_dictionary=False)
        else:
            write_jsonl(Path(name), rows)
    del pages
    tracemalloc.start()
    assert scan(name).exit_code == 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40_000_000  # of 120 MB

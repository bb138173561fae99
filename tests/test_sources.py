"""Files, folders, standard input: what is read, in which order, and what is said otherwise."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from support import cases

from detector.sources import Source, read_sources

LIMIT = 100_000


def write(folder: Path, files: dict[str, str]) -> None:
    """Write ``files`` (text by relative path) into ``folder``."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("case", cases("sources_files"))
def test_a_named_file(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / case["file"]
    if case["hex"] is not None:
        path.write_bytes(bytes.fromhex(case["hex"]))
    (source,) = read_sources([str(path)], LIMIT)
    assert source.name == str(path)
    assert source.error == case["error"]
    assert source.notice == ""
    assert (source.data is None) is bool(case["error"])
    if source.data is not None:
        assert source.data.hex() == case["hex"]


@pytest.mark.parametrize("case", cases("sources_folders"))
def test_a_folder(case: dict[str, Any], tmp_path: Path) -> None:
    write(tmp_path, case["files"])
    found = list(read_sources([str(tmp_path)], LIMIT))
    names = [os.path.relpath(source.name, tmp_path).replace(os.sep, "/") for source in found]
    assert names == case["found"]
    assert [source.error for source in found if source.error] == case["errors"]


@pytest.mark.parametrize(
    ("size", "notice"),
    [
        (LIMIT - 1, ""),
        (LIMIT, ""),
        (LIMIT + 1, "only the first 0.1 MB of 0.1 MB were scored"),
        (5 * LIMIT, "only the first 0.1 MB of 0.5 MB were scored"),
    ],
)
def test_a_large_file_is_cut_with_a_notice(size: int, notice: str, tmp_path: Path) -> None:
    path = tmp_path / "large.html"
    path.write_bytes(b"x" * size)
    (source,) = read_sources([str(path)], LIMIT)
    assert source.data == b"x" * min(size, LIMIT)
    assert source.notice == notice
    assert source.error == ""


def test_several_paths_in_the_order_given(tmp_path: Path) -> None:
    write(tmp_path, {"b.html": "<p>b", "a.html": "<p>a", "folder/c.html": "<p>c"})
    paths = [str(tmp_path / name) for name in ("b.html", "missing", "folder", "a.html", "b.html")]
    found = list(read_sources(paths, LIMIT))
    assert [Path(source.name).name for source in found] == [
        "b.html", "missing", "c.html", "a.html", "b.html",
    ]  # fmt: skip
    assert [source.error for source in found] == ["", "no such file or folder", "", "", ""]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "secret.html"
    path.write_text("<p>x")
    path.chmod(0)
    assert list(read_sources([str(path)], LIMIT)) == [
        Source(str(path), None, "no permission to read it")
    ]


def test_a_device_is_not_a_page() -> None:
    assert list(read_sources([os.devnull], LIMIT)) == [
        Source(os.devnull, None, "not a regular file")
    ]


def test_a_broken_link_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "broken.html"
    path.symlink_to(tmp_path / "nowhere")
    assert [source.error for source in read_sources([str(path)], LIMIT)] == [
        "no such file or folder"
    ]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    write(tmp_path, {"a/page.html": "<p>x"})
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    assert len(list(read_sources([str(tmp_path)], LIMIT))) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_in_a_folder_does_not_hang(tmp_path: Path) -> None:
    write(tmp_path, {"page.html": "<p>x"})
    os.mkfifo(tmp_path / "pipe")
    # A writer that comes and goes, so that a reader which waits for one fails instead of hanging.
    held = os.open(tmp_path / "pipe", os.O_RDWR | os.O_NONBLOCK)
    os.write(held, b"<p>from the pipe")
    os.set_blocking(held, False)
    try:
        names = [Path(s.name).name for s in read_sources([str(tmp_path)], 10)]
    finally:
        os.close(held)
    assert names == ["page.html"]


def test_a_name_with_a_nul_is_an_error_not_a_crash() -> None:
    (source,) = read_sources(["a\0b"], LIMIT)
    assert source.data is None
    assert source.error.startswith("cannot be read")


@pytest.mark.parametrize(
    ("given", "data", "error"),
    [
        (b"<p>page", b"<p>page", ""),
        (b"", None, "empty, nothing to score"),
        (b"\x89PNG\r\n", None, "binary data, not a page"),
    ],
)
def test_standard_input(
    given: bytes, data: bytes | None, error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    assert list(read_sources(["-"], LIMIT)) == [Source("-", data, error)]


def test_long_standard_input_is_cut_with_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x" * 5 * LIMIT)))
    (source,) = read_sources(["-"], LIMIT)
    assert source.data == b"x" * LIMIT
    assert source.notice == "only the first 0.1 MB were scored"


def test_sources_are_read_one_at_a_time(tmp_path: Path) -> None:
    write(tmp_path, {"a.html": "<p>a", "b.html": "<p>b"})
    sources = read_sources([str(tmp_path)], LIMIT)
    next(sources)
    (tmp_path / "b.html").unlink()
    assert [source.error for source in sources] == ["no such file or folder"]

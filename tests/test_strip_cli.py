"""``detector strip``: which pages it writes, where, what it says of them, and how it exits."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support import ESCAPES, cases, rows_of

from detector.cli import main

SPAM, HAM = (row["text"] for row in rows_of("cli_files")[:2])
STRIPPED = SPAM.replace(" 开云体育官网入口", "")


def run(args: list[str], model: Path, stdin: str = "") -> Result:
    """Run ``detector strip`` with the small model."""
    command = ["strip", "--model", str(model), *args]
    return CliRunner().invoke(main, command, input=stdin.encode())


@pytest.mark.parametrize("case", cases("strip_cli"))
def test_strip(case: dict[str, Any], folder: Path, small_folder: Path) -> None:
    args, files, err = case["args"], case["files"], case["err"]
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    result = run(args, small_folder, case.get("stdin", ""))
    assert result.exit_code == case["exit"]
    assert result.stdout == case["out"]
    for line in err:
        assert line in result.stderr
    assert "Traceback" not in result.output
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path: after[path] for path in before} == before
    made = {str(path.relative_to(folder)): after[path].decode() for path in after.keys() - before}
    assert made == files


def test_a_large_file_is_refused(folder: Path, small_folder: Path) -> None:
    (folder / "large.html").write_bytes(b"<p>" + "开云体育".encode() + b" " * 8_500_000)
    result = run(["large.html"], small_folder)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "detector: large.html: not stripped: larger than 8.0 MB" in result.stderr


def test_bytes_go_to_standard_output_as_they_are(folder: Path, small_folder: Path) -> None:
    source = "<meta charset=gbk><p>天气开云体育\r\n</p>".encode("gbk")
    command = [sys.executable, "-m", "detector.cli", "strip", "--model", str(small_folder)]
    done = subprocess.run([*command, "-"], input=source, capture_output=True)
    assert done.stdout == '<meta charset="gbk"><p>天气\n</p>'.encode("gbk")
    assert done.stderr.decode() == "-: 1 finding removed\n"
    assert done.returncode == 1
    clean = "<META charset=gbk><p>天气\r\n".encode("gbk") + b"\xff"
    done = subprocess.run([*command, "-"], input=clean, capture_output=True)
    assert done.stdout == clean
    assert done.returncode == 0


def test_a_link_to_an_input_is_not_written_over(folder: Path, small_folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "spam.html").symlink_to(folder / "spam.html")
    result = run(["spam.html", "--out", "out"], small_folder)
    assert result.exit_code == 2
    assert "would overwrite an input" in result.stderr
    assert (folder / "spam.html").read_text(encoding="utf-8") == SPAM


def test_a_name_taken_by_a_folder_is_said(folder: Path, small_folder: Path) -> None:
    (folder / "out" / "spam.html").mkdir(parents=True)
    result = run(["spam.html", "ham.html", "--out", "out"], small_folder)
    assert result.exit_code == 2
    assert "spam.html: cannot be written" in result.stderr
    assert [path.name for path in (folder / "out").iterdir() if path.is_file()] == ["ham.html"]


def test_nothing_of_a_name_controls_the_terminal(folder: Path, small_folder: Path) -> None:
    name = f"evil{ESCAPES}.html"
    (folder / name).write_text(SPAM, encoding="utf-8")
    result = run([name, f"missing{ESCAPES}", "--out", f"out{ESCAPES}"], small_folder)
    usage = run([name, "--out", name], small_folder)
    assert (result.exit_code, usage.exit_code) == (2, 2)
    for output in (result.stderr, usage.stderr):
        assert [c for c in output if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"] == []
        assert "\\x1b[2J" in output

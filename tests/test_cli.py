"""The command: what it prints, where, and how it exits. All with the small model of ``support``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import unicodedata
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from support import ESCAPES, cases

from detector import Detector, __version__
from detector.cli import main
from detector.report import printable


def run(args: list[str], model: Path, stdin: str = "") -> Result:
    """Run ``detector score`` with the small model, unless the arguments name another."""
    chosen = [] if "--model" in args else ["--model", str(model)]
    return CliRunner().invoke(main, ["score", *chosen, *args], input=stdin.encode("utf-8"))


def json_rows(result: Result) -> list[dict[str, Any]]:
    """Return the rows of the standard output, all of which must be JSON objects."""
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("case", cases("cli_score"))
def test_score(case: dict[str, Any], folder: Path, small_folder: Path) -> None:
    result = run(case["args"], small_folder, case["stdin"])
    assert result.exit_code == case["exit"]
    for text in case["out"]:
        assert text in result.stdout
    for text in case["err"]:
        assert text in result.stderr
    for text in case["not_out"]:
        assert text not in result.stdout
    if not case["err"]:
        assert result.stderr == ""
    if case["exit"] == 2 and not case["out"]:
        assert result.stdout == ""
    assert "Traceback" not in result.output


def test_jsonl_is_all_there_is_on_standard_output(folder: Path, small_folder: Path) -> None:
    paths = ["spam.html", "missing.html", "garbled.txt", "image.png", "ham.html"]
    result = run(["--format", "jsonl", *paths], small_folder)
    rows = json_rows(result)
    assert [row["path"] for row in rows] == paths
    assert result.exit_code == 2
    assert [row.get("verdict") for row in rows] == ["spam", None, "spam", None, "ham"]
    assert rows[1] == {"path": "missing.html", "error": "no such file or folder"}
    assert rows[3]["error"] == "binary data, not a page"
    assert len(result.stderr.splitlines()) == 2


def test_jsonl_says_what_the_library_says(
    folder: Path, small_folder: Path, small: Detector
) -> None:
    (row,) = json_rows(run(["--format", "jsonl", "spam.html"], small_folder))
    expected = small.score((folder / "spam.html").read_bytes()).to_dict()
    del expected["url"]
    assert row == {"path": "spam.html", **expected}


def test_a_large_file_is_scored_in_part_and_said(folder: Path, small_folder: Path) -> None:
    (folder / "large.html").write_bytes(b"<p>" + "开云体育官网入口".encode() + b" " * 8_500_000)
    result = run(["--format", "jsonl", "large.html"], small_folder)
    (row,) = json_rows(result)
    assert "large.html: only the first 8.0 MB of 8.5 MB were scored" in result.stderr
    assert row["truncated"] == ["max_bytes"]
    assert row["verdict"] == "spam"
    assert result.exit_code == 1


def test_unreadable_characters_are_said(folder: Path, small_folder: Path) -> None:
    broken = b'<meta charset="gbk"><p>' + "今天的天气".encode("gbk") + b"\xff</p>"
    (folder / "broken.html").write_bytes(broken)
    result = run(["broken.html"], small_folder)
    assert "7 characters · gb18030 · 1 unreadable" in result.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_said(folder: Path, small_folder: Path) -> None:
    (folder / "ham.html").chmod(0)
    result = run(["ham.html"], small_folder)
    assert result.exit_code == 2
    assert "no permission to read it" in result.stderr


def test_nothing_of_a_page_controls_the_terminal(folder: Path, small_folder: Path) -> None:
    name = f"evil{ESCAPES}.html".replace("\r", "").replace("/", "")
    body = f"前{ESCAPES}文开云体育{ESCAPES}官网入口后{ESCAPES}面<p title='嘚鉯{ESCAPES}壹'>"
    (folder / name).write_text(body, encoding="utf-8")
    missing = f"missing{ESCAPES}"
    result = run([name, missing], small_folder)
    assert "开云体育" in result.stdout
    assert result.exit_code == 2
    for output in (result.stdout, result.stderr):
        bad = [c for c in output if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"]
        assert bad == []
        assert "\\x1b[2J" in output
        assert "\\u202e" in output


def test_jsonl_has_no_raw_control_characters(folder: Path, small_folder: Path) -> None:
    text = "开云\x1b体\x9b育\u202e官\u2066网\x7f入口"
    (folder / "ham.html").write_text(f"<p>{text}", encoding="utf-8")
    result = run(["--format", "jsonl", "ham.html"], small_folder)
    (row,) = json.loads(result.stdout)["spans"]
    assert row["text"] == text
    bad = [c for c in result.stdout if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"]
    assert bad == []


def test_a_name_that_is_not_unicode(folder: Path, small_folder: Path) -> None:
    name = os.fsdecode(b"page-\xff.html")
    try:
        Path(name).write_text("<p>今天</p>", encoding="utf-8")
    except OSError:
        pytest.skip("this file system wants Unicode names")
    for form in ("text", "jsonl"):
        result = run(["--format", form, name, name + "x"], small_folder)
        assert result.exit_code == 2
        assert "no such file or folder" in result.stderr
        assert "page-" in result.stdout


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 文字", "plain 文字"),
        ("a\nb\tc\r\u2028d", "a b c  d"),
        ("\x1b[31m\x07", "\\x1b[31m\\x07"),
        ("\x9b\x7f", "\\x9b\\x7f"),
        ("\u202e\u2067\ufeff", "\\u202e\\u2067\\ufeff"),
        ("\ue000\udc80", "\\ue000\\udc80"),
        ("👍🏽", "👍🏽"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_version_and_help() -> None:
    assert CliRunner().invoke(main, ["--version"]).output == f"detector, version {__version__}\n"
    for command in ("score", "strip", "scan", "hosts", "train", "evaluate", "model"):
        result = CliRunner().invoke(main, [command, "-h"])
        assert result.exit_code == 0
        assert "Usage:" in result.output
    assert isinstance(main, click.Group)
    assert sorted(main.commands) == [
        "evaluate",
        "hosts",
        "model",
        "scan",
        "score",
        "strip",
        "train",
    ]


def test_model_tells_what_is_loaded(small_folder: Path) -> None:
    result = CliRunner().invoke(main, ["model", "--model", str(small_folder)])
    assert result.exit_code == 0
    assert "small-1" in result.output


def labeled(path: Path) -> Path:
    """Write a labelled file of a spam page, a ham page, and a wrongly labelled one."""
    rows: list[dict[str, Any]] = [
        {"id": "a", "label": "spam", "text": "今天开云体育官网", "spans": [[2, 8, "injection"]]},
        {"id": "b", "label": "ham", "text": "今天下午有雨"},
        {"id": "c\x9b31m\u202e", "label": "ham", "text": "开云体育官网入口", "family": "f\x1b[2J"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_evaluate_says_where_there_are_no_pages(tmp_path: Path, small_folder: Path) -> None:
    (tmp_path / "empty.jsonl").write_bytes(b"")
    args = ["evaluate", "--model", str(small_folder), str(tmp_path / "empty.jsonl")]
    alone = CliRunner().invoke(main, args)
    assert (alone.exit_code, alone.stdout) == (2, "")
    assert alone.stderr.endswith("empty.jsonl: no pages in this file\n")
    with_others = CliRunner().invoke(main, [*args, str(labeled(tmp_path / "data.jsonl"))])
    assert with_others.exit_code == 0
    assert "no pages in this file" in with_others.stderr


def test_evaluate_gives_json(tmp_path: Path, small_folder: Path) -> None:
    data = labeled(tmp_path / "data.jsonl")
    args = ["evaluate", "--model", str(small_folder), "--format", "json", "--errors", "5"]
    result = CliRunner().invoke(main, [*args, str(data)])
    report = json.loads(result.stdout)
    assert report["all"]["pages"] == 3
    assert report["model"] == "small-1"
    assert [row["id"] for row in report["errors"]] == ["c\x9b31m\u202e"]
    assert not set("\x1b\x9b\u202e") & set(result.stdout)
    assert report["all"]["injection_spans"]["recall"] == 1.0


def test_evaluate_prints_a_table_without_control_characters(
    tmp_path: Path, small_folder: Path
) -> None:
    data = labeled(tmp_path / "data.jsonl")
    args = ["evaluate", "--model", str(small_folder), "--errors", "5", str(data)]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 0
    assert "ROC-AUC" in result.output
    assert not set("\x1b\x9b\u202e") & set(result.output)


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "line 1: not JSON"), ("[]", "line 1: not a JSON object"), ('{"id": "x"}', "row 1:")],
)
def test_evaluate_says_which_row_is_wrong(
    text: str, message: str, tmp_path: Path, small_folder: Path
) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["evaluate", "--model", str(small_folder), str(data)])
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_the_command_as_a_process(folder: Path, small_folder: Path) -> None:
    command = [sys.executable, "-m", "detector.cli", "score", "--model", str(small_folder)]
    page = (folder / "spam.html").read_bytes()
    done = subprocess.run(
        [*command, "--format", "jsonl", "-", "missing.html"], input=page, capture_output=True
    )
    rows = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert done.returncode == 2
    assert [row["path"] for row in rows] == ["-", "missing.html"]
    assert rows[0]["spans"][0]["text"] == "开云体育官网入口"
    assert done.stderr.decode() == "detector: missing.html: no such file or folder\n"


def process(*args: str) -> list[str]:
    """Return the words that run ``detector`` as a process."""
    return [sys.executable, "-m", "detector", *args]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
@pytest.mark.parametrize(
    "args",
    [["score", "spam.html"], ["score", "--format", "jsonl", "spam.html"], ["strip", "spam.html"],
     ["model"]],
    ids=" ".join,
)  # fmt: skip
def test_output_that_cannot_be_written_is_said(
    args: list[str], folder: Path, small_folder: Path
) -> None:
    command = process(*args, "--model", str(small_folder))
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    told = done.stderr.decode()
    assert told.startswith("detector: ")
    assert told.endswith(": No space left on device\n")


def test_a_reader_that_has_enough_is_no_finding(folder: Path, small_folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    args = process("score", "--model", str(small_folder), "ham.html")
    done = subprocess.run(args, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (2, b"")


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize("command", ["score", "strip"])
def test_stopped_by_hand(command: str, small_folder: Path) -> None:
    def heeding() -> None:  # who runs the tests in the background ignores it
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    args = process(command, "--model", str(small_folder))
    pipe = subprocess.PIPE
    with subprocess.Popen(args, stdin=pipe, stderr=pipe, preexec_fn=heeding) as running:
        assert running.stdin and running.stderr
        running.stdin.write(b"x" * (1 << 20))  # returns once the command reads
        time.sleep(0.5)  # Python heeds a signal between two reads after the second only
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130
        assert running.stderr.read() == b"detector: stopped\n"


@pytest.mark.skipif(os.name != "posix", reason="closes file descriptors by their numbers")
@pytest.mark.parametrize("command", ["score", "strip"])
def test_without_standard_input(command: str, small_folder: Path) -> None:
    args = process(command, "--model", str(small_folder))
    done = subprocess.run(args, capture_output=True, preexec_fn=lambda: os.close(0))
    assert done.returncode == 2
    assert done.stderr == b"detector: -: empty, nothing to score\n"


def test_the_bytes_of_a_finding_are_told_on_request(tmp_path: Path, small_folder: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes("<title>开云体育官网入口</title><p>今天</p>".encode("gb18030"))
    plain, mapped = (
        json_rows(run(["--format", "jsonl", *options, str(path)], small_folder))[0]["spans"]
        for options in ([], ["--source-map"])
    )
    assert not any("source" in span for span in plain)
    (span,) = mapped
    assert path.read_bytes()[slice(*span["source"])].decode("gb18030") == span["text"]

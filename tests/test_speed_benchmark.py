"""The speed benchmark: its tables on small pages, its clock, its steps, a peer that is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import DAMAGED, PROMOTED, small_model

from benchmarks import speed
from benchmarks.speed_common import pages_of_size
from benchmarks.speed_peers import Detected, peers_table
from benchmarks.speed_profile import REST, STEPS, Clock, watched
from detector import Detector
from detector.kernel import loaded

TABLES = (
    "7 pages of 3 KB", "bare Lexbor parse + text", "read: decode + extract", "score_many, 2,700",
    "times the parser", "largest resident set so far", "first result after", "where the time of",
    "score, by the size", "peers, on the same pages", "BeautifulSoup", "fastText", "times score",
)  # fmt: skip


def test_one_run_prints_all_tables(capsys: pytest.CaptureFixture[str]) -> None:
    speed.main(["--rounds", "1", "--size", "3000", "--largest", "10000"])
    printed = capsys.readouterr().out
    assert [part for part in (*TABLES, *STEPS, REST) if part not in printed] == []


def test_a_folder_without_pages_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        speed.main([str(tmp_path)])


@pytest.mark.parametrize("size", [1_500, 10_000, 80_000])
def test_pages_have_the_size_and_are_whole(size: int) -> None:
    pages = pages_of_size(size)
    assert len(pages) == 7
    assert all(0.6 * size < len(page) < 1.1 * size for page in pages)
    assert all("</body>" in page.decode() for page in pages)


def test_steps_do_not_count_the_steps_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks: Iterator[float] = iter(range(100))
    monkeypatch.setattr("benchmarks.speed_profile.time.process_time", lambda: next(ticks))
    clock = Clock()
    compiled = clock.native(lambda: 0)  # 1
    inner = clock.timed("inner", compiled)  # 3, of it 1 compiled
    outer = clock.timed("outer", lambda: [inner(), inner()])  # 9
    outer()
    assert clock.own == {"inner": 6, "outer": 3}
    assert clock.compiled == {"inner": 2}


def test_every_step_is_seen_and_left_as_it_was() -> None:
    links = "".join(f"<li><a href='http://h{n}.example/'>{PROMOTED}</a>" for n in range(4))
    page = (
        f"<style>p {{display: none}}</style><ul onclick='x'>{links}</ul><p>今天{DAMAGED * 3}"
        f"<script>var a = '{PROMOTED}'</script>"
    )
    detector = Detector(small_model())
    before = detector.score(page), dict(loaded()), Detector._spans
    clock = Clock()
    with watched(clock):
        assert list(detector.score_many([page.encode()])) == [detector.score(page.encode())]
    assert set(clock.own) == set(STEPS)
    assert set(clock.compiled) <= set(STEPS)
    assert (detector.score(page), loaded(), Detector._spans) == before


def test_a_peer_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fasttext", None)
    table = peers_table(Detected([b"<p>a"], 1.0, [b"a"], 1.0), 1)
    cells = [list(column.cells) for column in table.columns]
    assert cells[2][-1] == "not installed"
    assert cells[4][-1] == ""
    assert all(float(str(cell)) > 0 for cell in cells[4][:-1])

"""Links that stand together are one finding, with its links listed."""

from __future__ import annotations

from itertools import islice, permutations
from typing import Any

import pytest
from support import cases, small_model

from detector import Detector, Result
from detector.report import page_lines
from detector.scoring import read_page

DETECTOR = Detector(small_model())
BLOCK = "".join(f"<li><a href='http://h{n}.example/'>开云体育</a>" for n in range(30))


def unstyled(text: str, **style: Any) -> str:
    return text


@pytest.mark.parametrize("case", cases("link_blocks"))
def test_blocks(case: dict[str, Any]) -> None:
    page = read_page(case["page"])
    result = DETECTOR.score_page(page)
    assert [
        {
            "path": block.path,
            "hidden_by": block.hidden_by,
            "links": [[link.text, link.target] for link in block.links],
        }
        for block in result.link_blocks
    ] == case["blocks"]
    for block in result.link_blocks:
        inside = [s for s in result.spans if block.start <= s.start and s.end <= block.end]
        assert block.start == inside[0].start
        assert block.end == inside[-1].end
        assert block.score == max(s.score for s in inside)
    row = result.to_dict()
    assert Result.from_dict(row).to_dict() == row


def lines_of_thirty_links(source: str) -> list[str]:
    """Return what the report says of a page in which thirty links are one finding."""
    page = read_page(source)
    result = DETECTOR.score_page(page)
    assert [len(block.links) for block in result.link_blocks] == [30]
    return page_lines("a.html", result, page, unstyled)


def test_thirty_links_are_one_finding_for_a_reader() -> None:
    lines = lines_of_thirty_links(f"<p>今天</p><ul>{BLOCK}</ul><p>开云体育</p>")
    assert "30 links" in lines[1]
    assert lines[2].split() == ["开云体育", "→", "h0.example/"]
    assert lines[6].split() == ["and", "26", "more"]
    assert lines[7].split()[2] == "body"
    assert len(lines) == 8


def test_links_in_a_comment_are_one_finding_for_a_reader() -> None:
    # What a page repeats in comments is read once.
    words = map("".join, islice(permutations("开云体育官网"), 30))
    links = "".join(f"<a href='http://h{n}.example/'>{word}</a>" for n, word in enumerate(words))
    lines = lines_of_thirty_links(f"<div><p>今天</p><!--{links}--><p>开云体育</p></div>")
    assert "30 links, hidden by comment" in lines[1]
    assert lines[2].split() == ["开云体育官网", "→", "h0.example/"]
    assert lines[7].split()[2] == "body"
    assert len(lines) == 8


def test_blocks_are_injections() -> None:
    result = DETECTOR.score(f"<ul>{BLOCK}</ul>")
    assert result.of_kind("injection").link_blocks == result.link_blocks
    assert result.of_kind("garbled").link_blocks == ()


def test_a_finding_that_no_block_tells_is_told() -> None:
    source = f"<a href='/1'>开云</a><ul>{BLOCK}</ul><div><a href='/2'>体育</a></div>"
    page = read_page(source)
    result = DETECTOR.score_page(page)
    lines = page_lines("a.html", result, page, unstyled)
    assert [line.split()[2:] for line in lines if " link  " in line] == [
        ["link", "开云"],
        ["link", "体育"],
    ]
    assert sum("30 links" in line for line in lines) == 1

"""Fuzzing: ``python benchmarks/fuzz.py --minutes N``.

Mutates the example pages and small nasties, scores them with all that can be asked for, and checks
what holds for any page. A page that breaks something is written to ``--into``, with the seed that
made it. ``--seconds`` of CPU are what a page may cost; one that takes forever ends the process,
which says where it was, and is ``last.bin``.

With ``--sanitized LIBRARY`` the compiled part is replaced by a build that checks every address:

    gcc -O1 -g -std=c11 -ffp-contract=off -fPIC -shared -fvisibility=hidden \\
        -fsanitize=address,undefined -fno-sanitize-recover=undefined \\
        detector/native/*.c -lm -o /tmp/checked.so
    LD_PRELOAD=$(gcc -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 \\
        python benchmarks/fuzz.py --minutes 5 --sanitized /tmp/checked.so

A fault ends that process at once: the page that it was about is ``last.bin`` in ``--into``. Leaks
are not looked for, because Python leaves what it has at its end.
"""

from __future__ import annotations

import faulthandler
import json
import random
import signal
import sys
import time
import traceback
import unicodedata
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from itertools import islice, pairwise
from pathlib import Path

from benchmarks.nasties import NASTIES
from detector import Config, Detector, Page, Result, kernel
from detector.config import DEFAULT_CONFIG
from detector.markup import parsed
from detector.nesting import tamed
from detector.page_score import page_scores
from detector.report import page_lines
from detector.scoring import read_page

__all__ = ["check_page", "mutated", "seeds_of"]

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
LONGEST = 30_000
"""Bytes of a page, mostly."""
FOREVER = 10
"""How often as long as it may take a page takes that is not waited for, in CPU time."""
MOST_NODES = 500_000
"""Nodes of a document whose depth is looked at: a parser may be handed some millions."""
LONGEST_LINE = 3_000
"""Characters that a finding takes on a terminal."""
STEERING = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Categories of characters that may move or turn what is on a terminal, or show nothing."""
TYPES = (
    None, "text/html", "text/plain", "text/html; charset=gbk", "text/html; charset=utf-16",
    "text/html; charset=iso-2022-jp", "TEXT/HTML;charset = 'big5'", "text/html; charset=nothing",
    "application/xhtml+xml; charset=utf-8", "charset=", "text/html; charset=utf-8",
)  # fmt: skip
CODECS = ("gb18030", "big5hkscs", "utf-16", "utf-16-be", "utf-8-sig", "iso2022_jp", "cp1251")
TAGS = (
    "a b p div svg math style script title table td tr select option template noscript iframe form "
    "frameset noframes plaintext textarea font marquee object ruby rt h1 li button nobr desc "
    "foreignObject mtext annotation-xml body html head optgroup input caption dialog"
).split()
PIECES = (
    "<!--", "-->", "--!>", "<![CDATA[", "]]>", "<", ">", "</", "/>", "='", "\"", "&", "&#", "&lt",
    "&#x110000;", "&#xd800;", "\0", "\ud800", "\u202e", "\u2066", "\x1b[2J", "\ufeff", "\U00020000",
    "<!DOCTYPE x [", "<?xml encoding='gbk'?>", "<meta charset=gbk>", " style='display:none'",
    "<style>p{display:none}.a b>#c{left:-999px}</style>", " hidden", " popover",
    "<style>@layer x{:is(p,.a):not(b) + a ~ i{scale:0}}@layer y,x;",
    ":where(a)>*{translate:-1e4px}",
    " style='position:fixed;transform:translate(-9e3px,0);filter:opacity(0)'", "\\u4e00", "atob('",
    "//开.example/",
    "<script type='application/ld+json'>{\"name\":\"开云体育\"", "<a href='http://开云体育.example/%e5'>",
    "fromCharCode(24320,20113)", "unescape('%u5f00%u4e91')", "开云体育官网入口", "嘚鉯壹個莈囿",
    "casino bonus",
    "\u0130", "\u212a", "ſ", "\u3000", "\x85", "\u2028", "\xa0", "\r", "\f", "\v",
)  # fmt: skip
LIMITS = (
    DEFAULT_CONFIG,
    Config(max_depth=3, max_attributes=2),
    Config(max_nodes=50, max_links=2, max_script=40, max_style=30, max_rules=1),
    Config(max_characters=40, max_segments=5, max_value=3, max_spans=1, max_bytes=3_000),
)


def seeds_of(size: int = LONGEST) -> list[bytes]:
    """Return the pages that mutation starts from."""
    pages = [path.read_bytes() for path in sorted(EXAMPLES.glob("*.html"))]
    for nasty in NASTIES.values():
        count = min(nasty.size, 2_000)
        while count > 1 and len(page := nasty.make(count)) > size:
            count = min(count // 2, count * size // len(page) + 1)
        pages.append(nasty.make(count))
    return pages


def _spliced(draws: random.Random, page: bytes, other: bytes) -> bytes:
    start, stop = sorted(draws.choices(range(len(other) + 1), k=2))
    at = draws.randrange(len(page) + 1)
    return page[:at] + other[start : min(stop, start + LONGEST // 2)] + page[at:]


def _deleted(draws: random.Random, page: bytes, other: bytes) -> bytes:
    at = draws.randrange(len(page) + 1)
    return page[:at] + page[at + draws.choice((1, 2, 10, 100, 1_000)) :]


def _repeated(draws: random.Random, page: bytes, other: bytes) -> bytes:
    at = draws.randrange(len(page) + 1)
    piece = page[at : at + draws.choice((1, 3, 10, 50, 300))]
    return page[:at] + piece * draws.choice((2, 5, 50, 600)) + page[at:]


def _flipped(draws: random.Random, page: bytes, other: bytes) -> bytes:
    changed = bytearray(page)
    for _ in range(draws.choice((1, 5, 50)) if page else 0):
        changed[draws.randrange(len(page))] = draws.choice((0, 0x3C, 0xFF, draws.randrange(256)))
    return bytes(changed)


def _souped(draws: random.Random, page: bytes, other: bytes) -> bytes:
    soup = "".join(
        draws.choice(PIECES)
        if draws.random() < 0.5
        else f"<{draws.choice(('', '/'))}{draws.choice(TAGS)}{draws.choice(('', '/', ' a=b'))}>"
        for _ in range(draws.choice((1, 3, 10)))
    )
    at = draws.randrange(len(page) + 1)
    times = draws.choice((1, 1, 1, 30, 600))
    return page[:at] + soup.encode("utf-8", "surrogatepass") * times + page[at:]


def _recoded(draws: random.Random, page: bytes, other: bytes) -> bytes:
    return page.decode("utf-8", "replace").encode(draws.choice(CODECS), "replace")


def _exchanged(draws: random.Random, page: bytes, other: bytes) -> bytes:
    """Put the end of another page behind the beginning of one."""
    return page[: draws.randrange(len(page) + 1)] + other[draws.randrange(len(other) + 1) :]


MUTATIONS: tuple[Callable[[random.Random, bytes, bytes], bytes], ...] = (
    _spliced, _deleted, _repeated, _flipped, _souped, _souped, _recoded, _exchanged,
)  # fmt: skip


def mutated(draws: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Return one of ``seeds`` after a few mutations."""
    page = draws.choice(seeds)
    for _ in range(draws.choice((1, 2, 4, 8))):
        page = draws.choice(MUTATIONS)(draws, page, draws.choice(seeds))[: 2 * LONGEST]
    return page


def check_page(data: bytes, content_type: str | None, detector: Detector) -> Result:
    """Assert what holds for any page; return its result."""
    page = read_page(data, content_type=content_type, config=detector.config)
    result = detector.score(data, content_type=content_type, source_map=True)
    _check_result(result, page, detector)
    assert Result.from_dict(json.loads(json.dumps(result.to_dict()))).to_dict() == result.to_dict()
    for line in page_lines("page", result, page, lambda text, **_: text):
        steering = {c for c in line if unicodedata.category(c) in STEERING}
        assert not steering, f"{steering} could steer a terminal"
        assert len(line) < LONGEST_LINE
    for span in result.spans:
        if span.source is not None:
            assert 0 <= span.source[0] < span.source[1] <= len(data)
    for mark in (False, True):
        stripped = result.strip(
            data, detector=detector, mark=mark, any_verdict=True, content_type=content_type
        )
        assert isinstance(stripped.page, bytes)
        assert stripped.changed or stripped.page == data
    soup = data.decode("utf-8", "surrogateescape")
    as_text = detector.score(soup, content_type=content_type)
    _check_result(
        as_text, read_page(soup, content_type=content_type, config=detector.config), detector
    )
    _check_depth(data, detector.config)
    return result


def _check_result(result: Result, page: Page, detector: Detector) -> None:
    assert 0 <= result.score <= 1
    assert result.length == len(page.text)
    assert result.length <= detector.config.max_characters + 2 * len(page.segments) + 2  # breaks
    assert set(page.truncated) <= set(result.truncated)
    end = 0
    for segment in page.segments:
        assert end <= segment.start < segment.end <= len(page.text)
        end = segment.end
    for span in result.spans:
        assert 0 <= span.start < span.end <= len(page.text)
        assert page.text[span.start : span.end] == span.text
        for word in span.words:
            assert page.text[word.start : word.end] == word.text
        assert all(first.end <= second.start for first, second in pairwise(span.words))
    for kind in result.scores:
        own = [span for span in result.spans if span.kind == kind]
        assert all(first.end <= second.start for first, second in pairwise(own))
    assert page_scores(
        result.spans, result.judged_length, result.texture, detector.model, html=result.html
    ) == (
        result.score, result.scores,
    )  # fmt: skip


def _check_depth(data: bytes, config: Config) -> None:
    """Assert that no parser is handed what nests deeper than it may."""
    source, _ = tamed(data[: config.max_bytes], config)
    depths: dict[int, int] = {}
    root = parsed(source).root
    for node in islice(root.traverse(), MOST_NODES) if root else ():
        around = node.parent
        depths[node.mem_id] = 1 + (depths.get(around.mem_id, 0) if around else 0)
    assert max(depths.values(), default=0) <= 5 * (config.max_depth + 4), "too deep for a parser"


def _run(detector: Detector, minutes: float, seed: int, into: Path, most: float) -> int:
    """Fuzz; return how many pages broke something."""
    seeds = seeds_of()
    into.mkdir(parents=True, exist_ok=True)
    detectors = [Detector(detector.model, config=config) for config in LIMITS]
    # A page that takes forever ends the process. Its CPU time counts: a busy machine is no fault.
    faulthandler.register(signal.SIGPROF, chain=True)
    end = time.monotonic() + 60 * minutes
    count = broken = 0
    slowest = 0.0
    while time.monotonic() < end:
        draws = random.Random(f"{seed} {count}")
        page = mutated(draws, seeds)
        content_type, judge = draws.choice(TYPES), draws.choice(detectors)
        count += 1
        (into / "last.bin").write_bytes(page)
        signal.setitimer(signal.ITIMER_PROF, FOREVER * most)
        start = time.process_time()
        try:
            check_page(page, content_type, judge)
            spent = time.process_time() - start
            slowest = max(slowest, spent)
            assert spent < most, f"took {spent:.1f} s"
        except Exception:
            broken += 1
            name = into / f"broken-{seed}-{count}"
            name.with_suffix(".bin").write_bytes(page)
            name.with_suffix(".txt").write_text(
                f"{content_type}\n{judge.config}\n{traceback.format_exc()}", encoding="utf-8"
            )
            print(
                f"{name}.bin: {traceback.format_exc().strip().rpartition(chr(10))[2]}", flush=True
            )
    signal.setitimer(signal.ITIMER_PROF, 0)
    print(f"{count:,} pages, {broken} broke something; the slowest took {slowest:.2f} s")
    return broken


def main() -> int:
    """Fuzz, and say what broke."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--into", type=Path, default=Path("fuzzed"))
    parser.add_argument("--model", metavar="FOLDER")
    parser.add_argument("--sanitized", type=Path, metavar="LIBRARY")
    arguments = parser.parse_args()
    if arguments.sanitized:
        kernel.LIBRARY = arguments.sanitized
    detector = Detector.load(arguments.model)
    broken = _run(detector, arguments.minutes, arguments.seed, arguments.into, arguments.seconds)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

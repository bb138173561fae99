"""A page without its findings, or with them marked."""

from __future__ import annotations

import codecs
import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from detector.config import DEFAULT_CONFIG, Config
from detector.decode import decode
from detector.encodings import encoded, whole
from detector.errors import InputError
from detector.findings import word_count
from detector.page import Page
from detector.result import MIN_STRIP_SCORE, Kind, Result, Span, Verdict
from detector.scoring import Detector, read_page

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

__all__ = ["MOST_ROUNDS", "UNTOUCHABLE", "Stripped", "strip"]

MOST_ROUNDS = 4
UNTOUCHABLE = frozenset(
    ("max_bytes", "max_attributes", "max_depth", "max_names", "max_nodes", "binary")
)
"""What a page was cut by when there is no whole document to write out again."""
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

AnyPage = TypeVar("AnyPage", bytes, str, "BeautifulSoup")


@dataclass(frozen=True, slots=True)
class Stripped(Generic[AnyPage]):
    """A page without its findings.

    ``page`` is of the type that was given, bytes in the encoding that they were in; where nothing
    was struck it equals what was given. ``verdict`` is that of the page as it was given.

    ``removed`` are the findings that were struck (with ``mark``: wrapped). ``kept`` are those that
    should have been, but could not be found in the source, or are the host that the page calls
    its own, or (with ``mark``) stand where nothing can be wrapped: in attributes, titles,
    comments, scripts and link targets. Offsets are those of :class:`Span`, code points into
    ``Page.text``, of the page as it was before the round that struck them.

    ``rounds`` says how many rounds struck something: 2 and more when what was left had findings of
    its own. ``left`` is the judgement of ``page``, None where what was left was not scored again.
    ``truncated`` names the limits of :class:`Config` that cut something: what lies behind was
    neither read nor changed.
    """

    page: AnyPage
    verdict: Verdict
    removed: tuple[Span, ...] = ()
    kept: tuple[Span, ...] = ()
    rounds: int = 0
    left: Result | None = None
    truncated: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether ``page`` differs from what was given."""
        return self.rounds > 0

    @property
    def whole(self) -> bool:
        """Whether there was a whole document to strip, not one cut while it was read."""
        return UNTOUCHABLE.isdisjoint(self.truncated)


def strip(
    source: AnyPage,
    result: Result,
    *,
    detector: Detector | None = None,
    mark: bool = False,
    min_score: float = MIN_STRIP_SCORE,
    kind: Kind | None = None,
    any_verdict: bool = False,
    content_type: str | None = None,
    config: Config | None = None,
) -> Stripped[AnyPage]:
    """Return the page ``source`` without the findings of ``result``, its judgement.

    Struck are findings with a score of at least ``min_score`` (0-1), of ``kind`` or of either,
    on a page that was judged spam; with ``any_verdict``, on a page judged ham as well, where most
    of the few findings are false. A page on which nothing is struck comes back as it is.

    With ``detector``, what is left is scored again, and findings that only then show are struck
    as well, in at most ``MOST_ROUNDS`` rounds in all. ``mark`` wraps findings instead, once, in
    ``<mark class="detector-injection" title="0.97">``, in plain text in ``⟦⟧``. ``content_type``
    and ``config`` are those that the page was scored with (``config`` by default the
    detector's).

    An HTML page of which something is struck is written anew from the parser's tree: its text is
    the same, quotation marks, end tags, character references and line ends may differ, and bytes
    that were no characters of the encoding are U+FFFD.

    A page cut at ``max_bytes``, ``max_attributes``, ``max_depth``, ``max_names`` or ``max_nodes``
    is not a whole document: it comes back as it is, with all its findings in ``kept``. A ``select``
    with thousands of options is written as one that has ``multiple``.

    Raises :class:`InputError` for an argument of another type, and where ``result`` is not the
    judgement of ``source``.
    """
    config = config or (detector.config if detector else DEFAULT_CONFIG)
    try:
        return _stripped(
            source, result, detector, mark, min_score, kind, any_verdict, content_type, config
        )
    except RecursionError:  # of BeautifulSoup, which writes and copies itself by recursion
        raise InputError(
            "this BeautifulSoup is nested too deep to be written out; pass the source of it"
        ) from None


def _stripped(
    source: Any,
    result: Result,
    detector: Detector | None,
    mark: bool,
    min_score: float,
    kind: Kind | None,
    any_verdict: bool,
    content_type: str | None,
    config: Config,
) -> Stripped[Any]:
    text, page = _read(source, content_type, config)
    _check(result, page)
    html, encoding = page.html, page.encoding
    judged = result if kind is None else result.of_kind(kind)
    spans = _struck(judged.spans, min_score)
    truncated = result.truncated
    if not spans or not (any_verdict or judged.verdict == "spam"):
        return Stripped(_same(source), judged.verdict, left=result, truncated=truncated)
    if not UNTOUCHABLE.isdisjoint(page.truncated):
        return Stripped(_same(source), judged.verdict, (), spans, 0, result, truncated)
    removed: list[Span] = []
    kept: tuple[Span, ...] = ()
    rounds = 0
    left: Result | None = result
    while spans and rounds < MOST_ROUNDS:
        edited = _strip_page(text, page, spans, config, mark, result.url, encoding)
        if edited is None:  # more nodes than were counted while reading
            kept, truncated = spans, (*truncated, "max_nodes")
            break
        text, struck, kept = edited
        if not struck:
            break
        removed += struck
        rounds += 1
        left = None
        if detector is None or mark:
            break
        page = read_page(text, content_type=_type(page), config=config)
        left = detector.score_page(page, url=result.url)
        if not UNTOUCHABLE.isdisjoint(page.truncated):
            break
        again = left if kind is None else left.of_kind(kind)
        spans = _struck(again.spans, min_score)
    if not rounds:
        return Stripped(_same(source), judged.verdict, (), kept, 0, left, truncated)
    answer = _as_given(text, source, html, encoding)
    return Stripped(answer, judged.verdict, tuple(removed), kept, rounds, left, truncated)


def _struck(spans: Sequence[Span], min_score: float) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.score >= min_score)


def _type(page: Page) -> str:
    return "text/html" if page.html else "text/plain"


def _read(source: Any, content_type: str | None, config: Config) -> tuple[str, Page]:
    """Return the text of ``source``, and the page that scoring reads in it."""
    if isinstance(source, Page):
        raise InputError("cannot strip a Page, which has no markup; pass what it was read from")
    page = read_page(source, content_type=content_type, config=config)
    if not isinstance(source, (bytes, bytearray, memoryview)):
        return whole(str(source)) if page.html else str(source), page
    if not UNTOUCHABLE.isdisjoint(page.truncated):
        return "", page
    return decode(bytes(source), content_type).text, page


def _check(result: Result, page: Page) -> None:
    same = result.length == len(page.text) and all(
        page.text[span.start : span.end] == span.text for span in result.spans
    )
    if not same:
        raise InputError(
            "the result is not of this page; pass the page that was scored, and the content_type "
            "and config that it was scored with"
        )


def _strip_page(
    text: str,
    page: Page,
    spans: tuple[Span, ...],
    config: Config,
    mark: bool,
    url: str | None,
    encoding: str | None,
) -> tuple[str, list[Span], tuple[Span, ...]] | None:
    """Return a text without ``spans``, which were struck, and which could not be found."""
    if not page.html:
        return _strip_text(text, spans, mark, encoding), list(spans), ()
    from detector.strip_html import strip_html

    edited = strip_html(text, page, spans, config, mark=mark, url=url)
    return None if edited is None else (edited.html, edited.struck, tuple(edited.kept))


def _strip_text(text: str, spans: tuple[Span, ...], mark: bool, encoding: str | None) -> str:
    """Return plain text without ``spans``, and without the lines that held nothing else."""
    ranges: list[tuple[int, int]] = []
    for start, end in sorted((span.start, span.end) for span in spans):
        if ranges and start < ranges[-1][1]:
            ranges[-1] = ranges[-1][0], max(end, ranges[-1][1])
        else:
            ranges.append((start, end))
    if mark:
        before, after = _brackets(encoding)
        pieces, at = [], 0
        for start, end in ranges:
            pieces += [text[at:start], before, text[start:end], after]
            at = end
        return "".join((*pieces, text[at:]))
    pieces = []
    start = number = 0
    for line in text.splitlines(keepends=True):
        end = start + len(line)
        left, at, touched = "", start, False
        while number < len(ranges) and ranges[number][0] < end:
            first, last = ranges[number]
            touched = True
            left += text[at : max(first, at)]
            at = max(at, min(last, end))
            if last > end:
                break  # and goes on in the next line
            number += 1
        left += text[at:end]
        if not touched:
            pieces.append(line)
        elif word_count(left):
            ending = line[len(line.splitlines()[0]) :]
            pieces.append(left if left.endswith(ending) else left + ending)
        start = end
    return "".join(pieces)


def _brackets(encoding: str | None) -> tuple[str, str]:
    try:
        "⟦⟧".encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return "[[", "]]"
    return "⟦", "⟧"


def _same(source: Any) -> Any:
    """Return a page on which nothing was struck; of a soup, a copy."""
    if isinstance(source, (bytes, str)):
        return source
    return bytes(source) if isinstance(source, (bytearray, memoryview)) else copy.copy(source)


def _as_given(text: str, source: Any, html: bool, encoding: str | None) -> Any:
    """Return ``text`` as a page of the type of ``source``, in its encoding."""
    if isinstance(source, str):
        return text
    if isinstance(source, (bytes, bytearray, memoryview)):
        head = bytes(source[:3])
        mark = next((bom for bom in _BOMS if head.startswith(bom)), b"")
        errors = "xmlcharrefreplace" if html else "replace"
        return mark + encoded(text, encoding or "utf-8", errors)
    from bs4 import BeautifulSoup

    builder = getattr(source, "builder", None)  # a copied soup may have none
    return BeautifulSoup(text, getattr(builder, "NAME", None) or "html.parser")

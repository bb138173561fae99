"""Findings for the terminal. Nothing of a page reaches it that could control it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from detector.page import Page
from detector.result import Result, Span

__all__ = ["page_lines", "printable"]

Style = Callable[..., str]
CONTEXT = 14
LONGEST = 60
MOST_WORDS = 8


def printable(text: str) -> str:
    """Return ``text`` on one line, with control, bidi and private characters made visible.

    >>> printable("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    pieces = []
    for char in text:
        category = unicodedata.category(char)
        if char in "\n\r\t\u2028\u2029":
            pieces.append(" ")
        elif category in ("Cc", "Cf", "Cs", "Co", "Cn"):
            code = ord(char)
            pieces.append(f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
        else:
            pieces.append(char)
    return "".join(pieces)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 12]} … {text[-8:]}"


def page_lines(name: str, result: Result, page: Page, style: Style) -> list[str]:
    """Return the lines that tell a person about one page. ``style`` is that of ``click``."""
    spam = result.verdict == "spam"
    verdict = style(result.verdict.upper().ljust(4), fg="red" if spam else "green", bold=spam)
    about = [f"{result.length:,} characters"]
    if result.encoding and result.encoding != "utf-8":
        about.append(result.encoding)
    if result.truncated:
        about.append("cut at " + ", ".join(result.truncated))
    lines = [
        f"{verdict} {result.score:5.3f}  {printable(name)}  {style(' · '.join(about), dim=True)}"
    ]
    for span in result.spans:
        lines.append(_span_line(span, page, style))
        if span.words:
            lines.append(" " * 28 + _words(span, style))
    return lines


def _span_line(span: Span, page: Page, style: Style) -> str:
    # Of meta data, scripts, comments and noscript the place says it already.
    told = not span.hidden_by or span.hidden_by == span.where
    where = span.where if told else f"{span.where}, hidden by {span.hidden_by}"
    before = page.text[max(0, span.start - CONTEXT) : span.start].rpartition("\n")[2]
    after = page.text[span.end : span.end + CONTEXT].partition("\n")[0]
    shown = style(
        printable(_shortened(span.text, LONGEST)), fg="red" if span.score >= 0.5 else "yellow"
    )
    context = f"{style(printable(before), dim=True)}{shown}{style(printable(after), dim=True)}"
    return f"     {span.score:5.3f}  {span.kind:9}  {where:12} {context}"


def _words(span: Span, style: Style) -> str:
    words = []
    for word in span.words[:MOST_WORDS]:
        text = style(printable(_shortened(word.text, LONGEST)), fg="yellow")
        words.append(f"{text} → {printable(word.likely)}" if word.likely else text)
    rest = len(span.words) - MOST_WORDS
    if rest > 0:
        words.append(style(f"and {rest} more", dim=True))
    return "  ".join(words)

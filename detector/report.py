"""Findings for the terminal. Nothing of a page reaches it that could control it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from detector.page import Page
from detector.result import Damage, LinkBlock, Result, Span

__all__ = ["page_lines", "printable", "shortened"]

Style = Callable[..., str]
CONTEXT = 14
LONGEST = 60
MOST_WORDS = 8
MOST_LINKS = 4


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


def shortened(text: str, most: int) -> str:
    """Return ``text`` with its middle left out where it has more than ``most`` code points."""
    return text if len(text) <= most else f"{text[: most - 12]} … {text[-8:]}"


def page_lines(name: str, result: Result, page: Page, style: Style) -> list[str]:
    """Return the lines that tell a person about one page. ``style`` is that of ``click``."""
    spam = result.verdict == "spam"
    verdict = style(result.verdict.upper().ljust(4), fg="red" if spam else "green", bold=spam)
    about = [f"{result.length:,} characters"]
    if result.encoding and result.encoding != "utf-8":
        about.append(result.encoding)
    if result.replaced:
        about.append(f"{result.replaced:,} unreadable")
    if result.truncated:
        about.append("cut at " + ", ".join(result.truncated))
    lines = [
        f"{verdict} {result.score:5.3f}  {printable(name)}  {style(' · '.join(about), dim=True)}"
    ]
    if result.damage:
        lines.append(_damage_line(result.damage, style))
    waiting = list(result.link_blocks)
    for span in result.spans:
        while waiting and waiting[0].start <= span.start:
            lines += _block_lines(waiting.pop(0), style)
        if any(_within(span, block) for block in result.link_blocks):
            continue
        lines.append(_span_line(span, page, style))
        if span.repaired is not None:
            lines.append(" " * 28 + f"reads {printable(shortened(span.repaired, LONGEST))}")
        if span.words:
            lines.append(" " * 28 + _words(span, style))
    return lines


def _damage_line(damage: Sequence[Damage], style: Style) -> str:
    first = damage[0]
    size = sum(each.end - each.start for each in damage)
    how = f"{first.written} read as {first.shown}" if first.written else "bytes were lost"
    about = f"damage  {size:,} characters, {how}"
    return f"     {about:30} {style(printable(shortened(first.text, LONGEST)), dim=True)}"


def _within(span: Span, block: LinkBlock) -> bool:
    return (
        span.kind == "injection"
        and block.start <= span.start
        and span.end <= block.end
        and (
            (span.where in ("link", "host") and span.path.startswith(f"{block.path} > "))
            # Of markup that is kept as text, all is in the same element.
            or (span.path == block.path and span.hidden_by == block.hidden_by != "")
        )
    )


def _block_lines(block: LinkBlock, style: Style) -> list[str]:
    """Return what is said of a block of links instead of each of them."""
    where = f", hidden by {block.hidden_by}" if block.hidden_by else ""
    about = f"{block.score:5.3f}  injection  {len(block.links)} links{where}"
    lines = [f"     {about}"]
    told = [link for link in block.links if link.text or link.target]
    for link in told[:MOST_LINKS]:
        text = style(printable(shortened(link.text, LONGEST)), fg="red")
        target = f" → {printable(shortened(link.target, LONGEST))}" if link.target else ""
        lines.append(" " * 28 + text + target)
    rest = len(told) - MOST_LINKS
    if rest > 0:
        lines.append(" " * 28 + style(f"and {rest} more", dim=True))
    return lines


def _span_line(span: Span, page: Page, style: Style) -> str:
    # Of meta data, scripts, comments and noscript the place says it already.
    told = not span.hidden_by or span.hidden_by == span.where
    where = span.where if told else f"{span.where}, hidden by {span.hidden_by}"
    before = page.text[max(0, span.start - CONTEXT) : span.start].rpartition("\n")[2]
    after = page.text[span.end : span.end + CONTEXT].partition("\n")[0]
    shown = style(
        printable(shortened(span.text, LONGEST)), fg="red" if span.score >= 0.5 else "yellow"
    )
    if before or after:  # colours do not survive a pipe
        before, after = f"{before}«", f"»{after}"
    context = f"{style(printable(before), dim=True)}{shown}{style(printable(after), dim=True)}"
    return f"     {span.score:5.3f}  {span.kind:9}  {where:12} {context}"


def _words(span: Span, style: Style) -> str:
    words = []
    for word in span.words[:MOST_WORDS]:
        text = style(printable(shortened(word.text, LONGEST)), fg="yellow")
        words.append(f"{text} → {printable(word.likely)}" if word.likely else text)
    rest = len(span.words) - MOST_WORDS
    if rest > 0:
        words.append(style(f"and {rest} more", dim=True))
    return "  ".join(words)

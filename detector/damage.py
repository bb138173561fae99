"""Pages some of whose lines are in a wrong encoding: repaired, to be judged, and back.

What is found in the repaired page stands somewhere in the shown one. Where the characters of the
two do not begin at the same bytes (a Chinese character in UTF-8 is one and a half of GBK), findings
are widened to where they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.config import Config
from detector.encodings import decoded, encoded
from detector.model import Model
from detector.mojibake import (
    MISALIGNED,
    TWICE,
    Lines,
    Pair,
    Reading,
    lines_read_again,
    natural_lines,
    pairs_of,
    reads_well,
)  # fmt: skip
from detector.page import Page, Segment, Segments
from detector.result import Damage, Span, Word

__all__ = ["MOST_TEXT", "Repaired", "repairs", "shown_spans"]

MOST_TEXT = 1_000
"""Code points of repaired text that are told of each damage."""
_SAMPLES, _SAMPLE = 4, 120  # lines by which the encodings are told, and code points of each
_LONGEST = 12  # findings looked at
_SHARE = 3  # a third of a line must be found
# What proves a pair of encodings: pairs of hanzi that go together, characters of UTF-8.
_LEAST_PAIRS, _LEAST_WHOLE, _LEAST_OF_SCRIPT = 4, 6, 12
_FEW_HOLES = 50  # characters for one that is lost: with more lost, text looks garbled by that
_LEAST_SHOWN = 24  # code points beyond ASCII: less is a quotation, unless it is half the page

# Of text in Latin letters a few are in the wrong encoding: accented ones, quotation marks.
_LETTERS = tuple(Pair("utf-8", shown) for shown in ("cp1252", "cp1250", "mac-roman"))
_LEAST_LETTERS = 2


def _misread(shown: str) -> re.Pattern[str]:
    """Return what finds a character of UTF-8, read in another encoding."""
    following = f"[{re.escape(decoded(bytes(range(0x80, 0xC0)), shown))}]"
    two, three = (
        re.escape(decoded(bytes(range(*ends)), shown)) for ends in ((0xC2, 0xE0), (0xE0, 0xF0))
    )
    also = "\x80-\xbf" if shown == "cp1252" else ""
    following = following.replace("[", f"[{also}", 1)
    # The first of either, told first: what no character class begins is sought slowly.
    return re.compile(f"[{two}{three}](?:(?<=[{two}]){following}|(?<=[{three}]){following}{{2}})")


_MISREAD = [(pair, _misread(pair.shown)) for pair in _LETTERS]
# Punctuation of double-byte encodings in text of ASCII: spaces, commas, brackets.
_SIGNS = Pair("gb18030", "cp1252")
_SIGN = re.compile("\xa1[\xa1-\xbf]|\xa3[\xa1-\xaf\xba-\xc0\xdb\xdd]")
_SPANISH = re.compile(r"(?<![\w,.;:)?\xa1])(?:\xa1\xa1)+(?=[^\W\d_])[^\n]*!")
_LEADS = re.compile(
    f"[\xa1\xa3{''.join(re.escape(decoded(bytes(range(0xC2, 0xF0)), p.shown)) for p in _LETTERS)}]"
)
# Text of which too many bytes were lost to say what it was: holes, or letters of encodings of one
# byte beside their signs, which stand in no word of any language, nor in one that somebody cloaked.
_LEAST_LOST, _LOST_SHARE = 4, 8
_LEAST_JUNK, _JUNK_SHARE = 12, 5
_DRAWN = "¢£¥€§©®¡¹"  # for c, l, y, e, s, r, i, by those who cloak words
_LOOKED_AT = 2_000  # characters of a line


def _junk() -> re.Pattern[str]:
    """Return what finds a letter beyond ASCII beside a sign beyond ASCII."""
    high = "".join(
        decoded(bytes(range(0xA1 if shown == "latin-1" else 0x80, 0x100)), shown)
        for shown in ("latin-1", "cp1252", "cp1250", "cp1251", "mac-roman")
    )
    letters = "".join({char for char in high if char.isalpha()} - {*"ªº"})
    signs = "".join(
        {char for char in high if char.isprintable() and not char.isalpha()} - {*_DRAWN}
    )
    letter, sign = f"[{re.escape(letters)}]", f"[{re.escape(signs)}ªº]"
    return re.compile(f"{letter}(?={sign})|{sign}(?={letter})")


_JUNK = _junk()
# Chinese in Cyrillic letters looks like nothing; every page of it has a comma.
_COMMAS = tuple(
    decoded(encoded("，", written, "strict"), shown)
    for written in ("utf-8", "gb18030")
    for shown in ("cp1251", "koi8-r")
)
# Not where a machine put readings into it, whatever became of their bytes.
_GLOSS = re.compile(r"[a-z\xe0-\xfc\u0101-\u01dc]+[)）\]】]")
_WEAK = 0.15
"""The score from which a finding may be damage: a page of weak ones may be flagged."""


class Repaired(NamedTuple):
    """A page with its damaged lines repaired, and where it differs from the page as shown.

    ``text_at`` and ``shown_at`` (ascending, the same number) are the offsets in code points, in the
    text of ``page`` and in that of the page as shown, at which both have the same place. ``cut``
    says whether some of the damage was left. ``lost`` are the ranges of the page as shown of which
    nobody can say what they said.
    """

    page: Page
    damage: tuple[Damage, ...]
    cut: bool
    text_at: NDArray[np.int64]
    shown_at: NDArray[np.int64]
    lost: tuple[tuple[int, int], ...] = ()


def repairs(
    pages: Sequence[Page], found: Sequence[Sequence[Span]], model: Model, config: Config
) -> list[Repaired | None]:
    """Return each of ``pages`` repaired, or None where it is not damaged.

    That is told by what is ``found`` on each: text in a wrong encoding looks garbled, or like a
    spammer's signs, so that ordinary pages cost little. The encodings are told by the worst lines:
    a page has one pair of them.
    """
    least = min(_WEAK, config.likely_span_score)
    likely = [[span for span in own if span.score >= least] for own in found]
    samples = [
        (_samples(page.text, own) if own else []) or _with_commas(page.text)
        for page, own in zip(pages, likely, strict=True)
    ]
    return [
        _repaired(page, own, _read_again(page.text, own, _pair(text, model), model), model, config)
        for page, own, text in zip(pages, found, _unnatural(samples, model), strict=True)
    ]


def _repaired(
    page: Page,
    spans: Sequence[Span],
    found: tuple[Pair, Reading, Lines] | None,
    model: Model,
    config: Config,
) -> Repaired | None:
    """Return ``page`` repaired as :func:`_read_again` found it."""
    if found is None:
        made = _lost_too(page, None, spans, model)
    else:
        pair, reading, lines = found
        ranges = list(islice(_damaged(page.text, reading.text, lines), config.max_spans + 1))
        made = _put_together(page, pair, reading, ranges[: config.max_spans])
        made = _lost_too(page, made._replace(cut=len(ranges) > config.max_spans), spans, model)
    if made is None or len(made.damage) <= config.max_spans:
        return made
    return made._replace(damage=made.damage[: config.max_spans], cut=True)


def _lost_too(
    page: Page, made: Repaired | None, spans: Sequence[Span], model: Model
) -> Repaired | None:
    """Return ``made`` with what cannot be repaired, of a page of nothing else if it is None."""
    repaired_ranges = [] if made is None else [(each.start, each.end) for each in made.damage]
    lost = [
        (start, end)
        for start, end in _lost(page.text, spans, model)
        if not any(start < stop and begin < end for begin, stop in repaired_ranges)
    ]
    if not lost:
        return made
    told = [
        Damage(start, end, "", "", page.text[start:end][:MOST_TEXT], end - start)
        for start, end in lost
    ]
    if made is None:
        same = np.arange(len(page.text) + 1)
        made = Repaired(page, (), False, same, same)
    damage = sorted((*made.damage, *told), key=lambda each: each.start)
    return made._replace(damage=tuple(damage), lost=tuple(lost))


def _lost(text: str, spans: Sequence[Span], model: Model) -> list[tuple[int, int]]:
    """Return the lines with garbled findings of which too much was lost, those beside as one."""
    found: list[tuple[int, int]] = []
    end = -1
    for span in spans:
        if span.kind != "garbled" or span.score < _WEAK or span.start < end:
            continue
        start = text.rfind("\n", 0, span.start) + 1
        end = text.find("\n", span.start)
        end = len(text) if end < 0 else end
        line = text[start:end]
        if "\ufffd" not in line and not _JUNK.search(span.text[:_SAMPLE]):
            continue
        if not _is_lost(line[:_LOOKED_AT]) or _GLOSS.search(line):
            continue
        if natural_lines(line, model.counts, model.tables)[0] or reads_well(line):
            continue
        if found and found[-1][1] + 1 >= start:
            start = found.pop()[0]
        found.append((start, end))
    return found


def _is_lost(line: str) -> bool:
    """Say whether a line has so many holes, or signs among letters, that it says nothing."""
    beyond = len(line) - len(line.encode("ascii", "ignore"))
    holes = line.count("\ufffd")
    if holes >= _LEAST_LOST and holes * _LOST_SHARE >= beyond:
        return True
    if beyond < _LEAST_JUNK or not _dense(line) or len({*line}) < _LEAST_JUNK:
        return False  # signs in a row are an ornament
    return len(_JUNK.findall(line)) * _JUNK_SHARE >= beyond


def _read_again(
    text: str, spans: Sequence[Span], pair: Pair | None, model: Model
) -> tuple[Pair, Reading, Lines] | None:
    """Return the encodings, ``text`` read again and which of its lines are damaged, if any are.

    ``pair`` are those that its worst lines are proof of.
    """
    counts, tables = model.counts, model.tables
    if pair is not None:
        reading, lines = lines_read_again(text, pair, counts, tables, known=True)
        # Nobody quotes half characters.
        enough = pair == MISALIGNED or _enough(text, lines)
        return (pair, reading, lines) if enough else None
    garbled = [span.text for span in spans if span.kind == "garbled"]
    if not any(map(_LEADS.search, garbled)):
        return None
    for pair, misread in _MISREAD:
        sample = "\n".join(filter(misread.search, garbled))
        if not sample or not lines_read_again(sample, pair, counts, tables)[1].accepted.any():
            continue
        again = TWICE if pair == _LETTERS[0] else pair
        for each in dict.fromkeys((again, pair)):
            reading, lines = lines_read_again(text, each, counts, tables)
            whole, pairs = (int(n[lines.accepted].sum()) for n in (lines.whole, lines.pairs))
            if whole >= _LEAST_LETTERS and not pairs:
                return each, reading, lines
    if any(map(_SIGN.search, garbled)):
        return _signs(text, model)
    return None


def _signs(text: str, model: Model) -> tuple[Pair, Reading, Lines] | None:
    """Return ``text`` with the punctuation of a double-byte encoding, where it has no other."""
    own = [
        bool(_SIGN.search(line)) and _SIGN.sub("", line).isascii() and not _SPANISH.search(line)
        for line in text.split("\n")
    ]
    if not any(own):
        return None
    accepted = np.array(own, dtype=np.bool_)
    reading, lines = lines_read_again(text, _SIGNS, model.counts, model.tables)
    if int(lines.whole[accepted].sum()) < _LEAST_LETTERS:
        return None
    return _SIGNS, reading, lines._replace(accepted=accepted)


def _samples(text: str, spans: Sequence[Span]) -> list[str]:
    """Return the beginnings of the lines of ``text`` with most in ``spans``, a third at least.

    Of those alone a third of which is beyond ASCII: accented letters never are so many.
    """
    found: dict[tuple[int, int], int] = {}
    for span in sorted(spans, key=_size, reverse=True)[:_LONGEST]:
        start = text.rfind("\n", 0, span.start) + 1
        end = text.find("\n", span.end)
        line = start, len(text) if end < 0 else end
        found[line] = found.get(line, 0) + span.end - span.start
    worst = sorted(found, key=lambda line: -found[line])
    own = [line for line in worst if _SHARE * found[line] >= line[1] - line[0]]
    samples = [text[start : min(end, start + _SAMPLE)] for start, end in own[:_SAMPLES]]
    return [sample for sample in dict.fromkeys(samples) if _dense(sample)]


def _with_commas(text: str) -> list[str]:
    """Return lines at the beginning of ``text`` with a Chinese comma in letters that look well."""
    head = text[:_LOOKED_AT]
    if head.isascii():
        return []
    for comma in _COMMAS:
        if comma in head:
            lines = [line[:_SAMPLE] for line in head.split("\n") if comma in line]
            return list(filter(_dense, dict.fromkeys(lines[:_SAMPLES])))
    return []


def _size(span: Span) -> int:
    return span.end - span.start


def _unnatural(samples: Sequence[Sequence[str]], model: Model) -> list[str]:
    """Return of the samples of each page those that are not natural as they are, line by line."""
    every = "\n".join(map("\n".join, filter(None, samples)))
    natural = iter(natural_lines(every, model.counts, model.tables).tolist() if every else ())
    return ["\n".join([sample for sample in own if not next(natural)]) for own in samples]


def _pair(text: str, model: Model) -> Pair | None:
    """Return the encodings of which ``text`` is proof, if it is."""
    text = "\n".join([line for line in text.split("\n") if not reads_well(line)]) if text else ""
    if not text:
        return None
    counts, tables = model.counts, model.tables
    best, most = None, (0, False, 0)
    for pair in (*pairs_of(text), MISALIGNED):
        reading, lines = lines_read_again(text, pair, counts, tables)
        whole, pairs, letters = (
            int(n[lines.accepted].sum()) for n in (lines.whole, lines.pairs, lines.letters)
        )
        proof = (
            pairs >= _LEAST_PAIRS
            or letters >= _LEAST_OF_SCRIPT
            or (pair.written == "utf-8" and whole >= _LEAST_WHOLE)
        )
        # The same pair of hanzi over and over may go together by chance.
        told = int(lines.shown[lines.accepted].sum()), pair.written == "utf-8", whole
        if proof and told > most and _different(reading.text, lines) >= _LEAST_WHOLE:
            best, most = pair, told
    if best == _LETTERS[0]:
        _, lines = lines_read_again(text, TWICE, counts, tables)
        if int(lines.whole[lines.accepted].sum()) >= _LEAST_WHOLE:
            return TWICE
    return best


def _different(text: str, lines: Lines) -> int:
    """Return how many different characters the accepted lines of ``text`` have."""
    own = zip(text.split("\n"), lines.accepted.tolist(), strict=True)
    return len({char for line, accepted in own if accepted for char in line})


def _dense(text: str) -> bool:
    """Say whether a third of ``text`` is beyond ASCII."""
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return beyond * 3 >= len(text) - text.count(" ")


def _enough(text: str, lines: Lines) -> bool:
    """Say whether the accepted lines are more than a quotation."""
    shown = int(lines.shown[lines.accepted].sum())
    return shown >= _LEAST_SHOWN or shown * 2 >= len("".join(text.split()))


def _put_together(
    page: Page, pair: Pair, reading: Reading, ranges: Sequence[tuple[int, int, int, int]]
) -> Repaired:
    """Return ``page`` with ``ranges`` of it as in ``reading``."""
    pieces: list[str] = []
    text_at: list[NDArray[np.int64]] = []
    shown_at: list[NDArray[np.int64]] = []
    damage: list[Damage] = []
    made = 0  # code points of the pieces
    # Offsets at which shown and read characters begin at the same byte.
    both = np.intersect1d(reading.shown_at, reading.text_at, assume_unique=True)
    both_shown = np.searchsorted(reading.shown_at, both)
    both_text = np.searchsorted(reading.text_at, both)
    at = 0
    length = len(page.text)
    for start, end, first, last in (*ranges, (length, length, 0, 0)):
        same = np.arange(at, start)
        shown_at.append(same)
        text_at.append(same + made - at)
        pieces.append(page.text[at:start])
        made, at = made + start - at, end
        if start == end:
            break
        low, high = np.searchsorted(both_shown, (start, end))
        shown_at.append(both_shown[low:high])
        text_at.append(both_text[low:high] + made - first)
        text = reading.text[first:last]
        pieces.append(text)
        damage.append(Damage(start, end, *pair, text[:MOST_TEXT], last - first))
        made += last - first
    texts = np.append(np.concatenate(text_at), made)
    shown = np.append(np.concatenate(shown_at), length)
    judged = page._replace(text="".join(pieces), segments=_segments(page, texts, shown))
    return Repaired(judged, tuple(damage), False, texts, shown)


def _damaged(text: str, again: str, lines: Lines) -> Iterator[tuple[int, int, int, int]]:
    """Yield ranges of ``text`` and the same ones of ``again``: accepted lines that stand together.

    Lines of ASCII between them belong to them.
    """
    start = end = first = last = -1
    at = at_again = 0
    both = zip(text.split("\n"), again.split("\n"), strict=True)
    numbers = zip(both, lines.accepted.tolist(), lines.shown.tolist(), strict=True)
    for (line, line_again), accepted, shown in numbers:
        if accepted:
            if start < 0:
                start, first = at, at_again
            end, last = at + len(line), at_again + len(line_again)
        elif shown and start >= 0:
            yield start, end, first, last
            start = -1
        at, at_again = at + len(line) + 1, at_again + len(line_again) + 1
    if start >= 0:
        yield start, end, first, last


def _segments(
    page: Page, text_at: NDArray[np.int64], shown_at: NDArray[np.int64]
) -> Segments | list[Segment]:
    """Return the segments of ``page`` at the places that they have in the repaired text."""
    if isinstance(page.segments, Segments):
        rows = page.segments.rows.copy()
        rows[:, :2] = text_at[np.searchsorted(shown_at, rows[:, :2])]
        return Segments(rows)
    start, end, *rest = zip(*page.segments, strict=True)
    starts, ends = text_at[np.searchsorted(shown_at, (start, end))].tolist()
    return list(map(Segment, starts, ends, *rest))


def shown_spans(found: Sequence[Span], of: Repaired, text: str) -> list[Span]:
    """Return the findings of a repaired page at the places that they have in ``text``, as shown.

    Without garbled ones that are full of holes: what is lost was lost on the way.
    """
    spans: list[Span] = []
    ends: dict[str, int] = {}
    for span in found:
        place = _shown(span.start, span.end, of, ends.get(span.kind, 0))
        if place is None:
            continue
        start, end, read = place
        if span.kind == "garbled" and (
            read.count("\ufffd") * _FEW_HOLES >= len(read)
            or any(first < end and start < last for first, last in of.lost)
        ):
            continue
        ends[span.kind] = end
        own = text[start:end]
        spans.append(
            replace(
                span, start=start, end=end, text=own, words=_shown_words(span.words, of, text),
                repaired=None if read == own else read,
            )
        )  # fmt: skip
    spans.sort(key=lambda span: (span.start, span.end))
    return spans


def _shown_words(found: Sequence[Word], of: Repaired, text: str) -> tuple[Word, ...]:
    words: list[Word] = []
    for word in found:
        place = _shown(word.start, word.end, of, words[-1].end if words else 0)
        if place is not None:
            start, end, _ = place
            words.append(replace(word, start=start, end=end, text=text[start:end]))
    return tuple(words)


def _shown(start: int, end: int, of: Repaired, least: int) -> tuple[int, int, str] | None:
    """Return where ``start:end`` of the repaired text is shown, from ``least`` on, and its text.

    None where nothing is left: the end of one finding and all of the next may share a character.
    """
    first = int(np.searchsorted(of.text_at, start, side="right")) - 1
    last = int(np.searchsorted(of.text_at, end))
    first = max(first, int(np.searchsorted(of.shown_at, least)))
    if first >= last:
        return None
    read = of.page.text[of.text_at[first] : of.text_at[last]]
    return int(of.shown_at[first]), int(of.shown_at[last]), read

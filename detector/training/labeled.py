"""Labelled pages: the one reader of JSON Lines with pages and spans.

A row has ``id, lang, family, source, label`` (``"spam"`` or ``"ham"``) and the page as ``html`` or
``text``; or ``member``, the name of a file in the tar archive beside the JSON Lines file (same
name, ``.tar.gz``). ``spans`` are ``{"start", "end", "kind"}`` or ``[start, end, kind]``: code
points, half-open, into the row's own ``html`` or ``text``. In HTML they mark words - text,
attribute values, link targets - never tags. ``python -m detector.training.labeled MARKED.txt…``
turns pages written with inline marks into such rows (see ``labeled/GUIDE.md``).
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import tarfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.config import DEFAULT_CONFIG
from detector.errors import InputError
from detector.extract import extract
from detector.page import Page, Segment, page_from_text
from detector.scoring import read_page
from detector.training.marks import CLOSE, MARKS, OPEN, Labeled, remove_marks, unmark

__all__ = ["LabeledPage", "marked_page", "parse_marked", "read_labeled", "read_rows"]


@dataclass(frozen=True)
class LabeledPage:
    """A page with its truth. ``spans`` are code points, half-open, into ``page.text``."""

    id: str
    label: str
    lang: str
    family: str
    source: str
    page: Page
    spans: tuple[Labeled, ...]
    campaign: str = ""

    @property
    def spam(self) -> bool:
        """Whether the page is labelled spam."""
        return self.label == "spam"


def marked_page(content: str, *, html: bool) -> tuple[Page, list[Labeled]]:
    """Return the page of a source that carries marks, without them, and the spans they enclosed."""
    marked = (extract if html else page_from_text)(content)
    text, spans = unmark(marked.text)
    if len(text) == len(marked.text):
        return marked, spans
    shift = [0] * (len(marked.text) + 1)
    for position, char in enumerate(marked.text):
        shift[position + 1] = shift[position] + (char in MARKS)
    segments = []
    for segment in marked.segments:
        start, end = segment.start - shift[segment.start], segment.end - shift[segment.end]
        if start < end:
            segments.append(Segment(start, end, *segment[2:]))
    return marked._replace(text=text, segments=segments), spans


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a JSON Lines file, plain or gzipped.

    Raises :class:`InputError` naming the line when one is not a JSON object.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise InputError(f"{path}, line {number}: not JSON: {error}") from error
                if not isinstance(row, dict):
                    raise InputError(f"{path}, line {number}: not a JSON object")
                yield row
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def read_labeled(path: Path, span_kinds: Collection[str] = ()) -> Iterator[LabeledPage]:
    """Yield the labelled pages of a JSON Lines file. Raises :class:`InputError`.

    ``span_kinds``, when given, are the only kinds of labelled spans that are read.
    """
    members: dict[str, bytes] | None = None
    for number, row in enumerate(read_rows(path), 1):
        # A table with all columns leaves those that a row does not use null.
        given = next((key for key in ("html", "text") if row.get(key) is not None), None)
        if given is None and isinstance(row.get("member"), str):
            members = _members(path) if members is None else members
            try:
                page = read_page(members[row["member"]])
            except KeyError:
                raise InputError(f"{path}, row {number}: no {row['member']} in its tar") from None
            spans: list[Labeled] = []
        elif given is not None and isinstance(row[given], str):
            try:
                content = _with_marks(row[given], row.get("spans") or [], span_kinds)
            except ValueError as error:
                raise InputError(f"{path}, row {number}: {error}") from error
            page, spans = marked_page(content, html=given == "html")
        else:
            raise InputError(f"{path}, row {number}: neither html nor text nor member")
        if row.get("label") not in ("spam", "ham"):
            raise InputError(
                f"{path}, row {number}: label is {row.get('label')!r}, not spam or ham"
            )
        yield LabeledPage(
            str(row.get("id", number)),
            row["label"],
            row.get("lang") or "",
            row.get("family") or row.get("genre") or "",
            row.get("source") or path.name.partition(".")[0],
            page,
            tuple(spans),
            row.get("campaign") or "",
        )


def _members(path: Path) -> dict[str, bytes]:
    archive = path.with_name(path.name.partition(".")[0] + ".tar.gz")
    try:
        with tarfile.open(archive) as tar:
            found = {}
            for item in tar:
                stream = tar.extractfile(item)
                if stream is not None:
                    found[item.name] = stream.read(DEFAULT_CONFIG.max_bytes + 1)
            return found
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise InputError(f"{archive}, which holds the pages of {path.name}: {error}") from error


def _span(span: Any, length: int) -> Labeled:
    """Return a row's span, checked. Raises :class:`ValueError`."""
    parts = [span.get(key) for key in Labeled._fields] if isinstance(span, dict) else span
    match parts:
        case [int(start), int(end), str(kind)] if 0 <= start <= end <= length:
            return Labeled(start, end, kind)
        case [int(), int(), str()]:
            raise ValueError(f"the span {span!r} does not lie in the page of {length} code points")
    raise ValueError(f"the span {span!r} is not a start, an end and a kind")


def _with_marks(content: str, spans: Any, kinds: Collection[str] = ()) -> str:
    """Return ``content`` with its spans as marks; kinds other than ``garbled`` are injections.

    Raises :class:`ValueError` for a malformed span.
    """
    if not isinstance(spans, list):
        raise ValueError(f"spans is {spans!r}, not a list")
    inserts: list[tuple[int, int, str]] = []
    for start, end, kind in (_span(span, len(content)) for span in spans):
        if start == end or (kinds and kind not in kinds):
            continue
        kind = kind if kind in OPEN else "injection"
        inserts += [(start, 1, OPEN[kind]), (end, 0, CLOSE[kind])]
    pieces, position = [], 0
    for offset, _, sign in sorted(inserts):
        pieces += [remove_marks(content[position:offset]), sign]
        position = offset
    return "".join([*pieces, remove_marks(content[position:])])


_HEADER = re.compile(r"^=== (id=.*)$", re.M)
_INLINE = re.compile(r"⟦([ig]):([^⟦⟧]*)⟧")
_KINDS = {"i": "injection", "g": "garbled"}


def parse_marked(text: str, source: str = "handwritten") -> Iterator[dict[str, Any]]:
    """Yield the rows of pages written with inline marks ``⟦i:…⟧`` and ``⟦g:…⟧``.

    Raises :class:`InputError` for a bad header, a stray bracket, or marks that contradict the
    label.
    """
    parts = _HEADER.split(text)
    for header, body in zip(parts[1::2], parts[2::2], strict=True):
        fields = dict(item.partition("=")[::2] for item in header.split())
        name = fields.get("id", "?")
        if not {"id", "lang", "family", "label", "type"} <= fields.keys():
            raise InputError(f"page {name}: the header needs id, lang, family, label and type")
        pieces: list[str] = []
        spans: list[dict[str, Any]] = []
        position = length = 0
        body = body.strip("\n") + "\n"
        for match in _INLINE.finditer(body):
            pieces.append(body[position : match.start()])
            length += match.start() - position
            words = match.group(2)
            kind = _KINDS[match.group(1)]
            if words:
                spans.append({"start": length, "end": length + len(words), "kind": kind})
            pieces.append(words)
            length += len(words)
            position = match.end()
        pieces.append(body[position:])
        content = "".join(pieces)
        if "⟦" in content or "⟧" in content:
            at = content.find("⟦") if "⟦" in content else content.find("⟧")
            raise InputError(f"page {name}: stray mark near {content[max(0, at - 20) : at + 20]!r}")
        if (fields["label"] == "spam") != bool(spans):
            raise InputError(f"page {name}: labelled {fields['label']} with {len(spans)} spans")
        yield {
            "id": name,
            "lang": fields["lang"],
            "family": fields["family"],
            "campaign": fields.get("campaign", "a"),
            "source": source,
            "label": fields["label"],
            fields["type"]: content,
            "spans": spans,
        }


def main(paths: list[str]) -> int:
    """Write the rows of marked files to standard output."""
    seen: set[str] = set()
    for path in paths:
        for row in parse_marked(Path(path).read_text(encoding="utf-8")):
            if row["id"] in seen:
                raise InputError(f"{path}: the id {row['id']} is used twice")
            seen.add(row["id"])
            print(json.dumps(row, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except InputError as error:
        sys.exit(f"error: {error}")

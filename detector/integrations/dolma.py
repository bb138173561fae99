"""Dolma: attributes files beside documents, with findings as ``[start, end, score]``."""

from __future__ import annotations

import gzip
import json
import os
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO, cast

from detector.errors import InputError
from detector.result import KINDS, Result
from detector.scoring import Detector

__all__ = ["attributes_of", "write_attributes"]


def attributes_of(result: Result) -> dict[str, list[list[float]]]:
    """Return the attributes of one document: findings by kind, and the page score over all of it.

    ``detector__injection`` and ``detector__garbled`` are ``[start, end, score]``, code points,
    half-open, into the text; ``detector__score`` is one such row for the whole document.
    """
    judged = result.to_dict()
    found: dict[str, list[list[float]]] = {
        f"detector__{kind}": [
            [span["start"], span["end"], span["score"]]
            for span in judged["spans"]
            if span["kind"] == kind
        ]
        for kind in KINDS
    }
    found["detector__score"] = [[0, result.length, judged["score"]]]
    return found


def write_attributes(documents: Path, attributes: Path, detector: Detector | None = None) -> int:
    """Write the attributes of Dolma documents, a line each in the same order, and return how many.

    Both are JSON Lines, gzipped where their names end in ``.gz``; the text of a document is taken
    as plain text, as it stands. Raises :class:`InputError` where a line is no document, and
    OSError; nothing is written then.
    """
    detector = detector or Detector.load()
    attributes.parent.mkdir(parents=True, exist_ok=True)
    part = attributes.with_name(f".{attributes.name}.part")
    compressed = attributes.suffix == ".gz"
    waiting: deque[str] = deque()
    count = 0

    def pages(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[None, str, str]]:
        for row in rows:
            waiting.append(row["id"])
            yield None, row["text"], "text/plain"

    try:
        with (
            _open(documents, "rt", documents.suffix == ".gz") as given,
            _open(part, "wt", compressed) as target,
        ):
            for result in detector.score_many(pages(_documents(given, documents))):
                row = {"id": waiting.popleft(), "attributes": attributes_of(result)}
                target.write(json.dumps(row) + "\n")
                count += 1
        os.replace(part, attributes)
    finally:
        part.unlink(missing_ok=True)
    return count


def _open(path: Path, mode: str, compressed: bool) -> TextIO:
    opened = gzip.open if compressed else open
    return cast("TextIO", opened(path, mode, encoding="utf-8"))


def _documents(lines: Iterable[str], path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}: line {number} is not JSON: {error}") from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str) or "id" not in row:
            raise InputError(f"{path}: line {number} is no document with an id and a text")
        yield row

"""What a scan says about sites: how much of each is flagged, and what that looks like."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Literal

from detector.errors import InputError
from detector.findings import joined
from detector.folders import Folder
from detector.optional import needs
from detector.report import shortened

__all__ = ["Host", "Looks", "read_hosts", "read_parts"]

Looks = Literal["clean", "doubtful", "hacked", "mixed", "spam", "unclear"]
"""What the share of flagged pages of a host looks like.

``clean``: none. ``doubtful``: no more than false alarms explain (one page, or ``FALSE_ALARMS`` of
them). ``spam``: built for it, nearly all pages (``SPAM_SHARE``). ``hacked``: few pages, up to
``HACKED_SHARE``, in an honest site. ``mixed``: in between, such as a forum or a site with spam all
over. ``unclear``: flagged pages among fewer than ``LEAST_PAGES``, which say nothing about the rest.
"""

LEAST_PAGES = 5
FALSE_ALARMS = 0.015  # as of Chinese HTML (README)
HACKED_SHARE = 0.5
SPAM_SHARE = 0.9

_MOST_WORST = 3
_MOST_PHRASES = 5
_COUNTED_PHRASES = 200
_LONGEST_PHRASE = 60
_PHRASE_SCORE = 0.5
_ROWS = 4_000


@dataclass
class Host:
    """The pages of one host. ``errors`` are rows that could not be scored, not in ``pages``."""

    host: str
    pages: int = 0
    spam: int = 0
    errors: int = 0
    first: str | None = None
    last: str | None = None
    _worst: dict[str, float] = field(default_factory=dict, repr=False)
    _phrases: Counter[str] = field(default_factory=Counter, repr=False)

    def add(self, row: Mapping[str, Any]) -> None:
        """Count the row of a page."""
        date = row["date"]
        if date is not None:
            self.first = date if self.first is None else min(self.first, date)
            self.last = date if self.last is None else max(self.last, date)
        if row["verdict"] is None:
            self.errors += 1
            return
        self.pages += 1
        if row["verdict"] != "spam":
            return
        self.spam += 1
        # A page that was crawled again takes no other's place.
        self._worst[row["url"]] = max(row["score"], self._worst.get(row["url"], 0.0))
        if len(self._worst) > _MOST_WORST:
            del self._worst[min(self._worst, key=lambda url: (self._worst[url], url))]
        likely = (span["text"] for span in row["spans"] if span["score"] >= _PHRASE_SCORE)
        # Once a page: what a page repeats is not what the site is about.
        self._phrases.update(
            list(dict.fromkeys(shortened(joined(text), _LONGEST_PHRASE) for text in likely))
        )
        if len(self._phrases) > 2 * _COUNTED_PHRASES:
            self._phrases = Counter(dict(self._phrases.most_common(_COUNTED_PHRASES)))

    @property
    def share(self) -> float:
        """The share of the pages that is flagged, 0-1."""
        return self.spam / self.pages if self.pages else 0.0

    @property
    def looks(self) -> Looks:
        """What that share looks like."""
        if not self.spam:
            return "clean"
        if self.pages < LEAST_PAGES:
            return "unclear"
        if self.spam <= max(1, FALSE_ALARMS * self.pages):
            return "doubtful"
        if self.share >= SPAM_SHARE:
            return "spam"
        return "hacked" if self.share <= HACKED_SHARE else "mixed"

    @property
    def worst(self) -> list[tuple[str, float]]:
        """The pages with the highest scores: URL and score."""
        return sorted(self._worst.items(), key=lambda item: (-item[1], item[0]))

    @property
    def phrases(self) -> list[tuple[str, int]]:
        """The most frequent findings, shortened, and on how many flagged pages they stand.

        Of those on as many pages, those that come first in a page, such as its title, come first.
        Of a host with very many different ones the counts are lower bounds.
        """
        return self._phrases.most_common(_MOST_PHRASES)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "host": self.host,
            "looks": self.looks,
            "pages": self.pages,
            "spam": self.spam,
            "share": round(self.share, 6),
            "errors": self.errors,
            "first": self.first,
            "last": self.last,
            "worst": [{"url": url, "score": score} for url, score in self.worst],
            "phrases": [{"text": text, "pages": pages} for text, pages in self.phrases],
        }


def read_hosts(folder: Folder) -> tuple[list[Host], int]:
    """Return the hosts of a scan, those with most flagged pages first, and how many rows have none.

    Memory grows with the number of hosts, not of pages. Raises :class:`InputError` where there is
    no scan in ``folder``.
    """
    hosts: dict[str, Host] = {}
    homeless = 0
    for row in read_parts(folder):
        name = row["host"]
        if name is None:
            homeless += 1
            continue
        host = hosts.get(name)
        if host is None:
            host = hosts[name] = Host(name)
        host.add(row)
    return sorted(hosts.values(), key=lambda h: (-h.spam, -h.share, h.host)), homeless


def read_parts(folder: Folder) -> Iterator[dict[str, Any]]:
    """Yield the rows of a scan's parts; of findings the text and score, on flagged pages only.

    Raises :class:`InputError` where there are none, or one is damaged.
    """
    forms = {".parquet": _parquet, ".jsonl": _json_lines}
    parts = {name: PurePosixPath(name).suffix for name in folder.names() if name[:5] == "part-"}
    known = sorted(name for name, form in parts.items() if form in forms)
    if not known:
        raise InputError(f"no parts of a scan in {folder}: name the --out of `detector scan`")
    for part in known:
        try:
            with folder.open(part) as stream:
                yield from forms[parts[part]](stream)
        except (OSError, ValueError, KeyError) as error:
            raise InputError(
                f"{part} in {folder} is not a part of a scan, or is damaged ({error}); "
                "remove it and scan again"
            ) from error


def _json_lines(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    for line in stream:
        row = json.loads(line)
        yield {name: row[name] for name in ("host", "url", "date", "score", "verdict", "spans")}


def _parquet(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    with needs("scan"):
        import pyarrow.parquet
    told = ["host", "url", "date", "score", "verdict"]
    spans = ["spans.list.element.text", "spans.list.element.score"]
    file = pyarrow.parquet.ParquetFile(stream)
    for batch in file.iter_batches(_ROWS, columns=[*told, *spans]):
        columns = [batch.column(name).to_pylist() for name in told]
        found = batch.column("spans")
        for index, values in enumerate(zip(*columns, strict=True)):
            row = dict(zip(told, values, strict=True))
            row["spans"] = found[index].as_py() if row["verdict"] == "spam" else []
            yield row

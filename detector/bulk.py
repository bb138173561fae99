"""Bulk scoring: shards in, parts out, in as many processes as wanted, begun again where it stopped.

The folder of a scan holds a part for each shard, and in ``_scan`` the settings (``settings.json``),
what each finished part holds (``PART.json``), how far those in hand are (``PART.now``), and their
unfinished files (``*.tmp``). Parts appear by renaming, whole or not at all.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import detector
from detector.config import Config
from detector.errors import InputError
from detector.judging import judge, judge_in_processes
from detector.record import Record
from detector.records import Fields, read_records
from detector.rows import COLUMNS, PartFormat, open_part, row_of
from detector.scoring import Detector
from detector.shards import Shard
from detector.targets import whole_file, write_file

__all__ = [
    "STATE", "Counts", "Settings", "Split", "check_settings",  "outcomes", "scan_shard",
    "split_finished", "tidy",
]  # fmt: skip

STATE = "_scan"
_TOLD_EVERY = 1.0


@dataclass(frozen=True)
class Settings:
    """What all parts of a scan are made with. ``min_span_score``: findings below are left out."""

    out: Path
    detector: Detector
    form: PartFormat = "parquet"
    fields: Fields = field(default_factory=Fields)
    min_span_score: float = 0.0

    def described(self) -> dict[str, Any]:
        """Return what must be the same for all parts of a folder, ready for JSON."""
        config = self.detector.config
        return {
            "detector": detector.__version__,
            "model": self.detector.model.version,
            "threshold": self.detector.threshold,
            "min_span_score": self.min_span_score,
            "format": self.form,
            "columns": list(COLUMNS),
            "fields": self.fields._asdict(),
            "limits": {name: getattr(config, name) for name in Config.__slots__},
        }

    def part(self, shard: Shard) -> Path:
        """Return where the part of ``shard`` goes."""
        return self.out / f"{shard.part}.{self.form}"


@dataclass
class Counts:
    """What a part holds: ``pages`` rows, of which ``spam`` flagged and ``errors`` not scored.

    ``passed`` counts records that are no pages by the reason. ``error`` says why the shard could
    not be read to its end, "" where it was.
    """

    shard: str
    fingerprint: str
    pages: int = 0
    spam: int = 0
    errors: int = 0
    passed: dict[str, int] = field(default_factory=dict)
    error: str = ""


class Split(NamedTuple):
    """Shards to scan, and the counts of those that are finished.

    ``changed`` are to be scanned again because their files changed, ``broken`` because they
    could not be read to their end.
    """

    todo: list[Shard]
    finished: list[Counts]
    changed: int = 0
    broken: int = 0


def check_settings(settings: Settings) -> None:
    """Make the folder of a scan, or see to it that the parts in it were made alike.

    Raises :class:`InputError` where they were not, and OSError where it cannot be made.
    """
    state = settings.out / STATE
    state.mkdir(parents=True, exist_ok=True)
    path = state / "settings.json"
    wanted = json.loads(json.dumps(settings.described()))
    if not any(settings.out.glob("part-*")):
        _write_json(path, wanted)
        return
    try:
        held = dict(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError) as error:
        raise InputError(
            f"{settings.out} holds parts, but {path} does not say how they were made ({error}); "
            "choose another --out"
        ) from error
    different = [name for name in wanted if held.get(name) != wanted[name]]
    if different:
        told = "; ".join(
            f"{name} was {_told(held.get(name))}, is {_told(wanted[name])}" for name in different
        )
        raise InputError(
            f"{settings.out} holds parts that were made otherwise: {told}. "
            "Choose another --out, or scan with the settings of those parts"
        )


def _told(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def split_finished(shards: Iterable[Shard], settings: Settings) -> Split:
    """Return which of ``shards`` are still to be scanned."""
    todo: list[Shard] = []
    finished: list[Counts] = []
    changed = broken = 0
    for shard in shards:
        counts = _counts(settings.out / STATE / f"{shard.part}.json")
        if counts is None or not settings.part(shard).exists():
            todo.append(shard)
        elif counts.fingerprint != shard.fingerprint:
            changed += 1
            todo.append(shard)
        elif counts.error:
            broken += 1
            todo.append(shard)
        else:
            finished.append(counts)
    return Split(todo, finished, changed, broken)


def _counts(path: Path) -> Counts | None:
    # A file that is being written is read another time.
    with suppress(OSError, ValueError, TypeError):
        return Counts(**json.loads(path.read_text(encoding="utf-8")))
    return None


def outcomes(settings: Settings, shards: Sequence[Shard]) -> Iterator[tuple[Counts, bool]]:
    """Yield what is known now of ``shards``: their counts, and whether they are finished."""
    parts = {shard.part for shard in shards}
    for entry in os.scandir(settings.out / STATE):
        stem, dot, suffix = entry.name.rpartition(".")
        if dot and stem in parts and suffix in ("json", "now"):
            counts = _counts(Path(entry.path))
            if counts is not None:
                yield counts, suffix == "json"


def tidy(settings: Settings) -> None:
    """Remove what workers that were stopped left behind. Not while others are at work."""
    for pattern in ("*.tmp", "*.now"):
        for path in (settings.out / STATE).glob(pattern):
            path.unlink(missing_ok=True)


def scan_shard(shard: Shard, settings: Settings, jobs: int = 1) -> Counts:
    """Scan one shard in ``jobs`` processes and write its part.

    A shard that cannot be read to its end has the rows up to there, the last of which says so.
    Raises OSError where the part cannot be written, and ``concurrent.futures.BrokenExecutor`` where
    a process dies.
    """
    state = settings.out / STATE
    now = state / f"{shard.part}.now"
    passed: Counter[str] = Counter()
    counts = Counts(shard.name, shard.fingerprint)
    told = time.monotonic()
    with whole_file(settings.part(shard), state) as unfinished:
        writer = open_part(unfinished, settings.form)
        try:
            for row in _rows(shard, settings, jobs, passed, counts):
                writer.write(row)
                if time.monotonic() - told >= _TOLD_EVERY:
                    told = time.monotonic()
                    now.write_text(json.dumps(asdict(counts)), encoding="utf-8")
        finally:
            writer.close()
    counts.passed = dict(passed)
    _write_json(state / f"{shard.part}.json", asdict(counts))
    now.unlink(missing_ok=True)
    return counts


def _rows(
    shard: Shard, settings: Settings, jobs: int, passed: Counter[str], counts: Counts
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a shard, and count them."""
    detector = settings.detector
    records = read_records(shard, settings.fields, detector.config, passed)
    several = jobs > 1
    judged = judge_in_processes(records, detector, jobs) if several else judge(records, detector)
    try:
        for record, result in judged:
            row = row_of(record, result, settings.min_span_score)
            counts.pages += 1
            counts.spam += row["verdict"] == "spam"
            counts.errors += row["error"] is not None
            yield row
    except BrokenExecutor:
        raise
    # Archives and file systems fail in their own ways; none may cost the other shards.
    except Exception as error:
        told = str(error) or type(error).__name__
        where = f" beyond page {counts.pages:,}" if counts.pages else ""
        counts.error = f"cannot be read{where}: {told}"
        (empty,) = detector.score_many([""])
        yield row_of(Record(shard.name, error=counts.error), empty)


def _write_json(path: Path, value: Any) -> None:
    write_file(path, json.dumps(value, indent=1).encode() + b"\n")

"""Bulk scoring: shards in, parts out, in as many processes as wanted, begun again where it stopped.

The folder of a scan holds a part for each shard, and in ``_scan`` the settings (``settings.json``),
what each finished part holds (``PART.json``), how far those in hand are (``PART.now``), and their
unfinished files (``*.tmp``). Parts appear whole or not at all.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import detector
from detector.config import Config
from detector.errors import InputError
from detector.folders import Folder
from detector.judging import judge, judge_in_processes
from detector.record import Record
from detector.records import Fields, read_records
from detector.rows import COLUMNS, PartFormat, open_part, row_of
from detector.scoring import Detector
from detector.shards import Shard

__all__ = [
    "STATE", "Counts", "Settings", "Split", "check_settings", "forget", "outcomes", "scan_shard",
    "split_finished", "tidy",
]  # fmt: skip

STATE = "_scan"
_TOLD_EVERY = 1.0


@dataclass(frozen=True)
class Settings:
    """What all parts of a scan are made with. ``min_span_score``: findings below are left out."""

    out: Folder
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

    def part(self, shard: Shard) -> str:
        """Return the name of the part of ``shard``."""
        return f"{shard.part}.{self.form}"


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
    out = settings.out
    out.make(STATE)
    name = f"{STATE}/settings.json"
    wanted = json.loads(json.dumps(settings.described()))
    if not any(part.startswith("part-") for part in out.names()):
        _write_json(out, name, wanted)
        return
    try:
        with out.open(name) as stream:
            held = dict(json.load(stream))
    except (FileNotFoundError, ValueError, TypeError) as error:
        raise InputError(
            f"{out} holds parts, but {name} in it does not say how they were made ({error}); "
            "choose another --out"
        ) from error
    different = [name for name in wanted if held.get(name) != wanted[name]]
    if different:
        told = "; ".join(
            f"{name} was {_told(held.get(name))}, is {_told(wanted[name])}" for name in different
        )
        raise InputError(
            f"{out} holds parts that were made otherwise: {told}. "
            "Choose another --out, or scan with the settings of those parts"
        )


def _told(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def split_finished(shards: Iterable[Shard], settings: Settings) -> Split:
    """Return which of ``shards`` are still to be scanned."""
    shards = list(shards)
    counts_of = _counts(settings, shards, settings.out.names(STATE))
    parts = settings.out.names()
    todo: list[Shard] = []
    finished: list[Counts] = []
    changed = broken = 0
    for shard in shards:
        counts = counts_of.get(shard.part)
        if counts is None or settings.part(shard) not in parts:
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


def _counts(
    settings: Settings, shards: Iterable[Shard], held: Set[str], suffix: str = "json"
) -> dict[str, Counts]:
    """Return the counts of those of ``shards`` that ``held`` has files of, by their parts."""
    names = {f"{STATE}/{shard.part}.{suffix}": shard.part for shard in shards}
    found: dict[str, Counts] = {}
    own = [name for name in names if name.removeprefix(f"{STATE}/") in held]
    for name, data in settings.out.read(own).items():
        # A file that is being written is read another time.
        with suppress(ValueError, TypeError):
            found[names[name]] = Counts(**json.loads(data))
    return found


def outcomes(
    settings: Settings, shards: Sequence[Shard], finished: dict[str, Counts]
) -> list[Counts]:
    """Return what is known now of those of ``shards`` that are in hand.

    The counts of parts that are finished are added to ``finished``, by their names, and are not
    read again.
    """
    held = settings.out.names(STATE)
    left = [shard for shard in shards if shard.part not in finished]
    finished.update(_counts(settings, left, held))
    left = [shard for shard in left if shard.part not in finished]
    return list(_counts(settings, left, held, "now").values())


def tidy(settings: Settings) -> None:
    """Remove what workers that were stopped left behind. Not while others are at work."""
    names = settings.out.names(STATE)
    settings.out.remove(f"{STATE}/{name}" for name in names if name.endswith((".tmp", ".now")))


def forget(settings: Settings, shards: Iterable[Shard]) -> None:
    """Remove what says that ``shards`` are finished: they are to be scanned again."""
    held = settings.out.names(STATE)
    names = [f"{shard.part}.json" for shard in shards]
    settings.out.remove(f"{STATE}/{name}" for name in names if name in held)


def scan_shard(shard: Shard, settings: Settings, jobs: int = 1) -> Counts:
    """Scan one shard in ``jobs`` processes and write its part.

    A shard that cannot be read to its end has the rows up to there, the last of which says so.
    Raises OSError where the part cannot be written, and ``concurrent.futures.BrokenExecutor`` where
    a process dies.
    """
    out = settings.out
    now = f"{STATE}/{shard.part}.now"
    passed: Counter[str] = Counter()
    counts = Counts(shard.name, shard.fingerprint)
    told = time.monotonic()
    every = max(_TOLD_EVERY, out.patience)
    with out.whole(settings.part(shard), STATE) as unfinished:
        writer = open_part(unfinished, settings.form)
        try:
            for row in _rows(shard, settings, jobs, passed, counts):
                writer.write(row)
                if time.monotonic() - told >= every:
                    told = time.monotonic()
                    with suppress(OSError):  # nothing but the progress depends on it
                        out.write(now, json.dumps(asdict(counts)).encode())
        finally:
            writer.close()
    counts.passed = dict(passed)
    _write_json(out, f"{STATE}/{shard.part}.json", asdict(counts))
    out.remove([now])
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


def _write_json(out: Folder, name: str, value: Any) -> None:
    with out.whole(name, STATE) as unfinished:
        unfinished.write_bytes(json.dumps(value, indent=1).encode() + b"\n")

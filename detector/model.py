"""The model: integer weight tables, calibration and provenance, stored as data.

A model is a folder with ``model.json`` and ``.npy`` arrays. Loading maps the arrays into memory,
checks the format version and the SHA-256 of each file, and never unpickles anything.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.batch import Batch
from detector.calibration import Calibration
from detector.context import CONTEXT_GROUPS, CONTEXT_SIZE, corrected
from detector.contrast import (
    MOST_ALTERNATIVES,
    SLOT_BITS,
    Alternatives,
    Comparison,
    room_to_compare,
)
from detector.counts import CountTables
from detector.errors import ModelError
from detector.fold import TABLE_SIZE, FoldTables
from detector.kernel import WeightsPointers, address, call
from detector.ngrams import (
    FLAT_SIZE,
    ROW_BITS,
    ROW_WIDTH,
    Features,
    features,
    known_pointers,
)
from detector.result import KINDS, Kind
from detector.topics import TOPIC_LEVELS, TOPIC_SIZE, TOPIC_SLOTS, Topics
from detector.wording import WORDING_BITS, Wording

__all__ = [
    "ARRAYS",
    "FORMAT_VERSION",
    "Evidence",
    "Model",
    "Segmentation",
    "default_model_folder",
]

FORMAT_VERSION = 13
"""Raised when features, folding or files change so that older models would score wrongly."""

ARRAYS: dict[str, tuple[tuple[int, ...], str]] = {
    "rows": ((1 << ROW_BITS, ROW_WIDTH, 2), "int8"),
    "flats": ((FLAT_SIZE, 2), "int8"),
    "context": ((2, len(CONTEXT_GROUPS) * CONTEXT_SIZE), "float32"),
    "wording": ((2, 1 << WORDING_BITS), "int8"),
    "unigrams": ((TABLE_SIZE,), "uint8"),
    "ngrams": ((0,), "uint8"),
    "alternative_slots": ((1 << SLOT_BITS,), "uint16"),
    "alternative_keys": ((0,), "uint32"),
    "alternative_words": ((0, 1 + MOST_ALTERNATIVES, 2), "uint16"),
    "alternative_commonness": ((0, 1 + MOST_ALTERNATIVES), "uint8"),
    "topic_marks": ((TOPIC_SLOTS,), "uint16"),
    "topic_vectors": ((TOPIC_SLOTS, TOPIC_SIZE), "int8"),
    "topic_bounds": ((TOPIC_LEVELS - 1,), "float32"),
    "fold": ((0, 2), "uint32"),
    "classes": ((TABLE_SIZE,), "uint8"),
}
"""Files of a model: their shapes, where 0 stands for any size, and types."""


class Evidence(NamedTuple):
    """Log-odds of n characters (n x 2 each, in the order of ``KINDS``).

    ``first`` comes from the n-grams that cover a character and is sharp; ``final`` is judged again
    by what stands around, and blurred by it.
    """

    first: NDArray[np.float32]
    final: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Segmentation:
    """How evidence of one kind is cut into findings.

    ``offset`` is subtracted from each character's log-odds; what is below ``-floor`` afterwards
    is raised to ``-floor`` (how dear a clean character inside a finding is); a finding needs a sum
    of at least ``least``, and no clean stretch inside it costs ``drop``.
    """

    offset: float
    floor: float
    least: float
    drop: float


@dataclass(frozen=True)
class Model:
    """Everything that scoring needs to know. See the modules for the meaning of each table.

    ``word_bound``: log-odds from which a character of a garbled passage is in a garbled word.
    ``folder`` is where the model was loaded from, None where it was made or changed since. A loaded
    model is pickled as that and its version: another process maps the same files.
    """

    version: str
    rows: NDArray[np.int8]
    flats: NDArray[np.int8]
    context: NDArray[np.float32]
    scale: tuple[float, float]
    bias: tuple[float, float]
    counts: CountTables
    alternatives: Alternatives
    topics: Topics
    tables: FoldTables
    wording: Wording
    segmentation: dict[Kind, Segmentation]
    span_calibration: dict[Kind, Calibration]
    page_calibration: dict[Kind, Calibration]
    threshold: float
    word_bound: float
    likely: dict[str, str]
    provenance: dict[str, Any]
    folder: Path | None = field(default=None, compare=False, init=False)

    @cached_property
    def parts_of_likely(self) -> frozenset[str]:
        """What stands in the garbled words whose originals are known: all but this is in none."""
        return frozenset(
            word[start:end]
            for word in self.likely
            for start, end in combinations(range(len(word) + 1), 2)
        )

    def __reduce__(self) -> Any:
        """Pickle a loaded model by its place. Raises ModelError where another lies there then."""
        if self.folder is None:
            return super().__reduce__()
        shipped = self.folder == default_model_folder().resolve()
        return _reopened, (None if shipped else self.folder, self.version)

    def evidence(self, batch: Batch) -> tuple[Evidence, Comparison]:
        """Return the evidence of each character of ``batch``, and which words others might fit."""
        first, comparison = self.first_evidence(batch)
        return Evidence(first, corrected(first, batch, self.context)), comparison

    def features(self, batch: Batch) -> Features:
        """Return the features of each character of ``batch`` (see :mod:`detector.ngrams`)."""
        return features(batch, self.counts, self.alternatives, self.topics)

    def first_evidence(self, batch: Batch) -> tuple[NDArray[np.float32], Comparison]:
        """Return the log-odds (n x 2) of the first pass: an exact sum of integer weights.

        They are those of the characters' features, which are not kept. As well, the words that
        others might fit better.
        """
        n = len(batch.codes)
        evidence = np.empty((2, n), dtype=np.float32)
        room = room_to_compare(n)
        weights = WeightsPointers(
            address(self.rows, np.int8, 2 * ROW_WIDTH << ROW_BITS),
            address(self.flats, np.int8, 2 * FLAT_SIZE),
            self.scale,
            self.bias,
        )
        found = call(
            "first_evidence",
            ctypes.byref(batch.pointers),
            ctypes.byref(known_pointers(self.counts, self.alternatives, self.topics)),
            ctypes.byref(weights),
            ctypes.byref(room.pointers()),
            address(evidence, np.float32, 2 * n),
        )
        return evidence.T, room.first(found)

    def save(self, folder: Path) -> None:
        """Write the model into ``folder``, replacing the files of an older one.

        Files are replaced, never written over: a loaded model has them mapped into memory.
        """
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {
            "rows": self.rows,
            "flats": self.flats,
            "context": self.context,
            "wording": self.wording.table,
            "unigrams": self.counts.unigrams,
            "ngrams": self.counts.ngrams,
            **{f"alternative_{name}": a for name, a in self.alternatives._asdict().items()},
            **{f"topic_{name}": a for name, a in self.topics._asdict().items()},
            "fold": _changes(self.tables.fold),
            "classes": self.tables.classes,
        }
        files = {}
        for name, array in arrays.items():
            path, part = folder / f"{name}.npy", folder / f"{name}.npy.part"
            with part.open("wb") as stream:
                np.save(stream, np.ascontiguousarray(array), allow_pickle=False)
            files[path.name] = hashlib.sha256(part.read_bytes()).hexdigest()
            os.replace(part, path)
        described = {
            "format_version": FORMAT_VERSION,
            "version": self.version,
            "threshold": self.threshold,
            "word_bound": self.word_bound,
            "scale": self.scale,
            "bias": self.bias,
            "wording_scale": self.wording.scale,
            "wording_bias": self.wording.bias,
            "log2_total": self.counts.log2_total,
            "segmentation": {kind: asdict(s) for kind, s in self.segmentation.items()},
            "span_calibration": _calibrations(self.span_calibration),
            "page_calibration": _calibrations(self.page_calibration),
            "likely": self.likely,
            "provenance": self.provenance,
            "files": files,
        }
        text = json.dumps(described, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        part = folder / "model.json.part"
        part.write_text(text + "\n", encoding="utf-8")
        os.replace(part, folder / "model.json")

    @classmethod
    def load(cls, folder: Path) -> Model:
        """Open the model in ``folder``.

        Raises :class:`ModelError` when it is missing, damaged, or of another format version.
        """
        described = _description(folder)
        arrays = {
            name: _array(folder, name, described["files"].get(f"{name}.npy")) for name in ARRAYS
        }
        try:
            model = cls(
                version=described["version"],
                rows=arrays["rows"],
                flats=arrays["flats"],
                context=arrays["context"],
                scale=tuple(described["scale"]),
                bias=tuple(described["bias"]),
                counts=CountTables(arrays["unigrams"], arrays["ngrams"], described["log2_total"]),
                alternatives=Alternatives(
                    *(arrays[f"alternative_{name}"] for name in Alternatives._fields)
                ),
                topics=Topics(*(arrays[f"topic_{name}"] for name in Topics._fields)),
                tables=FoldTables(_whole(arrays["fold"]), arrays["classes"]),
                wording=Wording(
                    arrays["wording"],
                    tuple(described["wording_scale"]),
                    tuple(described["wording_bias"]),
                ),
                segmentation={
                    kind: Segmentation(**described["segmentation"][kind]) for kind in KINDS
                },
                span_calibration={
                    kind: Calibration(**described["span_calibration"][kind]) for kind in KINDS
                },
                page_calibration={
                    kind: Calibration(**described["page_calibration"][kind]) for kind in KINDS
                },
                threshold=described["threshold"],
                word_bound=described["word_bound"],
                likely=described["likely"],
                provenance=described["provenance"],
            )
        except (KeyError, TypeError) as error:
            raise ModelError(
                f"{folder / 'model.json'} lacks a field ({error}); "
                "fetch the model again or run `detector train`"
            ) from error
        object.__setattr__(model, "folder", folder.resolve())  # the class is frozen
        return model


@lru_cache(maxsize=4)
def _reopened(folder: Path | None, version: str) -> Model:
    """Return the model of a pickle, the same one for all pickles of it: it is never changed."""
    place = default_model_folder() if folder is None else folder
    model = Model.load(place)
    if model.version != version:
        raise ModelError(
            f"the model at {place} is {model.version}, not {version} as where it was sent from; "
            "install the same release on all machines, or put the model in the same place"
        )
    return model


def _changes(table: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return (code point, folded) for each code point that folding changes."""
    changed = np.flatnonzero(table != np.arange(len(table)))
    return np.stack((changed.astype(np.uint32), table[changed]), axis=1)


def _whole(changes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the folding table that differs from the identity by ``changes``."""
    table = np.arange(TABLE_SIZE, dtype=np.uint32)
    table[changes[:, 0]] = changes[:, 1]
    return table


def _calibrations(calibrations: dict[Kind, Calibration]) -> dict[str, Any]:
    return {kind: asdict(calibration) for kind, calibration in calibrations.items()}


def _description(folder: Path) -> dict[str, Any]:
    path = folder / "model.json"
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"no model at {folder}: model.json is missing; name a folder written by "
            "`detector train`, or leave the path out to use the shipped model"
        ) from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from error
    if not isinstance(described, dict) or "format_version" not in described:
        raise ModelError(f"{path} is not the description of a detector model")
    if described["format_version"] != FORMAT_VERSION:
        raise ModelError(
            f"the model at {folder} has format version {described['format_version']}, this release "
            f"reads {FORMAT_VERSION}; retrain it with `detector train` or install the release "
            "that wrote it"
        )
    if not isinstance(described.get("files"), dict):
        raise ModelError(f"{path} lists no files")
    return described


def _array(folder: Path, name: str, checksum: str | None) -> NDArray[Any]:
    path = folder / f"{name}.npy"
    shape, dtype = ARRAYS[name]
    try:
        actual = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"the model file {path} cannot be read: {error}") from error
    if actual != checksum:
        raise ModelError(
            f"the model file {path} does not match its checksum in model.json: it is damaged or "
            "belongs to another model; fetch the model again or run `detector train`"
        )
    try:
        # Unlike np.load, this opens neither archives nor pickles.
        array = np.lib.format.open_memmap(path, mode="r")
    except (ValueError, EOFError) as error:
        raise ModelError(f"the model file {path} is not a plain array: {error}") from error
    fits = array.ndim == len(shape) and all(
        wanted in (0, size) for wanted, size in zip(shape, array.shape, strict=True)
    )
    if array.dtype != np.dtype(dtype) or not fits:
        raise ModelError(f"the model file {path} has {array.dtype} {array.shape}, not {shape}")
    return array.view(np.ndarray)


def default_model_folder() -> Path:
    """Return where the shipped model lies: inside an installed package, or beside the source."""
    package = Path(__file__).resolve().parent
    installed = package / "models"
    return installed if (installed / "model.json").exists() else package.parent / "models"

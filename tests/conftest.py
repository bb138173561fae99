"""Fixtures: the shipped detector, and one with the small model of ``support``."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support import rows_of, small_lexicons, small_model

from detector import Detector
from detector.training.garble_lexicons import GarbleLexicons

settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def detector() -> Detector:
    """Return the detector with the shipped model."""
    return Detector.load()


@pytest.fixture(scope="session")
def small() -> Detector:
    """Return a detector with the small model."""
    return Detector(small_model())


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that the small model has been saved into."""
    folder = tmp_path_factory.mktemp("models") / "small"
    small_model().save(folder)
    return folder


@pytest.fixture(scope="session")
def lex() -> GarbleLexicons:
    """Return small lexicons with the same shape as the public ones."""
    return small_lexicons()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory, with the files of ``cases/cli_files.json`` in it."""
    for row in rows_of("cli_files"):
        path = tmp_path / row["name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(row["text"].encode())
    (tmp_path / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    (tmp_path / "deep.html").write_text("<p>开云体育</p>" + "<div>" * 3_000, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path

"""Fixtures: the shipped detector, and one with the small model of ``support``."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support import small_lexicons, small_model

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

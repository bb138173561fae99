"""The model is found from a wheel, from an sdist and from an editable install."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import detector

ROOT = Path(detector.__file__).resolve().parent.parent
SCORE = (
    "import detector, sys; d = detector.Detector.load(); "
    "print(detector.__file__); print(d.model.version); print(d.score('<p>hello').verdict)"
)


def loaded_from(folder: Path, where: Path) -> list[str]:
    """Return what a fresh process prints that imports detector from ``folder``."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", SCORE],
        cwd=where,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An sdist, and the wheel that is built from it."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)],
        capture_output=True,
        check=True,
    )
    return out


def test_editable(tmp_path: Path, version: str) -> None:
    assert loaded_from(ROOT, tmp_path)[1:] == [version, "ham"]


def test_sdist(built: Path, tmp_path: Path, version: str) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    file, *rest = loaded_from(folder, tmp_path)
    assert file.startswith(str(folder))
    assert rest == [version, "ham"]


def test_wheel(built: Path, tmp_path: Path, version: str) -> None:
    (wheel,) = built.glob("*.whl")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, "--target", str(tmp_path / "site"), str(wheel)], check=True)
    file, *rest = loaded_from(tmp_path / "site", tmp_path)
    assert file.startswith(str(tmp_path / "site"))
    assert rest == [version, "ham"]


@pytest.fixture(scope="module")
def version() -> str:
    return detector.Detector.load().model.version

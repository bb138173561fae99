"""The model is found from a wheel, from an sdist and from an editable install."""

from __future__ import annotations

import os
import subprocess
import sys
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
        [sys.executable, "-m", "build", "--outdir", str(out), str(ROOT)],
        capture_output=True,
        check=True,
    )
    return out


def test_editable(tmp_path: Path, version: str) -> None:
    assert loaded_from(ROOT, tmp_path)[1:] == [version, "ham"]


def installed(distribution: Path, folder: Path) -> Path:
    """Install an sdist or a wheel into ``folder``, as pip does, and return it."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*command, "--target", str(folder), str(distribution)], check=True)
    return folder


@pytest.mark.parametrize("kind", ["*.tar.gz", "*.whl"])
def test_sdist_and_wheel(kind: str, built: Path, tmp_path: Path, version: str) -> None:
    (distribution,) = built.glob(kind)
    site = installed(distribution, tmp_path / "site")
    file, *rest = loaded_from(site, tmp_path)
    assert file.startswith(str(site))
    assert rest == [version, "ham"]


def test_a_wheel_is_of_its_platform_and_of_every_python(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    assert "-py3-none-" in wheel.name
    assert not wheel.name.endswith("-any.whl")


def test_a_build_without_a_compiler_asks_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from hatch_build import KernelBuildHook

    hook = KernelBuildHook("", {}, None, None, "", "wheel")  # type: ignore[arg-type]
    monkeypatch.setenv("CC", "no-such-compiler")
    assert hook.dependencies() == ["ziglang>=0.13"]
    monkeypatch.setenv("CC", "true")  # says that it has, and has not
    assert hook.dependencies() == ["ziglang>=0.13"]


@pytest.fixture(scope="module")
def version() -> str:
    return detector.Detector.load().model.version

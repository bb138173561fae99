"""Builds ``detector/native`` into a shared library while the package is built or installed.

With the C compiler of the machine (``$CC`` or ``cc``) where it can; else with Zig's, which pip
fetches like any other build dependency, so that a machine without a compiler needs nothing
prepared. The library does not use Python's headers: one wheel serves all versions of Python.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NATIVE = Path(__file__).parent / "detector" / "native"
LIBRARY = NATIVE / ("kernel.dll" if sys.platform == "win32" else "kernel.so")
# No fused multiplication and addition: every machine is to round alike.
FLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-fPIC", "-shared", "-fvisibility=hidden"]
ZIG = [sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline", "-fno-sanitize=undefined", "-s"]


def compile_with(compiler: list[str], target: Path) -> subprocess.CompletedProcess[str]:
    """Compile the library into ``target``, which appears only when it is whole."""
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / target.name
        sources = [str(path) for path in sorted(NATIVE.glob("*.c"))]
        environment = {**os.environ, "ZIG_GLOBAL_CACHE_DIR": folder, "ZIG_LOCAL_CACHE_DIR": folder}
        try:
            done = subprocess.run(
                [*compiler, *FLAGS, *sources, "-lm", "-o", str(part)],
                capture_output=True,
                text=True,
                env=environment,
                check=False,
            )
        except OSError as error:
            return subprocess.CompletedProcess(compiler, 127, "", str(error))
        if done.returncode == 0 and part.exists():
            moved = target.with_suffix(".part")
            moved.write_bytes(part.read_bytes())
            os.replace(moved, target)
        elif done.returncode == 0:
            done.returncode = 1
        return done


def own_compiler() -> list[str]:
    """Return the command of this machine's C compiler, whether there is one or not."""
    return shlex.split(os.environ.get("CC", "cc"))


class KernelBuildHook(BuildHookInterface[Any]):
    """The build hook that hatchling calls."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what must be installed to build: a compiler, where there is none."""
        with tempfile.TemporaryDirectory() as folder:
            done = compile_with(own_compiler(), Path(folder) / LIBRARY.name)
        return ["ziglang>=0.13"] if done.returncode else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the library, and say that the wheel is for this platform."""
        if self.target_name != "wheel":
            return
        done = compile_with(own_compiler(), LIBRARY)
        if done.returncode and importlib.util.find_spec("ziglang"):
            done = compile_with(ZIG, LIBRARY)
        if done.returncode:
            raise RuntimeError(
                f"{shlex.join(done.args)} cannot compile {NATIVE}: install a C compiler (on "
                f"Debian: apt install gcc libc6-dev), or `pip install ziglang`\n{done.stderr}"
            )
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        build_data["artifacts"].append(f"/detector/native/{LIBRARY.name}")

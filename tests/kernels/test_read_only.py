"""Kernels of an installation that cannot be written to are compiled once a user, into the user's cache folder."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import velocity_engine

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1  # linux/prctl.h, linux/capability.h
CODE = """
import velocity_engine
from velocity_engine.kernels.pixels import unpremultiply
print(velocity_engine.__path__[0], sum(unpremultiply.to_straight.stats.cache_misses.values()))
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the superuser is held to permissions by Linux's means")


def obey_permissions() -> None:
    """In a child that is about to run another program: without this, permission bits do not hold the superuser."""
    if os.geteuid() == 0 and ctypes.CDLL(None, use_errno=True).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "the capability cannot be given up")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Path]:
    """A folder with a copy of the engine, neither of which anybody may write to."""
    yield from copied(tmp_path, "__pycache__", "fonts")


@pytest.fixture
def compiled_installation(tmp_path: Path) -> Iterator[Path]:
    """Such a folder, in which the kernels were compiled before it was closed."""
    yield from copied(tmp_path, "fonts")


def copied(tmp_path: Path, *without: str) -> Iterator[Path]:
    folder = tmp_path / "site"
    source = Path(velocity_engine.__path__[0])
    shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns(*without))
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    yield folder
    for path in folders:
        path.chmod(0o755)


def run(code: str, installation: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    environment |= {"PYTHONPATH": str(installation), "XDG_CACHE_HOME": str(cache)}
    try:
        return subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            cwd=cache,
            capture_output=True,
            text=True,
            preexec_fn=obey_permissions,
        )
    except subprocess.SubprocessError:
        pytest.skip("this superuser may not give up its power over permissions")


def test_kernels_are_compiled_once_into_the_users_cache(installation: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    refused = run(f"open({str(installation / 'velocity_engine' / 'kernels' / 'new')!r}, 'w')", installation, cache)
    assert "PermissionError" in refused.stderr

    before = sorted(installation.rglob("*"))
    first = run(CODE, installation, cache)
    assert first.stdout.split() == [str(installation / "velocity_engine"), "1"], first.stderr
    assert first.stderr.count("Compiling for this machine") == 1
    assert list(cache.rglob("unpremultiply.to_straight-*.nbi")) and list(cache.rglob("unpremultiply.to_straight-*.nbc"))

    second = run(CODE, installation, cache)
    assert second.stdout.split() == [str(installation / "velocity_engine"), "0"], second.stderr
    assert second.stderr == ""
    assert sorted(installation.rglob("*")) == before


def test_kernels_that_came_with_it_are_read(compiled_installation: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    before = sorted(compiled_installation.rglob("*"))
    found = run(CODE, compiled_installation, cache)
    assert found.stdout.split() == [str(compiled_installation / "velocity_engine"), "0"], found.stderr
    assert found.stderr == ""
    assert not list(cache.rglob("*.nbi"))
    assert sorted(compiled_installation.rglob("*")) == before

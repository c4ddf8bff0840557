"""What every process that renders may read: Python, the engine and the plugins, the system's libraries, fonts."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from glob import glob
from importlib.machinery import all_suffixes
from pathlib import Path

SYSTEM = (
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/usr/share/zoneinfo",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/sys/vm/overcommit_memory",
)
LOADERS = ("/lib64/ld-*.so*", "/lib/ld-*.so*", "/lib/*-linux-*/ld-*.so*")
NETWORK = (
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/ssl",
)
DEVICES = ("/dev/null", "/dev/urandom", "/dev/random", "/dev/zero")


def programs() -> tuple[str, ...]:
    """What starting this Python again executes: its program, and the loader of its libraries."""
    loaders = (path for pattern in LOADERS for path in glob(pattern))
    return tuple(sorted({os.path.realpath(path) for path in (sys.executable, *loaders)}))


def kernels() -> tuple[str, ...]:
    """Where a new Python finds compiled kernels, if not beside their modules."""
    folder = os.environ.get("NUMBA_CACHE_DIR")
    return (os.path.abspath(folder),) if folder else ()


def listed() -> tuple[str, ...]:
    """The folders on Python's path of which ``roots`` names packages alone. A new Python lists them to find these."""
    entries = sys.path if sys.flags.safe_path else sys.path[1:]
    return tuple(os.path.realpath(entry) for entry in entries if entry and os.path.isdir(entry))


def roots() -> tuple[str, ...]:
    """Folders and files, without those that lie in another of them. Of a folder on Python's path that is no part of
    Python's installation (an editable install, PYTHONPATH) only the packages and modules in it count: the data folder
    may lie beside them.
    """
    python = [_installed(Path(prefix)) for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix)]
    paths = {*SYSTEM, *(path for group in python for path in group), *sysconfig.get_paths().values()}
    paths -= {sysconfig.get_path("data"), sysconfig.get_path("scripts")}
    for entry in sys.path if sys.flags.safe_path else sys.path[1:]:  # without the folder that Python was started in
        if entry and os.path.isfile(entry):
            paths.add(entry)
        elif entry and not _lies_in(entry, paths):
            paths.update(_importable(Path(entry)))
    paths.update(path for path in _loaded() if not _lies_in(path, paths))
    real = {os.path.realpath(path) for path in paths if os.path.exists(path)}
    return tuple(sorted(path for path in real if not _lies_in(path, real - {path})))


def _installed(prefix: Path) -> list[str]:
    """The parts of an installation that hold libraries. Not all of it: a data folder may lie in a virtual
    environment."""
    return [str(prefix / name) for name in ("lib", "lib64", "Lib", "pyvenv.cfg", "share/fonts")]


def _importable(folder: Path) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        # Of links that lead in a circle ``os.path`` says that they are no files, where an entry itself raises.
        is_module = entry.name.endswith(tuple(all_suffixes())) and os.path.isfile(entry.path)
        is_package = os.path.isfile(os.path.join(entry.path, "__init__.py"))
        if is_module or is_package or entry.name.endswith((".dist-info", ".egg-info")):
            yield entry.path


def _loaded() -> set[str]:
    """Where the packages and modules lie that are loaded: what editable installs and plugins bring."""
    found: set[str] = set()
    for name, module in list(sys.modules.items()):
        folders = getattr(module, "__path__", None)
        if folders is not None and "." not in name:
            found.update(str(folder) for folder in folders)
        elif folders is None and "." not in name and isinstance(getattr(module, "__file__", None), str):
            found.add(str(module.__file__))
    return found


def _lies_in(path: str, paths: Iterable[str]) -> bool:
    real = Path(os.path.realpath(path))
    return any(real.is_relative_to(os.path.realpath(folder)) for folder in paths)

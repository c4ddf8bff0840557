"""``velocity warmup``"""

from __future__ import annotations

import os
import time

import typer

from velocity_engine.cli import options


def warmup(quiet: options.Quiet = False, debug: options.Debug = False) -> None:
    """Compile the kernels once for this machine, so that the first render does not have to."""
    start = time.perf_counter()
    _compile_modules()
    count = _load_kernels()
    if not quiet:
        typer.echo(f"{count} kernel modules are ready ({time.perf_counter() - start:.1f} s)")


def _compile_modules() -> None:
    """Python's own compiling, where it has not been done or is never written by itself (PYTHONDONTWRITEBYTECODE)."""
    import compileall

    import velocity_engine

    for folder in velocity_engine.__path__:
        compileall.compile_dir(folder, quiet=2)  # a folder that cannot be written to stays as it is


def _load_kernels() -> int:
    """Loads all kernel modules, spread over the processors; how many there are.

    Kernels have explicit signatures: importing a module compiles it, or finds it in the cache.
    """
    import pkgutil
    from concurrent.futures import ProcessPoolExecutor

    from velocity_engine import kernels

    found = pkgutil.walk_packages(kernels.__path__, f"{kernels.__name__}.")
    names = [module.name for module in found if not module.ispkg]
    with ProcessPoolExecutor() as pool:
        for _ in pool.map(_load, names):
            pass
    return len(names)


def _load(name: str) -> None:
    import importlib
    import logging

    from velocity_engine.kernels.compiler.parallel import VARIABLE

    os.environ[VARIABLE] = "1"  # the processes of the pool are enough
    logging.getLogger("velocity_engine.kernels").setLevel(logging.ERROR)  # that it compiles goes without saying
    importlib.import_module(name)

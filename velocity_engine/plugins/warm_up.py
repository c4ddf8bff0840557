"""Loading all of the engine at once, for a process that starts others and wants them to begin without delay."""

from __future__ import annotations

import pkgutil
from importlib import import_module

LIBRARIES = (
    "av",
    "PIL.Image",
    "PIL.ImageOps",
    "uharfbuzz",
    "_quickjs",
    "fsspec",
    "fontTools.ttLib",
    "bidi.algorithm",
    "pysubs2.formats",
)
ENGINE = "velocity_engine"  # imported by its name: it is above all that it holds
LEFT_OUT = ("velocity_engine.cli", "velocity_engine.__main__", "velocity_engine.testing")


def warm_up() -> None:
    """Import every stage, kernel and built-in, and load the plugins; no thread is started and nothing is drawn.

    A process that forks after this gives its children an engine that is ready: a child's first render begins at once.
    """
    from velocity_engine import plugins
    from velocity_engine.kernels.compiler.memory import give_back_compiler

    for module in pkgutil.walk_packages(import_module(ENGINE).__path__, f"{ENGINE}."):
        if not module.name.startswith(LEFT_OUT):
            import_module(module.name)
    for name in LIBRARIES:
        import_module(name)
    plugins.codecs()
    give_back_compiler()

"""Loading all of the engine at once, for a process that starts others and wants them to begin without delay."""

from __future__ import annotations

import pkgutil
from importlib import import_module

LIBRARIES = ("av", "PIL.Image", "PIL.ImageOps", "uharfbuzz", "_quickjs", "fsspec", "fontTools.ttLib", "bidi.algorithm")
LEFT_OUT = ("velocity_engine.cli", "velocity_engine.__main__", "velocity_engine.testing")


def warm_up() -> None:
    """Import every stage, kernel and built-in, and load the plugins; no thread is started and nothing is drawn.

    A process that forks after this gives its children an engine that is ready: a child's first render begins at once.
    """
    import velocity_engine
    from velocity_engine import plugins
    from velocity_engine.kernels.compiler.memory import give_back_compiler

    for module in pkgutil.walk_packages(velocity_engine.__path__, "velocity_engine."):
        if not module.name.startswith(LEFT_OUT):
            import_module(module.name)
    for name in LIBRARIES:
        import_module(name)
    plugins.codecs()
    give_back_compiler()

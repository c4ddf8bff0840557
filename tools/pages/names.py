"""The reference of Python: every public name, and what plugins implement, for mkdocstrings to fill."""

from __future__ import annotations

import inspect

import velocity_engine as ve
from velocity_engine import hookspecs, plugin_types

STABLE = ("display", "sampler", "typesetting", "testing")


def python_page() -> str:
    kinds: dict[str, list[str]] = {"Functions": [], "Classes": [], "Errors and warnings": []}
    for name in sorted(ve.__all__, key=str.lower):
        thing = getattr(ve, name)
        if inspect.isclass(thing):
            kind = "Errors and warnings" if issubclass(thing, Exception) else "Classes"
        elif inspect.isfunction(thing):
            kind = "Functions"
        else:
            continue  # ``plugins``, ``network`` and ``hookimpl``, which other pages explain
        kinds[kind].append(f"::: {thing.__module__}.{thing.__qualname__}\n    options:\n      heading_level: 3")
    text = (
        "# Python: every public name\n\nAll of these are in `velocity_engine`: `import velocity_engine as ve`. "
        "[The Python API](../python.md) explains them with programs that run.\n"
    )
    return text + "".join(f"\n## {kind}\n\n" + "\n\n".join(entries) + "\n" for kind, entries in kinds.items())


def hooks_page() -> str:
    """The hooks, then the protocols of what they return."""
    hooks = [
        name
        for name, thing in vars(hookspecs).items()
        if inspect.isfunction(thing) and thing.__module__ == hookspecs.__name__ and name.startswith("velocity_")
    ]
    protocols = sorted(name for name in plugin_types.__all__ if inspect.isclass(getattr(plugin_types, name)))
    text = (
        "# Plugins: hooks and protocols\n\n[Writing a plugin](../plugins.md) has an example of each kind. This is "
        "the contract.\n\n## Hooks\n\n"
    )
    text += "\n\n".join(_entry(f"velocity_engine.hookspecs.{name}") for name in hooks)
    text += "\n\n## What hooks return\n\n"
    text += "\n\n".join(_entry(_home(name)) for name in protocols)
    return text + "\n"


def _home(name: str) -> str:
    thing = getattr(plugin_types, name)
    return f"{thing.__module__}.{thing.__qualname__}"


def _entry(path: str) -> str:
    return f"::: {path}\n    options:\n      heading_level: 3"

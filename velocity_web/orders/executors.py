"""What renders the segments of a render: what the settings say, or what a request names where they allow it."""

from __future__ import annotations

import velocity_engine as engine
from velocity_web.settings import Settings

Errors = dict[str, list[str]]

NEEDS = ("processes", "network")
"""What a confined process lacks and an executor may need."""


class NotInstalled(ValueError):
    """An executor that the settings or a request name."""


def chosen_executor(asked: str | None, settings: Settings) -> str:
    """The name of the executor for a request that asks for one or for none; empty: threads of the render's process."""
    return asked if asked is not None else settings.executor


def executor_errors(asked: str | None, settings: Settings) -> Errors:
    """What is wrong with the executor that a request names, if it names one."""
    names = [*settings.executors_allowed, *filter(None, [settings.executor])]
    if asked is None or asked in names:
        return {}
    if not names:
        return {"executor": ["this service lets no request choose an executor; leave it out"]}
    return {"executor": [f"it must be one of {', '.join(dict.fromkeys(names))}, or left out"]}


def needs_of(name: str) -> tuple[str, ...]:
    """What the processes of a render by this executor are granted. An executor that does not say gets all.

    Raises NotInstalled.
    """
    if not name:
        return ()
    try:
        executor = engine.plugins.executor(name)
    except engine.VelocityError:
        raise NotInstalled(f"the executor {name} is not installed in this service") from None
    said = getattr(executor, "needs", NEEDS)
    return tuple(need for need in NEEDS if need in said)


def needs_of_all(settings: Settings) -> tuple[str, ...]:
    """What any render of this service may be granted. Raises NotInstalled."""
    names = dict.fromkeys([settings.executor, *settings.executors_allowed])
    found = {need for name in names for need in needs_of(name)}
    return tuple(need for need in NEEDS if need in found)

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
    """The name of the executor for a request that asks for one or for none, with its address where the settings have
    one; empty: threads of the render's process."""
    return settings.executor if asked is None else _named(settings).get(asked, asked)


def _named(settings: Settings) -> dict[str, str]:
    """What the settings allow, by the names that requests write. These have no address: where the machines are that
    render is no business of whoever asks for a video."""
    return {name.partition("://")[0]: name for name in (*settings.executors_allowed, settings.executor) if name}


def executor_errors(asked: str | None, settings: Settings) -> Errors:
    """What is wrong with the executor that a request names, if it names one."""
    names = _named(settings)
    if asked is None or asked in names:
        return {}
    if not names:
        return {"executor": ["this service lets no request choose an executor; leave it out"]}
    return {"executor": [f"it must be one of {', '.join(names)}, or left out"]}


def needs_of(name: str) -> tuple[str, ...]:
    """What the processes of a render by this executor are granted. An executor that does not say gets all.

    Raises NotInstalled.
    """
    if not name:
        return ()
    scheme = name.partition("://")[0]
    try:
        engine.plugins.executor(scheme)
    except engine.VelocityError:
        raise NotInstalled(f"the executor {scheme} is not installed in this service") from None
    try:
        executor = engine.plugins.executor(name)
    except engine.VelocityError as error:
        raise NotInstalled(str(error)) from None
    if name == scheme and callable(getattr(executor, "at", None)):
        raise NotInstalled(
            f"the executor {name} is given without an address; a render's process may not start machines of its own, "
            f"so write {name}://, then the host and the port"
        )
    said = getattr(executor, "needs", NEEDS)
    return tuple(need for need in NEEDS if need in said)


def needs_of_all(settings: Settings) -> tuple[str, ...]:
    """What any render of this service may be granted. Raises NotInstalled."""
    names = dict.fromkeys([settings.executor, *settings.executors_allowed])
    found = {need for name in names for need in needs_of(name)}
    return tuple(need for need in NEEDS if need in found)

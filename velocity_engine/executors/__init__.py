"""The built-in executors, as a plugin."""

from __future__ import annotations

from velocity_engine.executors.local import LocalExecutor
from velocity_engine.executors.processes import ProcessesExecutor
from velocity_engine.hookspecs import hookimpl
from velocity_engine.plugin_types import Executor


@hookimpl
def velocity_executors() -> list[Executor]:
    return [LocalExecutor(), ProcessesExecutor()]

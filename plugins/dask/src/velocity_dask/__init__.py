"""An executor that renders on the workers of a dask cluster.

``distributed`` is imported by a render, not before: it takes most of a second.
"""

from __future__ import annotations

from velocity_engine.hookspecs import hookimpl
from velocity_engine.plugin_types import Executor


@hookimpl
def velocity_executors() -> list[Executor]:
    from velocity_dask.executor import DaskExecutor

    return [DaskExecutor()]

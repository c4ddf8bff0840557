"""A worker process: ``velocity worker``, or the one that the server starts for itself."""

from __future__ import annotations

import os
import sys

from velocity_web.settings import Settings


def run_worker(settings: Settings, control: int | None = None) -> None:
    """Work on the settings' database and storage until a signal. ``control``: see ``jobs.worker_loop.Worker``.

    Raises OSError, and ValueError when the storage, or the user of ``VELOCITY_RUN_AS``, cannot be used.
    """
    from velocity_web.database.entities import connect
    from velocity_web.events.tracing import close_tracing, set_up_tracing
    from velocity_web.jobs.worker_loop import Worker
    from velocity_web.logs import set_up_logs
    from velocity_web.orders.executors import needs_of_all
    from velocity_web.processes.privacy import close_folders, keep_private, tell_confinement
    from velocity_web.storage.chosen import objects_for_jobs
    from velocity_web.storage.files import make_folders

    set_up_logs(settings)
    set_up_tracing()
    keep_private()
    connect(settings.data, settings.database)
    make_folders(settings.data)
    if control is None:
        close_folders(settings)
        tell_confinement(settings, needs_of_all(settings))
    objects = objects_for_jobs(settings)
    if control is None:
        objects.check()
    Worker(settings, objects, control).run()
    close_tracing()


def main() -> None:
    """The server's own worker: settings as a line of JSON on standard input, which stays open as the control pipe."""
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(0, 1) or sys.exit(1)
    run_worker(Settings.model_validate_json(line), control=0)


if __name__ == "__main__":
    main()

"""A worker process: ``velocity worker``, or the one that the server starts for itself."""

from __future__ import annotations

import os
import sys

from velocity_web.settings import Settings


def run_worker(settings: Settings, control: int | None = None) -> None:
    """Work on the settings' database and storage until a signal. ``control``: see ``jobs.worker_loop.Worker``."""
    from velocity_web.entities import connect
    from velocity_web.jobs.worker_loop import Worker
    from velocity_web.logs import set_up_logs

    set_up_logs(settings)
    connect(settings.data, settings.database)
    Worker(settings, control).run()


def main() -> None:
    """The server's own worker: settings as a line of JSON on standard input, which stays open as the control pipe."""
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(0, 1) or sys.exit(1)
    run_worker(Settings.model_validate_json(line), control=0)


if __name__ == "__main__":
    main()

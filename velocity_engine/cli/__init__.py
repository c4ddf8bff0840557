"""The ``velocity`` command."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """The entry point of the command; ends the process with its exit status.

    What a command makes while it starts lives nearly all until it ends: looking for garbage among it, and once more at
    the end, took a fifth of the time to the first frame.
    """
    from velocity_engine.cli.conducted import conducted, is_conducted

    status = conducted(_run) if is_conducted(sys.argv[1:]) else _run()
    gc.freeze()
    raise SystemExit(status)


def _run() -> int:
    from velocity_engine.model.gc_threshold import raised_gc_threshold

    with raised_gc_threshold():
        from velocity_engine.cli.app import run

        return run()

"""The ``velocity`` command."""

from __future__ import annotations


def main() -> None:
    """The entry point of the command; ends the process with its exit status."""
    from velocity_engine.cli.app import run

    raise SystemExit(run())

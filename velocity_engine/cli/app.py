"""The application: the engine's own commands, those that the entry-point group ``velocity.commands`` adds, and what a
mistake prints and returns.

An entry point of the group names a callable ``register(app: typer.Typer) -> None``.
Exit status: 0 done, 1 failed, 2 a mistake in what was asked, 130 and 143 stopped by a signal.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

import typer

from velocity_engine.cli.cache import cache
from velocity_engine.cli.completion import VARIABLE, completion, prepare
from velocity_engine.cli.diff import diff
from velocity_engine.cli.inspect import inspect
from velocity_engine.cli.plugin_list import COMMANDS, plugins
from velocity_engine.cli.render import render
from velocity_engine.cli.report import DEBUG, explain
from velocity_engine.cli.still import still
from velocity_engine.cli.test import test
from velocity_engine.cli.verify import verify
from velocity_engine.cli.warmup import warmup

OWN = {command.__name__: command for command in (render, still, inspect, test, diff, verify, cache, warmup, completion)}
GROUPS = {"plugins": plugins}


def build_app(*, extended: bool) -> typer.Typer:
    """The engine's own commands, and where ``extended`` those of the entry points too."""
    app = typer.Typer(
        name="velocity",
        help="Renders video templates exported from After Effects (Lottie, Bodymovin).",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_common)
    for command in OWN.values():
        app.command()(command)
    for name, group in GROUPS.items():
        app.add_typer(group, name=name)
    if extended:
        for entry in sorted(entry_points(group=COMMANDS), key=lambda entry: entry.name):
            _extend(app, entry)
    return app


def _extend(app: typer.Typer, entry: EntryPoint) -> None:
    """Adds the commands of one entry point; one that is broken costs only its own commands."""
    try:
        entry.load()(app)
    except Exception as error:  # noqa: BLE001
        typer.echo(f"velocity: the commands of {entry.value} are left out: {type(error).__name__}: {error}", err=True)


def _version(wanted: bool) -> None:
    if wanted:
        from velocity_engine import __version__

        typer.echo(f"velocity {__version__}")
        raise typer.Exit


def _common(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
    debug: bool = typer.Option(False, "--debug", help=f"Show tracebacks (also by {DEBUG}=1)."),
) -> None:
    if debug:
        os.environ[DEBUG] = "1"


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if VARIABLE in os.environ:
        prepare()
    chosen = next((word for word in words if not word.startswith("-")), "")
    # What others add is loaded only where it may be meant: the engine's own commands start without it.
    command = typer.main.get_command(build_app(extended=chosen not in (*OWN, *GROUPS)))
    try:
        command.main(args=words, prog_name="velocity")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except Exception as error:  # noqa: BLE001
        return explain(error, sys.stderr)
    return 0

"""``velocity plugins``"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import typer

from velocity_engine.cli import options, report

if TYPE_CHECKING:
    from velocity_engine.plugins.loading import PluginReport


def plugins(as_json: options.Json = False, debug: options.Debug = False) -> None:
    """List what is installed, and by whom. The exit status is 1 where a plugin is broken."""
    from velocity_engine.plugins.manager import installed

    reports = installed()
    if as_json:
        report.print_json([dataclasses.asdict(one) for one in reports])
    else:
        _print_table(reports)
    if any(one.error for one in reports):
        raise typer.Exit(report.FAILURE)


def _print_table(reports: list[PluginReport]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("Plugin", "From", "Provides", "Trouble")
    for one in reports:
        source = "Velocity itself" if one.built_in else f"{one.distribution} {one.version}".strip()
        trouble = [f"skipped: {one.error}"] if one.error else list(one.conflicts)
        table.add_row(one.name, source, ", ".join(one.provides), "\n".join(trouble))
    Console(highlight=False, markup=False).print(table)

"""``velocity plugins``: what is installed, in lines that fit a narrow terminal."""

from __future__ import annotations

import dataclasses
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import typer

from velocity_engine.cli import options, report
from velocity_engine.cli.plugin_checks import check
from velocity_engine.cli.plugin_starters import new

if TYPE_CHECKING:
    from velocity_engine.plugins.loading import PluginReport

COMMANDS = "velocity.commands"
WIDEST = 100

plugins = typer.Typer(invoke_without_command=True, help="List what is installed, begin a plugin, or check one.")
plugins.command()(new)
plugins.command()(check)


@plugins.callback()
def listed(context: typer.Context, as_json: options.Json = False, debug: options.Debug = False) -> None:
    """List what is installed, and by whom. The exit status is 1 where a plugin is broken."""
    if context.invoked_subcommand is not None:
        return
    from velocity_engine.plugins.manager import installed

    reports = installed()
    if as_json:
        report.print_json([dataclasses.asdict(one) for one in reports])
    else:
        width = min(shutil.get_terminal_size().columns, WIDEST)
        for line in _lines(reports, width):
            typer.echo(line)
    if any(one.error for one in reports):
        raise typer.Exit(report.FAILURE)


def _lines(reports: Sequence[PluginReport], width: int) -> Iterator[str]:
    """Third parties' plugins first, each with what it provides; then the built-in ones by kind, and commands."""
    strangers = [one for one in reports if not one.built_in]
    yield "Installed" if strangers else "No plugins are installed beside what Velocity brings along."
    for one in strangers:
        yield from _block(f"  {one.name}", f"{one.distribution} {one.version}".strip() or "this program", 18, width)
        for kind, names in _by_kind([one]).items():
            yield from _block(f"    {kind}", ", ".join(names), 18, width)
        for trouble in [f"skipped: {one.error}"] if one.error else one.conflicts:
            yield from _block("    trouble", trouble, 18, width)
    yield ""
    yield "Velocity itself"
    for kind, names in _by_kind([one for one in reports if one.built_in]).items():
        yield from _block(f"  {kind}", ", ".join(sorted(names)), 18, width)
    added = sorted(entry_points(group=COMMANDS), key=lambda entry: entry.name)
    if added:
        yield ""
        yield "Commands that packages add"
        for entry in added:
            source = f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else entry.value
            yield from _block(f"  {entry.name}", source, 18, width)


def _by_kind(reports: Sequence[PluginReport]) -> dict[str, list[str]]:
    from velocity_engine.plugins.checks import KINDS

    found: dict[str, list[str]] = {kind.noun: [] for kind in KINDS}
    for one in reports:
        for provided in one.provides:
            noun = next(noun for noun in found if provided.startswith(f"{noun} "))
            found[noun] += provided.removeprefix(f"{noun} ").split("/")  # a storage backend has many schemes
    return {noun: names for noun, names in found.items() if names}


def _block(head: str, text: str, indent: int, width: int) -> list[str]:
    """``text`` in lines behind ``head``, none of which is cut."""
    first = f"{head:<{indent - 1}} "
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
        break_long_words=False,
    ) or [first.rstrip()]

"""The reference of the command line, from the real parser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from velocity_engine.cli.app import build_app

OPENING = (
    "Every command with its arguments and options, written from the parser itself. `velocity COMMAND --help` says "
    "the same. The exit status is 0 where all went well, 1 where something failed, 2 where the request is wrong, "
    "and 130 or 143 after a signal."
)


def commands() -> Iterator[tuple[str, Any]]:
    """All commands with their whole names, groups before what is in them."""
    yield from _walk("velocity", typer.main.get_command(build_app(extended=True)))


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield name, command
    inner = getattr(command, "commands", {})
    for key in sorted(inner):
        if not inner[key].hidden:
            yield from _walk(f"{name} {key}", inner[key])


def page() -> str:
    parts = [
        "# Command line",
        OPENING,
    ]
    parts += [_section(name, command) for name, command in commands()]
    return "\n\n".join(parts) + "\n"


def _section(name: str, command: Any) -> str:
    context = typer.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    parts = [f"{'##' if name.count(' ') < 2 else '###'} {name}", f"    {usage}", _prose(command.help or "")]
    for kind in ("argument", "option"):
        shown = [one for one in command.params if one.param_type_name == kind and not getattr(one, "hidden", False)]
        records = [record for one in shown if (record := one.get_help_record(context)) is not None]
        if records:
            parts.append(_table(kind, records))
    return "\n\n".join(part for part in parts if part)


def _prose(text: str) -> str:
    """Paragraphs; lines that are set in are code."""
    return "\n".join(line.rstrip() for line in text.replace("\b", "").strip().splitlines())


def _table(kind: str, records: list[tuple[str, str]]) -> str:
    rows = [f"| `{_code(name)}` | {_cell(meaning)} |" for name, meaning in records]
    return "\n".join([f"| {kind} | meaning |", "|---|---|", *rows])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _code(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

"""``velocity plugins new``: a package of a new plugin, with an example of its kind that works."""

from __future__ import annotations

import re
import shutil
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

STARTERS = Path(__file__).with_name("starters")
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
WORDS = {"layer": "A layer", "effect": "An effect", "codec": "A codec", "storage": "A storage backend"}


class Kind(StrEnum):
    LAYER = "layer"
    EFFECT = "effect"
    CODEC = "codec"
    STORAGE = "storage"
    EXECUTOR = "executor"


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The package's name, such as acme-clock.")],
    kind: Annotated[Kind, typer.Option("--kind", help="What the plugin provides.")],
    folder: Annotated[
        Path, typer.Option("--in", metavar="FOLDER", file_okay=False, exists=True, help="Where its folder is made.")
    ] = Path(),
) -> None:
    """Write the package of a new plugin: an example that works, with its tests."""
    if not NAME.fullmatch(name):
        raise typer.BadParameter("small letters, digits and single hyphens, such as acme-clock", param_hint="NAME")
    import importlib.util
    import keyword

    module = name.replace("-", "_")
    if keyword.iskeyword(module) or importlib.util.find_spec(module) is not None:
        raise typer.BadParameter(f"Python has a module {module} already", param_hint="NAME")
    target = folder / name
    if target.exists():
        raise typer.BadParameter(f"{target} is there already", param_hint="NAME")
    write_starter(target, name, kind)
    typer.echo(f"{target} holds {WORDS.get(kind, 'An executor').lower()} with its tests. Next:")
    typer.echo(f"    pip install -e '{target}[test]'")
    typer.echo(f"    velocity plugins check {target}")


def write_starter(target: Path, name: str, kind: Kind) -> None:
    """Writes the package.

    Args:
        target: The folder, which is made. Nothing of it is left where it cannot be written.
        name: The package's name. The module's is the same with underscores.
        kind: What it provides.
    """
    usage = (STARTERS / kind / "README.md.txt").read_text("utf-8").rstrip()
    tokens = {
        "WHAT_IT_IS": WORDS.get(kind, "An executor"),
        "HOW_IT_IS_USED": usage,
        "AcmeSketch": "".join(part.capitalize() for part in name.split("-")),
        "ACME_SKETCH": name.replace("-", "_").upper(),
        "acme_sketch": name.replace("-", "_"),
        "acme-sketch": name,
    }
    try:
        target.mkdir()
        _copy(STARTERS / kind, target, tokens)
        _copy(STARTERS / "common", target, tokens)
    except OSError:
        shutil.rmtree(target, ignore_errors=True)
        raise


def _copy(source: Path, target: Path, tokens: dict[str, str]) -> None:
    for entry in source.iterdir():
        path = target / _named(entry.name.removesuffix(".txt"), tokens)
        if entry.is_dir():
            path.mkdir(exist_ok=True)
            _copy(entry, path, tokens)
        else:
            path.write_text(_named(entry.read_text("utf-8"), tokens), "utf-8")


def _named(text: str, tokens: dict[str, str]) -> str:
    for token, meant in tokens.items():
        text = text.replace(token, meant)
    return text

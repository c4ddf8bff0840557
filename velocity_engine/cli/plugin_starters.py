"""``velocity plugins new``: a package of a new plugin, with an example of its kind that works."""

from __future__ import annotations

import builtins
import keyword
import re
import shutil
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

STARTERS = Path(__file__).with_name("starters")
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
RESERVED = ("conftest", "tests", "test")  # of pytest, and of the starter's own folder
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

    module = name.replace("-", "_")
    if keyword.iskeyword(module) or module in RESERVED or importlib.util.find_spec(module) is not None:
        raise typer.BadParameter(f"Python has a module {module} already", param_hint="NAME")
    if taken := _taken(name, kind):
        raise typer.BadParameter(taken, param_hint="NAME")
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
        "AcmeSketch": _class_name(name, kind),
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


def _class_name(name: str, kind: Kind) -> str:
    """The name of the class: that of the package, with its kind behind it where the starter has such a word already."""
    camel = "".join(part.capitalize() for part in name.split("-"))
    texts = [path.read_text("utf-8") for path in (STARTERS / kind).rglob("*.py.txt")]
    words = {*keyword.kwlist, *vars(builtins), *re.findall(r"\w+", "\n".join(texts))}
    choices = (camel, f"{camel}{kind.capitalize()}", f"Acme{camel}{kind.capitalize()}")
    return next(choice for choice in choices if choice not in words)


def _taken(name: str, kind: Kind) -> str | None:
    """What of the name cannot be found by it, since something that is installed has it."""
    from velocity_engine import plugins
    from velocity_engine.errors import VelocityError

    if kind is Kind.STORAGE and len(name) < 2:
        return "the scheme of a URL has at least two characters"
    lookups: dict[Kind, Callable[[str], object]] = {
        Kind.LAYER: plugins.plugin_layers().__getitem__,
        Kind.EFFECT: plugins.effect,
        Kind.CODEC: plugins.codec,
        Kind.STORAGE: plugins.storage,
        Kind.EXECUTOR: plugins.executor,
    }
    try:
        lookups[kind](name)
    except (KeyError, VelocityError):
        return None
    return f"a plugin has the name {name} already: velocity plugins lists it"


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

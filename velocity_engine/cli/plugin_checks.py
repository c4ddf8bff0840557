"""``velocity plugins check``: what a plugin's package lacks, and whether what it provides follows its protocols."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from velocity_engine.cli import report

if TYPE_CHECKING:
    from velocity_engine.plugins.checks import Kind

PACKAGE = Annotated[
    Path,
    typer.Argument(metavar="PATH", exists=True, file_okay=False, help="The folder that has its pyproject.toml."),
]


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the answer."""

    holds: bool
    text: str


def check(path: PACKAGE = Path(), debug: bool = typer.Option(False, "--debug", help="Show tracebacks.")) -> None:
    """Run the suites on a plugin's package, and say what it lacks. The exit status is 1 where anything does."""
    failed = False
    for told in _told(path):
        failed = failed or not told.holds
        typer.echo(f"{'ok     ' if told.holds else 'missing'} {told.text}")
    if failed:
        raise typer.Exit(report.FAILURE)


def _told(path: Path) -> Iterator[Told]:
    import tomllib

    try:
        project = tomllib.loads((path / "pyproject.toml").read_text("utf-8")).get("project", {})
    except (OSError, tomllib.TOMLDecodeError) as error:
        yield Told(False, f"a pyproject.toml that can be read: {error}")
        return
    name, entries = project.get("name"), project.get("entry-points", {}).get("velocity", {})
    if not name or not entries:
        yield Told(False, "a name and an entry point: [project.entry-points.velocity] of pyproject.toml")
        return
    yield Told(True, f"pyproject.toml: {name}, entry point {', '.join(entries)}")
    readme = any(path.glob("README*"))
    yield Told(readme, "README" if readme else "README: what it does, and how a request or a command uses it")
    try:
        version = distribution(name).version
    except PackageNotFoundError:
        yield Told(False, f"it is not installed: pip install -e {path}")
        return
    yield Told(True, f"installed: {name} {version}")
    objects: list[tuple[Kind, Any]] = []
    yield from _loaded(name, objects)
    for kind, thing in objects:
        yield _conforming(kind, thing)
    yield from _tested(path, [kind for kind, _ in objects])


def _loaded(name: str, objects: list[tuple[Kind, Any]]) -> Iterator[Told]:
    """Whether its plugins are loaded; puts what they provide into ``objects``."""
    from velocity_engine.plugins.loading import candidates, objects_of
    from velocity_engine.plugins.manager import installed

    found = [one for one in installed() if _normal(one.distribution) == _normal(name) and not one.built_in]
    if not found:
        yield Told(False, "its entry points, as installed, name no plugin: install it again")
    for one in found:
        problem = one.error or "; ".join(one.conflicts)
        provides = ", ".join(one.provides)
        yield Told(not problem, f"plugin {one.name}: {problem or provides or 'it provides nothing'}")
        if one.error is None:
            (candidate,) = (other for other in candidates() if other.report.name == one.name
                            and _normal(other.report.distribution) == _normal(name))  # fmt: skip
            objects += objects_of(candidate)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()


def _conforming(kind: Kind, thing: Any) -> Told:
    from velocity_engine.errors import VelocityError
    from velocity_engine.plugin_types import TakesData
    from velocity_engine.plugins.checks import LAYER
    from velocity_engine.testing.conformance import SUITES, check_alone

    title = f"{kind.noun} {getattr(thing, 'key', None) or '/'.join(getattr(thing, 'schemes', ()))}"
    if kind is LAYER and not thing.lottie_types and not isinstance(thing, TakesData):
        return Told(False, f"{title}: data_schema, which says what data it takes and has examples")
    try:
        tried = check_alone(kind, thing)
    except (AssertionError, VelocityError) as error:
        return Told(False, f"{title} does not pass {SUITES[kind.hook]}: {error}")
    except Exception as error:  # noqa: BLE001 - whatever a stranger's code does is told
        return Told(False, f"{title} does not pass {SUITES[kind.hook]}: {type(error).__name__}: {error}")
    if kind is LAYER and not tried and not thing.lottie_types:
        return Told(False, f"{title}: examples in its data_schema, with which it can be drawn")
    return Told(True, f"{title} passes {SUITES[kind.hook]}" if tried else f"{title}: its own tests have to try it")


def _tested(path: Path, kinds: list[Kind]) -> Iterator[Told]:
    import importlib.util
    import subprocess

    from velocity_engine.testing.conformance import SUITES

    tests = sorted((path / "tests").rglob("test_*.py"))
    if not tests:
        yield Told(False, "tests: tests/test_*.py, which call the suites of velocity_engine.testing")
        return
    text = "\n".join(test.read_text("utf-8") for test in tests)
    for suite in dict.fromkeys(SUITES[kind.hook] for kind in kinds):
        if not re.search(rf"\b{suite}\(", text):
            yield Told(False, f"a test that calls {suite}")
    if importlib.util.find_spec("pytest") is None:
        yield Told(False, "pytest, which runs its tests: pip install pytest")
        return
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    done = subprocess.run(command, cwd=path, capture_output=True, text=True)
    last = done.stdout.strip().rpartition("\n")[2].strip("= ")
    if done.returncode != 0:
        typer.echo(done.stdout + done.stderr, err=True)
    yield Told(done.returncode == 0, f"tests: {last}")

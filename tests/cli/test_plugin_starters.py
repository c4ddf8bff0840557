"""Plugins begun and checked by commands: what is written works as it stands, and what lacks is told."""

from __future__ import annotations

import ast
import builtins
import importlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from velocity_engine.cli.app import run
from velocity_engine.cli.plugin_starters import Kind, write_starter
from velocity_engine.plugins.loading import objects_of, registered
from velocity_engine.testing import check_storage
from velocity_engine.testing.conformance import check_alone

Captured = pytest.CaptureFixture[str]
SKETCH = "sketch"


def velocity(site: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site), "COLUMNS": "80"}
    command = [sys.executable, "-m", "velocity_engine", *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)


def install(site: Path, packages: Sequence[Path]) -> None:
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*command, "--target", str(site), *map(str, packages)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def begun(folder: Path, kinds: Sequence[Kind]) -> list[Path]:
    packages = [folder / f"acme-my-{kind}" for kind in kinds]
    for kind, package in zip(kinds, packages, strict=True):
        write_starter(package, package.name, kind)
    install(folder / "site", packages)
    return packages


def assert_sound(site: Path, package: Path) -> None:
    done = velocity(site, "plugins", "check", package)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert all(line.startswith("ok ") for line in lines)
    assert " passed in " in lines[-1]


@pytest.mark.long
def test_a_package_of_a_layer_passes_its_tests_at_once(tmp_path: Path) -> None:
    (package,) = begun(tmp_path, [Kind.LAYER])
    assert_sound(tmp_path / "site", package)
    listed = velocity(tmp_path / "site", "plugins")
    assert "acme-my-layer   acme-my-layer 0.1.0" in listed.stdout


@pytest.mark.parametrize("kind", list(Kind))
def test_the_example_of_each_kind_conforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_plugins: None, kind: Kind
) -> None:
    """In this process; its own tests, installed, are for the test of all kinds below."""
    name = f"acme_tried_{kind}"
    write_starter(tmp_path / "package", name.replace("_", "-"), kind)
    monkeypatch.syspath_prepend(tmp_path / "package" / "src")
    monkeypatch.setenv(f"{name.upper()}_FOLDER", str(tmp_path / "kept"))
    ((found, thing),) = objects_of(registered(importlib.import_module(name)))
    assert f"velocity_{kind}s" == found.hook
    if kind is Kind.STORAGE:
        check_storage(thing, "acme-tried-storage://checked/here")
    else:
        assert check_alone(found, thing)


@pytest.mark.long
def test_packages_of_all_kinds_pass_their_tests_at_once_and_are_typed(tmp_path: Path) -> None:
    packages = begun(tmp_path, list(Kind))
    for package in packages:
        assert_sound(tmp_path / "site", package)
        command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "mypy"), "src", "tests"]
        typed = subprocess.run(
            command, cwd=package, env={**os.environ, "MYPYPATH": "src"}, capture_output=True, text=True
        )
        assert typed.returncode == 0, typed.stdout


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_written_has_the_name_everywhere_and_parses(tmp_path: Path, capsys: Captured, kind: Kind) -> None:
    assert run(["plugins", "new", "acme-rose", "--kind", kind, "--in", str(tmp_path)]) == 0
    assert f"pip install -e '{tmp_path}/acme-rose[test]'" in capsys.readouterr().out
    written = {path.relative_to(tmp_path / "acme-rose"): path for path in (tmp_path / "acme-rose").rglob("*.*")}
    files = {str(name) for name, path in written.items() if path.is_file()}
    assert files == {
        "README.md",
        "pyproject.toml",
        "src/acme_rose/__init__.py",
        f"src/acme_rose/{kind}.py",
        "tests/test_acme_rose.py",
    }
    for name in files:
        text = (tmp_path / "acme-rose" / name).read_text()
        assert SKETCH not in text.lower() and "rose" in text.lower() and "IT_IS" not in text
        if name.endswith(".py"):
            ast.parse(text)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Acme", "small letters"),
        ("acme--x", "single hyphens"),
        ("../acme", "small letters"),
        ("json", "Python has a module json already"),
        ("velocity-engine", "Python has a module velocity_engine already"),
        ("class", "already"),
        ("there", "is there already"),
    ],
)
def test_names_that_cannot_be_are_refused(tmp_path: Path, capsys: Captured, name: str, words: str) -> None:
    (tmp_path / "there").mkdir()
    assert run(["plugins", "new", name, "--kind", "layer", "--in", str(tmp_path)]) == 2
    assert words in " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert [path.name for path in tmp_path.iterdir()] == ["there"] and not list((tmp_path / "there").iterdir())


AWKWARD = (
    *("stored-file", "storage-error", "place", "path", "iterator", "callable", "binary-i-o", "any", "segment", "codec"),
    *("exception", "type-error", "true", "none", "object", "list", "open", "match", "type", "self", "acme-sketch"),
    *("storage", "layer", "effect", "executor", "effect-call", "render-order", "mapping", "matrix", "sampler", "x1"),
)


@pytest.mark.parametrize("kind", list(Kind))
def test_awkward_names_do_not_clash_with_what_the_starter_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_plugins: None, kind: Kind
) -> None:
    """Names of what it imports, of builtins and of keywords: the module loads, and its class is what is returned."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    for number, name in enumerate(AWKWARD):
        folder = tmp_path / str(number)
        folder.mkdir()
        if run(["plugins", "new", name, "--kind", kind, "--in", str(folder)]) != 0:
            assert not list(folder.iterdir())
            continue
        module = name.replace("-", "_")
        with monkeypatch.context() as patched:
            patched.syspath_prepend(folder / name / "src")
            for one in [key for key in sys.modules if key.partition(".")[0] == module]:
                patched.delitem(sys.modules, one)
            ((found, thing),) = objects_of(registered(importlib.import_module(module)))
            assert f"velocity_{kind}s" == found.hook and found.problems(thing) == [], name
            assert type(thing).__module__ == f"{module}.{kind}" and type(thing).__name__ not in vars(builtins)
            for one in [key for key in sys.modules if key.partition(".")[0] == module]:
                del sys.modules[one]
        tree = ast.parse((folder / name / "src" / module / f"{kind}.py").read_text())
        bound = [
            alias.asname or alias.name
            for node in ast.walk(tree)
            for alias in getattr(node, "names", [])
            if isinstance(alias, ast.alias)
        ]
        assert type(thing).__name__ not in bound, name


@pytest.mark.parametrize(
    ("name", "kind"),
    [("memory", "storage"), ("file", "storage"), ("h264", "codec"), ("local", "executor")],
)
def test_names_that_a_plugin_has_already_are_refused(tmp_path: Path, capsys: Captured, name: str, kind: str) -> None:
    assert run(["plugins", "new", name, "--kind", kind, "--in", str(tmp_path)]) == 2
    told = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert f"a plugin has the name {name} already" in told and not list(tmp_path.iterdir())


# --- what lacks -------------------------------------------------------------------------------------------------------

BARE = """
from velocity_engine import hookimpl

class Bare:
    key, lottie_types, moves = "bare", (), False
    DATA
    def prepare(self, layer, context):
        return self

    def draw(self, sampler):
        return DRAWN

@hookimpl
def velocity_layers():
    return [Bare()]
"""
PROJECT = '[project]\nname = "acme-bare"\nversion = "1.0"\n[project.entry-points.velocity]\nbare = "bare_plugin"\n'


def package_of(folder: Path, module: str, test: str = "") -> Path:
    """A package that is installed in ``folder``/site."""
    info = folder / "site" / "acme_bare-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-bare\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[velocity]\nbare = bare_plugin\n")
    (folder / "site" / "bare_plugin.py").write_text(module)
    package = folder / "package"
    package.mkdir()
    (package / "pyproject.toml").write_text(PROJECT)
    if test:
        (package / "tests").mkdir()
        (package / "tests" / "test_bare.py").write_text(test)
    return package


@pytest.mark.parametrize(
    ("data", "drawn", "test", "missing"),
    [
        ("", "[]", "", ["README", "data_schema, which says what data it takes", "tests: tests/test_*.py"]),
        ("data_schema = {'type': 'object'}", "[]", "", ["README", "examples in its data_schema", "tests:"]),
        (
            "data_schema = {'type': 'object', 'examples': [{}]}",
            "['box']",
            "def test_it():\n    pass\n",
            ["README", "does not pass check_layer_type: draw returned str", "a test that calls check_layer_type"],
        ),
        (
            "data_schema = {'type': 'object', 'examples': [3]}",
            "[]",
            "def test_check_layer_type():\n    assert not 'sound'\n",
            ["README", "does not fit the schema: data is 3", "a test that calls check_layer_type", "1 failed"],
        ),
        ("data_schema = 3", "[]", "", ["README", "data_schema is 3: it must be a JSON schema", "tests:"]),
    ],
)
def test_what_lacks_is_told(tmp_path: Path, data: str, drawn: str, test: str, missing: list[str]) -> None:
    package = package_of(tmp_path, BARE.replace("DATA", data).replace("DRAWN", drawn), test)
    done = velocity(tmp_path / "site", "plugins", "check", package)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    told = [line for line in done.stdout.splitlines() if line.startswith("missing ")]
    assert len(told) == len(missing), done.stdout
    for line, words in zip(told, missing, strict=True):
        assert words in line


def test_a_package_that_is_not_installed_or_no_package_at_all_is_told(tmp_path: Path, capsys: Captured) -> None:
    assert run(["plugins", "check", str(tmp_path)]) == 1
    assert "missing a pyproject.toml that can be read" in capsys.readouterr().out
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "acme-nowhere"\n')
    assert run(["plugins", "check", str(tmp_path)]) == 1
    assert "missing a name and an entry point" in capsys.readouterr().out
    (tmp_path / "pyproject.toml").write_text(PROJECT.replace("acme-bare", "acme-nowhere"))
    assert run(["plugins", "check", str(tmp_path)]) == 1
    assert f"missing it is not installed: pip install -e {tmp_path}" in capsys.readouterr().out


@pytest.mark.parametrize("columns", [80, 60])
def test_the_list_fits_the_terminal_and_cuts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run(["plugins"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= columns
    text = "\n".join(lines)
    assert "…" not in text and "gaussian-blur" in text and "webdav" in text
    assert lines.index("Velocity itself") > lines.index("Installed")
    assert any(line.split()[:2] == ["web", "velocity-render"] for line in lines)


def test_a_broken_plugin_is_listed_with_its_trouble(tmp_path: Path) -> None:
    package_of(tmp_path, "import nowhere_to_be_found\n")
    done = velocity(tmp_path / "site", "plugins")
    assert done.returncode == 1
    assert "trouble       skipped: ModuleNotFoundError: No module named" in done.stdout

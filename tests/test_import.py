"""What importing costs, told by what is imported: heavy modules load when they are needed, not before."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys

import pytest

HEAVY = (
    "numba",
    "llvmlite",
    "av",
    "PIL",
    "uharfbuzz",
    "pathops",
    "quickjs",
    "fontTools",
    "pony",
    "falcon",
    "waitress",
)


def modules_after(code: str) -> set[str]:
    """The top-level names in ``sys.modules`` of a fresh interpreter after ``code``."""
    script = (
        f"import json, sys\n{code}\nprint('\\n' + json.dumps(sorted({{n.partition('.')[0] for n in sys.modules}})))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=240, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_engine_alone_loads_nothing_heavy() -> None:
    assert modules_after("import velocity_engine") & {*HEAVY, "numpy", "typer", "pydantic"} == set()


def test_opening_a_template_compiles_nothing() -> None:
    code = "import velocity_engine as ve; ve.open_template('examples/demo.zip').layers"
    assert modules_after(code) & {"numba", "av", "falcon", "pony"} == set()


@pytest.mark.parametrize("arguments", [["--help"], ["render", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"from velocity_engine.cli.app import run; assert run({arguments!r}) == 0"
    assert modules_after(code) & set(HEAVY) == set()


def test_public_names_are_there_and_no_others() -> None:
    import velocity_engine

    for name, home in velocity_engine._HOMES.items():
        value = getattr(velocity_engine, name)
        module = value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", "")
        assert module.startswith(f"velocity_engine.{home}") or name == "hookimpl", name
    assert sorted(velocity_engine._HOMES) == velocity_engine.__all__
    public = [name for name in dir(velocity_engine) if not name.startswith("__")]
    assert public == velocity_engine.__all__
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = velocity_engine.no_such_name

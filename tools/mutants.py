#!/usr/bin/env python3
"""Whether the tests notice a mistake: changes one expression of a folder's code at a time, and runs its tests.

Usage: mutants.py FOLDER --tests PATH... [--count 60] [--seed 1] [--skip 0]

It works in a copy of the repository, so that nothing here is changed. What no test noticed is printed with its line: a
survivor is a mistake that could come in unseen, or a change that means nothing. The last line has the figures.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 5.0  # times as long as the tests took without a mutant: more is a loop without an end, which is noticed
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """``source`` is the whole module with one change, at ``line``."""

    path: Path
    line: int
    change: str
    source: str


def main() -> int:
    arguments = _arguments()
    mutants = [one for path in sorted((ROOT / arguments.folder).rglob("*.py")) for one in mutants_of(path)]
    drawn = random.Random(arguments.seed).sample(mutants, min(arguments.count, len(mutants)))[arguments.skip :]
    with tempfile.TemporaryDirectory() as folder:
        copy_root = Path(folder) / "velocity"
        _copy(copy_root)
        _run(copy_root, arguments.tests, None)  # compiles the kernels
        began = time.monotonic()
        if not _run(copy_root, arguments.tests, None):
            print("The tests fail without a mutant.")
            return 2
        patience = PATIENCE * (time.monotonic() - began)
        survivors = 0
        for number, mutant in enumerate(drawn, 1):
            survived = _survives(copy_root, mutant, arguments.tests, patience)
            survivors += survived
            word = "SURVIVED" if survived else "noticed"
            print(f"{number:4} {word:8} {mutant.path.relative_to(ROOT)}:{mutant.line}  {mutant.change}", flush=True)
    noticed = len(drawn) - survivors
    print(f"{arguments.folder}: {noticed} of {len(drawn)} noticed, drawn from {len(mutants)} (seed {arguments.seed})")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="the code, for example velocity_engine/composite")
    parser.add_argument("--tests", nargs="+", required=True, help="the tests that should notice, the quickest first")
    parser.add_argument("--count", type=int, default=60, help="how many mutants are drawn")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--skip", type=int, default=0, help="how many of them are passed over: to go on after a stop")
    return parser.parse_args()


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Each mutant of a module, in the order of its lines."""
    tree = ast.parse(path.read_text())
    for place, node in enumerate(_mutable(tree)):
        for change in _changes(node):
            fresh = copy.deepcopy(tree)
            target = list(_mutable(fresh))[place]
            before = _one_line(target)
            change(target)
            yield Mutant(
                path, node.lineno, f"{before}  ->  {_one_line(target)}", ast.unparse(ast.fix_missing_locations(fresh))
            )


def _one_line(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:100]


Located = ast.expr | ast.stmt


def _mutable(tree: ast.AST) -> Iterator[Located]:
    """The expressions and statements that run: no annotations, docstrings and assertions."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST) or isinstance(node, ast.Assert | ast.Import | ast.ImportFrom):
                continue
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                continue
            if isinstance(node, ast.expr | ast.stmt):
                yield node
            yield from _mutable(node)


def _changes(node: Located) -> Iterator[Callable[[Located], None]]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        yield lambda other: _swap(other.ops, 0)  # type: ignore[union-attr]
    elif isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) and type(node.op) in SWAPS:
        yield lambda other: setattr(other, "op", SWAPS[type(other.op)]())  # type: ignore[union-attr]
    elif isinstance(node, ast.IfExp):
        yield _swap_branches
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield lambda other: setattr(other, "value", not other.value)  # type: ignore[union-attr]
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield lambda other: setattr(other, "value", other.value + 1)  # type: ignore[union-attr]
    elif isinstance(node, ast.If | ast.While):
        yield lambda other: setattr(other, "test", ast.UnaryOp(ast.Not(), other.test))  # type: ignore[union-attr]
    elif _says_something(node):
        yield lambda other: setattr(other, "value", ast.Constant(None))


def _says_something(node: Located) -> bool:
    """A call for its effect, or a returned value: without it, something must be missed."""
    if isinstance(node, ast.Return):
        return node.value is not None and not isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _swap(operators: list[ast.cmpop], place: int) -> None:
    operators[place] = SWAPS[type(operators[place])]()  # type: ignore[call-overload]


def _swap_branches(node: Located) -> None:
    assert isinstance(node, ast.IfExp)
    node.body, node.orelse = node.orelse, node.body


def _copy(target: Path) -> None:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in names.split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def _survives(root: Path, mutant: Mutant, tests: list[str], patience: float) -> bool:
    path = root / mutant.path.relative_to(ROOT)
    original, times = path.read_text(), path.stat()
    path.write_text(mutant.source)
    try:
        return _run(root, _nearest_first(mutant.path, tests), patience)
    finally:
        path.write_text(original)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _nearest_first(path: Path, tests: list[str]) -> list[str]:
    """The test that mirrors the module comes first: it is the likeliest to notice."""
    mirrors = [
        str(one.relative_to(ROOT))
        for one in (ROOT / "tests").rglob(f"test_{path.stem}.py")
        if path.parent.name in str(one)
    ]
    return [*mirrors, *tests]


def _run(root: Path, tests: list[str], patience: float | None) -> bool:
    """Whether the tests pass."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ended = subprocess.run(command, cwd=root, env=environment, capture_output=True, timeout=patience, check=False)
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0


if __name__ == "__main__":
    sys.exit(main())

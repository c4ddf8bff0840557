"""The house: no circles among modules, few loose modules, and a map that is as the imports are."""

from __future__ import annotations

import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from draw_map import layers_of  # noqa: E402

LOOSE = {"velocity_engine": 9, "velocity_web": 6}


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Imports for type checkers and imports within functions count, too."""
    graph = grimp.build_graph("velocity_engine", "velocity_web", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    order = list(TopologicalSorter(imports).static_order())  # raises CycleError, which names the circle
    assert len(order) == len(graph.modules)


@pytest.mark.parametrize("package", LOOSE)
def test_few_modules_lie_loose_beside_the_folders(package: str) -> None:
    loose = sorted(path.stem for path in (ROOT / package).glob("*.py") if not path.stem.startswith("__"))
    assert len(loose) <= LOOSE[package], loose


@pytest.mark.parametrize("package", LOOSE)
def test_each_package_says_its_idea(package: str) -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in (ROOT / package).rglob("__init__.py")
        if "pages" not in path.parts and not path.read_text("utf-8").startswith('"""')
    ]
    assert silent == []
    assert not [path for path in (ROOT / package).rglob("__init__.py") if "To be described" in path.read_text("utf-8")]


def test_the_picture_of_the_map_is_as_the_imports_are() -> None:
    done = subprocess.run([sys.executable, "tools/draw_map.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


MAP = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def rows_of(title: str) -> list[list[str]]:
    """The cells of the table under a heading of the map, without its head."""
    section = MAP.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize(
    ("title", "package"),
    [
        ("The engine, from top to bottom", "velocity_engine"),
        ("The service, from top to bottom", "velocity_web"),
    ],
)
def test_the_map_names_each_folder_and_a_file_to_begin_with(title: str, package: str) -> None:
    rows = rows_of(title)
    named = {name.strip(" `/") for row in rows for name in row[0].split(",")}
    folders = {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}
    assert folders - named <= {"cli", "fonts", "pages"}
    for row in rows:
        for file in row[-1].split(","):
            assert (ROOT / package / file.strip(" `")).is_file(), file


@pytest.mark.parametrize(
    ("title", "package"),
    [("The engine, from top to bottom", "velocity_engine"), ("The service, from top to bottom", "velocity_web")],
)
def test_the_tables_of_the_map_are_in_the_order_of_the_imports(title: str, package: str) -> None:
    layers = {name: at for at, row in enumerate(layers_of(package)) for name in row}
    named = [[name.strip(" `/").removesuffix(".py") for name in row[0].split(",")] for row in rows_of(title)]
    first = [min(layers[name] for name in names) for names in named if names != ["console"]]  # which is JavaScript
    assert first == sorted(first)


@pytest.mark.parametrize("row", rows_of("Twelve tasks"), ids=lambda row: row[0])
def test_each_task_is_two_steps_away(row: list[str]) -> None:
    """The tables name the folder, and the file has in it what the task is about."""
    task, folder, file, there = (cell.strip("`") for cell in row)
    assert folder.split("/")[1] in MAP.split("## How a frame comes to be")[0], (
        f"{task}: the tables do not name {folder}"
    )
    assert file.startswith(folder) and (ROOT / file).is_file(), f"{task}: {file}"
    assert re.search(rf"^ *(def|class) {there}\b|^{there}\b", (ROOT / file).read_text(), re.M), f"{task}: {there}"


def test_the_map_has_twelve_tasks() -> None:
    assert len(rows_of("Twelve tasks")) == 12

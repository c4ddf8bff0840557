"""What the documents show is what the project has: code stands in its file, JSON parses, links lead somewhere."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import site
from web.support_service import Service

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "plugins").glob("*/*.md"))]
DOCUMENTS += sorted((ROOT / "clients").glob("*/*.md"))
OWN = [path for path in DOCUMENTS if "api" not in path.parts]

DOCS = ROOT / "docs"
MADE = site.addresses()  # what only the site has

QUOTE = re.compile(r"<!-- (\S+) -->\n```\w*\n(.*?)```", re.DOTALL)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!\w+:)([^)#]+)[^)]*\)")


# Pages whose lines of shell are programs, and what these leave behind.
SHELL = {
    "README.md": ["hello.mp4"],
    "docs/tutorial.md": ["first.mp4", "mine.mp4", "still.png", "mine.png"],
    "docs/how-to.md": [
        "people.zip",
        "demo-640x360.mp4",
        "lower-third.webm",
        "demo.gif",
        "demo.webp",
        "poster.jpg",
        "long.png",
        "intro.mp4",
        "chart.mp4",
        "blurred.png",
        "blurred.mp4",
        "signed.mp4",
        "said.mp4",
    ],
    "docs/from-remotion.md": ["out/hello.mp4"],
    "docs/captions.md": ["said.mp4"],
}
SIGNATURES = {
    ".mp4": b"ftyp",
    ".webm": b"\x1aE\xdf\xa3",
    ".png": b"\x89PNG",
    ".gif": b"GIF8",
    ".webp": b"WEBP",
    ".jpg": b"\xff\xd8",
    ".zip": b"PK",
}


def quotes() -> Iterator[tuple[str, str]]:
    for path in OWN:
        yield from QUOTE.findall(path.read_text())


@pytest.mark.parametrize(("file", "code"), list(quotes()))
def test_quoted_code_stands_in_its_file(file: str, code: str) -> None:
    assert code in (ROOT / file).read_text()


@pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_blocks_parse_and_links_lead_somewhere(path: Path) -> None:
    text = path.read_text()
    for language, block in BLOCK.findall(text):
        if language == "json":
            json.loads(block)
        if language == "python":
            ast.parse(block)
    for target in LINK.findall(text):
        found = (path.parent / target).resolve()
        made = found.is_relative_to(DOCS) and found.relative_to(DOCS).as_posix() in MADE
        assert made or found.exists(), f"{path.name} links to {target}"


def test_the_first_commands_are_targets_of_the_makefile() -> None:
    commands = re.findall(r"^    make (\w+)$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert commands[:2] == ["demo", "test"]
    makefile = (ROOT / "Makefile").read_text()
    assert all(re.search(rf"^{command}:", makefile, re.MULTILINE) for command in commands)


def test_nothing_names_a_machine_or_a_registry() -> None:
    """Of the set-up and the documents: they must hold anywhere."""
    files = [
        *OWN,
        ROOT / "Makefile",
        ROOT / "tox.ini",
        ROOT / "pyproject.toml",
        ROOT / "constraints.txt",
        ROOT / ".ci" / "run",
    ]
    for path in files:
        assert not re.search(r"/work/|/opt/|/root/|file://|--index-url|--find-links", path.read_text()), path


@pytest.mark.parametrize(
    ("page", "made"),
    [pytest.param(page, made, marks=[] if page == "README.md" else pytest.mark.long) for page, made in SHELL.items()],
    ids=SHELL,
)
def test_the_shell_lines_of_a_page_run_as_they_stand(page: str, made: list[str], tmp_path: Path) -> None:
    """All blocks of a page one after the other, in a folder that has the examples, beside a real service."""
    script = "\n".join(block for language, block in BLOCK.findall((ROOT / page).read_text()) if language == "sh")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    service = Service(tmp_path / "data").start()
    try:
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", script.replace("http://127.0.0.1:8080", service.url)],
            cwd=tmp_path,
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=1100,
        )
    finally:
        service.stop()
    assert done.returncode == 0, done.stdout + done.stderr
    heads = {name: (tmp_path / name).read_bytes()[:12] for name in made}
    assert all(SIGNATURES[Path(name).suffix] in head for name, head in heads.items()), heads


PAGE = (ROOT / "docs" / "python.md").read_text()
GUIDE = QUOTE.sub("", (ROOT / "docs" / "plugins.md").read_text())  # tests of their files run what is quoted
RECIPES = (ROOT / "docs" / "how-to.md").read_text() + (ROOT / "docs" / "captions.md").read_text()
LENGTHS = (ROOT / "docs" / "lengths.md").read_text()
SNIPPETS = [
    block for page in (PAGE, GUIDE, RECIPES, LENGTHS) for language, block in BLOCK.findall(page) if language == "python"
]


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_the_code_of_the_pages_for_programmers_runs(number: int, tmp_path: Path) -> None:
    """Each as a program of its own, in whose folder the examples are."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "out").mkdir()
    program = tmp_path / "program.py"
    program.write_text(SNIPPETS[number])
    done = subprocess.run([sys.executable, program], cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout or list((tmp_path / "out").iterdir()), "it does nothing that can be seen"


def test_the_api_page_names_all_that_is_public() -> None:
    import velocity_engine

    assert [name for name in velocity_engine.__all__ if not re.search(rf"\b{name}\b", PAGE)] == []


def test_the_readmes_python_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path)
    (code,) = (block for language, block in BLOCK.findall((ROOT / "README.md").read_text()) if language == "python")
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "Headline text" in printed
    assert "(360, 640, 4)" in printed
    assert (tmp_path / "out" / "hello.mp4").stat().st_size > 10_000

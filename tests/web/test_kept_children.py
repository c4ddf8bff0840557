"""Children that keep a template open: whose they are, how many, for how long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from web.support_templates import template_zip

from velocity_web.processes.runner import Runner, TaskFailed, TemplateFiles
from velocity_web.settings import Settings
from velocity_web.storage.files import make_folders

RED = b'[{"layer":"Ground","color":"#ff0000"}]'
QUESTION: dict[str, Any] = {"encoder": None, "frames": None, "warnings": True, "said": [], "captions": [None]}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Runner]]:
    """Runners with settings of a test's own; ``one.zip`` and ``two.zip`` lie in the folder of their data."""
    runners: list[Runner] = []
    make_folders(tmp_path)
    for name in ("one.zip", "two.zip"):
        (tmp_path / name).write_bytes(template_zip())

    def make(**settings: Any) -> Runner:
        runners.append(Runner(Settings(data=tmp_path, **settings)))
        return runners[-1]

    yield make
    for runner in runners:
        runner.close()


def ask(runner: Runner, account: str, file: Path, customizations: bytes = RED) -> tuple[int, dict[str, Any]]:
    """The number of the process that answered, and what it said of the map."""
    with runner.checker(account, TemplateFiles(file)) as checker:
        found = checker.ask(QUESTION, [customizations], lambda _named: {})
        assert checker.pid is not None
        return checker.pid, found["maps"][0]


def test_a_process_answers_one_account_about_one_template(made: Callable[..., Runner], tmp_path: Path) -> None:
    runner = made()
    first, said = ask(runner, "a", tmp_path / "one.zip")
    assert said == {"errors": {}, "warnings": []}
    again, said = ask(runner, "a", tmp_path / "one.zip", b'[{"layer":"Grund","color":"#fff"}]')
    assert again == first
    assert list(said["errors"]) == ["customizationMap[0].layer"]
    others = [ask(runner, "b", tmp_path / "one.zip")[0], ask(runner, "a", tmp_path / "two.zip")[0]]
    assert len({first, *others}) == 3
    assert ask(runner, "a", tmp_path / "one.zip")[0] == first


def test_idle_processes_end_and_their_folders_go(made: Callable[..., Runner], tmp_path: Path) -> None:
    runner = made(checker_idle_seconds=0.2)
    first, _ = ask(runner, "a", tmp_path / "one.zip")
    deadline = time.monotonic() + 240
    while Path(f"/proc/{first}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert ask(runner, "a", tmp_path / "one.zip")[0] != first
    runner.close()
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("settings", [{"checkers": 1}, {"checkers": 0}, {"checkers_memory_mb": 0}])
def test_no_more_are_kept_than_may_be(made: Callable[..., Runner], tmp_path: Path, settings: dict[str, int]) -> None:
    runner = made(**settings)
    first, _ = ask(runner, "a", tmp_path / "one.zip")
    second, _ = ask(runner, "b", tmp_path / "one.zip")
    kept = [ask(runner, "b", tmp_path / "one.zip")[0] == second, ask(runner, "a", tmp_path / "one.zip")[0] == first]
    assert kept == [settings.get("checkers", 0) == 1, False]


def test_a_process_that_was_killed_is_replaced(made: Callable[..., Runner], tmp_path: Path) -> None:
    from velocity_web.processes.fork_server import kill_child

    runner = made()
    first, _ = ask(runner, "a", tmp_path / "one.zip")
    with runner.checker("a", TemplateFiles(tmp_path / "one.zip")) as checker:
        checker.ask(QUESTION, [RED], lambda _named: {})
        assert checker.pid == first
        kill_child(first)
        both = checker.ask({**QUESTION, "captions": [None, None]}, [RED, RED], lambda _named: {})
        assert both["maps"][1] == {"errors": {}, "warnings": []}
        assert checker.pid != first


def test_a_template_that_takes_too_long_is_given_up(made: Callable[..., Runner], tmp_path: Path) -> None:
    runner = made(still_seconds=1e-6)
    with pytest.raises(TaskFailed, match="longer than"):
        ask(runner, "a", tmp_path / "one.zip")
    (tmp_path / "three.zip").write_bytes(b"no template")
    with pytest.raises(TaskFailed):
        ask(made(), "a", tmp_path / "three.zip")

"""What an administrator reads after a mistake: it names the option, the variable, the file or the host."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError
from web.support_sentences import faults
from web.support_service import PATIENCE

from velocity_engine.cli.app import run
from velocity_web.mistakes import OF_SETTINGS, settings_sentence
from velocity_web.settings import MOST_BUDGET_MS, MOST_QUOTA_MB, Settings, load_settings

JUNK = ("", "x", "-1", "0", "1.5", "nan", "9" * 30, "[1]", "{}", "[", "true")


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("VELOCITY_")]:
        monkeypatch.delenv(name)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command that ends with a usage mistake prints, in one line."""
    assert run(arguments) == 2
    lines = capsys.readouterr().err.splitlines()
    return " ".join(" ".join(line.strip(" │") for line in lines if line[:1] not in "╭╰").split())


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("VELOCITY_PORT", "70000", "VELOCITY_PORT is 70000: it must be at most 65535"),
        ("velocity_port", "abc", "velocity_port is abc: it must be a whole number"),
        ("VELOCITY_BODY_SECONDS", "soon", "VELOCITY_BODY_SECONDS is soon: it must be a number"),
        ("VELOCITY_BODY_SECONDS", "0", "VELOCITY_BODY_SECONDS is 0: it must be more than 0"),
        ("VELOCITY_LOG_JSON", "perhaps", "VELOCITY_LOG_JSON is perhaps: it must be true or false"),
        ("VELOCITY_LOG_LEVEL", "LOUD", "VELOCITY_LOG_LEVEL is LOUD: it must be DEBUG, INFO, WARNING or ERROR"),
        (
            "VELOCITY_CORS_ORIGINS",
            "x",
            'VELOCITY_CORS_ORIGINS is x: it must be a list as JSON, such as ["one", "two"]',
        ),
        ("VELOCITY_CORS_ORIGINS", "5", "VELOCITY_CORS_ORIGINS is 5: it must be a list"),
        ("VELOCITY_CONFIG", "/nowhere.toml", "there is no settings file /nowhere.toml"),
    ],
)
def test_a_wrong_variable_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)
    for command in (["serve"], ["worker"], ["admin", "user-list"]):
        assert said(capsys, *command) == f"velocity: {sentence}"


def test_every_setting_has_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: set[str] = set()
    for name in Settings.model_fields:
        variable = f"VELOCITY_{name.upper()}"
        for junk in JUNK:
            monkeypatch.setenv(variable, junk)
            try:
                load_settings()
            except ValueError as error:
                kinds |= (
                    {problem["type"] for problem in error.errors()} if isinstance(error, ValidationError) else set()
                )
                sentence = settings_sentence(error, {})
                assert sentence.startswith(variable) and not faults(sentence), sentence
                assert "cannot be taken" not in sentence and "error" not in sentence
        monkeypatch.delenv(variable)
    assert set(OF_SETTINGS) & kinds
    assert len(kinds) > 6


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"port = = 1", "the settings file {} has a mistake at line 1, column 8; it must be TOML"),
        (b"port =", "the settings file {} has a mistake at end of document; it must be TOML"),
        (b'port = "\xff"', "the settings file {} is not UTF-8"),
        (b'port = "x"', "port in {} is x: it must be a whole number"),
        (b"data = 5", "data in {} is 5: it must be a path"),
        (b"prot = 1", "prot in {} is no setting; did you mean port?"),
        (b"zzz = 1", "zzz in {} is no setting"),
    ],
)
def test_a_wrong_settings_file_is_named(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    sentence: str,
) -> None:
    file = tmp_path / "velocity.toml"
    file.write_bytes(content)
    monkeypatch.setenv("VELOCITY_CONFIG", str(file))
    assert said(capsys, "admin", "user-list") == f"velocity: {sentence.format(file)}"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["serve", "--port", "70000"], "'--port': 70000 is not from 0 to 65535"),
        (["serve", "--port", "http"], "'--port': 'http' is not a whole number"),
        (["serve", "--workers", "-1"], "'--workers': -1 is not from 0 to"),
        (["worker", "--workers", "1.5"], "'--workers': '1.5' is not a whole number"),
        (["admin", "user-add", "x", "--quota-mb", "-1"], f"'--quota-mb': -1 is not from 0 to {MOST_QUOTA_MB}"),
        (["admin", "user-add", "x", "--budget-ms", "9s"], "'--budget-ms': '9s' is not a whole number"),
        (["admin", "user-budget", "over", "abc"], "'abc' is not a whole number"),
        (["admin", "user-budget", "over", "9" * 20], f"{'9' * 20} is not from 0 to {MOST_BUDGET_MS}"),
        (["admin", "user-quota", "over", "9" * 20], f"{'9' * 20} is not from 0 to {MOST_QUOTA_MB}"),
        (["admin", "job-list", "--limit", "0"], "'--limit': 0 is not from 1 to"),
        (["admin", "job-list", "--limit", "9" * 20], "is not from 1 to"),
    ],
)
def test_a_wrong_number_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    text = said(capsys, *arguments)
    assert sentence in text and not any(words in text for words in ("Input should", "pydantic", "Account."))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "a file"
    made.write_text("x")
    return made


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["worker"], ["admin", "verify"], ["admin", "user-list"]])
def test_a_data_folder_that_cannot_be_is_named(command: list[str], file: Path) -> None:
    for path, reason in (
        ("/proc/x", "it is not there and cannot be made"),
        (str(file), "it is a file, and a folder is needed"),
    ):
        assert failure(*command, "--data", path) == f"velocity: {path} cannot be used: {reason}"


def test_a_host_that_is_not_known_is_named(tmp_path: Path) -> None:
    sentence = failure("serve", "--host", "nohost.invalid", "--port", "0", "--data", str(tmp_path / "data"))
    assert sentence == (
        "velocity: the host name 'nohost.invalid' is not known; give an address of this machine with --host"
    )


def test_a_database_that_is_none_is_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "velocity.db").write_bytes(b"x" * 5000)
    assert failure("admin", "user-list", "--data", str(data)) == (
        "velocity: the database cannot be used: file is not a database"
    )
    url = "postgresql://nobody@127.0.0.1:1/none"
    assert failure("admin", "user-list", "--data", str(tmp_path / "other"), "--database", url).startswith(
        "velocity: the database cannot be used: connection to server at"
    )


def test_a_status_that_no_job_has_is_named(tmp_path: Path) -> None:
    sentence = failure("admin", "job-list", "--status", "done", "--data", str(tmp_path))
    assert sentence.startswith("velocity: there is no status 'done'; there are: pending, processing, ")


def failure(*arguments: str) -> str:
    """The one line that a command prints which fails."""
    command = [sys.executable, "-m", "velocity_engine", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("velocity: ")]
    assert not faults(line, " ".join(arguments)) and "Traceback" not in done.stderr
    return line

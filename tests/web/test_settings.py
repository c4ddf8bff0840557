"""Settings: their sources, their order, and that the documents list them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from velocity_web.settings import Settings, load_settings, settings_help

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "service.md"


def test_the_documents_and_the_help_list_every_setting_with_its_meaning() -> None:
    document, said = DOCUMENT.read_text(encoding="utf-8"), settings_help()
    for name, field in Settings.model_fields.items():
        assert f"| `VELOCITY_{name.upper()}` |" in document
        assert field.description and field.description in document
        assert field.description in said


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "velocity.toml"
    file.write_text("port = 1\nthreads = 2\nnice = 3\n")
    monkeypatch.setenv("VELOCITY_CONFIG", str(file))
    monkeypatch.setenv("VELOCITY_THREADS", "20")
    monkeypatch.setenv("VELOCITY_PORT", "10")
    settings = load_settings(data=tmp_path, port=100, host=None)
    assert (settings.port, settings.threads, settings.nice, settings.host) == (100, 20, 3, "127.0.0.1")


def test_an_unknown_key_of_the_file_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "velocity.toml"
    file.write_text("prot = 1\n")
    monkeypatch.setenv("VELOCITY_CONFIG", str(file))
    with pytest.raises(ValueError, match="prot"):
        load_settings()


def test_connections_come_from_the_environment_or_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VELOCITY_CONNECTIONS", '{"media": {"url": "s3://bucket/in", "options": {"key": "secret"}}}')
    settings = load_settings(data=tmp_path)
    assert settings.connections["media"].url == "s3://bucket/in" and "secret" not in repr(settings.connections)
    monkeypatch.delenv("VELOCITY_CONNECTIONS")
    file = tmp_path / "velocity.toml"
    file.write_text('[connections.disk]\nurl = "/srv/media"\nwrite = false\n')
    monkeypatch.setenv("VELOCITY_CONFIG", str(file))
    assert not load_settings(data=tmp_path).connections["disk"].write


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("CONNECTIONS", '{"Media!": {"url": "s3://bucket"}}'),
        ("CONNECTIONS", '{"media": {"url": "bucket"}}'),
        ("CONNECTIONS", '{"media": {"url": "https://example.com/"}}'),
        ("CONNECTIONS", '{"media": {"url": "s3://bucket", "user": "x"}}'),
        ("PRIVATE_HOSTS", '["http://nas"]'),
    ],
)
def test_places_that_cannot_be(setting: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"VELOCITY_{setting}", value)
    with pytest.raises(ValueError, match=setting.lower()):
        load_settings(data=tmp_path)

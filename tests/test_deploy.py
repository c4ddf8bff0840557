"""The files by which the service is deployed: that they fit the service, and what tools for such files say of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from velocity_web.settings import Settings

ROOT = Path(__file__).parents[1]
UNITS = sorted((ROOT / "deploy/systemd").iterdir())
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
OWN = ("api", "worker")
"""Settings of the object storage, where those are."""


def test_all_settings_that_are_named_exist() -> None:
    files = [ROOT / "Dockerfile", ROOT / "compose.yaml", *UNITS]
    named = {name.lower() for file in files for name in re.findall(r"VELOCITY_([A-Z_]+)\b", file.read_text())}
    assert {"data", "database", "workers", "host"} <= named
    assert named <= set(Settings.model_fields)


def test_images_are_pinned_and_run_as_nobody_special() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    others = [one["image"] for name, one in COMPOSE["services"].items() if name not in OWN]
    for image in [*bases, *others]:
        assert re.fullmatch(r"[\w./-]+:[\w.-]*\d[\w.-]*", image), f"{image} names no version"
    last = dockerfile[dockerfile.rindex("FROM ") :]
    assert "USER 10001:10001" in last and "HEALTHCHECK" in last
    assert not re.search(r"\b(gcc|build-essential|pip install|apt-get)\b", last)


@pytest.mark.parametrize("name", OWN)
def test_parts_of_the_service_have_no_more_than_they_need(name: str) -> None:
    part = COMPOSE["services"][name]
    assert part["read_only"] and part["cap_drop"] == ["ALL"] and "no-new-privileges:true" in part["security_opt"]
    assert not part.get("privileged") and "user" not in part
    mounted = {volume.split(":")[-1] for volume in part["volumes"]}
    assert mounted == {"/var/lib/velocity", "/var/cache/velocity"}
    grace = float(part["stop_grace_period"].rstrip("s"))
    assert grace > Settings().grace_seconds + 5


def test_what_is_mounted_is_there_and_what_is_waited_for_runs() -> None:
    services, volumes = COMPOSE["services"], COMPOSE["volumes"]
    for one in services.values():
        for volume in one.get("volumes", []):
            source = volume.partition(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).is_file(), source
            elif not source.startswith("/"):
                assert source in volumes, source
        for other, how in dict(one["depends_on"]).items() if isinstance(one.get("depends_on"), dict) else ():
            assert other in services
            assert how["condition"] != "service_healthy" or "healthcheck" in services[other]


def test_commands_are_velocitys() -> None:
    commands = [part["command"] for name, part in COMPOSE["services"].items() if name in OWN]
    for unit in UNITS:
        commands += [line.split()[1:] for line in re.findall(r"^ExecStart.*=(/.*)$", unit.read_text(), re.MULTILINE)]
    assert len(commands) == 7
    for command in {tuple(command) for command in commands}:
        words = [word for word in command if not word.startswith("-") and not word.isdigit()]
        options = [word for word in command if word.startswith("-")]
        done = subprocess.run(
            [sys.executable, "-m", "velocity_engine", *words, "--help"], capture_output=True, text=True, check=True
        )
        assert all(option in done.stdout for option in options), command


def test_the_dockerfile_is_clean() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("hadolint is not installed")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_units_are_understood_and_hardened(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text().replace("/usr/local/lib/velocity/bin/velocity", shutil.which("true") or "/bin/true")
        (tmp_path / unit.name).write_text(text)
    made = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", *made], capture_output=True, text=True, check=False)
    about_them = [line for line in done.stderr.splitlines() if "velocity" in line]
    assert (done.returncode, about_them) == (0, [])
    for path in made:
        if path.endswith(".service"):
            command = ["systemd-analyze", "security", "--offline=yes", "--threshold=40", path]
            exposed = subprocess.run(command, capture_output=True, text=True, check=False)
            assert exposed.returncode == 0, exposed.stdout


def test_the_board_is_one_that_grafana_takes() -> None:
    board = json.loads((ROOT / "deploy/grafana/velocity.json").read_text())
    ids = [panel["id"] for panel in board["panels"]]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
    assert len(ids) == len(set(ids)) == len(set(places))
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in board["panels"])
    assert [one["name"] for one in board["templating"]["list"]] == ["datasource"]

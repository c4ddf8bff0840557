"""``velocity admin``, as a person types it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from web.support_service import PATIENCE, Client, Service
from web.support_templates import slow_template, template_zip


def velocity(*arguments: str, data: Path, status: int = 0) -> str:
    command = [sys.executable, "-m", "velocity_engine", *arguments, "--data", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if status == 0 else done.stdout + done.stderr


def test_users(service: Service) -> None:
    name = f"Ada {uuid4()}"
    key = velocity("admin", "user-add", name, "--quota-mb", "7", "--budget-ms", "900", data=service.data).strip()
    assert "\n" not in key
    with Client(service.url, key) as client:
        assert client.get("/template/storage-status").json()["quotaMB"] == 7
        assert client.get("/render/render-time-budget-status").json()["totalMilliseconds"] == 900
        velocity("admin", "user-quota", name, "9", data=service.data)
        velocity("admin", "user-budget", name, "1000", data=service.data)
        assert client.get("/template/storage-status").json()["quotaMB"] == 9
        assert client.get("/render/render-time-budget-status").json()["totalMilliseconds"] == 1000
        users = json.loads(velocity("admin", "user-list", "--json", data=service.data))
        [entry] = [user for user in users if user["name"] == name]
        assert key.startswith(entry["keys"])
        assert key not in json.dumps(users)
        velocity("admin", "user-disable", name, data=service.data)
        assert client.get("/template/all").status_code == 401
        velocity("admin", "user-disable", name, "--enable", data=service.data)
        assert client.get("/template/all").status_code == 200
        second = velocity("admin", "key-rotate", name, data=service.data).strip()
        assert client.get("/template/all").status_code == 401
    with Client(service.url, second) as client:
        assert client.get("/template/all").status_code == 200
    assert "already" in velocity("admin", "user-add", name, data=service.data, status=1)
    assert "no user" in velocity("admin", "key-rotate", "nobody", data=service.data, status=1)
    stored = [*service.query("SELECT * FROM account"), *service.query("SELECT * FROM api_key")]
    assert second not in str(stored)


def test_keys(service: Service) -> None:
    name = f"Grace {uuid4()}"

    def admin(command: str, *arguments: str, status: int = 0) -> str:
        return velocity("admin", command, name, *arguments, data=service.data, status=status).strip()

    first = admin("user-add", "--scope", "read", "--scope", "render")
    page = admin("key-add", "--name", "shop", "--scope", "preview", "--origin", "https://shop.example", "--days", "9")
    listed = json.loads(admin("key-list", "--json"))
    assert [(key["name"], key["scopes"], key["origins"]) for key in listed] == [
        ("first", "render read", ""),
        ("shop", "preview", "https://shop.example"),
    ]
    assert listed[0]["expires"] is None and listed[1]["expires"] and page.startswith(listed[1]["prefix"])
    assert "has several keys; name one of them" in admin("key-rotate", status=1)
    second = admin("key-rotate", "--key", first[:11], "--keep-hours", "1")
    with Client(service.url, first) as old, Client(service.url, second) as new:
        assert old.get("/template/all").status_code == new.get("/template/all").status_code == 200
        admin("key-revoke", first[:11])
        assert (old.get("/template/all").status_code, new.get("/template/all").status_code) == (401, 200)
        assert "has no such valid key" in admin("key-revoke", first[:11], status=1)
        assert "must be render, read, preview or admin" in admin("key-add", "--scope", "all", status=2)
        assert "origin in lower case" in admin("key-add", "--origin", "shop.example", status=2)
        admin("user-delete")
        assert new.get("/template/all").status_code == 401
    assert "there is no user" in admin("key-list", status=1)


def test_all_links_end(service: Service, client: Client, template_id: str) -> None:
    url = client.post(f"/render/{client.ready_render(template_id)}/link", json={}).json()["url"]
    assert httpx.get(url, timeout=PATIENCE).status_code == 200
    velocity("admin", "links-end", data=service.data)
    assert httpx.get(url, timeout=PATIENCE).status_code == 403


def test_jobs(service: Service) -> None:
    client = service.client()
    render_id = client.start_render(client.ready_template(slow_template()))
    client.until(f"/render/{render_id}/status", lambda status: status["status"] == "processing")
    jobs = json.loads(velocity("admin", "job-list", "--json", "--status", "processing", data=service.data))
    assert render_id in {job["id"] for job in jobs}
    velocity("admin", "job-cancel", render_id, data=service.data)
    assert client.settle(f"/render/{render_id}/status")["status"] == "cancelled"
    again = velocity("admin", "job-retry", render_id, data=service.data).strip()
    held = [
        service.query("SELECT reserved_ms, reserved_bytes, forecast_ms, warnings FROM render WHERE id = ?", one)[0]
        for one in (render_id, again)
    ]
    assert held[0] == held[1] and held[0][0] > 1, "it holds its part of the budget and of the quota as the first did"
    client.until(f"/render/{again}/status", lambda status: status["status"] == "processing")
    assert client.post(f"/render/{again}/cancel").json()["status"] == "cancelled"
    assert "completed" in velocity("admin", "job-list", data=service.data)
    assert "no render" in velocity("admin", "job-cancel", str(uuid4()), data=service.data, status=1)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a service leaves that stopped after one render."""
    data = tmp_path_factory.mktemp("used") / "data"
    service = Service(data).start()
    try:
        client = service.client()
        client.ready_render(client.ready_template(template_zip()))
    finally:
        service.stop()
    return data


@pytest.fixture
def stopped(used: Path, tmp_path: Path) -> Service:
    """A service that is not running, on data of its own."""
    return Service(shutil.copytree(used, tmp_path / "data"))


def test_verify_tells_what_is_over_its_limits_from_what_is_wrong(stopped: Service) -> None:
    service = stopped
    service.query("UPDATE account SET quota_mb = 0, budget_ms = 0 WHERE used_bytes > 0")
    said = json.loads(velocity("admin", "verify", "--json", data=service.data).splitlines()[0])
    assert said["wrong_sums"] == []
    bytes_kept, time_used = said["over_limits"]
    assert "bytes are kept, the quota of 0 MB is 0 bytes" in bytes_kept
    assert "render time are used, the budget is 0" in time_used
    ((name, used),) = service.query("SELECT name, used_ms FROM account WHERE used_ms > 0")
    service.query("UPDATE account SET used_ms = used_ms + 5 WHERE name = ?", name)
    said = json.loads(velocity("admin", "verify", "--json", data=service.data, status=1).splitlines()[0])
    wrong = f"user {name}: the account counts {used + 5} ms of render time, its renders have {used} ms"
    assert said["wrong_sums"] == [wrong]


def test_verify_and_cleanup(stopped: Service) -> None:
    service = stopped
    assert "all holds" in velocity("admin", "verify", data=service.data)
    [file] = (service.data / "templates").glob("*.zip")
    orphan = service.data / "renders" / "orphan.mp4"
    orphan.write_bytes(b"x")
    old = service.data / "tmp" / "upload-old"
    old.write_bytes(b"x")
    for path in (orphan, old):
        os.utime(path, (0, 0))
    young = service.data / "assets" / "young.png"
    young.write_bytes(b"x")
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    service.query("UPDATE account SET used_bytes = used_bytes + 1")
    said = json.loads(velocity("admin", "verify", "--json", data=service.data, status=1).splitlines()[0])
    assert len(said["wrong_sizes"]) == 1
    assert len(said["wrong_sums"]) == 2
    assert said["orphans"] == ["assets/young.png", "renders/orphan.mp4"]
    file.unlink()
    assert "it is not there" in velocity("admin", "verify", data=service.data, status=1)
    assert set(velocity("admin", "cleanup", data=service.data).split()) == {"renders/orphan.mp4", "tmp/upload-old"}
    assert young.exists() and not orphan.exists() and not old.exists()


def test_serve_lists_the_settings(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "velocity_engine", "serve", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
    for name in ("VELOCITY_MAX_ATTEMPTS", "VELOCITY_STALL_SECONDS", "VELOCITY_CORS_ORIGINS", "VELOCITY_CONFIG"):
        assert name in said


@pytest.mark.parametrize(
    ("variable", "value"),
    [("VELOCITY_PORT", "99999"), ("VELOCITY_WORKERS", "many"), ("VELOCITY_CONFIG", "/nonexistent.toml")],
)
def test_a_bad_setting_is_a_usage_mistake(tmp_path: Path, variable: str, value: str) -> None:
    command = [sys.executable, "-m", "velocity_engine", "admin", "user-list", "--data", str(tmp_path)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, check=False, env={**os.environ, variable: value}
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_settings_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "velocity.toml"
    file.write_text('default_quota_mb = 3\ncors_origins = ["https://studio.example"]\n')
    service = Service(tmp_path / "data", {"VELOCITY_CONFIG": str(file), "VELOCITY_WORKERS": "0"}).start()
    try:
        assert service.first_key
        with Client(service.url, service.first_key) as client:
            answer = client.get("/template/storage-status", headers={"Origin": "https://studio.example"})
            assert answer.json()["quotaMB"] == 3
            assert answer.headers["access-control-allow-origin"] == "https://studio.example"
            asked = {
                "Origin": "https://studio.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "x-api-key",
            }
            client.headers.pop("X-API-Key")
            assert client.options("/render", headers=asked).status_code == 200
    finally:
        service.stop()

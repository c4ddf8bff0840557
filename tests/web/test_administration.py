"""/admin: what an administrator's key may do over HTTP, and nobody else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from web.support_service import PATIENCE, Client, Service
from web.support_templates import png, slow_template, template_zip

from velocity_web.database.migrations import migrate_sqlite
from velocity_web.services import users

AN_ID = "123e4567-e89b-12d3-a456-426614174000"


@pytest.fixture(scope="module")
def chief(service: Service) -> Client:
    return service.client(scopes="render read preview admin")


def made(chief: Client, **more: object) -> tuple[str, Client]:
    """The id of a new user, and its client."""
    answer = chief.post("/admin/users", json={"name": f"user {uuid4()}", **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["id"], Client(str(chief.base_url), answer.json()["firstKey"]["key"])


def test_users_are_made_changed_and_shown(chief: Client) -> None:
    name = f"Ada {uuid4()}"
    asked = {"name": name, "quotaMB": 7, "budgetMilliseconds": 900, "scopes": ["read", "render", "read"]}
    answer = chief.post("/admin/users", json=asked).json()
    assert (answer["quotaMB"], answer["budgetMilliseconds"], answer["disabled"]) == (7, 900, False)
    assert answer["firstKey"]["scopes"] == ["render", "read"]
    key = answer["firstKey"].pop("key")
    user_id = answer["id"]
    with Client(str(chief.base_url), key) as user:
        assert user.get("/account").json()["storage"]["quotaMB"] == 7
        shown = chief.get(f"/admin/users/{user_id}").json()
        assert shown == {field: answer[field] for field in shown}
        assert shown in chief.get("/admin/users", params={"take": 100}).json()
        changed = chief.patch(f"/admin/users/{user_id}", json={"quotaMB": 0, "name": f"{name} B"}).json()
        assert (changed["name"], changed["quotaMB"], changed["budgetMilliseconds"]) == (f"{name} B", 0, 900)
        assert user.get("/account").json()["name"] == f"{name} B"
        chief.patch(f"/admin/users/{user_id}", json={"disabled": True})
        assert user.get("/account").status_code == 401
        chief.patch(f"/admin/users/{user_id}", json={"disabled": False})
        assert user.get("/account").status_code == 200
    told = chief.get("/admin/users", params={"take": 100}).text + chief.get(f"/admin/users/{user_id}/keys").text
    assert key not in told, "a key is told once"
    taken = chief.post("/admin/users", json={"name": f"{name} B"})
    assert (taken.status_code, taken.json()["detail"]) == (409, f"there is already a user '{name} B'")
    _, other = made(chief)
    with other:
        answer = chief.patch(f"/admin/users/{other.get('/account').json()['id']}", json={"name": f"{name} B"})
        assert answer.status_code == 409


def test_what_is_wrong_with_a_user_is_told(chief: Client) -> None:
    wrong = {"quotaMB": -1, "budgetMilliseconds": "much", "scopes": ["all"]}
    errors = chief.post("/admin/users", json=wrong).json()["errors"]
    assert set(errors) == {"name", "quotaMB", "budgetMilliseconds", "scopes[0]"}
    assert errors["scopes[0]"] == ["it must be render, read, preview or admin"]
    user_id, user = made(chief)
    user.close()
    nothing = chief.patch(f"/admin/users/{user_id}", json={})
    assert nothing.json()["errors"] == {"": ["send name, quotaMB, budgetMilliseconds or disabled"]}
    before = chief.get(f"/admin/users/{user_id}").json()
    beside = chief.patch(
        f"/admin/users/{user_id}", json={"quotaMB": before["quotaMB"], "usedBytes": 0, "scopes": ["admin"], "id": AN_ID}
    )
    assert beside.json() == before
    assert "unknown field scopes was ignored" in beside.headers["warning"]
    assert chief.get(f"/admin/users/{user_id}/keys").json()[0]["scopes"] == ["render", "read", "preview"]
    assert chief.get(f"/admin/users/{AN_ID}").status_code == 404


def test_keys_are_made_rotated_and_revoked(chief: Client) -> None:
    user_id, user = made(chief)
    path = f"/admin/users/{user_id}/keys"
    asked = {"name": "shop", "scopes": ["preview"], "origins": ["https://shop.example"], "expiresSeconds": 3600}
    page = chief.post(path, json=asked).json()
    assert page["key"].startswith(page["prefix"]) and page["expiresAt"]
    listed = chief.get(path).json()
    assert [entry["name"] for entry in listed] == ["first", "shop"]
    assert all("key" not in entry for entry in listed)
    first = listed[0]["id"]
    second = chief.post(f"{path}/{first}/rotate", json={"keepSeconds": 600}).json()
    with user, Client(str(chief.base_url), second["key"]) as rotated:
        assert user.get("/account").status_code == rotated.get("/account").status_code == 200, "no gap"
        assert second["scopes"] == ["render", "read", "preview"]
        again = chief.post(f"{path}/{first}/rotate", json={"keepSeconds": 600}).json()
        assert again["expiresAt"] is None, "the old key's rest of life is not the new one's"
        assert chief.delete(f"{path}/{first}").status_code == 200
        assert user.get("/account").status_code == 401
        third = chief.post(f"{path}/{second['id']}/rotate", json={}).json()
        assert rotated.get("/account").status_code == 401
        ended = chief.post(f"{path}/{second['id']}/rotate", json={})
        assert (ended.status_code, ended.json()["detail"]) == (409, "the key has ended; make a new one")
    assert third["expiresAt"] is None
    renewed = chief.post(f"{path}/{page['id']}/rotate", json={}).json()
    assert renewed["origins"] == ["https://shop.example"] and renewed["expiresAt"] > page["expiresAt"]
    for _ in range(30):
        answer = chief.post(path, json={"name": "more"})
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "the user has 20 valid keys already; revoke one first",
    )
    wrong = chief.post(path, json={"origins": ["shop.example", "https://shop.example/"], "scopes": []}).json()["errors"]
    assert set(wrong) == {"origins[0]", "origins[1]", "scopes"}
    assert "origin in lower case" in wrong["origins[1]"][0]


def test_a_key_of_one_user_is_not_found_under_another(chief: Client) -> None:
    (one, first), (two, second) = made(chief), made(chief)
    with first, second:
        [key] = chief.get(f"/admin/users/{two}/keys").json()
        assert chief.delete(f"/admin/users/{one}/keys/{key['id']}").status_code == 404
        assert chief.post(f"/admin/users/{one}/keys/{key['id']}/rotate", json={}).status_code == 404
        assert second.get("/account").status_code == 200


def test_no_other_key_administers(service: Service, chief: Client) -> None:
    user_id, user = made(chief)
    with user:
        account = user.get("/account").json()
        for method, path in (
            ("GET", "/admin/users"),
            ("POST", "/admin/users"),
            ("PATCH", f"/admin/users/{user_id}"),
            ("PATCH", f"/ADMIN/Users/{user_id.upper()}/"),
            ("DELETE", f"/admin/users/{chief.get('/account').json()['id']}"),
            ("POST", f"/admin/users/{user_id}/keys"),
            ("POST", f"/admin/users/{user_id}/keys/{account['key']['id']}/rotate"),
            ("GET", f"/admin/users/{user_id}/keys"),
            ("GET", "/admin/queue"),
            ("DELETE", "/admin/cache"),
            ("GET", "/account/../admin/users"),
            ("GET", "/docs/../admin/users"),
            ("GET", "/link/../admin/users"),
        ):
            raw = httpx.URL(service.url, raw_path=path.encode())
            body = {"scopes": ["admin"], "name": "x", "quotaMB": 10**6, "disabled": False}
            answer = user.send(user.build_request(method, raw, json=body))
            assert answer.status_code in (403, 404), (method, path)
            assert "/../" in path or answer.json()["detail"] == (
                "this needs a key with the scope admin; yours has render, read and preview"
            )
        assert user.get("/account").json() == account | {"key": user.get("/account").json()["key"]} | {
            "keys": user.get("/account").json()["keys"]
        }
        assert user.get("/account").json()["key"]["scopes"] == ["render", "read", "preview"]
    with service.client(scopes="admin") as only:
        assert only.get("/template/all").status_code == 403


def test_an_administrator_cannot_shut_itself_out(chief: Client) -> None:
    own = chief.get("/account").json()["id"]
    assert chief.patch(f"/admin/users/{own}", json={"disabled": True}).status_code == 409
    assert chief.delete(f"/admin/users/{own.upper()}").status_code == 409
    assert chief.patch(f"/admin/users/{own}", json={"disabled": False}).status_code == 200


def test_a_deleted_user_leaves_nothing(service: Service, chief: Client) -> None:
    user_id, user = made(chief)
    with user, service.client() as other:
        template_id = user.ready_template(template_zip())
        user.post("/asset", files={"file": ("a.png", png())})
        user.post("/campaign", json={"name": "Campaign"})
        render_id = user.ready_render(template_id, output={"poster": {}})
        url = user.post(f"/render/{render_id}/link", json={}).json()["url"]
        others = other.ready_template(template_zip())
        slow = user.start_render(user.ready_template(slow_template()))
        busy = chief.delete(f"/admin/users/{user_id}")
        assert busy.status_code == 409 and "under way" in busy.json()["detail"]
        user.post(f"/render/{slow}/cancel")
        user.settle(f"/render/{slow}/status")
        files = [
            file
            for table in ("template", "asset", "render", "poster")
            for (file,) in service.query(f"SELECT file FROM {table} WHERE account_id = ?", user_id)
            if file
        ]
        assert len(files) == 5 and all(service.kept_bytes(file) for file in files)
        assert chief.delete(f"/admin/users/{user_id}").status_code == 200
        assert not any(service.kept_bytes(file) for file in files)
        assert not (service.data / "cache" / user_id).exists()
        assert user.get("/account").status_code == 401
        assert httpx.get(url, timeout=PATIENCE).status_code == 404
        assert chief.get(f"/admin/users/{user_id}").status_code == 404
        assert other.get(f"/template/{others}").status_code == 200
    for table in users.OWN:
        assert service.query(f"SELECT COUNT(*) FROM {table} WHERE account_id = ?", user_id) == [(0,)], table


def test_every_table_of_a_users_things_is_cleared_with_it(tmp_path: Path) -> None:
    migrate_sqlite(tmp_path / "velocity.db")
    with sqlite3.connect(tmp_path / "velocity.db") as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")} for table in tables}
    connection.close()
    assert {table for table, names in columns.items() if "account_id" in names} == set(users.OWN)
    shared = {"account", "schema_version", "tally", "worker", "link_secret"}
    assert set(columns) - set(users.OWN) - set(users.BY_SUBJECT) == shared


def test_the_queue_and_the_workers_are_shown(service: Service, chief: Client) -> None:
    with service.client() as user:
        template_id = user.ready_template(slow_template())
        running, waiting = user.start_render(template_id), user.start_render(template_id)
        user.until(f"/render/{running}/status", lambda status: status["status"] == "processing")
        account = user.get("/account").json()
        render = next(kind for kind in chief.get("/admin/queue").json() if kind["kind"] == "render")
        mine = next(entry for entry in render["users"] if entry["userId"] == account["id"])
        assert (mine["userName"], mine["working"], mine["waiting"]) == (account["name"], 1, 1)
        assert render["waiting"] >= 1 and render["working"] >= 1 and render["oldestWaitingSeconds"] > 0
        workers = chief.get("/admin/workers").json()
        job = next(job for worker in workers for job in worker["jobs"] if job["id"] == running)
        assert (job["kind"], job["userId"], job["attempt"]) == ("render", account["id"], 1)
        assert job["framesTotal"] > 0 and job["startedAt"]
        for render_id in (waiting, running):
            user.post(f"/render/{render_id}/cancel")


def test_the_cache_is_shown_and_emptied(new_service: Callable[..., Service]) -> None:
    service = new_service(min_free_bytes="0")
    with service.client(scopes="render read admin") as client:
        again = client.ready_render(client.ready_template(template_zip()))
        kept = client.get("/admin/cache").json()
        assert kept["entries"] > 0 and kept["bytes"] > 0 and kept["accounts"] == 1
        assert kept["limitBytes"] == 1024 * 2**20
        assert client.delete("/admin/cache").json() == {"entries": kept["entries"], "bytes": kept["bytes"]}
        assert client.get("/admin/cache").json()["entries"] == 0
        assert client.get(f"/render/{again}/download").status_code == 200

"""How long lists are, and where they go on: in headers, exact while that is cheap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from web.support_queue import add_account, empty
from web.support_service import Client, Service
from web.support_templates import png, template_zip

from velocity_web.accounts.auth import Caller
from velocity_web.database.entities import execute, new_id, writing
from velocity_web.services import paging, renders
from velocity_web.services.paging import COUNTED, Total, Window


def test_every_list_says_how_long_it_is(service: Service) -> None:
    client = service.client(scopes="render read preview admin")
    document = client.get("/openapi.json").json()
    campaign = client.post("/campaign", json={"name": "Campaign"}).json()["id"]
    user = client.get("/account").json()["id"]
    tried = 0
    for path, entry in document["paths"].items():
        answer = entry.get("get", {}).get("responses", {}).get("200", {})
        schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
        if schema.get("type") != "array":
            continue
        found = client.get(path.replace("{campaignId}", campaign).replace("{userId}", user))
        assert int(found.headers["total-count"]) >= len(found.json()), path
        is_whole = path.startswith("/admin/users") or found.headers["total-count"] == str(len(found.json()))
        assert is_whole, path
        assert found.headers["total-count-kind"] == "exact"
        assert {"Total-Count", "Total-Count-Kind"} <= set(answer["headers"]), path
        has_pages = "take" in {one["name"] for one in entry["get"]["parameters"]}
        assert ("Link" in answer["headers"]) == has_pages, path
        tried += 1
    assert tried >= 15


def test_pages_lead_to_each_other(client: Client) -> None:
    ids = [client.post("/asset", files={"file": (f"{n}.png", png())}).json()["id"] for n in range(5)]
    seen: list[str] = []
    url = "/asset?take=2"
    while True:
        answer = client.get(url)
        assert answer.headers["total-count"] == "5"
        seen += [one["id"] for one in answer.json()]
        if "next" not in answer.links:
            break
        url = answer.links["next"]["url"]
    assert seen == ids[::-1]
    assert "next" not in client.get("/asset?take=5").links
    assert client.get("/asset?skip=50").headers["total-count"] == "5"
    assert client.get("/asset?skip=4&take=100").headers["total-count"] == "5"


def test_the_next_page_keeps_the_filters(client: Client) -> None:
    for _ in range(3):
        client.ready_template(template_zip())
    bad = client.upload_template(template_zip({"data.json": "{}"}))
    assert client.settle(f"/template/{bad}/status")["status"] == "failed"
    answer = client.get("/Template/History?Status=completed&take=2")
    assert answer.headers["total-count"] == "3"
    assert answer.links["next"]["url"] == "/template/history?Status=completed&skip=2&take=2"
    assert len(client.get(answer.links["next"]["url"]).json()) == 1
    assert client.get("/template/history").headers["total-count"] == "4"


@pytest.fixture
def many(own_database: Path) -> Caller:
    empty()
    account = add_account()
    with writing():
        for start in range(0, COUNTED + 50, 500):
            values = ", ".join(
                f"('{new_id()}', 'audio', '{account}', 's{start + n}', 'n', 'completed', 'u', 0, 0, {start + n})"
                for n in range(500)
            )
            columns = "id, kind, account_id, subject_id, name, status, stage, attempts, not_before, created_at"
            execute(f"INSERT INTO job ({columns}) VALUES {values}", {})
    return Caller(account, "many")


def test_long_lists_are_counted_up_to_a_bound(many: Caller) -> None:
    from velocity_web.database.entities import reading

    def total(window: Window) -> Total:
        with reading():
            return paging.jobs_of(many.account_id, "audio", ("completed",), window)[1]

    assert total(Window(0, 50)) == Total(COUNTED, is_exact=False, has_more=True)
    assert total(Window(COUNTED - 50, 50)) == Total(COUNTED, is_exact=False, has_more=True)
    assert total(Window(COUNTED, 50)) == Total(COUNTED + 50, is_exact=False, has_more=True)
    assert total(Window(COUNTED + 480, 50)) == Total(COUNTED + 500)
    assert total(Window(20_000, 50)) == Total(COUNTED + 500)
    assert renders.list_completed(many, Window(0, 50)) == ([], Total(0))


def test_pages_of_other_origins_may_read_them(new_service: Any) -> None:
    service = new_service(workers="0", cors_origins='["https://a.example"]')
    with service.client() as client:
        answer = client.get("/asset", headers={"Origin": "https://a.example"})
        shown = {name.strip() for name in answer.headers["access-control-expose-headers"].split(",")}
        assert {"Total-Count", "Total-Count-Kind", "Link"} <= shown

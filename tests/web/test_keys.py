"""Keys: what their scopes allow, two at once, their ends and last uses, and pages of other origins."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from web.support_service import PATIENCE, Client, Service, render_request
from web.support_templates import template_zip
from web.test_gate import exchange, head

from velocity_web.http.operation import Operation
from velocity_web.server.app import ROUTES

AN_ID = "123e4567-e89b-12d3-a456-426614174000"
SCOPES = ("render", "read", "preview", "admin")
METHODS = ("get", "post", "put", "patch", "delete")


def operations() -> Iterator[tuple[str, str, Operation[Any, Any, Any]]]:
    for path, resource in ROUTES:
        for method in METHODS:
            spec = getattr(getattr(resource, f"on_{method}", None), "operation", None)
            if isinstance(spec, Operation):
                yield method, path, spec


def with_key(service: Service, owner: str, scopes: str, origins: str = "") -> Client:
    return Client(service.url, service.add_key(service.account_of(owner), scopes, origins))


def test_each_operation_refuses_keys_that_lack_its_scopes(service: Service) -> None:
    owner = service.add_user()
    clients = {scope: with_key(service, owner, scope) for scope in SCOPES}
    refused = 0
    for method, path, spec in operations():
        url = re.sub(r"\{\w+\}", AN_ID, path)
        for scope, client in clients.items():
            if not spec.scopes or scope in spec.scopes:
                continue
            answer = client.request(method, url)
            assert answer.status_code == 403, (method, path, scope, answer.text)
            detail = answer.json()["detail"]
            assert detail == f"this needs a key with the scope {' or '.join(_told(spec.scopes))}; yours has {scope}"
            refused += 1
    assert refused > 150


def _told(scopes: tuple[str, ...]) -> list[str]:
    *first, last = scopes
    return [", ".join(first), last] if first else [last]


def test_operations_that_change_something_need_more_than_read() -> None:
    asking = {"linkRender", "linkPreview", "previewCustomized", "previewClip"}
    for method, path, spec in operations():
        if spec.authenticated and not path.startswith("/admin"):
            assert "admin" not in spec.scopes or spec.id == "getAccount", path
            assert method == "get" or spec.id in asking or spec.scopes == ("render",), path
            assert "preview" not in spec.scopes or path.startswith("/template/{template_id}"), path
        elif spec.authenticated:
            assert spec.scopes == ("admin",), path


def test_an_operation_without_scopes_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="must declare the scopes"):
        Operation(id="open", summary="", tag="")


def test_a_key_without_its_scope_sends_no_large_body(service: Service) -> None:
    key = service.add_user(scopes="read preview")
    for path in ("/template/upload", "/asset", "/audio/upload", f"/audio-asset-group/{AN_ID}/audio", "/render"):
        status, answer = exchange(service.url, head(path, "Content-Length: 9000000", f"X-API-Key: {key}"))
        assert status == 403, path
        assert b"needs a key with the scope render; yours has read and preview" in answer


def test_scopes_are_enough_for_what_they_name(service: Service) -> None:
    with service.client() as whole:
        template_id = whole.ready_template(template_zip())
        with with_key(service, whole.key, "preview") as page:
            assert page.get(f"/template/{template_id}").status_code == 200
            assert page.get(f"/template/{template_id}/preview").content.startswith(b"\x89PNG")
        with with_key(service, whole.key, "render") as maker, with_key(service, whole.key, "read") as reader:
            answer = maker.post("/render", json=render_request(template_id))
            assert reader.settle(f"/render/{answer.json()['renderId']}/status")["status"] == "completed"


def test_two_keys_are_valid_at_once_and_an_ended_one_is_not(service: Service) -> None:
    first = service.add_user()
    account = service.account_of(first)
    second = service.add_key(account)
    with Client(service.url, first) as one, Client(service.url, second) as other:
        assert one.get("/account").json()["id"] == other.get("/account").json()["id"] == account
        service.query("UPDATE api_key SET ends_at = 1 WHERE prefix = ?", first[:11])
        assert one.get("/account").status_code == 401
        assert other.get("/account").status_code == 200
        service.query("UPDATE account SET disabled = ? WHERE id = ?", True, account)
        assert other.get("/account").status_code == 401


def test_a_key_differs_from_another_with_its_beginning(service: Service) -> None:
    key = service.add_user()
    for wrong in (
        key[:-1],
        key + "x",
        key.swapcase(),
        key[:11],
        f"{key[:-1]}{'a' if key[-1] != 'a' else 'b'}",
        "é" * 40,
    ):
        answer = httpx.get(f"{service.url}/account", headers={b"X-API-Key": wrong.encode()}, timeout=PATIENCE)
        assert answer.status_code == 401, wrong


def test_an_account_tells_what_it_holds(service: Service, client: Client) -> None:
    page = service.add_key(service.account_of(client.key), "preview", "https://shop.example")
    client.upload_template(template_zip())
    told = client.get("/account").json()
    assert told["key"]["prefix"] == client.key[:11]
    assert told["key"]["scopes"] == ["render", "read", "preview"]
    assert [entry["prefix"] for entry in told["keys"]] == [client.key[:11], page[:11]]
    assert told["keys"][1]["origins"] == ["https://shop.example"]
    assert told["storage"] == client.get("/template/storage-status").json()
    assert told["storage"]["usedBytes"] > 0
    assert told["renderTime"] == client.get("/render/render-time-budget-status").json()
    assert told["limits"]["maxTemplateBytes"] == 2 * 2**30
    assert client.key not in str(told) and page not in str(told)


def test_a_last_use_is_written_down(service: Service, client: Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while client.get("/account").json()["key"]["lastUsedAt"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)


ORIGIN = "https://shop.example"
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-api-key"}


def test_pages_of_any_origin_may_use_a_key_for_previews_alone(
    service: Service, client: Client, template_id: str
) -> None:
    url = f"{service.url}/Template/{template_id}/preview/"
    allowing = "access-control-allow-origin"
    allowed = httpx.options(url, headers=PREFLIGHT, timeout=PATIENCE)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    assert "X-API-Key" in allowed.headers["access-control-allow-headers"]
    assert "DELETE" not in allowed.headers["access-control-allow-methods"]
    with with_key(service, client.key, "preview") as page:
        page.headers["Origin"] = ORIGIN
        seen = page.get(url)
        assert seen.status_code == 200
        assert seen.headers["access-control-allow-origin"] == ORIGIN
        assert "Origin" in seen.headers["vary"]
        wrong = page.get(f"/template/{AN_ID}/preview")
        assert (wrong.status_code, wrong.headers["access-control-allow-origin"]) == (404, ORIGIN)
        no_id = page.get("/template/card/preview")
        assert (no_id.status_code, no_id.headers["access-control-allow-origin"]) == (404, ORIGIN)
        other = page.get("/template/all")
        assert (other.status_code, other.headers.get("access-control-allow-origin")) == (403, None)
    assert httpx.options(f"{service.url}/template/card/preview", headers=PREFLIGHT).headers[allowing] == ORIGIN
    nobody = httpx.get(url, headers={"Origin": ORIGIN, "X-API-Key": "vk_00000000_x"}, timeout=PATIENCE)
    assert (nobody.status_code, nobody.headers["access-control-allow-origin"]) == (401, ORIGIN)
    assert httpx.options(f"{service.url}/render", headers=PREFLIGHT).headers.get("access-control-allow-origin") is None


def test_pages_may_not_use_a_key_that_is_not_for_them(service: Service, client: Client, template_id: str) -> None:
    url = f"/template/{template_id}"
    whole = client.get(url, headers={"Origin": ORIGIN})
    assert (whole.status_code, whole.headers.get("access-control-allow-origin")) == (200, None)
    with with_key(service, client.key, "preview", "https://other.example") as page:
        refused = page.get(url, headers={"Origin": ORIGIN})
        assert refused.status_code == 403
        assert refused.json()["detail"] == (
            "this key may not be used in pages of https://shop.example; it is for pages of https://other.example"
        )
        assert page.get(url, headers={"Origin": "http://[::1"}).status_code == 403
        assert page.get(url, headers={"Origin": service.url}).status_code == 200
        theirs = page.get(url, headers={"Origin": "https://other.example"})
        assert theirs.headers["access-control-allow-origin"] == "https://other.example"


def test_the_document_says_the_scopes(service: Service) -> None:
    document = httpx.get(f"{service.url}/openapi.json", timeout=PATIENCE).json()
    assert document["paths"]["/template/{templateId}"]["get"]["security"] == [
        {"ApiKey": ["read"]},
        {"ApiKey": ["preview"]},
    ]
    create = document["paths"]["/render"]["post"]
    assert create["security"] == [{"ApiKey": ["render"]}]
    assert create["responses"]["403"]["description"] == "The key lacks the scope render"
    assert document["paths"]["/health"]["get"]["security"] == []


def test_the_first_user_administers(tmp_path: Path) -> None:
    service = Service(tmp_path / "data", {"VELOCITY_WORKERS": "0"}).start()
    try:
        assert service.first_key
        with Client(service.url, service.first_key) as first:
            assert first.get("/account").json()["key"]["scopes"] == ["render", "read", "preview", "admin"]
            assert [user["name"] for user in first.get("/admin/users").json()] == ["default"]
    finally:
        service.stop()

"""The OpenAPI document: valid, true to what the server answers, and closed to other tenants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from web.support_service import Client, Service, render_request
from web.support_templates import png, template_zip, wav

METHODS = ("get", "head", "post", "put", "patch", "delete")
CONTRACT = {
    ("post", "/template/upload"),
    ("get", "/template/all"),
    ("get", "/template/active"),
    ("get", "/template/history"),
    ("get", "/template/{templateId}/download"),
    ("delete", "/template/{templateId}"),
    ("get", "/template/storage-status"),
    ("get", "/template/{templateId}/status"),
    ("get", "/audio/{audioId}"),
    ("delete", "/audio/{audioId}"),
    ("get", "/audio/{audioId}/status"),
    ("get", "/audio/{audioId}/download"),
    ("get", "/audio/active"),
    ("get", "/audio/history"),
    ("get", "/audio/list"),
    ("post", "/render"),
    ("get", "/render/{renderId}/status"),
    ("post", "/render/{renderId}/cancel"),
    ("delete", "/render/{renderId}"),
    ("get", "/render/all"),
    ("get", "/render/active"),
    ("get", "/render/history"),
    ("get", "/render/renders/{renderId}"),
    ("get", "/render/{renderId}/download"),
    ("get", "/render/render-time-budget-status"),
    ("post", "/audio/upload"),
    ("post", "/audio-asset-group"),
    ("post", "/audio-asset-group/{groupId}/audio"),
    ("post", "/campaign"),
    ("post", "/campaign/{campaignId}/audio-groups/{groupId}"),
    ("post", "/campaign/{campaignId}/template-instance"),
}


@pytest.fixture(scope="module")
def document(service: Service) -> dict[str, Any]:
    with service.client() as client:
        found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, entry in document["paths"].items():
        for method in METHODS:
            if method in entry:
                yield method, path, entry[method]


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    ids = [entry["operationId"] for _method, _path, entry in operations(document)]
    assert len(ids) == len(set(ids))


def test_every_endpoint_of_the_contract_is_in_it(document: dict[str, Any]) -> None:
    assert {(method, path) for method, path, _entry in operations(document)} >= CONTRACT


def test_every_keyed_endpoint_answers_401_without_a_key(document: dict[str, Any], service: Service) -> None:
    with Client(service.url, "") as nobody:
        nobody.headers.pop("X-API-Key")
        for method, path, entry in operations(document):
            if entry.get("security") == []:
                continue
            url = re.sub(r"\{\w+\}", "123e4567-e89b-12d3-a456-426614174000", path)
            for headers in ({}, {"X-API-Key": "vk_00000000_x"}):
                answer = nobody.request(method, url, headers=headers)
                assert answer.status_code == 401, (method, path)
                assert answer.headers["content-type"] == "application/problem+json"


def test_another_tenants_ids_are_404_everywhere(document: dict[str, Any], client: Client, service: Service) -> None:
    template_id = client.ready_template(template_zip())
    group_id = client.post("/audio-asset-group", json={"name": "Group"}).json()["id"]
    campaign_id = client.post("/campaign", json={"name": "Campaign"}).json()["id"]
    instance = {"templateId": template_id, "name": "Instance"}
    ids = {
        "templateId": template_id,
        "audioId": client.ready_audio(wav(), audioGroupId=group_id),
        "groupId": group_id,
        "assetId": client.post("/asset", files={"file": ("a.png", png())}).json()["id"],
        "campaignId": campaign_id,
        "instanceId": client.post(f"/campaign/{campaign_id}/template-instance", json=instance).json()["id"],
        "renderId": client.start_render(template_id),
        "batchId": client.post("/render/batch", json={**render_request(template_id), "rows": [{"name": "One"}]}).json()[
            "batchId"
        ],
    }
    bodies = {"post": {"name": "x", "templateId": template_id}, "put": {"name": "x"}, "patch": {"name": "x"}}
    walked = 0
    with service.client() as stranger:
        for method, path, entry in operations(document):
            if "{" not in path:
                continue
            assert "404" in entry["responses"], path
            url = re.sub(r"\{(\w+)\}", lambda match: ids[match[1]], path)
            if "multipart/form-data" in entry.get("requestBody", {}).get("content", {}):
                answer = stranger.request(method, url, files={"file": ("a.wav", wav())})
            else:
                answer = stranger.request(method, url, json=bodies.get(method))
            assert answer.status_code == 404, (method, path, answer.text)
            walked += 1
        assert stranger.post("/render", json=render_request(template_id)).status_code == 400
        assert stranger.get("/render/all").json() == stranger.get("/template/all").json() == []
    assert walked > 30
    assert client.get(f"/template/{template_id}/status").status_code == 200


def test_docs_load_nothing_from_elsewhere(service: Service) -> None:
    with service.client() as client:
        client.headers.pop("X-API-Key")
        page = client.get("/docs").text
        links = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert links
        for link in links:
            assert link.startswith("/docs/")
            assert client.get(link).status_code == 200
        assert client.get("/docs/..%2fdocs.html").status_code == 404

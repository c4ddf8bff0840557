"""The OpenAPI document: valid, true to what the server answers, and closed to other tenants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from text_support import named_font
from web.support_cluster import MACHINES
from web.support_service import Client, Service, render_request
from web.support_templates import png, template_zip, wav

SERVICE = Path(__file__).resolve().parents[2] / "docs" / "service.md"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
METHODS = ("get", "post", "put", "patch", "delete")
ALL = "render read preview admin"
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


@pytest.fixture(scope="module", params=MACHINES)
def service(request: pytest.FixtureRequest) -> Service:
    """On one machine, and at length on many."""
    found: Service = request.getfixturevalue(request.param)
    return found


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
    font = named_font("DejaVuSans.ttf", "a", "A")
    webhook_id = client.post("/webhook", json={"url": "http://127.0.0.1:4009/"}).json()["id"]
    template_id = client.ready_template(template_zip())
    group_id = client.post("/audio-asset-group", json={"name": "Group"}).json()["id"]
    campaign_id = client.post("/campaign", json={"name": "Campaign"}).json()["id"]
    instance = {"templateId": template_id, "name": "Instance"}
    ids = {
        "webhookId": webhook_id,
        "deliveryId": client.get(f"/webhook/deliveries?templateId={template_id}").json()[0]["id"],
        "templateId": template_id,
        "audioId": client.ready_audio(wav(), audioGroupId=group_id),
        "groupId": group_id,
        "assetId": client.post("/asset", files={"file": ("a.png", png())}).json()["id"],
        "fontId": client.post("/font", files={"file": ("a.ttf", font)}).json()["fontId"],
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
            if "{" not in path or path.startswith(("/admin/", "/link/")):
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


def walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from walk(part)
    elif isinstance(value, list):
        for part in value:
            yield from walk(part)


def component(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def test_limits_are_keywords_of_json_schema(document: dict[str, Any]) -> None:
    for part in walk(document):
        assert not {"ge", "le", "gt", "lt"} & set(part)
    encoder = document["components"]["schemas"]["EncoderConfigRequest"]["properties"]
    assert (encoder["bitrate"]["minimum"], encoder["bitrate"]["maximum"]) == (1_000, 250_000_000)
    assert encoder["codec"]["anyOf"][0]["enum"] == encoder["rc"]["enum"] == [0, 1, 2]
    assert encoder["codec"]["anyOf"][1]["type"] == encoder["container"]["type"] == "string"
    assert (encoder["preset"]["minimum"], encoder["preset"]["maximum"]) == (0, 5)
    assert all(field["description"] for field in encoder.values())
    for name, number in (("codec", "2: AV1"), ("profile", "77 Main"), ("level", "41 for 4.1"), ("rc", "2: CQP")):
        assert number in encoder[name]["description"]
    assert "at most" in encoder["bitrate"]["description"], "what VBR does with it"


def test_fields_that_may_be_left_out_have_no_null(document: dict[str, Any]) -> None:
    """A default null makes openapi-typescript require the field."""
    assert not [part for part in walk(document) if "default" in part and part["default"] is None]
    request = document["components"]["schemas"]["RenderRequest"]
    assert request["required"] == ["encoderConfig", "name"] or set(request["required"]) == {"encoderConfig", "name"}
    assert not [part for part in walk(request["properties"]) if part.get("type") == "null"]


def test_every_operation_has_a_name_of_its_own_to_call_it_by(document: dict[str, Any]) -> None:
    names = {(method, path): entry["operationId"] for method, path, entry in operations(document)}
    assert all(re.fullmatch(r"[a-z]+(?:[A-Z][a-z]+)*(?:Api)?", name) for name in names.values()), names
    assert names["post", "/template/upload"] == "uploadTemplate"
    assert names["get", "/template/{templateId}/status"] == "getTemplateStatus"
    assert names["post", "/render"] == "createRender"
    assert names["get", "/render/{renderId}/download"] == "downloadRender"
    assert not [path for path, entry in document["paths"].items() if "head" in entry]


def test_head_is_served_wherever_get_is(document: dict[str, Any], service: Service) -> None:
    with service.client(scopes=ALL) as client:
        for method, path, _entry in operations(document):
            if method == "get" and "{" not in path:
                assert client.head(path).status_code == client.get(path).status_code == 200, path


def test_files_times_and_titles_are_typed(document: dict[str, Any]) -> None:
    for _method, path, entry in operations(document):
        for code, answer in entry["responses"].items():
            for media, content in answer.get("content", {}).items():
                assert content.get("schema"), (path, code, media)
        if path.endswith("/download") and "batch" not in path:  # its ZIP is made while it is sent
            content = entry["responses"]["200"]["content"]
            assert all(part["schema"] == {"type": "string", "format": "binary"} for part in content.values())
            assert "multipart/byteranges" in entry["responses"]["206"]["content"]
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        for field, part in schema.get("properties", {}).items():
            if field.endswith("At"):
                assert any(item.get("format") == "date-time" for item in walk(part)), (name, field)
    assert schemas["EncoderConfigRequest"]["properties"]["fpsNum"]["title"] == "FPS numerator"
    for field in ("fonts", "markers", "assets"):
        items = schemas["TemplateDetail"]["properties"][field]["items"]
        assert component(document, items)["properties"]["name"]["type"] == "string"
    assert document["servers"][0]["url"] == "/"


def test_a_customization_is_one_component_everywhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    found = [
        (name, schema["properties"]["customizationMap"]["items"])
        for name, schema in schemas.items()
        if "customizationMap" in schema.get("properties", {})
    ]
    assert len(found) >= 5
    assert {items["$ref"] for _name, items in found} == {"#/components/schemas/CustomizationEntry"}
    entry = schemas["CustomizationEntry"]["properties"]
    assert {"layer", "text", "image", "video", "color", "visible", "slot", "value"} <= set(entry)
    assert not [name for name in schemas if name.endswith(("-Input", "-Output"))]


def test_a_dry_runs_answer_is_told_from_a_queued_render(document: dict[str, Any]) -> None:
    answer = document["paths"]["/render"]["post"]["responses"]["200"]
    assert [part["$ref"].rpartition("/")[2] for part in answer["content"]["application/json"]["schema"]["oneOf"]] == [
        "RenderQueued",
        "RenderEstimate",
    ]
    assert "dryRun" in answer["description"]


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


def test_downloads_have_the_types_that_can_come(document: dict[str, Any], client: Client) -> None:
    listed = {kind["mimeType"] for codec in client.get("/render/codecs").json() for kind in codec["containers"]}
    responses = document["paths"]["/render/{renderId}/download"]["get"]["responses"]
    assert set(responses["200"]["content"]) == {*listed, "application/octet-stream"}
    assert {"video/mp4", "video/webm", "image/gif", "audio/wav"} <= listed
    assert next(iter(responses["200"]["content"])) == "video/mp4"
    assert set(responses["206"]["content"]) == {*listed, "application/octet-stream", "multipart/byteranges"}


def test_the_documents_tell_generators_of_every_type_of_file(document: dict[str, Any]) -> None:
    """``openapi-python-client`` leaves out what it has no type for."""
    known = {"application/octet-stream", "multipart/form-data", "text/html", "text/plain"}
    listed = re.findall(r"^  (\S+/\S+): application/octet-stream$", SERVICE.read_text(), re.MULTILINE)
    bodies = [part for part in walk(document["paths"]) if isinstance(part.get("content"), dict)]
    kinds = {kind for part in bodies for kind in part["content"] if "json" not in kind}
    assert kinds - known == set(listed)


def test_the_documents_say_that_the_bitrate_is_a_cap(document: dict[str, Any]) -> None:
    encoder = document["components"]["schemas"]["EncoderConfigRequest"]["properties"]
    assert "Bytes (not bits) per second" in encoder["bitrate"]["description"]
    assert "at rc 1 it has at most these" in encoder["bitrate"]["description"]
    assert "1: VBR (where it is left out), an even quality whose bitrate is capped" in encoder["rc"]["description"]
    assert "`bitrate` is bytes a second, and at the default rate control a cap" in SERVICE.read_text()
    table = (SERVICE.parent / "encoder.md").read_text()
    assert "`bitrate` is **bytes** a second" in table
    (default,) = re.findall(r"^\| 1 \| VBR[^|]*\|([^|]*)\|$", table, re.MULTILINE)
    assert "cap" in default


def test_a_poster_is_documented_as_a_download(document: dict[str, Any]) -> None:
    poster = document["paths"]["/render/{renderId}/poster"]["get"]
    assert set(poster["responses"]["200"]["content"]) == {"image/png", "image/jpeg", "image/webp"}
    assert {"206", "304", "412", "416"} <= set(poster["responses"])
    assert {"Range", "If-None-Match"} <= {one["name"] for one in poster["parameters"]}
    preview = document["paths"]["/template/{templateId}/preview"]["get"]
    assert "206" not in preview["responses"]

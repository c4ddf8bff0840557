"""The examples of the OpenAPI document: every operation has one, which a real service takes with ids of one's own."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from text_support import named_font
from web.support_receivers import Receiver
from web.support_service import PATIENCE, Client, Service, render_request
from web.support_templates import png, slow_template, template_zip, wav

from velocity_web.http.examples import IDS, INSTANCE

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
SCRIPT = Path(__file__).resolve().parents[2] / "velocity_web" / "pages" / "swagger-ui" / "start.js"
METHODS = ("get", "post", "put", "patch", "delete")
FILES = {
    "uploadTemplate": ("template.zip", template_zip()),
    "uploadAudio": ("sound.wav", wav()),
    "uploadGroupAudio": ("sound.wav", wav()),
    "uploadAsset": ("picture.png", png()),
    "uploadFont": ("font.ttf", named_font("DejaVuSans.ttf", "Example Sans", "Example")),
}


@dataclass(frozen=True)
class Attempt:
    """One sending of one example."""

    operation: str
    method: str
    url: str
    content_type: str | None = None
    body: str | None = None


def attempts(document: dict[str, Any]) -> list[Attempt]:
    """Every example of every operation, as the page of the documentation sends it; deletions last."""
    found = []
    for path, entry in document["paths"].items():
        for method in METHODS:
            if method not in entry:
                continue
            operation = entry[method]
            shown = {one["name"]: one.get("example") for one in operation["parameters"]}
            url = re.sub(r"\{(\w+)\}", lambda match: str(shown[match[1]]), path)
            query = [one for one in operation["parameters"] if one["in"] == "query" and one.get("example")]
            if query:
                url += "?" + "&".join(f"{one['name']}={one['example']}" for one in query)
            contents = operation.get("requestBody", {}).get("content", {})
            name = operation["operationId"]
            if not contents or "multipart/form-data" in contents:
                found.append(Attempt(name, method, url))
            for media, content in contents.items():
                for example in content.get("examples", {}).values():
                    value = example["value"]
                    body = json.dumps(value) if "json" in media else value
                    found.append(Attempt(name, method, url, media, body))
    return sorted(found, key=lambda one: (one.method == "delete", one.url.count("/") * (one.method == "delete") * -1))


def own_things(client: Client, receiver: Receiver) -> dict[str, str]:
    """One of each, by the names of paths' parts."""
    template_id = client.ready_template(DEMO.read_bytes())
    font = named_font("DejaVuSans.ttf", "a", "A")
    webhook_id = client.post("/webhook", json={"url": receiver.url}).json()["id"]
    campaign_id = client.post("/campaign", json={"name": "Campaign"}).json()["id"]
    instance = {"templateId": template_id, "name": "Instance"}
    instance_id = client.post(f"/campaign/{campaign_id}/template-instance", json=instance).json()["id"]
    group_id = client.post("/audio-asset-group", json={"name": "Group"}).json()["id"]
    linked = client.post(f"/campaign/{campaign_id}/audio-groups/{group_id}")
    assert linked.status_code == 200
    small = {"bitrate": 100_000, "preset": 5, "res": [64, 36]}
    output = {"poster": {"frame": 0}}
    said = {"cues": [{"start": 0, "end": 1, "text": "Hello"}]}
    render_id = client.ready_render(
        template_id, output=output, captions=said, encoderConfig=small, jobInfo={"fEnd": 5}, webhookUrl=receiver.url
    )
    body = {**render_request(template_id), "encoderConfig": small, "jobInfo": {"fEnd": 5}, "rows": [{"name": "One"}]}
    batch_id = client.post("/render/batch", json=body).json()["batchId"]
    client.until(f"/render/batch/{batch_id}", lambda status: status["status"] == "completed")
    deadline = time.monotonic() + PATIENCE
    while not (log := client.get("/webhook/deliveries?status=delivered").json()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    user = client.post("/admin/users", json={"name": "Somebody"}).json()
    link = client.post(f"/render/{render_id}/link", json={}).json()
    return {
        "userId": user["id"],
        "keyId": user["firstKey"]["id"],
        "token": link["url"].rpartition("/")[2],
        "templateId": template_id,
        "audioId": client.ready_audio(wav(), audioGroupId=group_id),
        "renderId": render_id,
        "groupId": group_id,
        "campaignId": campaign_id,
        "instanceId": instance_id,
        "assetId": client.post("/asset", files={"file": ("a.png", png())}).json()["id"],
        "fontId": client.post("/font", files={"file": ("a.ttf", font)}).json()["fontId"],
        "batchId": batch_id,
        "webhookId": webhook_id,
        "deliveryId": log[0]["id"],
    }


def before(operation: str, client: Client, ids: dict[str, str]) -> dict[str, str]:
    """What an operation needs that not everything has: its own ids for it."""
    if operation == "cancelRender":
        return {**ids, "renderId": client.start_render(client.ready_template(slow_template()))}
    if operation == "deleteAudioGroup":
        return {**ids, "groupId": client.post("/audio-asset-group", json={"name": "Empty"}).json()["id"]}
    if operation in ("deleteTemplate", "deleteAudio", "deleteAsset"):
        for render in client.get("/render/active").json():
            client.post(f"/render/{render['renderId']}/cancel")
        for render in client.get("/render/active").json():
            client.settle(f"/render/{render['renderId']}/status")
    return ids


def send(client: Client, attempt: Attempt, ids: dict[str, str]) -> httpx.Response:
    url, body = attempt.url, attempt.body
    for name, example in IDS.items():
        url = url.replace(example, ids[name])
        body = body.replace(example, ids[name]) if body is not None else None
    if attempt.operation in FILES:
        return client.request(attempt.method, url, files={"file": FILES[attempt.operation]})
    headers = {"Content-Type": attempt.content_type} if attempt.content_type else {}
    return client.request(attempt.method, url, content=body, headers=headers)


@pytest.fixture(scope="module")
def receiver() -> Any:
    made = Receiver([])
    yield made
    made.server.shutdown()


def test_a_real_service_takes_every_example(service: Service, receiver: Receiver) -> None:
    client = service.client(scopes="render read preview admin")
    document = client.get("/openapi.json").json()
    every = attempts(document)
    ids = own_things(client, receiver)
    for attempt in every:
        answer = send(client, attempt, before(attempt.operation, client, ids))
        assert answer.status_code == 200, (attempt, answer.text[:500])
        assert "Warning" not in answer.headers, (attempt, answer.headers["Warning"])
    assert len({attempt.operation for attempt in every}) == sum(len(entry) for entry in document["paths"].values())
    assert len(every) > 85


def test_every_body_and_every_id_has_an_example(client: Client) -> None:
    document = client.get("/openapi.json").json()
    for path, entry in document["paths"].items():
        for operation in entry.values():
            for media, content in operation.get("requestBody", {}).get("content", {}).items():
                assert media == "multipart/form-data" or content["examples"], path
                assert "null" not in json.dumps(content.get("examples", {}))
            for parameter in operation["parameters"]:
                assert parameter["in"] != "path" or parameter["example"] == IDS[parameter["name"]], path
    assert INSTANCE in json.dumps(document)


def test_the_documentation_page_finds_ones_own_for_every_id(client: Client) -> None:
    """What the page's script asks for: each list is there, and has the field that it reads."""
    listed = re.findall(r'^  (\w+): \["([^"]+)", "(\w+)"\],$', SCRIPT.read_text(), re.MULTILINE)
    assert {name for name, _path, _field in listed} == set(IDS) - {"userId", "keyId", "token"}
    document = client.get("/openapi.json").json()
    for _name, path, field in listed:
        answer = document["paths"][path.split("?")[0]]["get"]["responses"]["200"]
        items = answer["content"]["application/json"]["schema"]["items"]
        schema = document["components"]["schemas"][items["$ref"].rpartition("/")[2]]
        assert field in schema["properties"], path


def test_the_document_names_those_who_made_it(client: Client) -> None:
    info = client.get("/openapi.json").json()["info"]
    assert info["license"]["identifier"] == "Apache-2.0"

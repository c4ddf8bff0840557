"""Campaign mode."""

from __future__ import annotations

from uuid import uuid4

import pytest
from web.support_service import Client
from web.support_templates import template_zip, wav

ENCODER = {"bitrate": 100_000, "preset": 5}


@pytest.fixture
def campaign_id(client: Client) -> str:
    return str(client.post("/campaign", json={"name": "Spring"}).json()["id"])


@pytest.fixture
def instance_id(client: Client, campaign_id: str, template_id: str) -> str:
    request = {
        "templateId": template_id,
        "name": "Green",
        "customizationMap": [{"layer": "Ground", "color": "#00ff00"}],
    }
    answer = client.post(f"/campaign/{campaign_id}/template-instance", json=request)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def test_an_instance_renders_with_its_map_and_its_names(client: Client, campaign_id: str, instance_id: str) -> None:
    request = {"templateInstanceId": instance_id, "name": "Spot", "encoderConfig": ENCODER}
    render_id = client.post("/render", json=request).json()["renderId"]
    status = client.settle(f"/render/{render_id}/status")
    assert status["status"] == "completed"
    assert (status["templateInstanceId"], status["templateInstanceName"]) == (instance_id, "Green")
    assert (status["campaignId"], status["isDirectRender"]) == (campaign_id, False)
    detail = client.get(f"/render/renders/{render_id}").json()
    assert detail["customizationMap"] == [{"layer": "Ground", "color": "#00ff00"}]


def test_audio_must_belong_to_a_linked_group(client: Client, campaign_id: str, instance_id: str) -> None:
    group_id = client.post("/audio-asset-group", json={"name": "Music"}).json()["id"]
    audio_id = client.ready_audio(wav(), audioGroupId=group_id)
    request = {"templateInstanceId": instance_id, "name": "Spot", "audioId": audio_id, "encoderConfig": ENCODER}
    refused = client.post("/render", json=request)
    assert refused.status_code == 400
    assert "not linked" in refused.json()["errors"]["audioId"][0]
    link = f"/campaign/{campaign_id}/audio-groups/{group_id}"
    assert client.post(link).status_code == client.post(link).status_code == 200
    assert client.get(f"/campaign/{campaign_id}").json()["audioGroupIds"] == [group_id]
    assert client.post("/render?dryRun=true", json=request).status_code == 200
    assert client.delete(link).status_code == 200
    assert client.delete(link).status_code == 404
    assert client.post("/render?dryRun=true", json=request).status_code == 400


def test_instances_are_changed_listed_and_deleted(client: Client, campaign_id: str, instance_id: str) -> None:
    url = f"/campaign/{campaign_id}/template-instance/{instance_id}"
    changed = client.patch(url, json={"name": "Blue"}).json()
    assert (changed["name"], changed["customizationMap"]) == ("Blue", [{"layer": "Ground", "color": "#00ff00"}])
    changed = client.put(url, json={"customizationMap": []}).json()
    assert (changed["name"], changed["customizationMap"]) == ("Blue", [])
    assert [entry["id"] for entry in client.get(f"/campaign/{campaign_id}/template-instance").json()] == [instance_id]
    assert client.delete(url).status_code == 200
    assert client.get(url).status_code == 404
    request = {"templateInstanceId": instance_id, "name": "Spot", "encoderConfig": ENCODER}
    assert "templateInstanceId" in client.post("/render", json=request).json()["errors"]


def test_a_map_that_does_not_fit_is_400_with_the_nearest_name(
    client: Client, campaign_id: str, template_id: str
) -> None:
    request = {"templateId": template_id, "name": "x", "customizationMap": [{"layer": "Grond", "color": "#00ff00"}]}
    answer = client.post(f"/campaign/{campaign_id}/template-instance", json=request)
    assert answer.status_code == 400
    [(field, [sentence])] = answer.json()["errors"].items()
    assert field.startswith("customizationMap[0]")
    assert "Ground" in sentence


def test_an_instance_of_an_unknown_template_is_400(client: Client, campaign_id: str) -> None:
    request = {"templateId": str(uuid4()), "name": "x"}
    answer = client.post(f"/campaign/{campaign_id}/template-instance", json=request)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["templateId"]


def test_deleting_a_campaign_keeps_its_renders(client: Client, campaign_id: str, instance_id: str) -> None:
    request = {"templateInstanceId": instance_id, "name": "Spot", "encoderConfig": ENCODER}
    render_id = client.post("/render", json=request).json()["renderId"]
    client.settle(f"/render/{render_id}/status")
    assert client.delete(f"/campaign/{campaign_id}").status_code == 200
    assert client.get(f"/campaign/{campaign_id}").status_code == 404
    assert client.get("/campaign").json() == []
    assert client.get(f"/render/{render_id}/download").status_code == 200


def test_an_instance_whose_template_was_deleted_says_so(client: Client, campaign_id: str, instance_id: str) -> None:
    instance = client.get(f"/campaign/{campaign_id}/template-instance/{instance_id}").json()
    assert client.delete(f"/template/{instance['templateId']}").status_code == 200
    assert client.get(f"/campaign/{campaign_id}/template-instance/{instance_id}").json()["templateName"] is None
    request = {"templateInstanceId": instance_id, "name": "Spot", "encoderConfig": ENCODER}
    assert client.post("/render", json=request).status_code == 400
    assert client.ready_template(template_zip())

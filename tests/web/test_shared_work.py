"""The same work once: what rows of a batch share, and what a dry run says of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from web.support_service import Client, Service
from web.support_templates import png, sliding, slow_template, solid, template_zip

CONFIG = {"bitrate": 100_000, "preset": 5, "gop": 30}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Any:
    started = Service(tmp_path_factory.mktemp("shared"), {"VELOCITY_WORKERS": "2"}).start()
    yield started
    started.kill()


def end_card(frames: int = 240) -> bytes:
    """Eight seconds, two segments, in the second of which a card is seen."""
    ground = sliding(solid("Ground", "#203040", frames, 2), frames)
    card = {**solid("Card", "#ffffff", frames, 1), "ip": 150}
    return template_zip(frames=frames, layers=[card, ground])


def colored(*colors: str) -> list[dict[str, Any]]:
    return [{"customizationMap": [{"layer": "Card", "color": color}]} for color in colors]


def batch(client: Client, template_id: str, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    params = {"dryRun": "true"} if more.pop("dry_run", False) else {}
    request = {"templateId": template_id, "encoderConfig": CONFIG, "rows": rows, **more}
    answer = client.post("/render/batch", json=request, params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def estimated(client: Client, template_id: str, **more: Any) -> dict[str, Any]:
    request = {"templateId": template_id, "name": "Video", "encoderConfig": CONFIG, **more}
    answer = client.post("/render", json=request, params={"dryRun": "true"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def done(client: Client, batch_id: str) -> list[dict[str, Any]]:
    found = client.until(f"/render/batch/{batch_id}", lambda one: one["status"] in ("completed", "cancelled"))
    return [client.get(f"/render/{row['renderId']}/status").json() for row in found["rows"]]


def ended(service: Service) -> dict[str, int]:
    """How many frames each render took over, by its id."""
    lines = [json.loads(line) for line in (service.data / "server.log").read_text().splitlines() if line[:1] == "{"]
    found = (line for line in lines if line.get("event") == "job ended" and line["kind"] == "render")
    return {line["job"]: line["reused_frames"] for line in found}


def test_a_batch_says_how_much_of_it_is_unique(service: Service) -> None:
    with service.client() as client:
        template_id = client.ready_template(end_card())
        rows = colored("#ff0000", "#00ff00", "#0000ff", "#ff0000")
        estimate = batch(client, template_id, rows, dry_run=True)
        assert (estimate["seconds"], estimate["uniqueSeconds"]) == (32.0, 5.0 + 3 * 3)
        queued = batch(client, template_id, rows)
        assert (queued["seconds"], queued["uniqueSeconds"]) == (32.0, 5.0 + 3 * 3)
        done(client, queued["batchId"])
        assert client.get("/render/batch").json()[0]["uniqueSeconds"] == 14.0


def test_pieces_of_a_batch_are_counted_together(service: Service) -> None:
    with service.client() as client:
        template_id = client.ready_template(end_card())
        rows = colored(*[f"#{number % 7:06x}" for number in range(600)])
        estimate = batch(client, template_id, rows, dry_run=True)
        assert (estimate["seconds"], estimate["uniqueSeconds"]) == (4800.0, 5.0 + 7 * 3)


def test_rows_that_are_wrong_do_not_count(service: Service) -> None:
    with service.client() as client:
        template_id = client.ready_template(end_card())
        wrong = {"customizationMap": [{"layer": "Nobody", "color": "#ff0000"}]}
        missing = {
            "customizationMap": [{"layer": "Card", "image": {"assetId": "00000000-0000-0000-0000-000000000000"}}]
        }
        estimate = batch(client, template_id, [*colored("#ff0000"), wrong, missing], dry_run=True)
        assert (estimate["rowsValid"], estimate["seconds"], estimate["uniqueSeconds"]) == (1, 8.0, 8.0)


def test_rows_with_the_same_video_are_one_render(service: Service) -> None:
    with service.client() as client:
        template_id = client.ready_template(slow_template(6))
        same = [{"name": f"Row {number}", "customizationMap": []} for number in range(4)]
        other = {"customizationMap": [{"layer": "Box 1", "color": "#ff0000"}]}
        queued = batch(client, template_id, [*same, other], encoderConfig=CONFIG)
        states = done(client, queued["batchId"])
        assert [state["status"] for state in states] == ["completed"] * 5
        assert [state["name"] for state in states[:4]] == [row["name"] for row in same]
        assert all(state["startedAt"] >= states[0]["completedAt"] for state in states[1:4])
        taken = ended(service)
        assert [taken[state["renderId"]] for state in states] == [0, 180, 180, 180, 0]
        videos = {
            hashlib.sha256(client.get(f"/render/{state['renderId']}/download").content).digest() for state in states
        }
        assert len(videos) == 2


def test_what_rows_have_in_common_is_rendered_once(service: Service) -> None:
    """Two workers, and yet the first segment is not drawn twice."""
    with service.client() as client:
        template_id = client.ready_template(end_card())
        queued = batch(client, template_id, colored("#ff0000", "#00ff00", "#0000ff", "#ffff00", "#ff00ff"))
        assert (queued["seconds"], queued["uniqueSeconds"]) == (40.0, 5.0 + 5 * 3)
        states = done(client, queued["batchId"])
        taken = ended(service)
        assert [taken[state["renderId"]] for state in states] == [0, 150, 150, 150, 150]


def test_rows_that_share_little_wait_for_none(service: Service) -> None:
    with service.client() as client:
        template_id = client.ready_template(slow_template(8))
        rows = [{"customizationMap": [{"layer": "Box 1", "color": color}]} for color in ("#ff0000", "#00ff00")]
        queued = batch(client, template_id, rows)
        assert queued["uniqueSeconds"] == queued["seconds"]
        ids = [row["renderId"] for row in queued["rows"]]
        for render_id in ids:
            client.until(f"/render/{render_id}/status", lambda state: state["startedAt"] is not None)
        states = done(client, queued["batchId"])
        assert states[1]["startedAt"] < states[0]["completedAt"]


def test_copies_go_on_where_their_first_render_is_cancelled(service: Service) -> None:
    with service.client() as client:
        template_id = client.ready_template(slow_template(6))
        queued = batch(client, template_id, [{"customizationMap": []}] * 3, encoderConfig=CONFIG)
        first = queued["rows"][0]["renderId"]
        assert client.post(f"/render/{first}/cancel").status_code == 200
        assert [state["status"] for state in done(client, queued["batchId"])] == ["cancelled", "completed", "completed"]


def test_without_a_cache_every_row_is_rendered(new_service: Callable[..., Service]) -> None:
    service = new_service(cache_mb="0")
    with service.client() as client:
        template_id = client.ready_template(template_zip(frames=30))
        queued = batch(client, template_id, [{"customizationMap": []}] * 2)
        assert [state["status"] for state in done(client, queued["batchId"])] == ["completed"] * 2
        assert set(ended(service).values()) == {0}
        assert estimated(client, template_id)["cachedFrames"] == 0


def test_a_dry_run_says_how_many_frames_are_cached(service: Service) -> None:
    with service.client() as client:
        template_id = client.ready_template(end_card())
        assert estimated(client, template_id)["cachedFrames"] == 0
        client.ready_render(template_id, encoderConfig=CONFIG)
        assert estimated(client, template_id)["cachedFrames"] == 240
        changed = {"customizationMap": [{"layer": "Card", "color": "#00ff00"}]}
        assert estimated(client, template_id, **changed)["cachedFrames"] == 150
        found = batch(client, template_id, [*colored("#00ff00", "#ffff00"), {"customizationMap": []}], dry_run=True)
        assert (found["cachedFrames"], found["cachedRows"]) == (150 + 150 + 240, 3)
        with service.client() as stranger:
            assert estimated(stranger, stranger.ready_template(end_card()))["cachedFrames"] == 0


def test_with_assets_too(service: Service) -> None:
    with service.client() as client:
        template_id = client.ready_template(end_card())
        answer = client.post("/asset", files={"file": ("a.png", png())})
        assert answer.status_code == 200, answer.text
        changed = {"customizationMap": [{"layer": "Card", "image": {"assetId": answer.json()["assetId"]}}]}
        assert estimated(client, template_id, **changed)["cachedFrames"] == 0
        client.ready_render(template_id, encoderConfig=CONFIG, **changed)
        assert estimated(client, template_id, **changed)["cachedFrames"] == 240
        found = batch(client, template_id, [changed, *colored("#00ff00")], dry_run=True)
        assert (found["cachedFrames"], found["cachedRows"]) == (150, 1)

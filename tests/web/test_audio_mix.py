"""The ``audio`` object of a render request: heard in the video, and checked before anything is queued."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from media_support import decoded_sound, make_sound, tone
from web.support_service import Client, render_request
from web.support_templates import template_zip

RATE = 48_000
NO_VOICE = (
    "the ducking listens to the layer Voice, which the template does not have. "
    "Name a layer of the template, or leave the layer out for all of its sound"
)


@pytest.fixture
def music(client: Client, tmp_path: Path) -> str:
    return client.ready_audio(make_sound(tmp_path / "music.wav", tone(0.5)).read_bytes())


def levels(client: Client, render_id: str, folder: Path) -> list[float]:
    """Of each half of the first second."""
    (folder / "video.mp4").write_bytes(client.get(f"/render/{render_id}/download").content)
    samples = decoded_sound(folder / "video.mp4").astype(np.float64)
    halves = [samples[:, at + 3_000 : at + 21_000] for at in (0, RATE // 2)]
    return [float(np.sqrt(2 * np.mean(half**2))) for half in halves]


@pytest.mark.parametrize(
    ("mix", "expected"),
    [
        ({}, [0.5, 0.0]),
        ({"volume": 0.5, "loop": True}, [0.25, 0.25]),
        ({"start": 0.5}, [0.0, 0.5]),
        ({"trim": [0, 0.25], "loop": True, "fadeIn": 0, "muteTemplate": True}, [0.5, 0.5]),
    ],
)
def test_a_mix_is_heard(client: Client, music: str, tmp_path: Path, mix: dict[str, Any], expected: list[float]) -> None:
    template_id = client.ready_template(template_zip(frames=30))
    render_id = client.ready_render(template_id, audioId=music, audio=mix)
    assert levels(client, render_id, tmp_path) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(
    ("mix", "field", "sentence"),
    [
        ({"volume": 11}, "audio.volume", "it must be at most 10"),
        ({"loudness": -3}, "audio.loudness", "it must be at most -5"),
        ({"trim": [2, 1]}, "audio.trim", "it must be the seconds at which the part begins and ends, such as [2, 12.5]"),
        ({"ducking": {"depth": 99}}, "audio.ducking.depth", "it must be at most 60"),
        (
            {"ducking": {"layer": "Voice"}},
            "audio.ducking.layer",
            NO_VOICE,
        ),
    ],
)
@pytest.mark.parametrize("query", ["", "?dryRun=true"])
def test_what_is_wrong_with_a_mix_is_told(
    client: Client, template_id: str, mix: dict[str, Any], field: str, sentence: str, query: str
) -> None:
    answer = client.post(f"/render{query}", json=render_request(template_id, audio=mix))
    assert answer.status_code == 400
    assert answer.json()["errors"] == {field: [sentence]}


def test_the_rows_of_a_batch_share_a_mix(client: Client, music: str, template_id: str, tmp_path: Path) -> None:
    batch = {**render_request(template_id), "audioId": music, "audio": {"volume": 0.5}, "rows": [{"name": "One"}]}
    batch_id = client.post("/render/batch", json=batch).json()["batchId"]
    done = client.until(f"/render/batch/{batch_id}", lambda status: status["status"] == "completed")
    assert levels(client, done["rows"][0]["renderId"], tmp_path)[0] == pytest.approx(0.25, abs=0.05)

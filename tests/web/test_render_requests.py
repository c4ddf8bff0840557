"""How a render's request is stored, and how one of an earlier version is read."""

from __future__ import annotations

import json
from dataclasses import replace

import velocity_engine as engine
from velocity_web.orders.render_requests import read_request, request_text
from velocity_web.schemas.render import EncoderConfigRequest
from velocity_web.services.render_checks import encoder_from

ORDER = engine.RenderOrder(
    template=engine.FileReference("templates/a.zip", "0" * 64),
    output="render.mov",
    encoder=engine.EncoderConfig(bitrate="40k", resolution=(64, 32), container="mov"),
    assets={"x": engine.FileReference("assets/x.png", "1" * 64)},
    frames=(2.0, 9.5),
    soundtrack=engine.FileReference("audio/s.wav", "2" * 64),
)
ASKED = {"jobInfo": {"fStart": 2}, "encoderConfig": {"bitrate": 5000, "res": [64, 32]}}


def test_what_is_stored_is_the_order_and_what_was_asked() -> None:
    stored = read_request(request_text(ORDER, '[{"layer": "A", "text": "x"}]', ASKED))
    assert stored.order == replace(ORDER, customizations=({"layer": "A", "text": "x"},))
    assert (stored.job_info, stored.encoder_config) == (ASKED["jobInfo"], ASKED["encoderConfig"])


def test_what_is_asked_of_held_frames_goes_to_the_engine() -> None:
    for asked, told in (({}, None), ({"heldFrames": "encode"}, "encode"), ({"heldFrames": "skip"}, "skip")):
        request = EncoderConfigRequest.model_validate({"bitrate": 5000, **asked})
        assert encoder_from(request).held_frames == told


def test_a_render_that_an_earlier_version_queued_is_read() -> None:
    encoder = {
        name: value for name, value in ORDER.encoder.to_values().items() if name != "segment_seconds"
    }  # which came with the orders
    values = {
        "template": "templates/a.zip",
        "encoder": encoder,
        "assets": {"x": "assets/x.png"},
        "audio": "audio/s.wav",
        "frames": [2.0, 9.5],
        "asked": ASKED,
        "customizations": [{"layer": "A", "text": "x"}],
    }
    stored = read_request(json.dumps(values))
    unread = engine.FileReference.unread
    assert stored.order == replace(
        ORDER,
        template=unread("templates/a.zip"),
        assets={"x": unread("assets/x.png")},
        soundtrack=unread("audio/s.wav"),
        customizations=({"layer": "A", "text": "x"},),
    )
    assert stored.encoder_config == ASKED["encoderConfig"]

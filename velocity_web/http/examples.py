"""Bodies that the documentation offers: each is complete, and works once its ids are the reader's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TEMPLATE = "550e8400-e29b-41d4-a716-446655440000"
INSTANCE = "123e4567-e89b-12d3-a456-426614174000"
AUDIO = "789a0123-b45c-67d8-e901-234567890000"

Examples = Mapping[str, Mapping[str, Any]]


def _example(summary: str, value: Any) -> dict[str, Any]:
    return {"summary": summary, "value": value}


RENDER: Examples = {
    "direct": _example(
        "A template as it is", {"templateId": TEMPLATE, "name": "Hello", "encoderConfig": {"bitrate": 625_000}}
    ),
    "campaign": _example(
        "An instance of a campaign",
        {"templateInstanceId": INSTANCE, "name": "Hello", "encoderConfig": {"bitrate": 625_000}},
    ),
    "full": _example(
        "With sound, a part of the frames, a size and another text",
        {
            "templateId": TEMPLATE,
            "name": "Hello",
            "audioId": AUDIO,
            "jobInfo": {"fStart": 0, "fEnd": 150},
            "encoderConfig": {"bitrate": 625_000, "fpsNum": 30, "res": [1920, 1080], "codec": 0, "preset": 2},
            "customizationMap": [{"layer": "Headline", "text": "Hello"}],
        },
    ),
}
BATCH: Examples = {
    "rows": _example(
        "Two videos of one template",
        {
            "templateId": TEMPLATE,
            "name": "Spring",
            "encoderConfig": {"bitrate": 625_000},
            "rows": [{"name": "Ada"}, {"name": "Grace"}],
        },
    ),
}
BATCH_CSV: Examples = {"csv": _example("A video for each line", "name\nAda\nGrace\n")}
PREVIEW: Examples = {
    "frame": _example(
        "The first frame with another text",
        {"customizationMap": [{"layer": "Headline", "text": "Hello"}], "frame": 0, "width": 640},
    ),
    "sheet": _example("Four frames side by side", {"frames": [0, 10, 20, 30], "columns": 2, "format": "webp"}),
}
CLIP: Examples = {
    "clip": _example(
        "Two seconds with another text",
        {"customizationMap": [{"layer": "Headline", "text": "Hello"}], "startFrame": 0, "endFrame": 50, "width": 320},
    ),
}
CAMPAIGN: Examples = {"campaign": _example("A campaign", {"name": "Spring"})}
GROUP: Examples = {"group": _example("A group", {"name": "Voices"})}
INSTANCE_BODY: Examples = {"instance": _example("An instance", {"templateId": TEMPLATE, "name": "Spring, long"})}
INSTANCE_CHANGE: Examples = {"name": _example("Another name", {"name": "Spring, short"})}
PREVIEW_LINK: Examples = {
    "day": _example(
        "For a day",
        {"customizationMap": [{"layer": "Headline", "text": "Hello"}], "width": 640, "expiresSeconds": 86_400},
    ),
}
RENDER_LINK: Examples = {
    "hour": _example("For an hour", {"expiresSeconds": 3600}),
}
USER: Examples = {"user": _example("A user with a first key", {"name": "Ada", "quotaMB": 5000})}
USER_CHANGE: Examples = {"budget": _example("Another budget", {"budgetMilliseconds": 7_200_000})}
KEY: Examples = {
    "page": _example(
        "For previews in the pages of a shop",
        {"name": "shop", "scopes": ["preview"], "origins": ["https://shop.example"]},
    ),
    "month": _example("For a month", {"name": "agency", "scopes": ["render", "read"], "expiresSeconds": 2_592_000}),
}
KEY_ROTATION: Examples = {"day": _example("The old key stays valid for a day", {"keepSeconds": 86_400})}

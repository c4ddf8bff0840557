"""Bodies that the documentation offers: each is complete, and works once its ids are the reader's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TEMPLATE = "550e8400-e29b-41d4-a716-446655440000"
INSTANCE = "123e4567-e89b-12d3-a456-426614174000"
AUDIO = "789a0123-b45c-67d8-e901-234567890000"

RENDER_ID = "9b2f0d3c-6d4e-4c8a-9a51-0c3c7e1f2a10"
GROUP_ID = "1f6f8f0e-2b7c-4a53-8a60-5d7d6a1c9e21"
CAMPAIGN_ID = "c0a8012e-7b1d-4f0a-9c44-2e6b8d9f3a32"
IDS = {
    "templateId": TEMPLATE,
    "instanceId": INSTANCE,
    "audioId": AUDIO,
    "renderId": RENDER_ID,
    "groupId": GROUP_ID,
    "campaignId": CAMPAIGN_ID,
    "assetId": "4d1e7a90-53c2-4b8f-8f1b-6a0e5c7d8b43",
    "fontId": "5d2f8b1c-64d3-4c9e-9a2c-7b1f6d8e9c54",
    "batchId": "7e5b3c21-9f08-4d6a-b3c7-1a2d4e6f8c54",
    "webhookId": "2a9c4e6b-8d1f-4b3a-a5c7-9e0f1b2d3c65",
    "deliveryId": "6c8e0a2d-4f1b-4d3c-9b5a-7e9f0c1d2b76",
    "userId": "8b7d6f5e-3c2a-4f1e-8d9c-0b1a2c3d4e87",
    "keyId": "3f2e1d0c-9b8a-4c7d-8e6f-5a4b3c2d1e98",
    "token": "0a1b2c3d4e5f",
}
"""What the documentation has in the place of ids, by the names of paths' parts. On the page of the documentation those
of the reader's own things stand for the newest of them (``pages/swagger-ui/start.js``)."""

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
            "metadata": {"order": "17"},
            "jobInfo": {"fStart": 0, "fEnd": 150},
            "encoderConfig": {"bitrate": 625_000, "fpsNum": 30, "res": [1920, 1080], "codec": 0, "preset": 2},
            "customizationMap": [{"layer": "Headline", "text": "Hello"}],
        },
    ),
    "places": _example(
        "With a picture and a sound that are fetched, sent to a connection",
        {
            "templateId": TEMPLATE,
            "name": "Hello",
            "audio": {"url": "https://example.com/voice.mp3", "volume": 0.8},
            "encoderConfig": {"bitrate": 625_000},
            "customizationMap": [{"layer": "Photo", "image": {"url": "https://example.com/photo.jpg"}}],
            "destinations": [{"connection": "media", "path": "spring/{name}.mp4"}],
        },
    ),
    "captions": _example(
        "With captions",
        {
            "templateId": TEMPLATE,
            "name": "Hello",
            "encoderConfig": {"bitrate": 625_000},
            "captions": {
                "cues": [{"start": 0.5, "end": 2, "text": "Hello"}, {"start": 2, "end": 4, "text": "and welcome"}],
                "style": "outline",
                "textTrack": True,
            },
        },
    ),
}
TEMPLATE_IMPORT: Examples = {
    "url": _example("From a web server", {"url": "https://example.com/promo.zip", "name": "Promo"}),
    "connection": _example("From a connection", {"connection": "media", "path": "templates/promo.zip"}),
}
AUDIO_IMPORT: Examples = {"url": _example("From a web server", {"url": "https://example.com/voice.mp3"})}
ASSET_IMPORT: Examples = {"url": _example("From a web server", {"url": "https://example.com/photo.jpg"})}
FONT_IMPORT: Examples = {"url": _example("From a web server", {"url": "https://example.com/Corporate-Bold.woff2"})}
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
    "captions": _example(
        "A frame with what is said then",
        {"frame": 30, "captions": {"cues": [{"start": 0, "end": 4, "text": "Hello"}], "style": "box"}},
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
WEBHOOK: Examples = {
    "all": _example("All events", {"url": "https://example.com/hook"}),
    "some": _example(
        "Renders that ended well or badly",
        {"url": "https://example.com/hook", "events": ["render.completed", "render.failed"]},
    ),
}
WEBHOOK_CHANGE: Examples = {"events": _example("Other events", {"events": ["batch.completed", "batch.failed"]})}
ROTATION: Examples = {"day": _example("Both secrets sign for a day", {"overlapHours": 24})}
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

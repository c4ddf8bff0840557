"""A render's request as it is stored: the engine's order, and what was asked for in the caller's own words.

The order's files lie below the data folder, and its output is a name: who renders it says where they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import velocity_engine as engine


@dataclass(frozen=True, slots=True)
class CaptionsFile:
    """``how`` captions are shown that are in a file, as JSON that the engine wrote, but for the cues."""

    location: str
    how: str


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """``job_info`` and ``encoder_config`` are as the caller wrote them, for who reads them again; ``executor`` is the
    one that the caller named, if any, ``duration`` what the length follows, ``captioned`` the seconds of the captions
    that the video shows, ``captions_file`` what has them, where that is fetched, and ``motion_blur`` how layers are
    blurred."""

    order: engine.RenderOrder
    job_info: Mapping[str, Any]
    encoder_config: Mapping[str, Any]
    executor: str | None = None
    duration: Mapping[str, Any] | None = None
    captioned: tuple[float, float] | None = None
    captions_file: CaptionsFile | None = None
    motion_blur: Mapping[str, Any] | None = None


def request_text(
    order: engine.RenderOrder, customizations: str, asked: Mapping[str, Any], captions: str | None = None
) -> str:
    """What is stored. ``customizations`` and ``captions`` are JSON, which is not parsed here; ``asked`` has
    ``jobInfo``, ``encoderConfig`` and, where they were given, ``executor``, ``duration``, ``captioned``,
    ``captionsFile`` and ``motionBlur``."""
    return f'{{"asked":{json.dumps(asked)},"order":{order.to_json(customizations, captions)}}}'


def read_request(text: str) -> StoredRequest:
    """What ``request_text`` wrote, or a version before orders were stored."""
    values = json.loads(text)
    asked = values["asked"]
    order = engine.RenderOrder.from_values(values["order"]) if "order" in values else _order_of_parts(values)
    captioned = None if (seconds := asked.get("captioned")) is None else (seconds[0], seconds[1])
    file = None if (named := asked.get("captionsFile")) is None else CaptionsFile(**named)
    told = asked.get("executor"), asked.get("duration"), captioned, file, asked.get("motionBlur")
    return StoredRequest(order, asked["jobInfo"], asked["encoderConfig"], *told)


def cues_text(cues: Sequence[Mapping[str, Any]] | None) -> str | None:
    """The cues of a caption file as they are stored: JSON that may stand within that of captions."""
    return None if cues is None else json.dumps(cues, ensure_ascii=False, separators=(",", ":"))


def with_captions(text: str, captions: Mapping[str, Any]) -> str:
    """A stored request with the captions that turned out to be in their file."""
    values = json.loads(text)
    asked = {name: value for name, value in values["asked"].items() if name != "captionsFile"}
    return json.dumps({"asked": asked, "order": {**values["order"], "captions": captions}}, separators=(",", ":"))


def _order_of_parts(values: Mapping[str, Any]) -> engine.RenderOrder:
    """Of a render that an earlier version queued: the parts of an order, without what the files hold."""
    encoder = engine.EncoderConfig.from_values(values["encoder"])
    return engine.RenderOrder(
        template=engine.FileReference.unread(values["template"]),
        output=f"render.{encoder.container_name}",
        encoder=encoder,
        customizations=tuple(values["customizations"]),
        assets={key: engine.FileReference.unread(file) for key, file in values["assets"].items()},
        frames=tuple(values["frames"]) if values["frames"] else None,
        soundtrack=engine.FileReference.unread(values["audio"]) if values["audio"] else None,
    )

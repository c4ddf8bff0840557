"""What the tools do, by the service's client. All answers are bounded: a model reads them whole."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from velocity_client import AsyncVelocity, Failed, TimedOut, VelocityError
from velocity_client.generated.models.finding_dto import FindingDto
from velocity_client.generated.models.lengths_dto import LengthsDto
from velocity_client.generated.models.render_status_dto import RenderStatusDto
from velocity_client.generated.models.template_detail import TemplateDetail

MOST_TEMPLATES, MOST_LAYERS, MOST_FINDINGS, LONGEST_VALUE = 100, 200, 20, 300
ENDINGS = {"mp4": ".mp4", "webm": ".webm", "mov": ".mov", "avi": ".avi", "gif": ".gif"}
USUAL_BITRATE = 1_000_000
LINK_SECONDS = 24 * 3600

Words = Annotated[dict[str, str], Field(max_length=200)]


class Mistake(Exception):
    """What the model or its user can put right; the text says how."""


class Captions(BaseModel):
    """What is said in the video, and how that looks."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=200_000)] = Field(
        description="the text of an SRT, WebVTT or ASS file; second 0 is the first frame of the video"
    )
    style: Literal["box", "outline", "karaoke", "highlight", "pop", "none"] = "box"
    layer: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="a layer of the template that shows them; over everything if left out"
    )
    position: Literal["bottom", "middle", "top"] = "bottom"


class Changes(BaseModel):
    """What of the template changes, by the names of its layers, as describe_template lists them."""

    model_config = ConfigDict(extra="forbid")

    texts: Words = Field(default_factory=dict, description="new texts of text layers")
    colors: Words = Field(default_factory=dict, description="new colors of solids and shapes, as #rrggbb")
    images: Words = Field(
        default_factory=dict,
        description="new pictures: names of files in the folder that the server was started with (--files), or ids of "
        "assets of the service",
    )
    visible: Annotated[dict[str, bool], Field(max_length=200)] = Field(
        default_factory=dict, description="false hides a layer"
    )
    captions: Captions | None = None
    duration: float | Annotated[str, Field(max_length=200)] | None = Field(
        None,
        description="how long the video is, where the template has elastic regions: seconds, or layer: and the name of "
        "a layer that shows a clip; frames are then counted on the timeline of that video",
    )


class Output(BaseModel):
    """How the video is made. What is left out is as the template has it."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    width: Annotated[int, Field(ge=16, le=16384)] | None = Field(None, description="even; goes with height")
    height: Annotated[int, Field(ge=16, le=16384)] | None = Field(None, description="even; goes with width")
    start_frame: Annotated[int, Field(ge=0)] | None = Field(None, description="the first frame")
    end_frame: Annotated[int, Field(ge=1)] | None = Field(None, description="the frame after the last")
    codec: Literal["h264", "h265", "av1"] = "h264"
    preset: Annotated[int, Field(ge=0, le=5)] | None = Field(None, description="0: smallest file, 5: quickest")
    bitrate: Annotated[int, Field(ge=1000, le=250_000_000)] = Field(USUAL_BITRATE, description="bytes a second at most")


@dataclass(slots=True)
class Desk:
    """``templates`` is a folder whose ZIPs are uploaded once, ``files`` one whose pictures may be used, ``downloads``
    the one that finished videos are saved to."""

    velocity: AsyncVelocity
    templates: Path | None = None
    files: Path | None = None
    downloads: Path | None = None
    _taken_up: set[str] = field(default_factory=set)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def list_templates(self) -> dict[str, Any]:
        problems = await self._take_up()
        found = await self.velocity.templates.list()
        shown = [{"id": str(one.id), "name": one.name} for one in found[:MOST_TEMPLATES]]
        answer: dict[str, Any] = {"templates": shown}
        if len(found) > len(shown):
            answer["notShown"] = len(found) - len(shown)
        return answer | ({"problems": problems[:MOST_FINDINGS]} if problems else {})

    async def _take_up(self) -> list[str]:
        """Upload the folder's templates that were not uploaded before; the sentences say what is wrong with some."""
        problems: list[str] = []
        async with self._lock:
            paths = sorted(self.templates.glob("*.zip")) if self.templates is not None else []
            for path in paths[:MOST_TEMPLATES]:
                stamp = f"{path.name} {path.stat().st_mtime_ns}"
                if stamp in self._taken_up:
                    continue
                try:
                    await self.velocity.templates.upload(path)
                    self._taken_up.add(stamp)
                except VelocityError as error:
                    problems.append(f"{path.name}: {error}")
        return problems

    async def describe(self, template_id: str) -> dict[str, Any]:
        return described(await self.velocity.templates.get(template_id))

    async def preview(
        self, template_id: str, changes: Changes, shown: dict[str, Any], width: int
    ) -> tuple[bytes, str, str]:
        """The picture, its type, and a sentence about it."""
        picture = await self.velocity.templates.preview(
            template_id, **self._changes(changes), **shown, width=width, format="jpeg"
        )
        frames = ", ".join(f"{frame:g}" for frame in picture.frames)
        sentence = f"Frame {frames}, {picture.width} x {picture.height} pixels."
        findings = findings_of(picture.findings)
        text = sentence if not findings else sentence + " Findings: " + "; ".join(findings)
        return picture.content, picture.content_type, text

    async def estimate(self, template_id: str, changes: Changes, output: Output) -> dict[str, Any]:
        told = await self.velocity.estimate(template_id, **self._changes(changes), **order_of(output))
        return {
            "frames": told.frames,
            "videoSeconds": told.seconds,
            "expectedSeconds": told.expected_milliseconds / 1000,
            "atMostSeconds": told.most_milliseconds / 1000,
            "expectedBytes": told.expected_bytes,
            "findings": findings_of(told.warnings or ()),
        }

    async def render(self, template_id: str, changes: Changes, output: Output) -> dict[str, Any]:
        render = await self.velocity.render(template_id, **self._changes(changes), **order_of(output))
        return {"renderId": str(render.id), "next": "render_status with this id tells when it is done"}

    async def status(self, render_id: str, wait_seconds: float) -> dict[str, Any]:
        """After the end of the render, or of the wait."""
        render = self.velocity.renders.get(render_id)
        try:
            status = await render.wait(wait_seconds)
        except (Failed, TimedOut):
            status = await render.status()
        answer: dict[str, Any] = {"status": str(status.status), "progress": round(status.progress, 3)}
        if status.reason:
            answer["reason"] = status.reason[:LONGEST_VALUE]
        if status.estimated_remaining_milliseconds is not None:
            answer["remainingSeconds"] = status.estimated_remaining_milliseconds / 1000
        if findings := findings_of(status.warnings):
            answer["findings"] = findings
        if status.status == "completed":
            answer |= await self._where(status)
        return answer

    async def _where(self, status: RenderStatusDto) -> dict[str, Any]:
        """Where a finished video is."""
        if self.downloads is None:
            link = await self.velocity.renders.get(status.render_id).link(LINK_SECONDS)
            return {"videoUrl": link.url, "urlEnds": link.expires_at.isoformat()}
        self.downloads.mkdir(parents=True, exist_ok=True)
        render = self.velocity.renders.get(status.render_id)
        container = str((await render.detail()).encoder_config.container or "mp4")
        name = re.sub(r"[^\w -]", "_", status.name).strip()[:60] or "video"
        target = self.downloads / f"{name}-{str(status.render_id)[:8]}{ENDINGS.get(container, '.mp4')}"
        if not target.exists():
            await render.download(target)
        return {"file": str(target), "bytes": target.stat().st_size}

    def _changes(self, changes: Changes) -> dict[str, Any]:
        return {
            "texts": changes.texts,
            "colors": changes.colors,
            "visible": changes.visible,
            "images": {layer: self._picture(name) for layer, name in changes.images.items()},
            **({} if changes.captions is None else {"captions": changes.captions.model_dump(exclude_none=True)}),
            **({} if changes.duration is None else {"duration": changes.duration}),
        }

    def _picture(self, name: str) -> Path | str:
        """A file of the folder, and of nowhere else: what a model asks for is not always what its user wants."""
        if re.fullmatch(r"[0-9a-fA-F-]{36}", name):
            return name
        if self.files is None:
            raise Mistake("pictures need a folder: start `velocity mcp` with --files FOLDER, and name a file in it")
        path = (self.files / name).resolve()
        if not path.is_relative_to(self.files.resolve()) or not path.is_file():
            raise Mistake(f"there is no file {name[:100]!r} in the folder of pictures")
        return path


def described(template: TemplateDetail) -> dict[str, Any]:
    """What a model needs to fill a template in."""
    layers = [
        {
            "layer": layer.path,
            "kind": layer.kind,
            "changes": layer.customizable,
            **({"value": layer.value[:LONGEST_VALUE]} if layer.value else {}),
        }
        for layer in template.layers
        if layer.customizable
    ]
    answer: dict[str, Any] = {
        "id": str(template.id),
        "name": template.name,
        "width": template.width,
        "height": template.height,
        "frames": template.frame_count,
        "framesPerSecond": template.frame_rate,
        "seconds": template.duration,
        "lengths": template.lengths.to_dict() if isinstance(template.lengths, LengthsDto) else None,
        "layers": layers[:MOST_LAYERS],
        "markers": [{"name": one.name, "frame": one.time} for one in template.markers[:MOST_LAYERS]],
        "findings": findings_of(template.warnings),
    }
    return answer | ({"layersNotShown": len(layers) - MOST_LAYERS} if len(layers) > MOST_LAYERS else {})


def findings_of(findings: Sequence[FindingDto]) -> list[str]:
    """As sentences."""
    found = [f"{one.layer}: {one.message}" if isinstance(one.layer, str) else one.message for one in findings]
    return [text[:LONGEST_VALUE] for text in found[:MOST_FINDINGS]]


def order_of(output: Output) -> dict[str, Any]:
    """What the client takes."""
    encoder: dict[str, Any] = {"bitrate": output.bitrate, "codec": {"h264": 0, "h265": 1, "av1": 2}[output.codec]}
    if output.preset is not None:
        encoder["preset"] = output.preset
    if output.width is not None or output.height is not None:
        if output.width is None or output.height is None:
            raise Mistake("width and height go together: give both, or neither")
        encoder["res"] = [output.width, output.height]
    found: dict[str, Any] = {"encoder": encoder}
    if output.name is not None:
        found["name"] = output.name
    if output.start_frame is not None or output.end_frame is not None:
        found["frames"] = (output.start_frame, output.end_frame)
    return found

"""What a render is made of, in the words of its caller, and how the service says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Literal, TypedDict
from uuid import UUID

from velocity_client.errors import Mistaken
from velocity_client.generated.models.asset_dto import AssetDto
from velocity_client.generated.models.audio_dto import AudioDto
from velocity_client.generated.models.encoder_config_request import EncoderConfigRequest
from velocity_client.generated.models.finding_dto import FindingDto
from velocity_client.generated.models.instance_dto import InstanceDto
from velocity_client.generated.models.template_detail import TemplateDetail
from velocity_client.generated.models.template_dto import TemplateDto

Template = TemplateDetail | TemplateDto | InstanceDto | UUID | str
"""A template, an instance of a campaign, or a template's id."""
Given = str | PathLike[str] | bytes | AssetDto | UUID | Mapping[str, str]
"""A picture or clip: a file's path, its bytes, an asset or its id, ``data:...``, or the service's own words, such as
``{"file": "images/other.png"}``."""
Sound = str | PathLike[str] | AudioDto | UUID
"""A sound: a file's path, or an audio or its id."""
Said = str | PathLike[str] | bytes | AssetDto | UUID | Mapping[str, Any]
"""What is said: a caption file's path, its bytes, an asset or its id, or the service's own words, such as
``{"words": [...], "style": "karaoke"}``."""
Encoder = EncoderConfigRequest
BITRATE = 1_000_000
"""Bytes per second at most, where the caller says nothing: enough for 1080p."""


class Changes(TypedDict, total=False):
    """What of the template changes, by the names of its layers."""

    texts: Mapping[str, str | Sequence[Mapping[str, Any]] | Mapping[str, Any]]
    images: Mapping[str, Given]
    videos: Mapping[str, Given]
    colors: Mapping[str, str]
    visible: Mapping[str, bool]
    slots: Mapping[str, Any]
    customizations: Sequence[Mapping[str, Any]]
    """Entries of a customization map as the service takes them, for all that has no word of its own here."""


class Order(Changes, total=False):
    """How the video is made."""

    name: str
    metadata: Mapping[str, str]
    """Words of the caller's own, which the service hands through to the status, to lists and to webhooks."""
    audio: Sound
    encoder: EncoderConfigRequest | Mapping[str, Any]
    frames: tuple[int | None, int | None]
    """The first frame, and the one after the last."""
    poster: Mapping[str, Any]
    captions: Said
    duration: float | str
    """Seconds, "audio", or "layer:" and the name of a layer that shows a clip."""
    motion_blur: Mapping[str, float]
    """``samples``, ``shutterAngle`` and ``shutterPhase``; what is left out is as in After Effects."""
    webhook_url: str
    executor: str


class View(Changes, total=False):
    """What a preview shows: one frame, a marker's, or several side by side."""

    frame: int
    marker: str
    frames: Sequence[int]
    columns: int
    captions: Said
    duration: float | str
    width: int
    format: Literal["png", "jpeg", "webp"]


class Cut(Changes, total=False):
    """What a short clip shows."""

    frames: tuple[int | None, int | None]
    marker: str
    captions: Said
    duration: float | str
    width: int
    frame_rate: int
    format: Literal["mp4", "webm"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A preview.

    Attributes:
        content: The picture's bytes.
        content_type: Such as ``image/png``.
        width: Of the whole picture, in pixels.
        height: Of the whole picture, in pixels.
        frames: Which frames are shown, row by row.
        findings: What does not show as its author meant.
    """

    content: bytes
    content_type: str
    width: int
    height: int
    frames: tuple[float, ...]
    findings: tuple[FindingDto, ...]


class Row(Changes, total=False):
    """A video of a batch."""

    name: str
    metadata: Mapping[str, str]
    audio: Sound
    captions: Said


WORDS = frozenset({*Changes.__annotations__, *Order.__annotations__})
VIEW_WORDS = frozenset({*Changes.__annotations__, *View.__annotations__})
CUT_WORDS = frozenset({*Changes.__annotations__, *Cut.__annotations__})
ROW_WORDS = frozenset({*Changes.__annotations__, *Row.__annotations__})


def require_known(given: Iterable[str], known: Iterable[str]) -> None:
    """Raises Mistaken for an argument that there is none of; a typed dictionary alone does not look at run time."""
    words = set(known)
    if unknown := sorted(set(given) - words):
        raise Mistaken(f"there is no argument {unknown[0]!r}; there are {', '.join(sorted(words))}")


def is_id(given: object) -> bool:
    if isinstance(given, UUID):
        return True
    try:
        return isinstance(given, str) and str(UUID(given)) == given.lower()
    except ValueError:
        return False


def identity_of(what: str, given: object) -> UUID:
    """Raises Mistaken for what is no id."""
    if not is_id(given):
        raise Mistaken(f"{given!r:.80} is no id of a {what}: an id is 32 hexadecimal digits with hyphens")
    return UUID(str(given))


def template_field(template: Template) -> dict[str, str]:
    """How a request names its template."""
    if isinstance(template, InstanceDto):
        return {"templateInstanceId": str(template.id)}
    return {"templateId": template_id(template)}


def template_id(template: Template) -> str:
    """Raises Mistaken for what is no template."""
    if isinstance(template, TemplateDetail | TemplateDto):
        return str(template.id)
    if is_id(template):
        return str(template)
    raise Mistaken(f"{template!r:.80} is no template: give what upload or get returned, or its id")


def previewed(template: Template) -> tuple[str, dict[str, str]]:
    """The id of the template, and the fields that a preview's request has for it."""
    if isinstance(template, InstanceDto):
        return str(template.template_id), {"templateInstanceId": str(template.id)}
    return template_id(template), {}


def template_name(template: Template) -> str:
    return template.name if isinstance(template, TemplateDetail | TemplateDto | InstanceDto) else "Video"


def source_of(given: Given) -> dict[str, str] | None:
    """How a request names a picture or clip; None where it is a file that has to be uploaded first."""
    if isinstance(given, Mapping):
        return dict(given)
    if isinstance(given, AssetDto):
        return {"assetId": str(given.id)}
    if is_id(given):
        return {"assetId": str(given)}
    if isinstance(given, str) and given.startswith("data:"):
        return {"data": given}
    return None


def file_of(given: str | PathLike[str]) -> Path:
    """Raises FileNotFoundError with a sentence."""
    path = Path(given)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {str(given)!r:.300}")
    return path


def entries_of(changes: Changes, sources: Mapping[tuple[str, str], Mapping[str, str]]) -> list[dict[str, Any]]:
    """The customization map; ``sources`` are those of images and videos, by kind and layer."""
    found: list[dict[str, Any]] = []
    for word, key in (("texts", "text"), ("colors", "color"), ("visible", "visible")):
        found += [{"layer": layer, key: value} for layer, value in _mapping(changes, word).items()]
    for (word, layer), source in sources.items():
        found.append({"layer": layer, word.removesuffix("s"): dict(source)})
    found += [{"slot": slot, "value": value} for slot, value in _mapping(changes, "slots").items()]
    return found + [dict(entry) for entry in changes.get("customizations", ())]


def _mapping(changes: Changes, word: str) -> Mapping[str, Any]:
    value: Any = changes.get(word, {})
    if not isinstance(value, Mapping):
        raise Mistaken(f"{word} has to be a mapping of layers, such as {{'Headline': ...}}, not {value!r:.60}")
    return value


def said_and_lasting(given: Order | View | Cut | Row) -> dict[str, Any]:
    """The fields of captions and of the duration, where they are given."""
    found: dict[str, Any] = {}
    if "captions" in given:
        found["captions"] = _captions_of(given["captions"])
    if "duration" in given:
        lasting: float | str = given["duration"]  # type: ignore[typeddict-item]
        found["duration"] = {"from" if isinstance(lasting, str) else "seconds": lasting}
    return found


def _captions_of(said: Said) -> dict[str, Any]:
    if isinstance(said, Mapping):
        return dict(said)
    if isinstance(said, AssetDto):
        return {"assetId": str(said.id)}
    if is_id(said):
        return {"assetId": str(said)}
    if not isinstance(said, str | PathLike | bytes):
        raise Mistaken(f"{said!r:.80} says nothing: give a caption file, an asset, or a mapping")
    content = said if isinstance(said, bytes) else file_of(said).read_bytes()
    is_wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        return {"text": content.decode("utf-16" if is_wide else "utf-8-sig")}
    except UnicodeDecodeError:
        raise Mistaken("the captions are neither UTF-8 nor UTF-16: save the file as UTF-8") from None


def settings_of(order: Order) -> dict[str, Any]:
    """The fields that a render and a batch share, but for the sound."""
    encoder = order.get("encoder")
    if isinstance(encoder, EncoderConfigRequest):
        encoder = encoder.to_dict()
    found: dict[str, Any] = {"encoderConfig": {"bitrate": BITRATE, **(encoder or {})}}
    if frames := order.get("frames"):
        names = zip(("fStart", "fEnd"), frames, strict=True)
        found["jobInfo"] = {name: frame for name, frame in names if frame is not None}
    found |= said_and_lasting(order)
    if "motion_blur" in order:
        found["motionBlur"] = dict(order["motion_blur"])
    if metadata := order.get("metadata"):
        found["metadata"] = dict(metadata)
    if poster := order.get("poster"):
        found["output"] = {"poster": dict(poster)}
    for word, field in (("webhook_url", "webhookUrl"), ("executor", "executor")):
        if word in order:
            found[field] = order[word]  # type: ignore[literal-required]
    return found

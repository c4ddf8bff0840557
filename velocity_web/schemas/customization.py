"""The entries of a customization map, for the OpenAPI document; the engine checks them against the template."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from velocity_web.schemas.documented import DescribedBy, title_of

Fit = Literal["cover", "contain", "fill", "none"]
SHAPE = ConfigDict(
    alias_generator=to_camel, populate_by_name=True, extra="forbid", field_title_generator=title_of, frozen=True
)


class TextSpan(BaseModel):
    """A part of a text; what is left out is as the rest of the text has it."""

    model_config = SHAPE

    value: str
    font: str | None = Field(None, description="a font's name, as GET /template/{id} lists them")
    size: float | None = Field(None, description="in pixels of the composition")
    color: str | None = Field(None, description="#rrggbb")


Spans = Annotated[list[TextSpan], Field(min_length=1, max_length=1000)]


class TextChange(BaseModel):
    """What changes of a text; what is left out stays as the template has it."""

    model_config = SHAPE

    value: str | Spans | None = Field(None, description="the new text, as one or in spans that look unlike each other")
    font: str | None = Field(None, description="a font's name, as GET /template/{id} lists them")
    size: float | None = Field(None, description="in pixels of the composition")
    color: str | None = Field(None, description="#rrggbb")
    fit: Literal["shrink", "wrap", "clip"] | None = Field(None, description="what happens to a text that is too long")


class MediaSource(BaseModel):
    """Where a picture or clip comes from: exactly one of asset, URL, file of a connection, file and data."""

    model_config = SHAPE

    asset_id: str | None = Field(None, description="the id of an uploaded asset")
    url: str | None = Field(None, description="an http or https URL, fetched before the render begins")
    connection: str | None = Field(None, description="the name of a connection, as GET /connection lists them")
    path: str | None = Field(None, description="of a file of that connection, such as in/photo.jpg")
    file: str | None = Field(None, description="a file of the template's ZIP, such as images/other.png")
    data: str | None = Field(None, description="a data URI, such as data:image/png;base64,...")


class CustomizationEntry(BaseModel):
    """One target (layer, asset or slot) and one replacement for it."""

    model_config = SHAPE

    layer: str | None = Field(None, description="a layer's name, or Composition/Layer; all layers of that name change")
    asset: str | None = Field(None, description="the document's id of a picture or clip")
    slot: str | None = Field(None, description="a Lottie slot")
    text: str | Spans | TextChange | None = Field(
        None, description="of a text layer: the new text, as one or in spans, or what changes of it"
    )
    image: MediaSource | None = Field(None, description="a picture for a layer or an asset")
    video: MediaSource | None = Field(None, description="a clip for a layer or an asset: MP4 with H.264 or H.265")
    color: str | None = Field(None, description="#rrggbb, of a solid or of the fills of a shape layer")
    visible: bool | None = Field(None, description="false hides the layer")
    plugin: str | None = Field(None, description="the name of an installed layer plugin that draws in its place")
    data: Any = Field(None, description="what the plugin draws")
    value: Any = Field(None, description="of a slot: the JSON value that it holds")
    fit: Fit | None = Field(None, description="how a picture or clip fills its box; cover where it is left out")
    trim: Annotated[list[float], Field(min_length=2, max_length=2)] | None = Field(
        None, description="the seconds of a clip from which and up to which it plays"
    )
    loop: bool | None = Field(None, description="whether a clip begins anew at its end")
    volume: Annotated[float, Field(ge=0, le=10)] | None = Field(
        None, description="factor of a clip's sound; 1 leaves it as it is"
    )
    mute: bool | None = Field(None, description="whether a clip's sound is left out")


MapEntry = Annotated[dict[str, Any], DescribedBy(CustomizationEntry)]

"""The page of the gallery: each template with its video, what can be replaced, and how to render it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import velocity_engine as ve
from examples.gallery.craft import Design
from examples.make_gallery import FOLDER, designs
from pages.drawing import KEPT, parts

LONGER_SIDE = 800  # pixels of a film on the page
RATE = "1M"
KINDS = ("text", "image")  # what comes first in a form
DEMO_ORDER: list[dict[str, Any]] = [{"layer": "Headline", "text": "Made by Velocity"}]


OPENING = (
    "Six templates to begin with. Each is a ZIP that you may use, change and sell, and each film below is what the "
    "command under it renders: Velocity made it while this page was built. The order beside a template replaces its "
    "layers; the template alone is rendered by leaving `--customize` out.\n\nScripts in `examples/gallery` make them, "
    "so they are also examples of templates that are written by a program: `python -m examples.make_gallery`. The "
    "texts are set in Inter, which Velocity ships."
)


def markdown() -> str:
    return "\n\n".join(["# Gallery", OPENING, *(_section(design) for design in designs())]) + "\n"


def files() -> Iterator[tuple[str, Path]]:
    """What the page and the first page show, by the address in the site."""
    for design in designs():
        template, order = FOLDER / f"{design.name}.zip", json.loads((FOLDER / f"{design.name}.json").read_text())
        yield f"gallery/{design.name}.mp4", _film(template, order)
        yield f"gallery/{design.name}.webp", _poster(template, order, design.poster)
        yield f"gallery/{design.name}.zip", template
        yield f"gallery/{design.name}.json", FOLDER / f"{design.name}.json"
    demo = FOLDER.parent / "demo.zip"
    order = [*DEMO_ORDER, {"layer": "Photo", "image": {"data": _uri(FOLDER.parent / "replacement.jpg")}}]
    yield "gallery/demo.mp4", _film(demo, order)
    yield "gallery/demo.webp", _poster(demo, order, 75)


def _section(design: Design) -> str:
    with ve.open_template(FOLDER / f"{design.name}.zip") as template:
        size = f"{template.width} x {template.height}"
        length = f"{template.duration:g} seconds, {template.frame_rate:g} frames a second"
        markers = ", ".join(f"`{marker.name}`" for marker in template.markers)
        layers = [one for one in template.layers if one.customizable and not one.name.endswith("matte")]
        rows = list(dict.fromkeys(_row(one) for one in sorted(layers, key=_rank)))
        wide, high = _fitted(template.width, template.height)
    command = (
        f"    velocity render examples/gallery/{design.name}.zip -o {design.name}.mp4 \\\n"
        f"        --customize examples/gallery/{design.name}.json"
    )
    address = f"gallery/{design.name}"
    film = (
        f'<div class="film" style="max-width: {wide / 26:.1f}rem"><video autoplay muted loop playsinline controls '
        f'width="{wide}" height="{high}" poster="{address}.webp" src="{address}.mp4"></video></div>'
    )
    told = (
        f"{size}, {length}. Markers: {markers}. Licence: Apache-2.0, its pictures CC0. "
        f"[The template]({address}.zip), [the order]({address}.json)"
    )
    order = _indented(json.dumps(design.order, indent=2, ensure_ascii=False))
    parts = [
        f"## {design.title} {{ #{design.name} }}",
        design.use,
        film,
        command,
        told,
        "| layer that can be replaced | what it is | now |\n|---|---|---|\n" + "\n".join(rows),
        f'??? example "The order"\n\n    ```json\n{order}\n    ```',
    ]
    return "\n\n".join(parts)


def _rank(layer: ve.LayerInfo) -> int:
    return KINDS.index(layer.kind) if layer.kind in KINDS else len(KINDS)


def _row(layer: ve.LayerInfo) -> str:
    value = " ".join(str(layer.value or "").split()).replace("|", "\\|")
    return f"| `{layer.path}` | {layer.kind} | {value} |"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _fitted(width: int, height: int) -> tuple[int, int]:
    """Even numbers, as H.264 wants them."""
    scale = LONGER_SIDE / max(width, height)
    return round(width * scale / 2) * 2, round(height * scale / 2) * 2


def _film(template: Path, order: list[dict[str, Any]]) -> Path:
    path = _kept(template, order, "film", ".mp4")
    if not path.exists():
        with ve.open_template(template) as opened:
            part = path.with_suffix(".part.mp4")
            size = _fitted(opened.width, opened.height)
            ve.render(opened, part, encoder=ve.EncoderConfig(bitrate=RATE, resolution=size), customizations=order)
            os.replace(part, path)
    return path


def _poster(template: Path, order: list[dict[str, Any]], frame: int) -> Path:
    path = _kept(template, order, f"poster {frame}", ".webp")
    if not path.exists():
        with ve.open_template(template) as opened:
            size = _fitted(opened.width, opened.height)
            still = ve.still(opened, frame, size, customizations=order)
        still.image().convert("RGB").save(path, "WEBP", quality=86, method=5)
    return path


def _kept(template: Path, order: list[dict[str, Any]], what: str, ending: str) -> Path:
    told = [template.name, json.dumps(order), what, LONGER_SIDE, RATE, parts()]
    digest = hashlib.sha256(repr(told).encode() + template.read_bytes()).hexdigest()[:16]
    KEPT.mkdir(parents=True, exist_ok=True)
    return KEPT / f"{template.stem}-{digest}{ending}"


def _uri(path: Path) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(path.read_bytes()).decode()}"

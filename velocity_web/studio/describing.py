"""The template as the console's template page wants it, and what only the studio tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import velocity_engine as engine
from velocity_web.clock import iso_time
from velocity_web.processes.analyse_process import LISTED, contents, finding_dict
from velocity_web.schemas.template import (
    FindingDto,
    FontDto,
    FrameRangeDto,
    LayerDto,
    LayerPluginDto,
    LayerTimeDto,
    LengthsDto,
    MarkerDto,
    MediaDto,
    SlotDto,
    TemplateDetail,
    TimelineDto,
)


def template_detail(
    template: engine.Template, known_as: tuple[str, str, int], findings: Sequence[engine.Finding]
) -> dict[str, Any]:
    """What ``GET /template/{id}`` answers.

    Args:
        template: The template.
        known_as: Its id, its name where it says none, and when it was opened first, in milliseconds.
        findings: What of it is not drawn as the designer meant.
    """
    identity, name, since = known_as
    seen = contents(template)
    first = template.first_frame
    detail = TemplateDetail(
        id=identity,
        name=template.name or name,
        size_bytes=0,
        created_at=iso_time(since),
        **{key: seen[key] for key in ("width", "height", "frame_rate", "frame_count", "duration")},
        fonts=[FontDto(**font) for font in seen["fonts"]],
        markers=[MarkerDto(**{**marker, "time": marker["time"] - first}) for marker in seen["markers"]],
        lengths=LengthsDto(**seen["lengths"]) if seen["lengths"] else None,
        assets=[MediaDto(**asset) for asset in seen["assets"]],
        layers=[LayerDto(**{key: layer[key] for key in LayerDto.model_fields}) for layer in seen["layers"]],
        slots=[SlotDto(**slot) for slot in seen["slots"]],
        plugins=[LayerPluginDto(**plugin) for plugin in seen["plugins"]],
        warnings=[FindingDto(**finding_dict(finding, {})) for finding in findings[:LISTED]],
    )
    return detail.model_dump(mode="json", by_alias=True)


def timeline(template: engine.Template, seconds: float) -> dict[str, Any]:
    """When layers are shown, and which frames are held, in frames counted from the first of the template. What is held
    is left open where ``seconds`` of a processor do not suffice to find it out.
    """
    first = template.first_frame
    told = TimelineDto(
        frame_count=template.frame_count,
        frame_rate=template.frame_rate,
        markers=[
            MarkerDto(name=one.name, time=one.time - first, duration=one.duration, region=one.region)
            for one in template.markers
        ],
        layers=[
            LayerTimeDto(path=layer.path, in_point=layer.in_point - base, out_point=layer.out_point - base)
            for layer in template.layers[:LISTED]
            for base in (0.0 if "/" in layer.path else first,)
        ],
        held=[FrameRangeDto(start=start, end=end) for start, end in engine.held_ranges(template, seconds) or ()],
    )
    return told.model_dump(mode="json", by_alias=True)


def layer_tree(template: engine.Template) -> list[dict[str, Any]]:
    """The layers of the main composition from the top down, each with those of the composition that it shows.

    A composition that is shown several times is listed once, under the first layer that shows it.
    """
    by_prefix: dict[str, list[engine.LayerInfo]] = {}
    for layer in template.layers[:LISTED]:
        by_prefix.setdefault(layer.path[: len(layer.path) - len(layer.name)], []).append(layer)
    listed: Counter[str] = Counter()

    def branch(prefix: str) -> list[dict[str, Any]]:
        listed[prefix] += 1
        return [
            {
                "path": layer.path,
                "name": layer.name,
                "kind": layer.kind,
                "value": layer.value[:80],
                "layers": branch(inner) if (inner := f"{layer.value}/") in by_prefix and not listed[inner] else [],
            }
            if layer.kind == "precomp"
            else {"path": layer.path, "name": layer.name, "kind": layer.kind, "value": layer.value[:80], "layers": []}
            for layer in by_prefix.get(prefix, ())
        ]

    return branch("")


def frame_picture(shown: engine.FrameLayers) -> dict[str, Any]:
    """Boxes and dirty tiles of a frame, in pixels of the size that they were asked for."""
    return {
        "width": shown.width,
        "height": shown.height,
        "tile": shown.tile,
        "dirty": shown.dirty,
        "layers": [{"path": one.layer, "box": one.box, "tiles": one.tiles} for one in shown.layers],
    }


def costs_told(costs: engine.LayerCosts, rate: float | None) -> dict[str, Any]:
    """What the layers cost, and at how many frames a second a render is expected to go."""
    return {
        "width": costs.width,
        "height": costs.height,
        "frames": costs.frames,
        "whole": costs.whole,
        "held": costs.held,
        "dirty": costs.dirty,
        "frameMilliseconds": costs.frame_ms,
        "framesPerSecond": rate,
        "layers": [
            {
                "path": layer.layer,
                "evaluateMilliseconds": layer.evaluate_ms,
                "drawMilliseconds": layer.draw_ms,
                "share": layer.share,
                "tiles": layer.tiles,
                "changing": layer.changing,
            }
            for layer in costs.layers
        ],
    }

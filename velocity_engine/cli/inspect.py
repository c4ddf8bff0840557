"""``velocity inspect``"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Any

import typer

from velocity_engine.cli import options, report

if TYPE_CHECKING:
    from rich.console import Console

    from velocity_engine.customize.layer_infos import LayerInfo
    from velocity_engine.customize.slot_infos import SlotInfo
    from velocity_engine.errors import Finding
    from velocity_engine.model.document import Marker, MediaAsset
    from velocity_engine.plan.font_infos import FontInfo
    from velocity_engine.plugins.layer_plugins import LayerPlugin
    from velocity_engine.template import Template


MATCH = Annotated[
    str | None,
    typer.Option("--match", metavar="TEXT", help="Only layers whose path or kind has TEXT in it, or is like it (*)."),
]
ALWAYS = ("visible", "plugin")
BECOMES = {"protect": "is kept", "hold": "holds its last frame", "loop": "is repeated", "stretch": "is stretched"}
VALUE, VALUE_WIDTH = "Present value", 20


def inspect(
    template: options.TemplatePath,
    match: MATCH = None,
    animation: options.Animation = None,
    font_folder: options.FontFolder = None,
    system_fonts: options.SystemFonts = False,
    as_json: options.Json = False,
    plugin_strict: options.PluginStrict = False,
    debug: options.Debug = False,
) -> None:
    """Show layers, slots, assets, fonts, markers, and what is not supported."""
    import velocity_engine

    with velocity_engine.open_template(template, animation=animation) as opened:
        layers = [one for one in opened.layers if match is None or _matches(one, match)]
        if as_json:
            report.print_json(_object(opened, layers))
        else:
            _print_tables(opened, layers)


def _matches(layer: LayerInfo, text: str) -> bool:
    wanted = text.casefold()
    return any(wanted in one or fnmatchcase(one, wanted) for one in (layer.path.casefold(), layer.kind))


def _object(template: Template, layers: Sequence[LayerInfo]) -> dict[str, Any]:
    return {
        "name": template.name,
        "width": template.width,
        "height": template.height,
        "frameRate": template.frame_rate,
        "firstFrame": template.first_frame,
        "frameCount": template.frame_count,
        "seconds": round(template.duration, 3),
        "layers": [_layer_object(layer) for layer in layers],
        "slots": [_slot_object(slot) for slot in template.slots],
        "assets": [_asset_object(asset) for asset in template.assets],
        "fonts": [_font_object(font) for font in template.font_sources],
        "markers": [_marker_object(marker) for marker in template.markers],
        **_lengths_object(template),
        "plugins": [_plugin_object(plugin) for plugin in template.layer_plugins],
        "findings": [report.finding_object(finding) for finding in template.findings],
    }


def _marker_object(marker: Marker) -> dict[str, Any]:
    region = {"region": marker.region} if marker.region else {}
    return {"name": marker.name, "frame": marker.time, "duration": marker.duration, **region}


def _lengths_object(template: Template) -> dict[str, Any]:
    """What is known of the lengths that its videos can have; nothing where its markers say what cannot be."""
    from velocity_engine.errors import DurationError

    try:
        regions, lengths = template.regions, template.lengths
    except DurationError:
        return {"regions": None, "shortestSeconds": None, "longestSeconds": None}
    return {
        "regions": [
            {"kind": one.kind, "start": one.start, "end": one.end, **({"marker": one.name} if one.name else {})}
            for one in regions
        ],
        "shortestSeconds": round(lengths.shortest, 3),
        "longestSeconds": round(lengths.longest, 3),
    }


def _layer_object(layer: LayerInfo) -> dict[str, Any]:
    return {
        "layer": layer.path,
        "kind": layer.kind,
        "value": layer.value,
        "inPoint": layer.in_point,
        "outPoint": layer.out_point,
        "customizable": list(layer.customizable),
        "size": None if layer.size is None else list(layer.size),
        "namesakes": layer.namesakes,
    }


def _slot_object(slot: SlotInfo) -> dict[str, Any]:
    return {"slot": slot.name, "kind": slot.kind, "value": slot.value, "layers": list(slot.layers)}


def _font_object(font: FontInfo) -> dict[str, Any]:
    return {
        "name": font.name,
        "family": font.family,
        "style": font.style,
        "drawnWith": font.drawn_with,
        "found": font.found,
    }


def _plugin_object(plugin: LayerPlugin) -> dict[str, Any]:
    return {
        "plugin": plugin.name,
        "package": plugin.provider,
        "title": plugin.title,
        "description": plugin.description,
        "dataSchema": plugin.data_schema,
    }


def _asset_object(asset: MediaAsset) -> dict[str, Any]:
    return {"id": asset.id, "width": asset.width, "height": asset.height, "source": _source(asset)}


def _source(asset: MediaAsset) -> str:
    if asset.media is None:
        return f"missing: {asset.missing}"
    return asset.media.name or asset.media.path or f"embedded, {len(asset.media.data or b'')} bytes"


def _print_tables(template: Template, layers: Sequence[LayerInfo]) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    console.print(
        f"{template.name}: {template.width}x{template.height}, {template.frame_count} frames at "
        f"{template.frame_rate:g} a second, {template.duration:.2f} s"
    )
    _print_layers(console, layers, len(template.layers))
    _table(
        console,
        "Slots",
        ("Slot", "Kind", VALUE, "Layers"),
        [(one.name, one.kind, _short(one.value), ", ".join(one.layers)) for one in template.slots],
    )
    _table(
        console,
        "Assets",
        ("Id", "Size", "Source"),
        [(asset.id, f"{asset.width:g}x{asset.height:g}", _source(asset)) for asset in template.assets],
    )
    _table(
        console,
        "Fonts",
        ("Name", "Found", "Drawn with"),
        [(font.name, "yes" if font.found else "no", font.drawn_with) for font in template.font_sources],
    )
    _table(
        console,
        "Markers",
        ("Name", "Frame", "Frames", "Region"),
        [(one.name, f"{one.time:g}", f"{one.duration:g}", one.region) for one in template.markers],
    )
    _print_lengths(console, template)
    _table(
        console,
        "Layer plugins, for any layer that can be replaced by one",
        ("Plugin", "Draws", "Data"),
        [(one.name, one.description or one.title, _data(one)) for one in template.layer_plugins],
    )
    _table(
        console,
        "Not as its author meant",
        ("What", "Where", "Instead"),
        [(finding.message, str(finding.place), _instead(finding)) for finding in template.findings],
    )


def _print_lengths(console: Console, template: Template) -> None:
    """Of a template whose markers name regions."""
    found = _lengths_object(template)
    if found["regions"] is None or not any(marker.region for marker in template.markers):
        return
    _table(
        console,
        "Regions of its time",
        ("Frames", "In a longer or shorter video", "Marker"),
        [(f"{one['start']:g}:{one['end']:g}", BECOMES[one["kind"]], one.get("marker", "")) for one in found["regions"]],
    )
    console.print(f"Videos have {found['shortestSeconds']:g} to {found['longestSeconds']:g} seconds.")
    console.print()


def _instead(finding: Finding) -> str:
    return "a render is refused" if finding.severity == "error" else finding.instead


def _print_layers(console: Console, layers: Sequence[LayerInfo], total: int) -> None:
    """Layers of the same path in one row, since a customization changes them together."""
    rows: dict[str, LayerInfo] = {}
    for one in layers:
        rows.setdefault(one.path if one.namesakes else f"{one.path}\0{len(rows)}", one)
    _table(
        console,
        "Layers" if len(layers) == total else f"Layers: {len(layers)} of {total}",
        ("Layer", "Kind", "Frames", "Size", VALUE, "Takes"),
        [
            (
                f"{one.path} ({one.namesakes + 1} layers)" if one.namesakes else one.path,
                one.kind,
                f"{one.in_point:g}:{one.out_point:g}",
                "" if one.size is None else f"{one.size[0]:.0f}x{one.size[1]:.0f}",
                _short(one.value),
                ", ".join(key for key in one.customizable if key not in ALWAYS),
            )
            for one in rows.values()
        ],
        folded="Layer",
    )
    if rows:
        console.print("Every layer with a name also takes visible; one with a size takes plugin.")
    if any(one.namesakes for one in rows.values()):
        console.print("Layers with one name in one composition can only be changed together.")
    console.print()


def _table(
    console: Console, title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]], folded: str | None = None
) -> None:
    """A table, or nothing where there are no rows. Where only one column may be ``folded``, the others stay in one
    line, and present values are cut to it."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    if not rows:
        return
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for head in heads:
        if folded in (None, head):
            table.add_column(head, overflow="fold")
        else:
            table.add_column(head, no_wrap=True, overflow="ellipsis", max_width=VALUE_WIDTH if head == VALUE else None)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _data(plugin: LayerPlugin) -> str:
    from velocity_engine.plugins.layer_plugins import fields_of

    return "not told" if plugin.data_schema is None else ", ".join(fields_of(plugin.data_schema)) or "see its README"


def _short(value: str) -> str:
    text = value.replace("\r", " / ").replace("\n", " / ")
    return text if len(text) <= 60 else f"{text[:57]}..."

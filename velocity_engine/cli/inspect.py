"""``velocity inspect``"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from velocity_engine.cli import options, report

if TYPE_CHECKING:
    from rich.console import Console

    from velocity_engine.customize.layer_infos import LayerInfo
    from velocity_engine.model.document import MediaAsset
    from velocity_engine.plugins.layer_plugins import LayerPlugin
    from velocity_engine.template import Template


def inspect(
    template: options.TemplatePath,
    animation: options.Animation = None,
    as_json: options.Json = False,
    plugin_strict: options.PluginStrict = False,
    debug: options.Debug = False,
) -> None:
    """Show layers, assets, fonts, markers, and what is not supported."""
    import velocity_engine

    with velocity_engine.open_template(template, animation=animation) as opened:
        if as_json:
            report.print_json(_object(opened))
        else:
            _print_tables(opened)


def _object(template: Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "width": template.width,
        "height": template.height,
        "frameRate": template.frame_rate,
        "firstFrame": template.first_frame,
        "frameCount": template.frame_count,
        "seconds": round(template.duration, 3),
        "layers": [_layer_object(layer) for layer in template.layers],
        "assets": [_asset_object(asset) for asset in template.assets],
        "fonts": [{"name": font.name, "family": font.family, "style": font.style} for font in template.fonts],
        "markers": [{"name": m.name, "frame": m.time, "duration": m.duration} for m in template.markers],
        "plugins": [_plugin_object(plugin) for plugin in template.layer_plugins],
        "findings": [report.finding_object(finding) for finding in template.findings],
    }


def _layer_object(layer: LayerInfo) -> dict[str, Any]:
    return {
        "layer": layer.path,
        "kind": layer.kind,
        "value": layer.value,
        "inPoint": layer.in_point,
        "outPoint": layer.out_point,
        "customizable": list(layer.customizable),
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


def _print_tables(template: Template) -> None:
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    console.print(
        f"{template.name}: {template.width}x{template.height}, {template.frame_count} frames at "
        f"{template.frame_rate:g} a second, {template.duration:.2f} s"
    )
    _table(
        console,
        "Layers",
        ("Layer", "Kind", "Present value", "Can be replaced"),
        [(one.path, one.kind, _short(one.value), ", ".join(one.customizable)) for one in template.layers],
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
        ("Name", "Family", "Style"),
        [(font.name, font.family, font.style) for font in template.fonts],
    )
    _table(
        console,
        "Markers",
        ("Name", "Frame", "Frames"),
        [(marker.name, f"{marker.time:g}", f"{marker.duration:g}") for marker in template.markers],
    )
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
        [(finding.message, str(finding.place), finding.instead) for finding in template.findings],
    )


def _table(console: Console, title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """A table, or nothing where there are no rows."""
    from rich.table import Table

    if not rows:
        return
    table = Table(*heads, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _data(plugin: LayerPlugin) -> str:
    from velocity_engine.plugins.layer_plugins import fields_of

    return "not told" if plugin.data_schema is None else ", ".join(fields_of(plugin.data_schema)) or "see its README"


def _short(value: str) -> str:
    text = value.replace("\r", " / ").replace("\n", " / ")
    return text if len(text) <= 60 else f"{text[:57]}..."

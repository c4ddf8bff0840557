"""What a notebook shows of a template: a poster, and a table of its layers."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from velocity_engine.customize.layer_infos import LayerInfo
from velocity_engine.stills.still import Still

SHOWN = 100  # layers
LETTERS = 60
POSTER = 480  # pixels of the longer side


def poster_size(width: int, height: int) -> tuple[int, int]:
    """Returns the size of a poster in pixels.

    Args:
        width: The composition's.
        height: The composition's.
    """
    scale = min(1.0, POSTER / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def template_html(title: str, poster: Still | None, layers: Sequence[LayerInfo]) -> str:
    """Returns a template as HTML.

    Args:
        title: One line that says what it is.
        poster: A still, or None where none can be drawn.
        layers: Its layers.
    """
    parts = [f"<p><code>{escape(title)}</code></p>"]
    if poster is not None:
        data = base64.b64encode(poster._repr_png_()).decode()
        size = f'width="{poster.width}" height="{poster.height}"'
        parts.append(f'<img {size} alt="frame {poster.frame:g}" src="data:image/png;base64,{data}">')
    heads = "".join(f"<th>{head}</th>" for head in ("Layer", "Kind", "Present value", "Can be replaced"))
    rows = "".join(_row(layer) for layer in layers[:SHOWN])
    parts.append(f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>")
    if len(layers) > SHOWN:
        parts.append(f"<p>and {len(layers) - SHOWN} more layers</p>")
    return "".join(parts)


def _row(layer: LayerInfo) -> str:
    value = layer.value if len(layer.value) <= LETTERS else f"{layer.value[: LETTERS - 3]}..."
    cells = (layer.path, layer.kind, value, ", ".join(layer.customizable))
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"

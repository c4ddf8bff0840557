"""Changes of colour, pixel by pixel. Every kernel takes premultiplied RGBA, (h, w, 4) uint8, C-contiguous, and
writes to it.

Colours are straight inside the formulas: divided by alpha, changed, clamped to 0..1 and multiplied again.
"""

from __future__ import annotations

import numpy as np
from numba import types

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

_PIXELS = types.Array(types.uint8, 3, "C")
_TABLES = types.Array(types.uint8, 2, "C", readonly=True)
_NUMBERS = types.Array(types.float64, 2, "C", readonly=True)
_WEIGHTS = types.Array(types.float64, 1, "C", readonly=True)


@inlined
def _straight(pixels, y, x):
    alpha = pixels[y, x, 3]
    unit = 1.0 / alpha if alpha else 0.0
    return min(1.0, pixels[y, x, 0] * unit), min(1.0, pixels[y, x, 1] * unit), min(1.0, pixels[y, x, 2] * unit)


@inlined
def _store(pixels, y, x, r, g, b, alpha):
    """Straight colour of any range, alpha 0..255 as a number."""
    pixels[y, x, 0] = np.uint8(min(max(r, 0.0), 1.0) * alpha + 0.5)
    pixels[y, x, 1] = np.uint8(min(max(g, 0.0), 1.0) * alpha + 0.5)
    pixels[y, x, 2] = np.uint8(min(max(b, 0.0), 1.0) * alpha + 0.5)
    pixels[y, x, 3] = np.uint8(alpha + 0.5)


@inlined
def _luminance(r, g, b):
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@kernel(types.void(_PIXELS, *[types.float64] * 4))
def colorize(pixels, r, g, b, a):
    """Every pixel takes the straight colour ``r``, ``g``, ``b`` and its own alpha times ``a``; all 0..1."""
    cr, cg, cb, ca = np.float32(r * a), np.float32(g * a), np.float32(b * a), np.float32(a)
    half = np.float32(0.5)
    for y in range(pixels.shape[0]):
        row = pixels[y]
        for x in range(row.shape[0]):
            alpha = np.float32(row[x, 3])
            row[x, 0] = np.uint8(np.int32(alpha * cr + half))
            row[x, 1] = np.uint8(np.int32(alpha * cg + half))
            row[x, 2] = np.uint8(np.int32(alpha * cb + half))
            row[x, 3] = np.uint8(np.int32(alpha * ca + half))


@kernel(types.void(_PIXELS, _TABLES), error_model="numpy")
def map_tables(pixels, tables):
    """Each channel through a table of its own. ``tables``: (4, 256) uint8, for straight R, G, B and for alpha."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            before = np.int64(pixels[y, x, 3])
            alpha = tables[3, before]
            unit = alpha / 255.0
            for k in range(3):
                at = min(np.int64(255), (510 * pixels[y, x, k] + before) // (2 * before)) if before else 0
                pixels[y, x, k] = np.uint8(tables[k, at] * unit + 0.5)
            pixels[y, x, 3] = alpha


@kernel(types.void(_PIXELS, _NUMBERS))
def map_matrix(pixels, matrix):
    """``matrix``: (4, 5) float64; each of straight R, G, B, A becomes its row's sum over R, G, B, A, 1 (all 0..1)."""
    m = matrix
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            r, g, b = _straight(pixels, y, x)
            a = pixels[y, x, 3] / 255.0
            alpha = min(max(m[3, 0] * r + m[3, 1] * g + m[3, 2] * b + m[3, 3] * a + m[3, 4], 0.0), 1.0) * 255.0
            red = m[0, 0] * r + m[0, 1] * g + m[0, 2] * b + m[0, 3] * a + m[0, 4]
            green = m[1, 0] * r + m[1, 1] * g + m[1, 2] * b + m[1, 3] * a + m[1, 4]
            blue = m[2, 0] * r + m[2, 1] * g + m[2, 2] * b + m[2, 3] * a + m[2, 4]
            _store(pixels, y, x, red, green, blue, float(int(alpha + 0.5)))


@kernel(types.void(_PIXELS, _NUMBERS, types.float64))
def map_luminance(pixels, ramp, weight):
    """Colours by Rec. 709 luminance. ``ramp``: (256, 3) float64, straight 0..1; ``weight`` 0..1 mixes it with what
    was."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            if pixels[y, x, 3] == 0:
                continue
            r, g, b = _straight(pixels, y, x)
            at = int(_luminance(r, g, b) * 255.0 + 0.5)
            red, green, blue = ramp[at, 0], ramp[at, 1], ramp[at, 2]
            _store(
                pixels, y, x,
                r + (red - r) * weight, g + (green - g) * weight, b + (blue - b) * weight,
                float(pixels[y, x, 3]),
            )  # fmt: skip


@inlined
def _to_hsl(r, g, b):
    """Hue, saturation and lightness, each 0..1."""
    low, high = min(r, g, b), max(r, g, b)
    chroma, light = high - low, 0.5 * (high + low)
    if chroma <= 0.0:
        return 0.0, 0.0, light
    if high == r:
        hue = (g - b) / chroma
    elif high == g:
        hue = (b - r) / chroma + 2.0
    else:
        hue = (r - g) / chroma + 4.0
    return (hue / 6.0) % 1.0, chroma / max(1e-6, 1.0 - abs(2.0 * light - 1.0)), light


@inlined
def _hue_part(hue, shift):
    return min(max(abs(((hue + shift) % 1.0) * 6.0 - 3.0) - 1.0, 0.0), 1.0) - 0.5


@inlined
def _from_hsl(hue, saturation, light):
    chroma = (1.0 - abs(2.0 * light - 1.0)) * saturation
    return (
        light + chroma * _hue_part(hue, 0.0),
        light + chroma * _hue_part(hue, 2.0 / 3.0),
        light + chroma * _hue_part(hue, 1.0 / 3.0),
    )


@kernel(types.void(_PIXELS, _WEIGHTS, _WEIGHTS))
def map_hsl(pixels, scale, shift):
    """Hue, saturation and lightness (0..1 each) times ``scale`` plus ``shift``, both (3,) float64. Hue runs round."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            if pixels[y, x, 3] == 0:
                continue
            r, g, b = _straight(pixels, y, x)
            hue, saturation, light = _to_hsl(r, g, b)
            hue = (hue * scale[0] + shift[0]) % 1.0
            saturation = min(max(saturation * scale[1] + shift[1], 0.0), 1.0)
            light = min(max(light * scale[2] + shift[2], 0.0), 1.0)
            r, g, b = _from_hsl(hue, saturation, light)
            _store(pixels, y, x, r, g, b, float(pixels[y, x, 3]))


@kernel(types.void(_PIXELS, _WEIGHTS, _WEIGHTS, _WEIGHTS, _NUMBERS, types.int64))
def change_color(pixels, source, target, changed, reach, way):
    """Colours that are like ``source`` become like ``target``; all of these are hue, saturation and lightness, 0..1.

    ``changed``: (3,), which of the three are changed (1) and which stay (0). ``reach``: (2, 3): how far each may be
    from that of ``source`` to be like it, and from where on it no longer is. The difference of hues is twice their
    distance on the circle, 0..1; greys have any hue. ``way``: 0 sets matched pixels to the target, 1 moves them towards
    it by how near to the source they are, 2 shows the match as grey.
    """
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            if pixels[y, x, 3] == 0:
                continue
            r, g, b = _straight(pixels, y, x)
            hue, saturation, light = _to_hsl(r, g, b)
            turn = abs(hue - source[0])
            off_hue = 0.0 if min(saturation, source[1]) <= 1e-6 else 2.0 * min(turn, 1.0 - turn)
            match, near = 1.0, 1.0
            for k in range(3):
                off = off_hue if k == 0 else abs(saturation - source[1]) if k == 1 else abs(light - source[2])
                inner, outer = reach[0, k], reach[1, k]
                if off > inner:
                    match *= max(0.0, (outer - off) / (outer - inner)) if outer > inner else 0.0
                near *= max(0.0, 1.0 - off / outer) if outer > 0.0 else (1.0 if off == 0.0 else 0.0)
            if way == 2:
                _store(pixels, y, x, match, match, match, float(pixels[y, x, 3]))
                continue
            if match <= 0.0:
                continue
            part = near if way == 1 else 1.0
            # Hues that are moved turn by as much as the source would, so that neighbours stay neighbours.
            forth = (target[0] - (source[0] if way == 1 else hue) + 0.5) % 1.0 - 0.5
            hue = (hue + forth * part * changed[0]) % 1.0
            saturation += (target[1] - saturation) * part * changed[1]
            light += (target[2] - light) * part * changed[2]
            red, green, blue = _from_hsl(hue, saturation, light)
            if way == 1:
                match = 1.0
            r, g, b = r + (red - r) * match, g + (green - g) * match, b + (blue - b) * match
            _store(pixels, y, x, r, g, b, float(pixels[y, x, 3]))


@kernel(types.void(_PIXELS, types.float64))
def stretch_chroma(pixels, scale):
    """Channels move away from (or towards) the middle of the least and greatest by ``scale``, as far as none leaves
    0..1."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            if pixels[y, x, 3] == 0:
                continue
            r, g, b = _straight(pixels, y, x)
            low, high = min(r, g, b), max(r, g, b)
            middle, chroma = 0.5 * (low + high), max(high - low, 1e-4)
            factor = min(scale, 2.0 * min(middle, 1.0 - middle) / chroma)
            _store(
                pixels, y, x,
                middle + (r - middle) * factor, middle + (g - middle) * factor, middle + (b - middle) * factor,
                float(pixels[y, x, 3]),
            )  # fmt: skip


@kernel(types.void(_PIXELS, _WEIGHTS))
def mix_hues(pixels, weights):
    """Grey from how much a colour has of each of six hues. ``weights``: (6,) of reds, yellows, greens, cyans, blues,
    magentas."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            if pixels[y, x, 3] == 0:
                continue
            r, g, b = _straight(pixels, y, x)
            low = min(r, g, b)
            r, g, b = r - low, g - low, b - low
            yellow, cyan, magenta = min(r, g), min(g, b), min(b, r)
            grey = low + weights[1] * yellow + weights[3] * cyan + weights[5] * magenta
            grey += weights[0] * (r - yellow - magenta) + weights[2] * (g - yellow - cyan)
            grey += weights[4] * (b - cyan - magenta)
            _store(pixels, y, x, grey, grey, grey, float(pixels[y, x, 3]))

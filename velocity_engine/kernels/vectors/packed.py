"""Arithmetic on packed premultiplied pixels (uint32, red in the lowest byte), several channels at a time.

Products are divided by 255 with exact rounding, so that an opaque ground stays opaque under any number of layers. Numba
widens small integers; the casts keep intermediates narrow, which lets LLVM fill whole vectors. Spans are named by a
flat array and unsigned bounds: a slice costs more than a short span, and a signed index more than an unsigned one.
"""

from __future__ import annotations

import numpy as np

from velocity_engine.kernels.compiler.inlined import inlined

EVEN = np.uint32(0x00FF00FF)
ODD = np.uint32(0xFF00FF00)
HALF = np.uint32(0x00800080)
EIGHT = np.uint32(8)
ALPHA_SHIFT = np.uint32(24)
FULL = np.uint32(255)

WIDE = np.uint64(0x00FF00FF00FF00FF)
WIDE_HALF = np.uint64(0x0080008000800080)
WIDE_EIGHT = np.uint64(8)
WIDE_SHIFT = np.uint64(24)
WIDE_ALPHA = np.uint64(48)
WIDE_FULL = np.uint64(255)


@inlined
def scaled(pixel, factor):
    """All four channels of ``pixel`` times ``factor`` / 255 (both uint32)."""
    low = np.uint32(np.uint32(np.uint32(pixel & EVEN) * factor) + HALF)
    low = np.uint32(np.uint32(low + np.uint32(np.uint32(low >> EIGHT) & EVEN)) >> EIGHT)
    high = np.uint32(np.uint32(np.uint32(np.uint32(pixel >> EIGHT) & EVEN) * factor) + HALF)
    high = np.uint32(high + np.uint32(np.uint32(high >> EIGHT) & EVEN))
    return np.uint32(np.uint32(low & EVEN) | np.uint32(high & ODD))


@inlined
def over(source, ground):
    """``source`` laid over ``ground``."""
    return np.uint32(source + scaled(ground, np.uint32(FULL - np.uint32(source >> ALPHA_SHIFT))))


@inlined
def spread(pixel):
    """The channels of a pixel in the four 16-bit lanes of a uint64: red, blue, green, alpha."""
    wide = np.uint64(pixel)
    return (wide | (wide << WIDE_SHIFT)) & WIDE


@inlined
def joined(lanes):
    """The pixel whose channels lie in four 16-bit lanes."""
    return np.uint32(lanes | (lanes >> WIDE_SHIFT))


@inlined
def scaled_wide(lanes, factor):
    """Each lane times ``factor`` / 255, rounded exactly."""
    product = lanes * factor + WIDE_HALF
    return ((product + ((product >> WIDE_EIGHT) & WIDE)) >> WIDE_EIGHT) & WIDE


@inlined
def covered_over(source, cover, ground):
    """``source`` times ``cover`` / 255, laid over ``ground``: the same as ``over(scaled(source, cover), ground)``, with
    half the work where pixels come one at a time."""
    lanes = scaled_wide(spread(source), np.uint64(cover))
    lanes += scaled_wide(spread(ground), WIDE_FULL - (lanes >> WIDE_ALPHA))
    return joined(lanes)


@inlined
def _mixed(ground, rest, even, odd):
    """``ground`` by ``rest`` / 255 with its even and odd channels added to ``even`` and ``odd``, which hold those of an
    opaque colour by its share of 255, and are rounded once."""
    even = np.uint32(np.uint32(np.uint32(ground & EVEN) * rest) + np.uint32(even + HALF))
    even = np.uint32(np.uint32(even + np.uint32(np.uint32(even >> EIGHT) & EVEN)) >> EIGHT)
    odd = np.uint32(np.uint32(np.uint32(np.uint32(ground >> EIGHT) & EVEN) * rest) + np.uint32(odd + HALF))
    odd = np.uint32(odd + np.uint32(np.uint32(odd >> EIGHT) & EVEN))
    return np.uint32(np.uint32(even & EVEN) | np.uint32(odd & ODD))


@inlined
def laid(color, share, ground):
    """One pixel of ``blend_covered``."""
    if color >> ALPHA_SHIFT == FULL:
        low, high = np.uint32(color & EVEN), np.uint32(np.uint32(color >> EIGHT) & EVEN)
        return _mixed(ground, np.uint32(FULL - share), np.uint32(low * share), np.uint32(high * share))
    return over(scaled(color, share), ground)


@inlined
def blend_covered(flat, start, count, color, cover, at):
    """A colour by the shares ``cover[at:]`` (uint8) over ``count`` pixels from ``start`` on, many at a time: an opaque
    one is mixed with what is below and rounded once, another is ``covered_over`` it."""
    if color >> ALPHA_SHIFT == FULL:
        low, high = np.uint32(color & EVEN), np.uint32(np.uint32(color >> EIGHT) & EVEN)
        for k in range(count):
            i, share = start + np.uint64(k), np.uint32(cover[at + np.uint64(k)])
            flat[i] = _mixed(flat[i], np.uint32(FULL - share), np.uint32(low * share), np.uint32(high * share))
    else:
        for k in range(count):
            i = start + np.uint64(k)
            flat[i] = over(scaled(color, np.uint32(cover[at + np.uint64(k)])), flat[i])


@inlined
def mix_color(flat, start, stop, color, share):
    """An opaque ``color`` by ``share`` / 255, and what is below by the rest of it, for the pixels ``start`` to ``stop``
    of ``flat``."""
    low = np.uint32(np.uint32(color & EVEN) * share)
    high = np.uint32(np.uint32(np.uint32(color >> EIGHT) & EVEN) * share)
    for i in range(start, stop):
        flat[i] = _mixed(flat[i], np.uint32(FULL - share), low, high)


@inlined
def store_span(flat, start, stop, color):
    for i in range(start, stop):
        flat[i] = color


@inlined
def blend_color(flat, start, stop, color):
    """One colour over the pixels ``start`` to ``stop`` of ``flat``: (n,) uint32."""
    rest = np.uint32(FULL - np.uint32(color >> ALPHA_SHIFT))
    for i in range(start, stop):
        flat[i] = np.uint32(color + scaled(flat[i], rest))


@inlined
def blend_colors(flat, start, colors, first, last):
    """The colours ``colors[first:last]`` (uint32) over the pixels from ``start`` on."""
    shift = start - first
    for i in range(first, last):
        flat[shift + i] = over(colors[i], flat[shift + i])


@inlined
def blend_colors_covered(flat, start, colors, cover, first, last):
    """The colours ``colors[first:last]`` (uint32), each times its ``cover`` (uint8), over the pixels from ``start``
    on.
    """
    shift = start - first
    for i in range(first, last):
        flat[shift + i] = covered_over(colors[i], cover[i], flat[shift + i])


@inlined
def copy_span(flat, start, values, first, last):
    shift = start - first
    for i in range(first, last):
        flat[shift + i] = values[i]

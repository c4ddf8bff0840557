"""Bilinear samples of a picture at many points, as LLVM's vector instructions.

Numba's loops load one neighbour at a time into buffers, for LLVM cannot tell that they may be put into vectors at once,
and multiply in 32-bit lanes. Here eight samples are a vector of 16-bit lanes, four for each two neighbours: a third
less time. The instructions are those of no processor in particular; LLVM splits vectors that are too wide for one.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

SAMPLES = 8  # in a vector; a power of two

_BYTE, _LANE, _PIXEL, _PAIR = (ir.IntType(bits) for bits in (8, 16, 32, 64))
_BYTES, _LANES, _PIXELS, _PAIRS = (
    ir.VectorType(kind, SAMPLES * many) for kind, many in ((_BYTE, 8), (_LANE, 4), (_PIXEL, 1), (_PAIR, 1))
)


def _sample(_context: Any, source: Any, stride: Any, index: Any, weights: Any, count: Any, out: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds = signature.args
        pixels, indices, shares, result = (
            make_array(kinds[at])(context, builder, arguments[at]).data for at in (0, 2, 3, 5)
        )
        row, count = arguments[1], arguments[4]
        common = cgutils.alloca_once(builder, _PIXELS)
        builder.store(_all(_PIXELS, 0xFFFFFFFF), common)
        with cgutils.for_range(builder, builder.udiv(count, count.type(SAMPLES))) as loop:
            first = builder.mul(loop.index, loop.index.type(SAMPLES))
            upper, lower = _neighbours(builder, pixels, row, indices, first)
            mixed = _mixed(builder, upper, lower, _load(builder, shares, first, _PIXELS))
            builder.store(mixed, builder.bitcast(builder.gep(result, [first]), _PIXELS.as_pointer()), align=4)
            builder.store(builder.and_(builder.load(common), mixed), common)
        kind, name = ir.FunctionType(_PIXEL, [_PIXELS]), f"llvm.vector.reduce.and.v{SAMPLES}i32"
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [builder.load(common)])

    return types.uint32(source, stride, index, weights, count, out), generate


def _neighbours(builder: Any, pixels: Any, row: Any, indices: Any, first: Any) -> tuple[Any, Any]:
    """The two pixels at each index and right of it, and the two below them, as the halves of 64 bits."""
    upper = lower = ir.Constant(_PAIRS, ir.Undefined)
    for k in range(SAMPLES):
        at = builder.zext(builder.load(builder.gep(indices, [builder.add(first, first.type(k))])), _PAIR)
        upper = builder.insert_element(upper, _load(builder, pixels, at, _PAIR), _PIXEL(k))
        lower = builder.insert_element(lower, _load(builder, pixels, builder.add(at, row), _PAIR), _PIXEL(k))
    return upper, lower


def _mixed(builder: Any, upper: Any, lower: Any, shares: Any) -> Any:
    """Each lane holds a channel of the left neighbour, or of the right one two lanes on; sums stay below 65536."""
    left = ir.Constant(ir.VectorType(ir.IntType(1), 4 * SAMPLES), [lane % 4 < 2 for lane in range(4 * SAMPLES)])
    across, down = _repeated(builder, shares, 0), _repeated(builder, shares, 1)
    both = builder.lshr(builder.add(builder.mul(across, down), _all(_LANES, 128)), _all(_LANES, 8))
    for_lower = builder.select(left, builder.sub(down, both), both)
    column = builder.select(left, builder.sub(_all(_LANES, 256), across), across)
    for_upper = builder.sub(column, for_lower)
    above, below = builder.bitcast(upper, _LANES), builder.bitcast(lower, _LANES)

    def total(one: Any, other: Any) -> Any:
        sums = builder.add(builder.mul(one, for_upper), builder.mul(other, for_lower))
        right = builder.bitcast(builder.lshr(builder.bitcast(sums, _PAIRS), _all(_PAIRS, 32)), _LANES)
        return builder.add(builder.add(sums, right), _all(_LANES, 128))

    even = total(builder.and_(above, _all(_LANES, 0xFF)), builder.and_(below, _all(_LANES, 0xFF)))
    odd = total(builder.lshr(above, _all(_LANES, 8)), builder.lshr(below, _all(_LANES, 8)))
    lanes = builder.or_(builder.lshr(even, _all(_LANES, 8)), builder.and_(odd, _all(_LANES, 0xFF00)))
    return builder.trunc(builder.bitcast(lanes, _PAIRS), _PIXELS)


def _repeated(builder: Any, shares: Any, byte: int) -> Any:
    """One byte of each of ``shares`` in four lanes."""
    none = SAMPLES * 8
    order = [number for k in range(SAMPLES) for _ in range(4) for number in (8 * k + byte, none)]
    wide = builder.bitcast(builder.zext(shares, _PAIRS), _BYTES)
    chosen = ir.Constant(ir.VectorType(_PIXEL, len(order)), order)
    return builder.bitcast(builder.shuffle_vector(wide, _all(_BYTES, 0), chosen), _LANES)


def _load(builder: Any, array: Any, index: Any, kind: Any) -> Any:
    return builder.load(builder.bitcast(builder.gep(array, [index]), kind.as_pointer()), align=4)


def _all(kind: Any, value: int) -> Any:
    return ir.Constant(kind, [value] * kind.count)


sample: Any = intrinsic(_sample)
"""``sample(source, stride, index, weights, count, out)``: the mean of each of ``source[index]``, the entry after it and
the two ``stride`` on, into ``out``. Returns the AND of them all.

All are flat arrays of uint32; pixels of four 8-bit channels, ``index`` within ``source``. The low byte of a weight is
what the right neighbours get of 256, the next one the lower ones' share; their product is rounded, and so is the mean,
once. ``count`` is a multiple of SAMPLES.
"""

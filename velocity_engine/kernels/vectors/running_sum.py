"""The running sum of sixteen cells of coverage at once, which Numba's loops cannot express, as an LLVM intrinsic."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

BLOCK = 16
WHOLE = 131072  # of a cell, the coverage of a pixel that is all inside

_LANES = ir.VectorType(ir.IntType(32), BLOCK)
_BYTES = ir.VectorType(ir.IntType(8), BLOCK)


def _all(value: int) -> Any:
    return ir.Constant(_LANES, [value] * BLOCK)


def _sums(builder: Any, lanes: Any) -> Any:
    """Each lane plus all before it, in four steps: lane k gets what lane k - 1, k - 2, k - 4, k - 8 has by then."""
    for step in (1, 2, 4, 8):
        source = [BLOCK if k < step else k - step for k in range(BLOCK)]
        moved = builder.shuffle_vector(lanes, _all(0), ir.Constant(ir.VectorType(ir.IntType(32), BLOCK), source))
        lanes = builder.add(lanes, moved)
    return lanes


def _spread(builder: Any, value: Any) -> Any:
    one = builder.insert_element(_all(0), value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, _all(0), _all(0))


def _shares(builder: Any, sums: Any, even_odd: Any) -> Any:
    """Coverage 0..255 (``sweep.coverage_of``)."""
    size = builder.select(builder.icmp_signed("<", sums, _all(0)), builder.sub(_all(0), sums), sums)
    within = builder.select(builder.icmp_signed("<", size, _all(WHOLE)), size, _all(WHOLE))
    folded = builder.and_(size, _all(2 * WHOLE - 1))
    far = builder.icmp_signed(">", folded, _all(WHOLE))
    folded = builder.select(far, builder.sub(_all(2 * WHOLE), folded), folded)
    inside = builder.select(even_odd, folded, within)
    scaled = builder.add(builder.mul(inside, _all(255)), _all(WHOLE // 2))
    return builder.trunc(builder.lshr(scaled, _all(17)), _BYTES)


def _sweep_block(_context: Any, cells: Any, at: Any, total: Any, even_odd: Any, cover: Any, to: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _, at, total, even_odd, _, to = arguments
        data, shares = (make_array(signature.args[k])(context, builder, arguments[k]).data for k in (0, 4))
        read = builder.bitcast(builder.gep(data, [at]), _LANES.as_pointer())
        written = builder.bitcast(builder.gep(shares, [to]), _BYTES.as_pointer())
        sums = _sums(builder, builder.load(read, align=4))
        builder.store(_all(0), read, align=4)
        rule = cgutils.as_bool_bit(builder, even_odd)
        builder.store(_shares(builder, builder.add(sums, _spread(builder, total)), rule), written, align=1)
        return builder.add(total, builder.extract_element(sums, ir.Constant(ir.IntType(32), BLOCK - 1)))

    return types.int32(cells, types.uint64, types.int32, types.boolean, cover, types.uint64), generate


sweep_block: Any = intrinsic(_sweep_block)
"""``sweep_block(cells, at, total, even_odd, cover, to)``: clears ``cells[at : at + BLOCK]`` (int32), puts their
coverage under a fill rule into ``cover[to : to + BLOCK]`` (uint8), and returns the running sum after them, which was
``total`` (int32) before. ``at`` and ``to`` are uint64."""

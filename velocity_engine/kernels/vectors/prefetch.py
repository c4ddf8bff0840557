"""A hint to the processor's caches, which Numba lacks, as an LLVM intrinsic."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

_FOR_READING, _INTO_ALL_CACHES, _DATA = 0, 3, 1


def _prefetch(_context: Any, array: Any, index: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = make_array(signature.args[0])(context, builder, arguments[0]).data
        pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
        hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        how = [ir.Constant(number, value) for value in (_FOR_READING, _INTO_ALL_CACHES, _DATA)]
        builder.call(hint, [builder.bitcast(builder.gep(data, [arguments[1]]), pointer), *how])
        return context.get_dummy_value()

    return types.void(array, index), generate


prefetch: Any = intrinsic(_prefetch)
"""``prefetch(array, index)``: the entry of a flat array will be read soon. It reads nothing: any index is safe."""

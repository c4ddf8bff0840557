"""Merge Paths: all paths of a scope become one. Lottie specification, section "Merge"; After Effects' five modes."""

from __future__ import annotations

from collections.abc import Sequence

import pathops

from velocity_engine.model.geometry import EMPTY_PATH, Path, join_paths
from velocity_engine.model.shapes import MergeMode
from velocity_engine.shapes.skia_paths import PathOperationError, from_skia, to_skia

_OPERATORS = {
    MergeMode.ADD: pathops.PathOp.UNION,
    MergeMode.SUBTRACT: pathops.PathOp.DIFFERENCE,
    MergeMode.INTERSECT: pathops.PathOp.INTERSECTION,
    MergeMode.EXCLUDE: pathops.PathOp.XOR,
}


def merge_paths(paths: Sequence[Path], mode: MergeMode) -> Path:
    """The paths combined, each with what the ones before it gave; filled with the non-zero rule.

    NORMAL appends, and so does any mode for a single path. PathOperationError where Skia gives up.
    """
    if mode is MergeMode.NORMAL or len(paths) < 2:
        return join_paths(paths) if paths else EMPTY_PATH
    builder = pathops.OpBuilder(True, False)
    try:
        builder.add(to_skia(paths[0]), pathops.PathOp.UNION)
        for path in paths[1:]:
            builder.add(to_skia(path), _OPERATORS[mode])
        return from_skia(builder.resolve())
    except pathops.PathOpsError as error:
        raise PathOperationError(str(error)) from error

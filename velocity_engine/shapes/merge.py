"""Merge Paths: all paths of a scope become one. Lottie specification, section "Merge"; After Effects' five modes."""

from __future__ import annotations

from collections.abc import Sequence

import pathops

from velocity_engine.model.geometry import EMPTY_PATH, Path, join_paths
from velocity_engine.model.shapes import MergeMode
from velocity_engine.shapes.skia_paths import PathOperationError, from_skia, refuse_tangles, to_skia


def merge_paths(paths: Sequence[Path], mode: MergeMode) -> Path:
    """The paths combined, each with what the ones before it gave; filled with the non-zero rule.

    NORMAL appends, and so does any mode for a single path. PathOperationError where Skia gives up or takes too long.
    """
    if mode is MergeMode.NORMAL or len(paths) < 2:
        return join_paths(paths) if paths else EMPTY_PATH
    if mode is not MergeMode.ADD:
        refuse_tangles(join_paths(paths))
    try:
        if mode is MergeMode.ADD:
            return from_skia(_union(paths))
        if mode is MergeMode.SUBTRACT:
            return from_skia(pathops.op(to_skia(paths[0]), _union(paths[1:]), pathops.PathOp.DIFFERENCE, True, False))
        if mode is MergeMode.INTERSECT:
            return from_skia(_intersection(paths))
        return _excluded(paths)
    except pathops.PathOpsError as error:
        raise PathOperationError("the curves are too intricate") from error


def _union(paths: Sequence[Path]) -> pathops.Path:
    builder = pathops.OpBuilder(True, False)
    for path in paths:
        builder.add(to_skia(path), pathops.PathOp.UNION)
    return builder.resolve()


def _intersection(paths: Sequence[Path]) -> pathops.Path:
    builder = pathops.OpBuilder(True, False)
    builder.add(to_skia(paths[0]), pathops.PathOp.UNION)
    for path in paths[1:]:
        builder.add(to_skia(path), pathops.PathOp.INTERSECTION)
    return builder.resolve()


def _excluded(paths: Sequence[Path]) -> Path:
    """What an odd number of paths cover: the even-odd inside of all of them, once none crosses itself."""
    together = pathops.Path()
    for path in paths:
        one = to_skia(path)
        one.simplify(fix_winding=True, keep_starting_points=False)
        together.addPath(one)
    together.fillType = pathops.FillType.EVEN_ODD
    together.simplify(fix_winding=True, keep_starting_points=False)
    return from_skia(together)

"""Where a layer stands: its own matrix, its parents' and, for 3D layers, their projection.

Lottie specification, sections "Transform" and "Auto-Orient". Matrices of space are 4 x 4, for column vectors; x
points to the right, y down, z away from the eye.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.geometry import IDENTITY, Matrix, multiply, rotation, skewing
from velocity_engine.model.layers import CameraContent, Layer
from velocity_engine.model.properties import SplitPosition, Vector
from velocity_engine.model.transform import Transform
from velocity_engine.motion.keyframes import Curves
from velocity_engine.sampler import Sampler

Matrix4 = NDArray[np.float64]

DEFAULT_LENS = 50.0 / 36.0
"""The zoom of a 50 mm lens before film 36 mm wide, in widths of the composition."""


def transform_matrix(transform: Transform, sampler: Sampler, turn: float = 0.0) -> Matrix:
    """The 2D matrix of a transform: anchor, scale, skew, rotation (plus ``turn`` degrees), position, in that order."""
    anchor = sampler.vector(transform.anchor)
    scale = sampler.vector(transform.scale)
    position = sampler.vector(transform.position)
    angle = sampler.scalar(transform.rotation) + turn
    skew = sampler.scalar(transform.skew)
    a, b, c, d = rotation(angle)[:4] if angle else (1.0, 0.0, 0.0, 1.0)
    if skew:
        skewed = skewing(skew, sampler.scalar(transform.skew_axis))
        a, b, c, d = multiply((a, b, c, d, 0.0, 0.0), skewed)[:4]
    sx, sy = scale[0] / 100.0, scale[1 if len(scale) > 1 else 0] / 100.0
    a, b, c, d = a * sx, b * sx, c * sy, d * sy
    x, y = anchor[0], anchor[1]
    return (a, b, c, d, position[0] - a * x - c * y, position[1] - b * x - d * y)


def auto_orient_turn(layer: Layer, curves: Curves, frame: float, sampler: Sampler) -> float:
    """Degrees that auto-orient adds to the rotation at ``frame``."""
    position = layer.transform.position
    if not layer.auto_orient or not position.moves:
        return 0.0
    if isinstance(position, SplitPosition):
        step = 0.05
        axes = (position.x, position.y)
        before = [curves.value(axis, frame - step)[0] for axis in axes]
        after = [curves.value(axis, frame + step)[0] for axis in axes]
        dx, dy = after[0] - before[0], after[1] - before[1]
        return math.degrees(math.atan2(dy, dx)) if dx or dy else 0.0
    if not position.keyframes:
        return 0.0
    direction = curves.curve(position).direction(frame)
    return math.degrees(math.atan2(direction[1], direction[0])) if direction else 0.0


def transform_matrix4(transform: Transform, sampler: Sampler, turn: float = 0.0) -> Matrix4:
    """The 4 x 4 matrix (column vectors) of a 3D layer's transform."""
    anchor, scale = _triple(sampler.vector(transform.anchor), 0.0), _triple(sampler.vector(transform.scale), 100.0)
    position = _triple(sampler.vector(transform.position), 0.0)
    turned = _orientation(transform, sampler) @ _rotations(transform, sampler, turn)
    sized = np.diag([scale[0] / 100, scale[1] / 100, scale[2] / 100, 1.0])
    return _translation4(*position) @ turned @ sized @ _translation4(*(-a for a in anchor))


def _orientation(transform: Transform, sampler: Sampler) -> Matrix4:
    if transform.orientation is None:
        return np.eye(4)
    x, y, z = _triple(sampler.vector(transform.orientation), 0.0)
    return _turn4(0, x) @ _turn4(1, y) @ _turn4(2, z)


def _rotations(transform: Transform, sampler: Sampler, turn: float = 0.0) -> Matrix4:
    matrix = np.eye(4)
    for axis, prop in ((0, transform.rotation_x), (1, transform.rotation_y)):
        if prop is not None:
            matrix = matrix @ _turn4(axis, sampler.scalar(prop))
    return matrix @ _turn4(2, sampler.scalar(transform.rotation) + turn)


def _triple(value: Vector, rest: float) -> tuple[float, float, float]:
    padded = (*value, *(rest,) * 3)
    return (padded[0], padded[1], padded[2])


def _translation4(x: float, y: float, z: float) -> Matrix4:
    matrix = np.eye(4)
    matrix[:3, 3] = (x, y, z)
    return matrix


def _turn4(axis: int, degrees: float) -> Matrix4:
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    matrix = np.eye(4)
    a, b = ((1, 2), (2, 0), (0, 1))[axis]
    matrix[a, a] = matrix[b, b] = cos
    matrix[a, b], matrix[b, a] = -sin, sin
    return matrix


def lift(m: Matrix) -> Matrix4:
    """A 2D matrix as a 4 x 4 one."""
    a, b, c, d, e, f = m
    return np.array([[a, c, 0, e], [b, d, 0, f], [0, 0, 1, 0], [0, 0, 0, 1]], np.float64)


def camera_matrix(
    layer: Layer, content: CameraContent, sampler: Sampler, parents: Matrix4, width: float, height: float
) -> Matrix4:
    """From composition space to the projected plane of a composition of this size, in front of a camera layer.

    ``parents`` leads from the camera's own space (its parent's) to the composition's.
    """
    transform = layer.transform
    position = np.array(_triple(sampler.vector(transform.position), 0.0))
    target = position + np.array((0.0, 0.0, 1.0))
    if content.two_nodes:
        target = np.array(_triple(sampler.vector(transform.anchor), 0.0))
    view = _look_at(position, target)
    for rotations in (_orientation(transform, sampler), _rotations(transform, sampler)):
        view = rotations.T @ view
    inverse = np.linalg.pinv(parents)
    zoom = sampler.scalar(content.perspective) if content.perspective is not None else 0.0
    return _lens(zoom, width, height) @ view @ inverse


def default_camera(width: float, height: float) -> Matrix4:
    """The camera of a composition that has none: After Effects' 50 mm, which shows the plane z = 0 at full size."""
    zoom = width * DEFAULT_LENS
    return _lens(zoom, width, height) @ _translation4(-width / 2, -height / 2, zoom)


def _lens(zoom: float, width: float, height: float) -> Matrix4:
    lens = np.eye(4)
    lens[3] = (0.0, 0.0, 1.0 / zoom if zoom else 0.0, 0.0 if zoom else 1.0)
    return _translation4(width / 2, height / 2, 0.0) @ lens


def _look_at(position: NDArray[np.float64], target: NDArray[np.float64]) -> Matrix4:
    forward = target - position
    norm = float(np.linalg.norm(forward))
    forward = forward / norm if norm > 1e-9 else np.array([0.0, 0.0, 1.0])
    right = np.cross(np.array([0.0, 1.0, 0.0]), forward)
    size = float(np.linalg.norm(right))
    right = right / size if size > 1e-9 else np.array([1.0, 0.0, 0.0])
    down = np.cross(forward, right)
    turn = np.eye(4)
    turn[0, :3], turn[1, :3], turn[2, :3] = right, down, forward
    return turn @ _translation4(*(-position))


__all__ = [
    "IDENTITY",
    "Matrix4",
    "auto_orient_turn",
    "camera_matrix",
    "default_camera",
    "lift",
    "transform_matrix",
    "transform_matrix4",
]

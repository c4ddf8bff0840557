"""The conformance suite of layer types."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from velocity_engine.display import Digest, DrawCommand
from velocity_engine.model.layers import Content, Layer
from velocity_engine.plugin_types import LayerType, PreparedLayer
from velocity_engine.plugins import checks
from velocity_engine.plugins.drawn import drawing_fault
from velocity_engine.testing.doubles import BareContext, StillSampler
from velocity_engine.testing.sentences import require, require_protocol

FRAMES = (0.0, 1.0, 12.5, 49.0)


def check_layer_type(layer_type: LayerType, *contents: Content, context: BareContext | None = None) -> None:
    """Checks that a layer type follows its protocol.

    For each content it prepares a layer and draws it at several frames, from two threads at the same time. Matrices
    must be finite, opacities must be 0 to 1, and only groups may have effects. The same frame must always have the same
    digests. Where ``moves`` is False, all frames must have the same digests.

    Args:
        layer_type: The layer type.
        contents: Contents that the layer type draws, at least one, such as ``plugin_content`` returns.
        context: What ``prepare`` gets; by default a ``BareContext``.

    Raises:
        AssertionError: It does not follow the protocol. The sentence says in what.
        VelocityError: The layer type refused one of the contents.
    """
    require_protocol(checks.LAYER, layer_type)
    require(bool(contents), "give check_layer_type at least one content that the layer type draws")
    for content in contents:
        layer = Layer(content=content, name="Sample", out_point=50.0)
        given = context if context is not None else BareContext()
        prepared = layer_type.prepare(layer, given)
        first = {frame: _digests(prepared.draw(StillSampler(frame))) for frame in FRAMES}
        again = layer_type.prepare(layer, given)
        second = {frame: _digests(again.draw(StillSampler(frame))) for frame in reversed(FRAMES)}
        require(first == second, "the same layer drew other commands when it was prepared and drawn again")
        require(
            prepared.moves or len(set(first.values())) == 1, "moves is False, yet two frames have different digests"
        )
        _check_threads(prepared, first)


def _digests(commands: Sequence[DrawCommand]) -> tuple[Digest, ...]:
    fault = drawing_fault(commands)
    require(fault is None, fault or "")
    return tuple(command.digest for command in commands)


def _check_threads(prepared: PreparedLayer, expected: dict[float, tuple[Digest, ...]]) -> None:
    frames = list(FRAMES) * 4
    with ThreadPoolExecutor(2) as pool:
        drawn = list(pool.map(lambda frame: _digests(prepared.draw(StillSampler(frame))), frames))
    require(drawn == [expected[frame] for frame in frames], "two threads that draw at once get different commands")

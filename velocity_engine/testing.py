"""Conformance suites for plugins: a plugin's own tests call ``check_...`` with the plugin's objects.

Each check returns None, or raises AssertionError with a sentence that says what the protocol asks and what was found.

Example:
    >>> from velocity_engine.testing import check_layer_type, plugin_content
    >>> def test_conforms():
    ...     check_layer_type(MyLayer(), plugin_content("mine", "some data", width=200, height=100))
"""

from __future__ import annotations

import json
import math
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from velocity_engine.api import order_for
from velocity_engine.display import (
    Digest,
    DrawCommand,
    EffectCall,
    FrameReader,
    GroupSource,
    Picture,
    digest_of,
)
from velocity_engine.encode.scheduling import ordinary_scheduling
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import EncoderConfigError, Finding, OrderError, RenderCancelled, StorageError, VelocityError
from velocity_engine.model.document import Composition, Document, Media
from velocity_engine.model.geometry import IDENTITY, Matrix
from velocity_engine.model.layers import Content, Effect, EffectParameter, Layer, LayerStyle, PluginContent
from velocity_engine.model.properties import still
from velocity_engine.order import RenderOrder
from velocity_engine.pipeline.prepared import prepare
from velocity_engine.pipeline.render_segment import render_segment
from velocity_engine.plugin_types import (
    Codec,
    EffectType,
    EncoderSettings,
    Executor,
    LayerType,
    PreparedLayer,
    Segment,
    Storage,
    StyleCall,
    StyledLayer,
    StyleType,
)
from velocity_engine.plugins import checks
from velocity_engine.template import open_template
from velocity_engine.text.still import StillSampler as SettledSampler

if TYPE_CHECKING:
    from numpy.typing import NDArray

FRAMES = (0.0, 1.0, 12.5, 49.0)


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise AssertionError(sentence)


def _follows(kind: checks.Kind, candidate: Any) -> None:
    problems = kind.problems(candidate)
    _require(not problems, f"the {kind.noun} does not follow its protocol: {'; '.join(problems)}")


# --- stand-ins for what the engine hands to layer types and effects --------------------------------------------------


@dataclass(frozen=True, slots=True)
class StillSampler(SettledSampler):
    """A ``Sampler`` for tests: every property has its first value at every moment.

    Attributes:
        frame: The moment, in frames of a composition of 25 frames per second.
        size: The width and height of the layer's box in pixels.
    """

    frame: float = 0.0
    size: tuple[float, float] = (640.0, 360.0)

    @property
    def seconds(self) -> float:  # type: ignore[override]
        return self.frame / 25.0


@dataclass(slots=True)
class BareContext:
    """A ``LayerContext`` for tests, of a package without files.

    Attributes:
        document: By default a document of 640x360 pixels and 50 frames at 25 frames per second, without layers.
        pictures: What ``picture`` returns, by the id of the asset.
        findings: Everything that was reported.
    """

    document: Document = field(
        default_factory=lambda: Document(
            width=640, height=360, frame_rate=25.0, in_point=0.0, out_point=50.0, main=Composition(id="")
        )
    )
    pictures: dict[str, Picture] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def read(self, media: Media) -> bytes:
        return media.data or b""

    def picture(self, asset_id: str) -> Sequence[tuple[float, Picture]]:
        return [(0.0, self.pictures[asset_id])]

    def clip(self, asset_id: str) -> FrameReader | None:
        return None

    def font_files(self) -> Sequence[str]:
        return ()

    def report(self, finding: Finding) -> None:
        self.findings.append(finding)


def plugin_content(plugin: str, data: Any, *, width: float = 200.0, height: float = 200.0) -> PluginContent:
    """Returns the content of a layer that a customization ``{"plugin": plugin, "data": data}`` replaced.

    Args:
        plugin: The ``key`` of the layer type.
        data: What the customization passes to it.
        width: The width of the layer's box in pixels.
        height: The height of the layer's box in pixels.
    """
    return PluginContent(plugin=plugin, data=data, left=0.0, top=0.0, width=width, height=height)


def sample_effect(match_name: str, lottie_type: int = 0, parameters: Sequence[tuple[str, float]] = ()) -> Effect:
    """Returns an effect as the parser makes one.

    Args:
        match_name: The match name of After Effects.
        lottie_type: The ``ty`` number.
        parameters: The names and values of its sliders, in order.
    """
    sliders = tuple(
        EffectParameter(name=name, match_name=f"{match_name}-{at:04}", type=0, value=still(value, name=name))
        for at, (name, value) in enumerate(parameters, 1)
    )
    return Effect(type=lottie_type, name=match_name, match_name=match_name, parameters=sliders)


# --- layer types ----------------------------------------------------------------------------------------------------


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
    _follows(checks.LAYER, layer_type)
    _require(bool(contents), "give check_layer_type at least one content that the layer type draws")
    for content in contents:
        layer = Layer(content=content, name="Sample", out_point=50.0)
        given = context if context is not None else BareContext()
        prepared = layer_type.prepare(layer, given)
        first = {frame: _digests(prepared.draw(StillSampler(frame))) for frame in FRAMES}
        again = layer_type.prepare(layer, given)
        second = {frame: _digests(again.draw(StillSampler(frame))) for frame in reversed(FRAMES)}
        _require(first == second, "the same layer drew other commands when it was prepared and drawn again")
        _require(
            prepared.moves or len(set(first.values())) == 1, "moves is False, yet two frames have different digests"
        )
        _check_threads(prepared, first)


def _digests(commands: Sequence[DrawCommand]) -> tuple[Digest, ...]:
    for command in commands:
        _check_command(command)
    return tuple(command.digest for command in commands)


def _check_command(command: DrawCommand) -> None:
    _require(isinstance(command, DrawCommand), f"draw gave {type(command).__name__}, not a DrawCommand")
    _require(all(map(math.isfinite, command.matrix)), f"a matrix is not finite: {command.matrix}")
    _require(0.0 <= command.opacity <= 1.0, f"an opacity is {command.opacity}: it must be from 0 to 1")
    if isinstance(command.source, GroupSource):
        _require(command.matrix == IDENTITY, "the matrix of a group's command must be IDENTITY")
        for inner in command.source.commands:
            _check_command(inner)
    else:
        _require(not command.effects, "effects stand on a command whose source is not a group")
    path = getattr(command.source, "path", None)
    _require(path is None or bool(np.isfinite(path.points).all()), "a path has points that are not finite")


def _check_threads(prepared: PreparedLayer, expected: dict[float, tuple[Digest, ...]]) -> None:
    frames = list(FRAMES) * 4
    with ThreadPoolExecutor(2) as pool:
        drawn = list(pool.map(lambda frame: _digests(prepared.draw(StillSampler(frame))), frames))
    _require(drawn == [expected[frame] for frame in frames], "two threads that draw at once get different commands")


# --- effects --------------------------------------------------------------------------------------------------------


def check_effect(effect_type: EffectType, *effects: Effect, matrix: Matrix = IDENTITY) -> None:
    """Checks that an effect type follows its protocol.

    It evaluates each effect and applies it to a clear, an opaque and a soft picture. The shape and the dtype must stay
    as they are, and the pixels must stay premultiplied. The same call must return the same pixels, and it must be
    possible to make a digest of the values.

    Args:
        effect_type: The effect type.
        effects: Effects that it serves, at least one, such as ``sample_effect`` returns.
        matrix: The map from the layer's coordinates to device pixels.

    Raises:
        AssertionError: It does not follow the protocol. The sentence says in what.
    """
    _follows(checks.EFFECT, effect_type)
    _require(bool(effects), "give check_effect at least one effect that the effect type serves")
    for effect in effects:
        call = effect_type.evaluate(effect, StillSampler(), matrix)
        if call is None:
            continue
        _require(isinstance(call, EffectCall), f"evaluate gave {type(call).__name__}, not an EffectCall")
        _require(call.effect == effect_type.key, f"the call names {call.effect!r}, the effect type {effect_type.key!r}")
        margin: Sequence[float] = call.margin
        _require(
            len(margin) == 4 and all(math.isfinite(m) and m >= 0 for m in margin),
            f"the margin is {margin}: it must be four numbers of 0 or more",
        )
        again = effect_type.evaluate(effect, StillSampler(), matrix)
        _require(
            again is not None and digest_of(again.values) == digest_of(call.values),
            "evaluating the same moment twice gave different values",
        )
        for pixels in _pictures():
            _check_pixels(effect_type, call, pixels)


def _pictures() -> Iterator[NDArray[np.uint8]]:
    yield np.zeros((24, 32, 4), np.uint8)
    yield np.full((24, 32, 4), 255, np.uint8)
    soft = np.zeros((24, 32, 4), np.uint8)
    soft[6:18, 8:24, 3] = np.linspace(0, 255, 16).astype(np.uint8)
    soft[..., 0] = soft[..., 3]
    soft[..., 1] = soft[..., 3] // 2
    yield soft


def _check_pixels(effect_type: EffectType, call: EffectCall, pixels: NDArray[np.uint8]) -> None:
    result = effect_type.apply(pixels.copy(), call, (3, 5))
    _require(result.shape == pixels.shape, f"apply gave the shape {result.shape} for {pixels.shape}")
    _require(result.dtype == np.uint8, f"apply gave {result.dtype}: it must give uint8")
    _require(bool((result[..., :3] <= result[..., 3:]).all()), "apply gave a colour above its alpha: not premultiplied")
    again = effect_type.apply(pixels.copy(), call, (3, 5))
    _require(bool(np.array_equal(result, again)), "the same call on the same pixels gave different pixels")


# --- layer styles ----------------------------------------------------------------------------------------------------


def check_style_type(style_type: StyleType, *styles: LayerStyle, matrix: Matrix = IDENTITY) -> None:
    """Checks that a style type follows its protocol.

    It evaluates each style twice and applies the effect that the style calls to some pictures.

    Args:
        style_type: The style type.
        styles: Styles that it serves, at least one.
        matrix: The map from the layer's coordinates to device pixels.

    Raises:
        AssertionError: It does not follow the protocol. The sentence says in what.
        PluginError: The effect that it calls is not installed.
    """
    from velocity_engine import plugins

    _follows(checks.STYLE, style_type)
    _require(bool(styles), "give check_style_type at least one style that the style type serves")
    for style in styles:
        _require(style.type in style_type.lottie_types, f"the style has the type {style.type}, which is not served")
        for feature, sentence in style_type.problems(style):
            _require(bool(feature and sentence), "a problem must have a feature's name and a sentence")
        layer = StyledLayer(sampler=StillSampler(), matrix=matrix, styles=(style,))
        found, again = style_type.evaluate(style, layer), style_type.evaluate(style, layer)
        if found is None:
            continue
        _require(isinstance(found, StyleCall), f"evaluate gave {type(found).__name__}, not a StyleCall")
        _require(
            again is not None and digest_of(again.call.values) == digest_of(found.call.values),
            "evaluating the same moment twice gave different values",
        )
        effect = plugins.effect(found.call.effect)
        for pixels in _pictures():
            _check_pixels(effect, found.call, pixels)


# --- codecs ---------------------------------------------------------------------------------------------------------


def check_codec(codec: Codec, *configs: EncoderConfig) -> None:
    """Checks that a codec follows its protocol.

    With each configuration it encodes two segments of ten frames of 128x72 pixels. Both must have the same extradata,
    begin with a key frame and hold every frame. Problems must be EncoderConfigErrors that name their field.

    Args:
        codec: The codec.
        configs: Configurations that the codec accepts; by default one with a bitrate of 60,000 bytes per second.

    Raises:
        AssertionError: It does not follow the protocol. The sentence says in what.
    """
    _follows(checks.CODEC, codec)
    for config in configs or (EncoderConfig(codec=codec.key, bitrate=60_000),):
        problems = codec.problems(config, 128, 72, Fraction(25))
        _require(not problems, f"the codec refuses {config}: {'; '.join(map(str, problems))}")
        settings = codec.settings(config, 128, 72, Fraction(25))
        _require(isinstance(settings, EncoderSettings), "settings must give EncoderSettings")
        first, second = (_encode(settings, shade) for shade in (40, 200))
        _require(first == second, "two segments with the same settings have different extradata")
    absurd = EncoderConfig(codec=codec.key, profile=-1, level=-1)
    for problem in codec.problems(absurd, 128, 72, Fraction(25)):
        _require(isinstance(problem, EncoderConfigError), f"a problem is a {type(problem).__name__}")
        _require(bool(problem.place.field), f"the problem does not name its field: {problem}")


def _encode(settings: EncoderSettings, shade: int) -> bytes:
    """Encodes ten frames, checks the packets, and returns the encoder's extradata."""
    import av

    context = cast("av.VideoCodecContext", av.CodecContext.create(settings.encoder, "w"))
    context.width, context.height, context.pix_fmt = 128, 72, settings.pixel_format
    context.time_base, context.framerate = Fraction(1, 25), Fraction(25)
    context.options = dict(settings.options)
    context.flags |= av.codec.context.Flags.global_header
    context.thread_count = settings.threads
    if settings.bit_rate is not None:
        context.bit_rate = settings.bit_rate
    if settings.gop_size is not None:
        context.gop_size = settings.gop_size
    with ordinary_scheduling():
        context.open()
    packets = []
    for index in range(10):
        pixels = np.full((72, 128, 3), shade, np.uint8)
        pixels[:, index * 10 : index * 10 + 20] = 255
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=settings.pixel_format)
        frame.pts = index
        packets += context.encode(frame)
    packets += context.encode(None)
    packets = [packet for packet in packets if packet.size]
    _require(len(packets) == 10, f"ten frames gave {len(packets)} packets")
    _require(packets[0].is_keyframe, "the first packet of a segment is no key frame")
    return bytes(context.extradata or b"")


# --- storage --------------------------------------------------------------------------------------------------------


def check_storage(storage: Storage, folder: str) -> None:
    """Checks that a storage backend follows its protocol.

    It puts, reads, replaces and deletes a file. Where there is no file, the backend must raise StorageError.

    Args:
        storage: The storage backend.
        folder: A target of this backend under which files may be written, without the final slash.

    Raises:
        AssertionError: It does not follow the protocol. The sentence says in what.
    """
    _follows(checks.STORAGE, storage)
    target = f"{folder}/{uuid.uuid4().hex}.bin"
    with tempfile.TemporaryDirectory() as temporary:
        for content in (b"first" * 1000, b"second, and shorter", b""):
            local = Path(temporary) / "result.bin"
            local.write_bytes(content)
            size = storage.put(str(local), target)
            _require(size == len(content), f"put gave the size {size} for {len(content)} bytes")
            with storage.open(target) as stored:
                _require(stored.read() == content, "open gave other bytes than were put")
        _fails(lambda: storage.put(str(Path(temporary) / "missing"), target), "putting a file that is not there")
    storage.delete(target)
    _fails(lambda: storage.open(target).read(), "opening what was deleted")


def _fails(action: Callable[[], object], what: str) -> None:
    try:
        action()
    except StorageError:
        return
    except Exception as error:
        raise AssertionError(f"{what} raised {type(error).__name__}, not StorageError") from error
    raise AssertionError(f"{what} raised nothing: it must raise StorageError")


# --- executors ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Watch:
    """A ``RenderWatch`` for tests.

    Attributes:
        stopped: What ``cancelled`` returns.
        frames: How many frames of each segment were reported, by its number.
    """

    stopped: bool = False
    frames: dict[int, int] = field(default_factory=dict)

    def cancelled(self) -> bool:
        return self.stopped

    def encoded(self, segment: Segment, frames: int) -> None:
        self.frames[segment.number] = frames


def check_executor(executor: Executor) -> None:
    """Checks that an executor follows its protocol, with a real render of six segments.

    Each segment must be rendered exactly once and have the bytes that it has in this process. An error must be raised
    unchanged. A run that is cancelled from the start must end before all segments are rendered; it may raise
    RenderCancelled.

    Args:
        executor: The executor. What it takes to reach its processes or machines must be there. They must reach the
            temporary folder of this machine.

    Raises:
        AssertionError: It does not follow the protocol. The sentence says in what.
    """
    _follows(checks.EXECUTOR, executor)
    with tempfile.TemporaryDirectory() as folder:
        order, segments = _small_order(Path(folder))
        expected = {segment.number: render_segment(order, segment).packets for segment in segments}
        results = list(executor.run(order, segments, Watch()))
        done = sorted(result.segment.number for result in results)
        _require(done == sorted(expected), f"of segments 0 to 5 it rendered {done}: each must be rendered exactly once")
        for result in results:
            same = result.packets == expected[result.segment.number]
            _require(same, f"segment {result.segment.number} has other bytes than in this process")
        _require(list(executor.run(order, [], Watch())) == [], "without segments it returned results")
        _check_cancelled(executor, order, segments)
        (Path(folder) / "data.json").write_text("{}")
        _check_error(executor, replace(order, output="changed.mp4"), segments)


def _small_order(folder: Path) -> tuple[RenderOrder, Sequence[Segment]]:
    """A square that moves, in six segments of five frames."""
    ease = {"h": 0, "o": {"x": 0, "y": 0}, "i": {"x": 1, "y": 1}}
    keys = [{"t": 0, "s": [16, 16, 0], **ease}, {"t": 30, "s": [48, 48, 0]}]
    transform = {"p": {"a": 1, "k": keys}, "a": {"a": 0, "k": [8, 8, 0]}}
    square = {"ty": 1, "sw": 16, "sh": 16, "sc": "#ff0000", "ip": 0, "op": 30, "st": 0, "ind": 1, "ks": transform}
    document = {"v": "5.9.0", "fr": 25, "ip": 0, "op": 30, "w": 64, "h": 64, "layers": [square], "assets": []}
    (folder / "data.json").write_text(json.dumps(document))
    with open_template(folder / "data.json") as template:
        order = order_for(template, folder / "video.mp4", encoder=EncoderConfig(segment_seconds=0.2, preset=5))
        return order, prepare(order, template).video.segments


def _check_cancelled(executor: Executor, order: RenderOrder, segments: Sequence[Segment]) -> None:
    try:
        count = len(list(executor.run(order, segments, Watch(stopped=True))))
    except RenderCancelled:
        return
    _require(count < len(segments), "a run that was cancelled from the start rendered all of its segments")


def _check_error(executor: Executor, order: RenderOrder, segments: Sequence[Segment]) -> None:
    try:
        list(executor.run(order, segments, Watch()))
    except VelocityError as error:
        _require(isinstance(error, OrderError), f"an OrderError of render_segment came out as another error: {error}")
    else:
        raise AssertionError("an error of render_segment did not come out")

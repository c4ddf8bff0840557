"""Types reach those who import the engine: mypy, strict, accepts what they write and what the documents show."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import velocity_engine as ve
from velocity_engine import plugin_types, plugins, testing

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "plugins").glob("*/*.md"))]
BLOCK = re.compile(r"(?:<!-- (\S+) -->\n)?```python\n(.*?)```", re.DOTALL)
PROGRAM = """
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import velocity_engine as ve


def told(progress: ve.Progress) -> None:
    print(progress.frames_done, progress.frames_total, progress.seconds_left)


def render(path: Path, texts: Mapping[str, str]) -> ve.RenderResult:
    changes = [{"layer": layer, "text": text} for layer, text in texts.items()]
    rates = (ve.BitsPerSecond(5_000_000), ve.BytesPerSecond(625_000))
    print([ve.EncoderConfig(bitrate=rate, audio_bitrate="192k").bitrate for rate in rates])
    encoder = ve.EncoderConfig(bitrate="5M", resolution=(640, 360), rate_control=ve.RateControl.VBR)
    try:
        with ve.open_template(path, limits=ve.PackageLimits()) as template:
            layers: tuple[ve.LayerInfo, ...] = template.layers
            findings: tuple[ve.Finding, ...] = template.findings
            still: NDArray[np.uint8] = ve.render_still(template, frame=1, size=(64, 36), customizations=changes)
            slots: tuple[ve.SlotInfo, ...] = template.slots
            fonts: tuple[ve.FontInfo, ...] = template.font_sources
            print(layers, findings, still.shape, slots, fonts)
            whole: ve.Still = ve.still(template, size=(64, 36), customizations=changes)
            with template.customized(changes, {"a": whole.image(), "b": whole.pixels, "c": b"bytes"}) as changed:
                frames: ve.Frames = ve.frames(changed, frames=range(0, 9), held="skip", alpha=False)
                frame: ve.Frame = next(frames)
                print(frame.seconds, frame.pixels.shape, frames.findings)
            order: ve.RenderOrder = ve.order_for(template, "a.mp4", encoder=encoder, frames=(0, 9))
            reference: ve.FileReference = order.template
            print(reference.sha256, ve.RenderOrder.from_json(order.to_json()).digest, ve.render_order(order).fps)
            return ve.render(template, "b.mp4", encoder=encoder, customizations=changes, progress=told)
    except ve.VelocityError as error:
        where: ve.Place = error.place
        print(error.message, where.layer, error.hint)
        raise


def look(path: str) -> tuple[ve.AudioInfo, ve.VideoInfo, ve.PictureInfo]:
    return ve.probe_audio(path), ve.probe_video(path), ve.probe_picture(path)


def look_at_assets(path: str) -> tuple[ve.PictureInfo | ve.VideoInfo, ve.VideoInfo]:
    return ve.probe_asset(path), ve.probe_clip(path)


def foreseen(template: ve.Template) -> ve.Forecast | None:
    trial: ve.Trial | None = ve.try_out(template)
    if trial is None:
        return None
    encoder = ve.resolve_encoder(ve.EncoderConfig(), "a.mp4")
    print(ve.container_of(encoder).mime_type)
    result = ve.render(template, "c.mp4", poster=ve.Poster("c.jpg", frame=3))
    ve.check_written("c.mp4", encoder, result.frames, result.video_seconds)
    plan: ve.SamplePlan | None = ve.plan_sample(trial, encoder, (0.0, 10.0), 0.3)
    sample: ve.Sample | None = None if plan is None else ve.take_sample(template, encoder, (0.0, 10.0), plan)
    return ve.forecast(trial, encoder, (0.0, 10.0), sample=sample)


def foreseen_poster(template: ve.Template, trial: ve.Trial) -> ve.PosterForecast:
    encoder, poster = ve.EncoderConfig(), ve.Poster("c.jpg", frame=3)
    drawn: ve.PosterSample | None = ve.take_poster_sample(template, encoder, None, poster)
    return ve.forecast_poster(trial, encoder, (0.0, 10.0), poster, drawn)


def kept(template: ve.Template) -> tuple[int, tuple[str, ...]]:
    cache = ve.RenderCache("cache", max_bytes=1 << 30)
    result = ve.render(template, "d.mp4", cache=cache)
    ve.render(template, "d.mp4", cache="s3://bucket/cache")
    return result.reused_frames + cache.clear() + len(cache.contents()), result.cache_faults


def shared(template: ve.Template) -> int:
    batch = ve.BatchFrames(template, ve.EncoderConfig(), frames=range(0, 30))
    batch.add([{"layer": "Headline", "text": "Hello"}])
    cached: int = ve.cached_frames(template, "cache", customizations=[{"layer": "Headline", "text": "Hello"}])
    return batch.frames + batch.unique_frames + cached


def made_of() -> str:
    parts: dict[str, str] = ve.build_parts()
    return parts["velocity-render"]


def differing(one: ve.Template, other: ve.Template) -> list[str]:
    found: tuple[ve.FrameDifference, ...] = ve.frame_differences(one, other)
    layers: list[ve.LayerDifference] = [layer for run in found for layer in run.layers]
    return [f"{layer.layer} {layer.aspects}" for layer in layers]


def shown_to_be_the_same(template: ve.Template) -> tuple[bool, tuple[str, ...]]:
    order = ve.order_for(template, "e.mp4")
    result = ve.render_order(order)
    prints: tuple[ve.SegmentPrint, ...] = result.segments
    manifest = ve.Manifest.from_json(ve.Manifest.of(template, order, result).to_json())
    told: ve.Verification = ve.verify("e.mp4", manifest)
    return told.same and prints == manifest.segments, told.reasons


def mixed(template: ve.Template) -> ve.RenderResult:
    mix = ve.SoundMix(volume=0.5, trim=(0, 2), ducking=ve.Ducking(layer="Voice", depth=9), loudness=-14)
    return ve.render(template, "f.mp4", audio="music.wav", mix=mix)


def blurred(template: ve.Template) -> ve.Still | None:
    try:
        blur: ve.MotionBlur = ve.MotionBlur(samples=8, shutter_angle=360, shutter_phase=-180)
    except ve.MotionBlurError:
        return None
    return ve.still(template, 4, motion_blur=blur)


def captioned(template: ve.Template) -> tuple[ve.RenderResult, str]:
    word: ve.Word = ve.Word("Hello", 0.5, 1.0)
    cue: ve.Cue = ve.Cue(0.5, 1.0, words=[word])
    captions: ve.Captions = ve.Captions(cues=[cue], style="pop")
    read: ve.Captions = ve.read_captions("a.srt", layer="Headline")
    info: ve.CaptionsInfo | None = ve.probe_captions("a.srt")
    name = "" if info is None else info.format
    return ve.render(template, "g.mp4", captions=captions, sidecar="g.vtt"), name + read.sidecar("srt")


def lasting(template: ve.Template) -> tuple[float, ve.Lengths, ve.RenderResult]:
    timeline: ve.Timeline = template.timeline("layer:Clip")
    timed: tuple[ve.TimedRegion, ...] = timeline.regions
    regions: tuple[ve.Region, ...] = template.regions
    print([one.frames for one in timed], [one.is_elastic for one in regions])
    try:
        result = ve.render(template, "h.mp4", duration=ve.Duration(seconds=17.4))
    except ve.DurationError as error:
        print(error.hint)
        raise
    return timeline.end, template.lengths, result


def lettered(path: str) -> tuple[str, ...]:
    font: ve.FontFileInfo = ve.probe_font("a.ttf")
    faces: tuple[ve.FontFaceInfo, ...] = font.faces
    with ve.open_template(path, font_files=["fonts"], system_fonts=ve.system_font_folders()) as template:
        ve.render(template, "i.mp4", fonts="strict")
    return tuple(face.family for face in faces)


def looked_into(template: ve.Template) -> tuple[list[str], float]:
    shown: ve.FrameLayers = ve.frame_layers(template, frame=1)
    layers: tuple[ve.FrameLayer, ...] = shown.layers
    costs: ve.LayerCosts | None = ve.layer_costs(template, seconds=0.5)
    dear: tuple[ve.LayerCost, ...] = () if costs is None else costs.layers
    held: tuple[tuple[int, int], ...] | None = ve.held_ranges(template)
    prepared: ve.PreparedStill = template.prepare_still(frame=1)
    print(held, prepared.digest, prepared.draw().pixels.shape, dear)
    return [layer.layer for layer in layers], 0.0 if costs is None else costs.frame_ms


def made_ready() -> None:
    ve.warm_up()


ERRORS: tuple[type[ve.VelocityError], ...] = (
    ve.PackageError, ve.DocumentError, ve.CustomizationError, ve.EncoderConfigError, ve.NoSoundError,
    ve.FrameRangeError, ve.MediaError, ve.SoundMixError, ve.CaptionsError, ve.DurationError,
    ve.StorageError, ve.TemporaryStorageError, ve.PluginError, ve.OrderError, ve.RenderCancelled, ve.RenderFailed,
    ve.FrameCostError,
    ve.WrongTypeError,
)
TEMPLATE: type[ve.Template] = ve.Template
WARNING: type[UserWarning] = ve.FindingWarning
"""
PLUGIN = """
import os
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine import plugin_types as pt
from velocity_engine import testing
from velocity_engine.display import DrawCommand, EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect, Layer, LayerStyle
from velocity_engine.sampler import Sampler


class Prepared:
    moves = False

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        return ()


class Blank:
    key = "blank"
    lottie_types: tuple[int, ...] = ()

    def prepare(self, layer: Layer, context: pt.LayerContext) -> pt.PreparedLayer:
        return Prepared()


class Negative:
    key = "negative"
    match_names: tuple[str, ...] = ("ACME Negative",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        return EffectCall(self.key, ())

    def apply(self, pixels: NDArray[np.uint8], call: EffectCall, origin: tuple[int, int]) -> NDArray[np.uint8]:
        return pixels


class Backwards:
    key = "backwards"

    def run(
        self, order: ve.RenderOrder, segments: Sequence[pt.Segment], watch: pt.RenderWatch
    ) -> Iterator[pt.EncodedSegment]:
        for segment in reversed(segments):
            if not watch.cancelled():
                yield ve.render_segment(order, segment, watch)


@ve.hookimpl
def velocity_layers() -> list[pt.LayerType]:
    return [Blank()]


@ve.hookimpl
def velocity_effects() -> list[pt.EffectType]:
    return [Negative()]


@ve.hookimpl
def velocity_executors() -> list[pt.Executor]:
    return [Backwards()]


@ve.hookimpl
def velocity_fonts() -> list[pt.ProvidedFont]:
    signs = pt.FontFile(key="Signs", path=Path("signs.ttf"), families=("Signs",), scripts=(pt.ANY_SCRIPT, pt.EMOJI))
    return [signs]


def farmed(executor: pt.Executor) -> pt.Executor:
    return executor.at("farm://host:8786") if isinstance(executor, pt.ReachedAtAddress) else executor


def all_hold(style: pt.StyleType, codec: pt.Codec, storage: pt.Storage) -> None:
    content = testing.plugin_content("blank", {"any": "value"})
    testing.check_layer_type(Blank(), content, context=testing.BareContext())
    testing.check_effect(Negative(), testing.sample_effect("ACME Negative", parameters=[("Amount", 0.5)]))
    testing.check_style_type(style, LayerStyle(type=1))
    testing.check_codec(codec, ve.EncoderConfig())
    testing.check_storage(storage, "memory://folder")
    testing.check_executor(Backwards())
    for font in velocity_fonts():
        testing.check_font(font, "A")
    known: pt.StoredFile = storage.stat("memory://folder/a.mp4")
    print(known.size, isinstance(storage, pt.NamesInPlace))
    if isinstance(storage, pt.TakesOptions):
        storage = storage.with_options({"key": "value"})
    other: pt.Storage = ve.connected_storage("s3://bucket/folder", {"key": "value"})
    target: ve.network.Target = ve.network.target_of("https://example.com/a.jpg")
    ve.network.Reach.of(["nas.lan"]).require(target, ["93.184.216.34"])
    other.check("s3://bucket/folder/a.mp4")
    sampler: Sampler = testing.StillSampler(frame=3.0)
    print(sampler.seconds)


def told(effect: Effect, reads: pt.ReadsLayers, tells: pt.TellsLimits) -> tuple[tuple[int, ...], tuple[str, ...]]:
    return reads.layers(effect), tells.limits(effect)


def repeated(kind: pt.ShowsEchoes, effect: Effect, sampler: Sampler) -> pt.Echo:
    found: pt.Echo | None = kind.echo(effect, sampler)
    operator: pt.EchoOperator = "add" if found is None else found.operator
    return pt.Echo((0.0, -0.1), (1.0, 0.5), operator)


def asked(kind: pt.TakesData, context: pt.LayerContext, logo: pt.MediaSource) -> int:
    print(kind.data_schema)
    return len(context.picture(logo))


def is_special(layer: pt.PreparedLayer) -> bool:
    return isinstance(layer, pt.DrawsCompositions | pt.DrawsPlaced)


def styled(style: pt.StyleType, entry: LayerStyle, layer: pt.StyledLayer) -> pt.StyleCall | None:
    return style.evaluate(entry, layer)


def coded(segment: pt.EncodedSegment) -> int:
    packets: Sequence[pt.EncodedPacket] = segment.packets
    return sum(len(packet.data) for packet in packets)


def settings_of(codec: pt.Codec, config: ve.EncoderConfig) -> pt.EncoderSettings:
    return codec.settings(config, 640, 360, Fraction(25))


class Texts:
    key = "texts"
    number: int | None = None
    title = "Texts"
    pixel_formats = (pt.PIXEL_FORMATS[-1],)
    containers = (pt.Container(key="txt", endings=(".txt",), mime_type="text/plain"), pt.MP4, pt.MOV, pt.AVI, pt.WEBM)
    keeps_alpha = True
    odd_sizes = True

    def problems(
        self, config: ve.EncoderConfig, width: int, height: int, rate: Fraction
    ) -> list[ve.EncoderConfigError]:
        return []

    def settings(self, config: ve.EncoderConfig, width: int, height: int, rate: Fraction) -> pt.EncoderSettings:
        return pt.EncoderSettings(encoder="", pixel_format="rgba", options={}, gop_size=1)


class Lines:
    def __init__(self, request: pt.FileRequest) -> None:
        self.file = open(request.path(0), "wb")

    def write(self, packet: pt.EncodedPacket, first: int) -> None:
        self.file.write(packet.data)

    def close(self) -> None:
        self.file.close()

    def abandon(self) -> None:
        self.file.close()


def written(request: pt.FileRequest) -> pt.FileWriter:
    return Lines(request)


def by_itself(codec: pt.EncodesFrames, settings: pt.EncoderSettings) -> pt.FrameEncoder:
    return codec.encoder(settings, 640, 360, Fraction(25))


def writes(codec: pt.Codec) -> bool:
    return isinstance(codec, pt.WritesFiles)


@ve.hookimpl
def velocity_codecs() -> list[pt.Codec]:
    return [Texts()]


def named() -> str:
    encoder = ve.resolve_encoder(ve.EncoderConfig(), "a.mp4")
    return ve.container_of(encoder).mime_type


def found() -> None:
    os.environ[plugins.STRICT_VARIABLE] = "1"
    reports: Sequence[plugins.PluginReport] = plugins.installed()
    codecs: Mapping[str, pt.Codec] = plugins.codecs()
    layers: Mapping[str, pt.LayerType] = plugins.plugin_layers()
    looked_up: tuple[pt.LayerType | None, pt.LayerType | None] = plugins.layer_type(5), plugins.plugin_layer("blank")
    effects: tuple[pt.EffectType, pt.EffectType | None] = plugins.effect("negative"), plugins.effect_for("ACME", 5)
    style: pt.StyleType | None = plugins.style_type(1)
    others: tuple[pt.Codec, pt.Storage, pt.Executor] = (
        plugins.codec("h264"), plugins.storage("file"), plugins.executor("local"),
    )
    fonts: list[pt.ProvidedFont] = plugins.fonts()
    print(fonts, reports, codecs, layers, looked_up, effects, style, others, pt.BUFFER_START)
    same: list[plugins.PluginReport] = list(ve.plugins.installed())
    print(same)
    plugins.register(Blank())
    plugins.unregister(Blank())
    strangers: list[pt.EffectType] = plugins.effects_of_plugins()
    print(strangers, len(plugins.all_of_plugins()))
    who: str | None = plugins.provider_of(looked_up[1])
    print(who)
    plugins.require_sound()
    plugins.reset()
"""


def strictly_checked(folder: Path, *files: Path) -> str:
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder.parent / "mypy"), *map(str, files)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout


def test_programs_that_use_each_public_name(tmp_path: Path) -> None:
    checks = [name for name in vars(testing) if name.startswith("check_")]
    for module, names, code in (
        ("ve", ve.__all__, PROGRAM + PLUGIN),
        ("pt", plugin_types.__all__, PLUGIN),
        ("plugins", plugins.__all__, PLUGIN),
        ("testing", checks, PLUGIN),
    ):
        assert [name for name in names if not re.search(rf"\b{module}\.{name}\b", code)] == []
    program, plugin = tmp_path / "program.py", tmp_path / "plugin.py"
    program.write_text(PROGRAM)
    plugin.write_text(PLUGIN)
    assert strictly_checked(tmp_path, program, plugin).strip().startswith("Success")


def test_code_of_the_documents(tmp_path: Path) -> None:
    """What is quoted from a file is checked with it (``make type``); what stands alone is a program."""
    read = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["files"]
    programs: list[Path] = []
    for document in DOCUMENTS:
        for number, (source, code) in enumerate(BLOCK.findall(document.read_text("utf-8"))):
            if source:
                assert any(Path(source).is_relative_to(folder) for folder in read), f"{document.name}: {source}"
                continue
            programs.append(tmp_path / f"{document.stem}_{number}.py")
            programs[-1].write_text(code)
    assert programs
    assert strictly_checked(tmp_path, *programs).strip().startswith("Success")


def test_a_wrong_program_is_told(tmp_path: Path) -> None:
    program = tmp_path / "wrong.py"
    program.write_text('import velocity_engine as ve\nve.render("a.zip", 3, frames="intro", nothing=1)\n')
    told = strictly_checked(tmp_path, program)
    assert "arg-type" in told and "nothing" in told


ENDPOINTS = """
from velocity_web.http.operation import Call, Operation
from velocity_web.schemas.base import Message, Page


class Greeting:
    @Operation(id="a", summary="", tag="", query=Page, returns=Message)
    def right(self, call: Call[None, Page]) -> Message:
        return Message(message=str(call.query.skip))

    @Operation(id="b", summary="", tag="", returns=Message)
    def of_another_query(self, call: Call[None, Page]) -> Message:
        return Message(message="")

    @Operation(id="c", summary="", tag="", returns=list[Message])
    def of_another_answer(self, call: Call) -> Message:
        return Message(message="")
"""


def test_an_endpoint_that_is_not_as_it_is_declared_is_told(tmp_path: Path) -> None:
    module = tmp_path / "endpoints.py"
    module.write_text(ENDPOINTS)
    told = [line for line in strictly_checked(tmp_path, module).splitlines() if line.startswith("endpoints.py")]
    assert [line.split(":")[1] for line in told] == ["11", "15"] and all("arg-type" in line for line in told)

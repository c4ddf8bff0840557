"""``velocity render``"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from velocity_engine.cli import captions as caption_options
from velocity_engine.cli import options, report, values
from velocity_engine.cli.cache import render_cache
from velocity_engine.cli.progress import progress_bar
from velocity_engine.cli.stopping import stoppable
from velocity_engine.errors import RenderCancelled, VelocityError

if TYPE_CHECKING:
    from velocity_engine.api.renders import RenderResult
    from velocity_engine.cache.render_cache import RenderCache
    from velocity_engine.captions.captions import Captions
    from velocity_engine.encoder_config import EncoderConfig
    from velocity_engine.given.fonts import Strictness
    from velocity_engine.given.outputs import Sink
    from velocity_engine.order import MotionBlur, Poster, SoundMix


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What the command line asks for, as it says it where the template has to be known first."""

    path: str
    animation: str | None
    output: Sink
    encoder: EncoderConfig
    settings: list[str]
    customize: Path | None
    assets: list[str]
    audio: str | None
    mix: SoundMix
    captions: Captions | None
    sidecar: str | None
    frames: str | None
    duration: float | str | None
    fonts: Strictness
    motion_blur: MotionBlur | None
    poster: Poster | None
    executor: str | None
    cache: RenderCache | None
    manifest: Path | None


_video = partial(typer.Option, rich_help_panel="Video")
_sound = partial(typer.Option, rich_help_panel="Audio")


def render(
    template: options.TemplatePath,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="OUT.mp4", help="The file to write; its ending chooses the codec. - pipes it."
        ),
    ],
    settings: options.Set = None,
    customize: options.Customize = None,
    asset: options.Asset = None,
    frames: Annotated[
        str | None,
        typer.Option("--frames", metavar="A:B", help="Frames [A, B) of the composition, or a marker."),
    ] = None,
    duration: Annotated[
        Any,
        typer.Option(
            "--duration",
            metavar="SECONDS|audio|layer:NAME",
            parser=values.duration,
            help="How long the video is; what the template's markers make elastic follows.",
        ),
    ] = None,
    poster: Annotated[
        str | None,
        typer.Option(
            "--poster", metavar="FILE[@FRAME]", help="A picture of a frame beside the video; by default of the middle."
        ),
    ] = None,
    fonts: options.Fonts = "boxes",
    font_folder: options.FontFolder = None,
    system_fonts: options.SystemFonts = False,
    motion_blur: options.MotionBlurSwitch = False,
    blur_samples: options.Samples = None,
    shutter_angle: options.ShutterAngle = None,
    shutter_phase: options.ShutterPhase = None,
    animation: options.Animation = None,
    size: options.Size = None,
    fps: Annotated[
        Fraction | None, _video("--fps", metavar="RATE", parser=values.frame_rate, help="30, 29.97, 30000/1001.")
    ] = None,
    codec: Annotated[
        str | None, _video("--codec", metavar="NAME", help="h264, h265, av1 or a plugin's; else by OUT's ending.")
    ] = None,
    bitrate: Annotated[
        int | None,
        _video("--bitrate", metavar="5M", parser=values.bits_per_second, help="Bits a second; else a good quality."),
    ] = None,
    rate_control: Annotated[
        int | None, _video("--rc", metavar="cbr|vbr|cqp", parser=values.rate_control, help="Rate control.")
    ] = None,
    preset: Annotated[int | None, _video("--preset", metavar="0..5", help="0 slowest and smallest, 5 fastest.")] = None,
    gop: Annotated[int | None, _video("--gop", metavar="N", help="Longest distance of key frames.")] = None,
    idr: Annotated[int | None, _video("--idr", metavar="N", help="Longest distance of IDR frames.")] = None,
    qp: Annotated[int | None, _video("--qp", metavar="N", help="Quantiser for cqp.")] = None,
    held_frames: Annotated[
        str | None, _video("--held-frames", metavar="skip|encode", help="Whether frames that stand still are encoded.")
    ] = None,
    tune: Annotated[
        str | None, _video("--tune", metavar="film|animation", help="What is shown; by itself from the template.")
    ] = None,
    codec_profile: Annotated[
        int | None, _video("--codec-profile", metavar="N", help="The codec standard's number: H.264 66, 77, 100.")
    ] = None,
    level: Annotated[
        int | None, _video("--level", metavar="N", help="The codec standard's number: H.264 41 is 4.1.")
    ] = None,
    container: Annotated[
        str | None, _video("--container", metavar="NAME", help="mp4, mov, avi or a plugin's; else by OUT's ending.")
    ] = None,
    audio: Annotated[
        str | None,
        _sound("--audio", metavar="FILE", callback=values.readable, help="Sound to mix with the template's own."),
    ] = None,
    audio_bitrate: Annotated[
        int | None, _sound("--audio-bitrate", metavar="192K", parser=values.bits_per_second, help="Bits a second.")
    ] = None,
    audio_volume: Annotated[
        float | None, _sound("--audio-volume", metavar="0.5", help="Factor of that sound; 1 leaves it as it is.")
    ] = None,
    audio_start: Annotated[
        float | None, _sound("--audio-start", metavar="SECONDS", help="Second of the video at which it begins.")
    ] = None,
    audio_trim: Annotated[
        Any,
        _sound("--audio-trim", metavar="START:END", parser=values.seconds_range, help="Seconds of it that are heard."),
    ] = None,
    audio_fade: Annotated[
        Any,
        _sound("--audio-fade", metavar="IN:OUT", parser=values.seconds_pair, help="Seconds to come up and to go down."),
    ] = None,
    audio_loop: Annotated[bool, _sound("--audio-loop", help="It begins anew at its end.")] = False,
    mute_template: Annotated[bool, _sound("--mute-template", help="Leave out the template's own sound.")] = False,
    duck: Annotated[
        Any,
        _sound(
            "--duck",
            metavar="DB[@LAYER]",
            parser=values.ducking,
            help="Turn that sound down by DB decibels while the template, or the layer, is heard.",
        ),
    ] = None,
    loudness: Annotated[
        float | None,
        _sound("--loudness", metavar="LUFS", help="Loudness of the whole, such as -14; true peaks of -1 dBTP at most."),
    ] = None,
    captions: caption_options.File = None,
    caption_style: caption_options.Style = None,
    caption_layer: caption_options.LayerName = None,
    caption_position: caption_options.Position = None,
    caption_safe_area: caption_options.SafeArea = None,
    caption_lines: caption_options.Lines = None,
    caption_size: caption_options.LetterSize = None,
    caption_font: caption_options.FontName = None,
    caption_color: caption_options.Color = None,
    caption_highlight: caption_options.Highlight = None,
    caption_background: caption_options.Background = None,
    text_track: caption_options.TextTrack = False,
    caption_language: caption_options.Language = None,
    sidecar: caption_options.Sidecar = None,
    segment_seconds: Annotated[
        float | None,
        _video("--segment-seconds", metavar="5", help="Length of the parts that are rendered side by side."),
    ] = None,
    executor: Annotated[
        str | None,
        typer.Option("--executor", metavar="NAME", help="What renders the segments: an executor, or NAME://HOST:PORT."),
    ] = None,
    cache: options.CachePlace = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Draw and encode all, and keep nothing.")] = False,
    manifest: Annotated[
        Path | None,
        typer.Option(
            "--manifest", metavar="OUT.json", dir_okay=False, help="Write what the video is made of, for `verify`."
        ),
    ] = None,
    profile: Annotated[bool, typer.Option("--profile", help="Print each stage's time, and what was held.")] = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    plugin_strict: options.PluginStrict = False,
    debug: options.Debug = False,
) -> None:
    """Render a template to a video file."""
    given = {
        "bitrate": bitrate,
        "fps_num": None if fps is None else fps.numerator,
        "fps_den": None if fps is None else fps.denominator,
        "resolution": size,
        "codec": None if codec is None else values.codec(codec),
        "preset": preset,
        "rate_control": rate_control,
        "gop": gop,
        "idr": idr,
        "profile": codec_profile,
        "level": level,
        "container": container,
        "qp": qp,
        "held_frames": held_frames,
        "tune": tune,
        "audio_bitrate": audio_bitrate,
        "segment_seconds": segment_seconds,
    }
    mixing = {
        "volume": audio_volume,
        "start": audio_start,
        "trim": audio_trim,
        "fade_in": audio_fade and audio_fade[0],
        "fade_out": audio_fade and audio_fade[1],
        "loop": audio_loop,
        "mute_template": mute_template,
        "ducking": duck,
        "loudness": loudness,
    }
    shown = {
        "style": caption_style,
        "layer": caption_layer,
        "position": caption_position,
        "safe_area": caption_safe_area,
        "lines": caption_lines,
        "size": caption_size,
        "font": caption_font,
        "color": caption_color,
        "highlight": caption_highlight,
        "background": caption_background,
        "text_track": text_track,
        "language": caption_language,
    }
    values.output_file(output)
    if sidecar is not None:
        values.output_file(sidecar, "--sidecar")
    if (picture := values.poster(poster)) is not None:
        values.output_file(picture.output, "--poster")
    piped = output == values.STANDARD_OUTPUT
    if manifest is not None:
        if piped:
            raise typer.BadParameter("a video that is piped has none; give --output a file", param_hint="--manifest")
        values.output_file(str(manifest), "--manifest")
    sink = values.standard_output("video", as_json=as_json) if piped else output
    try:
        request = _Request(
            path=template,
            animation=animation,
            output=sink,
            encoder=_encoder(given),
            settings=settings or [],
            customize=customize,
            assets=asset or [],
            audio=audio,
            mix=_mix(mixing),
            captions=caption_options.captions(captions, shown),
            sidecar=sidecar,
            frames=frames,
            duration=duration,
            fonts=fonts,
            motion_blur=options.motion_blur(motion_blur, blur_samples, shutter_angle, shutter_phase),
            poster=picture,
            executor=executor,
            cache=None if no_cache else render_cache(cache),
            manifest=manifest,
        )
        result = _rendered(request, show=not (quiet or as_json))
    except VelocityError as error:
        if as_json:
            report.print_json(report.error_object(error))
        raise
    if as_json:
        report.print_json(_result_object(result, profile))
    elif not quiet:
        report.print_findings(result.findings, sys.stderr)
        for fault in result.cache_faults:
            typer.echo(f"warning: {fault}", err=True)
        _print_result(result, profile, to_stderr=piped)


def _encoder(given: dict[str, Any]) -> EncoderConfig:
    from velocity_engine.encoder_config import EncoderConfig, RateControl

    chosen = {name: value for name, value in given.items() if value is not None}
    if "rate_control" in chosen:
        chosen["rate_control"] = RateControl(chosen["rate_control"])
    return EncoderConfig(**chosen)


def _mix(given: dict[str, Any]) -> SoundMix:
    from velocity_engine.order import SoundMix

    return SoundMix(**{name: value for name, value in given.items() if value is not None})


def _rendered(request: _Request, *, show: bool) -> RenderResult:
    import velocity_engine

    with velocity_engine.open_template(request.path, animation=request.animation) as template, stoppable() as stop:
        entries, files = values.customizations(request.settings, request.customize, template)
        asked: dict[str, Any] = {
            "encoder": request.encoder,
            "customizations": entries,
            "assets": {**files, **values.asset_files(request.assets)},
            "audio": request.audio,
            "mix": request.mix,
            "captions": request.captions,
            "sidecar": request.sidecar,
            "frames": values.frame_range(request.frames) if request.frames else None,
            "duration": request.duration,
            "fonts": request.fonts,
            "motion_blur": request.motion_blur,
            "poster": request.poster,
        }
        with progress_bar(show) as callback:
            try:
                result = velocity_engine.render(
                    template,
                    request.output,
                    **asked,
                    progress=callback,
                    cancelled=stop.event,
                    executor=request.executor,
                    cache=request.cache,
                )
            except RenderCancelled as cancelled:
                report.explain(cancelled, sys.stderr)
                raise typer.Exit(stop.status) from cancelled
        if request.manifest is not None:
            order = velocity_engine.order_for(template, result.output, **asked)
            text = velocity_engine.Manifest.of(template, order, result).to_json()
            request.manifest.write_text(text, encoding="utf-8")
        return result


def _result_object(result: RenderResult, profile: bool) -> dict[str, Any]:
    value: dict[str, Any] = {
        "output": result.output,
        **({"poster": result.poster} if result.poster else {}),
        **({"sidecar": result.sidecar} if result.sidecar else {}),
        "frames": result.frames,
        "seconds": round(result.seconds, 3),
        "fps": round(result.fps, 2),
        "sizeBytes": result.size_bytes,
        "heldFrames": result.held_frames,
        "reusedFrames": result.reused_frames,
        "findings": [report.finding_object(finding) for finding in result.findings],
    }
    if profile:
        value["tiles"], value["heldTiles"] = result.tiles, result.held_tiles
        value["secondsByStage"] = {stage: round(seconds, 3) for stage, seconds in result.seconds_by_stage.items()}
    return value


def _print_result(result: RenderResult, profile: bool, *, to_stderr: bool) -> None:
    say = partial(typer.echo, err=to_stderr)
    size = result.size_bytes / 1_000_000
    reused = f", {result.reused_frames} from the cache" if result.reused_frames else ""
    name = result.output or "standard output"
    say(
        f"{name}: {result.frames} frames in {result.seconds:.2f} s, {result.fps:.1f} frames/s, "
        f"{result.held_frames} held{reused}, {size:.2f} MB"
    )
    if result.poster:
        say(f"{result.poster}: the poster")
    if result.sidecar:
        say(f"{result.sidecar}: the captions")
    if profile:
        for stage, seconds in sorted(result.seconds_by_stage.items(), key=lambda item: -item[1]):
            say(f"  {stage:<12} {seconds:8.3f} s  {1000 * seconds / max(result.frames, 1):8.2f} ms a frame")
        for held, total, things in (
            (result.held_frames, result.frames, "frames"),
            (result.held_tiles, result.tiles, "tiles"),
        ):
            say(f"  {'held':<12} {held} of {total} {things} ({held / max(total, 1):.0%})")

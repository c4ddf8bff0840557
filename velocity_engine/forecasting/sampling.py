"""Takes the sample of a render: draws and encodes a few of its frames, with its customizations and its settings."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from velocity_engine import plugins
from velocity_engine.encode.encoder import SegmentEncoder, kept_frames
from velocity_engine.encoder_config import BytesPerSecond, EncoderConfig, RateControl
from velocity_engine.errors import VelocityError
from velocity_engine.forecasting.bits import note_bits
from velocity_engine.forecasting.sample import Sample, SampledWindow, SamplePlan
from velocity_engine.given.arguments import FrameRange, require
from velocity_engine.pipeline.draw import FrameDrawer, FrameSender, StageClock, Tally
from velocity_engine.pipeline.frame_ring import YuvRing
from velocity_engine.pipeline.prepared import BLACK
from velocity_engine.pipeline.timeline_scene import TimelineScene
from velocity_engine.plan.plan import Plan
from velocity_engine.plugin_types import EncodedPacket, EncoderSettings, Segment
from velocity_engine.plugins.asked import asked_settings
from velocity_engine.plugins.output_shape import output_rate, tuned
from velocity_engine.plugins.outputs import ENCODER
from velocity_engine.template import OPENED, Assets, Customizations, Template

LATE = 1.5  # times the seconds that were planned, by the processors: no further frame is begun
PATIENCE = 5.0  # times them, by the clock
MAX_BITS_A_SECOND = 100_000_000  # of SVT-AV1, which would aim at the bitrate
MIN_BITRATE = 1_000  # bytes a second, that a configuration takes


def take_sample(
    template: Template,
    encoder: EncoderConfig,
    frames: FrameRange | None,
    plan: SamplePlan,
    customizations: Customizations | None = None,
    assets: Assets | None = None,
) -> Sample | None:
    """Draws and encodes a few frames of the very render that is asked for.

    Args:
        template: What ``open_template`` returned.
        encoder: How the render encodes.
        frames: What the render shows of the composition, as ``render`` takes it; None for all.
        plan: What ``plan_sample`` returned for the same render.
        customizations: The entries of a ``customizationMap``.
        assets: The files that ``{"assetId": ...}`` names, by id.

    Returns:
        What was measured, for ``forecast``. None where not even the first window was done in time, where a frame cannot
        be drawn, or where the request is wrong: ``Template.check`` says what of it.

    Example:
        >>> plan = ve.plan_sample(trial, encoder, (0.0, 150.0), seconds=0.3)
        >>> sample = None if plan is None else ve.take_sample(template, encoder, (0.0, 150.0), plan)
    """
    require("template", template, Template, OPENED)
    require("encoder", encoder, EncoderConfig, ENCODER)
    require("plan", plan, SamplePlan, "Give what plan_sample returned; where that is None, there is nothing to sample")
    template.frame_range(frames)
    try:
        planned = template.plan(customizations, assets)
        try:
            return _Course(template, planned, encoder, template.frame_range(frames)[0], plan).run()
        finally:
            planned.close()
    except VelocityError:
        return None


@dataclass(slots=True)
class _Sums:
    """Over the frames of all windows but for the first of each, which shows more that is new than others do. ``first``
    is that of the first window."""

    first: float | None = None
    drawn: int = 0
    drawing: float = 0.0
    encoded: int = 0
    encoding: float = 0.0


class _Course:
    def __init__(
        self, template: Template, planned: Plan, encoder: EncoderConfig, start: float, plan: SamplePlan
    ) -> None:
        self._plan = plan
        self._rate = output_rate(template.document, encoder)
        self._note = note_bits(encoder)
        self._scene = TimelineScene.of(planned, plan.size, self._rate, start, planned.document.background or BLACK)
        self._settings = sample_settings(encoder, plan, template, self._rate)
        self._sums = _Sums()
        self._started = time.process_time()
        self._patience = time.monotonic() + PATIENCE * plan.seconds

    def run(self) -> Sample | None:
        windows = []
        for first, count in self._plan.windows:
            window = self._window(first, count)
            if window is not None:
                windows.append(window)
            if window is None or window.frames < count:
                break
        if not windows:
            return None
        sums = self._sums
        return Sample(
            size=self._plan.size,
            windows=tuple(windows),
            draw_ms=1000 * sums.drawing / sums.drawn,
            encode_ms=1000 * sums.encoding / sums.encoded,
            whole=self._plan.whole and windows[0].frames == self._plan.windows[0][1],
            first_ms=1000 * (sums.first or 0.0),
        )

    def _is_late(self) -> bool:
        late = time.process_time() - self._started > LATE * self._plan.seconds
        return late or time.monotonic() > self._patience

    def _window(self, first: int, count: int) -> SampledWindow | None:
        if self._is_late():
            return None
        clock = StageClock()
        clock.now = time.thread_time
        ring = YuvRing(*self._plan.size, 1 + kept_frames(self._settings))
        sender = FrameSender(ring, StageClock())
        encoder = SegmentEncoder(self._settings, *self._plan.size, self._rate, count)
        drawer = FrameDrawer(self._scene, ring, Tally(clock), lambda: False)
        begun = time.process_time()
        packets: list[EncodedPacket] = []
        first_one = 0.0
        try:
            for drawn in drawer.draw(Segment(number=0, first=first, last=first + count)):
                packets += sender.send(encoder, drawn)
                if sender.sent == 1:
                    first_one = _drawing(clock.seconds)
                if sender.sent > 1 and self._is_late():
                    break
        finally:
            drawer.close()
        packets += sender.finish(encoder)
        self._add(sender.sent, _drawing(clock.seconds), first_one, time.process_time() - begun)
        packets.sort(key=lambda packet: packet.pts)
        bits = [8 * len(packet.data) for packet in packets]
        return SampledWindow(first, sender.sent, max(0, bits[0] - self._note), sum(bits[1:]))

    def _add(self, sent: int, drawing: float, first_one: float, whole: float) -> None:
        sums = self._sums
        sums.encoded += sent
        sums.encoding += max(0.0, whole - drawing)
        if sums.first is None:
            sums.first = first_one
        if sent > 1:
            sums.drawn += sent - 1
            sums.drawing += drawing - first_one
        elif not sums.drawn:
            sums.drawn, sums.drawing = 1, first_one


def _drawing(seconds: Mapping[str, float]) -> float:
    return seconds["evaluate"] + seconds["composite"] + seconds.get("convert", 0.0)


def sample_settings(encoder: EncoderConfig, plan: SamplePlan, template: Template, rate: Fraction) -> EncoderSettings:
    """The settings of the request, for the sample's size; of a variable bitrate without what caps it, but for a sample
    of the whole."""
    codec, encoder = plugins.codec(encoder.codec_name), tuned(template.origin.document, encoder)
    if plan.whole:
        return asked_settings(codec, encoder, *plan.size, rate)
    asked = at_size(encoder, plan.size, encoder.resolution or (template.width, template.height))
    settings = asked_settings(codec, asked, *plan.size, rate)
    return uncapped(encoder, settings, plan.size, rate) if encoder.rate_control == RateControl.VBR else settings


def at_size(encoder: EncoderConfig, size: tuple[int, int], usual: tuple[int, int]) -> EncoderConfig:
    """The same quality at another size: the bitrate grows with the pixels."""
    share = size[0] * size[1] / (usual[0] * usual[1])
    bitrate = None if encoder.bitrate is None else BytesPerSecond(max(MIN_BITRATE, round(encoder.bitrate * share)))
    return replace(encoder, resolution=size, bitrate=bitrate, level=None)


def uncapped(
    config: EncoderConfig, settings: EncoderSettings, size: tuple[int, int], rate: Fraction
) -> EncoderSettings:
    """The settings of a variable bitrate with its quality, but without its limit."""
    usual = EncoderConfig(codec=config.codec_name, preset=config.preset, tune=config.tune)
    plain = asked_settings(plugins.codec(config.codec_name), usual, *size, rate)
    limits = {name: plain.options[name] for name in ("maxrate", "bufsize") if name in plain.options}
    bit_rate = settings.bit_rate and MAX_BITS_A_SECOND
    return replace(settings, average_cap=None, bit_rate=bit_rate, options={**settings.options, **limits})

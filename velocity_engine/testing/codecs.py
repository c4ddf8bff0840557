"""The conformance suite of codecs."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, cast

import numpy as np

from velocity_engine.encode.scheduling import ordinary_scheduling
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import EncoderConfigError
from velocity_engine.plugin_types import (
    Codec,
    EncoderSettings,
)
from velocity_engine.plugins import checks

if TYPE_CHECKING:
    pass
from velocity_engine.testing.sentences import require, require_protocol


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
    require_protocol(checks.CODEC, codec)
    for config in configs or (EncoderConfig(codec=codec.key, bitrate=60_000),):
        problems = codec.problems(config, 128, 72, Fraction(25))
        require(not problems, f"the codec refuses {config}: {'; '.join(map(str, problems))}")
        settings = codec.settings(config, 128, 72, Fraction(25))
        require(isinstance(settings, EncoderSettings), "settings must give EncoderSettings")
        first, second = (_encode(settings, shade) for shade in (40, 200))
        require(first == second, "two segments with the same settings have different extradata")
    absurd = EncoderConfig(codec=codec.key, profile=-1, level=-1)
    for problem in codec.problems(absurd, 128, 72, Fraction(25)):
        require(isinstance(problem, EncoderConfigError), f"a problem is a {type(problem).__name__}")
        require(bool(problem.place.field), f"the problem does not name its field: {problem}")


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
    require(len(packets) == 10, f"ten frames gave {len(packets)} packets")
    require(packets[0].is_keyframe, "the first packet of a segment is no key frame")
    return bytes(context.extradata or b"")

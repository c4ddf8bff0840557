"""Encoding: frames of one segment to packets. The encoders are libavcodec's, through PyAV."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from velocity_engine.encode.alpha import OPAQUE, AlphaSplit, alpha_of
from velocity_engine.encode.av1_held_frames import Av1Stream, EvenFrames
from velocity_engine.encode.distinct_frames import KEPT_FRAMES, DistinctFrames, GivenFrame, Held
from velocity_engine.encode.h264_held_frames import H264Stream
from velocity_engine.encode.scheduling import ordinary_scheduling
from velocity_engine.errors import RenderFailed
from velocity_engine.media.color_tags import BT709, LIMITED_RANGE
from velocity_engine.plugin_types import BUFFER_START, EncodedPacket, EncoderSettings

if TYPE_CHECKING:
    import av

OVERSHOOT = 1.05

# The AVX-512 code of x264 reads memory that nobody wrote where a row is not a multiple of 8 macroblocks, and gives
# other bytes each time.
X264_WITHOUT_AVX512 = "asm=AVX2,FMA3,BMI2,LZCNT"


@cache
def _has_avx512() -> bool:
    from llvmlite.binding import get_host_cpu_features

    return bool(get_host_cpu_features().get("avx512f"))


def require_encoder(name: str) -> None:
    """Raises ValueError where libavcodec has no encoder of pictures with that name."""
    import av

    if not name:
        raise ValueError("its settings name no encoder of libavcodec")
    try:
        kind = av.Codec(name, "w").type
    except ValueError as error:
        raise ValueError(f"there is no encoder {name!r} in libavcodec") from error
    if kind != "video":
        raise ValueError(f"the encoder {name!r} of libavcodec does not encode frames")


def configure(
    context: av.VideoCodecContext,
    settings: EncoderSettings,
    width: int,
    height: int,
    rate: Fraction,
    frame_count: int | None = None,
) -> None:
    """Prepares an encoder that is not open yet: BT.709 in limited range, or RGB; headers apart from the packets.

    ``frame_count`` is the number of frames it will be given, where a cap of the average is to be kept.
    """
    import av

    context.width, context.height = width, height
    context.pix_fmt = settings.pixel_format
    context.time_base, context.framerate = 1 / rate, rate
    if settings.pixel_format.startswith("yuv"):
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = LIMITED_RANGE
    context.flags |= av.codec.context.Flags.global_header
    context.thread_count = settings.threads
    if settings.bit_rate is not None:
        context.bit_rate = settings.bit_rate
    if settings.gop_size is not None:
        context.gop_size = settings.gop_size
    if settings.codec_tag is not None:
        context.codec_tag = settings.codec_tag
    options = {"chroma_sample_location": "left", **settings.options}
    if settings.average_cap is not None and frame_count is not None:
        options |= capped(settings, Fraction(frame_count) / rate)
    if settings.encoder == "libx264" and -(-width // 16) % 8 and _has_avx512():
        options["x264-params"] = ":".join(filter(None, (options.get("x264-params"), X264_WITHOUT_AVX512)))
    context.options = options


def capped(settings: EncoderSettings, seconds: Fraction) -> dict[str, str]:
    """``maxrate`` and ``bufsize`` (both in bits) with which ``seconds`` of video stay below ``average_cap``.

    The buffer lets through what it holds at first (``BUFFER_START`` of its size) and ``maxrate`` for each second. What
    it holds is a fifth of what may be sent, and half a second's worth where there is so much, since the first frame has
    to fit; but no more than the buffer of ``settings`` does. ``maxrate`` gets what remains of the cap and OVERSHOOT.
    """
    cap, length = settings.average_cap or 0, float(seconds)
    whole = int(settings.options.get("bufsize", cap)) / cap * BUFFER_START
    first = min(whole, max(length / 5, min(0.5, length / 4)))
    peak = min(OVERSHOOT - first / length, 1.0)
    return {"maxrate": str(int(peak * cap)), "bufsize": str(int(first / BUFFER_START * cap))}


def kept_frames(settings: EncoderSettings) -> int:
    """How many of the frames that an encoder was given last must not change until others have come: one that is shown
    may be sent again."""
    return KEPT_FRAMES if settings.held_frames == "skip" else 1


def open_for_headers(context: av.VideoCodecContext, settings: EncoderSettings) -> None:
    """Opens a configured encoder, for a file whose frames others encode, where it has other headers than their streams:
    they are changed."""
    if settings.held_frames == "skip" and settings.encoder == "libx264":
        with ordinary_scheduling():
            context.open()
        context.extradata = H264Stream(bytes(context.extradata or b"")).extradata


def _skipping(
    settings: EncoderSettings, extradata: bytes, frame_count: int
) -> tuple[DistinctFrames, H264Stream] | tuple[EvenFrames, Av1Stream] | tuple[None, None]:
    """What chooses the frames that an encoder is given, and what makes a stream of its packets."""
    if settings.encoder == "libx264":
        return DistinctFrames(settings.gop_size), H264Stream(extradata)
    if settings.gop_size is not None and settings.gop_size < frame_count:  # SVT-AV1 counts what it is given
        return None, None
    return EvenFrames(), Av1Stream(extradata)


class SegmentEncoder:
    """Encodes the frames of one segment, in order. One thread at a time may use it."""

    def __init__(self, settings: EncoderSettings, width: int, height: int, rate: Fraction, frame_count: int) -> None:
        import av

        self._split: AlphaSplit | None = None
        if settings.alpha_options is not None:
            self._split = AlphaSplit(width, height)
            beside = replace(settings, pixel_format=OPAQUE, options=settings.alpha_options, alpha_options=None)
            self._alpha = SegmentEncoder(beside, width, height, rate, frame_count)
            settings = replace(settings, pixel_format=OPAQUE)
            self._waiting: tuple[list[EncodedPacket], list[EncodedPacket]] = ([], [])
        self._context = cast("av.VideoCodecContext", av.CodecContext.create(settings.encoder, "w"))
        configure(self._context, settings, width, height, rate, frame_count)
        try:
            with ordinary_scheduling():
                self._context.open()
        except (av.error.FFmpegError, ValueError) as error:
            raise RenderFailed(f"the encoder {settings.encoder} does not start with these settings") from error
        self.kept_frames = kept_frames(settings)
        self._time_base = 1 / rate
        reorder = settings.reorder_frames
        self._delay = self._context.reorder_depth if reorder is None else reorder
        self._sent = 0
        self._received = 0
        self._distinct: DistinctFrames | EvenFrames | None = None
        self._stream: H264Stream | Av1Stream | None = None
        if settings.held_frames == "skip":
            self._distinct, self._stream = _skipping(settings, bytes(self._context.extradata or b""), frame_count)
        self._repeated: Held | None = None  # of the packet before, which may go on

    @property
    def unknown_options(self) -> tuple[str, ...]:
        """The options of the settings that libavcodec does not know, and has left out."""
        return tuple(self._context.options)

    @property
    def extradata(self) -> bytes:
        return self._stream.extradata if self._stream is not None else bytes(self._context.extradata or b"")

    def encode(self, frame: av.VideoFrame, *, held: bool = False) -> list[EncodedPacket]:
        """Sends ``frame`` as the next of the segment. It may be the one before, which is not converted or copied again.

        It may be written to again once this has returned and ``frame.make_writable()`` was called, but for the last
        ``kept_frames``. ``held``: it shows what the one before it shows, and need not be encoded again.
        """
        if self._distinct is not None:
            return self._encode_distinct(self._distinct.show(frame, held=held))
        if self._split is not None:
            frame, alpha = self._split(frame)
            beside = self._alpha.encode(alpha)
        packets = self._packets(self._send(frame, self._sent, 0))
        self._sent += 1
        return packets if self._split is None else self._joined(packets, beside)

    def finish(self) -> list[EncodedPacket]:
        """What the encoder still holds."""
        before = [] if self._distinct is None else self._encode_distinct(self._distinct.finish())
        packets = before + self._packets(self._context.encode(None)) + self._repeats()
        return packets if self._split is None else self._joined(packets, self._alpha.finish())

    def _encode_distinct(self, frames: Iterable[GivenFrame]) -> list[EncodedPacket]:
        packets = []
        for given in frames:
            packets += self._packets(self._send(given.frame, given.pts, given.prediction))
        return packets

    def _send(self, frame: av.VideoFrame, pts: int, prediction: int) -> Iterable[Any]:
        frame.pts, frame.time_base = pts, self._time_base
        frame.pict_type = prediction
        return self._context.encode(frame)

    def _joined(self, packets: list[EncodedPacket], beside: list[EncodedPacket]) -> list[EncodedPacket]:
        """Packets of colours with those of alpha, as far as both are there."""
        colours, alphas = self._waiting
        colours += packets
        alphas += beside
        count = min(len(colours), len(alphas))
        joined = [replace(one, alpha=other.data) for one, other in zip(colours[:count], alphas[:count], strict=True)]
        del colours[:count], alphas[:count]
        return joined

    def _packets(self, packets: Iterable[Any]) -> list[EncodedPacket]:
        """Those of the stream that the encoder's make: with what is repeated of the ones before."""
        found = []
        for packet in packets:
            if not packet.size or packet.pts is None:
                continue
            found += self._repeats()
            pts = packet.pts if self._distinct is None else self._distinct.shown_at(packet.pts)
            made = EncodedPacket(
                data=bytes(packet),
                pts=pts,
                dts=self._next_dts(pts),
                duration=1,
                key=bool(packet.is_keyframe),
                alpha=alpha_of(packet),
            )
            if self._distinct is not None and self._stream is not None:
                self._repeated = self._distinct.hold_of(pts)
                made = self._stream.add(made, is_held=self._repeated is not None)
            found.append(made)
        return found

    def _repeats(self) -> list[EncodedPacket]:
        """The frames for which the last packet is held."""
        repeated, self._repeated = self._repeated, None
        if repeated is None or self._stream is None:
            return []
        return [self._stream.repeated(at, self._next_dts(at)) for at in repeated.repeats]

    def _next_dts(self, pts: int) -> int:
        """Decoding times of our own: those of encoders depend on the length of very short segments, and would not join
        up."""
        dts = min(self._received - self._delay, pts)
        self._received += 1
        return dts

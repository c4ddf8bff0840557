"""What no trial and no sample tells of the encoders: constants, measured with many templates."""

from __future__ import annotations

from dataclasses import dataclass

from velocity_engine.encoder_config import EncoderConfig


@dataclass(frozen=True, slots=True)
class CodecCosts:
    """What no trial tells, measured with many templates.

    By preset: ``seconds`` of a pixel, in those of the usual H.264; bits of ``keys`` and of ``others``, in those of the
    preset that is ``tried``, and of that in those of the trial's places (``usual``): for a trial whose time did not
    suffice for more. ``longer``: bits of key frames and of others in whole videos, in those of the trial's windows.
    ``steeper``: what the exponent by which others grow with the pixels lacks. ``held``: bits of any frame. ``over``:
    the most that comes, in bitrates. ``late``: the share that comes yet, with other frames, of what the first one lacks
    because the decoder's buffer does not hold it.
    ``opening``, by preset: milliseconds of opening a segment and encoding its first frame, those of any size and those
    of a megapixel: so much more than another frame, whatever it shows. ``growth``: the exponent by which the time of a
    further frame grows with the pixels. ``tried_time`` and ``sampled_time``: of the time that a further frame takes
    beside other segments, in what it took in a trial and in a sample; ``alone``: times that, by the clock, where there
    is no other segment.
    ``later``: of the time of a further frame, in those of a segment's first ones: the more follow each other, the more
    of them an encoder codes at once.
    ``repeated``: bits of a frame that is held without being encoded, of any size and of a megapixel more.
    ``unspent``: seconds of a constant bitrate that the decoder's buffer holds in advance; None where the rate is not
    filled up.
    """

    seconds: tuple[float, ...]
    keys: tuple[float, ...]
    others: tuple[float, ...]
    tried: int
    held: float
    usual: tuple[float, float]
    longer: tuple[float, float]
    steeper: float
    over: float
    late: float
    opening: tuple[tuple[float, float], ...]
    growth: float
    tried_time: float
    sampled_time: float
    alone: float
    later: float = 1.0
    unspent: float | None = None
    repeated: tuple[float, float] = (0.0, 0.0)


COSTS = {
    "h264": CodecCosts(
        seconds=(2.0, 1.75, 1.35, 0.9, 0.62, 0.31),
        keys=(0.9, 0.87, 0.9, 1.0, 1.45, 2.22),
        others=(0.76, 0.82, 0.84, 1.0, 1.3, 2.34),
        tried=3,
        held=62.0,
        usual=(1.1, 1.1),
        longer=(0.92, 0.94),
        steeper=-0.033,
        over=0.9,
        late=0.4,
        opening=((5.0, 55.0), (2.0, 24.0), (2.0, 23.0), (1.5, 12.0), (2.0, 15.0), (3.0, 7.0)),
        growth=0.9,
        tried_time=0.56,
        sampled_time=0.48,
        alone=1.8,
        unspent=0.1,
        repeated=(110.0, 150.0),
    ),
    "h265": CodecCosts(
        seconds=(11.0, 9.5, 6.0, 4.0, 3.3, 2.1),
        keys=(0.8, 0.82, 0.97, 0.99, 1.0, 1.79),
        others=(0.82, 0.84, 0.82, 0.85, 1.0, 1.4),
        tried=4,
        held=136.0,
        usual=(0.88, 1.22),
        longer=(0.92, 0.9),
        steeper=0.018,
        over=0.845,
        late=0.3,
        opening=((12.0, 232.0), (12.0, 226.0), (9.0, 149.0), (9.0, 152.0), (9.0, 143.0), (7.0, 55.0)),
        growth=0.87,
        tried_time=0.3,
        sampled_time=0.63,
        alone=0.88,
        unspent=0.2,
    ),
    "av1": CodecCosts(
        seconds=(7.1, 5.1, 2.1, 1.6, 1.3, 0.8),
        keys=(0.85, 0.9, 0.98, 1.0, 1.01, 1.1),
        others=(0.76, 0.82, 0.94, 1.0, 1.05, 1.1),
        tried=3,
        held=15.0,
        usual=(0.73, 1.62),
        longer=(0.885, 0.8),
        steeper=-0.093,
        over=1.5,
        late=0.15,
        opening=((29.0, 240.0), (16.0, 146.0), (9.0, 73.0), (9.0, 51.0), (9.0, 44.0), (9.0, 36.0)),
        growth=0.68,
        tried_time=0.3,
        sampled_time=0.58,
        alone=1.73,
        later=0.72,
        repeated=(40.0, 0.0),
    ),
}


def costs_of(encoder: EncoderConfig) -> CodecCosts:
    return COSTS.get(encoder.codec_name, COSTS["h264"])


def preset_of(encoder: EncoderConfig) -> int:
    return costs_of(encoder).tried if encoder.preset is None else encoder.preset

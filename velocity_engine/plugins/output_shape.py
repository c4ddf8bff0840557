"""What the video of a document is like: its size and its rate, and what of a configuration does not go with them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from velocity_engine.encoder_config import EncoderConfig, bad_setting, config_problems
from velocity_engine.errors import VelocityError
from velocity_engine.model.document import Document
from velocity_engine.model.layers import ImageContent, VideoContent
from velocity_engine.plugins.asked import asked_problems, asked_settings
from velocity_engine.plugins.manager import codecs
from velocity_engine.plugins.outputs import codec_traits, resolve_encoder

FILM_SHARE = 0.25
"""A template is film where its pictures and clips are as large as this part of its composition."""


def tuned(document: Document, encoder: EncoderConfig) -> EncoderConfig:
    """Returns the configuration with what it is tuned for.

    Args:
        document: The document of the template as it was opened: what is replaced in it must not change how all that
            stays is encoded.
        encoder: The configuration. Its own ``tune`` stays.
    """
    if encoder.tune is not None:
        return encoder
    compositions = (document.main, *document.compositions.values())
    contents = [layer.content for one in compositions for layer in one.layers if not layer.hidden]
    shown = {one.asset for one in contents if isinstance(one, ImageContent | VideoContent)}
    pixels = sum(one.width * one.height for key in shown if (one := document.assets.get(key)) is not None)
    is_film = pixels >= FILM_SHARE * document.width * document.height
    return replace(encoder, tune="film" if is_film else "animation")


def output_size(document: Document, encoder: EncoderConfig) -> tuple[int, int]:
    """Returns the (width, height) of the video in pixels.

    Args:
        document: The document of the template.
        encoder: The configuration. Without a ``resolution`` the video has the composition's size, rounded up to even
            numbers where the codec needs them, as 4:2:0 does.
    """
    if encoder.resolution is not None:
        return encoder.resolution
    codec = codecs().get(encoder.codec_name)
    if codec is not None and codec.odd_sizes:
        return (document.width, document.height)
    return (document.width + document.width % 2, document.height + document.height % 2)


def output_rate(document: Document, encoder: EncoderConfig) -> Fraction:
    """Returns the frames per second of the video.

    Args:
        document: The document of the template.
        encoder: The configuration. Without a frame rate the video has the composition's, as an exact fraction (29.97 is
            30000/1001).
    """
    if encoder.frame_rate is not None:
        return encoder.frame_rate
    return exact_rate(document.frame_rate)


def exact_rate(rate: float) -> Fraction:
    """Returns the exact fraction of a rounded frame rate.

    Args:
        rate: Frames per second. 23.98, 29.97, 47.95, 59.94 and 119.88 stand for multiples of 1000/1001.
    """
    for base in (24, 30, 48, 60, 120):
        if abs(rate - base * 1000 / 1001) < 0.005:
            return Fraction(base * 1000, 1001)
    return Fraction(rate).limit_denominator(1000)


def encoder_problems(document: Document, encoder: EncoderConfig) -> list[VelocityError]:
    """Returns all that is wrong with an encoder configuration for a document.

    Args:
        document: The document of the template.
        encoder: The configuration.

    Returns:
        One error for each problem. The codec's own check runs only where the check for all codecs finds nothing, and
        its settings are asked for where that finds nothing either. Where the codec fails, that is the problem.
    """
    try:
        encoder = resolve_encoder(encoder)
    except VelocityError as error:
        return [error]
    found: list[VelocityError] = list(config_problems(encoder, codec_traits()))
    if not found:
        codec, rate = codecs()[encoder.codec_name], output_rate(document, encoder)
        width, height = output_size(document, encoder)
        try:
            found += asked_problems(codec, encoder, width, height, rate)
            if not found:
                settings = asked_settings(codec, encoder, width, height, rate)
                if encoder.held_frames == "skip" and settings.held_frames != "skip":
                    message = f"{codec.title} with these settings encodes held frames as all others"
                    found.append(bad_setting("held_frames", message, "Choose encode, or leave it out"))
        except VelocityError as error:
            found.append(error)
    return found

"""Codecs of files that hold sound and no frames."""

from __future__ import annotations

from fractions import Fraction

from velocity_engine.encoder_config import EncoderConfig, RateControl, bad_setting
from velocity_engine.errors import EncoderConfigError
from velocity_engine.plugin_types import Container, EncoderSettings, FileRequest, FileWriter
from velocity_sound.writers import EncodedWriter, PcmWriter, encoded_seconds, pcm_seconds

MP3_HIGHEST = 320_000


def _container(key: str, mime_type: str, sound: str, *, ending: str = "", muxer: str = "") -> Container:
    """``sound``: what encodes it, a subtype of libsndfile or an encoder of libavcodec."""
    ending = ending or f".{key}"
    return Container(key=key, endings=(ending,), mime_type=mime_type, format=muxer, sound=sound, frames="none")


class _Sound:
    """What they have in common. A pixel format has to be named, and no frame of it is made."""

    number: int | None = None
    pixel_formats = ("rgb24",)
    keeps_alpha = False
    odd_sizes = True
    title: str

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        found = []
        for field in ("profile", "level", "gop", "idr", "qp"):
            if getattr(config, field) is not None:
                found.append(bad_setting(field, f"{self.title} has no {field}", f"Leave {field} out"))
        if config.rate_control == RateControl.CBR:
            found.append(bad_setting("rate_control", f"{self.title} has no rate control", "Leave the rate control out"))
        return found

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        return EncoderSettings(encoder="", pixel_format="rgb24", options={})


class _Pcm(_Sound):
    def writer(self, request: FileRequest) -> FileWriter:
        return PcmWriter(request)

    def length(self, path: str, container: Container) -> float:
        return pcm_seconds(path)


class Wav(_Pcm):
    key = "wav"
    title = "WAV"
    containers = (_container("wav", "audio/wav", "PCM_24", muxer="WAV"),)


class Flac(_Pcm):
    key = "flac"
    title = "FLAC"
    containers = (_container("flac", "audio/flac", "PCM_24", muxer="FLAC"),)


class _Encoded(_Sound):
    def writer(self, request: FileRequest) -> FileWriter:
        return EncodedWriter(request)

    def length(self, path: str, container: Container) -> float:
        return encoded_seconds(path)


class Mp3(_Encoded):
    key = "mp3"
    title = "MP3"
    containers = (_container("mp3", "audio/mpeg", "libmp3lame"),)

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        found = super().problems(config, width, height, rate)
        if config.audio_bitrate > MP3_HIGHEST:
            message = f"the bitrate of the sound in bits a second is {config.audio_bitrate}"
            found.append(bad_setting("audio_bitrate", message, f"MP3 has at most {MP3_HIGHEST} bits a second"))
        return found


class Aac(_Encoded):
    key = "aac"
    title = "AAC"
    containers = (
        _container("m4a", "audio/mp4", "aac", muxer="ipod"),
        _container("adts", "audio/aac", "aac", ending=".aac"),
    )

"""Apple ProRes (SMPTE RDD 36) by FFmpeg's prores_ks."""

from __future__ import annotations

from fractions import Fraction

from velocity_engine.encoder_config import EncoderConfig, RateControl, bad_setting
from velocity_engine.errors import EncoderConfigError
from velocity_engine.plugin_types import Container, EncoderSettings

QUICKTIME = Container(key="mov", endings=(".mov", ".qt"), mime_type="video/quicktime", format="mov", sound="pcm_s24le")
PROFILES = ("proxy", "lt", "standard", "hq", "4444", "4444xq")
DEFAULT_PROFILE = FIRST_WITH_ALPHA = 4


class ProRes:
    key = "prores"
    number: int | None = None
    title = "ProRes"
    pixel_formats = ("yuv422p10le", "yuva444p10le")
    containers = (QUICKTIME,)
    keeps_alpha = True
    odd_sizes = False

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        found = []
        if config.profile is not None and not 0 <= config.profile < len(PROFILES):
            known = ", ".join(f"{number} = {name}" for number, name in enumerate(PROFILES))
            found.append(
                bad_setting("profile", f"ProRes profile {config.profile} is not supported", f"Profiles are {known}")
            )
        if config.level is not None:
            found.append(bad_setting("level", "ProRes has no levels", "Leave level out"))
        if config.rate_control == RateControl.CBR:
            hint = "Leave the rate control out, and choose a profile"
            found.append(bad_setting("rate_control", "the bitrate of ProRes is not constant", hint))
        if config.qp is not None:
            found.append(bad_setting("qp", "ProRes has no quantiser", "Leave qp out, and choose a profile"))
        if (config.gop or 1) > 1 or (config.idr or 1) > 1:
            field = "gop" if (config.gop or 1) > 1 else "idr"
            found.append(bad_setting(field, "in ProRes each frame is a key frame", f"Leave {field} out"))
        return found

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        profile = DEFAULT_PROFILE if config.profile is None else config.profile
        alpha = profile >= FIRST_WITH_ALPHA
        return EncoderSettings(
            encoder="prores_ks",
            pixel_format="yuva444p10le" if alpha else "yuv422p10le",
            options={"profile": PROFILES[profile], "vendor": "apl0", **({"alpha_bits": "16"} if alpha else {})},
            gop_size=1,
            threads=1,
            reorder_frames=0,
        )

"""What a trial of a template measured: a few of its frames drawn and encoded at a small size, as the measure of all.

``trying`` makes it; ``forecasts`` makes of it how long a render takes and how large its file gets, whatever its size,
codec and frames.
"""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass, replace
from typing import Any

from velocity_engine.kernels.compiler.parallel import available_cores
from velocity_engine.order.motion_blur import MotionBlur, motion_blur_of

PIXELS = 640 * 360  # of the frames that are drawn, whatever their shape
USUAL = ("h264", 3)
FINER = 6.0  # steps of the rate factor, the most that a bitrate betters it by
WINDOW = 16  # frames


@dataclass(frozen=True, slots=True)
class Encoded:
    """A window as a codec made it: bits of the key frame, and of the others; ``pixel_ns`` of all processors together
    for each pixel, 0 where that was not measured."""

    codec: str
    preset: int
    finer: float
    pixels: int
    key_bits: int
    other_bits: int
    pixel_ns: float = 0.0


MIDDLE = (
    Encoded(*USUAL, 0.0, PIXELS, 35_800, 15_700),
    Encoded(*USUAL, 0.0, PIXELS // 4, 19_100, 7_000),
    Encoded(*USUAL, FINER, PIXELS // 4, 24_700, 11_900),
    Encoded("h265", 4, 0.0, PIXELS // 4, 10_300, 7_800),
    Encoded("h265", 4, FINER, PIXELS // 4, 15_000, 12_300),
    Encoded("av1", 3, 0.0, PIXELS // 4, 8_500, 10_300),
    Encoded("av1", 3, FINER, PIXELS // 4, 11_900, 17_700),
)
"""A window of the template that lies in the middle of many."""


@dataclass(frozen=True, slots=True)
class Window:
    """``frames`` that follow each other from ``frame`` on, the first a key frame. ``changed``: the shares of the
    picture in which each of the others differs from the one before, added up."""

    frame: float
    frames: int
    changed: float
    encoded: tuple[Encoded, ...]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(replace(self, encoded=())), "encoded": [astuple(one) for one in self.encoded]}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Window:
        return cls(**{**values, "encoded": tuple(Encoded(*one) for one in values["encoded"])})


@dataclass(frozen=True, slots=True)
class Trial:
    """What was measured. Times are of one processor of the machine that tried; ``frame`` is the composition's own.

    ``changes`` are (frame, share of the picture in which the next one differs) along the timeline, ``places`` (frame,
    bits of a key frame of the usual H.264 at ``place_pixels`` there, and of each frame after it). ``start_ms`` passes
    before the first frame is drawn, ``evaluate_ms`` with every frame, ``touch_ms`` with each that changed and
    ``pixel_ns`` with every pixel that did; ``encode_ns`` with every pixel that is encoded in the usual way.
    ``processors`` is what the machine has. ``edges`` are where layers that people replace come and go, as
    ``replaceable_edges`` returns them: the video may be cut there.
    ``moment_ms`` and ``moment_ns`` are what each further moment of a motion blur takes, as ``touch_ms`` and
    ``pixel_ns`` are of the first: nothing where no layer has the switch, or where that was not measured.
    ``guessed``: nothing of it was measured.
    """

    width: int
    height: int
    frame_rate: float
    changes: tuple[tuple[float, float], ...]
    places: tuple[tuple[float, float, float], ...]
    place_pixels: int
    windows: tuple[Window, ...]
    large: Window | None
    start_ms: float
    evaluate_ms: float
    touch_ms: float
    pixel_ns: float
    encode_ns: float
    has_sound: bool
    processors: int
    guessed: bool = False
    edges: tuple[tuple[float, int], ...] = ()
    moment_ms: float = 0.0
    moment_ns: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Returns the trial as values that ``json.dumps`` takes.

        Example:
            >>> Path("trial.json").write_text(json.dumps(trial.to_json()))
        """
        plain = asdict(replace(self, windows=(), large=None))
        return {
            **plain,
            "windows": [one.to_json() for one in self.windows],
            "large": self.large and self.large.to_json(),
        }

    def blurred(self, motion_blur: MotionBlur | bool | None) -> Trial:
        """Returns the trial of renders with a motion blur, for ``forecast``, ``plan_sample`` and ``forecast_poster``:
        each further moment at which layers are drawn takes what the trial measured of one.

        Args:
            motion_blur: As ``render`` takes it; None for none.

        Raises:
            WrongTypeError: It is none of these.

        Example:
            >>> ve.forecast(trial.blurred(ve.MotionBlur(samples=32)), ve.EncoderConfig(), (0.0, 150.0))
        """
        blur = motion_blur_of(motion_blur)
        moments = 0 if blur is None else blur.samples - 1
        touch_ms, pixel_ns = self.touch_ms + moments * self.moment_ms, self.pixel_ns + moments * self.moment_ns
        return replace(self, touch_ms=touch_ms, pixel_ns=pixel_ns)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Trial:
        """Returns the trial that ``to_json`` wrote.

        Args:
            values: What ``to_json`` returned, also after a way through JSON.

        Raises:
            KeyError, TypeError: ``to_json`` of another version wrote this.
        """
        windows = tuple(Window.from_json(one) for one in values["windows"])
        large = values["large"] and Window.from_json(values["large"])
        values = {"edges": (), **values}  # which earlier versions did not look for
        pairs = {name: tuple(tuple(pair) for pair in values[name]) for name in ("changes", "places", "edges")}
        return cls(**{**values, **pairs, "windows": windows, "large": large})

    @classmethod
    def guess(cls, width: int, height: int, frame_rate: float) -> Trial:
        """Returns what stands in for a trial that was not made: the middle of many templates.

        Args:
            width: The width of the composition in pixels.
            height: The height of the composition in pixels.
            frame_rate: The frames per second of the composition.
        """
        return cls(
            width=width,
            height=height,
            frame_rate=frame_rate,
            changes=((0.0, 0.4),),
            places=((0.0, 19_100.0, 464.0),),
            place_pixels=PIXELS // 4,
            windows=(Window(0.0, WINDOW, 6.4, MIDDLE),),
            large=None,
            start_ms=50.0,
            evaluate_ms=0.3,
            touch_ms=0.3,
            pixel_ns=5.0,
            encode_ns=8.0,
            has_sound=False,
            processors=available_cores(),
            guessed=True,
        )

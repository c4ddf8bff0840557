"""Every effect that a document can name, with a sentence and what a picture shows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from examples.authoring import moving, transform
from pages.scenes import (
    CENTRE,
    Scene,
    Subject,
    caption,
    effect,
    glow,
    hidden,
    mask,
    oval,
    subject,
    with_effects,
)

WHITE, BLACK = (1, 1, 1, 1), (0, 0, 0, 1)
PHOTO, DISC, WORDS = Subject.PHOTO, Subject.DISC, Subject.WORDS


@dataclass(frozen=True, slots=True)
class Shown:
    """``parameters``: (type, value) as Bodymovin writes them, in the order of After Effects."""

    title: str
    sentence: str
    match_name: str
    subject: Subject
    parameters: Sequence[tuple[int, Any]]


COLOUR: Mapping[str, Shown] = {
    "black-and-white": Shown(
        "Black & White", "Makes the picture grey. Six weights say how bright reds, yellows, greens, cyans, blues and "
        "magentas become; the tint is left out, with a finding.",
        "ADBE Black&White", PHOTO, [(0, 40), (0, 60), (0, 40), (0, 60), (0, 20), (0, 80), (7, 0), (2, (1, 0, 0, 1))]),
    "brightness-contrast": Shown(
        "Brightness & Contrast", "Makes all colours brighter or darker, and moves them apart or together.",
        "ADBE Brightness & Contrast 2", PHOTO, [(0, 30), (0, 60), (7, 0)]),
    "cc-toner": Shown(
        "CC Toner", "Paints highlights, brights, midtones, darktones and shadows in five colours (or three, or two).",
        "CC Toner", PHOTO,
        [(7, 3), (2, (1, 1, 0.8, 1)), (2, (1, 0.7, 0.2, 1)), (2, (0.9, 0.2, 0.2, 1)), (2, (0.3, 0, 0.4, 1)),
         (2, (0, 0, 0.1, 1)), (0, 0)]),
    "change-to-color": Shown(
        "Change to Color", "Turns colours that are like one into another, by hue, lightness and saturation, as far as "
        "its tolerances reach.",
        "ADBE Change To Color", PHOTO,
        [(2, (0.35, 0.6, 0.85, 1)), (2, (0.9, 0.3, 0.5, 1)), (7, 1), (7, 1), (6, 0), (0, 0.2), (0, 1), (0, 1), (6, 0),
         (0, 0.5), (7, 0)]),
    "channel-mixer": Shown(
        "Channel Mixer", "Makes each channel anew as a sum of red, green, blue and a constant.",
        "ADBE CHANNEL MIXER", PHOTO,
        [(0, 40), (0, 60), (0, 0), (0, 0), (0, 0), (0, 40), (0, 60), (0, 0), (0, 80), (0, 0), (0, 30), (0, 0), (7, 0)]),
    "color-balance": Shown(
        "Color Balance", "Moves red, green and blue in shadows, midtones and highlights, each by itself.",
        "ADBE Color Balance 2", PHOTO,
        [(0, -60), (0, 0), (0, 80), (0, 20), (0, 0), (0, -10), (0, 60), (0, 20), (0, -60), (7, 1)]),
    "exposure": Shown(
        "Exposure", "Changes the light by stops, with an offset and a gamma, for all channels or each by itself.",
        "ADBE Exposure2", PHOTO, [(7, 1), (6, 0), (0, 1.2), (0, -0.02), (0, 0.8)]),
    "fill": Shown(
        "Fill", "Paints whatever the layer shows in one colour; its shape stays.",
        "ADBE Fill", DISC, [(10, 0), (7, 0), (2, (0.1, 0.5, 0.56, 1)), (7, 0), (0, 0), (0, 0), (0, 1)]),
    "gamma-pedestal-gain": Shown(
        "Gamma/Pedestal/Gain", "Bends each channel by a gamma, lifts its black and lowers its white.",
        "ADBE Gamma/Pedestal/Gain2", PHOTO,
        [(0, 1), (0, 1.5), (0, 0.1), (0, 0.9), (0, 0.8), (0, 0), (0, 1), (0, 1), (0, 0.2), (0, 0.7)]),
    "hue-balance": Shown(
        "Color Balance (HLS)", "Turns all hues, and changes lightness and saturation.",
        "ADBE Color Balance (HLS)", PHOTO, [(1, 140), (0, 5), (0, -10)]),
    "hue-saturation": Shown(
        "Hue/Saturation", "Changes hue, saturation and lightness of all colours or of one range of hues, or colorizes.",
        "ADBE HUE SATURATION", PHOTO,
        [(7, 1), (0, 0), (1, 80), (0, -20), (0, 0), (7, 0), (1, 0), (0, 25), (0, 0)]),
    "invert": Shown(
        "Invert", "Turns colours, or one channel, into their opposites.",
        "ADBE Invert", PHOTO, [(7, 1), (0, 0)]),
    "levels": Shown(
        "Levels", "Maps a range of brightness to another one, with a gamma, for all channels or one.",
        "ADBE Easy Levels2", PHOTO, [(7, 1), (0, 0), (0, 0.2), (0, 0.7), (0, 1.2), (0, 0), (0, 1)]),
    "posterize": Shown(
        "Posterize", "Leaves only so many steps of each channel.",
        "ADBE Posterize", PHOTO, [(0, 4)]),
    "pro-levels": Shown(
        "Levels (Individual Controls)", "Levels for all channels together and for each by itself.",
        "ADBE Pro Levels2", PHOTO,
        [(7, 1), (0, 0), (6, 0), (0, 0.05), (0, 0.9), (0, 1), (0, 0), (0, 1),
         (6, 0), (0, 0), (0, 0.7), (0, 1.6), (0, 0), (0, 1)]),
    "four-color-gradient": Shown(
        "4-Color Gradient", "Mixes four colours by how near a pixel is to four points.",
        "ADBE 4ColorGradient", DISC,
        [(3, (30, 30)), (2, (1, 0.77, 0.24, 1)), (3, (190, 30)), (2, (0.85, 0.2, 0.45, 1)), (3, (30, 190)),
         (2, (0.2, 0.3, 0.8, 1)), (3, (190, 190)), (2, (0.1, 0.7, 0.6, 1)), (0, 100), (0, 0), (0, 100)]),
    "ramp": Shown(
        "Gradient Ramp", "Paints a linear or radial gradient of two colours into the layer's shape.",
        "ADBE Ramp", DISC,
        [(3, (30, 20)), (2, (1, 0.77, 0.24, 1)), (3, (190, 200)), (2, (0.85, 0.2, 0.45, 1)), (7, 1), (0, 0), (0, 0)]),
    "shift-channels": Shown(
        "Shift Channels", "Takes alpha, red, green and blue from other channels, hue, lightness or saturation.",
        "ADBE Shift Channels", PHOTO, [(7, 1), (7, 3), (7, 4), (7, 2)]),
    "threshold": Shown(
        "Threshold", "Makes what is brighter than a level white and the rest black.",
        "ADBE Threshold2", PHOTO, [(0, 0.62)]),
    "tint": Shown(
        "Tint", "Maps black to one colour, white to another, and what is between to their mixture.",
        "ADBE Tint", PHOTO, [(2, (0.2, 0, 0.4, 1)), (2, (1, 0.9, 0.5, 1)), (0, 100)]),
    "tritone": Shown(
        "Tritone", "Paints highlights, midtones and shadows in three colours.",
        "ADBE Tritone", PHOTO, [(2, (1, 1, 0.8, 1)), (2, (0.9, 0.4, 0.2, 1)), (2, (0.1, 0, 0.3, 1)), (0, 0)]),
}  # fmt: skip

BLUR: Mapping[str, Shown] = {
    "box-blur": Shown(
        "Fast Box Blur", "Blurs by repeated averaging over a box; one pass looks square, three are nearly Gaussian.",
        "ADBE Box Blur2", PHOTO, [(0, 7), (0, 3), (7, 1), (7, 1)]),
    "directional-blur": Shown(
        "Directional Blur", "Blurs along one direction, as if the layer moved.",
        "ADBE Motion Blur", PHOTO, [(1, 60), (0, 22)]),
    "gaussian-blur": Shown(
        "Gaussian Blur", "Blurs softly in both directions or in one; Fast Blur is drawn by it, too.",
        "ADBE Gaussian Blur 2", PHOTO, [(0, 28), (7, 1), (7, 1)]),
    "glow": Shown(
        "Glow", "Lets what is brighter than a threshold shine beyond its edges.",
        "ADBE Glo2", WORDS,
        [(7, 2), (0, 20), (0, 36), (0, 1.4), (7, 2), (7, 3), (7, 1), (7, 3), (0, 1), (1, 0), (0, 0.5), (2, WHITE),
         (2, BLACK), (7, 1)]),
    "radial-blur": Shown(
        "Radial Blur", "Blurs around a centre (spin) or away from it (zoom).",
        "ADBE Radial Blur", PHOTO, [(0, 14), (3, (326, 113)), (7, 2)]),
    "sharpen": Shown(
        "Sharpen", "Raises the contrast between neighbouring pixels.",
        "ADBE Sharpen", PHOTO, [(0, 90)]),
}  # fmt: skip

BEND: Mapping[str, Shown] = {
    "bulge": Shown(
        "Bulge", "Swells an ellipse of the layer towards the eye, or dents it; taper and pinning are left out, with a "
        "finding.",
        "ADBE Bulge", PHOTO, [(0, 110), (0, 110), (3, (250, 150)), (0, 1.8), (0, 0), (7, 1), (7, 0)]),
    "cc-sphere": Shown(
        "CC Sphere", "Wraps the layer around a ball that turns about three axes. The ball has no light.",
        "CC Sphere", PHOTO,
        [(5, 0), (1, 20), (1, 40), (1, 10), (7, 1), (6, 0), (0, 100), (3, CENTRE), (7, 2)]),
    "corner-pin": Shown(
        "Corner Pin", "Moves the four corners of the layer, with perspective in between.",
        "ADBE Corner Pin", PHOTO, [(3, (60, 20)), (3, (440, 70)), (3, (40, 250)), (3, (420, 210))]),
    "displacement-map": Shown(
        "Displacement Map", "Moves each pixel by the colours of another layer, here of two round lights.",
        "ADBE Displacement Map", PHOTO,
        [(10, 2), (7, 1), (0, 60), (7, 2), (0, 40), (7, 1), (7, 0), (7, 1)]),
    "mirror": Shown(
        "Mirror", "Reflects one side of a line onto the other.",
        "ADBE Mirror", PHOTO, [(3, (250, 135)), (1, 0)]),
    "mosaic": Shown(
        "Mosaic", "Makes rectangles of one colour each.",
        "ADBE Mosaic", PHOTO, [(0, 32), (0, 18), (7, 0)]),
    "motion-tile": Shown(
        "Motion Tile", "Repeats a part of the layer as tiles, with mirrored edges and a phase if wanted.",
        "ADBE Tile", PHOTO, [(3, CENTRE), (0, 33), (0, 33), (0, 100), (0, 100), (7, 1), (1, 0), (7, 0)]),
    "offset": Shown(
        "Offset", "Shifts the layer within its box; what leaves on one side enters on the other.",
        "ADBE Offset", PHOTO, [(3, (380, 190)), (0, 0)]),
    "polar-coordinates": Shown(
        "Polar Coordinates", "Bends rows into rings, or rings into rows.",
        "ADBE Polar Coordinates", PHOTO, [(0, 1), (7, 1)]),
    "spherize": Shown(
        "Spherize", "Shows a circle of the layer as if it lay on half a ball.",
        "ADBE Spherize", PHOTO, [(0, 120), (3, (250, 140))]),
    "transform": Shown(
        "Transform", "Moves, scales, skews, turns and fades the layer once more, before effects that follow.",
        "ADBE Geometry2", PHOTO,
        [(3, CENTRE), (3, (250, 140)), (7, 0), (0, 62), (0, 76), (0, 18), (1, 0), (1, -8), (0, 100), (7, 1), (0, 0)]),
    "twirl": Shown(
        "Twirl", "Turns the layer about a point, most at its centre.",
        "ADBE Twirl", PHOTO, [(1, 130), (0, 32), (3, (250, 140))]),
    "wave-warp": Shown(
        "Wave Warp", "Shifts the layer by a wave that runs: sine, square, triangle, sawtooth, circle, noise and more.",
        "ADBE Wave Warp", PHOTO, [(7, 1), (0, 9), (0, 70), (1, 90), (0, 1), (7, 1), (1, 30), (7, 1)]),
}  # fmt: skip

EDGE: Mapping[str, Shown] = {
    "color-key": Shown(
        "Color Key", "Cuts out what is near to one colour, and thins and softens the edge of the rest.",
        "ADBE Color Key", PHOTO, [(2, (0.75, 0.68, 0.68, 1)), (0, 70), (0, 1), (0, 2)]),
    "drop-shadow": Shown(
        "Drop Shadow", "Puts a soft shadow of the layer below it, at a direction and a distance.",
        "ADBE Drop Shadow", DISC, [(2, BLACK), (0, 160), (1, 135), (0, 14), (0, 24), (7, 0)]),
    "linear-wipe": Shown(
        "Linear Wipe", "Takes the layer away along a direction, with a soft edge if wanted.",
        "ADBE Linear Wipe", PHOTO, [(0, 45), (1, 60), (0, 60)]),
    "luma-key": Shown(
        "Luma Key", "Cuts out what is brighter or darker than a level, or near to it or far from it.",
        "ADBE Luma Key", PHOTO, [(7, 2), (0, 110), (0, 0), (0, 1), (0, 3)]),
    "matte-choker": Shown(
        "Matte Choker", "Shrinks and softens the edge of the layer, and closes small holes.",
        "ADBE Matte Choker", WORDS, [(0, 12), (0, 70), (0, 0.3), (0, 0), (0, 0), (0, 1), (0, 1)]),
    "radial-wipe": Shown(
        "Radial Wipe", "Takes the layer away like the hand of a clock: clockwise, counterclockwise or both ways.",
        "ADBE Radial Wipe", DISC, [(0, 38), (1, 0), (3, (110, 110)), (7, 1), (0, 0)]),
    "set-matte": Shown(
        "Set Matte", "Takes the alpha of the layer from a channel of another layer, here from a word.",
        "ADBE Set Matte3", PHOTO, [(10, 2), (7, 4), (7, 0), (7, 1), (7, 1), (7, 1)]),
    "simple-choker": Shown(
        "Simple Choker", "Shrinks the layer's shape by so many pixels, or grows it.",
        "ADBE Simple Choker", WORDS, [(7, 1), (0, 3)]),
    "stroke": Shown(
        "Stroke", "Draws a line along a mask of the layer, from a start to an end, smooth or in dots.",
        "ADBE Stroke", PHOTO,
        [(10, 1), (7, 0), (7, 0), (2, (1, 1, 1, 1)), (0, 9), (0, 0.8), (0, 1), (0, 0), (0, 80), (0, 0), (7, 1)]),
    "venetian-blinds": Shown(
        "Venetian Blinds", "Takes the layer away in stripes.",
        "ADBE Venetian Blinds", PHOTO, [(0, 45), (1, 20), (0, 34), (0, 0)]),
}  # fmt: skip

MADE: Mapping[str, Shown] = {
    "fractal-noise": Shown(
        "Fractal Noise", "Draws clouds, smoke or grain that evolve; overflow, perspective offset and most blending "
        "modes are left out, with a finding.",
        "ADBE Fractal Noise", PHOTO,
        [(7, 1), (7, 3), (7, 0), (0, 140), (0, 0), (7, 1), (6, 0), (1, 0), (7, 1), (0, 110), (0, 100), (0, 100),
         (3, CENTRE), (7, 0), (6, 0), (0, 6), (6, 0), (0, 70), (0, 56), (1, 0), (3, (0, 0)), (7, 0), (6, 0), (1, 40),
         (6, 0), (7, 0), (0, 1), (0, 0), (6, 0), (0, 100), (7, 2)]),
}  # fmt: skip

TIME: Mapping[str, Shown] = {
    "echo": Shown(
        "Echo", "Shows the layer as it was or will be at several other times, too; seven operators join them.",
        "ADBE Echo", WORDS, [(0, -0.1), (0, 5), (0, 1), (0, 0.6), (7, 5)]),
}  # fmt: skip

GROUPS: Mapping[str, Mapping[str, Shown]] = {
    "Colour": COLOUR,
    "Blur, sharpen and glow": BLUR,
    "Bend, move and repeat": BEND,
    "Edges, keys and wipes": EDGE,
    "Made from nothing": MADE,
    "Time": TIME,
}
EFFECTS: Mapping[str, Shown] = {key: shown for group in GROUPS.values() for key, shown in group.items()}

# Where the numbers in the match names do not count up.
NUMBERS = {
    "change-to-color": (1, 2, 3, 4, 10, 5, 6, 7, 11, 8, 9),
    "fill": (1, 7, 2, 6, 3, 4, 5),
    "transform": (1, 2, 11, 3, 4, 5, 6, 7, 8, 9, 10),
}


def scene_of(key: str) -> Scene:
    shown = EFFECTS[key]
    entry = effect(shown.match_name, shown.parameters, NUMBERS.get(key))
    if key == "displacement-map":
        lights = [hidden(glow((1, 0.4, 0.2), CENTRE, 230))]
        return with_effects(shown.subject, [entry], *lights)
    if key == "set-matte":
        return with_effects(shown.subject, [entry], hidden(caption("MATTE", 120)))
    if key == "stroke":
        ring = mask(oval((326, 113), 130, 130), "n")
        return with_effects(shown.subject, [entry], hasMask=True, masksProperties=[ring])
    if key == "glow":
        return with_effects(shown.subject, [entry], subject(Subject.PHOTO))
    if key == "echo":
        way = moving((0, (150, 80)), (18, (300, 200)), ease=0.0)
        return replace(with_effects(shown.subject, [entry], ks=transform(way)), frame=18)
    return with_effects(shown.subject, [entry])


def before(kind: Subject) -> Scene:
    """The subject without any effect."""
    return with_effects(kind, [])

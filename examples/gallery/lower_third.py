"""A lower third: who speaks, with a portrait, over a picture or a clip, or over nothing at all."""

from __future__ import annotations

from examples.authoring import (
    Json,
    asset,
    document,
    group,
    picture,
    shape,
    stroke,
    transform,
    trim,
)
from examples.authoring import fill as filled
from examples.gallery.artwork import packed, portrait
from examples.gallery.craft import (
    CORAL,
    INK,
    SLATE,
    SPRING,
    TRAVEL,
    WHITE,
    Design,
    bar,
    enters_and_leaves,
    line,
    oval,
    rises,
    roomy,
)
from examples.pictures import MORNING, encoded, landscape

SIZE, FRAMES = (1920, 1080), 180
MIDDLE = (228, 880)
ROOM = 640
DARK = (0.17, 0.12, 0.13)
PARTS = ((0, "in", 60), (60, "hold", 88), (148, "out", 32))
GONE = (150, 172)


def lower_third() -> Design:
    face = enters_and_leaves((4, 26, 156, FRAMES - 4), 0, 192, SPRING)
    role = line("Role", "Marine biologist, Bergen", (374, 930), 34, SLATE, bold=False, opacity=_gone(2))
    layers = [
        shape(
            "Ring",
            transform(MIDDLE),
            group(oval(210), trim(enters_and_leaves((14, 48, 150, 166), 0, 100, TRAVEL)), stroke(CORAL, 8)),
        ),
        shape("Portrait matte", transform(MIDDLE), group(oval(face), filled(WHITE)), td=1),
        picture("Portrait", transform(MIDDLE, anchor=(120, 120), scale=(82, 82)), "portrait", tt=1),
        shape(
            "Ground of the portrait", transform(MIDDLE),
            group(oval(enters_and_leaves((0, 22, 158, FRAMES - 2), 0, 208, SPRING)), filled(WHITE)),
        ),
        rises(roomy(line("Name", "Amara Lindqvist", (372, 872), 62, INK, opacity=_gone(0)), ROOM), 20, 24),
        rises(roomy(role, ROOM), 28, 26),
        bar("Accent", (374, 958), enters_and_leaves((34, 60, *GONE), 0, 132), 6, CORAL, 3),
        bar("Panel", MIDDLE, enters_and_leaves((8, 34, *GONE), 0, 860), 190, WHITE, 95),
        picture("Footage", transform((960, 540), anchor=(480, 270), scale=(200, 200)), "footage"),
    ]  # fmt: skip
    content = document(
        "Lower third", SIZE, FRAMES, layers,
        assets=[asset("portrait", "portrait.webp", 240, 240), asset("footage", "footage.jpg", 960, 540)],
        markers=[{"tm": at, "cm": name, "dr": length} for at, name, length in PARTS],
    )  # fmt: skip
    return Design(
        name="lower-third",
        title="Lower third",
        use="Who speaks, with a portrait, over footage. With the footage hidden it is transparent, for an editor.",
        document=content,
        files={
            "images/portrait.webp": packed(portrait(240, (0.99, 0.80, 0.45), (0.80, 0.56, 0.42), DARK, INK)),
            "images/portrait-2.webp": packed(
                portrait(240, (0.62, 0.80, 0.82), (0.45, 0.29, 0.21), DARK, (0.95, 0.36, 0.33), long_hair=False)
            ),
            "images/footage.jpg": encoded(landscape(960, 540, MORNING), quality=84),
        },
        order=[
            {"layer": "Name", "text": {"value": "Jonas Okafor", "fit": "shrink"}},
            {"layer": "Role", "text": {"value": "Chief engineer, North Sea Wind", "fit": "shrink"}},
            {"layer": "Portrait", "image": {"file": "images/portrait-2.webp"}},
            {"layer": "Accent", "color": "#1a7f8e"},
        ],
        poster=90,
    )


def _gone(late: float) -> Json:
    """The opacity of the words, which fade before the panel closes."""
    return enters_and_leaves((0, 1, 142 + late, 156 + late), 0, 100)

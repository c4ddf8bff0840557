"""A quote, upright: the words come one after the other, then who said them."""

from __future__ import annotations

from examples.authoring import (
    asset,
    document,
    fill,
    gradient,
    group,
    picture,
    rectangle,
    shape,
    stroke,
    transform,
    trim,
)
from examples.gallery.artwork import packed, portrait
from examples.gallery.craft import (
    CORAL,
    CREAM,
    NIGHT,
    PLUM,
    SPRING,
    SUN,
    TRAVEL,
    WHITE,
    Design,
    bar,
    boxed,
    enters,
    line,
    oval,
    rises,
    roomy,
)

SIZE, FRAMES = (1080, 1350), 210
FACE = (172, 1170)


def quote() -> Design:
    mark = line("Mark", "\u201c", (84, 470), 460, CORAL, opacity=enters(0, 0, 100, 14))
    words = line("Quote", "We drew the map while walking, and the road kept its promise.", (100, 390), 90, CREAM)
    source = line("Source", "Letters from the north", (288, 1214), 32, (0.80, 0.76, 0.86), bold=False)
    layers = [
        rises(mark, 0, 26, distance=90),
        rises(boxed(words, 880, 580, 110), 14, 84, by=3, distance=36),
        bar("Line", (100, 1030), enters(84, 0, 140), 8, SUN, 4),
        shape(
            "Ring",
            transform(FACE),
            group(oval(160), trim(enters(96, 0, 100, 40, TRAVEL)), stroke(SUN, 6)),
        ),
        shape("Portrait matte", transform(FACE), group(oval(enters(90, 0, 140, 26, SPRING)), fill(WHITE)), td=1),
        picture("Portrait", transform(FACE, anchor=(120, 120), scale=(60, 60)), "portrait", tt=1),
        rises(roomy(line("Author", "Ines Moreau", (286, 1164), 50, CREAM), 700), 100, 24),
        rises(roomy(source, 700), 108, 24),
        shape(
            "Light",
            transform((900, 180)),
            group(oval(1300), gradient([(0, (0.42, 0.17, 0.40)), (1, (0, 0, 0))], (0, 0), (650, 0), radial=True)),
            bm=2,
        ),
        shape(
            "Ground",
            transform((540, 675)),
            group(rectangle(*SIZE), gradient([(0, PLUM), (1, NIGHT)], (0, -675), (0, 675))),
        ),
    ]
    face = portrait(240, (0.55, 0.40, 0.66), (0.93, 0.74, 0.62), (0.42, 0.20, 0.13), (0.95, 0.77, 0.24))
    return Design(
        name="quote",
        title="Quote",
        use="A sentence that deserves to be read, upright, with who said it.",
        document=document(
            "Quote", SIZE, FRAMES, layers, assets=[asset("portrait", "portrait.webp", 240, 240)],
            markers=[{"tm": 136, "cm": "hold", "dr": 74}],
        ),
        files={"images/portrait.webp": packed(face)},
        order=[
            {"layer": "Quote", "text": {"value": "A good frame is one you never had to draw twice.", "fit": "shrink"}},
            {"layer": "Author", "text": "Tomas Eide"},
            {"layer": "Source", "text": "Notes on rendering"},
        ],
        poster=170,
    )  # fmt: skip

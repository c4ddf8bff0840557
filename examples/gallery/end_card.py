"""An end card: thanks, an address, and two frames for what to watch next."""

from __future__ import annotations

from examples.authoring import (
    Json,
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
from examples.gallery.craft import (
    ARRIVE,
    CORAL,
    CREAM,
    INK,
    NIGHT,
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
from examples.pictures import MORNING, encoded, landscape
from examples.pictures import NIGHT as EVENING

SIZE, FRAMES = (1920, 1080), 240
FRAME = (704, 396)


def end_card() -> Design:
    invitation = line("Invitation", "New stories every Thursday", (144, 668), 42, (0.76, 0.77, 0.86), bold=False)
    layers = [
        rises(boxed(line("Thanks", "Thanks for watching", (140, 330), 116, CREAM), 820, 300, 128), 8, 36, by=3),
        rises(roomy(invitation, 820), 26, 28),
        line("Address", "velocity.example", (372, 786), 40, INK, justify=2, opacity=enters(48, 0, 100, 12)),
        bar("Pill", (144, 772), enters(38, 0, 456, 24), 92, SUN, 46),
        *_next("First", "Watch next", (1428, 296), 20),
        *_next("Second", "From the archive", (1428, 790), 28),
        *_rings(),
        shape(
            "Ground",
            transform((960, 540)),
            group(rectangle(*SIZE), gradient([(0, (0.11, 0.12, 0.27)), (1, NIGHT)], (-960, -540), (960, 540))),
        ),
    ]
    return Design(
        name="end-card",
        title="End card",
        use="The last eight seconds of a video: thanks, an address, and frames over which a player lays what is next.",
        document=document(
            "End card", SIZE, FRAMES, layers,
            assets=[asset("first", "first.jpg", 704, 396), asset("second", "second.jpg", 704, 396)],
            markers=[{"tm": 76, "cm": "hold", "dr": 164}],
        ),
        files={
            "images/first.jpg": encoded(landscape(*FRAME, MORNING), quality=84),
            "images/second.jpg": encoded(landscape(*FRAME, EVENING), quality=84),
        },
        order=[
            {"layer": "Thanks", "text": {"value": "See you next week", "fit": "shrink"}},
            {"layer": "Invitation", "text": {"value": "The ferry that runs on wind, on Thursday", "fit": "shrink"}},
            {"layer": "Address", "text": {"value": "northsea.example", "fit": "shrink"}},
            {"layer": "Pill", "color": "#f25c54"},
        ],
        poster=140,
    )  # fmt: skip


def _next(name: str, caption: str, place: tuple[float, float], at: float) -> list[Json]:
    """A frame for a video, with a caption above it."""
    x, y = place
    left, top = x - FRAME[0] / 2, y - FRAME[1] / 2
    opens = enters(at, (0, 0), (100, 100), 30, ARRIVE)
    return [
        rises(line(f"{name} caption", caption, (left, top - 24), 34, CREAM, tracking=10), at + 16, 22, distance=20),
        shape(f"{name} matte", transform(place, scale=opens), group(rectangle(*FRAME, 24), fill(WHITE)), td=1),
        picture(f"{name} video", transform(place, anchor=(352, 198)), name.lower(), tt=1),
    ]


def _rings() -> list[Json]:
    made = []
    for number, (size, color, width) in enumerate(((500, CORAL, 22), (372, SUN, 12), (246, (0.30, 0.32, 0.56), 32))):
        drawn = trim(enters(4 * number, 0, 100, 60, TRAVEL))
        own = transform((838, 1130), rotation=-90 + 30 * number)
        made.append(shape(f"Ring {number + 1}", own, group(oval(size), drawn, stroke(color, width))))
    return made

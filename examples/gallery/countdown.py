"""A countdown for stories: five seconds, each with a colour of its own, then what they led to."""

from __future__ import annotations

from examples.authoring import Json, document, fill, group, paced, rectangle, shape, stroke, transform, trim
from examples.gallery.craft import (
    ARRIVE,
    CORAL,
    CREAM,
    EVEN,
    INK,
    PLUM,
    REST,
    SEA,
    SPRING,
    SUN,
    TRAVEL,
    Design,
    bar,
    boxed,
    enters,
    line,
    oval,
    rises,
    roomy,
)

SIZE, FRAMES = (1080, 1920), 225
SECOND = 30
GROUNDS = ((5, INK, CREAM), (4, CORAL, CREAM), (3, SUN, INK), (2, SEA, CREAM), (1, PLUM, CREAM))
CENTRE = (540, 960)
END = 5 * SECOND


def countdown() -> Design:
    numbers = [_number(digit, at * SECOND, words) for at, (digit, _, words) in enumerate(GROUNDS)]
    rings = [_ring(at * SECOND, words) for at, (_, _, words) in enumerate(GROUNDS)]
    waves = [_wave(f"Wave {digit}", at * SECOND, color) for at, (digit, color, _) in enumerate(GROUNDS)][:0:-1]
    layers = [
        *_ending(),
        _wave("Wave 0", END, CREAM),
        *_labels(),
        *numbers,
        *rings,
        *waves,
        shape("Ground", transform(CENTRE), group(rectangle(*SIZE), fill(GROUNDS[0][1]))),
    ]
    return Design(
        name="countdown",
        title="Countdown",
        use="Five seconds that make people stay for what comes after them. Upright, for stories.",
        document=document(
            "Countdown", SIZE, FRAMES, layers,
            markers=[{"tm": 0, "cm": "count", "dr": END}, {"tm": END, "cm": "reveal", "dr": FRAMES - END}],
        ),
        order=[
            {"layer": "Label", "text": "Tickets open in"},
            {"layer": "Headline", "text": {"value": "Go get yours", "fit": "shrink"}},
            {"layer": "Detail", "text": {"value": "North Sea Festival, 12 to 14 June", "fit": "shrink"}},
            {"layer": "Address", "text": {"value": "northsea.example", "fit": "shrink"}},
        ],
        poster=12,
    )  # fmt: skip


def _number(digit: int, at: int, color: tuple[float, ...]) -> Json:
    size = paced(
        (at, (62, 62), SPRING), (at + 14, (100, 100), EVEN), (at + 24, (100, 100), (0.7, 0, 0.84, 0)),
        (at + SECOND, (128, 128), REST),
    )  # fmt: skip
    seen = paced((at, 0, ARRIVE), (at + 6, 100, EVEN), (at + 24, 100, EVEN), (at + SECOND, 0, REST))
    made = line(f"Number {digit}", str(digit), CENTRE, 640, color, justify=2, scale=size, opacity=seen)
    made["ks"]["a"] = {"a": 0, "k": [0, -232]}
    return {**made, "ip": at, "op": at + SECOND}


def _ring(at: int, color: tuple[float, ...]) -> Json:
    """A ring that empties with the second."""
    left = trim(paced((at, 100, (0.3, 0.0, 0.7, 1.0)), (at + SECOND, 0, REST)))
    made = shape(f"Ring {at // SECOND + 1}", transform(CENTRE), group(oval(860), left, stroke(color, 16)))
    return {**made, "ip": at, "op": at + SECOND}


def _wave(name: str, at: int, color: tuple[float, ...]) -> Json:
    """The next ground, which spreads from the middle."""
    grown = oval(enters(at - 6, 0, 2300, 22, (0.5, 0.0, 0.2, 1.0)))
    return {**shape(name, transform(CENTRE), group(grown, fill(color))), "ip": at - 6}


def _labels() -> list[Json]:
    """Once in each colour, so that it can be read on each ground; the same name replaces all of them."""
    made = []
    for at, (_, _, color) in enumerate(GROUNDS):
        label = line("Label", "Doors open in", (540, 330), 80, color, justify=2)
        begins = at * SECOND if at else 0
        made.append(
            {**(label if at else rises(label, 0, 20)), "ip": begins, "op": (at + 1) * SECOND - (6 if at == 4 else 0)}
        )
    return made


def _ending() -> list[Json]:
    headline = line("Headline", "We are live", (100, 700), 190, INK)
    detail = line("Detail", "The whole evening, free for all", (100, 1266), 52, (0.30, 0.31, 0.42), bold=False)
    made = [
        rises(boxed(headline, 880, 460, 196), END + 6, 30, by=3, distance=60),
        bar("Line", (100, 1166), enters(END + 20, 0, 200), 10, CORAL, 5),
        rises(roomy(detail, 880), END + 22, 26),
        line("Address", "velocity.example", (356, 1409), 46, CREAM, justify=2, opacity=enters(END + 40, 0, 100, 12)),
        bar("Pill", (100, 1394), enters(END + 32, 0, 512, 24), 108, INK, 54),
        *_corner(),
    ]  # fmt: skip
    return [{**one, "ip": END} for one in made]


def _corner() -> list[Json]:
    """Rings that draw themselves around the lower right corner."""
    made = []
    for number, (size, color, width) in enumerate(((900, CORAL, 34), (660, SUN, 18), (430, SEA, 50))):
        drawn = trim(enters(END + 10 + 4 * number, 0, 100, 44, TRAVEL))
        own = transform((1080, 1920), rotation=150)
        made.append(shape(f"Corner {number + 1}", own, group(oval(size), drawn, stroke(color, width))))
    return made

"""Makes the bundled template and the picture that ``make demo`` puts into it: ``python -m examples.make_demo``."""

from __future__ import annotations

from pathlib import Path

from examples.authoring import (
    Json,
    asset,
    document,
    ellipse,
    fill,
    gradient,
    group,
    moving,
    picture,
    rectangle,
    shape,
    star,
    still,
    stroke,
    text,
    transform,
    trim,
    write_package,
)
from examples.pictures import MORNING, NIGHT, encoded, landscape

SIZE = (1280, 720)
FRAMES = 150
INK, SUN, CORAL, CREAM = (0.07, 0.08, 0.16), (1.0, 0.78, 0.25), (0.95, 0.36, 0.33), (1.0, 0.96, 0.88)
HERE = Path(__file__).resolve().parent


def demo() -> Json:
    """Five seconds: a picture behind a round matte, two texts, a price badge, sparks, and a ring that draws itself."""
    return document(
        "Velocity demo",
        SIZE,
        FRAMES,
        [*_words(), *_badge(), *_photo(), *_sparks(), _backdrop()],
        assets=[asset("photo", "photo.jpg", 960, 720)],
        markers=[
            {"tm": 0, "cm": "intro", "dr": 45},
            {"tm": 45, "cm": "hold", "dr": 75},
            {"tm": 120, "cm": "outro", "dr": 30},
        ],
    )


def _words() -> list[Json]:
    slide = moving((5, (-700, 320)), (32, (80, 320)), (122, (80, 320)), (146, (-900, 320)))
    fade = moving((28, 0), (48, 100), (118, 100), (134, 0))
    return [
        text("Headline", "Your words here", transform(slide), 64, color=CREAM),
        text(
            "Tagline",
            "A template, a few replacements, a video",
            transform((82, 384), opacity=fade),
            28,
            font="Inter-Regular",
            color=CREAM,
        ),
        shape(
            "Accent",
            transform((80, 420), scale=moving((24, (0, 100)), (52, (100, 100)), (118, (100, 100)), (138, (0, 100)))),
            group(rectangle(260, 8, 4), fill(SUN), position=(130, 0)),
        ),
    ]


def _badge() -> list[Json]:
    pop = moving((40, (0, 0)), (58, (112, 112)), (66, (100, 100)), (122, (100, 100)), (140, (0, 0)))
    place = transform((1130, 590), scale=pop, rotation=moving((40, -40), (66, -8), (122, -8), (140, 20)))
    return [
        text("Price", "$12.90", {**place, "a": still((0, -13))}, 38, color=INK, justify=2),
        shape("Badge", place, group(ellipse((190, 190)), stroke(CREAM, 6), fill(SUN))),
    ]


def _photo() -> list[Json]:
    grow = moving((8, (0, 0)), (40, (470, 470)), (118, (490, 490)), (142, (0, 0)))
    return [
        shape(
            "Ring",
            transform((930, 350), rotation=-90),
            group(
                ellipse((540, 540)),
                trim(moving((20, 0), (70, 100), (118, 100), (140, 0))),
                stroke(CORAL, 10),
            ),
        ),
        shape("Photo matte", transform((930, 350)), group(ellipse(grow), fill((1, 1, 1))), td=1),
        picture(
            "Photo",
            transform(
                (930, 350),
                anchor=(480, 360),
                scale=moving((0, (72, 72)), (150, (84, 84)), ease=0),
                rotation=moving((0, -3), (150, 3), ease=0),
            ),
            "photo",
            tt=1,
        ),
    ]


def _sparks() -> list[Json]:
    spots = ((640, 130, 5, CORAL), (1210, 170, 6, SUN), (600, 600, 4, CREAM), (480, 180, 5, SUN), (720, 540, 6, CORAL))
    return [
        shape(
            f"Spark {number}",
            transform(
                (x, y),
                rotation=moving((0, 0), (150, 120 + 40 * number), ease=0),
                opacity=moving((0, 0), (30, 90), (120, 90), (150, 0)),
            ),
            group(star(points, moving((0, 14), (75, 26), (150, 14)), 7), fill(color)),
        )
        for number, (x, y, points, color) in enumerate(spots, 1)
    ]


def _backdrop() -> Json:
    ground = gradient([(0, (0.10, 0.12, 0.30)), (0.6, (0.24, 0.13, 0.36)), (1, INK)], (-640, -360), (640, 360))
    return shape("Backdrop", transform((640, 360)), group(rectangle(*SIZE), ground))


def main() -> None:
    photo = encoded(landscape(960, 720, MORNING))
    write_package(HERE / "demo.zip", demo(), {"images/photo.jpg": photo})
    (HERE / "replacement.jpg").write_bytes(encoded(landscape(800, 600, NIGHT)))


if __name__ == "__main__":
    main()

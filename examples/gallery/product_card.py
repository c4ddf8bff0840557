"""A product card, square: one thing, its name and its price."""

from __future__ import annotations

from examples.authoring import asset, document, fill, gradient, group, paced, picture, rectangle, shape, transform
from examples.gallery.artwork import packed, vase
from examples.gallery.craft import (
    ARRIVE,
    CORAL,
    CREAM,
    EVEN,
    INK,
    SLATE,
    SPRING,
    TRAVEL,
    Design,
    bar,
    enters,
    line,
    oval,
    rises,
    roomy,
    soft,
)

SIZE, FRAMES = (1080, 1080), 150


def product_card() -> Design:
    float_up = paced(
        (0, (540, 560), ARRIVE), (34, (540, 438), TRAVEL), (92, (540, 428), TRAVEL), (150, (540, 438), EVEN)
    )
    pill = transform((872, 904), scale=enters(44, (0, 0), (100, 100), 22, SPRING))
    layers = [
        line("Price", "€48", (872, 924), 58, CREAM, justify=2, scale=enters(44, (0, 0), (100, 100), 22, SPRING)),
        shape("Pill", pill, group(rectangle(256, 112, 56), fill(CORAL))),
        rises(roomy(line("Name", "Terra vase", (84, 902), 84, INK), 620), 24, 26),
        rises(roomy(line("Detail", "Hand-thrown stoneware, 32 cm", (88, 962), 36, SLATE, bold=False), 620), 32, 28),
        line("Badge", "NEW", (160, 151), 34, CREAM, justify=2, tracking=60, opacity=enters(50, 0, 100, 10)),
        bar("Badge ground", (84, 140), enters(46, 0, 152, 20), 60, INK, 30),
        picture(
            "Product", transform(float_up, anchor=(300, 375), scale=(90, 90), opacity=enters(0, 0, 100, 10)), "product"
        ),
        shape(
            "Shadow",
            transform((540, 772), opacity=enters(4, 0, 34, 26)),
            group({**oval(300), "s": {"a": 0, "k": [340, 54]}}, fill((0.25, 0.12, 0.08))),
            ef=[soft(60)],
        ),
        shape("Disc", transform((540, 430)), group(oval(enters(0, 0, 700, 34)), fill((0.98, 0.83, 0.69)))),
        shape(
            "Ground",
            transform((540, 540)),
            group(rectangle(*SIZE), gradient([(0, CREAM), (1, (0.97, 0.91, 0.84))], (0, -540), (0, 540))),
        ),
    ]
    return Design(
        name="product-card",
        title="Product card",
        use="One product with its name and price, square, for feeds and shop windows.",
        document=document(
            "Product card", SIZE, FRAMES, layers, assets=[asset("product", "product.webp", 600, 750)],
            markers=[{"tm": 70, "cm": "hold", "dr": 80}],
        ),
        files={
            "images/product.webp": packed(vase(600, 750, (0.80, 0.42, 0.30), (0.95, 0.92, 0.86))),
            "images/product-blue.webp": packed(vase(600, 750, (0.86, 0.84, 0.80), (0.16, 0.36, 0.48))),
        },
        order=[
            {"layer": "Name", "text": {"value": "Fjord vase", "fit": "shrink"}},
            {"layer": "Detail", "text": {"value": "Glazed stoneware, 28 cm", "fit": "shrink"}},
            {"layer": "Price", "text": "€39"},
            {"layer": "Pill", "color": "#1a7f8e"},
            {"layer": "Disc", "color": "#cfe3e2"},
            {"layer": "Product", "image": {"file": "images/product-blue.webp"}, "fit": "contain"},
        ],
        poster=90,
    )  # fmt: skip

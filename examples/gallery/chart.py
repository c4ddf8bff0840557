"""A chart: a title, a bar chart that the plugin ``velocity-charts`` draws into a layer's box, and where it is from."""

from __future__ import annotations

from examples.authoring import document, gradient, group, layer, rectangle, shape, transform
from examples.gallery.craft import CORAL, CREAM, NIGHT, Design, bar, enters, line, rises, roomy

SIZE, FRAMES = (1920, 1080), 180
MUTED = (0.66, 0.68, 0.80)
BOX = (1600, 640)


def chart() -> Design:
    subtitle = line("Subtitle", "Installed in the North Sea, gigawatts", (160, 272), 38, MUTED, bold=False)
    layers = [
        bar("Accent", (160, 118), enters(0, 0, 96), 10, CORAL, 5),
        rises(roomy(line("Title", "Wind power at sea", (157, 212), 84, CREAM), 1600), 4, 28),
        rises(roomy(subtitle, 1600), 12, 30),
        layer(1, "Chart", transform((160, 330)), sw=BOX[0], sh=BOX[1], sc="#1d2147"),
        line("Source", "Source: figures made up for this template", (160, 1024), 28, MUTED, bold=False,
             opacity=enters(30, 0, 100, 20)),
        shape(
            "Ground",
            transform((960, 540)),
            group(rectangle(*SIZE), gradient([(0, (0.10, 0.11, 0.26)), (1, NIGHT)], (0, -540), (0, 540))),
        ),
    ]  # fmt: skip
    years = ((2019, 19), (2020, 21), (2021, 25), (2022, 29), (2023, 33), (2024, 38))
    bars = [{"label": str(year), "value": value, "color": "#ffc53d"} for year, value in years]
    bars[-1]["color"] = "#f25c54"
    data = {"bars": bars, "seconds": 2.2, "decimals": 0, "textColor": "#fdf6ea"}
    return Design(
        name="chart",
        title="Chart",
        use="Numbers that grow before the eye. The bars are data of the request, drawn by velocity-charts.",
        document=document("Chart", SIZE, FRAMES, layers, markers=[{"tm": 90, "cm": "hold", "dr": 90}]),
        order=[{"layer": "Chart", "plugin": "bar-chart", "data": data}],
        poster=120,
    )

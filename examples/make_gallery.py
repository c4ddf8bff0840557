"""Makes the templates of the gallery, and beside each an order that replaces its layers:
``python -m examples.make_gallery``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from examples.authoring import write_package
from examples.gallery.chart import chart
from examples.gallery.countdown import countdown
from examples.gallery.craft import Design
from examples.gallery.end_card import end_card
from examples.gallery.lower_third import lower_third
from examples.gallery.product_card import product_card
from examples.gallery.quote import quote

FOLDER = Path(__file__).resolve().parent / "gallery"


def designs() -> Iterator[Design]:
    for make in (lower_third, product_card, quote, end_card, countdown, chart):
        yield make()


def write(folder: Path) -> None:
    """Fonts are left out: the engine has the two faces of Inter that the texts name."""
    for design in designs():
        write_package(folder / f"{design.name}.zip", design.document, design.files, fonts=False)
        order = json.dumps(design.order, indent=1, ensure_ascii=False)
        (folder / f"{design.name}.json").write_text(f"{order}\n")


if __name__ == "__main__":
    write(FOLDER)

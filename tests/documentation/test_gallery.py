"""The templates of the gallery are what their scripts make, draw without findings, and take their orders."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from pages import gallery

import velocity_engine as ve
from examples.gallery.craft import Design
from examples.make_gallery import FOLDER, designs, write

DESIGNS = {design.name: design for design in designs()}
NAMES = ["lower-third", "product-card", "quote", "end-card", "countdown", "chart"]


def test_there_are_six() -> None:
    assert list(DESIGNS) == NAMES
    assert sorted(path.stem for path in FOLDER.glob("*.zip")) == sorted(NAMES)


def test_the_files_are_what_the_scripts_make(tmp_path: Path) -> None:
    """Pictures are compared by their names: their bytes are the picture library's."""
    write(tmp_path)
    for name in NAMES:
        assert (tmp_path / f"{name}.json").read_text() == (FOLDER / f"{name}.json").read_text()
        with zipfile.ZipFile(tmp_path / f"{name}.zip") as made, zipfile.ZipFile(FOLDER / f"{name}.zip") as kept:
            assert made.namelist() == kept.namelist()
            assert made.read("data.json") == kept.read("data.json")


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_it_is_drawn_as_meant_with_and_without_its_order(design: Design) -> None:
    order = json.loads((FOLDER / f"{design.name}.json").read_text())
    with ve.open_template(FOLDER / f"{design.name}.zip") as template:
        assert template.findings == ()
        assert template.markers
        assert template.check(customizations=order) == []
        size = (template.width // 8, template.height // 8)
        before, after = (
            ve.still(template, design.poster, size),
            ve.still(template, design.poster, size, customizations=order),
        )
        assert before.findings == after.findings == ()
        assert np.abs(before.pixels.astype(int) - after.pixels).max() > 60


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_the_page_shows_its_film_form_and_command(design: Design) -> None:
    section = gallery.markdown().partition(f"## {design.title} ")[2].partition("\n## ")[0]
    assert f"velocity render examples/gallery/{design.name}.zip" in section
    assert f'src="gallery/{design.name}.mp4"' in section
    assert "Licence: Apache-2.0" in section
    for entry in design.order:
        assert f"| `{entry['layer']}` |" in section


def test_they_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.zip")) < 250_000

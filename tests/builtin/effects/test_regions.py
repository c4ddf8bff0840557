"""Documents with effects drawn in parts: every region gets the pixels of the whole, and a digest tells what changed."""

from pathlib import Path

import numpy as np
import pytest

import velocity_engine as ve
from velocity_engine.composite import Compositor
from velocity_engine.display import DisplayList
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator

DOCUMENTS = Path(__file__).parents[2] / "golden" / "documents"
NAMES = [
    *("effect_displacement", "effect_displacement_wrap", "effect_displacement_stretch", "effect_set_matte"),
    *("effect_bulge", "effect_twirl", "effect_wave_warp", "effect_motion_tile_mirror", "effect_mosaic"),
    *("effect_sphere", "effect_glow", "effect_matte_choker_spread", "effect_luma_key", "effect_fractal_noise_block"),
    *(
        "effect_fill_mask",
        "effect_polar",
        "effect_radial_spin",
        "effect_hue_range",
        "style_many",
        "style_bevel_outer",
        "style_satin",
        "style_inner_modes",
    ),
    *("style_gradient_radial", "style_shadow_multiply", "style_outer_glow_screen"),
]
SIZE = 160


def display_of(name: str, frame: float = 15.0) -> DisplayList:
    template = ve.open_template(DOCUMENTS / f"{name}.json")
    document = template.document
    viewport = fit_viewport((document.width, document.height), SIZE, SIZE)
    plan = template.plan()
    try:
        return Evaluator(plan).display_list(frame, viewport, (0.0, 0.0, 0.0, 0.0))
    finally:
        plan.close()


@pytest.mark.parametrize("name", NAMES)
def test_regions_and_threads_give_the_pixels_of_the_whole(name: str) -> None:
    display = display_of(name)
    whole, parts, banded = (np.zeros((SIZE, SIZE, 4), np.uint8) for _ in range(3))
    compositor = Compositor()
    compositor.draw(display, whole)
    for region in ((0, 0, 70, 90), (70, 0, 160, 90), (0, 90, 33, 160), (33, 90, 160, 160)):
        Compositor().draw(display, parts, region)
    threaded = Compositor(threads=2)
    threaded.draw(display, banded)
    threaded.close()
    np.testing.assert_array_equal(parts, whole)
    np.testing.assert_array_equal(banded, whole)
    assert display_of(name).digest == display.digest


def test_a_change_in_the_layer_that_is_read_changes_the_digest(tmp_path: Path) -> None:
    source = (DOCUMENTS / "effect_displacement.json").read_text("utf-8")
    path = tmp_path / "data.json"
    path.write_text(
        source.replace(
            '"s":{"a":0,"k":[0,0]},"e":{"a":0,"k":[128,128]}', '"s":{"a":0,"k":[0,0]},"e":{"a":0,"k":[99,128]}'
        )
    )
    assert path.read_text("utf-8") != source
    template = ve.open_template(path)
    plan = template.plan()
    viewport = fit_viewport((128.0, 128.0), SIZE, SIZE)
    changed = Evaluator(plan).display_list(15.0, viewport, (0.0, 0.0, 0.0, 0.0))
    plan.close()
    assert changed.digest != display_of("effect_displacement").digest

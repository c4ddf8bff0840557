import numpy as np
import pytest

from velocity_engine import plugins
from velocity_engine.effects.styles import SUPPORTED_STYLES, evaluate_style
from velocity_engine.model.geometry import IDENTITY, multiply, rotation, scaling
from velocity_engine.model.layers import LayerStyle
from velocity_engine.model.properties import still
from velocity_engine.testing import StillSampler

SAMPLER = StillSampler()
RED = (1.0, 0.0, 0.0, 1.0)


def style(number, **values):
    return LayerStyle(type=number, values={k: still(*(v if isinstance(v, tuple) else (v,))) for k, v in values.items()})


def square():
    pixels = np.zeros((60, 60, 4), np.uint8)
    pixels[20:40, 20:40] = (0, 0, 200, 255)
    return pixels


def run(entry, pixels, matrix=IDENTITY):
    call = evaluate_style(entry, SAMPLER, matrix)
    return pixels if call is None else plugins.effect(call.effect).apply(pixels.copy(), call, (0, 0))


EXAMPLES = [
    style(0, c=RED, s=4),
    style(1, c=RED, o=80, a=120, d=6, s=10, ch=30),
    style(2, c=RED, o=80, a=30, d=6, s=10, ch=30),
    style(3, c=RED, o=80, s=20, ch=30),
    style(4, c=RED, o=80, s=20, ch=30, sr=1),
    style(4, c=RED, o=80, s=20, ch=100, sr=2),
    style(7, c=RED, so=40),
]


@pytest.mark.parametrize("entry", EXAMPLES, ids=lambda e: str(e.type))
@pytest.mark.parametrize(
    "matrix", [IDENTITY, multiply(rotation(33), scaling(2, 0.5)), (0.0,) * 6, (1e7, 0, 0, 1e7, 0, 0)]
)
def test_result_is_a_premultiplied_picture(entry, matrix):
    call = evaluate_style(entry, SAMPLER, matrix)
    assert call is None or max(call.margin) <= 3000
    for pixels in (
        square(),
        np.zeros((1, 1, 4), np.uint8),
        np.zeros((7, 0, 4), np.uint8),
        np.full((5, 6, 4), 255, np.uint8),
    ):
        out = run(entry, pixels, matrix)
        assert out.shape == pixels.shape
        assert (out[..., :3] <= out[..., 3:]).all()


def test_inner_styles_keep_alpha_and_outer_ones_keep_the_picture():
    pixels = square()
    for entry in EXAMPLES:
        out = run(entry, pixels)
        if entry.type in (2, 4, 7):
            np.testing.assert_array_equal(out[..., 3], pixels[..., 3])
        else:
            np.testing.assert_array_equal(out[20:40, 20:40], pixels[20:40, 20:40])
            assert out[..., 3].astype(int).sum() > pixels[..., 3].astype(int).sum()


def test_angle_nought_is_light_from_the_right():
    out = run(style(1, c=RED, o=100, a=0, d=5, s=0), square())
    assert (out[30, 15:20] == (255, 0, 0, 255)).all()
    assert not out[30, 40:].any()
    inner = run(style(2, c=RED, o=100, a=0, d=5, s=0), square())
    assert (inner[30, 35:40, 0] == 255).all()
    assert (inner[30, 20:35, 0] == 0).all()


def test_stroke_is_as_wide_as_it_says():
    out = run(style(0, c=RED, s=4), square())
    assert (out[30, 16:20] == (255, 0, 0, 255)).all()
    assert not out[30, :16].any()
    assert out[16, 16, 3] < 255  # round corners


def test_overlay_mixes():
    assert run(style(7, c=RED, so=50), square())[30, 30].tolist() == [128, 0, 100, 255]


def test_choke_widens_the_shadow():
    soft, wide = (run(style(1, c=RED, o=100, d=0, s=20, ch=choke), square()) for choke in (0, 80))
    assert (wide[..., 3] >= soft[..., 3]).all()
    assert wide[30, 14, 3] > soft[30, 14, 3] + 60


def test_the_unsupported_and_the_invisible_do_nothing():
    for number in set(range(-1, 12)) - set(SUPPORTED_STYLES):
        assert evaluate_style(style(number, c=RED), SAMPLER, IDENTITY) is None
    for entry in (style(1, c=RED, o=0), style(3, c=RED, o=0), style(7, c=RED, so=0), style(0, c=RED, s=0)):
        assert evaluate_style(entry, SAMPLER, IDENTITY) is None

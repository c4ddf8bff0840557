"""Effects that read another layer: what they take from it, and how the engine hands it to them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from effects_support import Pixels, effect

import velocity_engine as ve
from velocity_engine.builtin.effects.layer_maps import DisplacementMapEffect, SetMatteEffect, channel, layer_numbers
from velocity_engine.display import LayerPicture
from velocity_engine.model.geometry import IDENTITY
from velocity_engine.model.layers import Effect, EffectParameter
from velocity_engine.model.properties import Keyframe, Property, Vector
from velocity_engine.plugin_types import EffectType
from velocity_engine.testing import StillSampler

MAP, MATTE = DisplacementMapEffect(), SetMatteEffect()
SIZE = (640, 360)
Rgba = tuple[int, int, int, int]


class Sampler(StillSampler):
    """A sampler whose composition has one other layer, of the same size, in one colour but for its left half."""

    picture: LayerPicture

    def __init__(self, left: Rgba, right: Rgba) -> None:
        super().__init__()
        pixels = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
        pixels[:, :320], pixels[:, 320:] = left, right
        object.__setattr__(self, "picture", LayerPicture((), *SIZE, SIZE, pixels))

    def layer_picture(self, number: int, scale: float) -> LayerPicture | None:
        return self.picture if number == 7 else None


def applied(
    kind: EffectType, entry: Effect, sampler: Sampler, pixels: Pixels, origin: tuple[int, int] = (0, 0)
) -> Pixels:
    call = kind.evaluate(entry, sampler, IDENTITY)
    return pixels if call is None else kind.apply(pixels.copy(), call, origin)


def columns() -> Pixels:
    """A picture whose red says how far right it stands."""
    pixels = np.full((SIZE[1], SIZE[0], 4), 255, np.uint8)
    pixels[..., 0] = np.arange(SIZE[0]) % 256
    return pixels


def test_the_middle_of_the_map_displaces_nothing_and_its_ends_by_the_maximum() -> None:
    pixels = columns()
    sampler = Sampler((255, 0, 0, 255), (0, 0, 0, 255))
    out = applied(MAP, effect("", 7, 1, 5, 11, 0, 1, 0, 1), sampler, pixels)
    np.testing.assert_array_equal(out[:, :320], pixels[:, 5:325])
    np.testing.assert_array_equal(out[:, 325:], pixels[:, 320:-5])


def test_where_the_map_is_clear_only_alpha_displaces() -> None:
    pixels = columns()
    clear = Sampler((0, 0, 0, 0), (0, 0, 0, 0))
    np.testing.assert_array_equal(applied(MAP, effect("", 7, 1, 5, 11, 0, 1, 0, 1), clear, pixels), pixels)
    moved = applied(MAP, effect("", 7, 4, 5, 11, 0, 1, 0, 1), clear, pixels)
    np.testing.assert_array_equal(moved[:, 5:], pixels[:, :-5])


def test_edges_are_clear_or_wrapped() -> None:
    pixels = columns()
    white = Sampler((255, 255, 255, 255), (255, 255, 255, 255))
    out = applied(MAP, effect("", 7, 1, 5, 11, 0, 1, 0, 1), white, pixels)
    assert not out[:, 635:].any()
    out = applied(MAP, effect("", 7, 1, 5, 11, 0, 1, 1, 1), white, pixels)
    np.testing.assert_array_equal(out, np.roll(pixels, -5, axis=1))


def test_what_is_moved_out_of_the_box_shows_only_where_the_output_expands() -> None:
    pixels = np.zeros((SIZE[1], SIZE[0] + 20, 4), np.uint8)
    pixels[:, 10:-10] = 255
    black = Sampler((0, 0, 0, 255), (0, 0, 0, 255))
    expanded = applied(MAP, effect("", 7, 1, 5, 11, 0, 1, 0, 1), black, pixels, (-10, 0))
    cut = applied(MAP, effect("", 7, 1, 5, 11, 0, 1, 0, 0), black, pixels, (-10, 0))
    assert expanded[5, -10:-5].all()
    assert not cut[5, -10:].any()
    np.testing.assert_array_equal(cut[:, :-10], expanded[:, :-10])


def test_hue_lightness_and_saturation_displace_by_what_the_map_has_of_them() -> None:
    pixels = columns()
    for color, number, moved in (
        ((0, 255, 255, 255), 6, 0),  # hue of a half: the middle
        ((255, 0, 0, 255), 6, -5),
        ((255, 255, 255, 255), 7, 5),
        ((255, 0, 0, 255), 8, 5),
        ((90, 90, 90, 255), 8, -5),
    ):
        out = applied(MAP, effect("", 7, number, 5, 11, 0, 1, 1, 1), Sampler(color, color), pixels)
        np.testing.assert_array_equal(out, np.roll(pixels, -moved, axis=1))


def test_two_constant_channels_or_no_layer_do_nothing() -> None:
    sampler = Sampler((0, 0, 0, 255), (0, 0, 0, 255))
    for values in ((7, 9, 5, 10, 5, 1, 0, 1), (7, 1, 0, 2, 0, 1, 0, 1), (0, 1, 5, 2, 5, 1, 0, 1), (8, 1, 5, 2, 5)):
        assert MAP.evaluate(effect("", *values), sampler, IDENTITY) is None
    assert MATTE.evaluate(effect("", 0, 4, 0, 1, 1, 1), sampler, IDENTITY) is None


def test_regions_agree() -> None:
    sampler = Sampler((255, 90, 0, 255), (40, 0, 0, 120))
    entry = effect("", 7, 1, 9, 2, 7, 2, 0, 1)
    pixels = columns()
    whole = applied(MAP, entry, sampler, pixels)
    part = applied(MAP, entry, sampler, pixels[100:200, 250:400], (250, 100))
    np.testing.assert_array_equal(part[20:80, 20:130], whole[120:180, 270:380])


def test_set_matte_multiplies_inverts_and_replaces() -> None:
    pixels = np.full((SIZE[1], SIZE[0], 4), 200, np.uint8)
    sampler = Sampler((0, 0, 0, 255), (51, 51, 51, 51))
    out = applied(MATTE, effect("", 7, 4, 0, 1, 1, 1), sampler, pixels)
    assert out[0, 0].tolist() == [200] * 4
    assert out[0, -1].tolist() == [40] * 4
    out = applied(MATTE, effect("", 7, 4, 1, 1, 1, 1), sampler, pixels)
    assert not out[0, 0].any()
    assert out[0, -1].tolist() == [160] * 4
    out = applied(MATTE, effect("", 7, 4, 0, 1, 0, 1), sampler, pixels)
    assert out[0, 0].tolist() == [255] * 4
    out = applied(MATTE, effect("", 7, 5, 0, 1, 1, 0), sampler, pixels)
    assert not out[0, 0].any()
    assert out[0, -1].tolist() == [200] * 4


def test_channels() -> None:
    pixels = np.array([[[100, 50, 0, 200]]], np.uint8)
    wanted = {1: 0.5, 2: 0.25, 3: 0.0, 4: 200 / 255, 6: 1 / 12, 7: 0.25, 8: 1.0, 9: 1.0, 10: 0.5, 11: 0.0}
    for number, value in wanted.items():
        assert channel(pixels, number, True)[0, 0] == pytest.approx(value, abs=1e-5)
    assert channel(pixels, 5, True)[0, 0] == pytest.approx(0.5 * 0.2126 + 0.25 * 0.7152, abs=1e-5)
    assert channel(pixels, 1, False)[0, 0] == pytest.approx(100 / 255, abs=1e-5)


def test_layers_are_found_in_keyframes_too() -> None:
    prop: Property[Vector] = Property(
        (3.0,), (Keyframe(0.0, (3.0,)), Keyframe(9.0, (5.0,), hold=True), Keyframe(12.0, (0.0,)))
    )
    moving = Effect(
        type=5, name="", match_name="", parameters=(EffectParameter(name="", match_name="", type=10, value=prop),)
    )
    assert layer_numbers(moving, 0, 1) == (3, 5)


def document(layers: list[dict[str, Any]]) -> dict[str, Any]:
    return {"v": "5.7.0", "fr": 30, "ip": 0, "op": 60, "w": 40, "h": 20, "layers": layers}


def solid(number: int, color: str, **more: Any) -> dict[str, Any]:
    place = {k: {"a": 0, "k": v} for k, v in {"o": 100, "r": 0, "p": [0, 0], "a": [0, 0], "s": [100, 100]}.items()}
    return {"ty": 1, "ind": number, "sw": 40, "sh": 20, "sc": color, "ip": 0, "op": 60, "st": 0, "ks": place} | more


def matte_effect(number: int) -> list[dict[str, Any]]:
    values = {1: number, 2: 5, 3: 0, 4: 1, 5: 1, 6: 1}
    parameters = [{"ty": 0, "mn": f"ADBE Set Matte3-{k:04d}", "v": {"a": 0, "k": v}} for k, v in values.items()]
    return [{"ty": 28, "mn": "ADBE Set Matte3", "en": 1, "ef": parameters}]


def drawn(tmp_path: Path, layers: list[dict[str, Any]], frame: int = 0) -> Pixels:
    path = tmp_path / "data.json"
    path.write_text(json.dumps(document(layers)))
    return np.asarray(ve.render_still(ve.open_template(path), frame=frame))


def test_a_hidden_layer_serves_where_it_is_read(tmp_path: Path) -> None:
    layers = [solid(1, "#808080", hd=True, op=30), solid(2, "#ff0000", ef=matte_effect(1))]
    assert drawn(tmp_path, layers)[5, 5].tolist() == [255, 0, 0, 128]
    assert not drawn(tmp_path, layers, frame=30).any()  # the matte's layer is over


def test_a_layer_that_is_missing_leaves_the_picture_alone_and_is_reported(tmp_path: Path) -> None:
    layers = [solid(2, "#ff0000", ef=matte_effect(9))]
    assert drawn(tmp_path, layers)[5, 5].tolist() == [255, 0, 0, 255]
    findings = [found for found in ve.open_template(tmp_path / "data.json").findings if found.feature == "effect.layer"]
    assert [found.message for found in findings] == ["the effect 'ADBE Set Matte3' reads layer 9, which is missing"]


def test_a_layer_may_read_itself(tmp_path: Path) -> None:
    assert drawn(tmp_path, [solid(2, "#808080", ef=matte_effect(2))])[5, 5, 3] == 128

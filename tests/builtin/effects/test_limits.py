"""What of an effect's values is not drawn is told, by the effect and in the findings of a template."""

import json
from pathlib import Path

from effects_support import effect

import velocity_engine as ve
from velocity_engine.builtin.effects.adjust import PosterizeEffect
from velocity_engine.builtin.effects.channels import InvertEffect
from velocity_engine.builtin.effects.distort import BulgeEffect
from velocity_engine.builtin.effects.glow import GlowEffect
from velocity_engine.builtin.effects.hue import BlackAndWhiteEffect
from velocity_engine.builtin.effects.noise import FractalNoiseEffect
from velocity_engine.builtin.effects.ramp import RampEffect
from velocity_engine.model.properties import Keyframe, Property, Vector
from velocity_engine.plugin_types import TellsLimits


def test_effects_tell_what_they_leave_out() -> None:
    assert GlowEffect().limits(effect("", 2, 153, 10, 1, 2, 3, 3)) == ("its arbitrary map of colours",)
    assert BulgeEffect().limits(effect("", 50, 50, 0, 1, 20, 1, 1)) == ("its taper radius", "its pinning")
    assert RampEffect().limits(effect("", 0, 0, 0, 0, 1, 30)) == ("its scatter",)
    assert BlackAndWhiteEffect().limits(effect("", *[0] * 6, 1)) == ("its tint",)
    assert InvertEffect().limits(effect("", 5, 50)) == ("its channel",)
    assert FractalNoiseEffect().limits(effect("", *[0] * 30, 4)) == ("its blending mode",)


def test_values_that_are_drawn_or_missing_are_not_told() -> None:
    assert not GlowEffect().limits(effect("", 2, 153, 10, 1, 2, 3, 2))
    assert not BulgeEffect().limits(effect("", 50, 50, 0, 1, 0, 1, 0))
    for kind in (GlowEffect(), BulgeEffect(), RampEffect(), InvertEffect(), FractalNoiseEffect()):
        assert not kind.limits(effect(""))
    assert not isinstance(PosterizeEffect(), TellsLimits)


def test_keyframes_count() -> None:
    scatter: Property[Vector] = Property((0.0,), (Keyframe(0.0, (0.0,)), Keyframe(9.0, (20.0,))))
    assert RampEffect().limits(effect("", 0, 0, 0, 0, 1, scatter)) == ("its scatter",)


def test_the_findings_of_a_template_name_them(tmp_path: Path) -> None:
    values = [50, 50, [5, 5], 1, 20, 1, 0]
    bulge = {"ty": 5, "mn": "ADBE Bulge", "en": 1, "ef": [{"ty": 0, "v": {"a": 0, "k": value}} for value in values]}
    layer = {"ty": 1, "nm": "it", "sw": 9, "sh": 9, "sc": "#ff0000", "ip": 0, "op": 9, "ks": {}, "ef": [bulge]}
    path = tmp_path / "data.json"
    path.write_text(json.dumps({"v": "5.7.0", "fr": 25, "ip": 0, "op": 9, "w": 9, "h": 9, "layers": [layer]}))
    told = [(found.feature, found.message, found.place.layer) for found in ve.open_template(path).findings]
    assert told == [("effect.part", "of the effect 'ADBE Bulge', its taper radius is not drawn", "it")]

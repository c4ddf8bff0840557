"""The frames are the same to the last bit as when ``same_bytes.json`` was written, so that a refactoring that changes
a bit is told, however small the change looks.

``same_bytes.json`` holds SHA-256 digests of drawn frames (not of packets, which are the encoder's) by kind of
processor, for kernels are compiled for the processor at hand and may round otherwise elsewhere. On a kind that is not
in the file the test is skipped; ``tests/golden`` looks at the pictures there.

A change that is meant to draw something else renews the file, in the same commit and with its reason in the message:

    python tests/test_same_bytes.py

A refactoring, a move or an optimisation never does. A new kind of processor is added by the same command, run on a
commit whose digests are known to be right on another.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import velocity_engine as ve

HERE = Path(__file__).parent
STORED = HERE / "same_bytes.json"
DEMO = HERE.parent / "examples" / "demo.zip"
DEMO_FRAMES = (0, 12, 30, 75, 149)
DOCUMENTS = {
    "3d_orientation_rotation": 15,
    "blend_11": 0,
    "camera_two_node": 15,
    "dash_joins": 0,
    "effect_displacement": 0,
    "effect_fractal_noise_turbulent": 0,
    "effect_radial_zoom": 0,
    "gradient_radial": 0,
    "mask_feather_expand": 0,
    "matte_luma_color": 0,
    "merge_modes": 0,
    "repeater_nested": 0,
    "stroke_caps_joins": 0,
    "style_bevel_chisel": 0,
    "text_animator_many": 15,
}


def processor() -> str:
    from llvmlite import binding

    features = sorted(name for name, there in binding.get_host_cpu_features().items() if there)
    return f"{binding.get_host_cpu_name()} {hashlib.sha256(','.join(features).encode()).hexdigest()[:8]}"


def drawn() -> dict[str, str]:
    digests = {}
    for name, frame in DOCUMENTS.items():
        with ve.open_template(HERE / "golden" / "documents" / f"{name}.json") as template:
            digests[f"{name} {frame} rgba"] = hashlib.sha256(
                ve.render_still(template, frame=frame).tobytes()
            ).hexdigest()
    with ve.open_template(DEMO) as template:
        for frame in DEMO_FRAMES:
            picture = ve.render_still(template, frame=frame, size=(640, 360))
            digests[f"demo {frame} rgba"] = hashlib.sha256(picture.tobytes()).hexdigest()
        digests["demo 0..60 yuv"] = yuv_digest(template, 60)
    return digests


def yuv_digest(template: ve.Template, frames: int) -> str:
    """Of the planes of the first ``frames``, drawn one after the other as a render does: only what changed."""
    from velocity_engine.evaluate.evaluation_pass import fit_viewport
    from velocity_engine.evaluate.evaluator import Evaluator
    from velocity_engine.pipeline.draw import FrameDrawer, StageClock, Tally
    from velocity_engine.pipeline.frame_ring import YuvRing
    from velocity_engine.pipeline.prepared import BLACK
    from velocity_engine.pipeline.timeline_scene import TimelineScene
    from velocity_engine.plugin_types import Segment

    digest, width, height = hashlib.sha256(), 640, 360
    plan = template.plan()
    try:
        viewport = fit_viewport((template.width, template.height), width, height)
        scene = TimelineScene(Evaluator(plan), viewport, plan.document.background or BLACK, 0.0, 1.0)
        ring = YuvRing(width, height, 2)
        drawer = FrameDrawer(scene, ring, Tally(StageClock()), lambda: False)
        try:
            for shown in drawer.draw(Segment(number=0, first=0, last=frames)):
                if shown is None:
                    digest.update(b"held")
                    continue
                for plane, columns in zip(shown.planes(), (width, width // 2, width // 2), strict=True):
                    digest.update(plane[:, :columns].tobytes())
                ring.give_back(shown)
        finally:
            drawer.close()
    finally:
        plan.close()
    return digest.hexdigest()


def test_no_bit_differs() -> None:
    stored = json.loads(STORED.read_text("utf-8")).get(processor())
    if stored is None:
        pytest.skip(f"no digests for this kind of processor: {processor()}")
    found = drawn()
    assert sorted(found) == sorted(stored)
    assert [name for name in found if found[name] != stored[name]] == []


if __name__ == "__main__":
    known = json.loads(STORED.read_text("utf-8")) if STORED.exists() else {}
    STORED.write_text(json.dumps({**known, processor(): drawn()}, indent=1) + "\n", "utf-8")

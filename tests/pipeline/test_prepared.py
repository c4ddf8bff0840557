"""An order, ready to be drawn: its encoder is tuned for what the template shows."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import velocity_engine as ve
from velocity_engine.pipeline.prepared import prepare


@pytest.fixture
def film(tmp_path: Path) -> ve.Template:
    picture = tmp_path / "p.png"
    Image.new("RGB", (64, 36), "red").save(picture)
    layers: list[dict[str, Any]] = [{"ty": 2, "nm": "Photo", "ind": 1, "refId": "p", "ip": 0, "op": 10, "ks": {}}]
    assets = [{"id": "p", "w": 64, "h": 36, "u": "images/", "p": "p.png", "e": 0}]
    made = {"v": "5.7", "w": 64, "h": 36, "fr": 30, "ip": 0, "op": 10, "assets": assets, "layers": layers}
    with zipfile.ZipFile(tmp_path / "film.zip", "w") as package:
        package.writestr("data.json", json.dumps(made))
        package.write(picture, "images/p.png")
    return ve.open_template(tmp_path / "film.zip")


def tune_of(template: ve.Template, **more: Any) -> str | None:
    order = ve.RenderOrder(template=ve.FileReference.unread(template.location), output="v.mp4", **more)
    render = prepare(order, template)
    try:
        return render.video.config.tune
    finally:
        render.close()


def test_the_template_as_it_was_opened_decides_the_tune(film: ve.Template) -> None:
    with film:
        assert tune_of(film) == "film"
        hidden = [{"layer": "Photo", "visible": False}]
        assert tune_of(film, customizations=hidden) == "film"
        assert tune_of(film, encoder=ve.EncoderConfig(tune="animation")) == "animation"

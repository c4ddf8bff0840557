"""What a render would find, told before it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import velocity_engine as ve

PICTURE = (Path(__file__).parents[2] / "examples" / "replacement.jpg").read_bytes()


def still(value: Any) -> dict[str, Any]:
    return {"a": 0, "k": value}


def layer(name: str, kind: int, number: int, **more: Any) -> dict[str, Any]:
    transform = {"o": still(100), "r": still(0), "p": still([0, 0]), "a": still([0, 0]), "s": still([100, 100])}
    return {"nm": name, "ty": kind, "ind": number, "ip": 0, "op": 10, "st": 0, "ks": transform, **more}


def text_layer(name: str, number: int) -> dict[str, Any]:
    words = {"s": 20, "f": "Inter", "t": "Hello", "j": 0, "fc": [0, 0, 0]}
    return layer(
        name, 5, number, t={"d": {"k": [{"s": words, "t": 0}]}, "p": {}, "m": {"g": 1, "a": still([0, 0])}, "a": []}
    )


@pytest.fixture
def template(tmp_path: Path) -> Iterator[ve.Template]:
    images = [{"id": "gone", "u": "images/", "p": "gone.png", "w": 8, "h": 8}]
    inner = {"id": "inner", "layers": [text_layer("Words", 1), layer("Lost", 2, 2, refId="gone", hd=True)]}
    layers = [
        text_layer("Title", 1),
        layer("Box", 1, 2, sc="#ff0000", sw=32, sh=32),
        layer("Broken", 2, 3, refId="gone", hd=True),
        layer("One", 0, 4, refId="inner", w=64, h=64),
        layer("Two", 0, 5, refId="inner", w=64, h=64),
    ]
    document = {
        "v": "5.9.0",
        "fr": 30,
        "ip": 0,
        "op": 10,
        "w": 64,
        "h": 64,
        "assets": [*images, inner],
        "layers": layers,
    }
    (tmp_path / "data.json").write_text(json.dumps(document))
    with ve.open_template(tmp_path) as opened:
        yield opened


def uri(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def look(template: ve.Template, *entries: dict[str, Any]) -> tuple[list[tuple[str | None, str]], list[str]]:
    """(field, message) of each problem, and the features of the warnings."""
    found = template.preflight().look(list(entries), {})
    assert [str(one) for one in template.preflight().problems(list(entries), {})] == [str(p) for p in found.problems]
    return [(p.place.field, p.message) for p in found.problems], [warning.feature for warning in found.warnings]


def test_nothing_is_said_where_nothing_is_wrong(template: ve.Template) -> None:
    assert look(template) == ([], [])
    assert look(template, {"layer": "Title", "text": "Other"}, {"layer": "Box", "color": "#00ff00"}) == ([], [])
    assert look(template, {"layer": "Box", "image": {"data": uri(PICTURE)}}) == ([], [])


def test_what_a_render_would_fail_of_is_a_problem_of_the_entry_that_brings_it(template: ve.Template) -> None:
    [(field, message)], _ = look(template, {"layer": "Title", "text": "x"}, {"layer": "Box", "plugin": "nosuch"})
    assert (field, "'nosuch'" in message) == ("customizationMap[1].plugin", True)
    [(field, message)], _ = look(template, {"layer": "Box", "image": {"data": "data:image/png;base64,AAAA"}})
    assert (field, "picture" in message) == ("customizationMap[0].image", True)
    [(field, message)], _ = look(template, {"layer": "Broken", "visible": True})
    assert (field, "images/gone.png" in message) == ("customizationMap[0].visible", True)
    [(field, _message)], _ = look(template, {"layer": "One/Lost", "visible": True})
    assert field == "customizationMap[0].visible"
    assert look(template) == ([], []), "nothing of it stays"


def test_what_does_not_show_is_a_warning(template: ve.Template) -> None:
    assert look(template, {"layer": "Title", "text": "a\U00012345b"}) == ([], ["text.glyph_missing"])
    unknown = {"layer": "Title", "text": {"value": "Hello", "font": "Comic Sans"}}
    assert look(template, unknown) == ([], ["font.missing"])
    assert look(template, {"layer": "One/Words", "text": "\U00012345"}) == ([], ["text.glyph_missing"])
    assert look(template, unknown, {"layer": "Title", "visible": False}) == ([], [])
    [warning] = template.preflight().look([{"layer": "Title", "text": "\U00012345"}], {}).warnings
    assert "U+12345" in warning.message and warning.place.layer == "Title"


def test_many_entries_for_layers_that_are_not_there_are_not_all_told(template: ve.Template) -> None:
    found = template.preflight().problems([{"layer": f"Titel {n}", "text": "x"} for n in range(5000)], {})
    assert len(found) == 21
    assert found[0].place.field == "customizationMap[0].layer" and "4980 more" in found[-1].message


def test_a_render_finds_the_same(template: ve.Template, tmp_path: Path) -> None:
    entry = {"layer": "Broken", "visible": True}
    [(_field, message)], _ = look(template, entry)
    with pytest.raises(ve.CustomizationError) as failure:
        ve.render(template, tmp_path / "out.mp4", customizations=[entry])
    assert failure.value.message.startswith(message[:30])
    entry = {"layer": "Title", "text": "\U00012345"}
    result = ve.render(template, tmp_path / "out.mp4", customizations=[entry])
    assert [finding.feature for finding in result.findings] == look(template, entry)[1]

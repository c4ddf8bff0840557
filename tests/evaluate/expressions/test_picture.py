"""What expressions see of a document: each property once, under its name and the index that After Effects gives it."""

from __future__ import annotations

from typing import Any

import numpy as np

from velocity_engine.evaluate.expressions.picture import PictureMaker, with_expressions
from velocity_engine.model.document import Composition, Document
from velocity_engine.model.layers import Layer, Mask, MaskMode, NullContent, ShapeContent
from velocity_engine.model.properties import Bezier, Property, Vector, still
from velocity_engine.model.shapes import Group, PathShape
from velocity_engine.model.transform import Transform

CORNER: Property[Bezier] = Property(Bezier(np.zeros((1, 2)), np.zeros((1, 2)), np.zeros((1, 2)), False))


def picture_of(
    main: Composition, name: str = "Title", **compositions: Composition
) -> tuple[PictureMaker, dict[str, Any]]:
    document = Document(
        width=64, height=36, frame_rate=30.0, in_point=0, out_point=90, main=main, compositions=compositions, name=name
    )
    maker = PictureMaker(document, with_expressions(document))
    return maker, maker.picture()


def test_a_composition_without_a_name_has_that_of_the_document_or_its_own_key() -> None:
    _, picture = picture_of(Composition(id=""), c1=Composition(id="c1"), c2=Composition(id="c2", name="Intro"))
    assert {key: found["name"] for key, found in picture["comps"].items()} == {"": "Title", "c1": "c1", "c2": "Intro"}
    assert picture_of(Composition(id="", name="Main"))[1]["comps"][""]["name"] == "Main"


def test_an_expression_of_what_has_no_place_of_its_own_is_known_and_no_property_twice() -> None:
    turned: Property[Vector] = Property((0.0,), expression="time", name="rotation")
    soft: Property[Vector] = Property((1.0, 1.0), expression="[2, 2]", name="feather")
    masks = (Mask(mode=MaskMode.ADD, path=CORNER, feather=soft),)
    layer = Layer(content=NullContent(), name="A", transform=Transform(rotation=turned), masks=masks)
    maker, picture = picture_of(Composition(id="", layers=(layer,)))
    (found,) = picture["comps"][""]["layers"]
    assert [node["n"] for node in found["extra"]] == ["feather"]
    assert found["extra"][0]["x"] == "[2, 2]"
    assert maker.kept[maker.numbers[id(soft)]] is soft
    assert len({id(prop) for prop in maker.kept}) == len(maker.kept) == len(maker.owners)


def test_properties_have_the_indices_of_after_effects() -> None:
    group = Group(items=(PathShape(path=CORNER),))
    layer = Layer(content=ShapeContent(items=(group,)), transform=Transform(rotation=still(0)))
    _, picture = picture_of(Composition(id="", layers=(layer,)))
    (found,) = picture["comps"][""]["layers"]
    of_layer = {node["n"]: node["index"] for node in found["transform"]["c"]}
    assert {name: of_layer[name] for name in ("Anchor Point", "Position", "Scale", "Rotation", "Opacity")} == {
        "Anchor Point": 1, "Position": 2, "Scale": 6, "Rotation": 10, "Opacity": 11,
    }  # fmt: skip
    contents, transform = found["contents"]["c"][0]["c"]
    assert (contents["index"], transform["index"]) == (2, 3)
    assert {node["n"]: node["index"] for node in transform["c"]} == {
        "Anchor Point": 1, "Position": 2, "Scale": 3, "Skew": 4, "Skew Axis": 5, "Rotation": 6, "Opacity": 7,
    }  # fmt: skip
    (path,) = contents["c"][0]["c"]
    assert (path["n"], path["index"]) == ("Path", 2)

"""From documents to display lists: what is drawn, where, in which order, and what keeps its digest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from transforms_support import fixed, moving, transform

from velocity_engine.display import DisplayList, DrawCommand, FillSource, GroupSource, SolidPaint
from velocity_engine.evaluate import layer_matrices
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import MAX_NESTING, Evaluator
from velocity_engine.model.geometry import apply
from velocity_engine.model.layers import BlendMode, MaskMode
from velocity_engine.motion.transforms import transform_matrix
from velocity_engine.parse.document import parse_document
from velocity_engine.parse.graph import MAX_MATTES
from velocity_engine.plan.plan import Plan, make_plan

CLEAR = (0.0, 0.0, 0.0, 0.0)


def solid(name: str, color: str = "#ff0000", ks: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    layer = {"ty": 1, "nm": name, "sw": 10, "sh": 10, "sc": color, "ip": 0, "op": 60, "st": 0, "ks": ks or transform()}
    return layer | more


def precomp(**changes: Any) -> dict[str, Any]:
    """A layer that shows the composition "c" in the size of the document."""
    base = {"ty": 0, "nm": "pre", "refId": "c", "w": 100, "h": 50, "ip": 0, "op": 60, "st": 0, "ks": transform()}
    return base | changes


def plan_of(layers: list[dict[str, Any]], **more: Any) -> Plan:
    document = {"v": "5.7.0", "fr": 30, "ip": 0, "op": 60, "w": 100, "h": 50, "layers": layers, "assets": []} | more
    return make_plan(parse_document(json.dumps(document).encode(), file="data.json", package=None), None)


def shown(plan: Plan, frame: float = 0.0, size: tuple[int, int] = (100, 50)) -> DisplayList:
    return Evaluator(plan).display_list(frame, fit_viewport((100, 50), *size), CLEAR)


def at(entry: DrawCommand, x: float, y: float) -> tuple[float, float]:
    return apply(entry.matrix, x, y)


def names(display: DisplayList) -> list[str]:
    return [entry.label for entry in display.commands]


def test_the_first_layer_of_the_document_is_painted_last() -> None:
    assert names(shown(plan_of([solid("top"), solid("bottom")]))) == ["bottom", "top"]


def test_a_layer_shows_from_its_in_point_until_before_its_out_point() -> None:
    plan = plan_of([solid("s", ip=10, op=20)])
    assert [bool(shown(plan, frame).commands) for frame in (9.99, 10, 19.99, 20)] == [False, True, True, False]


def test_hidden_and_guide_layers_are_left_out() -> None:
    assert names(shown(plan_of([solid("a", hd=True), solid("b")]))) == ["b"]


def test_parents_move_their_children_but_do_not_fade_them() -> None:
    parent = {
        "ty": 3,
        "nm": "null",
        "ind": 1,
        "ip": 0,
        "op": 60,
        "st": 0,
        "ks": transform(p=fixed(30, 5, 0), s=fixed(200, 200, 100), o=fixed(0)),
    }
    (entry,) = shown(plan_of([parent, solid("child", ind=2, parent=1, ks=transform(p=fixed(1, 2, 0)))])).commands
    assert at(entry, 0, 0) == pytest.approx((32, 9))
    assert at(entry, 10, 0) == pytest.approx((52, 9))
    assert entry.opacity == 1.0


def test_the_composition_is_fitted_inside_another_shape_and_centred() -> None:
    display = shown(plan_of([solid("s")]), size=(100, 100))
    (entry,) = display.commands
    assert at(entry, 0, 0) == pytest.approx((0, 25))
    (clip,) = entry.clips
    assert apply(clip.matrix, clip.box[2], clip.box[3]) == pytest.approx((100, 75))


def test_a_picture_that_is_wider_than_the_composition_has_it_in_the_middle() -> None:
    (entry,) = shown(plan_of([solid("s")]), size=(200, 50)).commands
    assert at(entry, 0, 0) == pytest.approx((50, 0))
    assert at(entry, 10, 10) == pytest.approx((60, 10))


def test_a_precomp_runs_on_its_own_clock_and_clips_to_its_size() -> None:
    inner = solid("inner", ks=transform(p=moving((0, [0, 0, 0]), (10, [100, 0, 0]))))
    pre = precomp(w=20, h=20, st=5, sr=2, ks=transform(p=fixed(40, 10, 0)))
    plan = plan_of([pre], assets=[{"id": "c", "layers": [inner]}])
    (entry,) = shown(plan, 15).commands  # (15 - 5) / 2 = 5 frames in: half-way
    assert at(entry, 0, 0) == pytest.approx((90, 10))
    (clip,) = entry.clips
    assert apply(clip.matrix, 0, 0) == pytest.approx((40, 10))
    assert clip.box == (0, 0, 20, 20)


@pytest.mark.parametrize(
    ("size", "place", "clipped"),
    [
        ((100, 50), (0, 0), False),
        ((100, 50), (0, 10), True),  # its upper edge is seen
        ((100, 50), (0, -10), True),
        ((1, 50), (0, 0), True),
        ((100, 1), (0, 0), True),
        ((20, 0), (0, 0), False),  # without an area it has no edge
        ((0, 20), (0, 0), False),
    ],
)
def test_a_precomp_is_clipped_where_its_edge_is_seen(
    size: tuple[int, int], place: tuple[int, int], clipped: bool
) -> None:
    pre = precomp(w=size[0], h=size[1], ks=transform(p=fixed(*place, 0)))
    (entry,) = shown(plan_of([pre], assets=[{"id": "c", "layers": [solid("inner")]}])).commands
    assert [clip.box for clip in entry.clips] == ([(0.0, 0.0, *size)] if clipped else [])


def test_time_remap_is_in_seconds() -> None:
    inner = solid("inner", ks=transform(p=moving((0, [0, 0, 0]), (30, [30, 0, 0]))))
    pre = precomp(tm=fixed(0.5))
    (entry,) = shown(plan_of([pre], assets=[{"id": "c", "layers": [inner]}]), 3).commands
    assert at(entry, 0, 0) == pytest.approx((15, 0))


def test_opacity_acts_on_a_layer_as_a_whole() -> None:
    two = [solid("a"), solid("b")]
    pre = precomp(ks=transform(o=fixed(40)))
    (entry,) = shown(plan_of([pre], assets=[{"id": "c", "layers": two}])).commands
    assert isinstance(entry.source, GroupSource) and len(entry.source.commands) == 2
    assert entry.opacity == pytest.approx(0.4)
    (single,) = shown(plan_of([solid("a", ks=transform(o=fixed(40)))])).commands
    assert isinstance(single.source, FillSource) and single.opacity == pytest.approx(0.4)


def test_a_blend_mode_inside_a_precomp_stays_inside() -> None:
    pre = precomp()
    (entry,) = shown(plan_of([pre], assets=[{"id": "c", "layers": [solid("m", bm=1), solid("n")]}])).commands
    assert entry.blend is BlendMode.NORMAL and isinstance(entry.source, GroupSource)
    assert entry.source.commands[1].blend is BlendMode.MULTIPLY


@pytest.mark.parametrize("reference", [{}, {"tp": 7}])
def test_a_matte_is_the_layer_above_or_the_one_referred_to(reference: dict[str, Any]) -> None:
    matte = solid("matte", td=1, ind=7, ks=transform(p=fixed(5, 5, 0)))
    (entry,) = shown(plan_of([matte, solid("content", tt=1, **reference)])).commands
    assert entry.label == "content" and entry.matte is not None
    assert at(entry.matte.commands[0], 0, 0) == pytest.approx((5, 5))


def test_a_layer_whose_matte_is_out_of_sight_does_not_show_but_shows_where_it_is_inverted() -> None:
    matte = solid("matte", td=1, op=10)
    assert not shown(plan_of([matte, solid("content", tt=1)]), 20).commands
    assert len(shown(plan_of([matte, solid("content", tt=2)]), 20).commands) == 1


def test_masks_follow_the_layer_in_device_pixels() -> None:
    square = {"i": [[0, 0]] * 4, "o": [[0, 0]] * 4, "v": [[0, 0], [4, 0], [4, 4], [0, 4]], "c": True}
    mask = {"mode": "a", "inv": True, "pt": {"a": 0, "k": square}, "o": fixed(50), "x": fixed(2), "nm": "m"}
    layer = solid("s", ks=transform(p=fixed(10, 10, 0), s=fixed(200, 200, 100)), hasMask=True, masksProperties=[mask])
    (entry,) = shown(plan_of([layer])).commands
    (found,) = entry.masks
    assert found.path.bounds() == pytest.approx((10, 10, 18, 18))
    assert (found.mode, found.inverted, found.opacity) == (MaskMode.ADD, True, 0.5)
    assert found.expansion == pytest.approx(4)


def test_auto_orient_turns_a_layer_along_its_way() -> None:
    layer = solid("s", ao=1, ks=transform(p=moving((0, [0, 0, 0]), (10, [0, 50, 0]))))
    (entry,) = shown(plan_of([layer]), 5).commands
    assert at(entry, 10, 0) == pytest.approx((0, 35))


def test_frames_that_look_the_same_have_the_same_digest() -> None:
    plan = plan_of([solid("s", ks=transform(p=moving((0, [0, 0, 0]), (10, [5, 0, 0])))), solid("back")])
    evaluator, viewport = Evaluator(plan), fit_viewport((100, 50), 100, 50)
    lists = [evaluator.display_list(frame, viewport, CLEAR) for frame in (5, 10, 20, 59)]
    assert lists[0].digest != lists[1].digest == lists[2].digest == lists[3].digest
    assert lists[0].commands[0].digest == lists[1].commands[0].digest


def test_unknown_effects_and_layers_are_reported_not_hidden() -> None:
    effect = {"ty": 99, "nm": "Odd", "mn": "ADBE Unheard Of", "ef": [], "en": 1}
    plan = plan_of([solid("s", ef=[effect]), {"ty": 77, "nm": "odd", "ip": 0, "op": 60, "ks": transform()}])
    assert {finding.feature for finding in plan.findings} == {"effect.ADBE Unheard Of", "layer.77"}
    assert len(shown(plan).commands) == 1


def test_a_missing_picture_is_an_error_that_names_file_and_layer() -> None:
    layer = {"ty": 2, "nm": "Photo", "refId": "i", "ip": 0, "op": 60, "st": 0, "ks": transform()}
    plan = plan_of([layer], assets=[{"id": "i", "w": 5, "h": 5, "u": "images/", "p": "gone.png", "e": 0}])
    (finding,) = plan.findings
    assert (finding.feature, finding.severity, finding.place.layer) == ("asset.missing", "error", "Photo")
    assert "gone.png" in str(finding.place.file)


def photo(**more: Any) -> dict[str, Any]:
    return {"ty": 2, "nm": "Photo", "refId": "i", "ip": 0, "op": 60, "st": 0, "ks": transform()} | more


def test_what_no_frame_shows_needs_no_picture_and_no_effects() -> None:
    asset = {"id": "i", "w": 5, "h": 5, "u": "images/", "p": "gone.png", "e": 0}
    blur = {"ty": 29, "mn": "ADBE Gaussian Blur 2", "en": 1, "ef": [{"ty": 0, "v": fixed(5)}]}
    odd = {"ty": 99, "mn": "ADBE Unheard Of", "ef": [], "en": 1}
    slider = {"ty": 5, "mn": "ADBE Slider Control", "ef": [{"ty": 0, "v": fixed(3)}], "en": 1}
    unseen = [photo(hd=True, ef=[blur, odd]), photo(hd=True, ef=[slider], ind=1), photo(td=1)]
    hidden_precomp = precomp(hd=True, ef=[blur])
    child = solid("child", ks=transform(p=fixed(5, 0, 0)), parent=1)
    plan = plan_of([*unseen, child, hidden_precomp], assets=[asset, {"id": "c", "layers": [photo()]}])
    assert plan.findings == []
    assert names(shown(plan)) == ["child"]


def test_hidden_mattes_are_drawn_where_a_layer_needs_them() -> None:
    asset = {"id": "i", "w": 5, "h": 5, "u": "images/", "p": "gone.png", "e": 0}
    plan = plan_of([photo(hd=True, ind=1), solid("middle", hd=True, tt=1, ind=2), solid("s", tt=1)], assets=[asset])
    assert [finding.feature for finding in plan.findings] == ["asset.missing"]


def test_the_colour_of_a_solid_is_straight_rgba() -> None:
    (entry,) = shown(plan_of([solid("s", "#336699")])).commands
    assert isinstance(entry.source, FillSource) and isinstance(entry.source.paint, SolidPaint)
    assert entry.source.paint.color == pytest.approx((0.2, 0.4, 0.6, 1.0))


def test_what_a_precomp_fades_keeps_the_effects_of_its_layers() -> None:
    parameter = {"ty": 2, "nm": "Color", "mn": "ADBE Fill-0002", "v": fixed(0, 0, 1, 1)}
    effect = {"ty": 21, "nm": "Fill", "mn": "ADBE Fill", "en": 1, "ef": [parameter]}
    pre = precomp(ks=transform(o=fixed(40)))
    (entry,) = shown(plan_of([pre], assets=[{"id": "c", "layers": [solid("inner", ef=[effect])]}])).commands
    assert entry.opacity == pytest.approx(0.4) and not entry.effects
    assert isinstance(entry.source, GroupSource)
    assert [call.effect for call in entry.source.commands[0].effects] == ["fill"]


# --- layers in space ------------------------------------------------------------------------------------------------


def placed_in_space(name: str, z: float, **more: Any) -> dict[str, Any]:
    return solid(name, ddd=1, ks=transform(p=fixed(50, 25, z), rx=fixed(0), ry=fixed(0), rz=fixed(0)), **more)


def test_neighbours_in_space_are_painted_from_the_farthest_to_the_nearest() -> None:
    layers = [placed_in_space("far", 80), placed_in_space("near", -50), placed_in_space("middle", 10)]
    assert names(shown(plan_of(layers, ddd=1))) == ["far", "middle", "near"]
    assert names(shown(plan_of(layers))) == ["middle", "near", "far"]  # no camera, no depth


def test_flat_layers_part_runs_of_neighbours_in_space() -> None:
    run = [placed_in_space("a", 10), placed_in_space("b", -10)]
    other = [placed_in_space("c", 90), placed_in_space("d", 50)]
    layers = [*run, solid("flat"), *other, solid("ended", op=-1)]
    assert names(shown(plan_of(layers, ddd=1))) == ["c", "d", "flat", "a", "b"]


def test_a_flat_layer_that_does_not_show_parts_nothing() -> None:
    layers = [placed_in_space("far", 20), solid("later", ip=30), solid("off", hd=True), placed_in_space("near", 0)]
    assert names(shown(plan_of(layers, ddd=1))) == ["far", "near"]


def test_layers_of_one_depth_keep_their_order() -> None:
    layers = [placed_in_space(name, 30) for name in "abcd"]
    assert names(shown(plan_of(layers, ddd=1))) == ["d", "c", "b", "a"]


def test_depth_is_seen_from_the_camera_and_with_parents() -> None:
    camera = {"ty": 13, "nm": "cam", "ip": 0, "op": 60, "pe": fixed(100)}
    camera["ks"] = transform(p=fixed(50, 25, 200), a=fixed(50, 25, 0))  # behind, looking towards the viewer
    parent = placed_in_space("parent", 100, ind=9, hd=True)
    layers = [camera, parent, placed_in_space("own", 60), placed_in_space("child", 0, parent=9)]
    assert names(shown(plan_of(layers, ddd=1))) == ["own", "child"]


def test_a_camera_sees_while_it_lasts() -> None:
    camera = {"ty": 13, "nm": "cam", "ip": 10, "op": 20, "pe": fixed(100)}
    camera["ks"] = transform(p=fixed(50, 25, 200), a=fixed(50, 25, 0))  # from behind
    plan = plan_of([camera, placed_in_space("far", 80), placed_in_space("near", -50)], ddd=1)
    ahead, behind = ["far", "near"], ["near", "far"]
    assert [names(shown(plan, frame)) for frame in (9, 10, 19, 20)] == [ahead, behind, behind, ahead]


@pytest.mark.parametrize(("size", "middle"), [((40, 20), (20, 10)), ((0, 0), (50, 25))])
def test_a_precomp_in_space_is_seen_from_before_its_own_middle(size: tuple[int, int], middle: tuple[int, int]) -> None:
    far = placed_in_space("far", 200)
    far["ks"]["p"] = fixed(*middle, 200)
    asset = {"id": "c", "ddd": 1, "layers": [far]}
    (entry,) = shown(plan_of([precomp(w=size[0], h=size[1])], assets=[asset])).commands
    assert at(entry, 0, 0) == pytest.approx(middle)
    assert at(entry, 10, 0)[0] < middle[0] + 10


# --- depth ----------------------------------------------------------------------------------------------------------


def test_a_chain_of_parents_of_any_length_costs_one_matrix_a_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 3000
    step = transform(p=moving((0, [0, 0, 0]), (10, [1, 0, 0])))
    layers = [solid(f"{n}", ind=n, ks=step) | ({"parent": n - 1} if n else {}) for n in range(count)]
    plan = plan_of(layers)
    made: list[Any] = []

    def counted(*given: Any) -> Any:
        made.append(given)
        return transform_matrix(*given)

    monkeypatch.setattr(layer_matrices, "transform_matrix", counted)
    display = shown(plan, 10)
    assert at(display.commands[0], 0, 0) == pytest.approx((count, 0))
    assert len(made) <= 2 * count


def test_a_parent_in_space_carries_a_long_chain() -> None:
    turned = solid("0", ind=0, ddd=1, ks=transform(ry=fixed(60), rx=fixed(0), rz=fixed(0)))
    layers = [turned, *(solid(f"{n}", ind=n, parent=n - 1, ks=transform(p=fixed(1, 0, 0))) for n in range(1, 500))]
    entry = shown(plan_of(layers)).commands[0]
    assert at(entry, 0, 0)[0] == pytest.approx(499 * 0.5)


def blurred(layer: dict[str, Any]) -> dict[str, Any]:
    effect = {"ty": 29, "mn": "ADBE Gaussian Blur 2", "en": 1, "ef": [{"ty": 0, "v": fixed(5)}] * 3}
    square = {"i": [[0, 0]] * 4, "o": [[0, 0]] * 4, "v": [[0, 0], [9, 0], [9, 9], [0, 9]], "c": True}
    mask = {"mode": "a", "pt": {"a": 0, "k": square}, "o": fixed(100)}
    return layer | {"ef": [effect], "hasMask": True, "masksProperties": [mask]}


def test_mattes_within_precomps_without_end_are_left_out_and_reported() -> None:
    assets = []
    for level in range(50):
        inner = blurred(precomp(nm="in", refId=str(level + 1), ind=4, tt=1, bm=1))
        mattes = [blurred(solid(f"{n}", ind=n, td=1) | ({"tt": 1} if n > 1 else {})) for n in (1, 2, 3)]
        assets.append({"id": str(level), "layers": [*mattes, inner]})
    assets.append({"id": "50", "layers": [solid("last")]})
    plan = plan_of([solid("beside"), precomp(refId="0")], assets=assets)
    display = shown(plan)
    assert all(entry.nesting <= MAX_NESTING for entry in display.commands)
    assert "beside" in names(display)
    deep = [finding for finding in plan.findings if finding.feature == "layer.depth"]
    assert deep and all(finding.place.layer and finding.place.pointer for finding in deep)


def test_the_longest_chain_of_mattes_is_drawn() -> None:
    layers = [solid(f"{n}", td=int(n < MAX_MATTES)) | ({"tt": 1} if n > 1 else {}) for n in range(1, MAX_MATTES + 1)]
    plan = plan_of(layers)
    (entry,) = shown(plan).commands
    assert entry.nesting == MAX_MATTES - 1
    assert plan.findings == []


def test_a_matte_of_several_layers_is_drawn_once() -> None:
    matte = solid("matte", td=1, ind=7, ks=transform(p=moving((0, [0, 0, 0]), (10, [50, 0, 0]))))
    layers = [matte, *(solid(f"s{n}", tt=1, tp=7) for n in range(3))]
    first, *others = (entry.matte for entry in shown(plan_of(layers), 5).commands)
    assert first is not None and len(others) == 2
    assert all(other is not None and other.commands is first.commands for other in others)
    assert at(first.commands[0], 0, 0) == pytest.approx((25, 0))


def test_layer_styles_act_after_the_transform_of_every_layer() -> None:
    """As Adobe's manual orders them: masks, effects, transformations, layer styles. Skottie agrees."""
    shadow = {"ty": 1, "c": fixed(0, 0, 0, 1), "o": fixed(75), "a": fixed(120), "s": fixed(5), "d": fixed(8)}
    turned = transform(r=fixed(90), s=fixed(200, 200, 100))
    (straight,) = shown(plan_of([solid("s", sy=[shadow])]), size=(200, 100)).commands
    (rotated,) = shown(plan_of([solid("s", ks=turned, sy=[shadow])]), size=(200, 100)).commands
    assert straight.effects[0].matrix == rotated.effects[0].matrix


def test_the_feather_of_a_mask_turns_with_its_layer() -> None:
    corners = {"i": [[0, 0]] * 3, "o": [[0, 0]] * 3, "v": [[0, 0], [8, 0], [0, 8]], "c": True}
    mask = {"mode": "a", "pt": {"a": 0, "k": corners}, "o": fixed(100), "f": fixed(30, 4)}
    turned = transform(r=fixed(90), s=fixed(200, 200, 100))
    (upright,) = shown(plan_of([solid("s", masksProperties=[mask], hasMask=True)])).commands
    (lying,) = shown(plan_of([solid("s", ks=turned, masksProperties=[mask], hasMask=True)])).commands
    assert upright.masks[0].feather == pytest.approx((30, 4))
    assert lying.masks[0].feather == pytest.approx((8, 60))

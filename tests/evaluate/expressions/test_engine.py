"""Expressions against values that After Effects' documentation of each function gives."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from velocity_engine.errors import RenderFailed
from velocity_engine.evaluate.expressions import expression_engine
from velocity_engine.model.document import Composition, Document, Marker
from velocity_engine.model.layers import Effect, EffectParameter, Layer, NullContent, ShapeContent
from velocity_engine.model.properties import Bezier, Ease, Keyframe, Property, Vector, still
from velocity_engine.model.shapes import Dash, Ellipse, Group, Rectangle, Stroke
from velocity_engine.model.transform import Transform
from velocity_engine.motion.keyframes import Curves

LINEAR = (Ease((0.0,), (0.0,)), Ease((1.0,), (1.0,)))


def keyed(*pairs: tuple[float, Any], expression: str | None = None) -> Property[Any]:
    keys = tuple(Keyframe(t, v if isinstance(v, tuple) else (v,), out=LINEAR[0], into=LINEAR[1]) for t, v in pairs)
    return Property(keys[0].value, keys, expression=expression)


def slider(name: str, value: float) -> Effect:
    parameter = EffectParameter(name="Slider", match_name="ADBE Slider Control-0001", type=0, value=still(value))
    return Effect(type=5, name=name, match_name="ADBE Slider Control", parameters=(parameter,))


def layer_control(name: str, index: float) -> Effect:
    parameter = EffectParameter(name="Layer", match_name="ADBE Layer Control-0001", type=10, value=still(index))
    return Effect(type=5, name=name, match_name="ADBE Layer Control", parameters=(parameter,))


def run(
    source: str, value: Any = (7.0,), frame: float = 30.0, prop: Property[Any] | None = None
) -> tuple[Any, list[Any]]:
    """The rotation of layer "A" under ``source``, at 30 frames a second, in a small composition."""
    prop = replace(prop, expression=source) if prop is not None else Property(value, expression=source, name="rotation")
    group = Group(name="Group 1", items=(Ellipse(name="Ellipse Path 1", position=still(0, 0), size=still(80, 40)),))
    a = Layer(
        content=ShapeContent(items=(group, Rectangle(name="Rect", position=still(0, 0), size=still(10, 20)))),
        name="A", index=1, parent=2, out_point=90, transform=Transform(rotation=prop, position=still(10, 0, 0)),
        effects=(slider("Speed", 4.0), layer_control("Target", 2), layer_control("Nothing", 0)),
    )  # fmt: skip
    b = Layer(
        content=NullContent(), name="B", index=2, out_point=90,
        transform=Transform(position=keyed((0, (0.0, 0.0, 0.0)), (60, (60.0, 120.0, 0.0))), scale=still(200, 200, 100)),
    )  # fmt: skip
    document = Document(
        width=640, height=360, frame_rate=30.0, in_point=0, out_point=90,
        main=Composition(id="", layers=(a, b), name="Main"),
        markers=(Marker(name="beat", time=15, duration=3),),
    )  # fmt: skip
    return asked(prop, document, frame)


def asked(prop: Property[Any], document: Document, frame: float = 30.0) -> tuple[Any, list[Any]]:
    """What an expression of the document's first layer gives."""
    findings: list[Any] = []
    plan: Any = SimpleNamespace(document=document, curves=Curves(), compositions={}, report=findings.append)
    engine = expression_engine(plan)
    assert engine is not None
    planned: Any = SimpleNamespace(path="A", layer=document.main.layers[0])
    return engine.evaluate(prop, planned, frame, plan.curves.value(prop, frame)), findings


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("var $bm_rt; $bm_rt = time * 2;", 2.0),
        ("value + 1", 8.0),
        ("var $bm_rt; $bm_rt = effect('Speed')('Slider');", 4.0),
        ("var $bm_rt; $bm_rt = mul(effect('Speed')('ADBE Slider Control-0001'), 3);", 12.0),
        ("thisComp.layer('B').transform.scale[0]", 200.0),
        ("thisComp.layer('B').transform.position[1]", 60.0),
        ("thisComp.layer(2).position.valueAtTime(2)[1]", 120.0),
        ("linear(time, 0, 2, 10, 20)", 15.0),
        ("ease(time, 0, 2, 10, 20)", 15.0),
        ("clamp(150, 0, 100)", 100.0),
        ("length([0, 0], [3, 4])", 5.0),
        ("content('Group 1').content('Ellipse Path 1').size[0]", 80.0),
        ("thisLayer(2)('Rect')(2)[1]", 20.0),
        ("thisComp.layer('B').transform(6)[0]", 200.0),
        ("transform(10).value", 7.0),
        ("thisComp.name === 'Main' ? 1 : 0", 1.0),
        ("thisLayer.hasParent ? parent.index : 0", 2.0),
        ("toComp([0, 0])[0]", 30.0 + 20.0),
        ("thisComp.marker.key('beat').time", 0.5),
        ("if (time > 0.5) { 3 } else { 4 }", 3.0),
        ("thisComp.width", 640.0),
        ("createPath([[0, 0], [10, 0], [10, 30]], [], [], false).pointOnPath(0.75)[1]", 20.0),
        ("createPath([[0, 0], [10, 0], [10, 30]], [], [], false).tangentOnPath(0.1)[0]", 1.0),
        ("createPath([[0, 0], [10, 0], [10, 30]], [], [], false).normalOnPath(0.9)[0]", -1.0),
        ("createPath([[0, 0], [20, 0]], [], [], false).pointOnPath()[0]", 10.0),
        ("createPath([[0, 0], [20, 0]], [], [], false).points()[1][0]", 20.0),
        ("effect('Target')('ADBE Layer Control-0001').index", 2.0),
        ("effect('Nothing')('Layer') === null ? 1 : 0", 1.0),
        ("fromCompToSurface(toComp([3, 4]))[1]", 4.0),
        ("timeToFrames(time)", 30.0),
        ("posterizeTime(1); time", 1.0),
        ("Math.sin(degreesToRadians(90))", 1.0),
        ("var f = function(x) { return x * 2; }; f(21)", 42.0),
        ("var $bm_rt; var s = 'thisLayer'; $bm_rt = eval(s).index;", 1.0),
    ],
)
def test_an_expression_gives_its_value(source: str, expected: float) -> None:
    result, findings = run(source)
    assert not findings, findings
    assert result == pytest.approx((expected,))


@pytest.mark.parametrize(
    ("source", "frame", "expected"),
    [
        ("loopOut('cycle')", 75.0, 50.0),
        ("loopOut('pingpong')", 45.0, 50.0),
        ("loopOut('offset')", 45.0, 150.0),
        ("loopOut('continue')", 45.0, 150.0),
        ("loopOut()", 15.0, 50.0),
        ("key(2).value", 0.0, 100.0),
        ("key(2).time * 30", 0.0, 30.0),
        ("numKeys", 0.0, 2.0),
        ("nearestKey(time).index", 25.0, 2.0),
        ("velocityAtTime(0.5)", 0.0, 100.0),
    ],
)
def test_keyframes_can_be_asked_and_looped(source: str, frame: float, expected: float) -> None:
    result, findings = run(source, prop=keyed((0, 0.0), (30, 100.0)), frame=frame)
    assert not findings, findings
    assert result[0] == pytest.approx(expected, abs=1e-3)


def test_wiggle_and_random_are_bounded_and_the_same_each_time() -> None:
    first, _ = run("wiggle(3, 10)", frame=17.0)
    again, _ = run("wiggle(3, 10)", frame=17.0)
    other, _ = run("wiggle(3, 10)", frame=40.0)
    assert first == again != other
    assert abs(first[0] - 7.0) <= 10.0
    drawn, _ = run("seedRandom(5, true); random(2, 3)")
    assert 2.0 <= drawn[0] <= 3.0


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("while (true) {}", "takes too long"),
        ("var a = []; while (true) a.push(new Array(100000).fill(1))", ""),
        ("function f() { return f() + 1; } f()", "call stack"),
        ("nothing.at.all", "nothing"),
        ("thisComp.layer('Missing').position", "Missing"),
        ("'not a number'", "number"),
        ("syntax error here", ""),
        ("0 / 0", "finite"),
        ("require('fs')", "require"),
    ],
)
def test_a_failing_expression_is_switched_off_with_a_finding(source: str, reason: str) -> None:
    result, findings = run(source)
    assert result == (7.0,)
    assert len(findings) == 1 and findings[0].feature == "expression.failed"
    assert reason in findings[0].message
    assert findings[0].place.layer == "A"


def test_a_vector_keeps_the_dimensions_that_the_expression_leaves_out() -> None:
    result, findings = run("[1, 2]", value=(0.0, 0.0, 5.0))
    assert not findings and result == (1.0, 2.0, 5.0)
    assert math.isfinite(result[0])


def test_a_path_may_be_written_as_the_players_keep_it() -> None:
    """With tangents that are points, as lottie-web's own paths have them."""
    own = Bezier(np.zeros((1, 2)), np.zeros((1, 2)), np.zeros((1, 2)), False)
    source = "var $bm_rt = {v: [[1, 2], [30, 40]], i: [[1, 2], [25, 36]], o: [[6, 9], [30, 40]], c: true};"
    result, findings = run(source, value=own)
    assert not findings, findings
    assert result.vertices.tolist() == [[1, 2], [30, 40]]
    assert result.ins.tolist() == [[0, 0], [-5, -4]]
    assert result.outs.tolist() == [[5, 7], [0, 0]]
    assert result.closed


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("thisProperty.propertyGroup(1).numProperties", 3.0),
        ("thisProperty.propertyGroup(2).name === 'Line' ? 1 : 0", 1.0),
        ("thisProperty.propertyGroup(3).numProperties", 1.0),
        ("thisProperty.propertyGroup(1)('Dash') + thisProperty.propertyGroup(1)('Gap')", 11.0),
    ],
)
def test_the_offset_of_dashes_stands_in_the_groups_of_its_stroke(source: str, expected: float) -> None:
    offset: Property[Vector] = Property((1.0,), expression=source, name="offset")
    dashes = (Dash(kind="d", length=still(8)), Dash(kind="g", length=still(3)), Dash(kind="o", length=offset))
    stroke = Stroke(name="Line", paint=still(0, 0, 0), width=still(2), dashes=dashes)
    layer = Layer(content=ShapeContent(items=(Group(name="G", items=(stroke,)),)), name="A", index=1, out_point=90)
    main = Composition(id="", layers=(layer,))
    document = Document(width=64, height=36, frame_rate=30.0, in_point=0, out_point=90, main=main)
    result, findings = asked(offset, document)
    assert not findings, findings
    assert result == pytest.approx((expected,))


def test_a_path_keeps_its_points_and_both_kinds_of_tangents_apart() -> None:
    own = Bezier(np.zeros((1, 2)), np.zeros((1, 2)), np.zeros((1, 2)), False)
    result, findings = run("createPath([[1, 2], [3, 4]], [[5, 6], [7, 8]], [[9, 10], [11, 12]], true)", value=own)
    assert not findings
    assert result.vertices.tolist() == [[1, 2], [3, 4]]
    assert result.ins.tolist() == [[5, 6], [7, 8]]
    assert result.outs.tolist() == [[9, 10], [11, 12]]
    assert result.closed is True


def test_groups_as_deep_as_the_parser_lets_them_through_leave_expressions_alone() -> None:
    prop: Property[Vector] = Property((0.0,), expression="time", name="rotation")
    item: Any = Rectangle(name="Rect", position=still(0, 0), size=still(10, 20))
    for _ in range(100):
        item = Group(items=(item,))
    layer = Layer(content=ShapeContent(items=(item,)), transform=Transform(rotation=prop))
    document = Document(
        width=64, height=36, frame_rate=30.0, in_point=0, out_point=90, main=Composition(id="", layers=(layer,))
    )
    findings: list[Any] = []
    plan: Any = SimpleNamespace(document=document, curves=Curves(), compositions={}, report=findings.append)
    engine = expression_engine(plan)
    assert engine is not None
    assert engine.evaluate(prop, None, 30.0, (0.0,)) == (1.0,)
    assert findings == []


ENDLESS = "var $bm_rt; while (true) {}"


def many(source: str, count: int) -> tuple[Any, list[Property[Any]], list[Any]]:
    """The engine of a document with ``count`` layers whose opacity has the expression; the properties; the findings."""
    props: list[Property[Vector]] = [
        Property((50.0,), expression=source.replace("NUMBER", str(n)), name="opacity") for n in range(count)
    ]
    layers = tuple(
        Layer(content=NullContent(), name=f"L{n}", index=n, out_point=90, transform=Transform(opacity=prop))
        for n, prop in enumerate(props)
    )
    document = Document(
        width=64, height=64, frame_rate=30.0, in_point=0, out_point=90, main=Composition(id="", layers=layers, name="M")
    )
    findings: list[Any] = []
    main = SimpleNamespace(layers=[SimpleNamespace(path=layer.name, layer=layer) for layer in layers])
    plan: Any = SimpleNamespace(
        document=document, curves=Curves(), compositions={"": main}, report=findings.append, main=main
    )
    return expression_engine(plan), props, findings


def test_of_many_endless_expressions_a_few_are_tried_and_all_are_off() -> None:
    engine, props, findings = many(ENDLESS, 300)
    started = time.process_time()
    engine.begin_frame()
    assert [engine.evaluate(prop, None, 0.0, (50.0,)) for prop in props] == [(50.0,)] * 300
    assert time.process_time() - started < 5.0  # each of the 300 would take 0.05 s at least
    assert len(findings) == 300
    assert sum("takes too long" in finding.message for finding in findings) == 3


def test_an_expression_that_fails_at_first_is_not_switched_off_by_the_trial() -> None:
    engine, props, findings = many("time > 0.5 ? 20 : nothing.at.all", 1)
    engine.begin_frame()
    assert engine.evaluate(props[0], None, 30.0, (50.0,)) == (20.0,)
    assert not findings


def test_expressions_that_take_too_long_together_end_the_frame() -> None:
    engine, props, _ = many("var s = 0; for (var i = 0; i < 100000; i++) s += i; s * 0 + NUMBER", 400)

    def frames() -> None:
        for frame in range(20):
            engine.begin_frame()
            for prop in props:
                engine.evaluate(prop, None, float(frame), (50.0,))

    with pytest.raises(RenderFailed, match="processor time"):
        frames()


@pytest.mark.parametrize(
    "source",
    [
        "new Array(1<<28).join('abc').length",
        "[].join.call({length: 2**53 - 1}).length",
        "[].fill.call({get length() { return 2**53 - 1 }}, 7).length",
        "(function () { var a = []; a.length = 4294967295; return a.flat().length })()",
        "'x'.repeat(2**29).length",
        "'x'.padStart(2**30).length",
        "(function () { String.prototype.repeat = null; return 'x'.repeat(2**29).length })()",
        "(function () { delete Array.prototype.join; return new Array(1<<28).join('abc').length })()",
        "('a' + '\\u0301\\u0316'.repeat(90000)).normalize('NFD').length",
        "(function () { var s = 'x'.repeat(2e5); return s.indexOf('x'.repeat(1e5) + 'y') })()",
        "3n ** 4000000n",
        "Function('return 3n')()",
        "(function () {}).constructor('return 3n')()",
        "new RegExp('a'.repeat(20000))",
        "(function () { throw {toString: function () { for (;;); }} })()",
        "/^(a+)+$/.test('a'.repeat(40) + 'b')",
        "JSON.stringify(new Array(4294967295))",
        "[...(function* () { for (;;) yield 1 })()]",
        "1" + "+1" * 100_000,
        "(function () { var o = {}; for (var i = 0; i < 1e4; i++) o['k' + i] = i; for (;;) ({...o}) })()",
        "(function () { var a = new Array(1e5).fill(1); for (;;) try { [...a, ...a] } catch (e) {} })()",
    ],
)  # fmt: skip
def test_natively_long_calls_are_refused_or_interrupted(source: str) -> None:
    started = time.process_time()
    result, findings = run(source)
    assert time.process_time() - started < 5.0
    assert result == (7.0,)
    assert [finding.feature for finding in findings] == ["expression.failed"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[1, 2].concat(3, [4, [5]]).length", 5.0),
        ("[1, [2, [3, [4]]]].flat(2).length", 4.0),
        ("[1, 2].flatMap(function (v) { return [v, v]; }).length", 4.0),
        ("[3, 1, 2].sort().reverse().join('') * 1", 321.0),
        ("(function () { return [].slice.call(arguments, 1).length; })(1, 2, 3)", 2.0),
        ("'a-b-c'.split('-').length", 3.0),
        ("'a1b2'.replace(/[a-z]/g, '').length", 2.0),
        ("'12px'.match(/(\\d+)px/)[1] * 2", 24.0),
        ("new RegExp('b', 'g').test('abc') ? 1 : 0", 1.0),
        ("/a/ instanceof RegExp && /a/.constructor === RegExp ? 1 : 0", 1.0),
        ("'5'.padStart(3, '0').length", 3.0),
        ("'ab'.repeat(3).indexOf('ba')", 1.0),
        ("new Function('a', 'return a + 1')(2)", 3.0),
        ("Object.keys({a: 1, b: 2}).length", 2.0),
        ("JSON.parse(JSON.stringify({a: [4]})).a[0]", 4.0),
        ("Array.from({length: 3}, function (_, i) { return i; })[2]", 2.0),
        ("new Array(1000).fill(2).reduce(function (a, b) { return a + b; })", 2000.0),
    ],
)
def test_the_interpreters_own_functions_do_what_they_always_do(source: str, expected: float) -> None:
    result, findings = run(source)
    assert not findings, findings
    assert result == pytest.approx((expected,))


def test_what_expressions_keep_is_given_more_room_until_it_is_too_much() -> None:
    more = "k.length ? k[0].slice() : new Array(100000).fill(1)"
    source = f"(function () {{ var k = globalThis.k = globalThis.k || []; k.push({more}); return 1 }})()"
    engine, props, findings = many(source + " + NUMBER", 90)
    values = [engine.evaluate(prop, None, 0.0, (50.0,)) for prop in props]
    assert values[:20] == [(1.0 + n,) for n in range(20)]  # 32 MB: more than one expression may take at a time
    assert findings and "out of memory" in findings[0].message  # 144 MB


def test_the_error_that_ends_a_call_is_made_although_its_memory_was_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without memory an interruption cannot be told from an error of the expression, which goes on with ``finally``."""
    monkeypatch.setattr("velocity_engine.evaluate.expressions.watch.GRACE_SECONDS", -0.45)
    _, findings = run("(function f(n) { try { return f(n + 1) } finally { f(n + 1) } })(0)")
    assert [finding.feature for finding in findings] == ["expression.failed"]
    assert "takes too long" in findings[0].message


def test_a_document_of_too_many_expressions_has_none_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("velocity_engine.evaluate.expressions.engine.MAX_EXPRESSIONS", 4)
    engine, _, findings = many("NUMBER", 4)
    assert engine is not None
    assert findings == []
    engine, _, findings = many("NUMBER", 5)
    assert engine is None
    assert [finding.message for finding in findings] == ["the document has 5 expressions, and 4 at most are evaluated"]

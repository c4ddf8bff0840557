# ruff: noqa: E501
"""More documents made to cost without end: each feature of a frame times a large number, a depth, or a size."""

from __future__ import annotations

from typing import Any

from hostile_documents import (
    EXPENSIVE,
    Made,
    document,
    effect,
    ellipse,
    expensive,
    expressed,
    fill,
    group,
    layer,
    path,
    rectangle,
    repeater,
    shapes,
    solid,
    still,
    stroke,
    text,
    trim,
    zigzag,
)

HUGE = {"w": 4096, "h": 4096}


def large(number: int = 1, side: float = 4096, opacity: float = 100, **fields: Any) -> Made:
    made = solid(number, sw=side, sh=side, **fields)
    made["ks"]["o"] = still(opacity)
    return made


def nested(depth: int, width: int, last: list[Made], size: Made, **fields: Any) -> list[Made]:
    """The assets c0, c1, ... each of so many of the next."""
    inner = [
        {"id": f"c{n}", "layers": [layer(0, k + 1, refId=f"c{n + 1}", **size, **fields) for k in range(width)]}
        for n in range(depth)
    ]
    return [*inner, {"id": f"c{depth}", "layers": last}]


def masked(count: int, side: float = 4096, **fields: Any) -> Made:
    star = {"v": [[0, 0], [side, side / 3], [0, side]], "i": [[0, 0]] * 3, "o": [[0, 0]] * 3, "c": True}
    one = {"mode": "a", "pt": still(star), "o": still(90), "x": still(0), "f": still([0, 0]), **fields}
    return {"hasMask": True, "masksProperties": [one] * count}


def gradient(kind: int, **fields: Any) -> Made:
    return {
        "ty": "gf",
        "o": still(50),
        "r": 1,
        "t": kind,
        "s": still([0, 0]),
        "e": still([4096, 4096]),
        "g": {"p": 2, "k": still([0, 1, 0, 0, 1, 0, 0, 1])},
        **fields,
    }


# --- a frame's pixels -----------------------------------------------------------------------------------------------


@expensive("40 precomps in each other, blended, at 4096 pixels")
def _blended_depth() -> Made:
    return document([layer(0, refId="c0", **HUGE)], assets=nested(40, 1, [large()], HUGE, bm=1), **HUGE)


@expensive("60 precomps in each other, half clear, of two layers that overlap")
def _opacity_depth() -> Made:
    assets = nested(60, 1, [large(1, opacity=50), large(2, opacity=50)], HUGE)
    for asset in assets[:-1]:
        asset["layers"][0]["ks"]["o"] = still(99)
        asset["layers"].append(large(2, opacity=40))
    return document([layer(0, refId="c0", **HUGE)], assets=assets, **HUGE)


@expensive("a matte in a matte, 60 deep, in precomps of 4096 pixels")
def _matte_depth() -> Made:
    assets = [
        {"id": f"c{n}", "layers": [layer(0, 1, refId=f"c{n + 1}", td=1, **HUGE), large(2, tt=1)]} for n in range(60)
    ]
    return document([layer(0, refId="c0", **HUGE)], assets=[*assets, {"id": "c60", "layers": [large()]}], **HUGE)


@expensive("500 layers of 4096 pixels, each with its matte")
def _many_mattes() -> Made:
    made = []
    for n in range(1, 501):
        made += [large(2 * n, td=1), large(2 * n + 1, tt=2)]
    return document(made, **HUGE)


@expensive("2,000 masks with an expansion at 4096 pixels")
def _expanded() -> Made:
    return document([large(**masked(2_000, x=still(50)))], **HUGE)


@expensive("200 masks with a feather of 10,000 at 4096 pixels")
def _soft() -> Made:
    return document([large(**masked(200, f=still([10_000, 10_000])))], **HUGE)


@expensive("100 layers with 100 masks of 4096 pixels each")
def _masks_times_layers() -> Made:
    return document([large(n, **masked(100)) for n in range(1, 101)], **HUGE)


@expensive("a mask of 200,000 vertices, 50 times")
def _mask_vertices() -> Made:
    pt = path(zigzag(200_000))["ks"]
    masks = [{"mode": "a", "pt": pt, "o": still(90), "x": still(3), "f": still([0, 0])}] * 20
    return document([solid(n, hasMask=True, masksProperties=masks) for n in range(1, 3)])


@expensive("1,000 linear gradients of 4096 pixels, half clear")
def _linear() -> Made:
    return document([shapes(rectangle(9000), gradient(1), number=n) for n in range(1, 1_001)], **HUGE)


@expensive("1,000 radial gradients with a highlight")
def _radial() -> Made:
    made = gradient(2, h=still(99), a=still(30))
    return document([shapes(rectangle(9000), made) for _ in range(1_000)], **HUGE)


@expensive("300 groups of shapes, half clear and overlapping")
def _clear_groups() -> Made:
    one = group(rectangle(9000), fill(), rectangle(8000), fill())
    one["it"][-1]["o"] = still(50)
    return document([shapes(*[one] * 300)], **HUGE)


@expensive("1,000 strokes as wide as the picture")
def _wide_strokes() -> Made:
    return document([shapes(ellipse(3000), *[stroke(w=still(4000), o=still(50))] * 1_000)], **HUGE)


@expensive("15 different blurs of 4000 x 4000")
def _different_blurs() -> Made:
    made = [large(n, 4000, ef=[effect("ADBE Gaussian Blur 2", 10 + n, 1, 0)]) for n in range(1, 16)]
    return document(made, w=4000, h=4000)


@expensive("one radial blur of 4096 pixels")
def _radial_blur() -> Made:
    return document([large(ef=[effect("ADBE Radial Blur", 100, [2048, 2048], 1, 2)])], **HUGE)


@expensive("four radial blurs of 1500 pixels")
def _radial_blurs() -> Made:
    return document([large(1, 1500, ef=[effect("ADBE Radial Blur", 350, [0, 0], 1, 2)] * 4)], w=1500, h=1500)


@expensive("fractal noise of 20 octaves at 4096 pixels")
def _noise() -> Made:
    noise = effect("ADBE Fractal Noise", 1, 3, 0, 100, 0, 1, 0, 1, 1, 100, 100, 100, [0, 0], 0, 20)
    return document([large(ef=[noise])], **HUGE)


@expensive("20 blurs in an adjustment layer over 4096 pixels")
def _adjusted() -> Made:
    return document([large(1, ao=1, ef=[effect("ADBE Gaussian Blur 2", 500, 1, 0)] * 20), large(2)], **HUGE)


@expensive("a solid scaled a billion times, with a blur")
def _scaled() -> Made:
    made = solid(ef=[effect("ADBE Gaussian Blur 2", 50, 1, 0)])
    made["ks"]["s"] = still([1e11, 1e11, 100])
    return document([made], w=1920, h=1080)


@expensive("a blur of a million pixels")
def _wide_blur() -> Made:
    return document([large(1, 1000, ef=[effect("ADBE Gaussian Blur 2", 1e6, 1, 0)])], w=1000, h=1000)


@expensive("displacements that read displacements, 40 layers deep")
def _displaced() -> Made:
    made = [large(1, 2000)]
    for n in range(2, 42):
        one = effect("ADBE Displacement Map", 0, 1, 500, 2, 500, 0, 0)
        one["ef"][0] = {"ty": 10, "nm": "layer", "v": still(n - 1)}
        made.append(large(n, 2000, ef=[one]))
    return document(made, w=2000, h=2000)


@expensive("1,000 layers in space, turned, behind a camera")
def _space() -> Made:
    made = []
    for n in range(1, 1_001):
        one = large(n, 2000, ddd=1)
        one["ks"].update(rx=still(n), ry=still(40), rz=still(7), o=still(50))
        made.append(one)
    return document([layer(13, 2_000, pe=still(500)), *made], w=2000, h=2000, ddd=1)


@expensive("motion blur of 64 samples on 500 layers")
def _motion_blur() -> Made:
    made = []
    for n in range(1, 501):
        one = large(n, 2000, mb=1)
        one["ks"]["p"] = {"a": 1, "k": [{"t": 0, "s": [0, 0]}, {"t": 10, "s": [2000, 2000]}]}
        made.append(one)
    return document(made, w=2000, h=2000, mb={"sa": 720, "sp": 0, "spf": 64, "asl": 64})


# --- shapes ---------------------------------------------------------------------------------------------------------

_WAVE = {"ty": "zz", "s": still(5), "r": still(1000), "pt": still(2)}
_OFFSET = {"ty": "op", "a": still(5), "lj": 2, "ml": still(4)}
_SHAPES: dict[str, list[Made]] = {
    "repeaters of repeaters with dashes": [ellipse(), repeater(100), repeater(100), stroke(d=[{"n": "d", "v": still(0.1)}, {"n": "g", "v": still(0.1)}])],
    "500 paths trimmed one by one": [*[path(zigzag(200)) for _ in range(500)], {**trim(), "m": 2}, stroke()],
    "500 paths merged": [*[path(zigzag(40 + n % 7)) for n in range(500)], {"ty": "mm", "mm": 2}, fill()],
    "ten merges of merges": [path(zigzag(300)), *[one for n in range(10) for one in (path(zigzag(301 + n)), {"ty": "mm", "mm": 5})], fill()],
    "zigzags offset, then merged": [ellipse(), _WAVE, _OFFSET, path(zigzag(500)), {"ty": "mm", "mm": 4}, fill()],
    "40 offsets of offsets": [path(zigzag(500)), *[_OFFSET] * 40, fill()],
    "40 rounded corners of zigzags": [ellipse(), _WAVE, *[{"ty": "rd", "r": still(1)}] * 40, stroke()],
    "groups in groups, 90 deep, each repeated": [],
    "numbers at the end of floating point": [path([[1e308, -1e308], [-1e308, 1e308], [1e-320, 1e308]]), stroke(w=still(1e308)), fill()],
    "a star with a radius of 1e308": [{"ty": "sr", "sy": 1, "p": still([0, 0]), "pt": still(1e308), "r": still(1e308), "or": still(1e308), "ir": still(10), "os": still(1e308), "is": still(0)}, fill(), stroke()],
}  # fmt: skip


def _deep() -> list[Made]:
    made = group(ellipse(), fill())
    for _ in range(89):
        made = group(made, repeater(2))
    return [made]


_SHAPES["groups in groups, 90 deep, each repeated"] = _deep()

for _name, _items in _SHAPES.items():
    EXPENSIVE[_name] = lambda items=_items: document([shapes(*items)], w=1024, h=1024)  # type: ignore[misc]

# --- time -----------------------------------------------------------------------------------------------------------


@expensive("a billion frames at 1e-3 a second")
def _long() -> Made:
    return document([solid(op=1e9)], fr=0.01, op=99_999_999)


@expensive("layers stretched by 1e-300 and 1e300")
def _stretched() -> Made:
    inner = [{"id": "c", "layers": [solid(sr=1e300), solid(2, sr=1e-300)]}]
    return document(
        [layer(0, n, refId="c", w=64, h=64, sr=1e-300 if n % 2 else 1e300) for n in range(1, 300)], assets=inner
    )


@expensive("time maps by expressions, 30 deep")
def _mapped() -> Made:
    remap = {"a": 0, "k": 0, "x": "time * 0.99 + valueAtTime(time - 0.1) * 0"}
    size = {"w": 64, "h": 64}
    return document([layer(0, refId="c0", tm=remap, **size)], assets=nested(30, 1, [solid()], size, tm=remap))


@expensive("5,000 sounds")
def _sounds() -> Made:
    sounds = [
        {"id": f"s{n}", "p": f"data:audio/mp3;base64,{'AAAA' * 20}", "u": "", "e": 1, "t": 6} for n in range(5_000)
    ]
    return document([solid(), *[layer(6, n + 2, refId=f"s{n}") for n in range(5_000)]], assets=sounds)


@expensive("2,000 layers with parents in a chain, in space")
def _parents() -> Made:
    made = [solid(n, ddd=1, parent=n + 1) for n in range(1, 2_000)]
    return document([*made, solid(2_000, ddd=1)], ddd=1)


# --- texts ----------------------------------------------------------------------------------------------------------


@expensive("100 texts of 2,000 characters with a blur for each")
def _blurred_texts() -> Made:
    selector = {"t": 0, "r": 1, "b": 1, "sh": 2, "s": still(0), "e": still(100), "a": still(100)}
    made = []
    for n in range(100):
        one = text(f"{n} " + "Hello " * 333)
        one["t"]["a"] = [{"s": selector, "a": {"bl": still([n + 5, 200])}}]
        made.append(one)
    return document(made, w=2000, h=2000)


@expensive("a text of 10,000 pixels a letter, stroked 5,000 wide")
def _large_text() -> Made:
    made = text("Hello " * 500)
    made["t"]["d"]["k"][0]["s"].update({"s": 10_000, "sc": [0, 0, 1], "sw": 5_000, "of": True, "tr": -1000})
    return document([made], **HUGE)


@expensive("wiggly selectors on 20,000 characters")
def _wiggly() -> Made:
    made = text("Hello " * 3_300)
    wiggly = {
        "t": 1,
        "b": 1,
        "xa": still(100),
        "na": still(-100),
        "wf": still(1e9),
        "co": still(50),
        "tp": still(0),
        "sp": still(0),
        "rn": 1,
    }
    made["t"]["a"] = [{"s": wiggly, "a": {"p": still([9, 9, 0])}} for _ in range(80)]
    return document([made])


# --- expressions ----------------------------------------------------------------------------------------------------

for _name, _code in {
    "an object copied by spreading, again and again": "(function () { var o = {}; for (var i = 0; i < 1e4; i++) o['k' + i] = i; for (;;) ({...o}) })()",
    "two lists spread, again and again": "(function () { var a = new Array(1e5).fill(1); for (;;) try { [...a, ...a] } catch (e) {} })()",
    "the rest of an object, again and again": "(function () { var o = {}; for (var i = 0; i < 1e4; i++) o['k' + i] = i; for (;;) { var {k1, ...r} = o } })()",
    "names of an object walked, again and again": "(function () { var o = {}; for (var i = 0; i < 2e4; i++) o['k' + i] = i; for (;;) for (var k in o) break })()",
    "a tree of one list shared 2^40 times, returned": "(function () { var a = [1]; for (var i = 0; i < 40; i++) a = [a, a]; return a })()",
    "a tree of one list shared 2^40 times, written": "(function () { var a = []; for (var i = 0; i < 40; i++) a = [a, a]; return JSON.stringify(a).length })()",
    "a pattern of quadratic time": "/x*y/.test('x'.repeat(2e5))",
    "a search of long texts in a list": "(function () { var s = 'x'.repeat(1e5), a = new Array(1e5).fill(s + 'a'), b = s + 'b'; for (;;) a.includes(b) })()",
}.items():
    EXPENSIVE[f"expression: {_name}"] = lambda code=_code: expressed(code)  # type: ignore[misc]

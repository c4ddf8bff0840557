# ruff: noqa: E501
"""Documents made to cost without end, by name: small on the wire, huge in time or memory unless something counts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

Made = dict[str, Any]
EXPENSIVE: dict[str, Callable[[], Made]] = {}


def expensive(name: str) -> Callable[[Callable[[], Made]], Callable[[], Made]]:
    def keep(make: Callable[[], Made]) -> Callable[[], Made]:
        EXPENSIVE[name] = make
        return make

    return keep


# --- parts ----------------------------------------------------------------------------------------------------------


def still(value: Any) -> Made:
    return {"a": 0, "k": value}


def document(layers: list[Made], **fields: Any) -> Made:
    return {"v": "5.9.0", "fr": 30, "ip": 0, "op": 10, "w": 64, "h": 64, "layers": layers, "assets": [], **fields}


def layer(kind: int, number: int = 1, **fields: Any) -> Made:
    transform = {"a": still([0, 0, 0]), "p": still([0, 0, 0]), "s": still([100, 100, 100]), "r": still(0)}
    return {"ty": kind, "nm": f"Layer {number}", "ind": number, "ip": 0, "op": 10, "st": 0, "ks": {**transform, "o": still(100)},
            **fields}  # fmt: skip


def solid(number: int = 1, **fields: Any) -> Made:
    return layer(1, number, **{"sw": 64, "sh": 64, "sc": "#ff0000", **fields})


def shapes(*items: Made, **fields: Any) -> Made:
    return layer(4, shapes=list(items), **fields)


def text(characters: str, **fields: Any) -> Made:
    style = {"t": characters, "s": 20, "f": "Inter-Regular", "fc": [1, 0, 0]}
    return layer(5, t={"d": {"k": [{"t": 0, "s": style}]}, "a": [], **fields})


def path(points: list[list[float]], closed: bool = True) -> Made:
    zeros = [[0, 0]] * len(points)
    return {"ty": "sh", "ks": still({"v": points, "i": zeros, "o": zeros, "c": closed})}


def zigzag(count: int) -> list[list[float]]:
    return [[(n * 7919) % 64, (n * 104729) % 61] for n in range(count)]


def fill() -> Made:
    return {"ty": "fl", "c": still([1, 0, 0, 1]), "o": still(100)}


def stroke(**fields: Any) -> Made:
    return {"ty": "st", "c": still([1, 0, 0, 1]), "o": still(100), "w": still(2), "lc": 2, "lj": 2, **fields}


def ellipse(size: float = 40) -> Made:
    return {"ty": "el", "p": still([32, 32]), "s": still([size, size])}


def rectangle(size: float = 20) -> Made:
    return {"ty": "rc", "p": still([32, 32]), "s": still([size, size]), "r": still(0)}


def trim(end: float = 50) -> Made:
    return {"ty": "tm", "s": still(0), "e": still(end), "o": still(0), "m": 1}


def repeater(copies: float) -> Made:
    step = {"a": still([0, 0]), "p": still([1, 0]), "s": still([100, 100]), "r": still(1), "so": still(100),
            "eo": still(100)}  # fmt: skip
    return {"ty": "rp", "c": still(copies), "o": still(0), "m": 1, "tr": step}


def group(*items: Made) -> Made:
    own = {"ty": "tr", "a": still([0, 0]), "p": still([0, 0]), "s": still([100, 100]), "r": still(0), "o": still(100)}
    return {"ty": "gr", "it": [*items, own]}


def effect(name: str, *values: Any) -> Made:
    return {"ty": 5, "nm": name, "mn": name, "en": 1, "ef": [{"ty": 0, "nm": f"v{n}", "v": still(v)} for n, v in enumerate(values)]}  # fmt: skip


def expressed(code: str, count: int = 1, **fields: Any) -> Made:
    """``count`` layers whose opacity has the expression."""
    made = []
    for number in range(1, count + 1):
        entry = solid(number)
        entry["ks"]["o"]["x"] = code.replace("NUMBER", str(number))
        made.append(entry)
    return document(made, **fields)


# --- texts ----------------------------------------------------------------------------------------------------------


def _saying(characters: str) -> Made:
    return document([text(characters)])


for _name, _characters in {
    "60,000 combining marks on one letter": "a" + "\u0301" * 60_000,
    "20,000 different combining marks": "a" + "\u0301\u0316\u20d7\u0338" * 5_000,
    "a text of a million characters": "Hello " * 170_000,
    "a text of a million lines": "\r" * 1_000_000,
    "20,000 letters with 30 marks each": ("a" + "\u0301" * 30) * 20_000,
    "60,000 joined emoji": "\U0001f468\u200d" * 60_000,
    "20,000 isolates": "\u2067" * 10_000 + "\u05d0" + "\u2069" * 10_000,
    "20,000 embeddings": "\u202ba\u202c" * 7_000,
    "20,000 characters right to left": "\u05d0\u0628 1" * 5_000,
    "20,000 variation selectors": "a" + "\ufe0f" * 20_000,
    "20,000 jamo": "\u1100" * 20_000,
    "20,000 viramas": "\u0915\u094d" * 10_000,
    "20,000 regional indicators": "\U0001f1e6" * 20_000,
    "20,000 prepended marks": "\u0600" * 20_000,
    "20,000 characters without a glyph": "\U000f0000" * 20_000,
}.items():
    EXPENSIVE[_name] = partial(_saying, _characters)


@expensive("300 texts of 20,000 characters")
def _texts() -> Made:
    return document([text(f"{n} " + "Hello " * 3_300) for n in range(300)])


@expensive("a box of text that never fits")
def _box() -> Made:
    made = text("Hello " * 3_300)
    made["t"]["d"]["k"][0]["s"].update({"sz": [1, 1], "ps": [0, 0], "rs": 1})
    return document([made])


@expensive("letters a million pixels apart")
def _tracking() -> Made:
    made = text("Hello " * 3_300)
    made["t"]["d"]["k"][0]["s"].update({"tr": 1e9, "lh": 1e9, "s": 10_000})
    return document([made])


@expensive("a text of 20,000 keyframes with 20,000 characters")
def _text_keys() -> Made:
    made = text("")
    style = made["t"]["d"]["k"][0]["s"]
    made["t"]["d"]["k"] = [{"t": n, "s": {**style, "t": f"{n} " + "x" * 2000}} for n in range(20_000)]
    return document([made])


@expensive("1,000 animators with 20 selectors")
def _animators() -> Made:
    selector = {"t": 0, "r": 1, "b": 1, "s": still(0), "e": still(100), "sh": 1, "xe": still(0), "ne": still(0), "a": still(100), "rn": 1}  # fmt: skip
    made = text("Hello " * 3_300)
    made["t"]["a"] = [{"s": selector, "a": {"p": still([1, 1, 0]), "r": still(3)}} for _ in range(1_000)]
    return document([made])


@expensive("20,000 characters on a path of 100,000 vertices")
def _on_path() -> Made:
    made = text("Hello " * 3_300)
    made["masksProperties"] = [{"mode": "n", "pt": path(zigzag(100_000))["ks"], "o": still(100), "x": still(0)}]
    made["t"]["p"] = {"m": 0, "f": still(0), "l": still(0), "a": still(0), "p": still(1), "r": still(0)}
    return document([made])


@expensive("300 fonts of the list, a text each")
def _fonts() -> Made:
    made = [text("Hello\u4e2d\u6587") for _ in range(300)]
    for number, entry in enumerate(made):
        entry["t"]["d"]["k"][0]["s"]["f"] = f"Font{number}"
    fonts = [{"fName": f"Font{n}", "fFamily": f"Font {n}", "fStyle": "Regular"} for n in range(300)]
    return document(made, fonts={"list": fonts})


@expensive("100,000 glyphs of its own")
def _chars() -> Made:
    shape = {"shapes": [group(path(zigzag(5)))]}
    chars = [{"ch": chr(0x4E00 + n % 20_000), "fFamily": "F", "style": "R", "size": 20, "w": 50, "data": shape} for n in range(100_000)]  # fmt: skip
    made = text("\u4e00" * 20_000)
    made["t"]["d"]["k"][0]["s"]["f"] = "F"
    return document([made], chars=chars, fonts={"list": [{"fName": "F", "fFamily": "F", "fStyle": "R"}]})


@expensive("a glyph of 100,000 vertices, 20,000 times")
def _glyph() -> Made:
    chars = [{"ch": "a", "fFamily": "F", "style": "R", "size": 20, "w": 50, "data": {"shapes": [group(path(zigzag(100_000)))]}}]  # fmt: skip
    made = text("a" * 20_000)
    made["t"]["d"]["k"][0]["s"]["f"] = "F"
    return document([made], chars=chars, fonts={"list": [{"fName": "F", "fFamily": "F", "fStyle": "R"}]})


# --- expressions ----------------------------------------------------------------------------------------------------

ENDLESS = {
    "a loop": "while (true) {}",
    "an array joined": "new Array(1<<28).join('abc').length",
    "an array joined by nothing": "new Array(4294967295).join('').length",
    "an array filled": "new Array(1<<28).fill(7).length",
    "an array like filled": "Array.prototype.fill.call({length: 2**53 - 1}, 7).length",
    "an array like joined": "Array.prototype.join.call({length: 2**53 - 1}).length",
    "an array like searched": "Array.prototype.indexOf.call({length: 2**53 - 1}, 7)",
    "an array like reversed": "Array.prototype.reverse.call({length: 2**53 - 1}).length",
    "an array like copied": "Array.prototype.copyWithin.call({length: 2**53 - 1}, 1, 0).length",
    "an array like shifted": "Array.prototype.unshift.call({length: 2**52}, 1)",
    "an array like included": "[].includes.call({length: 2**53 - 1}, 7)",
    "an array like spliced": "[].splice.call({length: 2**53 - 1}, 0, 1).length",
    "an array like sliced": "[].slice.call({length: 2**32 - 1}).length",
    "an array like mapped": "[].map.call({length: 2**32 - 1}, Math.sqrt).length",
    "an array like applied": "Math.max.apply(null, {length: 2**32 - 1})",
    "an array made from a length": "Array.from({length: 2**32 - 1}).length",
    "a sparse array sorted": "(function () { var a = []; a.length = 4294967295; return a.sort().length })()",
    "a sparse array flattened": "(function () { var a = []; a.length = 4294967295; return a.flat().length })()",
    "a sparse array joined by text": "(function () { var a = []; a.length = 4294967295; return String(a).length })()",
    "a sparse array written": "(function () { var a = []; a.length = 4294967295; return JSON.stringify(a).length })()",
    "a sparse array returned": "(function () { var a = []; a.length = 4294967295; return a })()",
    "a sparse array spread": "(function () { var a = []; a.length = 4294967295; return [...a].length })()",
    "a sparse array walked": "(function () { var a = []; a.length = 4294967295; a.forEach(function () {}); return 1 })()",
    "a text repeated": "'x'.repeat(2**29).length",
    "a text repeated twice": "'x'.repeat(2**15).repeat(2**15).length",
    "a text padded": "'x'.padStart(2**30).length",
    "texts doubled": "(function () { var s = 'x'; for (;;) s += s; })()",
    "a text replaced": "(function () { var s = 'x'.repeat(1e6); for (;;) s.replace(/x/g, 'y') })()",
    "a text replaced by itself": "(function () { var s = 'x'.repeat(5e4); return s.split('').join(s).length })()",
    "a text replaced by its surroundings": "'x'.repeat(1e5).replace(/x/g, \"$'$`\").length",
    "a text split": "(function () { for (;;) 'x'.repeat(1e6).split('') })()",
    "a text searched": "(function () { var s = 'x'.repeat(1e7); return s.indexOf('x'.repeat(5e6) + 'y') })()",
    "a text searched from its end": "(function () { var s = 'x'.repeat(1e7); return s.lastIndexOf('y' + 'x'.repeat(5e6)) })()",
    "a text normalized": "(function () { return ('a' + '\\u0301\\u0316'.repeat(2e6)).normalize('NFD').length })()",
    "a text in capitals": "(function () { for (;;) '\\u00df'.repeat(1e6).toUpperCase() })()",
    "a text compared": "(function () { var a = 'x'.repeat(1e7); for (;;) (a + 'a').localeCompare(a + 'b') })()",
    "an expression that backtracks": "/^(a+)+$/.test('a'.repeat(40) + 'b')",
    "an expression that looks ahead": "/^(?=(a|aa)+$)(?:a|aa)+$/.test('a'.repeat(60) + 'b')",
    "an expression of many groups": "new RegExp('(a?){50}'.repeat(50) + 'a'.repeat(50)).test('a'.repeat(50))",
    "an expression that compiles long": "new RegExp('(?:'.repeat(5e4) + 'a' + '){2}'.repeat(5e4)).test('a')",
    "a sort that lies": "(function () { var n = 0, a = []; for (var i = 0; i < 1e5; i++) a.push(i); for (;;) a.sort(function () { return n++ % 3 - 1 }) })()",
    "a sort that grows": "(function () { var a = [3, 1, 2]; return a.sort(function () { for (;;) a.push(1) }).length })()",
    "a large power": "Number(3n ** (2n ** 31n))",
    "a large product": "(function () { var a = 3n; for (;;) a *= a })()",
    "a large number shifted": "Number(1n << (1n << 40n))",
    "a large number written": "(3n ** 4000000n).toString().length",
    "a large number read": "Number(BigInt('9'.repeat(4e6)) % 7n)",
    "a large quotient": "(function () { var a = 3n ** 3000000n, b = 7n ** 900000n; return Number((a / b) % 7n) })()",
    "typed arrays": "new Float64Array(2**31).length",
    "a buffer": "new ArrayBuffer(2**40).byteLength",
    "buffers": "(function () { var a = []; for (;;) a.push(new ArrayBuffer(1e6)) })()",
    "a buffer that grows": "(function () { var b = new ArrayBuffer(8, {maxByteLength: 2**40}); b.resize(2**39); return b.byteLength })()",
    "a typed array sorted": "(function () { var a = new Float64Array(4e6); for (;;) a.fill(1).sort() })()",
    "shared buffers": "new SharedArrayBuffer(2**40).byteLength",
    "a wait": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1e9)",
    "a function made of text": "Function('while (true) {}')()",
    "a function made in a roundabout way": "(function(){}).constructor('for (;;);')()",
    "a text evaluated": "eval('for (;;);')",
    "a long source": "eval('1+'.repeat(3e6) + '1')",
    "a deep source": "eval('('.repeat(1e6) + '1' + ')'.repeat(1e6))",
    "many variables": "(function () { var s = ''; for (var i = 0; i < 60000; i++) s += 'var v' + i + ';'; return Function(s)() })()",
    "a generator": "(function () { var g = (function* () { for (;;) yield 1 })(); for (var x of g); })()",
    "a generator spread": "[...(function* () { for (;;) yield 1 })()]",
    "a generator of a map": "new Map((function* () { for (var i = 0;; i++) yield [i, i] })())",
    "a set": "(function () { var s = new Set(); for (var i = 0;; i++) s.add(i) })()",
    "a set that walks": "(function () { var s = new Set([1]); s.forEach(function (v) { s.delete(v); s.add(v + 1) }) })()",
    "a getter": "({get x() { for (;;); }}).x",
    "a proxy": "(function () { var p = new Proxy({}, {get: function () { for (;;); }}); return p.x })()",
    "a chain of proxies": "(function () { var p = {}; for (var i = 0; i < 1e5; i++) p = new Proxy(p, {}); return p.x })()",
    "proxies in a circle": "(function () { var p = new Proxy({}, {}); Object.setPrototypeOf(p, p); return p.x })()",
    "a proxy of a length": "[].fill.call(new Proxy({}, {get: function (t, k) { return k === 'length' ? 2**53 - 1 : 0 }, set: function () { return true }}), 0)",
    "a result that is a proxy": "new Proxy([], {get: function (t, k) { return k === 'length' ? 2**53 - 1 : 1 }})",
    "a result whose text never ends": "({toString: function () { for (;;); }})",
    "a result whose number never ends": "(function () { var o = {}; o[Symbol.toPrimitive] = function () { for (;;); }; return o * 1 })()",
    "a result that throws": "({toString: function () { throw this }})",
    "an error that never ends": "(function () { throw {get message() { for (;;); }, toString: function () { for (;;); }} })()",
    "an error of a million letters": "(function () { throw new Error('x'.repeat(1e6)) })()",
    "an error whose stack is a trap": "(function () { Error.prepareStackTrace = function () { for (;;); }; null.x })()",
    "an array in itself": "(function () { var a = []; a[0] = a; return a })()",
    "an array deep in itself": "(function () { var a = []; for (var i = 0; i < 1e6; i++) a = [a]; return a })()",
    "deep recursion": "(function f(n) { return f(n + 1) + 1 })(0)",
    "deep recursion that is caught": "(function f(n) { try { return f(n + 1) } catch (e) { for (;;); } })(0)",
    "recursion with finally": "(function f(n) { try { return f(n + 1) } finally { f(n + 1) } })(0)",
    "a time limit that is caught": "(function () { for (;;) try { for (;;); } catch (e) {} })()",
    "a promise": "(function () { (function f() { Promise.resolve().then(f) })(); return 50 })()",
    "an asynchronous loop": "(function () { (async function () { for (;;) await 1 })(); return 50 })()",
    "a date": "(function () { for (var i = 0;; i++) new Date(i).toString() })()",
    "a JSON text": "JSON.stringify(new Array(1e7).fill(1)).length",
    "a JSON text in a JSON text": "(function () { var s = '\"'; for (;;) s = JSON.stringify(s) })()",
    "a JSON text indented": "(function () { var o = 1; for (var i = 0; i < 5000; i++) o = [o]; return JSON.stringify(o, null, 10).length })()",
    "a JSON text read": "JSON.parse('[' + '1,'.repeat(5e6) + '1]').length",
    "a string escaped": "(function () { for (;;) escape('\\u1234'.repeat(1e6)) })()",
    "natives taken away": "(function () { String.prototype.repeat = Array.prototype.map = JSON.stringify = null; return 'x'.repeat(2**29) })()",
    "objects copied": "(function () { var o = {}; for (var i = 0; i < 3e4; i++) o['k' + i] = i; for (;;) ({...o}) })()",
    "objects listed": "(function () { var o = {}; for (var i = 0; i < 3e4; i++) o['k' + i] = i; for (;;) Object.keys(o) })()",
    "texts listed": "(function () { var s = 'x'.repeat(1e6); for (;;) try { Object.getOwnPropertyNames(s) } catch (e) {} })()",
    "lists spread": "(function () { var a = new Array(1e5).fill(1); for (;;) [...a] })()",
    "lists as arguments": "(function () { var a = new Array(6e4).fill(1); for (;;) Math.max(...a) })()",
    "texts spread": "(function () { var s = 'x'.repeat(1e6); for (;;) try { [...s] } catch (e) {} })()",
    "lists of a length": "(function () { for (;;) try { Array.from({length: 2**31}) } catch (e) {} })()",
    "buffers again and again": "(function () { for (;;) new Float64Array(5e5) })()",
    "texts compared": "(function () { var a = 'x'.repeat(1e6) + 'y', b = 'x'.repeat(1e6) + 'y'; for (;;) a === b })()",
    "texts of texts compared": "(function () { var s = 'x'.repeat(9e5), a = s + s + s, b = s + (s + s); for (;;) a < b })()",
    "texts cut": "(function () { var s = 'x'.repeat(1e6); for (;;) s.slice(1) })()",
    "sets made": "(function () { var a = []; for (var i = 0; i < 4e4; i++) a.push(i); for (;;) new Set(a) })()",
    "numbers of long texts": "(function () { var s = '1'.repeat(1e6); for (;;) +s })()",
    "names of long texts": "(function () { var s = 'x'.repeat(1e6), o = {}; for (var i = 0;; i++) o[s + i] })()",
    "lists without an end dropped": "(function () { var a = []; a.length = 4294967295; return a.values().drop(4e9).next() })()",
    "a list emptied again and again": "(function () { for (;;) { var a = []; a[1e9] = 1; a.length = 0 } })()",
    "a list cut from its end": "(function () { var a = []; a.length = 4294967295; a[4294967294] = 1; a.length = 1; return 50 })()",
    "tags": "(function () { return String.raw({raw: {length: 2**53 - 1}}).length })()",
    "a pattern made again and again": "(function () { var s = '(a|b)'.repeat(1900); for (;;) new RegExp(s) })()",
    "a collector kept busy": "(function () { for (;;) { var a = {}; a.a = a; } })()",
    "many properties": "(function () { var o = {}; for (var i = 0;; i++) o['k' + i] = i })()",
    "layers by number": "(function () { for (var i = 1;; i++) thisComp.layer(1 + i % thisComp.numLayers).name })()",
    "wiggles of many octaves": "wiggle(5, 10, 1e9)",
    "keys nearest": "(function () { for (;;) nearestKey(time) })()",
}  # fmt: skip

for _name, _code in ENDLESS.items():
    EXPENSIVE[f"expression: {_name}"] = partial(expressed, _code)

for _name, _code, _count in (
    ("300 endless expressions", "while (true) {} NUMBER", 300),
    ("5,000 endless expressions", "while (true) {} NUMBER", 5_000),
    ("300 expressions that nearly time out", "(function () { for (var i = 0; i < 4e5; i++); return NUMBER })()", 300),
    ("300 arrays joined", "new Array(1<<28).join('abc').length + NUMBER", 300),
    ("300 sparse arrays", "(function () { var a = []; a.length = 4294967295; return a })()", 300),
    ("20,000 quick expressions", "50 + NUMBER % 7", 20_000),
    ("2,000 expressions each by all layers",
     "(function () { var s = 0; for (var i = 1; i <= thisComp.numLayers; i++) s += thisComp.layer(i).transform.opacity; return s })()",
     2_000),
    ("a chain of 2,000 expressions", "NUMBER > 1 ? thisComp.layer(NUMBER - 1).transform.opacity + 1 : 1", 2_000),
    ("expressions that ask two moments of the one before",
     "NUMBER > 1 ? thisComp.layer(NUMBER - 1).transform.opacity.valueAtTime(time - 0.1) + thisComp.layer(NUMBER - 1).transform.opacity.valueAtTime(time * 1.01 + 0.1) : time",
     40),
):  # fmt: skip
    EXPENSIVE[_name] = partial(expressed, _code, _count)


@expensive("a selector that never ends")
def _selector() -> Made:
    made = text("Hello " * 3_300)
    selector = {"t": 0, "r": 1, "b": 1, "a": {"a": 0, "k": 100, "x": "while (true) {}"}, "s": still(0), "e": still(100)}
    made["t"]["a"] = [{"s": selector, "a": {"p": still([1, 1, 0])}}]
    return document([made])


@expensive("a text by an expression that has a million characters")
def _long_text() -> Made:
    made = text("x")
    made["t"]["d"]["x"] = "'x'.repeat(1e6)"
    return document([made])


@expensive("a text by an expression with 60,000 marks")
def _marked_text() -> Made:
    made = text("x")
    made["t"]["d"]["x"] = "'a' + '\u0301'.repeat(60000)"
    return document([made])


@expensive("a path by an expression with a million vertices")
def _long_path() -> Made:
    item = path([[0, 0], [1, 1]])
    item["ks"]["x"] = (
        "(function () { var a = []; for (var i = 0; i < 1e6; i++) a.push([i % 97, i % 89]); return createPath(a) })()"
    )
    return document([shapes(item, fill())])


@expensive("a source of ten million characters")
def _long_source() -> Made:
    return expressed("1" + "+1" * 5_000_000)


@expensive("an expression on a document of 100,000 keyframes")
def _keys_seen() -> Made:
    made = expressed("loopOut('cycle')", 10)
    for entry in made["layers"]:
        entry["ks"]["o"].update({"a": 1, "k": [{"t": n / 1000, "s": [n % 100]} for n in range(100_000)]})
    return made


# --- layers and keyframes -------------------------------------------------------------------------------------------


@expensive("1,000,000 hold keyframes")
def _holds() -> Made:
    made = solid()
    made["ks"]["p"] = {"a": 1, "k": [{"t": n, "s": [n % 64, 0], "h": 1} for n in range(1_000_000)]}
    return document([made])


@expensive("500,000 eased keyframes")
def _eased() -> Made:
    ease = {"i": {"x": [0.5], "y": [1]}, "o": {"x": [0.5], "y": [0]}}
    made = solid()
    made["ks"]["p"] = {"a": 1, "k": [{"t": n, "s": [n % 64, 0], **ease} for n in range(500_000)]}
    return document([made])


@expensive("2,000 paths of 500 vertices as keyframes")
def _path_keys() -> Made:
    value = path(zigzag(500))["ks"]["k"]
    return document([shapes({"ty": "sh", "ks": {"a": 1, "k": [{"t": n, "s": [value]} for n in range(2_000)]}}, fill())])


@expensive("7,000,000 numbers in one list")
def _numbers() -> Made:
    made = solid()
    made["ks"]["p"] = still([0] * 7_000_000)
    return document([made])


@expensive("2,000,000 empty objects")
def _objects() -> Made:
    return document([{} for _ in range(2_000_000)])


@expensive("2,000,000 keys")
def _keys() -> Made:
    return document([solid()], **{f"k{n}": n for n in range(2_000_000)})


@expensive("200,000 shape items in one layer")
def _items() -> Made:
    return document([shapes(*[rectangle() for _ in range(200_000)], fill())])


@expensive("50,000 filled shapes in one layer")
def _groups() -> Made:
    return document([shapes(*[group(rectangle(), fill()) for _ in range(50_000)])])


@expensive("200,000 markers and slots")
def _markers() -> Made:
    markers = [{"tm": n, "cm": f'{{"name": "m{n}"}}', "dr": 0} for n in range(200_000)]
    return document([solid()], markers=markers, slots={f"s{n}": {"p": still(n)} for n in range(200_000)})


@expensive("ten precomps of ten precomps, eight deep")
def _precomps() -> Made:
    size = {"w": 64, "h": 64}
    inner = [
        {"id": f"c{n}", "layers": [layer(0, k + 1, refId=f"c{n + 1}", **size) for k in range(10)]} for n in range(8)
    ]
    return document([layer(0, refId="c0", **size)], assets=[*inner, {"id": "c8", "layers": [solid()]}])


@expensive("precomps with a blend mode, ten of ten")
def _blended() -> Made:
    size = {"w": 64, "h": 64, "bm": 1}
    inner = [
        {"id": f"c{n}", "layers": [layer(0, k + 1, refId=f"c{n + 1}", **size) for k in range(8)]} for n in range(6)
    ]
    return document([layer(0, refId="c0", **size)], assets=[*inner, {"id": "c6", "layers": [solid()]}], w=1024, h=1024)


@expensive("time maps within time maps")
def _time_maps() -> Made:
    remap = {"a": 1, "k": [{"t": 0, "s": [0]}, {"t": 10, "s": [0.3]}]}
    size: Made = {"w": 64, "h": 64, "tm": remap}
    inner = [
        {"id": f"c{n}", "layers": [layer(0, k + 1, refId=f"c{n + 1}", **size) for k in range(4)]} for n in range(8)
    ]
    return document([layer(0, refId="c0", **size)], assets=[*inner, {"id": "c8", "layers": [solid()]}])


@expensive("a matte chain of 90 layers of 4096 pixels")
def _mattes() -> Made:
    made = [solid(n, sw=4096, sh=4096, **({"tt": 1} if n > 1 else {})) for n in range(1, 91)]
    return document(made, w=4096, h=4096)


@expensive("2,000 layers with one matte of 300 shapes")
def _shared_matte() -> Made:
    matte = shapes(*[group(ellipse(n % 60), fill()) for n in range(300)], number=1)
    matte["td"] = 1
    return document([matte, *[solid(n, tt=1, tp=1) for n in range(2, 2_000)]], w=1024, h=1024)


@expensive("300 masks with feather at 4096 pixels")
def _masks() -> Made:
    box = path([[0, 0], [4096, 0], [4096, 4096], [0, 4096]])["ks"]
    masks = [{"mode": "i", "pt": box, "o": still(90), "x": still(0), "f": still([100, 100])} for _ in range(300)]
    return document([solid(sw=4096, sh=4096, hasMask=True, masksProperties=masks)], w=4096, h=4096)


@expensive("5,000 solids of 8192 pixels, half clear")
def _solids() -> Made:
    made = [solid(n, sw=8192, sh=8192) for n in range(1, 5_000)]
    for entry in made:
        entry["ks"]["o"] = still(50)
    return document(made, w=8192, h=8192)


@expensive("2,000 blended solids of 8192 pixels")
def _blends() -> Made:
    return document([solid(n, sw=8192, sh=8192, bm=12) for n in range(1, 2_000)], w=8192, h=8192)


@expensive("a canvas of 16384 by 16384")
def _canvas() -> Made:
    return document([solid(sw=16384, sh=16384)], w=16384, h=16384)


# --- shapes ---------------------------------------------------------------------------------------------------------

_SHAPES: dict[str, list[Made]] = {
    "a path of a million vertices": [path(zigzag(1_000_000)), fill()],
    "a path of a million vertices stroked": [path(zigzag(300_000)), stroke()],
    "300,000 vertices trimmed": [path(zigzag(300_000)), trim(), stroke()],
    "300,000 vertices rounded": [path(zigzag(300_000)), {"ty": "rd", "r": still(1)}, stroke()],
    "300,000 vertices puckered": [path(zigzag(300_000)), {"ty": "pb", "a": still(50)}, fill()],
    "300,000 vertices twisted": [path(zigzag(300_000)), {"ty": "tw", "a": still(500), "c": still([0, 0])}, fill()],
    "30,000 vertices offset": [path(zigzag(30_000)), {"ty": "op", "a": still(5), "lj": 2, "ml": still(4)}, fill()],
    "3,000 vertices offset": [path(zigzag(3_000)), {"ty": "op", "a": still(5), "lj": 2, "ml": still(4)}, fill()],
    "30,000 vertices merged": [path(zigzag(15_000)), path(zigzag(15_001)), {"ty": "mm", "mm": 4}, fill()],
    "3,000 vertices merged": [path(zigzag(1_500)), path(zigzag(1_501)), {"ty": "mm", "mm": 4}, fill()],
    "1,000 vertices with 1,000 ridges": [path(zigzag(1_000)), {"ty": "zz", "s": still(5), "r": still(1000), "pt": still(1)}, stroke()],
    "zigzags of zigzags": [ellipse(), *[{"ty": "zz", "s": still(5), "r": still(10), "pt": still(1)} for _ in range(12)], stroke()],
    "a star of a million points": [{"ty": "sr", "sy": 1, "p": still([0, 0]), "pt": still(1e6), "r": still(0), "or": still(30), "ir": still(10), "os": still(0), "is": still(0)}, fill()],
    "dashes of a thousandth": [path(zigzag(1_000)), stroke(d=[{"n": "d", "v": still(0.001)}, {"n": "g", "v": still(0.001)}])],
    "dashes of nearly nothing": [path(zigzag(1_000)), stroke(d=[{"n": "d", "v": still(1e-12)}])],
    "dashes on a path of light years": [path([[0, 0], [1e9, 1e9], [0, 1e9]]), stroke(d=[{"n": "d", "v": still(1)}])],
    "100,000 dashes in the list": [path(zigzag(100)), stroke(d=[{"n": "d", "v": still(1)}] * 100_000)],
    "a stroke of light years": [path(zigzag(1_000)), stroke(w=still(1e9))],
    "a curve of light years": [ellipse(1e9), stroke()],
    "1,000 round curves of light years": [*[ellipse(1e7 + n) for n in range(1_000)], stroke()],
    "a repeater of a million copies": [ellipse(), fill(), repeater(1e6)],
    "repeaters in repeaters": [group(group(group(ellipse(), fill(), repeater(1000)), repeater(1000)), repeater(1000))],
    "repeaters after repeaters": [ellipse(), *[repeater(1000) for _ in range(6)], fill()],
    "repeaters, faded": [group(ellipse(), fill()), *[repeater(100) for _ in range(3)]],
    "trims after trims": [path(zigzag(50_000)), *[trim(99) for _ in range(80)], stroke()],
    "a thousand trims": [ellipse(), *[trim(99) for _ in range(1_000)], stroke()],
    "repeated, then trimmed and offset": [path(zigzag(100)), repeater(1000), trim(), {"ty": "op", "a": still(5), "lj": 2, "ml": still(4)}, fill()],
    "repeated, then stroked with dashes": [path(zigzag(100)), repeater(1000), stroke(d=[{"n": "d", "v": still(0.01)}])],
    "a gradient of 100,000 stops": [ellipse(), {"ty": "gf", "o": still(100), "r": 1, "t": 1, "s": still([0, 0]), "e": still([64, 0]), "g": {"p": 100_000, "k": still([v for n in range(100_000) for v in (n / 1e5, 1, 0, n % 2)])}}],
    "1,000 fills of 10,000 vertices": [path(zigzag(10_000)), *[fill() for _ in range(1_000)]],
}  # fmt: skip


def _drawing(items: list[Made]) -> Made:
    return document([shapes(*items)], w=1024, h=1024)


for _name, _items_of in _SHAPES.items():
    EXPENSIVE[_name] = partial(_drawing, _items_of)

# --- effects --------------------------------------------------------------------------------------------------------

_EFFECTS = {
    "blurs": effect("ADBE Gaussian Blur 2", 50, 1, 0),
    "box blurs": effect("ADBE Box Blur2", 50, 50, 1, 0),
    "directional blurs": effect("ADBE Motion Blur", 33, 500),
    "radial blurs": effect("ADBE Radial Blur", 100, [2000, 2000], 1, 2),
    "fractal noises": effect("ADBE Fractal Noise", 1, 3, 0, 100, 0, 1, 0, 1, 1, 100, 100, 100, [0, 0], 0, 20),
    "motion tiles": effect("ADBE Tile", [2000, 2000], 1, 1, 30000, 30000, 1, 0, 0),
    "glows": effect("ADBE Glo2", 1, 10, 100, 5, 1, 1),
    "drop shadows": effect("ADBE Drop Shadow", [0, 0, 0, 1], 200, 135, 100, 300, 0),
    "turbulences": effect("ADBE Turbulent Displace", 1, 500, 2, [2000, 2000], 10, 0, 0),
    "matte chokers": effect("ADBE Simple Choker", 0, 100),
}


def _affected(one: Made) -> Made:
    """300 layers that are larger than any picture, each with the effect."""
    return document([solid(n, sw=4000, sh=4000, ef=[one]) for n in range(1, 301)], w=4000, h=4000)


for _name, _effect in _EFFECTS.items():
    EXPENSIVE[f"300 {_name} of 4000 x 4000"] = partial(_affected, _effect)


@expensive("one layer with 300 blurs of 4000 x 4000")
def _one_layer() -> Made:
    return document([solid(sw=4000, sh=4000, ef=[_EFFECTS["blurs"]] * 300)], w=4000, h=4000)


@expensive("an adjustment of 64 pixels blurred 3,000 times")
def _small_blurs() -> Made:
    return document([solid(ef=[_EFFECTS["blurs"]] * 3_000)])


@expensive("blurs that reach far beyond the picture")
def _far_blurs() -> Made:
    return document(
        [solid(n, sw=16_000, sh=16_000, ef=[effect("ADBE Gaussian Blur 2", 5000, 1, 0)] * 4) for n in range(1, 50)]
    )


@expensive("effects in precomps in precomps")
def _inner_effects() -> Made:
    size: Made = {"w": 2000, "h": 2000, "ef": [_EFFECTS["blurs"]]}
    inner = [
        {"id": f"c{n}", "layers": [layer(0, k + 1, refId=f"c{n + 1}", **size) for k in range(4)]} for n in range(5)
    ]
    return document([layer(0, refId="c0", **size)], assets=[*inner, {"id": "c5", "layers": [solid(sw=2000, sh=2000)]}], w=2000, h=2000)  # fmt: skip


@expensive("300 layer styles of 4000 x 4000")
def _styles() -> Made:
    style = {"ty": 1, "c": still([0, 0, 0, 1]), "o": still(75), "a": still(120), "s": still(250), "d": still(10), "ch": still(0), "bm": still(1), "no": still(0), "lc": still(1)}  # fmt: skip
    return document([solid(n, sw=4000, sh=4000, sy=[style]) for n in range(1, 301)], w=4000, h=4000)


# --- honest ones, which may take as long as they need ---------------------------------------------------------------


def many_layers(count: int) -> Made:
    return document([solid(n) for n in range(1, count + 1)])

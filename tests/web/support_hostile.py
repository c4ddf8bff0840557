"""Templates made to do harm, or merely broken. Each is small on the wire."""

from __future__ import annotations

import base64
import io
import json
import random
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hostile_fonts import FONTS, HostileFont
from strangers import naming
from web.support_templates import document, layer, png, solid, still, template_zip, zipped

Files = dict[str, bytes | str]
HOSTILE: dict[str, tuple[Callable[[], bytes], bool]] = {}
"""By name: a generator, and whether the input must be refused (else it may also turn out harmless)."""


def hostile(name: str, *, refused: bool = True) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def keep(generator: Callable[[], bytes]) -> Callable[[], bytes]:
        HOSTILE[name] = (generator, refused)
        return generator

    return keep


def with_document(name: str, *, refused: bool = True, files: Callable[[], Files] = dict, **fields: Any) -> None:
    """A whole document with ``fields`` of its own."""
    HOSTILE[name] = (lambda: template_zip(files(), **{"layers": None, **fields}), refused)


def with_json(name: str, text: bytes | str, *, refused: bool = True) -> None:
    HOSTILE[name] = (lambda: zipped({"data.json": text}), refused)


def with_image(name: str, content: bytes, file: str = "images/i.png", **asset: Any) -> None:
    entry = {"id": "i", "p": "i.png", "u": "images/", "w": 8, "h": 8, **asset}
    fields = {"assets": [entry], "layers": [layer("Photo", 2, 1, 10, refId="i")]}
    HOSTILE[name] = (lambda: template_zip({file: content} if content else {}, **fields), True)


# --- ZIP ---


@hostile("no zip: text")
def _text() -> bytes:
    return b"hello" * 100


@hostile("no zip: only its magic")
def _magic() -> bytes:
    return b"PK\x03\x04" + b"\0" * 100


@hostile("zip without members")
def _no_members() -> bytes:
    return zipped({})


@hostile("zip cut in half")
def _half() -> bytes:
    whole = template_zip({"images/noise.bin": random.Random(1).randbytes(5000)})
    return whole[: len(whole) // 2]


@hostile("zip without its last bytes")
def _short() -> bytes:
    return template_zip()[:-10]


@hostile("zip whose directory is noise")
def _noise() -> bytes:
    whole = bytearray(template_zip())
    start = whole.index(b"PK\x01\x02")
    whole[start : start + 46] = random.Random(2).randbytes(46)
    return bytes(whole)


@hostile("no json")
def _no_json() -> bytes:
    return zipped({"images/a.png": png()})


@hostile("two documents")
def _two() -> bytes:
    text = json.dumps(document())
    return zipped({"a.json": text, "b.json": text})


@hostile("a folder named data.json")
def _folder() -> bytes:
    return zipped({"data.json/": b"", "data.json/x.txt": b"x"})


@hostile("ratio bomb in the document")
def _ratio() -> bytes:
    return zipped({"data.json": b"{" + b" " * 300_000_000 + b"}"})


@dataclass(frozen=True, slots=True)
class _Told:
    """What an archive says of a member."""

    crc: int
    size: int
    packed_size: int
    flags: int = 0
    method: int = 8


def _member(name: bytes, packed: bytes, told: _Told) -> bytes:
    sizes = told.crc, told.packed_size, told.size, len(name)
    return struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, told.flags, told.method, 0, 33, *sizes, 0) + name + packed


def _central(name: bytes, offset: int, told: _Told) -> bytes:
    sizes = told.crc, told.packed_size, told.size, len(name)
    head = (b"PK\x01\x02", 20, 20, told.flags, told.method, 0, 33, *sizes, 0, 0, 0, 0, 0, offset)
    return struct.pack("<4s6H3I5H2I", *head) + name


def _assembled(members: bytes, entries: list[bytes]) -> bytes:
    directory = b"".join(entries)
    count = min(len(entries), 65_535)
    return (
        members
        + directory
        + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(members), 0)
    )


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


@hostile("overlapping members")
def _overlap() -> bytes:
    content = json.dumps(document()).encode()
    packed = _deflated(content + b" " * 5_000_000)
    crc, size = zlib.crc32(content + b" " * 5_000_000), len(content) + 5_000_000
    told = _Told(crc, size, len(packed))
    members = _member(b"data.json", packed, told)
    names = [b"data.json", *(b"images/%d.png" % n for n in range(2000))]
    return _assembled(members, [_central(name, 0, told) for name in names])


def _one_member(**lies: Any) -> bytes:
    content = json.dumps(document()).encode()
    packed = _deflated(content)
    told = replace(_Told(zlib.crc32(content), len(content), len(packed)), **lies)
    return _assembled(_member(b"data.json", packed, told), [_central(b"data.json", 0, told)])


HOSTILE["lying size: too small"] = (lambda: _one_member(size=10), True)
HOSTILE["lying size: too large"] = (lambda: _one_member(size=2**31), True)
HOSTILE["lying packed size"] = (lambda: _one_member(packed_size=2**30), False)
HOSTILE["lying checksum"] = (lambda: _one_member(crc=1), True)
HOSTILE["encrypted member"] = (lambda: _one_member(flags=1), True)
HOSTILE["unknown compression"] = (lambda: _one_member(method=99), True)


@hostile("small claim, large contents")
def _small_claim() -> bytes:
    content = json.dumps(document()).encode() + b" " * 200_000_000
    packed = _deflated(content)
    told = _Told(zlib.crc32(content), 1000, len(packed))
    return _assembled(_member(b"data.json", packed, told), [_central(b"data.json", 0, told)])


@hostile("offset past the end")
def _offset() -> bytes:
    content = json.dumps(document()).encode()
    packed = _deflated(content)
    told = _Told(zlib.crc32(content), len(content), len(packed))
    return _assembled(_member(b"data.json", packed, told), [_central(b"data.json", 2**31, told)])


@hostile("two members of one name")
def _twice() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data.json", json.dumps(document()))
        archive.writestr("data.json", json.dumps(document(frames=20)))
    return buffer.getvalue()


@hostile("more members than are allowed")
def _members() -> bytes:
    content = json.dumps(document()).encode()
    told = _Told(zlib.crc32(content), len(content), len(content), method=0)
    first = _member(b"data.json", content, told)
    entries = [_central(b"data.json", 0, told)]
    nothing = _Told(0, 0, 0)
    empty = _member(b"x", b"", nothing)
    entries += [_central(b"%d" % n, len(first), nothing) for n in range(100_001)]
    return _assembled(first + empty, entries)


@hostile("a symbolic link as the picture")
def _link() -> bytes:
    entry = {"id": "i", "p": "i.png", "u": "images/", "w": 8, "h": 8}
    text = json.dumps(document(assets=[entry], layers=[layer("Photo", 2, 1, 10, refId="i")]))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data.json", text)
        link = zipfile.ZipInfo("images/i.png")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return buffer.getvalue()


@hostile("a bomb within the zip")
def _nested() -> bytes:
    inner = zipped({"data.json": b" " * 50_000_000})
    return zipped({"template.zip": zipped({f"{n}.zip": inner for n in range(10)})})


for odd_name, member in {
    "traversal": "../../../../tmp/velocity-pwned.png",
    "absolute": "/etc/passwd",
    "backslashes": "..\\..\\windows\\system.ini",
    "drive": "C:/windows/system.ini",
    "control characters": "images/\x01\x1b[31m.png",
    "long": "images/" + "x" * 60_000 + ".png",
    "dots": "images/...png/././x.png",
}.items():
    HOSTILE[f"name of a member: {odd_name}"] = (partial(template_zip, {member: png()}), False)

# --- JSON ---

with_json("json: empty", b"")
with_json("json: null", b"null")
with_json("json: number", b"17")
with_json("json: list", b"[]")
with_json("json: no lottie", b'{"name": "package", "version": "1.0.0"}')
with_json("json: cut off", json.dumps(document())[:-20])
with_json("json: binary", random.Random(3).randbytes(5000))
with_json("json: not UTF-8", b'{"v": "\xff\xfe", "layers": []}')
with_json("json: deep lists", b'{"v":"5","layers":' + b"[" * 200_000)
with_json(
    "json: deep objects",
    b'{"v":"5","w":8,"h":8,"fr":30,"ip":0,"op":5,"layers":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
)
with_json("json: NaN", json.dumps(document()).replace('"fr": 30', '"fr": NaN'))
with_json("json: infinite", json.dumps(document()).replace('"w": 64', '"w": 1e999'))
with_json("json: a number of a million digits", json.dumps(document()).replace('"w": 64', '"w": ' + "9" * 1_000_000))

WRONG: dict[str, tuple[object, ...]] = {
    "w": (0, -64, 10**9, "64", None, [], 1e18),
    "h": (0, 10**9),
    "fr": (0, -30, "fast", None, 1e12, 1e-300, 0.009),
    "op": (-5, 10**15, "end"),
    "layers": ({}, "layers", None, 5, [1, 2], [[]], [None]),
    "assets": ({}, [1], "x"),
}
for wrong_field, values in WRONG.items():
    for wrong in values:
        tolerable = wrong == "64" or wrong_field == "assets" or (wrong_field == "layers" and isinstance(wrong, list))
        with_json(f"{wrong_field} is {wrong!r}", json.dumps({**document(), wrong_field: wrong}), refused=not tolerable)


def _chain(parents: dict[int, int]) -> list[dict[str, Any]]:
    made = []
    for number, parent in parents.items():
        entry = solid(f"Layer {number}", "#ff0000", 10, number)
        entry["parent"] = parent
        made.append(entry)
    return made


with_document("layer that is its own parent", layers=_chain({1: 1}))
with_document("cyclic parents", layers=_chain({1: 2, 2: 3, 3: 1}))
with_document("parent that is not there", layers=_chain({1: 99}), refused=False)
with_document("chain of ten thousand parents", layers=_chain({n: n + 1 for n in range(1, 10_000)}), refused=False)
with_document(
    "chain of two thousand mattes",
    layers=[{**solid(f"Layer {n}", "#ff0000", 10, n), "tt": 1} for n in range(1, 2_000)],
    refused=False,
)
with_document(
    "two hundred precomps within each other",
    assets=[{"id": f"c{n}", "layers": [layer("C", 0, 1, 10, refId=f"c{n + 1}", w=8, h=8)]} for n in range(200)]
    + [{"id": "c200", "layers": [solid("S", "#ff0000", 10)]}],
    layers=[layer("C", 0, 1, 10, refId="c0", w=8, h=8)],
    refused=False,
)
with_document(
    "precomp of itself",
    assets=[{"id": "c", "layers": [layer("C", 0, 1, 10, refId="c", w=8, h=8)]}],
    layers=[layer("C", 0, 1, 10, refId="c", w=8, h=8)],
)
with_document(
    "cyclic precomps",
    assets=[{"id": a, "layers": [layer("C", 0, 1, 10, refId=b, w=8, h=8)]} for a, b in (("a", "b"), ("b", "a"))],
    layers=[layer("C", 0, 1, 10, refId="a", w=8, h=8)],
)
with_document(
    "precomps that multiply",
    refused=False,
    assets=[
        {"id": f"c{n}", "layers": [layer(f"C{k}", 0, k + 1, 10, refId=f"c{n + 1}", w=8, h=8) for k in range(10)]}
        for n in range(30)
    ]
    + [{"id": "c30", "layers": [solid("S", "#ff0000", 10)]}],
    layers=[layer("C", 0, 1, 10, refId="c0", w=8, h=8)],
)
with_document("precomp that is not there", layers=[layer("C", 0, 1, 10, refId="gone", w=8, h=8)])


@hostile("half a million layers")
def _layers() -> bytes:
    one = json.dumps(solid("S", "#ff0000", 10)).encode()
    head = json.dumps(document(layers=[])).encode()
    return zipped({"data.json": head.replace(b'"layers": []', b'"layers": [' + b",".join([one] * 500_000) + b"]")})


def _keyed(keys: Any) -> list[dict[str, Any]]:
    entry = solid("S", "#ff0000", 10)
    entry["ks"]["p"] = {"a": 1, "k": keys}
    return [entry]


with_document("keyframes: none", layers=_keyed([]), refused=False)
with_document("keyframes: words", layers=_keyed(["a", "b"]), refused=False)
with_document("keyframes: no values", layers=_keyed([{"t": 0}, {"t": 5}]), refused=False)
with_document(
    "keyframes: huge times", layers=_keyed([{"t": -1e300, "s": [0, 0]}, {"t": 1e300, "s": [1, 1]}]), refused=False
)
with_document(
    "text of a megabyte",
    refused=False,
    layers=[
        layer(
            "T", 5, 1, 10, t={"d": {"k": [{"t": 0, "s": {"t": "A" * 1_000_000, "s": 20, "f": "X", "fc": [1, 0, 0]}}]}}
        )
    ],
)
with_document(
    "path of a hundred thousand vertices",
    refused=False,
    layers=[
        layer(
            "P",
            4,
            1,
            10,
            shapes=[
                {
                    "ty": "sh",
                    "ks": still(
                        {
                            "v": [[n % 97, n % 89] for n in range(100_000)],
                            "i": [[0, 0]] * 100_000,
                            "o": [[0, 0]] * 100_000,
                            "c": True,
                        }
                    ),
                },
                {"ty": "fl", "c": still([1, 0, 0, 1]), "o": still(100)},
            ],
        )
    ],
)


def _expressed(code: str) -> list[dict[str, Any]]:
    entry = solid("S", "#ff0000", 10)
    entry["ks"]["p"]["x"] = code
    return [entry]


with_document("expression without end", layers=_expressed("while (true) {} var $bm_rt = [0, 0];"), refused=False)
with_document(
    "expression that eats memory",
    layers=_expressed("var a = []; while (true) a.push(new Array(1e6).fill(7));"),
    refused=False,
)
with_document(
    "expression that recurses", layers=_expressed("function f() { return f() + 1; } var $bm_rt = f();"), refused=False
)

with_document(
    "three hundred expressions without end",
    layers=[_expressed(f"while (true) {{}} var $bm_rt = [{n}, 0];")[0] for n in range(300)],
    refused=False,
)
with_document(
    "expression that joins a list without end",
    layers=_expressed("var $bm_rt = [new Array(4294967295).join('').length, 0];"),
    refused=False,
)
with_document(
    "sixty thousand marks on one letter",
    refused=False,
    layers=[
        layer(
            "T",
            5,
            1,
            10,
            t={"d": {"k": [{"t": 0, "s": {"t": "a" + "\u0301" * 60_000, "s": 20, "f": "X", "fc": [1, 0, 0]}}]}},
        )
    ],
)
with_document(
    "a quarter of a million keyframes", layers=_keyed([{"t": n, "s": [0, 0], "h": 1} for n in range(250_000)])
)

# --- pictures, clips, fonts ---


def _large_png(width: int, height: int) -> bytes:
    small = png(1, 1)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return small[:8] + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + small[33:]


with_image("picture: missing", b"")
with_image("picture: one zero byte", b"\0")
with_image("picture: text", b"this is no picture")
with_image("picture: cut off", png(200, 200)[:60])
with_image("picture: 60000 x 60000 in a few bytes", _large_png(60_000, 60_000))
with_image("picture: 2^31 wide", _large_png(2**31 - 1, 1))
with_image("picture: a zip", zipped({"a": b"b"}))
with_image("picture: svg", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>')
with_image("picture: on the network", b"", u="http://127.0.0.1:1/", p="i.png")
with_image("picture: a file of the server", b"", u="file:///etc/", p="passwd")
with_image("picture: above the folder", b"", u="../../../../etc/", p="passwd")
with_image("picture: broken base64", b"", u="", p="data:image/png;base64,@@@@", e=1)
with_image("picture: base64 of text", b"", u="", p="data:image/png;base64," + base64.b64encode(b"hello").decode(), e=1)


def _clip(name: str, content: bytes, *, refused: bool = True, file: str = "clip.mp4") -> None:
    fields = {
        "assets": [{"id": "v", "p": file, "u": "videos/", "w": 8, "h": 8, "t": 9}],
        "layers": [layer("Clip", 9, 1, 10, refId="v")],
    }
    HOSTILE[name] = (lambda: template_zip({f"videos/{file}": content}, **fields), refused)


_clip("clip: text", b"this is no clip")
_clip("clip: only a head", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom")
_clip(
    "clip: a box of 2^63 bytes",
    b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + struct.pack(">I4sQ", 1, b"moov", 2**63) + b"\0" * 100,
)
_clip("clip: a picture", png())
for ending in (".mp4", ".m3u8", ".mov", ".txt"):
    for playlist, content in naming("/etc/passwd").items():
        _clip(f"clip: {playlist} in {ending}", content, file=f"clip{ending}")
_clip("clip: a concat of itself", b"ffconcat version 1.0\nfile clip-1.mp4\n")


@hostile("a sound as a link to a device")
def _device() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("data.json", json.dumps(document()))
        device = zipfile.ZipInfo("sounds/s.mp3")
        device.create_system = 3
        device.external_attr = (stat.S_IFCHR | 0o666) << 16
        archive.writestr(device, b"")
    return buffer.getvalue()


def _font_zip(content: bytes, said: str) -> bytes:
    text = {"d": {"k": [{"t": 0, "s": {"t": said, "s": 20, "f": "Broken", "fc": [1, 0, 0], "j": 0}}]}}
    fields: dict[str, Any] = {
        "fonts": {"list": [{"fName": "Broken", "fFamily": "Broken", "fStyle": "Regular"}]},
        "layers": [layer("T", 5, 1, 10, t=text) | {"ks": {"p": still([4, 40, 0])}}],
    }
    files: Files = {"data.json": json.dumps(document(**fields)), "fonts/Broken.ttf": content}
    return zipped(files, zipfile.ZIP_STORED)  # what packs well would be refused for that alone


def _font(name: str, content: bytes) -> None:
    HOSTILE[name] = (lambda: _font_zip(content, "Hello"), False)


def _made_font(make: Callable[[], HostileFont]) -> bytes:
    made = make()
    return _font_zip(made.content, made.text)


for _name, _make in FONTS.items():
    HOSTILE[f"font: {_name}"] = (partial(_made_font, _make), False)


_font("font: text", b"this is no font")
_font("font: noise", b"\0\1\0\0" + random.Random(4).randbytes(3000))
_font(
    "font: tables past the end",
    struct.pack(">IHHHH", 0x00010000, 4, 64, 2, 0) + b"glyf\0\0\0\0\xff\xff\xff\xf0\xff\xff\xff\xff" * 4,
)

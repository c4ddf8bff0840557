"""JSON to ``model.properties``: static values, keyframes in the new and the old form, slots, expressions.

Lottie specification, sections "Properties" and "Keyframes". In the old form (Bodymovin before 5.5) a keyframe holds the
value at the end of its span in ``e``, and the last keyframe has no value of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from velocity_engine.model.properties import (
    Bezier,
    Ease,
    GradientValue,
    Keyframe,
    Property,
    SplitPosition,
    Vector,
)
from velocity_engine.parse.context import Context
from velocity_engine.parse.values import (
    Malformed,
    bezier,
    color,
    described,
    flag_of,
    integer_of,
    number,
    number_of,
    numbers,
)

V = TypeVar("V")
COLORS_TO_255_BEFORE = (4, 1, 9)
_LINEAR_OUT = Ease((0.0,), (0.0,))
_LINEAR_IN = Ease((1.0,), (1.0,))


@dataclass(frozen=True, slots=True)
class VectorForm:
    """How the values of a property are read, and its ``default``. ``filled``: shorter values are filled up from that,
    so that all keyframes have the same number of components."""

    default: Vector
    read: Callable[[Any], Vector] = numbers
    filled: bool = False


_BLACK = (0.0, 0.0, 0.0, 1.0)
ANY_LENGTH = VectorForm((0.0,))


def is_animated(k: Any) -> bool:
    """Whether ``k`` is an array of keyframes (``a`` is absent or wrong in many documents)."""
    return isinstance(k, list) and bool(k) and isinstance(k[0], dict) and ("t" in k[0] or "s" in k[0])


def vector(
    context: Context, owner: Mapping[str, Any], key: str, default: Vector, pointer: str, name: str = ""
) -> Property[Vector]:
    """``owner[key]`` as a property of numbers, filled up to the length of ``default``."""
    raw = owner.get(key)
    if raw is None:
        return Property(default, name=name)
    return read_property(context, raw, VectorForm(default, filled=True), f"{pointer}/{key}", name)


def optional_vector(
    context: Context, owner: Mapping[str, Any], key: str, pointer: str, name: str = ""
) -> Property[Vector] | None:
    """Like ``vector``, but None where the document says nothing; values keep the length they have."""
    raw = owner.get(key)
    return None if raw is None else read_property(context, raw, ANY_LENGTH, f"{pointer}/{key}", name)


def scalar(
    context: Context, owner: Mapping[str, Any], key: str, default: float, pointer: str, name: str = ""
) -> Property[Vector]:
    return vector(context, owner, key, (float(default),), pointer, name)


def position(
    context: Context, owner: Mapping[str, Any], key: str, default: Vector, pointer: str, name: str = "position"
) -> Property[Vector] | SplitPosition:
    """A position, whole or split into dimensions (``"s": true``)."""
    raw = owner.get(key)
    if isinstance(raw, dict) and flag_of(raw, "s") and isinstance(raw.get("x"), dict):
        inner = f"{pointer}/{key}"
        return SplitPosition(
            scalar(context, raw, "x", 0.0, inner, "xPosition"),
            scalar(context, raw, "y", 0.0, inner, "yPosition"),
            scalar(context, raw, "z", 0.0, inner, "zPosition") if "z" in raw else None,
        )
    return vector(context, owner, key, default, pointer, name)


def color_property(
    context: Context, owner: Mapping[str, Any], key: str, pointer: str, name: str = "color"
) -> Property[Vector]:
    """A colour, 0..1. Documents before 4.1.9 count from 0 to 255."""
    raw = owner.get(key)
    if raw is None:
        return Property(_BLACK, name=name)
    read = _color_of_255 if context.version < COLORS_TO_255_BEFORE else color
    return read_property(context, raw, VectorForm(_BLACK, read), f"{pointer}/{key}", name)


def _color_of_255(raw: Any) -> Vector:
    """Some that give themselves an old version's number count to 1 all the same."""
    shade = color(raw)
    return tuple(part / 255.0 for part in shade) if isinstance(raw, list) and max(shade) > 1.0 else shade


def path_property(
    context: Context, owner: Mapping[str, Any], key: str, pointer: str, closed: bool | None = None
) -> Property[Bezier] | None:
    """A path, or None where the document has none that can be read. ``closed`` overrides the paths' own flag."""
    raw = owner.get(key)
    where = f"{pointer}/{key}"
    try:
        return _property(context, raw, lambda value: bezier(value, closed), where, "path")
    except Malformed as problem:
        context.report("document.malformed", f"the path cannot be read: {problem}", where)
        return None


def gradient_stops(context: Context, owner: Mapping[str, Any], key: str, pointer: str) -> GradientValue:
    """``{"p": count, "k": stops}``. A count that the numbers do not bear out is corrected."""
    raw = owner.get(key)
    where = f"{pointer}/{key}"
    if not isinstance(raw, dict):
        context.report("document.malformed", f"{described(raw)} stands where gradient stops should", where)
        return GradientValue(1, Property((0.0, 0.0, 0.0, 0.0), pointer=where, name="colors"))
    inner = raw.get("k")
    holder = inner if isinstance(inner, dict) else raw
    stops = read_property(context, holder, VectorForm((0.0, 0.0, 0.0, 0.0)), f"{where}/k", "colors")
    fewest = min([len(stops.value), *(len(frame.value) for frame in stops.keyframes)])
    count = integer_of(raw, "p", fewest // 4)
    if not 1 <= count <= max(fewest // 4, 1):
        count = max(fewest // 4, 1)
    if fewest < 4:
        context.report("document.malformed", "a gradient has no whole colour stop", where, "it is drawn black")
        return GradientValue(1, Property((0.0, 0.0, 0.0, 0.0), pointer=f"{where}/k", name="colors"))
    return GradientValue(count, stops)


def read_property(context: Context, raw: Any, form: VectorForm, pointer: str, name: str) -> Property[Vector]:
    """A property of vectors; one that cannot be read is reported and stands still at its default."""
    length_of = form.default if form.filled else ()
    try:
        return _property(context, raw, form.read, pointer, name, lambda values: _even(values, length_of))
    except Malformed as problem:
        slot = raw.get("sid") if isinstance(raw, dict) else None
        feature = "slot.value" if isinstance(slot, str) and slot in context.slots else "document.malformed"
        what = f"slot {slot}" if feature == "slot.value" else (name or pointer.rpartition("/")[2])
        context.report(feature, f"{what} cannot be read: {problem}", pointer, "its default is used")
        return Property(form.default, pointer=pointer, name=name, slot=slot if isinstance(slot, str) else None)


def _property(
    context: Context,
    raw: Any,
    read: Callable[[Any], V],
    pointer: str,
    name: str,
    even: Callable[[list[V]], list[V]] | None = None,
) -> Property[V]:
    """``even`` brings the values of all keyframes to one length, where they have lengths."""
    expression = slot = None
    if isinstance(raw, dict):
        written = raw.get("x")
        expression = written if isinstance(written, str) and written.strip() else None
        raw, slot = slotted(context, raw)
        raw = raw.get("k") if isinstance(raw, dict) and "k" in raw else raw
        if raw is None:
            raise Malformed("it has neither a value nor keyframes")
    if not is_animated(raw):
        value = read(raw)
        if even is not None:
            (value,) = even([value])
        return Property(value, (), expression, slot, pointer, name)
    context.count_keyframes(len(raw), pointer)
    frames = keyframes(raw, read, even)
    return Property(frames[0].value, frames if len(frames) > 1 else (), expression, slot, pointer, name)


def slotted(context: Context, raw: dict[str, Any]) -> tuple[Any, str | None]:
    """What stands for ``raw``: the value of the slot that it names, or itself; and the slot's id."""
    slot = raw.get("sid")
    if not isinstance(slot, str):
        return raw, None
    context.used_slots.setdefault(slot, {key: value for key, value in raw.items() if key != "sid"})
    held = context.slots.get(slot)
    return (raw if held is None else held), slot


def keyframes(
    raw: list[Any], read: Callable[[Any], V], even: Callable[[list[V]], list[V]] | None = None
) -> tuple[Keyframe[V], ...]:
    """The keyframes of ``raw`` in order of time; one at least, else Malformed."""
    rows: list[tuple[float, V, dict[str, Any]]] = []
    last_end: Any = None
    for entry in raw:
        if not isinstance(entry, dict):
            raise Malformed(f"{described(entry)} stands where a keyframe should")
        start = entry.get("s")
        if start is None:
            start = last_end
        last_end = entry.get("e")
        if start is not None:
            rows.append((number(entry.get("t", 0.0)), read(start), entry))
    if not rows:
        raise Malformed("its keyframes hold no value")
    if any(later[0] < earlier[0] for earlier, later in pairwise(rows)):
        rows.sort(key=lambda row: row[0])
    values = [row[1] for row in rows]
    if even is not None:
        values = even(values)
    return tuple(_keyframe(time, value, entry) for (time, _, entry), value in zip(rows, values, strict=True))


def _keyframe(time: float, value: V, entry: dict[str, Any]) -> Keyframe[V]:
    if number_of(entry, "h", 0.0) == 1.0:
        return Keyframe(time, value, hold=True)
    out, into = _ease(entry.get("o")), _ease(entry.get("i"))
    if out is not None or into is not None:
        out, into = out or _LINEAR_OUT, into or _LINEAR_IN
        if out.x == out.y and into.x == into.y:
            out = into = None
    tangent_out = tangent_in = None
    if ("to" in entry or "ti" in entry) and isinstance(value, tuple):
        tangent_out, tangent_in = _tangents(entry, len(value))
    return Keyframe(time, value, None, out, into, False, tangent_out, tangent_in)


def _ease(raw: Any) -> Ease | None:
    if not isinstance(raw, dict) or raw.get("x") is None or raw.get("y") is None:
        return None
    xs, ys = numbers(raw["x"]), numbers(raw["y"])
    if len(xs) != len(ys):
        length = max(len(xs), len(ys))
        xs += xs[-1:] * (length - len(xs))
        ys += ys[-1:] * (length - len(ys))
    if min(xs) < 0.0 or max(xs) > 1.0:
        xs = tuple(min(1.0, max(0.0, x)) for x in xs)
    return Ease(xs, ys)


def _tangents(entry: dict[str, Any], length: int) -> tuple[Vector | None, Vector | None]:
    """The spatial tangents, or None for both where the way is straight (both zero)."""
    out = _tangent(entry.get("to"), length)
    into = _tangent(entry.get("ti"), length)
    if any(out) or any(into):
        return out, into
    return None, None


def _tangent(raw: Any, length: int) -> Vector:
    if not isinstance(raw, list) or not raw:
        return (0.0,) * length
    values = numbers(raw)[:length]
    return values + (0.0,) * (length - len(values))


def _even(values: list[Vector], default: Vector) -> list[Vector]:
    """``values`` filled up to one length: that of the longest, or of ``default`` when that is longer."""
    length = max(len(default), *map(len, values)) if len(values) > 1 else max(len(default), len(values[0]))
    if all(len(value) == length for value in values):
        return values
    filler = default + (0.0,) * (length - len(default))
    return [value + filler[len(value) :] for value in values]

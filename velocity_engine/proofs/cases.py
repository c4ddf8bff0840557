"""The cases of a template: which layer is given which unusual value, and at which frames that is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from velocity_engine.composite.extents import Extents
from velocity_engine.composite.rects import intersection
from velocity_engine.customize.layer_infos import LayerInfo
from velocity_engine.display import CLEAR
from velocity_engine.errors import CustomizationError, Place
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.profiling.addresses import addresses_of
from velocity_engine.profiling.frame_layers import boxes_of
from velocity_engine.proofs.pictures import pictures
from velocity_engine.proofs.texts import texts_for
from velocity_engine.template import Template

PLAIN = "as designed"
ALL_TEXTS, ALL_PICTURES = "all texts", "all pictures"
MOMENTS = 24  # at which it is looked which layers are seen
MOST_STILLS = 2000


@dataclass(frozen=True, slots=True)
class Case:
    """One way to fill a template in.

    Attributes:
        layer: The address of the layer, or "all texts", "all pictures"; empty where nothing is replaced.
        kind: What is unusual of the value: "long", "tall" and so on.
        entries: The ``customizationMap``.
        frames: The moments that are looked at, in frames of the composition.
    """

    layer: str
    kind: str
    entries: tuple[Mapping[str, Any], ...]
    frames: tuple[float, ...]

    @property
    def name(self) -> str:
        """What people read."""
        return f"{self.layer}: {self.kind}" if self.layer else self.kind


def cases_of(template: Template, layers: Sequence[str] = (), frames: Sequence[float] = ()) -> tuple[Case, ...]:
    """Returns the cases of a template: first as it was designed, then with all texts and all pictures replaced at once,
    then with one layer after the other.

    Args:
        template: The template, customized where something of it is to be other than designed in all cases.
        layers: The addresses of the layers that are tried out; by default all texts and pictures that have a name.
        frames: The moments that are looked at, in frames of the composition. By default each case has one: that at
            which most of its layers are seen.

    Raises:
        CustomizationError: There is no such layer, or nothing of it can be tried out.
        FrameRangeError: The composition does not have a frame.
    """
    chosen = _chosen(template, layers)
    asked = tuple(dict.fromkeys(template.require_frame(frame) for frame in frames))
    best = {} if asked else best_frames(template)
    middle = (template.document.in_point + template.document.out_point - 1) // 2
    found = [Case("", PLAIN, (), asked or _main_frames(chosen, best, float(middle)))]
    for group, title in (([one for one in chosen if one.kind == "text"], ALL_TEXTS),
                         ([one for one in chosen if one.kind == "image"], ALL_PICTURES)):  # fmt: skip
        if len(group) > 1:
            at = asked or _main_frames(group, best, float(middle))
            by_kind = [dict(_values(one)) for one in group]
            found += [Case(title, kind, tuple(one[kind] for one in by_kind), at) for kind in by_kind[0]]
        for one in group:
            at = asked or (best.get(one.path, float(middle)),)
            found += [Case(one.path, kind, (entry,), at) for kind, entry in _values(one)]
    stills = sum(len(case.frames) for case in found)
    if stills > MOST_STILLS:
        hint = "Choose layers with --layer, or fewer frames with --frame"
        raise CustomizationError(f"the cases have {stills} stills, more than {MOST_STILLS}", hint=hint)
    return tuple(found)


def _chosen(template: Template, names: Sequence[str]) -> list[LayerInfo]:
    """Texts and pictures, those with one address once."""
    possible = {
        one.path: one for one in reversed(template.layers) if one.kind in ("text", "image") and one.customizable
    }
    listed = ", ".join(reversed(possible)) or "none"
    for name in names:
        if name not in possible:
            what = f"the template has no text or picture layer {name!r} that can be replaced"
            raise CustomizationError(what, place=Place(layer=name), hint=f"These can be tried out: {listed}")
    return [one for one in reversed(possible.values()) if not names or one.path in names]


def _values(layer: LayerInfo) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The unusual values of a layer, as entries of a customization map."""
    if layer.kind == "text":
        for kind, text in texts_for(layer.value).items():
            yield kind, {"layer": layer.path, "text": text}
    else:
        for kind, pixels in pictures().items():
            yield kind, {"layer": layer.path, "image": pixels}


def _main_frames(layers: Sequence[LayerInfo], best: Mapping[str, float], middle: float) -> tuple[float, ...]:
    """The frame that is the best one of most layers, the earliest where several are."""
    found = [best[one.path] for one in layers if one.path in best]
    return (max(sorted(set(found)), key=found.count),) if found else (middle,)


def best_frames(template: Template) -> dict[str, float]:
    """Returns the moment at which each layer fills most of the picture, by its address. Of several such moments it is
    that nearest to the middle of them, so that nothing is caught while it comes or goes.
    """
    plan = template.plan()
    try:
        evaluator, addresses, extents = Evaluator(plan), addresses_of(plan), Extents()
        size = (template.width, template.height)
        seen: dict[str, list[tuple[int, float]]] = {}
        for frame in _moments(template):
            display = evaluator.display_list(frame, fit_viewport(size, *size), CLEAR)
            for layer, box in boxes_of(display.commands, extents, addresses).items():
                rect = intersection(box, (0, 0, *size))
                if rect is not None:
                    seen.setdefault(layer, []).append(((rect[2] - rect[0]) * (rect[3] - rect[1]), frame))
    finally:
        plan.close()
    return {layer: _middle_of_largest(found) for layer, found in seen.items()}


def _moments(template: Template) -> list[float]:
    last = template.frame_count - 1
    return sorted({template.first_frame + last * number // (MOMENTS - 1) for number in range(MOMENTS)})


def _middle_of_largest(found: Sequence[tuple[int, float]]) -> float:
    most = max(area for area, _ in found)
    frames = [frame for area, frame in found if area >= 0.98 * most]
    return frames[len(frames) // 2]

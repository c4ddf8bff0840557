"""The addresses of layers by the labels of draw commands: a label names the way to a layer through the layers that show
it, an address the composition that holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from velocity_engine.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class Addresses:
    """Of all layers of a plan.

    Attributes:
        by_label: The address of each layer, as ``LayerInfo.path`` has it, by the label of its commands.
        holders: The label of the layer that shows the composition of a layer, by the latter's label. Layers of the main
            composition are not in it.
    """

    by_label: Mapping[str, str]
    holders: Mapping[str, str]

    def of(self, label: str) -> str:
        """The address that a label stands for."""
        return self.by_label.get(label, label)

    def around(self, label: str) -> tuple[str, ...]:
        """The labels of a layer and of those that hold it, the innermost first."""
        found = [label]
        while (holder := self.holders.get(found[-1])) is not None:
            found.append(holder)
        return tuple(found)


def addresses_of(plan: Plan) -> Addresses:
    """The addresses of the layers of a plan. A composition that several layers show counts for the first of them."""
    by_label: dict[str, str] = {}
    holders: dict[str, str] = {}
    for composition in plan.compositions.values():
        own, is_main = composition.composition, composition is plan.main
        prefix = "" if is_main else f"{own.name or own.id}/"
        for planned in composition.layers:
            name = planned.layer.name
            by_label[planned.path] = prefix + name
            if not is_main:
                holders[planned.path] = planned.path[: -len(name) - 1]  # its name, and the stroke before it
    return Addresses(by_label, holders)

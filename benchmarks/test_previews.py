"""Warm previews by REST at 640 pixels: from the request until the picture is there.

As a person causes them: typing (another text, or colour, each time, at one moment), scrubbing forth (the same values,
five frames later each time), and jumping (the same values, somewhere else). Beside the time by clock stands what all
processes of the service together took of the processors for one: on a machine with other work the clock tells of that,
too.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from benchmarks.serving import Served, answer_of, serving, upload
from benchmarks.templates import FRAMES, NAMES, template_path

WIDTH = 640
ROUNDS = 40


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("previews"), previews_per_second="0") as made:
        yield made


@pytest.mark.parametrize("name", NAMES)
def test_warm_previews(benchmark: Any, record: Any, served: Served, name: str) -> None:
    template_id = upload(served.client, template_path(name))
    values = _values(answer_of(served.client.get(f"/template/{template_id}"))["layers"])
    ways: dict[str, Callable[[int], dict[str, Any]]] = {
        "typing": lambda number: {"customizationMap": values(number), "frame": 90},
        "scrubbing": lambda number: {"customizationMap": values(0), "frame": 30 + 5 * number},
        "jumping": lambda number: {"customizationMap": values(0), "frame": 61 * (number + 1) % FRAMES},
    }
    figures: dict[str, float] = {}

    def draw(body: dict[str, Any]) -> None:
        answer = served.client.post(f"/template/{template_id}/preview", json={**body, "width": WIDTH})
        assert answer.status_code == 200 and answer.content, answer.text

    def all_ways() -> None:
        for way, body in ways.items():
            draw(body(0))
            before, taken = served.processor_seconds(), []
            for number in range(1, ROUNDS + 1):
                began = time.perf_counter()
                draw(body(number))
                taken.append(1000 * (time.perf_counter() - began))
            figures[way] = statistics.median(taken)
            figures[f"{way}, processors"] = 1000 * (served.processor_seconds() - before) / ROUNDS

    benchmark.pedantic(all_ways, rounds=1)
    record(name, f"{WIDTH} wide", None, "preview", **figures)


def _values(layers: list[dict[str, Any]]) -> Callable[[int], list[dict[str, Any]]]:
    """Entries that differ for each number: the text of the first layer that has one, else the colour of the first that
    takes one."""
    for key in ("text", "color"):
        for layer in layers:
            if isinstance(layer["customizable"], list) and key in layer["customizable"]:
                path = layer["path"]
                if key == "text":
                    return lambda number: [{"layer": path, "text": f"Number {number}"}]
                return lambda number: [{"layer": path, "color": f"#{(number * 37) % 256:02x}3040"}]
    return lambda _number: []

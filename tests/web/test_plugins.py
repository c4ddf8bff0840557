"""Plugins of third parties in the service: what they do wrong ends their render, with a sentence, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from web.support_service import Client, Service, render_request
from web.support_templates import layer, template_zip

ENTRY_POINTS = "[velocity]\ntraps = traps_plugin\n"
METADATA = "Metadata-Version: 2.1\nName: acme-traps\nVersion: 1.0\n"
PLUGIN = """
import os

import numba
from velocity_engine import hookimpl
from velocity_engine.plugin_types import MP4


@numba.njit("int64(int64)", nogil=True)
def spin(count):
    while count >= 0:
        count = (count + 1) % 1000
    return count


class Trap:
    key, lottie_types, moves = "trap", (77,), True

    def prepare(self, layer, context):
        return Prepared(layer.name)


class Prepared:
    moves = True

    def __init__(self, what):
        self.what = what

    def draw(self, sampler):
        if sampler.frame >= 3:
            if self.what == "raise":
                raise KeyError("colour")
            if self.what == "spin":
                while True:
                    pass
            if self.what == "kernel":
                spin(1)
            os.abort()
        return []


@hookimpl
def velocity_layers():
    return [Trap()]


class Frail:
    number, title, pixel_formats, containers = None, "Frail", ("yuv420p",), (MP4,)
    keeps_alpha = odd_sizes = False

    def __init__(self, key):
        self.key = key

    def problems(self, config, width, height, rate):
        if self.key == "frail-problems":
            raise ValueError("no such level")
        return []

    def settings(self, config, width, height, rate):
        return {}["sett"]


@hookimpl
def velocity_codecs():
    return [Frail("frail-problems"), Frail("frail-settings")]
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    base = tmp_path_factory.mktemp("plugins")
    info = base / "plugin" / "acme_traps-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(METADATA)
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    (base / "plugin" / "traps_plugin.py").write_text(PLUGIN)
    settings = {"PYTHONPATH": str(base / "plugin"), "VELOCITY_STALL_SECONDS": "3", "VELOCITY_MAX_ATTEMPTS": "1"}
    running = Service(base / "data", settings).start()
    yield running
    running.stop()


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    with service.client() as one:
        yield one


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("raise", r"the layer plugin 'trap' of acme-traps failed at frame 3: KeyError: 'colour' .*layer raise"),
        ("spin", r"no frame came for 3 seconds"),
        ("kernel", r"no frame came for 3 seconds"),
        ("abort", r"its process crashed"),
    ],
)
def test_a_render_that_a_plugin_spoils_fails_with_a_sentence(
    service: Service, client: Client, what: str, reason: str
) -> None:
    template = client.ready_template(template_zip(layers=[layer(what, 77, 1, 10)]))
    render_id = client.start_render(template)
    status = client.settle(f"/render/{render_id}/status")
    assert status["status"] == "failed"
    assert re.search(reason, status["reason"]), status["reason"]
    assert not [path for path in service.data.rglob("*") if path.suffix in (".part", ".mp4")]


@pytest.mark.parametrize(
    ("codec", "reason"),
    [
        ("frail-problems", "while it checked the configuration: ValueError: no such level"),
        ("frail-settings", "while it chose its settings: KeyError: 'sett'"),
    ],
)
def test_a_codec_that_fails_is_refused_by_its_field(client: Client, codec: str, reason: str) -> None:
    request = render_request(client.ready_template(template_zip()), encoderConfig={"bitrate": 100_000, "codec": codec})
    for path in ("/render", "/render?dryRun=true"):
        answer = client.post(path, json=request)
        assert answer.status_code == 400, answer.text
        assert answer.json()["errors"] == {
            "encoderConfig.codec": [f"the codec {codec!r} of acme-traps failed {reason}"]
        }


def test_the_next_render_is_as_ever(client: Client) -> None:
    client.ready_render(client.ready_template(template_zip()))

"""Every example of the contract, run as it stands: only host, key, ids and file names are replaced."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from web.support_cluster import MACHINES
from web.support_contract import Example, json_answers, json_requests, of_language, parsed, shape_faults
from web.support_service import PATIENCE, Client, Service, render_request
from web.support_templates import slow_template, template_zip, wav, zipped

HOST = "https://api.veloo.io"
BROWSER = """
import { File } from 'node:buffer';
import fs from 'node:fs';
const saved = {};
const window = { URL: { createObjectURL: (blob) => { saved.blob = blob; return 'blob:x'; } } };
const link = { click: () => { saved.clicked = true; } };
const document = { createElement: () => link };
const fileInput = { files: [new File([fs.readFileSync('template.zip')], 'template.zip')] };
"""
SAVE = """
for (let i = 0; i < 500 && !saved.clicked; i++) await new Promise((done) => setTimeout(done, 10));
fs.writeFileSync(link.download, Buffer.from(await saved.blob.arrayBuffer()));
"""


class World:
    """A user with one of everything that the examples name."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.service, self.folder = service, folder
        self.client = service.client()
        self.template = template_zip()
        (folder / "template.zip").write_bytes(self.template)
        self.sound = wav()
        self.group_id = self.client.post("/audio-asset-group", json={"name": "Music"}).json()["id"]
        self.audio_id = self.client.ready_audio(self.sound, "background_music.wav", audioGroupId=self.group_id)
        self.template_id = self.client.ready_template(self.template)
        campaign_id = self.client.post("/campaign", json={"name": "Campaign"}).json()["id"]
        assert self.client.post(f"/campaign/{campaign_id}/audio-groups/{self.group_id}").status_code == 200
        instance = {"templateId": self.template_id, "name": "Instance"}
        made = self.client.post(f"/campaign/{campaign_id}/template-instance", json=instance)
        self.instance_id = made.json()["id"]
        self.render_id = self.client.ready_render(self.template_id)

    def fill_in(self, text: str) -> str:
        """An example with its host, key and ids replaced."""
        for old, new in {
            HOST: self.service.url,
            "your-api-key": self.client.key,
            "{templateId}": self.template_id,
            "your-template-id": self.template_id,
            "{audioId}": self.audio_id,
            "your-audio-id": self.audio_id,
            "{renderId}": self.render_id,
            "your-render-id": self.render_id,
            "550e8400-e29b-41d4-a716-446655440000": self.template_id,
            "123e4567-e89b-12d3-a456-426614174000": self.instance_id,
            "789a0123-b45c-67d8-e901-234567890000": self.audio_id,
        }.items():
            if f"${old}" not in text:
                text = text.replace(old, new)
        return text

    def check_effect(self, example: Example, printed: str) -> None:
        """What an example prints and saves is what it promises."""
        endpoint = example.endpoint
        if endpoint == "POST /Template/upload":
            assert self.client.settle(f"/template/{_id_in(printed, 'templateId')}/status")["status"] == "completed"
        elif endpoint == "POST /Render":
            assert self.client.settle(f"/render/{_id_in(printed, 'renderId')}/status")["status"] == "completed"
        elif endpoint.endswith("/status"):
            assert "completed" in printed
        elif endpoint == "GET /Audio/{audioId}/download":
            assert (self.folder / "audio.mp3").read_bytes() == self.sound
        elif endpoint == "GET /Render/{renderId}/download":
            video = self.client.get(f"/render/{self.render_id}/download").content
            assert (self.folder / "video.mp4").read_bytes() == video
        else:
            raise AssertionError(f"nobody looks at what {endpoint} does")


def _id_in(printed: str, field: str) -> str:
    return str(json.loads(printed)[field]) if printed.lstrip().startswith("{") else printed.strip()


@pytest.fixture(scope="module", params=MACHINES)
def service(request: pytest.FixtureRequest) -> Service:
    """On one machine, and at length on many."""
    found: Service = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def world(service: Service, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(service, tmp_path_factory.mktemp("client"))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("example", of_language("bash"), ids=lambda example: example.name)
def test_curl(world: World, example: Example) -> None:
    done = subprocess.run(
        ["bash", "-c", world.fill_in(example.text)],
        cwd=world.folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    world.check_effect(example, done.stdout)


def run_node(world: World, example: Example, prelude: str) -> None:
    code = world.fill_in(example.text)
    known = "" if "const renderId" in code else f"const renderId = '{world.render_id}';\n"
    save = SAVE if "createObjectURL" in code else ""
    script = world.folder / "example.mjs"
    script.write_text(prelude + BROWSER + known + code + save, encoding="utf-8")
    done = subprocess.run(
        ["node", str(script)], cwd=world.folder, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    world.check_effect(example, done.stdout)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("example", of_language("javascript", with_text="fetch("), ids=lambda example: example.name)
def test_fetch(world: World, example: Example) -> None:
    run_node(world, example, "")


@pytest.fixture(scope="module")
def axios(world: World, pytestconfig: pytest.Config) -> str:
    """An import of axios, which npm installs into pytest's cache."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    folder = Path(pytestconfig.cache.mkdir("axios"))
    module = folder / "node_modules" / "axios" / "index.js"
    if not module.exists():
        command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), "axios@1"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode:
            pytest.skip(f"npm could not install axios: {done.stderr[-200:]}")
    as_in_a_browser = "axios.defaults.adapter = 'fetch';\n"
    return f"import axios from '{module.as_uri()}';\n{as_in_a_browser}"


@pytest.mark.parametrize("example", of_language("javascript", with_text="axios."), ids=lambda example: example.name)
def test_axios(world: World, example: Example, axios: str) -> None:
    run_node(world, example, axios)


@pytest.mark.parametrize("example", json_requests(), ids=lambda example: example.name)
def test_json_requests_are_accepted(world: World, example: Example) -> None:
    request = json.loads(world.fill_in(example.text))
    if "jobInfo" in request:  # the example's template has 300 frames
        request["templateInstanceId"] = _long_instance(world)
    answer = world.client.post("/render?dryRun=true", json=request)
    assert answer.status_code == 200, answer.text


def _long_instance(world: World) -> str:
    template_id = world.client.ready_template(template_zip(frames=300))
    [campaign, *_] = world.client.get("/campaign").json()
    instance = {"templateId": template_id, "name": "Long"}
    return str(world.client.post(f"/campaign/{campaign['id']}/template-instance", json=instance).json()["id"])


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server without workers: what it accepts stays in its first state."""
    running = Service(tmp_path_factory.mktemp("idle") / "data", {"VELOCITY_WORKERS": "0"}).start()
    yield running
    running.stop()


def failed_audio(client: Client) -> str:
    content = wav()[:44] + b"\0"
    return str(
        client.post("/audio/upload", files={"file": ("bad.aac", b"\xff\xf1" + b"\0" * 64 + content)}).json()["audioId"]
    )


def processing_render(client: Client) -> Any:
    render_id = client.start_render(client.ready_template(slow_template()))
    status = client.until(f"/render/{render_id}/status", lambda status: status["status"] == "processing")
    client.post(f"/render/{render_id}/cancel")
    return status


def actual_answer(world: World, idle: Service, example: Example) -> Any:
    """The server's answer where the contract shows one."""
    client = world.client
    state = example.title.partition("(")[2].rstrip(")")
    waiting = idle.client()
    upload = {"file": ("background_music.wav", world.sound)}
    getters: dict[tuple[str, str], Callable[[], Any]] = {
        ("POST /Template/upload", ""): lambda: client.post(
            "/template/upload", files={"file": ("t.zip", world.template)}
        ).json(),
        ("GET /Template/all", ""): lambda: client.get("/template/all").json(),
        ("GET /Template/storage-status", ""): lambda: client.get("/template/storage-status").json(),
        ("GET /Template/{templateId}/status", "completed"): lambda: client.get(
            f"/template/{world.template_id}/status"
        ).json(),
        ("GET /Template/{templateId}/status", "failed"): lambda: client.settle(
            f"/template/{client.upload_template(zipped({'data.json': '{}'}))}/status"
        ),
        ("GET /Audio/{audioId}", "200"): lambda: client.get(f"/audio/{world.audio_id}").json(),
        ("DELETE /Audio/{audioId}", "200"): lambda: client.delete(f"/audio/{client.ready_audio(world.sound)}").json(),
        ("GET /Audio/{audioId}/status", "processing"): lambda: waiting.get(
            f"/audio/{waiting.post('/audio/upload', files=upload).json()['audioId']}/status"
        ).json(),
        ("GET /Audio/{audioId}/status", "completed"): lambda: client.get(f"/audio/{world.audio_id}/status").json(),
        ("GET /Audio/{audioId}/status", "failed"): lambda: client.settle(f"/audio/{failed_audio(client)}/status"),
        ("GET /Audio/active", ""): lambda: (
            waiting.post("/audio/upload", files=upload),
            waiting.get("/audio/active").json(),
        )[1],
        ("GET /Audio/history", ""): lambda: (
            client.settle(f"/audio/{failed_audio(client)}/status"),
            [
                client.get("/audio/history?status=completed&take=1").json()[0],
                client.get("/audio/history?status=failed&take=1").json()[0],
            ],
        )[1],
        ("POST /Render", ""): lambda: client.post("/render", json=render_request(world.template_id)).json(),
        ("GET /Render/{renderId}/status", "processing"): lambda: processing_render(client),
        ("GET /Render/{renderId}/status", "completed"): lambda: client.get(f"/render/{world.render_id}/status").json(),
        ("GET /Render/render-time-budget-status", ""): lambda: client.get("/render/render-time-budget-status").json(),
    }
    return getters[(example.endpoint, state)]()


@pytest.mark.parametrize("example", json_answers(), ids=lambda example: example.name)
def test_json_answers_have_the_fields_and_types_shown(world: World, idle: Service, example: Example) -> None:
    shown, actual = parsed(example), actual_answer(world, idle, example)
    if example.endpoint == "GET /Audio/history":
        faults = [fault for pair in zip(shown, actual, strict=True) for fault in shape_faults(*pair)]
    else:
        faults = shape_faults(shown, actual)
    assert not faults
    if isinstance(shown, dict) and "status" in shown:
        assert actual["status"] == shown["status"]


SCHEMAS = {
    "AudioDto": "/audio/{audio}",
    "AudioJobDto": "/audio/{audio}/status",
    "RenderDto": "/render/renders/{render}",
    "RenderJobDto": "/render/{render}/status",
    "TemplateDto": "/template/all",
    "TemplateJobDto": "/template/{template}/status",
    "StorageStatusDto": "/template/storage-status",
    "RenderTimeBudgetStatusDto": "/render/render-time-budget-status",
}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_field_of_every_schema_is_there(world: World, schema: str) -> None:
    from web.support_contract import CONTRACT

    section = CONTRACT.read_text(encoding="utf-8").split(f"## {schema}\n")[1].split("\n## ")[0]
    fields = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    path = SCHEMAS[schema].format(audio=world.audio_id, render=world.render_id, template=world.template_id)
    answer = world.client.get(path).json()
    entry = answer[0] if isinstance(answer, list) else answer
    assert fields
    assert set(fields) <= set(entry)


LISTS = {
    "/audio/history": "/audio/{audio}/status",
    "/render/all": "/render/renders/{render}",
    "/render/history": "/render/{render}/status",
    "/template/history": "/template/{template}/status",
}


@pytest.mark.parametrize("path", LISTS)
def test_lists_have_the_fields_of_the_single_thing(world: World, path: str) -> None:
    single = LISTS[path].format(audio=world.audio_id, render=world.render_id, template=world.template_id)
    identity = next(
        key for key in ("renderId", "audioId", "templateId", "id") if key in world.client.get(single).json()
    )
    wanted = world.client.get(single).json()
    entry = next(entry for entry in world.client.get(path).json() if entry[identity] == wanted[identity])
    assert {key: value for key, value in wanted.items() if key in entry} == entry

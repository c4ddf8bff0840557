"""What a process that renders can reach once a stranger has taken it over: nothing. Each attack is tried from inside a
real child of the real forking parent, and outside of one, where it must succeed."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from web.attacks import ATTACKS, NEED_ROOT, NEVER_PLAIN
from web.support_service import PATIENCE
from web.support_templates import document, layer, png, sliding, solid, still, template_zip, wav, zipped

import velocity_engine as engine
from velocity_web.processes.fork_server import ForkServer, Limits
from velocity_web.processes.sandbox import landlock, seccomp, syscalls

SECRETS = {"MY_SECRET_TOKEN": "planted-token", "VELOCITY_DATABASE": "postgresql://u:planted-password@127.0.0.1/x"}
ENTRY_POINTS = "[velocity]\nattacks = attacks_plugin\n"
PLUGIN = "import attacks\n\nattacks.enlist()\n"
REFUSALS = {
    "link_out_by_hard_link": {"EXDEV", "EACCES"},
    "move_a_file_out": {"EXDEV", "EACCES"},
    "write_a_large_file": {"EFBIG"},
    "open_many_descriptors": {"EMFILE"},
    "see_a_secret": {"LookupError"},
    "find_a_descriptor": {"LookupError"},
    "fall_out_of_limits": {"LookupError"},
}
CALLS = {**syscalls.REFUSED, **syscalls.WATCHED}

pytestmark = pytest.mark.skipif(
    landlock.abi() is None or not seccomp.is_available(), reason="this kernel has no Landlock or no seccomp filters"
)


@dataclass
class World:
    """A fork server that has the attacks as a plugin, and all that they reach for."""

    fork_server: ForkServer
    spec: dict[str, Any]
    limits: Limits

    def attack(self, name: str) -> dict[str, Any]:
        return ask(self.fork_server, "attack", {**self.spec, "attack": name}, self.limits)


def ask(
    fork_server: ForkServer, task: str, spec: dict[str, Any], limits: Limits, further: bytes = b""
) -> dict[str, Any]:
    """The result of one task, or why it failed. ``further``: what it reads besides."""
    pid, channel, ended = fork_server.start(task, limits)
    with channel:
        channel.settimeout(PATIENCE)
        channel.sendall(json.dumps(spec).encode() + b"\n" + further)
        received = b""
        while data := channel.recv(1 << 20):
            received += data
    while pid not in [one.pid for one in ended]:
        if (end := fork_server.hear()) is not None:
            ended.append(end)
    messages = [json.loads(line) for line in received.splitlines()]
    assert messages, f"the child ended without an answer: {ended[-1].how}"
    return dict(messages[-1])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    base = tmp_path_factory.mktemp("world")
    plugin = base / "plugin"
    (plugin / "attacks_plugin-1.0.dist-info").mkdir(parents=True)
    (plugin / "attacks_plugin-1.0.dist-info" / "METADATA").write_text("Name: attacks-plugin\nVersion: 1.0\n")
    (plugin / "attacks_plugin-1.0.dist-info" / "entry_points.txt").write_text(ENTRY_POINTS)
    (plugin / "attacks_plugin.py").write_text(PLUGIN)
    shutil.copy(Path(__file__).with_name("attacks.py"), plugin / "attacks.py")
    data = base / "data"
    for name in ("templates", "renders", "tmp/job-1"):
        (data / name).mkdir(parents=True)
    for name in ("templates/own.zip", "templates/other.zip", "templates/victim.zip", "velocity.db"):
        (data / name).write_bytes(template_zip())
    held = ctypes.create_string_buffer(b"secret")
    machine = seccomp.this_machine()
    assert machine is not None
    column = machine.column
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX) as unix,
        socket.socket(socket.AF_UNIX) as abstract,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagram,
        pytest.MonkeyPatch.context() as environment,
    ):
        udp.bind(("127.0.0.1", 0))
        unix.bind(str(base / "unix"))
        abstract.bind(f"\0velocity-{base}")
        datagram.bind(str(base / "datagram"))
        unix.listen()
        abstract.listen()
        bystander = subprocess.Popen(["sleep", "3600"])
        for name, value in SECRETS.items():
            environment.setenv(name, value)
        environment.setenv("PYTHONPATH", str(plugin))
        fork_server = ForkServer()
        spec = {
            "data": str(data),
            "input": str(data / "templates" / "own.zip"),
            "other": str(data / "templates" / "other.zip"),
            "victim": str(data / "templates" / "victim.zip"),
            "database": str(data / "velocity.db"),
            "folder": str(data / "tmp" / "job-1"),
            "mark": uuid4().hex,
            "secrets": ["planted-token", "planted-password"],
            "server": os.getpid(),
            "address": ctypes.addressof(held),
            "bystander": bystander.pid,
            "numbers": list(range(200)),
            "calls": {name: numbers[column] for name, numbers in CALLS.items()},
            "tcp": tcp.getsockname()[1],
            "udp": udp.getsockname()[1],
            "unix": str(base / "unix"),
            "abstract": f"velocity-{base}",
            "datagram": str(base / "datagram"),
        }
        limits = Limits(1 << 30, 60, 0, "", (spec["input"],), (spec["folder"],), 4 << 20)
        yield World(fork_server, spec, limits)
        fork_server.close()
        bystander.kill()
        bystander.wait()


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_from_a_child_is_refused(world: World, name: str) -> None:
    answer = world.attack(name)
    assert answer.get("result", {}).get("refused") in REFUSALS.get(name, {"EPERM", "EACCES"}), f"{name}: {answer}"


@pytest.mark.parametrize(
    ("need", "granted"),
    [
        ("processes", {"fork"}),
        ("network", {"connect_by_tcp", "send_by_udp", "bind_by_udp", "send_from_a_pair"}),
    ],
)
def test_what_an_executor_needs_grants_that_and_nothing_else(world: World, need: str, granted: set[str]) -> None:
    wider = replace(world, limits=replace(world.limits, needs=(need,)))
    allowed = {
        name
        for name in ATTACKS
        if wider.attack(name).get("result", {}).get("refused") not in REFUSALS.get(name, {"EPERM", "EACCES"})
    }
    assert allowed == granted


@pytest.mark.parametrize("name", [name for name in ATTACKS if name not in NEVER_PLAIN])
def test_the_same_attack_succeeds_without_the_confinement(world: World, name: str, tmp_path: Path) -> None:
    if name in NEED_ROOT and os.getuid() != 0:
        pytest.skip("only root can do that anyway")
    if name == "write_in_tmp" and not os.access("/tmp", os.W_OK):
        pytest.skip("nobody but root writes there on this machine")
    folder = tmp_path / "data" / "tmp" / "own"
    for one in (folder, tmp_path / "data" / "renders", tmp_path / "data" / "templates"):
        one.mkdir(parents=True)
    spec = {**world.spec, "attack": name, "data": str(tmp_path / "data"), "folder": str(folder)}
    for file in ("input", "other", "victim"):
        spec[file] = str(tmp_path / "data" / "templates" / f"{file}.zip")
        Path(spec[file]).write_bytes(b"PK")
    program = "import json, sys, attacks; print(json.dumps(attacks.run(json.loads(sys.argv[1]))))"
    if os.getuid() == 0:  # a mount of its own is gone with the process
        program = f"import ctypes; ctypes.CDLL(None).unshare(0x00020000); {program}"
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(spec)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=Path(__file__).parent,
    )
    Path("/tmp", f"velocity-planted-{spec['mark']}").unlink(missing_ok=True)
    if name == "make_a_user_namespace" and json.loads(done.stdout).get("refused") == "EPERM":
        pytest.skip("this machine refuses one to every process: a changed root or a container does")
    if name in ("execute", "execute_from_its_folder"):
        assert done.returncode == 0 and not done.stdout
    else:
        assert "got" in json.loads(done.stdout), f"{name}: {done.stdout}{done.stderr}"


# --- work goes on ---


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template with an expression, a text, a picture, a clip and a sound."""
    folder = tmp_path_factory.mktemp("everything")
    (folder / "plain.zip").write_bytes(template_zip(frames=10))
    with engine.open_template(folder / "plain.zip") as template:
        engine.render(template, folder / "clip.mp4", encoder=engine.EncoderConfig(bitrate="800k", preset=5))
    moving = solid("Moving", "#00ff00", 20, 2, (8, 8))
    moving["ks"]["r"] = {"a": 0, "k": 0, "x": "var $bm_rt; $bm_rt = time * 90;"}
    style = {"s": 12, "f": "Inter", "t": "Velocity", "j": 0, "tr": 0, "lh": 14, "ls": 0, "fc": [1, 1, 1]}
    words = {"d": {"k": [{"s": style, "t": 0}]}, "p": {}, "m": {"a": still([0, 0])}, "a": []}
    made = document(
        frames=20,
        layers=[
            layer("Headline", 5, 1, 20, t=words),
            moving,
            layer("Picture", 2, 3, 20, refId="i"),
            layer("Clip", 9, 4, 20, refId="v"),
            layer("Sound", 6, 5, 20, refId="s"),
            sliding(solid("Ground", "#203040", 20, 6), 20),
        ],
        assets=[
            {"id": "i", "w": 8, "h": 8, "u": "images/", "p": "i.png", "e": 0},
            {"id": "v", "w": 64, "h": 64, "u": "images/", "p": "v.mp4", "e": 0},
            {"id": "s", "u": "images/", "p": "s.wav", "e": 0},
        ],
        fonts={"list": [{"fName": "Inter", "fFamily": "Inter", "fStyle": "Regular"}]},
    )
    files = {"images/i.png": png(), "images/v.mp4": (folder / "clip.mp4").read_bytes(), "images/s.wav": wav(0.7)}
    (folder / "everything.zip").write_bytes(zipped({"data.json": json.dumps(made), **files}))
    (folder / "sound.wav").write_bytes(wav(0.7))
    return folder


def limits_for(world: World, *reads: Path) -> Limits:
    folder = world.spec["folder"]
    return Limits(4 << 30, 600, 0, "", tuple(str(path) for path in reads), (folder,), 64 << 20)


@pytest.mark.parametrize("codec", ["h264", "h265", "av1"])
def test_a_confined_render_makes_the_same_file(world: World, everything: Path, tmp_path: Path, codec: str) -> None:
    source = everything / "everything.zip"
    sound = everything / "sound.wav"
    config = engine.EncoderConfig(codec=codec, bitrate="800k", preset=5)
    with engine.open_template(source) as template:
        engine.render(template, tmp_path / "free.mp4", encoder=config, audio=sound)
    output = Path(world.spec["folder"], f"{codec}.mp4")
    order = engine.RenderOrder(
        template=engine.FileReference.of(source),
        output=str(output),
        encoder=config,
        soundtrack=engine.FileReference.of(sound),
    )
    spec = {"order": order.to_json(), "names": {}}
    answer = ask(world.fork_server, "render", spec, limits_for(world, source, sound))
    assert answer.get("result", {}).get("frames") == 20, answer
    assert output.read_bytes() == (tmp_path / "free.mp4").read_bytes()


def test_confined_analyses_and_previews_find_all(world: World, everything: Path) -> None:
    source = everything / "everything.zip"
    limits = limits_for(world, source, everything / "sound.wav", everything / "clip.mp4")
    answer = ask(world.fork_server, "template", {"file": str(source), "trial_seconds": 1.0}, limits)
    assert answer["result"]["findings"] == [], answer
    assert answer["result"]["trial"], "the trial, with its three encoders, needs no more than a render"
    picture = Path(world.spec["folder"], "preview.png")
    spec = {"template": str(source), "output": str(picture), "build": "1", "idle_seconds": 0, "busy_seconds": 60}
    question = {"frames": [5], "size": [64, 64], "kind": "png"}
    said = ask(world.fork_server, "preview", spec, limits, json.dumps(question).encode() + b"\n[]\n")["preview"]
    assert (said["errors"], said["drawn"], said["width"], said["height"]) == ({}, True, 64, 64)
    with engine.open_template(source) as template:
        assert picture.read_bytes() == engine.still(template, 5).encoded()
    assert ask(world.fork_server, "audio", {"file": str(everything / "sound.wav")}, limits)["result"]["codec"]
    assert ask(world.fork_server, "asset", {"file": str(everything / "clip.mp4")}, limits)["result"]["kind"] == "video"


def test_a_child_with_nothing_granted_reads_no_template(world: World, everything: Path) -> None:
    limits = Limits(1 << 30, 60, 0)
    source = str(everything / "everything.zip")
    answer = ask(world.fork_server, "template", {"file": source, "trial_seconds": 0}, limits)
    assert "failed" in answer
    assert "result" not in answer


def test_the_process_that_forks_has_one_thread(everything: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONWARNINGS", "error::DeprecationWarning")
        fork_server = ForkServer()
    try:
        source = everything / "everything.zip"
        limits = Limits(1 << 30, 60, 0, "", (str(source),), (str(tmp_path),), 64 << 20)
        answer = ask(fork_server, "template", {"file": str(source), "trial_seconds": 0}, limits)
        assert answer["result"]["findings"] == [], answer
        assert len(os.listdir(f"/proc/{fork_server.pid}/task")) == 1
    finally:
        fork_server.close()

"""A disk without room: what is refused, what fails with that reason, and that room can be made on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from web.support_invariants import broken_invariants
from web.support_service import Client, Service, render_request
from web.support_templates import noisy_template, slow_template, template_zip

from velocity_web.failures import NoSpace
from velocity_web.settings import MIB, Settings
from velocity_web.storage import disk

FILLER = {"encoderConfig": {"bitrate": 500_000, "preset": 5, "rc": 0}}
"""Constant bit rate: the file grows, whatever the picture shows."""


class Tiny:
    """A file system of 48 MiB, and what fills it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.filler = folder / "filler"

    def fill(self, leave: int = 0) -> None:
        """All but ``leave`` bytes."""
        if leave:
            with self.filler.open("ab") as file:
                file.write(b"x" * max(0, self.free() - leave))
            return
        with self.filler.open("ab", buffering=0) as file:
            for size in (MIB, 4096, 1):
                try:
                    while file.write(b"x" * size) == size:
                        pass
                except OSError:
                    continue

    def free(self) -> int:
        return disk.free_bytes(self.folder)

    def make_room(self, client: Client, service: Service) -> None:
        """Take the filler away, and wait until the service holds its reserve again."""
        self.filler.unlink(missing_ok=True)
        client.until("/template/storage-status", lambda _status: (service.data / disk.RESERVE_NAME).exists())


def left_in_tmp(service: Service) -> list[Path]:
    """What lies in the temporary folder, but for the empty folders of children that wait for the next request."""
    found = (service.data / "tmp").iterdir()
    return [path for path in found if not (path.name.startswith("task-") and not list(path.iterdir()))]


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiny]:
    if os.getuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a small file system")
    folder = tmp_path_factory.mktemp("tiny")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)], check=False)
    if done.returncode:
        pytest.skip("nothing can be mounted here")
    yield Tiny(folder)
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(scope="module")
def service_on_tiny(mounted: Tiny) -> Iterator[Service]:
    service = Service(mounted.folder / "data", {"VELOCITY_LOG_LEVEL": "ERROR"}).start()
    yield service
    service.kill()


@pytest.fixture
def tiny(mounted: Tiny, service_on_tiny: Service) -> Iterator[Tiny]:
    """The file system with room on it, and the service's reserve in its place."""
    yield mounted
    with service_on_tiny.client() as client:
        mounted.make_room(client, service_on_tiny)


def test_a_full_disk_is_told_and_room_can_be_made(tiny: Tiny, service_on_tiny: Service) -> None:
    service = service_on_tiny
    with service.client() as client:
        template_id = client.ready_template(template_zip())
        done_id = client.ready_render(template_id)
        slow_id = client.ready_template(slow_template(50))
        assert (service.data / disk.RESERVE_NAME).stat().st_size > MIB
        asked = (
            partial(client.post, "/render", json=render_request(template_id)),
            partial(client.post, "/template/upload", files={"file": ("a.zip", template_zip())}),
        )
        for ask in asked:
            tiny.fill()  # each time: the reserve is given up for what must go on
            answer = ask()
            assert answer.status_code == 507, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            assert "no space is left" in answer.json()["detail"]
        preview = client.get(f"/template/{template_id}/preview")
        if preview.status_code == 200:  # where the reserve was given up for it, or it fits into what is left
            with Image.open(BytesIO(preview.content)) as picture:
                picture.load()  # which fails of a file that was cut short
                assert picture.width > 0
        else:
            assert preview.status_code == 507, preview.text
            assert "no space is left" in preview.json()["detail"]
        tiny.fill()
        ready = client.get("/ready")
        assert ready.status_code == 503
        assert "bytes are free on the disk" in ready.json()["detail"]
        tiny.make_room(client, service)
        running_id = client.start_render(slow_id, **FILLER)
        waiting_id = client.start_render(slow_id, **FILLER)
        client.until(f"/render/{running_id}/status", lambda status: status["framesDone"] > 0)
        tiny.fill()
        status = client.settle(f"/render/{running_id}/status")
        assert (status["status"], "no space is left" in status["reason"]) == ("failed", True), status
        tiny.fill()
        assert client.post(f"/render/{waiting_id}/cancel").status_code in (200, 409)
        client.settle(f"/render/{waiting_id}/status")
        assert client.delete(f"/template/{slow_id}").status_code == 200
        tiny.fill()
        assert client.delete(f"/render/{done_id}").status_code == 200
        assert left_in_tmp(service) == []
        assert "the worker died" not in (service.data / "server.log").read_text()
        tiny.make_room(client, service)
        assert client.get("/ready").status_code == 200
        again = client.ready_render(template_id)
        assert not broken_invariants(service, client, {template_id: "template", again: "render"})


def test_a_disk_that_has_room_for_the_video_and_none_for_its_poster(tiny: Tiny, service_on_tiny: Service) -> None:
    """The render waits while the disk fills up: then its poster finds no room, and nothing of it is left."""
    service = service_on_tiny
    with service.client() as client:
        slow_id, template_id = client.ready_template(slow_template(50)), client.ready_template(noisy_template(1000))
        running_id = client.start_render(slow_id)
        client.until(f"/render/{running_id}/status", lambda status: status["framesDone"] > 0)
        render_id = client.start_render(template_id, output={"poster": {"format": "png"}})
        used = client.get("/template/storage-status").json()["usedBytes"]
        tiny.fill(leave=2 * MIB)
        client.post(f"/render/{running_id}/cancel")
        status = client.settle(f"/render/{render_id}/status")
        assert (status["status"], "no space is left" in status["reason"]) == ("failed", True), status
        assert client.get(f"/render/{render_id}/poster").status_code == 404
        assert not list((service.data / "renders").glob(f"{render_id}*"))
        assert left_in_tmp(service) == []
        assert client.get("/template/storage-status").json()["usedBytes"] == used
        tiny.filler.unlink()
        again = client.ready_render(template_id, output={"poster": {"format": "jpeg"}})
        assert not broken_invariants(service, client, {render_id: "render", again: "render"})
        for one in (f"render/{again}", f"template/{template_id}", f"template/{slow_id}"):
            client.delete(f"/{one}").raise_for_status()


def test_an_empty_byte_is_enough_to_delete(tiny: Tiny, service_on_tiny: Service) -> None:
    """One thing after the other, the disk filled up to the last byte before each."""
    with service_on_tiny.client() as client:
        templates = [client.ready_template(template_zip()) for _ in range(5)]
        for template_id in templates:
            tiny.fill()
            assert client.delete(f"/template/{template_id}").status_code == 200
        assert client.get("/template/all").json() == []


@pytest.mark.parametrize("chunked", [False, True])
def test_an_upload_that_does_not_fit_is_507(tiny: Tiny, service_on_tiny: Service, chunked: bool) -> None:
    content = os.urandom(MIB)
    body = (content for _ in range(70)) if chunked else content * 70
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    with service_on_tiny.client() as client:
        answer = client.post("/template/upload", content=body, headers=headers)
        assert answer.status_code == 507, answer.text
        assert "no space is left" in answer.json()["detail"]
        assert tiny.free() > 32 * MIB  # of 48: the rest is the database, its log and the reserve
        assert client.ready_template(template_zip())


def test_uploads_that_fill_the_disk_together_are_answered(tiny: Tiny, service_on_tiny: Service) -> None:
    """Each would fit alone, so that only the writing itself finds out."""
    content = os.urandom(20 * MIB)
    with service_on_tiny.client() as client:
        tiny.filler.write_bytes(b"x" * MIB)

        def pieces() -> Iterator[bytes]:
            yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n'
            yield content[: 10 * MIB]
            tiny.fill()
            yield content[10 * MIB :]
            yield b"\r\n--b--\r\n"

        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        answer = client.post("/template/upload", content=pieces(), headers=headers)
        assert answer.status_code == 507, answer.text
        assert left_in_tmp(service_on_tiny) == []
        tiny.filler.unlink()
        assert client.ready_template(template_zip())


def test_what_must_stay_free_is_less_on_a_small_disk(tmp_path: Path) -> None:
    total = shutil.disk_usage(tmp_path).total
    assert disk.least_free_bytes(Settings(data=tmp_path, min_free_bytes=total)) == pytest.approx(total / 20, rel=0.01)
    assert disk.least_free_bytes(Settings(data=tmp_path, min_free_bytes=1000)) == 1000
    with pytest.raises(NoSpace, match="no space is left"):
        disk.require_room(Settings(data=tmp_path), total)
    disk.require_room(Settings(data=tmp_path, min_free_bytes=0), 1)


def test_the_reserve_is_held_and_given_up(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, min_free_bytes=0)
    disk.hold_reserve(settings)
    assert 0 < (tmp_path / disk.RESERVE_NAME).stat().st_blocks * 512 <= disk.RESERVE_BYTES + MIB
    disk.give_up_reserve(settings)
    disk.give_up_reserve(settings)
    assert not (tmp_path / disk.RESERVE_NAME).exists()

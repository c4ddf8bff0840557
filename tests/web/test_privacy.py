"""What the service keeps to itself: files, secrets, the database's address; and what it says of it."""

from __future__ import annotations

import os
import pwd
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from web.support_processes import children_of
from web.support_service import PATIENCE, Service
from web.support_templates import png, slow_template, template_zip, wav

from velocity_web.processes import lending
from velocity_web.processes.fork_server import Limits
from velocity_web.processes.privacy import close_folders
from velocity_web.processes.sandbox import landlock, seccomp
from velocity_web.settings import Settings

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")


def command_line(pid: int) -> str:
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def fork_servers_of(service: Service) -> list[int]:
    """The forking parents; a child of theirs has the same command line, and may end while this looks."""
    assert service.process
    found = [pid for pid in children_of(service.process.pid) if "processes.fork_server" in command_line(pid)]
    children = {child for pid in found for child in children_of(pid)}
    return [pid for pid in found if pid not in children]


@pytest.fixture(scope="module")
def own_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One that nobody uses beside these tests, with secrets in its environment."""
    secrets = {"MY_SECRET_TOKEN": "planted", "VELOCITY_WEBHOOK_ATTEMPTS": "7"}
    running = Service(tmp_path_factory.mktemp("own") / "data", secrets).start()
    yield running
    running.stop()


def test_secrets_of_the_server_do_not_reach_the_processes_that_fork(own_service: Service) -> None:
    service = own_service
    client = service.client()
    template_id = client.ready_template(template_zip())
    assert client.get(f"/template/{template_id}/preview").status_code == 200
    fork_servers = fork_servers_of(service)
    assert len(fork_servers) == 2
    for pid in fork_servers:
        if os.getuid() != 0:  # not even its own user sees it
            with pytest.raises(PermissionError):
                Path(f"/proc/{pid}/environ").read_bytes()
            continue
        said = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"PATH=" in said
        assert b"planted" not in said and b"VELOCITY_" not in said


@pytest.mark.parametrize("arguments", [["serve", "--port", "0"], ["worker"], ["admin", "user-list"]])
def test_the_databases_password_leaves_the_command_line(tmp_path: Path, arguments: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://velocity:planted@127.0.0.1:{silent.getsockname()[1]}/x"
        process = subprocess.Popen(
            [sys.executable, "-m", "velocity_engine", *arguments, "--data", str(tmp_path / "data"), "--database", url],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            silent.settimeout(PATIENCE)
            connection, _address = silent.accept()
            with connection:
                said = command_line(process.pid)
                assert "--database ****" in said
                assert "planted" not in said
        finally:
            process.kill()
            process.wait()


def test_files_are_for_the_service_alone(own_service: Service) -> None:
    service = own_service
    client = service.client()
    template_id = client.ready_template(template_zip())
    client.ready_audio(wav())
    assert client.post("/asset", files={"file": ("a.png", png())}).status_code == 200
    client.ready_render(template_id)
    folders = [service.data, *(path for path in service.data.iterdir() if path.is_dir())]
    files = [path for folder in folders[1:] for path in folder.iterdir()] + list(service.data.glob("velocity.db*"))
    assert len(files) >= 5
    others = stat.S_IRWXO | stat.S_IRGRP | stat.S_IWGRP
    assert {oct(path.stat().st_mode & others) for path in (*folders, *files)} == {"0o0"}
    left = list((service.data / "tmp").iterdir())
    assert all(path.name.startswith("task-") and not list(path.iterdir()) for path in left)  # of a child that waits


@pytest.mark.long
def test_an_open_data_folder_is_closed_and_that_is_logged(new_service: Callable[..., Service]) -> None:
    service = new_service(workers="0")
    client = service.client()
    template_id = client.upload_template(template_zip())
    service.stop()
    loose = [service.data, service.data / "templates", service.data / "velocity.db"]
    loose += (service.data / "templates").iterdir()
    for path in loose:
        path.chmod(0o777)
    service.environment["VELOCITY_WORKERS"] = "1"
    service.start()
    assert {path.stat().st_mode & 0o027 for path in loose} == {0}
    assert "was open to other users" in (service.data / "server.log").read_text()
    with service.client() as other:
        other.headers["X-API-Key"] = client.key
        assert other.settle(f"/template/{template_id}/status")["status"] == "completed"
        assert other.ready_render(template_id)


def test_what_confines_is_told_at_start_and_when_asked(new_service: Callable[..., Service], tmp_path: Path) -> None:
    service = new_service(workers="0")
    told = service.client().get("/ready").json()["confinement"]
    assert (told["landlock"], told["seccomp"]) == (landlock.abi(), seccomp.is_available())
    as_root_alone = os.getuid() == 0
    assert any("VELOCITY_RUN_AS" in sentence for sentence in told["missing"]) == as_root_alone
    log = (service.data / "server.log").read_text()
    assert ("WARNING: Velocity runs as root" in log) == as_root_alone
    assert '"event": "confinement"' in log


def test_an_attempts_folder_goes_whatever_becomes_of_it(own_service: Service) -> None:
    service = own_service
    client = service.client()
    template_id = client.ready_template(slow_template())
    render_id = client.start_render(template_id)
    client.until(f"/render/{render_id}/status", lambda status: status["framesDone"] > 0)
    [folder] = (path for path in (service.data / "tmp").iterdir() if not path.name.startswith("task-"))
    assert folder.name == f"{render_id}-1"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    client.post(f"/render/{render_id}/cancel")
    assert client.settle(f"/render/{render_id}/status")["status"] == "cancelled"
    assert client.ready_render(client.ready_template(template_zip()))
    left = list((service.data / "tmp").iterdir())
    assert all(path.name.startswith("task-") and not list(path.iterdir()) for path in left)  # of a child that waits


@as_root
def test_another_user_reads_what_is_lent_and_nothing_else(tmp_path: Path) -> None:
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):
        folder.chmod(0o755)
    data = tmp_path / "data"
    for name in ("templates", "audio", "assets", "renders", "tmp", "tmp/job-1"):
        (data / name).mkdir(parents=True, mode=0o700)
    for name in ("velocity.db", "templates/lent.zip", "templates/other.zip", "renders/video.mp4"):
        (data / name).write_text("text")
        (data / name).chmod(0o600)
    close_folders(Settings(data=data, run_as="nobody"))
    own = str(data / "tmp" / "job-1")
    lending.lend(Limits(1, 1, 0, "nobody", (str(data / "templates" / "lent.zip"),), (own,)))
    user = pwd.getpwnam("nobody")

    def can(*command: str) -> bool:
        done = subprocess.run(
            command, capture_output=True, user=user.pw_uid, group=user.pw_gid, extra_groups=[], check=False
        )
        return done.returncode == 0

    assert can("cat", str(data / "templates" / "lent.zip"))
    assert can("touch", f"{own}/output")
    for closed in ("velocity.db", "templates/other.zip", "renders/video.mp4"):
        assert not can("cat", str(data / closed)), closed
    for closed in ("", "templates", "tmp"):
        assert not can("ls", str(data / closed)), closed
        assert not can("touch", str(data / closed / "planted")), closed
    assert not can("tee", "-a", str(data / "templates" / "lent.zip"))


@pytest.mark.long
@as_root
def test_a_user_that_cannot_be_used_is_said_at_start(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "data"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    for run_as, sentence in (("no-such-user", "does not have: no-such-user"), ("nobody", "cannot enter")):
        done = subprocess.run(
            [sys.executable, "-m", "velocity_engine", "serve", "--port", "0", "--data", str(inner)],
            env={**os.environ, "VELOCITY_RUN_AS": run_as},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 1
        assert sentence in done.stderr and "Traceback" not in done.stderr

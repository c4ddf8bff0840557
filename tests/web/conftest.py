"""One server for most tests of the service; each test has a user of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from network_support import WebServer
from web.support_bucket import S3Server
from web.support_cluster import require_cluster, running_cluster
from web.support_places import connections, folder_connection
from web.support_postgres import Postgres
from web.support_queue import empty
from web.support_service import Client, Service
from web.support_templates import template_zip

from velocity_web.database import entities
from velocity_web.jobs.worker_loop import Worker
from velocity_web.settings import Settings
from velocity_web.storage.files import make_folders
from velocity_web.storage.folder import FolderObjects


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = {
        "VELOCITY_WEBHOOK_ALLOW_PRIVATE": "true",
        "VELOCITY_WEBHOOK_BACKOFF_SECONDS": "0.2",
        "VELOCITY_WEBHOOK_ATTEMPTS": "3",
        "VELOCITY_CONNECTIONS": connections(media=folder_connection(tmp_path_factory.mktemp("media"))),
    }
    running = Service(tmp_path_factory.mktemp("service") / "data", settings).start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def one_service(service: Service) -> Service:
    """By another name, for modules in which ``service`` is several in turn."""
    return service


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The same on several machines: they share a database and a bucket."""
    require_cluster()
    with running_cluster(tmp_path_factory.mktemp("cluster"), webhook_allow_private="true") as running:
        yield running


@pytest.fixture(scope="session")
def own_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of this process, without a server: a process can be bound to one only."""
    data = tmp_path_factory.mktemp("data")
    entities.connect(data)
    return data / "velocity.db"


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    with service.client() as made:
        yield made


@pytest.fixture
def template_id(client: Client) -> str:
    return client.ready_template(template_zip())


@pytest.fixture
def new_service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts servers of a test's own."""
    started: list[Service] = []

    def start(**settings: str) -> Service:
        environment = {f"VELOCITY_{name.upper()}": value for name, value in settings.items()}
        made = Service(tmp_path / f"data-{len(started)}", environment).start()
        started.append(made)
        return made

    yield start
    for made in started:
        if made.process and made.process.poll() is None:
            made.kill()


@pytest.fixture
def worker(own_database: Path) -> Iterator[Worker]:
    empty()
    data = own_database.parent
    make_folders(data)
    settings = Settings(data=data, max_attempts=2, stall_seconds=120, analysis_seconds=60)
    made = Worker(settings, FolderObjects(data))
    yield made
    for running in made.children.running.values():
        running.channel.close()


@pytest.fixture
def child() -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Processes that a worker may end: each in a session of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(["sleep", "600"], start_new_session=True))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait()


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def s3_server() -> Iterator[S3Server]:
    made = S3Server()
    yield made
    made.stop()


@pytest.fixture
def server() -> Iterator[WebServer]:
    """Somebody else's web server."""
    made = WebServer()
    yield made
    made.close()


@pytest.fixture
def reaching(server: WebServer, new_service: Callable[..., Service]) -> Callable[..., Service]:
    """Starts services that may reach the web server."""

    def start(**settings: str) -> Service:
        return new_service(private_hosts=f'["{server.host}"]', **settings)

    return start

"""The service as the conductor of a cluster: its confined processes reach the scheduler and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dask_support import Cluster
from web.support_service import FINAL, Service, render_request
from web.support_templates import slow_template, template_zip

from velocity_web.orders.executors import NotInstalled, chosen_executor, executor_errors, needs_of
from velocity_web.settings import Settings

CONFIG = {"bitrate": 100_000, "preset": 5, "gop": 5}


@pytest.fixture(scope="module")
def conducting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    with Cluster(folder / "cluster") as cluster:
        cluster.add(1, 2)
        environment = {"VELOCITY_EXECUTOR": cluster.executor, "VELOCITY_EXECUTORS_ALLOWED": '["local"]'}
        service = Service(folder / "data", environment).start()
        yield service
        service.kill()


def test_a_render_on_a_cluster_has_the_bytes_of_one_here(conducting: Service) -> None:
    client = conducting.client()
    template_id = client.ready_template(template_zip(frames=60))
    output = {"poster": {"frame": 3}}
    found = set()
    for more in ({}, {"executor": "dask"}, {"executor": "local"}):
        render_id = client.ready_render(template_id, encoderConfig=CONFIG, output=output, **more)
        parts = [client.get(f"/render/{render_id}/{part}").content for part in ("download", "poster")]
        found.add(tuple(hashlib.sha256(part).hexdigest() for part in parts))
    assert len(found) == 1


@pytest.mark.long
def test_progress_is_told_and_a_render_can_be_cancelled(conducting: Service) -> None:
    client = conducting.client()
    template_id = client.ready_template(slow_template())
    render_id = client.start_render(template_id, encoderConfig={**CONFIG, "preset": 0})

    def far(status: dict[str, Any]) -> bool:
        return status["status"] in FINAL or (status.get("frames") or status.get("progress") or 0) > 0

    status = client.until(f"/render/{render_id}/status", far)
    assert status["status"] not in FINAL, status
    assert client.post(f"/render/{render_id}/cancel").status_code == 200
    assert client.settle(f"/render/{render_id}/status")["status"] == "cancelled"


def test_it_is_confined_and_says_what_is_granted(conducting: Service) -> None:
    missing = conducting.client().get("/ready").json()["confinement"]["missing"]
    assert [one for one in missing if "executor" in one] == [
        "network: for an executor they can connect to any address that this machine reaches"
    ]


def test_a_request_names_an_executor_without_its_address(conducting: Service) -> None:
    client = conducting.client()
    request = render_request(client.ready_template(template_zip()), executor="dask://elsewhere:8786")
    answer = client.post("/render", json=request)
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"executor": ["it must be one of local, dask, or left out"]}


def test_settings_name_addresses(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, executor="dask://one:8786", executors_allowed=["dask://two:8786", "processes"])
    assert chosen_executor(None, settings) == chosen_executor("dask", settings) == "dask://one:8786"
    assert chosen_executor("processes", settings) == "processes"
    assert executor_errors("dask", settings) == {}
    assert needs_of("dask://one:8786") == ("network",)
    with pytest.raises(NotInstalled, match=r"dask://one is no address of a dask scheduler\. Write it as"):
        needs_of("dask://one")
    with pytest.raises(NotInstalled, match="the executor farm is not installed in this service"):
        needs_of("farm://one:8786")


def test_a_service_is_told_that_it_needs_an_address(tmp_path: Path) -> None:
    """A confined process could start no cluster: each render would fail."""
    with pytest.raises(RuntimeError, match="the executor dask is given without an address"):
        Service(tmp_path / "data", {"VELOCITY_EXECUTOR": "dask"}).start()
    with pytest.raises(NotInstalled, match="so write dask://, then the host and the port"):
        needs_of("dask")

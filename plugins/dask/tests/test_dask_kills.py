"""Workers and schedulers die at random moments: a video is right, or there is none and a sentence says why."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from dask_support import Cluster, until

import velocity_engine as ve

DEMO = Path(__file__).resolve().parents[3] / "examples" / "demo.zip"
KILLS, SCHEDULERS = 30, 5
SENTENCES = (
    "the workers that rendered segment",
    "was lost",
    "the scheduler of the dask cluster does not answer any more",
)


def an_order(folder: Path) -> ve.RenderOrder:
    encoder = ve.EncoderConfig(resolution=(480, 270), preset=3, segment_seconds=0.2)
    with ve.open_template(DEMO) as template:
        return ve.order_for(template, folder / "out.mp4", encoder=encoder)


def outcome(order: ve.RenderOrder, executor: str, expected: bytes) -> str:
    """ "right", or the sentence of the error. Nothing is left of the video but a right one."""
    output = Path(order.output)
    output.unlink(missing_ok=True)
    try:
        ve.render_order(order, executor=executor)
    except ve.RenderFailed as error:
        assert list(output.parent.glob("*.mp4*")) == []
        return str(error)
    assert output.read_bytes() == expected
    return "right"


def kill_after(seconds: float, cluster: Cluster) -> None:
    assert cluster.scheduler
    time.sleep(seconds)
    cluster.scheduler.kill()


def all_ended(cluster: Cluster) -> bool:
    """The workers end by themselves without a scheduler."""
    return all(worker.process.poll() is not None for worker in cluster.workers)


@contextmanager
def meanwhile(does: Callable[[], object]) -> Iterator[Future[object]]:
    """What it raises is raised at the end."""
    with ThreadPoolExecutor(1) as pool:
        doing = pool.submit(does)
        yield doing
        doing.result()


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_workers_that_die_at_random_moments(tmp_path: Path) -> None:
    order, chance = an_order(tmp_path), random.Random(2026)
    ve.render_order(order)
    expected = Path(order.output).read_bytes()
    killed = 0

    with Cluster(tmp_path / "cluster") as cluster:

        def kill_all() -> None:
            nonlocal killed
            while killed < KILLS:
                time.sleep(chance.uniform(0.1, 2.5))
                cluster.kill(chance.randrange(len(cluster.workers)))
                killed += 1
                cluster.add(chance.choice((1, 2)))

        cluster.add(1, 2, 1)
        found = []
        with meanwhile(kill_all) as killing:
            while not killing.done():
                found.append(outcome(order, cluster.executor, expected))
        found.append(outcome(order, cluster.executor, expected))
    assert killed == KILLS
    assert found[-1] == "right" and found.count("right") > len(found) / 2
    assert all(one == "right" or any(sentence in one for sentence in SENTENCES) for one in found), found


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_schedulers_that_die_at_random_moments(tmp_path: Path) -> None:
    order, chance = an_order(tmp_path), random.Random(2027)
    ve.render_order(order)
    expected = Path(order.output).read_bytes()
    for number in range(SCHEDULERS):
        with Cluster(tmp_path / f"cluster-{number}") as cluster:
            cluster.add(1, 1)
            with meanwhile(partial(kill_after, chance.uniform(0.0, 3.0), cluster)):
                found = outcome(order, cluster.executor, expected)
            until(partial(all_ended, cluster))
        assert found == "right" or SENTENCES[-1] in found or "no dask scheduler answers" in found

"""Sound is the same bytes on every executor: the pictures are rendered elsewhere, and the mix is none of theirs."""

from __future__ import annotations

from pathlib import Path

from dask_support import Cluster, rendered
from media_support import decoded_sound
from sound_orders import orders_with_sound


def test_a_soundtrack_has_the_same_bytes_on_every_executor(tmp_path: Path) -> None:
    videos: list[bytes] = []
    with Cluster(tmp_path / "cluster") as cluster:
        cluster.add(1, 2)
        for name, order in orders_with_sound(tmp_path):
            here = rendered(order, tmp_path, "local")
            assert rendered(order, tmp_path, "processes") == here, name
            assert rendered(order, tmp_path, cluster.executor) == here, name
            videos.append(here)
            assert abs(decoded_sound(tmp_path / "local.mp4")).max() > 0.05, name
    assert len(set(videos)) == len(videos), "each mix sounds otherwise"

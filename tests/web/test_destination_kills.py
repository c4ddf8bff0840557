"""kill -9 of the worker at random moments while it delivers: each object is whole or absent, and there in the end."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from web.support_bucket import Bucket, S3Server
from web.support_places import bucket_connection, connections, folder_connection, no_parts
from web.support_service import Client, Service
from web.support_templates import template_zip

from velocity_web.processes.identity import is_dead

KILLS_OF_ONE = 6
"""At most, before the next render is ordered."""
LONGEST_WAIT = 0.8
SLOW_SECONDS = 0.3
"""That each request to the bucket takes: an upload is one, and one more asks what has arrived."""
FINISHED = ("delivered", "failed", "cancelled")


@dataclass
class Stage:
    """A service, where it delivers to, and what was ever seen there."""

    service: Service
    bucket: Bucket
    out: Path
    chance: random.Random
    seen: set[tuple[str, int]] = field(default_factory=set)
    hit: Counter[str] = field(default_factory=Counter)

    def look(self) -> None:
        for path in self.out.glob("*.mp4"):
            self.seen.add((path.name, path.stat().st_size))
        self.seen.update((path.rpartition("/")[2], size) for path, size in self.bucket.sizes("out"))

    def under_way(self, render_id: str, *, while_written: bool) -> set[tuple[str, str]]:
        """Waits until a living worker delivers something of a render: the connections, and who. Empty where all of it
        is there. ``while_written``: until a folder's file is being written, if that is yet to be."""
        while True:
            rows = self.service.query(
                "SELECT connection, owner, part FROM destination WHERE render_id = ? AND status NOT IN (?, ?, ?)",
                *(render_id, *FINISHED),
            )
            if not rows:
                return set()
            at_work = [(connection, owner, part) for connection, owner, part in rows if owner and not is_dead(owner)]
            is_written = any(connection == "disk" and part for connection, _owner, part in at_work)
            is_to_be = while_written and any(connection == "disk" for connection, _owner, _part in rows)
            if at_work and (is_written or not is_to_be):
                return {(connection, owner) for connection, owner, _part in at_work}
            time.sleep(0.002)

    def kill(self, render_id: str) -> bool:
        """SIGKILL to the worker that delivers, which the server starts anew; False where it was done before."""
        is_aimed = self.chance.random() < 0.5
        if not self.under_way(render_id, while_written=is_aimed):
            return False
        time.sleep(self.chance.uniform(0.0, 0.003 if is_aimed else LONGEST_WAIT))
        at_work = self.under_way(render_id, while_written=False)
        for owner in {owner for _connection, owner in at_work}:
            with suppress(ProcessLookupError):
                os.kill(int(owner.split(":")[1]), signal.SIGKILL)
        self.hit.update(connection for connection, _owner in at_work)
        self.look()
        return bool(at_work)


def outlives_kills(stage: Stage, kills: int) -> None:
    with stage.service.client() as client:
        template_id = client.ready_template(template_zip())
        wanted = [{"connection": "disk", "path": "{id}.mp4"}, {"connection": "media", "path": "{id}.mp4"}]
        ids: list[str] = []
        killed = 0
        while killed < kills:
            ids.append(client.start_render(template_id, destinations=wanted))
            of_one = 0
            while of_one < min(KILLS_OF_ONE, kills - killed) and stage.kill(ids[-1]):
                of_one += 1
            killed += of_one
        whole = {(f"{render_id}.mp4", came_whole(stage, client, render_id)) for render_id in ids}
    stage.look()
    assert stage.seen == whole, "what was there at any moment was whole"
    assert no_parts(stage.out) and len(list(stage.out.iterdir())) == len(ids)
    print(f"{killed} kills of {len(ids)} renders, while there was on its way: {dict(stage.hit)}")


def came_whole(stage: Stage, client: Client, render_id: str) -> int:
    """The size of a render that is completed, and lies whole at both destinations."""
    status = client.settle(f"/render/{render_id}/status")
    assert status["status"] == "completed", status
    told = [(one["status"], one["attempts"]) for one in status["destinations"]]
    assert told == [("delivered", 1)] * 2, "kills are no attempts"
    content = client.get(f"/render/{render_id}/download").content
    assert (stage.out / f"{render_id}.mp4").read_bytes() == content
    assert stage.bucket._system.cat_file(f"{stage.bucket.name}/out/{render_id}.mp4") == content
    return len(content)


@pytest.mark.parametrize("kills", [3, pytest.param(50, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])
def test_deliveries_outlive_kills(
    new_service: Callable[..., Service], s3_server: S3Server, tmp_path: Path, kills: int
) -> None:
    bucket, out = Bucket(s3_server), tmp_path / "out"
    service = new_service(
        connections=connections(disk=folder_connection(out), media=bucket_connection(bucket)),
        max_attempts="50",
        delivery_backoff_seconds="0.1",
        lease_seconds="3",
    )
    stage = Stage(service, bucket, out, random.Random(17))
    with s3_server.failing("slow", SLOW_SECONDS):
        outlives_kills(stage, kills)
    if kills > 10:
        assert set(stage.hit) == {"disk", "media"}

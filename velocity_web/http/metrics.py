"""What ``/metrics`` shows.

Requests and bytes are those of this server process alone. Queue, workers, failures and renders are the whole service's:
they come from the database, whoever is asked, by questions whose cost does not grow with what was ever rendered.
"""

from __future__ import annotations

from collections import Counter as Counted
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from velocity_web.database import tallies, workers
from velocity_web.database.entities import NOT_YET, reading, rows
from velocity_web.database.faults import DATABASE_ERRORS
from velocity_web.database.now import now_ms
from velocity_web.database.tallies import Tally
from velocity_web.schemas import states

registry = CollectorRegistry()
REQUESTS = Counter(
    "velocity_requests", "HTTP requests to this server process", ["method", "route", "status"], registry=registry
)
REQUEST_SECONDS = Histogram(
    "velocity_request_seconds", "Time to the answer's headers, of this server process", ["route"], registry=registry
)
UPLOADED_BYTES = Counter(
    "velocity_uploaded_bytes", "Bytes of uploads that this server process accepted", registry=registry
)
SENT_BYTES = Counter("velocity_sent_bytes", "Bytes that this server process sent to its clients", registry=registry)

KINDS = (states.RENDER, states.TEMPLATE, states.AUDIO, states.ASSET, states.FONT)
MOST_COUNTED = 10_000
"""Of jobs that wait: to count all of a million would take long, and who has as many knows enough."""
WAITS = (
    f"kind = $kind AND lease_owner IS NULL AND status IN ({states.listed(states.CLAIMABLE)}) AND not_before < {NOT_YET}"
)
SHOWN: dict[Tally, tuple[str, str, tuple[str, ...]]] = {
    Tally.ENDED: ("velocity_jobs_ended", "Jobs that ended, by their final state", ("kind", "status")),
    Tally.FAILED: ("velocity_failures", "Jobs that failed, by reason", ("kind", "reason")),
    Tally.RENDER_SECONDS: ("velocity_render_seconds", "Time that completed renders took", ("codec",)),
    Tally.RENDER_FRAMES: ("velocity_render_frames", "Frames of completed renders", ("codec",)),
    Tally.CACHE_FRAMES: ("velocity_cache_frames", "Frames of completed renders by what the cache had", ("outcome",)),
    Tally.STORED_BYTES: ("velocity_stored_bytes", "Bytes of videos and posters that were stored", ("kind",)),
}
"""Name, meaning and labels of what is counted in the database."""


class DatabaseCollector(Collector):
    """Read from the database at each scrape, so that it holds for all servers and workers."""

    def collect(self) -> Iterator[Metric]:
        with suppress(*DATABASE_ERRORS):  # a full disk shows what is known
            tallies.write_down()
        with reading():
            yield from _queue()
            yield from _workers()
            yield from _tallies()
            yield from _accounts()


def _queue() -> Iterator[Metric]:
    jobs = GaugeMetricFamily(
        "velocity_jobs", f"Jobs that wait (counted up to {MOST_COUNTED}) or are worked on", labels=["kind", "status"]
    )
    age = GaugeMetricFamily(
        "velocity_queue_age_seconds", "How long the oldest job that waits has waited; 0: none does", labels=["kind"]
    )
    now = now_ms()
    leased = Counted(kind for (kind,) in rows("SELECT kind FROM job WHERE lease_owner IS NOT NULL", {}))
    for kind in KINDS:
        asked = {"kind": kind, "most": MOST_COUNTED}
        [(waiting,)] = rows(f"SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE {WAITS} LIMIT $most) x", asked)
        [(oldest,)] = rows(f"SELECT MIN(created_at) FROM job WHERE {WAITS}", asked)
        jobs.add_metric([kind, "waiting"], waiting)
        jobs.add_metric([kind, "working"], leased[kind])
        age.add_metric([kind], 0 if oldest is None else max(0.0, (now - oldest) / 1000))
    yield jobs
    yield age


def _workers() -> Iterator[Metric]:
    live = workers.live()
    yield GaugeMetricFamily("velocity_workers", "Worker processes that live", value=len(live))
    slots = GaugeMetricFamily("velocity_worker_slots", "Jobs that they can work on at once", labels=["kind"])
    busy = GaugeMetricFamily("velocity_worker_busy", "Jobs that they work on", labels=["kind"])
    for kind, places, taken in (
        ("render", sum(one.render_slots for one in live), sum(one.renders for one in live)),
        ("other", sum(one.other_slots for one in live), sum(one.others for one in live)),
    ):
        slots.add_metric([kind], places)
        busy.add_metric([kind], taken)
    yield slots
    yield busy


def _tallies() -> Iterator[Metric]:
    counted: dict[str, list[tuple[list[str], float]]] = defaultdict(list)
    for name, kind, what, amount in tallies.read():
        counted[name].append(([kind, what], amount))
    for tally, (name, meaning, labels) in SHOWN.items():
        family = CounterMetricFamily(name, meaning, labels=labels)
        for values, amount in counted[tally.value]:
            family.add_metric(values[: len(labels)], amount)
        yield family


def _accounts() -> Iterator[Metric]:
    [totals] = rows("SELECT COUNT(*), COALESCE(SUM(used_bytes), 0), COALESCE(SUM(used_ms), 0) FROM account", {})
    accounts, used_bytes, used_ms = totals
    yield GaugeMetricFamily("velocity_accounts", "Accounts", value=accounts)
    yield GaugeMetricFamily("velocity_storage_used_bytes", "Bytes of all accounts' files", value=used_bytes)
    yield GaugeMetricFamily("velocity_render_charged_milliseconds", "Render time charged", value=used_ms)


registry.register(DatabaseCollector())


def exposition() -> bytes:
    return generate_latest(registry)

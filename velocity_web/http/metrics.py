"""What ``/metrics`` shows: requests as this process served them, jobs and storage as the database holds them."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from velocity_web.database.entities import reading, rows

registry = CollectorRegistry()
REQUESTS = Counter("velocity_requests", "HTTP requests", ["method", "route", "status"], registry=registry)
REQUEST_SECONDS = Histogram("velocity_request_seconds", "Time to the answer's headers", ["route"], registry=registry)
UPLOADED_BYTES = Counter("velocity_uploaded_bytes", "Bytes of accepted uploads", registry=registry)


class DatabaseCollector(Collector):
    """Gauges read from the database at each scrape, so that they hold for all workers."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with reading():
            jobs = rows("SELECT kind, status, COUNT(*) FROM job GROUP BY kind, status", {})
            totals = rows("SELECT COUNT(*), COALESCE(SUM(used_bytes), 0), COALESCE(SUM(used_ms), 0) FROM account", {})
        family = GaugeMetricFamily("velocity_jobs", "Jobs by kind and status", labels=["kind", "status"])
        for kind, status, count in jobs:
            family.add_metric([kind, status], count)
        yield family
        accounts, used_bytes, used_ms = totals[0]
        yield GaugeMetricFamily("velocity_accounts", "Accounts", value=accounts)
        yield GaugeMetricFamily("velocity_storage_used_bytes", "Bytes of all accounts' files", value=used_bytes)
        yield GaugeMetricFamily("velocity_render_charged_milliseconds", "Render time charged", value=used_ms)


registry.register(DatabaseCollector())


def exposition() -> bytes:
    return generate_latest(registry)

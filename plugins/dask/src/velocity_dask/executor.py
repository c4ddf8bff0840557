"""The executor ``dask``: ``dask`` alone, or with the address of a scheduler."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from velocity_engine import PluginError, RenderCancelled, RenderOrder, build_parts
from velocity_engine.plugin_types import EncodedSegment, RenderWatch, Segment

LOOK_SECONDS = 0.05
SCHEME = "dask://"
ADDRESS = re.compile(r"dask://(?P<place>(?:\[[0-9a-fA-F:.]+\]|[^\s/:@\[\]]+):\d{1,5})/?")


class DaskExecutor:
    """Renders on the workers of a scheduler: that of ``place`` ("host:8786"), or else that of dask's own setting
    ``scheduler-address`` (``DASK_SCHEDULER_ADDRESS``), or else on a cluster of this machine that ends with the render.
    """

    key = "dask"

    def __init__(self, place: str = "") -> None:
        self._place = place

    @property
    def needs(self) -> tuple[str, ...]:
        return ("network",) if self._place else ("processes", "network")

    def at(self, address: str) -> DaskExecutor:
        found = ADDRESS.fullmatch(address)
        if found is None or not 0 < int(found["place"].rpartition(":")[2]) < 65_536:
            raise PluginError(f"{address} is no address of a dask scheduler", hint="Write it as dask://host:8786")
        return DaskExecutor(found["place"])

    def run(self, order: RenderOrder, segments: Sequence[Segment], watch: RenderWatch) -> Iterator[EncodedSegment]:
        if not segments:
            return
        from velocity_dask.conductor import Work
        from velocity_dask.parcels import shipment_of
        from velocity_dask.performance import Performance, Told

        work = Work(shipment_of(order), segments, build_parts())
        left = len(segments)
        with Performance(self._address(), work) as performance:
            while left:
                if watch.cancelled():
                    raise RenderCancelled("the render was cancelled")
                said = performance.hear(LOOK_SECONDS)
                if isinstance(said, Told):
                    watch.encoded(said.segment, said.frames)
                elif said is not None:
                    left -= 1
                    yield said
                    performance.take(said.segment)

    def _address(self) -> str:
        """As dask writes it; empty where no scheduler is named."""
        import dask

        if not self._place:
            return str(dask.config.get("scheduler-address", None) or "")
        is_secret = dask.config.get("distributed.comm.require-encryption", False)
        return f"{'tls' if is_secret else 'tcp'}://{self._place}"

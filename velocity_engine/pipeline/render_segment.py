"""One segment of an order, in any process: the function that executors call, wherever they run.

A process opens the template of an order once and keeps it for the order's other segments.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from velocity_engine.errors import OrderError, wrong_type
from velocity_engine.given.arguments import require
from velocity_engine.order import RenderOrder
from velocity_engine.pipeline.draw import SegmentWork
from velocity_engine.pipeline.prepared import PreparedRender, open_ordered, prepare
from velocity_engine.plugin_types import EncodedSegment, RenderWatch, Segment
from velocity_engine.storage.fetched import has_changed
from velocity_engine.template import Template

MAX_KEPT = 2  # orders whose templates stay open when no segment of theirs is being rendered


class _Opened:
    """An order, its template open and planned once somebody needed it, or ``lent`` by who planned it.

    ``users``: segments being rendered of it.
    """

    def __init__(self, order: RenderOrder, lent: PreparedRender | None = None) -> None:
        self._order = order
        self._lent = lent
        self._opening = threading.Lock()
        self._held: tuple[Template, PreparedRender] | None = None
        self.scene_lock = threading.Lock()
        self.users = 0

    def render(self) -> PreparedRender:
        if self._lent is not None:
            return self._lent
        with self._opening:  # the order's other segments wait for the first one, those of other orders do not
            if self._held is None:
                self._held = _open_anew(self._order)
            return self._held[1]

    def close(self) -> None:
        if self._held is not None:
            template, render = self._held
            render.close()
            template.close()


_orders: OrderedDict[str, _Opened] = OrderedDict()
_lock = threading.Lock()


def render_segment(order: RenderOrder, segment: Segment, watch: RenderWatch | None = None) -> EncodedSegment:
    """Renders one segment of an order. It can be called in any process, on any machine that reaches the order's files.

    The template is opened and planned for the first segment of an order in a process, and kept for the next ones.

    Args:
        order: The order, as ``Executor.run`` is given it or ``RenderOrder.from_json`` returned it.
        segment: The segment, as ``Executor.run`` is given it.
        watch: Says whether the render was cancelled, and is told how far it is. None where nobody asks.

    Returns:
        The encoded segment. Its bytes do not depend on where it was rendered.

    Raises:
        OrderError: A file of the order has changed since the order was made.
        RenderCancelled: The watch said so.
        VelocityError: What ``render`` raises.
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> from functools import partial
        >>> with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        ...     results = list(pool.map(partial(render_segment, order), segments))
    """
    require("order", order, RenderOrder, "Give the RenderOrder that Executor.run was given")
    require("segment", segment, Segment, "Give one of the segments that Executor.run was given")
    if watch is not None and not callable(getattr(watch, "cancelled", None)):
        raise wrong_type("watch", watch, "Give the watch that Executor.run was given, or leave it out")
    with _in_use(order) as opened:
        video = opened.render().video
        work = SegmentWork(
            video.scene, video.settings, video.rate, lambda: False, scene_lock=opened.scene_lock, codec=video.codec
        )
        if watch is not None:
            seen = watch
            work = replace(work, cancelled=seen.cancelled, encoded=lambda frames: seen.encoded(segment, frames))
        return work(segment)


@contextmanager
def lent(order: RenderOrder, render: PreparedRender) -> Iterator[None]:
    """Within the block, segments of ``order`` that are rendered in this process are drawn from ``render``: who has
    planned the order need not have it opened and planned a second time. Where the process has it open already, nothing
    changes.
    """
    opened, key = _Opened(order, render), order.to_json()
    with _lock:
        if key not in _orders:
            _orders[key] = opened
            opened.users = 1  # so that nobody closes it
    try:
        yield
    finally:
        with _lock:
            if _orders.get(key) is opened:
                del _orders[key]


@contextmanager
def _in_use(order: RenderOrder) -> Iterator[_Opened]:
    if not all(file.sha256 for file in order.files):
        raise OrderError(
            "the order does not tell what its files hold", hint="Make an order that does, so that it can be sent"
        )
    key = order.to_json()
    with _lock:
        opened = _orders.pop(key, None) or _Opened(order)
        _orders[key] = opened
        opened.users += 1
    try:
        yield opened
    finally:
        with _lock:
            opened.users -= 1
            surplus = [key for key, one in _orders.items() if not one.users][: max(0, len(_orders) - MAX_KEPT)]
            closing = [_orders.pop(key) for key in surplus]
        for one in closing:
            one.close()


def _open_anew(order: RenderOrder) -> tuple[Template, PreparedRender]:
    for file in order.files:
        if has_changed(file):
            raise OrderError(f"{file.location} is not the file that was ordered", hint="Make the order anew")
    template = open_ordered(order)
    try:
        return template, prepare(order, template)
    except BaseException:
        template.close()
        raise

"""Spans for OpenTelemetry, where it is installed and asked for by its own environment variables.

Without those nothing of it is imported. Parents and children meet through the W3C ``traceparent`` of a request, which a
job carries through the database.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import structlog

ASKED_BY = ("OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NAME = "OTEL_SERVICE_NAME"
LOG = structlog.get_logger("velocity.tracing")
_tracer: Any = None
_provider: Any = None
_current: ContextVar[Any] = ContextVar("span", default=None)


@dataclass(frozen=True, slots=True)
class Past:
    """A span that is over: ``began`` and ``ended`` in nanoseconds since 1970; ``fault`` where it failed."""

    name: str
    began: int
    ended: int
    attributes: Mapping[str, Any] = field(default_factory=dict)
    fault: str | None = None


def is_asked_for() -> bool:
    """Whether the environment says where spans go to."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    return os.environ.get(ASKED_BY[0]) != "none" and any(os.environ.get(name) for name in ASKED_BY)


def set_up_tracing() -> None:
    """Send spans from here on, to where the environment says. Where OpenTelemetry is not installed that is logged."""
    global _tracer, _provider
    if not is_asked_for():
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
    except ImportError:
        LOG.warning("the environment asks for traces; pip install 'velocity-render[otel]' sends them")
        return
    is_console = os.environ.get(ASKED_BY[0]) == "console"
    resource = Resource.create({} if os.environ.get(NAME) else {"service.name": "velocity"})
    _provider = TracerProvider(resource=resource)
    _provider.add_span_processor(BatchSpanProcessor(ConsoleSpanExporter() if is_console else OTLPSpanExporter()))
    _tracer = _provider.get_tracer("velocity")


def close_tracing() -> None:
    """Send what is not sent yet."""
    global _tracer
    if _provider is not None:
        _tracer = None
        _provider.shutdown()


def begin_request(method: str, traceparent: str | None) -> None:
    """A request begins in this thread."""
    if _tracer is None:
        return
    from opentelemetry.trace import SpanKind

    span = _tracer.start_span(method, context=_context(traceparent), kind=SpanKind.SERVER)
    _current.set(span)


def end_request(route: str, status: int) -> None:
    """The request of this thread is answered."""
    span = _current.get()
    if span is None:
        return
    from opentelemetry.trace import StatusCode

    _current.set(None)
    span.update_name(f"{span.name} {route}")
    span.set_attributes({"http.request.method": span.name.split(" ")[0], "http.route": route})
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(StatusCode.ERROR)
    span.end()


def traceparent() -> str | None:
    """Of the request of this thread, for what it causes."""
    span = _current.get()
    if span is None:
        return None
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def tell(parent: str | None, whole: Past, parts: list[Past]) -> None:
    """Send a span that is over, and those that it is made of. ``parent`` is a ``traceparent``."""
    if _tracer is None:
        return
    from opentelemetry.trace import set_span_in_context

    span = _begin(whole, _context(parent))
    for part in parts:
        _end(_begin(part, set_span_in_context(span)), part)
    _end(span, whole)


def _begin(past: Past, context: Any) -> Any:
    return _tracer.start_span(past.name, context=context, start_time=past.began, attributes=dict(past.attributes))


def _end(span: Any, past: Past) -> None:
    from opentelemetry.trace import Status, StatusCode

    if past.fault is not None:
        span.set_status(Status(StatusCode.ERROR, past.fault))
    span.end(end_time=past.ended)


def _context(traceparent: str | None) -> Any:
    """Never that of the thread: each span names its parent."""
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": traceparent or ""}, context=Context())

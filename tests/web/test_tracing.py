"""Spans: one trace from a request over its job to the stages of its process, sent to a receiver on 127.0.0.1."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from web.support_service import PATIENCE, Service, render_request
from web.support_templates import template_zip

pytest.importorskip("opentelemetry.sdk")

TRACE, PARENT = "11" * 16, "22" * 8


class Receiver:
    """Takes what exporters of OTLP over HTTP send."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        taken = self.spans

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    import gzip

                    body = gzip.decompress(body)
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    for scope in resource.scope_spans:
                        taken.extend(scope.spans)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def of_trace(self, trace_id: str) -> dict[str, Any]:
        return {span.name: span for span in tuple(self.spans) if span.trace_id.hex() == trace_id}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def tracing_service(
    new_service: Callable[..., Service], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> Service:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    return new_service()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_render_is_one_trace_from_the_request_to_the_stages(
    new_service: Callable[..., Service], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = tracing_service(new_service, receiver, monkeypatch)
    with service.client() as client:
        template_id = client.ready_template(template_zip(frames=30))
        answer = client.post(
            "/render", json=render_request(template_id), headers={"traceparent": f"00-{TRACE}-{PARENT}-01"}
        )
        render_id = answer.json()["renderId"]
        assert client.settle(f"/render/{render_id}/status")["status"] == "completed"
    until(lambda: "job render" in receiver.of_trace(TRACE))
    spans = receiver.of_trace(TRACE)
    request, job = spans["POST /render"], spans["job render"]
    assert set(spans) == {"POST /render", "job render", "prepare", "frames", "check", "store"}
    assert (request.parent_span_id.hex(), job.parent_span_id) == (PARENT, request.span_id)
    told = {one.key: one.value for one in job.attributes}
    assert told["velocity.job"].string_value == render_id
    assert told["velocity.frames"].int_value == 30
    moments = [job.start_time_unix_nano]
    for name in ("prepare", "frames", "check", "store"):
        stage = spans[name]
        assert stage.parent_span_id == job.span_id
        moments += [stage.start_time_unix_nano, stage.end_time_unix_nano]
    moments.append(job.end_time_unix_nano)
    assert moments == sorted(moments), "one after the other, within the job"
    assert any(one.key == "velocity.seconds.encode" for one in spans["frames"].attributes)
    others = [span for span in receiver.spans if span.trace_id.hex() != TRACE]
    uploads = [span for span in others if span.name == "POST /template/upload"]
    analyses = [span for span in others if span.name == "job template"]
    assert uploads and analyses[0].parent_span_id == uploads[0].span_id
    assert {span.name for span in others if span.parent_span_id == analyses[0].span_id} >= {"validating", "analyzing"}


def test_a_job_that_fails_says_so_in_its_span(
    new_service: Callable[..., Service], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = tracing_service(new_service, receiver, monkeypatch)
    with service.client() as client:
        audio = client.post("/audio/upload", files={"file": ("a.wav", b"RIFF\x00\x00\x00\x00WAVEfmt nothing")})
        if audio.status_code == 200:
            client.settle(f"/audio/{audio.json()['audioId']}/status")
        else:
            pytest.fail(audio.text)
    until(lambda: any(span.name == "job audio" for span in receiver.spans))
    [job] = [span for span in receiver.spans if span.name == "job audio"]
    assert job.status.code == 2 and job.status.message


def run(code: str, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**kept, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_of_it_is_imported_where_the_environment_does_not_ask() -> None:
    run(
        "import sys, velocity_web.server.server, velocity_web.jobs.worker_loop; "
        "from velocity_web.events import tracing; "
        "tracing.set_up_tracing(); tracing.begin_request('GET', None); tracing.end_request('/', 200); "
        "assert tracing.traceparent() is None; "
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )


def test_traces_without_the_package_are_a_sentence() -> None:
    said = run(
        "import sys; sys.modules['opentelemetry'] = None; from velocity_web.events import tracing; "
        "tracing.set_up_tracing(); tracing.tell(None, tracing.Past('job', 1, 2), []); "
        "assert tracing.traceparent() is None",
        OTEL_TRACES_EXPORTER="otlp",
    )
    assert "pip install 'velocity-render[otel]'" in said
    assert not run(
        "from velocity_web.events import tracing; tracing.set_up_tracing(); assert not tracing.is_asked_for()",
        OTEL_TRACES_EXPORTER="none",
        OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1",
    )

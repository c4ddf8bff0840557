"""One tenant at his worst, another who wants his status: ``tox -e load``, four minutes or so.

A server on 127.0.0.1 is attacked in each way for VELOCITY_LOAD_SECONDS (20), then in all ways together. Meanwhile
another tenant's calls are timed, and his renders and webhooks counted. The report is out/load/report.md, beside
report.json; the exit status is 1 when a figure that is asked for is missed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from load.hostile import ATTACKS
from load.memory import Sampler
from load.report import Phase, as_json, as_text, holds
from load.tenant import Tenant
from web.support_service import Service

OUT = Path("out/load")
QUIET_SECONDS = 10.0
ENVIRONMENT = {"VELOCITY_WEBHOOK_ALLOW_PRIVATE": "true", "VELOCITY_LOG_LEVEL": "WARNING"}


def main() -> int:
    seconds = float(os.environ.get("VELOCITY_LOAD_SECONDS", "20"))
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=OUT) as data:
        service = Service(Path(data) / "data", ENVIRONMENT).start()
        try:
            report = as_json(*run(service, seconds))
        finally:
            service.kill()
        shutil.copy(service.data / "server.log", OUT / "server.log")
    (OUT / "report.json").write_text(json.dumps(report, indent=1))
    text = as_text(report)
    (OUT / "report.md").write_text(text)
    print(text)
    return 0 if holds(report) else 1


def run(service: Service, seconds: float) -> tuple[list[Phase], Tenant, list[str]]:
    """The phases, the tenant who was not to notice, and what he lost."""
    assert service.process
    tenant = Tenant(service)
    meter = helper("load.measure", service.url, tenant.client.key, tenant.status_path)
    attackers: dict[str, subprocess.Popen[str]] = {}
    phases = []
    try:
        phases.append(phase(service, meter, "nothing", {}, QUIET_SECONDS))
        tell("the attackers prepare ...")
        for name in ATTACKS:
            key = service.add_user(quota_mb=2000, budget_ms=1 << 50)
            attackers[name] = helper("load.hostile", name, service.url, key)
        for attacker in attackers.values():
            line_of(attacker)
        for name, attacker in attackers.items():
            phases.append(phase(service, meter, name, {name: attacker}, seconds))
        phases.append(phase(service, meter, "all together", attackers, seconds))
        tenant.stop()
        tell("waiting for what was accepted ...")
        lost = tenant.lost()
    finally:
        for process in (meter, *attackers.values()):
            process.kill()
            process.wait()
    if service.process.poll() is not None:
        lost.append("the server ended")
    return phases, tenant, lost


def phase(
    service: Service,
    meter: subprocess.Popen[str],
    title: str,
    attackers: Mapping[str, subprocess.Popen[str]],
    seconds: float,
) -> Phase:
    """Let them attack at once, and measure meanwhile."""
    assert service.process
    tell(f"{title} ...")
    ask(meter)
    sampler = Sampler(service.process.pid, 0.25)
    for attacker in attackers.values():
        say(attacker, str(seconds))
    time.sleep(seconds)
    calls = ask(meter)
    sampler.close()
    return Phase(
        title,
        calls,
        max(sample.server for sample in sampler.samples),
        max(sample.together for sample in sampler.samples),
        {name: ask(attacker) for name, attacker in attackers.items()},
    )


def helper(module: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def say(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdin
    process.stdin.write(f"{text}\n")
    process.stdin.flush()


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


def ask(process: subprocess.Popen[str]) -> Any:
    """What a helper has to tell since the last time."""
    say(process, "")
    return json.loads(line_of(process))


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

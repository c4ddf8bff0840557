"""What was asked for beside what was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from load.tenant import Tenant

STATUS_P99_MS = 250.0
SERVER_MIB = 300.0
GOOD = 200


@dataclass(frozen=True, slots=True)
class Phase:
    """An attack, the calls meanwhile as (kind, milliseconds, status), the most memory, and the attackers' answers."""

    title: str
    calls: Sequence[Sequence[Any]]
    server_mib: float
    together_mib: float
    answers: dict[str, dict[str, int]]

    def figures(self, kind: str) -> dict[str, float]:
        times = [took for called, took, _status in self.calls if called == kind]
        failed = sum(called == kind and status != GOOD for called, _took, status in self.calls)
        p50, p99, most = np.percentile(times, [50, 99, 100]) if times else (float("inf"),) * 3
        return {"calls": len(times), "p50": float(p50), "p99": float(p99), "max": float(most), "failed": failed}


def as_json(phases: list[Phase], tenant: Tenant, lost: list[str]) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {
            "attack": phase.title,
            "status": phase.figures("status"),
            "health": phase.figures("health"),
            "server MiB": phase.server_mib,
            "together MiB": phase.together_mib,
            "answers": phase.answers,
        }
        for phase in phases
    ]
    attacked = rows[1:]
    failed = sum(row["status"]["failed"] for row in attacked)
    worst = max(row["status"]["p99"] for row in attacked)
    memory = max(row["server MiB"] for row in rows)
    verdicts = [
        verdict("another tenant's status call, 99th percentile at worst (ms)", STATUS_P99_MS, worst),
        verdict("his status calls that were not answered 200", 0, failed),
        verdict("the server's memory at most (MiB)", SERVER_MIB, memory),
        verdict("of his accepted renders and their webhooks, lost", 0, len(lost)),
    ]
    return {
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}, Linux {platform.release()}",
        "verdicts": verdicts,
        "phases": rows,
        "renders accepted": len(tenant.accepted),
        "renders refused": tenant.refused,
        "longest until a webhook came (s)": tenant.longest_webhook_seconds(),
        "lost": lost,
    }


def verdict(what: str, asked: float, measured: float) -> dict[str, Any]:
    return {"what": what, "asked": asked, "measured": measured, "holds": measured <= asked}


def holds(report: dict[str, Any]) -> bool:
    return all(one["holds"] for one in report["verdicts"])


def as_text(report: dict[str, Any]) -> str:
    lines = [
        "# One tenant at his worst",
        "",
        f"{report['machine']}; clients and attackers on the same cores.",
        "",
        "| figure | asked | measured | holds |",
        "|---|---|---|---|",
    ]
    for one in report["verdicts"]:
        lines.append(
            f"| {one['what']} | {one['asked']:g} | {one['measured']:.0f} | {'yes' if one['holds'] else 'no'} |"
        )
    lines += [
        "",
        "| attack | status calls | p50 ms | p99 ms | max ms | failed | health p50 | p99 | max | failed | MiB | all |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in report["phases"]:
        cells = [row["attack"], f"{row['status']['calls']}"]
        for kind in ("status", "health"):
            cells += [f"{row[kind][name]:.0f}" for name in ("p50", "p99", "max", "failed")]
        cells += [f"{row['server MiB']:.0f}", f"{row['together MiB']:.0f}"]
        lines.append(f"| {' | '.join(cells)} |")
    refused = ", ".join(f"{answer}: {count}" for answer, count in report["renders refused"].items()) or "none"
    lines += [
        "",
        "MiB are of the server's process, all of it with its children.",
        f"His renders: {report['renders accepted']} accepted,",
        f"refused or unanswered: {refused}.",
        f"Longest from accepted to webhook: {report['longest until a webhook came (s)']:.1f} s.",
        *[f"- lost: {sentence}" for sentence in report["lost"]],
        "",
        "| attack | what the attackers were answered |",
        "|---|---|",
    ]
    for row in report["phases"]:
        for name, answers in row["answers"].items():
            told = ", ".join(f"{answer}: {count}" for answer, count in answers.items()) or "nothing in time"
            where = name if row["attack"] == name else f"{row['attack']}: {name}"
            lines.append(f"| {where} | {told} |")
    return "\n".join(lines) + "\n"

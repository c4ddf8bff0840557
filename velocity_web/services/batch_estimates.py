"""The answer to the dry run of a batch: the sums, and what is told of its first rows one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from velocity_web.schemas.render import BatchEstimate, BatchRowEstimate
from velocity_web.schemas.template import FindingDto
from velocity_web.services.batch_tally import Checked, Tally
from velocity_web.services.render_checks import Terms
from velocity_web.services.reuse import Cached

TOLD_ROWS = 1000
TOLD_WARNINGS = 100  # of all rows, each once
WARNINGS_OF_ROW = 10
WARNINGS_OF_ROWS = 1000
"""Of all rows, told with them."""


class EstimatedRows:
    """What is told of rows in which nothing is wrong. What the analysis found of their template is told once."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._known = [FindingDto(**finding) for finding in terms.source.findings]
        self._told = {_key(finding) for finding in terms.source.findings}
        self._brought: dict[str, FindingDto] = {}
        self._left = WARNINGS_OF_ROWS
        self._rows: list[BatchRowEstimate] = []

    def add(self, rows: Iterable[Checked]) -> None:
        for row in rows:
            new = [finding for finding in row.warnings if _key(finding) not in self._told]
            for finding in new:
                if len(self._brought) < TOLD_WARNINGS:
                    self._brought.setdefault(json.dumps(finding, sort_keys=True), FindingDto(**finding))
            if not row.errors and len(self._rows) < TOLD_ROWS:
                self._rows.append(self._row(row, new[: min(WARNINGS_OF_ROW, self._left)]))

    def _row(self, row: Checked, warnings: list[dict[str, Any]]) -> BatchRowEstimate:
        self._left -= len(warnings)
        ticket = row.ticket
        known: dict[str, Any] = {}
        if ticket is not None:
            seconds = round(ticket.frames / self._terms.rate, 3)
            known = {"frames": ticket.frames, "seconds": seconds, **ticket.estimate.told}
        findings = [FindingDto(**one) for one in warnings]
        return BatchRowEstimate(row=row.number, name=row.name, warnings=findings, **known)

    def estimate(self, tally: Tally, cached: Cached, unique_seconds: float | None) -> BatchEstimate:
        return BatchEstimate(
            rows_total=tally.valid + tally.rejected,
            rows_valid=tally.valid,
            rows_rejected=tally.rejected,
            frames=tally.frames,
            expected_milliseconds=tally.milliseconds,
            least_milliseconds=tally.least_milliseconds,
            most_milliseconds=tally.most_milliseconds,
            expected_bytes=tally.size_bytes,
            least_bytes=tally.least_bytes,
            most_bytes=tally.most_bytes,
            seconds=round(tally.frames / self._terms.rate, 3),
            unique_seconds=unique_seconds,
            cached_frames=cached.frames,
            cached_rows=cached.renders,
            errors=tally.errors,
            warnings=[*self._known, *self._brought.values()],
            rows=self._rows,
            rows_unseen=tally.partial,
        )


def _key(finding: Mapping[str, Any]) -> tuple[Any, ...]:
    return finding["feature"], finding.get("layer"), finding["message"]

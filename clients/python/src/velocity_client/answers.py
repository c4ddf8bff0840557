"""From the generated functions' answers to what was asked for, or an error."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar

import httpx

from velocity_client.errors import Refused, Unreadable
from velocity_client.generated.models.problem import Problem
from velocity_client.generated.types import Response, Unset

Answer = TypeVar("Answer")
Value = TypeVar("Value")


def good(response: Response[Problem | Answer]) -> Answer:
    """What was asked for. Errors were raised before, where the request was sent."""
    parsed = response.parsed
    if parsed is None or isinstance(parsed, Problem):
        raise Unreadable(f"the service answered {response.status_code:d}, which this client does not know")
    return parsed


def known(value: Value | Unset | None) -> Value | None:
    """None where it was left out."""
    return None if isinstance(value, Unset) else value


def refusal(answer: httpx.Response) -> Refused:
    """The error that an answer, whose body has been read, tells."""
    status, where = answer.status_code, f"{answer.request.method} {answer.request.url.path}"
    with suppress(KeyError, TypeError, ValueError, AttributeError):
        problem = Problem.from_dict(answer.json())
        errors = known(problem.errors)
        told = dict(errors.additional_properties) if errors is not None else {}
        sentences = [f"{field}: {text}" if field else text for field, texts in told.items() for text in texts]
        said = known(problem.detail) or problem.title
        return Refused(": ".join([said, "; ".join(sentences)] if sentences else [said]), status, told, answer.headers)
    return Refused(f"{where} was answered {status} {answer.reason_phrase}", status, {}, answer.headers)

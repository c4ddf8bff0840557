"""From the generated functions' answers to what was asked for, or an error."""

from __future__ import annotations

import re
import sys
import warnings
from contextlib import suppress
from typing import TypeVar

import httpx

from velocity_client.errors import Refused, ServiceWarning, Unreadable
from velocity_client.generated.models.problem import Problem
from velocity_client.generated.types import Response, Unset

Answer = TypeVar("Answer")
Value = TypeVar("Value")
_WARNING = re.compile(r'299 \S+ "([^"]*)"')
_BETWEEN = ("velocity_client", "httpx")


def good(response: Response[Problem | Answer]) -> Answer:
    """What was asked for. Errors were raised before, where the request was sent."""
    parsed = response.parsed
    if parsed is None or isinstance(parsed, Problem):
        raise Unreadable(f"the service answered {response.status_code:d}, which this client does not know")
    return parsed


def known(value: Value | Unset | None) -> Value | None:
    """None where it was left out."""
    return None if isinstance(value, Unset) else value


def tell_warnings(answer: httpx.Response) -> None:
    """Warn of what the answer's ``Warning`` headers say, at the line outside of this package that asked."""
    for text in _WARNING.findall(answer.headers.get("Warning", "")):
        warnings.warn(text, ServiceWarning, stacklevel=_depth())


def _depth() -> int:
    """How many frames above whoever calls this its program is."""
    depth, frame = 0, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _BETWEEN:
        depth, frame = depth + 1, frame.f_back
    return depth + 1


def refusal(answer: httpx.Response) -> Refused:
    """The error that an answer, whose body has been read, tells."""
    status, where = answer.status_code, f"{answer.request.method} {answer.request.url.path}"
    with suppress(KeyError, TypeError, ValueError, AttributeError):
        problem = Problem.from_dict(answer.json())
        errors = known(problem.errors)
        told = dict(errors.additional_properties) if errors is not None else {}
        said = known(problem.detail) or problem.title
        new = [(field, text) for field, texts in told.items() for text in texts if text not in said]
        sentences = [f"{field}: {text}" if field else text for field, text in new]
        return Refused(": ".join([said, "; ".join(sentences)] if sentences else [said]), status, told, answer.headers)
    return Refused(f"{where} was answered {status} {answer.reason_phrase}", status, {}, answer.headers)

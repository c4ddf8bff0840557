"""Requests that are sent again where that helps, and answers that are errors."""

from __future__ import annotations

from itertools import count
from typing import Any

import httpx

from velocity_client._pause import async_pause
from velocity_client.answers import refusal, tell_warnings
from velocity_client.errors import Unreachable
from velocity_client.retries import Retries

TIMEOUT = httpx.Timeout(120.0, connect=20.0)


class AsyncRetryingClient(httpx.AsyncClient):
    """A client of httpx. All that is sent through it, by hand or by generated functions, is retried and checked."""

    def __init__(self, url: str, key: str, retries: Retries, **how: Any) -> None:
        super().__init__(**{"timeout": TIMEOUT, **how, "base_url": url})
        self.headers["X-API-Key"] = key
        self.retries = retries

    async def send(self, request: httpx.Request, *, stream: bool = False, **how: Any) -> httpx.Response:
        """Raises Unreachable and Refused."""
        for retry in count():
            try:
                answer = await super().send(request, stream=stream, **how)
            except httpx.TransportError as fault:
                seconds = self.retries.after_fault(request, fault, retry)
                if seconds is None:
                    raise Unreachable(unreachable(request, fault)) from fault
            else:
                seconds = self.retries.after_answer(request, answer, retry)
                if seconds is None:
                    return await self._checked(answer)
                await answer.aclose()
            await async_pause(seconds)
        raise AssertionError("counting does not end")

    async def _checked(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code < 400:
            tell_warnings(answer)
            return answer
        try:
            await answer.aread()
        except httpx.TransportError as fault:
            raise Unreachable(unreachable(answer.request, fault)) from fault
        finally:
            await answer.aclose()
        raise refusal(answer) from None


def unreachable(request: httpx.Request, fault: httpx.TransportError) -> str:
    place = f"{request.url.scheme}://{request.url.netloc.decode()}"
    said = str(fault) or type(fault).__name__
    return f"{request.method} {request.url.path} had no answer from {place}: {said}"

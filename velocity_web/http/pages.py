"""Lists in HTTP: how many there are in all, and where the next page is."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from velocity_web.http.operation import Call
from velocity_web.services.paging import Labels, Listed, Window

Item = TypeVar("Item")
TOTAL, KIND, LINK = "Total-Count", "Total-Count-Kind", "Link"
EXACT, AT_LEAST = "exact", "at-least"


def paged(call: Call[Any, Any], listed: Listed[Item]) -> list[Item]:
    """The entries of a list; its length, and a link to the next page where there is one, go into the headers."""
    items, total = listed
    call.resp.set_header(TOTAL, str(total.count))
    call.resp.set_header(KIND, EXACT if total.is_exact else AT_LEAST)
    if total.has_more:
        call.resp.append_header(LINK, f'<{_next_page(call, len(items))}>; rel="next"')
    return items


class Page(Protocol):
    skip: int
    take: int


def window_of(query: Page, labels: Labels | None = None) -> Window:
    return Window(query.skip, query.take, labels or {})


def _next_page(call: Call[Any, Any], shown: int) -> str:
    """The same request for what comes after those that were ``shown``."""
    query = call.query
    given = [(name, value) for name, value in call.req.params.items() if name.lower() not in ("skip", "take")]
    asked = [*given, ("skip", query.skip + shown), ("take", query.take)]
    return f"{call.req.path}?{urlencode(asked, doseq=True)}"

"""Who may talk to the studio: its own page, and nobody else on this machine or in other pages.

A page of another site can send requests to 127.0.0.1, and can let a name of its own point there (DNS rebinding). So the
``Host`` must be the studio's own address, a request that a browser sends for another page is refused, and everything
but the page's own files needs the token, which only the address that the terminal shows holds.
"""

from __future__ import annotations

import hmac

import falcon

from velocity_web.http.problems import MEDIA_TYPE, problem_body

OPEN = ("/config.json", "/console/", "/link/")
"""What holds nothing of the template, beside the page itself; and videos, whose addresses hold a secret each."""
OWN_PAGES = ("same-origin", "none")
UNKNOWN = "open the address that velocity studio shows in the terminal; it holds the token"
FOREIGN = "the studio answers its own page alone"


class Guard:
    """Middleware. ``token`` is what requests have in X-API-Key; ``port`` that of the studio."""

    def __init__(self, token: str, port: int) -> None:
        self._token = token.encode()
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.set_header("X-Content-Type-Options", "nosniff")
        resp.set_header("Cross-Origin-Resource-Policy", "same-origin")
        host = req.get_header("Host") or ""
        if host not in self._hosts or not self._is_own(req, host):
            _refuse(resp, 403, "Forbidden", FOREIGN)
        elif not self._is_open(req.path) and not self._has_token(req):
            _refuse(resp, 401, "Unauthorized", UNKNOWN)

    @staticmethod
    def _is_own(req: falcon.Request, host: str) -> bool:
        origin = req.get_header("Origin")
        site = req.get_header("Sec-Fetch-Site")
        return origin in (None, f"http://{host}") and (site is None or site in OWN_PAGES)

    @staticmethod
    def _is_open(path: str) -> bool:
        return path == "/" or path.startswith(OPEN)

    def _has_token(self, req: falcon.Request) -> bool:
        given = (req.get_header("X-API-Key") or "").encode("latin-1", "replace")
        return hmac.compare_digest(given, self._token)


def _refuse(resp: falcon.Response, status: int, title: str, detail: str) -> None:
    resp.status = falcon.code_to_http_status(status)
    resp.content_type = MEDIA_TYPE
    resp.data = problem_body(status, title, detail)
    resp.complete = True

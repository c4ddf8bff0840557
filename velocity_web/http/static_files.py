"""Files that come with the package and are served as they are, with entity tags of their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

import falcon

from velocity_web.failures import NotFound

MEDIA = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
"""Other files of the folders, such as licences, are not served."""
PLACE_OF_DIGEST = b"/@/"
"""A page names its files below this; it becomes their common digest, so that browsers may keep them for good."""


@dataclass(frozen=True, slots=True)
class StaticFile:
    content: bytes
    content_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class StaticFolder:
    """``digest`` is that of all files together."""

    files: Mapping[str, StaticFile]
    digest: str

    def find(self, path: str) -> tuple[StaticFile, bool]:
        """The file of a path, which may begin with the digest, and whether it stays what it is. Raises NotFound."""
        lasting = path.startswith(f"{self.digest}/")
        name = path.removeprefix(f"{self.digest}/")
        try:
            return self.files[name], lasting
        except KeyError:
            raise NotFound("there is no such page") from None


def read_folder(folder: Traversable) -> StaticFolder:
    """All files of a folder that are served, read once."""
    found = dict(sorted(_contents(folder, "")))
    digest = hashlib.sha256()
    for name, content in found.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    short = digest.hexdigest()[:16]
    return StaticFolder({name: _file(name, content, short) for name, content in found.items()}, short)


def _contents(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _contents(entry, f"{prefix}{entry.name}/")
        elif _suffix(entry.name) in MEDIA:
            found.append((prefix + entry.name, entry.read_bytes()))
    return found


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]


def _file(name: str, content: bytes, digest: str) -> StaticFile:
    if name.endswith(".html"):
        content = content.replace(PLACE_OF_DIGEST, f"/{digest}/".encode())
    return StaticFile(content, MEDIA[_suffix(name)], f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def send_static(req: falcon.Request, resp: falcon.Response, file: StaticFile, *, lasting: bool) -> None:
    """Answer with a file, or with 304 where the client has it. ``lasting``: its address changes with its content."""
    resp.set_header("ETag", file.etag)
    resp.set_header("Cache-Control", "public, max-age=31536000, immutable" if lasting else "no-cache")
    known = [tag.strip().removeprefix("W/") for tag in (req.get_header("If-None-Match") or "").split(",")]
    if file.etag in known or "*" in known:
        resp.status = falcon.HTTP_304
        return
    resp.data = file.content
    resp.content_type = file.content_type

"""What mkdocs runs while it builds the documentation: it adds the pages and pictures that the product makes itself.

The site must work without a network: a page that would load anything from elsewhere fails the build.
"""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

TOOLS = Path(__file__).resolve().parent
sys.path[:0] = [str(TOOLS), str(TOOLS.parent)]

from pages import site  # noqa: E402

TAG = r"<(?:script|link|img|iframe|source|video|audio)\b"
LOADED = re.compile(TAG + r"[^>]*?(?:src|href|poster)=[\"'](?:https?:)?//[^\"']+")
STYLED = re.compile(r"url\([\"']?(?:https?:)?//")


def on_config(config: Any) -> Any:
    """Pages of ``docs/`` that the navigation does not name are put at the end of its guides."""
    named = set(_leaves(config.nav))
    guides = next(section["Guides"] for section in config.nav if "Guides" in section)
    found = (path.relative_to(config.docs_dir).as_posix() for path in sorted(Path(config.docs_dir).glob("*.md")))
    guides += [name for name in found if name not in named]
    return config


def _leaves(nav: Any) -> Iterator[str]:
    for entry in nav if isinstance(nav, list) else nav.values():
        if isinstance(entry, str):
            yield entry
        else:
            yield from _leaves(entry)


def on_files(files: Any, config: Any) -> Any:
    for address, path in site.made_files():
        files.append(File.generated(config, address, abs_src_path=str(path)))
    for address, text in site.made_pages():
        files.append(File.generated(config, address, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    if page.file.generated_by is not None:
        return markdown
    return site.moved(markdown, posixpath.join("docs", page.file.src_uri), page.file.src_uri)


def on_post_build(config: Any) -> None:
    for path in sorted(Path(config.site_dir).rglob("*")):
        pattern = {".html": LOADED, ".css": STYLED}.get(path.suffix)
        if pattern is not None and (found := pattern.search(path.read_text())):
            raise PluginError(f"{path.relative_to(config.site_dir)} would load from the network: {found[0]}")

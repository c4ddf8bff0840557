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
ROOT = TOOLS.parent
sys.path[:0] = [str(TOOLS), str(ROOT)]

from pages import catalogue, commands, gallery, names, rest  # noqa: E402
from pages.drawing import draw  # noqa: E402

# Documents that lie elsewhere, and where the site has them.
ELSEWHERE = {
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "examples/LICENSES.md": "gallery-licences.md",
    **{
        f"plugins/{path.parent.name}/README.md": f"plugins/{path.parent.name}.md"
        for path in ROOT.glob("plugins/*/README.md")
    },
}
LINK = re.compile(r"(\]\()(?!\w+:|#)([^)#\s]+)(#[^)]*)?\)")
LOADED = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*?(?:src|href|poster)=[\"'](?:https?:)?//[^\"']+"
)
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
    for name, path in _pictures(config):
        files.append(File.generated(config, name, abs_src_path=str(path)))
    for name, text in _pages(config):
        files.append(File.generated(config, name, content=text))
    return files


def _pages(config: Any) -> Iterator[tuple[str, str]]:
    yield "reference/cli.md", commands.page()
    yield "reference/python.md", names.python_page()
    yield "reference/hooks.md", names.hooks_page()
    openapi = rest.document()
    yield "reference/rest.md", rest.operations_page(openapi)
    yield "reference/rest-schemas.md", rest.schemas_page(openapi)
    for page in catalogue.pages():
        yield (
            f"looks/{page.name}.md",
            catalogue.markdown(page, {one.key: f"{page.name}/{one.key}.webp" for one in page.entries}),
        )
    yield "gallery.md", gallery.markdown()
    for source, target in ELSEWHERE.items():
        yield target, _moved((ROOT / source).read_text(), source, target)


def _pictures(config: Any) -> Iterator[tuple[str, Path]]:
    for page in catalogue.pages():
        for one in page.entries:
            yield f"looks/{page.name}/{one.key}.webp", draw(f"{page.name}/{one.key}", one.scene)
    yield from gallery.files()
    for weight in ("Regular", "Bold"):
        yield f"fonts/Inter-{weight}.otf", ROOT / "velocity_engine" / "fonts" / f"Inter-{weight}.otf"


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    if page.file.generated_by is not None:
        return markdown
    source = posixpath.join("docs", page.file.src_uri)
    return _moved(markdown, source, page.file.src_uri)


def _moved(text: str, source: str, target: str) -> str:
    """The text of ``source`` (a path in the repository) as page ``target``: links to pages lead to them, and links to
    other files of the repository become the names of these files."""

    def lead(match: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), match[2]))
        inside = ELSEWHERE.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else None)
        if inside is None:
            return f"{match[1]}!{path})"
        return f"{match[1]}{posixpath.relpath(inside, posixpath.dirname(target) or '.')}{match[3] or ''})"

    return re.sub(r"\[([^\]]+)\]\(!([^)]+)\)", r"\1 (`\2`)", LINK.sub(lead, text))


def on_post_build(config: Any) -> None:
    """The site loads nothing from elsewhere."""
    for path in sorted(Path(config.site_dir).rglob("*")):
        pattern = {".html": LOADED, ".css": STYLED}.get(path.suffix)
        if pattern is not None and (found := pattern.search(path.read_text())):
            raise PluginError(f"{path.relative_to(config.site_dir)} would load from the network: {found[0]}")

"""All that the site has beside ``docs/``: pages and pictures that are made, and documents that lie elsewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pages import catalogue, commands, gallery, names, rest
from pages.drawing import draw

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])+)\]\((?!\w+:|#)([^)#\s]+)(#[^)]*)?\)")

# Documents of the repository, and where the site has them.
ELSEWHERE: Mapping[str, str] = {
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "examples/LICENSES.md": "gallery-licences.md",
    **{
        f"plugins/{path.parent.name}/README.md": f"plugins/{path.parent.name}.md"
        for path in sorted(ROOT.glob("plugins/*/README.md"))
    },
}
MADE: Mapping[str, Callable[[], str]] = {
    "reference/cli.md": commands.page,
    "reference/python.md": names.python_page,
    "reference/hooks.md": names.hooks_page,
    "reference/rest.md": lambda: rest.operations_page(rest.document()),
    "reference/rest-schemas.md": lambda: rest.schemas_page(rest.document()),
    "gallery.md": gallery.markdown,
}


def addresses() -> set[str]:
    """Every page and file that is added to ``docs/``; nothing is drawn for that."""
    looks = {f"looks/{page.name}.md" for page in catalogue.pages()}
    return {*MADE, *ELSEWHERE.values(), *looks, *gallery.addresses()}


def made_pages() -> Iterator[tuple[str, str]]:
    """(address, Markdown)."""
    for address, make in MADE.items():
        yield address, make()
    for page in catalogue.pages():
        pictures = {one.key: f"{page.name}/{one.key}.webp" for one in page.entries}
        yield f"looks/{page.name}.md", catalogue.markdown(page, pictures)
    for source, address in ELSEWHERE.items():
        yield address, moved((ROOT / source).read_text(), source, address)


def made_files() -> Iterator[tuple[str, Path]]:
    """(address, file): pictures, films, templates, fonts."""
    for page in catalogue.pages():
        for one in page.entries:
            yield f"looks/{page.name}/{one.key}.webp", draw(f"{page.name}/{one.key}", one.scene)
    yield from gallery.files()
    for weight in ("Regular", "Bold"):
        yield f"fonts/Inter-{weight}.otf", ROOT / "velocity_engine" / "fonts" / f"Inter-{weight}.otf"


def moved(text: str, source: str, address: str) -> str:
    """The text of ``source`` (a path in the repository) as the page at ``address``: links to pages lead to them, and
    links to other files of the repository become the names of these files."""

    def lead(match: re.Match[str]) -> str:
        words, target, anchor = match[1], match[2], match[3] or ""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        inside = ELSEWHERE.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else None)
        if inside is None:
            return words if words.strip("`").endswith(path) else f"{words} (`{path}`)"
        return f"[{words}]({posixpath.relpath(inside, posixpath.dirname(address) or '.')}{anchor})"

    return LINK.sub(lead, text)

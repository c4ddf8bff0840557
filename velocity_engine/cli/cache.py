"""``velocity cache``, and the cache that ``velocity render`` uses."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from velocity_engine.cli import options, report

if TYPE_CHECKING:
    from velocity_engine.cache.render_cache import RenderCache

LIMIT_VARIABLE = "VELOCITY_CACHE_MB"
KINDS = {"videos": "finished videos", "segments": "segments"}
MIB = 1 << 20


def cache(
    place: options.CachePlace = None,
    clear: Annotated[bool, typer.Option("--clear", help="Delete all entries.")] = False,
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Show what earlier renders have left for later ones, or delete it."""
    chosen = render_cache(place)
    found = chosen.contents()
    deleted = chosen.clear() if clear else 0
    kinds = {kind: [entry for entry in found if entry.name.startswith(f"{kind}/")] for kind in KINDS}
    if as_json:
        report.print_json(
            {
                "place": chosen.location,
                "limitBytes": chosen.max_bytes,
                "deleted": deleted,
                **{
                    kind: {"entries": len(entries), "bytes": sum(entry.size for entry in entries)}
                    for kind, entries in kinds.items()
                },
            }
        )
        return
    typer.echo(f"{chosen.location}: at most {chosen.max_bytes // MIB} MiB")
    for kind, entries in kinds.items():
        typer.echo(f"  {len(entries):6} {KINDS[kind]}, {sum(entry.size for entry in entries) / MIB:.1f} MiB")
    if clear:
        typer.echo(f"{deleted} entries were deleted")


def render_cache(place: str | None) -> RenderCache:
    """The cache at a place; None for the user's. ``VELOCITY_CACHE_MB`` bounds it."""
    from velocity_engine.cache.render_cache import MAX_BYTES, RenderCache
    from velocity_engine.files.user_cache import user_cache_folder

    text = os.environ.get(LIMIT_VARIABLE, "")
    if text and not text.isdecimal():
        raise typer.BadParameter(f"{LIMIT_VARIABLE} is {text!r}; it must be a number of MiB, such as 8192")
    limit = int(text) * MIB if text else MAX_BYTES
    return RenderCache(place or user_cache_folder() / "renders", limit)

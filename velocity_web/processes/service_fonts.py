"""The fonts that the service has for all accounts, as children are told of them."""

from __future__ import annotations

from collections.abc import Sequence

from velocity_web.processes.assignments import FontSources
from velocity_web.settings import Settings


def font_sources(settings: Settings, files: Sequence[str] = ()) -> FontSources:
    """``files`` of an account, and the fonts of the service."""
    return FontSources(files=[*files, *seen_fonts(settings)], system=settings.system_fonts)


def seen_fonts(settings: Settings) -> tuple[str, ...]:
    """What children may read of the fonts of the service, beside those of the system."""
    return (settings.font_folder,) if settings.font_folder else ()

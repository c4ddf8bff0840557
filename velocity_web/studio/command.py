"""What ``velocity studio`` does. Heavy imports wait until it runs."""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def run_studio(
    template: Path, renders: Path | None, port: int, how: Mapping[str, Any], tell: Callable[[str], None]
) -> str | None:
    """Serves the studio of a template until it is interrupted. Returns a sentence where it cannot.

    Args:
        template: The template.
        renders: Where videos go; None for beside the template.
        port: Of 127.0.0.1; 0 for a free one.
        how: The arguments of ``open_template``.
        tell: Is called with the address once it answers.
    """
    import velocity_engine as engine
    from velocity_web.studio.server import Options, serve_studio

    path = template.absolute()
    try:
        serve_studio(Options(path, (renders or path.parent).absolute(), port, how), tell)
    except engine.VelocityError as error:
        return str(error)
    except OSError as error:
        taken = f"port {port} of 127.0.0.1 is in use by another program; give another one with --port"
        return taken if error.errno == errno.EADDRINUSE else str(error)
    return None

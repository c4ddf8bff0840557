"""The command ``velocity studio``. Heavy imports wait until it runs."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Annotated

import typer

from velocity_web.mistakes import fail, whole

PORT = whole(0, 65_535)


def studio(
    template: Annotated[
        Path, typer.Argument(metavar="TEMPLATE", exists=True, help="A ZIP, a folder, a .lottie or a .json file.")
    ],
    renders: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where videos go; by default beside the template.")
    ] = None,
    port: Annotated[
        int, typer.Option(parser=PORT, metavar="NUMBER", help="Port of 127.0.0.1; 0 takes a free one.")
    ] = 0,
    animation: Annotated[
        str | None, typer.Option(metavar="ID", help="Which animation of a .lottie that holds several.")
    ] = None,
    font_folder: Annotated[
        list[str] | None, typer.Option(metavar="DIR", help="Fonts for texts: a folder or a file. Repeatable.")
    ] = None,
    system_fonts: Annotated[
        bool, typer.Option("--system-fonts", help="Use this system's fonts as a last resort.")
    ] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Open a template in the browser, and draw it again whenever its files are saved."""
    import webbrowser

    import velocity_engine as engine
    from velocity_web.studio.server import Options, serve_studio

    path = template.absolute()

    def tell(address: str) -> None:
        typer.echo(f"The studio of {template} is at {address}")
        typer.echo("Ctrl-C ends it.")
        if not no_browser:
            webbrowser.open(address)

    fonts = {"font_files": tuple(font_folder or ()) or None, "system_fonts": system_fonts or None}
    try:
        serve_studio(Options(path, animation, (renders or path.parent).absolute(), port, fonts), tell)
    except engine.VelocityError as error:
        fail(str(error))
    except OSError as error:
        fail(_port_fault(error, port) or str(error))


def _port_fault(error: OSError, port: int) -> str | None:
    taken = f"port {port} of 127.0.0.1 is in use by another program; give another one with --port"
    return taken if error.errno == errno.EADDRINUSE else None

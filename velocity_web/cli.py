"""The commands that the service adds to ``velocity``: serve, worker, studio, admin.

Heavy imports wait until a command runs.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from velocity_web.mistakes import fail, sentence_of, settings_sentence, whole
from velocity_web.schemas.scopes import USUAL as ALL_BUT_ADMIN
from velocity_web.settings import MOST_BUDGET_MS, MOST_QUOTA_MB, load_settings, settings_help
from velocity_web.studio_command import studio

if TYPE_CHECKING:
    from velocity_web.schemas.account import KeyRequest
    from velocity_web.settings import Settings

Data = Annotated[Path | None, typer.Option(help="Folder of the database and all files.")]
Database = Annotated[str | None, typer.Option(help="postgresql://... ; SQLite in the data folder without it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
UserName = Annotated[str, typer.Argument(help="The user's name.")]
USUAL: list[str] = list(ALL_BUT_ADMIN)
JobId = Annotated[str, typer.Argument(help="The render's id.")]
MISTAKE = 2
MOST_WORKERS = 10_000
MOST_LISTED = 1_000_000
PORT, WORKERS = whole(0, 65_535), whole(0, MOST_WORKERS)
QUOTA, BUDGET = whole(0, MOST_QUOTA_MB), whole(0, MOST_BUDGET_MS)
DAYS, HOURS = whole(1, 3650), whole(0, 720)
Scopes = Annotated[list[str], typer.Option(help="What the key may do: render, read, preview or admin; once for each.")]

admin_app = typer.Typer(help="Users, jobs and storage of the service.", no_args_is_help=True)


def _epilog() -> str:
    lines = settings_help().replace("[", "\\[").splitlines()
    intro = "Settings, as environment variables or as keys of the TOML file that VELOCITY_CONFIG names:"
    return "\n\n".join([intro, *lines])


def register(app: typer.Typer) -> None:
    """Add the commands; called through the entry-point group ``velocity.commands``."""
    app.command(epilog=_epilog())(serve)
    app.command()(worker)
    app.command()(studio)
    app.command()(mcp)
    app.add_typer(admin_app, name="admin")


def _settings(**given: Any) -> Settings:
    """Ends the command where a setting is wrong."""
    if given.get("database"):
        from velocity_web.processes.privacy import hide_argument

        hide_argument(given["database"])
    try:
        return load_settings(**given)
    except (ValueError, OSError) as error:
        fail(settings_sentence(error, given), MISTAKE)


@contextmanager
def _failing(settings: Settings | None = None) -> Iterator[None]:
    """Ends the command with a sentence where it fails; ``settings`` where it listens."""
    try:
        yield
    except Exception as error:
        sentence = (_listening_fault(error, settings) if settings else None) or sentence_of(error)
        if sentence is None:
            raise
        fail(sentence)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(parser=PORT, metavar="NUMBER", help="Port to listen on; 0 takes a free one.")
    ] = None,
    data: Data = None,
    workers: Annotated[
        int | None,
        typer.Option(parser=WORKERS, metavar="NUMBER", help="Renders at once; 0 leaves them to `velocity worker`."),
    ] = None,
    database: Database = None,
) -> None:
    """Serve the REST API. In an empty folder it makes the database and a first user, whose key it prints once."""
    settings = _settings(host=host, port=port, data=data, workers=workers, database=database)
    from velocity_web.server.server import serve as run

    with _failing(settings):
        run(settings)


def _listening_fault(error: Exception, settings: Settings) -> str | None:
    """The error in words, where it is about the address that was to be listened on."""
    port, host = settings.port, settings.host
    words = {
        errno.EADDRINUSE: f"port {port} of {host} is in use by another program; give another one with --port",
        errno.EACCES: f"port {port} of {host} is not allowed to this user; give one from 1024 up with --port",
        errno.EADDRNOTAVAIL: f"{host} is no address of this machine; give another one with --host",
    }
    if isinstance(error, OSError) and error.filename is None:
        return words.get(error.errno or 0)
    if isinstance(error, ValueError) and not _is_known(host):
        return f"the host name {host[:255]!r} is not known; give an address of this machine with --host"
    return None


def _is_known(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, None))
    except (OSError, UnicodeError):
        return False


def worker(
    data: Data = None,
    workers: Annotated[int | None, typer.Option(parser=WORKERS, metavar="NUMBER", help="Renders at once.")] = None,
    database: Database = None,
) -> None:
    """Run renders and analyses of a service, on its database and storage, here or on another machine."""
    settings = _settings(data=data, workers=workers, database=database)
    from velocity_web.jobs.worker import run_worker

    with _failing():
        run_worker(settings)


def mcp(
    url: Annotated[
        str | None,
        typer.Option(envvar="VELOCITY_URL", help="A service; its key is read from the environment, VELOCITY_KEY."),
    ] = None,
    templates: Annotated[
        Path | None, typer.Option(help="In place of a service: a folder of template ZIPs, rendered on this machine.")
    ] = None,
    files: Annotated[Path | None, typer.Option(help="A folder whose pictures may be put into templates.")] = None,
    downloads: Annotated[Path | None, typer.Option(help="A folder that finished videos are saved to.")] = None,
) -> None:
    """Let a language model list, describe, preview and render templates: an MCP server on standard input and output."""
    if not all(find_spec(name) for name in ("mcp", "velocity_client")):
        fail("velocity mcp needs the extra: pip install 'velocity-render[mcp]'")
    from velocity_web.mcp.command import require_fitting, run_mcp

    key = os.environ.get("VELOCITY_KEY")
    try:
        require_fitting(url, key, templates, files)
    except ValueError as error:
        fail(str(error), MISTAKE)
    with _failing():
        run_mcp(url, key, templates, files, downloads)


def _print_rows(rows: list[Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows]))
        return
    from rich.console import Console
    from rich.table import Table

    if not rows:
        typer.echo("none")
        return
    table = Table(*asdict(rows[0]))
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in asdict(row).values()))
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _do(action: str, settings: Settings, *arguments: Any) -> Any:
    """Call a function of ``admin``; what it refuses is a sentence and exit status 1."""
    from velocity_web.processes.privacy import keep_private
    from velocity_web.services import admin

    keep_private()
    with _failing():
        return getattr(admin, action)(settings, *arguments)


@admin_app.command("user-add")
def user_add(
    name: UserName,
    data: Data = None,
    quota_mb: Annotated[int | None, typer.Option(parser=QUOTA, metavar="NUMBER", help="Storage quota in MiB.")] = None,
    budget_ms: Annotated[
        int | None, typer.Option(parser=BUDGET, metavar="NUMBER", help="Render time budget in milliseconds.")
    ] = None,
    scope: Scopes = USUAL,
    database: Database = None,
) -> None:
    """Add a user, and print its API key, this once."""
    settings = _settings(data=data, database=database)
    typer.echo(_do("add_user", settings, name, quota_mb, budget_ms, _key_request(scopes=scope).scopes))


@admin_app.command("user-delete")
def user_delete(name: UserName, data: Data = None, database: Database = None) -> None:
    """Delete a user with its keys, templates, audio, assets, renders and their files. There is no way back."""
    _do("delete_user", _settings(data=data, database=database), name)


@admin_app.command("user-list")
def user_list(data: Data = None, database: Database = None, as_json: AsJson = False) -> None:
    """List the users with what they use."""
    _print_rows(_do("list_users", _settings(data=data, database=database)), as_json)


@admin_app.command("key-add")
def key_add(
    name: UserName,
    key_name: Annotated[str, typer.Option("--name", help="What the key is for, to tell it apart.")] = "key",
    scope: Scopes = USUAL,
    origin: Annotated[
        list[str] | None, typer.Option(help="Origin of web pages that may use it, such as https://shop.example.")
    ] = None,
    days: Annotated[int | None, typer.Option(parser=DAYS, metavar="NUMBER", help="It ends after so many days.")] = None,
    data: Data = None,
    database: Database = None,
) -> None:
    """Give a user one more API key, and print it, this once."""
    seconds = None if days is None else days * 86_400
    request = _key_request(name=key_name, scopes=scope, origins=origin or [], expiresSeconds=seconds)
    typer.echo(_do("add_key", _settings(data=data, database=database), name, request))


def _key_request(**fields: Any) -> KeyRequest:
    """Ends the command where one of the fields is wrong."""
    from pydantic import ValidationError

    from velocity_web.schemas.account import KeyRequest
    from velocity_web.schemas.sentences import sentence_for

    try:
        return KeyRequest.model_validate(fields)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        option = str(problem["loc"][0]).removesuffix("s")
        fail(f"--{option} {str(problem['input'])[:60]!r}: {sentence_for(problem)}", MISTAKE)


@admin_app.command("key-list")
def key_list(name: UserName, data: Data = None, database: Database = None, as_json: AsJson = False) -> None:
    """List a user's keys by how they begin, with what they may do."""
    _print_rows(_do("list_keys", _settings(data=data, database=database), name), as_json)


@admin_app.command("key-rotate")
def key_rotate(
    name: UserName,
    key: Annotated[str | None, typer.Option(help="How the key begins, where the user has several.")] = None,
    keep_hours: Annotated[
        int, typer.Option(parser=HOURS, metavar="NUMBER", help="How long the old key stays valid beside the new one.")
    ] = 0,
    data: Data = None,
    database: Database = None,
) -> None:
    """Give a user a new API key in the place of another, and print it, this once; the old one ends at once, or after
    so many hours."""
    typer.echo(_do("rotate_key", _settings(data=data, database=database), name, key, keep_hours))


@admin_app.command("key-revoke")
def key_revoke(
    name: UserName,
    key: Annotated[str, typer.Argument(help="How the key begins.")],
    data: Data = None,
    database: Database = None,
) -> None:
    """End one of a user's keys at once."""
    _do("revoke_key", _settings(data=data, database=database), name, key)


@admin_app.command("links-end")
def links_end(data: Data = None, database: Database = None) -> None:
    """End all links that were made until now."""
    _do("end_links", _settings(data=data, database=database))


@admin_app.command("user-disable")
def user_disable(
    name: UserName,
    data: Data = None,
    enable: Annotated[bool, typer.Option("--enable", help="Let the user in again.")] = False,
    database: Database = None,
) -> None:
    """Shut a user out; the user's things stay."""
    _do("set_disabled", _settings(data=data, database=database), name, not enable)


@admin_app.command("user-quota")
def user_quota(
    name: UserName,
    quota_mb: Annotated[int, typer.Argument(parser=QUOTA, help="Storage quota in MiB.")],
    data: Data = None,
    database: Database = None,
) -> None:
    """Set a user's storage quota."""
    _do("set_quota", _settings(data=data, database=database), name, quota_mb)


@admin_app.command("user-budget")
def user_budget(
    name: UserName,
    budget_ms: Annotated[int, typer.Argument(parser=BUDGET, help="Render time budget in milliseconds.")],
    data: Data = None,
    database: Database = None,
) -> None:
    """Set a user's render time budget."""
    _do("set_budget", _settings(data=data, database=database), name, budget_ms)


@admin_app.command("job-list")
def job_list(
    data: Data = None,
    status: Annotated[str | None, typer.Option(help="Only jobs of this status.")] = None,
    limit: Annotated[int, typer.Option(parser=whole(1, MOST_LISTED), metavar="NUMBER", help="How many.")] = 100,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first."""
    _print_rows(_do("list_jobs", _settings(data=data, database=database), status, limit), as_json)


@admin_app.command("job-cancel")
def job_cancel(job_id: JobId, data: Data = None, database: Database = None) -> None:
    """Cancel a render."""
    typer.echo(_do("cancel", _settings(data=data, database=database), job_id))


@admin_app.command("job-retry")
def job_retry(job_id: JobId, data: Data = None, database: Database = None) -> None:
    """Queue a failed or cancelled render anew, and print the new render's id."""
    typer.echo(_do("retry", _settings(data=data, database=database), job_id))


@admin_app.command()
def verify(data: Data = None, database: Database = None, as_json: AsJson = False) -> None:
    """Compare files, rows and sums; exit status 1 when something does not hold.

    A user over a quota or budget that was lowered is named under over_limits, and is no fault.
    """
    found = _do("verify", _settings(data=data, database=database))
    if as_json:
        typer.echo(json.dumps(asdict(found)))
    else:
        for title, sentences in asdict(found).items():
            for sentence in sentences:
                typer.echo(f"{title}: {sentence}")
        typer.echo("all holds" if found.is_clean else "see above")
    if not found.is_clean:
        raise typer.Exit(1)


@admin_app.command()
def cleanup(data: Data = None, database: Database = None) -> None:
    """Remove old files that no row names, and print their names."""
    for name in _do("cleanup", _settings(data=data, database=database)):
        typer.echo(name)

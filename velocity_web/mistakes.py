"""What is wrong with what an administrator typed or set, in words: options, variables, files, the database."""

from __future__ import annotations

import errno
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NoReturn, get_origin

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError

from velocity_web.failures import Failure
from velocity_web.schemas.sentences import sentence_for
from velocity_web.settings import CONFIG, PREFIX, Settings

LONGEST_VALUE = 60
SECRET = ("database", "connections")  # have passwords in them
OF_SETTINGS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than": lambda context: f"it must be more than {context['gt']:g}",
    "float_parsing": lambda _context: "it must be a number",
    "float_type": lambda _context: "it must be a number",
    "path_type": lambda _context: "it must be a path",
    "no_folder": lambda _context: "there is no such folder",
}
"""By the type of pydantic's error, for those that only settings can raise."""

SHOWN_AS: Mapping[Any, str] = {
    list: 'a list as JSON, such as ["one", "two"]',
    dict: "an object as JSON",
}
_REASONS = {
    errno.ENOENT: "it is not there and cannot be made",
    errno.EEXIST: "it is a file, and a folder is needed",
    errno.ENOTDIR: "a part of it is a file, and a folder is needed",
    errno.EACCES: "this user has no right to it",
    errno.EPERM: "this user has no right to it",
    errno.EROFS: "its disk is read-only",
    errno.ENOSPC: "its disk is full",
    errno.ELOOP: "its links lead in a circle",
    errno.ENAMETOOLONG: "its name is too long",
}


def fail(sentence: str, status: int = 1) -> NoReturn:
    """Ends a command with a sentence."""
    typer.echo(f"velocity: {sentence}", err=True)
    raise typer.Exit(status)


def whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers in a range, for an option. It raises typer.BadParameter."""

    def number(text: str) -> int:
        try:
            found = int(text)
        except ValueError:
            raise typer.BadParameter(f"{text[:LONGEST_VALUE]!r} is not a whole number") from None
        if not low <= found <= high:
            raise typer.BadParameter(f"{text[:LONGEST_VALUE]} is not from {low} to {high}")
        return found

    return number


def sentence_of(error: Exception) -> str | None:
    """What went wrong, for who started the command. None for what is a fault of the program."""
    from velocity_web.database.faults import is_database_fault

    if isinstance(error, Failure):
        return str(error)
    if is_database_fault(error):
        return f"the database cannot be used: {str(error).strip().splitlines()[0]}"
    if isinstance(error, OSError):
        return _of_file(error)
    return str(error) if isinstance(error, ValueError) else None


def _of_file(error: OSError) -> str:
    reason = _REASONS.get(error.errno or 0) or (error.strerror or str(error)).lower()
    return f"{error.filename} cannot be used: {reason}" if error.filename else reason


# --- settings -------------------------------------------------------------------------------------------------------


def settings_sentence(error: Exception, given: Mapping[str, Any]) -> str:
    """What is wrong with the settings; ``given`` are the options of the command line."""
    file = os.environ.get(CONFIG, "")
    match error:
        case ValidationError():
            return "; ".join(_of_setting(problem, given, file) for problem in error.errors(include_url=False))
        case SettingsError():
            return "; ".join(_not_json()) or str(error)
        case tomllib.TOMLDecodeError():
            place = re.search(r"\((at .+)\)", str(error))
            return f"the settings file {file} has a mistake{f' {place[1]}' if place else ''}; it must be TOML"
        case UnicodeDecodeError():
            return f"the settings file {file} is not UTF-8"
        case OSError():
            return _of_file(error)
    return str(error)


def _of_setting(problem: Mapping[str, Any], given: Mapping[str, Any], file: str) -> str:
    name, value = str(problem["loc"][0]), problem["input"]
    if problem["type"] == "extra_forbidden":
        near = get_close_matches(name, list(Settings.model_fields), n=1)
        return f"{name[:LONGEST_VALUE]} in {file} is no setting" + (f"; did you mean {near[0]}?" if near else "")
    variable = _variable(name)
    where = f"--{name}" if given.get(name) is not None else variable or f"{name} in {file}"
    own = OF_SETTINGS.get(problem["type"])
    wrong = own(problem.get("ctx", {})) if own else sentence_for(problem)
    shown = str(value) if isinstance(value, str | int | float) and name not in SECRET else ""
    return f"{where} is {shown}: {wrong}" if 0 < len(shown) <= LONGEST_VALUE else f"{where}: {wrong}"


def _variable(name: str) -> str | None:
    """The environment variable that says a setting; their names match without regard to case."""
    return next((found for found in os.environ if found.upper() == f"{PREFIX}{name.upper()}"), None)


def _not_json() -> Iterator[str]:
    """Of the variables whose settings are lists or objects."""
    for name, field in Settings.model_fields.items():
        variable, kind = _variable(name), get_origin(field.annotation)
        if kind not in SHOWN_AS or variable is None:
            continue
        try:
            json.loads(os.environ[variable])
        except ValueError:
            shown = os.environ[variable]
            told = f" is {shown}" if 0 < len(shown) <= LONGEST_VALUE and name not in SECRET else ""
            yield f"{variable}{told}: it must be {SHOWN_AS[kind]}"

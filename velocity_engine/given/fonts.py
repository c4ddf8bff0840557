"""Where fonts are looked for beside those of a template: files and folders that a caller names, and the system's."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from velocity_engine.errors import wrong_type

FOLDER_VARIABLE = "VELOCITY_FONT_FOLDER"
SYSTEM_VARIABLE = "VELOCITY_SYSTEM_FONTS"
FontPath: TypeAlias = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class FontOptions:
    """How fonts are found beside those of a template.

    Attributes:
        files: Files and folders that are looked through before the engine's fonts, the first first.
        system: The system's folders, which are looked through after all others.
        strict: Whether a letter that no font has is an error, in place of a box with a finding.
    """

    files: tuple[str, ...] = ()
    system: tuple[str, ...] = ()
    strict: bool = False


USUAL_FONTS = FontOptions()


Strictness: TypeAlias = Literal["boxes", "strict"]


def is_strict(fonts: object) -> bool:
    """Whether letters that no font has are refused.

    Raises:
        WrongTypeError: ``fonts`` is neither "boxes" nor "strict".
    """
    if fonts not in get_args(Strictness):
        right = 'Give "boxes", which draws boxes for letters that no font has, or "strict", which refuses them'
        raise wrong_type("fonts", fonts, right)
    return fonts == "strict"


def font_options(
    font_files: FontPath | Sequence[FontPath] | None, system_fonts: bool | Sequence[FontPath] | None
) -> FontOptions:
    """Returns what a caller names, and else what the environment does.

    Args:
        font_files: A folder, a file, or several; None for what ``VELOCITY_FONT_FOLDER`` names.
        system_fonts: Whether the system's fonts are looked through, too, or the folders of them; None for what
            ``VELOCITY_SYSTEM_FONTS`` says.

    Raises:
        WrongTypeError: An argument has a wrong type.
    """
    if system_fonts is None:
        system_fonts = os.environ.get(SYSTEM_VARIABLE, "").lower() in ("1", "true", "yes")
    if font_files is None:
        font_files = [one for one in os.environ.get(FOLDER_VARIABLE, "").split(os.pathsep) if one]
    files = _paths("font_files", font_files, "Give a folder of fonts, a font file, or a list of these, by path or URL")
    if not isinstance(system_fonts, bool):
        return FontOptions(files, _paths("system_fonts", system_fonts, "Give True, False or a list of folders"))
    return FontOptions(files, system_font_folders() if system_fonts else ())


def _paths(name: str, given: Any, right: str) -> tuple[str, ...]:
    several = [given] if isinstance(given, str | os.PathLike) else given
    if not isinstance(several, list | tuple):
        raise wrong_type(name, given, right)
    for one in several:
        if not isinstance(one, str | os.PathLike) or not isinstance(os.fspath(one), str) or not os.fspath(one):
            raise wrong_type(name, one, right)
    return tuple(os.fspath(one) for one in several)


def system_font_folders() -> tuple[str, ...]:
    """Returns the folders in which this system keeps fonts, as far as they are there.

    Example:
        >>> ve.system_font_folders()
        ('/usr/share/fonts', '/usr/local/share/fonts')
    """
    home = os.path.expanduser("~")
    folders: tuple[str, ...]
    if sys.platform == "darwin":
        folders = ("/System/Library/Fonts", "/Library/Fonts", f"{home}/Library/Fonts")
    elif sys.platform == "win32":
        windows, local = os.environ.get("WINDIR", r"C:\Windows"), os.environ.get("LOCALAPPDATA", "")
        folders = (rf"{windows}\Fonts", rf"{local}\Microsoft\Windows\Fonts")
    else:
        folders = ("/usr/share/fonts", "/usr/local/share/fonts", f"{home}/.local/share/fonts", f"{home}/.fonts")
    return tuple(folder for folder in folders if os.path.isdir(folder))

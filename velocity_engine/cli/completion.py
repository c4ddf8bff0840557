"""``velocity completion``"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

VARIABLE = "_VELOCITY_COMPLETE"
"""Set by the scripts when they ask the command what could come next."""


class Shell(StrEnum):
    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


def completion(
    context: typer.Context, shell: Annotated[Shell, typer.Argument(help="The shell that the script is for.")]
) -> None:
    """Print the script that completes commands and options in a shell.

    bash: eval "$(velocity completion bash)" in ~/.bashrc. zsh: the same in ~/.zshrc, after compinit. fish: velocity
    completion fish > ~/.config/fish/completions/velocity.fish.
    """
    from typer.completion import show_callback

    show_callback(context, context.command.params[0], shell.value)


def prepare() -> None:
    """Makes the command answer what the scripts ask."""
    from typer.completion import get_completion_inspect_parameters

    get_completion_inspect_parameters()  # registers what answers, for the options that Typer would add

"""One exception tree. Every error says what was wrong, where it is, and what would be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file of the package, a layer by its path, a JSON pointer (RFC 6901), a request
    field."""

    file: str | None = None
    layer: str | None = None
    pointer: str | None = None
    field: str | None = None

    def __str__(self) -> str:
        parts = [
            f"{label} {value}"
            for label, value in (
                ("file", self.file),
                ("layer", self.layer),
                ("at", self.pointer),
                ("field", self.field),
            )
            if value
        ]
        return ", ".join(parts)


NOWHERE = Place()


class VelocityError(Exception):
    """Base of all errors that a user of the engine can cause or should see.

    ``message`` is one sentence of what is wrong, ``place`` says where, ``hint`` what would be right.
    ``str(error)`` joins the three; nothing of it names a path of this machine unless the user gave it.
    """

    def __init__(self, message: str, *, place: Place = NOWHERE, hint: str | None = None) -> None:
        super().__init__(message, place, hint)
        self.message = message
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        where = str(self.place)
        text = f"{self.message} ({where})" if where else self.message
        return f"{text}. {self.hint}" if self.hint else text

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.place, self.hint))


def _rebuild(kind: type[VelocityError], message: str, place: Place, hint: str | None) -> VelocityError:
    return kind(message, place=place, hint=hint)


class PackageError(VelocityError):
    """The package cannot be read, is unsafe, exceeds a limit, or lacks a file."""


class DocumentError(VelocityError):
    """The Lottie document is not one, or contradicts itself."""


class CustomizationError(VelocityError):
    """A customization names an unknown target, has an unknown key, or a value of the wrong kind."""


class EncoderConfigError(VelocityError):
    """An encoder setting is out of range or contradicts another; ``place.field`` names it."""


class FrameRangeError(VelocityError):
    """A frame or frame range is empty, reversed, or outside the composition."""


class MediaError(VelocityError):
    """A picture, clip, sound or font cannot be decoded."""


class StorageError(VelocityError):
    """The result cannot be written or read back."""


class PluginError(VelocityError):
    """A plugin is missing, broken, or in conflict."""


class OrderError(VelocityError):
    """A render order cannot be read, or a file is no longer what it was when the order was made."""


class RenderCancelled(VelocityError):
    """The caller asked for the render to stop; no output is left behind."""


class RenderFailed(VelocityError):
    """Rendering or encoding failed half-way; no output is left behind."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something of a template that will not show as its author meant.

    ``feature`` is a short stable key (``effect.glow``), ``instead`` what the engine does in its place.
    ``severity`` is ``"error"`` where a render would fail (a missing image, say), else ``"warning"``.
    """

    feature: str
    message: str
    place: Place = NOWHERE
    instead: str = "it is skipped"
    severity: str = "warning"


def nearest(name: str, choices: Sequence[str]) -> str | None:
    """The choice most like ``name``, or None when none is near."""
    import difflib

    folded = {choice.casefold(): choice for choice in reversed(choices)}
    found = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else None

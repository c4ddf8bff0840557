"""The errors: one tree of exceptions. Every error says what is wrong, where it is, and what would be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where an error or a finding lies. Each attribute is None where it does not apply.

    Attributes:
        file: A file of the package.
        layer: The path of a layer ("Comp/Layer").
        pointer: A JSON pointer (RFC 6901) into the document.
        field: A field of the request.
    """

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
    """The base of all errors that a user of the engine can cause or should see.

    ``str(error)`` joins its three attributes. It names no path of this machine unless the user gave that path.

    Attributes:
        message: One sentence that says what is wrong, with a small first letter and without a full stop.
        place: Where it is wrong.
        hint: One sentence that says what would be right, or None.

    Example:
        >>> raise CustomizationError("data is empty", place=Place(layer="Code", field="data"), hint="Give a text")
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
    """The package cannot be read, is unsafe, exceeds a limit, or a file is missing in it."""


class DocumentError(VelocityError):
    """The file is not a Lottie document, or the document contradicts itself."""


class CustomizationError(VelocityError):
    """A customization names an unknown target, has an unknown key, or has a value of the wrong kind."""


class EncoderConfigError(VelocityError):
    """An encoder setting is out of range or contradicts another one. ``place.field`` names the setting."""


class NoSoundError(EncoderConfigError):
    """A codec takes sound alone, and there is none."""


class FrameRangeError(VelocityError):
    """A frame or frame range is empty, reversed, or outside the composition."""


class MediaError(VelocityError):
    """A picture, clip, sound or font cannot be decoded."""


class DurationError(VelocityError):
    """A length is out of its range, or the markers of the template do not allow it."""


class SoundMixError(VelocityError):
    """A number of a sound mix is out of its range, or the mix names a layer that is not there."""


class MotionBlurError(VelocityError):
    """A number of a motion blur is out of its range. ``place.field`` names it."""


class CaptionsError(VelocityError):
    """Captions cannot be read, a value of them is out of its range, or they name a layer that cannot show them."""


class StorageError(VelocityError):
    """The result cannot be written or read back."""


class TemporaryStorageError(StorageError):
    """The storage does not answer now. The same may go well a moment later."""


class PluginError(VelocityError):
    """A plugin is missing, is broken, or is in conflict with another one."""


class OrderError(VelocityError):
    """A render order cannot be read, or a file has changed since the order was made."""


class RenderCancelled(VelocityError):
    """The caller cancelled the render. No output is left behind."""


class RenderFailed(VelocityError):
    """Rendering or encoding failed before the end. No output is left behind."""


class FrameCostError(RenderFailed):
    """A frame would take too long or too much memory, or shows too many things. ``place.field`` is "resolution" where a
    smaller picture would do."""


class WrongTypeError(VelocityError, TypeError):
    """An argument has a type that the function does not take. ``place.field`` names the argument."""


class FindingWarning(UserWarning):
    """What ``render_still`` warns with: something of a template is not drawn as its designer meant."""


def wrong_type(name: str, value: object, right: str) -> WrongTypeError:
    """Returns the error of an argument that has a wrong type.

    Args:
        name: The argument's name.
        value: What was given.
        right: One sentence that says what would be right.
    """
    import reprlib

    what = f"{name} is {reprlib.repr(value)}, of type {type(value).__name__}"
    return WrongTypeError(what, place=Place(field=name), hint=right)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something of a template that is not drawn as its designer meant.

    Attributes:
        feature: A short name that stays the same, such as "effect.glow".
        message: A sentence that says what is not drawn.
        place: Where it is in the template.
        instead: What the engine does instead.
        severity: "error" where a render would fail, as for a missing image. Otherwise "warning".
    """

    feature: str
    message: str
    place: Place = NOWHERE
    instead: str = "it is skipped"
    severity: str = "warning"


def nearest(name: str, choices: Sequence[str]) -> str | None:
    """Returns the choice that is most similar to a name, for a hint such as "Did you mean ...?".

    Args:
        name: The name that was requested.
        choices: The names that exist.

    Returns:
        The most similar choice (case does not count), or None where none is similar enough.
    """
    import difflib

    folded = {choice.casefold(): choice for choice in reversed(choices)}
    found = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else None

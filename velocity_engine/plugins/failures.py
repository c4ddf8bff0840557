"""What a plugin raised, told with its name and the moment, for people who did not write it."""

from __future__ import annotations

from velocity_engine.errors import Place, PluginError

MAX_WORDS = 200  # characters of a plugin's own words


def failure(who: str, error: BaseException, place: Place, when: str) -> PluginError:
    """Returns the error that is raised in the place of ``error``.

    Args:
        who: The plugin and its package, such as "the effect 'glitch' of acme-effects".
        error: What it raised.
        place: The layer, or the field of the request.
        when: The moment, such as "at frame 12".
    """
    if isinstance(error, MemoryError):
        return PluginError(f"{who} ran out of memory {when}", place=place, hint="Choose a smaller resolution")
    return PluginError(f"{who} failed {when}: {words_of(error)}", place=place)


def words_of(error: BaseException) -> str:
    """Returns the kind of the error and its own words. Those of the system name files of this machine, so they are left
    out.

    Args:
        error: What was raised.
    """
    text = error.strerror if isinstance(error, OSError) and error.strerror else " ".join(str(error).split())
    name = type(error).__name__
    if not text:
        return name
    return f"{name}: {text if len(text) <= MAX_WORDS else f'{text[:MAX_WORDS]}…'}"

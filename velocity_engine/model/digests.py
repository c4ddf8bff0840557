"""Names of things by their content: two with the same digest are the same to draw.

Digests are stable between processes and machines.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from types import CodeType, EllipsisType
from typing import Any, TypeVar

import numpy as np

Digest = bytes  # 16 bytes


def written(content: tuple[Any, ...]) -> bytes:
    """Numbers, strings, bytes and tuples of them as bytes, others for other contents: a ``Digested.name``."""
    try:
        return marshal.dumps(content, 2)
    except ValueError:  # of a plugin's own kind of number, say
        return digest_of(*content)


def digest_of(*parts: Any) -> Digest:
    """A digest of numbers, strings, bytes, arrays, enums, frozen dataclasses, None and (nested) tuples of them.

    Args:
        parts: What the digest names. Arrays count by their bytes: give the shape beside an array where two arrays of
            the same bytes can mean different things.

    Returns:
        16 bytes, the same in every process and on every machine.

    Raises:
        TypeError: A part is of a type that has no content of its own, such as a function or an open file.
    """
    parts = _of_content(parts)
    # Version 2 of the marshal format: the last without references, so the bytes depend on the values alone.
    try:
        data = marshal.dumps(parts, 2)
    except ValueError:
        data = marshal.dumps(_plain(parts), 2)
    return hashlib.blake2b(data, digest_size=16).digest()


Several = TypeVar("Several", tuple[Any, ...], list[Any])


def _of_content(parts: Several) -> Several:
    """``parts`` with arrays that lie in order in memory. Refuses what marshal would write although it has no content:
    arrays of objects are addresses."""
    if _SIMPLE.issuperset(map(type, parts)):
        return parts
    changed: list[Any] | None = None
    for number, part in enumerate(parts):
        prepared = _PREPARED.get(type(part))
        if prepared is not None and (kept := prepared(part)) is not part:
            changed = list(parts) if changed is None else changed
            changed[number] = kept
    return parts if changed is None else type(parts)(changed)


def _in_order(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if array.dtype.hasobject:
        raise _no_content(array)
    return array if array.flags.c_contiguous else np.ascontiguousarray(array)


def _refused(part: Any) -> Any:
    raise _no_content(part)


_SIMPLE = frozenset((str, float, int, bytes, bool, type(None)))
"""Most parts are of these, and asking for all at once spares asking each."""

_PREPARED: dict[type, Callable[[Any], Any]] = {
    np.ndarray: _in_order,
    tuple: _of_content,
    list: _of_content,
    dict: lambda part: dict(zip(part, _of_content(list(part.values())), strict=True)),
    CodeType: _refused,
    EllipsisType: _refused,
}


def _no_content(part: Any) -> TypeError:
    name = "an array of objects" if isinstance(part, np.ndarray) else type(part).__name__
    return TypeError(f"{name} has no content that a digest could name: give numbers, texts or arrays")


def _plain(part: Any) -> Any:
    if isinstance(part, tuple | list):
        return tuple(_plain(entry) for entry in part)
    if isinstance(part, np.ndarray):
        part = _in_order(part)
        return (part.dtype.str, part.shape, part.tobytes())
    if part is None or type(part) in (int, float, str, bytes, bool):
        return part
    if isinstance(part, np.generic):
        return part.item()
    if isinstance(part, Enum):
        return (type(part).__name__, part.name)
    if is_dataclass(part) and not isinstance(part, type):
        return (type(part).__name__, *(_plain(getattr(part, field.name)) for field in fields(part)))
    if isinstance(part, dict):
        return tuple(sorted((str(key), _plain(value)) for key, value in part.items()))
    raise _no_content(part)


class Digested:
    """A frozen thing with a digest, which is worked out when it is first asked for."""

    __slots__ = ("_digest",)

    _digest: Digest

    def _content(self) -> tuple[Any, ...]:
        """What tells it from others, for ``digest_of``."""
        raise NotImplementedError

    @property
    def name(self) -> bytes:
        """What stands for it in the content of something else: its digest, unless it is small. Then it is the content
        itself, which is sooner written than digested. Which of the two rests on the content alone.
        """
        return self.digest

    @property
    def digest(self) -> Digest:
        digest: Digest | None = getattr(self, "_digest", None)
        if digest is None:
            digest = digest_of(*self._content())
            object.__setattr__(self, "_digest", digest)
        return digest

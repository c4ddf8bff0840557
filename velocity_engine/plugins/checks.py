"""Whether an object that a plugin hands over follows its protocol (``plugin_types``), told in words of that
protocol."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from velocity_engine.plugin_types import PIXEL_FORMATS, Container

Claim = tuple[str, Hashable]
Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One thing that plugins provide: its hook, its name in messages, its fields and methods, and what it claims.

    ``fields`` maps an attribute to a test and to what it must be; ``methods`` a method to its number of arguments.
    ``optional`` is as ``fields``, for attributes that may be left out.
    ``names`` maps an attribute to the sort of claim its value (or each of its values) makes: no two objects share one.
    """

    hook: str
    noun: str
    fields: Mapping[str, tuple[Check, str]]
    methods: Mapping[str, int]
    names: Mapping[str, str] = field(default_factory=lambda: {"key": "name"})
    optional: Mapping[str, tuple[Check, str]] = field(default_factory=dict)

    def problems(self, candidate: Any) -> list[str]:
        """What of ``candidate`` breaks the protocol; empty when nothing does."""
        if inspect.isclass(candidate):
            return [f"the class {candidate.__name__} was given where an instance of it must stand"]
        found = []
        for name, (test, wanted) in self.fields.items():
            if not hasattr(candidate, name):
                found.append(f"{name} is missing: it must be {wanted}")
            elif not test(getattr(candidate, name)):
                found.append(f"{name} is {getattr(candidate, name)!r}: it must be {wanted}")
        for name, (test, wanted) in self.optional.items():
            if hasattr(candidate, name) and not test(getattr(candidate, name)):
                found.append(f"{name} is {getattr(candidate, name)!r}: it must be {wanted}")
        for name, count in self.methods.items():
            method = getattr(candidate, name, None)
            if not callable(method):
                found.append(f"the method {name} is missing")
            elif not _accepts(method, count):
                found.append(f"the method {name} must take {count} argument{'s' if count != 1 else ''}")
        return found

    def claims(self, candidate: Any) -> Iterable[Claim]:
        """What ``candidate`` is found by, such as ("name", "h264") or ("Lottie type", 4)."""
        for attribute, sort in self.names.items():
            value = getattr(candidate, attribute)
            for one in value if isinstance(value, tuple) else (value,):
                if one is not None:
                    yield sort, one


def _accepts(method: Callable[..., Any], count: int) -> bool:
    try:
        inspect.signature(method).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # compiled callables may have no signature to look at
        return True
    return True


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_number_or_none(value: Any) -> bool:
    return value is None or (_is_whole_number(value) and value >= 0)


def _is_whole_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _are_names(value: Any) -> bool:
    return isinstance(value, tuple) and all(_is_name(one) for one in value)


def _are_numbers(value: Any) -> bool:
    return isinstance(value, tuple) and all(_is_whole_number(one) for one in value)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _are_pixel_formats(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(one in PIXEL_FORMATS for one in value)


def _are_some_names(value: Any) -> bool:
    return _are_names(value) and bool(value)


def _is_weight(value: Any) -> bool:
    return _is_whole_number(value) and 1 <= value <= 1000


def _are_scripts(value: Any) -> bool:
    return _are_names(value) and all(len(one) == 4 and one.isalpha() and one.istitle() for one in value)


def _are_containers(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(one, Container) and one.endings for one in value)


def _takes_one(value: Any) -> bool:
    return callable(value) and _accepts(value, 1)


_NAME = (_is_name, "a name")
_NAMES = (_are_names, "a tuple of names")
_NUMBERS = (_are_numbers, "a tuple of whole numbers")

LAYER = Kind(
    hook="velocity_layers",
    noun="layer type",
    fields={"key": _NAME, "lottie_types": _NUMBERS},
    methods={"prepare": 2},
    names={"key": "name", "lottie_types": "Lottie type"},
    optional={"data_schema": (_is_object, "a JSON schema, as a dict")},
)
EFFECT = Kind(
    hook="velocity_effects",
    noun="effect",
    fields={"key": _NAME, "match_names": _NAMES, "lottie_types": _NUMBERS},
    methods={"evaluate": 3, "apply": 3},
    names={"key": "name", "match_names": "match name", "lottie_types": "Lottie type"},
)
STYLE = Kind(
    hook="velocity_styles",
    noun="layer style",
    fields={"key": _NAME, "lottie_types": _NUMBERS, "order": (_is_whole_number, "a whole number")},
    methods={"problems": 1, "evaluate": 2},
    names={"key": "name", "lottie_types": "Lottie type"},
)
CODEC = Kind(
    hook="velocity_codecs",
    noun="codec",
    fields={
        "key": _NAME,
        "title": _NAME,
        "number": (_is_number_or_none, "a whole number or None"),
        "pixel_formats": (_are_pixel_formats, f"a tuple of some of {', '.join(PIXEL_FORMATS)}"),
        "containers": (_are_containers, "a tuple of Containers that have endings"),
        "keeps_alpha": (_is_flag, "True or False"),
        "odd_sizes": (_is_flag, "True or False"),
    },
    methods={"problems": 4, "settings": 4},
    names={"key": "name", "number": "number"},
)
STORAGE = Kind(
    hook="velocity_storages",
    noun="storage",
    fields={"schemes": _NAMES},
    methods={"check": 1, "put": 3, "open": 3, "stat": 1, "list": 1, "delete": 1, "url": 2},
    names={"schemes": "scheme"},
)
EXECUTOR = Kind(
    hook="velocity_executors",
    noun="executor",
    fields={"key": _NAME},
    methods={"run": 3},
    optional={"at": (_takes_one, "a method that takes an address")},
)

FONT = Kind(
    hook="velocity_fonts",
    noun="font",
    fields={
        "key": _NAME,
        "families": (_are_some_names, "a tuple of at least one name"),
        "weight": (_is_weight, "a whole number from 1 to 1000"),
        "italic": (_is_flag, "True or False"),
        "scripts": (_are_scripts, 'a tuple of ISO 15924 codes, such as ("Thai",)'),
        "same_widths_as": _NAMES,
    },
    methods={"read": 0},
)

KINDS = (LAYER, EFFECT, STYLE, CODEC, STORAGE, EXECUTOR, FONT)

"""The data of plugin layers against their JSON schemas, told in the words of who wrote the data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from velocity_engine.customize.problems import choices
from velocity_engine.errors import PluginError
from velocity_engine.parse.values import described

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

LISTED = 20  # unknown keys of one object that are told
MAX_ERRORS = 100  # after which the data is not looked at further: each costs, and one entry wrong is often all wrong
_TYPES = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
    "array": "an array",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class DataFault:
    """One thing that is wrong with the data: where (``.bars[2].value``; empty for the whole), what, and what would be
    right."""

    path: str
    message: str
    hint: str | None = None


_validators: dict[str, tuple[Mapping[str, Any], Validator]] = {}


def data_faults(plugin: str, schema: Mapping[str, Any], data: Any) -> list[DataFault]:
    """What is wrong with the data of a layer plugin, by path: the first ``MAX_ERRORS`` that are found.

    Raises PluginError where the plugin's schema is no JSON schema (draft 2020-12).
    """
    from referencing.exceptions import Unresolvable

    try:
        errors = list(islice(_validator(plugin, schema).iter_errors(data), MAX_ERRORS))
    except Unresolvable as error:
        what = f"the data schema of the layer plugin {plugin!r} refers to {error.ref}, which it does not hold"
        raise PluginError(what, hint="A schema refers to its own $defs only") from error
    found = dict.fromkeys(fault for error in errors for fault in _faults(error))
    return sorted(found, key=lambda fault: _reading_order(fault.path))


def _reading_order(path: str) -> list[str | int]:
    """By which ``bars[2]`` comes before ``bars[10]``."""
    return [int(part) if at % 2 else part for at, part in enumerate(re.split(r"\[(\d+)\]", path))]


def _validator(plugin: str, schema: Mapping[str, Any]) -> Validator:
    known = _validators.get(plugin)
    if known is not None and known[0] is schema:
        return known[1]
    from jsonschema import Draft202012Validator, SchemaError
    from referencing import Registry

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        what = f"the data schema of the layer plugin {plugin!r} is no JSON schema: {error.message[:200]}"
        raise PluginError(what, hint="Mend the plugin, or update it") from error
    # With a registry of its own, a schema that refers to a URL is never fetched.
    validator = Draft202012Validator(schema, registry=Registry())
    _validators[plugin] = (schema, validator)
    return validator


def _faults(error: ValidationError) -> list[DataFault]:
    keyword, path = str(error.validator), path_of(error.absolute_path)
    if keyword in ("anyOf", "oneOf") and error.context:
        meant = _meant(error.context, len(error.absolute_path))
        if meant:
            return [fault for inner in meant for fault in _faults(inner)]
        kinds = [kind for inner in error.context for kind in _types_of(inner) if inner.validator == "type"]
        if kinds:
            return [DataFault(path, f"{_name(error)} is {described(error.instance)}", _of_types(kinds))]
    told = _TOLD.get(keyword)
    if told is not None:
        return told(error, path)
    return [DataFault(path, error.message[:200], _example(error.schema))]


def _meant(context: Iterable[ValidationError], depth: int) -> list[ValidationError]:
    """The errors of the alternative that the data's author seems to have meant: the one whose type is right."""
    branches: dict[Any, list[ValidationError]] = {}
    for error in context:
        branches.setdefault(error.schema_path[0], []).append(error)
    fitting = [
        errors
        for errors in branches.values()
        if not any(e.validator in ("type", "const", "enum") and len(e.absolute_path) == depth for e in errors)
    ]
    return min(fitting, key=len) if fitting else []


def path_of(steps: Iterable[str | int]) -> str:
    """A path into the data as fields of requests are written."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def _name(error: ValidationError) -> str:
    steps = list(error.absolute_path)
    named = max((at for at, step in enumerate(steps) if isinstance(step, str)), default=-1)
    return path_of(steps[named:]).lstrip(".") if named >= 0 else f"data{path_of(steps)}"


def _types_of(error: ValidationError) -> list[str]:
    wanted = error.validator_value
    return [wanted] if isinstance(wanted, str) else list(wanted) if isinstance(wanted, list) else []


def _of_types(kinds: Sequence[str]) -> str:
    return f"It must be {' or '.join(dict.fromkeys(_TYPES.get(kind, kind) for kind in kinds))}"


def _example(schema: Any) -> str | None:
    examples = schema.get("examples") if isinstance(schema, Mapping) else None
    return f"It must be like {described(examples[0])}" if isinstance(examples, list) and examples else None


# --- the keywords that schemas use most -------------------------------------------------------------------------------


def _of_type(error: ValidationError, path: str) -> list[DataFault]:
    return [DataFault(path, f"{_name(error)} is {described(error.instance)}", _of_types(_types_of(error)))]


def _enum(error: ValidationError, path: str) -> list[DataFault]:
    wanted = error.validator_value if error.validator == "enum" else [error.validator_value]
    listed = ", ".join(described(one) for one in wanted[:20])
    hint = f"It must be one of {listed}" if len(wanted) > 1 else f"It must be {listed}"
    return [DataFault(path, f"{_name(error)} is {described(error.instance)}", hint)]


def _required(error: ValidationError, path: str) -> list[DataFault]:
    properties = error.schema.get("properties", {})
    missing = [name for name in error.validator_value if name not in error.instance]
    return [
        DataFault(f"{path}.{name}", f"{_name(error)} lacks {name!r}", _description(properties.get(name)))
        for name in missing
    ]


def _description(schema: Any) -> str | None:
    text = schema.get("description") if isinstance(schema, Mapping) else None
    return f"It is {str(text)[:1].lower()}{str(text)[1:].rstrip('.')}" if text else None


def _unknown(error: ValidationError, path: str) -> list[DataFault]:
    known = list(error.schema.get("properties", {}))
    patterns = error.schema.get("patternProperties", {})
    surplus = [
        str(name)
        for name in error.instance
        if name not in known and not any(re.search(pattern, name) for pattern in patterns)
    ]
    return [
        DataFault(f"{path}.{name[:60]}", f"the key {described(name)} is unknown", choices(name, known, "keys"))
        for name in surplus[:LISTED]
    ]


def _limit(least: bool, inclusive: bool = True) -> Callable[[ValidationError, str], list[DataFault]]:
    words = ("at least" if least else "at most") if inclusive else ("above" if least else "below")

    def told(error: ValidationError, path: str) -> list[DataFault]:
        hint = f"It must be {words} {json.dumps(error.validator_value)}"
        return [DataFault(path, f"{_name(error)} is {described(error.instance)}", hint)]

    return told


def _length(least: bool) -> Callable[[ValidationError, str], list[DataFault]]:
    words = "at least" if least else "at most"

    def told(error: ValidationError, path: str) -> list[DataFault]:
        if isinstance(error.instance, str) and not error.instance:
            return [DataFault(path, f"{_name(error)} is empty", _example(error.schema))]
        value = error.instance
        unit = "characters" if isinstance(value, str) else "entries" if isinstance(value, list) else "keys"
        what = f"{_name(error)} has {len(value)} {unit}"
        return [DataFault(path, what, f"It must have {words} {error.validator_value}")]

    return told


def _pattern(error: ValidationError, path: str) -> list[DataFault]:
    hint = _example(error.schema) or f"It must match {error.validator_value}"
    return [DataFault(path, f"{_name(error)} is {described(error.instance)}", hint)]


_TOLD: Mapping[str, Callable[[ValidationError, str], list[DataFault]]] = {
    "type": _of_type,
    "enum": _enum,
    "const": _enum,
    "required": _required,
    "additionalProperties": _unknown,
    "minimum": _limit(least=True),
    "maximum": _limit(least=False),
    "exclusiveMinimum": _limit(least=True, inclusive=False),
    "exclusiveMaximum": _limit(least=False, inclusive=False),
    "minLength": _length(least=True),
    "maxLength": _length(least=False),
    "minItems": _length(least=True),
    "maxItems": _length(least=False),
    "minProperties": _length(least=True),
    "maxProperties": _length(least=False),
    "pattern": _pattern,
}

"""Reading what came over the wire: strict JSON, and what is wrong with it, in sentences by field.

Whoever reads a request uses these: the server its bodies, a confined child the rows of a form.
"""

from __future__ import annotations

import copy
import hashlib
import json
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import UnionType
from typing import Any, Protocol, TypeVar, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel, ValidationError

from velocity_web.failures import Invalid
from velocity_web.schemas.base import RequestModel
from velocity_web.schemas.sentences import AN_ID, sentence_for

Asked = TypeVar("Asked", bound=RequestModel)


MAX_DEPTH = 100
"""Lists and objects within each other, of any body: what reads them on goes by recursion."""


class Readable(Protocol):
    def read(self, size: int | None = ..., /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Body:
    """A request's body that was not read yet: ``length`` bytes of the media type ``kind``."""

    stream: Readable
    length: int
    kind: str


def canonical_field_id(field: str, value: str) -> str:
    """A form field's UUID. Raises Invalid."""
    try:
        return str(UUID(value.strip()))
    except ValueError:
        raise Invalid("the form has invalid fields", {field: [AN_ID]}) from None


def parse_json(raw: bytes) -> Any:
    """Strict JSON: no NaN, no lone surrogates, no depth that exhausts the parser. Raises Invalid."""
    require_some(raw)
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=no_constant)
        if b"\\ud" in raw.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        raise Invalid("the body is not UTF-8", {"": ["send JSON as UTF-8"]}) from None
    except UnicodeEncodeError:
        raise Invalid("the body holds half of a surrogate pair", {"": ["send whole characters"]}) from None
    except RecursionError:
        raise Invalid("the body is nested too deeply", {"": ["nest less deeply"]}) from None
    except ValueError as error:
        raise Invalid("the body is not valid JSON", {"": [json_fault(error)]}) from None
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and is_deeper(value, MAX_DEPTH):
        raise Invalid("the body is nested too deeply", {"": ["nest less deeply"]})
    return value


def require_some(raw: bytes) -> None:
    """Raises Invalid where nothing was sent, or a mark before the JSON."""
    if not raw.strip():
        raise Invalid("the body is empty", {"": ["send the request as JSON in the body"]})
    if raw.startswith(BOM_UTF8):
        raise Invalid("the body begins with a byte order mark", {"": ["send JSON as UTF-8 without a byte order mark"]})


def is_deeper(value: Any, depth: int) -> bool:
    """Whether lists and objects stand within each other more than so many times."""
    level = [value]
    for _ in range(depth):
        level = [
            child
            for one in level
            if isinstance(one, list | dict)
            for child in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return any(isinstance(one, list | dict) for one in level)


class NotJson(ValueError):
    """A word that Python takes for a number and JSON does not."""


def no_constant(name: str) -> None:
    """For JSON readers: raises NotJson for NaN and Infinity."""
    raise NotJson(f"{name} is no number of JSON")


def json_fault(error: ValueError) -> str:
    """Why a text is no JSON, of what the JSON reader raises."""
    if isinstance(error, json.JSONDecodeError):
        return f"the mistake is at line {error.lineno}, column {error.colno}"
    return str(error) if isinstance(error, NotJson) else "it holds a number with too many digits"


def body_hash(raw: Any) -> str:
    """Equal for requests that mean the same, whatever their spacing and order of keys."""
    return hashlib.sha256(json.dumps(raw, sort_keys=True, default=str).encode()).hexdigest()


def mended(model: type[Asked], data: Any, error: ValidationError, placeholders: Mapping[str, Any]) -> Asked | None:
    """The model of ``data`` without the fields that ``error`` names, so that the rest can be judged too; with
    ``placeholders`` in the place of those that are required, by path: ``encoderConfig.bitrate``, ``rows[]``.
    None when that is not enough.
    """
    try:
        mended_data = copy.deepcopy(data)
        for problem in error.errors(include_url=False, include_input=False):
            _mend(mended_data, problem["loc"], placeholders)
        return model.model_validate(mended_data)
    except (ValidationError, RecursionError):
        return None


def _mend(data: Any, location: Sequence[int | str], placeholders: Mapping[str, Any]) -> None:
    """Puts its placeholder in the place of the value at ``location``, or takes it away; the list that holds it, where
    it is an entry without a placeholder."""
    steps: list[tuple[Any, int | str, str]] = []
    at, path = data, ""
    for part in location:
        if isinstance(at, list) and isinstance(part, int) and part < len(at):
            path += "[]"
        elif isinstance(at, dict) and isinstance(part, str):
            path += f".{part}" if path else part
        else:
            break
        steps.append((at, part, path))
        at = at.get(part) if isinstance(at, dict) else at[part]
    for holder, part, where in reversed(steps):
        if where in placeholders:
            holder[part] = copy.deepcopy(placeholders[where])
            return
        if isinstance(holder, dict):
            holder.pop(part, None)
            return


def field_errors(error: ValidationError, model: type[RequestModel], data: Any) -> dict[str, list[str]]:
    """Sentences by field path (``encoderConfig.bitrate``, ``rows[3].name``); a missing one names a likely slip."""
    errors: dict[str, list[str]] = {}
    for problem in error.errors(include_url=False, include_input=False):
        path = ""
        for part in (
            one for one in problem["loc"] if one != "[key]"
        ):  # what is wrong is a name, not what it stands for
            path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
        sentence = sentence_for(problem)
        if problem["type"] == "missing":
            near = get_close_matches(str(problem["loc"][-1]), _keys_at(data, problem["loc"][:-1]), n=1, cutoff=0.6)
            if near:
                sentence += f"; the request has {near[0][:60]!r} in its place"
        errors.setdefault(path, []).append(sentence)
    return errors


def _keys_at(data: Any, location: Sequence[int | str]) -> list[str]:
    for part in location:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return []
    return [str(key) for key in data] if isinstance(data, dict) else []


def unknown_fields(model: type[BaseModel], data: Any, path: str = "") -> list[str]:
    """A sentence for each field of ``data`` that the model does not know; such fields are ignored."""
    if not isinstance(data, dict):
        return []
    names = {info.alias or name: info.annotation for name, info in model.model_fields.items()}
    found: list[str] = []
    for key, value in data.items():
        if key not in names:
            found.append(unknown_sentence(f"{path}{key}", list(names)))
        elif inner := _inner_model(names[key]):
            values = value if isinstance(value, list) else [value]
            for entry in values[:100]:
                found.extend(unknown_fields(inner, entry, f"{path}{key}."))
    return found


def unknown_sentence(name: str, known: Sequence[str]) -> str:
    """That a field was ignored, and which of the ``known`` names may have been meant."""
    near = get_close_matches(name.rsplit(".", 1)[-1], known, n=1, cutoff=0.6)
    return f"unknown field {name[:80]} was ignored" + (f"; did you mean {near[0]}?" if near else "")


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (list, UnionType):
        return next((model for part in get_args(annotation) if (model := _inner_model(part))), None)
    return None

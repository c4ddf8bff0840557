"""What is said in a video where a file says it: a caption file that was uploaded, or one that is fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import velocity_engine as engine
from velocity_web.database.entities import Asset, reading
from velocity_web.services.elsewhere import Elsewhere

Errors = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Said:
    """``text``: captions as the engine writes them, as JSON. ``file``: the one that is fetched, in whose place a cue
    stands in ``text`` that is shown to nobody."""

    text: str | None = None
    file: engine.FileReference | None = None


SILENT = Said()


def said_of(
    elsewhere: Elsewhere, text: str | None, source: Mapping[str, str] | None, errors: Errors, named: str = "captions"
) -> Said:
    """What captions say that a child process read from a request. Not within a session.

    Args:
        elsewhere: Who asks.
        text: The captions as JSON.
        source: What names the file that has their cues, if one does.
        errors: Gets what is wrong, by field.
        named: The field that names it.
    """
    if text is None or not source:
        return Said(text)
    if "assetId" not in source:
        file = elsewhere.located(source, named, errors)
        return SILENT if file is None else Said(text, file)
    asset_id = source["assetId"]
    with reading():
        asset = Asset.get(id=asset_id.lower())
        if asset is None or asset.account_id != elsewhere.caller.account_id:
            errors[f"{named}.assetId"] = [f"there is no asset {asset_id}"]
            return SILENT
        if not asset.cues:
            what = "a clip" if asset.kind == "video" else "a picture"
            errors[f"{named}.assetId"] = [f"the asset {asset.name!r} is {what}, not a caption file"]
            return SILENT
        return Said(with_cues(text, str(asset.cues)))


def with_cues(text: str, cues: str) -> str:
    """Captions with these cues, which are JSON of some megabytes that nobody reads on the way."""
    how = {name: value for name, value in json.loads(text).items() if name != "cues"}
    return f'{json.dumps(how, ensure_ascii=False)[:-1]},"cues":{cues}}}'


def how_of(text: str) -> str:
    """How captions are shown, as JSON, where a file has what they say."""
    return json.dumps({name: value for name, value in json.loads(text).items() if name != "cues"})

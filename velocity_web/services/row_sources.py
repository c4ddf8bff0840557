"""What the rows of a batch bring beside their maps: their sound, what is said in them, and so how long they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from velocity_web.database.entities import reading
from velocity_web.services.captions import SILENT, Said, said_of, with_cues
from velocity_web.services.elsewhere import Elsewhere
from velocity_web.services.forms import BatchRowForm
from velocity_web.services.looked_files import NOTHING, LookedFiles
from velocity_web.services.render_checks import Errors, MapCheck, Terms, joined
from velocity_web.services.render_sources import NamedSound, Sound, find_sound

MOST_SAID = 32 << 20
"""Characters of captions whose cues were fetched, of all rows that are checked at a time."""


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A row with what it has of its own and of its batch: ``customizations`` is its map, ``wrong`` what is wrong beside
    that, ``files`` what was found of what lies elsewhere, and ``check`` what the check of its map says."""

    form: BatchRowForm
    customizations: str
    named: NamedSound
    sound: Sound | None
    said: Said
    wrong: Errors
    files: LookedFiles = NOTHING
    check: MapCheck | None = None


class RowSources:
    """Those of one batch, whose ``terms`` and sound its rows have where they bring none. Sounds are looked up once."""

    def __init__(self, elsewhere: Elsewhere, terms: Terms, own_sound: NamedSound) -> None:
        self._elsewhere, self._terms, self._own_sound = elsewhere, terms, own_sound
        self._sounds: dict[str, tuple[Sound | None, Errors]] = {}
        self._texts: dict[tuple[str | None, str], str] = {}

    def asked(self, row: BatchRowForm) -> AskedRow:
        named = NamedSound(row.audio_id, row.audio) if row.audio_id or row.audio else self._own_sound
        sound, wrong = self._sound(named)
        said, unsaid = self._said(row)
        customizations = joined(self._terms.source.customizations, row.customizations)
        return AskedRow(row, customizations, named, sound, said, {**wrong, **unsaid})

    def with_found(self, row: AskedRow, found: LookedFiles) -> AskedRow:
        """The row with what was found in its files. Captions for which there is no room are late."""
        sound, said = row.sound, row.said
        if sound is not None and found.sound_seconds is not None:
            sound = replace(sound, seconds=found.sound_seconds)
        if found.cues is not None and said.file is not None:
            text = self._text(said, found.cues)
            if text is None:
                found = replace(found, late=(*found.late, said.file.location))
            else:
                said = Said(text)
        return replace(row, sound=sound, said=said, files=found)

    def forget_texts(self) -> None:
        """Of rows that were checked."""
        self._texts.clear()

    def _text(self, said: Said, cues: str) -> str | None:
        """Captions with the cues that were fetched, made once for the rows that share them."""
        assert said.file is not None
        key = said.text, said.file.location
        if key not in self._texts:
            if sum(map(len, self._texts.values())) > MOST_SAID:
                return None
            self._texts[key] = with_cues(said.text or "{}", cues)
        return self._texts[key]

    def _sound(self, named: NamedSound) -> tuple[Sound | None, Errors]:
        """A sound, and what is wrong with it."""
        if named.key not in self._sounds:
            wrong: Errors = {}
            with reading():
                self._sounds[named.key] = find_sound(self._elsewhere, named, self._terms.source, wrong), wrong
        return self._sounds[named.key]

    def _said(self, row: BatchRowForm) -> tuple[Said, Errors]:
        """What is said in a row's video, and what is wrong with that."""
        if row.errors:
            return SILENT, row.errors
        if row.captions is None:
            return self._terms.said, {}
        wrong: Errors = {}
        return said_of(self._elsewhere, row.captions, row.captions_source, wrong), wrong

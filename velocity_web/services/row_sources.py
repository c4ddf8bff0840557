"""What the rows of a batch bring beside their maps: their sound, what is said in them, and so how long they are."""

from __future__ import annotations

import velocity_engine as engine
from velocity_web.database.entities import reading
from velocity_web.services.captions import SILENT, Said, said_of
from velocity_web.services.elsewhere import Elsewhere
from velocity_web.services.forms import BatchRowForm
from velocity_web.services.lengths import duration_of
from velocity_web.services.render_checks import Errors, Terms
from velocity_web.services.render_sources import NamedSound, Sound, find_sound


class RowSources:
    """Those of one batch, whose ``terms`` and sound its rows have where they bring none. Sounds are looked up once."""

    def __init__(self, elsewhere: Elsewhere, terms: Terms, own_sound: NamedSound) -> None:
        self._elsewhere, self._terms, self._own_sound = elsewhere, terms, own_sound
        self._sounds: dict[str, tuple[Sound | None, Errors]] = {}

    def audio_of(self, row: BatchRowForm) -> NamedSound:
        return NamedSound(row.audio_id, row.audio) if row.audio_id or row.audio else self._own_sound

    def sound(self, named: NamedSound) -> tuple[Sound | None, Errors]:
        """A sound, and what is wrong with it."""
        if named.key not in self._sounds:
            wrong: Errors = {}
            with reading():
                self._sounds[named.key] = find_sound(self._elsewhere, named, self._terms.source, wrong), wrong
        return self._sounds[named.key]

    def duration(self, row: BatchRowForm, errors: Errors) -> engine.Duration | None:
        """How long the video of a row is to be. What is wrong with that goes to ``errors``."""
        if self._terms.duration is None:
            return None
        sound, _wrong = self.sound(self.audio_of(row))
        return duration_of(self._terms.duration, sound.seconds if sound else None, self._terms.mix, errors)

    def said(self, row: BatchRowForm) -> tuple[Said, Errors]:
        """What is said in a row's video, and what is wrong with that."""
        if row.errors:
            return SILENT, row.errors
        if row.captions is None:
            return self._terms.said, {}
        wrong: Errors = {}
        return said_of(self._elsewhere, row.captions, row.captions_source, wrong), wrong

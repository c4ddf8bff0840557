"""The checks of a batch's rows, a piece of them at a time: of a dry run with what they read from elsewhere, else with
what their lengths follow."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from velocity_web.orders.posters import poster_errors
from velocity_web.processes.runner import Checker, TemplateFiles
from velocity_web.processes.slots import Place
from velocity_web.schemas.render import BatchRequest
from velocity_web.services.batch_tally import Checked
from velocity_web.services.checked_renders import named_sound
from velocity_web.services.elsewhere import Elsewhere
from velocity_web.services.estimates import Estimate
from velocity_web.services.forms import BatchRowForm
from velocity_web.services.lengths import Length
from velocity_web.services.looked_files import CheckDesk, Remote, remote_of, require_needed
from velocity_web.services.remote_files import RemoteFiles
from velocity_web.services.render_checks import (
    CheckRequest,
    Errors,
    MapCheck,
    Terms,
    ask,
    asked_duration,
    template_copy,
    ticket_of,
)
from velocity_web.services.reuse import Cached, Looked, SharedFrames, cached_of_batch
from velocity_web.services.row_sources import AskedRow, RowSources
from velocity_web.services.sampling import Samples, Sampling, expected, sampled

WARNED_ROWS = 1000
"""So many rows of a dry run are looked at for what will not show: their texts are laid out for that."""
FILE_SECONDS = 25.0
"""Of a dry run, by the clock, for all that its rows read from elsewhere: to fetch it, and to look at it."""
FILE_PART = 0.5
"""Of the seconds of a batch that is queued, for the same of what its lengths follow."""
FILE_ROWS = 20
"""So many rows at a time are checked with their files."""


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """What is asked of a batch: its title, and its ``errors`` are what is wrong for all of its rows. ``fetches``:
    whether anything is fetched for its check."""

    request: BatchRequest
    title: str
    terms: Terms
    errors: Errors
    dry_run: bool
    fetches: bool


class BatchChecks:
    """Those of one batch, for use in a ``with`` statement by who holds ``place``: it is left while files are fetched.
    ``cached`` tells, of a dry run, what earlier renders left of its rows, and ``shared`` what these have in common."""

    def __init__(self, desk: CheckDesk, order: BatchOrder, place: Place) -> None:
        self._desk, self._order, self._place = desk, order, place
        self._elsewhere = Elsewhere(desk.settings, desk.caller)
        self._sources = RowSources(self._elsewhere, order.terms, named_sound(order.request))
        self._estimates: dict[tuple[str, float, bool, Length | None], Estimate] = {}
        self._samples: Samples | None = None
        self._looked = 0
        self._opened = ExitStack()
        self._file: TemplateFiles
        self._checker: Checker
        self._with_files: Checker | None = None
        self._files = RemoteFiles(desk, FILE_SECONDS if order.dry_run else FILE_PART * desk.settings.batch_seconds)
        self.shared = SharedFrames()
        self.cached = Cached()

    def __enter__(self) -> BatchChecks:
        """Raises Invalid where the template's file is gone, and Unavailable."""
        with ExitStack() as opened:
            self._file = opened.enter_context(template_copy(self._desk.objects, self._order.terms.source))
            opened.enter_context(self._files)
            account_id = self._desk.caller.account_id
            self._checker = opened.enter_context(self._desk.runner.checker(account_id, self._file))
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self._opened.close()

    def check(self, piece: Sequence[BatchRowForm]) -> list[Checked]:
        """Raises Invalid; and Busy, where something is not here yet without which rows cannot be queued."""
        warns = self._order.dry_run and self._looked < WARNED_ROWS
        self._looked += len(piece)
        rows = [self._sources.asked(row) for row in piece]
        shared, checks = self._asked(self._checker, rows, warns=warns)
        shared = {**shared, **self._order.errors}
        rows = [replace(row, check=check) for row, check in zip(rows, checks, strict=True)]
        if self._order.fetches and not shared:
            rows = self._with_remote(rows, warns=warns)
        self._sample(rows, shared)
        found = [self._checked(row, shared) for row in rows]
        right = [
            Looked(row.customizations, row.check, one.ticket)
            for row, one in zip(rows, found, strict=True)
            if one.ticket is not None and row.check is not None
        ]
        self.shared.add(self._checker, self._order.terms, right)
        if self._order.dry_run:
            self.cached = self.cached.plus(cached_of_batch(self._checker, self._order.terms, right))
        return found

    def _asked(self, checker: Checker, rows: Sequence[AskedRow], *, warns: bool) -> tuple[Errors, list[MapCheck]]:
        terms = self._order.terms
        durations = [asked_duration(terms, row.sound, {}) for row in rows]
        paths = {location: path for row in rows for location, path in row.files.paths.items()}
        question = CheckRequest(
            elsewhere=self._elsewhere,
            objects=self._desk.objects,
            encoder=terms.encoder,
            frames=terms.frames if terms.duration is None else terms.asked if any(durations) else None,
            warnings=warns,
            with_audio=[row.named.is_any for row in rows],
            mix=terms.mix,
            captions=[row.said.text for row in rows],
            durations=durations,
            strict_fonts=terms.strict_fonts,
            motion_blur=terms.motion_blur,
            fetched=paths,
        )
        return ask(checker, question, [row.customizations for row in rows])

    def _sample(self, rows: Sequence[AskedRow], shared: Errors) -> None:
        """Let the first row in which nothing is wrong be sampled for all."""
        first = next((row for row in rows if not (shared or row.wrong or row.check is None or row.check.errors)), None)
        if first is not None and self._samples is None:
            desk, terms = self._desk, replace(self._order.terms, said=first.said)
            sampling = Sampling(self._checker, desk.runner, desk.settings, desk.caller.account_id)
            self._samples = sampled(sampling, terms, first.customizations)

    # --- files elsewhere ---

    def _with_remote(self, rows: list[AskedRow], *, warns: bool) -> list[AskedRow]:
        """The rows, those that read something from elsewhere looked at with that."""
        remotes = {number: remote for number, row in enumerate(rows) if (remote := self._remote(row)).locations}
        if not remotes:
            return rows
        self._sources.forget_texts()
        with self._place.left():
            self._files.bring(list(remotes.values()))
            self._files.look(list(remotes.values()))
        numbers = list(remotes)
        for at in range(0, len(numbers), FILE_ROWS):
            group = numbers[at : at + FILE_ROWS]
            with self._files.timed():
                self._files.put([remotes[number] for number in group])
                for number in group:
                    found = self._files.found(remotes[number])
                    if not self._order.dry_run:
                        require_needed(remotes[number], found.late)
                    rows[number] = self._sources.with_found(rows[number], found)
                if self._files.has_time:
                    _shared, checks = self._asked(self._file_checker(), [rows[one] for one in group], warns=warns)
                    for number, check in zip(group, checks, strict=True):
                        rows[number] = replace(rows[number], check=check)
        return rows

    def _remote(self, row: AskedRow) -> Remote:
        if row.wrong or row.check is None or row.check.errors:
            return Remote()
        return remote_of(self._order.terms, row.sound, row.said, row.check, dry_run=self._order.dry_run)

    def _file_checker(self) -> Checker:
        """One that may read what was fetched."""
        if self._with_files is None:
            account_id, folder = self._desk.caller.account_id, str(self._files.shelf.folder)
            checker = self._desk.runner.checker(account_id, self._file, (folder,))
            self._with_files = self._opened.enter_context(checker)
        return self._with_files

    # --- results ---

    def _checked(self, row: AskedRow, shared: Errors) -> Checked:
        order, files, check = self._order, row.files, row.check
        assert check is not None
        errors = {**files.errors, **shared, **check.errors, **row.wrong}
        duration = None if row.wrong else asked_duration(order.terms, row.sound, errors)
        if check.length is not None:
            last = check.length.whole - order.terms.source.span[0]
            errors |= poster_errors(order.request.output, last, order.terms.size)
        name = row.form.name or f"{order.title[:245]} {row.form.number + 1}"
        warnings = (*check.warnings, *files.warnings)
        told = Checked(row.form.number, name, None, errors, row.form.metadata, (), warnings, files.is_partial)
        if errors:
            brings_captions = row.form.captions is not None
            own = [field for field in {**files.errors, **row.wrong} if brings_captions or field in row.form.errors]
            return replace(told, own=tuple(own))
        if order.terms.duration is not None and (duration is None or check.length is None):
            return replace(told, is_open=True)
        samples = self._samples or Samples()
        seconds = row.sound.seconds if row.sound else 0.0
        alike = row.named.key, seconds, samples.shows(row.customizations, check), check.length
        if alike not in self._estimates:
            self._estimates[alike] = expected(order.terms, row.sound, samples, as_asked=alike[2], length=check.length)
        terms = replace(order.terms, said=row.said)
        ticket = ticket_of(terms, row.customizations, check, row.sound, self._estimates[alike])
        return replace(told, ticket=ticket)

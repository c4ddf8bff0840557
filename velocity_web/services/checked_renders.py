"""Render requests, checked and estimated: what is wrong with them is told at once, and what they would take."""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import velocity_engine as engine
from velocity_web.accounts.auth import Caller
from velocity_web.database.entities import reading
from velocity_web.events import webhooks
from velocity_web.failures import Invalid
from velocity_web.orders.destinations import destination_errors
from velocity_web.orders.executors import executor_errors
from velocity_web.orders.posters import poster_errors
from velocity_web.orders.remote_sources import is_remote
from velocity_web.processes.runner import TemplateFiles
from velocity_web.schemas.render import BatchRequest, RenderEstimate, RenderOutput, RenderRequest
from velocity_web.schemas.source import SourceRequest
from velocity_web.schemas.template import FindingDto
from velocity_web.services.captions import Said, said_of, with_cues
from velocity_web.services.codecs import codec_errors
from velocity_web.services.elsewhere import Elsewhere
from velocity_web.services.forms import RenderForm
from velocity_web.services.lengths import duration_of, timeline_told
from velocity_web.services.looked_files import CheckDesk, LookedFiles, Remote, looked_files
from velocity_web.services.render_checks import (
    CheckRequest,
    Errors,
    MapCheck,
    Terms,
    Ticket,
    ask,
    beside,
    joined,
    template_copy,
    terms_of,
    ticket_of,
)
from velocity_web.services.render_sources import NamedSound, Sound, Source, find_sound, find_source
from velocity_web.services.reuse import Asking, Looked, cached_of_render
from velocity_web.services.sampling import Samples, Sampling, expected, sampled
from velocity_web.storage.connections import usable

NOTHING = LookedFiles()


@dataclass(frozen=True, slots=True)
class CheckedRender:
    """A request in which nothing is wrong; ``digest`` is equal for bodies that mean the same."""

    request: RenderRequest
    digest: str
    ticket: Ticket
    terms: Terms
    check: MapCheck


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request asks for: ``whole`` is its customization map, with the instance's, and ``errors`` what is wrong
    beside that."""

    request: RenderRequest
    terms: Terms
    sound: Sound | None
    whole: str
    errors: Errors

    @property
    def follows_sound(self) -> bool:
        return self.terms.duration is not None and self.terms.duration.follows == "audio"

    def duration(self, errors: Errors) -> engine.Duration | None:
        """None also where it follows a sound that is not fetched yet."""
        if self.follows_sound and self.sound is not None and self.sound.id is None and not self.sound.seconds:
            return None
        return duration_of(self.terms.duration, self.sound.seconds if self.sound else None, self.terms.mix, errors)


def checked(desk: CheckDesk, form: RenderForm, *, dry_run: bool) -> CheckedRender:
    """A render that is as its template takes it, tried in a child process. Of a dry run what lies elsewhere is fetched
    and looked at, too, as far as that is here in a few seconds; else what the length of the video follows.

    Raises Invalid with the sentences of all fields at once, also for a webhook's URL that is not allowed, Busy, also
    while what the length follows is being fetched, Unavailable, NoSpace and OSError.
    """
    head = form.head
    if head.request is None:
        raise Invalid("the request has invalid fields", head.errors)
    request = RenderRequest.model_validate(head.request)
    try:
        found = _check(desk, _asked(desk, request, form), dry_run=dry_run and not head.errors)
    except Invalid as invalid:
        raise beside(head.errors, invalid) from None
    if head.errors:
        raise Invalid("the request has invalid fields", head.errors)
    return CheckedRender(request, head.digest, *found)


def _asked(desk: CheckDesk, request: RenderRequest, form: RenderForm) -> _Asked:
    caller, settings = desk.caller, desk.settings
    errors = executor_errors(request.executor, settings)
    elsewhere, named = Elsewhere(settings, caller), named_sound(request)
    with reading():
        source = source_of(caller, request)
        sound = find_sound(elsewhere, named, source, errors)
    said = said_of(elsewhere, form.head.captions, form.head.captions_source, errors)
    terms = terms_of(source, request, said)
    errors |= codec_errors(request.encoder_config, terms.encoder, settings)
    errors |= poster_errors(request.output, source.frame_count if terms.duration is None else math.inf, terms.size)
    errors |= destination_errors(request.destinations or [], usable(settings, caller.name), is_batch=False)
    return _Asked(request, terms, sound, joined(source.customizations, form.customizations), errors)


def _check(desk: CheckDesk, asked: _Asked, *, dry_run: bool) -> tuple[Ticket, Terms, MapCheck]:
    with template_copy(desk.objects, asked.terms.source) as file, ExitStack() as opened:
        check, samples = _answered(desk, asked, file, None, dry_run=dry_run)
        remote = _remote(asked, check, dry_run=dry_run)
        if remote.locations:
            looked = opened.enter_context(looked_files(desk, remote))
            asked = _with_looked(asked, looked)
            check, samples = _answered(desk, asked, file, looked, dry_run=dry_run)
    terms, sound, whole = asked.terms, asked.sound, asked.whole
    foretold = expected(terms, sound, samples, as_asked=samples.shows(whole, check), length=check.length)
    return ticket_of(terms, whole, check, sound, foretold), terms, check


def _answered(
    desk: CheckDesk, asked: _Asked, file: TemplateFiles, looked: LookedFiles | None, *, dry_run: bool
) -> tuple[MapCheck, Samples]:
    """What the check of a request says: of one without files that are still to be ``looked`` at, with samples of it.
    Raises Invalid."""
    terms, files = asked.terms, looked or NOTHING
    own = {**asked.errors}
    duration = asked.duration(own)
    question = CheckRequest(
        elsewhere=Elsewhere(desk.settings, desk.caller),
        objects=desk.objects,
        encoder=terms.encoder,
        frames=terms.frames if terms.duration is None else None if duration is None else terms.asked,
        warnings=True,
        with_audio=[named_sound(asked.request).is_any],
        mix=terms.mix,
        captions=[terms.said.text],
        durations=[duration],
        strict_fonts=terms.strict_fonts,
        motion_blur=terms.motion_blur,
        fetched=files.paths,
        fetches=True,
        markers=dry_run,
    )
    runner, account_id = desk.runner, desk.caller.account_id
    readable = tuple(map(str, files.paths.values()))
    with runner.slot(account_id), runner.checker(account_id, file, readable) as checker:
        shared, [check] = ask(checker, question, [asked.whole])
        errors = {**files.errors, **shared, **check.errors, **own}
        if check.length is not None:
            last = check.length.whole - terms.source.span[0]
            errors |= poster_errors(asked.request.output, last, terms.size)
        if asked.request.webhook_url and not errors:
            webhooks.require_allowed(str(asked.request.webhook_url), desk.settings)
        if errors:
            raise Invalid("the request has invalid fields", errors)
        check = replace(check, warnings=(*check.warnings, *files.warnings))
        if looked is None and _remote(asked, check, dry_run=dry_run).locations:
            return check, Samples()
        return check, sampled(Sampling(checker, runner, desk.settings, account_id), terms, asked.whole)


def _remote(asked: _Asked, check: MapCheck, *, dry_run: bool) -> Remote:
    """What is to be looked at of what a request reads from elsewhere."""
    sound, duration = asked.sound, asked.terms.duration
    remote_sound = None if sound is None or not is_remote(sound.file.location) else sound.file.location
    clips = {one: fields for one, fields in check.elsewhere.items() if any(name.endswith(".video") for name in fields)}
    needed: list[str] = [remote_sound] if asked.follows_sound and remote_sound else []
    if duration is not None and (duration.follows or "").startswith("layer:"):
        needed += clips
    if dry_run:
        said = asked.terms.said.file
        return Remote(check.elsewhere, remote_sound, None if said is None else said.location, frozenset(needed))
    media = {one: fields for one, fields in clips.items() if one in needed}
    return Remote(media, remote_sound if asked.follows_sound else None, None, frozenset(needed))


def _with_looked(asked: _Asked, looked: LookedFiles) -> _Asked:
    sound, terms = asked.sound, asked.terms
    if sound is not None and looked.sound_seconds is not None:
        sound = replace(sound, seconds=looked.sound_seconds)
    if looked.cues is not None and terms.said.text is not None:
        terms = replace(terms, said=Said(with_cues(terms.said.text, looked.cues)))
    return replace(asked, sound=sound, terms=terms)


def named_sound(request: RenderOutput) -> NamedSound:
    """The audio that a request names. Raises Invalid where its source is not one."""
    audio_id = str(request.audio_id) if request.audio_id else None
    return NamedSound(audio_id, {} if request.audio is None else checked_source(request.audio, "audio"))


def checked_source(source: SourceRequest, field: str) -> dict[str, str]:
    """What a source names, nothing where it names none. Raises Invalid where it is half of one, or two."""
    given = [name for name in ("url", "connection", "path") if getattr(source, name) is not None]
    if given and not source.named():
        sentence = "give url, or connection and path"
        raise Invalid("the request has invalid fields", {f"{field}.{name}": [sentence] for name in given})
    return source.named()


def source_of(caller: Caller, request: RenderRequest | BatchRequest) -> Source:
    """Within a session. Raises Invalid with the field's sentence."""
    template_id = str(request.template_id) if request.template_id else None
    instance_id = str(request.template_instance_id) if request.template_instance_id else None
    return find_source(caller, template_id, instance_id)


def estimate(desk: CheckDesk, found: CheckedRender) -> RenderEstimate:
    """What a checked render would take; queues nothing. Raises Busy and Unavailable."""
    ticket, account_id = found.ticket, desk.caller.account_id
    asking = Asking(desk.runner, desk.objects, account_id, found.terms)
    with desk.runner.slot(account_id):
        cached = cached_of_render(asking, Looked(ticket.customizations, found.check, ticket))
    foretold, length = ticket.estimate, found.check.length
    return RenderEstimate(
        frames=ticket.frames,
        seconds=round(ticket.frames / found.terms.rate, 3),
        expected_milliseconds=foretold.milliseconds,
        least_milliseconds=foretold.least_ms,
        most_milliseconds=foretold.most_ms,
        expected_bytes=foretold.size_bytes,
        least_bytes=foretold.least_bytes,
        most_bytes=foretold.most_bytes,
        cached_frames=cached.frames if cached.renders else None,
        timeline=None if length is None else timeline_told(length.whole, length.markers, found.terms.source.span[0]),
        warnings=[FindingDto(**finding) for finding in all_warnings(ticket)],
    )


def all_warnings(ticket: Ticket) -> list[dict[str, Any]]:
    """What the check found, and what only the analysis looks for."""
    tried = [finding for finding in ticket.source.findings if finding["feature"].startswith("expression.")]
    return [*ticket.warnings, *tried]

"""Render requests, checked and estimated: what is wrong with them is told at once, and what they would take."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from velocity_web.accounts.auth import Caller
from velocity_web.database.entities import reading
from velocity_web.events import webhooks
from velocity_web.failures import Invalid
from velocity_web.orders.destinations import destination_errors
from velocity_web.orders.executors import executor_errors
from velocity_web.orders.posters import poster_errors
from velocity_web.processes.runner import TemplateFiles
from velocity_web.schemas.render import BatchRequest, RenderEstimate, RenderOutput, RenderRequest
from velocity_web.schemas.source import SourceRequest
from velocity_web.schemas.template import FindingDto
from velocity_web.services.captions import Said, said_of, with_cues
from velocity_web.services.codecs import codec_errors
from velocity_web.services.elsewhere import Elsewhere
from velocity_web.services.forms import RenderForm
from velocity_web.services.lengths import Length, timeline_told
from velocity_web.services.looked_files import NOTHING, CheckDesk, LookedFiles, remote_of, require_needed
from velocity_web.services.remote_files import RemoteFiles
from velocity_web.services.render_checks import (
    CheckRequest,
    Errors,
    MapCheck,
    Terms,
    Ticket,
    ask,
    asked_duration,
    beside,
    joined,
    template_copy,
    terms_of,
    ticket_of,
)
from velocity_web.services.render_sources import NamedSound, Sound, Source, find_sound, find_source
from velocity_web.services.reuse import Asking, Cached, Looked, cached_of_render
from velocity_web.services.sampling import Samples, Sampling, expected, sampled
from velocity_web.storage.connections import usable


@dataclass(frozen=True, slots=True)
class CheckedRender:
    """A request in which nothing is wrong; ``digest`` is equal for bodies that mean the same. ``cached``: of a dry run,
    what earlier renders left of it; ``length``: of a video whose length is chosen."""

    request: RenderRequest
    digest: str
    ticket: Ticket
    terms: Terms
    cached: Cached
    length: Length | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request asks for: ``whole`` is its customization map, with the instance's, and ``errors`` what is wrong
    beside that."""

    request: RenderRequest
    terms: Terms
    sound: Sound | None
    whole: str
    errors: Errors


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


def _check(desk: CheckDesk, asked: _Asked, *, dry_run: bool) -> tuple[Ticket, Terms, Cached, Length | None]:
    with template_copy(desk.objects, asked.terms.source) as file, RemoteFiles(desk) as files:
        check, samples = _answered(desk, asked, file, None, dry_run=dry_run)
        remote, fetched = remote_of(asked.terms, asked.sound, asked.terms.said, check, dry_run=dry_run), NOTHING.paths
        if remote.locations:
            for step in (files.bring, files.look, files.put):
                step([remote])
            found = files.found(remote)
            require_needed(remote, found.late)
            asked, fetched = _with_looked(asked, found), found.paths
            check, samples = _answered(desk, asked, file, found, dry_run=dry_run)
        ticket = _ticket(asked, check, samples)
        looked = Looked(asked.whole, check, ticket)
        cached = _cached(desk, asked.terms, looked, fetched) if dry_run else Cached()
    return ticket, asked.terms, cached, check.length


def _ticket(asked: _Asked, check: MapCheck, samples: Samples) -> Ticket:
    terms, sound, whole = asked.terms, asked.sound, asked.whole
    foretold = expected(terms, sound, samples, as_asked=samples.shows(whole, check), length=check.length)
    return ticket_of(terms, whole, check, sound, foretold)


def _cached(desk: CheckDesk, terms: Terms, looked: Looked, fetched: Mapping[str, Path]) -> Cached:
    account_id = desk.caller.account_id
    with desk.runner.slot(account_id):
        return cached_of_render(Asking(desk.runner, desk.objects, account_id, terms), looked, fetched)


def _answered(
    desk: CheckDesk, asked: _Asked, file: TemplateFiles, looked: LookedFiles | None, *, dry_run: bool
) -> tuple[MapCheck, Samples]:
    """What the check of a request says: of one without files that are still to be ``looked`` at, with samples of it.
    Raises Invalid."""
    terms, files = asked.terms, looked or NOTHING
    own = {**asked.errors}
    duration = asked_duration(terms, asked.sound, own)
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
        markers=dry_run,
    )
    runner, account_id = desk.runner, desk.caller.account_id
    readable = tuple({str(path.parent) for path in files.paths.values()})
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
        if looked is None and remote_of(asked.terms, asked.sound, asked.terms.said, check, dry_run=dry_run).locations:
            return check, Samples()
        return check, sampled(Sampling(checker, runner, desk.settings, account_id), terms, asked.whole)


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


def estimate(found: CheckedRender) -> RenderEstimate:
    """What a render would take that was checked for a dry run; queues nothing."""
    ticket, cached, length = found.ticket, found.cached, found.length
    return RenderEstimate(
        frames=ticket.frames,
        seconds=round(ticket.frames / found.terms.rate, 3),
        **ticket.estimate.told,
        cached_frames=cached.frames if cached.renders else None,
        timeline=None if length is None else timeline_told(length.whole, length.markers, found.terms.source.span[0]),
        warnings=[FindingDto(**finding) for finding in all_warnings(ticket)],
    )


def all_warnings(ticket: Ticket) -> list[dict[str, Any]]:
    """What the check found, and what only the analysis looks for."""
    tried = [finding for finding in ticket.source.findings if finding["feature"].startswith("expression.")]
    return [*ticket.warnings, *tried]

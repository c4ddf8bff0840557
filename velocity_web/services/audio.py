"""Audio files and their groups."""

from __future__ import annotations

from typing import Any

from pony.orm import desc

from velocity_web.accounts import quota
from velocity_web.accounts.auth import Caller
from velocity_web.clock import iso_time
from velocity_web.database.entities import (
    Audio,
    AudioGroup,
    Job,
    execute,
    get_existing,
    lock_account,
    new_id,
    reading,
    rows,
    writing,
)
from velocity_web.database.now import now_ms
from velocity_web.events.tracing import traceparent
from velocity_web.events.wake import wake
from velocity_web.failures import Invalid, NotDeletable, NotFound
from velocity_web.orders.endings import forget_deliveries
from velocity_web.orders.remote_sources import forget_sources
from velocity_web.orders.upload_formats import sound_format
from velocity_web.schemas import states
from velocity_web.schemas.audio import (
    AudioDto,
    AudioGroupDetail,
    AudioGroupDto,
    AudioJobDto,
    AudioListEntry,
    AudioUploaded,
)
from velocity_web.schemas.reading import canonical_field_id
from velocity_web.services.paging import Listed, Window, jobs_of, total_of, wanted
from velocity_web.services.processing import with_job
from velocity_web.storage.files import StoredFile, Upload
from velocity_web.storage.objects import Objects, discard

CONTENT_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "aac": "audio/aac"}
GROUP_FIELDS = ("audioassetgroupid", "audiogroupid", "groupid")
DEFAULT_GROUP = "Uploads"
USES_AUDIO = (
    "SELECT 1 FROM render JOIN job ON job.id = render.id WHERE render.audio_id = $id "
    f"AND job.status IN ({states.listed(states.ACTIVE)}) LIMIT 1"
)

COMPLETED_OF_GROUP = (
    "SELECT audio.id FROM audio JOIN job ON job.subject_id = audio.id "
    f"WHERE audio.group_id = $id AND job.status = '{states.COMPLETED}'"
)


def accept_audio(caller: Caller, objects: Objects, upload: Upload, group_id: str | None = None) -> AudioUploaded:
    """Keep an uploaded sound and queue its check. Raises Invalid, NotFound (of the group) and QuotaExceeded."""
    try:
        kind = sound_format(upload.path)
        if kind is None:
            raise Invalid("the file is not MP3, WAV or AAC", {"file": ["supported audio: MP3, WAV, AAC"]})
        named = next((value for key, value in upload.fields.items() if key.lower() in GROUP_FIELDS and value), None)
        group_id = group_id or (canonical_field_id("audioGroupId", named) if named else None)
        audio_id, job_id = new_id(), new_id()
        file = f"audio/{audio_id}.{kind}"
        objects.store(upload.path, file)
    finally:
        upload.discard()
    try:
        with writing():
            lock_account(caller.account_id)
            group = find_group(caller, group_id) if group_id else default_group(caller)
            quota.take(caller.account_id, upload.size_bytes)
            now = now_ms()
            Audio(
                id=audio_id,
                account_id=caller.account_id,
                group_id=group.id,
                name=upload.file_name,
                file=file,
                size_bytes=upload.size_bytes,
                sha256=upload.sha256,
                format=kind,
                created_at=now,
            )
            Job(
                id=job_id,
                kind=states.AUDIO,
                account_id=caller.account_id,
                subject_id=audio_id,
                name=upload.file_name,
                status=states.PENDING,
                created_at=now,
                traceparent=traceparent(),
            )
            owner = group.id
    except BaseException:
        discard(objects, file)
        raise
    wake()
    return AudioUploaded(
        status=states.PROCESSING, audio_id=audio_id, job_id=job_id, audio_group_id=owner, audio_asset_group_id=owner
    )


def default_group(caller: Caller) -> AudioGroup:
    """Within a writing transaction: the one for what names none, which is made when it is first needed."""
    found = AudioGroup.get(account_id=caller.account_id, is_default=True)
    return found or AudioGroup(
        id=new_id(), account_id=caller.account_id, name=DEFAULT_GROUP, is_default=True, created_at=now_ms()
    )


def find_audio(caller: Caller, audio_id: str) -> Audio:
    """Within a session. Raises NotFound."""
    audio: Audio | None = Audio.get(id=audio_id)
    if audio is None or audio.account_id != caller.account_id:
        raise NotFound(f"there is no audio {audio_id}")
    return audio


def completed_audio(caller: Caller, audio_id: str) -> Audio:
    """Within a session. Raises NotFound."""
    audio, job = with_job(find_audio, caller, audio_id)
    if job.status != states.COMPLETED:
        raise NotFound(f"the audio {audio_id} is not completed")
    return audio


def _dto_fields(audio: Audio) -> dict[str, Any]:
    return {
        "id": audio.id,
        "audio_group_id": audio.group_id,
        "audio_asset_group_id": audio.group_id,
        "name": audio.name,
        "size_bytes": audio.size_bytes,
        "created_at": iso_time(audio.created_at),
        "original_format": audio.format,
        "duration": audio.seconds,
    }


def audio_detail(caller: Caller, audio_id: str) -> AudioDto:
    with reading():
        return AudioDto(**_dto_fields(completed_audio(caller, audio_id)))


def _job_dto(job: Job) -> AudioJobDto:
    audio = get_existing(Audio, id=job.subject_id)
    return AudioJobDto(
        job_id=job.id,
        audio_id=audio.id,
        audio_group_id=audio.group_id,
        audio_asset_group_id=audio.group_id,
        audio_name=job.name,
        status=states.PROCESSING if job.status == states.PENDING else job.status,
        created_at=iso_time(job.created_at),
        completed_at=iso_time(job.completed_at),
        reason=job.reason,
        stage=job.stage,
    )


def audio_status(caller: Caller, audio_id: str) -> AudioJobDto:
    with reading():
        return _job_dto(with_job(find_audio, caller, audio_id)[1])


def list_active(caller: Caller) -> Listed[AudioJobDto]:
    with reading():
        jobs, total = jobs_of(caller.account_id, states.AUDIO, states.ACTIVE)
        return [_job_dto(job) for job in jobs], total


def list_history(caller: Caller, status: str | None, window: Window) -> Listed[AudioJobDto]:
    with reading():
        statuses = wanted(status, (states.COMPLETED, states.FAILED))
        jobs, total = jobs_of(caller.account_id, states.AUDIO, statuses, window)
        return [_job_dto(job) for job in jobs], total


def list_audio(caller: Caller, search: str | None, window: Window) -> Listed[AudioListEntry]:
    """Completed audio of all groups, group by group; ``search`` is part of a file's or a group's name."""
    pattern = (search or "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("\x00", "").lower()
    source = (
        "FROM audio JOIN audio_group ON audio_group.id = audio.group_id JOIN job ON job.subject_id = audio.id "
        f"WHERE audio.account_id = $account AND job.status = '{states.COMPLETED}' "
        "AND (LOWER(audio.name) LIKE $pattern ESCAPE '\\' OR LOWER(audio_group.name) LIKE $pattern ESCAPE '\\')"
    )
    parameters = {"account": caller.account_id, "pattern": f"%{pattern}%"}
    with reading():
        found = rows(
            f"SELECT audio.id, audio_group.id, audio_group.name {source} "
            "ORDER BY audio_group.is_default, audio_group.name, audio_group.id, audio.created_at DESC, audio.id "
            "LIMIT $take OFFSET $skip",
            {**parameters, "take": window.take, "skip": window.skip},
        )
        entries = [
            AudioListEntry(**_dto_fields(get_existing(Audio, id=audio_id)), group_id=group_id, group_name=group_name)
            for audio_id, group_id, group_name in found
        ]
        return entries, total_of(source, parameters, window, len(entries))


def audio_file(caller: Caller, audio_id: str) -> tuple[StoredFile, str]:
    """The original file and its content type. Raises NotFound, also where it is not completed."""
    with reading():
        audio = completed_audio(caller, audio_id)
        stored = StoredFile(audio.file, audio.name, audio.sha256, audio.created_at)
        return stored, CONTENT_TYPES[audio.format]


def delete_audio(caller: Caller, objects: Objects, audio_id: str) -> None:
    """Raises NotFound, and NotDeletable while it is processed or an active render uses it."""
    with writing():
        lock_account(caller.account_id)
        file = _delete_one(*with_job(find_audio, caller, audio_id), caller)
    discard(objects, file)


def _delete_one(audio: Audio, job: Job, caller: Caller) -> str:
    if job.status in states.ACTIVE:
        raise NotDeletable(f"the audio {audio.name} is still being processed")
    if rows(USES_AUDIO, {"id": audio.id}):
        raise NotDeletable(f"active render jobs use the audio {audio.name}; cancel them first")
    file: str = audio.file
    if job.status != states.FAILED:
        quota.give_back(caller.account_id, audio.size_bytes)
    forget_sources(job.id)
    execute(f"DELETE FROM job WHERE subject_id = $id AND kind = '{states.AUDIO}'", {"id": audio.id})
    execute("DELETE FROM audio WHERE id = $id", {"id": audio.id})
    forget_deliveries(audio.id)
    return file


def find_group(caller: Caller, group_id: str) -> AudioGroup:
    """Within a session. Raises NotFound."""
    group: AudioGroup | None = AudioGroup.get(id=group_id)
    if group is None or group.account_id != caller.account_id:
        raise NotFound(f"there is no audio asset group {group_id}")
    return group


def create_group(caller: Caller, name: str) -> AudioGroupDto:
    with writing():
        group = AudioGroup(id=new_id(), account_id=caller.account_id, name=name, created_at=now_ms())
        return _group_dto(group)


def _group_dto(group: AudioGroup) -> AudioGroupDto:
    group_id = group.id
    number = Audio.select(lambda audio: audio.group_id == group_id).count()
    return AudioGroupDto(id=group.id, name=group.name, audio_count=number, created_at=iso_time(group.created_at))


def list_groups(caller: Caller, window: Window) -> Listed[AudioGroupDto]:
    with reading():
        query = AudioGroup.select(lambda group: group.account_id == caller.account_id)
        found = query.order_by(lambda group: (desc(group.created_at), group.id))[window.skip : window.end]
        total = total_of("FROM audio_group WHERE account_id = $account", _own(caller), window, len(found))
        return [_group_dto(group) for group in found], total


def _own(caller: Caller) -> dict[str, str]:
    return {"account": caller.account_id}


def group_detail(caller: Caller, group_id: str) -> AudioGroupDetail:
    """A group with its completed audio."""
    with reading():
        group = find_group(caller, group_id)
        done = rows(COMPLETED_OF_GROUP, {"id": group_id})  # first, so that what is read of them later is whole
        ids = {audio_id for (audio_id,) in done}
        members = Audio.select(lambda audio: audio.group_id == group_id).order_by(lambda audio: audio.created_at)
        completed = [audio for audio in members if audio.id in ids]
        return AudioGroupDetail(
            **_group_dto(group).model_dump(), audio=[AudioDto(**_dto_fields(audio)) for audio in completed]
        )


def delete_group(caller: Caller, objects: Objects, group_id: str, *, with_audio: bool) -> None:
    """Remove a group and its links, and its audio where ``with_audio`` allows that.

    Raises NotFound, and NotDeletable for a group that holds audio or while one of its files is in use.
    """
    with writing():
        lock_account(caller.account_id)
        find_group(caller, group_id)
        members = list(Audio.select(lambda audio: audio.group_id == group_id))
        if members and not with_audio:
            held = "1 audio file" if len(members) == 1 else f"{len(members)} audio files"
            raise NotDeletable(
                f"the audio asset group holds {held}; give withAudio=true to delete them with it",
                {"withAudio": [f"it must be true for a group that holds {held}"]},
            )
        files = [_delete_one(*with_job(find_audio, caller, audio.id), caller) for audio in members]
        execute("DELETE FROM campaign_audio_group WHERE group_id = $id", {"id": group_id})
        execute("DELETE FROM audio_group WHERE id = $id", {"id": group_id})
    discard(objects, *files)

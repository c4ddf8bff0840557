"""The fonts of an account: for all its renders, previews and checks."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

from pony.orm import desc

from velocity_web.accounts import quota
from velocity_web.accounts.auth import Caller
from velocity_web.clock import iso_time
from velocity_web.database.entities import Font, execute, lock_account, new_id, reading, rows, writing
from velocity_web.database.now import now_ms
from velocity_web.failures import Invalid, NotDeletable, NotFound
from velocity_web.orders.account_fonts import FOLDER, MOST_UNPACKED, too_many_fonts
from velocity_web.processes.assignments import FontAssignment
from velocity_web.processes.runner import Runner, TaskFailed
from velocity_web.schemas import states
from velocity_web.schemas.font import CONTENT_TYPES, FontFaceDto, FontFileDto
from velocity_web.services.paging import Listed, Window, total_of
from velocity_web.settings import Settings
from velocity_web.storage.files import StoredFile, Upload, clean_name, read_made, remove, task_folder, write_new
from velocity_web.storage.objects import Objects, discard

USES_FONT = (
    "SELECT 1 FROM render JOIN job ON job.id = render.id WHERE job.account_id = $account "
    f"AND job.status IN ({states.listed(states.ACTIVE)}) AND render.request LIKE $file LIMIT 1"
)


def accept_font(caller: Caller, settings: Settings, objects: Objects, runner: Runner, upload: Upload) -> FontFileDto:
    """Keep an uploaded font after a look at it. Raises Invalid, QuotaExceeded; then nothing of it stays."""
    try:
        with reading():
            require_few(caller, settings)
        upload, info = _looked_at(caller, settings, runner, upload)
        font_id = new_id()
        stored = f"{FOLDER}/{font_id}.{info['format']}"
        objects.store(upload.path, stored)
    finally:
        upload.discard()
    try:
        with writing():
            lock_account(caller.account_id)
            require_few(caller, settings)
            quota.take(caller.account_id, upload.size_bytes)
            font = Font(
                id=font_id,
                account_id=caller.account_id,
                name=clean_name(upload.fields.get("name"), upload.file_name),
                file=stored,
                format=info["format"],
                faces=json.dumps(info["faces"]),
                size_bytes=upload.size_bytes,
                sha256=upload.sha256,
                created_at=now_ms(),
            )
            return _dto(font)
    except BaseException:
        discard(objects, stored)
        raise


def _looked_at(caller: Caller, settings: Settings, runner: Runner, upload: Upload) -> tuple[Upload, dict[str, Any]]:
    """The upload, unpacked where it was a web font, and what is in it. Raises Invalid."""
    arrived = upload.path.resolve()
    with task_folder(settings.temporary) as folder:
        made = folder / "font"
        assignment = FontAssignment(file=str(arrived), names={upload.path.name: upload.file_name}, output=str(made))
        try:
            info = runner.run(caller.account_id, "font", assignment, (str(arrived),), folder)
        except TaskFailed as failure:
            raise Invalid("the file is not a usable font", {"file": [str(failure)]}) from None
        if not info["unpacked"]:
            return upload, info
        content = read_made(made, MOST_UNPACKED)
    path = settings.temporary.resolve() / f"font-{uuid4()}"
    try:
        write_new(path, content)
    except BaseException:
        remove(path)
        raise
    upload.discard()
    digest = hashlib.sha256(content).hexdigest()
    return replace(upload, path=path, size_bytes=len(content), sha256=digest), info


def require_few(caller: Caller, settings: Settings) -> None:
    """Within a session. Raises Invalid."""
    if sentence := too_many_fonts(caller.account_id, settings.fonts_per_account):
        raise Invalid("the account has too many fonts", {"file": [sentence]})


def _dto(font: Font) -> FontFileDto:
    return FontFileDto(
        id=font.id,
        font_id=font.id,
        name=font.name,
        format=font.format,
        faces=[FontFaceDto(**face) for face in json.loads(font.faces)],
        size_bytes=font.size_bytes,
        created_at=iso_time(font.created_at),
    )


def find_font(caller: Caller, font_id: str) -> Font:
    """Within a session. Raises NotFound."""
    font: Font | None = Font.get(id=font_id)
    if font is None or font.account_id != caller.account_id:
        raise NotFound(f"there is no font {font_id}")
    return font


def list_fonts(caller: Caller, window: Window) -> Listed[FontFileDto]:
    with reading():
        query = Font.select(lambda font: font.account_id == caller.account_id)
        found = query.order_by(lambda font: (desc(font.created_at), font.id))[window.skip : window.end]
        total = total_of("FROM font WHERE account_id = $account", {"account": caller.account_id}, window, len(found))
        return [_dto(font) for font in found], total


def font_detail(caller: Caller, font_id: str) -> FontFileDto:
    with reading():
        return _dto(find_font(caller, font_id))


def font_file(caller: Caller, font_id: str) -> tuple[StoredFile, str]:
    """The file as it is kept, and its content type. Raises NotFound."""
    with reading():
        font = find_font(caller, font_id)
        stem = font.name.rpartition(".")[0] or font.name
        stored = StoredFile(font.file, f"{stem}.{font.format}", font.sha256, font.created_at)
        return stored, CONTENT_TYPES[font.format]


def delete_font(caller: Caller, objects: Objects, font_id: str) -> None:
    """Raises NotFound, and NotDeletable while an active render was ordered with it."""
    with writing():
        lock_account(caller.account_id)
        font = find_font(caller, font_id)
        file = font.file
        if rows(USES_FONT, {"account": caller.account_id, "file": f'%"{file}"%'}):
            raise NotDeletable("active render jobs were ordered with the font; cancel them first")
        quota.give_back(caller.account_id, font.size_bytes)
        execute(f"DELETE FROM job WHERE subject_id = $id AND kind = '{states.FONT}'", {"id": font_id})
        execute("DELETE FROM font WHERE id = $id", {"id": font_id})
    discard(objects, file)

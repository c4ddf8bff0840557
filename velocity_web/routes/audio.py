"""/audio"""

from __future__ import annotations

from velocity_web.http import examples
from velocity_web.http.downloads import send_file
from velocity_web.http.metrics import UPLOADED_BYTES
from velocity_web.http.operation import JSON, Call, Operation
from velocity_web.http.pages import paged, window_of
from velocity_web.http.uploads import receive_upload
from velocity_web.http.waiting import hold_back
from velocity_web.routes.context import Resource
from velocity_web.routes.template import TOO_LARGE
from velocity_web.schemas.audio import (
    AudioDto,
    AudioHistory,
    AudioJobDto,
    AudioListEntry,
    AudioSearch,
    AudioUploaded,
)
from velocity_web.schemas.base import Message, Waiting
from velocity_web.schemas.scopes import READ, RENDER
from velocity_web.schemas.source import AudioImportRequest
from velocity_web.services import audio, imports
from velocity_web.services.watching import Watched

TAG = "Audio"


class AudioUpload(Resource):
    @Operation(
        id="uploadAudio",
        summary="Upload an audio file",
        tag=TAG,
        scopes=(RENDER,),
        form={"audioGroupId": "the audio asset group it goes to; else a group of the account's own"},
        returns=AudioUploaded,
        codes={400: "No MP3, WAV or AAC, or the storage quota is exceeded", 404: "No such group", **TOO_LARGE},
    )
    def on_post(self, call: Call) -> AudioUploaded:
        """MP3, WAV or AAC; checked in the background, so poll its status."""
        upload = receive_upload(call.req, self.settings.temporary, limit=self.settings.max_audio_bytes)
        answer = audio.accept_audio(call.caller, self.objects, upload)
        UPLOADED_BYTES.inc(upload.size_bytes)
        return answer


class AudioImport(Resource):
    @Operation(
        id="importAudio",
        summary="Fetch an audio file",
        tag=TAG,
        scopes=(RENDER,),
        body=AudioImportRequest,
        examples={JSON: examples.AUDIO_IMPORT},
        returns=AudioUploaded,
        codes={400: "The URL or the connection is not allowed", 404: "No such group"},
    )
    def on_post(self, call: Call[AudioImportRequest]) -> AudioUploaded:
        """From a URL or a connection, in the background; its status tells why where it cannot be fetched."""
        return imports.import_audio(call.caller, self.settings, call.body)


class AudioItem(Resource):
    @Operation(id="getAudio", summary="Details of an audio file", tag=TAG, scopes=(READ,), returns=AudioDto)
    def on_get(self, call: Call) -> AudioDto:
        """Only for completed audio."""
        return audio.audio_detail(call.caller, call.ids["audio_id"])

    @Operation(
        id="deleteAudio",
        summary="Delete an audio file",
        tag=TAG,
        scopes=(RENDER,),
        returns=Message,
        codes={400: "It is processed, or active renders use it"},
    )
    def on_delete(self, call: Call) -> Message:
        """Renders that used it stay."""
        audio.delete_audio(call.caller, self.objects, call.ids["audio_id"])
        return Message(message="Audio deleted successfully")


class AudioStatus(Resource):
    @Operation(
        id="getAudioStatus",
        summary="Processing status of an audio upload",
        tag=TAG,
        scopes=(READ,),
        query=Waiting,
        returns=AudioJobDto,
    )
    def on_get(self, call: Call[None, Waiting]) -> AudioJobDto:
        """processing, completed or failed. ``wait`` spares asking again and again."""
        found = audio.audio_status(call.caller, call.ids["audio_id"])
        hold_back(call, Watched(found.job_id, found.status))
        return found


class AudioDownload(Resource):
    @Operation(
        id="downloadAudio",
        summary="Download the original audio file",
        tag=TAG,
        scopes=(READ,),
        binary=sorted(audio.CONTENT_TYPES.values()),
        ranges=True,
    )
    def on_get(self, call: Call) -> None:
        """Byte for byte what was uploaded."""
        file, content_type = audio.audio_file(call.caller, call.ids["audio_id"])
        send_file(call.req, call.resp, self.objects, file, content_type)


class AudioActive(Resource):
    @Operation(
        id="listActiveAudio", summary="Audio being processed", tag=TAG, scopes=(READ,), returns=list[AudioJobDto]
    )
    def on_get(self, call: Call) -> list[AudioJobDto]:
        """Newest first."""
        return paged(call, audio.list_active(call.caller))


class AudioHistoryList(Resource):
    @Operation(
        id="listAudioHistory",
        summary="Audio processing history",
        tag=TAG,
        scopes=(READ,),
        query=AudioHistory,
        returns=list[AudioJobDto],
    )
    def on_get(self, call: Call[None, AudioHistory]) -> list[AudioJobDto]:
        """Completed and failed uploads, newest first."""
        query = call.query
        return paged(call, audio.list_history(call.caller, query.status, window_of(query)))


class AudioList(Resource):
    @Operation(
        id="listAudio",
        summary="Audio files of all groups",
        tag=TAG,
        scopes=(READ,),
        query=AudioSearch,
        returns=list[AudioListEntry],
    )
    def on_get(self, call: Call[None, AudioSearch]) -> list[AudioListEntry]:
        """Completed audio, group by group; ``search`` is part of a file's or a group's name."""
        query = call.query
        return paged(call, audio.list_audio(call.caller, query.search, window_of(query)))

"""/audio-asset-group"""

from __future__ import annotations

from velocity_web.http import examples
from velocity_web.http.metrics import UPLOADED_BYTES
from velocity_web.http.operation import JSON, Call, Operation
from velocity_web.http.pages import paged, window_of
from velocity_web.http.uploads import receive_upload
from velocity_web.routes.context import Resource
from velocity_web.routes.template import TOO_LARGE
from velocity_web.schemas.audio import (
    AudioGroupDeletion,
    AudioGroupDetail,
    AudioGroupDto,
    AudioGroupRequest,
    AudioUploaded,
)
from velocity_web.schemas.base import Message, Page
from velocity_web.schemas.scopes import READ, RENDER
from velocity_web.services import audio

TAG = "Audio asset group"


class AudioGroups(Resource):
    @Operation(
        id="createAudioGroup",
        summary="Create an audio asset group",
        tag=TAG,
        scopes=(RENDER,),
        body=AudioGroupRequest,
        examples={JSON: examples.GROUP},
        returns=AudioGroupDto,
    )
    def on_post(self, call: Call[AudioGroupRequest]) -> AudioGroupDto:
        """Groups hold audio and are linked to campaigns."""
        return audio.create_group(call.caller, call.body.name)

    @Operation(
        id="listAudioGroups",
        summary="Audio asset groups",
        tag=TAG,
        scopes=(READ,),
        query=Page,
        returns=list[AudioGroupDto],
    )
    def on_get(self, call: Call[None, Page]) -> list[AudioGroupDto]:
        """Newest first."""
        return paged(call, audio.list_groups(call.caller, window_of(call.query)))


class AudioGroupItem(Resource):
    @Operation(
        id="getAudioGroup",
        summary="An audio asset group with its audio",
        tag=TAG,
        scopes=(READ,),
        returns=AudioGroupDetail,
    )
    def on_get(self, call: Call) -> AudioGroupDetail:
        """Only completed audio is listed."""
        return audio.group_detail(call.caller, call.ids["group_id"])

    @Operation(
        id="deleteAudioGroup",
        summary="Delete an audio asset group",
        tag=TAG,
        scopes=(RENDER,),
        query=AudioGroupDeletion,
        returns=Message,
        codes={400: "It holds audio and withAudio is not true, or its audio is in use"},
    )
    def on_delete(self, call: Call[None, AudioGroupDeletion]) -> Message:
        """A group that holds audio is deleted only with withAudio=true: then all of its audio goes with it, or
        nothing where one of its files is in use."""
        audio.delete_group(call.caller, self.objects, call.ids["group_id"], with_audio=call.query.with_audio)
        return Message(message="Audio asset group deleted successfully")


class AudioGroupAudio(Resource):
    @Operation(
        id="uploadGroupAudio",
        summary="Upload an audio file to a group",
        tag=TAG,
        scopes=(RENDER,),
        form={},
        returns=AudioUploaded,
        codes={400: "No MP3, WAV or AAC, or the storage quota is exceeded", **TOO_LARGE},
    )
    def on_post(self, call: Call) -> AudioUploaded:
        """MP3, WAV or AAC; checked in the background, so poll its status."""
        upload = receive_upload(call.req, self.settings.temporary, limit=self.settings.max_audio_bytes)
        answer = audio.accept_audio(call.caller, self.objects, upload, call.ids["group_id"])
        UPLOADED_BYTES.inc(upload.size_bytes)
        return answer

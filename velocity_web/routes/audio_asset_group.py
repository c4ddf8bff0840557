"""/audio-asset-group"""

from __future__ import annotations

from velocity_web.metrics import UPLOADED_BYTES
from velocity_web.operation import Call, operation
from velocity_web.routes.context import Resource
from velocity_web.routes.template import TOO_LARGE
from velocity_web.schemas.audio import AudioGroupDetail, AudioGroupDto, AudioGroupRequest, AudioUploaded
from velocity_web.schemas.base import Message, Page
from velocity_web.services import audio
from velocity_web.uploads import receive_upload

TAG = "Audio asset group"


class AudioGroups(Resource):
    @operation(summary="Create an audio asset group", tag=TAG, body=AudioGroupRequest, returns=AudioGroupDto)
    def on_post(self, call: Call) -> AudioGroupDto:
        """Groups hold audio and are linked to campaigns."""
        return audio.create_group(call.caller, call.body.name)

    @operation(summary="Audio asset groups", tag=TAG, query=Page, returns=list[AudioGroupDto])
    def on_get(self, call: Call) -> list[AudioGroupDto]:
        """Newest first."""
        return audio.list_groups(call.caller, call.query.skip, call.query.take)


class AudioGroupItem(Resource):
    @operation(summary="An audio asset group with its audio", tag=TAG, returns=AudioGroupDetail)
    def on_get(self, call: Call) -> AudioGroupDetail:
        """Only completed audio is listed."""
        return audio.group_detail(call.caller, call.ids["group_id"])

    @operation(
        summary="Delete an audio asset group and its audio",
        tag=TAG,
        returns=Message,
        codes={400: "Its audio is in use"},
    )
    def on_delete(self, call: Call) -> Message:
        """All of it or nothing."""
        audio.delete_group(call.caller, self.data, call.ids["group_id"])
        return Message(message="Audio asset group deleted successfully")


class AudioGroupAudio(Resource):
    @operation(
        summary="Upload an audio file to a group",
        tag=TAG,
        form={},
        returns=AudioUploaded,
        codes={400: "No MP3, WAV or AAC, or the storage quota is exceeded", **TOO_LARGE},
    )
    def on_post(self, call: Call) -> AudioUploaded:
        """MP3, WAV or AAC; checked in the background, so poll its status."""
        upload = receive_upload(call.req, self.settings.temporary, limit=self.settings.max_audio_bytes)
        answer = audio.accept_audio(call.caller, self.data, upload, call.ids["group_id"])
        UPLOADED_BYTES.inc(upload.size_bytes)
        return answer

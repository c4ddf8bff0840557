"""/template"""

from __future__ import annotations

from velocity_web.http import examples
from velocity_web.http.downloads import send_file
from velocity_web.http.metrics import UPLOADED_BYTES
from velocity_web.http.operation import JSON, Call, Operation
from velocity_web.http.pages import paged, window_of
from velocity_web.http.uploads import receive_upload
from velocity_web.http.waiting import hold_back
from velocity_web.routes.context import Resource
from velocity_web.schemas.base import Message, Waiting
from velocity_web.schemas.scopes import PREVIEW, READ, RENDER
from velocity_web.schemas.source import ImportRequest
from velocity_web.schemas.template import (
    StorageStatusDto,
    TemplateDetail,
    TemplateDto,
    TemplateHistory,
    TemplateJobDto,
    TemplateUploaded,
    TimelineDto,
)
from velocity_web.services import imports, templates
from velocity_web.services.watching import Watched

TAG = "Template"
TOO_LARGE = {413: "The file is larger than the maximum"}


class TemplateUpload(Resource):
    @Operation(
        id="uploadTemplate",
        summary="Upload a template as a ZIP file",
        tag=TAG,
        scopes=(RENDER,),
        form={"name": "the template's name; else that of the file"},
        returns=TemplateUploaded,
        codes={400: "No usable ZIP, or the storage quota is exceeded", **TOO_LARGE},
    )
    def on_post(self, call: Call) -> TemplateUploaded:
        """The file is kept as it is and analysed in the background; poll the template's status."""
        upload = receive_upload(call.req, self.settings.temporary, limit=self.settings.max_template_bytes)
        answer = templates.accept_template(call.caller, self.objects, upload)
        UPLOADED_BYTES.inc(upload.size_bytes)
        return answer


class TemplateImport(Resource):
    @Operation(
        id="importTemplate",
        summary="Fetch a template's ZIP file",
        tag=TAG,
        scopes=(RENDER,),
        body=ImportRequest,
        examples={JSON: examples.TEMPLATE_IMPORT},
        returns=TemplateUploaded,
        codes={400: "The URL or the connection is not allowed"},
    )
    def on_post(self, call: Call[ImportRequest]) -> TemplateUploaded:
        """From a URL or a connection, in the background: its status tells that it is fetched, then how its analysis
        goes, and why where it cannot be fetched."""
        return imports.import_template(call.caller, self.settings, call.body)


class TemplateAll(Resource):
    @Operation(
        id="listTemplates", summary="All completed templates", tag=TAG, scopes=(READ,), returns=list[TemplateDto]
    )
    def on_get(self, call: Call) -> list[TemplateDto]:
        """Newest first."""
        return paged(call, templates.list_templates(call.caller))


class TemplateActive(Resource):
    @Operation(
        id="listActiveTemplates",
        summary="Templates being processed",
        tag=TAG,
        scopes=(READ,),
        returns=list[TemplateJobDto],
    )
    def on_get(self, call: Call) -> list[TemplateJobDto]:
        """Those uploaded, validating, extracting or analyzing."""
        return paged(call, templates.list_active(call.caller))


class TemplateHistoryList(Resource):
    @Operation(
        id="listTemplateHistory",
        summary="Template processing history",
        tag=TAG,
        scopes=(READ,),
        query=TemplateHistory,
        returns=list[TemplateJobDto],
    )
    def on_get(self, call: Call[None, TemplateHistory]) -> list[TemplateJobDto]:
        """Completed and failed uploads, newest first."""
        query = call.query
        return paged(call, templates.list_history(call.caller, query.status, window_of(query)))


class TemplateStorageStatus(Resource):
    @Operation(
        id="getStorageStatus", summary="Storage quota and usage", tag=TAG, scopes=(READ,), returns=StorageStatusDto
    )
    def on_get(self, call: Call) -> StorageStatusDto:
        """1 MB is 1,048,576 bytes. Templates, audio, assets and rendered videos count."""
        return templates.storage_status(call.caller)


class TemplateItem(Resource):
    @Operation(
        id="getTemplate",
        summary="A template and what can be customised in it",
        tag=TAG,
        scopes=(READ, PREVIEW),
        returns=TemplateDetail,
    )
    def on_get(self, call: Call) -> TemplateDetail:
        """Only for completed templates."""
        return templates.template_detail(call.caller, call.ids["template_id"])

    @Operation(
        id="deleteTemplate",
        summary="Delete a template",
        tag=TAG,
        scopes=(RENDER,),
        returns=Message,
        codes={400: "It is processed or has active renders"},
    )
    def on_delete(self, call: Call) -> Message:
        """Its renders stay."""
        templates.delete_template(call.caller, self.objects, call.ids["template_id"])
        return Message(message="Template deleted successfully")


class TemplateStatus(Resource):
    @Operation(
        id="getTemplateStatus",
        summary="Processing status of a template",
        tag=TAG,
        scopes=(READ,),
        query=Waiting,
        returns=TemplateJobDto,
    )
    def on_get(self, call: Call[None, Waiting]) -> TemplateJobDto:
        """pending, processing, completed or failed; while it is processed, ``stage`` says how far it is. ``wait``
        spares asking again and again."""
        found = templates.template_status(call.caller, call.ids["template_id"])
        hold_back(call, Watched(found.job_id, found.status))
        return found


class TemplateTimeline(Resource):
    @Operation(
        id="getTemplateTimeline",
        summary="What happens when in a template",
        tag=TAG,
        scopes=(READ, PREVIEW),
        returns=TimelineDto,
    )
    def on_get(self, call: Call) -> TimelineDto:
        """Markers, when each layer is shown, and the frames that are held. Only for completed templates."""
        return templates.template_timeline(call.caller, call.ids["template_id"])


class TemplateDownload(Resource):
    @Operation(
        id="downloadTemplate",
        summary="Download the original template ZIP",
        tag=TAG,
        scopes=(READ,),
        binary=["application/zip"],
        ranges=True,
    )
    def on_get(self, call: Call) -> None:
        """Byte for byte what was uploaded."""
        file = templates.template_file(call.caller, call.ids["template_id"])
        send_file(call.req, call.resp, self.objects, file, "application/zip")

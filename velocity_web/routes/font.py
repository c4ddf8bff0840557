"""/font"""

from __future__ import annotations

from velocity_web.http import examples
from velocity_web.http.downloads import send_file
from velocity_web.http.metrics import UPLOADED_BYTES
from velocity_web.http.operation import JSON, Call, Operation
from velocity_web.http.pages import paged, window_of
from velocity_web.http.uploads import receive_upload
from velocity_web.http.waiting import hold_back
from velocity_web.routes.context import BUSY, Resource
from velocity_web.routes.template import TOO_LARGE
from velocity_web.schemas.base import Message, Page, Waiting
from velocity_web.schemas.font import CONTENT_TYPES, FontFileDto, FontJobDto, FontQueued
from velocity_web.schemas.scopes import READ, RENDER
from velocity_web.schemas.source import ImportRequest
from velocity_web.services import fonts, imports
from velocity_web.services.watching import Watched

TAG = "Font"


class Fonts(Resource):
    @Operation(
        id="uploadFont",
        summary="Upload a font",
        tag=TAG,
        scopes=(RENDER,),
        form={"name": "the font's name in lists; else that of the file"},
        returns=FontFileDto,
        codes={400: "No usable font, too many of them, or the storage quota is exceeded", **TOO_LARGE, 503: BUSY},
    )
    def on_post(self, call: Call) -> FontFileDto:
        """TTF, OTF, TTC, WOFF or WOFF2, also variable; checked before the answer. All renders, previews and checks of
        the account use it from then on, for texts that name it: by its PostScript name, else by family and style."""
        upload = receive_upload(call.req, self.settings.temporary, limit=self.settings.max_font_bytes)
        size = upload.size_bytes
        answer = fonts.accept_font(call.caller, self.settings, self.objects, self.context.runner, upload)
        UPLOADED_BYTES.inc(size)
        return answer

    @Operation(id="listFonts", summary="Fonts", tag=TAG, scopes=(READ,), query=Page, returns=list[FontFileDto])
    def on_get(self, call: Call[None, Page]) -> list[FontFileDto]:
        """Newest first."""
        return paged(call, fonts.list_fonts(call.caller, window_of(call.query)))


class FontImport(Resource):
    @Operation(
        id="importFont",
        summary="Fetch a font",
        tag=TAG,
        scopes=(RENDER,),
        body=ImportRequest,
        examples={JSON: examples.FONT_IMPORT},
        returns=FontQueued,
        codes={400: "The URL or the connection is not allowed, or the account has too many fonts"},
    )
    def on_post(self, call: Call[ImportRequest]) -> FontQueued:
        """From a URL or a connection, in the background; its status tells why where it cannot be fetched."""
        return imports.import_font(call.caller, self.settings, call.body)


class FontStatus(Resource):
    @Operation(
        id="getFontStatus", summary="Status of a font", tag=TAG, scopes=(READ,), query=Waiting, returns=FontJobDto
    )
    def on_get(self, call: Call[None, Waiting]) -> FontJobDto:
        """Of one that is fetched: pending, processing, completed or failed; one that was uploaded is completed.
        ``wait`` spares asking again and again."""
        found = imports.font_status(call.caller, call.ids["font_id"])
        hold_back(call, Watched(found.job_id, found.status))
        return found


class FontItem(Resource):
    @Operation(id="getFont", summary="A font", tag=TAG, scopes=(READ,), returns=FontFileDto)
    def on_get(self, call: Call) -> FontFileDto:
        """The names of its faces, by which texts find it."""
        return fonts.font_detail(call.caller, call.ids["font_id"])

    @Operation(
        id="deleteFont",
        summary="Delete a font",
        tag=TAG,
        scopes=(RENDER,),
        returns=Message,
        codes={400: "Active renders use it"},
    )
    def on_delete(self, call: Call) -> Message:
        """Renders that used it stay."""
        fonts.delete_font(call.caller, self.objects, call.ids["font_id"])
        return Message(message="Font deleted successfully")


class FontDownload(Resource):
    @Operation(
        id="downloadFont",
        summary="Download a font",
        tag=TAG,
        scopes=(READ,),
        binary=sorted(CONTENT_TYPES.values()),
        ranges=True,
    )
    def on_get(self, call: Call) -> None:
        """As it is kept: web fonts unpacked, others byte for byte what was uploaded."""
        file, content_type = fonts.font_file(call.caller, call.ids["font_id"])
        send_file(call.req, call.resp, self.objects, file, content_type)

"""/asset"""

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
from velocity_web.schemas.asset import CONTENT_TYPES, AssetDto, AssetJobDto, AssetQueued
from velocity_web.schemas.base import Message, Page, Waiting
from velocity_web.schemas.scopes import READ, RENDER
from velocity_web.schemas.source import ImportRequest
from velocity_web.services import assets, imports
from velocity_web.services.watching import Watched

TAG = "Asset"


class Assets(Resource):
    @Operation(
        id="uploadAsset",
        summary="Upload a picture, clip or caption file",
        tag=TAG,
        scopes=(RENDER,),
        form={"name": "the asset's name; else that of the file"},
        returns=AssetDto,
        codes={400: "No usable file of these kinds, or the storage quota is exceeded", **TOO_LARGE, 503: BUSY},
    )
    def on_post(self, call: Call) -> AssetDto:
        """PNG, JPEG, GIF, TGA, WebP; MP4 with H.264 or H.265; SRT, WebVTT, ASS. Checked before the answer."""
        upload = receive_upload(call.req, self.settings.temporary, limit=self.settings.max_asset_bytes)
        answer = assets.accept_asset(call.caller, self.settings, self.objects, self.context.runner, upload)
        UPLOADED_BYTES.inc(upload.size_bytes)
        return answer

    @Operation(
        id="listAssets",
        summary="Pictures, clips and caption files",
        tag=TAG,
        scopes=(READ,),
        query=Page,
        returns=list[AssetDto],
    )
    def on_get(self, call: Call[None, Page]) -> list[AssetDto]:
        """Newest first."""
        return paged(call, assets.list_assets(call.caller, window_of(call.query)))


class AssetImport(Resource):
    @Operation(
        id="importAsset",
        summary="Fetch a picture, clip or caption file",
        tag=TAG,
        scopes=(RENDER,),
        body=ImportRequest,
        examples={JSON: examples.ASSET_IMPORT},
        returns=AssetQueued,
        codes={400: "The URL or the connection is not allowed"},
    )
    def on_post(self, call: Call[ImportRequest]) -> AssetQueued:
        """From a URL or a connection, in the background; its status tells why where it cannot be fetched."""
        return imports.import_asset(call.caller, self.settings, call.body)


class AssetItem(Resource):
    @Operation(id="getAsset", summary="A picture, clip or caption file", tag=TAG, scopes=(READ,), returns=AssetDto)
    def on_get(self, call: Call) -> AssetDto:
        """Its size in pixels, and for a clip its seconds; of a caption file when its last cue is gone."""
        return assets.asset_detail(call.caller, call.ids["asset_id"])

    @Operation(
        id="deleteAsset",
        summary="Delete a picture, clip or caption file",
        tag=TAG,
        scopes=(RENDER,),
        returns=Message,
        codes={400: "Active renders use it"},
    )
    def on_delete(self, call: Call) -> Message:
        """Renders that used it stay."""
        assets.delete_asset(call.caller, self.objects, call.ids["asset_id"])
        return Message(message="Asset deleted successfully")


class AssetStatus(Resource):
    @Operation(
        id="getAssetStatus",
        summary="Status of a picture, clip or caption file",
        tag=TAG,
        scopes=(READ,),
        query=Waiting,
        returns=AssetJobDto,
    )
    def on_get(self, call: Call[None, Waiting]) -> AssetJobDto:
        """Of one that is fetched: pending, processing, completed or failed; one that was uploaded is completed.
        ``wait`` spares asking again and again."""
        found = imports.asset_status(call.caller, call.ids["asset_id"])
        hold_back(call, Watched(found.job_id, found.status))
        return found


class AssetDownload(Resource):
    @Operation(
        id="downloadAsset",
        summary="Download a picture, clip or caption file",
        tag=TAG,
        scopes=(READ,),
        binary=sorted(CONTENT_TYPES.values()),
        ranges=True,
    )
    def on_get(self, call: Call) -> None:
        """Byte for byte what was uploaded."""
        file, content_type = assets.asset_file(call.caller, call.ids["asset_id"])
        send_file(call.req, call.resp, self.objects, file, content_type)

"""The WSGI application: every route, and what surrounds them."""

from __future__ import annotations

from typing import Any

import falcon

from velocity_web.database.entities import connect
from velocity_web.events.endings import Endings
from velocity_web.failures import Failure
from velocity_web.http import problems
from velocity_web.http.openapi import openapi_document
from velocity_web.http.pages import KIND, LINK, TOTAL
from velocity_web.processes.runner import Runner
from velocity_web.routes import (
    account,
    admin,
    asset,
    audio,
    audio_asset_group,
    batch,
    campaign,
    connection,
    console,
    font,
    link,
    preview,
    render,
    system,
    template,
    webhook,
)
from velocity_web.routes.context import Context, Resource
from velocity_web.server.cors import PreviewCors
from velocity_web.server.middleware import REQUEST_ID, Authentication, RequestScope, RoomForSmallWrites
from velocity_web.services import previews
from velocity_web.services.codecs import require_installed
from velocity_web.services.readiness import Readiness
from velocity_web.services.request_fetches import RequestFetches
from velocity_web.settings import Settings
from velocity_web.storage.chosen import objects_for_requests
from velocity_web.storage.files import make_folders

ROUTES: tuple[tuple[str, type[Resource]], ...] = (
    ("/template/import", template.TemplateImport),
    ("/template/upload", template.TemplateUpload),
    ("/template/all", template.TemplateAll),
    ("/template/active", template.TemplateActive),
    ("/template/history", template.TemplateHistoryList),
    ("/template/storage-status", template.TemplateStorageStatus),
    ("/template/{template_id}", template.TemplateItem),
    ("/template/{template_id}/status", template.TemplateStatus),
    ("/template/{template_id}/timeline", template.TemplateTimeline),
    ("/template/{template_id}/download", template.TemplateDownload),
    ("/template/{template_id}/preview", preview.TemplatePreview),
    ("/template/{template_id}/preview/clip", preview.TemplatePreviewClip),
    ("/template/{template_id}/preview/link", link.PreviewLink),
    ("/audio/import", audio.AudioImport),
    ("/audio/upload", audio.AudioUpload),
    ("/audio/active", audio.AudioActive),
    ("/audio/history", audio.AudioHistoryList),
    ("/audio/list", audio.AudioList),
    ("/audio/{audio_id}", audio.AudioItem),
    ("/audio/{audio_id}/status", audio.AudioStatus),
    ("/audio/{audio_id}/download", audio.AudioDownload),
    ("/audio-asset-group", audio_asset_group.AudioGroups),
    ("/audio-asset-group/{group_id}", audio_asset_group.AudioGroupItem),
    ("/audio-asset-group/{group_id}/audio", audio_asset_group.AudioGroupAudio),
    ("/asset", asset.Assets),
    ("/asset/import", asset.AssetImport),
    ("/asset/{asset_id}", asset.AssetItem),
    ("/asset/{asset_id}/status", asset.AssetStatus),
    ("/asset/{asset_id}/download", asset.AssetDownload),
    ("/font", font.Fonts),
    ("/font/import", font.FontImport),
    ("/font/{font_id}", font.FontItem),
    ("/font/{font_id}/status", font.FontStatus),
    ("/font/{font_id}/download", font.FontDownload),
    ("/campaign", campaign.Campaigns),
    ("/campaign/{campaign_id}", campaign.CampaignItem),
    ("/campaign/{campaign_id}/audio-groups/{group_id}", campaign.CampaignAudioGroups),
    ("/campaign/{campaign_id}/template-instance", campaign.Instances),
    ("/campaign/{campaign_id}/template-instance/{instance_id}", campaign.InstanceItem),
    ("/render", render.Renders),
    ("/render/all", render.RenderAll),
    ("/render/active", render.RenderActive),
    ("/render/history", render.RenderHistoryList),
    ("/render/render-time-budget-status", render.RenderBudget),
    ("/render/codecs", render.RenderCodecs),
    ("/render/batch", batch.Batches),
    ("/render/batch/{batch_id}", batch.BatchItem),
    ("/render/batch/{batch_id}/download", batch.BatchDownload),
    ("/render/batch/{batch_id}/cancel", batch.BatchCancel),
    ("/render/renders/{render_id}", render.RenderCompletedItem),
    ("/render/{render_id}", render.RenderItem),
    ("/render/{render_id}/status", render.RenderStatus),
    ("/render/{render_id}/cancel", render.RenderCancel),
    ("/render/{render_id}/download", render.RenderDownload),
    ("/render/{render_id}/poster", render.RenderPoster),
    ("/render/{render_id}/captions", render.RenderCaptions),
    ("/render/{render_id}/link", link.RenderLink),
    ("/link/{token}", link.LinkItem),
    ("/webhook", webhook.Webhooks),
    ("/webhook/deliveries", webhook.WebhookDeliveries),
    ("/webhook/deliveries/{delivery_id}", webhook.WebhookDeliveryItem),
    ("/webhook/deliveries/{delivery_id}/resend", webhook.WebhookDeliveryResend),
    ("/webhook/secret", webhook.WebhookSecretItem),
    ("/webhook/secret/rotate", webhook.WebhookSecretRotation),
    ("/webhook/{webhook_id}", webhook.WebhookItem),
    ("/account", account.Account),
    ("/admin/users", admin.Users),
    ("/admin/users/{user_id}", admin.UserItem),
    ("/admin/users/{user_id}/keys", admin.UserKeys),
    ("/admin/users/{user_id}/keys/{key_id}", admin.UserKeyItem),
    ("/admin/users/{user_id}/keys/{key_id}/rotate", admin.UserKeyRotate),
    ("/admin/queue", admin.Queue),
    ("/admin/workers", admin.Workers),
    ("/admin/cache", admin.Cache),
    ("/admin/connections", admin.Connections),
    ("/connection", connection.Connections),
    ("/health", system.HealthCheck),
    ("/ready", system.ReadyCheck),
    ("/metrics", system.Metrics),
    ("/", console.ConsolePage),
    ("/config.json", console.ConsoleConfig),
    ("/console/{name:path}", console.ConsoleFile),
    ("/docs", system.DocsPage),
    ("/llms.txt", system.ModelsPage),
    ("/docs/{name}", system.DocsFile),
)

OF_FILES = ("ETag", "Content-Range", "Content-Disposition", "Accept-Ranges")
EXPOSED = (*OF_FILES, "Warning", "Retry-After", TOTAL, KIND, LINK, REQUEST_ID, preview.FINDINGS)
"""Headers of answers that a browser shows to pages of other origins."""


def create_app(settings: Settings) -> falcon.App[falcon.Request, falcon.Response]:
    """The application on the settings' database, which is migrated first.

    Raises ValueError where the settings name what is not installed, or a storage that cannot be used.
    """
    connect(settings.data, settings.database)
    make_folders(settings.data)
    objects = objects_for_requests(settings)
    objects.check()
    runner = Runner(settings)
    runner.open()
    require_installed(settings)
    fetches = RequestFetches(settings)
    runner.on_close(fetches.close)
    desk = previews.desk_of(settings, objects, runner, fetches)
    readiness, endings = Readiness(settings, objects), Endings(settings.database)
    context = Context(settings, objects, runner, readiness, endings, desk, fetches)
    resources = [(path, kind(context)) for path, kind in ROUTES]
    middleware: list[Any] = [RequestScope(), PreviewCors(resources), Authentication(), RoomForSmallWrites(settings)]
    if settings.cors_origins:
        origins = "*" if "*" in settings.cors_origins else settings.cors_origins
        middleware.insert(0, falcon.CORSMiddleware(allow_origins=origins, expose_headers=EXPOSED))
    app: falcon.App[falcon.Request, falcon.Response] = falcon.App(middleware=middleware)
    app.req_options.strip_url_path_trailing_slash = True
    app.req_options.auto_parse_qs_csv = False
    app.resp_options.xml_error_serialization = False
    app.set_error_serializer(problems.serialize_http_error)
    app.add_error_handler(Exception, problems.answer_unexpected)
    app.add_error_handler(Failure, problems.answer_failure)
    document = system.OpenApiDocument(context)
    resources.append(("/openapi.json", document))
    for path, resource in resources:
        if hasattr(resource, "on_get"):
            resource.on_head = resource.on_get  # type: ignore[attr-defined]
        app.add_route(path, resource)
    document.document = openapi_document(resources)
    return app

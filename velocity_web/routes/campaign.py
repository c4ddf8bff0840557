"""/campaign"""

from __future__ import annotations

from dataclasses import replace

from velocity_web.http import examples
from velocity_web.http.operation import JSON, Call, Operation
from velocity_web.http.pages import paged, window_of
from velocity_web.routes.context import BUSY, Resource
from velocity_web.schemas.base import Message, Page
from velocity_web.schemas.campaign import CampaignDto, CampaignRequest, InstanceChange, InstanceDto, InstanceRequest
from velocity_web.schemas.scopes import READ, RENDER
from velocity_web.services import campaigns

TAG = "Campaign"


class Campaigns(Resource):
    @Operation(
        id="createCampaign",
        summary="Create a campaign",
        tag=TAG,
        scopes=(RENDER,),
        body=CampaignRequest,
        examples={JSON: examples.CAMPAIGN},
        returns=CampaignDto,
    )
    def on_post(self, call: Call[CampaignRequest]) -> CampaignDto:
        """A campaign holds template instances, and links to audio asset groups."""
        return campaigns.create_campaign(call.caller, call.body.name)

    @Operation(id="listCampaigns", summary="Campaigns", tag=TAG, scopes=(READ,), query=Page, returns=list[CampaignDto])
    def on_get(self, call: Call[None, Page]) -> list[CampaignDto]:
        """Newest first."""
        return paged(call, campaigns.list_campaigns(call.caller, window_of(call.query)))


class CampaignItem(Resource):
    @Operation(id="getCampaign", summary="A campaign", tag=TAG, scopes=(READ,), returns=CampaignDto)
    def on_get(self, call: Call) -> CampaignDto:
        """With the audio asset groups that are linked to it."""
        return campaigns.campaign_detail(call.caller, call.ids["campaign_id"])

    @Operation(id="deleteCampaign", summary="Delete a campaign", tag=TAG, scopes=(RENDER,), returns=Message)
    def on_delete(self, call: Call) -> Message:
        """Its instances go with it; renders, templates and audio stay."""
        campaigns.delete_campaign(call.caller, call.ids["campaign_id"])
        return Message(message="Campaign deleted successfully")


class CampaignAudioGroups(Resource):
    @Operation(
        id="linkAudioGroup",
        summary="Link an audio asset group to a campaign",
        tag=TAG,
        scopes=(RENDER,),
        returns=Message,
    )
    def on_post(self, call: Call) -> Message:
        """The campaign's renders may then use its audio."""
        campaigns.link_group(call.caller, call.ids["campaign_id"], call.ids["group_id"])
        return Message(message="Audio asset group linked successfully")

    @Operation(
        id="unlinkAudioGroup",
        summary="Unlink an audio asset group from a campaign",
        tag=TAG,
        scopes=(RENDER,),
        returns=Message,
    )
    def on_delete(self, call: Call) -> Message:
        """The group and its audio stay."""
        campaigns.unlink_group(call.caller, call.ids["campaign_id"], call.ids["group_id"])
        return Message(message="Audio asset group unlinked successfully")


class Instances(Resource):
    @Operation(
        id="createTemplateInstance",
        summary="Create a template instance",
        tag=TAG,
        scopes=(RENDER,),
        body=InstanceRequest,
        examples={JSON: examples.INSTANCE_BODY},
        returns=InstanceDto,
        codes={503: BUSY},
    )
    def on_post(self, call: Call[InstanceRequest]) -> InstanceDto:
        """A template with a name and a customization map, for renders of the campaign."""
        return campaigns.create_instance(
            call.caller, self.objects, self.context.runner, call.ids["campaign_id"], call.body
        )

    @Operation(
        id="listTemplateInstances",
        summary="Template instances of a campaign",
        tag=TAG,
        scopes=(READ,),
        query=Page,
        returns=list[InstanceDto],
    )
    def on_get(self, call: Call[None, Page]) -> list[InstanceDto]:
        """Newest first."""
        return paged(call, campaigns.list_instances(call.caller, call.ids["campaign_id"], window_of(call.query)))


CHANGE = Operation(
    id="changeTemplateInstance",
    summary="Change a template instance",
    tag=TAG,
    scopes=(RENDER,),
    body=InstanceChange,
    examples={JSON: examples.INSTANCE_CHANGE},
    returns=InstanceDto,
    codes={503: BUSY},
)
"""PATCH of a template instance. PUT is the same under another name."""


class InstanceItem(Resource):
    @Operation(id="getTemplateInstance", summary="A template instance", tag=TAG, scopes=(READ,), returns=InstanceDto)
    def on_get(self, call: Call) -> InstanceDto:
        """With its customization map."""
        return campaigns.instance_detail(call.caller, call.ids["campaign_id"], call.ids["instance_id"])

    @CHANGE
    def on_patch(self, call: Call[InstanceChange]) -> InstanceDto:
        """Fields that are left out stay as they are."""
        return self._change(call)

    @replace(CHANGE, id="replaceTemplateInstance")
    def on_put(self, call: Call[InstanceChange]) -> InstanceDto:
        """The same as PATCH."""
        return self._change(call)

    def _change(self, call: Call[InstanceChange]) -> InstanceDto:
        ids = campaigns.InstanceIds(call.ids["campaign_id"], call.ids["instance_id"])
        return campaigns.change_instance(call.caller, self.objects, self.context.runner, ids, call.body)

    @Operation(
        id="deleteTemplateInstance", summary="Delete a template instance", tag=TAG, scopes=(RENDER,), returns=Message
    )
    def on_delete(self, call: Call) -> Message:
        """Its renders stay."""
        campaigns.delete_instance(call.caller, call.ids["campaign_id"], call.ids["instance_id"])
        return Message(message="Template instance deleted successfully")

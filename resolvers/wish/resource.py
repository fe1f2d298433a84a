"""Resources in the graph: what is offered, and how it is matched to wishes."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

import strawberry

from models import area, wish
from models.access import Action
from models.errors import Code, Refusal
from models.page import FIRST_DEFAULT, Page
from models.wish import Category, Offer, RejectReason, ResourceState
from models.wish import NearbyResource as NearbyResourceRecord
from models.wish import NearbyWish as NearbyWishRecord
from models.wish import Resource as ResourceRecord
from resolvers import guard, words
from resolvers.area import Area
from resolvers.context import Context, Info
from resolvers.field import After, First, given, shown
from resolvers.moving import key_or_absent
from resolvers.node import Node, key_of, shows
from resolvers.page import Connection
from resolvers.payload import UserError, UserErrorRecord
from resolvers.person import Person
from resolvers.place import Point
from resolvers.wish.record import Wish

words.enum(ResourceState, description="Where an offer stands. 资源状态")
SUGGESTED = 5


@strawberry.type(name="NearbyWish", description="A wish, and how far it is. 附近心愿")
class NearbyWishType:
    """A wish, and how far it is."""

    wish: Wish = strawberry.field(description="The wish. 心愿")
    distance_meters: float = strawberry.field(description="How far its grid is. 距离")


async def _area(of: strawberry.Parent[ResourceRecord], info: Info) -> area.Area | None:
    return await info.context.loaders.areas.load(of.area_code)


async def _suggested_wishes(
    of: strawberry.Parent[ResourceRecord], info: Info, first: First = SUGGESTED
) -> list[NearbyWishRecord]:
    return await wish.suggested_wishes(
        of, person_id=info.context.person_id, first=given(first, SUGGESTED)
    )


async def load(context: Context, key: int) -> ResourceRecord | None:
    """Give an offer as this viewer may see it."""
    return await wish.resource(key, person_id=context.person_id)


@shows(ResourceRecord, load=load)
@strawberry.type(description="What somebody offers to who wishes for it. 资源")
class Resource(Node):
    """What somebody offers to who wishes for it."""

    state: ResourceState = strawberry.field(description="Where it stands. 状态")
    version: int = strawberry.field(description="Grows by one with every change. 版本")
    category: Category = strawberry.field(description="What it is. 类别")
    title: str = strawberry.field(description="In a line. 标题")
    text: str = strawberry.field(description="In full. 内容")
    area: Area = shown(_area, description="The grid of who offers it. 所在网格")
    point: Point = strawberry.field(description="The centre of that grid. 位置")
    person: Person | None = strawberry.field(
        description="Who offers it, for themself and those in charge. 提供人"
    )
    unit_name: str | None = strawberry.field(description="For which unit, if any. 提供单位")
    until_on: date = strawberry.field(description="The last day. 截止日期")
    offered_at: datetime = strawberry.field(description="When it was offered. 提供时间")
    is_mine: bool = strawberry.field(description="Whether the viewer offers it. 是否本人")
    suggestions: list[NearbyWishType] = shown(
        _suggested_wishes,
        description="Wishes within 5 km that wait to be claimed: of the category first, then"
        " nearer, then older; at most 20. 匹配心愿",
    )


@strawberry.type(name="NearbyResource", description="What is offered near by. 附近资源")
class NearbyResourceType:
    """What is offered near by."""

    resource: Resource = strawberry.field(description="The offer. 资源")
    distance_meters: float = strawberry.field(description="How far its grid is. 距离")


@strawberry.input(description="What somebody offers. 提供资源参数")
class ResourceOfferInput:
    """What somebody offers."""

    title: str = strawberry.field(description="In a line, 1 to 64 characters. 标题")
    text: str = strawberry.field(description="In full, 1 to 1,000 characters. 内容")
    category: Category = strawberry.field(description="What it is. 类别")
    unit_id: strawberry.ID | None = strawberry.field(
        default=None, description="The viewer's unit, if it is for that. 提供单位"
    )
    until_on: date | None = strawberry.field(
        default=None, description="The last day; in 90 days if not said. 截止日期"
    )
    idempotency_key: str = strawberry.field(
        description="Chosen by the client, 1 to 255 characters; the same key acts once. 幂等键"
    )


@strawberry.input(description="Publish an offer, or reject it. 审核资源参数")
class ResourceReviewInput:
    """Publish an offer, or reject it."""

    resource_id: strawberry.ID = strawberry.field(description="The offer. 资源标识")
    ok: bool = strawberry.field(default=True, description="Whether to publish it. 是否通过")
    reason: RejectReason | None = strawberry.field(default=None, description="Why not. 原因")
    idempotency_key: str = strawberry.field(
        description="Chosen by the client, 1 to 255 characters; the same key acts once. 幂等键"
    )


@strawberry.input(description="End an offer of one's own. 关闭资源参数")
class ResourceCloseInput:
    """End an offer of one's own."""

    resource_id: strawberry.ID = strawberry.field(description="The offer. 资源标识")
    idempotency_key: str = strawberry.field(
        description="Chosen by the client, 1 to 255 characters; the same key acts once. 幂等键"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a change of an offer gives back."""

    resource: ResourceRecord | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `resourceOffer` gives back. 提供资源结果")
class ResourceOfferPayload:
    """What `resourceOffer` gives back."""

    resource: Resource | None = strawberry.field(description="The offer. 资源")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `resourceReview` gives back. 审核资源结果")
class ResourceReviewPayload(ResourceOfferPayload):
    """What `resourceReview` gives back."""


@strawberry.type(description="What `resourceClose` gives back. 关闭资源结果")
class ResourceClosePayload(ResourceOfferPayload):
    """What `resourceClose` gives back."""


@guard.needs(Action.RESOURCE_OFFER, outcome=Offered)
async def offer(
    info: Info,
    asked: Annotated[
        ResourceOfferInput,
        strawberry.argument(name="input", description="What is offered. 提供资源参数"),
    ],
) -> Offered:
    """Offer something."""
    who = guard.signed_in(info)
    given_offer = Offer(
        title=asked.title,
        text=asked.text,
        category=asked.category,
        unit_id=key_or_absent(asked.unit_id, "Unit"),
        until_on=asked.until_on,
    )
    key = await wish.offer(given_offer, person_id=who, key=asked.idempotency_key)
    return Offered(resource=await wish.resource(key, person_id=who))


@guard.needs(Action.WISH_REVIEW, outcome=Offered)
async def review(
    info: Info,
    asked: Annotated[
        ResourceReviewInput,
        strawberry.argument(name="input", description="What is found. 审核资源参数"),
    ],
) -> Offered:
    """Publish an offer, or reject it."""
    who = guard.signed_in(info)
    key = await wish.review_resource(
        _key(asked.resource_id),
        ok=asked.ok,
        reason=asked.reason,
        person_id=who,
        key=asked.idempotency_key,
    )
    return Offered(resource=await wish.resource(key, person_id=who))


@guard.needs(Action.RESOURCE_OFFER, outcome=Offered)
async def close(
    info: Info,
    asked: Annotated[
        ResourceCloseInput,
        strawberry.argument(name="input", description="Which offer. 关闭资源参数"),
    ],
) -> Offered:
    """End an offer."""
    who = guard.signed_in(info)
    key = await wish.close_resource(
        _key(asked.resource_id), person_id=who, key=asked.idempotency_key
    )
    return Offered(resource=await wish.resource(key, person_id=who))


def _key(value: strawberry.ID) -> int:
    key = key_of(value, "Resource")
    if key is None:
        raise Refusal(Code.NOT_FOUND, "未找到该资源", "resourceId")
    return key


async def _resource(
    info: Info,
    global_id: Annotated[
        strawberry.ID, strawberry.argument(name="id", description="The id. 资源标识")
    ],
) -> ResourceRecord | None:
    key = key_of(global_id, "Resource")
    return await wish.resource(key, person_id=info.context.person_id) if key else None


async def _resources(  # noqa: PLR0913, PLR0917 - the arguments of the field
    info: Info,
    area_code: Annotated[
        str | None, strawberry.argument(description="With all below. 区划代码")
    ] = None,
    categories: Annotated[
        list[Category] | None, strawberry.argument(description="Only these. 类别")
    ] = None,
    states: Annotated[
        list[ResourceState] | None,
        strawberry.argument(description="Only these; open ones if not said. 状态"),
    ] = None,
    mine: Annotated[
        bool | None, strawberry.argument(description="Only the viewer's own. 我提供的")
    ] = False,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[ResourceRecord]:
    return await wish.resources(
        area_code=area_code,
        categories=categories or (),
        states=states or (),
        is_mine=given(mine, False),
        person_id=info.context.person_id,
        first=given(first, FIRST_DEFAULT),
        after=after,
    )


async def _suggestions(
    info: Info,
    wish_id: Annotated[strawberry.ID, strawberry.argument(description="The wish. 心愿标识")],
    first: First = SUGGESTED,
) -> list[NearbyResourceRecord]:
    who = info.context.person_id
    key = key_of(wish_id, "Wish")
    found = await wish.find(key, person_id=who) if key else None
    if found is None:
        return []
    return await wish.suggestions(found, person_id=who, first=given(first, SUGGESTED))


@strawberry.type
class ResourceQuery:
    """Root fields that show resources."""

    resource: Resource | None = shown(
        _resource, description="The offer with this id, if the viewer may see it. 资源"
    )
    resources: Connection[Resource] = shown(
        _resources, description="What is offered, the newest first. 资源列表"
    )
    wish_suggestions: list[NearbyResourceType] = shown(
        _suggestions,
        description="What is offered within 5 km of a wish: of its category first, then nearer,"
        " then older; at most 20. 匹配资源",
    )


@strawberry.type
class ResourceMutation:
    """Root fields that offer resources and review them."""

    resource_offer: ResourceOfferPayload = guard.mutation(
        offer, description="Offer something; it is reviewed first. 提供资源"
    )
    resource_review: ResourceReviewPayload = guard.mutation(
        review, description="Publish an offer, or reject it; never one's own. 审核资源"
    )
    resource_close: ResourceClosePayload = guard.mutation(
        close, description="End an offer of one's own. 关闭资源"
    )

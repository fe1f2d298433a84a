"""The inbox in the graph."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, cast

import strawberry

from models import notification
from models.access import Action
from models.errors import Code, Refusal
from models.event import Event, Scope, Topic
from models.page import Page
from resolvers import guard, live
from resolvers.context import Context, Info
from resolvers.field import shown
from resolvers.live import Update
from resolvers.node import Node, global_id, key_of, shows
from resolvers.page import PageInfo, page_info
from resolvers.payload import UserError, UserErrorRecord

_TYPES = {Topic.PROGRAMME: "PointsProgramme"}
"""The types of things that are not called as their topic is."""


def _thing_id(of: strawberry.Parent[notification.Notification]) -> strawberry.ID:
    topic = Topic(of.topic)
    return global_id(_TYPES.get(topic, topic.capitalize()), of.thing_id)


async def _load(context: Context, key: int) -> notification.Notification | None:
    if context.person_id is None:
        return None
    return (await notification.find_all([key], person_id=context.person_id)).get(key)


@shows(notification.Notification, load=_load)
@strawberry.type(description="That the viewer was told of something. 消息")
class Notification(Node):
    """That the viewer was told of something."""

    title: str = strawberry.field(description="What happened, in Chinese. 标题")
    thing_id: strawberry.ID = shown(
        _thing_id, description="The id of what it is about, for `node`. 对象标识"
    )
    at: datetime = strawberry.field(description="When. 时间")
    read_at: datetime | None = strawberry.field(
        description="When the viewer read it; null if not yet. 阅读时间"
    )


def _nodes(page: strawberry.Parent[Page[Any]]) -> list[notification.Notification]:
    return list(page.items)


@strawberry.type(description="The inbox, newest first. 消息列表")
class NotificationConnection:
    """The inbox, newest first."""

    nodes: list[Notification] = shown(_nodes, description="The notifications. 各条消息")
    page_info: PageInfo = shown(page_info, description="Where the page stands. 分页信息")


@strawberry.input(description="What was read. 已读参数")
class NotificationReadInput:
    """What was read."""

    notification_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="These, at most 100; without it all there are. 消息标识"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What `notificationRead` gives back."""

    unread_count: int | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `notificationRead` gives back. 已读结果")
class NotificationReadPayload:
    """What `notificationRead` gives back."""

    unread_count: int | None = strawberry.field(description="How many are left unread. 未读数")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.NOTIFICATION_READ, outcome=Marked)
async def read(
    info: Info,
    marked: Annotated[
        NotificationReadInput,
        strawberry.argument(name="input", description="What was read. 已读参数"),
    ],
) -> Marked:
    """Mark as read."""
    who = info.context.person_id
    assert who is not None, "the guard asks for a sign-in"
    await notification.mark_read(who, _keys(marked.notification_ids))
    return Marked(unread_count=await notification.unread(who))


def _keys(ids: list[strawberry.ID] | None) -> list[int] | None:
    if ids is None:
        return None
    keys = [key_of(one, "Notification") for one in ids]
    if None in keys:
        raise Refusal(Code.NOT_FOUND, "未找到该消息", "notificationIds")
    return [key for key in keys if key is not None]


@strawberry.type
class NotificationMutation:
    """The root field of the inbox."""

    notification_read: NotificationReadPayload = guard.mutation(
        read, description="Mark notifications as read; it may be sent again. 标记已读"
    )


def _notification(update: strawberry.Parent[Update]) -> notification.Notification | None:
    return cast("notification.Notification | None", update.thing)


async def _unread_count(info: Info) -> int:
    who = info.context.person_id
    return await notification.unread(who) if who is not None else 0


@strawberry.type(description="How the inbox stands, or what the viewer was told. 消息动态")
class NotificationUpdate(live.UpdateFields):
    """How the inbox stands, or what the viewer was told."""

    notification: Notification | None = shown(
        _notification, description="What they were told; null unless this is a CHANGE. 消息"
    )
    unread_count: int = shown(_unread_count, description="How many are unread now. 未读数")


async def viewer_notified(info: Info, after: live.After = None) -> live.Source:
    """Follow one's own inbox; raises EdgeError FORBIDDEN for nobody."""
    who = info.context.person_id
    if who is None:
        raise live.unseen()

    async def read(happened: Sequence[Event]) -> Sequence[object]:
        keys = [one.facts["notification"] for one in happened]
        found = await notification.find_all(keys, person_id=who)
        return [found.get(key, live.HIDDEN) for key in keys]

    return live.of_events(
        Scope(Topic.NOTIFICATION, who),
        read=read,
        after=after,
        right=("person", who),
        person_id=who,
    )


@strawberry.type
class NotificationSubscription:
    """The root field that follows the inbox."""

    viewer_notified: NotificationUpdate = live.subscription(
        viewer_notified, description="Everything that the viewer is told. 关注新消息"
    )

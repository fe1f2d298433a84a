"""The person who asks."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from models import message, notification, person
from models.notification import Notification
from models.page import FIRST_DEFAULT, Page
from models.role import Role
from resolvers.area import Area
from resolvers.context import Info
from resolvers.field import After, First, given, selected, shown
from resolvers.node import global_id
from resolvers.page import Connection
from resolvers.person.active_session import ActiveSession
from resolvers.person.people import Household, Person, Residence

if TYPE_CHECKING:
    from resolvers.message import MessageTemplate
    from resolvers.notification import NotificationConnection
    from resolvers.points.shape import PointsAccount


@strawberry.type(
    name="ViewerAppointment", description="A role of the viewer's that holds today. 本人任职"
)
class Office:
    """A role of the viewer's that holds today."""

    role: Role = strawberry.field(description="The role. 角色")
    area: Area = strawberry.field(description="The area in which it holds. 区划")
    unit_name: str | None = strawberry.field(
        description="The unit in which it holds, if it is one of a unit. 单位名称"
    )
    started_on: date = strawberry.field(description="The first day. 起始日期")


def _viewer_id(viewer: strawberry.Parent[person.Viewer]) -> strawberry.ID:
    return global_id(Person.__name__, viewer.id)


def _household(viewer: strawberry.Parent[person.Viewer]) -> person.Household | None:
    return viewer.residence.household if viewer.residence else None


async def _residences(
    of: strawberry.Parent[person.Viewer], first: First = FIRST_DEFAULT, after: After = None
) -> Page[person.Residence]:
    return await person.history(of.id, first=given(first, FIRST_DEFAULT), after=after)


async def _sessions(
    info: Info, first: First = FIRST_DEFAULT, after: After = None
) -> Page[person.ActiveSession]:
    asker = info.context.asker
    assert asker, "a viewer is somebody who asks"
    return await person.active_sessions(asker, first=given(first, FIRST_DEFAULT), after=after)


async def _notifications(
    viewer: strawberry.Parent[person.Viewer], first: First = FIRST_DEFAULT, after: After = None
) -> Page[Notification]:
    return await notification.notifications(
        viewer.id, first=given(first, FIRST_DEFAULT), after=after
    )


async def _unread_count(viewer: strawberry.Parent[person.Viewer]) -> int:
    return await notification.unread(viewer.id)


async def _message_templates(
    viewer: strawberry.Parent[person.Viewer],
) -> list[message.Consent]:
    return await message.consents(viewer.id)


def _points_accounts(viewer: strawberry.Parent[person.Viewer]) -> object:
    return viewer.parts["pointsAccounts"]


@strawberry.type(description="The person who asks. 当前用户")
class Viewer:
    """The person who asks."""

    id: strawberry.ID = shown(_viewer_id, description="The id of the person. 人员标识")
    name: str = strawberry.field(description="The name. 姓名")
    roles: list[Role] = strawberry.field(description="The roles that hold today. 角色")
    sessions: Connection[ActiveSession] = shown(
        _sessions, description="Where the viewer is signed in, the newest first. 登录设备"
    )
    phone_masked: str | None = strawberry.field(
        description="The phone number without its middle; null before it is verified."
        " 手机号（脱敏）"
    )
    is_party_member: bool = strawberry.field(description="Whether a party member. 是否党员")
    appointments: list[Office] = strawberry.field(
        description="The roles of today and where they hold, oldest first. 任职"
    )
    residence: Residence | None = strawberry.field(
        description="Where the viewer lives; null before it is confirmed. 居住地"
    )
    pending_residence: Residence | None = strawberry.field(
        description="Where the viewer asks to live, until it is decided. 待确认登记"
    )
    household: Household | None = shown(
        _household, description="The household where the viewer lives. 住户"
    )
    residences: Connection[Residence] = shown(
        _residences, description="Everywhere the viewer lived or asked to, newest first. 居住历史"
    )
    notifications: Annotated[
        "NotificationConnection", strawberry.lazy("resolvers.notification")
    ] = shown(_notifications, description="What one was told, newest first. 消息")
    unread_count: int = shown(_unread_count, description="How many of them are unread. 未读数")
    message_templates: list[Annotated["MessageTemplate", strawberry.lazy("resolvers.message")]] = (
        shown(
            _message_templates,
            description="The messages that the viewer can take on the phone. 订阅消息模板",
        )
    )
    points_accounts: list[
        Annotated["PointsAccount", strawberry.lazy("resolvers.points.shape")]
    ] = shown(_points_accounts, description="What the viewer has in each programme. 积分账户")


async def viewer(info: Info) -> person.Viewer | None:
    """Give the person who asks, in one statement; raises EdgeError for who is signed out."""
    asker = info.context.asker
    if asker is None:
        return None
    found = await person.viewer(asker.person_id, session_id=asker.session_id, shown=selected(info))
    if found is None:
        await info.context.turn_away()
    return found


@strawberry.type
class ViewerQuery:
    """The root field that shows the one who asks."""

    viewer: Viewer | None = shown(
        viewer, description="The person who asks; null when nobody is signed in. 当前用户"
    )

"""People in the graph, and the one who asks."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from models import person
from models.page import FIRST_DEFAULT, Page
from models.role import Role
from resolvers.context import Context, Info
from resolvers.field import After, First, given, shown
from resolvers.node import Node, global_id, shows
from resolvers.page import Connection
from resolvers.person.active_session import ActiveSession

if TYPE_CHECKING:
    from resolvers.person.appointment import Appointment


async def _appointments(
    of: strawberry.Parent[person.Person],
    info: Info,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[Any]:
    return await person.appointments_of(
        of.id,
        viewer_id=info.context.person_id,
        first=given(first, FIRST_DEFAULT),
        after=after,
    )


async def _load(context: Context, key: int) -> person.Person | None:
    """Give a person's node to nobody but that person."""
    if context.asker is None or key != context.asker.person_id:
        return None
    found = await _asking(context)
    return person.Person(found.id, found.name) if found else None


async def _asking(context: Context) -> person.Viewer | None:
    """Give the person who asks, in one statement; raises EdgeError for who is signed out."""
    if context.asker is None:
        return None
    found = await person.viewer(context.asker.person_id, session_id=context.asker.session_id)
    if found is None:
        await context.turn_away()
    return found


@shows(person.Person, load=_load)
@strawberry.type(description="A person. 人员")
class Person(Node):
    """A person as this viewer may see them."""

    name: str = strawberry.field(description="The name. 姓名")
    appointments: Connection[
        Annotated["Appointment", strawberry.lazy("resolvers.person.appointment")]
    ] = shown(
        _appointments,
        description="The roles that the person holds and held, newest first, as far as the viewer"
        " may see them. 任职记录",
    )


def _viewer_id(viewer: strawberry.Parent[person.Viewer]) -> strawberry.ID:
    return global_id(Person.__name__, viewer.id)


async def _sessions(
    info: Info, first: First = FIRST_DEFAULT, after: After = None
) -> Page[person.ActiveSession]:
    asker = info.context.asker
    assert asker, "a viewer is somebody who asks"
    return await person.active_sessions(asker, first=given(first, FIRST_DEFAULT), after=after)


@strawberry.type(description="The person who asks. 当前用户")
class Viewer:
    """The person who asks."""

    id: strawberry.ID = shown(_viewer_id, description="The id of the person. 人员标识")
    name: str = strawberry.field(description="The name. 姓名")
    roles: list[Role] = strawberry.field(description="The roles that hold today. 角色")
    sessions: Connection[ActiveSession] = shown(
        _sessions, description="Where the viewer is signed in, the newest first. 登录设备"
    )


async def viewer(info: Info) -> person.Viewer | None:
    """Give the person who asks."""
    return await _asking(info.context)


@strawberry.type
class PersonQuery:
    """Root fields that show people."""

    viewer: Viewer | None = shown(
        viewer, description="The person who asks; null when nobody is signed in. 当前用户"
    )

"""People in the graph: the viewer, and signing in."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import strawberry

from models import person
from models.access import Action
from models.role import Role
from resolvers import guard
from resolvers.context import Context, Info, Session
from resolvers.field import shown
from resolvers.node import Node, global_id, shows
from resolvers.payload import UserError, UserErrorRecord


async def _load(context: Context, key: int) -> person.Person | None:
    """Give a person's node to nobody but that person."""
    if key != context.person_id:
        return None
    found = await person.viewer(key)
    return person.Person(found.id, found.name) if found else None


@shows(person.Person, load=_load)
@strawberry.type(description="A person. 人员")
class Person(Node):
    """A person as this viewer may see them."""

    name: str = strawberry.field(description="The name. 姓名")


def _viewer_id(viewer: strawberry.Parent[person.Viewer]) -> strawberry.ID:
    return global_id(Person.__name__, viewer.id)


@strawberry.type(description="The person who asks. 当前用户")
class Viewer:
    """The person who asks."""

    id: strawberry.ID = shown(_viewer_id, description="The id of the person. 人员标识")
    name: str = strawberry.field(description="The name. 姓名")
    roles: list[Role] = strawberry.field(description="The roles that hold today. 角色")


@strawberry.type(name="Session", description="A sign-in. 登录会话")
class SessionType:
    """A sign-in."""

    access_token: str = strawberry.field(
        description="Goes into the header `Authorization: Bearer …`. 访问令牌"
    )
    refresh_token: str | None = strawberry.field(
        description="Renews the sign-in; null where the sign-in can't be renewed. 刷新令牌"
    )
    expires_at: datetime = strawberry.field(description="When the access token ends. 到期时间")
    person: Person = strawberry.field(description="Who signed in. 登录人员")


@strawberry.input(description="How to sign in. 登录参数")
class SessionStartInput:
    """How to sign in."""

    code: str = strawberry.field(
        description="The login code of WeChat; on a development server also `dev:KEY`. 登录凭证"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted:
    """What `sessionStart` gives back."""

    session: Session | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `sessionStart` gives back. 登录结果")
class SessionStartPayload:
    """What `sessionStart` gives back."""

    session: SessionType | None = strawberry.field(description="The sign-in. 登录会话")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


async def viewer(info: Info) -> person.Viewer | None:
    """Give the person who asks."""
    key = info.context.person_id
    return await person.viewer(key) if key else None


@guard.needs(Action.SESSION_START, outcome=SessionStarted)
async def session_start(
    info: Info,
    start: Annotated[
        SessionStartInput,
        strawberry.argument(name="input", description="How to sign in. 登录参数"),
    ],
) -> SessionStarted:
    """Sign in."""
    context = info.context
    return SessionStarted(
        session=await context.sessions.start(start.code, address=context.address)
    )


@strawberry.type
class PersonQuery:
    """Root fields that show people."""

    viewer: Viewer | None = shown(
        viewer, description="The person who asks; null when nobody is signed in. 当前用户"
    )


@strawberry.type
class PersonMutation:
    """Root fields that sign in."""

    session_start: SessionStartPayload = guard.mutation(
        session_start, description="Start a session by a sign-in code. 登录"
    )

"""Signing in."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import strawberry

from models.access import Action
from resolvers import guard
from resolvers.context import Info, Session
from resolvers.payload import UserError, UserErrorRecord
from resolvers.person.viewer import Person


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
class SessionMutation:
    """Root fields that sign in."""

    session_start: SessionStartPayload = guard.mutation(
        session_start, description="Start a session by a sign-in code. 登录"
    )

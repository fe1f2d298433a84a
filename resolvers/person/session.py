"""Signing in, staying signed in, and signing out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import strawberry

from models import person
from models.access import Action
from models.errors import Code, Refusal
from resolvers import guard
from resolvers.context import Info, Session
from resolvers.node import key_of
from resolvers.payload import UserError, UserErrorRecord
from resolvers.person.active_session import ActiveSession
from resolvers.person.people import Person


@strawberry.type(name="Session", description="A sign-in. 登录会话")
class SessionType:
    """A sign-in."""

    access_token: str = strawberry.field(
        description="Goes into the header `Authorization: Bearer …`. 访问令牌"
    )
    refresh_token: str = strawberry.field(
        description="Renews the sign-in, once; each renewal gives the next one. 刷新令牌"
    )
    expires_at: datetime = strawberry.field(description="When the access token ends. 到期时间")
    person: Person = strawberry.field(description="Who signed in. 登录人员")


@strawberry.input(description="How to sign in. 登录参数")
class SessionStartInput:
    """How to sign in."""

    code: str = strawberry.field(
        description="The login code of WeChat; on a development server also `dev:KEY`. 登录凭证"
    )


@strawberry.input(description="Which sign-in to renew. 续期参数")
class SessionRefreshInput:
    """Which sign-in to renew."""

    refresh_token: str = strawberry.field(
        description="The newest refresh token. For 30 seconds the one before it gives the same"
        " answer; after that it ends the sign-in. 刷新令牌"
    )


@strawberry.input(description="Which sign-in to end. 退出参数")
class SessionEndInput:
    """Which sign-in to end."""

    refresh_token: str = strawberry.field(description="A refresh token of it. 刷新令牌")


@strawberry.input(description="Which of the viewer's other sign-ins to end. 退出其他登录参数")
class SessionEndOthersInput:
    """Which of the viewer's other sign-ins to end."""

    session_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="The ids of these; without: all others. 登录标识"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOutcome:
    """What starting, renewing and ending gives back."""

    session: Session | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersEnded:
    """What `sessionEndOthers` gives back."""

    ended_count: int | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `sessionStart` gives back. 登录结果")
class SessionStartPayload:
    """What `sessionStart` gives back."""

    session: SessionType | None = strawberry.field(description="The sign-in. 登录会话")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `sessionRefresh` gives back. 续期结果")
class SessionRefreshPayload:
    """What `sessionRefresh` gives back."""

    session: SessionType | None = strawberry.field(description="The sign-in, renewed. 登录会话")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `sessionEnd` gives back. 退出结果")
class SessionEndPayload:
    """What `sessionEnd` gives back."""

    session: SessionType | None = strawberry.field(
        description="Always null: nothing is left of it. 登录会话"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `sessionEndOthers` gives back. 退出其他登录结果")
class SessionEndOthersPayload:
    """What `sessionEndOthers` gives back."""

    ended_count: int | None = strawberry.field(description="How many ended. 退出数量")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.SESSION_START, outcome=SessionOutcome)
async def session_start(
    info: Info,
    start: Annotated[
        SessionStartInput,
        strawberry.argument(name="input", description="How to sign in. 登录参数"),
    ],
) -> SessionOutcome:
    """Sign in."""
    context = info.context
    device = context.device.decode(errors="replace")
    session = await context.sessions.start(start.code, address=context.address, device=device)
    return SessionOutcome(session=session)


@guard.needs(Action.SESSION_REFRESH, outcome=SessionOutcome)
async def session_refresh(
    info: Info,
    refresh: Annotated[
        SessionRefreshInput,
        strawberry.argument(name="input", description="Which sign-in. 续期参数"),
    ],
) -> SessionOutcome:
    """Renew a sign-in."""
    context = info.context
    session = await context.sessions.refresh(refresh.refresh_token, address=context.address)
    return SessionOutcome(session=session)


@guard.needs(Action.SESSION_END, outcome=SessionOutcome)
async def session_end(
    info: Info,
    end: Annotated[
        SessionEndInput,
        strawberry.argument(name="input", description="Which sign-in. 退出参数"),
    ],
) -> SessionOutcome:
    """Sign out."""
    await info.context.sessions.end(end.refresh_token, address=info.context.address)
    return SessionOutcome()


@guard.needs(Action.SESSION_END_OTHERS, outcome=OthersEnded)
async def session_end_others(
    info: Info,
    end: Annotated[
        SessionEndOthersInput,
        strawberry.argument(name="input", description="Which of them. 退出其他登录参数"),
    ],
) -> OthersEnded:
    """Sign out elsewhere."""
    assert info.context.asker, "the guard lets nobody else in"
    keys = None if end.session_ids is None else [_key(one) for one in end.session_ids]
    return OthersEnded(ended_count=await person.end_other_sessions(info.context.asker, keys))


def _key(session_id: str) -> int:
    key = key_of(session_id, ActiveSession.__name__)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "没有这个登录", "sessionIds")
    return key


@strawberry.type
class SessionMutation:
    """Root fields that sign in and out."""

    session_start: SessionStartPayload = guard.mutation(
        session_start, description="Start a session by a sign-in code. 登录"
    )
    session_refresh: SessionRefreshPayload = guard.mutation(
        session_refresh, description="Renew a session by its refresh token. 续期登录"
    )
    session_end: SessionEndPayload = guard.mutation(
        session_end, description="End a session by a refresh token of it. 退出登录"
    )
    session_end_others: SessionEndOthersPayload = guard.mutation(
        session_end_others, description="End the viewer's other sessions. 退出其他登录"
    )

"""Messages to the viewer's phone in the graph: which there are, and consenting to them."""

from dataclasses import dataclass, field
from typing import Annotated

import strawberry

from models import message
from models.access import Action
from resolvers import guard
from resolvers.context import Info
from resolvers.payload import UserError, UserErrorRecord


@strawberry.type(
    description="A template of WeChat's subscribe messages, for wx.requestSubscribeMessage."
    " 订阅消息模板"
)
class MessageTemplate:
    """A template of WeChat's subscribe messages."""

    code: str = strawberry.field(description="What the city calls it. 编码")
    wechat_id: str = strawberry.field(description="What WeChat calls it. 模板标识")
    unused_count: int = strawberry.field(
        description="How many messages of it the viewer still takes. 剩余次数"
    )


@strawberry.input(description="What the user consented to on the phone. 订阅参数")
class MessageConsentInput:
    """What the user consented to on the phone."""

    templates: list[str] = strawberry.field(
        description="The codes of up to five templates, one message of each. 模板编码"
    )
    idempotency_key: str = strawberry.field(
        description="A new one for each consent; the same again does nothing more. 幂等键"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented:
    """What `messageConsent` gives back."""

    templates: list[message.Consent] | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `messageConsent` gives back. 订阅结果")
class MessageConsentPayload:
    """What `messageConsent` gives back."""

    templates: list[MessageTemplate] | None = strawberry.field(
        description="Every template as it stands now. 订阅消息模板"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.MESSAGE_CONSENT, outcome=Consented)
async def consent(
    info: Info,
    consented: Annotated[
        MessageConsentInput,
        strawberry.argument(name="input", description="What to. 订阅参数"),
    ],
) -> Consented:
    """Take a message more of some templates."""
    who = guard.signed_in(info)
    await message.give(consented.templates, person_id=who, key=consented.idempotency_key)
    return Consented(templates=await message.consents(who))


@strawberry.type
class MessageMutation:
    """The root field of messages to phones."""

    message_consent: MessageConsentPayload = guard.mutation(
        consent,
        description="Say that the user consented to one message each, as WeChat counts. 订阅消息",
    )

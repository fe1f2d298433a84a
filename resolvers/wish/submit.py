"""Making a wish, and reading how to reach a wisher."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

import strawberry

from models import wish
from models.access import Action
from models.errors import Code, Refusal
from models.wish import Beneficiary, Category, Contact, Proposal
from resolvers import guard
from resolvers.context import Info
from resolvers.field import given
from resolvers.moving import key_or_absent, photo_keys
from resolvers.node import key_of
from resolvers.payload import UserError, UserErrorRecord
from resolvers.wish.moving import Moved, WishMovePayload


@strawberry.input(description="What is wished for. 心愿内容")
class WishContentInput:
    """What is wished for."""

    title: str = strawberry.field(description="In a line, 1 to 64 characters. 标题")
    text: str = strawberry.field(description="In full, 1 to 1,000 characters. 内容")
    category: Category = strawberry.field(description="What it is. 类别")
    beneficiary: Beneficiary | None = strawberry.field(
        default=Beneficiary.OTHER, description="Which group the wisher is of. 受益人群"
    )
    budget_cents: int | None = strawberry.field(
        default=None, description="What it may cost in cents, at most 500,000. 预算（分）"
    )
    deadline_on: date | None = strawberry.field(
        default=None, description="The last day to be claimed; in 90 days if not said. 截止日期"
    )
    contact_phone: str | None = strawberry.field(
        default=None, description="A mobile number, for the claimant alone. 联系电话"
    )
    contact_address: str | None = strawberry.field(
        default=None, description="An address, for the claimant alone. 联系地址"
    )
    on_behalf_of_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose wish it is, if not the viewer's. 代办对象"
    )
    draft_id: strawberry.ID | None = strawberry.field(
        default=None, description="The draft that this takes the place of. 草稿标识"
    )
    photo_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Photos, at most 9. 照片"
    )
    idempotency_key: str = strawberry.field(
        description="Chosen by the client, 1 to 255 characters; the same key acts once. 幂等键"
    )

    def proposal(self) -> Proposal:
        """Give it to the models."""
        return Proposal(
            title=self.title,
            text=self.text,
            category=self.category,
            beneficiary=given(self.beneficiary, Beneficiary.OTHER),
            budget_cents=self.budget_cents,
            deadline_on=self.deadline_on,
            contact_phone=self.contact_phone,
            contact_address=self.contact_address,
            wisher_id=key_or_absent(self.on_behalf_of_id, "Person"),
            draft_id=key_or_absent(self.draft_id, "Wish"),
            photo_ids=photo_keys(self.photo_ids),
        )


@strawberry.input(description="A wish to submit. 提交心愿参数")
class WishSubmitInput(WishContentInput):
    """A wish to submit."""


@strawberry.input(description="A wish to keep for later. 存草稿参数")
class WishDraftInput(WishContentInput):
    """A wish to keep for later."""


@strawberry.type(description="What `wishSubmit` gives back. 提交结果")
class WishSubmitPayload(WishMovePayload):
    """What `wishSubmit` gives back."""


@strawberry.type(description="What `wishDraft` gives back. 存草稿结果")
class WishDraftPayload(WishMovePayload):
    """What `wishDraft` gives back."""


@strawberry.input(description="Of which wish the contact is asked for. 查看联系方式参数")
class WishContactInput:
    """Of which wish the contact is asked for."""

    wish_id: strawberry.ID = strawberry.field(description="The wish. 心愿标识")


@strawberry.type(name="WishContact", description="How to reach the wisher, in full. 联系方式")
class ContactType:
    """How to reach the wisher, in full."""

    phone: str | None = strawberry.field(description="The phone, if given. 电话")
    address: str | None = strawberry.field(description="The address, if given. 地址")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What `wishContact` gives back."""

    contact: Contact | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `wishContact` gives back. 联系方式结果")
class WishContactPayload:
    """What `wishContact` gives back."""

    contact: ContactType | None = strawberry.field(description="The contact. 联系方式")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.WISH_SUBMIT, Action.WISH_HELP, outcome=Moved)
async def submit(
    info: Info,
    asked: Annotated[
        WishSubmitInput,
        strawberry.argument(name="input", description="What is wished for. 心愿内容"),
    ],
) -> Moved:
    """Submit a wish."""
    who = guard.signed_in(info)
    key = await wish.submit(asked.proposal(), person_id=who, key=asked.idempotency_key)
    return Moved(wish=await wish.find(key, person_id=who))


@guard.needs(Action.WISH_SUBMIT, Action.WISH_HELP, outcome=Moved)
async def draft(
    info: Info,
    asked: Annotated[
        WishDraftInput,
        strawberry.argument(name="input", description="What is wished for. 心愿内容"),
    ],
) -> Moved:
    """Keep a wish for later."""
    who = guard.signed_in(info)
    key = await wish.draft(asked.proposal(), person_id=who, key=asked.idempotency_key)
    return Moved(wish=await wish.find(key, person_id=who))


@guard.needs(Action.WISH_FULFIL, outcome=Reached)
async def contact(
    info: Info,
    asked: Annotated[
        WishContactInput,
        strawberry.argument(name="input", description="Of which wish. 查看联系方式参数"),
    ],
) -> Reached:
    """Read how to reach the wisher."""
    key = key_of(asked.wish_id, "Wish")
    if key is None:
        raise Refusal(Code.NOT_FOUND, "未找到该心愿", "wishId")
    return Reached(contact=await wish.contact(key, person_id=guard.signed_in(info)))


@strawberry.type
class MakingMutation:
    """Root fields that make wishes, and reach who made them."""

    wish_draft: WishDraftPayload = guard.mutation(
        draft, description="Keep a wish for later, or write it anew. 存草稿"
    )
    wish_submit: WishSubmitPayload = guard.mutation(
        submit, description="Submit a wish; it lies in the grid of the wisher's home. 提交心愿"
    )
    wish_contact: WishContactPayload = guard.mutation(
        contact,
        description="Read how to reach the wisher, as the active claimant; it is logged. 联系方式",
    )

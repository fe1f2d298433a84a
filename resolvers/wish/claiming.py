"""Moves of wishes by those who review, claim and fulfil them, and by the wishers themselves."""

import strawberry

from models.access import Action
from models.wish import Move, RejectReason, Request
from resolvers import words
from resolvers.moving import key_or_absent, photo_keys
from resolvers.wish.moving import WishMoveInput, WishMovePayload, moving

words.enum(
    RejectReason, name="WishRejectReason", description="Why it is not published. 不通过原因"
)


@strawberry.input(description="Put a wish on the board, or reject it. 审核参数")
class WishReviewInput(WishMoveInput):
    """Put a wish on the board, or reject it."""

    ok: bool = strawberry.field(
        default=True, description="Whether it is published; if not, say why. 是否通过"
    )
    reason: RejectReason | None = strawberry.field(default=None, description="Why not. 原因")
    text: str | None = strawberry.field(
        default=None, description="What the wisher should know. 说明"
    )

    def request(self) -> Request:
        """Put a wish on the board, or reject it."""
        if self.ok:
            return Request(move=Move.PUBLISH, text=self.text)
        return Request(move=Move.REJECT, reason=self.reason, text=self.text)


@strawberry.type(description="What `wishReview` gives back. 审核结果")
class WishReviewPayload(WishMovePayload):
    """What `wishReview` gives back."""


@strawberry.input(description="Claim a wish. 认领参数")
class WishClaimInput(WishMoveInput):
    """Claim a wish."""

    unit_id: strawberry.ID | None = strawberry.field(
        default=None, description="The viewer's unit, if it is for that. 认领单位"
    )
    text: str | None = strawberry.field(default=None, description="What to say to them. 留言")

    def request(self) -> Request:
        """Claim a wish."""
        unit_id = key_or_absent(self.unit_id, "Unit")
        return Request(move=Move.CLAIM, unit_id=unit_id, text=self.text)


@strawberry.type(description="What `wishClaim` gives back. 认领结果")
class WishClaimPayload(WishMovePayload):
    """What `wishClaim` gives back."""


@strawberry.input(description="Give a claim back. 放弃认领参数")
class WishReleaseInput(WishMoveInput):
    """Give a claim back."""

    text: str | None = strawberry.field(default=None, description="Why. 原因")

    def request(self) -> Request:
        """Give a claim back."""
        return Request(move=Move.RELEASE, text=self.text)


@strawberry.type(description="What `wishRelease` gives back. 放弃认领结果")
class WishReleasePayload(WishMovePayload):
    """What `wishRelease` gives back."""


@strawberry.input(description="Begin to make a wish come true. 开始圆梦参数")
class WishDeliverInput(WishMoveInput):
    """Begin to make a wish come true."""

    text: str | None = strawberry.field(default=None, description="What is under way. 说明")

    def request(self) -> Request:
        """Begin to make a wish come true."""
        return Request(move=Move.DELIVER, text=self.text)


@strawberry.type(description="What `wishDeliver` gives back. 开始圆梦结果")
class WishDeliverPayload(WishMovePayload):
    """What `wishDeliver` gives back."""


@strawberry.input(description="Say that a wish has come true, in words or by photos. 圆梦参数")
class WishFulfilInput(WishMoveInput):
    """Say that a wish has come true, in words or by photos."""

    text: str | None = strawberry.field(default=None, description="What was done. 圆梦情况")
    photo_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Photos, at most 9. 照片"
    )

    def request(self) -> Request:
        """Say that a wish has come true, in words or by photos."""
        return Request(move=Move.FULFIL, text=self.text, photo_ids=photo_keys(self.photo_ids))


@strawberry.type(description="What `wishFulfil` gives back. 圆梦结果")
class WishFulfilPayload(WishMovePayload):
    """What `wishFulfil` gives back."""


@strawberry.input(description="Say whether one's wish has come true. 确认参数")
class WishConfirmInput(WishMoveInput):
    """Say whether one's wish has come true."""

    ok: bool = strawberry.field(
        default=True, description="Whether it has; if not, the claim goes on. 是否圆梦"
    )
    text: str | None = strawberry.field(default=None, description="What to say. 说明")

    def request(self) -> Request:
        """Say whether one's wish has come true."""
        return Request(move=Move.CONFIRM if self.ok else Move.NOT_YET, text=self.text)


@strawberry.type(description="What `wishConfirm` gives back. 确认结果")
class WishConfirmPayload(WishMovePayload):
    """What `wishConfirm` gives back."""


@strawberry.input(description="Thank who made one's wish come true. 致谢参数")
class WishThankInput(WishMoveInput):
    """Thank who made one's wish come true."""

    text: str = strawberry.field(description="What to say, 1 to 1,000 characters. 感谢的话")

    def request(self) -> Request:
        """Thank who made one's wish come true."""
        return Request(move=Move.THANK, text=self.text)


@strawberry.type(description="What `wishThank` gives back. 致谢结果")
class WishThankPayload(WishMovePayload):
    """What `wishThank` gives back."""


@strawberry.input(description="Take one's wish back. 撤回参数")
class WishWithdrawInput(WishMoveInput):
    """Take one's wish back."""

    text: str | None = strawberry.field(default=None, description="Why. 原因")

    def request(self) -> Request:
        """Take one's wish back."""
        return Request(move=Move.WITHDRAW, text=self.text)


@strawberry.type(description="What `wishWithdraw` gives back. 撤回结果")
class WishWithdrawPayload(WishMovePayload):
    """What `wishWithdraw` gives back."""


@strawberry.type
class ClaimingMutation:
    """Root fields that move wishes."""

    wish_review: WishReviewPayload = moving(
        WishReviewInput,
        Action.WISH_REVIEW,
        description="Put a wish on the board, reject it or take it off the board. 审核心愿",
    )
    wish_claim: WishClaimPayload = moving(
        WishClaimInput,
        Action.WISH_CLAIM,
        description="Claim a wish; one claim is active at a time. 认领心愿",
    )
    wish_release: WishReleasePayload = moving(
        WishReleaseInput,
        Action.WISH_FULFIL,
        Action.WISH_REVIEW,
        description="Give a claim back: the wish is on the board again. 放弃认领",
    )
    wish_deliver: WishDeliverPayload = moving(
        WishDeliverInput, Action.WISH_FULFIL, description="Begin to make it come true. 开始圆梦"
    )
    wish_fulfil: WishFulfilPayload = moving(
        WishFulfilInput, Action.WISH_FULFIL, description="Say that it has come true. 圆梦"
    )
    wish_confirm: WishConfirmPayload = moving(
        WishConfirmInput,
        Action.WISH_SUBMIT,
        description="Say as who wished whether it has come true; may award points. 确认圆梦",
    )
    wish_thank: WishThankPayload = moving(
        WishThankInput, Action.WISH_SUBMIT, description="Say thanks, once. 致谢"
    )
    wish_withdraw: WishWithdrawPayload = moving(
        WishWithdrawInput, Action.WISH_SUBMIT, description="Take one's wish back. 撤回心愿"
    )

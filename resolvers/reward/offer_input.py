"""What the mutations of offers are given."""

from datetime import datetime

import strawberry

from models.reward import Channel


@strawberry.input(description="What to offer, by whom, for whose points. 发布参数")
class RewardCreateInput:
    """What to offer, by whom, for whose points."""

    merchant_id: strawberry.ID = strawberry.field(description="Which merchant. 商户标识")
    programme_id: strawberry.ID = strawberry.field(description="For whose points. 积分项目标识")
    channel: Channel = strawberry.field(description="Where it is handed over. 渠道")
    title: str = strawberry.field(description="What it is; at most 64. 标题")
    price_points: int = strawberry.field(description="What it costs. 兑换积分")
    person_limit: int | None = strawberry.field(
        default=None, description="For one person at most. 每人限兑"
    )
    opens_at: datetime | None = strawberry.field(default=None, description="From when. 开始时间")
    closes_at: datetime | None = strawberry.field(default=None, description="Until when. 结束时间")
    stock: int = strawberry.field(description="How many there are. 库存")
    is_draft: bool = strawberry.field(
        default=False, description="Whether it shall not be submitted yet. 是否草稿"
    )
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which to submit. 提交参数")
class RewardSubmitInput:
    """Which to submit."""

    reward_id: strawberry.ID = strawberry.field(description="Which offer. 兑换项目标识")
    version: int = strawberry.field(description="The version that was seen. 版本")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which to open. 审核参数")
class RewardApproveInput:
    """Which to open."""

    reward_id: strawberry.ID = strawberry.field(description="Which offer. 兑换项目标识")
    version: int = strawberry.field(description="The version that was seen. 版本")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which to refuse. 审核参数")
class RewardRefuseInput:
    """Which to refuse."""

    reward_id: strawberry.ID = strawberry.field(description="Which offer. 兑换项目标识")
    version: int = strawberry.field(description="The version that was seen. 版本")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="What it shall say. 修改参数")
class RewardChangeInput:
    """What it shall say."""

    reward_id: strawberry.ID = strawberry.field(description="Which offer. 兑换项目标识")
    version: int = strawberry.field(description="The version that was seen. 版本")
    channel: Channel = strawberry.field(description="Where it is handed over. 渠道")
    title: str = strawberry.field(description="What it is; at most 64. 标题")
    price_points: int = strawberry.field(description="What it costs. 兑换积分")
    person_limit: int | None = strawberry.field(
        default=None, description="For one person at most. 每人限兑"
    )
    opens_at: datetime | None = strawberry.field(default=None, description="From when. 开始时间")
    closes_at: datetime | None = strawberry.field(default=None, description="Until when. 结束时间")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="How many to put in. 补货参数")
class RewardRestockInput:
    """How many to put in."""

    reward_id: strawberry.ID = strawberry.field(description="Which offer. 兑换项目标识")
    count: int = strawberry.field(description="How many more. 补充数量")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which to end. 下架参数")
class RewardCloseInput:
    """Which to end."""

    reward_id: strawberry.ID = strawberry.field(description="Which offer. 兑换项目标识")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")

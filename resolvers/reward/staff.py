"""Who acts for a merchant, what it is owed as a table, and its end."""

from dataclasses import dataclass, field
from typing import Annotated

import strawberry

from models import file, reward
from models.access import Action
from models.errors import Code, Refusal
from resolvers import guard
from resolvers.context import Info
from resolvers.file import File
from resolvers.node import key_of
from resolvers.payload import UserError, UserErrorRecord
from resolvers.person.people import Person
from resolvers.points.shape import PointsProgramme
from resolvers.reward.shape import Merchant

Record = reward.Merchant
_File = file.File


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffed:
    """What a change of a merchant gives back."""

    merchant: Record | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What `merchantExport` gives back."""

    file: _File | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.input
class _MemberFields:
    """The fields of each of these inputs."""

    merchant_id: strawberry.ID = strawberry.field(description="Which merchant. 商户标识")
    person_id: strawberry.ID = strawberry.field(description="Who. 人员标识")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Who shall act for which merchant. 添加商户成员参数")
class MerchantMemberAddInput(_MemberFields):
    """Who shall act for which merchant."""


@strawberry.input(description="Who shall act for it no more. 移除商户成员参数")
class MerchantMemberRemoveInput(_MemberFields):
    """Who shall act for it no more."""


@strawberry.input(description="Which merchant is closed, and why. 商户停业参数")
class MerchantCloseInput:
    """Which merchant is closed, and why."""

    merchant_id: strawberry.ID = strawberry.field(description="Which merchant. 商户标识")
    reason: str = strawberry.field(description="Why; at most 200. 原因")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Of which programme and month. 导出结算表参数")
class MerchantExportInput:
    """Of which programme and month."""

    programme_id: strawberry.ID = strawberry.field(description="Which programme. 积分项目标识")
    month: str = strawberry.field(description="A month like 2026-11. 月份")


@strawberry.type
class _StaffedFields:
    """The fields of each of these payloads."""

    merchant: Merchant | None = strawberry.field(description="The merchant. 商户")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `merchantMemberAdd` gives back. 添加商户成员结果")
class MerchantMemberAddPayload(_StaffedFields):
    """What `merchantMemberAdd` gives back."""


@strawberry.type(description="What `merchantMemberRemove` gives back. 移除商户成员结果")
class MerchantMemberRemovePayload(_StaffedFields):
    """What `merchantMemberRemove` gives back."""


@strawberry.type(description="What `merchantClose` gives back. 商户停业结果")
class MerchantClosePayload(_StaffedFields):
    """What `merchantClose` gives back."""


@strawberry.type(description="What `merchantExport` gives back. 导出结算表结果")
class MerchantExportPayload:
    """What `merchantExport` gives back."""

    file: File | None = strawberry.field(description="The table, kept for a day. 文件")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.MERCHANT_STAFF, outcome=Staffed)
async def merchant_member_add(
    info: Info,
    asked: Annotated[
        MerchantMemberAddInput,
        strawberry.argument(name="input", description="Who and where. 添加商户成员参数"),
    ],
) -> Staffed:
    """Let somebody act for a merchant."""
    actor = guard.signed_in(info)
    key = await reward.add_member(
        actor_id=actor,
        merchant_id=_key(asked.merchant_id),
        person_id=_person(asked.person_id),
        key=asked.idempotency_key,
    )
    return await _staffed(key, actor)


@guard.needs(Action.MERCHANT_STAFF, outcome=Staffed)
async def merchant_member_remove(
    info: Info,
    asked: Annotated[
        MerchantMemberRemoveInput,
        strawberry.argument(name="input", description="Who and where. 移除商户成员参数"),
    ],
) -> Staffed:
    """Let somebody act for a merchant no more."""
    actor = guard.signed_in(info)
    key = await reward.remove_member(
        actor_id=actor,
        merchant_id=_key(asked.merchant_id),
        person_id=_person(asked.person_id),
        key=asked.idempotency_key,
    )
    return await _staffed(key, actor)


@guard.needs(Action.MERCHANT_CLOSE, outcome=Staffed)
async def merchant_close(
    info: Info,
    asked: Annotated[
        MerchantCloseInput,
        strawberry.argument(name="input", description="Which and why. 商户停业参数"),
    ],
) -> Staffed:
    """Close a merchant."""
    actor = guard.signed_in(info)
    key = await reward.close_merchant(
        actor_id=actor,
        merchant_id=_key(asked.merchant_id),
        reason=asked.reason,
        key=asked.idempotency_key,
    )
    return await _staffed(key, actor)


@guard.needs(Action.POINTS_SETTLE, outcome=Exported)
async def merchant_export(
    info: Info,
    asked: Annotated[
        MerchantExportInput,
        strawberry.argument(name="input", description="Of what. 导出结算表参数"),
    ],
) -> Exported:
    """Export what merchants are owed."""
    programme_id = key_of(asked.programme_id, PointsProgramme.__name__)
    if programme_id is None:
        raise Refusal(Code.NOT_FOUND, "未找到该积分项目", "programmeId")
    person_id = guard.signed_in(info)
    made = await reward.export(programme_id, month=asked.month, person_id=person_id)
    return Exported(file=made)


def _key(merchant_id: strawberry.ID) -> int:
    key = key_of(merchant_id, Merchant.__name__)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "未找到该商户", "merchantId")
    return key


def _person(person_id: strawberry.ID) -> int:
    key = key_of(person_id, Person.__name__)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "未找到该人员", "personId")
    return key


async def _staffed(key: int, viewer: int) -> Staffed:
    return Staffed(merchant=await reward.merchant(key, viewer_id=viewer))


@strawberry.type
class StaffMutation:
    """Root fields that change who acts for a merchant, and close it."""

    merchant_member_add: MerchantMemberAddPayload = guard.mutation(
        merchant_member_add,
        description="Let somebody verify vouchers and make offers for a merchant. 添加商户成员",
    )
    merchant_member_remove: MerchantMemberRemovePayload = guard.mutation(
        merchant_member_remove,
        description="Let somebody act for a merchant no more. 移除商户成员",
    )
    merchant_close: MerchantClosePayload = guard.mutation(
        merchant_close,
        description="Close a merchant: its offers close, unused vouchers are given back. 商户停业",
    )
    merchant_export: MerchantExportPayload = guard.mutation(
        merchant_export,
        description="Write what every merchant is owed for a month to an Excel table. 导出结算表",
    )

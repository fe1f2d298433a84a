"""Registering where one lives, and deciding about it."""

from dataclasses import dataclass, field
from typing import Annotated

import strawberry

from models import person
from models.access import Action
from models.person import Registration
from resolvers import guard
from resolvers.context import Info
from resolvers.node import key_of
from resolvers.payload import UserError, UserErrorRecord
from resolvers.person.people import Residence
from resolvers.place import PointInput

KEY = "Sent again with the same key, it is done once. 幂等键"


@strawberry.input(description="Where somebody lives, as they say. 居住登记参数")
class PersonRegisterInput:
    """Where somebody lives, as they say."""

    micro_grid_code: str | None = strawberry.field(
        default=None, description="The micro-grid; either this or a point. 微网格代码"
    )
    point: PointInput | None = strawberry.field(
        default=None, description="A place in the micro-grid. 坐标"
    )
    household_code: str | None = strawberry.field(
        default=None, description="The code of the household, if one knows it. 户号"
    )
    address: str = strawberry.field(description="The address, 1 to 200 characters. 地址")
    name: str = strawberry.field(description="The name on the identity card. 姓名")
    identity_number: str | None = strawberry.field(
        default=None, description="The number of the identity card, 18 characters. 身份证号"
    )
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.input(description="Which registration is confirmed. 确认参数")
class ResidenceConfirmInput:
    """Which registration is confirmed."""

    residence_id: strawberry.ID = strawberry.field(description="The registration. 登记标识")
    household_code: str | None = strawberry.field(
        default=None,
        description="The household that the person joins; without it the one they named, or a"
        " new one. 户号",
    )
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.input(description="Which registration is refused, and why. 驳回参数")
class ResidenceRefuseInput:
    """Which registration is refused, and why."""

    residence_id: strawberry.ID = strawberry.field(description="The registration. 登记标识")
    reason: str = strawberry.field(
        description="Why, for the person to read; 2 to 200 characters. 理由"
    )
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.input(description="Which registration is taken back. 撤回参数")
class ResidenceWithdrawInput:
    """Which registration is taken back."""

    residence_id: strawberry.ID = strawberry.field(description="The registration. 登记标识")
    idempotency_key: str = strawberry.field(description=KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A registration after what was done to it."""

    residence: person.Residence | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.type(description="What `personRegister` gives back. 登记结果")
class PersonRegisterPayload:
    """What `personRegister` gives back."""

    residence: Residence | None = strawberry.field(description="The registration. 居住登记")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `residenceConfirm` gives back. 确认结果")
class ResidenceConfirmPayload:
    """What `residenceConfirm` gives back."""

    residence: Residence | None = strawberry.field(description="The residence. 居住登记")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `residenceRefuse` gives back. 驳回结果")
class ResidenceRefusePayload:
    """What `residenceRefuse` gives back."""

    residence: Residence | None = strawberry.field(description="The registration. 居住登记")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `residenceWithdraw` gives back. 撤回结果")
class ResidenceWithdrawPayload:
    """What `residenceWithdraw` gives back."""

    residence: Residence | None = strawberry.field(description="The registration. 居住登记")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.PERSON_REGISTER, outcome=Decided)
async def person_register(
    info: Info,
    said: Annotated[
        PersonRegisterInput,
        strawberry.argument(name="input", description="Where somebody lives. 登记参数"),
    ],
) -> Decided:
    """Ask that one's home be confirmed."""
    registration = Registration(
        micro_grid_code=said.micro_grid_code,
        point=said.point.point() if said.point else None,
        household_code=said.household_code,
        name=said.name,
        address=said.address,
        identity_number=said.identity_number,
    )
    viewer_id = guard.signed_in(info)
    return await _decided(
        info, await person.register(viewer_id, registration, key=said.idempotency_key)
    )


@guard.needs(Action.RESIDENCE_CONFIRM, outcome=Decided)
async def residence_confirm(
    info: Info,
    which: Annotated[
        ResidenceConfirmInput,
        strawberry.argument(name="input", description="Which registration. 确认参数"),
    ],
) -> Decided:
    """Confirm where somebody lives."""
    key = await person.confirm(
        guard.signed_in(info),
        _key(which.residence_id),
        household_code=which.household_code,
        key=which.idempotency_key,
    )
    return await _decided(info, key)


@guard.needs(Action.RESIDENCE_CONFIRM, outcome=Decided)
async def residence_refuse(
    info: Info,
    which: Annotated[
        ResidenceRefuseInput,
        strawberry.argument(name="input", description="Which registration. 驳回参数"),
    ],
) -> Decided:
    """Refuse where somebody says to live."""
    key = await person.refuse(
        guard.signed_in(info),
        _key(which.residence_id),
        reason=which.reason,
        key=which.idempotency_key,
    )
    return await _decided(info, key)


@guard.needs(Action.PERSON_REGISTER, outcome=Decided)
async def residence_withdraw(
    info: Info,
    which: Annotated[
        ResidenceWithdrawInput,
        strawberry.argument(name="input", description="Which registration. 撤回参数"),
    ],
) -> Decided:
    """Take one's own registration back."""
    key = await person.withdraw(
        guard.signed_in(info), _key(which.residence_id), key=which.idempotency_key
    )
    return await _decided(info, key)


def _key(residence_id: str) -> int:
    """Read the key of a residence; one that is none has a key that nothing has."""
    return key_of(residence_id, Residence.__name__) or 0


async def _decided(info: Info, key: int) -> Decided:
    found = await person.find_residence(key, viewer_id=info.context.person_id)
    return Decided(residence=found)


@strawberry.type
class HomeMutation:
    """Root fields that register and decide where people live."""

    person_register: PersonRegisterPayload = guard.mutation(
        person_register,
        description="Ask that one's home be confirmed; who has one moves by it. 登记居住地",
    )
    residence_confirm: ResidenceConfirmPayload = guard.mutation(
        residence_confirm,
        description="Confirm where somebody lives; their home until now ends. 确认居住",
    )
    residence_refuse: ResidenceRefusePayload = guard.mutation(
        residence_refuse, description="Refuse where somebody says to live. 驳回居住登记"
    )
    residence_withdraw: ResidenceWithdrawPayload = guard.mutation(
        residence_withdraw, description="Take one's own registration back. 撤回居住登记"
    )

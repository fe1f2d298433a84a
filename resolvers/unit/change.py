"""Opening, changing, closing and reopening units."""

from dataclasses import dataclass, field
from typing import Annotated

import strawberry

from models import unit
from models.access import Action
from models.errors import Stale
from models.unit import Unit as UnitRecord
from models.unit import UnitKind
from resolvers import guard
from resolvers.context import Info
from resolvers.node import key_given, key_of
from resolvers.payload import UserError, UserErrorRecord, user_errors
from resolvers.unit.query import Unit

KEY = "Any text of the client's own: the same key acts once only. 幂等键"
VERSION = "The version that was seen; an older one is a CONFLICT. 版本"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChanged:
    """What a change of a unit gives back."""

    unit: UnitRecord | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.input(description="A unit to be opened. 新增单位")
class UnitCreateInput:
    """A unit to be opened."""

    code: str = strawberry.field(
        description="The official code: capital letters, digits and hyphens. 单位编码"
    )
    kind: UnitKind = strawberry.field(description="What sort of body it is. 类别")
    name: str = strawberry.field(description="The name. 名称")
    area_code: str = strawberry.field(description="The area that it serves. 区划代码")
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="The unit above. 上级单位"
    )
    duties: list[str] | None = strawberry.field(
        default=None, description="What it is there for. 职责"
    )
    idempotency_key: str = strawberry.field(description=KEY)


@strawberry.input(description="What shall be said of a unit; what is null stays. 单位修改")
class UnitChangeInput:
    """What shall be said of a unit."""

    unit_id: strawberry.ID = strawberry.field(description="The unit. 单位")
    version: int = strawberry.field(description=VERSION)
    name: str | None = strawberry.field(default=None, description="The new name. 名称")
    duties: list[str] | None = strawberry.field(default=None, description="The new duties. 职责")
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="The new unit above. 上级单位"
    )


@strawberry.input(description="A unit to be closed. 撤销单位")
class UnitCloseInput:
    """A unit to be closed."""

    unit_id: strawberry.ID = strawberry.field(description="The unit. 单位")
    version: int = strawberry.field(description=VERSION)


@strawberry.input(description="A unit to be opened again. 恢复单位")
class UnitReopenInput:
    """A unit to be opened again."""

    unit_id: strawberry.ID = strawberry.field(description="The unit. 单位")
    version: int = strawberry.field(description=VERSION)


@strawberry.type(description="What `unitCreate` gives back. 新增单位结果")
class UnitCreatePayload:
    """What `unitCreate` gives back."""

    unit: Unit | None = strawberry.field(description="The new unit. 新单位")
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `unitChange` gives back. 单位修改结果")
class UnitChangePayload:
    """What `unitChange` gives back."""

    unit: Unit | None = strawberry.field(
        description="The unit as it is now, on CONFLICT too. 当前单位"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `unitClose` gives back. 撤销单位结果")
class UnitClosePayload:
    """What `unitClose` gives back."""

    unit: Unit | None = strawberry.field(
        description="The unit as it is now, on CONFLICT too. 当前单位"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `unitReopen` gives back. 恢复单位结果")
class UnitReopenPayload:
    """What `unitReopen` gives back."""

    unit: Unit | None = strawberry.field(
        description="The unit as it is now, on CONFLICT too. 当前单位"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.UNIT_CHANGE, outcome=UnitChanged)
async def unit_create(
    info: Info,
    create: Annotated[
        UnitCreateInput, strawberry.argument(name="input", description="The unit. 单位")
    ],
) -> UnitChanged:
    """Open a unit."""
    made = await unit.create(
        actor_id=guard.signed_in(info),
        code=create.code,
        kind=create.kind,
        name=create.name,
        area_code=create.area_code,
        parent_id=key_given(create.parent_id, Unit.__name__),
        duties=create.duties or [],
        key=create.idempotency_key,
    )
    return UnitChanged(unit=made)


@guard.needs(Action.UNIT_CHANGE, outcome=UnitChanged)
async def unit_change(
    info: Info,
    change: Annotated[
        UnitChangeInput, strawberry.argument(name="input", description="The change. 修改内容")
    ],
) -> UnitChanged:
    """Change a unit."""
    try:
        changed = await unit.change(
            key_of(change.unit_id, Unit.__name__),
            actor_id=guard.signed_in(info),
            version=change.version,
            name=change.name,
            duties=change.duties,
            parent_id=key_given(change.parent_id, Unit.__name__),
        )
    except Stale as stale:
        return _conflict(stale)
    return UnitChanged(unit=changed)


@guard.needs(Action.UNIT_CHANGE, outcome=UnitChanged)
async def unit_close(
    info: Info,
    close: Annotated[
        UnitCloseInput, strawberry.argument(name="input", description="The unit. 单位")
    ],
) -> UnitChanged:
    """Close a unit."""
    try:
        closed = await unit.close(
            key_of(close.unit_id, Unit.__name__),
            actor_id=guard.signed_in(info),
            version=close.version,
        )
    except Stale as stale:
        return _conflict(stale)
    return UnitChanged(unit=closed)


@guard.needs(Action.UNIT_CHANGE, outcome=UnitChanged)
async def unit_reopen(
    info: Info,
    reopen: Annotated[
        UnitReopenInput, strawberry.argument(name="input", description="The unit. 单位")
    ],
) -> UnitChanged:
    """Open a closed unit again."""
    try:
        reopened = await unit.reopen(
            key_of(reopen.unit_id, Unit.__name__),
            actor_id=guard.signed_in(info),
            version=reopen.version,
        )
    except Stale as stale:
        return _conflict(stale)
    return UnitChanged(unit=reopened)


def _conflict(stale: Stale) -> UnitChanged:
    assert isinstance(stale.current, UnitRecord)
    return UnitChanged(unit=stale.current, user_errors=user_errors(stale))


@strawberry.type
class UnitMutation:
    """Root fields that change units."""

    unit_create: UnitCreatePayload = guard.mutation(
        unit_create, description="Open a unit. 新增单位"
    )
    unit_change: UnitChangePayload = guard.mutation(
        unit_change, description="Change a unit. 修改单位"
    )
    unit_close: UnitClosePayload = guard.mutation(
        unit_close,
        description="Close a unit that has no open unit below it and nobody in it. 撤销单位",
    )
    unit_reopen: UnitReopenPayload = guard.mutation(
        unit_reopen,
        description="Open a closed unit again, as it was; officers are appointed anew. 恢复单位",
    )

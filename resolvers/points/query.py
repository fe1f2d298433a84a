"""Root fields that show points."""

from typing import Annotated

import strawberry

from models import points
from models.page import FIRST_DEFAULT, Page
from resolvers.context import Info
from resolvers.field import After, First, given, shown
from resolvers.node import key_of
from resolvers.page import Connection
from resolvers.person import Person
from resolvers.points.shape import (
    PointsAccount,
    PointsAudit,
    PointsEntry,
    PointsExpiring,
    PointsProgramme,
)

WITHIN_DAYS = 60


async def points_accounts(
    info: Info,
    person_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(description="Whose; null: the viewer's. 人员标识"),
    ] = None,
) -> list[points.Account]:
    """Give accounts."""
    viewer = info.context.person_id
    if viewer is None:
        return []
    key = key_of(person_id, Person.__name__) if person_id else viewer
    return await points.accounts(key, viewer_id=viewer) if key else []


async def points_entries(
    info: Info,
    account_id: Annotated[strawberry.ID, strawberry.argument(description="Of which. 账户标识")],
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[points.Entry] | None:
    """Give a page of entries."""
    viewer, key = info.context.person_id, key_of(account_id, PointsAccount.__name__)
    if viewer is None or key is None:
        return None
    size = given(first, FIRST_DEFAULT)
    return await points.entries(key, viewer_id=viewer, first=size, after=after)


async def points_expiring(
    info: Info,
    within_days: Annotated[
        int | None, strawberry.argument(description="So many days from today. 天数")
    ] = WITHIN_DAYS,
) -> list[points.Expiring]:
    """Give points that expire soon."""
    viewer = info.context.person_id
    days = given(within_days, WITHIN_DAYS)
    return await points.expiring(viewer, within_days=days) if viewer else []


async def points_programmes(
    area_code: Annotated[
        str | None, strawberry.argument(description="Only those of this area. 区划代码")
    ] = None,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[points.Programme]:
    """Give programmes."""
    return await points.programmes(
        area_code=area_code, first=given(first, FIRST_DEFAULT), after=after
    )


async def points_audit(info: Info) -> points.Audit | None:
    """Let the ledger prove itself."""
    viewer = info.context.person_id
    return await points.audit_for(viewer) if viewer else None


@strawberry.type
class LedgerQuery:
    """Root fields that show points."""

    points_accounts: list[PointsAccount] = shown(
        points_accounts,
        description="The accounts of the viewer, or those of somebody else that the viewer may"
        " see. 积分账户",
    )
    points_entries: Connection[PointsEntry] | None = shown(
        points_entries,
        description="The entries of an account, the newest first; null for who may not see it."
        " 积分明细",
    )
    points_expiring: list[PointsExpiring] = shown(
        points_expiring, description="The viewer's points that expire soon. 即将过期积分"
    )
    points_programmes: Connection[PointsProgramme] = shown(
        points_programmes, description="Programmes by code. 积分项目"
    )
    points_audit: PointsAudit | None = shown(
        points_audit,
        description="Whether the ledger proves itself; null for who is no auditor. 账本核对",
    )

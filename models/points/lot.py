"""Lots: points that came together and expire together; what expires first is spent first. Pure."""

import calendar
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from models.errors import Code, Refusal

MONTHS = 12


class Lot(NamedTuple):
    """What is left of points that expire on one day; they can be spent on that day still."""

    id: int
    remaining: int
    expires_on: date


class Use(NamedTuple):
    """So many points of a lot."""

    lot_id: int
    amount: int


def spend(lots: Iterable[Lot], amount: int, *, today: date) -> tuple[Use, ...]:
    """Take an amount from the lots that expire first, ties by id.

    What has expired can't be spent, even before it is swept. Raises Refusal INSUFFICIENT_POINTS.
    """
    uses: list[Use] = []
    left = amount
    for lot in sorted(lots, key=lambda lot: (lot.expires_on, lot.id)):
        if left == 0:
            break
        if lot.expires_on >= today and lot.remaining > 0:
            taken = min(left, lot.remaining)
            uses.append(Use(lot.id, taken))
            left -= taken
    if left:
        raise Refusal(Code.INSUFFICIENT_POINTS, f"积分不足，还差 {left} 分")
    return tuple(uses)


def expiry(earned_on: date, *, months: int) -> date:
    """Give the last day of points that live `months` beyond the month they were earned in."""
    index = earned_on.month - 1 + months
    year, month = earned_on.year + index // MONTHS, index % MONTHS + 1
    return date(year, month, calendar.monthrange(year, month)[1])

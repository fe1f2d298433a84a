"""A transaction before it is written: legs that add up to nothing, and what they do. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from models.points.lot import Use
from models.points.words import Asset, Source, TransactionKind

AMOUNT_MOST = 1_000_000
LEGS_MOST = 200


class Account(NamedTuple):
    """A person's account as it is locked: the sums of its entries, and what is put aside.

    `debt_id` is the account of what the person owes.
    """

    id: int
    debt_id: int
    programme_id: int
    person_id: int
    merit: int
    points: int
    held: int
    debt: int


class System(NamedTuple):
    """The programme's own accounts, which are never locked."""

    issuance_id: int
    expired_id: int


class Leg(NamedTuple):
    """So much more (positive) or less of an asset on an account."""

    account_id: int
    asset: Asset
    amount: int


class NewLot(NamedTuple):
    """Points that come to an account."""

    account_id: int
    amount: int
    expires_on: date


class Balance(NamedTuple):
    """By how much the figures on a person's account change."""

    account_id: int
    merit: int = 0
    points: int = 0
    held: int = 0
    debt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What one transaction writes; `source_id` is rewarded once."""

    programme_id: int
    kind: TransactionKind
    day: date
    legs: tuple[Leg, ...]
    balances: tuple[Balance, ...] = ()
    new_lots: tuple[NewLot, ...] = ()
    uses: tuple[Use, ...] = ()
    actor_id: int | None = None
    rule_id: int | None = None
    rule_code: str | None = None
    household_id: int | None = None
    reverses_id: int | None = None
    source: Source | None = None
    source_id: int | None = None
    content: dict[str, object] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuse, as a bug, what does not add up to nothing in each asset."""
        sums: dict[Asset, int] = defaultdict(int)
        for leg in self.legs:
            sums[leg.asset] += leg.amount
        assert self.legs, "a transaction moves something"
        assert len(self.legs) <= LEGS_MOST, "too many legs"
        assert not any(sums.values()), f"legs that don't add up: {dict(sums)}"


class Credit(NamedTuple):
    """What an award does to an account."""

    legs: tuple[Leg, ...]
    balance: Balance
    lots: tuple[NewLot, ...]


def award(account: Account, system: System, points: int, *, expires_on: date) -> Credit:
    """Give merit and as many points; what the person owes is paid off first.

    A negative number takes merit only: what was earned for spending stays.
    """
    merit = (
        Leg(account.id, Asset.MERIT, points),
        Leg(system.issuance_id, Asset.MERIT, -points),
    )
    if points < 0:
        return Credit(merit, Balance(account.id, merit=points), ())
    repaid = min(points, account.debt)
    fresh = points - repaid
    legs = (
        *merit,
        Leg(system.issuance_id, Asset.POINT, -points),
        *_leg(account.debt_id, repaid),
        *_leg(account.id, fresh),
    )
    lots = (NewLot(account.id, fresh, expires_on),) if fresh else ()
    return Credit(legs, Balance(account.id, points, fresh, 0, -repaid), lots)


class Written(NamedTuple):
    """A transaction to reverse, as far as one person's account is concerned.

    `merit`, `points` and `debt` are its entries on the account and on that of the debt.
    """

    merit: int
    points: int
    debt: int


class Debit(NamedTuple):
    """What a reversal takes back: `spend` points out of lots, the rest becomes debt."""

    legs: tuple[Leg, ...]
    balance: Balance
    spend: int


def take_back(account: Account, system: System, written: Written) -> Debit:
    """Give the opposite of an award; what was spent or is held meanwhile becomes debt."""
    wanted = written.points + written.debt
    spend = min(wanted, account.points - account.held)
    owed = wanted - spend
    legs = (
        *_leg(account.id, -written.merit, Asset.MERIT),
        *_leg(system.issuance_id, written.merit, Asset.MERIT),
        *_leg(account.id, -spend),
        *_leg(account.debt_id, -owed),
        *_leg(system.issuance_id, wanted),
    )
    return Debit(legs, Balance(account.id, -written.merit, -spend, 0, owed), spend)


def _leg(account_id: int, amount: int, asset: Asset = Asset.POINT) -> Iterable[Leg]:
    return (Leg(account_id, asset, amount),) if amount else ()

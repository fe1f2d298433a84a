"""Rules of a programme, in versions; and their caps, counted from midnight in the city."""

import re
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import NamedTuple

from models.errors import Code, Refusal
from models.points.posting import AMOUNT_MOST
from models.points.words import Beneficiary, Source
from models.role import Role

CODE = re.compile(r"[0-9A-Z][0-9A-Z_-]{0,31}")
COOLDOWN_DAYS_MOST = 3_660
AHEAD_DAYS_MOST = 3_660
GIVING = frozenset({Source.HOURS, Source.TICKET, Source.HANDLING, Source.WISH})
"""Sources by which points are only ever given, never taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a version of a rule says, apart from when it holds; as in `Rule`."""

    name: str
    source: Source
    points_least: int
    points_most: int
    beneficiary: Beneficiary = Beneficiary.PERSON
    needs_evidence: bool = False
    reviewer_role: Role | None = None
    day_cap: int | None = None
    month_cap: int | None = None
    year_cap: int | None = None
    cooldown_days: int = 0

    @property
    def caps(self) -> dict[str, int]:
        """The caps that there are, by the names of their inputs, the shortest first."""
        every = {"dayCap": self.day_cap, "monthCap": self.month_cap, "yearCap": self.year_cap}
        return {name: cap for name, cap in every.items() if cap is not None}


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a rule; caps are points in a day, a calendar month and a year.

    Positive points are an award, negative ones take merit. `cooldown_days` must pass between two
    awards to the same person, or household.
    """

    id: int
    programme_id: int
    code: str
    version: int
    name: str
    source: Source
    points_least: int
    points_most: int
    beneficiary: Beneficiary
    needs_evidence: bool
    reviewer_role: Role | None
    day_cap: int | None
    month_cap: int | None
    year_cap: int | None
    cooldown_days: int
    valid_from: date
    valid_to: date | None

    @property
    def terms(self) -> Terms:
        """What it says, apart from when."""
        return Terms(**{field.name: getattr(self, field.name) for field in fields(Terms)})


def check_terms(code: str, terms: Terms) -> None:
    """Accept what a version may say; raises Refusal INVALID.

    The name is checked by whoever takes it.
    """
    if not CODE.fullmatch(code):
        raise Refusal(Code.INVALID, "代码须为 1 到 32 位大写字母、数字、下划线或连字符", "code")
    least, most = terms.points_least, terms.points_most
    if not -AMOUNT_MOST <= least <= most <= AMOUNT_MOST:
        raise Refusal(Code.INVALID, f"分值须由低到高，不超过 {AMOUNT_MOST}", "pointsLeast")
    if least <= 0 <= most or (most < 0 and terms.source in GIVING):
        raise Refusal(Code.INVALID, "细则只加分或只扣分，且该来源只能加分", "pointsLeast")
    smallest = min(abs(least), abs(most))
    for field, cap in terms.caps.items():
        if not smallest <= cap <= AMOUNT_MOST:
            raise Refusal(Code.INVALID, f"上限须在 {smallest} 到 {AMOUNT_MOST} 之间", field)
    if not 0 <= terms.cooldown_days <= COOLDOWN_DAYS_MOST:
        raise Refusal(Code.INVALID, f"间隔须在 0 到 {COOLDOWN_DAYS_MOST} 天之间", "cooldownDays")


def check_period(valid_from: date, valid_to: date | None, *, today: date) -> None:
    """Accept when a new version is to hold: never before today; raises Refusal INVALID."""
    if not today <= valid_from <= today + timedelta(days=AHEAD_DAYS_MOST):
        raise Refusal(Code.INVALID, "生效日期不能早于今天，也不能过远", "validFrom")
    if valid_to is not None and valid_to < valid_from:
        raise Refusal(Code.INVALID, "失效日期不能早于生效日期", "validTo")


class Used(NamedTuple):
    """What a rule has given a person, or a household, so far."""

    day: int
    month: int
    year: int
    last_on: date | None


def check_points(rule: Rule, points: int) -> None:
    """Accept points within the rule's range; raises Refusal INVALID."""
    if not rule.points_least <= points <= rule.points_most:
        raise Refusal(
            Code.INVALID,
            f"分值须在 {rule.points_least} 到 {rule.points_most} 之间",
            "points",
        )


def check_validity(rule: Rule, today: date) -> None:
    """Accept a rule that holds today; raises Refusal TOO_LATE, or INVALID before its first day."""
    if today < rule.valid_from:
        raise Refusal(Code.INVALID, "该评分细则尚未生效", "ruleCode")
    if rule.valid_to is not None and today > rule.valid_to:
        raise Refusal(Code.TOO_LATE, "该评分细则已失效", "ruleCode")


def check_caps(rule: Rule, points: int, used: Used, *, today: date) -> None:
    """Accept points that stay within every cap; raises Refusal LIMIT_REACHED."""
    for name, cap, before in (
        ("当日", rule.day_cap, used.day),
        ("当月", rule.month_cap, used.month),
        ("当年", rule.year_cap, used.year),
    ):
        if cap is not None and before + abs(points) > cap:
            raise Refusal(
                Code.LIMIT_REACHED, f"该细则{name}上限为 {cap} 分，已计 {before} 分", "points"
            )
    if used.last_on is not None and rule.cooldown_days:
        free_on = used.last_on + timedelta(days=rule.cooldown_days)
        if today < free_on:
            raise Refusal(
                Code.LIMIT_REACHED,
                f"距上次计分不足 {rule.cooldown_days} 天，{free_on:%Y-%m-%d} 起可再次计分",
                "ruleCode",
            )

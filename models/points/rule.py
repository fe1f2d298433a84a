"""Rules of a programme, in versions; and their caps, counted from midnight in the city."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from models.errors import Code, Refusal
from models.points.words import Beneficiary, Source
from models.role import Role


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

"""The lives of made-up tickets: what happens to one, by whom, and after how long.

Every life keeps to the flow (models/ticket/flow.py): a test makes each step anew by it.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from api.city.sayings import STANDARD
from models.hours import CITY_ZONE
from models.ticket import Move, Party, RejectReason, ReturnReason, Source, State

DAYS = 365
HOUR = 3_600.0
NIGHT_SHARE = 0.03
SETTLED_SHARE = 0.85
"""Of what is found on patrol or a visit, this part is settled on the spot."""
REWORK_SHARE, RETURN_SHARE = 0.05, 0.03
RATED_SHARE, CALLED_SHARE = 0.45, 0.8
"""Below the first a reporter rates by themself, below the second they answer a call."""
UNSOLVED_SHARE = 0.03
WITHDRAWN_SHARE = 0.3
STARS = (5, 5, 5, 5, 5, 5, 4, 4, 4, 3, 2, 1)


_REASONS = {
    Move.REJECT: RejectReason.NOT_OURS,
    Move.RETURN: ReturnReason.NOT_OUR_DUTY,
}


class Step(NamedTuple):
    """One event of a life, `at` seconds after the report."""

    move: Move
    to: State
    party: Party
    actor: int | None
    at: float
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Crew:
    """Who acts in a life; `reporter` is None for a call of the hotline."""

    reporter: int | None
    worker: int
    checker: int
    dispatcher: int
    officer: int
    unit: int


@dataclass(slots=True)
class Life:
    """A life as far as it went; `scale` shortens it so that it ends in time."""

    steps: list[Step]
    is_settled: bool = False
    is_solved: bool | None = None
    satisfaction: int | None = None
    calls: int = 0
    returns: int = 0
    round: int = 1

    def until(self, seconds: float) -> None:
        """Shorten it to end within so many seconds."""
        last = self.steps[-1].at
        if last > seconds:
            scale = seconds / last
            self.steps = [Step(*step[:4], step.at * scale, step.reason) for step in self.steps]

    def cut(self, count: int) -> None:
        """Leave it after its first steps, as one that is not over yet."""
        self.steps = self.steps[:count]
        moves = [step.move for step in self.steps]
        self.round = 1 + moves.count(Move.REWORK)
        self.returns = moves.count(Move.RETURN)
        self.calls = moves.count(Move.CALL_BACK)
        self.is_solved = self.satisfaction = None


def live(randomness: random.Random, *, category: str, source: Source, crew: Crew) -> Life:
    """Make a whole life, from the report until it is closed."""
    on_patrol = source in {Source.GRID_PATROL, Source.VISIT}
    life = Life([Step(Move.SUBMIT, State.SUBMITTED, Party.REPORTER, crew.reporter, 0.0)])
    if on_patrol and randomness.random() < SETTLED_SHARE:
        life.is_settled = True
        _step(life, Move.SETTLE, State.RESOLVED, Party.WORKER, crew.worker, randomness, 0.1, 0.7)
    else:
        _handle(life, randomness, crew, STANDARD[category].resolve_hours)
    verify = (Move.VERIFY, State.CALLBACK, Party.CHECKER, crew.checker)
    _step(life, *verify, randomness, 1, 20)
    _close(life, randomness, crew, may_rate=not on_patrol and crew.reporter is not None)
    return life


def refuse(randomness: random.Random, *, crew: Crew) -> Life:
    """Make a life that ends by a rejection, or by its reporter taking it back."""
    life = Life([Step(Move.SUBMIT, State.SUBMITTED, Party.REPORTER, crew.reporter, 0.0)])
    if crew.reporter is not None and randomness.random() < WITHDRAWN_SHARE:
        end = (Move.WITHDRAW, State.WITHDRAWN, Party.REPORTER, crew.reporter)
    else:
        end = (Move.REJECT, State.REJECTED, Party.DISPATCHER, crew.dispatcher)
    _step(life, *end, randomness, 0.2, 3)
    return life


def _handle(life: Life, randomness: random.Random, crew: Crew, hours: float) -> None:
    accept = (Move.ACCEPT, State.DISPATCHED, Party.DISPATCHER, crew.dispatcher)
    _step(life, *accept, randomness, 0.1, 1.9)
    if randomness.random() < RETURN_SHARE:
        back = (Move.RETURN, State.SUBMITTED, Party.HANDLER, crew.officer)
        _step(life, *back, randomness, 0.5, 6)
        _step(life, *accept, randomness, 0.1, 1.9)
        life.returns = 1
    officer = (Party.HANDLER, crew.officer)
    _step(life, Move.ACKNOWLEDGE, State.ACKNOWLEDGED, *officer, randomness, 0.2, 12)
    _step(life, Move.START, State.IN_PROGRESS, *officer, randomness, 0.2, 10)
    resolve = (Move.RESOLVE, State.RESOLVED, *officer)
    _step(life, *resolve, randomness, 0.1 * hours, 0.95 * hours)
    if randomness.random() < REWORK_SHARE:
        again = (Move.REWORK, State.IN_PROGRESS, Party.CHECKER, crew.checker)
        _step(life, *again, randomness, 1, 20)
        _step(life, *resolve, randomness, 0.1 * hours, 0.5 * hours)
        life.round = 2


def _close(life: Life, randomness: random.Random, crew: Crew, *, may_rate: bool) -> None:
    call = (Move.CALL_BACK, State.CLOSED, Party.DISPATCHER, crew.dispatcher)
    drawn = randomness.random()
    if may_rate and drawn < RATED_SHARE:
        rate = (Move.RATE, State.CLOSED, Party.REPORTER, crew.reporter)
        _step(life, *rate, randomness, 0.5, 40)
        life.satisfaction = randomness.choice(STARS)
        life.is_solved = randomness.random() >= UNSOLVED_SHARE
    elif drawn < CALLED_SHARE:
        _step(life, *call, randomness, 2, 40)
        life.calls = 1
        life.satisfaction = randomness.choice(STARS) if may_rate else None
        life.is_solved = randomness.random() >= UNSOLVED_SHARE
    else:
        unanswered = (Move.CALL_BACK, State.CALLBACK, Party.DISPATCHER, crew.dispatcher)
        _step(life, *unanswered, randomness, 2, 20)
        _step(life, *unanswered, randomness, 12, 24)
        _step(life, *call, randomness, 12, 24)
        life.calls = 3


def _step(  # noqa: PLR0913, PLR0917 - one line of a life
    life: Life,
    move: Move,
    to: State,
    party: Party,
    actor: int | None,
    randomness: random.Random,
    hours_least: float,
    hours_most: float,
) -> None:
    hours = hours_least + (hours_most - hours_least) * randomness.random() ** 2
    at = life.steps[-1].at + hours * HOUR
    life.steps.append(Step(move, to, party, actor, at, _REASONS.get(move)))


def reported_at(randomness: random.Random, count: int, *, until: datetime) -> list[datetime]:
    """Give the times of a year of reports, in order: most by day, few at night."""
    midnight = until.astimezone(CITY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight - timedelta(days=DAYS - 1)
    latest = (until - start).total_seconds() - HOUR
    drawn = []
    for _ in range(count):
        hour = 6.5 + 7.5 * (randomness.random() + randomness.random())
        if randomness.random() < NIGHT_SHARE:
            hour = 24 * randomness.random()
        seconds = (int(randomness.random() * DAYS) * 24 + hour) * HOUR
        # Today is not over: what would come later came at some other time.
        drawn.append(seconds if seconds < latest else latest * randomness.random())
    return [start + timedelta(seconds=seconds) for seconds in sorted(drawn)]

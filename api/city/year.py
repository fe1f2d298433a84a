"""Making the tickets of a year: where, when and what, as rows of the tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

import orjson

from api.city import names, sayings
from api.city.lives import Crew, Life, Step, live, refuse, reported_at
from api.city.rows import Batch, Content, Event, Reporter, Ticket
from api.city.shares import Shares
from models import cipher
from models.geo import Point
from models.hours import CITY_ZONE
from models.ticket import Case, Move, Party, Source, State, Urgency, store
from models.ticket.duplicate import box
from models.ticket.reporter import sealed_index
from models.ticket.search import terms

CLOSED_SHARE = 94_361 / 95_399
"""What the reference city has closed of what it received."""
REFUSED_SHARE = 0.35
"""Of what is not closed, this part was rejected or withdrawn; the rest is still open."""
OLD_SHARE = 0.15
"""Of what is open, this part is older than the newest reports."""
ANONYMOUS_SHARE = 0.12
BATCH = 4_000
SPREAD_DEGREES = 0.0011
_FACTS = (
    *("from", "to", "round", "by", "category", "source", "unit", "reason"),
    *("contacted", "solved", "satisfaction"),
)
_WITH_TEXT = frozenset({Move.SETTLE, Move.RESOLVE})

SOURCES = Shares(
    {Source.GRID_PATROL: 52, Source.MINI_PROGRAM: 27, Source.HOTLINE: 12, Source.VISIT: 9}
)
URGENCIES = Shares({Urgency.NORMAL: 93, Urgency.URGENT: 6, Urgency.EMERGENCY: 1})


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid with those who act in it, by their keys."""

    code: str
    name: str
    point: Point
    population: int
    workers: tuple[int, ...]
    checkers: tuple[int, ...]
    residents: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Town:
    """Everybody and everything that tickets refer to; a unit by category and town."""

    grids: list[Grid]
    dispatchers: list[int]
    officers: dict[int, tuple[int, ...]]
    units: dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Made:
    """A ticket before it is written."""

    key: int
    grid: Grid
    category: str
    source: Source
    crew: Crew
    life: Life
    at: datetime
    is_anonymous: bool


class Year:
    """Makes `count` tickets up to `now`, the same for the same city; keys begin with 1.

    `contents` is the last key of content that is taken.
    """

    def __init__(self, town: Town, count: int, now: datetime) -> None:
        self.count = count
        self.contents = 0
        self._town = town
        self._now = now
        self._randomness = names.source("tickets")
        self._times = reported_at(self._randomness, count, until=now)
        self._unclosed = self._choose_unclosed()
        self._facts: dict[tuple[Any, ...], str] = {}

    def batches(self) -> Iterator[Batch]:
        """Give the rows, some tickets at a time."""
        weights = list(accumulate(grid.population for grid in self._town.grids))
        for start in range(0, self.count, BATCH):
            places = range(start, min(start + BATCH, self.count))
            grids = self._randomness.choices(self._town.grids, cum_weights=weights, k=len(places))
            batch = Batch()
            for place, grid in zip(places, grids, strict=True):
                self._write(batch, self._make(place, grid))
            yield batch

    def _choose_unclosed(self) -> dict[int, bool]:
        """Choose what is not closed, by its place: True for what is still open."""
        left = self.count - round(self.count * CLOSED_SHARE)
        refused = round(left * REFUSED_SHARE)
        newest = left - refused - round((left - refused) * OLD_SHARE)
        older = self._randomness.sample(range(self.count - newest), left - newest)
        chosen = dict.fromkeys(range(self.count - newest, self.count), True)
        return chosen | {place: at >= refused for at, place in enumerate(older)}

    def _make(self, place: int, grid: Grid) -> Made:
        randomness = self._randomness
        source = SOURCES.drawn(randomness)
        category = sayings.category(randomness, source)
        crew = self._crew(grid, category, source)
        is_open = self._unclosed.get(place)
        if is_open is False:
            life = refuse(randomness, crew=crew)
        else:
            life = live(randomness, category=category, source=source, crew=crew)
        at = self._times[place]
        life.until((self._now - at).total_seconds())
        if is_open:
            life.cut(1 + int(randomness.random() * (len(life.steps) - 1)))
        is_anonymous = source is Source.MINI_PROGRAM and randomness.random() < ANONYMOUS_SHARE
        return Made(place + 1, grid, category, source, crew, life, at, is_anonymous)

    def _crew(self, grid: Grid, category: str, source: Source) -> Crew:
        randomness = self._randomness
        unit = self._town.units[category, grid.code[:9]]
        worker = randomness.choice(grid.workers)
        on_patrol = source in {Source.GRID_PATROL, Source.VISIT}
        reporter = worker if on_patrol else randomness.choice(grid.residents)
        return Crew(
            reporter=None if source is Source.HOTLINE else reporter,
            worker=worker,
            checker=randomness.choice(grid.checkers),
            dispatcher=randomness.choice(self._town.dispatchers),
            officer=randomness.choice(self._town.officers[unit]),
            unit=unit,
        )

    def _write(self, batch: Batch, made: Made) -> None:
        times = [made.at + timedelta(seconds=step.at) for step in made.life.steps]
        batch.tickets.append(self._ticket(made, times))
        if made.crew.reporter is not None:
            batch.reporters.append(_reporter(made, made.crew.reporter))
        self._write_events(batch, made, times)

    def _ticket(self, made: Made, at: list[datetime]) -> Ticket:
        randomness, life = self._randomness, made.life
        text = sayings.report(randomness, made.category, made.grid.name)
        point = _near(made.grid.point, randomness.random(), randomness.random())
        urgency = URGENCIES.drawn(randomness)
        last = life.steps[-1]
        times = {step.move: time for step, time in zip(life.steps, at, strict=True)}
        due_at, resolve_due_at = _clocks(made, point, urgency, times, at[-1])
        ended_at = None if due_at else at[-1]
        return Ticket(
            id=made.key,
            number=f"{made.at.astimezone(CITY_ZONE):%Y%m%d}-{made.key % 1_000_000:06}",
            state=last.to,
            version=len(life.steps),
            round=life.round,
            category=made.category,
            urgency=urgency,
            source=made.source,
            area_code=made.grid.code,
            longitude=point.longitude,
            latitude=point.latitude,
            box=box(point),
            text=text,
            terms=terms(text),
            is_anonymous=made.is_anonymous,
            unit_id=made.crew.unit if Move.ACCEPT in times else None,
            assignee_id=made.crew.worker if Move.SETTLE in times else None,
            resolver_id=_resolver(made, last.to),
            returns=life.returns,
            is_bound=False,
            is_appealed=False,
            calls=life.calls,
            rank=store.rank(due_at, ended_at),
            submitted_at=made.at,
            due_at=due_at,
            resolve_due_at=resolve_due_at,
            resolved_at=times.get(Move.RESOLVE) or times.get(Move.SETTLE),
            ended_at=ended_at,
            is_solved=life.is_solved,
            satisfaction=life.satisfaction,
        )

    def _write_events(self, batch: Batch, made: Made, times: list[datetime]) -> None:
        stood: State | None = None
        unit: int | None = None
        round_number = 1
        rows = zip(made.life.steps, times, strict=True)
        for version, (step, at) in enumerate(rows, 1):
            if step.move is Move.ACCEPT:
                unit = made.crew.unit
            elif step.move is Move.REWORK:
                round_number += 1
            is_hidden = made.is_anonymous and step.party is Party.REPORTER
            # By place: there are half a million.
            row = Event(
                "ticket",
                made.key,
                made.grid.code,
                version,
                None if is_hidden else step.actor,
                step.move,
                self._stated(made, step, stood, round_number, unit),
                self._said(batch, made) if step.move in _WITH_TEXT else None,
                at,
            )
            batch.events.append(row)
            stood = step.to

    def _said(self, batch: Batch, made: Made) -> int:
        """Write what was done; gives its key."""
        self.contents += 1
        said = sayings.result(self._randomness, made.category)
        batch.contents.append(Content(self.contents, orjson.dumps({"text": said}).decode()))
        return self.contents

    def _stated(
        self, made: Made, step: Step, stood: State | None, round_number: int, unit: int | None
    ) -> str:
        """Write the facts of an event; most are like others, and written once."""
        life = made.life
        is_end = step.to is State.CLOSED
        about = (made.category, made.source) if step.move is Move.SUBMIT else (None, None)
        answer = (life.is_solved, life.satisfaction) if is_end else (None, None)
        key = (stood, step.to, round_number, step.party, *about, unit, step.reason, step.move)
        found = self._facts.get((*key, *answer))
        if found is None:
            is_call = step.move is Move.CALL_BACK
            contacted = (is_end and life.is_solved is not None) if is_call else None
            values = (*key[:-1], contacted, *answer)
            known = {
                name: value
                for name, value in zip(_FACTS, values, strict=True)
                if value is not None
            }
            found = self._facts[(*key, *answer)] = orjson.dumps(known).decode()
        return found


def _near(point: Point, right: float, up: float) -> Point:
    spread = 2 * SPREAD_DEGREES
    return Point(
        round(point.longitude + spread * (right - 0.5), 6),
        round(point.latitude + spread * (up - 0.5), 6),
    )


def _clocks(
    made: Made, point: Point, urgency: Urgency, times: Mapping[Move, datetime], at: datetime
) -> tuple[datetime | None, datetime | None]:
    """Give when the last step's state is due, and when handling is, as the flow sets them."""
    last = made.life.steps[-1]
    case = Case(
        id=made.key,
        area_code=made.grid.code,
        category=made.category,
        urgency=urgency,
        source=made.source,
        point=point,
        submitted_at=made.at,
        state=last.to,
    )
    began = times.get(Move.REWORK) or times.get(Move.START)
    resolve_due_at = case.due_in(State.IN_PROGRESS, at=began) if began else None
    # A call that nobody answered stops no clock.
    since = times[Move.VERIFY] if last.move is Move.CALL_BACK else at
    return case.due_in(last.to, at=since), resolve_due_at


def _resolver(made: Made, state: State) -> int | None:
    if state not in {State.RESOLVED, State.CALLBACK, State.CLOSED}:
        return None
    return made.crew.worker if made.life.is_settled else made.crew.officer


def _reporter(made: Made, person: int) -> Reporter:
    if not made.is_anonymous:
        return Reporter(made.key, made.key, True, person, None, None)
    sealed = cipher.seal(str(person), place=f"ticket_reporter.sealed:{made.key}")
    return Reporter(made.key, made.key, True, None, sealed, sealed_index(person))

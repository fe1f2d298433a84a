"""Boards: the ranking as it is, and that of each month, frozen, on public notice, then final.

A month's board ranks the merit that was earned in it. Once frozen its lines never change;
corrections fall in a later month. Its digest is the root of a tree of hashes, so that somebody
can prove their own line without seeing the others.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from models import access, cipher, db, page
from models.access import Action, Rights, Thing
from models.page import Page
from models.points import merkle
from models.points.merkle import Step
from models.points.words import BoardState

LINES_MOST = 200_000
TOKEN_BYTES = 16


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody's place; the name is masked for whoever may not see it."""

    rank: int
    name: str
    merit: int
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The ranking of a month; `digest` is in hexadecimal."""

    id: int
    programme_id: int
    month: str
    state: BoardState
    digest: str
    lines: int
    objections_until: datetime | None


@dataclass(frozen=True, slots=True)
class OwnLine:
    """The viewer's line: `text` climbs by `proof` to the board's digest."""

    rank: int
    merit: int
    text: str
    proof: tuple[Step, ...]


class _Ranked(NamedTuple):
    account_id: int
    rank: int
    merit: int


async def ranking(
    programme_id: int, *, viewer_id: int | None, first: int, after: str | None
) -> Page[Line]:
    """Give a page of the ranking as it is at this moment, the highest merit first.

    Raises Invalid.
    """
    asked = page.digest("ranking", programme_id, viewer_id)
    merit, key = page.key_after(after, asked, int, int) if after else (2**62, 0)
    rows = await db.fetch(_RANKING, programme_id, viewer_id, merit, key, page.size(first) + 1)
    rights = access.read(rows[0]["rights"]) if rows else access.NOBODY
    found = [(_line(row, rights), row["id"]) for row in rows]
    cut = page.cut(found, first, asked, lambda one: (one[0].merit, one[1]))
    return cut.map(lambda one: one[0])


async def month_ranking(
    programme_id: int, *, viewer_id: int | None, first: int, after: str | None
) -> Page[Line]:
    """Give a page of the board of the month that runs, which is open: what it would be now.

    Raises Invalid.
    """
    asked = page.digest("month", programme_id, viewer_id)
    merit, key = page.key_after(after, asked, int, int) if after else (2**62, 0)
    rows = await db.fetch(_MONTH, programme_id, viewer_id, merit, key, page.size(first) + 1)
    rights = access.read(rows[0]["rights"]) if rows else access.NOBODY
    found = [(_line(row, rights), row["id"]) for row in rows]
    cut = page.cut(found, first, asked, lambda one: (one[0].merit, one[1]))
    return cut.map(lambda one: one[0])


async def board(programme_id: int, month: str, *, viewer_id: int | None) -> Board | None:
    """Give a month's board; before it is published only to those in charge."""
    row = await db.fetch_one(_BOARD, programme_id, month, viewer_id)
    return _made(row) if row and _may_see(row) else None


async def lines(
    board_id: int, *, viewer_id: int | None, first: int, after: str | None
) -> Page[Line]:
    """Give a page of a board's lines in their order; raises Invalid."""
    asked = page.digest("lines", board_id, viewer_id)
    place = page.key_after(after, asked, int)[0] if after else 0
    rows = await db.fetch(_LINES, board_id, viewer_id, place, page.size(first) + 1)
    rights = access.read(rows[0]["rights"]) if rows else access.NOBODY
    found = [(_line(row, rights), row["place"]) for row in rows]
    cut = page.cut(found, first, asked, lambda one: (one[1],))
    return cut.map(lambda one: one[0])


async def own_line(board_id: int, *, viewer_id: int) -> OwnLine | None:
    """Give the viewer's line of a board with its proof; None if they have none."""
    row = await db.fetch_one(_OWN, board_id, viewer_id)
    if row is None:
        return None
    ranked = await _ranked(board_id)
    texts = [_text(board_id, one) for one in ranked]
    index = row["place"] - 1
    proof = merkle.proof([merkle.leaf(one.encode()) for one in texts], index)
    return OwnLine(row["rank"], row["merit"], texts[index], proof)


async def freeze_boards() -> int:
    """Freeze one programme's board of the month that is over; give how many, 0 when done."""
    async with db.transaction() as connection:
        row = await connection.fetchrow(_TO_FREEZE)
        if row is None:
            return 0
        key = await connection.fetchval(
            _FREEZE, row["id"], row["month"], merkle.root(()), LINES_MOST
        )
        if key is None:
            return 0
        await connection.execute(_FREEZE_LINES, key, row["id"], row["month"], LINES_MOST)
        ranked = [_Ranked(*one) for one in await connection.fetch(_RANKED, key)]
        digest = merkle.root([merkle.leaf(_text(key, one).encode()) for one in ranked])
        await connection.execute(_DIGEST, key, digest, len(ranked))
        return 1


async def finish_boards() -> int:
    """Make boards final whose notice is over and whose objections are answered; give how many."""
    return len(await db.fetch(_FINISH))


def masked(name: str) -> str:
    """Give a name of which only the first letter is shown."""
    return name[:1] + "*" * (len(name) - 1)


async def _ranked(board_id: int) -> list[_Ranked]:
    return [_Ranked(*row) for row in await db.fetch(_RANKED, board_id)]


def _text(board_id: int, line: _Ranked) -> str:
    """Write a line for its hash; the token stands for the person, whom nobody can guess by it."""
    token = cipher.blind_index(f"{board_id}:{line.account_id}", column="board_line.account_id")
    return f"{line.rank}:{token[:TOKEN_BYTES].hex()}:{line.merit}"


def _line(row: Any, rights: Rights) -> Line:  # noqa: ANN401 - a row with a person
    thing = Thing(owner_id=row["person_id"], area_code=row["area_code"])
    name = row["name"] if rights.may(Action.PERSON_READ, thing) else masked(row["name"])
    return Line(row["rank"], name, row["merit"], row["is_mine"])


def _may_see(row: Any) -> bool:  # noqa: ANN401 - _BOARD
    thing = Thing(area_code=row["owner_area_code"])
    is_public = row["state"] != BoardState.FROZEN
    return is_public or access.read(row["rights"]).may(Action.POINTS_PUBLISH, thing)


def _made(row: Any) -> Board:  # noqa: ANN401 - _BOARD
    return Board(
        row["id"],
        row["programme_id"],
        row["month"],
        BoardState(row["state"]),
        row["digest"].hex(),
        row["lines"],
        row["objections_until"],
    )


_WHO = """person.id AS person_id, person.name, coalesce(person.id = $2, false) AS is_mine, (
        SELECT area_code FROM residence WHERE person_id = person.id AND state = 'CONFIRMED'
    ) AS area_code"""
_RANKING = f"""
WITH page AS MATERIALIZED (
    SELECT id, person_id, merit FROM account
    WHERE programme_id = $1 AND kind = 'PERSON'
        AND (merit < $3 OR merit = $3 AND id > $4)
    ORDER BY merit DESC, id LIMIT $5
)
SELECT page.id, page.merit, {_WHO}, {access.rights_sql("$2")} AS rights, (
        SELECT count(*) FROM account WHERE programme_id = $1 AND kind = 'PERSON'
            AND merit > (SELECT max(merit) FROM page)
    ) + rank() OVER (ORDER BY page.merit DESC) AS rank
FROM page JOIN person ON person.id = page.person_id ORDER BY page.merit DESC, page.id
"""  # noqa: S608 - constants
# By the days of transactions: of a month there are few beside all that its people ever earned.
_MONTH = f"""
WITH earned AS (
    SELECT account_id, sum(amount)::bigint AS merit
    FROM transaction JOIN entry ON entry.transaction_id = transaction.id
    WHERE transaction.programme_id = $1 AND asset = 'MERIT' AND grant_year IS NULL
        AND transaction.business_day >= date_trunc('month', {db.TODAY})::date
    GROUP BY account_id
), ranked AS (
    SELECT account.id, account.person_id, earned.merit,
        rank() OVER (ORDER BY earned.merit DESC) AS rank
    FROM earned JOIN account ON account.id = earned.account_id AND account.kind = 'PERSON'
)
SELECT ranked.id, ranked.merit, ranked.rank, {_WHO}, {access.rights_sql("$2")} AS rights
FROM ranked JOIN person ON person.id = ranked.person_id
WHERE ranked.merit < $3 OR ranked.merit = $3 AND ranked.id > $4
ORDER BY ranked.merit DESC, ranked.id LIMIT $5
"""  # noqa: S608 - constants
_BOARD = f"""
SELECT board.*, programme.owner_area_code, {access.rights_sql("$3")} AS rights
FROM board JOIN programme ON programme.id = board.programme_id
WHERE programme_id = $1 AND month = $2
"""  # noqa: S608 - constants
_LINES = f"""
SELECT board_line.place, board_line.rank, board_line.merit, {_WHO},
    {access.rights_sql("$2")} AS rights
FROM board_line JOIN account ON account.id = board_line.account_id
JOIN person ON person.id = account.person_id
WHERE board_id = $1 AND place > $3 ORDER BY place LIMIT $4
"""  # noqa: S608 - constants
_OWN = """
SELECT place, rank, board_line.merit FROM board_line
JOIN account ON account.id = board_line.account_id
JOIN board ON board.id = board_line.board_id AND board.state <> 'FROZEN'
WHERE board_id = $1 AND account.person_id = $2
"""
_RANKED = "SELECT account_id, rank, merit FROM board_line WHERE board_id = $1 ORDER BY place"
_LAST_MONTH = f"to_char(date_trunc('month', {db.TODAY}) - interval '1 day', 'YYYY-MM')"
_TO_FREEZE = f"""
SELECT programme.id, {_LAST_MONTH} AS month FROM programme
WHERE closed_at IS NULL AND NOT EXISTS (
    SELECT FROM board WHERE programme_id = programme.id AND month = {_LAST_MONTH}
) AND (now() - interval '1 hour') AT TIME ZONE 'Asia/Shanghai' >= date_trunc('month', {db.TODAY})
ORDER BY programme.id LIMIT 1
"""  # noqa: S608 - constants
_FREEZE = """
INSERT INTO board (programme_id, month, state, digest, lines)
SELECT $1, $2, 'FROZEN', $3, 0 WHERE $4 > 0
ON CONFLICT (programme_id, month) DO NOTHING RETURNING id
"""
_FREEZE_LINES = """
INSERT INTO board_line (board_id, account_id, place, rank, merit)
SELECT $1, earned.account_id, row_number() OVER (ORDER BY earned.merit DESC, earned.account_id),
    rank() OVER (ORDER BY earned.merit DESC), earned.merit
FROM (
    SELECT account.id AS account_id, sum(amount)::bigint AS merit
    FROM account JOIN entry ON entry.account_id = account.id
    WHERE account.programme_id = $2 AND account.kind = 'PERSON' AND entry.asset = 'MERIT'
        AND entry.business_month = $3 AND entry.grant_year IS NULL
    GROUP BY account.id
) AS earned ORDER BY earned.merit DESC, earned.account_id LIMIT $4
"""
_DIGEST = "UPDATE board SET digest = $2, lines = $3 WHERE id = $1"
_FINISH = """
UPDATE board SET state = 'FINAL', version = version + 1
WHERE state = 'PUBLISHED' AND objections_until <= now() AND NOT EXISTS (
    SELECT FROM objection WHERE board_id = board.id AND answer_id IS NULL
) RETURNING id
"""

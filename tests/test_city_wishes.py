"""The wishes of the standard city: in all states, each with the history that led there."""

from collections import Counter
from datetime import UTC, datetime

import orjson

from api.city.wish_lives import COUNT, LIVES
from api.city.wishes import load_wishes
from models import db, wish
from models.wish import FLOW, Filter, Move, State
from tests.conftest import Database
from tests.program import DATA_KEYS
from tests.wishes import unsealed


async def test_the_city_has_its_wishes_in_all_states_with_their_history(city: Database) -> None:
    now = datetime.now(UTC)
    assert COUNT == 260
    assert await load_wishes(city.url, DATA_KEYS, now=now)
    assert not await load_wishes(city.url, DATA_KEYS, now=now)
    rows = await db.fetch("SELECT id, state, version, phone FROM wish ORDER BY id")
    assert Counter(row["state"] for row in rows) == {
        state: count for state, (count, _, _) in LIVES.items()
    }
    assert set(LIVES) == set(State)
    assert unsealed(rows[6], "phone") == "19900000007"

    events = await db.fetch(
        "SELECT thing_id, version, kind, facts, at FROM event WHERE topic = 'wish'"
        " ORDER BY thing_id, version"
    )
    last: dict[int, tuple[int, str, datetime]] = {}
    for row in events:
        facts = orjson.loads(row["facts"])
        version, state, at = last.get(row["thing_id"], (0, None, None))
        assert row["version"] == version + 1
        assert facts.get("from") == state
        assert state is None or State(state) in FLOW[Move(row["kind"])].states
        assert at is None or at <= row["at"] <= now
        last[row["thing_id"]] = (row["version"], facts["to"], row["at"])
    assert {row["id"]: (row["version"], row["state"]) for row in rows} == {
        key: (version, state) for key, (version, state, _) in last.items()
    }

    # Time has nothing to do yet, and what is next can be done as in earnest.
    assert await wish.end_states() == 0
    page = await wish.wishes(
        Filter(states=(State.PUBLISHED,)), person_id=None, first=100, after=None
    )
    assert len(page.items) == 45
    assert all(one.title and one.moves == () for one in page.items)

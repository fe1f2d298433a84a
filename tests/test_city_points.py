"""The points of the standard city: to its figures, clean, and a story that can be gone on with."""

from collections import Counter

from api.city import DEVELOPMENT_MICRO_GRID
from api.city.points import load_points
from models import db, person, points, reward
from tests.conftest import Database
from tests.program import DATA_KEYS


async def test_the_city_has_its_programmes_a_year_of_entries_and_vouchers_of_all_states(
    city: Database,
) -> None:
    # The loading opens a pool of its own.
    await db.close()
    assert await load_points(city.url, DATA_KEYS)
    assert not await load_points(city.url, DATA_KEYS)
    await db.connect(city.url)

    kinds = Counter(row["kind"] for row in await db.fetch("SELECT kind FROM programme"))
    assert kinds == {"VILLAGE": 178, "TOWN": 1, "COURIER": 1}
    shared = await db.fetch(
        "SELECT count(*) AS villages FROM programme_area GROUP BY programme_id ORDER BY 1 DESC"
    )
    assert [row["villages"] for row in shared] == [13, *[1] * 178]
    months = await db.fetch("SELECT DISTINCT business_month FROM entry")
    assert len(months) >= 12
    assert len(await db.fetch("SELECT FROM merchant WHERE station_id IS NOT NULL")) == 107
    states = await db.fetch("SELECT state FROM voucher ORDER BY id")
    assert [row["state"] for row in states] == list(reward.VoucherState)
    found = await reward.audit()
    assert found.findings == ()
    assert found.transactions > 5_000

    volunteer = await person.development_person(
        "volunteer", number=1, area_code=DEVELOPMENT_MICRO_GRID
    )
    (account,) = await points.accounts(volunteer.id, viewer_id=volunteer.id)
    assert (account.programme.kind, account.held > 0) == ("TOWN", True)
    offers = await reward.rewards(near=None, viewer_id=volunteer.id, first=50, after=None)
    assert len(offers.items) >= 3
    page = await points.ranking(account.programme.id, viewer_id=None, first=10, after=None)
    assert page.items[0].rank == 1

"""Something secret of every kind, planted in a place of the small city (tests/rights_city.py)."""

from datetime import UTC, date, datetime

from models import file, points, reward, station
from models.ticket import Move
from models.ticket.search import terms
from resolvers.node import global_id
from tests import areas, grids, homes, rewards, rights_city, rights_tickets, rights_wishes
from tests.rights_cases import Target
from tests.rights_city import Place

SECRET = "绝密"  # noqa: S105 - a word
PHONE = "13877776666"
MONTH = "2024-01"
DIGEST = b"a secret digest"
MERIT = 7_654_321


async def plant(place: Place) -> dict[str, str]:
    """Plant something secret of every kind in a place; gives what names it."""
    owner, home = await rights_city.somebody(place)
    await grids.value("UPDATE person SET name = $2 WHERE id = $1 RETURNING id", owner, SECRET)
    await homes._seal(owner, "phone", PHONE)
    await rights_city.fund(owner, place.programme_id)
    admin = await rights_city.administrator()
    await points.grant(
        actor_id=admin, person_id=owner, rule_code="R1", points=1, note=None, key="earned"
    )
    account = await grids.value(
        "UPDATE account SET merit = $2 WHERE person_id = $1 AND kind = 'PERSON' RETURNING id",
        owner,
        MERIT,
    )
    target = Target(place, None, owner, home, PHONE, False, 1)
    ticket = await rights_tickets._ticket(target, Move.COMMENT)
    await grids.value(_WRITE, ticket, SECRET, terms(SECRET))
    keys = {
        "person": ("Person", owner),
        "household": ("Household", home),
        "residence": ("Residence", await grids.value(_HOME, owner)),
        "ended": ("Appointment", await _former(owner, place)),
        "file": ("File", (await file.keep_table(b"PK", person_id=owner)).id),
        "ticket": ("Ticket", ticket),
        "notification": ("Notification", await _told(owner)),
        "account": ("PointsAccount", account),
        "programme": ("PointsProgramme", place.programme_id),
        "visit": ("StationVisit", await _visit(owner, place)),
        **await _shop(owner, place),
        **await _wishes(target),
    }
    keys["board"] = ("PointsBoard", await _sheets(owner, place))
    return {
        **{name: global_id(*key) for name, key in keys.items()},
        "phone": PHONE,
        "area": place.micro_grid,
        "village": place.village,
        "month": MONTH,
        "secret": SECRET,
    }


async def _former(owner: int, place: Place) -> int:
    """Plant an office that is over: those of today are public."""
    await areas.appoint("VOLUNTEER", place.micro_grid, person_id=owner, ended_on=date(2021, 1, 1))
    return int(await grids.value("SELECT max(id) FROM appointment"))


async def _told(owner: int) -> int:
    return await grids.add(
        "notification", person_id=owner, topic="ticket", thing_id=1, title=SECRET
    )


async def _visit(owner: int, place: Place) -> int:
    there = await grids.add(
        "station",
        code="S1",
        area_code=place.grid,
        kind="BEE_STATION",
        name=SECRET,
        address="路",
        opening_hours="24/7",
        capacity=10,
        **place.point,
    )
    await station.load()
    await station.check_in(there, person_id=owner, idempotency_key="k")
    return int(await grids.value("SELECT max(id) FROM station_visit"))


async def _shop(owner: int, place: Place) -> dict[str, tuple[str, int]]:
    code, programme = place.village, place.programme_id
    applied = await rewards.merchant(owner, name=SECRET, state="APPLIED", area_code=code)
    shop = await rewards.merchant(owner, name="超市", area_code=code)
    pending = await rewards.offer(programme, shop, title=SECRET, state="PENDING")
    offer = await rewards.offer(programme, shop, title=SECRET)
    voucher = await reward.redeem(person_id=owner, reward_id=offer, key="k")
    await reward.close(actor_id=owner, reward_id=offer, key="k")
    return {
        "applied": ("Merchant", applied),
        "shop": ("Merchant", shop),
        "pending": ("Reward", pending),
        "voucher": ("Voucher", voucher.id),
    }


async def _wishes(target: Target) -> dict[str, tuple[str, int]]:
    """Plant a wish and an offer to wishers that nobody has reviewed yet."""
    await rights_wishes._wish(target, "REVIEWING")
    await rights_wishes._resource(target, "REVIEWING")
    return {
        "wish": ("Wish", await grids.value(_HOPE.format(table="wish"), SECRET)),
        "resource": ("Resource", await grids.value(_HOPE.format(table="resource"), SECRET)),
    }


async def _sheets(owner: int, place: Place) -> int:
    """Plant a sheet of inspection, hours of service and a frozen board; gives the board's key."""
    board = await grids.add(
        "board",
        programme_id=place.programme_id,
        month=MONTH,
        state="FROZEN",
        digest=DIGEST,
        lines=0,
    )
    sheet = await grids.add(
        "inspection",
        programme_id=place.programme_id,
        area_code=place.village,
        month=MONTH,
        natural_village=SECRET,
        inspector_id=owner,
        state="SUBMITTED",
    )
    await grids.add(
        "inspection_item", inspection_id=sheet, person_id=owner, rule_code="R1", points=1
    )
    await grids.add(
        "service",
        person_id=owner,
        area_code=place.micro_grid,
        rule_code="H1",
        served_on=datetime.now(UTC).date(),
        minutes=60,
        content_id=await grids.add("content", body=f'"{SECRET}"'),
        state="SUBMITTED",
    )
    await grids.add(
        "objection",
        board_id=board,
        person_id=owner,
        content_id=await grids.add("content", body=f'"{SECRET}"'),
    )
    return board


_HOPE = "UPDATE {table} SET title = $1::text, text = $1::text RETURNING id"
_WRITE = "UPDATE ticket SET text = $2, terms = $3 WHERE id = $1 RETURNING id"
_HOME = "SELECT id FROM residence WHERE person_id = $1"

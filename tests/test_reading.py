"""Whoever has nothing to do with a village reads nothing of it that is not public, by any path.

Something secret of every kind is planted in another town, and everybody who holds an office
elsewhere asks for it: by root fields, by `node`, nested and in lists. What is there and what is
not are answered alike. People and homes are asked for further in tests/test_person_rights.py,
subscriptions in tests/test_ticket_live.py.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from models import station
from resolvers.context import SIGN_IN_TEXT
from resolvers.node import _loads, global_id
from resolvers.schema import schema
from tests import areas, grids, rights_city, uploading
from tests.conftest import Database
from tests.rights_asking import NOBODYS_KEY, NOBODYS_PHONE, ask, prepared
from tests.rights_city import CITY, FAR, Actor, City
from tests.rights_secrets import DIGEST, MERIT, PHONE, SECRET, plant

PUBLIC = {
    "area": "The tree of areas, with the names of those in charge.",
    "areaAt": "The same, by a point.",
    "areaInCharge": "The same, by a point.",
    "areas": "The same, searched.",
    "careMap": "Stations.",
    "pointsProgrammes": "What earns points is known to all.",
    "rewards": "Offers that are open.",
    "station": "Stations.",
    "stationCluster": "Stations.",
    "stationCoverage": "Stations.",
    "stationOpenings": "No place at all.",
    "stationsNear": "Stations.",
    "ticketCategories": "No place at all.",
    "ticketSimilar": "What, where and when, to whoever may be about to report the same.",
    "unit": "Units, with the names of their officers.",
    "units": "The same, listed.",
    "wishCounts": "How many wishes are on the board.",
    "wishesNear": "Wishes that are on the board.",
}
"""Root fields that show everybody the same, and what."""

PERSON = "name phoneMasked isPartyMember isBanned residence { area { code } household { code } }"
OFFICE = f"role area {{ code }} person {{ {PERSON} }}"
TICKET = """number text address reporter { name } assignee { name } events { nodes { text } }
  nearDuplicates { category }"""
ACCOUNT = "merit points"
SHOP = "name address state isMine settlements { nodes { month points } }"
WISH = "title text wisher { name } helper { name } events { nodes { text } }"
ASKED: dict[str, list[str]] = {
    "viewer": ["viewer { residence { id } notifications { nodes { title } } unreadCount }"],
    "personSearch": [f"personSearch(phone: $phone) {{ {PERSON} }}"],
    "household": ["household(id: $household) { code addressMasked members { name } }"],
    "residencesPending": ["residencesPending(areaCode: $area) { nodes { person { name } } }"],
    "accessLog": ["accessLog(personId: $person) { nodes { person { name } } }"],
    "node": [
        f"node(id: $person) {{ ... on Person {{ {PERSON} }} }}",
        "node(id: $person) { ... on Person { appointments { nodes { role } } } }",
        "node(id: $household) { ... on Household { code addressMasked members { name } } }",
        "node(id: $residence) { ... on Residence { person { name } area { code } } }",
        "node(id: $file) { ... on File { url bytes } }",
        f"node(id: $ticket) {{ ... on Ticket {{ {TICKET} }} }}",
        "node(id: $notification) { ... on Notification { title } }",
        f"node(id: $account) {{ ... on PointsAccount {{ {ACCOUNT} }} }}",
        "node(id: $voucher) { ... on Voucher { title code } }",
        f"node(id: $applied) {{ ... on Merchant {{ {SHOP} }} }}",
        "node(id: $pending) { ... on Reward { title merchant { name } } }",
        "node(id: $visit) { ... on StationVisit { station { name } } }",
        f"node(id: $ended) {{ ... on Appointment {{ {OFFICE} }} }}",
        f"node(id: $wish) {{ ... on Wish {{ {WISH} }} }}",
        "node(id: $resource) { ... on Resource { title text person { name } } }",
    ],
    "ticket": [f"ticket(id: $ticket) {{ {TICKET} }}"],
    "tickets": [
        f"tickets(filter: {{areaCode: $village}}) {{ nodes {{ {TICKET} }} }}",
        f"tickets(filter: {{text: $secret}}) {{ nodes {{ {TICKET} }} }}",
        f"tickets {{ nodes {{ {TICKET} }} }}",
    ],
    "ticketFigures": ["ticketFigures(areaCode: $village) { received }"],
    "pointsAccounts": [f"pointsAccounts(personId: $person) {{ {ACCOUNT} }}"],
    "pointsEntries": ["pointsEntries(accountId: $account) { nodes { amount } }"],
    "pointsExpiring": ["pointsExpiring { remaining }"],
    "pointsAudit": ["pointsAudit { __typename }"],
    "pointsRanking": ["pointsRanking(programmeId: $programme) { nodes { name isMine } }"],
    "pointsMonthRanking": [
        "pointsMonthRanking(programmeId: $programme) { nodes { name isMine } }"
    ],
    "pointsObjections": ["pointsObjections(boardId: $board) { nodes { text personName } }"],
    "pointsBoard": ["pointsBoard(programmeId: $programme, month: $month) { digest }"],
    "pointsInspections": ["pointsInspections { nodes { naturalVillage } }"],
    "pointsServices": ["pointsServices { nodes { what personName } }"],
    "reward": ["reward(id: $pending) { title }"],
    "vouchers": ["vouchers { nodes { title code } }"],
    "voucher": ["voucher(id: $voucher) { title code }"],
    "merchants": [f"merchants {{ nodes {{ {SHOP} }} }}"],
    "merchant": [f"merchant(id: $applied) {{ {SHOP} }}"],
    "merchantDay": ["merchantDay(merchantId: $shop) { count vouchers { title } }"],
    "rewardsWaiting": ["rewardsWaiting { nodes { title } }"],
    "vouchersFlagged": ["vouchersFlagged { nodes { __typename } }"],
    "stationVisit": ["stationVisit { station { name } }"],
    "wish": [f"wish(id: $wish) {{ {WISH} }}"],
    "wishes": [
        f"wishes(filter: {{areaCode: $village, states: [REVIEWING]}}) {{ nodes {{ {WISH} }} }}",
        f"wishes(filter: {{mine: true}}) {{ nodes {{ {WISH} }} }}",
    ],
    "wishSuggestions": ["wishSuggestions(wishId: $wish) { resource { title } }"],
    "resource": ["resource(id: $resource) { title text person { name } }"],
    "resources": [
        "resources(areaCode: $village, states: [REVIEWING]) { nodes { title } }",
        "resources(mine: true) { nodes { title } }",
    ],
}
NESTED = [
    f"area(code: $area) {{ appointments {{ nodes {{ {OFFICE} }} }} }}",
    "merchant(id: $shop) { isMine settlements { nodes { points } } }",
    "node(id: $programme) { ... on PointsProgramme { figures { merit budgetCents } } }",
]
"""Private parts of what is public."""

KNOWN = {"Area", "PointsProgramme", "Station", "Unit"}
"""Kinds of nodes that are public."""


def test_every_root_field_and_every_kind_of_node_is_public_or_asked_for() -> None:
    assert schema._schema.query_type
    assert not PUBLIC.keys() & ASKED.keys()
    assert schema._schema.query_type.fields.keys() == PUBLIC.keys() | ASKED.keys()
    asked = {found for text in ASKED["node"] for found in re.findall(r"\.\.\. on (\w+)", text)}
    assert asked | KNOWN == _loads.keys()


@pytest.fixture
async def city(database: Database, tmp_path: Path) -> City:
    uploading.use(tmp_path)
    made = await rights_city.plant()
    await station.load()
    return made


def nothing(there: dict[str, str], kinds: dict[str, str]) -> dict[str, str]:
    """Name what there is not, of the same kinds; places and programmes are public."""
    absent = {name: global_id(kind, NOBODYS_KEY) for name, kind in kinds.items()}
    return {**there, **absent, "phone": NOBODYS_PHONE, "secret": "未有"}


KINDS = {
    "person": "Person",
    "household": "Household",
    "residence": "Residence",
    "ended": "Appointment",
    "file": "File",
    "ticket": "Ticket",
    "notification": "Notification",
    "account": "PointsAccount",
    "board": "PointsBoard",
    "visit": "StationVisit",
    "applied": "Merchant",
    "pending": "Reward",
    "voucher": "Voucher",
    "wish": "Wish",
    "resource": "Resource",
}


async def said(text: str, viewer: int | None, given: dict[str, str]) -> str:
    """Give all that an answer tells."""
    used = dict.fromkeys(re.findall(r"\$(\w+)", text))
    plain = {"phone", "area", "village", "month", "secret"}
    types = {name: "String!" if name in plain else "ID!" for name in used}
    declared = ", ".join(f"${name}: {kind}" for name, kind in types.items())
    query = f"query ({declared}) {{ {text} }}" if declared else f"{{ {text} }}"
    variables: dict[str, Any] = {name: given[name] for name in used}
    answer = await ask(prepared(query), viewer, variables)
    told = [error.message for error in answer.errors or []]
    assert set(told) <= {SIGN_IN_TEXT}, (query, told)
    return f"{answer.data} {told}"


def strangers(city: City) -> list[Actor]:
    """Give those whose office does not reach beyond their town."""
    return [actor for actor in city.actors if actor.area_code != CITY]


HIDDEN = (SECRET, SECRET[0] + "*", PHONE, PHONE[-4:], str(MERIT), DIGEST.hex())


async def test_strangers_read_nothing_that_is_not_public(city: City) -> None:
    (far,) = [place for place in city.places if place.name == FAR]
    there = await plant(far)
    absent = nothing(there, KINDS)
    public_mask = {"pointsRanking", "pointsMonthRanking"}
    for actor in strangers(city):
        for root, texts in ({**ASKED, "nested": NESTED}).items():
            for text in texts:
                told = await said(text, actor.person_id, there)
                hidden = HIDDEN[2:] if root in public_mask else HIDDEN
                assert not [one for one in hidden if one in told], (actor, text, told)
                assert await said(text, actor.person_id, absent) == told, (actor, text)
    for root in public_mask:
        assert SECRET not in await said(ASKED[root][0], None, there)


async def test_those_in_charge_there_read_each_of_it(city: City) -> None:
    """Tried with the same words, so that what strangers don't read is really there."""
    (far,) = [place for place in city.places if place.name == FAR]
    there = await plant(far)
    owner = int(await grids.value("SELECT id FROM person WHERE name = $1", SECRET))
    cadre = await areas.appoint("VILLAGE_CADRE", far.village)
    auditor = await areas.appoint("AUDITOR", CITY)
    unread = {
        (root, text)
        for root, texts in ({**ASKED, "nested": NESTED}).items()
        for text in texts
        if not await _is_read(text, (owner, cadre, auditor), there)
    }
    # Nothing was looked at, waits, expires soon, was odd, or fits the wish.
    assert {root for root, _ in unread} == {
        "accessLog",
        "residencesPending",
        "pointsExpiring",
        "vouchersFlagged",
        "wishSuggestions",
    }


async def _is_read(text: str, viewers: tuple[int, ...], there: dict[str, str]) -> bool:
    """Say whether one of them is told more than nobody is."""
    nobody = await said(text, None, there)
    return any([await said(text, viewer, there) != nobody for viewer in viewers])

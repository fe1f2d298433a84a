"""The stations of the standard city, each within a micro-grid where people live.

Every village has a cluster of 14 but some, which lack a few on purpose; every community has a
service centre and some a pioneer station. Care stations and mediation studios come besides.
"""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from api.city import names, shape
from api.city.areas import CITY_NAME, Place, walk
from api.city.codes import CITY_CODE, DEVELOPMENT_VILLAGE
from api.city.premises import PREMISES
from models.area import AreaKind
from models.hours import CITY_ZONE
from models.station import Kind, Status, code_prefix

CLUSTER_STATIONS = 2_674
PIONEERS, NEIGHBOURS = 3, 10
COMMUNITY_PIONEERS = 45
"""So many communities have a pioneer station beside their service centre."""
LACKS = (1, 2, 2, 3, 3, 3, 4, 4, 5)
"""How many stations a village lacks that lacks some; drawn until the total is right."""
WITHOUT_CENTRE = 2
"""In so many villages even the service centre is still to be built."""

CARE = {
    Kind.BEE_STATION: 135,
    Kind.DRIVER_STATION: 2,
    Kind.LIVE_ROOM: 10,
    Kind.LOVE_RESTAURANT: 42,
    Kind.LOVE_PHARMACY: 38,
    Kind.LOVE_SHOP: 27,
}
VILLAGE_STUDIOS, CITY_STUDIOS = 42, 1
SUSPENDED, CLOSED = 24, 9
REACH = 0.7
EXTRA_SHARE = 0.5
VERIFIED_SHARE = 0.9
VERIFIED_FROM = datetime(2025, 11, 3, 8, 30, tzinfo=CITY_ZONE)
VERIFIED_DAYS, VERIFIED_MINUTES = 300, 9 * 60
PHONE = "0510-8600{:04}"
"""One block of numbers for all; the last four digits count the stations."""


class Row(NamedTuple):
    """A row of the table station; what it leaves out has its default."""

    id: int
    code: str
    area_code: str
    kind: str
    name: str
    address: str
    longitude: float
    latitude: float
    phone: str | None
    opening_hours: str
    services: list[str]
    facilities: list[str]
    audience: list[str]
    capacity: int
    is_accessible: bool
    status: str
    verified_at: datetime | None


class Site(NamedTuple):
    """Where a station of a kind comes to stand, and the area that it is named after."""

    kind: Kind
    area: Place
    town: Place
    village: Place
    home: Place


def rows(towns: Sequence[Place]) -> list[Row]:
    """Make all stations, those of the clusters first."""
    randomness = names.source("stations")
    sites = [
        *_clusters(towns, randomness),
        *_care(towns, randomness),
        *_studios(towns, randomness),
    ]
    statuses = _statuses(sites, randomness)
    numbers: Counter[str] = Counter()
    made = []
    for number, (site, status) in enumerate(zip(sites, statuses, strict=True), 1):
        begin = code_prefix(site.kind, area_code=_served(site))
        numbers[begin] += 1
        code = f"{begin}{numbers[begin]:02}"
        made.append(_row(number, code, site, status, randomness))
    return made


def _clusters(towns: Sequence[Place], randomness: random.Random) -> list[Site]:
    villages = [(town, village) for town in towns for village in town.children]
    rural = [village for _, village in villages if village.kind is AreaKind.VILLAGE]
    urban = [village for _, village in villages if village.kind is AreaKind.COMMUNITY]
    whole = 1 + PIONEERS + NEIGHBOURS
    lacks = _lacks(
        [village.code for village in rural if village.code != DEVELOPMENT_VILLAGE],
        whole * len(rural) + len(urban) + COMMUNITY_PIONEERS - CLUSTER_STATIONS,
        randomness,
    )
    without_centre = set(list(lacks)[:WITHOUT_CENTRE])
    with_pioneer = {place.code for place in randomness.sample(urban, COMMUNITY_PIONEERS)}
    sites = []
    for town, village in villages:
        if village.kind is AreaKind.COMMUNITY:
            kinds = [Kind.SERVICE_CENTRE, Kind.PIONEER_STATION][
                : 1 + (village.code in with_pioneer)
            ]
        else:
            has_centre = village.code not in without_centre
            kinds = _cluster(lacks.get(village.code, 0), has_centre=has_centre)
        homes = _homes(
            village, len(kinds), spares_one=village.code in lacks, randomness=randomness
        )
        sites += [
            Site(kind, village, town, village, home)
            for kind, home in zip(kinds, homes, strict=True)
        ]
    return sites


def _lacks(codes: list[str], total: int, randomness: random.Random) -> dict[str, int]:
    """Share out what is missing among some of the villages."""
    lacks: dict[str, int] = {}
    for code in randomness.sample(codes, len(codes)):
        if total == 0:
            break
        lacks[code] = min(total, randomness.choice(LACKS))
        total -= lacks[code]
    assert total == 0
    return lacks


def _cluster(lack: int, *, has_centre: bool) -> list[Kind]:
    """Name the kinds of a village's cluster that exist: neighbour points are missing first."""
    centres = 1 if has_centre else 0
    pioneers = PIONEERS - (lack >= PIONEERS)
    neighbours = 1 + PIONEERS + NEIGHBOURS - lack - centres - pioneers
    return [
        *[Kind.SERVICE_CENTRE] * centres,
        *[Kind.PIONEER_STATION] * pioneers,
        *[Kind.NEIGHBOUR_POINT] * neighbours,
    ]


def _homes(
    village: Place, count: int, *, spares_one: bool, randomness: random.Random
) -> list[Place]:
    """Choose micro-grids that lie evenly over a village, or over all but one of its grids.

    The first is in the middle: there the service centre stands.
    """
    spared = randomness.choice(village.children) if spares_one else None
    free = [home for grid in village.children if grid is not spared for home in grid.children]
    x, y = shape.spot(village.point)
    middle = min(free, key=lambda home: _away(home, x, y))
    free.remove(middle)
    step = len(free) / max(1, count - 1)
    chosen = [free[int((place + randomness.random()) * step)] for place in range(count - 1)]
    randomness.shuffle(chosen)
    return [middle, *chosen]


def _away(home: Place, x: float, y: float) -> float:
    at = shape.spot(home.point)
    return (at[0] - x) ** 2 + (at[1] - y) ** 2


def _care(towns: Sequence[Place], randomness: random.Random) -> list[Site]:
    """Spread each kind of care station over villages: no village has two of a kind.

    Riders' stations are in every community first; the development village has what it can.
    """
    villages = [(town, village) for town in towns for village in town.children]
    sites = []
    for kind, count in CARE.items():
        order = randomness.sample(villages, len(villages))
        order.sort(key=lambda pair: _turn(kind, pair[1]))
        for town, village in order[:count]:
            home = randomness.choice(list(walk(village.children[0].children)))
            sites.append(Site(kind, village, town, village, home))
    return sites


def _turn(kind: Kind, village: Place) -> int:
    if village.code == DEVELOPMENT_VILLAGE and kind is not Kind.DRIVER_STATION:
        return 0
    is_urban = village.kind is AreaKind.COMMUNITY
    return 1 if kind is Kind.BEE_STATION and is_urban else 2


def _studios(towns: Sequence[Place], randomness: random.Random) -> list[Site]:
    """Place the mediation studios: one of the city, one of each town, some of villages."""
    city = Place(CITY_CODE, CITY_NAME, None, CITY_NAME, (), towns[0].point, 0, ())
    villages = [(town, village) for town in towns for village in town.children]
    order = randomness.sample(villages, len(villages))
    order.sort(key=lambda pair: pair[1].code != DEVELOPMENT_VILLAGE)
    served = [
        *[(city, towns[0], towns[0].children[1])] * CITY_STUDIOS,
        *[(town, town, town.children[0]) for town in towns],
        *[(village, town, village) for town, village in order[:VILLAGE_STUDIOS]],
    ]
    return [
        Site(
            Kind.MEDIATION_STUDIO,
            area,
            town,
            village,
            randomness.choice(village.children[1].children),
        )
        for area, town, village in served
    ]


def _statuses(sites: Sequence[Site], randomness: random.Random) -> list[Status]:
    """Let a few stations rest or be given up, none of them in the development village."""
    statuses = [Status.OPEN] * len(sites)
    others = [
        number
        for number, site in enumerate(sites)
        if site.village.code != DEVELOPMENT_VILLAGE and site.kind is not Kind.DRIVER_STATION
    ]
    chosen = randomness.sample(others, SUSPENDED + CLOSED)
    for number in chosen[:SUSPENDED]:
        statuses[number] = Status.SUSPENDED
    for number in chosen[SUSPENDED:]:
        statuses[number] = Status.CLOSED
    return statuses


def _served(site: Site) -> str:
    return site.area.code if site.kind is Kind.MEDIATION_STUDIO else site.home.code[:14]


def _row(number: int, code: str, site: Site, status: Status, randomness: random.Random) -> Row:
    premises = PREMISES[site.kind]
    at = shape.point(shape.within(site.home.ring, reach=REACH, randomness=randomness))
    extra = [it for it in premises.extra if randomness.random() < EXTRA_SHARE]
    has_phone = randomness.random() < premises.phone_share
    is_verified = randomness.random() < VERIFIED_SHARE
    verified = timedelta(
        days=randomness.randrange(VERIFIED_DAYS), minutes=randomness.randrange(VERIFIED_MINUTES)
    )
    house = randomness.randint(1, 188)
    services = randomness.sample(premises.services, randomness.randint(2, len(premises.services)))
    return Row(
        id=number,
        code=code,
        area_code=_served(site),
        kind=site.kind.value,
        name=_name(site, randomness),
        address=f"{CITY_NAME}{site.town.name}{site.village.name}{_door(site.home, house)}",
        longitude=at.longitude,
        latitude=at.latitude,
        phone=PHONE.format(number) if has_phone else None,
        opening_hours=randomness.choice(premises.hours),
        services=services,
        facilities=[it.value for it in (*premises.facilities, *extra)],
        audience=list(premises.audience),
        capacity=randomness.randint(*premises.capacity),
        is_accessible=randomness.random() < premises.accessible_share,
        status=status.value,
        verified_at=VERIFIED_FROM + verified if is_verified else None,
    )


def _name(site: Site, randomness: random.Random) -> str:
    label = PREMISES[site.kind].label
    if site.kind is Kind.SERVICE_CENTRE:
        return f"{site.village.name}{label}"
    if site.kind is Kind.MEDIATION_STUDIO:
        return f"{site.area.name}老{randomness.choice(list(names.SURNAMES))}{label}"
    return f"{site.village.name}{_where(site.home)}{label}"


def _where(home: Place) -> str:
    """Name the hamlet, or the estate without its blocks."""
    return home.spoken.rstrip("0123456789至幢")


def _door(home: Place, house: int) -> str:
    """Write the last part of an address: a block of an estate, or a house of a hamlet."""
    if home.spoken.endswith("幢"):
        return f"{home.spoken.partition('至')[0]}幢"
    return f"{home.spoken}{house}号"

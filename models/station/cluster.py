"""The station cluster of a village: a centre, pioneer stations and neighbour points."""

import re
from dataclasses import dataclass

from models import catalogue
from models.catalogue import Catalogue
from models.errors import Invalid
from models.station.snapshot import VILLAGE_CODE_LENGTH
from models.station.store import snapshot
from models.station.words import Kind


@dataclass(frozen=True, slots=True)
class Need:
    """How many open stations of a kind a complete cluster has at least."""

    kind: Kind
    count: int

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError("the count is at least 1")


CLUSTER = catalogue.register(
    Catalogue(
        name="cluster",
        title="Which open stations make the cluster of a village complete. 阵地集群",
        entry=Need,
        default=(
            Need(Kind.SERVICE_CENTRE, 1),
            Need(Kind.PIONEER_STATION, 3),
            Need(Kind.NEIGHBOUR_POINT, 10),
        ),
        key=("kind",),
    )
)


@dataclass(frozen=True, slots=True)
class Shortage:
    """How many stations of a kind are missing."""

    kind: Kind
    count: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """The open stations of a village's cluster, and what is missing from it."""

    service_centres: int
    pioneer_stations: int
    neighbour_points: int
    missing: tuple[Shortage, ...]
    is_complete: bool


def cluster(village_code: str) -> Cluster:
    """Count the cluster of a village (12 digits); raises Invalid for another code."""
    if not re.fullmatch(f"[0-9]{{{VILLAGE_CODE_LENGTH}}}", village_code):
        raise Invalid(f"村（社区）代码须为 {VILLAGE_CODE_LENGTH} 位数字")
    counts = snapshot().villages.get(village_code, {})
    needs = catalogue.current(CLUSTER).entries
    lacks = {need.kind: need.count - counts.get(need.kind, 0) for need in needs}
    missing = tuple(Shortage(kind, count) for kind, count in lacks.items() if count > 0)
    return Cluster(
        service_centres=counts.get(Kind.SERVICE_CENTRE, 0),
        pioneer_stations=counts.get(Kind.PIONEER_STATION, 0),
        neighbour_points=counts.get(Kind.NEIGHBOUR_POINT, 0),
        missing=missing,
        is_complete=not missing,
    )

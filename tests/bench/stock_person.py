"""The peer's people: who asks, with today's roles and the home, as most people write it.

Kindly: indexes on every foreign key, related rows fetched by prefetch_related, the phone kept in
plain text, the token verified by PyJWT as ours is.
"""

import base64
import os
from datetime import UTC, date, datetime

import jwt
import strawberry
from tortoise import fields
from tortoise.models import Model

TABLES = """
CREATE TABLE stock_area AS SELECT id, code, name, level FROM area;
ALTER TABLE stock_area ADD PRIMARY KEY (id);
CREATE TABLE stock_person AS SELECT id, name, phone, is_party_member FROM bench_person;
ALTER TABLE stock_person ADD PRIMARY KEY (id);
CREATE TABLE stock_household AS
SELECT household.id, household.code FROM household JOIN bench_person ON head_id = bench_person.id;
ALTER TABLE stock_household ADD PRIMARY KEY (id);
CREATE TABLE stock_residence AS
SELECT residence.id, person_id, household_id, state, started_on, area.id AS area_id
FROM residence JOIN area ON area.code = area_code JOIN bench_person ON person_id = bench_person.id;
ALTER TABLE stock_residence ADD PRIMARY KEY (id);
CREATE INDEX ON stock_residence (person_id);
CREATE TABLE stock_appointment AS
SELECT appointment.id, person_id, role, started_on, ended_on, area.id AS area_id
FROM appointment JOIN area ON area.code = area_code
JOIN bench_person ON person_id = bench_person.id;
ALTER TABLE stock_appointment ADD PRIMARY KEY (id);
CREATE INDEX ON stock_appointment (person_id);
ANALYZE stock_area, stock_person, stock_household, stock_residence, stock_appointment;
"""


class AreaRow(Model):
    """An area."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(16)
    name = fields.CharField(64)
    level = fields.CharField(16)

    class Meta:
        table = "stock_area"


class PersonRow(Model):
    """A person."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(64)
    phone = fields.CharField(11, null=True)
    is_party_member = fields.BooleanField()
    residences: fields.ReverseRelation["ResidenceRow"]
    appointments: fields.ReverseRelation["AppointmentRow"]

    class Meta:
        table = "stock_person"


class HouseholdRow(Model):
    """A household."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(32)

    class Meta:
        table = "stock_household"


class ResidenceRow(Model):
    """That somebody lives in a place."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[PersonRow] = fields.ForeignKeyField(
        "models.PersonRow", related_name="residences"
    )
    household: fields.ForeignKeyRelation[HouseholdRow] = fields.ForeignKeyField(
        "models.HouseholdRow"
    )
    area: fields.ForeignKeyRelation[AreaRow] = fields.ForeignKeyField("models.AreaRow")
    state = fields.CharField(16)
    started_on = fields.DateField()

    class Meta:
        table = "stock_residence"


class AppointmentRow(Model):
    """A role in an area."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[PersonRow] = fields.ForeignKeyField(
        "models.PersonRow", related_name="appointments"
    )
    area: fields.ForeignKeyRelation[AreaRow] = fields.ForeignKeyField("models.AreaRow")
    role = fields.CharField(24)
    started_on = fields.DateField()
    ended_on = fields.DateField(null=True)

    class Meta:
        table = "stock_appointment"


@strawberry.type
class Area:
    """An area."""

    code: str
    name: str
    level: str


@strawberry.type
class Household:
    """A household."""

    code: str


@strawberry.type
class Residence:
    """That somebody lives in a place."""

    state: str
    started_on: date
    area: Area
    household: Household


@strawberry.type
class Appointment:
    """A role in an area."""

    role: str
    started_on: date
    area: Area


@strawberry.type
class Viewer:
    """The one who asks."""

    id: strawberry.ID
    name: str
    roles: list[str]
    is_party_member: bool
    phone_masked: str | None
    appointments: list[Appointment]
    residence: Residence | None


@strawberry.type
class ViewerQuery:
    """The root field of the one who asks."""

    @strawberry.field
    async def viewer(self, info: strawberry.Info) -> Viewer | None:
        """Give the one who asks."""
        person_id = _person_id(info.context["request"].headers["authorization"])
        person = await PersonRow.get_or_none(id=person_id).prefetch_related(
            "appointments__area", "residences__area", "residences__household"
        )
        if person is None:
            return None
        today = datetime.now(UTC).date()
        offices = [
            one
            for one in sorted(person.appointments, key=lambda one: one.id)
            if one.started_on <= today and (one.ended_on is None or one.ended_on >= today)
        ]
        home = next((one for one in person.residences if one.state == "CONFIRMED"), None)
        return Viewer(
            id=_global_id(person.id),
            name=person.name,
            is_party_member=person.is_party_member,
            roles=["RESIDENT", *dict.fromkeys(one.role for one in offices)],
            phone_masked=f"{person.phone[:3]}****{person.phone[-4:]}" if person.phone else None,
            appointments=[
                Appointment(role=one.role, started_on=one.started_on, area=_area(one.area))
                for one in offices
            ],
            residence=_residence(home) if home else None,
        )


def _person_id(authorization: str) -> int:
    token = authorization.removeprefix("Bearer ")
    claims = jwt.decode(token, os.environ["JWT_SECRET"], algorithms=["HS256"], audience="wangge")
    return int(claims["sub"])


def _global_id(key: int) -> strawberry.ID:
    return strawberry.ID(base64.urlsafe_b64encode(f"Person:{key}".encode()).decode().rstrip("="))


def _area(row: AreaRow) -> Area:
    return Area(code=row.code, name=row.name, level=row.level)


def _residence(row: ResidenceRow) -> Residence:
    return Residence(
        state=row.state,
        started_on=row.started_on,
        area=_area(row.area),
        household=Household(code=row.household.code),
    )

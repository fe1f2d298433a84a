"""What the table classes can't say of people, homes, units and the log of accesses."""

from tortoise import migrations

from models.tables import guards

TABLES = ("access", "household", "once", "residence", "unit")
CODES = ("household", "residence", "unit")
DEFAULTS = (
    ("access", "at", "now()"),
    ("household", "created_at", "now()"),
    ("household", "version", "1"),
    ("once", "at", "now()"),
    ("person", "version", "1"),
    ("residence", "created_at", "now()"),
    ("unit", "created_at", "now()"),
    ("unit", "duties", "'{}'"),
    ("unit", "version", "1"),
)
PEOPLE_FOUND_BY = ("openid_index", "phone_index", "identity_number_index")


class Migration(migrations.Migration):
    dependencies = [("models", "0003_people")]

    operations = guards.joined(
        *(guards.identity(table) for table in TABLES),
        *(guards.area_code(table) for table in CODES),
        *(guards.default(*column) for column in DEFAULTS),
        *(
            guards.index(
                f"person_{column}", f"person ({column}) WHERE {column} IS NOT NULL", unique=True
            )
            for column in PEOPLE_FOUND_BY
        ),
        guards.index(
            "person_claimed_by", "person (claimed_by_id) WHERE claimed_by_id IS NOT NULL"
        ),
        guards.check("person", "version", "version >= 1"),
        guards.check("person", "claim", "claimed_by_id IS NULL OR claimed_by_id <> id"),
        guards.known("residence", "state", "PENDING", "CONFIRMED", "REFUSED", "ENDED"),
        guards.check(
            "residence",
            "dates",
            "(state IN ('CONFIRMED', 'ENDED')) = (started_on IS NOT NULL)"
            " AND (state = 'ENDED') = (ended_on IS NOT NULL)"
            " AND (ended_on IS NULL OR ended_on >= started_on)",
        ),
        # One home at a time, and one wish to move.
        guards.index(
            "residence_confirmed", "residence (person_id) WHERE state = 'CONFIRMED'", unique=True
        ),
        guards.index(
            "residence_pending", "residence (person_id) WHERE state = 'PENDING'", unique=True
        ),
        guards.index("residence_of_person", "residence (person_id, id)"),
        guards.index("residence_of_area", "residence (area_code, state, id)"),
        guards.known("unit", "kind", "DEPARTMENT", "TOWN", "STATIONED", "VILLAGE", "OTHER"),
        guards.check("unit", "version", "version >= 1"),
        guards.check("unit", "parent", "parent_id IS NULL OR parent_id <> id"),
        guards.sql(
            "ALTER TABLE event DROP CONSTRAINT event_topic_known, ADD CONSTRAINT event_topic_known"
            " CHECK (topic IN ('ticket', 'wish', 'station', 'person', 'area', 'unit'))",
            "ALTER TABLE event DROP CONSTRAINT event_topic_known, ADD CONSTRAINT event_topic_known"
            " CHECK (topic IN ('ticket', 'wish', 'station', 'person'))",
        ),
        # One open appointment of a role in an area, or in a unit.
        guards.sql(
            "DROP INDEX appointment_once;"
            " CREATE UNIQUE INDEX appointment_once ON appointment"
            " (person_id, area_code, role, coalesce(unit_id, 0)) WHERE ended_on IS NULL",
            "DROP INDEX appointment_once;"
            " CREATE UNIQUE INDEX appointment_once ON appointment (person_id, area_code, role)"
            " WHERE ended_on IS NULL",
        ),
        guards.append_only("access"),
    )

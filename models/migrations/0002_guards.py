"""What the table classes can't say: collation, foreign keys to a code, checks, append-only."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.tables import guards

# A code is the path of its area: compared byte by byte, so that a subtree is an index range.
CODES = (
    ("area", "code"),
    ("area", "parent_code"),
    ("appointment", "area_code"),
    ("station", "area_code"),
    ("event", "area_code"),
    ("outbox", "area_code"),
    ("feed", "area_code"),
)
REFERENCES = (
    ("area", "parent_code"),
    ("appointment", "area_code"),
    ("station", "area_code"),
    ("event", "area_code"),
)
CHECKS = {
    "area_level_known": (
        "area",
        "(level, length(code)) IN (('CITY', 6), ('TOWN', 9), ('VILLAGE', 12), ('GRID', 14),"
        " ('MICRO_GRID', 16))",
    ),
    "area_code_is_path": (
        "area",
        "(parent_code IS NULL) = (level = 'CITY')"
        " AND (parent_code IS NULL OR starts_with(code, parent_code))",
    ),
    "area_kind_known": (
        "area",
        "CASE level WHEN 'TOWN' THEN kind IN ('SUBDISTRICT', 'TOWN')"
        " WHEN 'VILLAGE' THEN kind IN ('VILLAGE', 'COMMUNITY')"
        " WHEN 'GRID' THEN kind IN ('GENERAL', 'DEDICATED') ELSE kind IS NULL END IS TRUE",
    ),
    "area_point_on_earth": (
        "area",
        "longitude BETWEEN -180 AND 180 AND latitude BETWEEN -90 AND 90",
    ),
    "area_counts": ("area", "households >= 0 AND population >= 0"),
    "area_validity": ("area", "valid_to IS NULL OR valid_to > valid_from"),
    "appointment_role_known": (
        "appointment",
        "role IN ('VOLUNTEER', 'COURIER', 'MERCHANT', 'LIAISON', 'GRID_WORKER', 'GRID_LEAD',"
        " 'SPECIALIST', 'VILLAGE_CADRE', 'TOWN_OFFICER', 'DEPARTMENT_OFFICER', 'DISPATCHER',"
        " 'AUDITOR', 'ADMIN')",
    ),
    "appointment_dates": ("appointment", "ended_on IS NULL OR ended_on >= started_on"),
    "station_kind_known": (
        "station",
        "kind IN ('SERVICE_CENTRE', 'PIONEER_STATION', 'NEIGHBOUR_POINT', 'BEE_STATION',"
        " 'DRIVER_STATION', 'LIVE_ROOM', 'LOVE_RESTAURANT', 'LOVE_PHARMACY', 'LOVE_SHOP',"
        " 'MEDIATION_STUDIO')",
    ),
    "station_status_known": ("station", "status IN ('OPEN', 'SUSPENDED', 'CLOSED')"),
    "station_facilities_known": (
        "station",
        "facilities <@ ARRAY['WATER', 'MICROWAVE', 'CHARGING', 'AIR_CONDITIONING', 'TOILET',"
        " 'FIRST_AID', 'REST', 'WIFI', 'BOOKS', 'LOCKER']",
    ),
    "station_point_on_earth": (
        "station",
        "longitude BETWEEN -180 AND 180 AND latitude BETWEEN -90 AND 90",
    ),
    "station_capacity": ("station", "capacity IS NULL OR capacity > 0"),
    "station_version": ("station", "version >= 1"),
    "event_topic_known": ("event", "topic IN ('ticket', 'wish', 'station', 'person')"),
    "event_version": ("event", "version >= 1"),
    "feed_position": ("feed", "position >= 1"),
}
# Rows are written by SQL, so their defaults belong to the database.
DEFAULTS = (
    ("area", "households", "0"),
    ("area", "population", "0"),
    ("person", "is_party_member", "false"),
    ("person", "created_at", "now()"),
    ("station", "services", "'{}'"),
    ("station", "facilities", "'{}'"),
    ("station", "audience", "'{}'"),
    ("station", "is_accessible", "false"),
    ("station", "status", "'OPEN'"),
    ("station", "version", "1"),
    ("station", "created_at", "now()"),
    ("station", "changed_at", "now()"),
    ("event", "facts", "'{}'"),
    ("event", "at", "now()"),
)
IDENTITIES = ("area", "person", "appointment", "station", "content", "event", "outbox")
APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def _sql(forward: str, backward: str) -> ops.RunSQL:
    return ops.RunSQL(forward, reverse_sql=backward)


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]

    operations = guards.joined(
        *(
            _sql(
                f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar(16) COLLATE "C"',
                f"ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar(16)",
            )
            for table, column in CODES
        ),
        *(
            _sql(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fkey"
                f" FOREIGN KEY ({column}) REFERENCES area (code) ON DELETE RESTRICT",
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_fkey",
            )
            for table, column in REFERENCES
        ),
        *(
            _sql(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({rule})",
                f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            )
            for name, (table, rule) in CHECKS.items()
        ),
        _sql(
            'ALTER TABLE area ALTER COLUMN initials TYPE varchar(64) COLLATE "C"',
            "ALTER TABLE area ALTER COLUMN initials TYPE varchar(64)",
        ),
        _sql("CREATE INDEX area_terms ON area USING gin (terms)", "DROP INDEX area_terms"),
        _sql(
            "CREATE INDEX area_initials ON area (initials, code)",
            "DROP INDEX area_initials",
        ),
        _sql(
            "CREATE INDEX area_grid_place ON area (latitude, longitude)"
            " WHERE level = 'GRID' AND valid_to IS NULL",
            "DROP INDEX area_grid_place",
        ),
        _sql(
            "CREATE UNIQUE INDEX appointment_once ON appointment (person_id, area_code, role)"
            " WHERE ended_on IS NULL",
            "DROP INDEX appointment_once",
        ),
        *(
            _sql(
                f"ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {value}",
                f"ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT",
            )
            for table, column, value in DEFAULTS
        ),
        # Tortoise makes serial columns; an identity belongs to its table and can't be lost.
        *(
            _sql(
                f"ALTER TABLE {table} ALTER COLUMN id DROP DEFAULT;"
                f" DROP SEQUENCE {table}_id_seq;"
                f" ALTER TABLE {table} ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY",
                f"ALTER TABLE {table} ALTER COLUMN id DROP IDENTITY;"
                f" CREATE SEQUENCE {table}_id_seq OWNED BY {table}.id;"
                f" ALTER TABLE {table} ALTER COLUMN id SET DEFAULT nextval('{table}_id_seq')",
            )
            for table in IDENTITIES
        ),
        # The relay counts positions itself: a sequence would leave gaps.
        _sql(
            "ALTER TABLE feed ALTER COLUMN position DROP DEFAULT; DROP SEQUENCE feed_position_seq",
            "CREATE SEQUENCE feed_position_seq OWNED BY feed.position;"
            " ALTER TABLE feed ALTER COLUMN position"
            " SET DEFAULT nextval('feed_position_seq')",
        ),
        _sql(APPEND_ONLY, "DROP FUNCTION refuse_change"),
        _sql(
            "CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER event_is_append_only ON event",
        ),
    )

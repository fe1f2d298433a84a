"""What the table classes can't say of files, photos, occupancies and visits."""

from tortoise import migrations

from models.tables import guards

TABLES = ("file", "station_import", "station_occupancy", "station_photo", "station_visit")
DEFAULTS = (
    ("file", "created_at", "now()"),
    ("file", "is_public", "false"),
    ("station_import", "at", "now()"),
    ("station_occupancy", "is_told", "true"),
    ("station_occupancy", "people", "0"),
    ("station_occupancy", "version", "0"),
)
TOPICS = "'ticket', 'wish', 'station', 'person', 'area', 'unit', 'catalogue'"


class Migration(migrations.Migration):
    dependencies = [("models", "0009_stations_kept")]

    operations = guards.joined(
        *(guards.identity(table) for table in TABLES),
        *(guards.default(*column) for column in DEFAULTS),
        guards.known("file", "kind", "PHOTO", "TABLE"),
        guards.check("file", "bytes", "bytes > 0"),
        guards.check("file", "digest", "digest ~ '^[0-9a-f]{64}$'"),
        guards.check("file", "stored", "(stored_at IS NULL) = (digest IS NULL)"),
        guards.check("file", "claimed", "claimed_at IS NULL OR stored_at IS NOT NULL"),
        guards.check("file", "public", "NOT is_public OR claimed_at IS NOT NULL"),
        # What waits to be used or to be removed: few at any time.
        guards.index("file_unclaimed", "file (created_at) WHERE claimed_at IS NULL"),
        guards.check("station_occupancy", "people", "people >= 0 AND version >= 0"),
        guards.index(
            "station_occupancy_untold", "station_occupancy (station_id) WHERE NOT is_told"
        ),
        guards.check(
            "station_visit",
            "times",
            "ends_at > entered_at AND (left_at IS NULL OR left_at >= entered_at)",
        ),
        # Nobody is at two places at once.
        guards.index(
            "station_visit_open", "station_visit (person_id) WHERE left_at IS NULL", unique=True
        ),
        guards.index("station_visit_here", "station_visit (station_id) WHERE left_at IS NULL"),
        guards.index("station_visit_due", "station_visit (ends_at) WHERE left_at IS NULL"),
        guards.sql(
            "ALTER TABLE event DROP CONSTRAINT event_topic_known, ADD CONSTRAINT event_topic_known"
            f" CHECK (topic IN ({TOPICS}, 'occupancy'))",
            "ALTER TABLE event DROP CONSTRAINT event_topic_known, ADD CONSTRAINT event_topic_known"
            f" CHECK (topic IN ({TOPICS}))",
        ),
    )

"""What the table classes can't say of tickets."""

from tortoise import migrations

from models.tables import guards

TABLES = ("notification", "ticket", "ticket_photo", "ticket_reporter")
# What figures count a ticket as: open, over otherwise, or closed with what its reporter said. The
# numbers are read by models/ticket/figures.py.
OUTCOME = """
ALTER TABLE ticket ADD COLUMN outcome smallint NOT NULL GENERATED ALWAYS AS (
    CASE
        WHEN ended_at IS NULL THEN 1
        WHEN state <> 'CLOSED' THEN 2
        ELSE 10 + coalesce(satisfaction, 0)
            + CASE WHEN is_solved IS NULL THEN 0 WHEN is_solved THEN 20 ELSE 10 END
    END
) STORED
"""
LEVELS = {"city": 6, "town": 9, "village": 12, "grid": 14}


class Migration(migrations.Migration):
    dependencies = [("models", "0011_tickets")]

    operations = guards.joined(
        *(guards.identity(table) for table in TABLES),
        guards.area_code("ticket"),
        guards.default("notification", "at", "now()"),
        guards.default("ticket_reporter", "at", "now()"),
        guards.index("notification_unread", "notification (person_id) WHERE read_at IS NULL"),
        guards.sql(
            "ALTER TABLE event DROP CONSTRAINT event_topic_known, ADD CONSTRAINT event_topic_known"
            " CHECK (topic IN ('ticket', 'wish', 'station', 'person', 'area', 'unit', 'catalogue', 'occupancy',"
            " 'notification'))",
            "ALTER TABLE event DROP CONSTRAINT event_topic_known, ADD CONSTRAINT event_topic_known"
            " CHECK (topic IN ('ticket', 'wish', 'station', 'person', 'area', 'unit', 'catalogue', 'occupancy'))",
        ),
        guards.sql(
            "CREATE SEQUENCE ticket_number MAXVALUE 999999 CYCLE", "DROP SEQUENCE ticket_number"
        ),
        guards.known(
            "ticket",
            "state",
            "SUBMITTED",
            "DISPATCHED",
            "ACKNOWLEDGED",
            "IN_PROGRESS",
            "SUSPENDED",
            "ARBITRATION",
            "RESOLVED",
            "CALLBACK",
            "CLOSED",
            "REJECTED",
            "WITHDRAWN",
            "MERGED",
        ),
        guards.known("ticket", "urgency", "NORMAL", "URGENT", "EMERGENCY"),
        guards.known(
            "ticket", "source", "MINI_PROGRAM", "GRID_PATROL", "VISIT", "HOTLINE", "WHISTLE"
        ),
        guards.known("ticket", "extension", "ASKED", "GRANTED", "DENIED"),
        guards.check(
            "ticket",
            "over",
            "(state IN ('CLOSED', 'REJECTED', 'WITHDRAWN', 'MERGED')) = (ended_at IS NOT NULL)"
            " AND (ended_at IS NULL) = (due_at IS NOT NULL)",
        ),
        guards.check(
            "ticket",
            "rated",
            "state = 'CLOSED' OR (is_solved IS NULL AND satisfaction IS NULL)",
        ),
        guards.check("ticket", "satisfaction", "satisfaction BETWEEN 1 AND 5"),
        guards.check("ticket", "merged", "(state = 'MERGED') = (merged_into_id IS NOT NULL)"),
        guards.check("ticket", "paused", "(state = 'SUSPENDED') = (paused_at IS NOT NULL)"),
        guards.check(
            "ticket", "counts", "version >= 1 AND round >= 1 AND returns >= 0 AND calls >= 0"
        ),
        guards.check("ticket", "grid", "length(area_code) = 14"),
        guards.check(
            "ticket", "point", "longitude BETWEEN -180 AND 180 AND latitude BETWEEN -90 AND 90"
        ),
        guards.check("ticket", "text", "length(text) BETWEEN 1 AND 2000"),
        # Either a name or a seal with its index.
        guards.check(
            "ticket_reporter",
            "who",
            "(person_id IS NULL) = (sealed IS NOT NULL)"
            " AND (sealed IS NULL) = (sealed_index IS NULL)",
        ),
        guards.index(
            "ticket_reporter_first", "ticket_reporter (ticket_id) WHERE is_first", unique=True
        ),
        guards.sql(OUTCOME, "ALTER TABLE ticket DROP COLUMN outcome"),
        # Figures are counted from this index alone.
        guards.index(
            "ticket_figures",
            "ticket (area_code, outcome, submitted_at, category, unit_id, source)",
        ),
        guards.index(
            "ticket_open",
            "ticket (rank, area_code, submitted_at, category, unit_id, source) WHERE outcome = 1",
        ),
        # A list of an area's subtree, in the order of what is due, at each level of the tree.
        *(
            guards.index(f"ticket_of_{level}", f"ticket (left(area_code, {length}), rank, id)")
            for level, length in LEVELS.items()
        ),
        guards.index(
            "ticket_assignee", "ticket (assignee_id, rank, id) WHERE assignee_id IS NOT NULL"
        ),
        guards.index("ticket_resolver", "ticket (resolver_id) WHERE resolver_id IS NOT NULL"),
        guards.index(
            "ticket_merged_into", "ticket (merged_into_id) WHERE merged_into_id IS NOT NULL"
        ),
        guards.index("ticket_terms", "ticket USING gin (terms)"),
        # What the centre decided last teaches the directory of dispatch.
        guards.index("ticket_bound", "ticket (category, id) WHERE is_bound"),
    )

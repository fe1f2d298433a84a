"""What the table classes can't say of wishes and of what is offered for them."""

from tortoise import migrations

from models.tables import guards

TABLES = ("resource", "wish", "wish_claim", "wish_photo")
LEVELS = {"city": 6, "town": 9, "village": 12, "grid": 14}
POINT = "longitude BETWEEN -180 AND 180 AND latitude BETWEEN -90 AND 90"
CATEGORIES = ("GOODS", "SERVICE", "COMPANY", "SKILL")

TOPICS = (
    "'ticket', 'wish', 'station', 'person', 'area', 'unit', 'catalogue', 'occupancy',"
    " 'notification', 'points', 'reward', 'programme', 'merchant', 'voucher'"
)
RULE = (
    "ALTER TABLE event DROP CONSTRAINT event_topic_known, ADD CONSTRAINT event_topic_known CHECK"
)


class Migration(migrations.Migration):
    dependencies = [("models", "0026_wishes")]

    operations = guards.joined(
        *(guards.identity(table) for table in TABLES),
        guards.sql(f"{RULE} (topic IN ({TOPICS}, 'resource'))", f"{RULE} (topic IN ({TOPICS}))"),
        guards.area_code("wish"),
        guards.area_code("resource"),
        guards.default("wish", "is_thanked", "false"),
        guards.known(
            "wish",
            "state",
            "DRAFT",
            "SUBMITTED",
            "REVIEWING",
            "PUBLISHED",
            "CLAIMED",
            "DELIVERING",
            "FULFILLED",
            "CONFIRMED",
            "ARCHIVED",
            "REJECTED",
            "WITHDRAWN",
            "EXPIRED",
        ),
        guards.known("wish", "checked", "PENDING", "REVIEW", "PASSED", "RISKY"),
        guards.known("wish", "category", *CATEGORIES),
        guards.known(
            "wish",
            "beneficiary",
            "ELDER",
            "CHILD",
            "DISABLED",
            "LOW_INCOME",
            "PATIENT",
            "WORKER",
            "OTHER",
        ),
        guards.check(
            "wish",
            "over",
            "(state IN ('CONFIRMED', 'ARCHIVED', 'REJECTED', 'WITHDRAWN', 'EXPIRED'))"
            " = (ended_at IS NOT NULL)",
        ),
        guards.check(
            "wish",
            "due",
            "(state IN ('SUBMITTED', 'REVIEWING', 'PUBLISHED', 'CLAIMED', 'DELIVERING',"
            " 'CONFIRMED')) = (due_at IS NOT NULL)",
        ),
        # Nothing stands on the board that others may not see.
        guards.check(
            "wish",
            "shown",
            "checked = 'PASSED' OR state NOT IN ('PUBLISHED', 'CLAIMED', 'DELIVERING',"
            " 'FULFILLED', 'CONFIRMED', 'ARCHIVED')",
        ),
        guards.check("wish", "helper", "helper_id <> wisher_id"),
        guards.check("wish", "counts", "version >= 1 AND budget_cents >= 0"),
        guards.check("wish", "grid", "length(area_code) = 14"),
        guards.check("wish", "point", POINT),
        guards.check("wish", "text", "length(text) BETWEEN 1 AND 2000 AND length(title) >= 1"),
        *(
            guards.index(f"wish_of_{level}", f"wish (left(area_code, {length}), rank, id)")
            for level, length in LEVELS.items()
        ),
        guards.index("wish_helper", "wish (helper_id, rank, id) WHERE helper_id IS NOT NULL"),
        guards.index("wish_due", "wish (due_at, id) WHERE due_at IS NOT NULL"),
        guards.index("wish_near", "wish (box, category) WHERE state = 'PUBLISHED'"),
        guards.known("wish_claim", "outcome", "CONFIRMED", "RELEASED", "TIMED_OUT", "ENDED"),
        guards.check("wish_claim", "ended", "(outcome IS NULL) = (ended_at IS NULL)"),
        # One claim at a time, and none beside the one that came true.
        guards.index(
            "wish_claim_active",
            "wish_claim (wish_id) WHERE outcome IS NULL OR outcome = 'CONFIRMED'",
            unique=True,
        ),
        guards.index("wish_claim_unit", "wish_claim (unit_id, wish_id) WHERE unit_id IS NOT NULL"),
        guards.known("resource", "state", "REVIEWING", "OPEN", "REJECTED", "CLOSED"),
        guards.known("resource", "category", *CATEGORIES),
        guards.check(
            "resource", "over", "(state IN ('REJECTED', 'CLOSED')) = (ended_at IS NOT NULL)"
        ),
        guards.check("resource", "counts", "version >= 1"),
        guards.check("resource", "grid", "length(area_code) = 14"),
        guards.check("resource", "point", POINT),
        guards.check("resource", "text", "length(text) BETWEEN 1 AND 2000 AND length(title) >= 1"),
        *(
            guards.index(f"resource_of_{level}", f"resource (left(area_code, {length}), rank, id)")
            for level, length in LEVELS.items()
        ),
        guards.index("resource_near", "resource (box, category) WHERE state = 'OPEN'"),
        guards.index("resource_until", "resource (until_on, id) WHERE ended_at IS NULL"),
        guards.index("resource_unit", "resource (unit_id) WHERE unit_id IS NOT NULL"),
    )

"""What the table classes can't say of boards, sheets and hours."""

from tortoise import migrations

from models.tables import guards

IDENTITIES = ("board", "board_line", "inspection", "inspection_item", "objection", "service")
DEFAULTS = (
    ("board", "frozen_at", "now()"),
    ("board", "version", "1"),
    ("inspection", "submitted_at", "now()"),
    ("inspection_item", "photo_ids", "'{}'"),
    ("objection", "at", "now()"),
    ("service", "at", "now()"),
)


class Migration(migrations.Migration):
    dependencies = [("models", "0018_boards")]

    operations = guards.joined(
        *(guards.identity(table) for table in IDENTITIES),
        *(guards.default(*column) for column in DEFAULTS),
        guards.area_code("inspection"),
        guards.area_code("service"),
        guards.known("board", "state", "FROZEN", "PUBLISHED", "FINAL"),
        guards.check(
            "board", "notice", "(state = 'FROZEN') = (objections_until IS NULL) AND lines >= 0"
        ),
        guards.check("board_line", "place", "place >= 1 AND rank BETWEEN 1 AND place"),
        guards.check("objection", "answer", "(answer_id IS NULL) = (answered_by_id IS NULL)"),
        guards.known("inspection", "state", "SUBMITTED", "POSTED", "RETURNED"),
        guards.check(
            "inspection",
            "review",
            "(state = 'SUBMITTED') = (reviewer_id IS NULL) AND reviewer_id <> inspector_id"
            " AND (reviewer_id IS NULL) = (reviewed_at IS NULL)",
        ),
        guards.check("inspection_item", "points", "points <> 0"),
        guards.known("service", "state", "SUBMITTED", "CONFIRMED", "REFUSED"),
        guards.check(
            "service",
            "decision",
            "minutes BETWEEN 1 AND 1440 AND (state = 'SUBMITTED') = (decided_by_id IS NULL)"
            " AND (state = 'CONFIRMED') = (transaction_id IS NOT NULL)"
            " AND decided_by_id <> person_id",
        ),
        guards.append_only("board_line"),
        guards.append_only("inspection_item"),
    )

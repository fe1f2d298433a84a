"""What the table classes can't say of messages."""

from tortoise import migrations

from models.tables import guards

STATES = ("WAITING", "SENDING", "SENT", "REFUSED", "FAILED", "UNKNOWN", "READ", "LATE")


class Migration(migrations.Migration):
    dependencies = [("models", "0021_message")]

    operations = guards.joined(
        guards.identity("message"),
        guards.identity("message_consent"),
        guards.default("message", "attempts", "0"),
        guards.default("message_consent", "at", "now()"),
        guards.known("message", "state", *STATES),
        guards.check(
            "message",
            "over",
            "(state IN ('WAITING', 'SENDING')) = (ended_at IS NULL)"
            " AND (state <> 'SENDING' OR taken_at IS NOT NULL)",
        ),
        guards.index("message_due", "message (due_at, id) WHERE state IN ('WAITING', 'SENDING')"),
        guards.index(
            "message_consent_unused", "message_consent (person_id, template) WHERE used_at IS NULL"
        ),
    )

"""Rules for tickets that one handled, and events of programmes."""

from tortoise import migrations

from models.tables import guards

SOURCES = "'RULE', 'HOURS', 'TICKET', 'WISH', 'INSPECTION'"
TOPICS = (
    "'ticket', 'wish', 'station', 'person', 'area', 'unit', 'catalogue', 'occupancy',"
    " 'notification', 'points', 'reward'"
)
RULE = "ALTER TABLE rule DROP CONSTRAINT rule_source_known, ADD CONSTRAINT rule_source_known CHECK"
EVENT = (
    "ALTER TABLE event DROP CONSTRAINT event_topic_known, ADD CONSTRAINT event_topic_known CHECK"
)


class Migration(migrations.Migration):
    dependencies = [("models", "0022_message_guards")]

    operations = [
        guards.sql(
            f"{RULE} (source IN ({SOURCES}, 'HANDLING'))", f"{RULE} (source IN ({SOURCES}))"
        ),
        guards.sql(
            f"{EVENT} (topic IN ({TOPICS}, 'programme'))", f"{EVENT} (topic IN ({TOPICS}))"
        ),
    ]

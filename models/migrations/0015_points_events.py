"""Events of accounts and of offers."""

from tortoise import migrations

from models.tables import guards

BEFORE = (
    "'ticket', 'wish', 'station', 'person', 'area', 'unit', 'catalogue', 'occupancy',"
    " 'notification'"
)
RULE = (
    "ALTER TABLE event DROP CONSTRAINT event_topic_known, ADD CONSTRAINT event_topic_known CHECK"
)


class Migration(migrations.Migration):
    dependencies = [("models", "0014_points_guards")]

    operations = [
        guards.sql(
            f"{RULE} (topic IN ({BEFORE}, 'points', 'reward'))",
            f"{RULE} (topic IN ({BEFORE}))",
        ),
    ]

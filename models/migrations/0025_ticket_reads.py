"""Indexes of what is read of tickets in the whole city."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.tables import guards


class Migration(migrations.Migration):
    dependencies = [("models", "0024_reward_life")]

    operations = [
        ops.RemoveIndex("Ticket", fields=["rank", "id"]),
        # Whatever a list is narrowed by, but for its text, is seen on the way, in the index alone:
        # a time long ago lies behind most of the city's tickets.
        guards.index(
            "ticket_walk",
            "ticket (rank, id) INCLUDE (submitted_at, area_code, state, category, unit_id,"
            " assignee_id)",
        ),
        # So few values fill so few pages that the whole city is counted in some milliseconds.
        guards.index("ticket_outcome", "ticket (outcome)"),
    ]

"""What somebody who registers says of themself, until it is decided; and why it was refused."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.tables import guards

STATES = "'PENDING', 'CONFIRMED', 'REFUSED', 'ENDED'"


class Migration(migrations.Migration):
    dependencies = [("models", "0007_grids")]

    operations = guards.joined(
        ops.AddField(
            model_name="Residence", name="name", field=fields.CharField(null=True, max_length=64)
        ),
        ops.AddField(model_name="Residence", name="address", field=fields.BinaryField(null=True)),
        ops.AddField(
            model_name="Residence", name="identity_number", field=fields.BinaryField(null=True)
        ),
        ops.AddField(
            model_name="Residence",
            name="reason",
            field=fields.CharField(null=True, max_length=200),
        ),
        guards.sql(
            "ALTER TABLE residence DROP CONSTRAINT residence_state_known,"
            " ADD CONSTRAINT residence_state_known"
            f" CHECK (state IN ({STATES}, 'WITHDRAWN'))",
            "ALTER TABLE residence DROP CONSTRAINT residence_state_known,"
            f" ADD CONSTRAINT residence_state_known CHECK (state IN ({STATES}))",
        ),
        guards.check(
            "residence",
            "asked",
            "state = 'PENDING' OR (name IS NULL AND address IS NULL AND identity_number IS NULL)",
        ),
        # Those who confirm read what waits in their area, oldest place first.
        guards.index(
            "residence_pending_of_area", "residence (area_code, id) WHERE state = 'PENDING'"
        ),
    )

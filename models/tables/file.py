"""Files that people upload: what is known of each; the bytes are in the file store."""

from tortoise import fields
from tortoise.models import Model

from models.tables.person import Person


class File(Model):
    """A file, announced first and uploaded then; `digest` (SHA-256) names its bytes.

    One that nothing has claimed is removed after a day.
    """

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name="files", on_delete=fields.RESTRICT
    )
    kind = fields.CharField(16)
    content_type = fields.CharField(96)
    bytes = fields.IntField()
    digest = fields.CharField(64, null=True)
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    is_public = fields.BooleanField(default=False)
    expires_at = fields.DatetimeField()
    stored_at = fields.DatetimeField(null=True)
    claimed_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        """Name and comment are pinned."""

        table = "file"
        table_description = "Files that people uploaded"
        indexes = (("digest",), ("person_id",))

"""People in the graph, and the one who asks."""

import strawberry

from models import person
from models.role import Role
from resolvers.context import Context, Info
from resolvers.field import shown
from resolvers.node import Node, global_id, shows


async def _load(context: Context, key: int) -> person.Person | None:
    """Give a person's node to nobody but that person."""
    if key != context.person_id:
        return None
    found = await person.viewer(key)
    return person.Person(found.id, found.name) if found else None


@shows(person.Person, load=_load)
@strawberry.type(description="A person. 人员")
class Person(Node):
    """A person as this viewer may see them."""

    name: str = strawberry.field(description="The name. 姓名")


def _viewer_id(viewer: strawberry.Parent[person.Viewer]) -> strawberry.ID:
    return global_id(Person.__name__, viewer.id)


@strawberry.type(description="The person who asks. 当前用户")
class Viewer:
    """The person who asks."""

    id: strawberry.ID = shown(_viewer_id, description="The id of the person. 人员标识")
    name: str = strawberry.field(description="The name. 姓名")
    roles: list[Role] = strawberry.field(description="The roles that hold today. 角色")


async def viewer(info: Info) -> person.Viewer | None:
    """Give the person who asks."""
    key = info.context.person_id
    return await person.viewer(key) if key else None


@strawberry.type
class PersonQuery:
    """Root fields that show people."""

    viewer: Viewer | None = shown(
        viewer, description="The person who asks; null when nobody is signed in. 当前用户"
    )

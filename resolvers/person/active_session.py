"""Where the viewer is signed in."""

from datetime import datetime

import strawberry

from models import person
from resolvers.field import shown
from resolvers.node import global_id


def _id(session: strawberry.Parent[person.ActiveSession]) -> strawberry.ID:
    return global_id(ActiveSession.__name__, session.id)


@strawberry.type(description="A device on which the viewer is signed in. 登录设备")
class ActiveSession:
    """A device on which the viewer is signed in."""

    id: strawberry.ID = shown(_id, description="The id of the sign-in. 登录标识")
    device: str = strawberry.field(description="What the device said of itself. 设备说明")
    started_at: datetime = strawberry.field(description="When it signed in. 登录时间")
    used_at: datetime = strawberry.field(description="When it was last renewed. 最近续期时间")
    is_current: bool = strawberry.field(
        description="Whether this request comes by it. 是否当前设备"
    )

"""Points and viewports: where things are, in and out of the graph."""

import strawberry

from models import geo
from models.geo import CoordinateSystem
from resolvers import words

words.enum(CoordinateSystem, description="In which system a longitude and latitude are. 坐标系")


@strawberry.type(description="A place on the globe, in degrees of GCJ-02. 坐标点")
class Point:
    """A place on the globe."""

    longitude: float = strawberry.field(description="Degrees east. 经度")
    latitude: float = strawberry.field(description="Degrees north. 纬度")


@strawberry.input(description="A place on the globe, in the system it was measured in. 坐标输入")
class PointInput:
    """A place on the globe, as a client measured it."""

    longitude: float = strawberry.field(description="Degrees east. 经度")
    latitude: float = strawberry.field(description="Degrees north. 纬度")
    system: CoordinateSystem = strawberry.field(
        default=CoordinateSystem.GCJ_02, description="The coordinate system. 坐标系"
    )

    def point(self) -> geo.Point:
        """Give the place in GCJ-02; raises Invalid off the globe."""
        return geo.to_gcj_02(self.longitude, self.latitude, self.system)

"""People: who they are, where they live, and the roles they hold."""

from models.person.development import DEVELOPMENT_ROLES, development_person
from models.person.record import Person, Viewer
from models.person.viewer import viewer

__all__ = ["DEVELOPMENT_ROLES", "Person", "Viewer", "development_person", "viewer"]

"""People in the graph: who they are, and how they sign in."""

from resolvers.person.session import SessionMutation
from resolvers.person.viewer import Person, PersonQuery

__all__ = ["Person", "PersonQuery", "SessionMutation"]

"""People in the graph: who they are, how they sign in, and the roles they hold."""

from resolvers.person.appointment import Appointment, AppointmentMutation
from resolvers.person.session import SessionMutation
from resolvers.person.viewer import Person, PersonQuery

__all__ = ["Appointment", "AppointmentMutation", "Person", "PersonQuery", "SessionMutation"]

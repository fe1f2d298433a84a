"""People in the graph: who they are, how they sign in, where they live, and their roles."""

import strawberry

from resolvers.person.appointment import Appointment, AppointmentMutation
from resolvers.person.ban import BanMutation
from resolvers.person.home import HomeMutation
from resolvers.person.people import HomeQuery, Household, Person, Residence
from resolvers.person.phone import PhoneMutation
from resolvers.person.reveal import AccessQuery, RevealMutation
from resolvers.person.session import SessionMutation
from resolvers.person.viewer import ViewerQuery


@strawberry.type
class PersonQuery(ViewerQuery, HomeQuery, AccessQuery):
    """Root fields that show people."""


@strawberry.type
class PersonMutation(
    SessionMutation,
    PhoneMutation,
    HomeMutation,
    RevealMutation,
    AppointmentMutation,
    BanMutation,
):
    """Root fields of people and their homes."""


__all__ = [
    "Appointment",
    "Household",
    "Person",
    "PersonMutation",
    "PersonQuery",
    "Residence",
]

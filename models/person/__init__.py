"""People: who they are, where they live, the roles they hold, and where they are signed in."""

from models.person.appointing import Where, Whom, appoint, relieve
from models.person.appointment import (
    Appointment,
    appointments_in,
    appointments_of,
    find_appointment,
)
from models.person.development import DEVELOPMENT_ROLES, development_person
from models.person.record import ActiveSession, Asker, Person, SignedIn, Viewer
from models.person.refresh import RefreshToken
from models.person.refresh import read as read_refresh_token
from models.person.session import active as active_sessions
from models.person.session import end as end_session
from models.person.session import end_others as end_other_sessions
from models.person.session import refresh as refresh_session
from models.person.session import start as start_session
from models.person.session import start_by_openid as start_session_by_openid
from models.person.standing import Standing, signed_in_sql, standing
from models.person.viewer import viewer

__all__ = [
    "DEVELOPMENT_ROLES",
    "ActiveSession",
    "Appointment",
    "Asker",
    "Person",
    "RefreshToken",
    "SignedIn",
    "Standing",
    "Viewer",
    "Where",
    "Whom",
    "active_sessions",
    "appoint",
    "appointments_in",
    "appointments_of",
    "development_person",
    "end_other_sessions",
    "end_session",
    "find_appointment",
    "read_refresh_token",
    "refresh_session",
    "relieve",
    "signed_in_sql",
    "standing",
    "start_session",
    "start_session_by_openid",
    "viewer",
]

"""People: who they are, where they live, the roles they hold, and where they are signed in."""

from models.person.appointing import Where, Whom, appoint, relieve
from models.person.appointment import (
    Appointment,
    appointments_in,
    appointments_of,
    find_appointment,
)
from models.person.banning import ban, unban
from models.person.deciding import confirm, refuse
from models.person.development import (
    DEVELOPMENT_ROLES,
    development_person,
    start_development_session,
)
from models.person.household import find_household, find_residence, history, members, pending
from models.person.log import Access, accesses
from models.person.people import find, search, seen
from models.person.phone import verify_phone
from models.person.record import (
    ActiveSession,
    Asker,
    Household,
    Office,
    Person,
    Residence,
    ResidenceState,
    SignedIn,
    Viewer,
)
from models.person.refresh import RefreshToken
from models.person.refresh import read as read_refresh_token
from models.person.registering import Registration, register, withdraw
from models.person.reveal import Protected, Revealed, reveal
from models.person.reveal import log as log_access
from models.person.roster import Fault, Report, Roster
from models.person.roster import read as read_roster
from models.person.roster_export import export as export_roster
from models.person.roster_import import TAKEN_TEXT as ROSTER_TAKEN_TEXT
from models.person.roster_import import bring as bring_roster
from models.person.roster_import import bring_in as bring_roster_in
from models.person.session import active as active_sessions
from models.person.session import end as end_session
from models.person.session import end_others as end_other_sessions
from models.person.session import refresh as refresh_session
from models.person.session import start as start_session
from models.person.session import start_by_openid as start_session_by_openid
from models.person.standing import Standing, signed_in_sql, standing
from models.person.viewer import PARTS, Part, viewer

__all__ = [
    "DEVELOPMENT_ROLES",
    "PARTS",
    "ROSTER_TAKEN_TEXT",
    "Access",
    "ActiveSession",
    "Appointment",
    "Asker",
    "Fault",
    "Household",
    "Office",
    "Part",
    "Person",
    "Protected",
    "RefreshToken",
    "Registration",
    "Report",
    "Residence",
    "ResidenceState",
    "Revealed",
    "Roster",
    "SignedIn",
    "Standing",
    "Viewer",
    "Where",
    "Whom",
    "accesses",
    "active_sessions",
    "appoint",
    "appointments_in",
    "appointments_of",
    "ban",
    "bring_roster",
    "bring_roster_in",
    "confirm",
    "development_person",
    "end_other_sessions",
    "end_session",
    "export_roster",
    "find",
    "find_appointment",
    "find_household",
    "find_residence",
    "history",
    "log_access",
    "members",
    "pending",
    "read_refresh_token",
    "read_roster",
    "refresh_session",
    "refuse",
    "register",
    "relieve",
    "reveal",
    "search",
    "seen",
    "signed_in_sql",
    "standing",
    "start_development_session",
    "start_session",
    "start_session_by_openid",
    "unban",
    "verify_phone",
    "viewer",
    "withdraw",
]

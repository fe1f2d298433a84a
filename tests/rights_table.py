"""What the tables say of a cell, in other words than the code that they are a test of."""

from dataclasses import replace

from models.access import RIGHTS, Action, Scope
from models.role import Role
from models.ticket import FLOW, Move, Party
from tests.rights_cases import Case, Try
from tests.rights_city import CITY, Actor

PARTIES: dict[Party, Action] = {
    Party.REPORTER: Action.TICKET_SUBMIT,
    Party.HANDLER: Action.TICKET_HANDLE,
    Party.WORKER: Action.TICKET_PATROL,
    Party.CHECKER: Action.TICKET_VERIFY,
    Party.DISPATCHER: Action.TICKET_DISPATCH,
    Party.CENTRE: Action.TICKET_DISPATCH,
    Party.STAFF: Action.TICKET_READ,
    Party.NEIGHBOUR: Action.TICKET_SUBMIT,
}
"""The right by which somebody is what they are to a ticket."""

OFFICES = {Role.TOWN_OFFICER, Role.VILLAGE_CADRE}
"""Who staffs the office of an area without being named in it."""


def allows(case: Case, actor: Actor, tried: Try, *, is_own: bool) -> bool:
    """Say whether the tables let somebody do it."""
    if case.never_oneself and is_own:
        return False
    if case.move:
        return may_move(case.move, actor, tried)
    return any(gives(action, actor, tried) for action in case.actions)


def gives(action: Action, actor: Actor, tried: Try) -> bool:
    """Say whether the table of rights gives an action on a thing."""
    scopes = RIGHTS[action]
    if scopes.get(Role.RESIDENT) is Scope.ANYBODY:
        return True
    if actor.person_id is None:
        return False
    is_own = tried.owner_id is not None and tried.owner_id == actor.person_id
    is_home = tried.household_id is not None and tried.household_id == actor.household_id
    own = {Scope.OWN: is_own, Scope.HOUSEHOLD: is_own or is_home}
    if Role.RESIDENT in scopes and own[scopes[Role.RESIDENT]]:
        return True
    if actor.role is None or actor.role is Role.RESIDENT or actor.role not in scopes:
        return False
    return {
        Scope.UNIT: serves(actor, tried),
        Scope.AREA: (tried.area_code or "").startswith(actor.area_code or "?"),
        Scope.CITY: True,
    }[scopes[actor.role]]


def serves(actor: Actor, tried: Try) -> bool:
    """Say whether somebody is staff of the unit of a thing."""
    is_named = tried.unit_id is not None and tried.unit_id == actor.unit_id
    is_office = tried.office_code is not None and tried.office_code == actor.area_code
    return is_named or (is_office and actor.role in OFFICES)


def may_move(move: Move, actor: Actor, tried: Try) -> bool:
    """Say whether the table of the flow lets somebody move a ticket in the state it is in."""
    rule = FLOW[move]
    if rule.not_by_handler and is_party(Party.HANDLER, actor, tried):
        return False
    return any(is_party(party, actor, tried) for party in rule.parties)


def is_party(party: Party, actor: Actor, tried: Try) -> bool:
    """Say whether somebody is this to a ticket."""
    if party is Party.NEIGHBOUR:
        return gives(PARTIES[party], actor, replace(tried, owner_id=actor.person_id))
    if party is Party.STAFF and is_party(Party.HANDLER, actor, tried):
        return True
    thing = replace(tried, area_code=CITY) if party is Party.CENTRE else tried
    return gives(PARTIES[party], actor, thing)

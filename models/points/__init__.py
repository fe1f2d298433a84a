"""Points: a ledger that can be proven, and the rules by which it is written."""

from models.points.account import RECENT, Moved, account, accounts, entries, expiring, moved
from models.points.audit import Audit, Finding, audit, audit_for
from models.points.award import grant
from models.points.board import (
    Board,
    Line,
    OwnLine,
    board,
    finish_boards,
    freeze_boards,
    lines,
    month_ranking,
    own_line,
    ranking,
)
from models.points.earning import Earned, award_for
from models.points.expiry import expire
from models.points.founding import (
    Founding,
    close_programme,
    create_programme,
    fund_programme,
)
from models.points.inspection import Item, Sheet, review, sheets, submit
from models.points.merkle import Step
from models.points.notice import answer, object_to, publish
from models.points.objection import Objection, objections
from models.points.programme import Figures, figures, programme, programmes, rules
from models.points.record import Account, Entry, Expiring, Programme
from models.points.reverse import reverse
from models.points.rule import Rule, Terms
from models.points.ruling import end_rule, rule_version, start_rule
from models.points.seal import seal
from models.points.service import Service, services
from models.points.service import decide as decide_service
from models.points.service import record as record_service
from models.points.words import (
    AccountKind,
    Alarm,
    Asset,
    Beneficiary,
    BoardState,
    InspectionState,
    Joiners,
    ProgrammeKind,
    ServiceState,
    Source,
    TransactionKind,
)
from models.points.year_grant import grant_this_year

__all__ = [
    "RECENT",
    "Account",
    "AccountKind",
    "Alarm",
    "Asset",
    "Audit",
    "Beneficiary",
    "Board",
    "BoardState",
    "Earned",
    "Entry",
    "Expiring",
    "Figures",
    "Finding",
    "Founding",
    "InspectionState",
    "Item",
    "Joiners",
    "Line",
    "Moved",
    "Objection",
    "OwnLine",
    "Programme",
    "ProgrammeKind",
    "Rule",
    "Service",
    "ServiceState",
    "Sheet",
    "Source",
    "Step",
    "Terms",
    "TransactionKind",
    "account",
    "accounts",
    "answer",
    "audit",
    "audit_for",
    "award_for",
    "board",
    "close_programme",
    "create_programme",
    "decide_service",
    "end_rule",
    "entries",
    "expire",
    "expiring",
    "figures",
    "finish_boards",
    "freeze_boards",
    "fund_programme",
    "grant",
    "grant_this_year",
    "lines",
    "month_ranking",
    "moved",
    "object_to",
    "objections",
    "own_line",
    "programme",
    "programmes",
    "publish",
    "ranking",
    "record_service",
    "reverse",
    "review",
    "rule_version",
    "rules",
    "seal",
    "services",
    "sheets",
    "start_rule",
    "submit",
]

"""Points: a ledger that can be proven, and the rules by which it is written."""

from models.points.account import RECENT, account, accounts, entries, expiring
from models.points.audit import Audit, Finding, audit, audit_for
from models.points.award import grant
from models.points.expiry import expire
from models.points.programme import Figures, figures, programme, programmes, rules
from models.points.record import Account, Entry, Expiring, Programme
from models.points.reverse import reverse
from models.points.rule import Rule
from models.points.seal import seal
from models.points.words import (
    AccountKind,
    Alarm,
    Asset,
    Beneficiary,
    Joiners,
    ProgrammeKind,
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
    "Entry",
    "Expiring",
    "Figures",
    "Finding",
    "Joiners",
    "Programme",
    "ProgrammeKind",
    "Rule",
    "Source",
    "TransactionKind",
    "account",
    "accounts",
    "audit",
    "audit_for",
    "entries",
    "expire",
    "expiring",
    "figures",
    "grant",
    "grant_this_year",
    "programme",
    "programmes",
    "reverse",
    "rules",
    "seal",
]

"""The shape of the truth: Tortoise's table classes, read by its migrations and by nothing else.

The domain modules read and write by SQL that stands where it is used, and return records; so a
serving process never imports the ORM (docs/decisions/0001).
"""

from models.tables.access import Access, Once
from models.tables.area import Area, AreaSuccessor
from models.tables.board import (
    Board,
    BoardLine,
    Inspection,
    InspectionItem,
    Objection,
    Service,
)
from models.tables.catalogue import Catalogue
from models.tables.event import Content, Event, Feed, Lease, Outbox
from models.tables.file import File
from models.tables.message import Message, MessageConsent
from models.tables.notification import Notification
from models.tables.person import Appointment, Household, Person, Residence, Unit
from models.tables.points import (
    Account,
    Entry,
    Hold,
    Lot,
    LotUse,
    Programme,
    ProgrammeArea,
    Rule,
    Seal,
    Sealed,
    Transaction,
    Unsealed,
)
from models.tables.reward import (
    BudgetAlarm,
    Merchant,
    MerchantMember,
    Reward,
    Settlement,
    Voucher,
    VoucherAttempt,
    VoucherFlag,
    VoucherReview,
)
from models.tables.roster import RosterImport
from models.tables.session import Session
from models.tables.station import (
    Station,
    StationImport,
    StationOccupancy,
    StationPhoto,
    StationVisit,
)
from models.tables.ticket import Ticket, TicketPhoto, TicketReporter
from models.tables.wish import Resource, Wish, WishClaim, WishPhoto

__all__ = [
    "Access",
    "Account",
    "Appointment",
    "Area",
    "AreaSuccessor",
    "Board",
    "BoardLine",
    "BudgetAlarm",
    "Catalogue",
    "Content",
    "Entry",
    "Event",
    "Feed",
    "File",
    "Hold",
    "Household",
    "Inspection",
    "InspectionItem",
    "Lease",
    "Lot",
    "LotUse",
    "Merchant",
    "MerchantMember",
    "Message",
    "MessageConsent",
    "Notification",
    "Objection",
    "Once",
    "Outbox",
    "Person",
    "Programme",
    "ProgrammeArea",
    "Residence",
    "Resource",
    "Reward",
    "RosterImport",
    "Rule",
    "Seal",
    "Sealed",
    "Service",
    "Session",
    "Settlement",
    "Station",
    "StationImport",
    "StationOccupancy",
    "StationPhoto",
    "StationVisit",
    "Ticket",
    "TicketPhoto",
    "TicketReporter",
    "Transaction",
    "Unit",
    "Unsealed",
    "Voucher",
    "VoucherAttempt",
    "VoucherFlag",
    "VoucherReview",
    "Wish",
    "WishClaim",
    "WishPhoto",
]

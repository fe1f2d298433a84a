"""What a field without a page size costs, in items of a list.

Lists that are bounded by nature have no `first`, yet they multiply what is below them; and some
single things take as long to find out as many. A test holds that every list of things stands
here or has a page size.
"""

ITEMS = {
    "Area.boundary": 50,
    "Area.path": 5,
    "Area.staff": 10,
    "Area.staffing": 10,
    "Area.successors": 8,
    "AreaInCharge.staff": 20,
    "CareMap.markers": 200,
    "Household.members": 10,
    "MessageConsentPayload.templates": 5,
    "MerchantDay.vouchers": 100,
    "MerchantExportPayload.file": 200,
    "Merchant.members": 10,
    "PointsAccount.recent": 20,
    "PointsAudit.findings": 1,
    "PointsBoard.ownLine": 200,
    "PointsInspection.items": 20,
    "PointsOwnLine.proof": 15,
    "PointsProgramme.figures": 50,
    "PointsUpdate.entries": 4,
    "Query.areaAt": 20,
    "Query.areaInCharge": 20,
    "Query.careMap": 5,
    "Query.pointsAccounts": 3,
    "Query.pointsAudit": 2_000,
    "Query.pointsExpiring": 20,
    "Query.stationCoverage": 25,
    "Query.stationOpenings": 14,
    "Query.ticketCategories": 40,
    "Query.ticketFigures": 50,
    "Query.ticketSimilar": 5,
    "Query.wishCounts": 10,
    "RosterImportReport.faults": 100,
    "Station.openings": 14,
    "Station.photos": 3,
    "StationCluster.missing": 3,
    "StationCoverage.gaps": 1,
    "StationImportReport.faults": 100,
    "Staffing.missing": 4,
    "Unit.staff": 20,
    "Viewer.appointments": 3,
    "Ticket.nearDuplicates": 5,
    "TicketEvent.photos": 2,
    "TicketSubmitPayload.similar": 5,
    "Viewer.messageTemplates": 5,
    "Viewer.unreadCount": 1,
    "Viewer.pointsAccounts": 3,
    "FlaggedVoucher.kinds": 1,
    "Wish.photos": 2,
    "WishEvent.photos": 2,
    "__Directive.args": 3,
    "__Field.args": 3,
    "__Schema.directives": 5,
    "__Schema.types": 60,
    "__Type.enumValues": 5,
    "__Type.fields": 8,
    "__Type.inputFields": 3,
    "__Type.interfaces": 2,
    "__Type.possibleTypes": 3,
}
"""By type and field; the gaps of a coverage are as many as its `first`, which counts already."""

UNKNOWN_ITEMS = 20
"""The price of a list that stands nowhere."""

REASONS = "userErrors"
"""The field of every payload that says why not: for one reason at a time."""


def stated(kind: str, name: str) -> int | None:
    """Give what a field of a type costs; None where that is not stated."""
    return 1 if name == REASONS else ITEMS.get(f"{kind}.{name}")

"""What a field without a page size costs, in items of a list.

Lists that are bounded by nature have no `first`, yet they multiply what is below them; and some
single things take as long to find out as many. A test holds that every list of things stands
here or has a page size.
"""

ITEMS = {
    "AppointmentEndPayload.userErrors": 1,
    "AppointmentStartPayload.userErrors": 1,
    "Area.boundary": 50,
    "Area.path": 5,
    "Area.staff": 10,
    "Area.staffing": 10,
    "Area.successors": 8,
    "AreaChangePayload.userErrors": 1,
    "AreaInCharge.staff": 20,
    "AreaMergePayload.userErrors": 1,
    "AreaSplitPayload.userErrors": 1,
    "CareMap.markers": 200,
    "Household.members": 10,
    "PersonRegisterPayload.userErrors": 1,
    "PersonRevealPayload.userErrors": 1,
    "PersonVerifyPhonePayload.userErrors": 1,
    "FileUploadStartPayload.userErrors": 1,
    "Query.areaAt": 20,
    "Query.areaInCharge": 20,
    "Query.careMap": 5,
    "Query.stationCoverage": 25,
    "SessionEndOthersPayload.userErrors": 1,
    "SessionEndPayload.userErrors": 1,
    "SessionRefreshPayload.userErrors": 1,
    "ResidenceConfirmPayload.userErrors": 1,
    "ResidenceRefusePayload.userErrors": 1,
    "ResidenceWithdrawPayload.userErrors": 1,
    "Query.stationOpenings": 14,
    "SessionStartPayload.userErrors": 1,
    "Station.openings": 14,
    "Station.photos": 3,
    "StationChangePayload.userErrors": 1,
    "StationCheckInPayload.userErrors": 1,
    "StationCheckOutPayload.userErrors": 1,
    "StationClosePayload.userErrors": 1,
    "StationCluster.missing": 3,
    "StationCoverage.gaps": 1,
    "StationCreatePayload.userErrors": 1,
    "StationMovePayload.userErrors": 1,
    "StationReopenPayload.userErrors": 1,
    "StationSuspendPayload.userErrors": 1,
    "Staffing.missing": 4,
    "Unit.staff": 20,
    "UnitChangePayload.userErrors": 1,
    "UnitClosePayload.userErrors": 1,
    "UnitCreatePayload.userErrors": 1,
    "Viewer.appointments": 3,
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

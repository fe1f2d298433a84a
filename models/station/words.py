"""The words of stations: what they are, what they have, whom they serve and how they stand."""

from models.words import Word


class Kind(Word):
    """What a station is."""

    SERVICE_CENTRE = "SERVICE_CENTRE", "The party-service centre of a village.", "党群服务中心"
    PIONEER_STATION = "PIONEER_STATION", "A pioneer station of a village.", "先锋驿站"
    NEIGHBOUR_POINT = "NEIGHBOUR_POINT", "A meeting point of neighbours.", "睦邻点"
    BEE_STATION = "BEE_STATION", "A rest stop for couriers and riders.", "小蜜蜂驿站"
    DRIVER_STATION = "DRIVER_STATION", "A rest stop for lorry drivers.", "司机驿站"
    LIVE_ROOM = "LIVE_ROOM", "A studio where villages sell by live stream.", "红色直播间"
    LOVE_RESTAURANT = "LOVE_RESTAURANT", "A restaurant with meals for those in need.", "爱心餐厅"
    LOVE_PHARMACY = "LOVE_PHARMACY", "A pharmacy that helps those in need.", "爱心药店"
    LOVE_SHOP = "LOVE_SHOP", "A charity shop.", "爱心公益超市"
    MEDIATION_STUDIO = "MEDIATION_STUDIO", "A studio where disputes are settled.", "调解工作室"


class Facility(Word):
    """What a station has for those who come in."""

    WATER = "WATER", "Drinking water.", "饮水"
    MICROWAVE = "MICROWAVE", "A microwave oven.", "微波炉"
    CHARGING = "CHARGING", "Sockets to charge a phone.", "充电"
    AIR_CONDITIONING = "AIR_CONDITIONING", "Air conditioning.", "空调"
    TOILET = "TOILET", "A toilet.", "卫生间"
    FIRST_AID = "FIRST_AID", "A first-aid box.", "急救箱"
    REST = "REST", "Seats to rest on.", "休息区"
    WIFI = "WIFI", "Free wireless network.", "无线网络"
    BOOKS = "BOOKS", "Books and newspapers.", "图书"
    LOCKER = "LOCKER", "Lockers.", "储物柜"


class Status(Word):
    """How a station stands; only open ones are found near and on the map."""

    OPEN = "OPEN", "In service, within its opening hours.", "正常开放"
    SUSPENDED = "SUSPENDED", "Not in service for a while.", "暂停服务"
    CLOSED = "CLOSED", "Given up.", "已关闭"


CARE_KINDS = (
    Kind.BEE_STATION,
    Kind.DRIVER_STATION,
    Kind.LIVE_ROOM,
    Kind.LOVE_RESTAURANT,
    Kind.LOVE_PHARMACY,
    Kind.LOVE_SHOP,
)
"""The kinds that the care map shows when nobody asks for others."""

CODE_LETTERS = {
    Kind.SERVICE_CENTRE: "SC",
    Kind.PIONEER_STATION: "PS",
    Kind.NEIGHBOUR_POINT: "NP",
    Kind.BEE_STATION: "BE",
    Kind.DRIVER_STATION: "DS",
    Kind.LIVE_ROOM: "LR",
    Kind.LOVE_RESTAURANT: "RE",
    Kind.LOVE_PHARMACY: "PH",
    Kind.LOVE_SHOP: "SH",
    Kind.MEDIATION_STUDIO: "MS",
}
"""The letters of each kind in the code of a station, 320281001001-BE01."""

"""What a station of each kind offers: hours, facilities, services, whom it is for, its size.

Opening hours are OSM opening_hours texts as such places in the region have them: lunch breaks,
weekends, other hours in summer, statutory holidays, round the clock.
"""

from dataclasses import dataclass

from models.station import Facility, Kind

EVERYBODY = "全体居民"
ALWAYS = "24/7"


@dataclass(frozen=True, slots=True)
class Premises:
    """What stations of one kind have in common, and what they choose from.

    `share` of the `extra` facilities and of the `hours` is drawn for each station.
    """

    label: str
    hours: tuple[str, ...]
    facilities: tuple[Facility, ...]
    extra: tuple[Facility, ...]
    services: tuple[str, ...]
    audience: tuple[str, ...]
    capacity: tuple[int, int]
    phone_share: float
    accessible_share: float


PREMISES = {
    Kind.SERVICE_CENTRE: Premises(
        label="党群服务中心",
        hours=(
            "Mo-Fr 08:30-11:30,13:30-17:30; Sa 09:00-11:30; PH off",
            "Mo-Fr 08:30-11:30,13:00-17:00; Sa,Su 09:00-16:00; PH 09:00-11:30",
            "Jun-Sep: Mo-Fr 08:30-11:30,14:00-18:00; Oct-May: Mo-Fr 08:30-11:30,13:30-17:30;"
            " PH off",
            "Mo-Su 08:30-20:30; PH 09:00-17:00",
        ),
        facilities=(Facility.WATER, Facility.AIR_CONDITIONING, Facility.TOILET, Facility.REST),
        extra=(Facility.WIFI, Facility.BOOKS, Facility.FIRST_AID, Facility.CHARGING),
        services=("政务代办", "党员教育", "民生咨询", "法律援助", "儿童托管"),
        audience=(EVERYBODY,),
        capacity=(60, 200),
        phone_share=1.0,
        accessible_share=0.9,
    ),
    Kind.PIONEER_STATION: Premises(
        label="先锋驿站",
        hours=(
            "Mo-Su 08:00-18:00",
            "Mo-Fr 08:00-20:00; Sa,Su 09:00-18:00; PH off",
            "Mo-Fr 08:30-11:30,13:00-17:30; PH off",
            "Mo-Su,PH 07:30-21:00",
        ),
        facilities=(Facility.WATER, Facility.REST),
        extra=(Facility.CHARGING, Facility.FIRST_AID, Facility.AIR_CONDITIONING, Facility.WIFI),
        services=("便民服务", "议事协商", "志愿服务", "党员活动"),
        audience=(EVERYBODY, "党员", "志愿者"),
        capacity=(15, 60),
        phone_share=0.8,
        accessible_share=0.6,
    ),
    Kind.NEIGHBOUR_POINT: Premises(
        label="睦邻点",
        hours=(
            "Mo-Su 08:00-17:00",
            "Mo-Su 13:00-20:00",
            "Mo,We,Fr 08:30-11:00,13:30-16:30",
            "Tu,Th,Sa 09:00-16:00; PH off",
            "Sa,Su 09:00-17:00",
            "Mo-Fr 18:30-21:00; Sa,Su,PH 09:00-21:00",
        ),
        facilities=(Facility.WATER, Facility.REST),
        extra=(Facility.BOOKS, Facility.TOILET, Facility.AIR_CONDITIONING),
        services=("邻里议事", "矛盾调解", "文娱活动", "老人照料"),
        audience=(EVERYBODY,),
        capacity=(6, 24),
        phone_share=0.45,
        accessible_share=0.4,
    ),
    Kind.BEE_STATION: Premises(
        label="小蜜蜂驿站",
        hours=(ALWAYS, "Mo-Su,PH 06:00-22:00", "Mo-Su 07:00-21:00", "Mo-Su 10:00-02:00"),
        facilities=(Facility.WATER, Facility.MICROWAVE, Facility.CHARGING, Facility.REST),
        extra=(Facility.AIR_CONDITIONING, Facility.TOILET, Facility.LOCKER, Facility.WIFI),
        services=("热饭饮水", "车辆换电", "安全培训", "积分兑换"),
        audience=("骑手", "快递员", "环卫工人"),
        capacity=(6, 30),
        phone_share=0.7,
        accessible_share=0.5,
    ),
    Kind.DRIVER_STATION: Premises(
        label="司机驿站",
        hours=(ALWAYS,),
        facilities=(Facility.WATER, Facility.MICROWAVE, Facility.TOILET, Facility.REST),
        extra=(Facility.CHARGING, Facility.WIFI, Facility.LOCKER, Facility.FIRST_AID),
        services=("停车休息", "淋浴洗衣", "车辆检修"),
        audience=("货车司机", "网约车司机"),
        capacity=(30, 80),
        phone_share=1.0,
        accessible_share=1.0,
    ),
    Kind.LIVE_ROOM: Premises(
        label="红色直播间",
        hours=("Mo-Fr 14:00-17:00,19:00-21:00; PH off", "We,Sa 19:00-22:00", "Mo-Su 13:30-21:30"),
        facilities=(Facility.AIR_CONDITIONING, Facility.WIFI, Facility.CHARGING),
        extra=(Facility.WATER, Facility.TOILET),
        services=("助农直播", "政策宣讲", "技能培训"),
        audience=("农户", "商户", EVERYBODY),
        capacity=(8, 20),
        phone_share=1.0,
        accessible_share=0.7,
    ),
    Kind.LOVE_RESTAURANT: Premises(
        label="爱心餐厅",
        hours=(
            "Mo-Su 06:00-08:30,10:30-12:30,16:30-18:00",
            "Mo-Fr 10:30-13:00,16:30-18:30; PH off",
            "Mo-Su,PH 10:30-13:30",
        ),
        facilities=(Facility.WATER, Facility.TOILET, Facility.REST),
        extra=(Facility.AIR_CONDITIONING, Facility.MICROWAVE),
        services=("助老用餐", "爱心送餐", "骑手优惠"),
        audience=("老年人", "困难家庭", "骑手"),
        capacity=(20, 120),
        phone_share=1.0,
        accessible_share=0.8,
    ),
    Kind.LOVE_PHARMACY: Premises(
        label="爱心药店",
        hours=("Mo-Su,PH 08:00-21:00", "Mo-Su 07:30-21:30; PH 09:00-17:00", ALWAYS),
        facilities=(Facility.FIRST_AID, Facility.WATER),
        extra=(Facility.REST, Facility.AIR_CONDITIONING),
        services=("优惠购药", "血压测量", "用药咨询"),
        audience=("老年人", "困难家庭", EVERYBODY),
        capacity=(5, 15),
        phone_share=1.0,
        accessible_share=0.7,
    ),
    Kind.LOVE_SHOP: Premises(
        label="爱心公益超市",
        hours=(
            "Mo-Sa 09:00-11:30,13:30-17:00",
            "Tu-Su 09:00-17:00; PH off",
            "Sa[1],Sa[3] 09:00-16:00",
            "Mo-Su 08:00-20:00",
        ),
        facilities=(Facility.AIR_CONDITIONING,),
        extra=(Facility.WATER, Facility.REST, Facility.LOCKER),
        services=("积分兑换", "物资捐赠", "困难帮扶"),
        audience=("志愿者", "困难家庭", EVERYBODY),
        capacity=(8, 30),
        phone_share=0.9,
        accessible_share=0.6,
    ),
    Kind.MEDIATION_STUDIO: Premises(
        label="调解工作室",
        hours=(
            "Mo-Fr 09:00-11:30,13:30-17:00; PH off",
            "Mo,We,Fr 13:30-17:00; PH off",
            "Tu,Th 09:00-11:30; Sa 13:30-16:30; PH off",
        ),
        facilities=(Facility.WATER, Facility.REST),
        extra=(Facility.AIR_CONDITIONING, Facility.BOOKS),
        services=("矛盾调解", "法律咨询", "心理疏导"),
        audience=(EVERYBODY,),
        capacity=(8, 20),
        phone_share=1.0,
        accessible_share=0.6,
    ),
}

"""What can be done, and how far a role reaches."""

from models.words import Word


class Scope(Word):
    """How far a right reaches."""

    ANYBODY = "ANYBODY", "Everybody, also who is not signed in.", "任何人"
    OWN = "OWN", "What is the person's own.", "本人"
    HOUSEHOLD = "HOUSEHOLD", "What belongs to the person's household.", "本户"
    UNIT = "UNIT", "What belongs to the unit in which the role is held.", "本单位"
    AREA = "AREA", "What lies in the area in which the role is held, with all below.", "本辖区"
    CITY = "CITY", "Everything in the city.", "全市"


class Action(Word):
    """What a right is for; one a mutation or a kind of reading."""

    SESSION_START = "SESSION_START", "Sign in.", "登录"
    SESSION_REFRESH = "SESSION_REFRESH", "Renew a sign-in by its refresh token.", "续期登录"
    SESSION_END = "SESSION_END", "End a sign-in.", "退出登录"
    SESSION_END_OTHERS = "SESSION_END_OTHERS", "End one's other sign-ins.", "退出其他登录"
    SESSION_READ = "SESSION_READ", "See where somebody is signed in.", "查看登录设备"

    PERSON_READ = "PERSON_READ", "See somebody's whole name and masked phone.", "查看人员"
    PERSON_REVEAL = "PERSON_REVEAL", "See a phone, identity number or address in full.", "查看隐私"
    PERSON_VERIFY_PHONE = "PERSON_VERIFY_PHONE", "Verify one's phone number.", "验证手机号"
    PERSON_REGISTER = "PERSON_REGISTER", "Register where one lives.", "登记居住地"
    PERSON_BAN = "PERSON_BAN", "Ban somebody, or lift a ban.", "封禁人员"
    PARTY_READ = "PARTY_READ", "See who is a party member.", "查看党员身份"
    ACCESS_READ = "ACCESS_READ", "Read the log of accesses to what is protected.", "查看访问日志"

    HOUSEHOLD_READ = "HOUSEHOLD_READ", "See a household and its members.", "查看住户"
    RESIDENCE_CONFIRM = "RESIDENCE_CONFIRM", "Confirm or refuse where somebody lives.", "确认居住"
    ROSTER_IMPORT = "ROSTER_IMPORT", "Import the roster of an area.", "导入花名册"
    ROSTER_EXPORT = "ROSTER_EXPORT", "Export the roster of an area.", "导出花名册"

    APPOINTMENT_READ = "APPOINTMENT_READ", "See who holds and held which role.", "查看任职"
    APPOINT_HELPERS = (
        "APPOINT_HELPERS",
        "Appoint volunteers, couriers and merchants.",
        "任免志愿力量",
    )
    APPOINT_GRID_STAFF = "APPOINT_GRID_STAFF", "Appoint those who staff a grid.", "任免网格力量"
    APPOINT_CADRES = "APPOINT_CADRES", "Appoint cadres of villages.", "任免村（社区）干部"
    APPOINT_TOWN_OFFICERS = "APPOINT_TOWN_OFFICERS", "Appoint officers of towns.", "任免镇街人员"
    APPOINT_UNIT_STAFF = "APPOINT_UNIT_STAFF", "Appoint officers of a unit.", "任免单位人员"
    APPOINT_CITY_STAFF = (
        "APPOINT_CITY_STAFF",
        "Appoint those who serve the whole city.",
        "任免市级人员",
    )
    UNIT_CHANGE = "UNIT_CHANGE", "Make, change, close and reopen units.", "管理单位"
    AREA_CHANGE = "AREA_CHANGE", "Change, merge and split grids.", "调整网格"

    STATION_CREATE = "STATION_CREATE", "Open a new station.", "新增阵地"
    STATION_CHANGE = "STATION_CHANGE", "Change what a station says of itself.", "修改阵地"
    STATION_MOVE = "STATION_MOVE", "Move a station.", "迁移阵地"
    STATION_CLOSE = "STATION_CLOSE", "Close, suspend and reopen a station.", "启停阵地"
    STATION_IMPORT = "STATION_IMPORT", "Import and export stations as Excel.", "导入导出阵地"
    STATION_CHECK_IN = "STATION_CHECK_IN", "Check in and out of a station.", "阵地签到"
    FILE_UPLOAD = "FILE_UPLOAD", "Upload a photo or a table.", "上传文件"

    NOTIFICATION_READ = "NOTIFICATION_READ", "Read one's inbox.", "查看消息"
    MESSAGE_CONSENT = "MESSAGE_CONSENT", "Take messages on the phone.", "订阅消息"

    TICKET_SUBMIT = "TICKET_SUBMIT", "Report a ticket, and follow what one reported.", "上报工单"
    TICKET_READ = "TICKET_READ", "See the tickets of an area or a unit.", "查看工单"
    TICKET_REPORTER_READ = "TICKET_REPORTER_READ", "See who reported a ticket.", "查看上报人"
    TICKET_DISPATCH = "TICKET_DISPATCH", "Accept, dispatch and supervise tickets.", "受理派单"
    TICKET_HANDLE = "TICKET_HANDLE", "Handle the tickets of a unit.", "办理工单"
    TICKET_PATROL = "TICKET_PATROL", "Resolve a ticket on the spot.", "自办自结"
    TICKET_VERIFY = "TICKET_VERIFY", "Check on the spot what others handled.", "核查工单"

    POINTS_READ = "POINTS_READ", "See somebody's points.", "查看积分"
    POINTS_GRANT = "POINTS_GRANT", "Award points by a rule.", "计分"
    POINTS_REVERSE = "POINTS_REVERSE", "Reverse an award.", "冲正"
    POINTS_AUDIT = "POINTS_AUDIT", "Let the ledger prove itself.", "核对积分账本"
    POINTS_PUBLISH = "POINTS_PUBLISH", "Publish boards and answer objections.", "公示月榜"
    POINTS_OBJECT = "POINTS_OBJECT", "Object to one's line of a board.", "提出异议"
    POINTS_INSPECT = "POINTS_INSPECT", "Submit sheets of inspection.", "检查评分"
    POINTS_REVIEW = "POINTS_REVIEW", "Review sheets of inspection.", "审核检查评分"
    POINTS_SERVE = "POINTS_SERVE", "Put down one's hours of service.", "登记服务时长"
    POINTS_CONFIRM = "POINTS_CONFIRM", "Confirm somebody's hours of service.", "确认服务时长"
    POINTS_RULE = "POINTS_RULE", "Start and end rules of a programme.", "管理评分细则"
    POINTS_PROGRAMME = "POINTS_PROGRAMME", "Make, fund and close programmes.", "管理积分项目"
    POINTS_SETTLE = "POINTS_SETTLE", "Settle what merchants are owed.", "商户结算"

    MERCHANT_APPLY = "MERCHANT_APPLY", "Ask to take points as a merchant.", "申请商户"
    MERCHANT_APPROVE = "MERCHANT_APPROVE", "Let a merchant take points.", "审核商户"
    MERCHANT_STAFF = "MERCHANT_STAFF", "Say who acts for a merchant.", "管理商户成员"
    MERCHANT_CLOSE = "MERCHANT_CLOSE", "Close a merchant.", "商户停业"
    REWARD_OFFER = "REWARD_OFFER", "Offer something for points.", "发布兑换项目"
    REWARD_APPROVE = "REWARD_APPROVE", "Let an offer open.", "审核兑换项目"
    REWARD_REDEEM = "REWARD_REDEEM", "Redeem one's points.", "兑换积分"
    VOUCHER_VERIFY = "VOUCHER_VERIFY", "Verify vouchers of one's shop.", "核销兑换券"
    VOUCHER_UNDO = "VOUCHER_UNDO", "Take a verification back.", "撤销核销"
    VOUCHER_CANCEL = "VOUCHER_CANCEL", "Give one's voucher back.", "取消兑换券"
    VOUCHER_REVIEW = "VOUCHER_REVIEW", "Look into odd uses of vouchers.", "复核异常核销"

    WISH_SUBMIT = "WISH_SUBMIT", "Make a wish, and follow it.", "发布心愿"
    WISH_HELP = "WISH_HELP", "Make a wish on behalf of somebody else.", "代发心愿"
    WISH_READ = "WISH_READ", "See the wishes of an area that are on no board.", "查看心愿"
    WISH_REVIEW = "WISH_REVIEW", "Publish wishes and offers, or reject them.", "审核心愿"
    WISH_CLAIM = "WISH_CLAIM", "Claim wishes; every member of the party may.", "认领心愿"
    WISH_FULFIL = "WISH_FULFIL", "Fulfil a wish that one has claimed.", "圆梦"
    RESOURCE_OFFER = "RESOURCE_OFFER", "Offer something to who wishes for it.", "提供资源"

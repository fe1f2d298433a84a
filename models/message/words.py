"""How a message to a phone stands."""

from models.words import Word


class State(Word):
    """How a message stands; only WAITING and SENDING are not final."""

    WAITING = "WAITING", "It will be sent.", "待发送"
    SENDING = "SENDING", "WeChat is being asked; nobody else takes it.", "发送中"
    SENT = "SENT", "WeChat took it.", "已发送"
    REFUSED = "REFUSED", "The person takes no such message any more.", "用户拒收"
    FAILED = "FAILED", "WeChat does not take it as it is.", "发送失败"
    UNKNOWN = "UNKNOWN", "Whether WeChat took it is not known; it is not sent twice.", "结果未知"
    READ = "READ", "The person read it in the inbox before.", "已在消息中阅读"
    LATE = "LATE", "It could not be sent within a day.", "已过期"


class Value(Word):
    """What a field of a message says."""

    TITLE = "TITLE", "What happened.", "事项"
    TIME = "TIME", "When.", "时间"
    TOPIC = "TOPIC", "What sort of thing it is about.", "类别"

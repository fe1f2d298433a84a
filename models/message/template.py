"""The templates of messages that reach a phone, and the hours in which none does: data.

A template is one that the mini-program's owner has chosen at WeChat; its id is of that account
alone, so without a version of the city's own there is none, and no message.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from models.calendar import CITY_ZONE
from models.catalogue.registry import Catalogue, current, register
from models.event import Topic
from models.message.words import Value

THING_LENGTH_MOST = 20
PHRASE_LENGTH_MOST = 5
HOURS = 24

_CODE = re.compile("[A-Z][A-Z0-9_]{0,31}")
_WECHAT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PAGE = re.compile(r"[A-Za-z0-9_/-]{1,128}")
_FIELD = re.compile(r"(thing|time|phrase)[1-9][0-9]?")
_FITS = {"thing": {Value.TITLE, Value.TOPIC}, "time": {Value.TIME}, "phrase": {Value.TOPIC}}
_TOPICS = {
    Topic.TICKET: "工单",
    Topic.WISH: "微心愿",
    Topic.STATION: "阵地",
    Topic.PERSON: "登记",
    Topic.POINTS: "积分",
    Topic.REWARD: "兑换",
    Topic.MERCHANT: "商户",
    Topic.VOUCHER: "兑换券",
    Topic.PROGRAMME: "积分预算",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a template, by WeChat's name for it, as thing1 or time2."""

    name: str
    value: Value

    def __post_init__(self) -> None:
        kind = _FIELD.fullmatch(self.name)
        if not kind:
            raise ValueError("a field is thing, time or phrase with its number, as thing1")
        if self.value not in _FITS[kind[1]]:
            raise ValueError(f"{self.name} can't hold {self.value}")


@dataclass(frozen=True, slots=True)
class Template:
    """A template: what it is about, WeChat's id of it, the page that it opens, its fields."""

    code: str
    topics: tuple[Topic, ...]
    wechat_id: str
    page: str
    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise ValueError("a code has 1 to 32 of A-Z, 0-9 and _, and begins with a letter")
        if not _WECHAT_ID.fullmatch(self.wechat_id):
            raise ValueError("wechat_id is the id that WeChat gave the template")
        if not _PAGE.fullmatch(self.page):
            raise ValueError("a page is a path of the mini-program, as pages/inbox/index")
        if not self.topics or not set(self.topics) <= _TOPICS.keys():
            raise ValueError(f"topics are one or more of {', '.join(_TOPICS)}")
        if not self.fields or len({one.name for one in self.fields}) < len(self.fields):
            raise ValueError("there are fields, each once")


def _one_a_topic(templates: tuple[Template, ...]) -> Iterator[str]:
    told = [topic for template in templates for topic in template.topics]
    for topic in sorted(set(told)):
        if told.count(topic) > 1:
            yield f"{topic} has {told.count(topic)} templates; it may have one"


TEMPLATES = register(
    Catalogue(
        name="message_templates",
        title="WeChat subscribe messages: which template tells of what. 订阅消息模板",
        entry=Template,
        default=(),
        key=("code",),
        check=_one_a_topic,
    )
)


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours, by the clock of the city, in which no phone rings; equal ones are none."""

    from_hour: int
    to_hour: int

    def __post_init__(self) -> None:
        if not (0 <= self.from_hour < HOURS and 0 <= self.to_hour < HOURS):
            raise ValueError("an hour is 0 to 23")


QUIET = register(
    Catalogue(
        name="message_quiet",
        title="The hours in which no message is sent to a phone. 免打扰时段",
        entry=Quiet,
        default=(Quiet(22, 7),),
    )
)


def template_of(topic: Topic) -> Template | None:
    """Give the template that tells of a topic today; None if no message does."""
    every = current(TEMPLATES).entries
    return next((template for template in every if topic in template.topics), None)


def template_called(code: str) -> Template | None:
    """Give the template with a code; None if there is none today."""
    return next((one for one in current(TEMPLATES).entries if one.code == code), None)


def due(at: datetime) -> datetime:
    """Give the first moment from `at` on at which a phone may ring."""
    return not_in(current(QUIET).entry, at)


def not_in(quiet: Quiet, at: datetime) -> datetime:
    """Give the first moment from `at` on that is not quiet."""
    local = at.astimezone(CITY_ZONE)
    begins, ends = quiet.from_hour, quiet.to_hour
    is_over_night = begins > ends
    if is_over_night:
        is_quiet = local.hour >= begins or local.hour < ends
    else:
        is_quiet = begins <= local.hour < ends
    if not is_quiet:
        return at
    day = local.date() + timedelta(days=is_over_night and local.hour >= begins)
    return datetime.combine(day, time(ends), CITY_ZONE)


def filled(template: Template, *, title: str, topic: Topic, at: datetime) -> dict[str, str]:
    """Give the values of a template's fields, as WeChat wants them."""
    local = at.astimezone(CITY_ZONE)
    said = {
        Value.TITLE: title,
        Value.TIME: f"{local:%Y-%m-%d %H:%M}",
        Value.TOPIC: _TOPICS[topic],
    }
    return {field.name: _fit(field.name, said[field.value]) for field in template.fields}


def _fit(name: str, value: str) -> str:
    """Cut a text to what WeChat takes; it refuses what is longer."""
    if name.startswith("phrase"):
        return value[:PHRASE_LENGTH_MOST]
    if not name.startswith("thing") or len(value) <= THING_LENGTH_MOST:
        return value
    return value[: THING_LENGTH_MOST - 1] + "…"

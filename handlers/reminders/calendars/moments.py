"""When somebody wants to hear of it again: 今天傍晚, 明天下午, 周三, 下周, 过两天, 6月10日上午."""

import re
from datetime import date, datetime, time

from handlers.reading.text.numbers import value_of
from handlers.wording import days
from scheduling.calendar import DAY, Calendar

_EVENING, _TOO_LATE = time(17, 30), time(17, 0)
_DAYS = (
    r"大?后天|明[天早日晚]|今[天晚]|(?:再?过)?(?P<count>[\d一二两三四五六七八九十]{1,2})天(?:以后|之后|后)?"
    r"|(?P<next>下)个?(?:周|星期|礼拜)(?P<on>[一二三四五六日天])?|[这本]?个?(?:周|星期|礼拜)(?P<this>[一二三四五六日天])"
    r"|\d{1,2}月\d{1,2}[日号]?"
)
_PART = "早上|上午|中午|下午|傍晚|晚上|放学|下班"
_SAID = re.compile(rf"(?:{_DAYS})\s*(?:{_PART})?|{_PART}")
_LATE_IN_DAY = re.compile("下午|傍晚|晚|放学|下班")


def found_in(words: str, calendar: Calendar, now: datetime) -> tuple[str, datetime | None]:
    """(what says when, that instant); empty: nothing does, None: it is too late for that today."""
    said, local = _SAID.search(words), now.astimezone(calendar.zone)
    if said is None:
        return "", None
    day = _day(said, local.date())
    if day == local.date():
        return said[0], None if local.time() >= _TOO_LATE else calendar.instant(day, _EVENING)
    at = _EVENING if _LATE_IN_DAY.search(said[0]) else calendar.times.morning
    return said[0], calendar.instant(day, at)


def _day(said: "re.Match[str]", today: date) -> date:
    if said["count"]:
        return today + (value_of(said["count"]) or 1) * DAY
    if weekday := said["on"] or said["this"] or (said["next"] and "一"):
        ahead = min("一二三四五六日天".find(weekday), 6) - today.weekday()
        return today + (ahead + 7 * (bool(said["next"]) or ahead < 0)) * DAY
    if "月" in said[0]:
        return days.day_in(said[0], today, ahead=True)[0] or today
    return today + (3 if "大后" in said[0] else 2 if "后天" in said[0] else said[0].startswith("明")) * DAY

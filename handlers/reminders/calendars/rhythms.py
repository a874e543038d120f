"""每周五提醒我, 明天8点叫我, 提前三天提醒我六一: a wish that no date can hold is told from what can be done."""

import re
from calendar import monthrange
from datetime import date

from handlers.catalogue.current import calendar_at
from handlers.kit import Ask, Button, Reply
from handlers.reading.text.numbers import CHINESE, value_of
from handlers.reminders import key_dates, naming, own_dates
from handlers.reminders.calendars import day_names
from handlers.wording import days
from scheduling.calendar import DAY, KeyDate

_WEEKDAYS, _NUMBER = "一二三四五六日天", rf"[\d{CHINESE}两半]"
_OFTEN = (
    rf"(?:每[隔过]?|隔)[一两]?个?(?:周|星期|礼拜)的?(?:周|星期|礼拜)?(?P<on>[{_WEEKDAYS}])?[{_WEEKDAYS}、,和到至]*"
    rf"|每个?月的?(?:(?P<day>[\d{CHINESE}]{{1,3}})[日号])?(?![底末初])|(?:每个?|这个?|本)?(?:月|学期)[底末初]"
    rf"|(?:每[隔过]?|隔){_NUMBER}{{0,2}}个?(?:工作日|[天日早晚]|周|星期|礼拜|月|学期|季度|小时)|天天|经常|定[期时]"
)
_CLOCK = (
    rf"(?:[\d{CHINESE}]{{1,3}}点(?:半|[一三]刻|[\d{CHINESE}]{{1,3}}分?)?|\d{{1,2}}[:：]\d\d)[钟整]?(?:以?[前后])?"
    rf"|{_NUMBER}{{1,3}}个?(?:半?小时|分钟|钟头)(?:[以之]?[前后])?"
)
_PART = "(?:早上|上午|中午|下午|傍晚|晚上|早晨|放学|下班)?"
_RHYTHM = re.compile(f"(?P<said>(?:{_OFTEN}){_PART})|{_PART}(?P<clock>{_CLOCK})")
_AHEAD = re.compile(r"提[前早]\s*\d{1,2}\s*天|的?前\d{1,2}天")
_TELL_ME = re.compile("(?<!会)(?:提醒|通知|[叫喊])(?:一下)?我")
_LIKE = "交材料"


def is_often(words: str, today: date) -> bool:
    """Whether the words name no day but one that comes more often than once a year: 每周三, 隔周周五, 每月5日."""
    found = _RHYTHM.search(words)
    often = found is not None and (found["said"] or " ")[0] in "每隔天经定"
    return often and days.day_in(_RHYTHM.sub(" ", words), today)[0] is None


def told(ask: Ask, words: str) -> Reply | None:
    """What becomes of it; None for words that tell of a day what it is, and wish for nothing else."""
    plain = naming.digits(words, ask.today)
    rhythm = _RHYTHM.search(plain)
    day, rest = days.day_in(_RHYTHM.sub(" ", plain), ask.today, ahead=True)
    name = day_names.name_in(_AHEAD.sub(" ", rest))
    calendar = calendar_at(ask.db, ask.me.paths())
    if _AHEAD.search(plain) and (found := naming.called(calendar, name, ask.today)):
        return _of_key_date(ask, min(found, key=lambda key: naming.coming(key, ask.today)))
    if rhythm is None:
        lacks = "是哪一天" if day is None else "是什么事" if len(name) < 2 and _TELL_ME.search(words) else ""
        return _not_recorded(ask, f"没有写{lacks}，没有记", day or ask.today + DAY, name or _LIKE) if lacks else None
    cannot = f"「{(rhythm['said'] or rhythm['clock']).strip()}」这样的记不了"
    day = day or _next(rhythm, ask.today)
    if len(name) < 2 or day <= ask.today or not own_dates.may_add(ask):
        return _not_recorded(ask, f"{cannot}，没有记", max(day, ask.today + DAY), name or _LIKE)
    everybody = "提醒大家" if own_dates.OTHERS.search(words) else ""
    offer = own_dates.offered(ask, f"{day.isoformat()} {everybody} {name}")
    can = "只能记某一天或每年的一天，跟那天的提醒一起发。先记一次"
    return Reply(f"{cannot}，{can}：\n{offer.text}", offer.buttons)


def _not_recorded(ask: Ask, why: str, day: date, name: str) -> Reply:
    own = f"能记的是某一天或每年的一天，像这样发：提醒 新增 {days.short(day)} {name} 当天\n"
    can = own if own_dates.may_add(ask) else ""
    return Reply(f"{why}。{can}该报的、日历里的日子我会自己提醒，发「提醒」看接下来的。", (Button("提醒", "提醒"),))


def _of_key_date(ask: Ask, key: KeyDate) -> Reply:
    calendar = calendar_at(ask.db, ask.me.paths())
    leads = sorted((lead for lead in key_dates.leads_of(calendar, key, key.kind, ask.me) if lead >= 0), reverse=True)
    ahead, on_day = "、".join(str(lead) for lead in leads if lead), "当天" if 0 in leads else ""
    when = "和".join(filter(None, (ahead and f"提前 {ahead} 天", on_day)))
    said = f"{when}自动提醒您，遇休息日提早到前一个工作日" if leads else "不自动提醒您"
    day = naming.coming(key, ask.today)
    return Reply(
        f"{days.day(day, ask.today)}{key.name}：{said}。提前几天不能另定，没有改。发「提醒」看接下来的。",
        (Button("提醒", "提醒"), Button(key.name, "提醒", key.name)),
    )


def _next(rhythm: "re.Match[str]", today: date) -> date:
    """The first day after today that it is of."""
    if on := rhythm["on"]:
        return today + ((min(_WEEKDAYS.find(on), 6) - today.weekday() - 1) % 7 + 1) * DAY
    number = value_of(rhythm["day"] or "") or 0
    coming = (today + ahead * DAY for ahead in range(1, 63))
    if 0 < number <= 31:
        return next(day for day in coming if day.day == number)
    last = (day for day in coming if day.day == monthrange(day.year, day.month)[1])
    return next(last) if re.search("月[底末]", rhythm[0]) else today + DAY


def not_then(ask: Ask) -> Reply:
    """周末别提醒, 晚上不要打扰我: what is so already, and what can be chosen."""
    times = calendar_at(ask.db, ask.me.paths()).times
    return Reply(
        f"没有改。本来就这样：{times.quiet_from:%H:%M} 到 {times.quiet_until:%H:%M} 不发；周末和放假那几天的提醒，"
        "挪到前后的工作日发（催办和要您办的事除外）。\n只在方便的时间收，像这样发：勿扰 7:30-20:00；"
        "一件事不要了，按那封提醒下面的「不再提醒这件」。",
        (Button("勿扰", "勿扰"), Button("提醒", "提醒")),
    )

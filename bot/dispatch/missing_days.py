"""谁没交 六一, 国庆还有哪些班没报, 未签到 清明: the day that is meant by its name."""

import re
from datetime import timedelta

from handlers.catalogue.loader import calendar_of
from handlers.kit import Ask, Refusal
from handlers.reminders import naming
from handlers.wording import days

# Of a day that is longer ago nobody asks by its name: the next one is meant.
_LATE = timedelta(days=90)
_MISSING = "(?:没有?|未)(?:签到?|上?报|交)过?的?"
_WHOM = "(?:谁|哪[些几]?个?(?:学校|中队|班级?|老师)?)"
_WHO = f"(?:还|都|现在|目前)*有?{_WHOM}(?:还|都)*{_MISSING}"
_LEFT = f"(?:还|都|现在|目前)*{_MISSING}(?:名单|中队|学校|老师)?(?:都?[有是])?{_WHOM}?"
_NAME = r"[\s:：,，]*(?P<{}>[\u4e00-\u9fff\d]{{2,8}}?)(?:活动|那天|当天)?[\s:：,，的]*"
_ASKED = re.compile(
    rf"(?:{_NAME.format('before')}(?:{_WHO}|{_LEFT})|(?:{_WHO}|{_LEFT}){_NAME.format('after')})[了吗呢啊?？\s]*"
)
# What 未签到 knows by itself.
_PERIOD = re.compile(r"[今昨前]天|[本这上]周|[本这上]?(?:周|星期)[一二三四五六日天]|\d{1,2}月\d{1,2}[日号]")


def asked(ask: Ask, text: str) -> str:
    """The day, as 未签到 is told it, of which the text asks who is missing; empty for other texts."""
    found = _ASKED.fullmatch(text) if len(text) <= 40 else None
    return of_name(ask, found["before"] or found["after"]) if found else ""


def of_name(ask: Ask, name: str) -> str:
    """The day of this name, as 未签到 is told it; empty where it is no day's, raises Refusal before it has come."""
    if _PERIOD.fullmatch(name):
        return name
    keys = naming.called(calendar_of(ask.db), name, ask.today)
    days_ = [day for key in keys for year in (ask.today.year, ask.today.year - 1) if (day := key.day(year))]
    over = [day for day in days_ if ask.today - _LATE <= day <= ask.today]
    if keys and not over:
        coming = naming.coming(keys[0], ask.today)
        raise Refusal(f"{keys[0].name}（{days.short(coming)}）还没有到。过了那天再发「未签到 {name}」。")
    return days.short(max(over)) if over else ""

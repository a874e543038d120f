"""What is to be done with what was read: a check-in may be a report of a row, a bare number amends the newest."""

import re

from bot.dispatch.meanings import asks_whether, is_report
from handlers.attendance import recent
from handlers.catalogue.loader import calendar_of
from handlers.checkins.questions import asking
from handlers.general import handbook
from handlers.kit import Ask
from handlers.medals.own import cases as nominated
from handlers.reading import Reading
from handlers.reminders import naming, own_dates
from handlers.wording import programmes

# What is understood by itself, and not as the words on a button.
_WHOLE = frozenset({"checkin", "nomination"})
# 停用 宣讲: what is to be done with a row, and none of its reports.
_SWITCHES = re.compile(r"(?:停用|启用|恢复|关闭|打开|取消|删除|删掉|去掉) *[^\d\s]{1,12}")
# What may be a report of a row instead: its words tell.
_TELLS = frozenset({"checkin", "unknown", "chat", "question", "zero", "excuse"})
# What a day is called by, and no check-in of one (主题队日 38, 建队日 38人) nor its date.
_OF_A_DAY = re.compile(r"(?!.*人).*(?:(?<!题队)(?<!\d)日|节|运动|事变)")


def is_whole(reading: Reading) -> bool:
    """Whether it is understood by itself, and not as the words on a button."""
    return reading.intent in _WHOLE and reading.status in ("ok", "confirm")


def is_case(ask: Ask, text: str, reading: Reading) -> bool:
    """Whether it opens a case of a row, though it may read like a nomination."""
    whole = is_whole(reading)
    case = programmes.cases_in(ask, text) if not whole or reading.intent == "nomination" else []
    # 年度表扬 先进集体 四(1)中队 puts nobody forward for a medal, 双优奖 三(2)中队 no child.
    no_child = case and all(each.target == "collective" for each in reading.nominations)
    return bool(case) and (not whole or bool(no_child) or "child" not in case[0][0].subject)


def intent(ask: Ask, text: str, reading: Reading, free: bool) -> str:
    """What is to be done; `free`: no question waits, so that a lone number is said of what was just recorded."""
    if reading.intent in _TELLS and _SWITCHES.fullmatch(text):
        return "unknown"
    if reading.intent in _TELLS and is_report(ask, text, reading):
        return "report"
    if reading.intent in _TELLS and programmes.switched_off(ask, text):
        return "unknown"
    # 微心愿 征集20个 has no heads that could be asked for.
    heads = any(each.activity and (each.attended is not None or not each.wishes) for each in reading.records)
    if reading.intent == "checkin" and not heads and programmes.names_report(ask, text):
        # 开站 26人 of a counselor: no check-in, whoever reports it.
        return "unknown"
    whole = (reading.intent in _WHOLE or reading.changes) and reading.status in ("ok", "confirm")
    if not whole and programmes.begun(ask, text, reading):
        return "report"
    if (
        reading.intent == "cancel"
        and free
        and not (reading.cancel or {}).get("number")
        and nominated.takes_back(ask, text)
    ):
        return "nomination_cancel"
    if (reading.changes and handbook.asks_how(text)) or asks_whether(ask, text):
        return "question"
    if reading.intent == "chat" and free and asking.offers(ask, reading):
        return "offered"
    if free and ask.message.private and recent.denied(ask, text, reading):
        return "denied"
    if free and recent.amends(ask, text, reading) and not naming.is_counted(text):
        return "amend"
    # 国家公祭日 alone is no check-in, though one may be of it, nor 三五学雷锋日 one of 35 heads; 去年的建队日 and
    # 下次清明 read like a sum of what was, or like a plan.
    named = reading.intent in ("unknown", "question", "chat")
    named = named or (
        reading.intent in ("checkin", "query") and (naming.is_counted(text) or bool(_OF_A_DAY.match(text)))
    )
    asks = free and ask.message.private and named
    known = asks and (naming.called(calendar_of(ask.db), text, ask.today) or own_dates.called(ask, text))
    return "key_date" if known else reading.intent

"""What is meant by a name: a campaign's title, a date and who has not reported of it, one thing of a letter."""

import re

from bot.dispatch.answers import open_campaigns, ticked
from handlers.attendance import participation
from handlers.attendance.ladder import SEEN
from handlers.catalogue.loader import calendar_of
from handlers.general.orders import said
from handlers.kit import Ask
from handlers.reminders import answers, naming, own_dates
from handlers.reminders.letter import LATER, MUTE

_MARKS = "《》「」“”。 "
# 六一还差谁, 六一交齐了吗, 儿童节没报的中队; 六一没报的催一下, 催一下六一没交的.
_WHOSE = "(?:中队|学校|班级?|老师|辅导员|名单|都?有?谁|有?哪些)"
_UNSAID = rf"(?:还|都)*(?:没有?|未)(?:上?[报交]|签到)的?{_WHOSE}{{0,2}}"
_MISSING = re.compile(
    rf"(?P<name>[^\s?？]{{2,12}}?)[\s的]*(?:签到|活动)?(?:(?:还|都)*[差缺少]了?(?:谁|哪[些几]?个?{_WHOSE}?|{_WHOSE})"
    rf"|(?:都|全)*[报交收签]齐了?(?:没有?|吗)?|(?:哪[些几]?个?|有?几个){_WHOSE}{_UNSAID}|{_UNSAID})[了的呢啊吗?？。]*"
)
_NUDGE = re.compile(
    rf"(?:请|帮我|麻烦)?(?:催|提醒)(?:一?[下催])?(?P<name>[^\s?？]{{2,12}}?)[\s的]*{_UNSAID}"
    rf"|(?P<first>[^\s?？]{{2,12}}?)[\s的]*{_UNSAID}(?:都|再|请|给我|帮我)*(?:催|提醒)(?:一?[下催])?[吧。]*"
)

# 第5期什么时候截止
_WHEN = re.compile(
    r"(?:请问)?(?P<name>[^\s,，?？]{2,14}?)(?:活动|是|的|到|还有)*(?:什么时候|啥时候|几号|哪天|何时|几天|几点)(?:就|才|能)?(?:截止|结束|到期|完)[了呢啊]?[?？]?"
)
_SERIES = re.compile(r"(?:红领巾)?爱学习(?:活动|的)?(?P<issue>第\S{1,3}期)?")


def campaign(ask: Ask, text: str) -> int | None:
    """Whose title is all that the text says; None for other texts, and where several are called so."""
    said = open_campaigns.by_title(ask, text).strip(_MARKS)
    found = [one.id for one in participation.opened(ask) if one.title == said]
    return found[0] if len(found) == 1 else None


def of_series(text: str) -> str | None:
    """第5期 of 爱学习第5期, empty of 爱学习; None for other words."""
    found = _SERIES.fullmatch(text)
    return (found["issue"] or "") if found else None


def _ends(ask: Ask, text: str) -> str:
    """The number of the one running campaign of whose last day is asked; else empty."""
    asked = _WHEN.fullmatch(text)
    found = [one.id for one in participation.opened(ask) if asked and asked["name"] in one.title]
    return str(found[0]) if len(found) == 1 else ""


def order(ask: Ask, text: str) -> tuple[str, str]:
    """(a command's word, arguments) of 书香校园, 家长会改到12月16日, 六一还差谁; without arguments for other texts."""
    if titled := campaign(ask, text):
        return "活动", str(titled)
    if running := _ends(ask, text):
        return "活动", running
    if known := answers.known(ask, text):
        return SEEN, known
    if own := own_dates.order(ask, text):
        return "提醒", own
    return _of_date(ask, text) or _of_letter(ask, text) or ticked.order(ask, text)


def _of_date(ask: Ask, text: str) -> tuple[str, str] | None:
    """Who has not reported of a key date, or is to be reminded of it."""
    for word, words in (("催办", _NUDGE), ("未签到", _MISSING)):
        found = words.fullmatch(text)
        name = next(filter(None, found.groups()), "") if found else ""
        if name and naming.called(calendar_of(ask.db), name, ask.today):
            return word, naming.gone(ask, name, word)
    return None


def _of_letter(ask: Ask, text: str) -> tuple[str, str] | None:
    """第2件不再提醒, 国庆的事明天再说, 联席会晚点提醒: what becomes of one thing of the newest letter."""
    which, rest = answers.named_first(ask, text)
    if not which:
        return None
    for word in (LATER, MUTE):
        if rest.startswith(word):
            return word, f"{which} {rest.removeprefix(word)}".strip()
    word, args = said(rest) or ("", "")
    return (word, f"{which} {args}".strip()) if word in (LATER, MUTE) else None

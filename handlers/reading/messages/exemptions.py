"""That nothing is to be reported: nothing took place (a zero report), or a unit is excused up to a day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from handlers.privacy.names import persons
from handlers.reading.claims.stated import is_stated
from handlers.reading.model import Context, Reading, Record, Status
from handlers.reading.persons.names import is_name, is_nickname
from handlers.reading.text.dates import When
from handlers.reading.text.numbers import value_of
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

# 本周没有活动, 我们班这周没搞活动, 上周无活动; not 今天没有开展活动, 上周五没有活动: that is a day.
_WEEK = r"(?:[本这]|上+)个?(?:周|星期|礼拜)(?![二三四五六日天1-7]|一(?![直个次点]))"
_WEEKS_BACK = pattern(r"(?P<back>上+)个?(?:周|星期|礼拜)")
_NONE_AT_ALL = r"(?:什么|啥|任何)(?:少先队)?(?:活动|队会|队课)(?:都|也)?(?:没有?|未)(?:有|搞|开展|安排|做)?"
_NONE = (
    r"(?:没有?|无|未|不)(?:有|能)?(?:开展|组织|举行|搞|安排|办)?(?:过|什么|啥|任何|少先队|中队|集体)*"
    r"(?:活动|队会|队课|队日)"
)
_ZERO = pattern(
    rf"{_WEEK}[^,。\n\d]{{0,8}}{_NONE}|{_NONE}[^,。\n\d]{{0,2}}{_WEEK}"
    rf"|{_WEEK}[^,。\n\d]{{0,12}},(?:就|也|都|所以)*(?:{_NONE}(?:安排)?|(?:活动|队会|队课|队日)(?:都|也|就)?(?:没有?|未)[能有]?(?:搞|开|办|做|安排))\W*$"
    rf"|{_WEEK}[^,。\n\d]{{0,8}}{_NONE_AT_ALL}|^\W*(?:我们)?(?:中队|班)?{_WEEK}[^,。\n\d]{{0,4}}(?:(?:没有?|无)安排|轮空)\W*$"
    rf"|^\W*(?:我们)?(?:中队|班)?{_NONE}(?:可报)?\W*$|零(?:报告|活动)"
    rf"|^\W*(?:{_WEEK}|少先队|我们|中队|班|队部)*的?(?:活动|周报|签到)(?:情况)?[\s:为是]{{0,2}}(?:无|没有?|零)\W*$"
)
# 这周停课 三(2): that and nothing else is a week without an activity.
_OFF = pattern(
    rf"{_WEEK}(?:我们?|咱们?)?(?:班|中队)?(?:因[^,。\n\d]{{1,8}})?[全都也要在仍]*(?:停了?课|放假|停学|隔离)(?:了|一周)?"
)
_OFF_CUE = pattern("停|放假|隔离")
_AROUND = pattern(r"^(?:我们?|咱们?|老师好?|您好|报告|班|中队|[\s,。!、:])*$")
_NOT = frozenset("没无未不零空")
_EXCUSE = pattern(r"(?:请假|暂停|停课|停报|停办|免报|不用报|放假|隔离|(?<=[^\w])停)[^,。\n]{0,6}?(?P<to>[到至])")
# 到4月20日之前都报不了
_EXCUSED_BEFORE = pattern(
    r"(?P<to>[到至]|(?=\d))[^,。\n]{2,8}?(?:[之以]?前|为止)[都也就]*(?:报不[了上]|不[能会再用]*报|没法报|无法[上签]?报?|停[课报])"
)
# 暂停到五一, 三(2)免报到学期末: which day that is the calendar tells.
_UNTIL = pattern(
    r"[\s,]*(?:我们?|咱们?|本)?(?:班|中队)?[\s,]*(?:想|要|先|申请|需要)*(?:请假|暂停|停课|停报|停办|免报|不用报)"
    r"(?:签到|上报|活动|报|催)?[到至]\s?(?P<until>[\u4e00-\u9fff]{2,8})\W*"
)
# 三(2)停课一周, 我们班暂停两周: so long from today on; 请假三天 alone may be anybody's.
_LASTS = pattern(
    r"[\s,]*(?:我们?|咱们?|本)?(?:班|中队)?[\s,]*(?:因[^,。\d]{1,6}[\s,]?)?(?:要|申请|需要|从今天(?:起|开始))*(?:暂停|停课|停报|停办|免报|不用报)"
    r"(?:签到|上报|活动|报|催)?(?P<n>[一二两三四五六七八九十]|\d{1,2})个?(?P<of>天|周|星期|礼拜)\W*"
)
_WHO = pattern(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{2,3}?)(?:同学)?(?:要|想|得)?$")
_LONGEST = 40


def read_exemption(text: str, hits: Sequence[Hit], dates: Sequence[When], context: Context) -> Reading | None:
    """Of each unit: 本周没有活动 -> zero with a day of that week; 请假到4月10日 -> excuse, with the last day."""
    if len(text) > _LONGEST:
        return None
    units = dict.fromkeys(hit.unit for hit in hits if hit.kind != "part") or (context.bound_unit,)
    issues = () if any(units) else ("UNIT_MISSING",)
    status: Status = "clarify" if issues else "ok"
    zero = _ZERO.search(text) if not _NOT.isdisjoint(text) else None
    if (zero or _is_off(text, hits)) and is_stated(text, zero.end() if zero else len(text)):
        week = _WEEKS_BACK.search(text)
        day = next((when.day for when in dates if when.day), None)
        if day is None and dates and week is None:
            # 4月31日 is no day.
            return None
        day = day or context.received - timedelta(weeks=len(week["back"]) if week else 0)
        records = tuple(Record(unit=unit, date=day, dated=bool(dates)) for unit in units)
        return Reading("zero", status, issues, records, claim="negation")
    found = _EXCUSE.search(text) or _EXCUSED_BEFORE.search(text)
    if found and (_is_somebodys(text[: found.start()]) or not is_stated(text, found.end())):
        return None
    last = next((when.day for when in dates if found and when.start >= found.start("to")), None)
    if last is not None and last < context.received:
        return None
    until = _UNTIL.fullmatch(_without_units(text, hits)) if found and last is None and not dates else None
    lasts = _LASTS.fullmatch(_without_units(text, hits)) if not (found or dates) else None
    if lasts:
        days = (value_of(lasts["n"]) or 0) * (1 if lasts["of"] == "天" else 7)
        last = context.received + timedelta(days=days - 1)
    if last is None and until is None:
        return None
    # Of a day that has only a name it is the name that is told.
    told = Record(date=last, dated=last is not None, topic=until["until"] if until else None)
    return Reading("excuse", status, issues, tuple(replace(told, unit=unit) for unit in units), claim="plan")


def _is_somebodys(before: str) -> bool:
    """小华请假到周五: a child's leave, and no squad's."""
    who = _WHO.search(before)
    return who is not None and (is_name(who[1]) or is_nickname(who[1]) or bool(persons(who[1])))


def _without_units(text: str, hits: Sequence[Hit]) -> str:
    for hit in hits:
        text = text[: hit.start] + " " * (hit.end - hit.start) + text[hit.end :]
    return text


def _is_off(text: str, hits: Sequence[Hit]) -> bool:
    if _OFF_CUE.search(text) is None:
        return False
    text = _without_units(text, hits)
    off = _OFF.search(text)
    return off is not None and _AROUND.search(text[: off.start()] + text[off.end() :]) is not None

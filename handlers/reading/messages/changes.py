"""Messages about something already stored: corrections, withdrawals, exchanges of a nominee."""

from dataclasses import replace

from handlers.reading import model
from handlers.reading.checkins import checkin
from handlers.reading.checkins.activities import find_activity, names_activity
from handlers.reading.medals.medals import Medal
from handlers.reading.persons.names import is_name, is_nickname, split_names
from handlers.reading.quantities.tokens import tokens_of
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

_SLIP = r"[报写发打填弄搞输记]|登记|统计"
CORRECT = pattern(
    rf"^\W{{0,3}}(?:更正|修改|订正|纠正|改正|勘误)|(?:刚才|刚刚|上面|之前|前面|上一条|那条)[^,。\n]{{0,8}}(?:错|不对)"
    rf"|(?:{_SLIP})错|(?:日期|人数|应到|实到|活动|班级|中队|主题)[^,。\n]{{0,2}}(?:错|有误|不对)"
    rf"|(?:{_SLIP})成了?(?=\s?[\d{GAP}今昨前])"
    r"|应改为|更正为|更改为|修改为|改为|改成|应为|改[一]?下|重新报|勘误|^\W{0,3}(?:不对|错了)[,。!\s]{0,2}(?:应该?|实际)?[是为到]?\s?\d"
    r"|\d[人名]?改\d"
    r"|(?<!预)[少多漏]报了?\s?[\d一两二三]"
    rf"|^[^,。\d\n]{{0,8}}?(?P<more>(?<![参增添])[加减])\s?(?P<by>\d{{1,2}})\s?[人个名]?(?:[,。\s{GAP}]|$)"
)
# 不是队日,是队课
_NOT_THIS = pattern(r"不是[^,。\n\d]{1,8}[,。\s]{0,2}(?:而?是|应该?是)")
# What is withdrawn: a record. 取消 alone may be said of the activity as well: 升旗因雨取消.
CANCEL = pattern(r"撤回|撤销|作废|收回|删掉|删除|删了|删一?下|取消")
_CANCEL_WHAT = pattern(r"签到|打卡|记录|上[一]?条|刚才|那条|这条|提交|上报|提名|推荐|申报")
RESTORE = pattern(r"^\W{0,2}(?:恢复|还原)(?!提醒)")
REPLACE = pattern(r"换成|换为|替换为|替换成|改成|改为|更换为|调整为|换")
# What is said to be wrong: 把38改成39, 写成今天了, 少报了2个.
_WRONG = pattern(
    r"(?<!\d)\d{1,4}\s?[人名]?\s?(?=(?:改成|改为|更正为|更改为|修改为|应为|应该是|应该为|改)\s?\d)"
    rf"|不是\s?\d{{1,4}}\s?[人名]?[,\s]?(?=是|应该|应为)|(?:{_SLIP})成了?[^,。;\n]{{1,8}}"
    rf"|[少多漏]报了?\s?[\d一两二三]{{1,2}}\s?[人名个位]?"
)
# 应到写错了,是45: the number is of those due.
_FIELD = pattern(rf"(?P<field>应到|实到|请假|缺席)(?P<slip>(?:人数)?(?:{_SLIP})?错[了啦]?[,\s]*(?:应该?)?[是为]?)")
_TOPIC = pattern(r"主题\s?(?:应该?|改)?[成为是:]\s?(?P<topic>[^\n,。;]{2,60})")
_TURN = pattern(
    r"改成|改为|更正为|更改为|修改为|应改为|应[为该]是?|正确的?[是为]?|改(?=\d)"
    rf"|(?<![不还都也])是(?=[\s{GAP}\d]|[^,。]{{2,6}}$)"
)
_TOPICAL = frozenset(
    [
        "ACTIVITY_MISSING",
        "COUNT_MISSING",
        "DUPLICATE",
        "DUPLICATE_DIFFERENT",
        "COUNT_CONFLICT",
        "DATE_OLD",
        "COUNT_UNUSUAL",
    ]
)
_CUT = pattern(rf"[\s、,;。!?:/()|{GAP}]+|的|把|将|同学|队员|为|由")


def cancels(text: str, hits: list[Hit]) -> bool:
    """Whether `text` withdraws a record: 撤回, 取消三(2)中队今天的签到; not 升旗取消."""
    found = CANCEL.search(text)
    if found is None:
        return False
    if found[0] == "取消":
        return _CANCEL_WHAT.search(text) is not None or text.strip() == "取消"
    return bool(hits and len(text) < 40) or _CANCEL_WHAT.search(text) is not None or CANCEL.match(text) is not None


def corrects(text: str, scan: str) -> bool:
    """Whether `text` puts right what was said before."""
    if CORRECT.search(scan) or CORRECT.search(text):
        return True
    wrong = _NOT_THIS.search(scan)
    return wrong is not None and names_activity(wrong[0]) and names_activity(scan[wrong.end() :])


def read_correction(found: checkin.Found, context: model.Context) -> model.Reading:
    """更正:三(2)中队实到应为39人 -> the unit with what changes; there must be something to correct."""
    target = _named(found, context)
    scan = _FIELD.sub(lambda match: match["field"] + " " * len(match["slip"]), found.scan)
    wrong = [match.span() for match in _WRONG.finditer(scan)]
    for start, end in wrong:
        scan = scan[:start] + GAP * (end - start) + scan[end:]
    found.dates = [when for when in found.dates if not any(start <= when.start < end for start, end in wrong)]
    found.scan = scan
    checkin.whole_piece(found, context)
    reading = checkin.read_checkin(found, replace(context, existing=(), history={}))
    records = tuple(_with_news(record, found, target, context) for record in reading.records)
    issues = [issue for issue in reading.issues if issue not in _TOPICAL]
    if not any(_changes(record) for record in records):
        issues.append("COUNT_MISSING")
    turned = _TURN.search(found.scan) is not None
    meant = [replace(record, date=target.date if turned else record.date) for record in records if record.unit]
    if not all(_stored(record, context) for record in meant):
        issues.append("NOTHING_TO_CORRECT")
    doubts = [issue for issue in issues if not issue.startswith("PII_")]
    return model.Reading("correct", "clarify" if doubts else "ok", tuple(issues), records, target=target)


def _changes(record: model.Record) -> bool:
    return bool(record.activity or record.dated or record.topic or record.others) or any(
        value is not None for value in (record.attended, record.due, record.absent)
    )


def _named(found: checkin.Found, context: model.Context) -> model.Record:
    """What is said of the one that is put right, before it is said what is right: 昨天的队会 改成 41人."""
    turn = _TURN.search(found.scan)
    place = turn.start() if turn else 0
    dates = [when for when in found.dates if when.start < place and when.day]
    numbers = [token for token in tokens_of(found.scan[:place]) if token.kind == "number" and token.strength]
    return model.Record(
        unit=next((hit.unit for hit in found.hits if hit.kind != "part"), None),
        activity=find_activity(found.scan[:place])[0].name,
        date=dates[0].day if dates else None,
        attended=numbers[-1].value if turn and numbers and _WRONG.match(found.scan, numbers[-1].start) else None,
        dated=bool(dates),
    )


def _with_news(
    record: model.Record, found: checkin.Found, target: model.Record, context: model.Context
) -> model.Record:
    """The record as it shall be: what follows the turn is new, 加1 adds to what is there."""
    turn = _TURN.search(found.scan)
    if turn:
        later = [when.day for when in found.dates if when.start >= turn.end()]
        new = find_activity(found.scan[turn.end() :])[0].name
        record = replace(record, activity=new or target.activity or record.activity)
        record = replace(record, date=later[0], dated=True) if later else record
    if topic := _TOPIC.search(found.scan):
        named = find_activity(found.scan[: topic.start()])[0].name
        record = replace(record, topic=topic["topic"].strip(GAP + " "), activity=named)
    by = CORRECT.search(found.scan)
    if by and by["more"]:
        old = next((each.attended for each in context.existing if _is_of(each, record)), None)
        change = int(by["by"]) * (-1 if "减" in by["more"] else 1)
        record = replace(record, attended=None if old is None else old + change, due=None)
    return record if record.dated else replace(record, date=None)


def read_cancel(found: checkin.Found, context: model.Context) -> model.Reading:
    """撤回三(2)中队今天的签到 -> exactly what is named: unit, activity, day, number of heads."""
    plain = checkin.read_checkin(found, replace(context, existing=()))
    first = plain.records[0] if plain.records else model.Record()
    day = first.date if found.dates else None
    target = model.Record(
        unit=first.unit if found.hits else None,
        activity=found.whole.activity.name,
        date=day,
        attended=first.attended,
        dated=first.dated,
    )
    records = tuple(
        model.Record(unit=record.unit, activity=record.activity, date=day, dated=record.dated)
        for record in plain.records
        if record.unit and (found.hits or target.activity or target.date)
    )
    unknown = [issue for issue in plain.issues if issue in ("UNIT_UNKNOWN", "UNIT_AMBIGUOUS")]
    if unknown:
        return model.Reading("cancel", "clarify", tuple(unknown), records, target=target)
    there = all(_stored(record, context) for record in records) if records else bool(context.existing)
    return model.Reading(
        "cancel", "ok" if there else "clarify", () if there else ("NOTHING_TO_CORRECT",), records, target=target
    )


def _stored(record: model.Record, context: model.Context) -> bool:
    """Whether a check-in of this unit (and date, where said) is there."""
    return any(
        _is_of(old, record) and (record.date is None or old.date in (None, record.date)) for old in context.existing
    )


def _is_of(old: model.Existing, record: model.Record) -> bool:
    return old.medal is None and old.unit == record.unit


def read_replacement(scan: str, hits: list[Hit], medals: list[Medal], context: model.Context) -> model.Reading | None:
    """把四(1)中队一星章的王小明换成李小红; None unless two persons are named."""
    turn = REPLACE.search(scan)
    if turn is None:
        return None
    old, new = _persons(scan[: turn.start()]), _persons(scan[turn.end() :])
    if not new or not (old or context.existing):
        return None
    unit, medal = target_of(hits, medals, context)
    fields = {"unit": unit, "medal": medal, "old": old[-1] if old else None, "new": new[0]}
    there = any(
        state.medal and state.name == fields["old"] and unit in (None, state.unit) and medal in (None, state.medal)
        for state in context.existing
    )
    issues = [] if there else ["NOTHING_TO_CORRECT"]
    if not is_name(new[0]):
        issues.append("NAME_INCOMPLETE")
    return model.Reading("nomination_replace", "clarify" if issues else "ok", tuple(issues), replace=fields)


def read_withdrawal(scan: str, hits: list[Hit], medals: list[Medal], context: model.Context) -> model.Reading:
    """撤回四(1)中队王小明的一星章提名."""
    unit, medal = target_of(hits, medals, context)
    names = _persons(CANCEL.sub(lambda match: GAP * len(match[0]), scan))
    name = names[0] if names else None
    there = any(
        state.medal and name in (None, state.name) and unit in (None, state.unit) and medal in (None, state.medal)
        for state in context.existing
    )
    issues = () if there else ("NOTHING_TO_CORRECT",)
    fields = {"unit": unit, "medal": medal, "name": name}
    return model.Reading("nomination_cancel", "ok" if there else "clarify", issues, cancel=fields)


def target_of(hits: list[Hit], medals: list[Medal], context: model.Context) -> tuple[str | None, str | None]:
    """The unit and the medal that a message about a nomination names."""
    unit = next((hit.unit for hit in hits if hit.kind != "part"), context.bound_unit)
    return unit, next((medal.code for medal in medals if medal.code), None)


def _persons(scan: str) -> list[str]:
    found: list[str] = []
    for word in _CUT.split(scan):
        if word and (is_name(word) or is_nickname(word)):
            found.append(word)
        elif word and len(word) < 40:
            found += split_names(word)
    return found


def persons_in(scan: str) -> list[str]:
    """The persons named in a question about a nomination."""
    return _persons(scan)

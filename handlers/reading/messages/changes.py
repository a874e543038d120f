"""Messages about something already stored: corrections, withdrawals, exchanges of a nominee."""

from dataclasses import replace

from handlers.reading.checkins.checkin import Found, read_checkin
from handlers.reading.medals.medals import Medal
from handlers.reading.model import Context, Reading, Record
from handlers.reading.persons.names import is_name, is_nickname, split_names
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

CORRECT = pattern(
    r"^\W{0,3}(?:更正|修改|订正|纠正|改正|勘误)|(?:刚才|刚刚|上面|之前|前面|上一条|那条)[^,。\n]{0,8}(?:错|不对)"
    r"|[报写发打填弄搞]错|登记错|统计错|应改为|更正为|更改为|修改为|改为|改成|应为|改一下|重新报"
)
CANCEL = pattern(r"撤回|撤销|取消|作废|收回|删掉|删除")
# 队会因雨取消: the activity, not the check-in.
_CALLED_OFF = pattern(r"(?:因|由于|临时|已|暂时?)[^,。]{0,8}取消(?!签到|打卡|刚)")
_CANCEL_WHAT = pattern(r"签到|打卡|记录|上一条|刚才|那条|这条|提交|上报|提名|推荐|申报")
REPLACE = pattern(r"换成|换为|替换为|替换成|改成|改为|更换为|调整为|换")
# 把38改成39: the first number is the wrong one
_OLD_NUMBER = pattern(
    r"(?<!\d)\d{1,4}\s?[人名]?\s?(?=(?:改成|改为|更正为|更改为|修改为|应为|应该是|应该为)\s?\d)"
    r"|不是\s?\d{1,4}\s?[人名]?[,\s]?(?=是|应该|应为)"
)
_TOPICAL = frozenset(
    {"ACTIVITY_MISSING", "COUNT_MISSING", "DUPLICATE", "DUPLICATE_DIFFERENT", "COUNT_CONFLICT", "DATE_OLD"}
)
_CUT = pattern(rf"[\s、,;。!?:/()|{GAP}]+|的|把|将|同学|队员|为|由")


def cancels(text: str, hits: list[Hit]) -> bool:
    """Whether `text` withdraws something: 撤回, 取消三(2)中队今天的签到; not 队日取消."""
    if not CANCEL.search(text) or _CALLED_OFF.search(text):
        return False
    return bool(hits and len(text) < 40) or _CANCEL_WHAT.search(text) is not None or CANCEL.match(text) is not None


def without_old_numbers(scan: str) -> str:
    """Blank the number that is said to be wrong."""
    return _OLD_NUMBER.sub(lambda match: GAP * len(match[0]), scan)


def read_correction(found: Found, context: Context) -> Reading:
    """更正:三(2)中队实到应为39人 -> the unit with what changes; there must be something to correct."""
    reading = read_checkin(found, replace(context, existing=()))
    dated = bool(found.dates)
    records = tuple(record if dated or record.dated else replace(record, date=None) for record in reading.records)
    issues = [issue for issue in reading.issues if issue not in _TOPICAL]
    if any(record.attended is None and record.activity is None and not record.others for record in records):
        issues.append("COUNT_MISSING")
    if not all(_stored(record, context) for record in records if record.unit):
        issues.append("NOTHING_TO_CORRECT")
    doubts = [issue for issue in issues if not issue.startswith("PII_")]
    return Reading("correct", "clarify" if doubts else "ok", tuple(issues), records)


def read_cancel(found: Found, context: Context) -> Reading:
    """撤回三(2)中队今天的签到 -> the unit, with activity and date where said."""
    plain = read_checkin(found, replace(context, existing=()))
    dated = bool(found.dates)
    records = tuple(
        Record(unit=record.unit, activity=record.activity, date=record.date if dated else None, dated=record.dated)
        for record in plain.records
        if record.unit
    )
    unknown = [issue for issue in plain.issues if issue in ("UNIT_UNKNOWN", "UNIT_AMBIGUOUS")]
    if unknown:
        return Reading("cancel", "clarify", tuple(unknown), records)
    there = all(_stored(record, context) for record in records) if records else bool(context.existing)
    return Reading("cancel", "ok" if there else "clarify", () if there else ("NOTHING_TO_CORRECT",), records)


def _stored(record: Record, context: Context) -> bool:
    """Whether a check-in of this unit (and date, where said) is there."""
    return any(
        old.medal is None and old.unit == record.unit and (record.date is None or old.date in (None, record.date))
        for old in context.existing
    )


def read_replacement(scan: str, hits: list[Hit], medals: list[Medal], context: Context) -> Reading | None:
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
    return Reading("nomination_replace", "clarify" if issues else "ok", tuple(issues), replace=fields)


def read_withdrawal(scan: str, hits: list[Hit], medals: list[Medal], context: Context) -> Reading:
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
    return Reading("nomination_cancel", "ok" if there else "clarify", issues, cancel=fields)


def target_of(hits: list[Hit], medals: list[Medal], context: Context) -> tuple[str | None, str | None]:
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

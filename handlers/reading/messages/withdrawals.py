"""Messages that take back a check-in, or bring back what was taken back."""

from dataclasses import replace

from handlers.reading.checkins.checkin import read_checkin
from handlers.reading.checkins.found import Found
from handlers.reading.model import Context, Existing, Reading, Record
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

# What is withdrawn: a record. 取消 alone may be said of the activity as well: 升旗因雨取消.
CANCEL = pattern(
    r"撤回|撤销|作废|收回|删掉|删除|删了|删一?[条下个]|取消|撤(?:一下|掉|了|下来)|(?:^|[,。!\s就都要得先])撤[吧啊呀]?(?=\W*$)|(?:去|抹|划|清|拿)掉(?=[吧了啊\W]|$)|(?<=[条才刚次面个])的?不(?:算数?|要了)(?![^,。\n])|(?<=[会课日旗扫到])不要了\W*$"
)
# 不要撤回, 先别取消, 王小明的提名别撤, 没说要把它撤回: it stays; 能不能撤回 asks for it.
_KEPT = pattern(
    r"(?:(?<![能要该可是想用会以])(?:先|暂时?)?不(?:要|用|必|想|能|该|是|打算|需要?|准备)?|(?<![分特区级个])(?:先|就|千万)?别|"
    r"(?:没有?|未)(?:说|想|让你?|打算|叫你?)?过?要?|无需)"
    r"(?:急着|着急|再|先|就|给我|帮我|[把将][^,;。!?\s]{1,20}?){0,2}"
    r"(?:撤[回销]?|作废|收回|删[掉除]?|取消)(?!不了|不掉|[^,。;!?\n]{0,6}[吗么?])"
)
# 怎么撤回, 报错了咋改
ASKS_HOW = pattern(
    r"(?:请问|老师|您?好|我|想问一?下|\W)*(?:如何|怎[么样]|咋|为什么|为啥)"
    r"|\D{0,30}(?:如何|怎[么样]|咋)(?:才?能|去|来|可以)?(?:修?改|更正|办|弄|处理|撤|删)\D{0,12}$"
)
_CLAUSE = pattern(r"[^,;。!?\n]+")
# 刚才那个不算,人数39: put right.
_NEWS = pattern(r"[,。\s]*(?:人数|实到|应该?是|改[成为])\s?[是为:]?\s?\d")
_CANCEL_WHAT = pattern(r"签到|打卡|记录|上[一]?条|刚才|那条|这条|提交|上报|提名|推荐|申报")
_RESTORE = pattern(
    r"^\W{0,2}(?:算了|还是|又?要的|[,\s])*(?:请|麻烦)?(?:帮我|帮忙)?(?:把.{0,20}|[^,。\n]{0,12}(?:撤[回销掉了]|删[掉除了]?)[了的]{1,2}[^,。\n]{0,8})?(?:恢复|还原)(?!.{0,20}(?:提醒|健康|身体|提名|推荐|申报|[星奖]章|单位|账号|通知|上课|正常))"
)
_SHORT, _LONGEST = 12, 40


def keeps(text: str) -> bool:
    """Whether it is said that something shall not be withdrawn: 不要撤回王小明的提名."""
    return _KEPT.search(text) is not None


def only_keeps(text: str) -> bool:
    """Whether nothing else is said."""
    return keeps(text) and not any(map(str.isalnum, without_kept(text)))


def without_kept(text: str) -> str:
    """The text without what it says shall stay (same length)."""
    return _CLAUSE.sub(lambda match: " " * len(match[0]) if keeps(match[0]) else match[0], text)


def cancels(text: str, hits: list[Hit]) -> bool:
    """Whether `text` withdraws a record: 撤回, 取消三(2)中队今天的签到; not 升旗取消."""
    found = CANCEL.search(without_kept(text))
    if found is None or ASKS_HOW.match(text) or _NEWS.match(text, found.end()):
        return False
    if found[0] == "取消":
        return _CANCEL_WHAT.search(text) is not None or text.strip() == "取消"
    short = len(text) < (_LONGEST if hits else _SHORT)
    return short or _CANCEL_WHAT.search(text) is not None or CANCEL.match(text) is not None


def restores(text: str) -> bool:
    """Whether `text` brings back what was withdrawn: 恢复三(2)队会."""
    told = "恢复" in text or "还原" in text
    return told and len(text) < _LONGEST and _RESTORE.search(text) is not None


def read_restoring(found: Found, context: Context) -> Reading:
    """恢复三(2)中队昨天的队会 -> what is named of it."""
    return Reading("restore", "ok", target=_target(found, read_checkin(found, replace(context, existing=()))))


def read_cancel(found: Found, context: Context) -> Reading:
    """撤回三(2)中队今天的签到 -> exactly what is named: unit, activity, day, number of heads."""
    plain = read_checkin(found, replace(context, existing=()))
    target = _target(found, plain)
    day = target.date
    records = tuple(
        Record(unit=record.unit, activity=record.activity, date=day, dated=record.dated)
        for record in plain.records
        if record.unit and (found.hits or target.activity or target.date)
    )
    unknown = [issue for issue in plain.issues if issue in ("UNIT_UNKNOWN", "UNIT_AMBIGUOUS")]
    if unknown:
        return Reading("cancel", "clarify", tuple(unknown), records, target=target)
    there = all(stored(record, context) for record in records) if records else bool(context.existing)
    return Reading(
        "cancel", "ok" if there else "clarify", () if there else ("NOTHING_TO_CORRECT",), records, target=target
    )


def _target(found: Found, plain: Reading) -> Record:
    """What the words name of a record; what nobody said is None."""
    first = plain.records[0] if plain.records else Record()
    return Record(
        unit=first.unit if found.hits else None,
        activity=found.whole.activity.name,
        date=first.date if found.dates else None,
        attended=first.attended,
        dated=first.dated,
    )


def stored(record: Record, context: Context) -> bool:
    """Whether a check-in of this unit (and date, where said) is there."""
    return any(
        is_of(old, record) and (record.date is None or old.date in (None, record.date)) for old in context.existing
    )


def is_of(old: Existing, record: Record) -> bool:
    """Whether it is a check-in of the record's unit."""
    return old.medal is None and old.unit == record.unit

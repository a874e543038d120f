"""The question for what is missing in a report, and the answer put together with what is known."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from handlers.attendance import phrases
from handlers.kit import Button
from handlers.reading import Context, Reading, Record, read
from handlers.reading.messages import remainder
from handlers.wording import days, places
from handlers.wording.questions import Question

# A new report takes the place of a question about an earlier one.
_REPORTS = frozenset({"checkin", "签到"})
_NOTHING = "好的，没有记。要重新报，直接发就行。"
_OR_NOT = "\n不报了，发「取消」。"


@dataclass(frozen=True, slots=True)
class Reported:
    """What was reported, a message a record; `first`: the message whose photos wait for it."""

    said: list[str]
    first: int | None
    joint: bool


@dataclass(frozen=True, slots=True)
class Doubted(Reported):
    """The same, with the question whether it is right."""

    asked: str


@dataclass(frozen=True, slots=True)
class Incomplete:
    """
    What was reported as far as it is clear, the reader's issues, and the question.

    `shared`: the squads of which the heads are asked; `day` (ISO): the day when none is named; `offered`: its buttons,
    label and answer.
    """

    said: str
    issues: list[str]
    first: int | None
    shared: list[str]
    day: str
    asked: str
    offered: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Several:
    """Of so many events one total was told."""

    said: str
    sessions: int
    total: int
    first: int | None


SESSIONS = Question(
    "checkin-sessions", Several, undone="还没有记。",
    asks="{sessions} 场共 {total} 人，请把每场的人数写全。\n只算一场，回「一场」。",
    dropped=_NOTHING, ended_by=_REPORTS,
)  # fmt: skip
MISSING = Question(
    "checkin", Incomplete, undone="还没有记。", asks="{asked}" + _OR_NOT, dropped=_NOTHING, ended_by=_REPORTS,
    left="前面的「{said}」还没有记，要报请连人数一起再发一次。",
)  # fmt: skip
# 41: it is to be recorded, with this number.
HEADS = (
    r"(?:不对|不是|没错|对的?|[打写报输填弄搞按看]?[错反]了?|[少多漏][打写输报填按]了?一?个?(?:字|数字)?|[应改]?该?[是为成]|实到|实际|其实|确实|人数|就|只|有|到|来|了)*\d{1,2}[人名个]?"
    r"(?:参加|来的?|到了?)?(?:社团|小队|[\u4e00-\u9fff]{1,3}队|代表|值[周日]生?|分[批组]|轮流)?"
)
DOUBT = Question(
    "checkin-confirm", Doubted, undone="还没有记。", asks="{asked}请回「是」或「否」。", dropped=_NOTHING,
    ended_by=_REPORTS, yes="是，记下", no="不记", other=HEADS,
)  # fmt: skip
SCHOOL = Question(
    "checkin-school", Reported, undone="还没有记。", asks="这是哪所学校的？" + _OR_NOT, dropped=_NOTHING,
    ended_by=_REPORTS,
)  # fmt: skip
# The reader knows 其他 as an activity by this word only: alone it may mean anything.
OTHER = "其他活动"
_QUESTIONS = {
    "UNIT_MISSING": "请问是哪个中队？如：三(2)",
    "UNIT_AMBIGUOUS": "请问是几年级的？如：三(2)",
    "UNIT_UNKNOWN": "名册里没有{unit}。请问是哪个中队？如：三(2)",
    "ACTIVITY_MISSING": "请问是什么活动？",
    "COUNT_MISSING": "请问到了多少人？",
    "COUNT_AMBIGUOUS": "有几个数字，请问实到多少人？",
    "COUNT_SHARED": "请分别写每个中队的人数，如：三(1)40 三(2)38",
    "COUNT_VAGUE": "请问准确到了多少人？",
    "COUNT_CONFLICT": "人数对不上（应到 {due}，实到 {attended}）。请重新写，如：应到42实到40",
    "COUNT_RANGE": "{attended} 人好像不对。请问准确到了多少人？",
    "DATE_FUTURE": "{day}还没到。请问活动是哪一天？如：今天、昨天、4月3日",
    "DATE_INVALID": "没有看出准确的日期。请问活动是哪一天？如：今天、昨天、4月3日",
    "DATE_OLD": "{day}已经过去很久。请问活动是哪一天？",
}
# What is asked for together with something else.
_MISSING = {"UNIT_MISSING": "中队", "ACTIVITY_MISSING": "活动", "COUNT_MISSING": "人数"}
# Where one of the two was not told, or was told twice.
_CONFLICT = "人数前后对不上。请重新写，如：应到42实到40"
_MOST_BUTTONS = 6
_DUE = re.compile(r"应到\d+ ?")
_WRONG_DAYS = frozenset({"DATE_FUTURE", "DATE_INVALID"})


def question(
    issues: Sequence[str],
    record: Record,
    squads: Sequence[str] = (),
    size: int | None = None,
    activities: Sequence[str] = (),
) -> tuple[str, tuple[Button, ...]]:
    """The one question for what is missing, what is known first, with the likely answers as buttons.

    `squads` and `activities` are those that may be meant, `size` is how many children the squad has.
    """
    issue = next((issue for issue in _QUESTIONS if issue in issues), "")
    if not issue:
        return "没看懂这条消息，没有记录。像这样发：\n三(2)中队 主题队日 38人 清明祭英烈", ()
    words = {
        "unit": places.key_name(record.unit) if record.unit else "这个单位",
        "due": record.due,
        "attended": record.attended,
        "day": days.day(record.date) if record.date else "",
    }
    known = canonical(record, issues, days.day)
    also = [word for other, word in _MISSING.items() if other in issues and other != issue]
    told_both = record.due is not None and record.attended is not None
    said = _QUESTIONS[issue] if issue != "COUNT_CONFLICT" or told_both else _CONFLICT
    asked = said.format(**words) + (f"\n也请写上{'和'.join(also)}。" if also else "")
    buttons = tuple(Button(label, answer=answer) for label, answer in _likely(issue, record, squads, size, activities))
    return (f"{asked}\n其余看懂了：{known}" if known else asked), buttons[:_MOST_BUTTONS]


def _likely(
    issue: str, record: Record, squads: Sequence[str], size: int | None, activities: Sequence[str]
) -> list[tuple[str, str]]:
    """(label, answer) of what is probably meant."""
    if issue.startswith("UNIT"):
        return [(each, each) for each in squads]
    if issue == "COUNT_AMBIGUOUS":
        # 六年级两个班 44和39: those of its classes together.
        together = [sum(record.heads)] if (record.unit or "").startswith(("G", "ALL")) else []
        return [(f"实到{each}", f"实到{each}") for each in dict.fromkeys([*together, *record.heads]) if each > 0]
    if issue == "COUNT_CONFLICT" and record.attended and record.due and record.attended > record.due:
        swapped = f"应到{record.attended}实到{record.due}"
        return [(swapped, swapped)]
    if issue in ("COUNT_MISSING", "COUNT_VAGUE") and size:
        return [(f"全到 {size}", f"应到{size}实到{size}")]
    likely = activities if issue == "ACTIVITY_MISSING" else ("今天", "昨天") if issue in _WRONG_DAYS else ()
    return [(each, each) for each in likely]


def doubt(issues: Sequence[str], records: Sequence[Record], size_of: Callable[[Record], int | None]) -> str:
    """Why a complete message is asked about once more; `size_of`: the heads on the roll of a record's unit."""
    if "DATE_OLD" in issues:
        return "这是一个多月前的活动："
    unusual = next((each for each in records if each.usual and each.unit), None)
    if unusual is None or unusual.unit is None:
        return "有几个字拿不准，请核对一下：" if "WORDS_UNCLEAR" in issues else "请核对一下："
    if unusual.usual == unusual.due:
        return f"{places.key_name(unusual.unit)}到的不到应到的一半，请核对一下："
    if unusual.usual == size_of(unusual) or not unusual.unit[0].isdecimal():
        return f"{places.key_name(unusual.unit)}应到 {unusual.usual} 人，这次 {unusual.attended} 人，请核对一下："
    return f"{places.key_name(unusual.unit)}平时约 {unusual.usual} 人，这次 {unusual.attended} 人，请核对一下："


def canonical(
    record: Record,
    issues: Sequence[str],
    say: Callable[[date], str] = date.isoformat,
    *,
    always_dated: bool = False,
) -> str:
    """What was said and is not in doubt, as a message of its own that reads the same (`say`: how days are written).

    A day that nobody named is left out, so that an answer can still name one, unless `always_dated`.
    """
    doubts = {issue.partition("_")[0] for issue in issues}
    # Only how many came is missing: how many were due stays.
    counted = not any(issue.startswith("COUNT") and issue != "COUNT_MISSING" for issue in issues)
    unit = record.unit and "UNIT" not in doubts and "COUNT_SHARED" not in issues
    dated = record.date and (record.dated or always_dated) and not _WRONG_DAYS.intersection(issues)
    parts = [
        places.key_name(record.unit) if unit and record.unit else "",
        OTHER if record.activity == "其他" else _not_in(record.topic, record.activity),
        say(record.date) if dated and record.date else "",
        f"应到{record.due}" if record.due is not None and counted else "",
        f"实到{record.attended}" if "COUNT" not in doubts and record.attended is not None else "",
        record.topic or "",
    ]
    return " ".join(filter(None, parts))


def _not_in(topic: str | None, activity: str | None) -> str:
    """The activity, unless the topic says it: 联合祭扫."""
    return "" if activity is None or activity in (topic or "") else activity


def with_activity(words: str) -> str:
    """An activity that is on no list is 其他, with its name as the topic."""
    return OTHER if words in ("其他", "其它", OTHER) else f"{OTHER} {words}"


def merged(known: str, answer: str, issues: Sequence[str]) -> str:
    """The known part and the answer to the question, as one message."""
    if any(issue.startswith("COUNT") for issue in issues):
        answer = phrases.with_heads(answer)
        known = _DUE.sub("", known) if "应" in answer else known
    return f"{answer} {known}" if any(issue.startswith("UNIT") for issue in issues) else f"{known} {answer}"


def of_day(known: Incomplete, words: str, context: Context) -> Reading | None:
    """是昨天的, and nothing more: what is known, of that day, so that the rest is asked for again."""
    if remainder.besides(words, context.received):
        return None
    together = read(merged(known.said, words, known.issues), context)
    told = together.intent == "checkin" and len(together.records) == 1 and together.records[0].dated
    return together if told and set(together.issues) <= set(known.issues) else None

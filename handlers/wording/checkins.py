"""Wording that several places share: how a day, a squad, a check-in, a question is said."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from handlers.kit import Button, Reply
from handlers.reading import Record
from storage.checkins.checkins import Checkin

_YES = {"是", "是的", "对", "对的", "好", "好的", "嗯", "确认", "可以", "记下", "是,记下", "是，记下", "yes", "ok"}
_NO = {"否", "不", "不是", "不对", "取消", "算了", "不用", "不报了", "不记", "no"}
# The reader knows 其他 as an activity by this word only: alone it may mean anything.
OTHER = "其他活动"
# How a check-in that was not in time is marked.
TIMINGS = {"late": "迟报", "backfilled": "补报"}
_SIDES = {"站": "辅导站", "社区": "社区"}
_CHANNELS = {
    "wecom": "企业微信",
    "wecom_robot": "企业微信机器人",
    "wecom_group": "企业微信群",
    "telegram": "Telegram",
    "practice": "演练页面",
}
_WEEKDAYS = "一二三四五六日"
_GRADES = "零一二三四五六七八九"


def day(value: date, today: date | None = None) -> str:
    """4月3日(周五); with its year when that is not today's: 2025年10月13日(周一)."""
    year = f"{value.year}年" if today is not None and value.year != today.year else ""
    return f"{year}{value.month}月{value.day}日(周{_WEEKDAYS[value.weekday()]})"


def channel(name: str) -> str:
    """A channel as people call it: `wecom` → 企业微信."""
    return _CHANNELS.get(name, name)


def says_yes(words: str) -> bool:
    """是, 好的 …: the whole answer is a yes."""
    return _bare(words) in _YES


def says_no(words: str) -> bool:
    """否, 取消, 算了 …: the whole answer is a no."""
    return _bare(words) in _NO


def _bare(words: str) -> str:
    return words.rstrip("。.!！ ").lower()


def squad(grade: int, class_no: int) -> str:
    """三(2)中队."""
    return f"{_GRADES[grade]}({class_no})中队" if grade < len(_GRADES) else f"{grade}({class_no})中队"


def unit_key(key: str) -> str:
    """The reader's unit as people write it: `3-2` → 三(2)中队, `G3` → 三年级, `ALL` → 全校."""
    if key == "ALL":
        return "全校"
    if key.startswith("G") and key[1:].isdigit():
        return f"{_GRADES[int(key[1:])]}年级"
    grade, dash, class_no = key.partition("#")[0].partition("-")
    if dash and grade.isdigit() and class_no.isdigit():
        return squad(int(grade), int(class_no))
    side, _, name = key.partition(":")
    return name + _SIDES.get(side, "") if name else key


def checkin_line(said: Checkin) -> str:
    """三(2)中队 主题队日 38 人."""
    return f"{said.unit_name} {said.activity} {said.attended} 人"


def dated(said: Checkin, today: date) -> str:
    """三(2)中队 4月3日(周五) 主题队日."""
    return f"{said.unit_name} {day(said.day, today)} {said.activity}"


def heads(one: Checkin) -> str:
    """应到42实到40, or 实到40."""
    return f"应到{one.due}实到{one.attended}" if one.due else f"实到{one.attended}"


def marked(one: Checkin, today: date) -> str:
    """三(2)中队 4月1日(周三) 主题队日 应到42实到40 · 迟报, as a line of a list."""
    return " · ".join(filter(None, (f"{dated(one, today)} {heads(one)}", TIMINGS.get(one.timing, ""))))


def echo(result: str, stored: Checkin, today: date, photos: int = 0) -> Reply:
    """What was understood, with the buttons to put it right."""
    more = [day(stored.day, today), TIMINGS.get(stored.timing, "")]
    more += [f"应到 {stored.due} 人" if stored.due else "", stored.topic]
    more += [f"{kind} {count} 人" for kind, count in stored.others]
    more += [f"照片 {photos} 张"] if photos else []
    buttons = Button("更正", f"更正 #{stored.id}", reply=True), Button("撤回", f"撤回 #{stored.id}")
    said = f"{result}:{checkin_line(stored)}\n" + " · ".join(filter(None, more))
    return Reply(said, buttons, spoken="要改发「更正」,不算发「撤回」。")


def with_more(said: Reply, line: str, *buttons: Button) -> Reply:
    """The same with a further line and further buttons, which are no mere convenience."""
    spoken = "" if buttons else said.spoken
    return replace(said, text=f"{said.text}\n{line}", buttons=(*said.buttons, *buttons), spoken=spoken)


def in_group(result: str, stored: Checkin, today: date) -> Reply:
    """The same in one line, for a group; the buttons are the reporter's."""
    return Reply(f"{result}:{checkin_line(stored)}", echo(result, stored, today).buttons)


_WARNINGS = {
    "PII_PHONE": "电话号码",
    "PII_ID": "证件号码",
    "PII_NAME": "孩子的姓名",
    "PII_HEALTH": "健康情况",
    "PII_FAMILY": "家庭情况",
}


def privacy_warning(issues: Sequence[str]) -> str:
    """What is said when the message held what must not be kept; empty when it did not."""
    found = "、".join(words for issue, words in _WARNINGS.items() if issue in issues)
    return f"消息里的{found}没有保存。为了保护孩子,请在聊天里删除那条消息。" if found else ""


_QUESTIONS = {
    "UNIT_MISSING": "请问是哪个中队?如:三(2)",
    "UNIT_AMBIGUOUS": "请问是几年级的?如:三(2)",
    "UNIT_UNKNOWN": "名册里没有{unit}。请问是哪个中队?如:三(2)",
    "ACTIVITY_MISSING": "请问是什么活动?",
    "COUNT_MISSING": "请问到了多少人?",
    "COUNT_AMBIGUOUS": "有几个数字,请问实到多少人?",
    "COUNT_SHARED": "请分别写每个中队的人数,如:三(1)40 三(2)38",
    "COUNT_VAGUE": "请问准确到了多少人?",
    "COUNT_CONFLICT": "人数对不上(应到 {due},实到 {attended})。请重新写,如:应到42实到40",
    "COUNT_RANGE": "{attended} 人好像不对。请问准确到了多少人?",
    "DATE_FUTURE": "{day}还没到。请问活动是哪一天?如:今天、昨天、4月3日",
    "DATE_INVALID": "没有这个日期。请问活动是哪一天?如:今天、昨天、4月3日",
    "DATE_OLD": "{day}已经过去很久。请问活动是哪一天?",
}
# What is asked for together with something else.
_MISSING = {"UNIT_MISSING": "中队", "ACTIVITY_MISSING": "活动", "COUNT_MISSING": "人数"}
_MOST_BUTTONS = 6
_LIKELY = {
    "ACTIVITY_MISSING": ("主题队日", "主题队会", "队课", "志愿服务", "红领巾爱学习", "其他"),
    "DATE_FUTURE": ("今天", "昨天"),
    "DATE_INVALID": ("今天", "昨天"),
}
_WRONG_DAYS = frozenset({"DATE_FUTURE", "DATE_INVALID"})


def question(
    issues: Sequence[str], record: Record, squads: Sequence[str] = (), size: int | None = None
) -> tuple[str, tuple[Button, ...]]:
    """The one question for what is missing, what is known first, with the likely answers as buttons.

    `squads` are those that may be meant, `size` is how many children the squad has.
    """
    issue = next((issue for issue in _QUESTIONS if issue in issues), "")
    if not issue:
        return "没看懂这条消息,没有记录。像这样发:\n三(2)中队 主题队日 38人 清明祭英烈", ()
    words = {
        "unit": unit_key(record.unit) if record.unit else "这个单位",
        "due": record.due,
        "attended": record.attended,
        "day": day(record.date) if record.date else "",
    }
    known = canonical(record, issues, day)
    also = [word for other, word in _MISSING.items() if other in issues and other != issue]
    asked = _QUESTIONS[issue].format(**words) + (f"\n也请写上{'和'.join(also)}。" if also else "")
    buttons = tuple(Button(label, answer) for label, answer in _likely(issue, record, squads, size))
    return (f"{asked}\n其余看懂了:{known}" if known else asked), buttons[:_MOST_BUTTONS]


def _likely(issue: str, record: Record, squads: Sequence[str], size: int | None) -> list[tuple[str, str]]:
    """(label, answer) of what is probably meant."""
    if issue.startswith("UNIT"):
        return [(each, each) for each in squads]
    if issue == "COUNT_AMBIGUOUS":
        return [(f"实到{each}", f"实到{each}") for each in record.heads]
    if issue == "COUNT_CONFLICT" and record.attended and record.due and record.attended > record.due:
        swapped = f"应到{record.attended}实到{record.due}"
        return [(swapped, swapped)]
    if issue in ("COUNT_MISSING", "COUNT_VAGUE") and size:
        return [(f"全到 {size}", f"应到{size}实到{size}")]
    return [(each, each) for each in _LIKELY.get(issue, ())]


def doubt(issues: Sequence[str]) -> str:
    """Why a complete message is asked about once more."""
    return "这是一个多月前的活动:" if "DATE_OLD" in issues else "请核对一下:"


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
    unit = record.unit and "UNIT" not in doubts and "COUNT_SHARED" not in issues
    dated = record.date and (record.dated or always_dated) and not _WRONG_DAYS.intersection(issues)
    parts = [
        unit_key(record.unit) if unit and record.unit else "",
        OTHER if record.activity == "其他" else _not_in(record.topic, record.activity),
        say(record.date) if dated and record.date else "",
        f"应到{record.due}" if "COUNT" not in doubts and record.due is not None else "",
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
        answer = with_heads(answer)
    return f"{answer} {known}" if any(issue.startswith("UNIT") for issue in issues) else f"{known} {answer}"


def with_heads(words: str) -> str:
    """A bare number is a head count: 38 → 38人."""
    bare = words.strip()
    return f"{bare}人" if bare.isdigit() else words

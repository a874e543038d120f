"""上报: what is due for me; 看: a row's figures and who is missing; 催: those who are missing, and only they."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers.asker import examples
from handlers.catalogue import current
from handlers.catalogue.loader import calendar_of
from handlers.catalogue.model import Row
from handlers.kit import MEMBERS, Ask, Button, Due, Refusal, Reply, Unit
from handlers.programmes import attendance, reporting
from handlers.programmes.asked import duty_plan
from handlers.programmes.cases import case_intake, case_reminders, case_rights, case_words
from handlers.registry import ANYTHING, command, due
from handlers.wording import days, lines, numbers, places, programmes
from scheduling import spans
from scheduling.calendar import Calendar
from scheduling.occasions import Cleared
from storage.people import accounts, people
from storage.programmes import coverage, reports
from storage.reminders import deliveries

READERS = programmes.READERS
MOST_BUTTONS = 6
MOST_NAMES = 10
MOST_GROUPS = 20
# Due within so many days counts as due now.
SOON = timedelta(days=7)
MOST_NUDGED = 3000
_LINES = {"roster": lines.roster_line, "case": lines.case_line}
_STATES = {"expected": "待报", coverage.OVERDUE: "逾期", reports.RETURNED: "退回"}


@command(
    "上报", "report", who=MEMBERS, group="活动", rank=25, help="报一项工作，或看要报什么", glued=ANYTHING,
    looks="", examples=("上报", "上报 宣讲 3场 共60人"),
)  # fmt: skip
def tell(ask: Ask) -> Sequence[Reply]:
    """With words: the same as without 上报; alone: what is due for the asker, most urgent first."""
    if not ask.args:
        return [_due_for_me(ask)]
    if programmes.cases_in(ask, ask.args):
        return case_intake.take(ask)
    rows = programmes.rows_for(ask)
    row = programmes.named(rows, ask.args)
    if row is None:
        known = "、".join(each.name for each in rows[:12])
        told = f"没看出是报哪一项，没有记录。您可以报：{known}\n像这样发：{rows[0].example}" if rows else _nothing(ask)
        raise Refusal(told)
    return reporting.report(ask, row, ask.args)


def _nothing(ask: Ask) -> str:
    return f"您目前没有要上报的项目。{examples.nearest(ask)}"


def _due_for_me(ask: Ask) -> Reply:
    rows = programmes.rows_for(ask)
    due_now = [(row, target) for row in rows if row.due for target in _mine(ask, row) if not target.done]
    due_now.sort(
        key=lambda each: (each[1].state != coverage.OVERDUE, spans.due_day(each[0].due, _period(ask, each[0])))
    )
    if due_now:
        said = [f"· {target.name} {row.name}（{_when(ask, row, target)}）" for row, target in due_now[:12]]
        more = f"\n另有 {len(due_now) - 12} 项。" if len(due_now) > 12 else ""
        names = dict.fromkeys(row.name for row, _ in due_now)
        buttons = tuple(Button(name, "上报", name) for name in names)[:MOST_BUTTONS]
        return Reply(f"您有 {len(due_now)} 项要报：\n" + "\n".join(said) + more, buttons)
    if not rows:
        return Reply(_nothing(ask))
    known = "、".join(row.name for row in rows[:12])
    return Reply(f"现在没有到期要报的。随时可以报：{known}\n像这样发：{rows[0].example}")


def _mine(ask: Ask, row: Row) -> list[coverage.Target]:
    own = programmes.units_for(ask.me, row)
    ids = {unit.id for unit in own}
    found = lines.targets(ask.db, row, [unit.path for unit in own], _period(ask, row), ask.today) if own else []
    soon = spans.due_day(row.due, _period(ask, row)) <= ask.today + SOON
    return [target for target in found if target.unit_id in ids and (soon or target.state == reports.RETURNED)]


def _period(ask: Ask, row: Row) -> str:
    return spans.label_of(row.period, ask.today)


def _when(ask: Ask, row: Row, target: coverage.Target) -> str:
    day = spans.due_day(row.due, _period(ask, row))
    return f"{_STATES[target.state]}，{days.short(day)}{'前' if target.state == 'expected' else '到期'}"


@command(
    "看", "figures", who=programmes.LOOKERS, group="周报", rank=26, help="看一项工作报了多少、缺谁", glued=ANYTHING,
    snapshot=True, examples=("看 宣讲", "看 月方案 上月"),
)  # fmt: skip
def look(ask: Ask) -> Reply:
    """A row's line for a period and who is missing; raises NotMeant for words that name no row."""
    reply = _looked_at(ask)
    if ask.me.roles.isdisjoint(READERS):
        return replace(reply, buttons=tuple(each for each in reply.buttons if each.word not in ("表", "催")))
    return reply


def _looked_at(ask: Ask) -> Reply:
    rows = _shown(ask)
    if not ask.args:
        return Reply(f"要看哪一项？像这样发：看 宣讲 上月\n有：{'、'.join(row.name for row in rows)}")
    if programmes.named(rows, ask.args) is None:
        return attendance.look(ask)
    if found := _each_group(ask):
        return found
    line, at = line_of(ask, "看")
    period = spans.said(line.period, ask.today)
    nothing = any(each.state == reports.ZERO for each in line.targets)
    none = "没有开展" if nothing else "还没有一件" if line.row.shape == "case" else "还没有人报"
    text = line.text or f"{line.row.name}{none}"
    head = text if text.startswith(period) else f"{period} {text}"
    if line.row.shape == "case":
        return case_words.shown(ask, line.row, _paths(line.row, at), head, f"{line.row.name} {_said_again(line, at)}")
    if line.row.shape == "roster":
        return Reply(head + vacant(line), (Button("在册", "在册", line.row.name),))
    if not line.row.due and (line.row.many or line.row.period == "day"):
        return Reply(head, (Button("表", "表", f"{line.row.name} {_said_again(line, at)}"),))
    return Reply(f"{head}\n{_missing(line)}", _buttons(line, at))


def _each_group(ask: Ask) -> Reply | None:
    """看 宣讲 按片区: the row's line of each group of a set, who owes most first; None where no set is named."""
    row, period, rest = _asked(ask, "看")
    found = places.groups_in(ask, programmes.LOOKERS, rest)
    if not (found and places.is_each(rest)):
        return None
    of = _LINES.get(row.shape, lines.line)
    each = [(group.name, of(ask.db, row, group.paths, period, ask.today)) for group in found]
    each.sort(key=lambda one: -len(one[1].missing))
    said = (f"· {name}：{line.text or '还没有人报'}" for name, line in each[:MOST_GROUPS])
    more = f"\n另有 {len(each) - MOST_GROUPS} 组" if len(each) > MOST_GROUPS else ""
    return Reply(f"{spans.said(period, ask.today)} {row.name} {rest}：\n" + "\n".join(said) + more)


def vacant(line: lines.Line) -> str:
    """Who lacks which places: 瑞景社区 主任 2、总辅导员 1."""
    told = [
        f"{each.school}{each.name} " + "、".join(f"{kind} {n}" for kind, n in line.vacancies[each.unit_id].items())
        for each in line.missing[:MOST_NAMES]
    ]
    more = f"\n等 {len(line.missing)} 家" if len(line.missing) > MOST_NAMES else ""
    return "".join(f"\n空缺：{each}" for each in told) + more


def line_of(ask: Ask, word: str) -> tuple[lines.Line, list[Unit]]:
    """The line that the arguments ask for (a row, a period, a unit), and the units that it is of; raises Refusal."""
    row, period, rest = _asked(ask, word)
    at = places.chosen_or_group(ask, programmes.LOOKERS if word == "看" else READERS, rest, word, f"{row.name} {{}}")
    return _LINES.get(row.shape, lines.line)(ask.db, row, _paths(row, at), period, ask.today), at


def _paths(row: Row, at: Sequence[Unit]) -> list[str]:
    """What the units look at: of cases an office beside a district looks at all that it decides on."""
    return [case_rights.sphere(unit) if row.shape == "case" else unit.path for unit in at]


def _asked(ask: Ask, word: str) -> tuple[Row, str, str]:
    """(the row, the period, the rest) of the arguments; raises Refusal."""
    row = programmes.named(_shown(ask), ask.args)
    if row is None and (told := programmes.named(programmes.told_by_checkins(ask), ask.args)):
        raise Refusal(f"{told.name}由签到算出，发「看 {told.name}」。催没报的发「催办」，要表发「周报 表格」。")
    if row is None:
        nudge = "催没签到的，发「催办」。" if word == "催" else ""
        raise Refusal(f"没有这一项。{nudge}像这样发：{word} 宣讲 上月")
    period, rest = spans.named(programmes.without(row, ask.args), ask.today)
    period = period or (_period(ask, row) if row.period != "day" else spans.label_of("week", ask.today))
    return row, period, " ".join(rest.split())


def _shown(ask: Ask) -> list[Row]:
    return [row for row in current.catalogue_of(ask.db).rows if row.shape != "checkin" and not row.is_medal]


def _missing(line: lines.Line) -> str:
    owed = [each for each in line.targets if each.state != coverage.EXCUSED]
    if not owed:
        return "这里没有要报的单位。"
    beside = {"零报告": sum(each.state == reports.ZERO for each in owed), "请假": len(line.targets) - len(owed)}
    said = "".join(f"，{word} {count} 家" for word, count in beside.items() if count)
    if not line.missing:
        return f"{len(owed)} 家都报了{said}。"
    names = numbers.listed([f"{each.school}{each.name}{_mark(each)}" for each in line.missing], MOST_NAMES, "家")
    in_time = sum(each.state in ("on_time", "accepted", reports.ZERO) for each in owed)
    done = len(owed) - len(line.missing)
    rates = f"报送率 {done}/{len(owed)}，及时率 {in_time}/{len(owed)}{said}"
    return f"{rates}\n还差 {len(line.missing)} 家：{names}"


def _mark(one: coverage.Target) -> str:
    return f"（{_STATES[one.state]}）" if one.state in (coverage.OVERDUE, reports.RETURNED) else ""


def _said_again(line: lines.Line, at: list[Unit]) -> str:
    unit = at[0].name if len(at) == 1 else ""
    return f"{line.period} {unit}".strip()


def _buttons(line: lines.Line, at: list[Unit]) -> tuple[Button, ...]:
    again = f"{line.row.name} {_said_again(line, at)}"
    nudge = (Button("催", "催", again),) if line.missing and line.row.due else ()
    return (*nudge, Button("表", "表", again))


@command(
    "催", who=READERS, group="周报", rank=27, help="催还没报一项工作的单位", examples=("催 月方案",), follows=r"\S"
)
def chase(ask: Ask) -> Reply:
    """One notice to each who reports for a unit that is missing; once a day for each row and unit."""
    line, at = line_of(ask, "催")
    if line.row.shape == "case":
        return case_reminders.nudge(ask, line.row, [unit.path for unit in at])
    if not line.missing or line.row.shape == "roster":
        return Reply(f"{spans.said(line.period, ask.today)} {line.row.name}没有缺报的，不用催。")
    if len(line.missing) > MOST_NUDGED:
        raise Refusal(f"缺 {len(line.missing)} 家，一次催不完。请写上单位：催 {line.row.name} 单位名")
    roles = frozenset(line.row.who) or programmes.REPORTERS_OF_ALL
    holders = people.holding(ask.db, roles, [each.path for each in line.missing], ask.now)
    reached = accounts.best(ask.db, [person.id for person in holders])
    wanted = {each.unit_id: each for each in line.missing}
    calendar = calendar_of(ask.db)
    owed = duty_plan.occurrence(line.row, line.period)
    already = deliveries.told(ask.db, "duty", owed, calendar.midnight(ask.now))
    rows = [
        _notice(ask, calendar, line, wanted[grant.unit.id], person.id, reached[person.id][0])
        for person in holders
        for grant in person.grants
        if grant.unit.id in wanted and person.id in reached and grant.role in programmes.roles_for(line.row, grant.unit)
    ]
    # Today's letter has asked for it already.
    new = deliveries.put(ask.db, [row for row in rows if row["person_id"] not in already])
    silent = len(wanted) - len({row["payload"]["unit_id"] for row in rows})
    told = f"已向 {new} 位老师发出提醒。" if new else "今天都提醒过了，不重复打扰。"
    nobody = f"\n{silent} 家还没有人能收到，请先「邀请」。" if silent else ""
    return Reply(f"{told}{nobody}")


def _notice(
    ask: Ask, calendar: Calendar, line: lines.Line, target: coverage.Target, person_id: int, channel: str
) -> dict[str, Any]:
    return {
        "occurrence": f"report:{line.row.key}:{line.period}:{target.unit_id}:{ask.today}", "lead": 0,
        "person_id": person_id, "kind": "report", "day": ask.today, "channel": channel,
        "due_at": calendar.awake(ask.now),
        "payload": {"row": line.row.key, "period": line.period, "unit_id": target.unit_id},
    }  # fmt: skip


@due("report", letter=False)
def remind(said: Due) -> Reply | None:
    """The notice; None when the report has come, or is no longer this person's."""
    row = current.catalogue_of(said.db).by_key.get(said.payload["row"])
    unit = next((each for each in said.person.units() if each.id == said.payload["unit_id"]), None)
    if row is None or unit is None:
        return None
    period = str(said.payload["period"])
    found = lines.targets(said.db, row, [unit.path], period, said.now.date())
    if not any(each.unit_id == unit.id and not each.done for each in found):
        raise Cleared
    when = spans.said(period, said.now.date())
    return Reply(f"老师好，{unit.name}{when}的{row.name}还没有报。改好数字发给我就行：\n{unit.name} {row.example}")

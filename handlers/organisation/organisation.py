"""单位: look at a unit, rename, move, close, open or add one; what changes is shown first, earlier weeks stay."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers import rights
from handlers.kit import Ask, Denied, Refusal, Reply, Role, Unit
from handlers.privacy import gate
from handlers.registry import ANYTHING, command
from handlers.roster.kinds import may_stand_below
from handlers.roster.sheet import plain
from handlers.roster.units import grade_and_class
from handlers.roster.years import entry_year
from handlers.wording import places, questions
from scheduling import periods
from storage.audit.audit import Action
from storage.organisation import changes, history, units
from storage.people import people

_LONGEST, _MOST_ALIASES, _SHOWN = 80, 10, 10
_KEPT = "以前的周报不变,从本周起按新的算。"
_HOW = (
    "看一个单位:单位 三(2)中队\n"
    "改:单位 改名 三(9)中队 四(9)中队 · 单位 别名 三(2)中队 雷锋中队 · 单位 移到 实验小学 白云区少工委\n"
    "停用、恢复、新增:单位 停用 三(9)中队 · 单位 恢复 三(9)中队 · 单位 新增 三(5)中队 实验小学"
)


@dataclass(frozen=True, slots=True)
class _Change:
    """What is to be done (a key of _CHANGES) to a unit that stood at this path, and with what."""

    change: str
    unit: int
    path: str
    more: dict[str, Any]


CHANGE = questions.Question(
    "unit-change", _Change, undone="单位还没有改。", dropped="好的,没有改。", yes="确定", no="不改", final=True
)


@command(
    "单位", "unit", who=rights.GIVERS, group="组织", rank=29, help="看单位;改名、移动、停用、新增", glued=ANYTHING,
    examples=("单位", "单位 三(2)中队", "单位 改名 三(2)中队 三(8)中队", "单位 停用 三(2)中队"),
)  # fmt: skip
def unit(ask: Ask) -> Reply:
    """The verb, or the unit that is to be shown."""
    word, _, rest = ask.args.partition(" ")
    if word in _VERBS and not ask.message.private:
        raise Refusal("单位请私聊我来改。")
    verb = _VERBS.get(word)
    return verb(ask, rest.strip()) if verb else _show(ask)


def _show(ask: Ask) -> Reply:
    at = places.chosen(ask, rights.GIVERS, ask.args, "单位")
    if not ask.args:
        names = "、".join(units.full_name(ask.db, each) for each in at)
        return Reply(f"您负责:{names}\n{_HOW}")
    (one,) = at
    lines = [history.path_names(ask.db, [one])[one.id], " · ".join(_facts(ask, one))]
    held = people.holding(ask.db, Role, [one.path], ask.now)
    here = [f"{who.name}({grant.role.label})" for who in held for grant in who.grants if grant.unit.id == one.id]
    lines.append(f"人员:{'、'.join(here[:_SHOWN]) or '还没有'}{f' 等 {len(here)} 人' if len(here) > _SHOWN else ''}")
    below = len(list(units.inside(ask.db, one.path))) - 1
    return Reply("\n".join([*lines, *([f"下面有 {below} 个单位"] if below else [])]))


def _facts(ask: Ask, one: Unit) -> list[str]:
    came, _, closed = changes.dates(ask.db, one.id)
    facts = [str(one.kind)]
    facts += [f"{came} 年入学"] if came else []
    facts += [f"应到 {one.members} 人"] if one.members else []
    facts += [f"别名 {'、'.join(one.aliases)}"] if one.aliases else []
    return [*facts, f"{closed} 停用"] if closed else facts


# --- what is asked for: understood, checked, and shown before it is done ----------------------------------


def _rename(ask: Ask, words: str) -> Reply:
    one, name = _one_and(ask, words, "单位 改名 三(9)中队 四(9)中队")
    _check_name(ask, one.parent_id, name, one)
    facts = {}
    if one.kind == units.Kind.SQUAD:
        grade, class_no = grade_and_class(name, ask.today)
        if not class_no or not (grade or one.grade):
            raise Refusal(f"「{name}」看不出年级和班级,签到时会认不出。要加一个叫法,发:单位 别名 {one.name} {name}")
        facts = {"grade": grade or one.grade, "class_no": class_no}
    said = f"{units.full_name(ask.db, one)} 改名为「{name}」。"
    return _sure(ask, said + _KEPT, "rename", one, name=name, facts=facts)


def _alias(ask: Ask, words: str) -> Reply:
    one, name = _one_and(ask, words, "单位 别名 三(2)中队 雷锋中队")
    if name in one.aliases:
        left = tuple(alias for alias in one.aliases if alias != name)
        return _sure(ask, f"{one.name}去掉别名「{name}」。", "alias", one, aliases=left)
    _check_words(name)
    if len(one.aliases) >= _MOST_ALIASES or len(name) > _LONGEST:
        raise Refusal(f"别名最多 {_MOST_ALIASES} 个,每个最多 {_LONGEST} 个字。")
    _check_alias(ask, one, name)
    return _sure(ask, f"{one.name}加上别名「{name}」。", "alias", one, aliases=(*one.aliases, name))


def _check_alias(ask: Ask, one: Unit, name: str) -> None:
    """An alias that is another squad's name or class would take its check-ins."""
    grade, class_no = grade_and_class(name, ask.today)
    for each in units.of_school(ask.db, one.school_id) if one.school_id else []:
        same_class = grade and class_no and (each.grade, each.class_no) == (grade, class_no)
        if each.id != one.id and (same_class or name in (each.name, *each.aliases)):
            raise Refusal(f"「{name}」是{each.name}的叫法,没有加。请换一个,像这样发:单位 别名 {one.name} 雷锋中队")


def _move(ask: Ask, words: str) -> Reply:
    one, where = _one_and(ask, words, "单位 移到 实验小学 白云区少工委")
    (above,) = _strictly(ask, where, f"移到 {one.name} {{}}", own=True)
    _own_below(ask, one)
    if one.covers(above) or above.id == one.parent_id:
        raise Refusal(f"{one.name}已经在那里,或者是它的上级,不能移。")
    if not may_stand_below(one.kind, above.kind):
        raise Refusal(f"{one.kind}不能放在{above.kind}下面。")
    _check_name(ask, above.id, one.name, one)
    there = history.path_names(ask.db, [above])[above.id]
    said = f"{units.full_name(ask.db, one)} 移到 {there} 下面,下面的单位和老师跟着走。"
    return _sure(ask, said + _KEPT, "move", one, to=above.id)


def _close(ask: Ask, words: str) -> Reply:
    (one,) = _strictly(ask, words, "停用 {}")
    _own_below(ask, one)
    held = people.holding(ask.db, Role, [one.path], ask.now)
    names = "、".join(who.name for who in held[:_SHOWN]) + (f" 等 {len(held)} 人" if len(held) > _SHOWN else "")
    lose = f"这些老师在这里的角色到今天为止:{names}。" if held else "那里现在没有老师。"
    below = len(list(units.inside(ask.db, one.path))) - 1
    also = f",连同下面 {below} 个单位" if below else ""
    return _sure(ask, f"停用 {units.full_name(ask.db, one)}{also}。{lose}报过的都留着,以前的周报不变。", "close", one)


def _reopen(ask: Ask, words: str) -> Reply:
    name = plain(words)
    found = units.closed(ask.db, name, [each.path for each in places.scope(ask.me, rights.GIVERS)]) if name else []
    if not found:
        raise Refusal(f"您负责的范围里没有停用的「{name}」。请写它原来的名字,像这样发:单位 恢复 三(9)中队")
    _check_name(ask, found[0].parent_id, name, found[0])
    said = f"恢复 {history.path_names(ask.db, found[:1])[found[0].id]}。老师要重新邀请。"
    return _sure(ask, said, "reopen", found[0])


def _add(ask: Ask, words: str) -> Reply:
    """`单位 新增 三(5)中队 实验小学`, `单位 新增 学校 新华小学 青禾区少工委`; an only own unit need not be named."""
    parts = plain(words).split()
    said = units.Kind(parts.pop(0)) if parts and parts[0] in set(units.Kind) else None
    name, where = (parts[0], " ".join(parts[1:])) if parts else ("", "")
    kind = said or next((kind for ending, kind in _ENDINGS.items() if name.endswith(ending)), units.Kind.SQUAD)
    if not name:
        raise Refusal(
            "请写明新单位的名字和上级,像这样发:\n单位 新增 三(5)中队 实验小学\n单位 新增 学校 新华小学 青禾区少工委"
        )
    (above,) = _strictly(ask, where, f"新增 {kind} {name} {{}}", own=True)
    if not may_stand_below(kind, above.kind):
        raise Refusal(f"{kind}不能放在{above.kind}下面。请写明上级,像这样发:单位 新增 {kind} {name} 实验小学")
    _check_name(ask, above.id, name)
    grade, class_no = grade_and_class(name, ask.today) if kind == units.Kind.SQUAD else (None, None)
    if kind == units.Kind.SQUAD and not (class_no and (grade or above.grade)):
        raise Refusal(f"「{name}」看不出年级和班级。请写成 三(5)中队 这样,另外的名字以后加成别名。")
    shown = f"在 {history.path_names(ask.db, [above])[above.id]} 下面新增{kind}「{name}」。"
    facts = {"grade": grade or above.grade, "class_no": class_no} if kind == units.Kind.SQUAD else {}
    return _sure(ask, shown, "add", above, name=name, kind=kind, facts=facts)


# What a new unit is when only its name is said.
_ENDINGS = {
    "小队": units.Kind.TEAM, "小学": units.Kind.SCHOOL, "学校": units.Kind.SCHOOL, "年级": units.Kind.GRADE,
    "社区": units.Kind.COMMUNITY, "社区少工委": units.Kind.COMMUNITY, "基地": units.Kind.BASE,
    "工作室": units.Kind.STUDIO, "团": units.Kind.BAND, "团队": units.Kind.BAND, "协作组": units.Kind.GROUP,
    "辅导站": units.Kind.STATION,
}  # fmt: skip
_VERBS: dict[str, Callable[[Ask, str], Reply]] = {
    "改名": _rename, "别名": _alias, "移到": _move, "停用": _close, "恢复": _reopen, "新增": _add,
}  # fmt: skip


def _one_and(ask: Ask, words: str, example: str) -> tuple[Unit, str]:
    """The unit, and what follows it after the last space."""
    first, _, last = plain(words).rpartition(" ")
    if not first or not last:
        raise Refusal(f"请写明单位和新的名字,中间空一格,像这样发:{example}")
    (one,) = _strictly(ask, first, f"{example.split()[1]} {{}} {last}")
    return one, last


def _strictly(ask: Ask, words: str, args: str, own: bool = False) -> list[Unit]:
    """The one unit that is meant; with `own` the asker's own when nothing is said."""
    if not words and not own:
        raise Refusal(f"请写明是哪个单位,像这样发:单位 {args.replace('{}', '三(9)中队')}")
    found = places.chosen(ask, rights.GIVERS, words, "单位", args)
    if len(found) != 1:
        names = "、".join(each.name for each in found[:5])
        raise Refusal(f"请写明是哪个上级单位。您负责的有:{names}。")
    return found


def _own_below(ask: Ask, one: Unit) -> None:
    if any(one.covers(each) for each in places.scope(ask.me, rights.GIVERS)):
        words = f"{one.name}是您自己的单位,请上级管理员来改。"
        raise Denied(words, what="单位", subject=f"unit:{one.id}")


def _check_words(name: str) -> None:
    """Everybody reads what a unit is called."""
    if gate.found_in(name):
        raise Refusal(f"「{gate.hidden(name)}」里好像有人的姓名或个人信息,没有改。{gate.HERO}")


def _check_name(ask: Ask, parent_id: int | None, name: str, one: Unit | None = None) -> None:
    if one is None or name != one.name:
        _check_words(name)
    if "/" in name or len(name) > _LONGEST:
        raise Refusal(f"单位的名字最多 {_LONGEST} 个字,里面不能有 /。")
    if changes.is_taken(ask.db, parent_id, name, one.id if one else 0):
        raise Refusal(f"那里已经有「{name}」了。")


# --- done when it is agreed to ----------------------------------------------------------------------------


def _sure(ask: Ask, said: str, change: str, one: Unit, **more: Any) -> Reply:
    return Reply(f"{said}\n确定吗?", CHANGE.put(ask, _Change(change, one.id, one.path, more)))


@questions.answers(CHANGE)
def sure(ask: Ask, known: _Change) -> Reply:
    """Does it, if it may still be done."""
    one = units.by_id(ask.db, known.unit)
    if one.path != known.path or not any(one.path.startswith(path) for path in ask.me.paths(rights.GIVERS)):
        return Reply("这个单位刚刚变动过,没有改。请再发一次。")
    _CHANGES[known.change](ask, one, known.more)
    ask.note(_NOTED[known.change], one, f"unit:{one.id}")
    name = known.more.get("name", one.name)
    return Reply(f"好了:{name}。{'看一看,发「单位 ' + name + '」。' if known.change != 'close' else ''}")


def _do_rename(ask: Ask, one: Unit, payload: Mapping[str, Any]) -> None:
    _check_name(ask, one.parent_id, payload["name"], one)
    # A school is still found under the name that everybody knows; a class's old name is soon another class's.
    old = (
        {}
        if one.kind in (units.Kind.SQUAD, units.Kind.GRADE)
        else {"aliases": [*one.aliases, one.name][-_MOST_ALIASES:]}
    )
    changes.rename(ask.db, one, payload["name"], ask.now, ask.today, **payload["facts"], **old)


def _do_move(ask: Ask, one: Unit, payload: Mapping[str, Any]) -> None:
    above = units.by_id(ask.db, payload["to"])
    _check_name(ask, above.id, one.name, one)
    changes.move(ask.db, one, above, ask.now, ask.today)


def _do_add(ask: Ask, above: Unit, payload: Mapping[str, Any]) -> None:
    _check_name(ask, above.id, payload["name"])
    facts, year = dict(payload["facts"]), periods.school_year(ask.today)
    if grade := facts.get("grade"):
        facts["entry_year"] = entry_year(year, grade, changes.grades(ask.db, above.school_id) | {grade})
        facts["active_from"] = periods.monday_of(periods.week_of(ask.today))
    if payload["kind"] == units.Kind.SCHOOL:
        facts["school_year"] = year
    units.add(ask.db, units.Kind(payload["kind"]), payload["name"], above, **facts)
    units.changed(ask.db, ask.now)


_NOTED = {
    "rename": Action.UNIT_CHANGED, "alias": Action.UNIT_CHANGED, "move": Action.UNIT_MOVED, "close": Action.UNIT_CLOSED,
    "reopen": Action.UNIT_REOPENED, "add": Action.UNIT_ADDED,
}  # fmt: skip
_CHANGES: dict[str, Callable[[Ask, Unit, Mapping[str, Any]], None]] = {
    "rename": _do_rename,
    "alias": lambda ask, one, payload: changes.note(ask.db, one, ask.now, aliases=list(payload["aliases"])),
    "move": _do_move,
    "close": lambda ask, one, payload: changes.close(ask.db, one, ask.now, ask.today),
    "reopen": lambda ask, one, payload: changes.reopen(ask.db, one, ask.now, ask.today),
    "add": _do_add,
}

"""What changes of a unit once it was agreed to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers import rights
from handlers.kit import Ask, Reply, Unit
from handlers.organisation import unit_names
from handlers.roster.years import entry_year
from handlers.wording import questions
from scheduling import periods
from storage.audit.audit import Action
from storage.checkins import moves
from storage.organisation import changes, units


@dataclass(frozen=True, slots=True)
class _Change:
    """What is to be done (a key of _CHANGES) to a unit that stood at this path, and with what."""

    change: str
    unit: int
    path: str
    more: dict[str, Any]


CHANGE = questions.Question(
    "unit-change", _Change, undone="单位还没有改。", dropped="好的，没有改。", yes="确定", no="不改", final=True
)


def ask_first(ask: Ask, said: str, change: str, one: Unit, **more: Any) -> Reply:
    """A change is shown, and made once it is agreed to."""
    return Reply(f"{said}\n确定吗？", CHANGE.put(ask, _Change(change, one.id, one.path, more)))


@questions.answers(CHANGE)
def sure(ask: Ask, known: _Change) -> Reply:
    """Does it, if it may still be done."""
    one = units.by_id(ask.db, known.unit)
    if one.path != known.path or not any(one.path.startswith(path) for path in ask.me.paths(rights.GIVERS)):
        return Reply("这个单位刚刚变动过，没有改。请再发一次。")
    _CHANGES[known.change](ask, one, known.more)
    ask.note(_NOTED[known.change], one, f"unit:{one.id}")
    name = known.more.get("name", one.name)
    return Reply(f"好了：{name}。{'看一看，发「单位 ' + name + '」。' if known.change != 'close' else ''}")


def _do_rename(ask: Ask, one: Unit, payload: Mapping[str, Any]) -> None:
    unit_names.check_name(ask, one.parent_id, payload["name"], one)
    # A school is still found under the name that everybody knows; a class's old name is soon another class's.
    old = (
        {}
        if one.kind in (units.Kind.SQUAD, units.Kind.GRADE)
        else {"aliases": [*one.aliases, one.name][-unit_names.MOST_ALIASES :]}
    )
    changes.rename(ask.db, one, payload["name"], ask.now, ask.today, **payload["facts"], **old)


def _do_move(ask: Ask, one: Unit, payload: Mapping[str, Any]) -> None:
    above = units.by_id(ask.db, payload["to"])
    unit_names.check_name(ask, above.id, one.name, one)
    moves.move(ask.db, ask.rollups, one, above, ask.now, ask.today)


def _do_add(ask: Ask, above: Unit, payload: Mapping[str, Any]) -> None:
    unit_names.check_name(ask, above.id, payload["name"])
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

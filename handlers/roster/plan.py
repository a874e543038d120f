"""What a roster file changes: a pure function of its lines and of what is stored; and the same in words."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from handlers import rights
from handlers.kit import Person
from handlers.roster.roles import Roles
from handlers.roster.school import OWN
from handlers.roster.sheet import Sheet
from handlers.roster.units import Units
from storage.organisation import units
from storage.roster import anchors
from storage.roster.roster import Names, Plan, State, topmost

_SHOWN, _MOST_PROBLEMS = 10, 50


def plan(sheet: Sheet, state: State, today: date, end_missing: bool = False, importer: Person | None = None) -> Plan:
    """
    What to write so that the database holds what the file says; what cannot be is noted as a problem of the sheet.

    `end_missing`: roles under the topmost units of the file that it does not name end. An empty cell says nothing.
    `importer`: an admin, for whom what is not theirs to decide is a problem; None: the operator may do everything.
    """
    units = Units(sheet, state, today, importer)
    roles = Roles(sheet, state, units, importer)
    changed, held = list(units.changed), state.grants
    tops = topmost(line.path for line in sheet.lines)
    ended = roles.missing(units.refs[top] for top in tops if top in units.refs) if end_missing else {}
    renames = (f"{state.people[person]} 改名 {name}" for person, name in roles.renamed.items())
    return Plan(
        new_units=tuple(units.new),
        changed_units=tuple((id, facts, kept) for id, facts, kept, _ in changed),
        new_people=tuple(roles.new_people.items()),
        renamed=tuple(roles.renamed.items()),
        accounts=tuple((person, *account) for account, person in roles.accounts.items()),
        grants=tuple(key for key in roles.wanted if key not in held and key not in roles.asked),
        reopened=tuple(
            held[key].id for key in roles.wanted if key in held and held[key].ended and key not in roles.asked
        ),
        ended=tuple(ended),
        asked=tuple(roles.asked),
        asked_accounts=tuple((*place, *account) for account, place in roles.asked_accounts.items()),
        changes=(*(words for *_, words in changed), *renames),
        leaving=tuple(ended.values()),
    )


def anchored(db: Connection, sheet: Sheet, importer: Person | None = None) -> Sheet:
    """
    The sheet with whole paths: 实验小学/三(2)中队 and, of a school's own table, 三(2)中队 stand in the tree.

    `importer`: an admin, whose own units are looked at; None: the operator.
    """
    within = [units.ALL] if importer is None else importer.paths(rights.GIVERS)
    own = importer.units(rights.GIVERS) if importer else ()
    return _anchored(sheet, anchors.find(db, sheet.paths, within, own))


def _anchored(sheet: Sheet, found: anchors.Anchors) -> Sheet:
    schools = {line.path for line in sheet.lines if line.kind in (units.Kind.SCHOOL, units.Kind.KINDERGARTEN)}
    lines = tuple(replace(line, path=_whole(line.path, line.kind, found, schools)) for line in sheet.lines)
    return replace(sheet, lines=lines, whole=sheet.whole and _anchored(sheet.whole, found))


def _whole(path: Names, kind: units.Kind | None, found: anchors.Anchors, schools: Collection[Names]) -> Names:
    if path[0] in found.at:
        return (*found.at[path[0]], *path[1:])
    if path[0] == OWN:
        return (*(found.school or (OWN,)), *path[1:])
    if len(path) == 1 and kind in (units.Kind.SQUAD, units.Kind.GRADE):
        return (*found.school, *path)
    return (*found.above, *path) if path[:1] in schools else path


def preview(found: Plan, sheet: Sheet, brief: bool = False) -> str:
    """What would be done: the counts, then each change, who leaves, what to know of the file; `brief`: for a chat."""
    kinds = Counter(str(new.facts.kind) for new in found.new_units)
    by_kind = f"（{'、'.join(f'{kind} {count}' for kind, count in kinds.items())}）" if kinds else ""
    grants = len(found.grants) + len(found.reopened) + len(found.asked)
    seconds = len(found.asked) + len(found.asked_accounts)
    accounts = len(found.accounts) + len(found.asked_accounts)
    counts = (("人员", len(found.new_people)), ("角色", grants), ("账号", accounts))
    new = [f"单位 {len(found.new_units)}{by_kind}", *(f"{word} {count}" for word, count in counts)]
    notes = sheet.notes
    lists = [("改动", found.changes, _SHOWN), ("提示", notes.warnings, _SHOWN)]
    if seconds:
        new.append(f"其中 {seconds} 项要另一位管理员确认以后才有")
    if not brief:
        lists[1:1] = [("离任", found.leaving, _SHOWN)]
        lists.append(("问题", notes.problems, _MOST_PROBLEMS))
    told = [line for word, lines, most in lists if lines or not brief for line in _told(word, lines, most)]
    return "\n".join([f"读到 {len(sheet.lines)} 行", f"新增：{'、'.join(new)}", *told])


def problems(sheet: Sheet) -> str:
    """What is wrong with the file, row by row, as much as a chat takes."""
    return "\n".join(line.strip() for line in _some(sheet.notes.problems, _SHOWN))


def odd(sheet: Sheet) -> str:
    """What to know of the file where there is nothing to do, behind what is said of that; empty when nothing."""
    notes = sheet.notes.warnings
    return "\n".join(["", *_told("提示", notes, _SHOWN)]) if notes else ""


def leaving(found: Plan) -> str:
    """Who holds a role that the file does not name."""
    return "\n".join(_told("名册里没写、现在有的角色", found.leaving, _SHOWN))


def _told(word: str, lines: Sequence[str], most: int) -> list[str]:
    return [f"{word}：{len(lines)}", *_some(lines, most)]


def _some(lines: Sequence[str], most: int) -> list[str]:
    more = [f"  …… 共 {len(lines)} 处"] if len(lines) > most else []
    return [*(f"  {line}" for line in lines[:most]), *more]

"""What a roster file changes: a pure function of its lines and of what is stored; and the same in words."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from handlers.roster.roles import Roles
from handlers.roster.sheet import Sheet
from handlers.roster.units import Units
from storage.roster import Names, Plan, State

_SHOWN, _MOST_PROBLEMS = 10, 50


def plan(sheet: Sheet, state: State, today: date, end_missing: bool = False) -> Plan:
    """
    What to write so that the database holds what the file says; what cannot be is noted as a problem of the sheet.

    `end_missing`: roles under the topmost units of the file that it does not name end. An empty cell says nothing.
    """
    units = Units(sheet, state, today)
    roles = Roles(sheet, state, units)
    changed, held = units.changed, state.grants
    ended = roles.missing(units.refs[top] for top in _tops(sheet) if top in units.refs) if end_missing else {}
    renames = (f"{state.people[person]} 改名 {name}" for person, name in roles.renamed.items())
    return Plan(
        new_units=tuple(units.new),
        changed_units=tuple((id, facts) for id, (facts, _) in changed.items()),
        new_people=tuple(roles.new_people.items()),
        renamed=tuple(roles.renamed.items()),
        accounts=tuple((person, *account) for account, person in roles.accounts.items()),
        grants=tuple(key for key in roles.wanted if key not in held),
        reopened=tuple(held[key].id for key in roles.wanted if key in held and held[key].ended),
        ended=tuple(ended),
        changes=(*(words for _, words in changed.values()), *renames),
        leaving=tuple(ended.values()),
    )


def _tops(sheet: Sheet) -> set[Names]:
    """The topmost units that have a row: the file of one school says nothing of the others in its county."""
    paths = {line.path for line in sheet.lines}
    return {path for path in paths if not any(path[:length] in paths for length in range(1, len(path)))}


def preview(found: Plan, sheet: Sheet) -> str:
    """What would be done: the counts, then each change, who leaves, and what to know of the file."""
    kinds = Counter(str(new.facts.kind) for new in found.new_units)
    by_kind = f"({'、'.join(f'{kind} {count}' for kind, count in kinds.items())})" if kinds else ""
    grants = len(found.grants) + len(found.reopened)
    counts = (("人员", len(found.new_people)), ("角色", grants), ("账号", len(found.accounts)))
    new = [f"单位 {len(found.new_units)}{by_kind}", *(f"{word} {count}" for word, count in counts)]
    notes = sheet.notes
    return "\n".join(
        [
            f"读到 {len(sheet.lines)} 行",
            f"新增:{'、'.join(new)}",
            f"改动:{len(found.changes)}",
            *_some(found.changes, _SHOWN),
            f"离任:{len(found.leaving)}",
            *_some(found.leaving, _SHOWN),
            f"提示:{len(notes.warnings)}",
            *_some(notes.warnings, _SHOWN),
            f"问题:{len(notes.problems)}",
            *_some(notes.problems, _MOST_PROBLEMS),
        ]
    )


def _some(lines: Sequence[str], most: int) -> list[str]:
    more = [f"  …… 共 {len(lines)} 处"] if len(lines) > most else []
    return [*(f"  {line}" for line in lines[:most]), *more]

"""The organisation tree: committees, schools, squads; a scope is a unit and everything below it."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, bindparam, false, func, or_, select, update

from storage.base import key_values
from storage.base.upsert import add_one
from storage.records import record
from storage.tables import unit as units

TREE = "tree"
# The most that a search finds; the longest name.
_MOST, _LONGEST = 200, 80


class Kind(StrEnum):
    """What a unit is; the values are the words of the roster file."""

    PROVINCE = "省少工委"
    CITY = "市少工委"
    COUNTY = "县少工委"
    SCHOOL = "学校"
    GRADE = "年级"
    SQUAD = "中队"
    TEAM = "小队"
    COMMUNITY = "社区"
    BASE = "基地"
    STUDIO = "工作室"
    GROUP = "协作组"
    CARE = "关工委"
    STATION = "辅导站"
    STREET = "街道"
    EDUCATION_OFFICE = "教办"
    KINDERGARTEN = "幼儿园"
    BAND = "团队"
    OTHER = "其他"


# They stand beside what they work for: the committee of a district works for all of it.
BESIDE = frozenset({Kind.CARE, Kind.EDUCATION_OFFICE})


@record
class Unit:
    """A node of the tree. `path` holds the ids from the root down, `/1/7/42/`; `members` is a head count."""

    id: int
    kind: str
    name: str
    path: str
    parent_id: int | None = None
    school_id: int | None = None
    grade: int | None = None
    class_no: int | None = None
    members: int | None = None
    aliases: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A squad as the reading package names it, `3-2`; empty for every other unit."""
        return f"{self.grade}-{self.class_no}" if self.kind == Kind.SQUAD and self.grade and self.class_no else ""

    def covers(self, other: "Unit") -> bool:
        """Whether `other` is this unit or below it."""
        return other.path.startswith(self.path)


# What makes a Unit, but for its aliases.
PLAIN = tuple(units.c[name] for name in [*Unit.__annotations__][:-1])
_COLUMNS = (*PLAIN, units.c.aliases)


def _unit(row: Any) -> Unit:
    return Unit(*(*row[:-1], tuple(row[-1])))


# Above the topmost units.
ALL = "/"
_ROOT = Unit(0, "", "", ALL)


def below(path: str) -> ColumnElement[bool]:
    """The condition `in the subtree of path`, as one range of the index ("0" follows "/" in ASCII)."""
    return (units.c.path >= path) & (units.c.path < end_of(path))


def end_of(path: str) -> str:
    """The first path behind the subtree of this one."""
    return path[:-1] + "0"


def within(paths: Sequence[str]) -> ColumnElement[bool]:
    """The condition `in one of these subtrees`; nothing for no path."""
    return or_(*map(below, paths)) if paths else false()


def add(
    db: Connection,
    kind: Kind,
    name: str,
    parent: Unit | None = None,
    *,
    grade: int | None = None,
    class_no: int | None = None,
    members: int | None = None,
    aliases: Iterable[str] = (),
    **more: Any,
) -> Unit:
    """Insert a unit under `parent` (None: a root) and return it; `more` are further columns."""
    above = parent or _ROOT
    facts = {"grade": grade, "class_no": class_no, "members": members, "parent_id": above.id or None}
    found = f"?{kind}{name}{above.id or ''}"
    unit_id = add_one(db, units, kind=kind, name=name, path=found, aliases=list(aliases), active=True, **facts, **more)
    at = {"path": f"{above.path}{unit_id}/", "school_id": unit_id if kind == Kind.SCHOOL else above.school_id}
    db.execute(update(units).where(units.c.id == unit_id).values(at))
    return by_id(db, unit_id)


def by_id(db: Connection, unit_id: int) -> Unit:
    """The unit; raises LookupError when there is none."""
    row = db.execute(select(*_COLUMNS).where(units.c.id == unit_id)).first()
    if row is None:
        raise LookupError(f"unit {unit_id}")
    return _unit(row)


def stands(db: Connection, unit_id: int) -> bool:
    """Whether the unit is there and has not been closed."""
    return db.scalar(select(units.c.active).where(units.c.id == unit_id)) is True


def by_ids(db: Connection, ids: Iterable[int]) -> dict[int, Unit]:
    """id → unit, of those that there are."""
    rows = db.execute(select(*_COLUMNS).where(units.c.id.in_(sorted(set(ids)))))
    return {row.id: _unit(row) for row in rows}


def by_path_names(db: Connection, names: Sequence[str]) -> Unit | None:
    """The unit that `names` lead to from a root, e.g. `["青禾区少工委", "实验小学", "三(2)中队"]`."""
    found: Unit | None = None
    for name in names:
        parent = units.c.parent_id.is_(None) if found is None else units.c.parent_id == found.id
        named = select(*_COLUMNS).where(parent, units.c.name == name)
        row = db.execute(named.order_by(units.c.active.desc(), units.c.id.desc())).first()
        if row is None:
            return None
        found = _unit(row)
    return found


def find(db: Connection, words: str, paths: Sequence[str]) -> list[Unit]:
    """Active units in these subtrees that `words` name: exactly, after their school's name, by an alias, in part."""
    values: dict[str, Any] = {
        "words": words,
        "schools": [words[:cut] for cut in range(1, min(len(words), _LONGEST))],
        # As it stands in the column: every character beyond ASCII is escaped.
        "alias": _pattern(json.dumps(words)),
        "part": _pattern(words),
    }
    for place, path in enumerate(paths):
        values |= {f"from{place}": path, f"to{place}": end_of(path)}
    for query in _searches(len(paths)):
        found = [_unit(row) for row in db.execute(query, values)]
        if found:
            return found
    return []


def usual(db: Connection, paths: Sequence[str], kind: Kind, name: str) -> Unit | None:
    """An active unit of this kind in these subtrees: the one of this name, else the oldest."""
    query = select(*_COLUMNS).where(within(paths), units.c.kind == kind, units.c.active)
    row = db.execute(query.order_by(units.c.name != name, units.c.id).limit(1)).first()
    return None if row is None else _unit(row)


def is_spoken_of(db: Connection, words: str) -> bool:
    """Whether the name of some unit holds these words."""
    named = select(units.c.id).where(units.c.name.like(_pattern(words), escape="/"))
    return db.execute(named.limit(1)).first() is not None


@lru_cache(maxsize=64)
def _searches(subtrees: int) -> tuple[Select[Any], ...]:
    """The statements of `find`, one after the other. To put them together costs more than to ask."""
    ranges = [
        (units.c.path >= bindparam(f"from{place}", type_=String))
        & (units.c.path < bindparam(f"to{place}", type_=String))
        for place in range(subtrees)
    ]
    inside = select(*_COLUMNS).where(units.c.active, or_(*ranges) if ranges else false())
    inside = inside.order_by(units.c.path).limit(_MOST)
    school, words = units.alias("school"), bindparam("words", type_=String)
    whole = inside.join(school, school.c.id == units.c.school_id).where(school.c.name + units.c.name == words)
    return (
        inside.where(units.c.name == words),
        # By the school: a province has thousands of 三(2)中队.
        whole.where(school.c.name.in_(bindparam("schools", expanding=True, type_=String))),
        inside.where(units.c.aliases.cast(String).like(bindparam("alias", type_=String), escape="/")),
        inside.where(units.c.name.like(bindparam("part", type_=String), escape="/")),
    )


def beginning(db: Connection, words: str, paths: Sequence[str]) -> list[Unit]:
    """Active units in these subtrees with whose name `words` begin, and schools whose name begins like them."""
    begun = units.c.name.in_([words[:cut] for cut in range(2, len(words))])
    alike = (units.c.id == units.c.school_id) & units.c.name.like(_pattern(words[:2])[1:], escape="/")
    query = select(*_COLUMNS).where(units.c.active, within(paths), begun | alike)
    return [_unit(row) for row in db.execute(query.order_by(units.c.path).limit(5 * _MOST))]


def _pattern(words: str) -> str:
    """What LIKE finds these words by, wherever they stand."""
    return "%" + re.sub("([/%_])", r"/\1", words) + "%"


def closed(db: Connection, name: str, paths: Sequence[str]) -> list[Unit]:
    """The closed units of this name in these subtrees, the one that was closed last first."""
    query = select(*_COLUMNS).where(units.c.name == name, within(paths), ~units.c.active)
    return [_unit(row) for row in db.execute(query.order_by(units.c.active_to.desc(), units.c.id.desc()).limit(_MOST))]


def newest(db: Connection) -> int:
    """The id of the unit that came last: about how many there are, without counting them."""
    return db.scalar(select(func.max(units.c.id))) or 0


def of_school(db: Connection, school_id: int) -> list[Unit]:
    """The active units of a school, the school itself first."""
    rows = db.execute(select(*_COLUMNS).where(units.c.school_id == school_id, units.c.active).order_by(units.c.path))
    return [_unit(row) for row in rows]


def inside(db: Connection, path: str) -> Iterator[Unit]:
    """The active units of a subtree, parents first."""
    rows = db.execute(select(*_COLUMNS).where(below(path), units.c.active).order_by(units.c.path))
    return (_unit(row) for row in rows)


def squads(db: Connection, paths: Sequence[str]) -> list[Unit]:
    """Every squad in these subtrees that is active, in the order of the tree."""
    query = select(*_COLUMNS).where(within(paths), units.c.kind == Kind.SQUAD, units.c.active).order_by(units.c.path)
    return [_unit(row) for row in db.execute(query)]


def on_the_roll(db: Connection, path: str) -> tuple[int, int, int]:
    """(how many children the active squads of a subtree have, how many of these squads say so, how many there are)."""
    query = select(func.coalesce(func.sum(units.c.members), 0), func.count(units.c.members), func.count())
    heads, told, squads = db.execute(query.where(below(path), units.c.kind == Kind.SQUAD, units.c.active)).one()
    return int(heads), told, squads


def schools(db: Connection, paths: Sequence[str]) -> list[Unit]:
    """The schools in these subtrees."""
    query = select(*_COLUMNS).where(within(paths), units.c.active, units.c.kind == Kind.SCHOOL).order_by(units.c.path)
    return [_unit(row) for row in db.execute(query)]


def around(db: Connection, path: str, beside: Iterable[str]) -> list[Unit]:
    """The active units from the root down to this path, and those of the kinds `beside` right below one of them."""
    ids = [int(part) for part in path.strip("/").split("/")]
    near = units.c.id.in_(ids) | (units.c.kind.in_(list(beside)) & units.c.parent_id.in_(ids))
    return [_unit(row) for row in db.execute(select(*_COLUMNS).where(near, units.c.active).order_by(units.c.path))]


def sphere(office: Unit) -> str:
    """The path of all that an office works for: of one that stands beside, what is below the unit above it."""
    parent = office.path.rstrip("/").rpartition("/")[0] + "/"
    return parent if office.kind in BESIDE and parent != "/" else office.path


def full_name(db: Connection, unit: Unit) -> str:
    """A name that is clear outside its school: `实验小学三(2)中队`."""
    if unit.school_id is None or unit.school_id == unit.id:
        return unit.name
    school = db.scalar(select(units.c.name).where(units.c.id == unit.school_id))
    return f"{school}{unit.name}"


def is_empty(db: Connection) -> bool:
    """Whether no unit has been stored yet."""
    return db.execute(select(units.c.id).limit(1)).first() is None


def version(db: Connection) -> str:
    """Names the state of the tree: another one after every change."""
    fact = key_values.get(db, TREE)
    return f"{fact.value} {fact.at}" if fact else ""


def changed(db: Connection, now: datetime) -> None:
    """Say that the tree is another one now; whoever keeps a copy of a part of it reads it again."""
    before = key_values.get(db, TREE)
    key_values.put(db, TREE, str(int(before.value) + 1 if before else 1), now)

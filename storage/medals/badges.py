"""Badges that were given by the class, the children of a class by number, and what a nominee holds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, case, delete, func, literal, select, union, union_all, update

from storage.audit import audit
from storage.base.upsert import add_new
from storage.base.vault import Vault
from storage.children import children
from storage.medals import states
from storage.organisation import units
from storage.organisation.units import Unit
from storage.tables import child, child_badge, nomination, nomination_step, unit


def numbered(db: Connection, vault: Vault, squad: Unit, numbers: Iterable[int], today: date) -> dict[int, int]:
    """Number → child of this squad; who is not known yet is added by the number alone."""
    query = select(child.c.number, child.c.id).where(child.c.unit_id == squad.id, child.c.number.is_not(None))
    known: dict[int, int] = {number: child_id for number, child_id in db.execute(query)}
    for number in numbers:
        if number not in known:
            known[number] = children.find_or_add(db, vault, squad.id, f"{number}号", today)
    return {number: known[number] for number in numbers}


def of_squad(db: Connection, squad_id: int) -> dict[int, int]:
    """Child → number of those of a squad who have one."""
    here = (child.c.unit_id == squad_id) & child.c.number.is_not(None) & child.c.erased_at.is_(None)
    return {child_id: number for child_id, number in db.execute(select(child.c.id, child.c.number).where(here))}


def give(
    db: Connection, squad: Unit, child_ids: Sequence[int], medals: Sequence[str], term: str, by: int, now: datetime
) -> int:
    """Give each of these badges to each of these children; how many are new."""
    mine = child_badge.c.child_id.in_(child_ids) & child_badge.c.medal.in_(medals) & (child_badge.c.term == term)
    there = {(row.child_id, row.medal) for row in db.execute(select(child_badge).where(mine))}
    rows = [
        {"child_id": child_id, "medal": medal, "term": term, "given_by": by, "at": now}
        for child_id in child_ids
        for medal in medals
        if (child_id, medal) not in there
    ]
    if rows:
        add_new(db, child_badge, rows)
        counts = {"medals": len(medals), "children": len(child_ids), "new": len(rows)}
        audit.note(db, audit.Action.BADGES_GIVEN, now, unit_id=squad.id, term=term, counts=counts)
    return len(rows)


def take_back(
    db: Connection, squad: Unit, child_ids: Sequence[int], medals: Sequence[str], term: str, now: datetime
) -> int:
    """Take back what was given by mistake; how many there were."""
    mine = child_badge.c.child_id.in_(child_ids) & child_badge.c.medal.in_(medals) & (child_badge.c.term == term)
    gone = db.execute(delete(child_badge).where(mine)).rowcount
    if gone:
        audit.note(db, audit.Action.BADGES_TAKEN_BACK, now, unit_id=squad.id, term=term, medals=len(medals), gone=gone)
    return gone


def admit(db: Connection, child_ids: Sequence[int], day: date) -> int:
    """These children are members since this day; how many were not yet."""
    new = child.c.id.in_(child_ids) & child.c.member_since.is_(None)
    return db.execute(update(child).where(new).values(member_since=day)).rowcount


def not_members(db: Connection, child_ids: Sequence[int]) -> set[int]:
    """Those of whom nobody said that they are members, in squads where it was said of somebody."""
    told = select(child.c.unit_id).where(child.c.member_since.is_not(None))
    query = select(child.c.id).where(
        child.c.id.in_(child_ids), child.c.member_since.is_(None), child.c.unit_id.in_(told)
    )
    return set(db.scalars(query))


def basics(db: Connection, child_ids: Iterable[int], terms: Sequence[str]) -> Mapping[int, set[str]]:
    """Child → the basic badges of these terms, given by the class or one by one."""
    ids = list(child_ids)
    held: dict[int, set[str]] = defaultdict(set)
    if not ids:
        return held
    given = select(child_badge.c.child_id, child_badge.c.medal)
    given = given.where(child_badge.c.child_id.in_(ids), child_badge.c.term.in_(terms))
    named = select(nomination.c.child_id, nomination.c.medal).where(
        nomination.c.child_id.in_(ids), nomination.c.term.in_(terms), nomination.c.state == states.State.APPROVED,
        nomination.c.medal.startswith("B:", autoescape=True),
    )  # fmt: skip
    for child_id, medal in db.execute(union_all(given, named)):
        held[child_id].add(medal)
    return held


def squads_with_basics(db: Connection, squad_ids: Iterable[int], terms: Sequence[str]) -> set[int]:
    """The squads in which basic badges were given in these terms: of others it is not known who has which."""
    query = select(child.c.unit_id).join(child_badge, child_badge.c.child_id == child.c.id)
    given = child_badge.c.term.in_(terms) & child_badge.c.medal.startswith("B:", autoescape=True)
    return set(db.scalars(query.where(child.c.unit_id.in_(list(squad_ids)), given).distinct()))


def with_star(db: Connection, child_ids: Iterable[int], terms: Sequence[str]) -> Mapping[int, bool]:
    """Who was nominated for the first star in these terms → whether it was awarded already."""
    query = select(nomination.c.child_id, nomination.c.state).where(
        nomination.c.child_id.in_(list(child_ids)), nomination.c.term.in_(terms), nomination.c.medal == "S1",
        nomination.c.state.in_(states.STANDING),
    )  # fmt: skip
    found: dict[int, bool] = {}
    for child_id, state in db.execute(query):
        found[child_id] = found.get(child_id, False) or state == states.State.APPROVED
    return found


def stars(
    db: Connection, nominees: Iterable[tuple[int, int | None]]
) -> Mapping[tuple[int, int | None], dict[str, date]]:
    """(unit, child) → star medal → the day since when they hold it; child None: the unit itself.

    Since it was handed over, before that since it was awarded.
    """
    asked = list(nominees)
    children = nomination.c.child_id.in_([child_id for _, child_id in asked if child_id])
    squads = nomination.c.child_id.is_(None) & nomination.c.unit_id.in_([at for at, child_id in asked if not child_id])
    approved = (nomination_step.c.nomination_id == nomination.c.id) & (nomination_step.c.state == states.State.APPROVED)
    nominee = nomination.c.unit_id, nomination.c.child_id
    query = select(*nominee, nomination.c.medal, nomination.c.presented_on, nomination_step.c.at)
    query = query.join(nomination_step, approved).where(children | squads, nomination.c.state == states.State.APPROVED)
    held: dict[tuple[int, int | None], dict[str, date]] = defaultdict(dict)
    for unit_id, child_id, medal, presented, at in db.execute(query.order_by(nomination.c.id)):
        held[unit_id, child_id][medal] = presented or at.date()
    return held


def counts(db: Connection, paths: Sequence[str], term: str) -> Mapping[str, tuple[int, int]]:
    """Medal → (how many were given by the class this term, how many nominations stand) in these subtrees."""
    given = select(child_badge.c.medal, func.count(), literal(0)).join(child, child.c.id == child_badge.c.child_id)
    given = given.join(unit, unit.c.id == child.c.unit_id).where(child_badge.c.term == term, units.within(paths))
    stands = nomination.c.state.not_in(states.FAILED)
    named = select(nomination.c.medal, literal(0), func.count()).join(unit, unit.c.id == nomination.c.unit_id)
    named = named.where(nomination.c.term == term, units.within(paths), stands)
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for query in (given.group_by(child_badge.c.medal), named.group_by(nomination.c.medal)):
        for medal, *more in db.execute(query):
            found[medal] = (found[medal][0] + more[0], found[medal][1] + more[1])
    return found


def complete(db: Connection, paths: Sequence[str], terms: Sequence[str], all_of: int) -> list[tuple[str, int, int]]:
    """(school, how many children have basic badges of these terms, how many have `all_of` of them) in these subtrees.

    A badge counts once, whether it was given by the class or by nomination; whole categories do not count.
    """
    sub = "B:%/%"
    given = select(child_badge.c.child_id, child_badge.c.medal)
    given = given.where(child_badge.c.medal.like(sub), child_badge.c.term.in_(terms))
    named = select(nomination.c.child_id, nomination.c.medal).where(
        nomination.c.medal.like(sub), nomination.c.term.in_(terms), nomination.c.state == states.State.APPROVED
    )
    held = union(given, named).subquery()
    of_child = select(held.c.child_id, func.count().label("held")).group_by(held.c.child_id).subquery()
    school, here = unit.alias("school"), unit.c.id == child.c.unit_id
    whole = func.sum(case((of_child.c.held >= all_of, 1), else_=0))
    query = select(school.c.name, func.count(), whole).select_from(of_child).group_by(school.c.id, school.c.name)
    query = query.join(child, child.c.id == of_child.c.child_id).join(unit, here & units.within(paths))
    query = query.join(school, school.c.id == unit.c.school_id)
    return [(name, count, int(number)) for name, count, number in db.execute(query)]

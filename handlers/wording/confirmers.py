"""Whose word is not enough by itself, and who may add theirs: for roles that weigh, and accounts of somebody known."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from handlers import rights
from handlers.kit import Person, Unit
from storage.organisation import units
from storage.people import people
from storage.people.appointments import Appointment, Wish


def takes_second(db: Connection, giver: Person, wish: Wish, now: datetime) -> bool:
    """Whether this wish takes a second person's word besides the giver's."""
    if wish.role is None:
        held = people.lasting(db, wish.person_id, now)
        weighs = any(rights.needs_second(giver, each.role, each.unit.path) for each in held)
        return weighs or not rights.in_charge_of(giver, held)
    # What somebody has they may lend: they cannot do more by it.
    return wish.deputy_for != giver.id and rights.needs_second(giver, wish.role, _at(db, wish).path)


def could_give(db: Connection, who: Person, wish: Wish, now: datetime) -> bool:
    """Whether this could be this person's own wish today, not only a deputy's."""
    if not units.stands(db, wish.unit_id):
        return False
    if wish.role is None:
        return rights.in_charge_of(who, people.lasting(db, wish.person_id, now))
    return rights.giving(who.own, wish.role, _at(db, wish).path) is not None


def may_confirm(db: Connection, who: Person, wish: Wish, asked_by: int, now: datetime) -> bool:
    """Whether this person's word makes two: they are neither who asked nor whom it is about."""
    return who.id not in (asked_by, wish.person_id) and could_give(db, who, wish, now)


def nearest(db: Connection, wish: Wish, asked_by: int, now: datetime) -> list[Person]:
    """Who may confirm, of the level that is nearest."""
    near = people.above(db, rights.GIVERS, _at(db, wish), now)
    depth = {each.id: max((grant.unit.path.count("/") for grant in each.own.grants), default=0) for each in near}
    whole = (people.by_id(db, each.id, now) for each in near)
    able = [each for each in whole if may_confirm(db, each, wish, asked_by, now)]
    return [each for each in able if depth[each.id] == max(depth[one.id] for one in able)]


def looked_for(db: Connection, waiting: Iterable[Appointment], now: datetime) -> Counter[int]:
    """How many of these each of the nearest may confirm, by the person's id; of one school all are asked alike."""
    known: dict[tuple[object, ...], list[Person]] = {}
    counts: Counter[int] = Counter()
    for one in waiting:
        at, wish = _at(db, one.wish), one.wish
        key = (at.school_id or at.id, at.kind, wish.role, one.asked_by) if wish.role else (one.id,)
        if key not in known:
            known[key] = nearest(db, wish, one.asked_by, now)
        counts.update(each.id for each in known[key] if each.id != wish.person_id)
    return counts


def _at(db: Connection, wish: Wish) -> Unit:
    return units.by_id(db, wish.unit_id)

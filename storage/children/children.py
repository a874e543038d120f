"""Nominees' names: sealed in table child and nowhere else, found again by a keyed hash."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from secrets import token_hex

from sqlalchemy import Connection, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage.base import chunks
from storage.base.upsert import add_one
from storage.base.vault import Vault
from storage.organisation.history import school_year
from storage.organisation.units import within
from storage.tables import child, child_badge, child_note, consent, nomination, unit

ERASED = "（已删除）"
# What is kept of somebody whose grade is not known: as long as of check-ins.
_YEARS_WITHOUT_GRADE = 3
_PRIMARY, _JUNIOR = 6, 9
_NUMBER = re.compile(r"(\d{1,3})号")
# The middle dot of 阿依古丽·买买提, as phones type it; a name is the same child whichever was used.
_DOTS = str.maketrans(dict.fromkeys("•‧・∙⋅●.．。", "·"))


def plain(name: str) -> str:
    """The one spelling by which a name is stored and compared: no spaces, one kind of middle dot."""
    return "".join(unicodedata.normalize("NFKC", name).translate(_DOTS).split())


def find(db: Connection, vault: Vault, unit_id: int, name: str) -> int | None:
    """The id of the child of this name in the squad; None when nobody of this name was ever nominated there."""
    here = child.c.unit_id == unit_id
    if number := _NUMBER.fullmatch(name):
        found = db.scalar(select(child.c.id).where(here, child.c.number == int(number[1])))
        if found is not None:
            return int(found)
    keys = vault.fingerprints(plain(name))
    return db.scalar(select(child.c.id).where(here, child.c.name_key.in_(keys)))


def find_or_add(db: Connection, vault: Vault, unit_id: int, name: str, today: date | None = None) -> int:
    """The id of the child of this name in the squad, stored if need be; two writers get the same id.

    From `today` it is worked out how long the name may be kept.
    """
    found = find(db, vault, unit_id, name)
    until = keep_until(db, unit_id, today) if today else None
    if found is None:
        return _add(db, vault, unit_id, plain(name), until)
    placed = {"number": int(number[1])} if (number := _NUMBER.fullmatch(name)) else {}
    db.execute(update(child).where(child.c.id == found).values(keep_until=until, **placed))
    return found


def _add(db: Connection, vault: Vault, unit_id: int, name: str, until: date | None) -> int:
    values = {"unit_id": unit_id, "name": vault.seal(name), "name_key": vault.fingerprints(name)[0]}
    if number := _NUMBER.fullmatch(name):
        values["number"] = int(number[1])
    try:
        with db.begin_nested():
            return add_one(db, child, **values, keep_until=until)
    except IntegrityError:  # another process was faster: its row is the child
        found = find(db, vault, unit_id, name)
        if found is None:
            raise
        return found


def keep_until(db: Connection, unit_id: int, today: date) -> date:
    """A year after the children of this squad leave the school (31 August), by its grade and the school's highest."""
    grade, school_id = db.execute(select(unit.c.grade, unit.c.school_id).where(unit.c.id == unit_id)).one()
    year = school_year(today)
    if grade is None:
        return date(year + 1 + _YEARS_WITHOUT_GRADE, 8, 31)
    highest = db.scalar(select(func.max(unit.c.grade)).where(unit.c.school_id == school_id, unit.c.active))
    last = max(highest or 0, grade, _PRIMARY if grade <= _PRIMARY else _JUNIOR)
    return date(year + 2 + last - grade, 8, 31)


def names(db: Connection, vault: Vault, ids: Iterable[int]) -> dict[int, str]:
    """id → name in clear, for saying it in a private chat; raises LookupError when NAME_KEY does not fit."""
    rows = db.execute(select(child.c.id, child.c.name, child.c.erased_at).where(child.c.id.in_(sorted(set(ids)))))
    return {row.id: ERASED if row.erased_at else vault.open(row.name) for row in rows}


def numbered(db: Connection, vault: Vault, unit_id: int) -> dict[int, str]:
    """Number → name of the children of a squad of whom both are known, in order."""
    here = (child.c.unit_id == unit_id) & child.c.number.is_not(None) & child.c.erased_at.is_(None)
    rows = db.execute(select(child.c.number, child.c.name).where(here).order_by(child.c.number))
    named = ((number, vault.open(name)) for number, name in rows)
    return {number: name for number, name in named if not _NUMBER.fullmatch(name)}


def any_of(db: Connection, vault: Vault, said: Iterable[str], paths: Sequence[str] = ("",)) -> bool:
    """Whether a child that is kept has one of these names; `paths`: one of these subtrees."""
    keys = {key for name in said for key in vault.fingerprints(plain(name))}
    here = child.c.unit_id.in_(select(unit.c.id).where(within(paths)))
    return any(
        db.scalar(select(child.c.id).where(child.c.name_key.in_(some), here).limit(1)) is not None
        for some in chunks.chunks(sorted(keys))
    )


def masked(name: str) -> str:
    """王小明 → 王*明, 王明 → 王*, 7号 → 7号: enough to tell children of a squad apart, not enough to be a name."""
    if name == ERASED or len(name) < 2 or _NUMBER.fullmatch(name):
        return name
    return f"{name[0]}*" if len(name) == 2 else f"{name[0]}{'*' * min(len(name) - 2, 2)}{name[-1]}"


def rename(db: Connection, vault: Vault, child_id: int, name: str) -> bool:
    """Put a name right; False when the squad has a child of the new name already."""
    name = plain(name)
    values = {"name": vault.seal(name), "name_key": vault.fingerprints(name)[0]}
    try:
        with db.begin_nested():
            db.execute(update(child).where(child.c.id == child_id).values(**values))
    except IntegrityError:
        return False
    return True


def name_number(db: Connection, vault: Vault, unit_id: int, number: int, name: str, now: datetime) -> bool:
    """The child with this number of the squad is called so: what stood under the number stands under the name now.

    False when both have the same medal, or the number is another's who is named.
    """
    here = child.c.unit_id == unit_id
    by_number = db.scalar(select(child.c.id).where(here, child.c.number == number))
    by_name = find(db, vault, unit_id, name)
    if by_number is None or by_number == by_name:
        child_id = by_name or find_or_add(db, vault, unit_id, name, now.date())
        db.execute(update(child).where(child.c.id == child_id).values(number=number))
        return True
    if not _NUMBER.fullmatch(names(db, vault, [by_number])[by_number]):
        return False
    if by_name is None:
        return rename(db, vault, by_number, name)
    return _join(db, by_number, by_name, number, now)


def _join(db: Connection, old: int, new: int, number: int, now: datetime) -> bool:
    """All that stood under the one stands under the other now, what both have once; False when both have a medal."""
    had = select(child_badge.c.medal + child_badge.c.term).where(child_badge.c.child_id == new)
    twice = (child_badge.c.child_id == old) & (child_badge.c.medal + child_badge.c.term).in_(had)
    agreed = exists().where(consent.c.child_id == new, consent.c.ended_at.is_(None))
    since = select(child.c.member_since).where(child.c.id == old).scalar_subquery()
    try:
        with db.begin_nested():
            db.execute(delete(child_badge).where(twice))
            ended = (consent.c.child_id == old) & consent.c.ended_at.is_(None) & agreed
            db.execute(update(consent).where(ended).values(ended_at=now))
            for table in (child_badge, consent, child_note, nomination):
                db.execute(update(table).where(table.c.child_id == old).values(child_id=new))
            member = func.coalesce(child.c.member_since, since)
            db.execute(update(child).where(child.c.id == new).values(member_since=member))
            forget(db, [old], now)
            db.execute(update(child).where(child.c.id == new).values(number=number))
    except IntegrityError:
        return False
    return True


def numbers(db: Connection, ids: Iterable[int]) -> dict[int, int]:
    """Child → number in the class, of those who have one."""
    query = select(child.c.id, child.c.number).where(child.c.id.in_(sorted(set(ids))), child.c.number.is_not(None))
    return {child_id: number for child_id, number in db.execute(query)}


def add_note(db: Connection, vault: Vault, child_id: int, words: str, person_id: int, now: datetime) -> None:
    """Keep what was said of a child, sealed, as long as the child's name."""
    values = {"child_id": child_id, "person_id": person_id, "words": vault.seal(words), "at": now}
    db.execute(insert(child_note).values(**values))


def notes(db: Connection, vault: Vault, child_id: int) -> list[str]:
    """What was said of a child, the oldest first."""
    query = select(child_note.c.words).where(child_note.c.child_id == child_id).order_by(child_note.c.id)
    return [str(vault.open(words)) for words in db.scalars(query)]


def forget(db: Connection, ids: Iterable[int], now: datetime) -> None:
    """Take the names and the notes away; the rows stay, so that what is counted stays right."""
    for child_id in ids:
        db.execute(delete(child_note).where(child_note.c.child_id == child_id))
        key = f"erased:{token_hex(16)}"
        gone = {"name": b"", "name_key": key, "number": None, "erased_at": now}
        db.execute(update(child).where(child.c.id == child_id).values(gone))


def by_unit(db: Connection, paths: Sequence[str]) -> dict[int, int]:
    """How many children are named, by squad, in these subtrees."""
    here = select(unit.c.id).where(within(paths))
    query = select(child.c.unit_id, func.count()).where(child.c.erased_at.is_(None), child.c.unit_id.in_(here))
    return {unit_id: count for unit_id, count in db.execute(query.group_by(child.c.unit_id))}


def unit_of(db: Connection, child_id: int) -> int:
    """The id of the squad that a child belongs to."""
    return int(db.execute(select(child.c.unit_id).where(child.c.id == child_id)).scalar_one())

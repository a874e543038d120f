"""Kill -9 against the real process, with a ledger: what was acknowledged must be there, once. `make faults`."""

from collections import defaultdict

from sqlalchemy import Connection, select

from storage.rollups import week_of
from storage.tables import checkin, rollup

Sums = dict[tuple[str, int, str], tuple[int, int, int, int]]


def sums_as_kept(db: Connection) -> Sums:
    """The rollup table."""
    return {tuple(row[:3]): tuple(row[3:]) for row in db.execute(select(rollup)) if any(row[3:])}


def sums_as_counted(db: Connection) -> Sums:
    """The same sums from the check-ins themselves."""
    found: dict[tuple[str, int, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in db.execute(select(checkin).where(checkin.c.state == "valid")):
        sums = found[week_of(row.day), row.unit_id, row.activity]
        for place, more in enumerate((1, row.attended, row.due or 0, row.attended if row.due else 0)):
            sums[place] += more
    return {key: tuple(sums) for key, sums in found.items()}

"""make bench: a whole city checks in, also while its digest is read; and digests that cost the same after years.

`python -m tests.bench.city --minutes 10` is the morning of the issue; by default the same comes ten times as fast.
`--most 10000000` lets the years grow to ten million check-ins.
"""

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from bot.app import App
from bot.pipeline.turn import Turn
from bot.settings import Settings
from bot.startup import open_engine
from handlers.digests.tables.picture import picture
from handlers.kit import Message
from handlers.reading import compile_all
from storage import migrate
from storage.checkins.rollups import week_of
from storage.database import open_database
from storage.digests import digests
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people
from storage.people.people import Role
from storage.tables import checkin, unit
from tests.bench.digests import CITY, fill
from tests.bench.timing import timed

_SECONDS_BETWEEN = 2.0
_SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
_AT_ONCE = 50_000
_LAST = date(2026, 6, 12)
_FLAT = {"counties": 1, "schools": 1, "squads": 20, "weeks": 1}


# --- a morning ------------------------------------------------------------------------------------------------


def everybody(turn: Turn) -> None:
    """The city with eight weeks behind it, a counselor a squad and an admin."""
    fill(turn.db, {**CITY, "weeks": 8}, Kind.CITY, True)
    give_roles(turn, Role.CITY_ADMIN, CITY["squads"])


def give_roles(turn: Turn, top: Role, most: int) -> None:
    """A counselor to each of so many squads, and an admin to the whole."""
    ids = turn.db.scalars(select(unit.c.id).where(unit.c.kind == Kind.SQUAD).order_by(unit.c.id).limit(most)).all()
    given = [(f"b{id}", Role.COUNSELOR, of) for id, of in units.by_ids(turn.db, ids).items()]
    for name, role, at in [*given, ("admin", top, units.by_id(turn.db, 1))]:
        person_id = people.add(turn.db, name, turn.now)
        people.link(turn.db, person_id, "practice", name)
        people.give(turn.db, person_id, role, at, turn.now)
    units.changed(turn.db, turn.now)


async def morning(folder: Path, seconds: float, read: bool) -> dict[str, float]:
    """Every squad checks in once within so many seconds; `read`: while the city's digest is asked for all the time."""
    settings = Settings(_env_file=None, data_dir=folder, limit_person_minute=0, limit_person_hour=0)
    app = App(open_engine(settings, settings.practice_database))
    app.pipeline.start()
    await app.pipeline.do(everybody)
    compile_all()
    now, took, waiting, longest = app.engine.clock.now(), [], 0, 0

    async def one(number: int, squad: int) -> None:
        nonlocal waiting, longest
        await asyncio.sleep(number * seconds / CITY["squads"])
        began = time.perf_counter()
        waiting += 1
        longest = max(longest, waiting)
        said = Message("practice", f"m{number}", f"b{squad}", f"b{squad}", now, "主题队日 应到42实到40")
        assert (await app.pipeline.submit(said)).state == "done"
        took.append(time.perf_counter() - began)
        waiting -= 1

    async def reader() -> None:
        number = 0
        while True:
            number += 1
            await app.pipeline.submit(Message("practice", f"r{number}", "admin", "admin", now, "周报"))
            await asyncio.sleep(_SECONDS_BETWEEN)

    first = 2 + CITY["counties"] + CITY["schools"]
    reading = asyncio.create_task(reader()) if read else None
    cpu = time.process_time()
    await asyncio.gather(*(one(number, first + number) for number in range(CITY["squads"])))
    cpu = time.process_time() - cpu
    if reading:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
    with app.engine.database.read.connect() as db:
        there = db.scalar(select(func.count()).where(checkin.c.day == now.date(), checkin.c.state == "valid"))
    assert there == CITY["squads"], f"{there} check-ins are there"
    await app.pipeline.stop()
    took.sort()
    return {
        "p50 ms": took[len(took) // 2] * 1000, "p99 ms": took[int(len(took) * 0.99)] * 1000, "most waiting": longest,
        "CPU s": cpu, "peak RSS MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


# --- years ----------------------------------------------------------------------------------------------------


def grow(db: Connection, squads: list[int], have: int, count: int) -> None:
    """So many check-ins of the squads in all, one a squad and day, back from the last day."""
    rows: list[dict[str, object]] = []
    for number in range(have, count):
        day = _LAST - timedelta(days=7 + number // len(squads) % 7000)
        squad, sequence = squads[number % len(squads)], number // len(squads) // 7000 + 2
        said = {"person_id": 1, "inbox_id": 1, "due": 42, "attended": 40, "state": "valid", "others": {}, "topic": ""}
        at = datetime.combine(day, datetime.min.time(), UTC)
        rows.append({"unit_id": squad, "activity": "队课", "day": day, "sequence": sequence, "made_at": at, **said})
        if len(rows) == _AT_ONCE or number == count - 1:
            db.execute(insert(checkin), rows)
            rows.clear()


def years(most: int) -> Iterator[tuple[int, float, float]]:
    """(check-ins, ms of the digest of a school and week, ms of adding the same up from the check-ins)."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/bench.db")
        migrate.migrate(database.write)
        with database.write.begin() as db:
            fill(db, _FLAT, Kind.CITY, True)
            squads = list(db.scalars(select(unit.c.id).where(unit.c.kind == Kind.SQUAD)))
        have = 0
        for size in (each for each in _SIZES if each <= most):
            with database.write.begin() as db:
                grow(db, squads, have, size)
            have = size
            with database.read.connect() as db:
                yield size, *_asked(db)
        database.close()


def _asked(db: Connection) -> tuple[float, float]:
    school, week = units.by_id(db, 3), week_of(_LAST)
    plain = select(checkin.c.activity, func.count(), func.sum(checkin.c.attended)).group_by(checkin.c.activity)
    return timed(lambda: digests.report(db, school, week)), timed(lambda: db.execute(plain).all())


def pictured() -> float:
    """CPU ms of the city's picture, after the first."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/bench.db")
        migrate.migrate(database.write)
        with database.write.begin() as db:
            fill(db, {**CITY, "weeks": 8}, Kind.CITY, False)
        values = {
            "unit_ids": [1],
            "week": week_of(_LAST),
            "at": datetime.combine(_LAST, datetime.min.time(), UTC).isoformat(),
        }
        with database.read.connect() as db:
            found = timed(lambda: picture(db, values))
        database.close()
    return found


def main(minutes: float = 1, most: int = 1_000_000) -> None:
    """Print it all."""
    print(f"\nthe picture of a city: {pictured():,.0f} ms of CPU after the first")
    print(f"\n{'check-ins':>12} {'digest ms':>12} {'GROUP BY ms':>12}")
    for size, digest, plain in years(most):
        print(f"{size:>12,} {digest:>12,.1f} {plain:>12,.1f}")
    print(f"\n{CITY['squads']} squads check in within {minutes:g} minutes, alone and while the digest is read")
    both = []
    for read in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            both.append(asyncio.run(morning(Path(folder), 60 * minutes, read)))
    for name in both[0]:
        print(f"{name:>16} {both[0][name]:>12,.1f} {both[1][name]:>12,.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--most", type=int, default=1_000_000)
    arguments = parser.parse_args()
    main(arguments.minutes, arguments.most)

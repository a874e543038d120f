"""make bench: digests of a whole city with a school year of check-ins, and of a province; and messages meanwhile."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, true

from storage import migrate
from storage.checkins import school_rollups, weekly_coverage
from storage.checkins.rollups import week_of
from storage.database import Database, learn_sizes, open_database
from storage.digests import digests, periods
from storage.organisation import units
from storage.organisation.units import Kind
from storage.tables import checkin, inbox, person, rollup, unit
from tests.bench.timing import timed
from tests.support.process import ROOT

# A city with a school year, a province with the weeks that a digest looks at.
CITY = {"counties": 6, "schools": 484, "squads": 6765, "weeks": 40}
PROVINCE = {"counties": 110, "schools": 8000, "squads": 120_000, "weeks": 3}
TODAY = date(2026, 6, 12)
_ACTIVITIES = ("主题队日", "队课", "升旗仪式", "红领巾爱学习")


def tree(size: dict[str, int], top: Kind) -> Iterator[dict[str, Any]]:
    """The rows of `unit`: one unit, its counties, their schools, the squads of these; the ids are their places."""
    counties, schools, squads = size["counties"], size["schools"], size["squads"]
    plain: dict[str, Any] = {"aliases": [], "active": True, "school_id": None, "grade": None, "class_no": None}
    yield {**plain, "id": 1, "kind": top, "name": "青江", "path": "/1/", "parent_id": None}
    for n in range(counties):
        yield {**plain, "id": 2 + n, "kind": Kind.COUNTY, "name": f"第{n}区", "path": f"/1/{2 + n}/", "parent_id": 1}
    for n in range(schools):
        id, county = 2 + counties + n, 2 + n % counties
        at = {"path": f"/1/{county}/{id}/", "parent_id": county, "school_id": id}
        yield {**plain, "id": id, "kind": Kind.SCHOOL, "name": f"第{n}小学", **at}
    for n in range(squads):
        id, place = 2 + counties + schools + n, n % schools
        school, county, class_ = 2 + counties + place, 2 + place % counties, n // schools
        at = {"path": f"/1/{county}/{school}/{id}/", "parent_id": school, "school_id": school}
        names = {
            "name": f"{class_ // 3 + 1}({class_ % 3 + 1})中队",
            "grade": class_ // 3 + 1,
            "class_no": class_ % 3 + 1,
        }
        yield {**plain, "id": id, "kind": Kind.SQUAD, **names, **at}


def fill(db: Connection, size: dict[str, int], top: Kind, days: bool) -> None:
    """The tree, and a check-in a squad and week but for one in seven; their rows too, if `days`."""
    rows = list(tree(size, top))
    db.execute(insert(unit), [{**row, "since": date(2020, 1, 6)} for row in rows])
    now = datetime(2026, 6, 12, tzinfo=UTC)
    db.execute(insert(person).values(id=1, name="老师", joined_at=now))
    db.execute(
        insert(inbox).values(
            id=1, channel="b", message_id="1", chat="", sender="", received_at=now, batch="", state="done"
        )
    )
    squads = [row["id"] for row in rows if row["kind"] == Kind.SQUAD]
    for back in range(size["weeks"]):
        day = TODAY - timedelta(days=7 * back)
        week, told = week_of(day), [id for id in squads if (id + back) % 7]
        sums = {"events": 1, "attended": 40, "rated_due": 42, "rated_attended": 40, "late": 0, "backfilled": 0}
        db.execute(
            insert(rollup),
            [{"week": week, "unit_id": id, "activity": _ACTIVITIES[(id + back) % 4], **sums} for id in told],
        )
        if days:
            said = {"person_id": 1, "inbox_id": 1, "due": 42, "attended": 40, "state": "valid", "others": {}}
            said |= {"made_at": datetime.combine(day, datetime.min.time(), UTC), "topic": ""}
            db.execute(
                insert(checkin),
                [
                    {"unit_id": id, "activity": _ACTIVITIES[(id + back) % 4], "day": day - timedelta(id % 5), **said}
                    for id in told
                ],
            )
    with school_rollups.counted_anew(db, true(), ""):
        pass
    units.changed(db, now)
    # As the bot itself has it after its first night.
    learn_sizes(db)


def opened(folder: Path, size: dict[str, int], top: Kind, days: bool) -> Database:
    """A database with all that in it."""
    database = open_database(f"sqlite:///{folder}/bench.db")
    migrate.migrate(database.write)
    with database.write.begin() as db:
        fill(db, size, top, days)
    return database


def asked(database: Database, size: dict[str, int], days: bool) -> dict[str, float]:
    """CPU milliseconds of what people ask."""
    week, found = week_of(TODAY), {}
    with database.read.connect() as db:
        for name, id in (("all", 1), ("county", 2), ("school", 2 + size["counties"])):
            of = units.by_id(db, id)
            found[f"周报, {name}"] = timed(lambda of=of: digests.report(db, of, week, named=digests.NAMED))
            # Above schools it counts by school; whom it names there are a few.
            missing = weekly_coverage.missing if of.school_id else weekly_coverage.missing_by_school
            found[f"未签到, {name}"] = timed(lambda of=of, missing=missing: missing(db, week, [of.path]))
            if days:
                first, last = date(2026, 5, 1), date(2026, 5, 31)
                found[f"月报, {name}"] = timed(
                    lambda of=of, first=first, last=last: periods.between(db, of, first, last)
                )
    return found


def child(name: str, folder: Path) -> dict[str, float]:
    """The city or the province in a process of its own."""
    size, top, days = (CITY, Kind.CITY, True) if name == "city" else (PROVINCE, Kind.PROVINCE, False)
    database = opened(folder, size, top, days)
    found = asked(database, size, days)
    database.close()
    return found


def main() -> None:
    """Both, one after the other."""
    for name, size in (("city", CITY), ("province", PROVINCE)):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "tests.bench.digests", name, folder]
            done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        print(f"\ndigests of a {name}: {size}; CPU ms, medians")
        for what, value in json.loads(done.stdout.splitlines()[-1]).items():
            print(f"{what:>32} {value:>12,.1f}")


if __name__ == "__main__":
    print(json.dumps(child(sys.argv[1], Path(sys.argv[2]))))

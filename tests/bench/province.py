"""make bench: a whole province; what is asked of a part of it costs what the part costs, not the province.

The roster comes in by the command line, as a province's would. Then the same questions are asked of a school, a county
and all of it, in this tree and in one of a tenth of the size.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, insert, select, true

from bot.clock import Clock
from bot.settings import Settings
from bot.startup import open_engine
from handlers.kit import Ask, Message
from handlers.organisation import promotion_plan
from handlers.roster import promotion
from handlers.wording import places
from storage.checkins import school_rollups, weekly_coverage
from storage.checkins.rollups import Rollups, week_of
from storage.digests import digests
from storage.organisation import units
from storage.organisation.units import Kind, Unit
from storage.people import people
from storage.people.people import Role
from storage.roster import promotion as stored
from storage.tables import rollup, unit
from tests.bench.timing import timed
from tests.support.process import ROOT

COUNTIES, SCHOOLS, SQUADS, TEACHERS = 110, 8000, 120_000, 140_000
A_TENTH = 10
PER_COUNTY, PER_SCHOOL = SCHOOLS / COUNTIES, SQUADS // SCHOOLS
_GRADES = "一二三四五六"
_HEADER = "组织,类型,姓名,角色,企业微信账号,应到人数\n"


def rows(counties: int, schools: int) -> Iterator[str]:
    """The roster of a province: an admin a county, a counselor a squad, and two or three people more a school."""
    yield _HEADER
    yield "青江省少工委,省少工委,贺主任,省管理员,p,\n"
    more = round((TEACHERS - SQUADS) / SCHOOLS, 1)
    for county in range(counties):
        top = f"青江省少工委/第{county}区少工委"
        yield f"{top},县少工委,王主任{county},县管理员,c{county},\n"
        for number in range(county * schools // counties, (county + 1) * schools // counties):
            school = f"{top}/第{number}小学"
            yield f"{school},学校,李老师{number},大队辅导员,b{number},\n"
            yield f"{school},,刘校长{number},学校管理员,s{number},\n"
            if number % 2 < more - 2:
                yield f"{school},,金老师{number},志愿者,v{number},\n"
            for place in range(PER_SCHOOL):
                grade, class_no = place * 6 // PER_SCHOOL, place % 3 + 1
                yield f"{school}/{_GRADES[grade]}({class_no})中队,中队,老师{place},中队辅导员,t{number}-{place},42\n"


# In a small process of its own: the system counts as a child's peak what the process had that started it.
_MEASURE = """
import json, resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def imported(folder: Path, counties: int, schools: int) -> dict[str, float]:
    """The import by the command line: seconds, CPU seconds and MiB."""
    (folder / "roster.csv").write_text("".join(rows(counties, schools)), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DATA_DIR": str(folder / "data"), "PORT": "0"}
    began = time.perf_counter()
    command = [sys.executable, "-c", _MEASURE, sys.executable, "-m", "bot", "import", "roster.csv", "--yes"]
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    code, cpu, mib = json.loads(done.stdout)
    assert code == 0, "the import failed"
    return {"import s": time.perf_counter() - began, "import CPU s": cpu, "import MiB": mib}


def report(db: Connection, today: date) -> None:
    """Two thirds of the squads have checked in this week and the last."""
    squads = db.scalars(select(unit.c.id).where(unit.c.kind == Kind.SQUAD).order_by(unit.c.id)).all()
    sums = {"activity": "主题队日", "events": 1, "attended": 40, "rated_due": 42, "rated_attended": 40}
    weeks = (week_of(today), week_of(date.fromordinal(today.toordinal() - 7)))
    db.execute(
        insert(rollup),
        [{"week": week, "unit_id": id, **sums} for week in weeks for place, id in enumerate(squads) if place % 3],
    )
    with school_rollups.counted_anew(db, true(), ""):
        pass


def asked(folder: Path) -> dict[str, float]:
    """CPU milliseconds of what people ask, by whom."""
    settings = Settings(_env_file=None, data_dir=folder / "data", telegram_token="1:a")
    engine = open_engine(settings, f"sqlite:///{folder / 'data' / 'bot.db'}", Clock(settings.zone))
    now = engine.now()
    week = week_of(now.date())
    with engine.database.write.begin() as db:
        report(db, now.date())
    found: dict[str, float] = {}
    with engine.database.write.connect() as db:
        for name, account in (("school", "b0"), ("county", "c0"), ("province", "p")):
            person = people.by_addresses(db, "wecom", [account], now)[account]
            top = person.grants[0].unit
            # Above schools it counts by school; whom it names there are a few.
            missing = weekly_coverage.missing if top.school_id else weekly_coverage.missing_by_school
            found[f"未签到, {name}"] = timed(lambda top=top, missing=missing: missing(db, week, [top.path]))
            found[f"周报, {name}"] = timed(lambda top=top: digests.weekly(db, top, week))
            ask = Ask(db, now, Message("wecom", "1", account, account, now), 0, person, "", Rollups(), engine.vault)
            found[f"a squad by name, {name}"] = timed(
                lambda ask=ask, top=top: places.named(ask, [top], "第0小学三(2)中队")
            )
        found["who writes, and what they may"] = timed(lambda: people.by_addresses(db, "wecom", ["t0-0"], now))
        squad = units.find(db, "第0小学三(2)中队", ["/"])[0]
        reviewers = [Role.BRIGADE, Role.SCHOOL_ADMIN]
        found["whom a nomination goes to"] = timed(lambda: people.above(db, reviewers, squad, now))
        for name in ("b0", "c0"):
            top = people.by_addresses(db, "wecom", [name], now)[name].grants[0].unit
            found[f"升级, {'school' if name == 'b0' else 'county'}"] = _promotion(db, top)
    engine.database.close()
    return found


def _promotion(db: Connection, top: Unit) -> float:
    """Planned and written, then taken back."""
    first_day = Clock(Settings(_env_file=None).zone).now().replace(year=2031, month=9, day=1)

    def promote() -> None:
        savepoint = db.begin_nested()
        schools = stored.schools(db, [top.path], 2031)
        promotion_plan.carry_out(db, promotion.promote(schools, stored.classes(db, schools), 2031), first_day)
        savepoint.rollback()

    return timed(promote)


def child(folder: Path, counties: int, schools: int) -> dict[str, float]:
    """One province in a process of its own."""
    return {**imported(folder, counties, schools), **asked(folder)}


def main() -> None:
    """A province and a tenth of one, side by side; before them, a file of 50,000 rows."""
    with tempfile.TemporaryDirectory() as folder:
        print("\n50,000 rows:", {name: round(value, 1) for name, value in imported(Path(folder), 40, 2942).items()})
    found = {}
    for name, part in (("a tenth", A_TENTH), ("the province", 1)):
        with tempfile.TemporaryDirectory() as folder:
            command = [
                sys.executable,
                "-m",
                "tests.bench.province",
                folder,
                str(COUNTIES // part),
                str(SCHOOLS // part),
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
            found[name] = json.loads(done.stdout.splitlines()[-1])
    print(f"\na province: {COUNTIES} counties, {SCHOOLS} schools, {SQUADS} squads, {TEACHERS} people; CPU ms, medians")
    print(f"{'':>32} {'a tenth':>12} {'the province':>12} {'ratio':>8}")
    for name, whole in found["the province"].items():
        tenth = found["a tenth"][name]
        print(f"{name:>32} {tenth:>12,.1f} {whole:>12,.1f} {whole / tenth:>8.1f}")


if __name__ == "__main__":
    print(json.dumps(child(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))

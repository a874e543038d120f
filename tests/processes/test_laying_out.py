"""Several processes lay out the same reminders on one PostgreSQL, and one of them is killed: each row is there once."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from storage.organisation import units
from storage.organisation.units import Kind
from storage.people.people import Role
from storage.tables import account, delivery, grant, person
from tests.support.databases import new_database, new_url
from tests.support.process import ROOT
from tests.support.stage import ZONE

pytestmark = [pytest.mark.both, pytest.mark.postgresql]

# Tried by hand with 10,000 (30 s for three processes on two cores, 0 errors, 10,000 rows).
PEOPLE = 1000
SINCE, NOW = datetime(2026, 5, 1, 9, tzinfo=ZONE), datetime(2026, 5, 30, 9, tzinfo=ZONE)
CHILD = """
import sys
from datetime import datetime
from bot.dispatch.features import collect
from handlers.catalogue.loader import shipped
from scheduling.occurrences import lay_out
from storage.database import open_database
from storage.base import key_values
database, done = open_database(sys.argv[1]), False
while not done:
    with database.write.begin() as db:
        more = lay_out(db, datetime.fromisoformat(sys.argv[2]), shipped(), collect().occasions, chunk=25).more
        done = not more and "laid_out" in key_values.several(db, ["laid_out"])
    print(more, flush=True)
"""


def begin(url: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", CHILD, url, NOW.isoformat()]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def test_three_lay_out_and_one_is_killed(tmp_path: Path) -> None:
    database, url = new_database(tmp_path), new_url(tmp_path)
    with database.write.begin() as db:
        school = units.add(db, Kind.SCHOOL, "实验小学")
        squad = units.add(db, Kind.SQUAD, "三(1)中队", school, grade=3, class_no=1)
        db.execute(insert(person), [{"name": f"师{number}", "joined_at": SINCE} for number in range(PEOPLE)])
        ids = list(db.scalars(select(person.c.id)))
        places = [{"person_id": id, "channel": "practice", "address": f"a{id}", "reachable": True} for id in ids]
        db.execute(insert(account), places)
        roles = [{"person_id": id, "role": Role.COUNSELOR, "unit_id": squad.id, "since": SINCE} for id in ids]
        db.execute(insert(grant), roles)
    killed, *others = (begin(url) for _ in range(3))
    assert killed.stdout and killed.stdout.readline()
    killed.kill()
    for each in others:
        said, _ = each.communicate(timeout=100)
        assert each.returncode == 0 and said.splitlines()[-1] == "False"
    killed.communicate()
    with database.write.begin() as db:
        rows = db.execute(
            select(delivery.c.occurrence, delivery.c.lead, func.count()).group_by(
                delivery.c.occurrence, delivery.c.lead
            )
        ).all()
        assert rows and {count for _, _, count in rows} == {PEOPLE}
    database.close()

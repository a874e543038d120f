"""The sums by school: made of what is there by the step that brings them, and right whatever becomes of the tree."""

from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select, text

from storage import tables
from storage.checkins import recording
from storage.organisation import changes, history, units
from storage.organisation.units import Kind
from tests.support.county import FRIDAY, MONDAY, TODAY, County
from tests.support.sums import Totals, sums_as_counted, sums_as_kept

pytestmark = pytest.mark.both

NEXT = MONDAY.date()


def lived(county: County) -> Totals:
    """Weeks with several activities, a whole school, 小队, joint events, classes that moved, closed and came later."""
    team = units.add(county.db, Kind.TEAM, "一小队", county.squads[3])
    late = units.add(county.db, Kind.SQUAD, "一(1)中队", county.second, active_from=NEXT)
    for squad in (*county.squads[:3], *county.others, team, late, county.first, county.top):
        county.report(squad, 30, 42)
        county.report(squad, 12, 42, activity="祭扫")
    reports = [county.report(squad, 20, activity="队课") for squad in (county.squads[0], county.others[0])]
    recording.unite(county.db, county.rollups, reports, county.li, FRIDAY)
    county.write()
    changes.rename(county.db, county.squads[0], "三(7)中队", MONDAY, NEXT)
    changes.move(county.db, county.squads[0], county.second, MONDAY, NEXT)
    changes.close(county.db, county.squads[1], MONDAY, NEXT)
    changes.close(county.db, county.others[1], FRIDAY, TODAY)
    for id in (county.squads[0].id, county.squads[2].id, late.id):
        county.report(units.by_id(county.db, id), 40, day=NEXT, now=MONDAY)
    return sums_as_kept(county.db)


def test_they_are_made_of_what_is_there(county: County) -> None:
    before = lived(county)
    assert before == sums_as_counted(county.db)
    assert {row[0] for row in before} == {"rollup", "school_rollup"}
    for index in ("ix_unit_squads", "ix_unit_wider"):
        county.db.execute(text(f"DROP INDEX {index}"))
    county.db.execute(text("DROP TABLE school_rollup"))
    with Operations.context(MigrationContext.configure(county.db)):
        import_module("storage.migrations.versions.0046_sums_by_school").upgrade()
    assert sums_as_kept(county.db) == before


def test_what_moves_or_closes_counts_its_schools_anew(county: County) -> None:
    lived(county)
    table = tables.school_rollup.c

    def told(school: int) -> int | None:
        here = (table.week == "2026-W15") & (table.unit_id == school) & (table.activity == "")
        return county.db.scalar(select(table.squads).where(here))

    assert (told(county.first.id), told(county.second.id)) == (1, 2)
    moved = units.by_id(county.db, county.squads[0].id)
    changes.move(county.db, moved, county.first, MONDAY, NEXT)
    assert (told(county.first.id), told(county.second.id)) == (2, 1)
    changes.close(county.db, county.first, MONDAY, NEXT)
    assert told(county.first.id) == 0
    changes.reopen(county.db, units.by_id(county.db, moved.id), MONDAY, NEXT)
    assert told(county.first.id) == 1
    assert sums_as_kept(county.db) == sums_as_counted(county.db)
    # A school goes to another county: what was counted in it goes along, in its weeks.
    other = units.add(county.db, Kind.COUNTY, "白沙区少工委")
    changes.move(county.db, units.by_id(county.db, county.second.id), other, MONDAY, NEXT)
    assert sums_as_kept(county.db) == sums_as_counted(county.db)
    assert history.place_on(county.db, county.second.id, TODAY) == county.second.path

"""What is owed and what it comes to equals a naive recount, on random trees and reports; old reports go."""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from handlers.catalogue import catalogue
from handlers.programmes.figures.missing import told
from handlers.wording import lines, programmes
from scheduling import spans
from storage.checkins import exemptions
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people
from storage.programmes import reports, sums
from storage.programmes.reports import Report
from storage.retention.reports import old_reports

pytestmark = pytest.mark.both

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 4, 3, 9, 0, tzinfo=ZONE)
ROWS = {row.key: row for row in catalogue.shipped()}


def _tree(db: Connection, chance: random.Random) -> list[units.Unit]:
    top = units.add(db, Kind.COUNTY, "测试区")
    found = [top]
    for number in range(chance.randint(3, 25)):
        kind = chance.choice([Kind.STREET, Kind.COMMUNITY, Kind.STATION, Kind.CARE, Kind.SCHOOL])
        above = chance.choice([each for each in found if each.kind != Kind.SCHOOL])
        found.append(units.add(db, kind, f"{kind}{number}", above))
    return found


def _report(chance: random.Random, unit: units.Unit, key: str, sequence: int) -> Report:
    day = date(2026, 3, 1) + timedelta(days=chance.randint(0, 60))
    row = ROWS[key]
    figures = {"sessions": Decimal(chance.randint(1, 9)), "heads": Decimal(chance.randint(1, 300))}
    hedges = {"heads": chance.choice(["ge", "lt", "approx"])} if chance.random() < 0.2 else {}
    figures = figures if key == "xuanjiang" else {}
    period = spans.label_of(row.period, day)
    hedges = hedges if figures else {}
    flows = programmes.flows_of(row)
    return Report(unit.id, key, period, day, figures, hedges, flows, sequence if row.many else 0)


@pytest.mark.parametrize("seed", range(12))
def test_sums_and_coverage_equal_a_recount(county_database: Connection, seed: int) -> None:
    db, chance = county_database, random.Random(seed)
    with db.begin() as transaction:
        tree = _tree(db, chance)
        person_id = people.add(db, "测试", NOW)
        standing: dict[int, Report] = {}
        for step in range(60):
            key = chance.choice(["xuanjiang", "yuefangan"])
            at = [unit for unit in tree if unit.kind in ROWS[key].at]
            if at and chance.random() < 0.75:
                kept = reports.store(db, _report(chance, chance.choice(at), key, step), person_id, NOW)
                if kept:
                    standing[kept.id] = kept
            elif standing:
                old = standing.pop(chance.choice(list(standing)))
                reports.withdraw(db, old, person_id, NOW)
        _check(db, tree, list(standing.values()))
        transaction.rollback()


def _check(db: Connection, tree: list[units.Unit], standing: list[Report]) -> None:
    paths = {unit.id: unit.path for unit in tree}
    for top in tree:
        below = [each for each in standing if paths[each.unit_id].startswith(top.path)]
        for month in ("2026-03", "2026-04"):
            told = [each for each in below if each.row == "xuanjiang" and f"{each.day:%Y-%m}" == month]
            found = sums.of(db, "xuanjiang", [top.path], [month])
            assert (found.count, found.units) == (len(told), len({each.unit_id for each in told}))
            for name in ("sessions", "heads"):
                assert found.totals.get(name, sums.Total()).value == sum(each.figures[name] for each in told)
            said = Counter(each.hedges["heads"] for each in told if each.hedges)
            wanted = "eq" if not said else "ge" if set(said) == {"ge"} else "lt" if set(said) == {"lt"} else "approx"
            assert found.totals.get("heads", sums.Total()).hedge == wanted
            owed = [unit for unit in tree if unit.kind in ROWS["yuefangan"].at and unit.path.startswith(top.path)]
            done = {each.unit_id for each in below if (each.row, each.period) == ("yuefangan", month)}
            targets = lines.targets(db, ROWS["yuefangan"], [top.path], month, date(2026, 5, 1))
            assert {each.unit_id for each in targets} == {unit.id for unit in owed}
            assert {each.unit_id for each in targets if each.done} == done
            assert {each.state for each in targets} <= {"on_time", "overdue"}


STATES = ("expected", "on_time", "late", "zero", "zero late", "excused", "returned", "accepted", "accepted late")
IN_TIME = {"on_time", "zero", "accepted"}


@pytest.mark.parametrize("seed", range(40))
def test_states_and_rates_equal_a_recount(county_database: Connection, seed: int) -> None:
    db, chance, row = county_database, random.Random(seed), ROWS["yuefangan"]
    with db.begin() as transaction:
        tree = _tree(db, chance)
        person_id = people.add(db, "测试", NOW)
        is_over = chance.random() < 0.5
        today = date(2026, 4, 8) if is_over else date(2026, 4, 4)
        states = {unit.id: chance.choice(STATES) for unit in tree if unit.kind in row.at}
        for unit_id, said in states.items():
            state, _, late = said.partition(" ")
            if state == "excused":
                exemptions.add(db, unit_id, state, date(2026, 4, 1), date(2026, 5, 1), person_id, NOW, row.key)
            elif state != "expected":
                timing = "late" if "late" in (state, late) else "on_time"
                kept = "submitted" if state in ("on_time", "late") else state
                new = Report(unit_id, row.key, "2026-04", today, state=kept, timing=timing)
                assert reports.store(db, new, person_id, NOW)
        for top in tree:
            below = [states[unit.id] for unit in tree if unit.id in states and unit.path.startswith(top.path)]
            owed = Counter(each for each in below if each != "excused")
            missing = owed["expected"] + owed["returned"]
            line = lines.line(db, row, [top.path], "2026-04", today)
            assert line.values["targets"] == str(owed.total())
            assert line.values["overdue"] == str(owed["expected"] if is_over else 0)
            assert len(line.missing) == missing
            done, in_time = owed.total() - missing, sum(owed[each] for each in IN_TIME)
            rates = f"报送率 {done}/{owed.total()}，及时率 {in_time}/{owed.total()}"
            assert not missing or told(line).startswith(rates)
        transaction.rollback()


def test_reports_go_after_three_school_years_their_sums_stay(county_database: Connection) -> None:
    with county_database.begin() as transaction:
        db = county_database
        unit = units.add(db, Kind.CARE, "关工委")
        person_id = people.add(db, "测试", NOW)
        row = ROWS["xuanjiang"]
        for year in (2021, 2025):
            day = date(year, 10, 13)
            new = Report(unit.id, row.key, day.isoformat(), day, {"heads": Decimal(60)}, {}, programmes.flows_of(row))
            assert reports.store(db, new, person_id, NOW)
        assert old_reports(db, NOW, 10) == 1
        assert [
            each.day.year for each in reports.below(db, row.key, [unit.path], date(2020, 1, 1), date(2026, 1, 1))
        ] == [2025]
        assert sums.of(db, row.key, [unit.path], ["2021-10"]).totals["heads"].value == 60
        transaction.rollback()


@pytest.mark.parametrize(
    ("kind", "label", "first", "last"),
    [
        ("week", "2026-W14", "2026-03-30", "2026-04-05"),
        ("month", "2026-04", "2026-04-01", "2026-04-30"),
        ("quarter", "2026-Q2", "2026-04-01", "2026-06-30"),
        ("term", "2026春", "2026-02-01", "2026-08-31"),
        ("school_year", "2025学年", "2025-09-01", "2026-08-31"),
        ("year", "2026", "2026-01-01", "2026-12-31"),
        ("two_years", "2025起两年", "2025-01-01", "2026-12-31"),
        ("day", "2026-04-03", "2026-04-03", "2026-04-03"),
    ],
)
def test_a_period_holds_the_days_that_bear_its_label(kind: str, label: str, first: str, last: str) -> None:
    span = spans.span_of(label)
    assert span == (date.fromisoformat(first), date.fromisoformat(last))
    assert {spans.label_of(kind, day) for day in (date(2026, 4, 3), *span)} == {label}
    assert all(spans.label_of(kind, day) != label for day in (span[0] - timedelta(1), span[1] + timedelta(1)))


@pytest.mark.parametrize(
    ("said", "label", "rest"),
    [
        ("上月", "2026-03", ""), ("4月", "2026-04", ""), ("12月", "2025-12", ""), ("2025年12月", "2025-12", ""),
        ("二季度 青禾区", "2026-Q2", "青禾区"), ("本学期", "2026春", ""), ("上学期", "2025秋", ""),
        ("今年", "2026", ""),
        ("去年", "2025", ""), ("本学年", "2025学年", ""), ("上周", "2026-W13", ""), ("2026-W10", "2026-W10", ""),
        ("三(2)中队", "", "三(2)中队"), ("", "", ""),
    ],
)  # fmt: skip
def test_the_period_that_words_name(said: str, label: str, rest: str) -> None:
    assert spans.named(said, date(2026, 4, 3)) == (label, rest)


@pytest.mark.parametrize(
    ("due", "label", "day"),
    [("05", "2026-04", "2026-04-05"), ("last", "2026-Q2", "2026-06-30"), ("12-20", "2026", "2026-12-20"),
     ("06-30", "2025学年", "2026-06-30"), ("term_end", "2025秋", "2026-01-31")],
)  # fmt: skip
def test_when_a_report_is_due(due: str, label: str, day: str) -> None:
    assert spans.due_day(due, label).isoformat() == day


@pytest.mark.parametrize(
    ("value", "hedge", "said"),
    [("200000", "ge", "20余万"), ("13500", "ge", "1.35万余"), ("3020", "approx", "约3020"), ("3800", "ge", "3800余"),
     ("3000", "lt", "近3000"), ("11230", "eq", "11230"), ("29.8", "eq", "29.8")],
)  # fmt: skip
def test_a_number_is_said_with_its_hedge(value: str, hedge: str, said: str) -> None:
    assert programmes.number(Decimal(value), hedge) == said


def test_who_is_excused_or_had_nothing_owes_nothing(county_database: Connection) -> None:
    db, row = county_database, ROWS["yuefangan"]
    with db.begin() as transaction:
        top = units.add(db, Kind.COUNTY, "测试区")
        homes = [units.add(db, Kind.COMMUNITY, f"社区{number}", top) for number in range(6)]
        person_id = people.add(db, "测试", NOW)
        for unit, until in zip(homes, ("04-04", "04-05", "06-30"), strict=False):
            span = date(2026, 3, 20), date.fromisoformat(f"2026-{until}")
            exemptions.add(db, unit.id, exemptions.EXCUSED, *span, person_id, NOW, row.key)
        # Of check-ins, and of another row.
        exemptions.add(db, homes[3].id, exemptions.EXCUSED, date(2026, 3, 1), date(2026, 6, 1), person_id, NOW)
        zero = Report(homes[4].id, row.key, "2026-04", date(2026, 4, 3), state=reports.ZERO)
        assert reports.store(db, zero, person_id, NOW)
        found = lines.targets(db, row, [top.path], "2026-04", date(2026, 4, 3))
        assert [each.state for each in found] == ["expected", "excused", "excused", "expected", "zero", "expected"]
        # A zero report is reported, and adds up to nothing.
        assert sums.of(db, row.key, [top.path], ["2026-04"]).count == 0
        line = lines.line(db, row, [top.path], "2026-04", date(2026, 4, 7))
        assert (line.values["units"], line.values["zero"], line.values["targets"]) == ("0", "1", "4")
        assert [each.name for each in line.missing] == ["社区0", "社区3", "社区5"]
        assert exemptions.in_week(db, date(2026, 4, 6)) == {homes[3].path: exemptions.EXCUSED}
        transaction.rollback()

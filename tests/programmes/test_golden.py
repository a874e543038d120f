"""The golden figures of the five reports, told as people tell them and added up over a part of the tree."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert

from handlers.catalogue import catalogue, chain
from handlers.catalogue.telling.reports import read_report
from handlers.reading.text.normalise import clean
from handlers.wording import lines, programmes
from scheduling import spans
from storage.organisation import units
from storage.organisation.units import Kind, Unit
from storage.people import people
from storage.programmes import cases, holdings, reports
from storage.programmes.cases import Case
from storage.programmes.holdings import Holding
from storage.programmes.reports import Report
from storage.tables import row_case, row_case_step
from tests.support.fictional_year import shared

pytestmark = pytest.mark.both

DAY = date(2026, 4, 3)
NOW = datetime(2026, 4, 3, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ROWS = {row.key: row for row in catalogue.shipped() if row.shape != "checkin"}
NUMBERS = count(1)


@pytest.fixture
def db(county_database: Connection) -> Iterator[Connection]:
    with county_database.begin() as transaction:
        yield county_database
        transaction.rollback()


def tell(db: Connection, unit: Unit, *said: str) -> Report:
    """Store what is said of a row, as 上报 does; the last report."""
    person_id = people.add(db, "测试", NOW)
    for number, text in enumerate(said):
        row = next(row for row in ROWS.values() if any(word in text for word in (row.name, *row.words)))
        told = read_report(clean(text).text, row, DAY)
        assert told.complete, (text, told)
        period, flows = spans.label_of(row.period, DAY), programmes.flows_of(row)
        new = Report(unit.id, row.key, period, DAY, told.values, told.hedges, flows, number)
        kept = reports.store(db, new, person_id, NOW)
        assert kept is not None
    return kept


def values(db: Connection, key: str, top: Unit, period: str = "2026") -> dict[str, str]:
    """What the row's line has to say of this part of the tree."""
    of = lines.roster_line if ROWS[key].shape == "roster" else lines.line
    found = of(db, ROWS[key], [top.path], period, DAY)
    return {**found.values, "line": found.text}


def top(db: Connection, kind: Kind = Kind.COUNTY) -> Unit:
    return units.add(db, kind, f"测试{next(NUMBERS)}")


def test_g1_participation_by_stage(db: Connection) -> None:
    county = top(db)
    schools = [("中学", *each) for each in zip(shared(582, 30), shared(13834, 30), strict=True)]
    schools += [("小学", *each) for each in zip(shared(1034, 75), shared(34300, 75), strict=True)]
    for number, (stage, classes, pupils) in enumerate(schools):
        school = units.add(db, Kind.SCHOOL, f"第{number}学校", county)
        kept = tell(db, school, f"读书参与 {stage} {classes}个班 {pupils}人")
    found = values(db, "canyu", county)
    assert found["line"] == "参与 105 校 1616 班 48134 人（小学 1034/34300，中学 582/13834）"
    assert [found[name] for name in ("per_class", "per_middle", "per_primary", "per_school")] == [
        "29.8", "23.8", "33.2", "458.4"
    ]  # fmt: skip
    # What is taken back is taken off its stage as well.
    reports.withdraw(db, kept, people.add(db, "测试", NOW), NOW)
    assert int(values(db, "canyu", county)["pupils_小学"]) < 34300


@pytest.mark.parametrize(
    ("case", "over", "under", "share"),
    [("G3", 41 + 89, 143, "90.9%"), ("G4", 18, 109, "16.5%"), ("G2", 6765, 6765, "100.0%"), ("G5", 52, 502, "10.4%")],
)
def test_shares_have_one_decimal_half_up(case: str, over: int, under: int, share: str) -> None:
    assert lines.percent(Decimal(over), Decimal(under)) == share


def test_g8_wishes_by_organisation_and_by_college(db: Connection) -> None:
    county = top(db)
    tell(db, county, "微心愿 认领4600个 实现4500余个 帮扶11230人次 结对高校97 结对组织1234")
    found = values(db, "weixinyuan", county)
    assert (found["each"], found["per_college"]) == ("3.6余", "115.8")
    assert "实现 4500余（结对 97 校 1234 组织），帮扶 11230 人次" in found["line"]


@pytest.mark.parametrize(
    ("said", "each"),
    [("专项资金 已拨30万元 100支 鼓号队", "3000"), ("专项资金 已拨20万元 20家 示范校", "10000")],
)
def test_g9_money_for_each(db: Connection, said: str, each: str) -> None:
    county = top(db)
    tell(db, county, said)
    assert values(db, "zijin", county)["each"] == each


def test_g10_supervisors_of_two_cities(db: Connection) -> None:
    province, person_id = top(db, Kind.PROVINCE), people.add(db, "测试", NOW)
    for name, counties in (("昆明", 14), ("玉溪", 9)):
        city = units.add(db, Kind.CITY, f"{name}市", province)
        for number in range(counties):
            county = units.add(db, Kind.COUNTY, f"{name}{number}县", city)
            holdings.add(db, Holding(county.id, "gangwei", DAY, figures={"post": "总辅导员"}), person_id, NOW)
        assert values(db, "gangwei", city)["post"] == f"总辅导员 {counties}"
    assert values(db, "gangwei", province)["post"] == "总辅导员 23"


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ({"先进单位": 37, "好领导": 40, "在职先进个人": 32, "退休先进个人": 45}, "37 集体 + 117 个人 = 154(1:3.2)"),
        ({"先进单位": 215, "在职先进个人": 645}, "215 集体 + 645 个人 = 860(1:3.0)"),
    ],
    ids=["G6", "G11"],
)
def test_people_for_each_collective(db: Connection, kinds: dict[str, int], said: str) -> None:
    group, person_id, row = top(db, Kind.GROUP), people.add(db, "测试", NOW), ROWS["liangnian"]
    one = {"row": row.key, "unit_id": group.id, "figures": {}, "period": chain.period_of(row, DAY), "state": "awarded"}
    who = {"version": row.version, "person_id": person_id, "made_at": NOW, "changed_at": NOW}
    put = [
        {**one, **who, "kind": kind, "personal": kind not in row.collective, "number": f"D{next(NUMBERS)}"}
        for kind, number in kinds.items() for _ in range(number)
    ]  # fmt: skip
    steps = {"person_id": person_id, "action": "授予", "state": "awarded", "level": "", "before": {}, "at": NOW}
    made = db.scalars(insert(row_case).returning(row_case.c.id), put).all()
    db.execute(insert(row_case_step), [{**steps, "case_id": id_} for id_ in made])
    assert lines.case_line(db, row, [group.path], "2026", DAY).text.startswith(f"本届 {said}（")


@pytest.mark.parametrize(("weight", "kept"), [("9.99", "0"), ("10.00", "1")])
def test_g12_the_weight_of_the_appraisal(db: Connection, weight: str, kept: str) -> None:
    county = top(db)
    told = tell(db, county, f"考核占比 {weight}%")
    broken = [check.broken({"weight": told.figures["weight"]}) for check in ROWS["kaohe"].checks]
    assert broken == ([""] if kept == "1" else ["9.99 不到 10"])
    assert values(db, "kaohe", county)["line"] == f"考核占比 达标 {kept}/1"


@pytest.mark.parametrize(("admitted", "problem"), [(12, ""), (13, "13 超过 30% × 42 = 12")])
def test_g15_the_first_batch_of_a_class(db: Connection, admitted: int, problem: str) -> None:
    school = units.add(db, Kind.SCHOOL, "测试小学", top(db))
    said = f"首批入队 全班42 申请30 达标20 入队{admitted}"
    told = tell(db, school, said)
    broken = [check.broken(dict(told.figures), said) for check in ROWS["ruhui"].checks]
    assert "".join(broken) == problem


@pytest.mark.parametrize(
    ("places", "kinds", "line"),
    [
        (143, {"先进村": 41, "先进社区": 89}, "占 130/143（90.9%）"),
        (109, {"示范社区": 18}, "占 18/109（16.5%）"),
    ],
    ids=["G3", "G4"],
)
def test_honours_of_all_places(db: Connection, places: int, kinds: dict[str, int], line: str) -> None:
    county, person_id, row = top(db), people.add(db, "测试", NOW), ROWS["chuangjian"]
    villages = iter([units.add(db, Kind.COMMUNITY, f"第{number}社区", county) for number in range(places)])
    for kind, number in kinds.items():
        for unit in (next(villages) for _ in range(number)):
            period = chain.period_of(row, DAY)
            new = Case(row.key, unit.id, kind, False, {}, None, period, "awarded", None, None, row.version)
            cases.add(db, new, person_id, NOW)
    told = lines.case_line(db, row, [county.path], "2026", DAY).text
    assert line in told and all(f"{kind} {number}" in told for kind, number in kinds.items()), told

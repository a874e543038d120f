"""A school year of a made-up district in which every row is used: each says its line, each digest fits a phone."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import cycle
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, insert

from handlers.catalogue import catalogue, chain
from handlers.catalogue.model import Row
from handlers.catalogue.telling.reports import read_report
from handlers.digests import digest
from handlers.digests.monday import push
from handlers.kit import Ask, Message, Role
from handlers.reading.text.normalise import clean
from handlers.wording import lines, programmes
from scheduling import spans
from storage import tables
from storage.base.vault import Vault
from storage.checkins import checkins, recording
from storage.checkins.rollups import Rollups
from storage.organisation import units
from storage.organisation.units import Kind, Unit
from storage.people import people
from storage.programmes import cases, holdings, reports
from storage.programmes.cases import Case
from storage.programmes.holdings import Holding
from storage.programmes.reports import Report

pytestmark = pytest.mark.both

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2025, 9, 1), date(2026, 6, 28)
# Check-ins are told by squads; medals of children have tables of their own.
ROWS = [row for row in catalogue.shipped() if row.shape != "checkin" and not row.is_medal]
WEEKS = ("2025-W36", "2025-W42", "2025-W48", "2025-W52", "2026-W10", "2026-W14", "2026-W22", "2026-W26")
ACTIVITIES = (
    "主题队日",
    "红领巾爱学习",
    "祭扫",
    "志愿服务",
    "升旗仪式",
    "读书活动",
    "宣讲",
    "劳动实践",
    "文体活动",
    "安全教育",
)
# How often a row is reported, in days; what happens on some day is told every month.
EVERY = {"day": 28, "week": 7, "month": 30, "quarter": 91, "term": 150}


class District:
    """A province down to classes, streets and stations; what everybody reported from September to June."""

    def __init__(self, db: Connection) -> None:
        self.db, self.now = db, datetime(2026, 6, 28, 16, 0, tzinfo=ZONE)
        self.person = people.add(db, "周主任", self.now)
        self.inbox = db.execute(
            insert(tables.inbox).values(
                channel="practice", message_id="m", batch="", chat="", sender="", state="done", received_at=self.now
            )
        ).inserted_primary_key[0]
        self.units: dict[str, Unit] = {}
        province = self._unit(Kind.PROVINCE, "青江省少工委")
        city = self._unit(Kind.CITY, "明州市少工委", province)
        self.county = self._unit(Kind.COUNTY, "青禾区少工委", city)
        people.give(db, self.person, Role.PROVINCE_ADMIN, province, self.now - timedelta(days=365))
        people.give(db, self.person, Role.COUNTY_ADMIN, self.county, self.now - timedelta(days=365))
        street = self._unit(Kind.STREET, "城东街道", self.county)
        self._unit(Kind.STATION, "瑞景辅导站", self._unit(Kind.COMMUNITY, "瑞景社区", street))
        care = self._unit(Kind.CARE, "青禾区关工委", self.county)
        self._unit(Kind.GROUP, "城南协作组", care)
        office = self._unit(Kind.EDUCATION_OFFICE, "城东教办", self.county)
        self._unit(Kind.KINDERGARTEN, "中心幼儿园", office)
        for kind, name in ((Kind.BASE, "农耕基地"), (Kind.STUDIO, "名师工作室"), (Kind.BAND, "红领巾巡讲团")):
            self._unit(kind, name, self.county)
        self.squads = []
        for name in ("实验小学", "育红小学", "新华小学"):
            school = self._unit(Kind.SCHOOL, name, office if name == "新华小学" else self.county)
            for grade in (1, 3, 5):
                squad = f"{'零一二三四五'[grade]}(1)中队"
                self.squads.append(units.add(db, Kind.SQUAD, squad, school, grade=grade, class_no=1, members=42))
        self.units[Kind.SQUAD] = self.squads[0]

    def _unit(self, kind: Kind, name: str, above: Unit | None = None) -> Unit:
        """A new unit; the first of its kind reports for it."""
        made = units.add(self.db, kind, name, above)
        self.units.setdefault(kind, made)
        return made

    @cached_property
    def days(self) -> list[date]:
        return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days)]

    def check_in(self) -> None:
        """Every squad every second week, of ten kinds of activity."""
        rollups, kinds = Rollups(), cycle(ACTIVITIES)
        for day in self.days[4::14]:
            for number, squad in enumerate(self.squads):
                new = checkins.new(squad, next(kinds), day, 36 + number % 5, 42)
                recording.record(
                    self.db, rollups, new, self.person, self.inbox, datetime.combine(day, self.now.time(), ZONE)
                )
        rollups.keep()
        rollups.flush(self.db)

    def report(self, row: Row) -> None:
        """The row's own example, as often as its period comes, for each kind of unit; in one week of March all rows."""
        named, rest = spans.named(row.example, FIRST)
        told = read_report(clean(rest if named else row.example).text, row, FIRST)
        assert told.complete
        start = ROWS.index(row) * 5 % 28
        busy = [date(2026, 3, 4)] if row.many else []
        for day in [*self.days[start :: EVERY.get(row.period, 200)], *busy]:
            for unit in (self.units[kind] for kind in row.at if kind in self.units):
                period, flows = spans.label_of(row.period, day), programmes.flows_of(row)
                new = Report(unit.id, row.key, period, day, told.values, told.hedges, flows)
                reports.store(self.db, new, self.person, self.now, further=row.many)

    def enter(self, row: Row) -> None:
        """The example of a roster, from September on."""
        told = read_report(clean(row.example.removeprefix("登记 ")).text, row, FIRST)
        figures = {name: str(value) for name, value in told.values.items()}
        for unit in (self.units[kind] for kind in row.at if kind in self.units):
            held = Holding(unit.id, row.key, FIRST, LAST + timedelta(days=60), figures=figures)
            holdings.add(self.db, held, self.person, self.now)

    def open(self, row: Row) -> None:
        """A case of each kind, some of which have been moved on by one step."""
        made = datetime(2026, 3, 10, 9, 0, tzinfo=ZONE)
        unit = next(self.units[kind] for kind in row.at if kind in self.units)
        for number, kind in enumerate(row.kinds or ("",)):
            state = row.chain[0].to if number % 2 else chain.first(row)
            period, due = chain.period_of(row, made.date()), made.date() + timedelta(days=30)
            new = Case(row.key, unit.id, kind, False, {}, due, period, state, None, None, row.version)
            cases.add(self.db, new, self.person, made)

    def digest(self, week: str) -> str:
        """What the county's admin is told of a week, asked on its Sunday."""
        now = datetime.combine(spans.span_of(week)[1], self.now.time(), ZONE)
        vault = Vault([Fernet.generate_key().decode()])
        message = Message("practice", "m", "周主任", "周主任", now)
        person = people.by_id(self.db, self.person, now)
        ask = Ask(self.db, now, message, self.inbox, person, f"{week} 青禾区少工委", Rollups(), vault)
        (reply,) = digest.digest(ask)
        return reply.text


@pytest.fixture(scope="module")
def district(county_database: Connection) -> Iterator[District]:
    with county_database.begin() as transaction:
        made = District(county_database)
        made.check_in()
        for row in ROWS:
            {"report": made.report, "roster": made.enter, "case": made.open}[row.shape](row)
        yield made
        transaction.rollback()


def test_every_row_says_its_line_of_the_year(district: District) -> None:
    top = district.units[Kind.PROVINCE].path
    for row in ROWS:
        text = {"roster": lines.roster_line, "case": lines.case_line}.get(row.shape, lines.line)(
            district.db, row, [top], "2026", LAST
        ).text
        assert re.search(r"[1-9]", text), (row.key, text)


@pytest.mark.parametrize("week", WEEKS)
def test_a_digest_is_readable_on_a_phone(district: District, week: str) -> None:
    text = district.digest(week)
    assert len(text.splitlines()) <= 25 and len(text) <= 1200, text
    assert "上报" in text and "9/9 个中队签到" in text
    # Every section that has something to say is there.
    found = lines.of_week(district.db, district.county, week, spans.span_of(week)[1])
    shown = {each.row.section for each in found if f"· {each.text}" in text}
    assert shown == {each.row.section for each in found}
    assert len(found) == sum(f"· {each.text}" in text for each in found) or "发「看」" in text


def test_mondays_push_tells_what_was_reported_too(district: District) -> None:
    monday = datetime(2026, 4, 6, 8, 0, tzinfo=ZONE)
    text = push.for_group(district.db, district.county, "2026-W14", monday, {}).text
    assert "\n· 4月方案 已报 4/4" in text and len(text.splitlines()) <= 25

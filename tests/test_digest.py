"""The weekly digest on a real database: golden figures, scope, freezing, what is asked how, picture and workbook."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import openpyxl
import pytest
from cryptography.fernet import Fernet
from PIL import Image
from sqlalchemy import Connection, event, insert, select
from sqlalchemy.exc import IntegrityError

from handlers import digest as feature
from handlers import missing, reports
from handlers.digest_picture import picture
from handlers.digest_workbook import workbook
from handlers.kit import Ask, Due, Message, Refusal, Reply, Role
from storage import checkins, coverage, digests, people, tables, units
from storage.checkins import Checkin
from storage.database import open_database
from storage.digests import percent
from storage.rollups import Rollups
from storage.units import Kind, Unit
from storage.vault import Vault

SHANGHAI = timezone(timedelta(hours=8))
FRIDAY = datetime(2026, 4, 3, 16, 20, tzinfo=SHANGHAI)
MONDAY = datetime(2026, 4, 6, 8, 0, tzinfo=SHANGHAI)
WEEK = "2026-W14"


class County:
    """青禾区 with 实验小学 (four squads) and 光明小学 (two), one admin each, and a counselor of 三(1)."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.vault = Vault([Fernet.generate_key().decode()])
        self.rollups = Rollups()
        self.top = units.add(db, Kind.COUNTY, "青禾区少工委")
        self.first = units.add(db, Kind.SCHOOL, "实验小学", self.top)
        self.second = units.add(db, Kind.SCHOOL, "光明小学", self.top)
        names = ("三(1)中队", "三(2)中队", "四(1)中队", "四(2)中队")
        self.squads = [
            units.add(db, Kind.SQUAD, name, self.first, grade=3 + place // 2, class_no=1 + place % 2, members=45)
            for place, name in enumerate(names)
        ]
        self.others = [units.add(db, Kind.SQUAD, f"三({n})中队", self.second, grade=3, class_no=n) for n in (1, 2)]
        self.li = self.person("李老师", Role.BRIGADE, self.first)
        self.sun = self.person("孙老师", Role.BRIGADE, self.second)
        self.zhou = self.person("周主任", Role.COUNTY_ADMIN, self.top)
        self.zhang = self.person("张老师", Role.COUNSELOR, self.squads[0])
        self.inbox = db.execute(
            insert(tables.inbox).values(
                channel="practice", message_id="m", batch="", chat="", sender="", state="done", received_at=FRIDAY
            )
        ).inserted_primary_key[0]

    def person(self, name: str, role: Role, at: Unit) -> int:
        person_id = people.add(self.db, name, FRIDAY)
        people.give(self.db, person_id, role, at, FRIDAY - timedelta(days=30))
        people.link(self.db, person_id, "practice", name)
        return person_id

    def report(
        self, squad: Unit, attended: int, due: int | None = None, *, activity: str = "主题队日",
        day: date = FRIDAY.date(), now: datetime = FRIDAY,
    ) -> Checkin:  # fmt: skip
        new = Checkin(squad.id, activity, day, attended, due)
        stored = checkins.record(self.db, self.rollups, new, self.zhang, self.inbox, now)
        self.write()
        return stored

    def write(self) -> None:
        self.rollups.keep()
        self.rollups.flush(self.db)

    def ask(self, who: int, args: str = "", now: datetime = FRIDAY) -> Ask:
        person = people.by_id(self.db, who, now)
        message = Message("practice", "m1", person.name, person.name, now)
        return Ask(self.db, now, message, self.inbox, person, args, self.rollups, self.vault)

    def digest(self, who: int, args: str = "", now: datetime = FRIDAY) -> list[Reply]:
        return list(feature.digest(self.ask(who, args, now)))

    def push(self, who: int, now: datetime = MONDAY) -> Reply | None:
        person = people.by_id(self.db, who, now)
        return feature.monday(Due(self.db, now, person, f"digest:{WEEK}", 0, now.date(), {"week": WEEK}, False))

    def nominate(self, squad: Unit, number: str, state: str, week: str = WEEK) -> None:
        self.db.execute(
            insert(tables.nomination).values(
                number=number, unit_id=squad.id, medal="S1", term=f"2026春{number}", nominator_id=self.zhang,
                state=state, made_at=FRIDAY, week=week,
            )
        )  # fmt: skip


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """One database for all tests, so that its statements are compiled once."""
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('digest') / 'bot.db'}")
    tables.metadata.create_all(opened.write)
    with opened.write.connect() as db:
        yield db
    opened.close()


@pytest.fixture
def db(connection: Connection) -> Iterator[Connection]:
    """Every test is rolled back."""
    transaction = connection.begin()
    yield connection
    transaction.rollback()


@pytest.fixture
def county(db: Connection) -> County:
    return County(db)


def a_week(county: County) -> None:
    """Three of four squads of 实验小学, one of 光明小学, and a smaller week before."""
    one, two, three, _ = county.squads
    county.report(one, 40, 42)
    county.report(two, 38)
    county.report(three, 41, 43)
    county.report(three, 43, 43, activity="祭扫", day=date(2026, 4, 2))
    county.report(county.others[0], 30, 40)
    county.report(one, 39, 42, day=date(2026, 3, 27))
    county.nominate(one, "N1", "submitted")
    county.nominate(one, "N2", "approved")
    county.nominate(county.others[0], "N3", "returned")
    county.nominate(one, "N0", "approved", "2026-W13")


def squads_of(db: Connection, school: Unit, count: int) -> list[int]:
    """Insert many squads at once; returns their ids."""
    start = school.id * 100_000
    rows = [
        {
            "id": start + n, "parent_id": school.id, "school_id": school.id, "path": f"{school.path}{start + n}/",
            "kind": Kind.SQUAD, "name": f"{n}中队", "aliases": [], "active": True, "grade": 1, "class_no": n,
        }
        for n in range(count)
    ]  # fmt: skip
    db.execute(insert(tables.unit), rows)
    return [row["id"] for row in rows]


class TestFigures:
    @pytest.mark.parametrize(
        ("part", "whole", "rate"),
        [(130, 143, 90.9), (18, 109, 16.5), (52, 502, 10.4), (6765, 6765, 100.0), (1, 8, 12.5), (1, 16, 6.3),
         (1, 2000, 0.1), (0, 5, 0.0), (0, 0, None)],
    )  # fmt: skip
    def test_rates_have_one_decimal_rounded_half_up(self, part: int, whole: int, rate: float | None) -> None:
        assert percent(part, whole) == rate

    def test_g1_the_whole_is_the_sum_of_its_parts(self, county: County) -> None:
        for school, classes, heads in ((county.first, 582, 13834), (county.second, 1034, 34300)):
            ids = squads_of(county.db, school, classes)
            spare = heads - (heads // classes) * classes
            for place, squad_id in enumerate(ids):
                county.rollups.add(WEEK, squad_id, "队课", heads // classes + (place < spare), None)
        county.write()
        whole = digests.weekly(county.db, county.top, WEEK)
        assert (whole.squads_covered, whole.attendance.attended) == (582 + 1034, 13834 + 34300) == (1616, 48134)
        part = digests.weekly(county.db, county.second, WEEK)
        assert (part.squads_covered, part.attendance.attended, part.events) == (1034, 34300, 1034)

    def test_g2_all_covered_and_joint_events_are_not_summed_over_squads(self, county: County) -> None:
        ids = squads_of(county.db, county.second, 6765)
        for squad_id in ids:
            county.rollups.add(WEEK, squad_id, "主题队日", 30, 30)
        # 3800 events for 6765 squads: the surplus is taken off at the unit that they share.
        for _ in range(6765 - 3800):
            county.rollups.add(WEEK, county.second.id, "主题队日", 0, None, sign=-1)
        county.db.execute(tables.unit.update().where(tables.unit.c.name.like("三(%")).values(active=False))
        county.write()
        shown = digests.weekly(county.db, county.second, WEEK)
        assert (shown.events, shown.squads_covered, shown.squads_due) == (3800, 6765, 6765)
        assert "6765/6765 个中队签到(100.0%)" in feature.text(shown)
        assert shown.attendance.rate == 100.0

    def test_g3_g4_attendance_only_over_records_with_both_numbers(self, county: County) -> None:
        one, two, three, four = county.squads
        county.report(one, 41, 50)
        county.report(two, 89, 93)
        county.report(three, 500)
        shown = digests.weekly(county.db, county.first, WEEK)
        assert shown.attendance == digests.Attendance(630, 143, 130, 90.9)
        county.report(four, 18, 109, activity="队课")
        activities = {each.activity: each.rate for each in digests.weekly(county.db, county.first, WEEK).by_activity}
        assert activities == {"主题队日": 90.9, "队课": 16.5}

    def test_g19_a_double_report_counts_once(self, county: County) -> None:
        county.report(county.squads[0], 40, 42)
        before = digests.weekly(county.db, county.first, WEEK)
        with pytest.raises(IntegrityError), county.db.begin_nested():
            checkins.record(
                county.db, county.rollups, Checkin(county.squads[0].id, "主题队日", FRIDAY.date(), 40, 42),
                county.zhang, county.inbox, FRIDAY,
            )  # fmt: skip
        county.rollups.drop()
        assert digests.weekly(county.db, county.first, WEEK) == before

    def test_g20_a_joint_event_of_two_schools_is_one_event_for_all_three(self, county: County) -> None:
        county.rollups.add(WEEK, county.squads[0].id, "祭扫", 40, None)
        county.rollups.add(WEEK, county.others[0].id, "祭扫", 38, None)
        county.rollups.add(WEEK, county.top.id, "祭扫", 0, None, sign=-1)
        county.write()
        whole, *owners = (digests.weekly(county.db, at, WEEK) for at in (county.top, county.first, county.second))
        assert (whole.events, whole.squads_covered, whole.attendance.attended) == (1, 2, 78)
        assert whole.by_activity == (digests.Activity("祭扫", 1, 2, 78, None),)
        assert [each.events for each in owners] == [1, 1]

    def test_a_team_covers_its_squad_and_a_school_event_covers_none(self, county: County) -> None:
        team = units.add(county.db, Kind.TEAM, "第一小队", county.squads[0])
        county.report(team, 8)
        county.report(county.first, 800, activity="升旗仪式")
        shown = digests.weekly(county.db, county.first, WEEK)
        assert (shown.squads_covered, shown.squads_due, shown.events) == (1, 4, 2)
        assert "三(1)中队" not in shown.missing

    def test_a_withdrawn_check_in_no_longer_counts(self, county: County) -> None:
        stored = county.report(county.squads[0], 40, 42)
        checkins.withdraw(county.db, county.rollups, stored, county.zhang, FRIDAY)
        county.write()
        shown = digests.weekly(county.db, county.first, WEEK)
        assert (shown.events, shown.squads_covered, shown.by_activity) == (0, 0, ())
        assert len(shown.missing) == 4


class TestAsked:
    def test_the_text_says_the_result_first_and_the_rest_in_order(self, county: County) -> None:
        a_week(county)
        (reply,) = county.digest(county.li)
        assert reply.text.split("\n") == [
            "实验小学第14周:4 场活动,3/4 个中队签到(75.0%),162 人次,到场率 96.9%",
            "2026年3月30日–4月5日 · 截至 4月3日 16:20",
            "· 主题队日 3 场,3 个中队,119 人次",
            "· 祭扫 1 场,1 个中队,43 人次",
            "未签到 1 个:四(2)中队",
            "奖章提名:待审 1、通过 1",
            "比第13周:场次 +3,中队 +2,人次 +123,到场率 +4.0 个百分点",
        ]
        assert [button.command for button in reply.buttons] == [
            "周报 2026-W14 图", "周报 2026-W14 表", "未签到 2026-W14",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("args", "week"),
        [("", 14), ("本周", 14), ("上周", 13), ("2026-W13", 13), ("2026W13", 13), ("w13", 13), ("第13周", 13),
         ("13周", 13), ("2026年第13周", 13), ("上上周", 12), ("第52周", 52)],
    )  # fmt: skip
    def test_the_week_is_named_in_many_ways(self, county: County, args: str, week: int) -> None:
        assert f"第{week}周" in county.digest(county.li, args)[0].text.split("\n")[0]

    @pytest.mark.parametrize("args", ["2026-W60", "2026-W20", "第15周", "0周", "下学期"])
    def test_a_week_or_unit_that_is_not_there_is_refused_with_what_to_do(self, county: County, args: str) -> None:
        with pytest.raises(Refusal, match="没有|还没有到"):
            county.digest(county.li, args)

    def test_what_came_before_it_in_the_same_transaction_is_in_it(self, county: County) -> None:
        checkins.record(
            county.db, county.rollups, Checkin(county.squads[0].id, "队课", FRIDAY.date(), 40), county.zhang,
            county.inbox, FRIDAY,
        )  # fmt: skip
        county.rollups.keep()
        assert "1 场活动,1/4" in county.digest(county.li)[0].text

    def test_an_empty_week_and_a_long_list_of_missing(self, county: County) -> None:
        squads_of(county.db, county.second, 12)
        (reply,) = county.digest(county.sun)
        assert reply.text.startswith("光明小学第14周:还没有活动,0/14 个中队签到(0.0%)\n")
        assert reply.text.endswith("等 14 个")
        assert reply.text.count("、") == 9

    def test_a_counselor_gets_her_own_squad(self, county: County) -> None:
        a_week(county)
        (reply,) = county.digest(county.zhang)
        assert reply.text.startswith("实验小学三(1)中队第14周:1 场活动,1/1 个中队签到")
        assert all("未签到" not in button.command for button in reply.buttons)

    def test_digest_json_has_exactly_the_keys_that_programs_rely_on(self, county: County) -> None:
        a_week(county)
        shown = digests.weekly(county.db, county.first, WEEK)
        body = digests.as_json(shown)
        assert list(body) == [
            "unit", "week", "revision", "events", "squads_due", "squads_covered", "attendance", "by_activity",
            "missing", "nominations", "previous",
        ]  # fmt: skip
        assert body["unit"] == "青禾区少工委/实验小学"
        assert body["nominations"] == {"submitted": 1, "returned": 0, "approved": 1, "withdrawn": 0}
        assert body["previous"] == {
            "week": "2026-W13", "events": 1, "squads_covered": 1, "attended": 39, "rate": 92.9
        }  # fmt: skip
        assert replace(digests.from_json(body), title=shown.title) == shown


class TestScope:
    def test_each_school_sees_itself_and_the_county_both(self, county: County) -> None:
        a_week(county)
        own, other, all_of_it = (county.digest(who)[0].text for who in (county.li, county.sun, county.zhou))
        assert "光明小学" not in own and "30 人次" not in own
        assert other.startswith("光明小学第14周:1 场活动,1/2 个中队签到(50.0%),30 人次,到场率 75.0%")
        assert "实验小学" not in other and "四(2)" not in other
        assert all_of_it.startswith("青禾区少工委第14周:5 场活动,4/6 个中队签到(66.7%),192 人次")
        assert "未签到 2 个:实验小学四(2)中队、光明小学三(2)中队" in all_of_it

    @pytest.mark.parametrize("words", ["光明小学", "光明小学 三(1)中队", "青禾区少工委", "青禾区少工委/光明小学"])
    def test_what_is_outside_is_refused_as_if_it_did_not_exist(self, county: County, words: str) -> None:
        with pytest.raises(Refusal) as outside:
            county.digest(county.li, f"上周 {words}")
        with pytest.raises(Refusal) as nowhere:
            county.digest(county.li, "上周 无名小学")
        assert outside.value.text.replace(words, "") == nowhere.value.text.replace("无名小学", "")

    @pytest.mark.parametrize(
        "words", ["实验小学 三(1)", "实验小学三(1)中队", "实验小学/三(1)中队", "青禾区少工委/实验小学/三(1)中队"]
    )
    def test_a_unit_below_is_named_in_many_ways(self, county: County, words: str) -> None:
        assert county.digest(county.zhou, f"上周 {words}")[0].text.startswith("实验小学三(1)中队第13周")

    def test_two_of_the_same_name_are_asked_back_with_buttons_that_work(self, county: County) -> None:
        with pytest.raises(Refusal) as refusal:
            county.digest(county.zhou, "三(1)中队")
        labels = [button.label for button in refusal.value.buttons]
        assert labels == ["实验小学三(1)中队", "光明小学三(1)中队"]
        said = refusal.value.buttons[1].command.removeprefix("周报 ")
        assert county.digest(county.zhou, said)[0].text.startswith("光明小学三(1)中队第14周")

    def test_all_units_of_an_admin_are_covered_and_its_buttons_name_them(self, county: County) -> None:
        people.give(county.db, county.li, Role.BRIGADE, county.others[1], FRIDAY - timedelta(days=1))
        people.give(county.db, county.li, Role.SCHOOL_ADMIN, county.squads[0], FRIDAY - timedelta(days=1))
        first, second = county.digest(county.li)
        assert first.text.startswith("实验小学第14周") and second.text.startswith("光明小学三(2)中队第14周")
        again = second.buttons[2].command
        assert again == "未签到 2026-W14 青禾区少工委/光明小学/三(2)中队"
        assert "三(2)中队" in missing.missing(county.ask(county.li, again.removeprefix("未签到 "))).text


class TestFrozen:
    def test_monday_freezes_and_what_comes_later_is_only_counted(self, county: County) -> None:
        a_week(county)
        pushed = county.push(county.li)
        assert pushed is not None and "4月6日 08:00 冻结" in pushed.text
        row = county.db.execute(select(tables.digest)).one()
        assert (row.unit_id, row.week, row.revision) == (county.first.id, WEEK, 1)
        later = MONDAY + timedelta(hours=1)
        county.report(county.squads[3], 44, 45, now=later)
        old = county.report(county.squads[0], 30, activity="队课", day=date(2026, 4, 1), now=later)
        checkins.withdraw(county.db, county.rollups, old, county.zhang, later + timedelta(minutes=5))
        county.write()
        (asked,) = county.digest(county.li, "上周", later + timedelta(hours=1))
        assert asked.text == f"{pushed.text}\n冻结后补报/更正 2 条"
        assert county.push(county.li, later).text.split("\n")[0] == pushed.text.split("\n")[0]
        assert digests.weekly(county.db, county.first, WEEK).squads_covered == 4

    def test_a_correction_that_moves_a_check_in_out_of_the_week_is_counted(self, county: County) -> None:
        stored = county.report(county.squads[0], 40, 42)
        county.push(county.li)
        moved = replace(stored, day=date(2026, 4, 6))
        checkins.revise(county.db, county.rollups, stored, moved, county.zhang, MONDAY + timedelta(hours=2))
        county.write()
        (asked,) = county.digest(county.li, "上周", MONDAY + timedelta(hours=3))
        assert "1 场活动" in asked.text and "补报/更正 1 条" in asked.text

    def test_two_admins_of_a_school_get_the_same_and_others_their_own(self, county: County) -> None:
        a_week(county)
        wu = county.person("吴老师", Role.SCHOOL_ADMIN, county.first)
        assert county.push(county.li).text == county.push(wu, MONDAY + timedelta(minutes=3)).text
        assert county.push(county.zhou).text.startswith("青禾区少工委第14周")
        assert county.push(county.zhang) is None

    def test_the_running_week_is_never_stored(self, county: County) -> None:
        county.digest(county.li)
        assert county.db.execute(select(tables.digest)).first() is None


class TestCost:
    def test_few_statements_however_many_check_ins(self, county: County) -> None:
        counts = []
        for _ in range(2):
            said: list[str] = []
            event.listen(county.db, "before_cursor_execute", lambda *args, said=said: said.append(args[2]))
            digests.report(county.db, county.top, WEEK, FRIDAY)
            counts.append(len(said))
            assert not any("FROM checkin" in statement for statement in said)
            a_week(county) if len(counts) == 1 else None
        assert counts[0] <= 7
        assert counts[1] - counts[0] == 0 or counts[1] <= 7

    def test_the_partial_index_serves_what_reads_check_ins(self, county: County) -> None:
        plans: list[str] = []

        def explain(connection, cursor, statement, parameters, context, executemany):  # type: ignore[no-untyped-def]
            if "FROM checkin" in statement and not statement.startswith("EXPLAIN"):
                plans.append(str(cursor.connection.execute("EXPLAIN QUERY PLAN " + statement, parameters).fetchall()))

        event.listen(county.db, "before_cursor_execute", explain)
        try:
            coverage.missing_on(county.db, FRIDAY.date(), [county.first.path])
        finally:
            event.remove(county.db, "before_cursor_execute", explain)
        assert len(plans) == 1 and "uq_checkin_valid (unit_id=? AND day=?)" in plans[0]


class TestFiles:
    def values(self, county: County, *at: Unit) -> dict[str, object]:
        return {"unit_ids": [unit.id for unit in at], "week": WEEK, "at": FRIDAY.isoformat()}

    def test_the_command_names_the_file_and_the_same_data(self, county: County) -> None:
        (image,) = county.digest(county.li, "上周 图")
        (table,) = county.digest(county.zhou, "上周表 实验小学")
        assert image.file is not None and table.file is not None
        assert (image.file.recipe, image.file.name) == ("digest-picture", "周报-实验小学-2026-W13.png")
        assert (table.file.recipe, table.file.name) == ("digest-workbook", "周报-实验小学-2026-W13.xlsx")
        assert image.file.values["unit_ids"] == table.file.values["unit_ids"] == [county.first.id]

    def test_the_picture_is_a_png_for_a_phone_and_always_the_same(self, county: County) -> None:
        a_week(county)
        made = picture(county.db, self.values(county, county.first))
        image = Image.open(io.BytesIO(made))
        assert image.format == "PNG" and image.width == 800 and 700 < image.height < 2000
        assert len(made) < 200_000
        assert made == picture(county.db, self.values(county, county.first))
        both = Image.open(io.BytesIO(picture(county.db, self.values(county, county.first, county.second))))
        assert image.height < both.height < 4000

    def test_the_font_has_the_characters_of_names_and_signs(self) -> None:
        from fontTools.ttLib import TTFont

        from handlers.digest_picture import FONT

        known = TTFont(FONT).getBestCmap()
        assert not [char for char in "玥喆珺堃三(2)中队–−·:、%★0123456789" if ord(char) not in known]
        assert "SIL OPEN FONT LICENSE" in FONT.with_name("OFL.txt").read_text(encoding="utf-8")

    def test_the_workbook_has_its_four_sheets_and_no_formula(self, county: County) -> None:
        units.add(county.db, Kind.SQUAD, "=1+1", county.first, grade=5, class_no=1)
        a_week(county)
        made = workbook(county.db, self.values(county, county.first, county.second))
        book = openpyxl.load_workbook(io.BytesIO(made))
        assert book.sheetnames == ["总览", "按活动", "各中队", "未签到"]
        rows = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
        assert rows["总览"][1][:10] == (
            "实验小学", WEEK, "2026年3月30日–4月5日", "截至 4月3日 16:20", 4, 5, 3, 60, 162, 96.9,
        )  # fmt: skip
        assert rows["按活动"][1:3] == [
            ("实验小学", "主题队日", 3, 3, 119, 95.3), ("实验小学", "祭扫", 1, 1, 43, 100)
        ]  # fmt: skip
        assert rows["各中队"][3] == ("实验小学", "实验小学", "四(1)中队", 45, 2, 84, 97.7, "主题队日1、祭扫1")
        assert [row[2] for row in rows["未签到"][1:]] == ["四(2)中队", "=1+1", "三(2)中队"]
        assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)

    def test_the_same_data_gives_the_same_workbook(self, county: County) -> None:
        a_week(county)
        made = workbook(county.db, self.values(county, county.first))
        assert made == workbook(county.db, self.values(county, county.first))
        with zipfile.ZipFile(io.BytesIO(made)) as parts:
            assert b"<f>" not in parts.read("xl/worksheets/sheet3.xml")


def test_a_day_is_read_as_the_last_one_of_its_name() -> None:
    today = date(2026, 4, 3)
    said = {"4月3日": today, "4.2": date(2026, 4, 2), "昨天": date(2026, 4, 2), "12月30日": date(2025, 12, 30)}
    for words, day in said.items():
        assert reports.period_in(words, today, days=True)[0].day == day
    assert datetime(2026, 4, 3, tzinfo=UTC).date() == today


def test_the_script_of_the_font_names_no_machine(pytestconfig: pytest.Config) -> None:
    assert (Path(pytestconfig.rootpath) / "handlers/font/make_subset.py").exists()

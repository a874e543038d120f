"""未签到 and 催办 on a real database: exactly those who are missing, once, and only as long as they are."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from handlers.digests import missing, nudge
from handlers.kit import Due, Refusal, Reply, Role
from scheduling.occasions import Cleared
from storage import tables
from storage.checkins import recording
from storage.people import people
from tests.support.county import FRIDAY, SHANGHAI, WEEK, County, squads_of
from tests.support.databases import new_database

pytestmark = pytest.mark.both


class Schools(County):
    """The county with more counselors: of 三(1), 三(2) and 四(1) of 实验小学 and of 三(1) of 光明小学."""

    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self.far = self.others[0]
        rest = [*self.squads[1:3], self.far]
        self.counselors = [
            self.zhang,
            *(self.person(f"老师{n}", Role.COUNSELOR, squad) for n, squad in enumerate(rest)),
        ]

    def missing(self, who: int, args: str = "") -> Reply:
        said = missing.missing(self.ask(who, args))
        assert isinstance(said, Reply)
        return said

    def nudge(self, who: int, args: str = "", now: datetime = FRIDAY) -> str:
        said = nudge.nudge(self.ask(who, args, now))
        assert isinstance(said, Reply)
        return said.text

    def rows(self) -> list[tuple[str, int]]:
        query = select(tables.delivery.c.occurrence, tables.delivery.c.person_id).order_by(tables.delivery.c.id)
        return [(row.occurrence, row.person_id) for row in self.db.execute(query)]

    def remind(self, place: int, now: datetime = FRIDAY) -> Reply | None:
        squad = [*self.squads[:3], self.far][place]
        payload = {"week": WEEK, "unit_id": squad.id}
        person = people.by_id(self.db, self.counselors[place], now)
        return nudge.remind(Due(self.db, now, person, f"nudge:{WEEK}:{squad.id}", 0, now.date(), payload, False))


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """One database for all tests, so that its statements are compiled once."""
    opened = new_database(tmp_path_factory.mktemp("nudge"))
    with opened.write.connect() as db:
        yield db
    opened.close()


@pytest.fixture
def schools(connection: Connection) -> Iterator[Schools]:
    """Every test is rolled back."""
    transaction = connection.begin()
    yield Schools(connection)
    transaction.rollback()


def test_missing_lists_exactly_those_without_a_check_in(schools: Schools) -> None:
    schools.report(schools.squads[1], 40)
    said = schools.missing(schools.li)
    assert said.text == "本周还有 3 个中队没签到（共 4 个）：\n三(1)中队、四(1)中队、四(2)中队"
    assert [button.typed for button in said.buttons] == ["催办 2026-W14", "周报 2026-W14"]
    assert schools.missing(schools.zhou).text.split("\n")[1:] == [
        "实验小学：三(1)中队、四(1)中队、四(2)中队",
        "光明小学：三(1)中队、三(2)中队",
    ]
    schools.report(schools.far, 40)
    assert "\n实验小学：三(1)中队" in schools.missing(schools.zhou).text


def test_a_long_list_ends_with_where_to_find_the_rest(schools: Schools) -> None:
    squads_of(schools.db, schools.second, 70)
    said = schools.missing(schools.sun, "上周").text
    assert said.endswith("\n等 72 个，发「周报 上周 表」看全部") and said.count("中队") == 61
    # Above schools so many are told by school.
    above = schools.missing(schools.zhou, "上周")
    assert above.text.endswith("多的在前：\n· 光明小学 72 个\n· 实验小学 4 个")
    assert [button.label for button in above.buttons] == ["催办", "周报", "光明小学", "实验小学"]


def test_missing_of_a_day_is_not_missing_of_the_week(schools: Schools) -> None:
    schools.report(schools.squads[0], 40, day=date(2026, 4, 2))
    assert "4月2日还有 3 个中队没签到（共 4 个）" in schools.missing(schools.li, "4月2日").text
    on_friday = schools.missing(schools.li, "今天")
    assert "4月3日还有 4 个中队没签到（共 4 个）" in on_friday.text
    assert [button.label for button in on_friday.buttons] == ["周报"]


def test_missing_last_week_and_when_all_are_there(schools: Schools) -> None:
    assert "上周还有 4 个" in schools.missing(schools.li, "上周").text
    assert schools.missing(schools.li, "2026-W10").buttons[0].label == "周报"
    for squad in schools.squads:
        schools.report(squad, 40)
    said = schools.missing(schools.li)
    assert (said.text, said.buttons) == ("本周 4 个中队都报了。", ())
    assert schools.nudge(schools.li) == "本周 4 个中队都报了，不用催。"


@pytest.mark.parametrize("feature", [missing.missing, nudge.nudge])
@pytest.mark.parametrize("args", ["光明小学", "明天的", "2026-W15", "2026-W77"])
def test_other_schools_and_times_to_come_are_refused(schools: Schools, feature, args: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refusal):
        feature(schools.ask(schools.li, args))
    assert schools.rows() == []


def test_nudge_reaches_exactly_the_missing_once(schools: Schools) -> None:
    schools.report(schools.squads[1], 40)
    first = schools.nudge(schools.li)
    assert first == (
        "已向辅导员发出 2 条提醒，请补本周的签到。\n"
        "还没有辅导员加入：实验小学四(2)中队。请老师加入，可以发：邀请 中队辅导员 四(2)中队"
    )
    one, _, three, _ = schools.squads
    assert schools.rows() == [
        (f"nudge:{WEEK}:{one.id}", schools.counselors[0]),
        (f"nudge:{WEEK}:{three.id}", schools.counselors[2]),
    ]
    row = schools.db.execute(select(tables.delivery)).first()
    assert row is not None
    assert (row.kind, row.lead, row.state, row.channel, row.due_at) == ("nudge", 0, "new", "practice", FRIDAY)
    assert row.payload == {"week": WEEK, "unit_id": one.id}
    again = schools.nudge(schools.li)
    assert again.startswith("2 条本周已经提醒过，不重复打扰。") and len(schools.rows()) == 2


def test_the_county_adds_only_who_was_not_nudged_yet(schools: Schools) -> None:
    schools.nudge(schools.li)
    assert schools.nudge(schools.zhou).startswith("已向辅导员发出 1 条提醒，请补本周的签到。\n另有 3 条本周已经提醒过")
    assert len(schools.rows()) == 4


def test_last_week_is_another_nudge_and_older_ones_are_refused(schools: Schools) -> None:
    schools.nudge(schools.li)
    assert "请补上周的签到" in schools.nudge(schools.li, "上周")
    assert len(schools.rows()) == 6
    with pytest.raises(Refusal, match="只能催本周和上周的"):
        schools.nudge(schools.li, "2026-W10")


def test_both_counselors_of_a_squad_are_nudged_and_an_unreachable_one_is_told(schools: Schools) -> None:
    schools.person("新老师", Role.COUNSELOR, schools.squads[0])
    people.mark_reachable(schools.db, "practice", "老师1", False)
    said = schools.nudge(schools.li)
    assert said.startswith("已向辅导员发出 3 条提醒")
    assert "提醒送不到这些中队的辅导员：实验小学四(1)中队。请这些老师私聊我" in said
    assert "还没有辅导员加入：实验小学四(2)中队。" in said


@pytest.mark.parametrize(
    ("hour", "minute", "due"),
    [
        (6, 59, (3, 7, 0)),
        (7, 0, (3, 7, 0)),
        (21, 29, (3, 21, 29)),
        (21, 30, (4, 7, 0)),
        (21, 31, (4, 7, 0)),
        (23, 59, (4, 7, 0)),
    ],
)
def test_nobody_is_woken(schools: Schools, hour: int, minute: int, due: tuple[int, int, int]) -> None:
    now = FRIDAY.replace(hour=hour, minute=minute)
    said = schools.nudge(schools.li, now=now)
    at = schools.db.scalar(select(tables.delivery.c.due_at).limit(1))
    assert at == datetime(2026, 4, *due, tzinfo=SHANGHAI)
    assert ("早上 7:00 送到" in said) is (at != now)


def test_the_reminder_is_kind_short_and_can_be_copied(schools: Schools) -> None:
    said = schools.remind(0)
    assert said is not None
    assert said.text.split("\n") == [
        "老师好，三(1)中队本周还没有签到。有活动的话，复制下面这行，在最后补上人数发给我就好：",
        "三(1)中队 主题队日 应到45 实到",
    ]
    later = schools.remind(3, FRIDAY + timedelta(days=4))
    assert later is not None and "上周还没有签到" in later.text
    # A line without a date would be stored for the day on which it is sent.
    assert later.text.endswith("改好日期，在最后补上人数发给我就好：\n三(1)中队 主题队日 4月3日 实到")


def test_who_reported_meanwhile_is_left_alone(schools: Schools) -> None:
    stored = schools.report(schools.squads[0], 40, day=date(2026, 3, 30))
    with pytest.raises(Cleared):
        schools.remind(0)
    recording.withdraw(schools.db, schools.rollups, stored, schools.counselors[0], FRIDAY)
    schools.rollups.keep()
    schools.rollups.flush(schools.db)
    assert schools.remind(0) is not None


def test_who_is_no_longer_the_counselor_is_left_alone(schools: Schools) -> None:
    schools.db.execute(
        tables.grant.update().where(tables.grant.c.person_id == schools.counselors[0]).values(until=FRIDAY)
    )
    assert schools.remind(0) is None
    assert "三(1)中队" in schools.nudge(schools.li)


def test_who_never_joined_is_not_told_to_write_but_to_be_given_a_code(schools: Schools) -> None:
    schools.db.execute(tables.account.delete().where(tables.account.c.person_id == schools.counselors[0]))
    said = schools.nudge(schools.li)
    assert "还没有辅导员加入：实验小学三(1)中队" in said and "邀请 中队辅导员 三(1)中队" in said
    assert "送不到" not in said

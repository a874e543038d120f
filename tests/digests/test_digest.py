"""周报 on a real database: golden figures, how it is asked for, and whose part of the tree it shows."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from handlers.digests import missing
from handlers.kit import Refusal, Role
from handlers.wording import weeks
from storage.checkins import checkins, recording
from storage.checkins.rollups import Sums
from storage.digests import digests, figures
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people
from tests.support.county import FRIDAY, MONDAY, WEEK, County, a_week, squads_of

pytestmark = pytest.mark.both


class TestFigures:
    @pytest.mark.parametrize(
        ("part", "whole", "rate"),
        [(130, 143, 90.9), (18, 109, 16.5), (52, 502, 10.4), (6765, 6765, 100.0), (1, 8, 12.5), (1, 16, 6.3),
         (1, 2000, 0.1), (0, 5, 0.0), (0, 0, None)],
    )  # fmt: skip
    def test_rates_have_one_decimal_rounded_half_up(self, part: int, whole: int, rate: float | None) -> None:
        assert figures.percent(part, whole) == rate

    def test_g1_the_whole_is_the_sum_of_its_parts(self, county: County) -> None:
        for school, classes, heads in ((county.first, 582, 13834), (county.second, 1034, 34300)):
            ids = squads_of(county.db, school, classes)
            spare = heads - (heads // classes) * classes
            for place, squad_id in enumerate(ids):
                county.rollups.add(WEEK, squad_id, "队课", Sums(1, heads // classes + (place < spare)))
        county.write()
        whole = digests.weekly(county.db, county.top, WEEK)
        assert (whole.squads_covered, whole.attendance.attended) == (582 + 1034, 13834 + 34300) == (1616, 48134)
        part = digests.weekly(county.db, county.second, WEEK)
        assert (part.squads_covered, part.attendance.attended, part.events) == (1034, 34300, 1034)

    def test_g3_g4_attendance_only_over_records_with_both_numbers(self, county: County) -> None:
        one, two, three, four = county.squads
        county.report(one, 41, 50)
        county.report(two, 89, 93)
        county.report(three, 500)
        shown = digests.weekly(county.db, county.first, WEEK)
        assert shown.attendance == figures.Attendance(630, 143, 130, 90.9, 2)
        county.report(four, 18, 109, activity="队课")
        activities = {each.activity: each.rate for each in digests.weekly(county.db, county.first, WEEK).by_activity}
        assert activities == {"主题队日": 90.9, "队课": 16.5}

    def test_a_team_covers_its_squad_and_a_school_event_covers_none(self, county: County) -> None:
        team = units.add(county.db, Kind.TEAM, "第一小队", county.squads[0])
        county.report(team, 8)
        county.report(county.first, 800, activity="升旗仪式")
        shown = digests.weekly(county.db, county.first, WEEK)
        assert (shown.squads_covered, shown.squads_due, shown.events) == (1, 4, 2)
        assert "三(1)中队" not in shown.missing

    def test_a_withdrawn_check_in_no_longer_counts(self, county: County) -> None:
        stored = county.report(county.squads[0], 40, 42)
        recording.withdraw(county.db, county.rollups, stored, county.zhang, FRIDAY)
        county.write()
        shown = digests.weekly(county.db, county.first, WEEK)
        assert (shown.events, shown.squads_covered, shown.by_activity) == (0, 0, ())
        assert len(shown.missing) == 4


class TestAsked:
    def test_the_text_says_the_result_first_and_the_rest_in_order(self, county: County) -> None:
        a_week(county)
        (reply,) = county.digest(county.li)
        assert reply.text.split("\n") == [
            "实验小学第14周：4 场活动，3/4 个中队签到（75.0%），162 人次，"
            "到场率 96.9%（3 条写了应到：实到124/应到128）",
            "2026年3月30日–4月5日 · 截至 4月3日 16:20",
            "· 主题队日 3 场，3 个中队，119 人次",
            "· 祭扫 1 场，1 个中队，43 人次",
            "未签到 1 个：四(2)中队",
            "奖章提名：待审 1、通过 1",
            "本周还没过完；上周共 1 场，1 个中队，39 人次",
        ]
        (after,) = county.digest(county.li, "上周", MONDAY)
        assert after.text.split("\n")[1] == "变化：比第13周：场次 +3，中队 +2，人次 +123，到场率 +4.0 个百分点"
        assert [button.typed for button in reply.buttons] == [
            "周报 2026-W14 图", "周报 2026-W14 表", "未签到 2026-W14", "周报 2026-W14 按中队 青禾区少工委/实验小学",
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
        recording.record(
            county.db, county.rollups, checkins.new(county.squads[0], "队课", FRIDAY.date(), 40), county.zhang,
            county.inbox, FRIDAY,
        )  # fmt: skip
        county.rollups.keep()
        assert "1 场活动，1/4" in county.digest(county.li)[0].text

    def test_an_empty_week_and_a_long_list_of_missing(self, county: County) -> None:
        squads_of(county.db, county.second, 12)
        (reply,) = county.digest(county.sun)
        assert reply.text.startswith("光明小学第14周：还没有活动，0/14 个中队签到（0.0%）\n")
        assert reply.text.endswith("等 14 个")
        assert reply.text.count("、") == 9

    def test_a_counselor_gets_her_own_squad(self, county: County) -> None:
        a_week(county)
        (reply,) = county.digest(county.zhang)
        assert reply.text.startswith("实验小学三(1)中队3月30日–4月5日：1 场活动，已签到，40 人次")
        assert all("未签到" not in button.typed for button in reply.buttons)
        (quiet,) = county.digest(county.zhang, "2026-W10")
        assert quiet.text.startswith("实验小学三(1)中队3月2日–3月8日：还没有活动，还没签到\n")

    def test_digest_json_has_exactly_the_keys_that_programs_rely_on(self, county: County) -> None:
        a_week(county)
        shown = digests.weekly(county.db, county.first, WEEK)
        body = figures.as_json(shown)
        assert list(body) == [
            "unit", "week", "revision", "events", "squads_due", "squads_covered", "attendance", "by_activity",
            "missing", "nominations", "previous",
        ]  # fmt: skip
        assert body["unit"] == "青禾区少工委/实验小学"
        assert body["nominations"] == {"submitted": 1, "returned": 0, "approved": 1, "withdrawn": 0}
        assert body["previous"] == {
            "week": "2026-W13", "events": 1, "squads_covered": 1, "attended": 39, "rate": 92.9
        }  # fmt: skip
        assert replace(figures.from_json(body), title=shown.title) == shown


class TestScope:
    def test_each_school_sees_itself_and_the_county_both(self, county: County) -> None:
        a_week(county)
        own, other, all_of_it = (county.digest(who)[0].text for who in (county.li, county.sun, county.zhou))
        assert "光明小学" not in own and "30 人次" not in own
        assert other.startswith("光明小学第14周：1 场活动，1/2 个中队签到（50.0%），30 人次，到场率 75.0%")
        assert "实验小学" not in other and "四(2)" not in other
        assert all_of_it.startswith("青禾区少工委第14周：5 场活动，4/6 个中队签到（66.7%），192 人次")
        assert "未签到 2 个：实验小学四(2)中队、光明小学三(2)中队" in all_of_it

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
        assert county.digest(county.zhou, f"上周 {words}")[0].text.startswith("实验小学三(1)中队3月23日")

    def test_two_of_the_same_name_are_asked_back_with_buttons_that_work(self, county: County) -> None:
        with pytest.raises(Refusal) as refusal:
            county.digest(county.zhou, "三(1)中队")
        labels = [button.label for button in refusal.value.buttons]
        assert labels == ["实验小学三(1)中队", "光明小学三(1)中队"]
        said = refusal.value.buttons[1].typed.removeprefix("周报 ")
        assert county.digest(county.zhou, said)[0].text.startswith("光明小学三(1)中队3月")

    def test_all_units_of_an_admin_are_covered_and_its_buttons_name_them(self, county: County) -> None:
        people.give(county.db, county.li, Role.BRIGADE, county.others[1], FRIDAY - timedelta(days=1))
        people.give(county.db, county.li, Role.SCHOOL_ADMIN, county.squads[0], FRIDAY - timedelta(days=1))
        first, second = county.digest(county.li)
        assert first.text.startswith("实验小学第14周") and second.text.startswith("光明小学三(2)中队3月30日–4月5日")
        again = second.buttons[2].typed
        assert again == "未签到 2026-W14 青禾区少工委/光明小学/三(2)中队"
        assert "三(2)中队" in missing.missing(county.ask(county.li, again.removeprefix("未签到 "))).text


def test_a_day_is_read_as_the_last_one_of_its_name() -> None:
    today = date(2026, 4, 3)
    said = {"4月3日": today, "4.2": date(2026, 4, 2), "昨天": date(2026, 4, 2), "12月30日": date(2025, 12, 30)}
    for words, day in said.items():
        assert weeks.period_in(words, today, single=True)[0].day == day


def test_a_day_means_its_week_where_weeks_are_meant() -> None:
    today = date(2026, 4, 3)
    for words in ("今天", "4月1日", "2026-04-01"):
        assert weeks.period_in(words, today) == (weeks.Period(WEEK), "")
    assert weeks.period_in("3-2", today) == (weeks.Period(WEEK), "3-2")


@pytest.mark.parametrize(
    ("words", "answer"),
    [("下周", "还没有到"), ("明天", "还没有到"), ("本月", "一周一周"), ("11月", "一周一周"), ("本学期", "一周一周")],
)
@pytest.mark.parametrize("days", [True, False])
def test_other_times_are_answered_as_times(words: str, answer: str, days: bool) -> None:
    with pytest.raises(Refusal, match=answer):
        weeks.period_in(words, date(2026, 4, 3), days)


@pytest.mark.parametrize("words", ["光明小学三(1)中队", "光明小学 301班", "光明小学三1", "光明 三年级(1)班"])
def test_a_squad_is_found_as_people_write_it(county: County, words: str) -> None:
    assert county.digest(county.zhou, words)[0].text.startswith("光明小学三(1)中队3月30日–4月5日")

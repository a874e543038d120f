"""The calendar: rules and moving dates, working days, the instants of reminders, the school's own files."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.catalogue.loader import Loaded, load, shipped
from scheduling.calendar import Calendar, date_of
from scheduling.key_dates import Reminder, reminders, reminders_for

ZONE = ZoneInfo("Asia/Shanghai")
COUNSELOR = [("counselor", False)]
# Every tested library and the ephemeris agree on these.
MOVING = {
    2026: ("02-17", "03-03", "04-05", "06-19", "09-25", "10-18"),
    2027: ("02-06", "02-20", "04-05", "06-09", "09-15", "10-08"),
    2028: ("01-26", "02-09", "04-04", "05-28", "10-03", "10-26"),
    2029: ("02-13", "02-27", "04-04", "06-16", "09-22", "10-16"),
    2030: ("02-03", "02-17", "04-05", "06-05", "09-12", "10-05"),
}
NAMES = ("spring", "lantern", "qingming", "dragon_boat", "mid_autumn", "double_ninth")


def day_of(id: str, year: int) -> date | None:
    key = shipped().by_id(id)
    assert key is not None
    return key.day(year)


def sent(id: str, year: int, calendar: Calendar | None = None, role: str = "counselor") -> dict[int, str]:
    """When a counselor hears of a key date: lead → month, day and time."""
    found = reminders(calendar or shipped(), date(year - 1, 11, 1), date(year, 12, 31))
    mine = [one for one in found if one.key.id == id and one.day.year == year and one.concerns(role, False)]
    return {one.lead: f"{one.at:%m-%d %H:%M}" for one in mine}


@pytest.mark.parametrize("year", MOVING)
def test_moving_dates(year: int) -> None:
    assert tuple(f"{day_of(id, year):%m-%d}" for id in NAMES) == MOVING[year]


def test_qingming_is_on_the_fourth_or_fifth_of_april() -> None:
    days = [day_of("qingming", year) for year in range(2000, 2101)]
    assert {(day.month, day.day) for day in days if day} == {(4, 4), (4, 5)}
    assert sum(day.day == 4 for day in days if day) == 70


def test_collisions() -> None:
    assert day_of("dragon_boat", 2033) == date(2033, 6, 1) == day_of("children", 2033)
    assert day_of("mid_autumn", 2031) == date(2031, 10, 1) == day_of("national", 2031)


@pytest.mark.parametrize(
    ("id", "day"),
    [
        ("leifeng", "2026-03-05"), ("safety", "2026-03-30"), ("mother", "2026-05-10"), ("disabled", "2026-05-17"),
        ("children", "2026-06-01"), ("father", "2026-06-21"), ("party", "2026-07-01"), ("term", "2026-09-01"),
        ("sept18", "2026-09-18"), ("martyrs", "2026-09-30"), ("national", "2026-10-01"), ("founding", "2026-10-13"),
        ("taiwan", "2026-10-25"), ("fire", "2026-11-09"), ("constitution", "2026-12-04"), ("memorial", "2026-12-13"),
    ],
)  # fmt: skip
def test_fixed_dates(id: str, day: str) -> None:
    assert day_of(id, 2026) == date.fromisoformat(day)


def test_every_date_of_the_domain_is_there() -> None:
    days = {f"{day:%m-%d}" for key in shipped().dates if (day := key.day(2026))}
    fixed = (
        "03-03 03-05 03-08 03-12 03-30 04-15 04-22 04-23 04-24 05-01 05-04 05-12 05-10 06-21 05-17 06-01 06-05 06-06 "
        "06-26 07-01 07-07 08-01 08-15 09-01 09-03 09-10 09-18 09-21 09-30 10-01 10-13 10-25 11-09 11-20 12-02 12-04 "
        "12-05 12-09 12-13"
    )
    # Beside them the audit's, and 元旦, which people look up.
    assert days == {*fixed.split(), *MOVING[2026], "01-31", "01-01"}


def test_a_date_has_its_first_year() -> None:
    assert day_of("taiwan", 2024) is None


def test_odd_rules() -> None:
    assert date_of({"month": 2, "day": 29}, 2027) == date(2027, 2, 28)
    assert date_of({"month": 2, "weekday": 1, "nth": 5}, 2026) is None
    assert date_of({"lunar_month": 12, "lunar_day": 8}, 2026) == date(2026, 1, 26)


def test_worked_cases_of_2026() -> None:
    children = sent("children", 2026)
    assert children == {7: "05-25 08:10", 1: "05-29 08:10", 0: "06-01 07:40", -1: "06-02 08:10"}
    assert sent("children", 2026, role="brigade")[30] == "04-30 08:10"
    assert [sent("founding", 2026)[lead] for lead in (7, 1)] == ["09-30 08:10", "10-12 08:10"]
    assert sent("founding", 2026, role="brigade")[14] == "09-29 08:10"
    send_at = shipped().send_at
    assert [f"{send_at(date(2026, 10, 13), lead):%m-%d}" for lead in (7, 3)] == ["09-30", "10-10"]
    assert [f"{send_at(date(2026, 4, 5), lead):%m-%d}" for lead in (14, 7, 3, 1)] == [
        "03-20",
        "03-27",
        "04-02",
        "04-03",
    ]
    # The chase waits for the first working day after the holiday.
    assert sent("qingming", 2026)[-1] == "04-07 08:10"


def test_two_leads_of_one_day_go_out_together() -> None:
    found = reminders(shipped(), date(2026, 4, 3), date(2026, 4, 3))
    mine = [one for one in reminders_for(found, COUNSELOR) if one.key.id == "qingming"]
    assert [(one.lead, f"{one.at:%H:%M}") for one in mine] == [(0, "08:10"), (1, "08:10")]


def test_make_up_days_are_worked() -> None:
    worked = shipped().workdays.worked
    for text in ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"):
        assert worked(date.fromisoformat(text))
    assert not worked(date(2026, 10, 6)) and not worked(date(2026, 10, 11))


def test_without_data_the_days_off_by_law_are_free() -> None:
    worked = shipped().workdays.worked
    off = ["01-01", "05-01", "05-02", "10-01", "10-02", "10-03", "02-05", "02-06", "06-09", "09-15", "04-05"]
    # 2027: 除夕 is on 5 February, 端午 on 9 June, 中秋 on 15 September.
    assert [day for day in off if worked(date.fromisoformat(f"2027-{day}"))] == []
    assert worked(date(2027, 9, 14)) and worked(date(2027, 10, 8))


def test_a_year_without_data_is_weekdays_and_a_warning() -> None:
    calendar = shipped()
    assert not calendar.workdays.knows(2030) and calendar.workdays.knows(2026)
    assert calendar.workdays.worked(date(2030, 10, 8)) and not calendar.workdays.worked(date(2030, 10, 5))
    assert calendar.warnings(date(2026, 12, 1), date(2026, 12, 31)) == []
    warning = calendar.warnings(date(2030, 12, 1), date(2031, 1, 30))
    assert len(warning) == 2 and "2030" in warning[0] and "workdays-2030.toml" in warning[0]


def overlay(folder: Path, **files: str) -> Loaded:
    for name, text in files.items():
        (folder / f"{name.replace('_20', '-20')}.toml").write_text(text, "utf-8")
    return load(folder)


def test_the_school_adds_a_year(tmp_path: Path) -> None:
    text = 'off = ["2031-10-01/2031-10-07"]\nwork = ["2031-10-11"]\nvacation = [2031-07-07]\n'
    loaded = overlay(tmp_path, workdays_2031=text)
    worked = loaded.calendar.workdays.worked
    assert loaded.problems == ()
    assert [worked(date(2031, 10, day)) for day in (7, 8, 11, 12)] == [False, True, True, False]
    assert not worked(date(2031, 7, 7)) and loaded.calendar.workdays.knows(2031)


def test_a_vacation_alone_does_not_make_a_year_known(tmp_path: Path) -> None:
    loaded = overlay(tmp_path, workdays_2031='vacation = ["2031-07-07/2031-08-31"]')
    assert not loaded.calendar.workdays.knows(2031)
    assert sent("army", 2031, loaded.calendar)[1] == "07-04 08:10"


def test_the_school_changes_dates(tmp_path: Path) -> None:
    text = """
    [times]
    morning = "08:25"
    [policy.B]
    brigade = []
    [[key_date]]
    id = "women"
    off = true
    [[key_date]]
    id = "leifeng"
    topic = "学雷锋做好事"
    [[key_date]]
    id = "school_birthday"
    name = "校庆"
    kind = "B"
    on = { month = 11, day = 3 }
    """
    calendar = overlay(tmp_path, key_dates=text).calendar
    leifeng = calendar.by_id("leifeng")
    assert calendar.by_id("women") is None and leifeng and leifeng.topic == "学雷锋做好事" and leifeng.kind == "B"
    assert sent("school_birthday", 2026, calendar) == {
        7: "10-27 08:25", 1: "11-02 08:25", -2: "11-05 08:25",
    }  # fmt: skip
    assert calendar.policy["B"]["counselor"] == (7, 1, -2)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("这不是 TOML", "TOML"),
        ("[time]\nmorning = '08:00'", "time"),
        ("times = 3", "times"),
        ("[times]\nmorning = '25:00'", "times"),
        ("[times]\nmorning = '06:30'", "times"),
        ("[policy.A]\nteacher = [1]", "policy.A.teacher"),
        ("[policy.A]\ncounselor = ['1']", "policy.A.counselor"),
        ("[chase]\ndays_before = -1", "chase.days_before"),
        ("[duty]\nbrigade = 9", "duty"),
        ("[duty]\nbefore = 3", "duty"),
        ("[checklist.ceremony]\nseven = ['x']", "checklist.ceremony"),
        ("[[key_date]]\nid = '校庆'", "key_date.id"),
        ("[[key_date]]\nid = 'x'\nname = 'x'\nkind = 'B'", "key_date.x.on"),
        ("[[key_date]]\nid = 'leifeng'\nkind = 'Z'", "key_date.leifeng.kind"),
        ("[[key_date]]\nid = 'leifeng'\non = { month = 4, day = 31 }", "key_date.leifeng.on"),
        ("[[key_date]]\nid = 'leifeng'\non = { month = 4 }", "key_date.leifeng.on"),
        ("[[key_date]]\nid = 'leifeng'\nwhen = '04-30'", "when"),
        ("[[key_date]]\nid = 'leifeng'\nfrom_year = '2020'", "key_date.leifeng.from_year"),
        ("[[key_date]]\nid = 'leifeng'\nchecklist = 'x'", "key_date.leifeng.checklist"),
        ("[[key_date]]\nid = 'qingming'\ngreeting = '节日快乐'", "key_date.qingming"),
        ("[[key_date]]\nid = 'qingming'\nabout = '踏青🌸'", "key_date.qingming"),
    ],
)
def test_a_wrong_file_is_told_and_left_out(tmp_path: Path, text: str, place: str) -> None:
    loaded = overlay(tmp_path, key_dates=text)
    assert (
        len(loaded.problems) == 1 and loaded.problems[0].startswith("key_dates.toml：") and place in loaded.problems[0]
    )
    assert loaded.calendar.source == shipped().source


@pytest.mark.parametrize(
    "text", ['off = ["2031-02-30"]', 'off = ["2030-01-01"]', "off = 3", 'holiday = ["2031-01-01"]']
)
def test_a_wrong_year_is_told_and_left_out(tmp_path: Path, text: str) -> None:
    loaded = overlay(tmp_path, workdays_2031=text)
    assert len(loaded.problems) == 1 and loaded.problems[0].startswith("workdays-2031.toml：")


@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)), st.integers(-5, 90))
def test_always_on_a_working_day_and_never_at_night(day: date, lead: int) -> None:
    calendar = shipped()
    at = calendar.send_at(day, lead)
    assert at is not None and calendar.workdays.worked(at.date()) and not calendar.times.quiet(at.time())
    wanted = day - timedelta(days=lead)
    assert at.date() >= wanted if lead < 0 else at.date() <= wanted
    assert at.date() == wanted or not calendar.workdays.worked(wanted)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2035, 12, 31), timezones=st.just(ZONE)))
def test_nobody_is_woken(at: datetime) -> None:
    awake = shipped().awake(at)
    assert at <= awake <= at + timedelta(hours=9.5) and not shipped().times.quiet(awake.astimezone(ZONE).time())


@pytest.mark.parametrize("year", range(2024, 2036))
@pytest.mark.parametrize("hats", [COUNSELOR, [("counselor", True), ("brigade", False)], [("county_admin", False)]])
def test_one_time_a_day(year: int, hats: list[tuple[str, bool]]) -> None:
    mine = reminders_for(reminders(shipped(), date(year, 1, 1), date(year, 12, 31)), hats)
    days: dict[date, set[datetime]] = {}
    for one in mine:
        days.setdefault(one.at.date(), set()).add(one.at)
    assert max(map(len, days.values())) == 1
    assert len({(one.occurrence, one.lead) for one in mine}) == len(mine)


def test_the_fourth_of_may_is_a_ceremony_in_junior_schools_only() -> None:
    found = [one for one in reminders(shipped(), date(2026, 4, 1), date(2026, 5, 10)) if one.key.id == "youth"]

    def kinds(hats: list[tuple[str, bool]]) -> set[str]:
        return {one.kind for one in reminders_for(found, hats)}

    assert kinds(COUNSELOR) == {"B"} and kinds([("counselor", True)]) == {"A"}


def test_another_zone() -> None:
    calendar = load(None, "Asia/Urumqi").calendar
    at: list[Reminder] = reminders(calendar, date(2026, 6, 1), date(2026, 6, 1))
    assert {one.at.utcoffset() for one in at} == {timedelta(hours=6)}

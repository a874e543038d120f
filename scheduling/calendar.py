"""The pioneers' calendar: key dates, working days, quiet hours, and the instant at which each reminder is due; pure."""

import calendar as gregorian
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
# From this grade on a school is a junior high school (初中).
JUNIOR = 7
# The longest holiday is a summer; a reminder is never moved further than that, nor a chase by more than the
# nine days of the longest Spring Festival (2026).
_FURTHEST_BACK, _FURTHEST_ON = 70, 9


def date_of(on: Mapping[str, Any], year: int) -> date | None:
    """
    The day of a rule in a year; None where the year has none.

    Rules: {month, day} · {month, weekday 1–7, nth} with nth -1 for the last · {lunar_month, lunar_day} · {term}.
    A day that the month lacks in this year (29 February) is the month's last day.
    """
    if "term" in on:
        return _solar_term(on["term"], year)
    if "lunar_month" in on:
        return _lunar_day(on["lunar_month"], on["lunar_day"], year)
    length = gregorian.monthrange(year, on["month"])[1]
    if "day" in on:
        return date(year, on["month"], min(on["day"], length))
    days = [day for n in range(1, length + 1) if (day := date(year, on["month"], n)).isoweekday() == on["weekday"]]
    place = on["nth"] - 1 if on["nth"] > 0 else on["nth"]
    return days[place] if -len(days) <= place < len(days) else None


def _solar_term(name: str, year: int) -> date | None:
    from borax.calendars.lunardate import TermUtils

    return TermUtils.nth_term_day(year, term_name=name) if 1900 <= year <= 2100 else None


def _lunar_day(month: int, day: int, year: int) -> date | None:
    from borax.calendars.lunardate import LunarDate

    # The last lunar months of a year lie in the next January and February.
    for lunar_year in (year, year - 1):
        try:
            found: date = LunarDate(lunar_year, month, day).to_solar_date()
        except ValueError:
            continue
        if found.year == year:
            return found
    return None


@lru_cache(maxsize=16)
def _free_by_law(year: int) -> frozenset[date]:
    """The days off of 《全国年节及纪念日放假办法》 (as of 2025); what is moved around them is not known here."""
    fixed = [date(year, month, day) for month, day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))]
    spring = _lunar_day(1, 1, year)
    eve_to_third = [spring + n * DAY for n in range(-1, 3)] if spring else []
    others = [_solar_term("清明", year), _lunar_day(5, 5, year), _lunar_day(8, 15, year)]
    return frozenset([*fixed, *eve_to_third, *(day for day in others if day)])


# The library looks for its first and last year at every call.
@lru_cache(maxsize=4096)
def _worked_by_law(day: date) -> bool:
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))  # type: ignore[no-untyped-call]
    except NotImplementedError:
        # The library's word for a year whose make-up days have not been announced yet.
        return day.isoweekday() <= 5 and day not in _free_by_law(day.year)


@dataclass(frozen=True, slots=True)
class KeyDate:
    """
    A day of the year worth preparing for.

    `kind`: A a ceremony, B a themed 队日, C a notice; `junior_kind` is the kind in grades 7–9.
    `steps`: what to do by lead. `who`: leads by role, instead of the kind's.
    `activity` and `topic` make the check-in to copy.
    """

    id: str
    name: str
    kind: str
    on: Mapping[str, Any]
    solemn: bool = False
    about: str = ""
    prepare: tuple[str, ...] = ()
    # What people call it besides its name.
    words: tuple[str, ...] = ()
    steps: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    activity: str = ""
    topic: str = ""
    greeting: str = ""
    junior_kind: str = ""
    from_year: int = 0
    who: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def day(self, year: int) -> date | None:
        """Its day in a year."""
        return date_of(self.on, year) if year >= self.from_year else None


@dataclass(frozen=True, slots=True)
class Year:
    """What an admin noted of a year: days off, make-up days, school vacation; `complete`: it has the year's 调休."""

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    vacation: frozenset[date] = frozenset()
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Workdays:
    """Which days are worked, make-up Saturdays included; the noted years go before the library's."""

    years: Mapping[int, Year] = field(default_factory=dict)

    def knows(self, year: int) -> bool:
        """Whether the 调休 of a year is known; otherwise Monday to Friday are worked but for legal holidays."""
        from chinese_calendar.constants import holidays

        return year in {day.year for day in holidays} or (year in self.years and self.years[year].complete)

    def worked(self, day: date) -> bool:
        """Whether this is a working day."""
        noted = self.years.get(day.year)
        if noted and day in noted.work:
            return True
        if noted and (day in noted.off or day in noted.vacation):
            return False
        return _worked_by_law(day)

    def deadline(self, day: date, count: int) -> date:
        """The last of `count` working days after `day`; a school's vacation does not stop the clock."""
        last = day
        while count:
            last += DAY
            noted = self.years.get(last.year)
            on_leave = noted is not None and last in noted.vacation and last not in noted.off
            worked = _worked_by_law(last) if on_leave else self.worked(last)
            count -= worked
        return last

    def before(self, day: date) -> date | None:
        """The last working day before; None when a whole season is free."""
        return next((back for n in range(1, _FURTHEST_BACK + 1) if self.worked(back := day - n * DAY)), None)

    def at_or_after(self, day: date) -> date | None:
        """The first working day from `day` on; None when more than nine days are free."""
        return next((on for n in range(_FURTHEST_ON + 1) if self.worked(on := day + n * DAY)), None)


@dataclass(frozen=True, slots=True)
class Times:
    """Local times of day: of a letter, of one on the day itself; nothing is said at night."""

    morning: time
    on_day: time
    quiet_from: time
    quiet_until: time

    def quiet(self, at: time) -> bool:
        """Whether nothing may be said at this local time."""
        return at >= self.quiet_from or at < self.quiet_until


@dataclass(frozen=True, slots=True)
class Chase:
    """Which check-ins end the chase: of how many days before the date on, and of which activities not."""

    days_before: int
    ignore: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """
    When a report that is due is asked for, in days.

    `before` its last day whoever reports it; after it, while it is missing, they (`reporter`), then the `brigade`
    counselor, then the levels `above`: counties, cities, provinces.
    """

    before: tuple[int, ...]
    reporter: int
    brigade: int
    above: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Calendar:
    """Everything the reminders follow. `policy`: kind → role → leads; `source` is what it was parsed from (JSON)."""

    dates: tuple[KeyDate, ...]
    policy: Mapping[str, Mapping[str, tuple[int, ...]]]
    times: Times
    chase: Chase
    duty: Ladder
    workdays: Workdays
    zone: ZoneInfo
    source: str

    def by_id(self, id: str) -> KeyDate | None:
        """The key date with this id."""
        return next((key for key in self.dates if key.id == id), None)

    def instant(self, day: date, at: time) -> datetime:
        """A local time of a day as an instant; in a clock change the first of two, or the first after the gap."""
        return datetime.combine(day, at, self.zone)

    def midnight(self, at: datetime) -> datetime:
        """When the local day of this instant began."""
        return self.instant(at.astimezone(self.zone).date(), time())

    def awake(self, at: datetime) -> datetime:
        """The instant itself, or the end of the night it lies in."""
        local = at.astimezone(self.zone)
        if not self.times.quiet(local.time()):
            return at
        day = local.date() + DAY if local.time() >= self.times.quiet_from else local.date()
        return self.instant(day, self.times.quiet_until)

    def send_at(self, day: date, lead: int) -> datetime | None:
        """
        When a reminder of `day` goes out: `lead` days before, on a free day in the morning of the working day before.

        A chase (lead below 0) is moved the other way, so that it never comes before its date. None: not at all.
        """
        wanted = day - lead * DAY
        if lead < 0:
            then = self.workdays.at_or_after(wanted)
            return self.instant(then, self.times.morning) if then else None
        if self.workdays.worked(wanted):
            return self.instant(wanted, self.times.morning if lead else self.times.on_day)
        then = self.workdays.before(wanted)
        return self.instant(then, self.times.morning) if then else None

    def morning_from(self, day: date) -> datetime:
        """The first morning of a working day from `day` on; that of the day itself where a whole season is free."""
        return self.instant(self.workdays.at_or_after(day) or day, self.times.morning)

    def warnings(self, first: date, last: date) -> list[str]:
        """One sentence for each year in between whose 调休 is not known."""
        return [
            f"{year} 年还没有调休数据，先按周一至周五（法定节日除外）算工作日；"
            f"通知公布后请把 workdays-{year}.toml 放进 catalogue 目录。"
            for year in range(first.year, last.year + 1)
            if not self.workdays.knows(year)
        ]

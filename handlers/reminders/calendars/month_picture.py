"""A month as a picture: its weeks, what is free and what is worked, and the days that have something."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from handlers import pictures
from handlers.catalogue.current import calendar_at
from handlers.pictures import Page
from handlers.registry import renders
from handlers.reminders.calendars import outlook
from handlers.wording import days
from scheduling.calendar import DAY, Workdays
from storage.people import people

RECIPE = "month-picture"
_WEEKDAYS = "一二三四五六日"
_WIDE, _HIGH = pictures.INNER // 7, 116
_LIST_SIZE, _LINE = 26, 40

Named = Mapping[date, Sequence[str]]


@renders(RECIPE)
def picture(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The PNG of the month that begins on `first`, for a person; `at` is when it was asked for (ISO)."""
    at, first = datetime.fromisoformat(values["at"]), date.fromisoformat(values["first"])
    person = people.by_id(db, values["person"], at)
    last = (first + timedelta(days=31)).replace(day=1) - DAY
    named = dict(outlook.by_day(db, person, first, last))
    page = Page()
    page.grow(140)
    page.box((0, 0, pictures.WIDTH, 120), 0, pictures.RED)
    page.text(pictures.MARGIN, 30, f"{first.year}年{first.month}月", 50, pictures.WHITE, bold=True)
    page.down(140)
    _weeks(page, first, last, named, at.date(), calendar_at(db, person.paths()).workdays)
    _listed(page, named)
    page.text(pictures.MARGIN, page.y, values.get("mark", ""), 20, pictures.SOFT)
    page.down(44)
    return page.png()


def _weeks(page: Page, first: date, last: date, named: Named, today: date, workdays: Workdays) -> None:
    for place, name in enumerate(_WEEKDAYS):
        page.text(pictures.MARGIN + place * _WIDE + _WIDE // 2, page.y, name, 26, pictures.SOFT, anchor="ma")
    page.down(44)
    monday = first - first.weekday() * DAY
    while monday <= last:
        page.grow(_HIGH)
        for place in range(7):
            day = monday + place * DAY
            if first <= day <= last:
                left = pictures.MARGIN + place * _WIDE
                _cell(page, left, day, named.get(day, ()), workdays.worked(day), day == today)
        page.down(_HIGH)
        monday += 7 * DAY
    page.down(24)


def _cell(page: Page, left: int, day: date, names: Sequence[str], worked: bool, today: bool) -> None:
    """The number of a day; 休 on a free weekday, 班 on a worked weekend, and the beginning of what lies on it."""
    box = (left + 3, page.y + 3, left + _WIDE - 3, page.y + _HIGH - 3)
    page.box(box, 12, pictures.CHIP if today else pictures.CARD if worked else pictures.TRACK)
    colour = pictures.RED if names else pictures.INK if worked else pictures.SOFT
    page.text(left + 14, page.y + 12, str(day.day), 34, colour, bold=bool(names) or today)
    if worked != (day.isoweekday() <= 5):
        page.text(left + _WIDE - 12, page.y + 16, "班" if worked else "休", 22, pictures.SOFT, anchor="ra")
    if names:
        fitting = (_WIDE - 18) // 20
        page.text(left + 10, page.y + 60, names[0][:fitting], 20, pictures.INK)
        more = f"等 {len(names)} 件" if len(names) > 1 else names[0][fitting : 2 * fitting]
        page.text(left + 10, page.y + 82, more, 20, pictures.SOFT if len(names) > 1 else pictures.INK)


def _listed(page: Page, named: Named) -> None:
    """Each thing with its day, in full."""
    for day, names in named.items():
        page.grow(_LINE * len(names))
        page.text(pictures.MARGIN, page.y, f"{days.short(day)} {days.weekday(day)}", _LIST_SIZE, pictures.RED)
        for name in names:
            size = page.fitting(name, _LIST_SIZE, pictures.INNER - 210)
            page.text(pictures.MARGIN + 210, page.y, name, size, pictures.INK)
            page.down(_LINE)
    page.down(16)

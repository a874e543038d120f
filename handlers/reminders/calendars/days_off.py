"""How long one is free around a key date: 端午放几天假."""

from datetime import date

from handlers.kit import Button, Reply
from handlers.wording import days
from scheduling.calendar import DAY, Calendar, KeyDate


def around(calendar: Calendar, key: KeyDate, day: date, today: date) -> Reply:
    """Its day, and from when to when one is free, weekends included."""
    worked, said = calendar.workdays.worked, f"{key.name}是{days.day(day, today)}"
    first = last = day
    while not worked(first - DAY) and not worked(day):
        first -= DAY
    while not worked(last + DAY) and not worked(day):
        last += DAY
    span = days.short(first) + (f"到{days.short(last)}" if last > first else "")
    free = "不放假" if worked(day) else f"放假：{span}，共 {(last - first).days + 1} 天"
    known = calendar.workdays.knows(day.year)
    unsure = "" if known else f"\n{day.year} 年的调休还没有公布，先按周末和法定节日算。"
    return Reply(f"{said}，{free}。{unsure}", (Button(f"{day.month}月", "日历", f"{day:%Y-%m}"),))

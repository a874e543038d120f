"""The window of an activity, as admins write it on Friday, 3 April 2026, 09:00."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.reading.text.windows import hours_in, window_in
from tests.support.examples import examples

NOW = datetime(2026, 4, 3, 9, 0)


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("4月1日-4月7日", "2026-04-01 00:00", "2026-04-08 00:00"),
        ("4月1日至7日", "2026-04-01 00:00", "2026-04-08 00:00"),
        ("4月28日—3日", "2026-04-28 00:00", "2026-05-04 00:00"),
        ("四月一日到四月七日", "2026-04-01 00:00", "2026-04-08 00:00"),
        ("4.1-4.7", "2026-04-01 00:00", "2026-04-08 00:00"),
        ("４月１日～４月７日", "2026-04-01 00:00", "2026-04-08 00:00"),
        ("2026-04-01 至 2026-04-07", "2026-04-01 00:00", "2026-04-08 00:00"),
        ("从4月5日到4月6日", "2026-04-05 00:00", "2026-04-07 00:00"),
        ("4月6日", "2026-04-06 00:00", "2026-04-07 00:00"),
        ("今天", "2026-04-03 00:00", "2026-04-04 00:00"),
        ("明天 14:00-15:30", "2026-04-04 14:00", "2026-04-04 15:30"),
        ("4月5日20:00至次日1:00", "2026-04-05 20:00", "2026-04-06 01:00"),
        ("4月5日20:00-1:00", "2026-04-05 20:00", "2026-04-06 01:00"),
        ("4月5日晚上8点半-24:00", "2026-04-05 20:30", "2026-04-06 00:00"),
        ("4月5日下午2点到5点", "2026-04-05 14:00", "2026-04-05 17:00"),
        ("4月5日下午1点1刻到4月6日晚上12点", "2026-04-05 13:15", "2026-04-07 00:00"),
        ("4月5日下午3点整到15点3刻", "2026-04-05 15:00", "2026-04-05 15:45"),
        ("今天上午7:00到晚上9:00", "2026-04-03 07:00", "2026-04-03 21:00"),
        ("4月7日前", "2026-04-03 09:00", "2026-04-08 00:00"),
        ("截止4月7日18:00", "2026-04-03 09:00", "2026-04-07 18:00"),
        ("到4月7日", "2026-04-03 09:00", "2026-04-08 00:00"),
        ("周五前", "2026-04-03 09:00", "2026-04-04 00:00"),
        ("周一前", "2026-04-03 09:00", "2026-04-07 00:00"),
        ("下周五前", "2026-04-03 09:00", "2026-04-11 00:00"),
        ("本周", "2026-04-03 09:00", "2026-04-06 00:00"),
        ("下周", "2026-04-06 00:00", "2026-04-13 00:00"),
        ("12月30日-1月3日", "2026-12-30 00:00", "2027-01-04 00:00"),
    ],
)
def test_window(text: str, begins: str, ends: str) -> None:
    found, rest = window_in(f"清明祭英烈 {text} 三年级", NOW)
    assert found is not None
    assert (found.begins, found.ends) == (datetime.fromisoformat(begins), datetime.fromisoformat(ends))
    assert rest == "清明祭英烈 三年级"


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("从早上七点半到晚上八点", ["07:30", "20:00"]), ("上午9点一刻～下午五点三十五分", ["09:15", "17:35"]),
        ("中午12点-下午12点半", ["12:00", "12:30"]), ("十点到二十一点", ["10:00", "21:00"]), ("8：00", ["08:00"]),
        ("25:00-17:60", [None, None]), ("白天", []),
    ],
)  # fmt: skip
def test_times_of_day(text: str, times: list[str | None]) -> None:
    assert [found and f"{found:%H:%M}" for found in hours_in(text)] == times


@pytest.mark.parametrize(
    "text", ["清明祭英烈", "3场", "第5期", "学习二十大", "2月30日", "4月7日-4月1日", "99:99", "五四青年节"]
)
def test_no_window(text: str) -> None:
    assert window_in(text, NOW)[0] is None


@given(st.text("4月1日-至到前周五20:今明天次下本点半 ,截止.", max_size=30))
@settings(max_examples=examples(300))
def test_anything_is_read_without_raising(text: str) -> None:
    found, _ = window_in(text, NOW)
    assert found is None or found.begins < found.ends


@given(st.dates(date(2026, 4, 3), date(2026, 9, 1)), st.integers(0, 40))
@settings(max_examples=examples(100))
def test_two_days_are_read_back(first: date, more: int) -> None:
    last = date.fromordinal(first.toordinal() + more)
    found, rest = window_in(f"发布 {first.month}月{first.day}日至{last.month}月{last.day}日", NOW)
    assert found is not None and rest == "发布"
    assert (found.begins.date(), found.ends.date().toordinal()) == (first, last.toordinal() + 1)

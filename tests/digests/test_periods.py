"""The longer periods that words mean."""

from datetime import date

import pytest

from handlers.kit import Refusal
from handlers.wording import periods

TODAY = date(2026, 4, 3)
D = date


@pytest.mark.parametrize(
    ("words", "first", "last", "rest"),
    [
        ("本月", D(2026, 4, 1), D(2026, 4, 30), ""),
        ("上月 实验小学", D(2026, 3, 1), D(2026, 3, 31), "实验小学"),
        ("12月", D(2025, 12, 1), D(2025, 12, 31), ""),
        ("本学期", D(2026, 2, 1), D(2026, 8, 31), ""),
        ("上个学期", D(2025, 9, 1), D(2026, 1, 31), ""),
        ("2025学年", D(2025, 9, 1), D(2026, 8, 31), ""),
        ("2025年 青禾区", D(2025, 1, 1), D(2025, 12, 31), "青禾区"),
        ("去年", D(2025, 1, 1), D(2025, 12, 31), ""),
        ("一季度", D(2026, 1, 1), D(2026, 3, 31), ""),
        ("从3月1日到4月15日", D(2026, 3, 1), D(2026, 4, 15), ""),
        ("3月1日至3月8日 三(2)", D(2026, 3, 1), D(2026, 3, 8), "三(2)"),
        ("11月1日-1月15日", D(2025, 11, 1), D(2026, 1, 15), ""),
        ("2025-09-01到2025-12-31", D(2025, 9, 1), D(2025, 12, 31), ""),
        ("2025年9月1日到1月31日", D(2025, 9, 1), D(2026, 1, 31), ""),
        ("从3月到4月", D(2026, 3, 1), D(2026, 4, 30), ""),
        ("11月到2月", D(2025, 11, 1), D(2026, 2, 28), ""),
        ("从2025年3月1日到今天", D(2025, 3, 1), D(2026, 4, 3), ""),
        ("2025-03-01到昨天", D(2025, 3, 1), D(2026, 4, 2), ""),
        ("从9月1日至今 实验小学", D(2025, 9, 1), D(2026, 4, 3), "实验小学"),
        ("去年9月以来", D(2025, 9, 1), D(2026, 4, 30), ""),
        ("3月起至今", D(2026, 3, 1), D(2026, 4, 30), ""),
    ],
)
def test_periods_in_words(words: str, first: date, last: date, rest: str) -> None:
    span, found = periods.longer(words, TODAY)
    assert span and (span.first, span.last, found) == (first, last, rest)
    # What a button says of it means the same.
    again, _ = periods.longer(span.words, TODAY)
    assert again and (again.first, again.last) == (first, last)


@pytest.mark.parametrize("words", ["", "上周", "第14周", "2026-W14", "4月1日", "2026.4.1", "2026级一班", "3-2", "昨天"])
def test_weeks_days_and_names_are_none(words: str) -> None:
    assert periods.longer(words, TODAY)[0] is None


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("从2月30日到4月15日", "没有"),
        ("从5月1日到5月8日", "还没有到"),
        ("2027年", "还没有到"),
        ("2026年4月2日到2026年4月1日", "颠倒"),
        ("2020年1月1日到2026年1月1日", "最多看两年"),
    ],
)
def test_what_is_no_period(words: str, answer: str) -> None:
    with pytest.raises(Refusal, match=answer):
        periods.longer(words, TODAY)


def test_the_period_before_is_of_the_same_kind() -> None:
    for words, first, last in (
        ("本月", D(2026, 3, 1), D(2026, 3, 31)),
        ("本学期", D(2025, 9, 1), D(2026, 1, 31)),
        ("从3月11日到3月20日", D(2026, 3, 1), D(2026, 3, 10)),
        ("2025学年", D(2024, 9, 1), D(2025, 8, 31)),
    ):
        span, _ = periods.longer(words, TODAY)
        earlier = periods.before(span, TODAY) if span else None
        assert earlier and (earlier.first, earlier.last) == (first, last)

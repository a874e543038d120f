"""Which unit a text names."""

import pytest

from handlers.reading import Context
from handlers.reading.messages.jsonl import context_from
from handlers.reading.text.normalise import clean
from handlers.reading.text.units import find_units

DEFAULT = context_from({})


UNITS = {
    "三(2)中队": ["3-2"],
    "三（２）班": ["3-2"],
    "三㈡": ["3-2"],
    "三年级二班": ["3-2"],
    "三年2班": ["3-2"],
    "3年级(2)班": ["3-2"],
    "三2": ["3-2"],
    "三 (2) 中队": ["3-2"],
    "3.2中队": ["3-2"],
    "3·2中队": ["3-2"],
    "3-2": ["3-2"],
    "三杠二": ["3-2"],
    "三二中队": ["3-2"],
    "三二中队会": ["3-2"],
    "三括号二中队": ["3-2"],
    "杜小四(二)中队": ["4-2"],
    "301班": ["3-1"],
    "三零一班": ["3-1"],
    "班级:302": ["3-2"],
    "班级:3.2": ["3-2"],
    "2203班": ["4-3"],
    "2022级3班": ["4-3"],
    "五四中队": ["5-4"],
    "六一中队": ["6-1"],
    "三(2)中队第一小队": ["3-2#1"],
    "三年级": ["G3"],
    "三、四年级": ["G3", "G4"],
    "全校": ["ALL"],
    "三(1)、(2)中队": ["3-1", "3-2"],
    "三年级1、2、3班": ["3-1", "3-2", "3-3"],
    "三(1)(2)班": ["3-1", "3-2"],
    "三年级1至3班": ["3-1", "3-2", "3-3"],
    "三年级1班40人,2班38人": ["3-1", "3-2"],
    "三年级 … 2班": ["3-2"],
    "六一": [],
    "一二·九": [],
    "十一三": [],
    "三八节": [],
    "四十一人": [],
    "周三2点": [],
    "3.5学雷锋": [],
    "2026-3-2": [],
    "两个小队": [],
    "各中队": [],
    # More than any squad has.
    "全体少先队员清明祭扫486人": ["ALL"],
    "全体队员 队课40人": [],
    "三(2)中队全体队员": ["3-2"],
    "中队辅导员": [],
    "三1点": [],
}


@pytest.mark.parametrize("text", UNITS)
def test_unit(text: str) -> None:
    hits, left = find_units(clean(text).text, DEFAULT)
    assert [hit.unit for hit in hits] == UNITS[text]
    assert len(left) == len(clean(text).text)


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("三(12)中队", "UNIT_UNKNOWN"),
        ("向日葵中队", "UNIT_UNKNOWN"),
        ("1903班", "UNIT_UNKNOWN"),
        ("七(3)", "UNIT_UNKNOWN"),
    ],
)
def test_unknown_unit(text: str, issue: str) -> None:
    assert find_units(text, DEFAULT)[0][0].issue == issue


def test_known_squads_decide() -> None:
    school = Context(DEFAULT.received, units=frozenset({"3-12"}))
    assert find_units("三(12)中队", school)[0][0].issue is None
    assert find_units("三(2)中队", school)[0][0].issue == "UNIT_UNKNOWN"

"""The reading of messages: the sample files by their own scoring rule, and variants of every rule of the grammar."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.commands.reports.read import reading_of
from handlers.reading import Context, read
from handlers.reading.medals.medals import award_level, find_medals
from handlers.reading.messages.jsonl import as_json, context_from
from handlers.reading.persons.names import alike, is_name, is_nickname, split_names
from handlers.reading.text.dates import find_dates
from handlers.reading.text.normalise import clean
from handlers.reading.text.numbers import value_of

CASES = Path(__file__).parents[1] / "cases"
STATUSES = ("ok", "confirm", "clarify", "partial", "reject", "ignore")
DEFAULT = context_from({})
Case = dict[str, Any]


def _cases(*names: str) -> list[Case]:
    lines = (line for name in names for line in (CASES / name).read_text("utf-8").splitlines())
    return [json.loads(line) for line in lines]


def _bare(text: str | None) -> str:
    return re.sub(r"[\W_]", "", text or "")


def _agrees(got: Case, key: str, wanted: Any) -> bool:
    """Exact, but for topic_has and reason_has: contained when spaces and marks are dropped; None: nothing there."""
    if not key.endswith("_has"):
        return bool(got.get(key) == wanted)
    text = got.get(key.removesuffix("_has"))
    return not text if wanted is None else _bare(wanted) in _bare(text)


def _wrong(got: Case, wanted: Case) -> list[str]:
    return [f"{key}: {got} is not {value}" for key, value in wanted.items() if not _agrees(got, key, value)]


def _accepted(line: Case, other: list[Any]) -> bool:
    """Another right answer: a status with its issues (null: any), or an intent with its status."""
    first, second = other
    if first in STATUSES:
        return bool(line["status"] == first) and second in (None, line["issues"])
    return (line["intent"], line["status"]) == (first, second)


def _faults(case: Case) -> list[str]:
    """What differs from the case by the scoring rule of the sample files."""
    reading = reading_of(case)
    line, expected = as_json(case["id"], reading), case["expected"]
    if any(_accepted(line, other) for other in case.get("accept", ())):
        return []
    faults = _wrong(line, {"intent": case["intent"], "status": expected["status"]})
    if set(line["issues"]) != set(expected["issues"]):
        faults.append(f"issues: {line['issues']}")
    for kind in ("records", "nominations"):
        if kind in expected:
            rows = line.get(kind, [])
            if len(rows) != len(expected[kind]):
                faults.append(f"{kind}: {rows}")
            faults += [fault for pair in zip(rows, expected[kind], strict=False) for fault in _wrong(*pair)]
    for place, activities in case.get("activity_any", ()):
        faults += [] if line["records"][place]["activity"] in activities else [f"activity: {line['records'][place]}"]
    for kind in ("query", "command", "replace", "cancel", "review"):
        if kind in expected:
            faults += _wrong(line.get(kind) or {}, expected[kind])
    stored = json.dumps(line, ensure_ascii=False)
    secrets = expected.get("must_not_store", ())
    return faults + [f"stored or not told: {word}" for word in secrets if word in stored or word not in reading.private]


@pytest.mark.parametrize(
    "case",
    _cases("checkin_messages.jsonl", "nomination_messages.jsonl", "variants.jsonl", "checkin_failures.jsonl"),
    ids=lambda case: f"{case['id']}-{'-'.join(case['tags'])}",
)
def test_case(case: Case) -> None:
    assert not _faults(case), case["text"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("38", 38),
        ("三十八", 38),
        ("四二", 42),
        ("十", 10),
        ("二十", 20),
        ("一百二十", 120),
        ("一百零五", 105),
        ("一千二百六十", 1260),
        ("1,260", 1260),
        ("两", 2),
        ("廿", 20),
        ("二三十", None),
        ("百", None),
        ("三百五", None),
        ("", None),
        ("9" * 5000, None),
    ],
)
def test_value_of_a_number(written: str, value: int | None) -> None:
    assert value_of(written) == value


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("３️⃣（２）班", "3(2)班"),
        ("三㈡中隊", "三(二)中队"),
        ("3️⃣8️⃣人", "38人"),
        ("@小队助手\u2005三(2)中队", "三(2)中队"),
        ("三[2]中队[玫瑰]", "三(2)中队"),
        ("三\u200b(2)\ufeff中队", "三(2)中队"),
        ("主题对日实道38硬到40", "主题队日实到38应到40"),
        ("针对日常,活动中对老师", "针对日常,活动中对老师"),
        ("「各中队签到」\n- - - - - - -\n三(2)中队", "三(2)中队"),
        ("「学习二十大」", "「学习二十大」"),
        ("🎉三(2)中队🌹", "三(2)中队"),
    ],
)
def test_clean(raw: str, plain: str) -> None:
    assert clean(raw).text == plain


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("昨天", ["2026-04-02"]),
        ("大前天", ["2026-03-31"]),
        ("周三", ["2026-04-01"]),
        ("上周五", ["2026-03-27"]),
        ("本周六", ["2026-04-04"]),
        ("4月1号下午第二节课", ["2026-04-01"]),
        ("四月一日", ["2026-04-01"]),
        ("去年10月13日", ["2025-10-13"]),
        ("12月31日", ["2025-12-31"]),
        ("3.12植树", ["2026-03-12"]),
        ("12.13公祭", ["2025-12-13"]),
        ("4.15国家安全", []),
        ("28号", ["2026-03-28"]),
        ("上个月5号", ["2026-03-05"]),
        ("20260402", ["2026-04-02"]),
        ("2026.4.2", ["2026-04-02"]),
        ("4月31日", [None]),
        ("14:30", []),
        ("1.5小时", []),
        ("3.5公里", []),
        ("两周三次", []),
        ("38\n日期", []),
    ],
)
def test_date(text: str, days: list[str | None]) -> None:
    found, _ = find_dates(text, DEFAULT.received)
    assert [when.day.isoformat() if when.day else None for when in found] == days


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("一星章", ["S1"]),
        ("红领巾奖章三星章", ["S3"]),
        ("二星升三星", ["S3"]),
        ("1星级章", ["S1"]),
        ("红星章", ["B:红星章"]),
        ("向阳章", ["B:红星章/向阳章"]),
        ("红星章(向阳章)", ["B:红星章/向阳章"]),
        ("火炬章 红旗章", ["B:火炬章", "B:红旗章"]),
        ("阅读章", ["F:阅读章"]),
        ("优秀少先队员", ["H:优秀少先队员"]),
        ("十佳老战士", ["H:十佳老战士"]),
        ("星章", [None]),
        ("六星章", [None]),
        ("爱心章", [None]),
        ("文章 争章 五星红旗 一星期 三星堆 向阳小区", []),
    ],
)
def test_medal(text: str, codes: list[str | None]) -> None:
    medals, left = find_medals(text, ["阅读章"])
    assert [medal.code for medal in medals] == codes
    assert len(left) == len(text)


def test_award_levels() -> None:
    assert [award_level(f"S{star}") for star in range(1, 6)] == ["school", "county", "city", "province", "national"]
    assert (award_level("B:红星章"), award_level("F:阅读章"), award_level("H:优秀少先队员")) == (
        "school",
        "school",
        None,
    )


def test_names() -> None:
    assert all(map(is_name, ("王小明", "李红", "欧阳若涵", "阿依古丽·买买提")))
    assert not any(map(is_name, ("小明", "张老师", "学雷锋", "清明", "王", "事迹突出", "高年级")))
    assert all(map(is_nickname, ("小明", "明明", "张老师", "王同学")))
    assert split_names("王小明和李小红") == split_names("王小明李小红") == ["王小明", "李小红"]
    assert alike("张紫涵", ["张子涵", "李小红"]) == ("张子涵",)


def test_private_words_are_given_as_written_too() -> None:
    reading = read("三(2)中队 队课 38人 电话１３８００００００００", DEFAULT)
    assert reading.issues == ("PII_PHONE",)
    assert set(reading.private) == {"13800000000", "１３８００００００００"}


@pytest.mark.parametrize("theme", ["预防流感", "关爱留守儿童", "近视防控", "帮扶困难家庭"])
def test_the_theme_of_an_activity_is_no_personal_data(theme: str) -> None:
    reading = read(f"三(2)中队 {theme}主题队日 38人", DEFAULT)
    assert (reading.issues, reading.private, reading.records[0].topic) == ((), (), theme)


def test_each_record_carries_its_own_issues() -> None:
    reading = read("三(2)中队 主题队日 38人\n四(1)中队 队会", DEFAULT)
    assert [record.issues for record in reading.records] == [(), ("COUNT_MISSING",)]


def test_unknown_name_offers_candidates() -> None:
    context = Context(DEFAULT.received, roster={"4-1": ["张子涵", "李小红"]})
    assert read("四(1)中队 张紫涵 一星章", context).candidates == {"张紫涵": ("张子涵",)}

"""Properties of the reading: what is put into a message is read out of it; nothing raises; time stays linear."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from handlers.reading import Context, compile_all, read
from handlers.reading.messages.jsonl import as_json, context_from
from tests.support.examples import examples

RECEIVED = date(2026, 4, 3)
CONTEXT = Context(
    RECEIVED,
    aliases={"雷锋中队": "4-3", "雏鹰": "4-4"},
    bound_unit="3-2",
    feature_medals=("阅读章",),
    stations=("濠景园",),
    communities=("瑞景",),
)
UNBOUND = Context(RECEIVED)
DIGITS = "零一二三四五六七八九"
quick = settings(max_examples=examples(120), suppress_health_check=list(HealthCheck))


def _chinese(number: int) -> str:
    """38 -> 三十八, as people say it."""
    tens, ones = divmod(number, 10)
    if not tens:
        return DIGITS[ones]
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")


def _wide(text: str) -> str:
    return "".join(
        chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else "\u3000" if char == " " else char for char in text
    )


@dataclass(frozen=True)
class Said:
    """A part of a message and what must be read from it."""

    text: str
    value: Any


@st.composite
def units(draw: st.DrawFn) -> Said:
    grade, number = draw(st.integers(1, 6)), draw(st.integers(1, 8))
    cn, cn_class = DIGITS[grade], DIGITS[number]
    text = draw(
        st.sampled_from(
            [
                f"{cn}({number})中队",
                f"{cn}（{number}）班",
                f"{cn}({cn_class})中队",
                f"{cn}年级{number}班",
                f"{cn}年级{cn_class}班",
                f"{cn}年{cn_class}班",
                f"{grade}年级({number})班",
                f"{cn}{number}",
                f"{cn}{number}班",
                f"{cn}{cn_class}中队",
                f"{grade}.{number}中队",
                f"{grade}-{number}",
                f"{grade}0{number}班",
                f"{26 - grade}0{number}班",
            ]
        )
    )
    return Said(text, f"{grade}-{number}")


_writers: st.SearchStrategy[Callable[[int], str]] = st.sampled_from([str, _chinese])


@st.composite
def counts(draw: st.DrawFn) -> Said:
    """(attended, due, absent)."""
    due = draw(st.integers(19, 65))  # fewer than half of those due are asked about
    absent = draw(st.integers(0, 9))
    here = due - absent
    write = draw(_writers)
    full = [
        f"应到{write(due)}实到{write(here)}",
        f"应到{write(due)}人，实到{write(here)}人",
        f"实到{write(here)}人 应到{write(due)}人",
        f"原有{write(due)}人,出席{write(here)}人",
        f"{here}/{due}",
        f"{due}/{here}",
        f"{due}缺{absent}",
        f"实到{here}请假{absent}",
        f"应到{write(due)}人缺席{absent}人",
    ]
    plain = [f"{write(here)}人", f"{here}名队员", f"实到{here}", f"参加{write(here)}人", f"{here}位同学", f"{here}"]
    if draw(st.booleans()):
        return Said(draw(st.sampled_from(plain)), (here, None, None))
    return Said(draw(st.sampled_from(full)), (here, due, absent))


activities = st.sampled_from(
    [
        Said("主题队日", "主题队日"),
        Said("队会", "主题队会"),
        Said("主题中队会", "主题队会"),
        Said("队课", "队课"),
        Said("升旗仪式", "升旗仪式"),
        Said("入队仪式", "入队仪式"),
        Said("志愿服务", "志愿服务"),
        Said("红领巾爱学习", "红领巾爱学习"),
        Said("读书活动", "读书活动"),
    ]
)
topics = st.sampled_from(
    ["", "清明祭英烈", "缅怀先烈", "学雷锋", "我为祖国点赞", "二十大精神", "五四", "十一三", "三八节感恩", "一二·九"]
)


@st.composite
def dates(draw: st.DrawFn) -> Said:
    day = RECEIVED - timedelta(days=draw(st.integers(0, 30)))
    near = {0: "今天", 1: "昨天", 2: "前天"}.get((RECEIVED - day).days)
    forms = [
        f"{day.month}月{day.day}日",
        f"{day.month}月{day.day}号",
        day.isoformat(),
        f"{day:%Y年}{day.month}月{day.day}日",
    ]
    return Said(draw(st.sampled_from([*forms, near] if near else forms)), day)


@quick
@given(unit=units(), count=counts(), activity=activities, topic=topics, day=st.none() | dates(), data=st.data())
def test_what_is_said_is_read(
    unit: Said, count: Said, activity: Said, topic: str, day: Said | None, data: st.DataObject
) -> None:
    parts = [unit.text, count.text, activity.text, *([topic] if topic else []), *([day.text] if day else [])]
    text = data.draw(st.sampled_from([" ", "，", "\n", "  "])).join(data.draw(st.permutations(parts)))
    text = data.draw(
        st.sampled_from([text, _wide(text), f"🎉{text}[玫瑰]", f"@小队助手\u2005{text}", f"老师好，{text}，谢谢"])
    )
    reading = read(text, UNBOUND)
    assert (reading.intent, len(reading.records)) == ("checkin", 1), text
    record = reading.records[0]
    assert record.unit == unit.value, text
    assert record.activity == activity.value, text
    assert (record.attended, record.due, record.absent) == count.value, text
    assert record.date == (day.value if day else RECEIVED), text
    assert record.topic == (topic or None), text
    assert (reading.status, reading.issues) == ("ok", ()), text


@quick
@given(
    rows=st.lists(st.tuples(units(), st.integers(10, 65)), min_size=2, max_size=8, unique_by=lambda row: row[0].value)
)
def test_a_list_of_units_is_read_row_by_row(rows: list[tuple[Said, int]]) -> None:
    body = "\n".join(f"{place}. 王老师 {unit.text} {heads}人" for place, (unit, heads) in enumerate(rows, 1))
    reading = read(f"#接龙\n清明祭英烈主题队日签到\n\n{body}", UNBOUND)
    got = [(record.unit, record.activity, record.attended, record.topic) for record in reading.records]
    assert got == [(unit.value, "主题队日", heads, "清明祭英烈") for unit, heads in rows]
    assert reading.status == "ok"


names = st.sampled_from(["王小明", "李小红", "张子涵", "刘一诺", "陈思远", "欧阳若涵", "吴雨桐", "阿依古丽·买买提"])
medals = st.sampled_from(
    [
        Said("一星章", "S1"),
        Said("红旗章", "B:红旗章"),
        Said("向阳章", "B:红星章/向阳章"),
        Said("优秀少先队员", "H:优秀少先队员"),
    ]
)


@quick
@given(unit=units(), who=st.lists(names, min_size=1, max_size=4, unique=True), medal=medals, data=st.data())
def test_who_is_nominated_is_read(unit: Said, who: list[str], medal: Said, data: st.DataObject) -> None:
    parts = [unit.text, data.draw(st.sampled_from(["、", " ", "和", "，"])).join(who), medal.text]
    text = data.draw(st.sampled_from(["", "提名 ", "推荐 "])) + " ".join(data.draw(st.permutations(parts)))
    reading = read(text, UNBOUND)
    assert reading.intent == "nomination", text
    got = [(nomination.unit, nomination.name, nomination.medal) for nomination in reading.nominations]
    assert got == [(unit.value, name, medal.value) for name in who], text
    assert reading.status == "ok", text


ALPHABET = (
    "三二一四五六十百两几0123456789()（）.-/:：、，。,;\n\t #@[]「」【】·～+="
    "年级班中队小大应实到缺席请假病事全勤员人名位个多约共各月日号周上昨今点时"
    "分主题会课宣讲章星红旗提名推荐王李明老师同学家长电话离异发烧住接龙例"
    "🎉\u200b\ufe0f\u20e3\ue000\ue001㈡③abcN"
)
PIECES = "三(2)中队 应到 实到 38人 42/40 主题队日 #接龙\n1. 一星章 王小明 请假 集体 撤回 更正 周报 查一下"
WORDS = st.sampled_from(PIECES.split(" "))
anything = (
    st.text(max_size=60) | st.text(ALPHABET, max_size=80) | st.lists(WORDS | st.text(ALPHABET, max_size=4)).map("".join)
)


@settings(max_examples=examples(300), suppress_health_check=list(HealthCheck))
@given(text=anything)
@example("")
@example("#接龙\n1. 一星章\n2. ")
@example("\ud800三(2)")
@example("9" * 5000)
@example("٣(٢)中队 ٣٨人")
def test_no_text_raises_and_lengths_are_kept(text: str) -> None:
    for context in (UNBOUND, CONTEXT):
        reading = read(text, context)
        as_json("x", reading)
        for record in reading.records:
            assert record.topic is None or len(record.topic) <= 60
            assert not any(word in (record.topic or "") for word in reading.private)
        for nomination in reading.nominations:
            assert not any(word in (nomination.reason or "") for word in reading.private)


def _steps(text: str) -> int:
    """How many lines and calls of Python one reading takes."""
    steps = 0

    def count(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal steps
        steps += 1
        return count

    old = sys.gettrace()
    sys.settrace(count)
    try:
        read(text, CONTEXT)
    finally:
        sys.settrace(old)
    return steps


REPEATED = [
    *(
        "三(2)中队 38人\n",
        "三2 ",
        "1,",
        "38人",
        "缺2",
        "(2)",
        "认领1",
        "王小明",
        "王",
        "请假王小明",
        "一星章",
        "优秀少先队员",
    ),
    *(
        "三2共一星",
        "第一小队",
        "4月3日",
        "周三",
        "嗯",
        "嗯嗯",
        "的",
        "中队",
        "社区",
        "\n1. 三",
        "#接龙\n1. a",
        "「」\n- - -",
    ),
    *("38改成", "以主题", "三(1)、", "13800000000 ", "父母离异", "1/2", "十佳老战士", "1班、", " ", "-", "a"),
]


@pytest.mark.parametrize("seed", REPEATED)
def test_steps_grow_no_faster_than_the_text(seed: str) -> None:
    compile_all()
    short, long = (_steps((seed * size)[:size]) for size in (300, 1200))
    assert long <= 6 * short + 500


@pytest.mark.parametrize("seed", REPEATED)
def test_ten_thousand_characters_are_read(seed: str) -> None:
    assert read((seed * 10_000)[:10_000], CONTEXT).intent


@given(st.dictionaries(st.sampled_from(["received", "grades", "bound_unit", "roster_size", "quota"]), st.none()))
@settings(max_examples=20)
def test_a_context_may_leave_anything_out(given_context: dict[str, None]) -> None:
    case = {"context": {key: value for key, value in given_context.items() if key in ("received", "bound_unit")}}
    assert context_from(case).received == RECEIVED

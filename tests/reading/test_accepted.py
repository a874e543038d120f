"""Faults that an acceptance test of the reading found, each with what must be read instead."""

from typing import Any

import pytest

from handlers.reading import Context, read
from handlers.reading.messages.jsonl import as_json, context_from

DEFAULT = context_from({})


def _only(text: str, context: Context = DEFAULT) -> Any:
    """The one record of a check-in."""
    reading = read(text, context)
    assert (reading.intent, len(reading.records)) == ("checkin", 1), text
    return reading.records[0]


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("11.18 44人", "2025-11-18"),
        ("3.5 44人", "2026-03-05"),
        ("10.13 44人", "2025-10-13"),
        ("3.5 44", "2026-03-05"),
        ("11/18 44人", "2025-11-18"),
        ("44人 3.5", "2026-03-05"),
        ("3.5公里 44人", None),
        ("今天 44人", "2026-04-03"),
        ("44人", None),
    ],
)
def test_a_date_beside_a_count(said: str, day: str | None) -> None:
    record = _only(f"三(2)中队 宣讲 {said}")
    assert (record.attended, record.dated) == (44, day is not None)
    assert record.date.isoformat() == (day or "2026-04-03")


def test_that_a_date_was_said_is_not_part_of_the_json() -> None:
    reading = read("三(2)中队 宣讲 今天 44人", DEFAULT)
    assert reading.records[0].dated and "dated" not in as_json("x", reading)["records"][0]


def test_a_word_that_is_also_a_badge_is_an_activity_beside_heads() -> None:
    record = _only("三(2)中队 劳动 包饺子 44人")
    assert (record.unit, record.activity, record.attended) == ("3-2", "劳动实践", 44)
    assert read("三(2)中队 劳动章 王小明", DEFAULT).intent == "nomination"
    assert read("四(1)中队 向阳 2人 王小明、李小红", DEFAULT).intent == "nomination"


@pytest.mark.parametrize(
    ("text", "unit", "reason"),
    [
        ("提名 三(2)中队 学校大队 集体一星章 全校争章活动好", "3-2", "全校争章活动好"),
        ("提名 学校大队 集体一星章 全校争章活动好", "ALL", "全校争章活动好"),
        ("提名 四(1)中队 王小明 一星章 帮助四(2)中队同学", "4-1", "帮助四(2)中队同学"),
    ],
)
def test_a_unit_word_of_the_reason(text: str, unit: str, reason: str) -> None:
    reading = read(text, DEFAULT)
    assert (reading.status, reading.issues) == ("ok", ())
    assert [(each.unit, each.medal, each.reason) for each in reading.nominations] == [(unit, "S1", reason)]


def test_units_behind_a_medal_are_units_when_they_stand_alone() -> None:
    reading = read("四(1)中队 王小明 一星章\n四(2)中队 李小红 一星章", DEFAULT)
    assert [(each.unit, each.name) for each in reading.nominations] == [("4-1", "王小明"), ("4-2", "李小红")]


def test_a_reason_is_given_whole() -> None:
    reason = "乐" * 150
    assert read(f"提名 四(1)中队 王小明 一星章 {reason}", DEFAULT).nominations[0].reason == reason


def test_those_who_came_are_not_the_absent() -> None:
    reading = read("三(2)中队 鼓号训练 37人 缺席 孙小美(发烧)", DEFAULT)
    assert (reading.records[0].attended, reading.issues) == (37, ("PII_HEALTH",))
    assert "孙小美" in reading.private


@pytest.mark.parametrize(
    ("said", "issue", "private"),
    [
        ("表现好的有周杰轮、林俊洁", "PII_NAME", ["周杰轮", "林俊洁"]),
        ("王小明、李小红表现突出", "PII_NAME", ["王小明", "李小红"]),
        ("王小明获奖", "PII_NAME", ["王小明"]),
        ("地址翠竹路88号3单元", "PII_FAMILY", ["翠竹路88号3单元"]),
        ("地址:翠竹路八十八号", "PII_FAMILY", ["翠竹路八十八号"]),
    ],
)
def test_names_and_addresses_stay_out_of_the_topic(said: str, issue: str, private: list[str]) -> None:
    reading = read(f"三(2)中队 主题队日 38人 {said}", DEFAULT)
    record = reading.records[0]
    assert (record.attended, record.topic, reading.issues) == (38, None, (issue,))
    assert list(reading.private) == private


# Names that are words of the language as well.
@pytest.mark.parametrize("name", ["高兴", "和平", "白雪", "路路通", "双双", "向阳", "毛豆"])
def test_who_is_away_is_no_topic_whatever_their_name(name: str) -> None:
    for away in (
        f"少 {name}", f"少{name}", f"就少{name}一个", f"差 {name}", f"缺 {name}、红旗", f"缺：{name}",
        f"病假 {name} 红旗", f"请假 王小明 {name}", f"{name} 事假", f"{name}、红旗 没来", f"请假1人：{name}",
        f"没到的 {name}",
    ):  # fmt: skip
        assert _only(f"三(2)中队 应到42 实到41 队会 {away}").topic is None, away


@pytest.mark.parametrize("topic", ["爱鸟", "五四", "少年宫", "少先队知识", "差异教学", "减少浪费"])
def test_what_stands_beside_a_count_of_the_absent_is_one(topic: str) -> None:
    for text in (f"41/42 队会 {topic} 缺1", f"队会 {topic} 王小明请假 41人", f"队会41人 {topic}"):
        assert _only(f"三(2)中队 {text}").topic == topic, text


@pytest.mark.parametrize("topic", ["全体队员表现突出", "武术获奖", "参观人民路88号纪念馆", "优秀作品展"])
def test_what_only_looks_private_is_a_topic(topic: str) -> None:
    reading = read(f"三(2)中队 主题队日 38人 {topic}", DEFAULT)
    assert (reading.issues, reading.private, reading.records[0].topic) == ((), (), topic)


@pytest.mark.parametrize(
    ("text", "intent", "issues"),
    [
        ("王小明妈妈电话是13912345678", "unknown", ["UNRECOGNISED", "PII_PHONE"]),
        ("13912345678是谁的电话?", "question", ["PII_PHONE"]),
        ("谢谢老师 13912345678", "unknown", ["UNRECOGNISED", "PII_PHONE"]),
        ("王小明身份证110101201501011234", "unknown", ["UNRECOGNISED", "PII_ID"]),
        ("王小明发烧住院了", "unknown", ["UNRECOGNISED", "PII_HEALTH"]),
        ("三(2)班的王小明同学请到办公室来一下", "chat", []),
    ],
)
def test_talk_with_personal_data_is_warned_of(text: str, intent: str, issues: list[str]) -> None:
    reading = read(text, DEFAULT)
    assert (reading.intent, list(reading.issues)) == (intent, issues)


@pytest.mark.parametrize(
    "text", ["你好", "谢谢", "谢谢老师!", "收到", "好的", "好的收到👌", "辛苦了🌹", "👍", "嗯嗯", "OK", "三(2)中队收到"]
)
def test_a_nod_is_chat(text: str) -> None:
    assert (read(text, DEFAULT).intent, read(text, DEFAULT).status) == ("chat", "ignore")


@pytest.mark.parametrize("text", ["我的猫很可爱", "今天天气真好", "帮我订个外卖", "一星章", "好多作业"])
def test_what_is_not_understood_is_no_chat(text: str) -> None:
    reading = read(text, DEFAULT)
    assert (reading.intent, reading.status, reading.issues) == ("unknown", "clarify", ("UNRECOGNISED",))


def test_counts_that_need_the_whole_class() -> None:
    everyone = _only("三(2)中队 主题队日 全班42人都参加了")
    assert (everyone.attended, everyone.due, everyone.absent) == (42, 42, 0)
    missing = _only("三(2)中队 主题队日 缺1", Context(DEFAULT.received, roster_size={"3-2": 42}))
    assert (missing.attended, missing.due, missing.absent) == (41, 42, 1)
    assert read("三(2)中队 主题队日 缺1", DEFAULT).issues == ("COUNT_MISSING",)


def test_wishes_and_lessons() -> None:
    wishes = _only("三(2)中队 微心愿 3个")
    assert (wishes.attended, dict(wishes.wishes)) == (None, {"collected": 3})
    assert _only("三(2)中队 入队教育 38人").activity == "队课"
    assert _only("三(2)中队 给一年级讲了入队知识 38人").activity == "队课"
    assert _only("一(1)中队 入队第一课 38人").activity == "队课"
    assert _only("三(2)中队 新队员入队 38人").activity == "入队仪式"


@pytest.mark.parametrize(
    ("written", "topic"), [("<script>alert(1)</script>", None), ("<b>清明祭英烈</b>", "清明祭英烈"), ("<br/>", None)]
)
def test_marks_of_a_web_page_are_no_topic(written: str, topic: str | None) -> None:
    assert _only(f"三(2)中队 主题队日 38人 {written}").topic == topic

"""Nominations as counselors write them, made up after the sample messages: whom, of which squad, for which medal."""

import pytest

from bot.commands.reports.read import reading_of
from handlers.reading import read
from handlers.reading.messages.jsonl import context_from

ONE = [("周子涵", "5-3", "S1")]
TWO = [*ONE, ("林一凡", "5-3", "S1")]
MEDALS = {"立志": "B:红星章/立志章", "奉献": "B:火炬章/奉献章", "小主人": "B:红旗章/小主人章"}
EXISTING: dict[str, object] = {"existing": [{"name": "周子涵", "unit": "5-3", "medal": "S1", "state": "submitted"}]}
NOMINATED: list[tuple[str, list[tuple[str | None, str, str]]]] = [
    ("申报红领巾奖章一星章\n中队：五(3)\n姓名：周子涵\n理由：担任升旗手，认真负责", ONE),
    ("中队：五(3)\n推荐人：张老师\n被推荐人：周子涵\n奖章：一星章\n事迹：拾金不昧", ONE),
    ("各位评委老师：五(3)中队周子涵同学热爱集体，现申报一星章，请审核。", ONE),
    ("呃五三班推荐周子涵同学一星章她呢学习特别认真然后还当升旗手", ONE),
    ("五三中对 周子涵 一星讲章", ONE),
    ("五（3）中隊　周子涵　紅領巾獎章一星章　熱愛勞動", ONE),
    ("五(3)中队 周子涵 一星章 帮助了李强同学", ONE),
    ("推荐五(3)中队周子涵（女，11岁，汉族）一星章", ONE),
    ("五(3)中队周子涵申请补报一星章", ONE),
    ("五(3)中队拟推荐以下2名队员参评一星章：周子涵、林一凡", TWO),
    ("五(3)中队一星章候选人：周子涵、林一凡（共2人）", TWO),
    ("五(3)中队 周子涵同学、林一凡同学 一星章", TWO),
    ("五(3)中队 7号、12号 一星章", [("7号", "5-3", "S1"), ("12号", "5-3", "S1")]),
    ("五(3)中队周子涵、林一凡获评小主人章", [(name, "5-3", MEDALS["小主人"]) for name in ("周子涵", "林一凡")]),
    ("一星章推荐名单：\n五(3)：周子涵 林一凡\n五(4)：赵敏敏", [*TWO, ("赵敏敏", "5-4", "S1")]),
    ("#接龙\n一星章推荐\n1. 王老师 五(3) 周子涵\n2. 李老师 五(4) 林一凡", [*ONE, ("林一凡", "5-4", "S1")]),
    ("周子涵 五3 一星章\n林一凡 五4 一星章", [*ONE, ("林一凡", "5-4", "S1")]),
    ("五(3)中队的周子涵和五(4)中队的林一凡都争一星章", [*ONE, ("林一凡", "5-4", "S1")]),
    ("五（3）中队：周子涵（一星章）、李强（奉献章）", [*ONE, ("李强", "5-3", MEDALS["奉献"])]),
    ("五(3)中队 立志章 郑凯、冯一诺、卫子夫", [(name, "5-3", MEDALS["立志"]) for name in ("郑凯", "冯一诺", "卫子夫")]),
    ("那个五三班的王芳啊我想给她报一个一星章因为她跑步特别快", [("王芳", "5-3", "S1")]),
    ("五(3)中队争创集体一星章，本学期争章活动扎实", [(None, "5-3", "S1")]),
    ("五3中队申请集体一星章", [(None, "5-3", "S1")]),
    ("我校大队申报集体一星章", [(None, "ALL", "S1")]),
    ("五(3)中队、五(4)中队 集体一星章", [(None, "5-3", "S1"), (None, "5-4", "S1")]),
    ("五(3)中队 一星章 周子涵（品学兼优）、林一凡（热心助人）", TWO),
    ("五(3)中队一星章报周子涵、林一凡两个人", TWO),
    ("五(3)中队 被推荐人周子涵，推荐奖项：一星章，推荐人张老师", ONE),
    ("五(3)中队推荐集体一星章，理由：全班40人都集齐了向阳章和奉献章", [(None, "5-3", "S1")]),
    ("五(3)中队长周子涵 一星章", ONE),
    ("五(3)中队周子涵 一星章 已获向阳章、小主人章和奉献章", ONE),
]
RISEN = ("一星章→二星章", "一星→二星", "由一星章晋升为二星章", "已获一星章，现申报二星章", "去年获得一星章，推荐二星章")


@pytest.mark.parametrize(("text", "wanted"), NOMINATED, ids=[text[:24] for text, _ in NOMINATED])
def test_nominated(text: str, wanted: list[tuple[str | None, str, str]]) -> None:
    reading = read(text, context_from({}))
    assert [(each.name, each.unit, each.medal) for each in reading.nominations] == wanted
    assert (reading.intent, reading.status) == ("nomination", "ok")


def test_posts_and_labels_are_no_broken_reasons() -> None:
    first, second = (
        read(f"五(3)中队 优秀少先队员：周子涵，女，{post}，爱劳动", context_from({})).nominations[0].reason
        for post in ("五年级3班中队长", "推荐奖项")
    )
    assert (first, second) == ("五年级3班中队长,爱劳动", "爱劳动")


def test_each_child_is_of_the_squad_before_it() -> None:
    reading = read("提名 五(2)中队 李明轩 五(3)中队 周子涵 一星章 拾金不昧", context_from({}))
    assert [(each.name, each.unit) for each in reading.nominations] == [("李明轩", "5-2"), ("周子涵", "5-3")]


@pytest.mark.parametrize("rises", RISEN)
def test_the_medal_held_is_not_the_one_asked_for(rises: str) -> None:
    held = {"holdings": {"5-3/周子涵": ["S1"]}}
    reading = reading_of({"text": f"五(3)中队 周子涵 {rises}", "context": held})
    assert (reading.status, [each.medal for each in reading.nominations]) == ("ok", ["S2"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("五(3)中队拟推荐以下3名队员参评一星章：李强、林一凡", "nomination clarify COUNT_MISMATCH"),
        ("五(3)中队 周子涵 基础章", "nomination clarify MEDAL_AMBIGUOUS"),
        ("五(3)中队 提名 周子涵", "nomination clarify MEDAL_MISSING"),
        ("五(2)第三小队申报一星章", "nomination clarify COLLECTIVE_UNIT"),
        ("五(3)中队集体奉献章", "nomination reject COLLECTIVE_NOT_ALLOWED"),
        ("五(2)中队雏鹰小队 集体一星章", "nomination clarify COLLECTIVE_UNIT"),
        ("五(3)中队 婷婷 向阳章", "nomination clarify NAME_INCOMPLETE"),
        ("提名 五(3)中队 林一凡、小红 一星章", "nomination partial NAME_INCOMPLETE"),
        ("五(3)中队 林一凡 一星章 照顾残疾同学", "nomination ok"),
        ("三年级 王芳 一星章", "nomination clarify UNIT_AMBIGUOUS"),
        ("把五(3)的周子涵换成林一凡", "nomination_replace ok"),
        ("取消五(3)周子涵一星章", "nomination_cancel ok"),
        ("周子涵的一星章批了吗", "nomination_query ok"),
        ("恭喜四(2)中队王芳获得一星章！", "chat ignore"),
        ("通知：请各中队今天下班前上报一星章推荐名单", "chat ignore"),
        ("谁能评一星章", "nomination_query ok"),
        ("三(2)中队争章活动 38人获得一星章", "checkin ok"),
    ],
)
def test_what_else_is_said_of_medals(text: str, said: str) -> None:
    reading = read(text, context_from({"context": EXISTING}))
    assert " ".join((reading.intent, reading.status, *reading.issues)) == said

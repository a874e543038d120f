"""Numbers with owners, measures and labels, put together at random, are read back to what they were made from."""

import random
from dataclasses import dataclass, field
from datetime import date

import pytest

from handlers.reading import Context, read
from tests.reading.test_properties import RECEIVED

CONTEXT = Context(RECEIVED, teams=("红领巾巡讲团",))
OWN = (
    "{n}人",
    "{n}名队员",
    "{n}名同学",
    "{n}位同学",
    "{n}个孩子",
    "队员{n}人",
    "学生{n}名",
    "参加{n}人",
    "实到{n}",
    "{n}个小朋友",
)
OTHERS = (
    ("家长", "家长{n}人"),
    ("家长", "{n}名家长"),
    ("老师", "老师{n}名"),
    ("老师", "{n}位老师"),
    ("辅导员", "辅导员{n}人"),
)
FOREIGN = ("评委{n}人", "{n}名消防员", "{n}位老人", "嘉宾{n}人", "对方{n}人", "官兵{n}名")
THINGS = ("种树{n}棵", "捐书{n}本", "节目{n}个", "作品{n}份", "拍照{n}张", "分{n}个小组", "用时{n}分钟", "走了{n}公里")
PARTS = ("{n}人发言", "{n}名队员上台分享", "表扬{n}人", "{n}人获奖", "选手{n}人")


@dataclass
class Made:
    """A message and what was put into it."""

    text: str
    attended: int
    others: dict[str, int] = field(default_factory=dict)
    due: int | None = None


def made(chance: random.Random) -> Made:
    """A check-in with some of: others, things, parts, foreign persons, an absence."""
    heads = chance.randint(30, 45)
    due, others = None, {}
    said = [chance.choice(OWN).format(n=heads)]
    if chance.random() < 0.5:
        kind, words = chance.choice(OTHERS)
        others[kind] = chance.randint(2, 9)
        said.append(words.format(n=others[kind]))
    if chance.random() < 0.4:
        said.append(chance.choice(THINGS).format(n=chance.randint(2, 29)))
    if chance.random() < 0.3:
        said.append(chance.choice(PARTS).format(n=chance.randint(2, 9)))
    if chance.random() < 0.3:
        said.append(chance.choice(FOREIGN).format(n=chance.randint(2, 29)))
    if chance.random() < 0.3:
        missing = chance.randint(1, 5)
        due = heads + missing
        said.append(chance.choice((f"请假{missing}人", f"缺席{missing}人", f"{missing}人请假", f"{missing}人因病未到")))
    chance.shuffle(said)
    mark = chance.choice((",", "，", " "))
    return Made(f"三(2)中队队会{mark}{mark.join(said)}", heads, others, due)


@pytest.mark.parametrize("seed", range(20))
def test_what_was_put_in_is_read_or_asked_about(seed: int) -> None:
    chance = random.Random(seed)
    wrong, asked = [], 0
    for _ in range(100):
        message = made(chance)
        reading = read(message.text, CONTEXT)
        record = reading.records[0]
        if reading.status == "clarify":
            asked += 1
        elif (record.attended, dict(record.others), record.due) != (message.attended, message.others, message.due):
            wrong.append((message, record))
    assert wrong == []
    assert asked <= 5


@pytest.mark.parametrize(
    ("text", "value", "hedge"),
    [
        ("20余万人", 200_000, "ge"),
        ("1.3万余人", 13_000, "ge"),
        ("1500余人", 1500, "ge"),
        ("近400人", 400, "lt"),
        ("不足400人", 400, "lt"),
        ("约400人", 400, "approx"),
        ("400人左右", 400, "approx"),
        ("400人以上", 400, "ge"),
        ("不少于400人", 400, "ge"),
        ("不超过400人", 400, "le"),
        ("三百余人", 300, "ge"),
        ("二十余万人", 200_000, "ge"),
        ("400人", 400, None),
    ],
)
def test_hedges_are_kept(text: str, value: int, hedge: str | None) -> None:
    record = read(f"全校升旗仪式 {text}", CONTEXT).records[0]
    assert (record.attended, record.hedges.get("attended")) == (value, hedge)


def test_a_squad_is_asked_for_the_exact_number() -> None:
    reading = read("三(2)中队队会40余人", CONTEXT)
    assert (reading.status, reading.issues, reading.records[0].attended) == ("clarify", ("COUNT_VAGUE",), None)


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("缺席2人（病假1人，事假1人）", 2),
        ("请假3人：病假2，事假1", 3),
        ("缺3人，其中病假2人、事假1人", 3),
        ("请假2（1病1事）", 2),
        ("未到3人（2人生病1人事假）", 3),
        ("缺席人数：2；缺席原因：事假1人，病假1人", 2),
        ("病假1 事假1 共缺2人", 2),
        ("请假 3 病假 2 事假 1", 3),
        ("请假2人(1人发烧、1人牙疼)", 2),
        ("缺2人（1人住院，1人外出比赛）", 2),
        ("请假3人（病假1人）", 3),
        ("病假1，事假1，公假2", 4),
        ("请假2 缺1", 3),
        ("请假3人，还有1人旷课", 4),
        ("请假1，缺席1", 2),
        ("缺2：王小明、李娜", 2),
        ("请假名单 1:王小明 2:李娜", None),
    ],
)
def test_the_causes_of_a_sum_are_not_counted_again(text: str, absent: int | None) -> None:
    record = read(f"三(2)中队队会38人，{text}", CONTEXT).records[0]
    assert (record.attended, record.absent) == (38, absent)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("昨天前天队课都是42人", (2, 1)),
        ("周三和周四的队课都是42人", (1, 2)),
        ("4.1和4.2队课各42人", (1, 2)),
        ("4月1日、2日、3日队课都是42人", (1, 2, 3)),
    ],
)
def test_of_several_days_as_many_each(text: str, days: tuple[int, ...]) -> None:
    reading = read(f"三(2)中队{text}", Context(date(2026, 4, 3)))
    assert reading.status == "ok"
    assert [(each.date, each.attended) for each in reading.records] == [(date(2026, 4, day), 42) for day in days]


@pytest.mark.parametrize(
    "text",
    [
        "昨天请假的今天都来了，队课42人",
        "昨天说今天队课42人",
        "昨天队课今天队会都是42人",
        "昨天前天队课42人",
        "周一到周三队课都是42人",
        "4月1日-3日队课均为42人",
    ],
)
def test_of_two_days_it_is_asked_which(text: str) -> None:
    assert read(f"三(2)中队{text}", Context(date(2026, 4, 3))).status == "confirm"


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("三(2)队会 应到42 实到40 家长3人 植树30棵", ["due", "attended", "家长", "thing"]),
        ("三(2)队会 42人 5人发言", ["attended", "part"]),
        ("红领巾巡讲团 宣讲3场 共60人", ["sessions", "attended"]),
        ("三(2) 红领巾爱学习第5期 40人", ["attended", "number"]),
        ("微心愿 三(2)中队 认领12个 实现9个", ["claimed", "fulfilled"]),
        ("三(2)队会 42人 36人", ["open", "open"]),
        ("三(2)队会 与50名老人 队员38名", ["thing", "attended"]),
        ("三(2)队会 44人，应到也是44", ["attended", "due"]),
        ("三(2)队会 44人，家长也是5人", ["attended", "家长"]),
    ],
)
def test_every_number_says_what_it_was_taken_for(text: str, taken: list[str]) -> None:
    assert sorted(number.taken for number in read(text, CONTEXT).numbers) == sorted(taken)


@pytest.mark.parametrize(
    ("history", "heads", "issues", "usual"),
    [
        ((41, 40, 42, 41, 41, 40, 41, 42), 24, ("COUNT_UNUSUAL",), 41),
        ((41, 40, 42, 41), 38, (), None),
        ((41, 40), 24, (), None),
        ((12, 12, 12, 41, 41, 41, 41, 41, 41, 41, 41), 40, (), None),
    ],
)
def test_far_from_the_squads_own_history_is_asked_about(
    history: tuple[int, ...], heads: int, issues: tuple[str, ...], usual: int | None
) -> None:
    reading = read(f"三(2)中队队会{heads}人", Context(RECEIVED, history={"3-2": history}))
    assert (reading.issues, reading.records[0].usual) == (issues, usual)
    assert reading.status == ("confirm" if issues else "ok")


def test_fewer_than_half_of_those_due_are_asked_about() -> None:
    assert read("三(2)中队队会 应到42实到20", CONTEXT).issues == ("COUNT_UNUSUAL",)
    assert read("三(2)中队队会 应到42实到21", CONTEXT).issues == ()

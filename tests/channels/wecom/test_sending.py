"""Sending by 企业微信: many in one call, parts, cards that say who decided, pace, and everything that goes wrong."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels import Outgoing
from bot.channels.pace import Windows
from bot.channels.wecom.parts import MOST_IN_TEXT, parts_of, whole
from bot.outbox import letters
from bot.outbox.sender import Sender
from bot.pipeline.turn import Turn
from handlers.kit import Button, File, Reply
from storage.people import people
from storage.people.people import Role
from storage.tables import account, card, card_code, fact, outbox
from tests.support.databases import POSTGRESQL
from tests.support.platforms.fake_wecom import DAY, FakeWecom
from tests.support.platforms.fake_wecom_rules import card as card_rules
from tests.support.platforms.fake_wecom_rules import menu as menu_rules
from tests.support.platforms.wecom_stage import LI, WANG, ZHANG, Stage, play

pytestmark = pytest.mark.both
LIU = "liu.xiaozhang"
NOMINATION = "提名 三(2)中队 王小明 一星章 学雷锋,家长已书面同意3月1日"


@pytest.fixture
def fake() -> Iterator[FakeWecom]:
    with FakeWecom() as wecom:
        yield wecom


def crowd(stage: Stage, number: int) -> list[int]:
    """So many more counselors, u1 …; their ids."""
    ids = []
    with stage.app.engine.database.write.begin() as db:
        for each in range(1, number + 1):
            person_id = people.add(db, f"老师{each}", stage.now)
            people.link(db, person_id, "wecom", f"u{each}")
            ids.append(person_id)
    return ids


async def tell(stage: Stage, ids: list[int], *replies: Reply, gather: bool = False) -> None:
    """The same notices to all of these."""

    def task(turn: Turn) -> None:
        said = [Reply(each.text, each.buttons, each.file, to, about=each.about) for to in ids for each in replies]
        turn.letters.notify(said, gather)

    await stage.app.pipeline.do(task)


def sent(fake: FakeWecom, path: str = "message/send") -> list[dict[str, Any]]:
    return fake.paths(path)


def states(stage: Stage) -> dict[str, str]:
    rows = stage.query(select(outbox.c.chat, outbox.c.state).where(outbox.c.lane == "notice").order_by(outbox.c.id))
    return dict(rows)


# --- many at once -------------------------------------------------------------------------------------------


def test_the_same_words_to_many_are_a_call_for_each_thousand(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        ids = crowd(stage, 2300)
        # Written by several ticks, as reminders are.
        for start in range(0, 2300, 100):
            await tell(stage, ids[start : start + 100], Reply("清明节还有 3 天"))
        await tell(stage, ids[:2], Reply("只给两个人"))
        await stage.send()
        assert [len(body["touser"].split("|")) for body in sent(fake)] == [1000, 1000, 300, 2]
        assert len(fake.sent) == 2302 and {"sent"} == set(states(stage).values())
        assert fake.texts("u1") == ["清明节还有 3 天", "只给两个人"]
        assert "enable_duplicate_check" not in json.dumps(sent(fake))

    play(tmp_path, fake, scene)


def test_who_is_not_there_is_marked_and_nobody_else(tmp_path: Path, fake: FakeWecom) -> None:
    fake.unknown = {"u2", "u5"}

    async def scene(stage: Stage) -> None:
        ids = crowd(stage, 6)
        await tell(stage, ids, Reply("提醒"))
        await stage.send()
        assert states(stage) == {f"u{n}": "dead" if n in (2, 5) else "sent" for n in range(1, 7)}
        dead = stage.query(select(account.c.address).where(account.c.reachable.is_(False)))
        assert dead == [("u2",), ("u5",)] and len(sent(fake)) == 1

    play(tmp_path, fake, scene)


def test_all_invalid_is_no_success(tmp_path: Path, fake: FakeWecom) -> None:
    fake.unknown = {"u1", "u2"}

    async def scene(stage: Stage) -> None:
        await tell(stage, crowd(stage, 2), Reply("提醒"))
        await stage.send()
        assert states(stage) == {"u1": "dead", "u2": "dead"} and fake.sent == []

    play(tmp_path, fake, scene)


def test_order_holds_for_each_person(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        ids = crowd(stage, 60)
        await tell(stage, ids, Reply("第一条"), Reply("第二条"))
        await tell(stage, ids[:30], Reply("第三条"))
        await tell(stage, ids[:1], Reply("只给你"))
        await tell(stage, ids, Reply("第四条"))
        fake.faults["message/send"] += ["-1", "-1"]
        await stage.send()
        for _ in range(6):
            await stage.later(seconds=10)
        for number in range(1, 61):
            alone = ["只给你"] if number == 1 else []
            third = ["第三条", *alone] if number <= 30 else []
            assert fake.texts(f"u{number}") == ["第一条", "第二条", *third, "第四条"]

    play(tmp_path, fake, scene)


@pytest.mark.parametrize("fault", ["lost", "cut", "html"])
def test_a_lost_answer_is_repeated_for_all_of_the_call(tmp_path: Path, fake: FakeWecom, fault: str) -> None:
    async def scene(stage: Stage) -> None:
        ids = crowd(stage, 50)
        await tell(stage, ids, Reply("提醒"))
        fake.faults["message/send"].append(fault)
        await stage.send()
        # Whoever comes later with the same words is no part of that call.
        extra = people_added(stage, "u99")
        await tell(stage, [extra], Reply("提醒"))
        await stage.later(seconds=60)
        assert len(fake.sent) == 51 and states(stage) == dict.fromkeys([*names(50), "u99"], "sent")
        first, *others = sent(fake)
        repeat = next(each for each in others if each["touser"] == first["touser"])
        assert (repeat["enable_duplicate_check"], repeat["duplicate_check_interval"]) == (1, 14_400)

    play(tmp_path, fake, scene)


def names(number: int) -> list[str]:
    return [f"u{each}" for each in range(1, number + 1)]


def people_added(stage: Stage, address: str) -> int:
    with stage.app.engine.database.write.begin() as db:
        person_id = people.add(db, address, stage.now)
        people.link(db, person_id, "wecom", address)
    return person_id


def test_a_crash_in_a_call_says_it_once(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        await tell(stage, crowd(stage, 40), Reply("提醒"))
        [sender] = stage.app.senders
        # Killed between the platform's answer and our commit.
        claimed = await sender._note(30)
        assert len(claimed) == 40 and len({letter.same for letter in claimed}) == 1
        await sender._carrier.carry(claimed)
        await sender._take_over()
        # On PostgreSQL nobody knows that it died, before its lease is over.
        await stage.later(seconds=91)
        assert len(fake.sent) == 40 and set(states(stage).values()) == {"sent"} and len(sent(fake)) == 2

    play(tmp_path, fake, scene)


def test_of_several_processes_one_sends(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        [sender] = stage.app.senders
        engine = stage.app.engine
        other = Sender(
            stage.app.channels["wecom"],
            stage.app.pipeline,
            engine.database.read,
            engine.vault,
            engine.render,
            engine.clock,
            "other",
        )
        first, second = crowd(stage, 2)
        await tell(stage, [first], Reply("甲"))
        await stage.send()
        await tell(stage, [second], Reply("乙"))
        # SQLite has one process; with PostgreSQL the first goes on as long as it speaks.
        assert bool(await other._note(30)) is not POSTGRESQL
        Stage.now += timedelta(seconds=31)
        if POSTGRESQL:
            assert await other.once()
            assert fake.texts("u2") == ["乙"] and not await sender._note(30)

    play(tmp_path, fake, scene)


def test_a_member_gets_less_than_the_platform_drops(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        one, *others = crowd(stage, 3)
        for number in range(20):
            await tell(stage, [one], Reply(f"{number}"))
        await tell(stage, [one, *others], Reply("给大家"))
        await stage.send()
        assert len(fake.texts("u1")) == 16 and fake.texts("u2") == ["给大家"] == fake.texts("u3")
        monotonic[0] += 61
        await stage.later(seconds=62)
        assert fake.texts("u1") == [*map(str, range(20)), "给大家"] and fake.dropped == []

    monotonic = [1000.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.channels.pace.Windows", partial(Windows, clock=lambda: monotonic[0]))
        play(tmp_path, fake, scene)


# --- the time of a broadcast --------------------------------------------------------------------------------


@pytest.mark.parametrize(("minute", "least", "most"), [(0, 2, 8), (1, 1, 7), (30, 2, 8), (2, 0, 1), (17, 0, 1)])
def test_a_broadcast_keeps_off_the_full_and_half_hours(minute: int, least: int, most: int) -> None:
    now = datetime(2026, 4, 3, 8, minute, 4, tzinfo=UTC)
    waits = {letters.leaves_at(now, f"{key:04x}" * 8) - now.replace(second=0) for key in range(0, 0xFFFF, 999)}
    assert min(waits) >= timedelta(minutes=least) and max(waits) <= timedelta(minutes=most)
    assert letters.leaves_at(now, "abcd") == letters.leaves_at(now + timedelta(seconds=9), "abcd")


def test_an_answer_never_waits(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        await tell(stage, crowd(stage, 3), Reply("提醒"), gather=True)
        await stage.say(ZHANG, "帮助")
        assert fake.texts(ZHANG) and fake.texts("u1") == []
        await stage.later(minutes=9)
        assert fake.texts("u1") == ["提醒"] and len(sent(fake)) >= 2

    play(tmp_path, fake, scene)


# --- what a letter becomes ----------------------------------------------------------------------------------


def test_a_long_text_is_cut_between_characters_and_goes_on_where_it_stopped(tmp_path: Path, fake: FakeWecom) -> None:
    text = "少先队员🏳️‍🌈" * 300

    async def scene(stage: Stage) -> None:
        fake.faults["message/send"] += ["", "-1"]
        await tell(stage, crowd(stage, 2), Reply(text))
        await stage.send()
        await stage.later(seconds=60)
        said = fake.texts("u1")
        assert "".join(said) == text and "�" not in "".join(said) and len(said) > 3
        assert [len(each.encode()) <= MOST_IN_TEXT for each in said] == [True] * len(said)
        assert fake.texts("u2") == said

    play(tmp_path, fake, scene)


def card_with(number: int) -> Outgoing:
    buttons = tuple((f"abc.{place}", f"第{place}个") for place in range(number))
    commands = tuple(f"命令 {place}" for place in range(number))
    return Outgoing(1, "zhang", "请选一个\n详情在这里", buttons, commands=commands, call="=17")


@pytest.mark.parametrize(("number", "kind"), [
    (1, "button_interaction"), (6, "button_interaction"), (7, "multiple_interaction"), (10, "multiple_interaction"),
    (11, ""),
])  # fmt: skip
def test_every_button_is_on_a_card_and_can_be_typed(number: int, kind: str) -> None:
    outgoing = card_with(number)
    words, *cards = parts_of(outgoing)
    assert words.kind == "text" and all(command in words.content["content"] for command in outgoing.commands)
    assert [each.content["card_type"] for each in cards] == ([kind] if kind else [])
    for each in cards:
        assert card_rules(dict(each.content), {}, callback=True) == 0
        assert each.content["task_id"] == "abc@17" and each.content["main_title"]["title"] == "请选一个"


def test_a_command_that_the_text_names_is_not_said_twice() -> None:
    one = Outgoing(1, "z", "发「待审」看全部", (("a.0", "待审"),), commands=("待审",))
    assert whole(one) == one.text


def test_a_refused_card_does_not_cost_the_words(tmp_path: Path, fake: FakeWecom) -> None:
    fake.callback = False

    async def scene(stage: Stage) -> None:
        await tell(stage, crowd(stage, 2), Reply("请选择", (Button("帮助", "帮助"),)))
        await stage.send()
        assert fake.texts("u1") == ["请选择\n也可以直接发:帮助"] and fake.cards("u1") == []
        assert set(states(stage).values()) == {"sent"}

    play(tmp_path, fake, scene)


def test_a_file_goes_up_once_in_three_days(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        ids = crowd(stage, 3)
        file = File("周报 第14周.xlsx", "digest-table", plain=True, mark="导出")
        stage.app.senders[0]._carrier._render = lambda recipe, values: b"PK\x03\x04 table"
        for _ in range(2):
            await tell(stage, ids, Reply("周报", file=file))
            await stage.send()
        assert len(sent(fake, "media/upload")) == 1 and fake.sent_to("u3")[-1]["name"] == "周报 第14周.xlsx"
        fake.ahead = 3 * DAY
        Stage.now += timedelta(days=3)
        await tell(stage, ids, Reply("周报", file=file))
        await stage.send()
        # Forgotten by the platform before its time: made again all the same.
        fake._uploaded.clear()
        await tell(stage, ids, Reply("周报", file=file))
        fake.faults["message/send"] += ["", "40007"]
        await stage.send()
        assert len(sent(fake, "media/upload")) == 3
        assert len(fake.sent_to("u1")) == 4 * 2 and set(states(stage).values()) == {"sent"}

    play(tmp_path, fake, scene)


# --- cards of several people --------------------------------------------------------------------------------


def with_principal(stage: Stage) -> None:
    with stage.app.engine.database.write.begin() as db:
        stage._join(db, LIU, "刘校长", Role.SCHOOL_ADMIN, stage.school)


async def arranged(stage: Stage) -> None:
    await stage.app.channels["wecom"]._setup.once()  # type: ignore[attr-defined]


def test_all_reviewers_see_who_decided(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        with_principal(stage)
        await stage.say(ZHANG, NOMINATION)
        [mine], [theirs] = fake.cards(LI), fake.cards(LIU)
        # One card, sent in one call; each holder has a row of their own.
        assert mine["task"] == theirs["task"] and len(stage.query(select(card.c.chat).where(card.c.about != ""))) == 2
        await arranged(stage)
        assert "replaced" not in theirs
        assert "已同意" in (await stage.press(LI, "同意"))[0]
        await arranged(stage)
        assert mine["replaced"] == theirs["replaced"] == "李老师已同意"
        # Who comes second hears it in words too.
        assert "不用再审" in (await stage.press(LIU, "同意"))[0]
        await arranged(stage)
        assert len(sent(fake, "message/update_template_card")) == 1

    play(tmp_path, fake, scene)


def test_a_broadcast_of_many_ticks_has_one_card(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        ids = crowd(stage, 6)
        reply = Reply("清明节还有 3 天", (Button("看帮助", "帮助"),))
        for start in (0, 3):
            await tell(stage, ids[start : start + 3], reply, gather=True)
        await tell(stage, ids[:1], reply, reply)
        await stage.later(minutes=9)
        assert [body["msgtype"] for body in sent(fake)] == ["text", "template_card"] * 3
        assert len({each["task"] for each in fake.cards("u1")}) == 3 and len(fake.cards("u6")) == 1
        await stage.press("u6", "看帮助")
        assert len(fake.texts("u6")) == 2 and len(fake.texts("u5")) == 1

    play(tmp_path, fake, scene)


def test_only_holders_may_press_a_card(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        with_principal(stage)
        await stage.say(ZHANG, NOMINATION)
        event = fake.click(LI, "同意")
        for stranger in (WANG, ZHANG):
            assert "失效" in (await stage.happen(stranger, "template_card_event", **event))[0]
        assert "已同意" in (await stage.press(LIU, "同意"))[0]

    play(tmp_path, fake, scene)


def test_a_code_is_used_once_and_within_three_days(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        with_principal(stage)
        await stage.say(ZHANG, NOMINATION)
        [theirs] = fake.cards(LIU)
        Stage.now += timedelta(hours=73)
        fake.ahead = 73 * 3600
        # The code of the sending is too old by now; the press has brought another one.
        await stage.press(LI, "同意")
        await arranged(stage)
        assert theirs["replaced"] == "李老师已同意"
        assert len(sent(fake, "message/update_template_card")) == 1
        assert {state for (state,) in stage.query(select(card_code.c.state))} <= {"used", "kept"}

    play(tmp_path, fake, scene)


def test_a_busy_platform_is_asked_again_for_the_card(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        with_principal(stage)
        await stage.say(ZHANG, NOMINATION)
        await stage.say(LI, "同意 1")
        setup = stage.app.channels["wecom"]._setup  # type: ignore[attr-defined]
        fake.faults["message/update_template_card"] += ["-1", "45009"]
        for _ in range(3):
            await setup._look()
        assert fake.cards(LIU)[0]["replaced"] == "李老师已同意"

    play(tmp_path, fake, scene)


# --- limits and trouble -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "seconds"), [("45009", 60), ("60020", 60), ("40001", 60), ("48002", 60)])
def test_what_stops_everything_costs_no_letter_a_try(tmp_path: Path, fake: FakeWecom, fault: str, seconds: int) -> None:
    async def scene(stage: Stage) -> None:
        ids = crowd(stage, 3)
        fake.faults["message/send"].append(fault)
        await tell(stage, ids[:1], Reply("甲"))
        await stage.send()
        calls = len(sent(fake))
        await tell(stage, ids, Reply("乙"))
        await stage.later(seconds=seconds - 5)
        assert len(sent(fake)) == calls and fake.sent == []
        assert ("hold wecom **",) in stage.query(select(fact.c.name))
        await stage.later(seconds=10)
        assert fake.texts("u1") == ["甲", "乙"] and set(states(stage).values()) == {"sent"}
        assert {attempts for (attempts,) in stage.query(select(outbox.c.attempts))} == {1}

    play(tmp_path, fake, scene)


def test_a_limit_of_the_hour_is_waited_for(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        await tell(stage, crowd(stage, 1), Reply("甲"))
        fake.always["message/send"] = "45009"
        await stage.send()
        for _ in range(10):
            await stage.later(seconds=61)
        assert len(sent(fake)) == 3
        fake.always.clear()
        await stage.later(minutes=53)
        assert fake.texts("u1") == ["甲"]

    play(tmp_path, fake, scene)


def test_an_ip_that_nobody_adds_is_shown_and_given_up_when_it_is_of_no_use(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        fake.trusted = False
        await tell(stage, crowd(stage, 1), Reply("甲"))
        await stage.send()
        health = (await stage.client.get("/health")).json()
        assert "203.0.113.7" in health["wecom"]["trouble"]
        await stage.later(hours=71)
        assert states(stage) == {"u1": "new"}
        await stage.later(hours=2)
        assert states(stage) == {"u1": "dead"}
        fake.trusted = True
        await tell(stage, [people_added(stage, "u9")], Reply("乙"))
        await stage.later(minutes=2)
        assert fake.texts("u9") == ["乙"]
        assert (await stage.client.get("/health")).json()["wecom"]["trouble"] == ""

    play(tmp_path, fake, scene)


# --- the menu -----------------------------------------------------------------------------------------------


def test_the_menu_is_set_once_and_its_items_are_commands(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        await arranged(stage)
        assert len(sent(fake, "menu/create")) == 1 and menu_rules(fake.menu) == 0
        stage.app.channels["wecom"]._setup._has_menu = False  # type: ignore[attr-defined]
        # The platform adds to what it is given.
        fake.menu["button"][0]["sub_button"][0]["sub_button"] = []
        await arranged(stage)
        assert len(sent(fake, "menu/create")) == 1
        below = {each["name"]: [one["key"] for one in each["sub_button"]] for each in fake.menu["button"]}
        assert below == {
            "签到": ["签到", "我的", "提醒", "活动", "查"],
            "奖章": ["待审", "提名", "我的提名"],
            "周报": ["周报", "未签到", "帮助", "我是谁"],
        }

    play(tmp_path, fake, scene)


def test_a_refused_menu_is_not_asked_for_again(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        fake.faults["menu/create"].append("40018")
        await arranged(stage)
        await arranged(stage)
        assert len(sent(fake, "menu/create")) == 1 and fake.menu == {}

    play(tmp_path, fake, scene)

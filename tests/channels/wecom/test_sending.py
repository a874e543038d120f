"""Sending by 企业微信: many in one call, parts, cards that say who decided, pace, and everything that goes wrong."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels import Outgoing
from bot.channels.wecom.parts import MOST_IN_TEXT, MOST_IN_TITLE, parts_of, whole
from handlers.kit import Button, File, Reply
from storage.tables import fact, outbox
from tests.support.platforms.fake_wecom import DAY, FakeWecom
from tests.support.platforms.fake_wecom_rules import card as card_rules
from tests.support.platforms.fake_wecom_rules import menu as menu_rules
from tests.support.platforms.wecom_stage import WANG, Stage, arranged, crowd, people_added, play, sent, states, tell

pytestmark = pytest.mark.both


@pytest.fixture
def fake() -> Iterator[FakeWecom]:
    with FakeWecom() as wecom:
        yield wecom


# --- many at once -------------------------------------------------------------------------------------------


# --- the time of a broadcast --------------------------------------------------------------------------------


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


@pytest.mark.parametrize("address", ["https://bot.example", ""])
def test_a_digest_comes_with_a_card_that_opens_its_page(address: str, tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        await stage.say(WANG, "周报")
        await stage.say(WANG, "月报")
        cards = [each["card"] for each in fake.cards(WANG.casefold())]
        opening = [each for each in cards if each["card_type"] == "text_notice"]
        assert len(fake.texts(WANG.casefold())) == 2 == len(cards) - len(opening)
        for card in opening:
            assert card_rules(card, {}, callback=True) == 0 and len(card["main_title"]["title"]) <= MOST_IN_TITLE
            assert re.fullmatch(
                rf"{address}/digest/[\w-]{{43}}\?unit=\d+&period=2026-[W\d]+", card["card_action"]["url"]
            )
        assert len(opening) == len({each["card_action"]["url"] for each in opening}) == (2 if address else 0)

    play(tmp_path, fake, scene, **({"public_url": address} if address else {}))


def test_a_command_that_the_text_names_is_not_said_twice() -> None:
    one = Outgoing(1, "z", "发「待审」看全部", (("a.0", "待审"),), commands=("待审",))
    assert whole(one) == one.text


def test_a_refused_card_does_not_cost_the_words(tmp_path: Path, fake: FakeWecom) -> None:
    fake.callback = False

    async def scene(stage: Stage) -> None:
        await tell(stage, crowd(stage, 2), Reply("请选择", (Button("帮助", "帮助"),)))
        await stage.send()
        assert fake.texts("u1") == ["请选择\n也可以直接发：帮助"] and fake.cards("u1") == []
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


# --- limits and trouble -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "seconds"), [("45009", 60), ("60020", 60), ("40013", 60), ("48002", 60)])
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


def test_a_refusal_that_nobody_knows_costs_nobody_a_letter(tmp_path: Path, fake: FakeWecom) -> None:
    async def scene(stage: Stage) -> None:
        fake.always["message/send"] = "610099"
        await tell(stage, crowd(stage, 2), Reply("甲"))
        for _ in range(6):
            Stage.now += timedelta(minutes=5)
            await stage.send()
        assert set(states(stage).values()) == {"new"} and fake.sent == []
        assert "610099" in str((await stage.client.get("/health")).json()["warnings"])
        fake.always.clear()
        for _ in range(2):
            Stage.now += timedelta(minutes=5)
            await stage.send()
        assert fake.texts("u1") == fake.texts("u2") == ["甲"] and set(states(stage).values()) == {"sent"}

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

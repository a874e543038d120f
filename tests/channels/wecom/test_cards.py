"""Cards that several members hold: who sees what was decided, who may press, and a code that is used once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.kit import Button, Reply
from storage.people.people import Role
from storage.tables import card, card_code
from tests.support.platforms.fake_wecom import FakeWecom
from tests.support.platforms.wecom_stage import LI, WANG, ZHANG, Stage, arranged, crowd, play, sent, tell

pytestmark = pytest.mark.both


LIU = "liu.xiaozhang"


NOMINATION = "提名 三(2)中队 王小明 一星章 学雷锋,家长已书面同意3月1日"


@pytest.fixture
def fake() -> Iterator[FakeWecom]:
    with FakeWecom() as wecom:
        yield wecom


def with_principal(stage: Stage) -> None:
    with stage.app.engine.database.write.begin() as db:
        stage._join(db, ("wecom", LIU.lower()), "刘校长", Role.SCHOOL_ADMIN, stage.school)


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

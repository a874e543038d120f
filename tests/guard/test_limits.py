"""Nobody can fill the bot: what is too much is turned away before anything is written, and said so once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.pipeline.fair_queue import OWN, FairQueue
from bot.pipeline.limits import Limits
from bot.settings import Settings
from handlers.kit import Message
from storage.tables import delivery, inbox, incident, invite, outbox
from tests.support.stage import START, Bot, play

FAST = {"limit_person_minute": 20, "limit_person_hour": 200, "limit_stranger_minute": 5}
DAILY = {"greetings": 1, "incidents": 1, "invitations": 2, "campaigns": 1, "exports": 2}


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """The practice page as if it were a platform."""
    monkeypatch.setattr(Settings, "rates", property(lambda _: tuple(FAST.values())))
    monkeypatch.setattr(Settings, "daily_limits", property(lambda _: DAILY))


def message(sender: str, number: int, **more: object) -> Message:
    return replace(Message("practice", f"{sender}-{number}", sender, sender, START, f"你好{number}"), **more)


async def let_in(limits: Limits, messages: list[Message]) -> list[str | None]:
    return [await limits.refusal(each) for each in messages]


def limits_of(*members: str) -> Limits:
    return Limits(20, 200, 5, lambda _, address: address in members, lambda: START + timedelta(hours=5))


def many(sender: str, count: int, apart: float, start: int = 0) -> list[Message]:
    return [message(sender, start + n, sent_at=START + timedelta(seconds=apart * (start + n))) for n in range(count)]


def test_a_person_is_let_in_twenty_times_a_minute_and_told_once() -> None:
    async def scene() -> None:
        limits = limits_of("张老师")
        answers = await let_in(limits, many("张老师", 45, 0.5))
        assert answers[:20] == [None] * 20 and "没有回答的都没有处理" in str(answers[20])
        assert answers[21:] == [""] * 24
        # A minute later there is room, and each is let in.
        later = many("张老师", 20, 3, start=50)
        assert await let_in(limits, later) == [None] * 20
        # What comes again is what it was.
        assert await let_in(limits, [later[0], many("张老师", 22, 0.5)[21]]) == [None, ""]

    asyncio.run(scene())


def test_an_hour_has_two_hundred_and_strangers_have_five_a_minute() -> None:
    async def scene() -> None:
        answers = await let_in(limits_of("张老师"), many("张老师", 230, 10))
        assert answers[:200] == [None] * 200 and "这一小时" in str(answers[200]) and set(answers[201:]) == {""}
        answers = await let_in(limits_of(), many("陌生人", 30, 1))
        assert answers.count(None) == 5 and "最多 5 条" in str(answers[5]) and set(answers[6:]) == {""}
        # In a group nothing is said to strangers.
        group = [replace(each, private=False, chat="群") for each in many("陌生人", 30, 1)]
        assert set((await let_in(limits_of(), group))[5:]) == {""}

    asyncio.run(scene())


def test_what_waited_at_the_platform_and_photos_sent_together_are_not_too_much() -> None:
    async def scene() -> None:
        waited = many("张老师", 60, 120)
        photos = [message("李老师", n, album=f"a{n // 10}") for n in range(50)]
        assert set(await let_in(limits_of("张老师", "李老师"), waited + photos)) == {None}

    asyncio.run(scene())


def test_a_database_that_does_not_answer_makes_nobody_a_stranger() -> None:
    def broken(_: str, __: str) -> bool:
        raise OSError

    async def scene() -> None:
        assert set(await let_in(Limits(20, 200, 5, broken, lambda: START), many("张老师", 20, 0))) == {None}

    asyncio.run(scene())


def test_chats_take_turns() -> None:
    queue = FairQueue()
    jobs = [(f"陌生人{n % 60}", message(f"陌生人{n % 60}", n)) for n in range(1200)] + [
        ("张老师", message("张老师", 0))
    ]
    for chat, job in jobs:
        queue.put(chat, [(job, None)])  # type: ignore[list-item]
    queue.put(OWN, [("own", None)])  # type: ignore[list-item]
    first = [job for job, _ in queue.take(256)]
    assert first[0] == "own" and any(getattr(job, "sender", "") == "张老师" for job in first[:70])
    rest = first[1:]
    while queue.length:
        rest += [job for job, _ in queue.take(256)]
    # Nothing is lost, and within a chat the order holds.
    assert len(rest) == 1201
    for who in ("陌生人0", "陌生人59"):
        mine = [job.text for job in rest if isinstance(job, Message) and job.sender == who]
        assert mine == sorted(mine, key=lambda text: int(text[2:])) and len(mine) == 20


@pytest.mark.both
def test_sixty_strangers_delay_nobody(tmp_path: Path, limited: None) -> None:
    async def scene(bot: Bot) -> None:
        flood = [message(f"陌生人{n % 60}", n) for n in range(1200)]
        ours = message("张老师", 0, text="三(2)中队 主题队日 38人")
        outcomes = await asyncio.gather(*map(bot.app.pipeline.submit, [*flood, ours]))
        assert outcomes[-1].state == "done"
        with bot.read() as db:
            counts = [db.scalar(select(func.count()).select_from(table)) for table in (inbox, outbox)]
            # Five of each are heard, one greeting and one word about the limit are said to each.
            assert counts == [60 * 5 + 1, 60 * 2 + 1]
            # Whoever belongs here is answered before all of them.
            lanes = db.scalars(select(outbox.c.chat).order_by(outbox.c.lane, outbox.c.id).limit(1))
            assert list(lanes) == ["张老师"]

    play(tmp_path, scene)


@pytest.mark.both
def test_what_is_limited_a_day(tmp_path: Path, limited: None) -> None:
    async def said(bot: Bot, who: str, *words: str) -> list[str]:
        return [(await bot.say(who, each))[0] for each in words]

    async def scene(bot: Bot) -> None:
        assert await bot.say("陌生人", "你好") and await bot.say("陌生人", "在吗") == []
        *_, last = await said(bot, "李老师", *["邀请 中队辅导员 三(1)中队"] * 3)
        assert last.startswith("今天已经开了 2 个邀请码，没有再开。")
        # The code of 交接 is of the same kind, and nothing else is done without one.
        assert "没有再开" in (await said(bot, "李老师", "交接 张老师 洪老师", "确定"))[-1]
        assert (await bot.say("张老师", "我是谁"))[0].startswith("张老师")
        # What is refused for another reason costs nothing.
        await said(bot, "刘校长", "导出 名册 月球", "导出 名册", "导出 名册 核对名单", "导出 名册模板")
        assert (await said(bot, "刘校长", "导出 名册 核对名单"))[0].startswith("今天已经导出了 2 次")
        # Its question is not open any more.
        *_, spent, done = await said(bot, "刘校长", "导出 名册", "核对名单", "邀请 中队辅导员 三(1)中队")
        assert spent.startswith("今天已经导出了 2 次") and done.startswith("邀请码")
        assert bot.new("刘校长") == []
        first, again = await said(bot, "张老师", "泄露 手机丢了，上面有提名的消息", "泄露 手机丢了，里面有名册")
        assert first.startswith("已报告 X") and again.startswith("您今天已经报过 1 次泄露，负责人都收到了")
        with bot.read() as db:
            assert db.scalar(select(func.count()).select_from(incident)) == 1
            assert db.scalar(select(func.count()).where(delivery.c.kind == "incident")) > 0
            assert db.scalar(select(func.count()).select_from(invite)) == 3
        # A phone that was stolen is unlinked all the same.
        gone = (await said(bot, "李老师", "解绑 张老师", "解绑 1"))[-1]
        assert gone.startswith("已解绑") and "邀请码开满了" in gone
        assert "邀请码" in (await bot.say("张老师", "我是谁"))[0]
        await bot.move(START + timedelta(days=1))
        assert (await bot.say("李老师", "邀请 中队辅导员 三(1)中队"))[-1].startswith("邀请码")
        assert await bot.say("陌生人", "你好")

    play(tmp_path, scene)


def test_the_practice_page_has_no_limits() -> None:
    practice = Settings(_env_file=None, **FAST, limit_greetings_day=1)  # type: ignore[call-arg]
    real = Settings(_env_file=None, telegram_token="1:x", **FAST, limit_exports_day=3)  # type: ignore[call-arg]
    assert (practice.rates, practice.daily_limits) == ((0, 0, 0), {})
    assert (real.rates, real.daily_limits) == ((20, 200, 5), {"exports": 3})

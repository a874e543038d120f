"""Answers that the response to a request carries: which they are, and what becomes of their letters."""

import asyncio
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

import bot.dispatch.features
from bot.dispatch.features import modules
from bot.pipeline.turn import Turn
from handlers.kit import Answer, Ask, Button, File, Refusal, Reply
from handlers.registry import ANYONE, command
from storage.messages import outbox, passive
from storage.tables import outbox as table
from tests.support.way import Way, play

pytestmark = pytest.mark.both
OFFERED = (Button("帮助", "帮助"),)


ANSWERS: dict[str, Answer] = {
    "一句": Reply("好"),
    "长话": Reply("队" * 683),
    "不长": Reply("队" * 682),
    "两句": [Reply("好"), Reply("再见")],
    "按钮": Reply("选吧", OFFERED),
    "轻按钮": Reply("记了", OFFERED, spoken="要看就发「帮助」。"),
    "文件": Reply("看", file=File("周报.png", "digest", mark="导出")),
    "别人": [Reply("好"), Reply("有人问", to=1)],
}


@command("回", who=ANYONE, group="人员", help="", examples=())
def answer(ask: Ask) -> Answer:
    if ask.args == "拒绝":
        raise Refusal("不行")
    # What is not there is a bug.
    return ANSWERS[ask.args]


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [*modules(), sys.modules[__name__]]
    monkeypatch.setattr(bot.dispatch.features, "modules", lambda: found)


def letters(way: Way) -> list[Any]:
    columns = table.c.state, table.c.owner, table.c.card, table.c.body, table.c.inbox_id
    with way.bot.read() as db:
        return list(db.execute(select(*columns).where(table.c.channel == "wecom").order_by(table.c.id)))


async def say(way: Way, text: str, **more: Any) -> Any:
    [outcome] = await way.together(replace(way.message(f"回 {text}"), channel="wecom", **more))
    return outcome


@pytest.mark.parametrize(
    ("text", "said"),
    [("一句", "好"), ("不长", "队" * 682), ("轻按钮", "记了\n要看就发「帮助」。"), ("别人", "好"), ("拒绝", "不行")],
)
def test_one_short_text_is_said_at_once(tmp_path: Path, text: str, said: str) -> None:
    async def scene(way: Way) -> None:
        outcome = await say(way, text)
        assert outcome.passive == said
        [letter] = letters(way)
        assert (letter.state, letter.owner, letter.card) == ("claimed", "passive", None)
        assert way.bot.app.engine.vault.open(letter.body) == {"text": said}

    play(tmp_path, scene)


@pytest.mark.parametrize("text", ["长话", "两句", "按钮", "文件"])
def test_more_than_one_short_text_is_sent(tmp_path: Path, text: str) -> None:
    async def scene(way: Way) -> None:
        assert (await say(way, text)).passive == ""
        assert {(letter.state, letter.owner) for letter in letters(way)} == {("new", None)}

    play(tmp_path, scene)


def test_a_press_is_not_answered_so(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        assert (await say(way, "一句", button="x.0")).passive == ""
        assert [letter.state for letter in letters(way)] == ["new"]

    play(tmp_path, scene)


def test_a_failed_message_tells_its_number_at_once_and_its_replay_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(way: Way) -> None:
        outcome = await say(way, "出错")
        assert outcome.state == "failed" and f"编号 {outcome.inbox_id}" in outcome.passive
        with way.bot.app.engine.database.write.begin() as db:
            db.execute(update(table).values(state="sent", platform_id="passive", owner=None))
        monkeypatch.setitem(ANSWERS, "出错", Reply("好了"))
        assert await asyncio.to_thread(way.bot.app.engine.transactions().replay, outcome.inbox_id) == "done"
        assert [(letter.state, letter.owner) for letter in letters(way)] == [("sent", None), ("new", None)]

    play(tmp_path, scene)


async def claimed(way: Way, real: datetime) -> Any:
    def claim(turn: Turn) -> Any:
        return outbox.claim(turn.db, "wecom", "sender", turn.now, real, timedelta(seconds=90), 9)

    return await way.pipeline.do(claim)


def test_what_was_written_is_not_sent_and_its_repeat_hears_it_again(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        now = way.bot.clock.now()
        outcome = await say(way, "一句")
        for _ in range(2):
            with way.bot.read() as db:
                [body] = passive.stored(db, outcome.inbox_id)
            assert way.bot.app.engine.vault.open(body or b"") == {"text": "好"}
            await way.pipeline.do(lambda turn: passive.written(turn.db, [outcome.inbox_id], turn.now))
        assert await claimed(way, now + timedelta(minutes=5)) == []
        assert [(letter.state, letter.owner) for letter in letters(way)] == [("sent", None)]

    play(tmp_path, scene)


def test_what_was_not_written_is_sent_after_a_while_and_what_follows_waits_for_it(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        now = way.bot.clock.now()
        outcome = await say(way, "一句")
        await say(way, "长话")
        assert await claimed(way, now + timedelta(seconds=15)) == []
        first, second = await claimed(way, now + timedelta(seconds=60))
        assert first.perhaps_at and not second.perhaps_at
        # Too late: it is the sender's now, and a repeat is not told twice.
        await way.pipeline.do(lambda turn: passive.written(turn.db, [outcome.inbox_id], turn.now))
        assert [(letter.state, letter.owner) for letter in letters(way)] == [("claimed", "sender")] * 2
        with way.bot.read() as db:
            assert passive.stored(db, outcome.inbox_id) == []

    play(tmp_path, scene)

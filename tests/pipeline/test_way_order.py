"""The way out: order, letters that must wait, what was sent and could not be noted."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.channels import SendError
from bot.practice.routes import Pages
from bot.practice.viewer import Viewer
from handlers.kit import Reply
from storage.tables import account
from storage.tables import outbox as letters
from tests.support.waiting import PATIENCE
from tests.support.way import Way, fail_on, once, planted, play, until

pytestmark = pytest.mark.both

__all__ = ["planted"]  # a fixture for every test here

# Order


def test_answers_keep_their_order_when_a_send_fails(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        fail_on(way, "记了 2", SendError("later", retry_after=0.01), times=2)
        for number in (1, 2, 3):
            await way.together(way.message(f"记数 {number}"))
            await way.bot.send()
        assert await until(way, 3) == ["记了 1", "记了 2", "记了 3"]

    play(tmp_path, scene)


def test_a_reminder_that_must_wait_or_hangs_does_not_block_an_answer(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        [sender] = way.bot.app.senders
        looping = asyncio.create_task(sender.run())
        hanging = asyncio.Event()
        send = way.bot.channel.send

        async def slow(outgoing: Any) -> str:
            if outgoing.text.startswith("提醒"):
                hanging.set()
                await asyncio.Event().wait()
            return await send(outgoing)

        way.bot.channel.send = slow  # type: ignore[method-assign]
        with way.bot.read() as db:
            person = db.scalar(select(account.c.person_id).where(account.c.address == "张老师"))
        await way.pipeline.do(lambda turn: turn.letters.notify([Reply("提醒", to=person)]) or turn.letters.flush())
        sender.wake()
        await asyncio.wait_for(hanging.wait(), PATIENCE)
        await way.together(way.message("记数 1"), way.message("记数 2", person="李老师"))
        found: list[str] = []
        async with asyncio.timeout(PATIENCE):
            while len(found) < 2:
                await asyncio.sleep(0.01)
                found += [bubble["text"] for who in ("张老师", "李老师") for bubble in way.bot.new(who)]
        assert sorted(found) == ["记了 1", "记了 2"]
        looping.cancel()

    play(tmp_path, scene)


def test_an_answer_that_could_not_be_put_on_the_phone_comes_later(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        happened = once(
            way.bot.app.engine.database.write,
            "before_cursor_execute",
            lambda _c, _k, statement, *_: statement.startswith("INSERT INTO screen"),
            OSError,
        )
        await way.together(way.message("记数 1"))
        assert await until(way, 1) == ["记了 1"] and happened

    play(tmp_path, scene)


def test_what_was_sent_is_noted_even_if_noting_it_fails_at_first(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        times = [0]
        send = way.bot.channel.send

        async def counted(outgoing: Any) -> str:
            times[0] += 1
            return await send(outgoing)

        way.bot.channel.send = counted  # type: ignore[method-assign]
        engine = way.bot.app.engine.database.write
        happened = once(
            engine,
            "before_cursor_execute",
            lambda _c, _k, statement, values, *_: statement.startswith("UPDATE outbox") and "sent" in str(values),
            OSError,
        )
        await way.together(way.message("记数 1"))
        with pytest.raises(OSError, match="planted"):
            await way.bot.send()
        assert happened
        assert await way.heard() == ["记了 1"]
        with way.bot.read() as db:
            assert list(db.scalars(select(letters.c.state))) == ["sent"] and times == [1]

    play(tmp_path, scene)


@pytest.mark.sqlite("of a server other processes may be there: the lease runs out")
def test_what_a_dead_process_held_goes_out_at_once(tmp_path: Path) -> None:
    """There is one process on a SQLite file: after a crash nobody waits for its lease to run out."""

    async def scene(way: Way) -> None:
        await way.together(way.message("记数 1"))
        until = way.bot.clock.real() + timedelta(seconds=90)
        claimed = update(letters).values(state="claimed", owner="dead", attempts=1, lease_until=until)
        await way.pipeline.do(lambda turn: turn.db.execute(claimed).rowcount)
        assert await way.heard() == [], "it is another's"
        [sender] = way.bot.app.senders
        looping = asyncio.create_task(sender.run())
        found: list[dict[str, Any]] = []
        # Long before that.
        async with asyncio.timeout(PATIENCE):
            while not found:
                await asyncio.sleep(0.01)
                found += way.bot.new("张老师")
        sender.stop()
        await looping
        assert [bubble["text"] for bubble in found] == ["记了 1"]
        with way.bot.read() as db:
            assert list(db.scalars(select(letters.c.state))) == ["uncertain"], "it may have been said before"

    play(tmp_path, scene)


def test_what_comes_while_a_page_is_being_told_is_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(way: Way) -> None:
        news, loop, meanwhile = Viewer.news, asyncio.get_running_loop(), []

        def slow_news(viewer: Viewer) -> list[Any]:
            found = news(viewer)
            if not meanwhile:
                # The page has looked and does not wait yet: just now somebody writes.
                meanwhile.append(
                    asyncio.run_coroutine_threadsafe(way.bot.say("张老师", "记数 1"), loop).result(PATIENCE)
                )
            return found

        monkeypatch.setattr(Viewer, "news", slow_news)
        stream = Pages(way.bot.app.stage)._stream("张老师", None)
        async with asyncio.timeout(PATIENCE):
            while "记了 1" not in await anext(stream):
                pass
        assert meanwhile == [["记了 1"]]

    play(tmp_path, scene)

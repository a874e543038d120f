"""The way of a message: committed together or not at all, each at its own risk, answered once and in order."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, func, select, update

import bot.engine
import bot.pipeline
import bot.practice
from bot import web
from bot.channels import SendError
from bot.features import modules
from bot.practice import Pages
from bot.practice_stage import Viewer
from bot.transaction import Turn
from handlers.kit import ANYONE, Answer, Ask, Button, File, Message, Refusal, Reply, command
from storage import checkins
from storage.checkins import Checkin
from storage.tables import account, checkin, inbox, rollup
from storage.tables import outbox as letters
from tests.faults import sums_as_counted, sums_as_kept
from tests.stage import Bot, running

SECRET = "王小明的电话"
DAY = date(2026, 4, 3)


# A planted feature: it does what volunteers' features may do wrong.


class Switch:
    """Whether the planted bug is there."""

    bug = True


@command("记数", who=ANYONE, help="", examples=())
def count(ask: Ask) -> Answer:
    note(ask, int(ask.args))
    return Reply(f"记了 {ask.args}")


@command("砰", who=ANYONE, help="", examples=())
def bang(ask: Ask) -> Answer:
    number, _, words = ask.args.partition(" ")
    note(ask, int(number))
    if Switch.bug:
        raise ValueError(words)
    return Reply(f"好了 {number} {ask.today}")


@command("先记后拒", who=ANYONE, help="", examples=())
def refuse(ask: Ask) -> Answer:
    note(ask, int(ask.args))
    raise Refusal("不能这样。", Button("帮助", "帮助"))


@command("汇总", who=ANYONE, help="", examples=())
def add_up(ask: Ask) -> Answer:
    ask.rollups.flush(ask.db)
    total = ask.db.scalar(select(func.sum(rollup.c.checkins))) or 0
    if ask.args:
        raise ValueError(ask.args)
    return Reply(f"共 {total}")


@command("没话", who=ANYONE, help="", examples=())
def forget_to_answer(ask: Ask) -> Answer:
    note(ask, int(ask.args))
    return None  # type: ignore[return-value]


@command("坏附件", who=ANYONE, help="", examples=())
def unsealable(ask: Ask) -> Answer:
    note(ask, int(ask.args))
    return [Reply("先说一句"), Reply("附件", file=File("周报.png", "digest", {"day": DAY}))]


@command("塞满", who=ANYONE, help="", examples=())
def fill(ask: Ask) -> Answer:
    ask.db.exec_driver_sql("INSERT INTO fact VALUES ('big', hex(randomblob(400000)), '2026-04-03 00:00:00')")
    return Reply("放下了")


@command("出题", who=ANYONE, help="", examples=())
def offer(ask: Ask) -> Answer:
    return Reply("选吧", (Button("记二十五", "记数 25"), Button("帮助", "帮助")))


def note(ask: Ask, number: int) -> None:
    """A check-in whose topic tells it apart; one number a unit."""
    new = Checkin(number, "主题队日", DAY, 30 + number, 40 if number % 2 else None)
    checkins.record(ask.db, ask.rollups, new, 1, ask.inbox_id, ask.now)


# Helpers


@pytest.fixture(autouse=True)
def _planted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [*modules(), sys.modules[__name__]]
    monkeypatch.setattr(bot.engine, "modules", lambda: found)
    monkeypatch.setattr(Switch, "bug", True)


class Way:
    """A running bot and what the tests want to know of it."""

    def __init__(self, stage: Bot) -> None:
        self.bot = stage
        self.pipeline = stage.app.pipeline
        self.names = 0

    def message(self, text: str = "", person: str = "张老师", **more: Any) -> Message:
        self.names += 1
        return Message("practice", f"w{self.names}", person, person, self.bot.clock.now(), text, **more)

    async def together(self, *messages: Message) -> list[Any]:
        """What becomes of messages that the writer finds waiting all at once."""
        return [outcome async for outcome in self._together(messages)]

    async def _together(self, messages: tuple[Message, ...]) -> AsyncIterator[Any]:
        async with self.held():
            waiting = [asyncio.ensure_future(self.pipeline.submit(each)) for each in messages]
            await asyncio.sleep(0)
        for outcome in await asyncio.gather(*waiting, return_exceptions=True):
            yield outcome

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """The writer is busy as long as this lasts."""
        busy, go_on = threading.Event(), threading.Event()

        def hold(_turn: Turn) -> None:
            busy.set()
            go_on.wait(10)

        deed = asyncio.ensure_future(self.pipeline.do(hold))
        await asyncio.to_thread(busy.wait, 10)
        try:
            yield
        finally:
            go_on.set()
            await deed

    async def heard(self, person: str = "张老师") -> list[str]:
        """What came to a phone since the last look."""
        await self.bot.send()
        return [bubble["text"] for bubble in self.bot.new(person)]

    def counts(self) -> dict[int, int]:
        """unit id → valid check-ins."""
        with self.bot.read() as db:
            return dict(db.execute(select(checkin.c.unit_id, func.count()).group_by(checkin.c.unit_id)).all())

    def states(self) -> list[str]:
        with self.bot.read() as db:
            return list(db.scalars(select(inbox.c.state).order_by(inbox.c.id)))

    def sums_are_right(self) -> None:
        with self.bot.read() as db:
            assert sums_as_kept(db) == sums_as_counted(db)

    async def write(self, statement: str) -> Any:
        return await self.pipeline.do(lambda turn: turn.db.exec_driver_sql(statement).scalar())


def play(folder: Path, scene: Callable[[Way], Any]) -> None:
    async def run() -> None:
        async with running(folder) as stage:
            await scene(Way(stage))

    asyncio.run(run())


def once(target: Any, name: str, matches: Callable[..., bool], error: type[Exception]) -> list[int]:
    """Raise `error` at the first event that matches; the list tells whether it happened."""
    happened: list[int] = []

    def raise_once(*arguments: Any) -> None:
        if not happened and matches(*arguments):
            happened.append(1)
            raise error("planted")

    event.listen(target, name, raise_once)
    return happened


# Together, and each at its own risk


def test_what_waits_is_one_commit(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        before = way.pipeline.commits
        outcomes = await way.together(*(way.message(f"记数 {n}") for n in range(1, 26)))
        assert way.pipeline.commits - before == 2  # The one that held the writer, and one for all twenty-five.
        assert {outcome.state for outcome in outcomes} == {"done"}
        assert way.counts() == dict.fromkeys(range(1, 26), 1)
        assert await way.heard() == [f"记了 {n}" for n in range(1, 26)]
        way.sums_are_right()

    play(tmp_path, scene)


def test_a_bug_costs_its_own_message_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(way: Way) -> None:
        texts = ("记数 1", f"砰 2 {SECRET}", "记数 3", "先记后拒 4", "记数 5")
        before = way.pipeline.commits
        outcomes = await way.together(*(way.message(text) for text in texts))
        assert way.pipeline.commits - before == 2
        assert [outcome.state for outcome in outcomes] == ["done", "failed", "done", "done", "done"]
        assert way.counts() == {1: 1, 3: 1, 5: 1}
        number = outcomes[1].inbox_id
        sorry = f"抱歉,这条消息没有处理好,已经保存(编号 {number})。管理员会处理,请不要重发。"
        assert await way.heard() == ["记了 1", sorry, "记了 3", "不能这样。", "记了 5"]
        way.sums_are_right()

    play(tmp_path, scene)
    assert SECRET not in caplog.text, "the log must not hold what people write"
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("practice.db*"))
    assert SECRET.encode() not in raw and SECRET.encode("utf-16-le") not in raw


def test_replay_handles_it_once_as_of_the_day_it_came(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        transactions = way.bot.app.engine.transactions()
        # 09:00 in Shanghai is the day before in UTC once it is earlier than 08:00.
        way.bot.clock.ahead -= way.bot.clock.now() - way.bot.clock.now().replace(hour=6)
        message = way.message(f"砰 2 {SECRET}")
        [failed] = await way.together(message)
        assert await way.heard() == [
            f"抱歉,这条消息没有处理好,已经保存(编号 {failed.inbox_id})。管理员会处理,请不要重发。"
        ]
        assert await asyncio.to_thread(transactions.replay, failed.inbox_id) == "failed"
        assert await way.heard() == [], "the number was told before"
        Switch.bug = False
        assert await asyncio.to_thread(transactions.replay, failed.inbox_id) == "done"
        assert await way.heard() == ["好了 2 2026-04-03"]
        with pytest.raises(LookupError):
            await asyncio.to_thread(transactions.replay, failed.inbox_id)
        [again] = await way.together(message)
        assert (again.inbox_id, again.state, again.repeat) == (failed.inbox_id, "done", True)
        assert way.counts() == {2: 1} and await way.heard() == []
        way.sums_are_right()

    play(tmp_path, scene)


@pytest.mark.parametrize("text", ["没话 7", "坏附件 7"])
def test_an_answer_that_cannot_be_said_is_a_bug_like_any_other(tmp_path: Path, text: str) -> None:
    """Else the platform would bring the message again and again, and Telegram nothing after it."""

    async def scene(way: Way) -> None:
        outcomes = await way.together(way.message("记数 1"), way.message(text), way.message("记数 3"))
        assert [getattr(each, "state", each) for each in outcomes] == ["done", "failed", "done"]
        first, sorry, last = await way.heard()
        assert (first, last) == ("记了 1", "记了 3") and f"编号 {outcomes[1].inbox_id}" in sorry
        assert way.counts() == {1: 1, 3: 1}
        way.sums_are_right()

    play(tmp_path, scene)


def test_a_message_with_half_a_character_can_fail_and_be_kept(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        bad = way.message("砰 2 \ud800", button="", name="\udfff")
        [outcome] = await way.together(bad)
        assert getattr(outcome, "state", outcome) == "failed"
        Switch.bug = False
        assert await asyncio.to_thread(way.bot.app.engine.transactions().replay, outcome.inbox_id) == "done"

    play(tmp_path, scene)


# Repeats


def test_repeats_get_the_same_answer_and_change_nothing(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        good, bad = way.message("记数 1"), way.message("砰 2 x")
        same_batch = await way.together(good, bad, good, bad, good)
        later = await way.together(bad, good)
        parallel = await asyncio.gather(*(way.pipeline.submit(good) for _ in range(20)))
        outcomes = [*same_batch, *later, *parallel]
        assert [outcome.repeat for outcome in outcomes] == [False, False] + [True] * 25
        said = {outcome.state: way.bot.app.stage.replies(outcome.inbox_id, "张老师") for outcome in outcomes}
        assert [reply["text"] for reply in said["done"]] == ["记了 1"]
        assert [reply["text"][:2] for reply in said["failed"]] == ["抱歉"]
        assert len({(outcome.inbox_id, outcome.state) for outcome in outcomes}) == 2
        assert way.counts() == {1: 1} and len(await way.heard()) == 2
        way.sums_are_right()

    play(tmp_path, scene)


def test_the_same_words_with_another_id_are_another_message(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        message = way.message("帮助")
        other_channel = replace(message, channel="other")
        outcomes = await way.together(message, other_channel, way.message("帮助"))
        assert [outcome.repeat for outcome in outcomes] == [False] * 3
        assert len({outcome.inbox_id for outcome in outcomes}) == 3

    play(tmp_path, scene)


# Too much, and transactions that end beneath us


def test_a_full_queue_says_come_again_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.pipeline, "MOST_WAITING", 5)

    async def scene(way: Way) -> None:
        routes = web.application(dict, str, way.bot.app.routes)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(routes), base_url="http://127.0.0.1") as http:

            async def post(number: int) -> httpx.Response:
                body = {"id": f"q{number}", "person": "张老师", "text": f"记数 {number}"}
                return await http.post("/practice/messages", json=body)

            async def until_taken(number: int) -> list[int]:
                statuses = [(await post(number)).status_code]
                while statuses[-1] != 200:
                    await asyncio.sleep(0.01)
                    statuses.append((await post(number)).status_code)
                return statuses

            async with way.held():
                crowd = [asyncio.ensure_future(way.pipeline.submit(way.message("帮助"))) for _ in range(5)]
                await asyncio.sleep(0)
                # What the bot itself has to note is never turned away, or a letter that went out would go again.
                noted = asyncio.ensure_future(way.pipeline.do(lambda turn: "noted"))
                waiting = [asyncio.ensure_future(until_taken(number)) for number in range(1, 21)]
                refused = await asyncio.wait_for(post(21), 2)
                assert refused.status_code == 503 and int(refused.headers["retry-after"]) > 0
                assert refused.json()["error"] == "现在消息太多,请稍等再试。"
            assert await noted == "noted"
            statuses = await asyncio.gather(*waiting)
            await asyncio.gather(*crowd)
        assert {status for each in statuses for status in each[:-1]} <= {503}
        assert way.counts() == dict.fromkeys(range(1, 21), 1)
        way.sums_are_right()

    play(tmp_path, scene)


def test_a_full_disk_acknowledges_nothing_and_heals_by_itself(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        pages = await way.write("PRAGMA page_count")
        await way.write(f"PRAGMA max_page_count = {pages + 20}")
        messages = [way.message(text) for text in ("记数 1", "塞满", "记数 3")]
        outcomes = await way.together(*messages)
        assert [getattr(each, "state", "again") for each in outcomes] == ["done", "again", "done"]
        assert len(way.states()) == 2, "the one that found no room has left no trace"
        await way.write("PRAGMA max_page_count = 1073741823")
        again = await way.together(*messages)
        assert [(each.state, each.repeat) for each in again] == [("done", True), ("done", False), ("done", True)]
        assert sorted(await way.heard()) == ["放下了", "记了 1", "记了 3"]
        way.sums_are_right()

    play(tmp_path, scene)


def _is_inbox_insert(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> bool:
    return statement.startswith("INSERT INTO inbox")


@pytest.mark.parametrize(
    ("name", "matches"),
    [("commit", lambda *_: True), ("before_cursor_execute", _is_inbox_insert)],
    ids=["at the commit", "at the inbox"],
)
def test_after_a_broken_transaction_each_is_handled_by_itself(
    tmp_path: Path, name: str, matches: Callable[..., bool]
) -> None:
    async def scene(way: Way) -> None:
        before = way.states()
        async with way.held():
            waiting = [asyncio.ensure_future(way.pipeline.submit(way.message(f"记数 {n}"))) for n in (1, 2, 3)]
            await asyncio.sleep(0)
            # The commit of the deed that holds the writer goes well.
            happened: list[int] = []
            skip = [1] if name == "commit" else []
            engine = way.bot.app.engine.database.write
            happened = once(engine, name, lambda *each: not (skip and skip.pop()) and matches(*each), OSError)
        outcomes = await asyncio.gather(*waiting)
        assert happened and [outcome.state for outcome in outcomes] == ["done"] * 3
        assert [outcome.repeat for outcome in outcomes] == [False] * 3
        assert len(way.states()) == len(before) + 3
        assert way.counts() == {1: 1, 2: 1, 3: 1}
        assert await way.heard() == ["记了 1", "记了 2", "记了 3"]
        way.sums_are_right()

    play(tmp_path, scene)


def test_a_commit_that_takes_too_long_is_joined_by_the_repeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.practice, "SECONDS_TO_COMMIT", 0.1)

    async def scene(way: Way) -> None:
        routes = web.application(dict, str, way.bot.app.routes)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(routes), base_url="http://127.0.0.1") as http:
            body = {"id": "l1", "person": "张老师", "text": "记数 1"}
            async with way.held():
                for _ in range(2):
                    assert (await http.post("/practice/messages", json=body)).status_code == 503
            monkeypatch.undo()
            again = (await http.post("/practice/messages", json=body)).json()
        assert again["repeat"] and [reply["text"] for reply in again["replies"]] == ["记了 1"]
        assert way.counts() == {1: 1}

    play(tmp_path, scene)


def test_a_single_message_that_is_not_committed_comes_again(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        routes = web.application(dict, str, way.bot.app.routes)
        engine = way.bot.app.engine.database.write
        happened = once(engine, "before_cursor_execute", _is_inbox_insert, OSError)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(routes), base_url="http://127.0.0.1") as http:
            body = {"id": "s1", "person": "张老师", "text": "记数 1"}
            first = await http.post("/practice/messages", json=body)
            assert happened and first.status_code == 503 and "再试一次" in first.json()["error"]
            assert way.counts() == {}
            second = await http.post("/practice/messages", json=body)
        assert second.json()["replies"][0]["text"] == "记了 1" and not second.json()["repeat"]
        assert way.counts() == {1: 1}
        await way.bot.send()
        assert [bubble["text"] for bubble in way.bot.new("张老师")] == ["记数 1", "记了 1"]

    play(tmp_path, scene)


def test_a_commit_whose_answer_is_lost_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(way: Way) -> None:
        dialect = way.bot.app.engine.database.write.dialect
        commit, commits = dialect.do_commit, []

        def committed_but_cut_off(connection: Any) -> None:
            commit(connection)
            commits.append(threading.current_thread().name)
            if commits.count("writer") == 2:  # The first is that of the deed which holds the writer.
                raise OSError("cut off")

        async with way.held():
            waiting = [asyncio.ensure_future(way.pipeline.submit(way.message(f"记数 {n}"))) for n in (1, 2)]
            await asyncio.sleep(0)
            monkeypatch.setattr(dialect, "do_commit", committed_but_cut_off)
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert len(commits) > 2 and [getattr(each, "state", each) for each in outcomes] == ["done", "done"]
        assert way.counts() == {1: 1, 2: 1}
        assert await way.heard() == ["记了 1", "记了 2"]
        way.sums_are_right()

    play(tmp_path, scene)


# Sums


def test_sums_are_right_whatever_fails_around_them(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        texts = ["记数 1", "砰 2 x", "汇总", "记数 3", "汇总 砰", "先记后拒 4", "记数 5", "汇总 再砰", "砰 6 x", "汇总"]
        outcomes = await way.together(*(way.message(text) for text in texts))
        states = [outcome.state for outcome in outcomes]
        assert states == ["done", "failed", "done", "done", "failed", "done", "done", "failed", "failed", "done"]
        assert [text for text in await way.heard() if text.startswith("共")] == ["共 1", "共 3"]
        way.sums_are_right()
        await way.together(way.message("汇总 砰"), way.message("记数 7"), way.message("记数 9"))
        way.sums_are_right()
        assert set(way.counts()) == {1, 3, 5, 7, 9}

    play(tmp_path, scene)


# Order


def test_answers_keep_their_order_when_a_send_fails(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        fail_on(way, "记了 2", SendError("later", after=0.01), times=2)
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
                await asyncio.sleep(30)
            return await send(outgoing)

        way.bot.channel.send = slow  # type: ignore[method-assign]
        with way.bot.read() as db:
            person = db.scalar(select(account.c.person_id).where(account.c.address == "张老师"))
        await way.pipeline.do(lambda turn: turn.letters.notify([Reply("提醒", to=person)]) or turn.letters.flush())
        sender.wake()
        await asyncio.wait_for(hanging.wait(), 2)
        await way.together(way.message("记数 1"), way.message("记数 2", person="李老师"))
        found: list[str] = []
        async with asyncio.timeout(3):
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
        async with asyncio.timeout(3):
            while not found:
                await asyncio.sleep(0.01)
                found += way.bot.new("张老师")
        sender.stop()
        await looping
        assert [bubble["text"] for bubble in found] == ["记了 1"]
        with way.bot.read() as db:
            assert list(db.scalars(select(letters.c.state))) == ["uncertain"], "it may have been said before"

    play(tmp_path, scene)


def fail_on(way: Way, text: str, error: Exception, times: int) -> None:
    send, left = way.bot.channel.send, [1] * times

    async def flaky(outgoing: Any) -> str:
        if outgoing.text == text and left:
            left.pop()
            raise error
        return await send(outgoing)

    way.bot.channel.send = flaky  # type: ignore[method-assign]


async def until(way: Way, number: int) -> list[str]:
    """The bubbles, once there are so many."""
    found: list[str] = []
    async with asyncio.timeout(5):
        while len(found) < number:
            found += await way.heard()
            await asyncio.sleep(0.02)
    return found


def test_what_comes_while_a_page_is_being_told_is_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(way: Way) -> None:
        news, loop, meanwhile = Viewer.news, asyncio.get_running_loop(), []

        def slow_news(viewer: Viewer) -> list[Any]:
            found = news(viewer)
            if not meanwhile:
                # The page has looked and does not wait yet: just now somebody writes.
                meanwhile.append(asyncio.run_coroutine_threadsafe(way.bot.say("张老师", "记数 1"), loop).result(5))
            return found

        monkeypatch.setattr(Viewer, "news", slow_news)
        stream = Pages(way.bot.app.stage)._stream("张老师", None)
        async with asyncio.timeout(5):
            while "记了 1" not in await anext(stream):
                pass
        assert meanwhile == [["记了 1"]]

    play(tmp_path, scene)


# Buttons


def test_buttons_belong_to_a_person_and_a_chat(tmp_path: Path) -> None:
    async def scene(way: Way) -> None:
        await way.together(way.message("出题"))
        await way.bot.send()
        button = way.bot.new("张老师")[-1]["buttons"][0]["id"]
        for_others, gone = "这个按钮是给别人的", "这个按钮已经失效"

        async def press(person: str, pressed: str, chat: str = "") -> str:
            message = replace(way.message("", person, button=pressed), chat=chat or person)
            [outcome] = await way.together(message)
            assert outcome.state == "done"
            return way.bot.app.stage.replies(outcome.inbox_id, chat or person)[0]["text"]

        assert (await press("李老师", button)).startswith(gone)
        assert (await press("李老师", button, chat="张老师")).startswith(for_others)
        assert (await press("陌生人", button, chat="张老师")).startswith(for_others)
        for wrong in ("x", "x.0", button.split(".")[0], f"{button}9", button[:-1] + "-1", button[:-1] + "二", "." * 64):
            assert (await press("张老师", wrong)).startswith(gone), wrong
        assert way.counts() == {}
        assert await press("张老师", button) == "记了 25"
        assert way.counts() == {25: 1}

    play(tmp_path, scene)

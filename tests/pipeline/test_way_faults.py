"""The way of a message when there is too much of it, or a transaction ends beneath it."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

import bot.pipeline.writer
import bot.practice.routes
import bot.startup
from bot import web
from bot.pipeline import attempts
from storage.database import forget_pages, sqlite_module
from tests.support.databases import new_database
from tests.support.waiting import PATIENCE
from tests.support.way import Way, once, planted, play

pytestmark = pytest.mark.both

__all__ = ["planted"]  # a fixture for every test here

# Too much, and transactions that end beneath us


def test_a_full_queue_says_come_again_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.pipeline.writer, "MOST_WAITING", 5)

    async def scene(way: Way) -> None:
        served = web.application(dict, str, way.bot.app.routes)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://127.0.0.1") as http:

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
                refused = await asyncio.wait_for(post(21), PATIENCE)
                assert refused.status_code == 503 and int(refused.headers["retry-after"]) > 0
                assert refused.json()["error"] == "现在消息太多，请稍等再试。"
            assert await noted == "noted"
            statuses = await asyncio.gather(*waiting)
            await asyncio.gather(*crowd)
        assert {status for each in statuses for status in each[:-1]} <= {503}
        assert way.counts() == dict.fromkeys(range(1, 21), 1)
        way.sums_are_right()

    play(tmp_path, scene)


@pytest.mark.sqlite("fills the file up with max_page_count")
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


@pytest.mark.sqlite("an error that only SQLite tells")
def test_a_flush_that_fails_ends_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(BaseException):
        pass

    def gone(status: int) -> None:
        raise Gone(status)

    async def scene(way: Way) -> None:
        monkeypatch.setattr("bot.pipeline.attempts.os._exit", gone)
        fault = type("OperationalError", (Exception,), {"sqlite_errorcode": 1034})("disk I/O error")
        engine = way.bot.app.engine
        once(engine.database.write, "commit", lambda *_: True, lambda _: OperationalError("COMMIT", {}, fault))
        with pytest.raises(Gone, match="70"):
            attempts.process(engine.transactions(), [way.message("记数 1")])

    play(tmp_path, scene)


@pytest.mark.sqlite("a write-ahead log that is emptied")
def test_a_full_disk_while_the_log_is_emptied_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __format__(self, _: str) -> str:
            raise sqlite_module().OperationalError("database or disk is full")

    async def scene(way: Way) -> None:
        monkeypatch.setattr("storage.database._SHORT_PATIENCE", Full())
        await way.pipeline.do(lambda turn: forget_pages(turn.db))
        log = tmp_path / "practice.db-wal"
        assert (await way.pipeline.submit(way.message("记数 1"))).state == "done" and log.stat().st_size
        monkeypatch.undo()
        assert (await way.pipeline.submit(way.message("记数 2"))).state == "done" and not log.stat().st_size

    play(tmp_path, scene)


def test_a_bug_in_a_transaction_costs_what_was_in_it_and_the_writer_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> list[object]:
        raise ZeroDivisionError

    async def scene(way: Way) -> None:
        monkeypatch.setattr(attempts, "_tried", broken)
        with pytest.raises(ZeroDivisionError):
            await way.pipeline.submit(way.message("记数 1"))
        monkeypatch.undo()
        assert (await way.pipeline.submit(way.message("记数 2"))).state == "done" and way.counts() == {2: 1}

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
    monkeypatch.setattr(bot.practice.routes, "SECONDS_TO_COMMIT", 0.1)

    async def scene(way: Way) -> None:
        served = web.application(dict, str, way.bot.app.routes)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://127.0.0.1") as http:
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
        served = web.application(dict, str, way.bot.app.routes)
        engine = way.bot.app.engine.database.write
        happened = once(engine, "before_cursor_execute", _is_inbox_insert, OSError)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://127.0.0.1") as http:
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


def test_a_connection_that_somebody_still_reads_by_is_closed_when_it_comes_back(tmp_path: Path) -> None:
    database = new_database(tmp_path)
    reading = database.read.connect()
    reading.exec_driver_sql("SELECT 1")
    behind: Any = reading.connection.driver_connection
    database.close()
    reading.close()
    with pytest.raises(Exception, match="closed"):
        behind.execute("SELECT 1")

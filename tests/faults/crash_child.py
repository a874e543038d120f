"""Dies at the n-th border of a message's way, for every n, and looks again: `python -m tests.faults.crash_child DIR`.

A line of JSON for each way: the steps it has, and what was wrong after which death. The driver leaves no
thread behind, so that it may fork.
"""

import asyncio
import base64
import gc
import io
import itertools
import json
import os
import sys
import traceback
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect

import bot.files.fetcher
from bot.channels import Channel
from bot.files.fetcher import Fetcher
from bot.practice.channel import Practice, decode
from storage.statements import Prepared
from tests.support import stage
from tests.support.databases import copied, share_statements
from tests.support.sums import broken

DIED = 9


def small_photo() -> str:
    """A JPEG that costs nothing to open, in base64."""
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(content, "JPEG")
    return base64.b64encode(content.getvalue()).decode()


@dataclass(frozen=True)
class Way:
    """A message, how the answer begins, who else hears of it, and how many rows there must be in the end."""

    body: dict[str, Any]
    answer: str
    others: tuple[str, ...]
    rows: dict[str, int]


CHECKIN = Way(
    {
        "id": "c1", "person": "张老师", "text": "三(2)中队 主题队日 38人 清明祭英烈",
        "file": {"name": "照片.jpg", "type": "image/jpeg", "data": small_photo()},
    },
    "已记录：三(2)中队 主题队日 38 人", (),
    {"inbox": 1, "checkin": 1, "rollup": 1, "file": 1, "file where state = 'stored'": 1, "outbox": 1},
)  # fmt: skip
JOIN = Way(
    {"id": "j1", "person": "陌生人", "text": "加入 {code}"},
    "欢迎！您现在是", (),
    {"account where address = '陌生人'": 1, "role_grant where since > '2026-04-03 01:00:30'": 1,
     "invite where used_at is not null": 1, "wrong_code": 0},
)  # fmt: skip
NOMINATION = Way(
    {"id": "n1", "person": "张老师", "text": "提名 三(2)中队 王小明 一星章 学雷锋事迹突出"},
    "已收到提名", ("李老师", "刘校长"),
    {"inbox": 1, "nomination": 1, "nomination_step": 1, "child": 2, "outbox": 3},
)  # fmt: skip
WAYS = {"checkin": CHECKIN, "join": JOIN, "nomination": NOMINATION}


class Steps:
    """Notes what would leave a trace, and dies at one of the borders.

    Whatever a transaction has written, a crash before its commit leaves the same on the disk: so one death in it is
    enough (at its end, where there is most to be undone), and none where it is but one statement.
    """

    def __init__(self, die_at: int) -> None:
        self.die_at = die_at
        self.names: list[str] = []
        self.borders = 0
        self._statements = 0

    def step(self, name: str) -> None:
        self.names.append(name)
        if not name.startswith("before") or (name == "before do_commit" and self._statements > 1):
            self.borders += 1
            if self.borders == self.die_at:
                os._exit(DIED)
        if name.endswith("do_commit"):
            self._statements = 0

    def watch(self, channel: type[Channel] = Practice) -> None:
        event.listen(Engine, "before_cursor_execute", self._statement)
        self._prepared("rows")
        self._prepared("many")
        self._around(DefaultDialect, "do_commit")
        self._around(bot.files.fetcher, "keep")
        send = channel.send

        async def watched(self_: Channel, outgoing: Any) -> str:
            self.step("before send")
            said = await send(self_, outgoing)
            self.step("after send")
            return said

        channel.send = watched  # type: ignore[method-assign]

    def _statement(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        # What only reads leaves no trace: dying before it is the same as dying after the write before it.
        if not statement.startswith(("SELECT", "BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            self._statements += 1
            self.names.append(" ".join(statement.split()[:3]))

    def _prepared(self, name: str) -> None:
        function = getattr(Prepared, name)

        def watched(statement: Prepared, db: Connection, values: Any) -> Any:
            self._statement(db, None, statement._form(db.dialect).sql)
            return function(statement, db, values)

        setattr(Prepared, name, watched)

    def _around(self, owner: Any, name: str) -> None:
        function = getattr(owner, name)

        def watched(*arguments: Any) -> Any:
            self.step(f"before {name}")
            result = function(*arguments)
            self.step(f"after {name}")
            return result

        setattr(owner, name, watched)


def bot_in(folder: Path, later: timedelta = timedelta()) -> AbstractAsyncContextManager[stage.Bot]:
    return stage.running(folder, stage.START + later)


async def deliver(running: stage.Bot, way: Way) -> None:
    message = decode(way.body, running.clock.now(), running.channel.spool)
    outcome = await running.app.stage.hear(message)
    assert outcome.state == "done"


async def finish(running: stage.Bot) -> None:
    """What the loops do: send what is to be sent, fetch what is to be fetched."""
    app = running.app
    read, files = app.engine.database.read, app.settings.files
    await running.send()
    clock = (app.engine.clock.now, app.engine.clock.real)
    await Fetcher(app.channels, app.pipeline, read, files, clock, app.owner).once()
    await running.send()


async def walk(folder: Path, way: Way, die_at: int, tell: Callable[[Any], None]) -> None:
    async with bot_in(folder, timedelta(minutes=1)) as running:
        steps = Steps(die_at)
        steps.watch()
        await deliver(running, way)
        tell("acknowledged")
        await finish(running)
        steps.die_at = 0
        tell(steps.names)


async def look(folder: Path, way: Way, acknowledged: bool) -> list[str]:
    """Start again; the platform repeats what was not acknowledged, but not what was. What is wrong then."""
    async with bot_in(folder, timedelta(minutes=4)) as running:
        for _ in range(0 if acknowledged else 2):
            await deliver(running, way)
        await finish(running)
        return problems(running, way)


def problems(running: stage.Bot, way: Way) -> list[str]:
    running.phones.clear()
    found = [] if way.answer in told(running, way.body["person"], "bot") else ["no answer"]
    found += [f"{who} was not told" for who in way.others if not told(running, who, "bot")]
    for who in (way.body["person"], *way.others):
        if told(running, who, "bot").count("|") > 1:
            found.append(f"{who} was told {told(running, who, 'bot')}")
    if told(running, way.body["person"], "me").count("|") != 1:
        found.append("the person's own words are not there once")
    with running.read() as db:
        for what, expected in way.rows.items():
            number = db.scalar(text(f"SELECT count(*) FROM {what}"))
            found += [f"{number} rows of {what}"] if number != expected else []
    return found + broken(running.app.engine.database)


def told(running: stage.Bot, who: str, by: str) -> str:
    """All that a phone shows of one side, each bubble ended by a bar."""
    running.phones.pop(who, None)
    return "".join(bubble["text"] + "|" for bubble in running.new(who) if bubble["from"] == by)


async def prepare(folder: Path) -> str:
    """Make the practice district, and a code to join it."""
    folder.mkdir(parents=True)
    async with bot_in(folder) as running:
        await running.hear(running.body("李老师", "邀请 中队辅导员 三(1)中队"), times=1)
        code: str = running.new("李老师")[-1]["text"].splitlines()[0].partition("：")[2]
        with running.app.engine.database.write.begin() as db:
            for table in ("screen", "outbox", "inbox"):
                db.exec_driver_sql(f"DELETE FROM {table}")
        return code


def apart(work: Callable[[Callable[[Any], None]], Coroutine[Any, Any, None]]) -> tuple[int, list[Any]]:
    """(exit status, what it told) of `work` in a fork."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        status = 1
        try:
            asyncio.run(work(lambda said: os.write(writing, json.dumps(said).encode() + b"\n") and None))
            status = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = [json.loads(line) for line in pipe]
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def die_everywhere(template: Path, folder: Path, way: Way) -> dict[str, Any]:
    """Die at border 1, 2, … until a run gets to its end."""
    wrong: list[str] = []
    for number in itertools.count(1):
        copied(template, folder, "practice.db")
        status, said = apart(lambda tell, n=number: walk(folder, way, n, tell))  # type: ignore[misc]
        wrong += [f"{number}: {each}" for each in asyncio.run(look(folder, way, "acknowledged" in said))]
        if status != DIED:
            wrong += [f"{number}: ended with {status}"] if status else []
            return {"steps": said[-1] if said else [], "deaths": number - 1, "wrong": wrong}
    raise AssertionError


def ready() -> None:
    """For many forks that do much the same."""
    share_statements()
    # They leave the pages alone that they share with us: a third faster.
    gc.disable()
    gc.freeze()


def main(folder: Path, ways: list[str]) -> None:
    ready()
    JOIN.body["text"] = JOIN.body["text"].format(code=asyncio.run(prepare(folder / "template")))
    for name in ways:
        result = die_everywhere(folder / "template", folder / name, WAYS[name])
        print(json.dumps({"way": name, **result}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or list(WAYS))

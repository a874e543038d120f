"""Long polling that loses nothing: getUpdates → everything committed → the next offset; faults only delay it."""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeVar

from bot.channels.condition import Condition
from bot.channels.telegram import decode
from bot.channels.telegram.api import Api, Trouble
from bot.channels.telegram.intake import PATIENCE, Intake
from bot.engine import Engine
from bot.jobs.lease import Lease
from bot.pipeline.unread import NotCommitted
from bot.pipeline.writer import Pipeline
from storage.base import key_values

log = logging.getLogger(__name__)
T = TypeVar("T")
SECONDS_OF_A_POLL = 20
# After a week without updates the platform counts from a random number: an old offset could skip new messages.
OFFSET_LIVES = timedelta(days=6)
LONGEST_WAIT = 30.0
SECONDS_BETWEEN_COMPLAINTS = 60


class Stopped(Exception):
    """The bot is told to stop."""


class Poller:
    """The polling loop of one bot, run by the one process that holds its lease."""

    def __init__(
        self, api: Api, intake: Intake, pipeline: Pipeline, engine: Engine, owner: str,
        acknowledge: Callable[[str], None],
    ) -> None:  # fmt: skip
        """`acknowledge` sees to it that a callback query is answered; it must not raise."""
        self._api = api
        self._intake = intake
        self._pipeline = pipeline
        self._engine = engine
        # Who polls on for a moment without it does no harm: the inbox knows what has been handled.
        self._lease = Lease(f"{decode.NAME} poller {api.bot_id}", owner, pipeline, engine, lambda: None)
        self._acknowledge = acknowledge
        self._stop = asyncio.Event()
        self._ready = False
        self._offset: tuple[int, datetime] | None = None
        self._condition = Condition()
        self._uncommitted = 0
        self._complained: dict[str, float] = {}
        self._worked = monotonic()

    def stop(self) -> None:
        """Ask for nothing further; what was received is still committed."""
        self._stop.set()

    async def run(self) -> None:
        """Poll until stopped; whatever goes wrong only makes it wait."""
        self._stopped = asyncio.create_task(self._stop.wait())
        renewing = asyncio.create_task(self._lease.keep())
        try:
            while True:
                await self._unless_stopped(self._lease.held.wait())
                wait = await self._round()
                await self._unless_stopped(asyncio.sleep(wait))
        except Stopped:
            pass
        finally:
            renewing.cancel()
            self._stopped.cancel()
            await self._api.close()

    async def _unless_stopped(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        try:
            await asyncio.wait([task, self._stopped], return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise Stopped
            return task.result()
        finally:
            task.cancel()

    async def _round(self) -> float:
        """One question and what it brought; the seconds to wait before the next."""
        try:
            if not self._ready:
                await self._get_ready()
            updates = await self._unless_stopped(self._api.call("getUpdates", **self._question()))
            if not isinstance(updates, list):
                raise Trouble("回应里没有消息的列表")
            if updates:
                await self._take(updates)
        except Trouble as trouble:
            return self._after(trouble)
        except Stopped:
            raise
        except Exception:
            log.exception("取 Telegram 的消息时出错")
            return self._after(Trouble("程序自己出错"))
        self._recovered()
        return 0

    async def _get_ready(self) -> None:
        # A set webhook excludes polling. What waits must not be dropped with it.
        await self._unless_stopped(self._api.call("deleteWebhook", drop_pending_updates=False))
        noted = await asyncio.to_thread(self._noted)
        if noted is not None:
            self._offset = int(noted.value), noted.at
        self._ready = True

    def _noted(self) -> key_values.Value | None:
        with self._engine.database.read.connect() as db:
            return key_values.get(db, self._fact)

    @property
    def _fact(self) -> str:
        return f"{decode.NAME} offset {self._api.bot_id}"

    def _question(self) -> dict[str, Any]:
        asked: dict[str, Any] = {"timeout": SECONDS_OF_A_POLL, "limit": 100, "allowed_updates": decode.KINDS}
        if self._offset and self._engine.clock.real() - self._offset[1] < OFFSET_LIVES:
            asked["offset"] = self._offset[0]
        return asked

    async def _take(self, updates: list[Any]) -> None:
        ids = [number for number in map(decode.number_of, updates) if number is not None]
        if not ids:
            raise Trouble("送来的消息没有编号")
        if not self._uncommitted:
            self._acknowledge_presses(updates)
        try:
            await self._intake.take(updates, last_try=self._uncommitted >= PATIENCE)
            await self._note(max(ids) + 1)
        except NotCommitted as fault:
            self._uncommitted += 1
            raise Trouble(f"没有存下：{fault}") from fault
        self._uncommitted = 0

    async def _note(self, offset: int) -> None:
        real = self._engine.clock.real()
        try:
            await self._pipeline.do(lambda turn: key_values.put(turn.db, self._fact, str(offset), real))
        except Exception as fault:
            raise NotCommitted(type(fault).__name__) from fault
        self._offset = offset, real

    def _acknowledge_presses(self, updates: list[Any]) -> None:
        """At once: the platform wants to hear within seconds, and forgets a press that waited."""
        for query in filter(None, map(decode.query_of, updates)):
            self._acknowledge(query)

    # --- when it goes wrong -------------------------------------------------------------------------------

    def _after(self, trouble: Trouble) -> float:
        """The seconds to wait after this trouble."""
        text, before = str(trouble), self._condition.failures
        self._condition.failed(text)
        now = monotonic()
        if now - self._complained.get(text, -SECONDS_BETWEEN_COMPLAINTS) >= SECONDS_BETWEEN_COMPLAINTS:
            self._complained = {**self._complained, text: now} if len(self._complained) < 100 else {text: now}
            log.log(logging.ERROR if trouble.loud else logging.WARNING, "取不到 Telegram 的消息：%s；继续试", text)
        if trouble.webhook:
            self._ready = False
        wait: float = min(LONGEST_WAIT, 0.25 * 2 ** min(before, 10)) * random.uniform(0.5, 1)
        return max(wait, trouble.after + 0.5 if trouble.after else 0.0)

    def _recovered(self) -> None:
        if over := self._condition.worked():
            log.info("又取得到 Telegram 的消息了（此前失败 %d 次）", over)
        self._worked = monotonic()

    def state(self) -> dict[str, Any]:
        """How it goes: seconds since a question was answered, and what fails."""
        facts = {"mode": "polling", "age": round(monotonic() - self._worked, 1), **self._condition.facts()}
        waits = "另一个进程在取" if self._lease.elsewhere else ""
        return {**facts, "trouble": facts["trouble"] or waits}

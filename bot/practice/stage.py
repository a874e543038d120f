"""Behind the practice page: who can be played, what the phones show, the clock that is moved by hand."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any

from bot.engine import Engine
from bot.jobs.ticker import Ticker
from bot.pipeline.turn import Outcome
from bot.pipeline.writer import Pipeline
from bot.practice import cast, district
from bot.practice.channel import Practice
from bot.practice.timetable import Timetable
from handlers.kit import Message
from storage.messages import files, outbox, screens

SHOWN = 50


class Stage:
    """What the practice routes work with."""

    def __init__(self, channel: Practice, pipeline: Pipeline, engine: Engine, ticker: Ticker) -> None:
        """The parts it plays with."""
        self.channel = channel
        self._pipeline = pipeline
        self._ticker = ticker
        self.read = engine.database.read
        self.vault = engine.vault
        self.timetable = Timetable(pipeline, self.read, engine.clock, ticker)
        self.stopping = False
        self.restarts = 0
        # How far each phone has been looked at.
        self.read_up_to: dict[str, int] = {}

    async def widen(self) -> None:
        """Add the second district; tests of the first do without it."""
        await self._pipeline.do(district.add_second)

    def now(self) -> datetime:
        """The practice time."""
        return self.timetable.clock.now()

    def hear(self, message: Message) -> Awaitable[Outcome]:
        """Show the message on the sender's phone, then hand it to the bot."""

        async def both() -> Outcome:
            self._pipeline.check_room()
            label = await asyncio.to_thread(self._label, message) if message.button else ""
            await self.channel.heard(message, label)
            outcome = await self._pipeline.submit(message)
            for each in message.attachments:
                if not await asyncio.to_thread(self._is_wanted, each.ref):
                    await self.channel.release(each.ref)
            return outcome

        return asyncio.ensure_future(both())

    def _is_wanted(self, ref: str) -> bool:
        with self.read.connect() as db:
            return files.is_wanted(db, self.channel.name, ref)

    def photo(self, ref: str) -> Path | None:
        """What is kept of a photo that was sent, without what it said of itself; None where nothing is (yet)."""
        with self.read.connect() as db:
            name = files.photo_of(db, self.channel.name, ref)
        return self.channel.folder / name[:2] / name if name else None

    def _label(self, message: Message) -> str:
        with self.read.connect() as db:
            shown = screens.last(db, self.vault, message.chat, SHOWN)
        buttons = [button for _, bubble in shown for button in bubble["buttons"]]
        return next((button["label"] for button in buttons if button["id"] == message.button), "按钮")

    def replies(self, inbox_id: int, chat: str) -> list[dict[str, Any]]:
        """What a message was answered with, the same each time it is asked; pictures and files come with the stream."""
        with self.read.connect() as db:
            said = outbox.said_to(db, inbox_id, self.channel.name, chat)
        bodies = [(letter_id, self.vault.open(sealed) if sealed else {"text": "已记录"}) for letter_id, sealed in said]
        at = self.now().isoformat(timespec="milliseconds")
        return [{**_bubble(letter_id, body), "at": at} for letter_id, body in bodies if "file" not in body]

    def state(self) -> dict[str, Any]:
        """Who can be played, and the clock."""
        with self.read.connect() as db:
            players = cast.players(db, self.now())
        return {**self.time(), "people": players}

    def time(self, person: str = "") -> dict[str, Any]:
        """The practice clock and the next reminder of this person (empty: of anybody)."""
        return {"now": self.now().isoformat(timespec="seconds"), "next": self.timetable.coming(person)}

    async def move_clock(self, then: datetime, person: str = "") -> dict[str, Any]:
        """Go forward through every tick in between; raises BadRequest for a step back or a leap."""
        await self.timetable.move_to(then)
        await self.channel.tell()
        return await asyncio.to_thread(self.time, person)

    async def restart(self) -> dict[str, Any]:
        """Empty the practice database and fill it again; the clock is the true one again."""
        async with self.timetable.moving:
            self.timetable.clock.ahead = timedelta()
            await self._pipeline.do(district.start_again)
            await asyncio.to_thread(self._ticker.forget_log)
            await asyncio.to_thread(rmtree, self.channel.folder, ignore_errors=True)
            self.restarts += 1
            self.read_up_to.clear()
        await self.channel.tell()
        return await asyncio.to_thread(self.time)

    async def stop(self) -> None:
        """End the live pages."""
        self.stopping = True
        await self.channel.tell()


def _bubble(letter_id: int, body: dict[str, Any]) -> dict[str, Any]:
    buttons = [{"id": button_id, "label": label} for button_id, label in body.get("buttons", ())]
    said = {"id": f"o{letter_id}", "from": "bot", "client": None}
    return {**said, "text": body["text"], "buttons": buttons, "file": None}

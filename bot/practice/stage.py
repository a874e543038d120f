"""Behind the practice page: who can be played, what the phones show, the clock that is moved by hand."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta
from shutil import rmtree
from typing import Any

from sqlalchemy import Connection, Engine

from bot.clock import Clock
from bot.jobs.ticker import Ticker
from bot.pipeline.transaction import Outcome, Turn
from bot.pipeline.writer import Pipeline
from bot.practice import district as practice_district
from bot.practice.channel import NAME, BadRequest, Practice
from handlers.kit import Message
from storage.base import key_values
from storage.base.vault import Vault
from storage.messages import files, outbox, screens
from storage.organisation import units
from storage.people import people
from storage.reminders import deliveries

SHOWN = 50
FURTHEST = timedelta(days=400)
AHEAD = "practice-ahead"
# Nothing is laid out further ahead than this, so no tick may be skipped for longer.
LONGEST_STEP = timedelta(hours=12)
_FIRST = ("张老师", "李老师", "王主任", practice_district.STRANGER)
_PHRASES = {
    "counselor": (
        "{unit} 主题队日 38人 清明祭英烈",
        "应到42实到40 主题队会",
        "提醒",
        "提名 {unit} 王小明 一星章 学雷锋事迹突出",
        "帮助",
    ),
    "brigade": ("周报", "未签到", "催办", "待审", "提醒", "邀请 中队辅导员 三(2)中队", "帮助"),
    "school_admin": ("周报", "未签到", "催办", "待审", "提醒", "邀请 大队辅导员 {unit}", "帮助"),
    "supervisor": ("周报", "未签到", "催办", "提醒", "帮助"),
    "admin": ("周报", "未签到", "催办", "提醒", "邀请 大队辅导员 实验小学(演示)", "帮助"),
    "other": ("你好", "帮助", "提醒"),
}


class Stage:
    """What the practice routes work with."""

    def __init__(
        self,
        channel: Practice,
        pipeline: Pipeline,
        read: Engine,
        vault: Vault,
        clock: Clock,
        ticker: Ticker,
    ) -> None:
        """The parts it plays with."""
        self.channel = channel
        self._pipeline = pipeline
        self._read = read
        self.vault = vault
        self.clock = clock
        self._ticker = ticker
        self._moving = asyncio.Lock()
        self.stopping = False
        self.restarts = 0
        # How far each phone has been looked at.
        self.read_up_to: dict[str, int] = {}

    def now(self) -> datetime:
        """The practice time."""
        return self.clock.now()

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
        with self._read.connect() as db:
            return files.is_wanted(db, NAME, ref)

    def _label(self, message: Message) -> str:
        with self._read.connect() as db:
            shown = screens.last(db, self.vault, message.chat, SHOWN)
        buttons = [button for _, bubble in shown for button in bubble["buttons"]]
        return next((button["label"] for button in buttons if button["id"] == message.button), "按钮")

    def replies(self, inbox_id: int, chat: str) -> list[dict[str, Any]]:
        """What a message was answered with, the same each time it is asked; pictures and files come with the stream."""
        with self._read.connect() as db:
            said = outbox.said_to(db, inbox_id, NAME, chat)
        bodies = [(letter_id, self.vault.open(sealed) if sealed else {"text": "已记录"}) for letter_id, sealed in said]
        at = self.now().isoformat(timespec="milliseconds")
        return [{**_bubble(letter_id, body), "at": at} for letter_id, body in bodies if "file" not in body]

    def state(self) -> dict[str, Any]:
        """Who can be played, and the clock."""
        with self._read.connect() as db:
            cast = [
                _player(name, person, units.full_name(db, person.grants[0].unit) if person.grants else "")
                for name, person in people.with_accounts(db, NAME, self.now())
            ]  # fmt: skip
        if practice_district.STRANGER not in {each["id"] for each in cast}:
            cast.append(_player(practice_district.STRANGER, None, ""))
        cast.sort(key=lambda each: _FIRST.index(each["id"]) if each["id"] in _FIRST else len(_FIRST))
        return {**self.time(), "people": cast}

    def time(self, person: str = "") -> dict[str, Any]:
        """The practice clock and the next reminder of this person (empty: of anybody)."""
        return {"now": self.now().isoformat(timespec="seconds"), "next": self.next(person)}

    def next(self, person: str) -> dict[str, str] | None:
        """When the next reminder goes to this person (empty: to anybody), and what it is about."""
        with self._read.connect() as db:
            who = people.by_addresses(db, NAME, [person], self.now()).get(person) if person else None
            coming = None if person and who is None else self._ticker.coming(db, self.now(), who.id if who else None)
        if coming is None:
            return None
        return {"at": coming.send_at.astimezone(self.clock.zone).isoformat(), "what": coming.first_line}

    async def move_clock(self, then: datetime, person: str = "") -> dict[str, Any]:
        """Go forward through every tick in between; raises BadRequest for a step back or a leap."""
        then = then if then.tzinfo else then.replace(tzinfo=self.clock.zone)
        if then < self.now() - timedelta(minutes=1):
            raise BadRequest("演练时钟只能往前拨。要从头来,请按「重新开始」。")
        if then > self.now() + FURTHEST:
            raise BadRequest("一次最多往前拨 400 天。")
        async with self._moving:
            # What is due already is said before the leap: after it, it may be too late.
            await self._tick_until_done()
            while self.now() < then:
                step = await asyncio.to_thread(self._next_step, then)
                self.clock.move_to(max(step, self.now()))
                await self._tick_until_done()
        await self.channel.tell()
        return await asyncio.to_thread(self.time, person)

    async def _tick_until_done(self) -> None:
        while await self._pipeline.do(self._tick_and_note):
            pass

    def _next_step(self, then: datetime) -> datetime:
        with self._read.connect() as db:
            row = deliveries.next_due(db, self.now())
        steps = [then, self.now() + LONGEST_STEP, *([row.due_at] if row else [])]
        return min(steps)

    def _tick_and_note(self, turn: Turn) -> bool:
        key_values.put(turn.db, AHEAD, str(self.clock.ahead.total_seconds()), turn.now)
        return self._ticker.tick(turn)

    async def restart(self) -> dict[str, Any]:
        """Empty the practice database and fill it again; the clock is the true one again."""
        async with self._moving:
            self.clock.ahead = timedelta()
            await self._pipeline.do(practice_district.start_again)
            await asyncio.to_thread(rmtree, self.channel.folder, ignore_errors=True)
            self.restarts += 1
            self.read_up_to.clear()
        await self.channel.tell()
        return await asyncio.to_thread(self.time)

    def viewer(self, person: str, place: int | None) -> "Viewer":
        """A live page that shows this person's phone from this place on."""
        return Viewer(self, self._read, person, place)

    async def stop(self) -> None:
        """End the live pages."""
        self.stopping = True
        await self.channel.tell()


class Viewer:
    """What one live page has been told so far."""

    def __init__(self, stage: Stage, read: Engine, person: str, place: int | None) -> None:
        self._stage = stage
        self._read = read
        self._person = person
        self._place = place
        self._unread: dict[str, int] = {}
        self._shown: timedelta | None = None
        self._next: dict[str, str] | None = None
        self._restarts = stage.restarts

    def news(self) -> list[tuple[str, Any, int | None]]:
        """(event, data, place) of everything new."""
        found: list[tuple[str, Any, int | None]] = []
        with self._read.connect() as db:
            newest = screens.newest(db)
            if self._restarts != self._stage.restarts or (self._place or 0) > newest:
                self._restarts, self._place, self._unread = self._stage.restarts, 0, {}
                found.append(("restart", self._stage.time(), None))
            found += [("message", bubble, place) for place, bubble in self._bubbles(db)]
            self._stage.read_up_to[self._person] = newest
            unread = screens.unread(db, self._stage.read_up_to, self._person)
        found += [("unread", {"person": person, "count": count}, None) for person, count in self._changed(unread)]
        return found + self._clock()

    def _bubbles(self, db: Connection) -> list[screens.Row]:
        if self._place is None:
            rows = screens.last(db, self._stage.vault, self._person, SHOWN)
        else:
            rows = screens.after(db, self._stage.vault, self._place, self._person)
        self._place = rows[-1][0] if rows else (self._place or 0)
        return rows

    def _changed(self, unread: dict[str, int]) -> list[tuple[str, int]]:
        news = [(person, count) for person, count in unread.items() if self._unread.get(person) != count]
        self._unread = unread
        return news

    def _clock(self) -> list[tuple[str, Any, int | None]]:
        """The clock runs by itself: only a jump of it, or another next reminder, is news."""
        ahead, now = self._stage.clock.ahead, self._stage.now()
        if self._shown == ahead and (self._next is None or datetime.fromisoformat(self._next["at"]) > now):
            return []
        self._shown, self._next = ahead, self._stage.next(self._person)
        return [("clock", {"now": now.isoformat(timespec="seconds"), "next": self._next}, None)]


def _bubble(letter_id: int, body: dict[str, Any]) -> dict[str, Any]:
    buttons = [{"id": button_id, "label": label} for button_id, label in body.get("buttons", ())]
    said = {"id": f"o{letter_id}", "from": "bot", "client": None}
    return {**said, "text": body["text"], "buttons": buttons, "file": None}


def _player(name: str, person: people.Person | None, at: str) -> dict[str, Any]:
    role = person.grants[0].role if person and person.grants else None
    own = person.grants[0].unit.name if person and person.grants else ""
    kind = role.value if role else "other"
    phrases = [
        phrase.format(unit=own) for phrase in _PHRASES.get(kind, _PHRASES["admin" if kind in _ADMIN else "other"])
    ]
    group = "常用" if name in _FIRST else "更多"
    label = role.label if role else "陌生人"
    return {"id": name, "name": name, "role": label, "unit": at, "group": group, "phrases": phrases}


_ADMIN = {"county_admin", "city_admin", "province_admin"}


def restore_clock(read: Engine, clock: Clock) -> None:
    """Go on with the practice clock where it was moved to."""
    with read.connect() as db:
        ahead = key_values.get(db, AHEAD)
    if ahead is not None:
        clock.ahead = timedelta(seconds=float(ahead.value))

"""The outbox's way out: claim → channel.send → sent | later | uncertain | dead, in order within a chat."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from time import monotonic
from typing import Any

from sqlalchemy import Engine

from bot import standing
from bot.channels import Channel, SendError, outgoing
from bot.holds import Holds
from bot.pipeline import Pipeline
from bot.transaction import Turn
from storage import chats, outbox, sent_files
from storage.database import passes
from storage.vault import Vault, WrongKey

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=90)
# Letters on their way at once, about a second of what Telegram allows: what a process that dies holds counts as
# perhaps sent. Each chat's answers and notices go one after the other.
MOST = 30
SECONDS_TO_FINISH = 3
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Settled:
    """How one send ended; `files` are (key, the platform's name or None when it has forgotten it)."""

    letter: outbox.Letter
    state: str
    facts: dict[str, Any]
    gone: bool = False
    moved: str = ""
    files: tuple[tuple[str, str | None], ...] = ()


class Sender:
    """Sends one channel's letters."""

    def __init__(
        self,
        channel: Channel,
        pipeline: Pipeline,
        read: Engine,
        vault: Vault,
        render: Callable[[str, dict[str, Any]], bytes],
        clock: tuple[Callable[[], datetime], Callable[[], datetime]],
        owner: str,
    ) -> None:
        """`clock` is (the bot's time, the true time); `render` makes a file from its recipe."""
        self._channel = channel
        self._pipeline = pipeline
        self._read = read
        self._vault = vault
        self._render = render
        self._now, self._real = clock
        self._owner = owner
        self.name = channel.name
        self.last_round = monotonic()
        self._wake = asyncio.Event()
        self._stopping = False
        self._under_way: dict[asyncio.Task[None], int] = {}
        self._ended: list[Settled] = []
        self._holds = Holds(channel.name)

    def wake(self) -> None:
        """Look now: something was written."""
        self._wake.set()

    def stop(self) -> None:
        """Begin no further send."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Send until stopped; an unforeseen error costs one round, never the loop."""
        await self._take_over()
        while not self._stopping:
            self._wake.clear()
            self.last_round = monotonic()
            try:
                busy = await self._round()
            except Exception:
                log.exception("sender of %s", self._channel.name)
                await asyncio.sleep(1)
            else:
                if not busy:
                    await self._rest()
        await self._finish(SECONDS_TO_FINISH)

    async def _take_over(self) -> None:
        """On SQLite there is no other process: what is claimed at the start was in the hands of one that died."""
        with contextlib.suppress(Exception):
            await asyncio.to_thread(self._load_holds)
        if self._read.dialect.name == "sqlite":
            with contextlib.suppress(Exception):
                await self._pipeline.do(lambda turn: outbox.lapse(turn.db, self._channel.name, self._real()))

    def _load_holds(self) -> None:
        with self._read.connect() as db:
            self._holds.load(db)

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), timeout=1)

    async def once(self) -> bool:
        """Send what is due and wait for its end; False when nothing was."""
        busy = await self._round()
        await self._finish(None)
        return busy

    async def _round(self) -> bool:
        """Note what has ended and set on its way what is due; False when there was neither."""
        room = MOST - sum(self._under_way.values())
        due = room > 0 and await asyncio.to_thread(self._any_due)
        if not self._ended and not due:
            return False
        letters = await self._note(room)
        for _, group in groupby(sorted(letters, key=_order), key=_line):
            line = list(group)
            task = asyncio.create_task(self._send_in_order(line))
            self._under_way[task] = len(line)
            task.add_done_callback(self._under_way.pop)
        return True

    async def _note(self, room: int) -> list[outbox.Letter]:
        ended, self._ended = self._ended, []

        def note_and_claim(turn: Turn) -> list[outbox.Letter]:
            self._settle(turn, ended)
            return self._claim(turn, room)

        try:
            letters: list[outbox.Letter] = await self._pipeline.do(note_and_claim)
        except Exception:
            # What was sent and could not be noted is noted in a later round, not sent again.
            self._ended[:0] = ended
            self._holds.write_again()
            raise
        return letters

    async def _finish(self, seconds: float | None) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        if self._ended:
            await self._note(room=0)

    def _any_due(self) -> bool:
        with self._read.connect() as db:
            return outbox.waits(db, self._channel.name, self._now(), self._real(), self._holds.now(self._real()))

    def _claim(self, turn: Turn, most: int) -> list[outbox.Letter]:
        if most <= 0:
            return []
        real = self._real()
        held = self._holds.now(real)
        return outbox.claim(turn.db, self._channel.name, self._owner, turn.now, real, LEASE, most, held)

    async def _send_in_order(self, letters: list[outbox.Letter]) -> None:
        held, began = False, monotonic()
        for letter in letters:
            # What follows a letter that must wait goes back untouched: order holds within a lane. So does what a slow
            # chat would keep past the end of its lease, when it would be claimed and said once more.
            back = Settled(letter, "new", {"attempts": letter.attempts})
            late = monotonic() - began > LEASE.total_seconds() / 3
            ended = back if held or late or self._stopping else await self._send(letter)
            held = ended.state == "new"
            self._ended.append(ended)
        self._wake.set()

    async def _send(self, letter: outbox.Letter) -> Settled:
        try:
            body = self._vault.open(letter.body)
            platform_id, files = await self._say(letter, body)
        except SendError as error:
            return self._failed(letter, error)
        except Exception as bug:
            if isinstance(bug, WrongKey) or passes(bug):
                # The database is busy, or NAME_KEY is another one for the moment: it passes, the letter does not go.
                log.error("letter %d waits: %s", letter.id, type(bug).__name__)
                return self._failed(letter, SendError(type(bug).__name__))
            log.exception("letter %d", letter.id)
            return Settled(letter, "dead", {"error": type(bug).__name__})
        state = "uncertain" if letter.repeat or letter.doubts else "sent"
        return Settled(letter, state, {"sent_at": self._now(), "platform_id": platform_id[:80]}, files=tuple(files))

    async def _say(self, letter: outbox.Letter, body: dict[str, Any]) -> tuple[str, list[tuple[str, str | None]]]:
        """(the platform's id of the message, what is new about the files that it keeps for us)."""
        if "file" not in body:
            return await self._channel.send(outgoing(letter, body, None)), []
        made = tuple(body["file"][1:])
        key = sent_files.key_of(*made)
        files: list[tuple[str, str | None]] = []
        kept = await asyncio.to_thread(self._kept, key) or ""
        if kept:
            try:
                return await self._channel.send(outgoing(letter, body, b"", kept)), files
            except SendError as error:
                if not error.stale:
                    raise
                files.append((key, None))
        file = await asyncio.to_thread(self._render, *made)
        said = await self._channel.send(outgoing(letter, body, file, "", lambda name: files.append((key, name))))
        return said, files

    def _kept(self, key: str) -> str | None:
        with self._read.connect() as db:
            return sent_files.ref(db, self._channel.name, key)

    def _failed(self, letter: outbox.Letter, error: SendError) -> Settled:
        facts: dict[str, Any] = {"error": "".join(filter(str.isprintable, str(error)))[:200]}
        if error.moved:
            return Settled(letter, "new", {**facts, "due_at": self._now()}, moved=error.moved)
        if error.permanent or letter.attempts > 30:
            return Settled(letter, "dead", facts, error.gone)
        if error.uncertain:
            # Once more, and no more than that: it may have arrived each time.
            if letter.doubts or letter.repeat:
                return Settled(letter, "uncertain", {**facts, "sent_at": self._now()})
            facts["doubts"] = letter.doubts + 1
        if error.flood:
            self._holds.add(letter.chat, error.after + 0.5, self._real())
        wait = timedelta(seconds=error.after + 0.5) if error.after else self._backoff(letter.attempts)
        return Settled(letter, "new", {**facts, "due_at": self._now() + wait})

    def _backoff(self, attempts: int) -> timedelta:
        """Full jitter: anything up to 2ⁿ seconds, an hour at most."""
        return timedelta(seconds=random.uniform(0.2, min(LONGEST_WAIT.total_seconds(), 2.0**attempts)))

    def _settle(self, turn: Turn, settled: list[Settled]) -> None:
        for each in settled:
            letter = each.letter
            outbox.settle(turn.db, self._owner, letter.id, each.state, **each.facts)
            if each.state in ("dead", "uncertain"):
                log.warning("letter %d is %s: %s", letter.id, each.state, each.facts.get("error", "said again"))
            if each.gone:
                standing.lost(turn, letter.channel, letter.chat)
            if each.moved:
                chats.move(turn.db, letter.channel, letter.chat, each.moved, turn.now)
            self._note_files(turn, each)
        self._holds.write(turn.db, self._real())

    def _note_files(self, turn: Turn, settled: Settled) -> None:
        for key, name in settled.files:
            if name is None:
                sent_files.forget(turn.db, self._channel.name, key)
            else:
                sent_files.note(turn.db, self._channel.name, key, name, turn.now)


def _line(letter: outbox.Letter) -> tuple[str, str]:
    return letter.chat, letter.lane


def _order(letter: outbox.Letter) -> tuple[str, str, int]:
    return letter.chat, letter.lane, letter.id

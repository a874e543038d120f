"""The outbox's way out: claim → carried to the channel → sent | later | uncertain | dead, in order within a chat."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from time import monotonic
from typing import Any

from sqlalchemy import Engine

from bot.channels import Channel
from bot.clock import Clock
from bot.outbox import reachability as standing
from bot.outbox.carrier import Carrier, Settled
from bot.outbox.holds import Holds
from bot.pipeline.turn import Turn
from bot.pipeline.writer import Pipeline
from storage.base import leases
from storage.base.vault import Vault
from storage.messages import outbox, sent_files

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=90)
# Letters on their way at once, about a second of what Telegram allows: what a process that dies holds counts as
# perhaps sent. Each chat's answers and notices go one after the other. Letters that go in one call count as one.
MOST = 30
SECONDS_TO_FINISH = 3
# Whoever sends may be silent for so long before another process goes on.
HELD_FOR = timedelta(seconds=30)
# Renewed, or looked for, this often even when there is nothing to send: what a process that died held does not wait.
SECONDS_TO_RENEW = 5.0
# What has ended is noted with the next claim, and no later than this.
SECONDS_TO_NOTE = 0.25


class Sender:
    """Sends one channel's letters."""

    def __init__(
        self,
        channel: Channel,
        pipeline: Pipeline,
        read: Engine,
        vault: Vault,
        render: Callable[[str, dict[str, Any]], bytes],
        clock: Clock,
        owner: str,
    ) -> None:
        """`render` makes a file from its recipe."""
        self._channel = channel
        self._pipeline = pipeline
        self._read = read
        self._clock = clock
        self._now, self._real = clock.now, clock.real
        self._carrier = Carrier(channel, read, vault, render, clock)
        self._owner = owner
        self.name = channel.name
        self.last_round = monotonic()
        self._wake = asyncio.Event()
        self._stopping = False
        self._under_way: dict[asyncio.Task[None], int] = {}
        self._ended: list[Settled] = []
        self._first_ended = 0.0
        self._holds = Holds(channel.name)
        self._mine = False
        self._looked = monotonic() - SECONDS_TO_RENEW

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
                log.exception("%s 的发送出错", self._channel.name)
                # Whether it was taken is not known.
                self._mine = False
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
                await self._pipeline.do(lambda turn: outbox.lapse(turn.db, self.name, self._owner, self._real()))

    def _load_holds(self) -> None:
        with self._read.connect() as db:
            self._holds.load(db)

    async def _rest(self) -> None:
        seconds = max(0.01, self._noting_is_due()) if self._ended else 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), timeout=seconds)

    async def once(self) -> bool:
        """Send what is due and wait for its end; False when nothing was."""
        busy = await self._round()
        await self._finish(None)
        return busy

    async def _round(self) -> bool:
        """Note what has ended and set on its way what is due; False when there was neither.

        A round is a transaction, in the way of what people say: it takes a third of what there is room for at least.
        """
        if self._read.dialect.name != "sqlite" and monotonic() - self._looked >= SECONDS_TO_RENEW:
            await self._pipeline.do(self._is_mine)
        # While the platform is away one letter looks whether it is back.
        most = 1 if self._carrier.outage.on else MOST
        room = most - sum(self._under_way.values())
        ready = self._channel.ready() and not self._carrier.outage.left()
        wanted = ready and room > 0 and (room >= most // 3 or not self._under_way)
        due = wanted and await asyncio.to_thread(self._any_due)
        if not due and not (self._ended and (not self._under_way or self._noting_is_due() <= 0)):
            return False
        some_ended = bool(self._ended)
        letters = await self._note(room if due else 0)
        alone = [letter for letter in letters if letter.same is None]
        for _, group in groupby(sorted(alone, key=_order), key=_line):
            line = list(group)
            self._set_out(self._send_in_order(line), len(line))
        for _, group in groupby((letter for letter in letters if letter.same is not None), key=_same):
            self._set_out(self._send_together(list(group)), 1)
        # What is due may wait for what comes before it.
        return some_ended or bool(letters)

    def _noting_is_due(self) -> float:
        """The seconds until what has ended is to be noted."""
        return self._first_ended + SECONDS_TO_NOTE - monotonic()

    def _set_out(self, work: Any, weight: int) -> None:
        task = asyncio.create_task(work)
        self._under_way[task] = weight
        task.add_done_callback(self._under_way.pop)

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
            return outbox.waits(db, self._channel.name, self._now(), self._real(), self._held())

    def _held(self) -> outbox.Held:
        """What nothing is said to now; while the clock is in doubt nobody is reminded."""
        held = self._holds.now(self._real())
        return replace(held, notices=held.notices or not self._clock.relied_upon)

    def _claim(self, turn: Turn, most: int) -> list[outbox.Letter]:
        if most <= 0 or not self._is_mine(turn):
            return []
        real, channel = self._real(), self._channel
        return outbox.claim(
            turn.db, channel.name, self._owner, turn.now, real, LEASE, most, self._held(), channel.most_at_once
        )  # fmt: skip

    def _is_mine(self, turn: Turn) -> bool:
        """Of several processes one sends: how fast it may is in its memory, and so is the order within a chat."""
        if self._read.dialect.name == "sqlite":
            return True
        before = self._mine
        self._mine = leases.hold(turn.db, f"sender {self.name}", self._owner, self._real(), HELD_FOR)
        self._looked = monotonic()
        if self._mine and not before:
            # Silent for longer than any send takes: what it had in its hands goes on now.
            outbox.lapse(turn.db, self.name, self._owner, self._real())
        return self._mine

    async def _send_in_order(self, letters: Sequence[outbox.Letter]) -> None:
        held, began = False, monotonic()
        for letter in letters:
            # What follows a letter that must wait goes back untouched: order holds within a lane. So does what a slow
            # chat would keep past the end of its lease, when it would be claimed and said once more.
            late = monotonic() - began > LEASE.total_seconds() / 3
            if held or late or self._stopping:
                self._add(_back(letter))
                continue
            [ended] = await self._carrier.carry([letter])
            held = ended.state == "new"
            self._add(ended)
        self._wake.set()

    async def _send_together(self, letters: Sequence[outbox.Letter]) -> None:
        ended = [_back(letter) for letter in letters] if self._stopping else await self._carrier.carry(letters)
        self._add(*ended)
        self._wake.set()

    def _add(self, *ended: Settled) -> None:
        for each in ended:
            # At once: what is to come next is claimed before this is noted.
            if each.failure:
                self._holds.heard(each.letter.chat, each.failure, self._real())
        if not self._ended:
            self._first_ended = monotonic()
        self._ended += ended

    def _settle(self, turn: Turn, settled: Sequence[Settled]) -> None:
        sent = [each for each in settled if each.state == "sent"]
        said = [(each.letter.id, each.facts["sent_at"], each.facts["platform_id"]) for each in sent]
        outbox.sent(turn.db, self._owner, said)
        for each in sent:
            if each.letter.lane == outbox.ANSWER:
                waited = each.facts["sent_at"] - each.letter.due_at
                self._pipeline.took["answer", self.name].note(waited.total_seconds())
        # Many letters of one call end alike: one statement for all of them.
        others = (each for each in settled if each.state != "sent")
        for (state, _), group in groupby(others, key=lambda each: (each.state, each.facts)):
            alike = list(group)
            outbox.settle(turn.db, self._owner, [each.letter.id for each in alike], state, **alike[0].facts)
        for each in settled:
            letter = each.letter
            if each.state in ("dead", "uncertain"):
                what = "没有发" if each.state == "dead" else "可能收到两次"
                log.warning("第 %d 条要发的消息%s：%s", letter.id, what, each.facts.get("error", "又发了一次"))
            if each.failure:
                standing.failed(turn, letter.channel, letter.chat, each.failure)
            self._note_files(turn, each)
        outbox.put(turn.db, [each.removal for each in settled if each.removal])
        self._holds.write(turn.db, self._real())

    def _note_files(self, turn: Turn, settled: Settled) -> None:
        for key, name in settled.files:
            if name is None:
                sent_files.forget(turn.db, self._channel.name, key)
            else:
                sent_files.note(turn.db, self._channel.name, key, name, turn.now)


def _back(letter: outbox.Letter) -> Settled:
    """Untouched: as if it had not been claimed."""
    return Settled(letter, "new", {"attempts": letter.attempts})


def _line(letter: outbox.Letter) -> tuple[str, str]:
    return letter.chat, letter.lane


def _same(letter: outbox.Letter) -> str | None:
    return letter.same


def _order(letter: outbox.Letter) -> tuple[str, str, int]:
    return letter.chat, letter.lane, letter.id

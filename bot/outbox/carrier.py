"""Carries a letter, or many of the same words, to its channel, and says how it ended."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from bot.channels import Channel, Failure, Outgoing, SendError, outgoing
from bot.clock import Clock
from bot.outbox.outage import Outage
from storage.base.vault import Vault, WrongKey
from storage.database import passes
from storage.messages import outbox, sent_files

log = logging.getLogger(__name__)
# No letter waits longer for its next try: what was away is back for everybody within minutes.
LONGEST_WAIT = timedelta(minutes=5)
# A bug is tried so often; what was said after the letter in its chat waits meanwhile.
MOST_BUGS = 3
TOO_LATE = "太晚了，没有用了"
# The platform itself answered, so it is not away.
_ANSWERED = (Failure.REJECTED, Failure.UNREACHABLE, Failure.MOVED, Failure.FORGOTTEN, Failure.THROTTLED)
Files = list[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Settled:
    """How one send ended; `files` are (key, the platform's name or None when it has forgotten it)."""

    letter: outbox.Letter
    state: str
    facts: dict[str, Any]
    failure: SendError | None = None
    files: tuple[tuple[str, str | None], ...] = ()
    # The letter that takes this one back, as a row of the outbox.
    removal: dict[str, Any] | None = None


class Carrier:
    """Takes the letters of one channel there."""

    def __init__(
        self, channel: Channel, read: Engine, vault: Vault, render: Callable[[str, dict[str, Any]], bytes],
        clock: Clock,
    ) -> None:  # fmt: skip
        """`render` makes a file from its recipe."""
        self._channel = channel
        self._read = read
        self._vault = vault
        self._render = render
        self._clock = clock
        self._now = clock.now
        self.outage = Outage()

    async def carry(self, letters: Sequence[outbox.Letter]) -> list[Settled]:
        """How it ended for each; several letters have the same words, and go in one call."""
        # By a clock that may be wrong nothing is too late.
        now = self._now() if self._clock.relied_upon else None
        late = [Settled(each, "dead", {"error": TOO_LATE}) for each in letters if now and each.expires_at <= now]
        rest = [each for each in letters if not now or each.expires_at > now]
        return late + (await self._carried(rest) if rest else [])

    async def _carried(self, letters: Sequence[outbox.Letter]) -> list[Settled]:
        files: Files = []
        body: dict[str, Any] = {}
        try:
            body = self._vault.open(letters[0].body)
            results = await self._say(letters, body, files)
        except Exception as bug:
            if not _is_of_the_moment(bug) and letters[0].attempts + 1 >= MOST_BUGS:
                log.exception("第 %d 条要发的消息出错", letters[0].id)
                return [Settled(letter, "dead", {"error": type(bug).__name__}) for letter in letters]
            log.error("第 %d 条要发的消息等着：%s", letters[0].id, type(bug).__name__)
            results = [SendError(type(bug).__name__)] * len(letters)
        ended = self._ended(letters, results, files)
        return [replace(each, removal=self._removal(each, body)) for each in ended] if body.get("goes") else ended

    async def _say(
        self, letters: Sequence[outbox.Letter], body: dict[str, Any], files: Files
    ) -> Sequence[str | SendError]:
        """For each the platform's id or what kept it away; `files` takes what is new about the files it keeps."""
        if "removes" in body:
            return await self._take_back(letters[0], body["removes"])
        if "file" not in body:
            return await self._try([outgoing(letter, body, None) for letter in letters])
        made = tuple(body["file"][1:])
        key = sent_files.key_of(*made)
        kept = await asyncio.to_thread(self._kept, key) or ""
        if kept:
            results = await self._try([outgoing(letter, body, b"", kept) for letter in letters])
            if not any(isinstance(each, SendError) and each.kind is Failure.FORGOTTEN for each in results):
                return results
            files.append((key, None))
        file = await asyncio.to_thread(self._render, *made)
        return await self._try(
            [outgoing(letter, body, file, "", lambda name: files.append((key, name))) for letter in letters]
        )

    async def _try(self, outgoings: Sequence[Outgoing]) -> Sequence[str | SendError]:
        try:
            if len(outgoings) > 1:
                return await self._channel.send_all(outgoings)
            return [await self._channel.send(outgoings[0])]
        except SendError as error:
            return [error] * len(outgoings)

    async def _take_back(self, letter: outbox.Letter, message: str) -> Sequence[str | SendError]:
        try:
            await self._channel.take_back(letter.chat, message)
        except SendError as error:
            return [error]
        return [""]

    def _removal(self, settled: Settled, body: dict[str, Any]) -> dict[str, Any] | None:
        """What has to be done later, where the platform can, about a message that is not to stay in its chat."""
        letter, said, when = settled.letter, settled.facts.get("platform_id"), self._channel.takes_back
        if not said or when is None:
            return None
        first, last = (settled.facts["sent_at"] + each for each in when)
        to = {"channel": letter.channel, "chat": letter.chat, "person_id": letter.person_id, "lane": outbox.REMOVAL}
        removes = self._vault.seal({"removes": said, "children": body.get("children", [])})
        return {**to, "body": removes, "due_at": first, "expires_at": last}

    def _kept(self, key: str) -> str | None:
        with self._read.connect() as db:
            return sent_files.ref(db, self._channel.name, key)

    def _ended(
        self, letters: Sequence[outbox.Letter], results: Sequence[str | SendError], files: Files
    ) -> list[Settled]:
        # One time for all, so that they are tried again together.
        end = _End(self._now(), _backoff(letters[0].attempts + 1), self._own_fault(letters[0], results))
        settled = [self._one(*each, end) for each in zip(letters, results, strict=True)]
        settled[0] = replace(settled[0], files=tuple(files))
        if not any(each.state in ("sent", "uncertain") for each in settled):
            return settled
        # What is left of a call is not that call any more: the others have had it.
        return [replace(each, facts={**each.facts, "same": None}) if each.state == "new" else each for each in settled]

    def _own_fault(self, letter: outbox.Letter, results: Sequence[str | SendError]) -> bool:
        """Note whether the platform is there; whether this call fails again and again while others get through."""
        failures = [each for each in results if isinstance(each, SendError)]
        if len(failures) < len(results) or any(each.kind in _ANSWERED for each in failures):
            self.outage.worked(letter.id)
            return False
        away = any(each.kind in (Failure.AWAY, Failure.UNCERTAIN) and not each.retry_after for each in failures)
        return away and self.outage.failed(letter.id)

    def _one(self, letter: outbox.Letter, result: str | SendError, end: "_End") -> Settled:
        if isinstance(result, SendError):
            return _failed(letter, result, end)
        # Where the platform knows a repeat when it sees one, nobody has it twice.
        known = self._channel.knows_repeats(letter.lane == outbox.NOTICE)
        removal = letter.lane == outbox.REMOVAL
        twice = not removal and letter.perhaps_at is not None and end.at - letter.perhaps_at >= known
        return Settled(letter, "uncertain" if twice else "sent", {"sent_at": end.at, "platform_id": result[:80]})


@dataclass(frozen=True, slots=True)
class _End:
    """When a call ended, and how long what failed waits unless the platform says more."""

    at: datetime
    backoff: timedelta
    own_fault: bool


def _is_of_the_moment(bug: Exception) -> bool:
    """Memory, disk, open files, threads, the database, NAME_KEY: it passes or is put right, and the letter stays."""
    resources = (OSError, MemoryError, WrongKey)
    return isinstance(bug, resources) or passes(bug) or (type(bug) is RuntimeError and "thread" in str(bug))


def _failed(letter: outbox.Letter, error: SendError, end: _End) -> Settled:
    facts: dict[str, Any] = {"error": "".join(filter(str.isprintable, str(error)))[:200]}
    if error.kind is Failure.UNCERTAIN and letter.perhaps_at is None:
        facts["perhaps_at"] = end.at
    if error.kind is Failure.MOVED:
        return Settled(letter, "new", {**facts, "due_at": end.at}, error)
    if error.permanent or end.own_fault:
        return Settled(letter, "dead", facts, error)
    if error.kind is Failure.AWAY and error.retry_after:
        # Nothing goes for so long; the letter keeps its place, and the try does not count.
        return Settled(letter, "new", {**facts, "attempts": letter.attempts}, error)
    wait = timedelta(seconds=error.retry_after + 0.5) if error.retry_after else end.backoff
    return Settled(letter, "new", {**facts, "due_at": end.at + wait}, error)


def _backoff(attempts: int) -> timedelta:
    """Full jitter: anything up to 2ⁿ seconds, a few minutes at most."""
    return timedelta(seconds=random.uniform(0.2, min(LONGEST_WAIT.total_seconds(), 2.0 ** min(attempts, 20))))

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
from storage.base.vault import Vault, WrongKey
from storage.database import passes
from storage.messages import outbox, sent_files

log = logging.getLogger(__name__)
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 30
# So long a letter waits for the installation to be put right.
GIVEN_UP_AFTER = timedelta(days=1)
Files = list[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Settled:
    """How one send ended; `files` are (key, the platform's name or None when it has forgotten it)."""

    letter: outbox.Letter
    state: str
    facts: dict[str, Any]
    gone: bool = False
    moved: str = ""
    files: tuple[tuple[str, str | None], ...] = ()
    # The platform wants nothing for so many seconds: in this chat and of notices, or (`everything`) at all.
    hold: float = 0
    everything: bool = False


class Carrier:
    """Takes the letters of one channel there."""

    def __init__(
        self, channel: Channel, read: Engine, vault: Vault, render: Callable[[str, dict[str, Any]], bytes],
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        """`render` makes a file from its recipe; `now` is the bot's time."""
        self._channel = channel
        self._read = read
        self._vault = vault
        self._render = render
        self._now = now

    async def carry(self, letters: Sequence[outbox.Letter]) -> list[Settled]:
        """How it ended for each; several letters have the same words, and go in one call."""
        files: Files = []
        try:
            body = self._vault.open(letters[0].body)
            results = await self._say(letters, body, files)
        except Exception as bug:
            if isinstance(bug, WrongKey) or passes(bug):
                # The database is busy, or NAME_KEY is another one for the moment: it passes, the letter does not go.
                log.error("letter %d waits: %s", letters[0].id, type(bug).__name__)
                return self._ended(letters, [SendError(type(bug).__name__)] * len(letters), files)
            log.exception("letter %d", letters[0].id)
            return [Settled(letter, "dead", {"error": type(bug).__name__}) for letter in letters]
        return self._ended(letters, results, files)

    async def _say(
        self, letters: Sequence[outbox.Letter], body: dict[str, Any], files: Files
    ) -> Sequence[str | SendError]:
        """For each the platform's id or what kept it away; `files` takes what is new about the files it keeps."""
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

    def _kept(self, key: str) -> str | None:
        with self._read.connect() as db:
            return sent_files.ref(db, self._channel.name, key)

    def _ended(
        self, letters: Sequence[outbox.Letter], results: Sequence[str | SendError], files: Files
    ) -> list[Settled]:
        # One time for all, so that they are tried again together.
        end = _End(self._now(), _backoff(letters[0].attempts))
        settled = [_one(*each, end) for each in zip(letters, results, strict=True)]
        settled[0] = replace(settled[0], files=tuple(files))
        if not any(each.state in ("sent", "uncertain") for each in settled):
            return settled
        # What is left of a call is not that call any more: the others have had it.
        return [replace(each, facts={**each.facts, "same": None}) if each.state == "new" else each for each in settled]


@dataclass(frozen=True, slots=True)
class _End:
    """When a call ended, and how long what failed waits unless the platform says more."""

    at: datetime
    backoff: timedelta


def _one(letter: outbox.Letter, result: str | SendError, end: _End) -> Settled:
    if isinstance(result, SendError):
        return _failed(letter, result, end)
    state = "uncertain" if letter.repeat or letter.doubts else "sent"
    return Settled(letter, state, {"sent_at": end.at, "platform_id": result[:80]})


def _failed(letter: outbox.Letter, error: SendError, end: _End) -> Settled:
    facts: dict[str, Any] = {"error": "".join(filter(str.isprintable, str(error)))[:200]}
    if error.kind is Failure.MOVED:
        return Settled(letter, "new", {**facts, "due_at": end.at}, moved=error.moved_to)
    if error.kind is Failure.AWAY:
        # The try does not count, and the letter keeps its place; but what it says is of no use after a day.
        state = "dead" if end.at - letter.due_at > GIVEN_UP_AFTER else "new"
        return Settled(letter, state, {**facts, "attempts": letter.attempts}, hold=error.retry_after, everything=True)
    if error.permanent or letter.attempts > MOST_ATTEMPTS:
        return Settled(letter, "dead", facts, error.kind is Failure.UNREACHABLE)
    if error.kind is Failure.UNCERTAIN:
        # Once more, and no more than that: it may have arrived each time.
        if letter.doubts or letter.repeat:
            return Settled(letter, "uncertain", {**facts, "sent_at": end.at})
        facts["doubts"] = letter.doubts + 1
    wait = timedelta(seconds=error.retry_after + 0.5) if error.retry_after else end.backoff
    hold = error.retry_after + 0.5 if error.kind is Failure.THROTTLED else 0
    return Settled(letter, "new", {**facts, "due_at": end.at + wait}, hold=hold)


def _backoff(attempts: int) -> timedelta:
    """Full jitter: anything up to 2ⁿ seconds, an hour at most."""
    return timedelta(seconds=random.uniform(0.2, min(LONGEST_WAIT.total_seconds(), 2.0**attempts)))

"""Sends by the Bot API: paced, continued where it stopped, every failure told apart."""

import asyncio
import logging
import os
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

# The library's own word for: say spans of time as timedelta, and do not warn about it.
os.environ.setdefault("PTB_TIMEDELTA", "1")

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message, error
from telegram.request import HTTPXRequest

from bot.channels import Outgoing, SendError
from bot.channels.telegram_parts import Part, Rows, parts_of
from bot.settings import Settings

MOST_BYTES = 10 << 20
MOST_UNFINISHED = 1000
# These end before a byte of the request has left: trying again cannot say anything twice.
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NO_SUCH_CHAT = ("chat not found", "user not found", "peer_id_invalid", "chat_id is empty", "have no rights to send")


class Pace:
    """25 messages a second over all chats, one a second in each after a burst of three."""

    EVERY = 1 / 25
    EVERY_IN_CHAT = 1.0
    BURST = 3

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._next = 0.0
        # Per chat the time at which it would have nothing left of its burst used up.
        self._quiet: dict[str, float] = {}
        self._held: dict[str, float] = {}

    def in_chat(self, chat: str) -> float:
        """Take this chat's next place; the seconds to wait for it."""
        now = self._clock()
        quiet = max(self._quiet.get(chat, now), now)
        at = max(now, quiet - (self.BURST - 1) * self.EVERY_IN_CHAT)
        if len(self._quiet) > MOST_UNFINISHED:
            self._quiet = {each: until for each, until in self._quiet.items() if until > now}
        self._quiet[chat] = max(quiet, at) + self.EVERY_IN_CHAT
        return at - now

    def overall(self) -> float:
        """Take the bot's next place; the seconds to wait for it."""
        now = self._clock()
        at = max(now, self._next)
        self._next = at + self.EVERY
        return at - now

    def hold(self, chat: str, seconds: float) -> None:
        """The platform wants no more in this chat for so long."""
        self._held[chat] = self._clock() + seconds

    def held(self, chat: str) -> float:
        """The seconds for which the chat is still held, 0 when it is not."""
        left = self._held.get(chat, 0.0) - self._clock()
        if left <= 0:
            self._held.pop(chat, None)
        return max(left, 0.0)


class Post:
    """The outgoing side of one bot."""

    def __init__(self, settings: Settings) -> None:
        # Its log would hold whole messages and addresses with the token in them.
        logging.getLogger("telegram").setLevel(logging.CRITICAL)
        request = HTTPXRequest(
            connection_pool_size=16, connect_timeout=10, read_timeout=20, write_timeout=20, pool_timeout=10,
            media_write_timeout=40, proxy=settings.telegram_proxy or None,
        )  # fmt: skip
        self._bot = Bot(
            settings.telegram_token, settings.telegram_api_url, settings.telegram_files, request, request
        )
        self._token = settings.telegram_token
        self._pace = Pace()
        # How many parts of a letter have been sent: a second try does not repeat them.
        self._done: dict[int, int] = {}

    async def send(self, outgoing: Outgoing) -> str:
        """Send all parts; the id of the last message. Raises SendError."""
        said: Message | None = None
        for place, part in enumerate(parts_of(outgoing)):
            if place >= self._done.get(outgoing.id, 0):
                said = await self._in_turn(outgoing, part)
                self._done[outgoing.id] = place + 1
        self._done.pop(outgoing.id, None)
        return str(said.message_id) if said else ""

    async def _in_turn(self, outgoing: Outgoing, part: Part) -> Message:
        chat = outgoing.chat
        left = self._pace.held(chat)
        if left:
            raise SendError("this chat is held after a 429", after=left)
        await asyncio.sleep(self._pace.in_chat(chat))
        await asyncio.sleep(self._pace.overall())
        try:
            return await self._say(int(chat), part)
        except (error.TelegramError, ValueError) as fault:
            raise self._told_apart(fault, outgoing) from fault

    def _told_apart(self, fault: error.TelegramError | ValueError, outgoing: Outgoing) -> SendError:
        if isinstance(fault, ValueError):
            return SendError(f"no chat of Telegram: {outgoing.chat}", permanent=True)
        failure = send_error(fault)
        if failure.after:
            self._pace.hold(outgoing.chat, failure.after)
        if failure.permanent:
            self._done.pop(outgoing.id, None)
        while len(self._done) > MOST_UNFINISHED:
            del self._done[next(iter(self._done))]
        failure.args = (str(failure).replace(self._token, "***"),)
        return failure

    async def _say(self, chat: int, part: Part) -> Message:
        keyboard = _keyboard(part.rows)
        if part.file is None:
            return await self._bot.send_message(chat, part.text, reply_markup=keyboard)
        name, content = part.file
        words = part.text or None
        if part.photo:
            try:
                return await self._bot.send_photo(chat, content, words, reply_markup=keyboard, filename=name)
            except error.BadRequest as refused:
                # A picture too long or too wide to be shown is still a file.
                if not any(word in refused.message.upper() for word in ("PHOTO", "IMAGE")):
                    raise
        return await self._bot.send_document(chat, content, words, reply_markup=keyboard, filename=name)

    async def fetch(self, ref: str) -> bytes:
        """The content of the file with this id; raises SendError."""
        try:
            file = await self._bot.get_file(ref)
            if (file.file_size or 0) > MOST_BYTES:
                raise SendError("too large", permanent=True)
            return bytes(await file.download_as_bytearray())
        except error.TelegramError as fault:
            for_good = isinstance(fault, error.BadRequest) and "temporarily" not in fault.message
            raise SendError(type(fault).__name__, permanent=for_good and _is_telegrams(fault)) from fault

    async def acknowledge(self, query_id: str) -> None:
        """Stop a pressed button's spinner; an old press cannot be answered, and that does no harm."""
        try:
            await self._bot.answer_callback_query(query_id)
        except error.TelegramError:
            return

    async def close(self) -> None:
        """End all connections."""
        await self._bot.request.shutdown()


def _keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=button_id) for button_id, label in row] for row in rows]
    )


def send_error(fault: error.TelegramError) -> SendError:
    """What a failure means for the letter: whether it may have arrived, whether trying again makes sense."""
    text = f"{type(fault).__name__}: {fault.message}"
    if isinstance(fault, error.RetryAfter):
        after = fault.retry_after
        return SendError(text, after=after.total_seconds() if isinstance(after, timedelta) else after)
    if isinstance(fault, error.ChatMigrated):
        return SendError(text, permanent=True)
    if isinstance(fault, (error.Forbidden, error.BadRequest)) and _is_telegrams(fault):
        gone = isinstance(fault, error.Forbidden) or any(word in fault.message.lower() for word in _NO_SUCH_CHAT)
        return SendError(text, permanent=True, gone=gone)
    if isinstance(fault, (error.Forbidden, error.BadRequest, error.InvalidToken, error.Conflict)):
        return SendError(text)
    # All that is left may have been carried out: a lost answer, a 5xx, an answer that is no JSON.
    return SendError(text, uncertain=not isinstance(fault.__cause__, _NEVER_LEFT))


def _is_telegrams(fault: error.TelegramError) -> bool:
    """Whether the platform said so; a refusal whose body is no JSON is a proxy's."""
    return not isinstance(fault.__cause__, error.TelegramError)

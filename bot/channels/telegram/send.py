"""Sends by the Bot API: paced, continued where it stopped, every failure told apart."""

import asyncio
import logging
import re
import warnings
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message, error

from bot.channels import Channel, Failure, Outgoing, SendError, pace
from bot.channels.condition import Condition
from bot.channels.progress import Progress
from bot.channels.telegram import answers, api, parts
from bot.channels.telegram.decode import NAME
from bot.settings import Settings

log = logging.getLogger(__name__)
MOST_BYTES = 10 << 20
# One message a second in each chat, a few at once; in a group at most twenty a minute besides; 25 a second in all.
IN_CHAT, IN_GROUP, A_SECOND = (3, 3.0), (20, 60.0), 25
_LONGEST_PAUSE = 5.0
_FILES_ELSEWHERE = (
    "Bot API 服务器有这个文件，却不给我们：请检查 TELEGRAM_FILE_URL；用了 --local 的，它的文件夹要在这台机器上，"
    "路径相同。继续试"
)
_NO_SUCH_FILE = ("file identifier", "file_id", "remote file", "file reference")
# Deleted or closed by an admin of the group: what is to be said is said to the whole group.
_NO_SUCH_TOPIC = ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")
_NO_SUCH_MESSAGE = ("message to delete not found",)
_NO_SUCH_CHAT = (
    "chat not found", "user not found", "peer_id_invalid", "deactivated", "channel_private", "user_is_blocked",
    "payment_required", "premium_required",
)  # fmt: skip
# We are there and may not speak; where only photos or files are forbidden words still arrive.
_MAY_NOT_SPEAK = (
    "not enough rights to send text", "have no rights to send a message", "chat_write_forbidden", "chat_restricted",
    "chat_send_plain_forbidden", "need administrator rights", "chat_admin_required",
)  # fmt: skip
# Not carried out, although no refusal comes as one: too much at once, or too large for whatever stands in between.
_TOO_FAST = re.compile(r"(?:too many requests|flood|slowmode)(?:_wait_(\d+))?", re.IGNORECASE)
_SECONDS_TO_WAIT = 30.0
_TOO_LARGE = ("request entity too large",)
# What concerns one chat or letter only is no failure of the way out.
_GETS_THROUGH = (Failure.REJECTED, Failure.UNREACHABLE, Failure.MOVED, Failure.FORGOTTEN, Failure.THROTTLED)


class Post(Channel):
    """The outgoing side of one bot."""

    name = NAME
    # The platform lets a bot delete what it has said for 48 hours.
    takes_back = timedelta(hours=24), timedelta(hours=47)

    def __init__(self, settings: Settings) -> None:
        # Its log would hold whole messages, and addresses with the token in them.
        logging.getLogger("telegram").setLevel(logging.CRITICAL)
        # Seconds or a timedelta: `send_error` takes both.
        warnings.filterwarnings("ignore", ".*`retry_after`", DeprecationWarning)
        request = answers.Answers(settings.telegram_proxy)
        self._bot = Bot(
            settings.telegram_token,
            base_url=settings.telegram_api_url,
            base_file_url=settings.telegram_files,
            request=request,
            get_updates_request=request,
        )
        self._token = settings.telegram_token
        self.condition = Condition()
        self._in_chat, self._in_group = pace.Windows(IN_CHAT), pace.Windows(IN_CHAT, IN_GROUP)
        self._turnstile = pace.Turnstile(A_SECOND)
        self._progress = Progress()
        self._background: set[asyncio.Task[None]] = set()

    async def send(self, outgoing: Outgoing) -> str:
        """Send all parts; the id of the last message. Raises SendError."""
        return await self._progress.send(outgoing.id, parts.parts_of(outgoing), partial(self._in_turn, outgoing))

    def _pace(self, chat: str) -> pace.Windows:
        # Groups have negative numbers.
        return self._in_group if chat.startswith("-") else self._in_chat

    async def _in_turn(self, outgoing: Outgoing, part: parts.Part) -> str:
        pause = self._pace(outgoing.chat).wait(outgoing.chat)
        if pause > _LONGEST_PAUSE:
            # Not waited for here: others of the same sender would lose their lease meanwhile.
            raise SendError("这个聊天一分钟里能发的已经发满，等下一分钟", retry_after=pause)
        await asyncio.sleep(self._pace(outgoing.chat).take(outgoing.chat))
        await self._turnstile.through(outgoing.notice)
        try:
            said = await self._in_topic(outgoing, part)
            number = str(said.message_id)
        except (error.TelegramError, *answers.ODD) as fault:
            failure = self._failed(outgoing, part, answers.telegrams(fault))
            if failure.kind is not Failure.REJECTED or not part.text or not (part.file or part.rows):
                raise failure from fault
            # The picture, the file or the buttons are refused: the words still say it.
            log.warning("第 %d 条要发的消息只用文字发出：%s", outgoing.id, failure)
            return await self._in_turn(outgoing, parts.in_words(part, outgoing.commands))
        self.condition.worked()
        if part.file and not part.kept and (name := _file_of(said)):
            outgoing.keep(name)
        return number

    def _failed(self, outgoing: Outgoing, part: parts.Part, fault: error.TelegramError) -> SendError:
        failure = send_error(fault, self._token)
        if _says(fault, _TOO_LARGE):
            # A few words are too large for nobody: whatever says so stands in between, and passes.
            failure = SendError(str(failure), Failure.REJECTED if part.file else Failure.AWAY)
        if part.kept and isinstance(fault, error.BadRequest) and _says(fault, _NO_SUCH_FILE):
            failure = SendError(str(failure), Failure.FORGOTTEN)
        if failure.kind in _GETS_THROUGH:
            self.condition.worked()
        else:
            broken, refused = fault.__cause__, isinstance(fault, error.InvalidToken)
            why = api.plain(broken) if isinstance(broken, httpx.HTTPError) else str(failure)
            self.condition.failed(api.LOUD[401] if refused else why)
        if failure.retry_after:
            self._pace(outgoing.chat).hold(outgoing.chat, failure.retry_after)
        return failure

    async def _in_topic(self, outgoing: Outgoing, part: parts.Part) -> Message:
        to: dict[str, Any] = {"chat_id": outgoing.chat, "reply_markup": _keyboard(part.rows)}
        if outgoing.topic:
            try:
                return await self._say({**to, "message_thread_id": int(outgoing.topic)}, part)
            except error.BadRequest as refused:
                if not _says(refused, _NO_SUCH_TOPIC):
                    raise
        return await self._say(to, part)

    async def _say(self, to: dict[str, Any], part: parts.Part) -> Message:
        if part.file is None:
            return await self._bot.send_message(text=part.text, **to)
        words = part.text or None
        if part.kept:
            kind, _, kept = part.kept.partition(":")
            if kind == "photo":
                return await self._bot.send_photo(photo=kept, caption=words, **to)
            return await self._bot.send_document(document=kept, caption=words, **to)
        name, content = part.file
        if part.photo:
            try:
                return await self._bot.send_photo(photo=content, caption=words, filename=name, **to)
            except error.BadRequest as refused:
                # A picture too long or too wide to be shown is still a file.
                if not _says(refused, ("photo", "image")):
                    raise
        return await self._bot.send_document(document=content, caption=words, filename=name, **to)

    async def take_back(self, chat: str, message: str) -> None:
        """Delete a message of ours; raises SendError."""
        await self._turnstile.through(True)
        try:
            await self._bot.delete_message(chat, int(message))
        except error.TelegramError as fault:
            if not (isinstance(fault, error.BadRequest) and _says(fault, _NO_SUCH_MESSAGE)):
                raise send_error(fault, self._token) from fault

    async def fetch(self, ref: str) -> bytes:
        """The content of the file with this id; raises SendError."""
        try:
            file = await self._bot.get_file(ref)
        except error.TelegramError as fault:
            for_good = isinstance(fault, error.BadRequest) and "temporarily" not in fault.message
            kind = Failure.REJECTED if for_good and _is_telegrams(fault) else Failure.LATER
            raise SendError(type(fault).__name__, kind) from fault
        if (file.file_size or 0) > MOST_BYTES:
            raise SendError("文件太大", Failure.REJECTED)
        try:
            return bytes(await file.download_as_bytearray())
        except (error.TelegramError, OSError) as fault:
            if isinstance(fault, (error.InvalidToken, error.BadRequest, OSError)):
                # A server of one's own in local mode, whose folder is not here: no teacher can do anything about it.
                log.error("%s", _FILES_ELSEWHERE)
            raise SendError(type(fault).__name__) from fault

    def acknowledge_soon(self, query_id: str) -> None:
        """Begin to stop a pressed button's spinner."""
        task = asyncio.ensure_future(self.acknowledge(query_id))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def acknowledge(self, query_id: str) -> None:
        """Stop a pressed button's spinner; an old press cannot be answered, and that does no harm."""
        try:
            await self._bot.answer_callback_query(query_id)
        except error.TelegramError:
            return

    async def close(self) -> None:
        """End all connections."""
        await self._bot.request.shutdown()


def _keyboard(rows: parts.Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=button_id) for button_id, label in row] for row in rows]
    )


def send_error(fault: error.TelegramError, token: str) -> SendError:
    """What a failure means for the letter: whether it may have arrived, whether trying again makes sense."""
    text = f"{type(fault).__name__}: {fault.message}".replace(token, "***")
    if isinstance(fault, error.RetryAfter):
        after = fault.retry_after
        return SendError(text, Failure.THROTTLED, after.total_seconds() if isinstance(after, timedelta) else after)
    if found := _TOO_FAST.search(fault.message):
        return SendError(text, Failure.THROTTLED, float(found[1] or _SECONDS_TO_WAIT))
    if isinstance(fault, error.ChatMigrated):
        return SendError(text, Failure.MOVED, moved_to=str(fault.new_chat_id))
    if isinstance(fault, (error.Forbidden, error.BadRequest)) and _is_telegrams(fault):
        gone = isinstance(fault, error.Forbidden) or _says(fault, (*_NO_SUCH_CHAT, *_MAY_NOT_SPEAK))
        return SendError(text, Failure.UNREACHABLE if gone else Failure.REJECTED)
    # A proxy's refusal, a wrong token, a request that never left: nothing was carried out. All that is left may have
    # been: a lost answer, a 5xx, an answer that is no JSON.
    refused = isinstance(fault, (error.Forbidden, error.BadRequest, error.InvalidToken, error.Conflict))
    away = refused or answers.never_left(fault)
    return SendError(text, Failure.AWAY if away else Failure.UNCERTAIN)


def _says(fault: error.TelegramError, words: Iterable[str]) -> bool:
    return any(word in fault.message.lower() for word in words)


def _file_of(said: Message) -> str:
    """What the platform calls the file that it has just got, and how it was sent."""
    if said.photo:
        return f"photo:{said.photo[-1].file_id}"
    return f"document:{said.document.file_id}" if said.document else ""


def _is_telegrams(fault: error.TelegramError) -> bool:
    """Whether the platform said so; a refusal whose body is no JSON is a proxy's."""
    return not isinstance(fault.__cause__, error.TelegramError)

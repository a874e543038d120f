"""Sends by the robot: answers as replies to what was said, all else pushed; paced, continued where it stopped."""

import asyncio
import logging
from datetime import datetime, timedelta
from functools import partial

from bot.channels import Channel, Failure, Outgoing, SendError
from bot.channels.pace import Windows
from bot.channels.progress import Progress
from bot.channels.robot import link
from bot.channels.robot.decode import NAME
from bot.channels.robot.media import Media
from bot.channels.robot.parts import Body, Part, in_words, parts_of, place_of, pressed, task_of
from bot.channels.robot.replies import Replies
from bot.channels.robot.socket import Socket
from bot.channels.robot.upload import Uploads
from bot.engine import Engine
from storage.messages import cards, inbox

log = logging.getLogger(__name__)
# The platform takes 30 a minute and 1,000 an hour in each chat, replies and pushes together: we stay below.
LIMITS = (25, 60.0), (900, 3600.0)
# It keeps a file for three days.
_MEDIA_LIVES = timedelta(days=3) - timedelta(hours=2)
# The window of a reply is over, or the callback takes none: said by a push.
_NO_REPLY = frozenset({846604, 846605, 846608})
_NO_SUCH_CHAT, _NO_SUCH_MEDIA, _TOO_FAST = 93006, 40007, 45009
_SAME_TASK = frozenset({42014, 42016})
# About the content, or a filter's verdict on it: to say the same again would not help.
_FOR_GOOD = frozenset({40008, 40058, 44004, 45002, 40201})


class Post(Channel):
    """The outgoing side of the robot."""

    name = NAME

    def __init__(self, socket: Socket, replies: Replies, engine: Engine) -> None:
        self._socket = socket
        self._replies = replies
        self._engine = engine
        self._uploads = Uploads(socket)
        self._media = Media(encrypted_way=engine.settings.wecom_robot_url.startswith("wss:"))
        self._pace = Windows(*LIMITS)
        self._progress = Progress()
        # The cards that may have arrived without our hearing of it.
        self._doubtful: set[str] = set()

    async def send(self, outgoing: Outgoing) -> str:
        """Send all parts; raises SendError."""
        answers = "" if outgoing.notice else await asyncio.to_thread(self._answered, outgoing.id)
        return await self._progress.send(outgoing.id, parts_of(outgoing), partial(self._in_turn, outgoing, answers))

    def _answered(self, letter_id: int) -> str:
        with self._engine.database.read.connect() as db:
            return inbox.answered_by(db, letter_id) or ""

    async def _in_turn(self, letter: Outgoing, answers: str, part: Part) -> str:
        if wait := self._pace.wait(letter.chat):
            raise SendError("the chat has had its messages of this minute", retry_after=wait)
        body = await self._file(letter) if part.file else part.body
        self._pace.count(letter.chat)
        try:
            await self._deliver(letter.chat, body, answers)
        except link.Refused as refused:
            if not part.buttons or refused.code in (_TOO_FAST, _NO_SUCH_CHAT):
                raise _send_error(refused, kept=bool(part.file and letter.kept)) from refused
            await self._without_card(letter, part, answers, refused)
        except link.AckLost as fault:
            if not part.buttons:
                raise _send_error(fault) from fault
            # The platform shows no task twice, so it can be sent until it is heard of.
            self._doubtful.add(task_of(part.buttons[0][0]))
            raise SendError(str(fault), Failure.AWAY) from fault
        except link.NotLive as fault:
            raise _send_error(fault) from fault
        return ""

    async def _deliver(self, chat: str, body: Body, answers: str) -> None:
        """As a reply to the message that it answers, while that can be replied to; else as a push."""
        reply_to = self._replies.to(answers)
        if reply_to:
            try:
                await self._socket.call("aibot_respond_msg", body, reply_to)
                return
            except link.AckLost:
                # A late answer must not be taken for that of the next message.
                self._replies.forget(answers)
                raise
            except link.Refused as refused:
                if refused.code not in _NO_REPLY:
                    raise
                self._replies.forget(answers)
        push = {"chatid": chat, "chat_type": self._replies.kind(chat), **body}
        await self._socket.call("aibot_send_msg", push)

    async def _without_card(self, letter: Outgoing, part: Part, answers: str, refused: link.Refused) -> None:
        task = task_of(part.buttons[0][0])
        if refused.code in _SAME_TASK and task in self._doubtful:
            self._doubtful.discard(task)
            return
        log.warning("a card was refused (%s), so it is said in words", refused)
        typed = [(letter.commands[place_of(button)], label) for button, label in part.buttons if letter.commands]
        try:
            await self._deliver(letter.chat, in_words(part.text, typed), answers)
        except (link.Refused, link.NotLive, link.AckLost) as fault:
            raise _send_error(fault) from fault

    # --- files --------------------------------------------------------------------------------------------

    async def _file(self, letter: Outgoing) -> Body:
        assert letter.file is not None
        if letter.kept:
            until, kind, media_id = letter.kept.split(" ", 2)
            if datetime.fromisoformat(until) < self._engine.clock.real():
                raise SendError("the platform has forgotten the file by now", Failure.FORGOTTEN)
            return {"msgtype": kind, kind: {"media_id": media_id}}
        kind, media_id = await self._uploads.hand_over(*letter.file)
        until = (self._engine.clock.real() + _MEDIA_LIVES).isoformat(timespec="seconds")
        letter.keep(f"{until} {kind} {media_id}")
        return {"msgtype": kind, kind: {"media_id": media_id}}

    async def fetch(self, ref: str) -> bytes:
        """The content of a file that was sent to us; raises SendError (permanent: it is gone)."""
        return await self._media.fetch(ref)

    # --- cards --------------------------------------------------------------------------------------------

    async def show_pressed(self, button: str, reply_to: str) -> None:
        """Show on a pressed card what was chosen: in five seconds or not at all."""
        card = await asyncio.to_thread(self._pressed, button)
        if card is None:
            return
        body = {"response_type": "update_template_card", "template_card": card}
        try:
            await self._socket.call("aibot_respond_update_msg", body, reply_to)
        except (link.NotLive, link.AckLost, link.Refused) as fault:
            log.info("a pressed card stays as it was: %s", fault)

    def _pressed(self, button: str) -> Body | None:
        with self._engine.database.read.connect() as db:
            sealed = cards.body_of(db, task_of(button))
        if sealed is None:
            return None
        body = self._engine.vault.open(sealed)
        return pressed(Outgoing(0, "", body["text"], tuple(map(tuple, body.get("buttons", ())))), button)


def _send_error(fault: link.Refused | link.NotLive | link.AckLost, kept: bool = False) -> SendError:
    """What it means for the letter."""
    text = str(fault)
    if not isinstance(fault, link.Refused):
        return SendError(text, Failure.UNCERTAIN if isinstance(fault, link.AckLost) else Failure.AWAY)
    if fault.code == _TOO_FAST:
        return SendError(text, Failure.THROTTLED, 60)
    if fault.code == _NO_SUCH_CHAT:
        return SendError(text, Failure.UNREACHABLE)
    if kept and fault.code == _NO_SUCH_MEDIA:
        return SendError(text, Failure.FORGOTTEN)
    return SendError(text, Failure.REJECTED if fault.code in _FOR_GOOD else Failure.LATER)

"""Sends by the robot: answers as replies to what was said, all else pushed; paced, continued where it stopped."""

import asyncio
import logging
from datetime import datetime, timedelta

from bot.channels import Outgoing, SendError
from bot.channels.robot.link import AckLost, NotLive, Refused
from bot.channels.robot.parts import Body, Part, in_words, parts_of, place_of, pressed, task_of
from bot.channels.robot.replies import Replies
from bot.channels.robot.socket import Socket
from bot.channels.robot.upload import Uploads
from bot.channels.windows import Windows
from bot.engine import Engine
from storage.messages import cards, inbox

log = logging.getLogger(__name__)
# The platform takes 30 a minute and 1,000 an hour in each chat, replies and pushes together: we stay below.
LIMITS = (25, 60.0), (900, 3600.0)
# It keeps a file for three days.
_MEDIA_LIVES = timedelta(days=3) - timedelta(hours=2)
_MOST_UNFINISHED = 1000
# The window of a reply is over, or the callback takes none: said by a push.
_NO_REPLY = frozenset({846604, 846605, 846608})
_NO_SUCH_CHAT, _NO_SUCH_MEDIA, _TOO_FAST = 93006, 40007, 45009
_SAME_TASK = frozenset({42014, 42016})
# About the content, or a filter's verdict on it: to say the same again would not help.
_FOR_GOOD = frozenset({40008, 40058, 44004, 45002, 40201})


class Post:
    """The outgoing side of the robot."""

    def __init__(self, socket: Socket, replies: Replies, engine: Engine) -> None:
        self._socket = socket
        self._replies = replies
        self._engine = engine
        self._uploads = Uploads(socket)
        self._pace = Windows(*LIMITS)
        # How many parts of a letter have been sent, and which of its cards may have arrived without our hearing of it.
        self._done: dict[int, int] = {}
        self._doubtful: set[str] = set()

    async def send(self, letter: Outgoing) -> str:
        """Send all parts; raises SendError."""
        answers = "" if letter.notice else await asyncio.to_thread(self._answered, letter.id)
        try:
            for place, part in enumerate(parts_of(letter)):
                if place >= self._done.get(letter.id, 0):
                    await self._send(letter, part, answers)
                    self._done[letter.id] = place + 1
        except SendError as error:
            if error.permanent:
                self._done.pop(letter.id, None)
            while len(self._done) > _MOST_UNFINISHED:
                del self._done[next(iter(self._done))]
            raise
        self._done.pop(letter.id, None)
        return ""

    def _answered(self, letter_id: int) -> str:
        with self._engine.database.read.connect() as db:
            return inbox.answered_by(db, letter_id) or ""

    async def _send(self, letter: Outgoing, part: Part, answers: str) -> None:
        wait = self._pace.wait(letter.chat)
        if wait:
            raise SendError("the chat has had its messages of this minute", after=wait)
        body = await self._file(letter) if part.file else part.body
        self._pace.count(letter.chat)
        try:
            await self._deliver(letter.chat, body, answers)
        except Refused as refused:
            if not part.buttons or refused.code in (_TOO_FAST, _NO_SUCH_CHAT):
                raise _send_error(refused, kept=bool(part.file and letter.kept)) from refused
            await self._without_card(letter, part, answers, refused)
        except NotLive as fault:
            raise SendError(str(fault)) from fault
        except AckLost as fault:
            if not part.buttons:
                raise SendError(str(fault), uncertain=True) from fault
            # The platform shows no task twice, so it can be sent until it is heard of.
            self._doubtful.add(task_of(part.buttons[0][0]))
            raise SendError(str(fault)) from fault

    async def _deliver(self, chat: str, body: Body, answers: str) -> None:
        """As a reply to the message that it answers, while that can be replied to; else as a push."""
        reply_to = self._replies.to(answers)
        if reply_to:
            try:
                await self._socket.call("aibot_respond_msg", body, reply_to)
                return
            except AckLost:
                # A late answer must not be taken for that of the next message.
                self._replies.forget(answers)
                raise
            except Refused as refused:
                if refused.code not in _NO_REPLY:
                    raise
                self._replies.forget(answers)
        push = {"chatid": chat, "chat_type": self._replies.kind(chat), **body}
        await self._socket.call("aibot_send_msg", push)

    async def _without_card(self, letter: Outgoing, part: Part, answers: str, refused: Refused) -> None:
        task = task_of(part.buttons[0][0])
        if refused.code in _SAME_TASK and task in self._doubtful:
            self._doubtful.discard(task)
            return
        log.warning("a card was refused (%s), so it is said in words", refused)
        typed = [(letter.commands[place_of(button)], label) for button, label in part.buttons if letter.commands]
        try:
            await self._deliver(letter.chat, in_words(part.text, typed), answers)
        except Refused as again:
            raise _send_error(again) from again
        except NotLive as fault:
            raise SendError(str(fault)) from fault
        except AckLost as fault:
            raise SendError(str(fault), uncertain=True) from fault

    # --- files --------------------------------------------------------------------------------------------

    async def _file(self, letter: Outgoing) -> Body:
        assert letter.file is not None
        if letter.kept:
            until, kind, media_id = letter.kept.split(" ", 2)
            if datetime.fromisoformat(until) < self._engine.clock.real():
                raise SendError("the platform has forgotten the file by now", stale=True)
            return {"msgtype": kind, kind: {"media_id": media_id}}
        kind, media_id = await self._uploads.hand_over(*letter.file)
        until = (self._engine.clock.real() + _MEDIA_LIVES).isoformat(timespec="seconds")
        letter.keep(f"{until} {kind} {media_id}")
        return {"msgtype": kind, kind: {"media_id": media_id}}

    # --- cards --------------------------------------------------------------------------------------------

    async def show_pressed(self, button: str, reply_to: str) -> None:
        """Show on a pressed card what was chosen: in five seconds or not at all."""
        card = await asyncio.to_thread(self._pressed, button)
        if card is None:
            return
        body = {"response_type": "update_template_card", "template_card": card}
        try:
            await self._socket.call("aibot_respond_update_msg", body, reply_to)
        except (NotLive, AckLost, Refused) as fault:
            log.info("a pressed card stays as it was: %s", fault)

    def _pressed(self, button: str) -> Body | None:
        with self._engine.database.read.connect() as db:
            sealed = cards.body_of(db, task_of(button))
        if sealed is None:
            return None
        body = self._engine.vault.open(sealed)
        return pressed(Outgoing(0, "", body["text"], tuple(map(tuple, body.get("buttons", ())))), button)


def _send_error(refused: Refused, kept: bool = False) -> SendError:
    """What a refusal means for the letter."""
    text = str(refused)
    if refused.code == _TOO_FAST:
        return SendError(text, after=60, flood=True)
    if refused.code == _NO_SUCH_CHAT:
        return SendError(text, permanent=True, gone=True)
    if kept and refused.code == _NO_SUCH_MEDIA:
        return SendError(text, stale=True)
    return SendError(text, permanent=refused.code in _FOR_GOOD)

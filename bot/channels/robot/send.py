"""Sends by the robot: answers as replies to what was said, all else pushed; paced, continued where it stopped."""

import asyncio
import logging
from functools import partial

from bot.channels import Channel, Failure, Outgoing, SendError
from bot.channels.pace import Windows
from bot.channels.progress import Progress
from bot.channels.robot import link, parts
from bot.channels.robot.decode import NAME
from bot.channels.robot.replies import Replies
from bot.channels.robot.socket import Socket
from bot.channels.robot.upload import Uploads

log = logging.getLogger(__name__)
# The platform takes 30 a minute and 1,000 an hour in each chat, replies and pushes together: we stay below.
LIMITS = (25, 60.0), (900, 3600.0)
_NO_SUCH_CHAT, _NO_SUCH_MEDIA, _TOO_FAST = 93006, 40007, 45009
_SAME_TASK = frozenset({42014, 42016})
# About the content, or a filter's verdict on it: to say the same again would not help.
_FOR_GOOD = frozenset({40008, 40058, 44004, 45002, 40201})
# A push would be refused as well. All else may be about the reply (its window is over, the callback takes none, what
# the platform thinks of tomorrow), so it is pushed.
_PUSH_NO_BETTER = _FOR_GOOD | _SAME_TASK | {_NO_SUCH_CHAT, _NO_SUCH_MEDIA, _TOO_FAST}


class Post(Channel):
    """The outgoing side of the robot."""

    name = NAME

    def __init__(self, socket: Socket, replies: Replies, uploads: Uploads) -> None:
        self._socket = socket
        self._replies = replies
        self._uploads = uploads
        self._pace = Windows(*LIMITS)
        self._progress = Progress()
        # The cards that may have arrived without our hearing of it.
        self._doubtful: set[str] = set()

    async def send(self, outgoing: Outgoing) -> str:
        """Send all parts; raises SendError."""
        answers = "" if outgoing.notice else await asyncio.to_thread(self._replies.answered_by, outgoing.id)
        say = partial(self._in_turn, outgoing, answers)
        return await self._progress.send(outgoing.id, parts.parts_of(outgoing), say)

    async def _in_turn(self, letter: Outgoing, answers: str, part: parts.Part) -> str:
        if wait := self._pace.wait(letter.chat):
            raise SendError("这个聊天一分钟里能发的已经发满，等下一分钟", retry_after=wait)
        body = await self._uploads.message(letter) if part.file else part.body
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
            self._doubtful.add(parts.task_of(part.buttons[0][0]))
            raise SendError(str(fault), Failure.AWAY) from fault
        except link.NotLive as fault:
            raise _send_error(fault) from fault
        return ""

    async def _deliver(self, chat: str, body: parts.Body, answers: str) -> None:
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
                if refused.code in _PUSH_NO_BETTER:
                    raise
                self._replies.forget(answers)
        push = {"chatid": chat, "chat_type": self._replies.kind(chat), **body}
        await self._socket.call("aibot_send_msg", push)

    async def _without_card(self, letter: Outgoing, part: parts.Part, answers: str, refused: link.Refused) -> None:
        task = parts.task_of(part.buttons[0][0])
        if refused.code in _SAME_TASK and task in self._doubtful:
            self._doubtful.discard(task)
            return
        log.warning("卡片没有被接受（%s），改用文字发出", refused)
        typed = [(letter.commands[parts.place_of(button)], label) for button, label in part.buttons if letter.commands]
        try:
            await self._deliver(letter.chat, parts.in_words(part.text, typed), answers)
        except (link.Refused, link.NotLive, link.AckLost) as fault:
            raise _send_error(fault) from fault


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
    # What nobody knows may pass; if others get through and this does not, it is not to keep its chat waiting.
    return SendError(text, Failure.REJECTED if fault.code in _FOR_GOOD else Failure.AWAY)

"""Sends by the API of 企业微信: many people a call, paced, continued where it stopped, every failure told apart."""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from bot.channels import Channel, Failure, Outgoing, SendError, pace
from bot.channels.progress import Progress
from bot.channels.wecom import errors, parts
from bot.channels.wecom.api import Api
from bot.engine import Engine
from bot.pipeline.writer import Pipeline
from storage.messages import card_codes

log = logging.getLogger(__name__)
NAME = "wecom"
MOST_AT_ONCE = 1000
# To each member: what exceeds 30 a minute or 1,000 an hour is dropped without a word (document 90312); sixteen are 960.
A_MINUTE = (16, 60.0)
# The platform takes 10,000 calls a minute, but other programs call too.
CALLS_A_SECOND = 50
MOST_BYTES = 10 << 20
# A medium is kept for three days; the last hours of that are left alone.
SECONDS_KEPT = 3 * 86_400 - 7200
# How long the platform is to look back for the same message; four hours is the most. An answer may well be repeated.
LOOK_BACK = {True: timedelta(hours=4), False: timedelta(minutes=30)}
# What a try may take that was under way when it was lost.
_UNDER_WAY = timedelta(minutes=2)
# A limit of the minute is over after a minute; what is then still refused is that of the hour.
_MINUTE, _HOUR, _MINUTES_TRIED = 60.0, 3600.0, 2
Results = dict[str, str | SendError]


class Post(Channel):
    """The outgoing side of one app."""

    name = NAME
    most_at_once = MOST_AT_ONCE
    # The platform takes back what is younger than 24 hours (document 94867).
    takes_back = timedelta(hours=23), timedelta(hours=24)

    def __init__(self, api: Api, pipeline: Pipeline, engine: Engine) -> None:
        self._api = api
        self._pipeline = pipeline
        self._engine = engine
        self._pace = pace.Windows(A_MINUTE)
        self._calls = pace.Turnstile(CALLS_A_SECOND)
        self._progress = Progress()
        # How often in a row the platform has found us too fast.
        self._too_fast = 0

    def knows_repeats(self, notice: bool) -> timedelta:
        """For how long the platform knows the same letter again, and shows it once."""
        return LOOK_BACK[notice] - _UNDER_WAY

    async def send(self, outgoing: Outgoing) -> str:
        """Send all parts; the id of the last message. Raises SendError."""
        [result] = await self.send_all([outgoing])
        if isinstance(result, SendError):
            raise result
        return result

    async def send_all(self, outgoings: Sequence[Outgoing]) -> list[str | SendError]:
        """The same words to each of these people: for each the id of the last message, or what kept it away."""
        one = outgoings[0]
        wanted = parts.parts_of(one)
        results = self._full(outgoings, len(self._progress.left(one.call, wanted)))
        said: str | SendError
        try:
            said = await self._progress.send(one.call, wanted, partial(self._in_turn, outgoings, results))
        except SendError as error:
            said = error
        else:
            self._too_fast = 0
        return [results.get(each.chat, said) for each in outgoings]

    def _full(self, outgoings: Sequence[Outgoing], wanted: int) -> Results:
        """Who has no room for all of it: nobody gets half a letter now and half in a minute."""
        waits = {each.chat: self._pace.wait(each.chat, wanted) for each in outgoings}
        text = "一分钟里能发的已经发满，等下一分钟"
        return {chat: SendError(text, retry_after=wait) for chat, wait in waits.items() if wait}

    async def _in_turn(self, outgoings: Sequence[Outgoing], results: Results, part: parts.Part) -> str:
        """The id of the message; puts whom it could not reach into `results`. Raises SendError."""
        one, chats = outgoings[0], [each.chat for each in outgoings if each.chat not in results]
        if not chats:
            return ""
        if pause := max(self._pace.wait(chat) for chat in chats):
            # Of a letter of more parts than fit into a minute.
            raise SendError("余下的等下一分钟", retry_after=pause)
        try:
            return await self._say(one, part, chats, results)
        except errors.Fault as failure:
            raise self._failed(one, failure) from failure

    async def _say(self, one: Outgoing, part: parts.Part, chats: Sequence[str], results: Results) -> str:
        content = part.content
        if part.kind in ("image", "file"):
            content = {"media_id": await self._media_id(one, part.kind)}
        body = {"touser": "|".join(chats), "msgtype": part.kind, "agentid": self._api.agent_id, part.kind: content}
        if one.repeat:
            body |= {"enable_duplicate_check": 1, "duplicate_check_interval": LOOK_BACK[one.notice].seconds}
        await self._calls.through(one.notice)
        self._pace.count(*chats)
        try:
            answer = await self._api.call("message/send", body)
        except errors.Fault as failure:
            if part.kind == "template_card" and _is_the_cards(failure):
                return ""
            raise
        _note_unreached(answer, results)
        if "response_code" in answer and "task_id" in content:
            await self._keep_code(str(content["task_id"]), str(answer["response_code"]), chats)
        return str(answer.get("msgid", ""))

    async def _media_id(self, one: Outgoing, kind: str) -> str:
        """What the platform calls the file, uploaded unless it has it already."""
        now = self._engine.clock.real().timestamp()
        if one.kept:
            until, _, media_id = one.kept.partition(" ")
            if float(until) > now:
                return media_id
            raise errors.Fault("文件留得太久，平台不要了", remedy=errors.Remedy.FILE)
        name, content = one.file or ("", b"")
        if len(content) > parts.MOST_IN_FILE:
            raise errors.Fault("文件超过 20 MB", remedy=errors.Remedy.REFUSED)
        media_id = await self._upload(kind, name, content)
        one.keep(f"{now + SECONDS_KEPT:.0f} {media_id}")
        return media_id

    async def _upload(self, kind: str, name: str, content: bytes) -> str:
        try:
            return await self._api.upload(kind, name, content)
        except errors.Fault as failure:
            # Nothing has been said yet, whatever became of the file.
            failure.lost = False
            raise

    async def _keep_code(self, task: str, code: str, chats: Sequence[str]) -> None:
        try:
            await self._pipeline.do(lambda turn: card_codes.sent(turn.db, NAME, task, code, chats, turn.now))
        except Exception:
            # The card is there and works; it only cannot be changed later.
            log.exception("卡片的代码没能存下")

    def _failed(self, one: Outgoing, failure: errors.Fault) -> SendError:
        text, remedy = str(failure), failure.remedy
        if remedy is errors.Remedy.WAIT:
            self._too_fast += 1
            return SendError(text, Failure.AWAY, _MINUTE if self._too_fast <= _MINUTES_TRIED else _HOUR)
        if remedy in (errors.Remedy.SETUP, errors.Remedy.TOKEN):
            return SendError(text, Failure.AWAY, _MINUTE)
        if remedy is errors.Remedy.FILE and one.kept:
            return SendError(text, Failure.FORGOTTEN)
        if remedy is errors.Remedy.RIGHT:
            return SendError(text)
        if remedy in (errors.Remedy.AGAIN, errors.Remedy.UNKNOWN):
            return SendError(text, Failure.UNCERTAIN if failure.lost else Failure.AWAY)
        return SendError(text, Failure.UNREACHABLE if remedy is errors.Remedy.PERSON else Failure.REJECTED)

    async def take_back(self, chat: str, message: str) -> None:
        """Take a message back from everybody who has got it; raises SendError."""
        await self._calls.through(True)
        try:
            await self._api.call("message/recall", {"msgid": message})
        except errors.Fault as failure:
            raise self._failed(Outgoing(0, chat, ""), failure) from failure

    async def fetch(self, ref: str) -> bytes:
        """The content of the medium with this id; raises SendError (permanent: it is gone)."""
        try:
            return await self._api.download(ref, MOST_BYTES)
        except errors.Fault as failure:
            gone = failure.remedy in (errors.Remedy.FILE, errors.Remedy.REFUSED)
            raise SendError(str(failure), Failure.REJECTED if gone else Failure.LATER) from failure


def _is_the_cards(failure: errors.Fault) -> bool:
    """Whether the card alone is refused: the words have been said, so the letter has arrived all the same."""
    if failure.remedy is errors.Remedy.TASK:
        # An earlier try has arrived.
        return True
    if failure.remedy in (errors.Remedy.CARD, errors.Remedy.REFUSED, errors.Remedy.UNKNOWN):
        log.warning("卡片没有被接受：%s", failure)
        return True
    return False


def _note_unreached(answer: dict[str, Any], results: Results) -> None:
    for name, kind in (("invaliduser", Failure.UNREACHABLE), ("unlicenseduser", Failure.REJECTED)):
        for chat in _names(answer.get(name)):
            results.setdefault(chat, SendError(name, kind))


def _names(given: Any) -> Iterable[str]:
    """The members in such a list; the platform writes them in small letters, separated by bars."""
    return filter(None, str(given or "").lower().split("|"))

"""Sends by the API of 企业微信: many people a call, paced, continued where it stopped, every failure told apart."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from bot.channels import Outgoing, SendError
from bot.channels.wecom.api import Answer, Api
from bot.channels.wecom.errors import Deed, Fault
from bot.channels.wecom.parts import MOST_IN_FILE, Part, parts_of
from bot.channels.wecom_pace import Calls, Pace
from bot.engine import Engine
from bot.pipeline.writer import Pipeline
from storage.messages import card_codes

log = logging.getLogger(__name__)
NAME = "wecom"
MOST_AT_ONCE = 1000
MOST_BYTES = 10 << 20
# A medium is kept for three days; the last hours of that are left alone.
SECONDS_KEPT = 3 * 86_400 - 7200
# How long the platform is to look back for the same message; four hours is the most. An answer may well be repeated.
_LOOK_BACK = {True: 14_400, False: 1800}
# A limit of the minute is over after a minute; what is then still refused is that of the hour.
_MINUTE, _HOUR, _MINUTES_TRIED = 60.0, 3600.0, 2
_MOST_UNFINISHED = 1000
Results = dict[str, str | SendError]


class Post:
    """The outgoing side of one app."""

    def __init__(self, api: Api, pipeline: Pipeline, engine: Engine) -> None:
        self._api = api
        self._pipeline = pipeline
        self._engine = engine
        self._pace = Pace()
        self._calls = Calls()
        # How many parts of a call have been sent: a second try does not repeat them.
        self._done: dict[str, int] = {}
        # How often in a row the platform has found us too fast.
        self._too_fast = 0

    async def send(self, outgoing: Outgoing) -> str:
        """Send all parts; the id of the last message. Raises SendError."""
        [result] = await self.send_all([outgoing])
        if isinstance(result, SendError):
            raise result
        return result

    async def send_all(self, outgoings: Sequence[Outgoing]) -> list[str | SendError]:
        """The same words to each of these people: for each the id of the last message, or what kept it away."""
        one, said = outgoings[0], ""
        results: Results = {}
        try:
            parts = parts_of(one)
            done = self._done.get(one.call, 0)
            for place in range(done, len(parts)):
                # Room for all of it, so that nobody gets half a letter now and half in a minute.
                if (place - done) % Pace.MOST == 0:
                    self._leave_out_the_full(outgoings, results, min(len(parts) - place, Pace.MOST))
                left = [each.chat for each in outgoings if each.chat not in results]
                if not left:
                    break
                said = await self._in_turn(one, parts[place], left, results) or said
                self._done[one.call] = place + 1
        except Fault as failure:
            error = self._failed(one, failure)
            return [results.get(each.chat, error) for each in outgoings]
        self._too_fast = 0
        self._done.pop(one.call, None)
        return [results.get(each.chat, said) for each in outgoings]

    def _leave_out_the_full(self, outgoings: Sequence[Outgoing], results: Results, wanted: int) -> None:
        for each in outgoings:
            pause = self._pace.must_pause(each.chat, wanted)
            if pause and each.chat not in results:
                results[each.chat] = SendError("has had the messages of this minute", after=pause)

    async def _in_turn(self, one: Outgoing, part: Part, chats: Sequence[str], results: Results) -> str:
        """The id of the message; puts whom it could not reach into `results`. Raises Fault."""
        content = part.content
        if part.kind in ("image", "file"):
            content = {"media_id": await self._media_id(one, part.kind)}
        body = {"touser": "|".join(chats), "msgtype": part.kind, "agentid": self._api.agent_id, part.kind: content}
        if one.repeat:
            body |= {"enable_duplicate_check": 1, "duplicate_check_interval": _LOOK_BACK[one.notice]}
        await self._calls.through(one.notice)
        self._pace.note(chats)
        try:
            answer = await self._api.call("message/send", body)
        except Fault as failure:
            if part.kind == "template_card" and _is_the_cards(failure):
                return ""
            raise
        _note_unreached(answer, results)
        if "response_code" in answer and part.kind == "template_card":
            await self._keep_code(str(content["task_id"]), str(answer["response_code"]), chats)
        return str(answer.get("msgid", ""))

    async def _media_id(self, one: Outgoing, kind: str) -> str:
        """What the platform calls the file, uploaded unless it has it already."""
        now = self._engine.clock.real().timestamp()
        if one.kept:
            until, _, media_id = one.kept.partition(" ")
            if float(until) > now:
                return media_id
            raise Fault("kept too long", deed=Deed.FILE)
        name, content = one.file or ("", b"")
        if len(content) > MOST_IN_FILE:
            raise Fault("a file of more than 20 MB", deed=Deed.REFUSED)
        media_id = await self._upload(kind, name, content)
        one.keep(f"{now + SECONDS_KEPT:.0f} {media_id}")
        return media_id

    async def _upload(self, kind: str, name: str, content: bytes) -> str:
        try:
            return await self._api.upload(kind, name, content)
        except Fault as failure:
            # Nothing has been said yet, whatever became of the file.
            failure.lost = False
            raise

    async def _keep_code(self, task: str, code: str, chats: Sequence[str]) -> None:
        try:
            await self._pipeline.do(lambda turn: card_codes.sent(turn.db, NAME, task, code, chats, turn.now))
        except Exception:
            # The card is there and works; it only cannot be changed later.
            log.exception("the code of a card")

    def _failed(self, one: Outgoing, failure: Fault) -> SendError:
        text, deed = str(failure), failure.deed
        while len(self._done) > _MOST_UNFINISHED:
            del self._done[next(iter(self._done))]
        if deed is Deed.WAIT:
            self._too_fast += 1
            return SendError(text, after=_MINUTE if self._too_fast <= _MINUTES_TRIED else _HOUR, everything=True)
        if deed in (Deed.SETUP, Deed.TOKEN):
            return SendError(text, after=_MINUTE, everything=True)
        if deed is Deed.FILE and one.kept:
            return SendError(text, stale=True)
        if deed in (Deed.AGAIN, Deed.RIGHT):
            return SendError(text, uncertain=failure.lost)
        self._done.pop(one.call, None)
        return SendError(text, permanent=True, gone=deed is Deed.PERSON)

    async def fetch(self, ref: str) -> bytes:
        """The content of the medium with this id; raises SendError (permanent: it is gone)."""
        try:
            return await self._api.download(ref, MOST_BYTES)
        except Fault as failure:
            gone = failure.deed in (Deed.FILE, Deed.REFUSED)
            raise SendError(str(failure), permanent=gone) from failure


def _is_the_cards(failure: Fault) -> bool:
    """Whether the card alone is refused: the words have been said, so the letter has arrived all the same."""
    if failure.deed is Deed.TASK:
        # An earlier try has arrived.
        return True
    if failure.deed in (Deed.CARD, Deed.REFUSED):
        log.warning("a card was refused: %s", failure)
        return True
    return False


def _note_unreached(answer: Answer, results: Results) -> None:
    for name, gone in (("invaliduser", True), ("unlicenseduser", False)):
        for chat in _names(answer.get(name)):
            results.setdefault(chat, SendError(name, permanent=True, gone=gone))


def _names(given: Any) -> Iterable[str]:
    """The members in such a list; the platform writes them in small letters, separated by bars."""
    return filter(None, str(given or "").lower().split("|"))

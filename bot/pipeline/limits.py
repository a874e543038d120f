"""How much one sender may say: checked in memory, before anything is written."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Self

from sqlalchemy import Engine

from bot.pipeline.turn import Outcome, Turn
from handlers.kit import Message, Reply
from storage.people import people

# What was turned away: as a repeat, nothing becomes of it.
TURNED_AWAY = Outcome(0, "turned away", True)
# Whoever was too fast hears of it soon or not at all.
_TOLD_WITHIN = timedelta(minutes=10)
_MINUTE, _HOUR = 60.0, 3600.0
# Who somebody is is looked up again after so long: a stranger may have become a member.
_KNOWN_FOR = 60.0
_MOST_SENDERS = 20_000
_UNANSWERED = "没有回答的都没有处理，请过一会儿再发一次。"
TOO_FAST = f"您发得太快了，一分钟最多 {{}} 条。{_UNANSWERED}"
TOO_MANY = f"您这一小时发得太多了，最多 {{}} 条。{_UNANSWERED}"


@dataclass(slots=True)
class _Sender:
    """What somebody said lately and was let in: id (of photos sent together, their album's) → when, in seconds."""

    let_in: dict[str, float] = field(default_factory=dict)
    turned_away: dict[str, float] = field(default_factory=dict)
    told: float = -_HOUR
    asked: float = -_KNOWN_FOR
    known: "asyncio.Future[bool] | None" = None


class Limits:
    """Used inside the event loop; of each limit 0 is none. Every process counts for itself."""

    def __init__(
        self, minute: int, hour: int, stranger: int, is_member: Callable[[str, str], bool], now: Callable[[], datetime]
    ) -> None:
        """`is_member` asks the database, in a thread, whether this address on this channel is somebody's."""
        self._minute, self._hour, self._stranger = (limit or 1 << 30 for limit in (minute, hour, stranger))
        self._is_member, self._now = is_member, now
        self._senders: OrderedDict[tuple[str, str], _Sender] = OrderedDict()
        self.turned_away = 0

    @classmethod
    def of(cls, rates: tuple[int, int, int], read: Engine, now: Callable[[], datetime]) -> Self:
        """By these rates: a person's a minute and an hour, a stranger's a minute."""

        def is_member(channel: str, address: str) -> bool:
            with read.connect() as db:
                return any(person.grants for person in people.by_addresses(db, channel, [address], now()).values())

        return cls(*rates, is_member, now)

    async def refusal(self, message: Message) -> str | None:
        """None: it is let in. Else it is not, and this is to be said; empty when that has been said already."""
        sender, name = self._sender(message), message.album or message.message_id
        # By the platform's time: what waited there while we were away was not said at once.
        now = self._now()
        when = now.timestamp() if message.edited else min(message.sent_at, now).timestamp()
        if name in sender.let_in or name in sender.turned_away:
            return None if name in sender.let_in else ""
        _forget(sender.let_in, when - _HOUR)
        if len(sender.let_in) >= min(self._minute, self._hour, self._stranger):
            said = await self._excess(sender, message, when)
            if said is not None:
                self.turned_away += 1
                sender.turned_away[name] = when
                _forget(sender.turned_away, when - _HOUR)
                return said
        sender.let_in[name] = when
        return None

    def _sender(self, message: Message) -> _Sender:
        key = message.channel, message.sender
        sender = self._senders.setdefault(key, _Sender())
        self._senders.move_to_end(key)
        if len(self._senders) > _MOST_SENDERS:
            self._senders.popitem(last=False)
        return sender

    async def _excess(self, sender: _Sender, message: Message, when: float) -> str | None:
        member = _within(sender, when, _MINUTE) < self._stranger or await self._member(sender, message)
        most = self._minute if member else self._stranger
        if _within(sender, when, _MINUTE) >= most:
            words, silent = TOO_FAST.format(most), _MINUTE if member else _HOUR
        elif _within(sender, when, _HOUR) >= self._hour:
            words, silent = TOO_MANY.format(self._hour), _HOUR
        else:
            return None
        if 0 <= when - sender.told < silent or (not member and not message.private):
            return ""
        sender.told = when
        return words

    async def _member(self, sender: _Sender, message: Message) -> bool:
        if sender.known is None or monotonic() - sender.asked > _KNOWN_FOR:
            sender.asked = monotonic()
            sender.known = asyncio.ensure_future(asyncio.to_thread(self._is_member, message.channel, message.sender))
        try:
            return await asyncio.shield(sender.known)
        except Exception:
            # The database does not answer: nobody is taken for a stranger by that.
            return True


def _within(sender: _Sender, when: float, seconds: float) -> int:
    # What came later came by a clock that has been put back since.
    return sum(when - seconds < each <= when for each in sender.let_in.values())


def _forget(some: dict[str, float], before: float) -> None:
    """The oldest come first."""
    while some and next(iter(some.values())) <= before:
        del some[next(iter(some))]


def turn_away(message: Message, said: str, turn: Turn) -> Outcome:
    """A task instead of the message: it says, if there is anything to say, that the message was turned away."""
    if said:
        turn.letters.tell(Reply(said, until=turn.now + _TOLD_WITHIN), message.channel, message.chat, message.topic)
    return TURNED_AWAY

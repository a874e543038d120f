"""What a platform has not carried while the bot was away: whoever may have written then is asked to send it again."""

from collections.abc import Collection
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.jobs.clock_guard import ClockGuard
from bot.pipeline.turn import Turn
from bot.settings import Settings
from handlers.kit import Reply
from handlers.wording import days
from scheduling.calendar import Calendar
from storage.base import chunks, key_values
from storage.messages import chats, inbox
from storage.people import people

# For so long a platform keeps what it could not deliver: 企业微信 tries three times within seconds, Telegram for a day.
_KEEPS = {"wecom": timedelta(minutes=3), "wecom_robot": timedelta(minutes=3), "telegram": timedelta(hours=24)}
# Who has written in these days may have written then.
_WRITES = timedelta(days=14)
# Until it can be said; it is not said at night.
_AWAY = "away"
_AT_ONCE = 500
WORDS = "{since}到{until}我没在工作，那段时间的消息可能没有送到。那时发给我、没有得到回答的，请再发一次。谢谢！"


class Absence:
    """A part of the tick; it knows of the last run when the clock is relied upon."""

    def __init__(self, settings: Settings, calendar: Calendar, clock: Clock) -> None:
        # It knows when a process last relied on the clock.
        self.guard = ClockGuard(clock)
        given = (
            ("wecom", settings.wecom_app),
            ("wecom_robot", settings.wecom_robot),
            ("telegram", settings.telegram_token),
        )
        self._channels = [name for name, there in given if there]
        self._calendar = calendar
        self._known = self._told = False

    def step(self, turn: Turn) -> None:
        """Note once how long nobody listened; say it when it is no time to sleep."""
        if not self._known:
            self._known = True
            if gap := self.guard.away():
                key_values.put(turn.db, _AWAY, " ".join(each.isoformat() for each in gap), turn.now)
        if self._told or self._calendar.times.quiet(turn.now.astimezone(self._calendar.zone).time()):
            return
        self._told = True
        if found := key_values.get(turn.db, _AWAY):
            key_values.remove(turn.db, _AWAY)
            since, until = map(datetime.fromisoformat, found.value.split())
            self._tell(turn, since, until)

    def _tell(self, turn: Turn, since: datetime, until: datetime) -> None:
        lost = [name for name in self._channels if until - since > _KEEPS[name]]
        if not lost or self._calendar.awake(since) >= until:
            return
        zone = self._calendar.zone
        said = Reply(WORDS.format(since=days.moment(since, zone), until=days.moment(until, zone)))
        concerned = {id for name in lost for id in _writers(turn, name, since - _WRITES)}
        turn.letters.notify([Reply(said.text, to=id) for id in sorted(concerned)], gather=True)
        for group in (each for name in lost for each in chats.of_channel(turn.db, name) if each.reachable):
            turn.letters.tell(said, group.channel, group.chat, group.topic)


def _writers(turn: Turn, channel: str, since: datetime) -> Collection[int]:
    found: set[int] = set()
    for some in chunks.chunks(sorted(inbox.senders(turn.db, channel, since)), _AT_ONCE):
        found |= {each.id for each in people.by_addresses(turn.db, channel, some, turn.now).values() if each.grants}
    return found

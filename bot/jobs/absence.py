"""
What a platform has not carried while the bot was away, or not connected: whoever may have written then is asked to send
it again.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.clock import Clock
from bot.jobs.clock_guard import ClockGuard
from bot.pipeline.turn import Turn
from bot.settings import Settings
from handlers.kit import Reply
from handlers.wording import days
from scheduling.calendar import Calendar
from storage.base import key_values
from storage.messages import chats, inbox
from storage.people import people
from storage.reminders import holds

# For so long a platform keeps what it could not deliver: 企业微信 tries three times within seconds, Telegram for a day.
_KEEPS = {"wecom": timedelta(minutes=3), "wecom_robot": timedelta(minutes=3), "telegram": timedelta(hours=24)}
# Who has written in these days may have written then.
_WRITES = timedelta(days=14)
# Until it can be said; it is not said at night.
_AWAY = "away"
# What stands behind the two instants when a backup of the first was restored at the second; else the channel that was
# deaf, or nothing: all of them were.
_RESTORED = "restored"
RESTORED_WORDS = (
    "机器人的记录出了问题，恢复到了{since}的样子。那时到{until}之间您发给我的（回答过的也一样）可能没有了。"
    "请看看您那时的签到、提名和上报还在不在，不在的请再发一次。谢谢！"
)
WORDS = "{since}到{until}我收不到消息。那时发给我、没有得到回答的，请再发一次。谢谢！"


def note_restore(db: Connection, since: datetime, now: datetime) -> None:
    """What was said since is not known any more, whether it was answered or not: that is said when the bot runs."""
    key_values.put(db, _AWAY, f"{since.isoformat()} {now.isoformat()} {_RESTORED}", now)


def note_deaf(db: Connection, channel: str, since: datetime, now: datetime) -> None:
    """Nothing could come by this channel for so long; where more is to be said already, that is said."""
    if now - since > _KEEPS[channel] and not key_values.get(db, _AWAY):
        key_values.put(db, _AWAY, f"{since.isoformat()} {now.isoformat()} {channel}", now)


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
        # Only the robot's connection is cut off while the bot runs.
        self._may_be_deaf = bool(settings.wecom_robot)
        self._known = self._told = False

    def step(self, turn: Turn) -> None:
        """Note once how long nobody listened; say what is noted when it is no time to sleep."""
        if not self._known:
            self._known = True
            if (gap := self.guard.away()) and not key_values.get(turn.db, _AWAY):
                key_values.put(turn.db, _AWAY, " ".join(each.isoformat() for each in gap), turn.now)
        quiet = self._calendar.times.quiet(turn.now.astimezone(self._calendar.zone).time())
        if quiet or (self._told and not self._may_be_deaf) or holds.why(turn.db):
            return
        self._told = True
        if found := key_values.get(turn.db, _AWAY):
            key_values.remove(turn.db, _AWAY)
            since, until = map(datetime.fromisoformat, found.value.split()[:2])
            restored = found.value.endswith(_RESTORED)
            deaf = found.value.split()[2:] if not restored else []
            lost = [name for name in deaf or self._channels if restored or until - since > _KEEPS[name]]
            if lost and (restored or self._calendar.awake(since) < until):
                self._tell(turn, since, until, lost, RESTORED_WORDS if restored else WORDS)

    def _tell(self, turn: Turn, since: datetime, until: datetime, lost: Collection[str], words: str) -> None:
        zone = self._calendar.zone
        said = Reply(words.format(since=days.moment(since, zone), until=days.moment(until, zone)))
        senders = {name: inbox.senders(turn.db, name, since - _WRITES) for name in lost}
        concerned = {id for name in lost for id in people.with_roles(turn.db, name, senders[name], turn.now)}
        turn.letters.notify([Reply(said.text, to=id) for id in sorted(concerned)], gather=True)
        for group in (each for name in lost for each in chats.of_channel(turn.db, name) if each.reachable):
            turn.letters.tell(said, group.channel, group.chat, group.topic)

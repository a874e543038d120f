"""What one live page of the practice shows, and has been told so far."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.practice.stage import SHOWN, Stage
from storage.messages import screens


class Viewer:
    """What one live page has been told so far."""

    def __init__(self, stage: Stage, person: str, place: int | None) -> None:
        """Shows this person's phone from this place on."""
        self._stage = stage
        self._person = person
        self._place = place
        self._unread: dict[str, int] = {}
        self._shown: timedelta | None = None
        self._next: dict[str, str] | None = None
        self._restarts = stage.restarts

    def news(self) -> list[tuple[str, Any, int | None]]:
        """(event, data, place) of everything new."""
        found: list[tuple[str, Any, int | None]] = []
        with self._stage.read.connect() as db:
            newest = screens.newest(db)
            if self._restarts != self._stage.restarts or (self._place or 0) > newest:
                self._restarts, self._place, self._unread = self._stage.restarts, 0, {}
                found.append(("restart", self._stage.time(), None))
            found += [("message", bubble, place) for place, bubble in self._bubbles(db)]
            self._stage.read_up_to[self._person] = newest
            unread = screens.unread(db, self._stage.read_up_to, self._person)
        found += [("unread", {"person": person, "count": count}, None) for person, count in self._changed(unread)]
        return found + self._clock()

    def _bubbles(self, db: Connection) -> list[screens.Row]:
        if self._place is None:
            rows = screens.last(db, self._stage.vault, self._person, SHOWN)
        else:
            rows = screens.after(db, self._stage.vault, self._place, self._person)
        self._place = rows[-1][0] if rows else (self._place or 0)
        return rows

    def _changed(self, unread: dict[str, int]) -> list[tuple[str, int]]:
        news = [(person, count) for person, count in unread.items() if self._unread.get(person) != count]
        self._unread = unread
        return news

    def _clock(self) -> list[tuple[str, Any, int | None]]:
        """The clock runs by itself: only a jump of it, or another next reminder, is news."""
        ahead, now = self._stage.timetable.clock.ahead, self._stage.now()
        if self._shown == ahead and (self._next is None or datetime.fromisoformat(self._next["at"]) > now):
            return []
        self._shown, self._next = ahead, self._stage.timetable.coming(self._person)
        return [("clock", {"now": now.isoformat(timespec="seconds"), "next": self._next}, None)]

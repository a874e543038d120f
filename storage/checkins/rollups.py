"""Sums by week, unit and activity, kept up to date by deltas, so that a digest costs the same at any size."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from storage.checkins import school_rollups
from storage.checkins.school_rollups import Key
from storage.tables import rollup


class Sums(NamedTuple):
    """What is added up: 场, 人次, the heads of check-ins that have both numbers, check-ins that came late.

    `rated` is how many check-ins have both numbers, `doubtful` at how many of these fewer than half were there.
    """

    events: int = 0
    attended: int = 0
    rated_due: int = 0
    rated_attended: int = 0
    late: int = 0
    backfilled: int = 0
    rated: int = 0
    doubtful: int = 0


_NONE = Sums()


def week_of(day: date) -> str:
    """The label of the ISO week (Monday to Sunday) under which a day is summed: 2026-04-03 → `2026-W14`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


class Rollups:
    """
    The deltas of the messages of one transaction: added up here, written once.

    `before` is told which (week, unit id) are about to change.
    """

    def __init__(self, before: Callable[[Connection, Collection[tuple[str, int]]], None] | None = None) -> None:
        self._before = before
        self._kept: dict[Key, list[int]] = {}
        self._fresh: list[tuple[Key, Sequence[int]]] = []
        # Written inside a savepoint that may still be rolled back.
        self._written: list[tuple[Key, Sequence[int]]] = []

    def add(self, week: str, unit_id: int, activity: str, sums: Sums) -> None:
        """Count these in, or with negative numbers out."""
        if sums != _NONE:
            self._fresh.append(((week, unit_id, activity), sums))

    @property
    def changing(self) -> set[tuple[str, int]]:
        """The (week, unit id) of what the message that is being handled has counted."""
        return {(week, unit_id) for (week, unit_id, _), _ in self._fresh}

    def keep(self) -> None:
        """The message succeeded: its deltas stay."""
        self._add_up(self._fresh)
        self._fresh, self._written = [], []

    def drop(self) -> None:
        """The message was rolled back: its own deltas go, and what it had written for others waits again."""
        self._add_up(self._written)
        self._fresh, self._written = [], []

    def flush(self, db: Connection) -> None:
        """Write what was kept, sorted by key, so that several processes cannot lock each other out."""
        if self._kept:
            if self._before:
                self._before(db, {(week, unit_id) for week, unit_id, _ in self._kept})
            school_rollups.add(db, self._kept)
            school_rollups.write(db, rollup, self._kept)
            self._written.extend(self._kept.items())
            self._kept = {}

    def _add_up(self, deltas: Iterable[tuple[Key, Sequence[int]]]) -> None:
        for key, delta in deltas:
            kept = self._kept.setdefault(key, [0] * len(Sums._fields))
            kept[:] = [have + more for have, more in zip(kept, delta, strict=True)]

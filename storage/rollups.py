"""Sums by week, unit and activity, kept up to date by deltas, so that a digest costs the same at any size."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection

from storage.tables import rollup
from storage.upsert import insert_into

_Key = tuple[str, int, str]
_SUMS = ("checkins", "attended", "rated_due", "rated_attended")


def week_of(day: date) -> str:
    """The label of the ISO week (Monday to Sunday) under which a day is summed: 2026-04-03 → `2026-W14`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


@cache
def _upsert(dialect: str) -> Any:
    statement = insert_into(dialect, rollup)
    more = {name: rollup.c[name] + statement.excluded[name] for name in _SUMS}
    return statement.on_conflict_do_update(index_elements=["week", "unit_id", "activity"], set_=more)


class Rollups:
    """The deltas of the messages of one transaction: added up here, written once."""

    def __init__(self) -> None:
        self._kept: dict[_Key, list[int]] = {}
        self._fresh: list[tuple[_Key, Sequence[int]]] = []
        # Written inside a savepoint that may still be rolled back.
        self._written: list[tuple[_Key, Sequence[int]]] = []

    def add(self, week: str, unit_id: int, activity: str, attended: int, due: int | None, sign: int = 1) -> None:
        """Count one check-in in (`sign` 1) or out (-1); `due` counts for the attendance rate where it is given."""
        rated = (due, attended) if due else (0, 0)
        delta = (sign, sign * attended, sign * rated[0], sign * rated[1])
        self._fresh.append(((week, unit_id, activity), delta))

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
            rows = [
                dict(zip(("week", "unit_id", "activity", *_SUMS), (*key, *sums), strict=True))
                for key, sums in sorted(self._kept.items())
            ]
            db.execute(_upsert(db.dialect.name), rows)
            self._written.extend(self._kept.items())
            self._kept = {}

    def _add_up(self, deltas: Iterable[tuple[_Key, Sequence[int]]]) -> None:
        for key, delta in deltas:
            kept = self._kept.setdefault(key, [0, 0, 0, 0])
            kept[:] = [have + more for have, more in zip(kept, delta, strict=True)]

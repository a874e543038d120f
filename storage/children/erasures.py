"""Which children were erased, in files outside the database: a backup of before is told of it when it is restored.

A line is one erasure (when, and the number of the child's row, which says nothing without the database), or one
restore: from then on the numbers of rows that came after its backup are given anew.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select

from storage.audit.audit import Action
from storage.tables import audit, child

# Clocks are set by less in their daily work. What was erased so shortly before a backup is erased in it.
_SLACK = timedelta(minutes=15)
# On a server a row may be committed after one with a higher number.
_OVERLAP = 1000


@dataclass(frozen=True, slots=True)
class Erased:
    """A child was erased."""

    at: datetime
    child: int


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup made `since` then was restored; the highest number of a child in it."""

    at: datetime
    since: datetime
    highest: int


Line = Erased | Restored


class ErasureList:
    """The same list in several places: each is brought up to date with what the others know."""

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = places
        self._newest = -1

    @property
    def is_there(self) -> bool:
        """Whether there is a list in any of the places."""
        return any(place.exists() for place in self._places)

    def follow(self, db: Connection) -> None:
        """Take in what was committed since the last look; raises OSError, then it is tried again at the next."""
        newest = db.scalar(select(func.max(audit.c.id))) or 0
        if newest == self._newest:
            return
        query = select(audit.c.at, audit.c.subject).where(audit.c.id > self._newest - _OVERLAP)
        rows = db.execute(query.where(audit.c.deed == Action.ERASED)).all()
        self._add(Erased(row.at, int(row.subject.removeprefix("child:"))) for row in rows)
        self._newest = newest

    def restored(self, db: Connection, since: datetime, now: datetime) -> list[int]:
        """Note that a backup made `since` then is restored in `db`; the children that are to be erased again in it."""
        lines = self._lines()
        restores = [line for line in lines if isinstance(line, Restored)]
        wanted = {
            line.child
            for line in lines
            if isinstance(line, Erased) and line.at >= since - _SLACK and _is_same_child(line, since, restores)
        }
        self._add([Restored(now, since, db.scalar(select(func.max(child.c.id))) or 0)])
        still = select(child.c.id).where(child.c.erased_at.is_(None)).order_by(child.c.id)
        return [id for id in db.scalars(still) if id in wanted]

    def _lines(self) -> list[Line]:
        """What all places know."""
        texts = [place.read_text(encoding="utf-8") for place in self._places if place.exists()]
        return list({_read(line) for text in texts for line in text.splitlines()})

    def _add(self, lines: Iterable[Line]) -> None:
        every = sorted({*self._lines(), *lines}, key=lambda line: line.at)
        whole = "".join(_written(line) + "\n" for line in every)
        for place in self._places:
            if not place.exists() or place.read_text(encoding="utf-8") != whole:
                half = place.with_suffix(".half")
                with half.open("w", encoding="utf-8") as out:
                    out.write(whole)
                    out.flush()
                    os.fsync(out.fileno())
                half.replace(place)


def _is_same_child(line: Erased, since: datetime, restores: Iterable[Restored]) -> bool:
    """Whether the number means the same child in a backup made `since` then: no restore has given it anew."""
    return all(line.child <= each.highest for each in restores if each.since < since < each.at <= line.at)


def _written(line: Line) -> str:
    if isinstance(line, Erased):
        return json.dumps({"at": line.at.isoformat(), "child": line.child})
    return json.dumps({"at": line.at.isoformat(), "since": line.since.isoformat(), "highest": line.highest})


def _read(line: str) -> Line:
    given = json.loads(line)
    at = datetime.fromisoformat(given["at"])
    if "child" in given:
        return Erased(at, given["child"])
    return Restored(at, datetime.fromisoformat(given["since"]), given["highest"])

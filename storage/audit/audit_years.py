"""Closes a year of the audit log that is three years past: its last hashes stay as anchors, its rows go."""

import hashlib
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, insert, select

from storage.audit.audit import Action, canonical, note
from storage.tables import audit, audit_anchor

# PIPL 56: what proves the handling of sensitive data is kept for at least three years.
YEARS_KEPT = 3


@dataclass(frozen=True, slots=True)
class Anchor:
    """The last row of a chain that was in a closed year; the row after it hangs on `hash`."""

    chain: str
    seq: int
    hash: str
    year: int
    rows: int
    at: datetime


def anchors(db: Connection) -> list[Anchor]:
    """Every anchor; of each chain the last one last."""
    query = select(audit_anchor).order_by(audit_anchor.c.chain, audit_anchor.c.seq)
    return [Anchor(*row) for row in db.execute(query)]


def fingerprint(found: Iterable[Anchor]) -> str:
    """One hash over all anchors, by which the log vouches for them."""
    said = [(*astuple(each)[:-1], each.at.astimezone(UTC).isoformat(timespec="microseconds")) for each in found]
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def close(db: Connection, now: datetime) -> int | None:
    """
    Close all years up to the one that is three years past, in the zone of `now`; the last year closed, None for none.

    The closing is a row of the log itself, which holds the fingerprint of all anchors.
    """
    year = now.year - YEARS_KEPT - 1
    end = datetime(year + 1, 1, 1, tzinfo=now.tzinfo)
    last = select(audit.c.chain, func.max(audit.c.seq).label("seq")).where(audit.c.at < end).group_by(audit.c.chain)
    ends = db.execute(last).all()
    for chain, seq in ends:
        _close(db, chain, seq, year, now)
    if not ends:
        return None
    note(db, Action.CLOSED, now, year=year, chains=len(ends), anchors=fingerprint(anchors(db)))
    return year


def _close(db: Connection, chain: str, seq: int, year: int, now: datetime) -> None:
    mark = db.scalar(select(audit.c.hash).where(audit.c.chain == chain, audit.c.seq == seq))
    gone = (audit.c.chain == chain) & (audit.c.seq <= seq)
    rows = db.scalar(select(func.count()).where(gone))
    db.execute(insert(audit_anchor).values(chain=chain, seq=seq, hash=mark, year=year, rows=rows, at=now))
    # The triggers let go what an anchor stands for.
    db.execute(delete(audit).where(gone))

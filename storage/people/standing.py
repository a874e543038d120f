"""Whether a role is held: what once began or ended has, though the clock be put back."""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, false, not_, or_, update

from storage.tables import grant


def begun(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """It is held, or was."""
    return or_(grant.c.begun, grant.c.since <= now)


def lasts(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """It is held, or will be."""
    return and_(not_(grant.c.over), or_(grant.c.until.is_(None), grant.c.until > now))


def holds(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """It is held."""
    return and_(begun(now), lasts(now))


def held(since: datetime, until: datetime | None, begun: bool, over: bool, now: datetime) -> bool:
    """The same of a row that was read."""
    return (begun or since <= now) and not over and (until is None or until > now)


def settle(db: Connection, now: datetime) -> None:
    """What was given or ended ahead of its day, and has come by a clock that is relied upon, has come for good."""
    for came, at in ((grant.c.begun, grant.c.since), (grant.c.over, grant.c.until)):
        db.execute(update(grant).where(came == false(), at <= now).values({came: True}))

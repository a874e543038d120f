"""What the threaded peers do with a check-in: an ORM session a message on plain SQLAlchemy."""

import argparse
from datetime import UTC, date, datetime

from sqlalchemy import create_engine, event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from tests.bench.peers.tables import (
    ACTIVITY,
    DAY,
    FIRST_USER,
    HEADS,
    SQUADS,
    Base,
    Checkin,
    Inbox,
    Outbox,
    Person,
    Rollup,
    Unit,
    pragmas,
)  # fmt: skip

CHANNEL = "wecom"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("--token", "--key", "--corp", "--path", "--database"):
        parser.add_argument(name, required=True)
    parser.add_argument("--port", type=int, required=True)
    return parser.parse_args()


class Store:
    """The database; one connection, since on SQLite more than one only wait for each other."""

    def __init__(self, path: str) -> None:
        self._engine = create_engine(f"sqlite:///{path}", pool_size=1, max_overflow=0, pool_timeout=60)
        event.listen(self._engine, "connect", pragmas)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)

    def open(self) -> None:
        Base.metadata.create_all(self._engine)
        with self._sessions.begin() as session:
            session.add_all([Unit(id=n + 1, name=f"中队{n}") for n in range(SQUADS)])
            session.flush()
            for n in range(SQUADS):
                session.add(Person(name=f"老师{n}", address=str(FIRST_USER + n), role="counselor", unit_id=n + 1))
        # The server forks: a connection is not to be shared with it.
        self._engine.dispose()

    def hear(self, message_id: str, sender: str, text: str) -> str:
        """Everything that one message asks for, committed; what is answered."""
        try:
            with self._sessions.begin() as session:
                return _record(session, message_id, sender, text)
        except IntegrityError:
            return "已经记过"


def _record(session: Session, message_id: str, sender: str, text: str) -> str:
    known = select(Inbox.id).where(Inbox.channel == CHANNEL, Inbox.message_id == message_id)
    if session.scalar(known) is not None:
        return "已经记过"
    now = datetime.now(UTC)
    here = {"channel": CHANNEL, "chat": sender}
    arrived = Inbox(**here, message_id=message_id, sender=sender, received_at=now, state="done")
    session.add(arrived)
    person = session.scalar(select(Person).where(Person.address == sender))
    if person is None or person.role != "counselor":
        return "请先加入"
    activity, heads, day = ACTIVITY.search(text), HEADS.search(text), DAY.search(text)
    if not activity or not heads or not day:
        return "没看懂"
    on, due, attended = date(now.year, int(day[1]), int(day[2])), int(heads[1]), int(heads[2])
    session.flush()
    what = {"unit_id": person.unit_id, "activity": activity[0]}
    new = {"day": on, "topic": text[day.end() :], "due": due, "attended": attended, "state": "valid", "made_at": now}
    session.add(Checkin(**what, **new, person_id=person.id, inbox_id=arrived.id))
    year, week, _ = on.isocalendar()
    key = {"week": f"{year}-W{week:02}", **what}
    sums = session.get(Rollup, key)
    if sums is None:
        sums = Rollup(**key, events=0, attended=0, due=0)
        session.add(sums)
    sums.events, sums.attended, sums.due = sums.events + 1, sums.attended + attended, sums.due + due
    said = f"已记录:{activity[0]} {attended} 人(应到 {due})\n{on:%m月%d日} {text[day.end() :]}"
    session.add(Outbox(**here, inbox_id=arrived.id, person_id=person.id, body={"text": said}, state="sent", due_at=now))
    return said

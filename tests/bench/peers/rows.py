"""What both peers do with a check-in: an ORM session a message on async SQLAlchemy, as the tutorials show it.

The rows are ours: inbox, checkin, rollup, outbox. Nothing is sealed and (but for `--replies`) nothing is sent, which
spares them work.
"""

import argparse
import socket
from datetime import UTC, date, datetime

from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

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


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("--token", "--secret", "--path", "--database", "--api"):
        parser.add_argument(name, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--committed", type=int, required=True)
    parser.add_argument("--replies", action="store_true")
    return parser.parse_args()


class Store:
    """The database, and who is told of a commit."""

    def __init__(self, path: str, committed: int) -> None:
        # One connection: faster than the default pool on SQLite, and it cannot lock itself out.
        self._engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=1, max_overflow=0)
        event.listen(self._engine.sync_engine, "connect", pragmas)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        self._committed = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._committed.setblocking(False)
        self._committed.connect(("127.0.0.1", committed))

    async def open(self) -> None:
        async with self._engine.begin() as db:
            await db.run_sync(Base.metadata.create_all)
        async with self._sessions() as session, session.begin():
            session.add_all([Unit(id=n + 1, name=f"中队{n}") for n in range(SQUADS)])
            await session.flush()
            for n in range(SQUADS):
                person = Person(name=f"老师{n}", address=str(FIRST_USER + n), role="counselor", unit_id=n + 1)
                session.add(person)

    async def hear(self, update_id: int, sender: int, chat: int, text: str) -> None:
        """Everything that one message asks for, committed."""
        async with self._sessions() as session, session.begin():
            await _record(session, str(update_id), str(sender), str(chat), text)

    def tell(self, update_id: int) -> None:
        """Only a server that answers before the commit says separately that it is done."""
        self._committed.send(str(update_id).encode())


async def _record(session: AsyncSession, message_id: str, sender: str, chat: str, text: str) -> None:
    known = select(Inbox.id).where(Inbox.channel == "telegram", Inbox.message_id == message_id)
    if await session.scalar(known) is not None:
        return
    now = datetime.now(UTC)
    here = {"channel": "telegram", "chat": chat}
    arrived = Inbox(**here, message_id=message_id, sender=sender, received_at=now, state="done")
    session.add(arrived)
    person = await session.scalar(select(Person).where(Person.address == sender))
    if person is None or person.role != "counselor":
        return
    activity, heads, day = ACTIVITY.search(text), HEADS.search(text), DAY.search(text)
    if not activity or not heads or not day:
        return
    on, due, attended = date(now.year, int(day[1]), int(day[2])), int(heads[1]), int(heads[2])
    await session.flush()
    what = {"unit_id": person.unit_id, "activity": activity[0]}
    new = {"day": on, "topic": text[day.end() :], "due": due, "attended": attended, "state": "valid", "made_at": now}
    session.add(Checkin(**what, **new, person_id=person.id, inbox_id=arrived.id))
    year, week, _ = on.isocalendar()
    key = {"week": f"{year}-W{week:02}", **what}
    sums = await session.get(Rollup, key)
    if sums is None:
        sums = Rollup(**key, events=0, attended=0, due=0)
        session.add(sums)
    sums.events, sums.attended, sums.due = sums.events + 1, sums.attended + attended, sums.due + due
    body = {"text": f"已记录:{activity[0]} {attended} 人(应到 {due})\n{on:%m月%d日} {text[day.end() :]}"}
    session.add(Outbox(**here, inbox_id=arrived.id, person_id=person.id, body=body, state="new", due_at=now))

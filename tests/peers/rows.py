"""What both peers do with a check-in: an ORM session a message on async SQLAlchemy, as the tutorials show it.

The rows are ours: inbox, checkin, rollup, outbox. Nothing is sealed and (but for `--replies`) nothing is sent, which
spares them work.
"""

import argparse
import re
import socket
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, event, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SQUADS, FIRST_USER = 240, 1000
_ACTIVITY = re.compile(r"主题队日|主题队会|队课|志愿服务|升旗仪式|读书活动|宣讲|劳动实践")
_HEADS = re.compile(r"应到(\d+)实到(\d+)")
_DAY = re.compile(r"(\d+)月(\d+)日\s*")


class Base(DeclarativeBase):
    pass


class Unit(Base):
    __tablename__ = "unit"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Person(Base):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))


class Inbox(Base):
    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("channel", "message_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    message_id: Mapped[str]
    chat: Mapped[str]
    sender: Mapped[str]
    received_at: Mapped[datetime]
    state: Mapped[str]


class Checkin(Base):
    __tablename__ = "checkin"
    __table_args__ = (UniqueConstraint("unit_id", "activity", "day"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"))
    activity: Mapped[str]
    day: Mapped[date]
    topic: Mapped[str]
    due: Mapped[int]
    attended: Mapped[int]
    state: Mapped[str]
    made_at: Mapped[datetime]


class Rollup(Base):
    __tablename__ = "rollup"
    week: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    activity: Mapped[str] = mapped_column(primary_key=True)
    events: Mapped[int] = mapped_column(default=0)
    attended: Mapped[int] = mapped_column(default=0)
    due: Mapped[int] = mapped_column(default=0)


class Outbox(Base):
    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    chat: Mapped[str]
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(index=True)
    due_at: Mapped[datetime]


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
        event.listen(self._engine.sync_engine, "connect", _pragmas)
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


def _pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


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
    activity, heads, day = _ACTIVITY.search(text), _HEADS.search(text), _DAY.search(text)
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

"""The tables of all peers, and what they find in a check-in; the rows are ours: inbox, checkin, rollup, outbox."""

import re
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SQUADS, FIRST_USER = 240, 1000
ACTIVITY = re.compile(r"主题队日|主题队会|队课|志愿服务|升旗仪式|读书活动|宣讲|劳动实践")
HEADS = re.compile(r"应到(\d+)实到(\d+)")
DAY = re.compile(r"(\d+)月(\d+)日\s*")


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


def pragmas(connection: Any, _record: Any) -> None:
    """As our own database is opened."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()

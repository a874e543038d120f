"""Codes by which a platform lets sent cards be changed: each works once, for three days."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, literal_column, select, update

from storage.tables import card, card_code

# 72 hours by the platform's word (document 94888), less what clocks may differ.
GOOD_FOR = timedelta(hours=71, minutes=50)
_MOST_AT_ONCE = 1000
_WANTED = card_code.c.state == literal_column("'wanted'")
_NEWEST_FIRST = card_code.c.id.desc()


@dataclass(frozen=True, slots=True)
class Change:
    """A card that is to say `words` to `chats` from now on; `codes` (with their ids) may do it, the newest first."""

    task: str
    words: str
    chats: tuple[str, ...]
    codes: tuple[tuple[int, str], ...]


def task_of(token: str, call: str) -> str:
    """What the platform knows a sent card by: never the same for two calls (document 90236)."""
    return f"{token}@{call}"


def sent(db: Connection, channel: str, task: str, code: str, chats: Sequence[str], now: datetime) -> None:
    """The card of `task` went to these chats, and `code` changes it."""
    _add(db, channel, task, code, list(chats), now)


def clicked(db: Connection, channel: str, task: str, code: str, now: datetime) -> None:
    """A press on the card of `task` brought another code; a press that is told once more brings the same."""
    same = (card_code.c.token == task.partition("@")[0]) & (card_code.c.code == code)
    if db.execute(select(card_code.c.id).where(same).limit(1)).first() is None:
        _add(db, channel, task, code, None, now)


def _add(db: Connection, channel: str, task: str, code: str, chats: list[str] | None, now: datetime) -> None:
    token = task.partition("@")[0]
    known = db.execute(select(card.c.closed).where(card.c.token == token).limit(1)).first()
    if known is None:
        # No card of ours, or one that is no longer kept.
        return
    # It may have been decided on while it was under way.
    state = "wanted" if known.closed and chats else "kept"
    row = {"channel": channel, "token": token, "task": task, "chats": chats, "code": code, "at": now, "state": state}
    db.execute(insert(card_code).values(**row))


def close(db: Connection, about: str, words: str) -> None:
    """What the cards `about` it let people decide on is decided: they are to say so in these words."""
    open_ones = (card.c.about == about) & card.c.closed.is_(None)
    tokens = list(db.scalars(select(card.c.token).where(open_ones).distinct()))
    if tokens:
        db.execute(update(card).where(open_ones).values(closed=words))
        kept = card_code.c.token.in_(tokens) & (card_code.c.state == "kept")
        db.execute(update(card_code).where(kept).values(state="wanted"))


def any_wanted(db: Connection, channel: str) -> bool:
    """Whether there is a change to be made; cheap, for a reading connection."""
    query = select(card_code.c.id).where(_WANTED, card_code.c.channel == channel)
    return db.execute(query.limit(1)).first() is not None


def take(db: Connection, channel: str, now: datetime) -> list[Change]:
    """The changes that are to be made, one for each card that was sent; they are the caller's from now on."""
    query = select(card_code.c.id, card_code.c.token, card_code.c.task, card_code.c.chats, card_code.c.code).where(
        _WANTED, card_code.c.channel == channel, card_code.c.at > now - GOOD_FOR
    )
    rows = db.execute(query.order_by(_NEWEST_FIRST).with_for_update(skip_locked=True)).all()
    tasks: dict[str, list[Any]] = {}
    for row in rows:
        tasks.setdefault(row.task, []).append(row)
    db.execute(update(card_code).where(_WANTED, card_code.c.channel == channel).values(state="used"))
    return [_change(db, task, rows) for task, rows in tasks.items()]


def _change(db: Connection, task: str, rows: list[Any]) -> Change:
    holders = db.execute(select(card.c.chat, card.c.closed).where(card.c.token == rows[0].token)).all()
    # Who got it with this call; where the answer to that was lost, everybody who was to have the card.
    chats = next((row.chats for row in rows if row.chats), [holder.chat for holder in holders])[:_MOST_AT_ONCE]
    words = next((holder.closed for holder in holders if holder.closed), "")
    return Change(task, words, tuple(chats), tuple((row.id, row.code) for row in rows))


def want(db: Connection, ids: Collection[int]) -> None:
    """These codes could not be used yet."""
    db.execute(update(card_code).where(card_code.c.id.in_(ids)).values(state="wanted"))


def purge(db: Connection, now: datetime) -> None:
    """Forget the codes that are no longer good."""
    db.execute(delete(card_code).where(card_code.c.at <= now - GOOD_FOR))

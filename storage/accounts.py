"""The accounts of people on the platforms, one by one: a lost phone is unlinked, and all that was open on it ends."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from storage import outbox
from storage.tables import account, card, dialogue


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's address on a platform."""

    id: int
    person_id: int
    channel: str
    address: str


_SELECT = select(*(account.c[name] for name in Account.__slots__))


def of_people(db: Connection, person_ids: Iterable[int]) -> list[Account]:
    """All accounts of these people, the oldest first."""
    query = _SELECT.where(account.c.person_id.in_(list(person_ids)))
    return [Account(*row) for row in db.execute(query.order_by(account.c.id))]


def by_id(db: Connection, account_id: int) -> Account | None:
    """The account with this number."""
    row = db.execute(_SELECT.where(account.c.id == account_id)).first()
    return None if row is None else Account(*row)


def unlink(db: Connection, gone: Account) -> None:
    """Whoever writes from this address is nobody any more; open questions, buttons and letters of that chat end."""
    mine = (dialogue.c.channel == gone.channel) & (dialogue.c.sender == gone.address)
    db.execute(delete(dialogue).where(mine))
    db.execute(delete(card).where(card.c.channel == gone.channel, card.c.chat == gone.address))
    outbox.give_up(db, gone.channel, gone.address)
    db.execute(delete(account).where(account.c.id == gone.id))

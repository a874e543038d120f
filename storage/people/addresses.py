"""A lost phone: its account is unlinked, and all that was open on it ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from storage.audit.audit import Action, note
from storage.messages import outbox
from storage.people import invites, page_links
from storage.people.accounts import APP, ROBOT
from storage.tables import account, card, dialogue, link_code, person


@dataclass(frozen=True, slots=True)
class Linked:
    """Somebody's address on a platform."""

    id: int
    person_id: int
    channel: str
    address: str


_SELECT = select(*(account.c[name] for name in Linked.__slots__))


def of_people(db: Connection, person_ids: Iterable[int]) -> list[Linked]:
    """All accounts of these people, the oldest first."""
    query = _SELECT.where(account.c.person_id.in_(list(person_ids)))
    return [Linked(*row) for row in db.execute(query.order_by(account.c.id))]


def by_id(db: Connection, account_id: int) -> Linked | None:
    """The account with this number."""
    row = db.execute(_SELECT.where(account.c.id == account_id)).first()
    return None if row is None else Linked(*row)


def of_one_member(db: Connection, one: Linked) -> list[Linked]:
    """The account, and of a member of the company the same member's in its app and its robot: neither stands alone."""
    same: ColumnElement[bool] = account.c.id == one.id
    if one.channel in (APP, ROBOT):
        member = func.lower(account.c.address) == one.address.lower()
        same = or_(same, and_(account.c.channel.in_([APP, ROBOT]), member))
    return [Linked(*row) for row in db.execute(_SELECT.where(same).order_by(account.c.id))]


def unlink(db: Connection, gone: Linked, now: datetime) -> None:
    """Whoever writes from this address is nobody any more; open questions, buttons and letters of that chat end.

    So do the codes that were made there, to join further accounts and for others to join by, and the links to pages
    that may be open on a lost phone.
    """
    page_links.revoke(db, gone.person_id)
    invites.void_made_by(db, gone.person_id, now)
    db.execute(delete(link_code).where(link_code.c.person_id == gone.person_id, link_code.c.used_at.is_(None)))
    for each in of_one_member(db, gone):
        mine = (dialogue.c.channel == each.channel) & (dialogue.c.sender == each.address)
        db.execute(delete(dialogue).where(mine))
        db.execute(delete(card).where(card.c.channel == each.channel, card.c.chat == each.address))
        outbox.give_up(db, each.channel, each.address)
        db.execute(delete(account).where(account.c.id == each.id))
        # From now on it takes a second person's word that somebody is them, though they may never have written.
        never = (person.c.id == each.person_id) & person.c.heard_on.is_(None)
        db.execute(update(person).where(never).values(heard_on=each.channel))
        note(db, Action.UNLINKED, now, subject=f"person:{each.person_id}", channel=each.channel)

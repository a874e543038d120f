"""The buttons of sent messages: a press names a card's token and a place on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from storage.base.upsert import add_new
from storage.base.vault import Vault
from storage.tables import card, outbox

# No more letters in a row are looked past that have no buttons, and are kept for what they answered.
_MOST_LOOKS = 5
_MOST_SINCE = 2


@dataclass(frozen=True, slots=True)
class Order:
    """What a button stands for: the command of this word, with these arguments; without a word they are an answer.

    Of a card that an earlier version has sent the word is not known: `args` is what would be typed.
    """

    word: str | None
    args: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The buttons of a sent message: for whom (None: anyone), and the order that a text in reply goes on with.

    `text` is what stands above them, of the last one of a chat and as long as it is known. `asked` is what it answered.
    """

    person_id: int | None
    made_at: datetime
    orders: tuple[Order, ...]
    reply: Order | None = None
    text: str = ""
    asked: Order | None = None


def new_token() -> str:
    """An unguessable token; with `.` and a place it is a button's id, 19 bytes at most."""
    return token_urlsafe(12)


def put(db: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows (token, channel, chat, person_id, orders, reply, made_at, about); one card may have several.

    `orders` are, sealed, a list (word, arguments, label) for each button; one without a label is what was asked.
    """
    # A card that a person has already is the same one.
    add_new(db, card, rows)


def press(db: Connection, vault: Vault, button: str, channel: str, chat: str) -> tuple[Card, Order] | None:
    """The button with this id in this chat; None when it is unknown there, or no longer kept."""
    token, _, place = button.partition(".")
    row = db.execute(select(card).where(card.c.token == token, card.c.chat == chat, card.c.channel == channel)).first()
    found = None if row is None else _card(vault, row)
    if found is None or not (place.isascii() and place.isdigit()) or int(place) >= len(found.orders):
        return None
    return found, found.orders[int(place)]


def of_message(db: Connection, vault: Vault, channel: str, chat: str, platform_id: str) -> Card | None:
    """The card that the platform knows by this message id; None when it had no buttons or is no longer kept."""
    said = (outbox.c.channel == channel) & (outbox.c.chat == chat) & (outbox.c.platform_id == platform_id)
    query = select(card).join(outbox, (outbox.c.card == card.c.token) & (outbox.c.chat == card.c.chat))
    row = db.execute(query.where(said, outbox.c.card.is_not(None)).limit(1)).first()
    return None if row is None else _card(vault, row)


def recent(db: Connection, vault: Vault, channel: str, chat: str, since: datetime, most: int = 5) -> list[Card]:
    """The cards with buttons of a chat that were made since then, the newest first."""
    found = _recent(db, vault, channel, chat, since, _MOST_LOOKS + most)
    return [each for each in found if each.orders][:most]


def looked(db: Connection, vault: Vault, channel: str, chat: str, since: datetime) -> Card | None:
    """The newest card that answered a look, also where it was refused since to go on with it."""
    found = _recent(db, vault, channel, chat, since, _MOST_SINCE)
    return next((each for each in found if each.asked), None)


def _recent(db: Connection, vault: Vault, channel: str, chat: str, since: datetime, most: int) -> list[Card]:
    said = (outbox.c.channel == channel) & (outbox.c.chat == chat) & outbox.c.card.is_not(None)
    query = select(card).join(outbox, (outbox.c.card == card.c.token) & (outbox.c.chat == card.c.chat))
    rows = db.execute(query.where(said, card.c.made_at >= since).order_by(outbox.c.id.desc()).limit(most))
    return [_card(vault, row) for row in rows]


def last(db: Connection, vault: Vault, channel: str, chat: str, since: datetime) -> Card | None:
    """The card of the last letter of a chat; None when that has none, or one that was made before."""
    here = (outbox.c.channel == channel) & (outbox.c.chat == chat)
    query = select(card, outbox.c.id, outbox.c.body).join(
        outbox, (outbox.c.card == card.c.token) & (outbox.c.chat == card.c.chat)
    )
    made = query.where(here, outbox.c.card.is_not(None), card.c.made_at >= since)
    newest = db.execute(made.order_by(outbox.c.id.desc()).limit(1)).first()
    if newest is None or db.scalar(select(outbox.c.id).where(here, outbox.c.id > newest.id).limit(1)):
        return None
    text = Vault.open(vault, newest.body)["text"] if newest.body else ""
    return replace(_card(vault, newest), text=text)


def _card(vault: Vault, row: Row[Any]) -> Card:
    # Not by way of whoever listens to what is unsealed: what a button goes on with is not said again.
    commands = row.commands if row.orders is None else Vault.open(vault, row.orders)
    orders = tuple(Order(None, each) if isinstance(each, str) else Order(*each) for each in commands)
    asked = orders[-1] if orders and orders[-1].word and not orders[-1].label else None
    shown = orders[:-1] if asked else orders
    return Card(row.person_id, row.made_at, shown, None if row.reply is None else orders[row.reply], asked=asked)


def body_of(db: Connection, token: str) -> bytes | None:
    """The sealed body of the letter with these buttons; None when it is unknown or its words have gone."""
    said = (outbox.c.channel == card.c.channel) & (outbox.c.chat == card.c.chat) & (outbox.c.card == card.c.token)
    query = select(outbox.c.body).select_from(card).join(outbox, said)
    found: bytes | None = db.scalar(query.where(card.c.token == token, outbox.c.card.is_not(None)).limit(1))
    return found


def purge(db: Connection, before: datetime) -> None:
    """Forget the cards made before this instant."""
    db.execute(delete(card).where(card.c.made_at < before))

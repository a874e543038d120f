"""What else holds a child's name for a while: letters, cards, open questions, messages that failed, what was told."""

import json
import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from storage.base import chunks
from storage.base.vault import Vault, WrongKey
from storage.children.children import plain
from storage.tables import card, card_code, dialogue, guardian_request, inbox, incident, outbox, screen

_ESCAPED = re.compile(r"\\+u([0-9a-f]{4})")
# What goes from the row; nothing: the row itself goes. What has not been said yet of the child is not said any more.
_GOES: dict[Table, dict[str, Any]] = {
    outbox: {"body": None, "state": "dead", "error": "孩子的信息已经删除"},
    inbox: {"payload": None, "error": None, "state": "expired"},
    guardian_request: {"wish": None, "outcome": None},
    incident: {"what": None},
    dialogue: {},
    card: {},
    screen: {},
}
_SEALED = {
    outbox: ("body",), inbox: ("payload", "error"), guardian_request: ("wish", "outcome"), incident: ("what",),
    dialogue: ("payload",), card: ("orders",), screen: ("bubble",),
}  # fmt: skip


def remove(db: Connection, vault: Vault, name: str, numbers: Collection[str]) -> None:
    """Take away whatever was sealed with this name, or one of these numbers of cases, in it, and the cards about them.

    Letters about a case have only the masked name in them, beside what was done.
    """
    named = re.compile(re.escape(name))
    told = re.compile("|".join([named.pattern, *(rf"{number}(?!\d)" for number in numbers)]))
    for table, columns in _SEALED.items():
        # The practice phones count their bubbles: the question that is being answered stays the last one.
        rule = named if table is screen else told
        keys = list(table.primary_key.columns)
        for row in db.execute(select(*keys, *(table.c[each] for each in columns))).all():
            if any(_tells(vault, sealed, rule) for sealed in row[len(keys) :]):
                _take(db, table, dict(zip(keys, row, strict=False)))
    rows = db.execute(select(card.c.token, card.c.about, card.c.commands)).all()
    tokens = [
        row.token for row in rows if row.about in numbers or told.search(json.dumps(row.commands, ensure_ascii=False))
    ]
    for some in chunks.chunks(set(tokens)):
        db.execute(delete(card).where(card.c.token.in_(some)))
    db.execute(delete(card_code).where(card_code.c.token.not_in(select(card.c.token))))


def _tells(vault: Vault, sealed: bytes | None, told: re.Pattern[str]) -> bool:
    if not sealed:
        return False
    try:
        words = json.dumps(vault.open(sealed), ensure_ascii=False)
    except WrongKey:
        return False
    # A message that failed is JSON within JSON, every sign of it escaped.
    return told.search(plain(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), words))) is not None


def _take(db: Connection, table: Table, key: dict[Any, Any]) -> None:
    here = [column == value for column, value in key.items()]
    values = _GOES[table]
    if table is outbox:
        # What was sent stays noted as sent.
        db.execute(update(table).where(*here, table.c.state.in_(["sent", "uncertain"])).values(body=None))
        here.append(table.c.body.is_not(None))
    db.execute(update(table).where(*here).values(values) if values else delete(table).where(*here))

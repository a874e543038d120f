"""What else holds a child's name for a while: letters, cards, open questions, messages that failed, what was told."""

import json
import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from storage.base.vault import Vault, WrongKey
from storage.children.children import plain
from storage.tables import card, card_code, dialogue, guardian_request, inbox, incident, outbox, screen

_ESCAPED = re.compile(r"\\+u([0-9a-f]{4})")
# What goes from the row; nothing: the row itself goes. What has not been said yet of the child is not said any more.
_GOES: dict[Table, dict[str, Any]] = {
    outbox: {"body": None, "state": "dead", "error": "the child was erased"},
    inbox: {"payload": None, "error": None, "state": "expired"},
    guardian_request: {"wish": None, "outcome": None},
    incident: {"what": None},
    dialogue: {},
    screen: {},
}
_SEALED = {
    outbox: ("body",), inbox: ("payload", "error"), guardian_request: ("wish", "outcome"), incident: ("what",),
    dialogue: ("payload",), screen: ("bubble",),
}  # fmt: skip


def remove(db: Connection, vault: Vault, name: str, numbers: Collection[str]) -> None:
    """Take away whatever was sealed with this name in it, and the cards about these nominations."""
    for table, columns in _SEALED.items():
        keys = list(table.primary_key.columns)
        for row in db.execute(select(*keys, *(table.c[each] for each in columns))).all():
            if any(_names(vault, sealed, name) for sealed in row[len(keys) :]):
                _take(db, table, dict(zip(keys, row, strict=False)))
    rows = db.execute(select(card.c.token, card.c.about, card.c.commands)).all()
    tokens = [row.token for row in rows if row.about in numbers or name in json.dumps(row.commands, ensure_ascii=False)]
    for token in set(tokens):
        for of in (card, card_code):
            db.execute(delete(of).where(of.c.token == token))


def _names(vault: Vault, sealed: bytes | None, name: str) -> bool:
    if not sealed:
        return False
    try:
        words = json.dumps(vault.open(sealed), ensure_ascii=False)
    except WrongKey:
        return False
    # A message that failed is JSON within JSON, every sign of it escaped.
    return name in plain(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), words))


def _take(db: Connection, table: Table, key: dict[Any, Any]) -> None:
    here = [column == value for column, value in key.items()]
    values = _GOES[table]
    if table is outbox:
        # What was sent stays noted as sent.
        db.execute(update(table).where(*here, table.c.state.in_(["sent", "uncertain"])).values(body=None))
        here.append(table.c.body.is_not(None))
    db.execute(update(table).where(*here).values(values) if values else delete(table).where(*here))

"""A form that came by chat: looked at beside the writer, then kept, or what is wrong with it is said."""

import asyncio
import json
from datetime import datetime

from sqlalchemy import Engine

from bot.files import forms as opened
from bot.pipeline import masking
from bot.pipeline.turn import Turn
from bot.pipeline.writer import Pipeline
from handlers.kit import Reply
from handlers.materials import completion, forms
from storage.base.vault import Vault
from storage.messages.files import Wanted
from storage.organisation import units
from storage.programmes import forms as stored
from storage.programmes.forms import Form

_BROKEN = "「{}」打不开，没有存。请在 Excel、Word 或 WPS 里另存为 xlsx 或 docx（不带宏），再发一次：套表 {}"


async def take(pipeline: Pipeline, read: Engine, wanted: Wanted, content: bytes, now: datetime) -> None:
    """Keep the form, or say what is wrong with it."""
    vault: Vault = await pipeline.do(lambda turn: turn.vault)
    found = await asyncio.to_thread(_looked_at, read, vault, wanted, content, now)
    if found is not None:
        one, said, document = found
        await pipeline.do(lambda turn: _settle(turn, wanted, one, said, document, content))


def _looked_at(
    read: Engine, vault: Vault, wanted: Wanted, content: bytes, now: datetime
) -> tuple[Form, Reply, bool | None] | None:
    """(the form, what is said of it, whether it is a document; None where it is not to be kept); None without one."""
    with read.connect() as db:
        one = stored.by_file(db, wanted.person_id, wanted.ref)
        if one is None:
            return None
        broken = one, Reply(_BROKEN.format(one.name, one.name)), None
        if len(content) > forms.MOST_BYTES:
            return broken
        try:
            told = json.loads(opened.run(content, {"kind": "fields"}))
        except opened.Unfilled:
            return broken
        found = told["fields"]
        wrong = completion.problems(db, units.by_id(db, one.unit_id), now.date(), found[: completion.MOST_FIELDS])
        named = completion.names_a_child(db, vault, told["texts"])
    said = completion.looked_at(one.name, found, wrong, named)
    return one, said, told["document"] if said.buttons else None


def _settle(turn: Turn, wanted: Wanted, one: Form, said: Reply, document: bool | None, content: bytes) -> None:
    if document is None:
        stored.remove(turn.db, one.id)
    else:
        stored.keep(turn.db, turn.vault, one, content, document)
    turn.letters.read_back(said, wanted.channel, wanted.chat, masking.door(turn.db, said.text))

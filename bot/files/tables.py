"""Tables that came by chat: forms, rosters, and sheets of the catalogue, of badges, of who holds a place."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from bot.files import catalogue_files, rosters
from bot.files.forms import intake
from bot.files.roster_files import RosterFiles
from bot.pipeline.writer import Pipeline
from handlers import roster
from storage.messages import files


async def take(
    pipeline: Pipeline, read: Engine, now: Callable[[], datetime], wanted: files.Wanted, content: bytes
) -> None:
    """Read it, and say to whoever sent it what it would change or what is wrong with it."""
    if wanted.kind == files.FORM:
        await intake.take(pipeline, read, wanted, content, now())
    elif isinstance(found := await asyncio.to_thread(rosters.read, content), roster.Sheet):
        await RosterFiles(pipeline, read, now).take(wanted, found)
    else:
        known = await pipeline.do(lambda turn: (turn.vault, turn.letters.nameless))
        said = await asyncio.to_thread(catalogue_files.said_of, read, known, wanted, found, now())
        await pipeline.do(lambda turn: catalogue_files.tell(turn, wanted, said))
    await pipeline.do(lambda turn: files.settle(turn.db, wanted.id, state="read"))

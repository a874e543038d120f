"""A workbook of the catalogue, of badges or of who holds a place: compared beside the writer, shown for agreement."""

from datetime import datetime

from sqlalchemy import Engine

from bot.pipeline import masking
from bot.pipeline.turn import Turn
from handlers.catalogue import sheets
from handlers.kit import Ask, Message, Reply
from handlers.medals.awards import badge_sheet
from handlers.organisation import catalogue
from handlers.programmes.rosters import roster_sheet
from storage.base.vault import Vault
from storage.checkins.rollups import Rollups
from storage.messages.files import Wanted
from storage.people import people

_MOST_PROBLEMS = 20
NOT_YOURS = "目录由最上级的管理员来改，没有改。"


def said_of(
    read: Engine, known: tuple[Vault, frozenset[str]], wanted: Wanted, tables: sheets.Tables, now: datetime
) -> catalogue.Change | Reply:
    """
    What is said of a workbook: of badges and of who holds a place what they are, of a catalogue what it changes.

    `known`: what opens names, and the channels on which there are none.
    """
    if sheets.ROWS in tables:
        return compare(read, wanted, tables, now)
    assert wanted.person_id is not None
    [(title, table)] = tables.items()
    with read.connect() as db:
        person = people.by_id(db, wanted.person_id, now)
        if title == badge_sheet.SHEET:
            return badge_sheet.shown(db, person, table, now.date())
        # Files are taken in private only.
        heard = Message(wanted.channel, "", "", wanted.chat, now)
        ask = Ask(db, now, heard, 0, person, "", Rollups(), known[0], nameless=known[1])
        return roster_sheet.shown(ask, title, table)


def compare(read: Engine, wanted: Wanted, tables: sheets.Tables, now: datetime) -> catalogue.Change | Reply:
    """What the sheets change, or what is said instead: every mistake of them, or that it is not the sender's to do."""
    assert wanted.person_id is not None
    with read.connect() as db:
        person = people.by_id(db, wanted.person_id, now)
        found, problems = catalogue.compared(db, tables, person.id)
    if not catalogue.may_change(person):
        return Reply(NOT_YOURS)
    if not problems:
        return found
    listed = "\n".join(map(str, problems[:_MOST_PROBLEMS]))
    more = f"\n另有 {len(problems) - _MOST_PROBLEMS} 处" if len(problems) > _MOST_PROBLEMS else ""
    return Reply(f"目录有 {len(problems)} 处要改，什么也没有改：\n{listed}{more}\n改好以后再发一次文件。")


def tell(turn: Turn, wanted: Wanted, found: catalogue.Change | Reply) -> None:
    """Say it to whoever sent it."""
    said = found if isinstance(found, Reply) else catalogue.shown(turn.db, found, turn.now)
    turn.letters.read_back(said, wanted.channel, wanted.chat, masking.door(turn.db, said.text))

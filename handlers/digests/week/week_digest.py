"""The digest of a week of one unit: its words, and what can be asked for from there."""

from sqlalchemy import Connection

from handlers.digests.page import link
from handlers.digests.readers import READERS
from handlers.digests.week import schools, wording
from handlers.kit import ADMINS, Ask, Button, Reply, Unit
from handlers.wording import places
from scheduling import closed_periods
from storage.digests.figures import Digest
from storage.organisation import history


def reply(ask: Ask, of: Unit, week: str, alone: bool) -> Reply:
    """The digest of a unit as the asker may see it; `alone`: buttons need not name the unit."""
    shown, private = closed_periods.shown(ask.db, of, week, ask.now), ask.message.private
    above = of not in places.scope(ask.me, READERS)
    return Reply(
        wording.whole_text(ask.db, shown, of, ask.today),
        (
            *buttons(shown, "" if alone else named(ask.db, of), not ask.me.roles.isdisjoint(ADMINS)),
            *schools.buttons(ask.db, of, shown, above, private and link.address_for(ask) is not None),
        ),
        page=link.path_to(of.id, week) if private else "",
    )


def named(db: Connection, unit: Unit) -> str:
    """As commands name it: by what it is called now, which may be another name than the digest's."""
    return f" {history.path_names(db, [unit])[unit.id]}"


def buttons(shown: Digest, unit: str, admin: bool) -> tuple[Button, ...]:
    """Its picture, its workbook and who is missing; `unit` is how commands name it, after a space."""
    found = [Button("图", "周报", f"{shown.week} 图{unit}"), Button("表", "周报", f"{shown.week} 表{unit}")]
    if admin and shown.squads_missing:
        found.append(Button("未签到", "未签到", f"{shown.week}{unit}"))
    return tuple(found)

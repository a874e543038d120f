"""Who gets lists with children's names, and of which medals."""

from collections.abc import Sequence

from handlers.asker import levels
from handlers.kit import ADMINS, Ask, Denied, Role, Unit
from handlers.wording import medals

READERS = ADMINS - {Role.SUPERVISOR}


def allowed(ask: Ask, at: Sequence[Unit], codes: Sequence[str]) -> list[str]:
    """The medals whose names the asker may list there: a school all of its own, a committee what it awards and above.

    Raises Denied for another one.
    """
    mine = set.intersection(*({level for level in levels.ORDER if _sees(ask, unit, level)} for unit in at))
    if levels.SCHOOL in mine:
        return list(codes)
    if out := [code for code in codes if levels.awarding(ask.db, code) not in mine]:
        raise Denied(f"{medals.label(out[0])}由学校或下级评定，名单在那里。", what="名单", subject=f"unit:{at[0].id}")
    return list(codes) or levels.medals_of(ask.db, mine)


def _sees(ask: Ask, unit: Unit, level: str) -> bool:
    """Whether the asker sees the names of what this level awards at this unit: of the own level and those above."""
    held = {grant.role for grant in ask.me.grants if grant.unit.covers(unit)}
    below = levels.ORDER[: levels.ORDER.index(level) + 1]
    return any(not held.isdisjoint(levels.OFFICES[each][1]) for each in below)

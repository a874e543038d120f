"""Who gets lists with children's names, and of which medals."""

from collections.abc import Sequence

from handlers.kit import ADMINS, Ask, Denied, Role, Unit
from handlers.medals.awards.quota_rounds import AWARDS
from handlers.wording import medals

READERS = ADMINS - {Role.SUPERVISOR}


def allowed(ask: Ask, at: Sequence[Unit], codes: Sequence[str]) -> list[str]:
    """The medals whose names the asker may list there: a school all of its own, a committee what it awards and above.

    Raises Denied for another one.
    """
    ranks = [_lowest(ask, unit) for unit in at]
    lowest = max(ranks)
    if not lowest:
        return list(codes)
    mine = [star for star in medals.STARS if int(star[1]) >= lowest]
    if out := [code for code in codes if code not in mine]:
        raise Denied(f"{medals.label(out[0])}由学校或下级评定，名单在那里。", what="名单", subject=f"unit:{at[0].id}")
    return list(codes) or mine


def _lowest(ask: Ask, unit: Unit) -> int:
    """The number of the lowest star whose names the asker sees at this unit; 0: everybody's."""
    roles = {grant.role for grant in ask.me.grants if grant.unit.covers(unit)}
    if roles & {Role.BRIGADE, Role.SCHOOL_ADMIN}:
        return 0
    return min(int(star[1]) for star, role in AWARDS.items() if role in roles)

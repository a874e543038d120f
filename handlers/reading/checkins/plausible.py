"""Whether so many may have come: as mostly, or as are on the rolls."""

from statistics import median_low

from handlers.reading import model
from handlers.reading.quantities.counts import Counts

# What the whole squad is at; elsewhere a few of it may go.
_OF_ALL = frozenset(("主题队会", "主题队日", "队课", "升旗仪式"))
# Of so many check-ins what is usual is known; from so many heads and so large a part on a number is far from it.
_ENOUGH, _LATEST = 3, 8
_FAR, _FAR_PART = 5, 0.3
# A whole school or grade may bring its parents; so many more than are on its rolls do not come.
_WHOLE_PART = 1.5


def usual_heads(unit: str | None, activity: str | None, counts: Counts, context: model.Context) -> int | None:
    """What the squad mostly has, where the count is far from that, or those due where less than half of them came."""
    came, due = counts.attended, counts.due
    if unit is None or came is None or "#" in unit:
        return None
    if unit == "ALL" or unit.startswith("G"):
        return _on_its_rolls(unit.removeprefix("G"), came, counts, context)
    if not unit[0].isdecimal():
        return None
    history = context.history.get(unit, ())[-_LATEST:]
    usual = median_low(history) if len(history) >= _ENOUGH else None
    if usual is not None and abs(came - usual) > max(_FAR, _FAR_PART * usual):
        return usual
    size = context.roster_size.get(unit) if usual is None else None
    if size is not None and came > (size + max(_FAR, _FAR_PART * size)) * (counts.sessions or 1):
        return size
    due = due or (size if activity in _OF_ALL else None)
    return due if due is not None and came * 2 < due else None


def _on_its_rolls(unit: str, came: int, counts: Counts, context: model.Context) -> int | None:
    """Those of all its squads, where each is known and far more are said to have come."""
    squads = [squad for squad in context.units or () if unit == "ALL" or squad.partition("-")[0] == unit]
    sizes = [context.roster_size.get(squad, 0) for squad in squads]
    known = sum(sizes) if sizes and all(sizes) else 0
    return known if known and came > known * _WHOLE_PART * (counts.sessions or 1) else None

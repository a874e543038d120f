"""上次队课来了几个: the newest check-in, of the kind and the place that are named."""

from datetime import timedelta

from handlers.kit import Ask, Unit
from handlers.reading.checkins.activities import find_activity
from handlers.reading.text.normalise import GAP, HELD
from handlers.rights import LOOKERS
from handlers.wording import places
from storage.checkins import checkins

_LONG_AGO = timedelta(days=183)


def of(ask: Ask, words: str) -> tuple[str, list[checkins.Checkin], list[Unit]]:
    """(what is said of it, the check-in if there is one, the units that were looked at)."""
    kind, rest = find_activity(words)
    plain = rest.replace(HELD, "").replace(GAP, "").strip()
    at = places.chosen(ask, LOOKERS, plain, "查", f"上次 {kind.name or ''} {{}}")
    paths = [unit.path for unit in at]
    found = checkins.between(ask.db, ask.today - _LONG_AGO, ask.today, paths=paths, most=1, activity=kind.name)
    whose = at[0].name if len(at) == 1 else "您负责的单位"
    none = f"{whose}最近半年没有{kind.name or ''}的签到。"
    return f"{whose}最近一次{kind.name or '签到'}：" if found else none, found, at

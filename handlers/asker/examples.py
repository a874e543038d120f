"""The nearest example that works when it is sent back: of the asker's own units, with what was understood."""

from handlers.asker.schools import has_several_schools, school_of
from handlers.kit import REPORTERS, Ask, Unit
from handlers.reading import Reading, Record
from handlers.registry import most_used
from storage.organisation import units
from storage.organisation.units import Kind

_USUAL, _ACTIVITY, _HEADS = "3-2", "主题队日", 38
_NOTHING = Record()
_WHOLES = frozenset({Kind.SCHOOL, Kind.GRADE})


def nearest(ask: Ask, heard: Reading | None = None) -> str:
    """`报活动像这样发:` with a check-in for whoever reports, else a command of theirs that stands by itself."""
    if ask.me.roles & REPORTERS:
        return f"报活动像这样发:\n{checkin(ask, *(heard.records if heard else ())[:1])} 清明祭英烈"
    mine = most_used(each for each in ask.features if each.words[0] in each.examples and each.allows(ask.person))
    word = mine[0].words[0]
    return f"看本周情况,发「{word}」。" if word == "周报" else f"可以发「{word}」。"


def planned(ask: Ask, said: Record) -> str:
    """What is said to a plan: nothing is recorded, and when and how it is reported."""
    report = f"直接发给我，像这样：\n{checkin(ask, said)}" if ask.me.roles & REPORTERS else "由辅导员来报。"
    return f"这是还没办的活动，没有记录。办完的那天{report}"


def checkin(ask: Ask, said: Record = _NOTHING) -> str:
    """`五(1)中队 主题队日 38人`, with the unit, where it is the asker's, and the activity that were read."""
    return f"{unit(ask, said.unit)} {said.activity or _ACTIVITY} {_HEADS}人"


def unit(ask: Ask, key: str | None = None) -> str:
    """What a unit is called that the asker may report for: the one of this key, else their own, else one below."""
    own = ask.me.units(REPORTERS)
    found = [each for each in own if each.kind not in _WHOLES]
    for whole in own:
        if whole.kind in _WHOLES and whole.school_id:
            squads = [each for each in school_of(ask, whole.school_id).units.values() if whole.covers(each)]
            found += sorted(squads, key=lambda each: each.key != _USUAL)
    one = next((each for each in found if key and each.key == key), found[0] if found else None)
    return _name(ask, one) if one else "三(2)中队"


def _name(ask: Ask, one: Unit) -> str:
    return units.full_name(ask.db, one) if has_several_schools(ask) else one.name

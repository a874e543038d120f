"""The unit that a record names: whether it is there, and the asker's to report for."""

from handlers import rights
from handlers.asker import examples, other_schools
from handlers.kit import Ask, Denied, Refusal, Unit
from handlers.reading import Record
from handlers.wording import places
from storage.organisation.units import Kind

# More in one squad is a slip of the finger (COUNT_RANGE of the grammar).
_LARGEST = 65
_MOST_HEADS = 20_000


def most_heads(kind: str) -> int:
    """More at once are a slip of the finger."""
    return _LARGEST if kind == Kind.SQUAD else _MOST_HEADS


def is_own(ask: Ask, key: str) -> bool:
    """Whether this unit is there, and the asker's to report for."""
    unit = places.by_key(ask, key)
    return unit is not None and rights.may_report(ask.me, unit)


def check_unit(ask: Ask, record: Record) -> None:
    """Raises Denied for a unit that is not the asker's, or another school, before anything else is asked of it."""
    if record.unit is None:
        other_schools.check(ask)
    elif places.by_key(ask, record.unit):
        unit_of(ask, record)


def unit_of(ask: Ask, record: Record) -> Unit:
    """The unit of a record that names one; raises Refusal where it is not there, Denied where it is not the asker's."""
    assert record.unit
    unit = places.by_key(ask, record.unit)
    if unit is None:
        raise Refusal(_not_there(ask, record))
    if rights.may_report(ask.me, unit):
        return unit
    own = places.own_squad(ask.me)
    if own is not None and unit.covers(own) and (record.attended or 0) <= _LARGEST:
        # 全校升旗仪式 38人, said by a counselor: her squad's part in it.
        return own
    words = f"{unit.name}不在您负责的范围，没有记录。请核对中队，或请该中队的辅导员来报。"
    raise Denied(words, what="签到", subject=f"unit:{unit.id}")


def _not_there(ask: Ask, record: Record) -> str:
    key = record.unit or ""
    name, like = places.key_name(key), examples.checkin(ask, record)
    if key.startswith("G"):
        return f"名册里没有{name}这一级，没有记录。请分中队报，像这样发：\n{like}"
    return f"没有找到「{name}」。请核对中队，像这样发：{like}"

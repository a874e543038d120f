"""Which check-in is meant: by number, by words, or the newest."""

from dataclasses import replace

from handlers import rights
from handlers.asker import examples
from handlers.asker.context import context_of
from handlers.attendance import phrases
from handlers.kit import REPORTERS, Ask, Denied, Refusal
from handlers.reading import Record, read
from handlers.wording import places
from storage.base import numbered
from storage.checkins import checkins
from storage.organisation import units


def meant(ask: Ask) -> tuple[checkins.Checkin, str]:
    """The check-in that is meant, by number (#17, as the buttons say it) or by words, and what else was said."""
    if ask.me.roles.isdisjoint(REPORTERS):
        raise Denied(f"签到由报它的老师来改。{examples.nearest(ask)}", what="更正")
    checkin_id, words = numbered.row(ask.args)
    if checkin_id is None:
        return _by_words(ask), ask.args
    gone = checkins.withdrawn(ask.db, checkin_id)
    if gone and is_own(ask, gone):
        raise Refusal(f"已处理过:{phrases.dated(gone, ask.today)} 已经撤回,现在没有计入周报。要重新报,直接发就行。")
    found = checkins.by_id(ask.db, checkin_id)
    if found is None or not is_own(ask, found):
        none = f"您没有编号 {checkin_id} 的签到,什么都没有动。发「我的」看您报过的。"
        raise Denied(none, what="更正", subject=f"checkin:{checkin_id}") if found or gone else Refusal(none)
    return found, words


def _by_words(ask: Ask) -> checkins.Checkin:
    if case := numbered.lettered(ask.message.text):
        how = f"签到没有动。要撤回还没审的提名,发「撤回提名 {case}」;看报过的签到,发「我的」。"
        raise Refusal(f"{case} 不是签到的编号,{how}")
    found = _newest(ask)
    none = f"没有可以更正或撤回的签到。先报一次,像这样发:{examples.checkin(ask)}"
    if found is None:
        raise Refusal(none)
    if not is_own(ask, found):
        raise Denied(none, what="更正", subject=f"checkin:{found.id}")
    return found


def is_own(ask: Ask, found: checkins.Checkin) -> bool:
    """Whether the asker may change it."""
    unit = units.by_id(ask.db, found.unit_id)
    return rights.may_change(ask.me, unit, found.person_id)


def _newest(ask: Ask) -> checkins.Checkin | None:
    """The one of the activity that is named beside the heads, else the newest of the squad, else the sender's."""
    context = replace(context_of(ask), bound_unit=None)
    record = next(iter(read(f"更正 {ask.args}", context).records), Record())
    unit = places.by_key(ask, record.unit) if record.unit else None
    own = unit or ask.me.units(REPORTERS)[0]
    if record.activity and (record.attended or record.due or record.absent):
        # Of one that is there heads are corrected; else the newest gets another activity or day.
        day = record.date if record.dated else None
        meant = checkins.newest(ask.db, unit_id=own.id, activity=record.activity, day=day)
        if meant is not None:
            return meant
    if unit is not None:
        return checkins.newest(ask.db, unit_id=unit.id)
    return checkins.newest(ask.db, person_id=ask.me.id) or checkins.newest(ask.db, unit_id=own.id)

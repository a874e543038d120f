"""更正 and 撤回: a check-in is put right or taken back; what it said before is kept."""

from dataclasses import replace
from datetime import date
from typing import Any

from handlers import surroundings, texts
from handlers.kit import ANYTHING, REPORTERS, Ask, Refusal, Reply, answers, command, reads
from handlers.reading import Record, read
from storage import checkins, units
from storage.checkins import Checkin

# More than 65 in one squad is a slip of the finger (COUNT_RANGE of the grammar).
MOST_IN_SQUAD = 65
MOST_HEADS = 20_000


@command(
    "更正", "correct", who=REPORTERS, help="改最近一次签到", glued=ANYTHING,
    examples=("更正 实到39", "更正 三(2)中队 应到42实到40"),
)  # fmt: skip
def correct(ask: Ask) -> Reply:
    """Change the newest check-in, or the one with this number, or the newest of a squad."""
    old, words = _meant(ask)
    if not words:
        ask.expect("correct", {"id": old.id})
        return Reply(f"要改哪里?现在是:{texts.dated(old, ask.today)} {texts.heads(old)}\n直接发新的内容,如:实到39")
    return _changed(ask, old, words)


@reads("correct")
def correct_by_words(ask: Ask) -> Reply:
    """更正:三(2)中队实到应为39人."""
    return correct(replace(ask, args=ask.args.removeprefix("更正").lstrip(":： ")))


@answers("correct")
def corrected(ask: Ask, payload: dict[str, Any]) -> Reply | None:
    """The new content, after 更正 alone."""
    if texts.says_no(ask.args):
        return Reply("好的,没有改。")
    old = checkins.by_id(ask.db, payload["id"])
    return _changed(ask, old, ask.args) if old else None


@command("撤回", "cancel", who=REPORTERS, help="撤回最近一次签到", examples=("撤回",))
def cancel(ask: Ask) -> Reply:
    """Take back the newest check-in, or the one with this number."""
    old, _ = _meant(ask)
    checkins.withdraw(ask.db, ask.rollups, old, ask.me.id, ask.now)
    return Reply(f"已撤回:{texts.dated(old, ask.today)} {texts.heads(old)}\n没有计入周报。要重新报,直接发就行。")


@reads("cancel")
def cancel_by_words(ask: Ask) -> Reply:
    """撤回刚才的."""
    return cancel(replace(ask, args=""))


def _meant(ask: Ask) -> tuple[Checkin, str]:
    """The check-in that is meant, by number or by words, and what else was said."""
    number, _, rest = ask.args.partition(" ")
    by_number = number.isascii() and number.isdigit() and len(number) < 16
    numbered = checkins.by_id(ask.db, int(number)) if by_number else None
    found, words = (numbered, rest.strip()) if numbered and _mine(ask, numbered) else (_newest(ask), ask.args)
    if found is None or not _mine(ask, found):
        raise Refusal("没有可以更正或撤回的签到。先报一次,像这样发:三(2)中队 主题队日 38人")
    return found, words


def _mine(ask: Ask, found: Checkin) -> bool:
    unit = units.by_id(ask.db, found.unit_id)
    return any(unit.path.startswith(path) for path in ask.me.paths(REPORTERS))


def _newest(ask: Ask) -> Checkin | None:
    """The newest one of the squad and activity that the words name, else the sender's, else their squad's."""
    context = replace(surroundings.context_of(ask), bound_unit=None)
    record = next(iter(read(f"更正 {ask.args}", context).records), Record())
    unit = surroundings.unit_named(ask, record.unit) if record.unit else None
    if unit is not None:
        of_activity = checkins.newest(ask.db, unit_id=unit.id, activity=record.activity) if record.activity else None
        return of_activity or checkins.newest(ask.db, unit_id=unit.id)
    own = ask.me.units(REPORTERS)[0]
    return checkins.newest(ask.db, person_id=ask.me.id) or checkins.newest(ask.db, unit_id=own.id)


def _changed(ask: Ask, old: Checkin, words: str) -> Reply:
    reading = read(f"更正 {texts.with_heads(words)}", surroundings.context_of(ask))
    record = next(iter(reading.records), None)
    if record is None or not any((record.attended is not None, record.due is not None, record.activity)):
        raise Refusal("没看懂要改成什么,原来的没有动。像这样发:更正 实到39 应到42")
    new = _merged(old, record, ask.today)
    if not 0 < new.attended <= MOST_HEADS or (units.by_id(ask.db, new.unit_id).key and new.attended > MOST_IN_SQUAD):
        raise Refusal(f"实到 {new.attended} 人好像不对,没有改。请再核对,像这样发:更正 实到40")
    if new.due is not None and new.attended > new.due:
        raise Refusal(f"实到 {new.attended} 人比应到 {new.due} 人还多,没有改。请再核对,像这样发:更正 应到42实到40")
    if checkins.valid_one(ask.db, new.unit_id, new.activity, new.day) not in (None, old):
        raise Refusal(f"{texts.day(new.day)}的{new.activity}已经有一条签到,没有改。要去掉多的一条,发「撤回」。")
    return texts.echo("已更正", checkins.revise(ask.db, ask.rollups, old, new, ask.me.id, ask.now), ask.today)


def _merged(old: Checkin, said: Record, today: date) -> Checkin:
    due = said.due if said.due is not None else old.due
    attended = said.attended if said.attended is not None else old.attended
    if said.absent is not None and said.attended is None and due is not None:
        attended = due - said.absent
    day = said.date if said.date is not None and said.date != today else old.day
    return replace(
        old,
        activity=said.activity or old.activity,
        day=day,
        due=due,
        attended=attended,
        topic=said.topic or old.topic,
    )

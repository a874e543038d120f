"""公示 N20260403-07 从6月3日: a notice that was put up later than on the day of the decision runs from there (G17)."""

from collections.abc import Sequence
from datetime import date, timedelta

from handlers.asker import levels
from handlers.kit import Ask, Button, Refusal, Reply, Role
from handlers.medals import decisions
from handlers.medals.chain import award, public_notice
from handlers.registry import command
from handlers.wording import days, medals
from storage.base.numbered import GLUED
from storage.medals import nominations
from storage.medals.states import State

_WORD = "公示"
_LIKE = "公示 N20260403-07 从6月3日"
_LISTED = 8
# Nobody knows a day of putting up longer ahead.
_AHEAD = timedelta(days=60)


@command(
    _WORD, who=levels.DECIDERS - {Role.BRIGADE}, group="奖章", rank=48, help="公示贴出得晚，写明从哪天起",
    glued=GLUED, examples=(_LIKE, "公示 一星章 从6月3日"),
)  # fmt: skip
def put_up(ask: Ask) -> list[Reply]:
    """From which day the cases with these numbers, or all of a medal, stand on public notice."""
    numbers, words = decisions.NUMBERS.leading(ask, ask.args)
    found, _ = medals.found_in(ask, words)
    if numbers:
        cases = [award.on_notice(ask, number, _WORD) for number in numbers]
    elif len(found) == 1 and found[0].code:
        cases = award.mine(ask, found[0].code)
    else:
        raise Refusal(f"请写编号或奖章，和公示从哪天起：{_LIKE}。名单发「公示名单」。", Button("公示名单", "公示名单"))
    if not cases:
        raise Refusal(f"没有您公示中的{medals.label(found[0].code or '')}。")
    now = [_from(ask, case, words) for case in cases]
    public_notice.lay_out(ask, now, levels.Ladders(ask.db))
    first, until = now[0].notice_from, now[0].notice_until
    assert first and until
    what = f"公示从{days.short(first)}起，到{days.short(until)}"
    about = medals.case_lines(ask, now[:_LISTED]) if ask.message.private else {}
    lines = [f"{case.number} {about.get(case.id, '')}".rstrip() for case in now[:_LISTED]]
    more = [f"…共 {len(now)} 件"] if len(now) > _LISTED else []
    return [Reply("\n".join([f"已记：{what}，{len(now)} 件。", *lines, *more])), *_news(ask, now, what)]


def _from(ask: Ask, case: nominations.Case, words: str) -> nominations.Case:
    """The case as it stands on notice from the day in the words; raises Refusal for a day on which it cannot."""
    times = public_notice.ran(ask, case)
    decided = next(step.at for step in nominations.steps(ask.db, case.id) if step.state is State.NOTICE)
    earliest, stopped = decided.astimezone(ask.now.tzinfo).date(), times[0][1]
    day = _day(words, earliest, ask.today)
    if stopped and day > stopped:
        raise Refusal(f"{case.number} {days.short(stopped)}有过异议，公示不会从{days.short(day)}才起，没有记。")
    until = public_notice.end_of(ask, case, [(day, stopped), *times[1:]])
    if not nominations.put_up(ask.db, case, day, until, ask.now):
        raise Refusal(f"{case.number} 刚才有变化，没有记。")
    now = nominations.by_number(ask.db, case.number)
    assert now is not None
    return now


def _day(words: str, earliest: date, today: date) -> date:
    day, _ = days.day_in(words, today)
    if day is None:
        raise Refusal(f"请写明公示从哪天起，像这样：{_LIKE}")
    ahead, _ = days.day_in(words, today, ahead=True)
    if day < earliest and ahead and ahead <= today + _AHEAD:
        # Without a year a day that is not yet there is not last year's.
        day = ahead
    if not earliest <= day <= today + _AHEAD:
        why = f"是{days.short(earliest)}评定的，公示不会更早" if day < earliest else f"{days.short(day)}还太远"
        raise Refusal(f"{why}，没有记。")
    return day


def _news(ask: Ask, cases: Sequence[nominations.Case], what: str) -> list[Reply]:
    """What whoever nominated hears: one letter each."""
    letters = []
    for holder in dict.fromkeys(case.holder for case in cases if case.holder != ask.me.id):
        theirs = [case for case in cases if case.holder == holder]
        about = medals.case_lines(ask, theirs[:_LISTED], holder)
        more = [f"…共 {len(theirs)} 件"] if len(theirs) > _LISTED else []
        lines = [f"{case.number} {about[case.id]}" for case in theirs[:_LISTED]]
        letters.append(Reply("\n".join([f"{what}：", *lines, *more]), to=holder))
    return letters

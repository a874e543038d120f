"""颁发: the medals that were awarded are handed over at a ceremony, a whole squad's or school's at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.asker import levels
from handlers.kit import Ask, Denied, Refusal, Reply, Unit
from handlers.registry import command
from handlers.wording import days, medals, places, questions
from storage.medals import nominations
from storage.organisation import units

_LIKE = "颁发 三(2) 一星章 6月1日"
_NAMED = 10


@dataclass(frozen=True, slots=True)
class _Ceremony:
    """What is handed over: the unit, the medal, the day, and how many it was when it was asked about."""

    unit: int
    medal: str
    day: str
    count: int


SURE = questions.Question(
    "presented", _Ceremony, undone="颁发还没有记。", dropped="好的，没有记。", yes="记上", no="不记", final=True
)


@command(
    "颁发", "present", who=levels.DECIDERS, group="奖章", rank=45,
    help="记下奖章哪天颁发了", examples=(_LIKE, "颁发 一星章 6月1日"),
)  # fmt: skip
def present(ask: Ask) -> Reply:
    """What is to be handed over, before it is noted."""
    day, words = days.day_in(ask.args, ask.today)
    found, rest = medals.found_in(ask, words)
    medal = found[0].code if len(found) == 1 else None
    if medal is None:
        raise Refusal(f"请写明中队（全校就不写）、奖章和日期，像这样：{_LIKE}")
    if day and day > ask.today:
        raise Refusal("颁发的日期还没有到，请到那天再记。")
    on = day or ask.today
    at = _one(places.chosen(ask, levels.DECIDERS, rest, "颁发"))
    cases = nominations.unpresented(ask.db, [at.path], medal)
    what = f"{at.name} {medals.label(medal)}"
    if not cases:
        before = nominations.on_notice(ask.db, [at.path], date.min, ask.today - timedelta(days=1))
        if over := [case for case in before if case.medal == medal]:
            raise Refusal(f"{what}：公示期满的有 {len(over)} 件，还没有授予，不能颁发。先发「授予」。")
        raise Refusal(f"{what}：没有已通过、还没颁发的。")
    _not_before(ask, cases, on)
    lines = list(medals.case_lines(ask, cases[:_NAMED]).values()) if ask.message.private else []
    more = [f"…共 {len(cases)} 件"] if len(cases) > _NAMED else []
    asked = f"{what}：{len(cases)} 件，{days.short(on)}颁发。记上吗？"
    return Reply("\n".join([asked, *lines, *more]), SURE.put(ask, _Ceremony(at.id, medal, str(on), len(cases))))


def _not_before(ask: Ask, cases: Sequence[nominations.Case], on: date) -> None:
    """Raises Refusal for a day on which they were not decided yet; 10月15日 said on the 12th is not last year's."""
    last = max(case.notice_until or case.made_at.date() - timedelta(days=1) for case in cases)
    if on > last:
        return
    ahead, _ = days.day_in(ask.args, ask.today, ahead=True)
    if ahead and timedelta() < ahead - ask.today < ask.today - on:
        raise Refusal("颁发的日期还没有到，请到那天再记。")
    raise Refusal(f"{on.year}年{days.short(on)}还没有评定，没有记。请核对日期，像这样：{_LIKE}")


def _one(found: list[Unit]) -> Unit:
    if len(found) != 1:
        raise Refusal(f"请写明是哪里的，像这样：{_LIKE}")
    return found[0]


@questions.answers(SURE)
def presented(ask: Ask, known: _Ceremony) -> list[Reply]:
    """All of them were handed over that day; whoever nominated is told."""
    at = units.by_id(ask.db, known.unit)
    if not any(grant.role in levels.DECIDERS and grant.unit.covers(at) for grant in ask.me.grants):
        raise Denied(f"{at.name}不在您负责的范围。", what="颁发", subject=f"unit:{at.id}")
    cases = nominations.unpresented(ask.db, [at.path], known.medal)
    if len(cases) != known.count:
        raise Refusal("这期间又有变化，没有记。请再发一次。")
    day = date.fromisoformat(known.day)
    nominations.present(ask.db, cases, day, ask.now)
    what = f"{medals.label(known.medal)} {{}} 件，{days.short(day)}颁发"
    above = medals.STARS.get(medals.next_star(known.medal))
    next_one = f"一年内可以提名{above}，看「可提名」。" if above else ""
    holders = [case.holder for case in cases if case.holder != ask.me.id]
    news = [
        Reply(f"您提名的{what.format(holders.count(holder))}（{ask.me.name}记）。看「我的提名」。{next_one}", to=holder)
        for holder in dict.fromkeys(holders)
    ]
    return [Reply(f"已记：{at.name} {what.format(len(cases))}。{next_one}"), *news]

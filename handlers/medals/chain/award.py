"""授予: what stood on public notice without an objection is awarded, all that is due after one question."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.asker import levels
from handlers.kit import Ask, Button, Denied, Refusal, Reply
from handlers.medals import decisions
from handlers.medals.chain import public_notice
from handlers.reading.medals.medals import find_medals
from handlers.registry import command
from handlers.wording import days, medals, questions
from storage.base.numbered import GLUED
from storage.medals import nominations
from storage.medals.states import State

_LISTED = 8
_LIKE = "授予 一星章"


@dataclass(frozen=True, slots=True)
class _Ripe:
    """The medal (empty: all) whose notices have ended, and how many those were when it was asked."""

    medal: str
    count: int


SURE = questions.Question(
    "award", _Ripe, undone="还没有授予。", dropped="好的，没有授予。", yes="授予", no="不授予", final=True
)


@command(
    public_notice.AWARD, who=levels.DECIDERS, group="奖章", rank=47, help="公示期满，授予奖章和荣誉", glued=GLUED,
    examples=(_LIKE, "授予 N20260403-07"),
)  # fmt: skip
def award(ask: Ask) -> list[Reply]:
    """One case by its number; of a medal, or without words of all, what has stood long enough."""
    number, _ = decisions.NUMBERS.first(ask, ask.args)
    if number:
        case = on_notice(ask, number, public_notice.AWARD)
        if case.notice_until and ask.today <= case.notice_until:
            raise Refusal(f"{number} 还不能授予。公示到{days.short(case.notice_until)}，期满才能授予。")
        return _awarded(ask, [case])
    found, _ = find_medals(ask.args, ())
    medal = found[0].code if len(found) == 1 else ""
    if ask.args and not medal:
        raise Refusal(f"请写明是哪一枚奖章或编号，像这样：{_LIKE}")
    cases = mine(ask, medal or "")
    ripe = [case for case in cases if _is_ripe(ask, case)]
    ends = Counter(case.notice_until for case in cases if case.notice_until and not _is_ripe(ask, case))
    lines = [f"公示到{days.short(day)}：{count} 件" for day, count in sorted(ends.items())[:_LISTED]]
    if not ripe:
        return [Reply("\n".join(["没有公示期满、等您授予的。", *lines]))]
    places = medals.places_of(ask, ripe)
    counts = Counter(f"{places[case.id]} {medals.kind_of(case)}" for case in ripe)
    what = [f"{name}：{count} 件" for name, count in counts.most_common(_LISTED)]
    asked = f"公示期满、没有异议的 {len(ripe)} 件，授予吗？"
    return [Reply("\n".join([asked, *what, *lines]), SURE.put(ask, _Ripe(medal or "", len(ripe))))]


def mine(ask: Ask, medal: str) -> list[nominations.Case]:
    """What stands on public notice and is the asker's to award, the first to end first."""
    found = nominations.on_notice(ask.db, ask.me.paths(levels.DECIDERS), date.min, date.max)
    ladders = levels.Ladders(ask.db)
    return [case for case in found if medal in ("", case.medal) and not _against(ask, case, ladders)]


def _is_ripe(ask: Ask, case: nominations.Case) -> bool:
    return case.notice_until is not None and case.notice_until < ask.today


def _against(ask: Ask, case: nominations.Case, ladders: levels.Ladders) -> str:
    """Why the asker does not award it; empty when they do."""
    if not public_notice.awards(levels.held(ask.me, case), case, ladders):
        return f"{case.number} 由{medals.OFFICES[case.level]}授予。"
    return f"{case.number} 是您自己提名的，要由另一位来。" if ask.me.id in (case.nominator_id, case.holder) else ""


def on_notice(ask: Ask, number: str, word: str, *states: State) -> nominations.Case:
    """The case with this number that stands on public notice (or in one of the states) and is the asker's to award."""
    case = nominations.by_number(ask.db, number)
    none = decisions.NUMBERS.unknown(ask, number)
    if case is None:
        raise Refusal(none)
    subject = f"nomination:{case.id}"
    if not any(grant.unit.covers(case.unit) for grant in ask.me.grants if grant.role in levels.DECIDERS):
        raise Denied(none, what=word, subject=subject)
    if against := _against(ask, case, levels.Ladders(ask.db)):
        raise Denied(against, what=word, subject=subject)
    if case.state not in (states or (State.NOTICE,)):
        raise Refusal(f"{number} {medals.state_of(case)}，不能{word}。")
    return case


@questions.answers(SURE)
def awarded(ask: Ask, known: _Ripe) -> list[Reply]:
    """Awards all of them, if they are still as many."""
    ripe = [case for case in mine(ask, known.medal) if _is_ripe(ask, case)]
    if len(ripe) != known.count:
        raise Refusal(f"这期间又有变化，没有授予。请再发一次「{public_notice.AWARD}」。")
    return _awarded(ask, ripe)


def _awarded(ask: Ask, cases: Sequence[nominations.Case]) -> list[Reply]:
    for case in cases:
        if not nominations.move(ask.db, ask.vault, case, State.APPROVED, ask.me.id, ask.now):
            raise Refusal(f"{case.number} 刚才有变化，没有授予。请再发一次「{public_notice.AWARD}」。")
    about = medals.case_lines(ask, cases[:_LISTED]) if ask.message.private else {}
    lines = [f"{case.number} {about[case.id]}" for case in cases[:_LISTED] if case.id in about]
    more = [f"…共 {len(cases)} 件"] if len(cases) > _LISTED else []
    present = (
        (Button("颁发", "颁发", medals.label(cases[0].medal)),) if len({case.medal for case in cases}) == 1 else ()
    )
    mine = Reply("\n".join([f"已授予 {len(cases)} 件。颁发以后发「颁发」记下日期。", *lines, *more]), present)
    return [mine, *_news(ask, cases)]


def _news(ask: Ask, cases: Sequence[nominations.Case]) -> list[Reply]:
    """What whoever nominated hears: one letter each."""
    holders = dict.fromkeys(case.holder for case in cases if case.holder != ask.me.id)
    letters = []
    for holder in holders:
        theirs = [case for case in cases if case.holder == holder]
        about = medals.case_lines(ask, theirs[:_LISTED], holder)
        lines = [f"{case.number} {about[case.id]}" for case in theirs[:_LISTED]]
        more = [f"…共 {len(theirs)} 件"] if len(theirs) > _LISTED else []
        letters.append(Reply("\n".join(["公示期满，已授予：", *lines, *more]), to=holder))
    return letters

"""Approving: consent, the rules and the places are looked at in the very transaction that decides."""

from collections.abc import Sequence
from datetime import date

from handlers.asker import levels
from handlers.kit import Ask, Button, Refusal, Reply, Role
from handlers.medals import announcements, decisions, pending
from handlers.medals.awards import eligibility
from handlers.medals.chain import public_notice
from handlers.wording import medals
from handlers.wording.children import consents
from storage.medals import nominations, quotas
from storage.medals.states import State

MAY_EXCEPT = levels.DECIDERS - {Role.BRIGADE}
# More at once come as one list.
_APART = 3
_LISTED = 10


def approve(ask: Ask, cases: Sequence[nominations.Case], by_rule: bool = True, said: Sequence[str] = ()) -> list[Reply]:
    """Approve those of the cases that may be, and say what is against the others, beside what was `said` already.

    Raises Refusal when none may be.
    """
    ladders = levels.Ladders(ask.db)
    last = [case for case in cases if not ladders.of(case.medal, case.unit).after(case.level)]
    places = quotas.locked(ask.db, last)
    broken = eligibility.problems(ask, cases) if by_rule else {}
    done: list[nominations.Case] = []
    against = list(said)
    for case in cases:
        # Case by case: what was just approved has taken its place.
        wrong = _against(ask, case, broken.get(case.id, []), places.get(case.id, ()) if by_rule else ())
        against += [f"{case.number} {words}" for words in wrong]
        if not wrong:
            _advance(ask, case, ladders)
            done.append(case)
    if not done:
        raise Refusal("\n".join(["没有同意:", *against, _how(ask)]), *_exception(ask, cases), pending.LIST)
    now = [_again(ask, case.number) for case in done]
    public_notice.lay_out(ask, [case for case in now if case.state is State.NOTICE])
    higher = announcements.cards(ask, [case for case in now if case.state is State.PASSED])
    return [confirmed(ask, now, "同意", against), *_news(ask, now, done[0].level), *higher]


def _advance(ask: Ask, case: nominations.Case, ladders: levels.Ladders) -> None:
    """To the next level; behind the last one on public notice, or awarded where there is none."""
    ladder = ladders.of(case.medal, case.unit)
    following = ladder.after(case.level)
    working_days = levels.notice_days(ask.db, case.medal) if case.level in ladder.offices else 0
    if following:
        move(ask, case, State.PASSED, level=following)
    elif working_days:
        move(ask, case, State.NOTICE, until=public_notice.first_end(ask, working_days))
    else:
        move(ask, case, State.APPROVED)


def _again(ask: Ask, number: str) -> nominations.Case:
    now = nominations.by_number(ask.db, number)
    assert now is not None
    return now


def _against(ask: Ask, case: nominations.Case, broken: Sequence[str], places: Sequence[quotas.Quota]) -> list[str]:
    """Consent first; then the rules that are broken, and the places that are left as of now."""
    missing = consents.missing(ask, case)
    return [missing] if missing else [*broken, *eligibility.without_place(ask, places)]


def _news(ask: Ask, done: Sequence[nominations.Case], before: str) -> list[Reply]:
    """What those who nominated hear: case by case, or one list of many."""
    by_holder: dict[int, list[nominations.Case]] = {}
    for case in done:
        by_holder.setdefault(case.holder, []).append(case)
    return [
        Reply(words, to=holder)
        for holder, cases in by_holder.items()
        for words in (
            [decisions.good_news(ask, case, before) for case in cases]
            if len(cases) <= _APART
            else [decisions.much_good_news(ask, cases, before)]
        )
    ]


def _how(ask: Ask) -> str:
    if ask.me.roles & MAY_EXCEPT:
        return "「原则上」的规则,可以破例,要选理由;或者退回。"
    return "可以退回,或者请学校管理员破例同意。"


def _exception(ask: Ask, cases: Sequence[nominations.Case]) -> tuple[Button, ...]:
    """Whoever decides, but for the brigade counselor, may do so against a rule, one case at a time."""
    alone = len(cases) == 1 and ask.me.roles & MAY_EXCEPT
    return (Button("破例同意", "破例同意", cases[0].number),) if alone else ()


def move(
    ask: Ask, case: nominations.Case, state: State, reason: str = "", *, level: str = "", until: date | None = None
) -> None:
    """Store the decision; of two at the same moment the second hears the first."""
    if not nominations.move(ask.db, ask.vault, case, state, ask.me.id, ask.now, reason, level=level, until=until):
        raise Refusal(pending.already(ask, _again(ask, case.number)), pending.LIST)


def confirmed(ask: Ask, cases: Sequence[nominations.Case], word: str, against: Sequence[str] = ()) -> Reply:
    """What the reviewer hears of a decision, and what every copy of the card then says."""
    direct = ask.message.private
    about = medals.case_lines(ask, cases)
    lines = [f"已{word} {case.number}" + (f":{about[case.id]}" if direct else "") for case in cases[:_LISTED]]
    lines += [f"…共 {len(cases)} 件"] if len(cases) > _LISTED else []
    told = "、".join({case.keeper or case.nominator: None for case in cases}) if direct else "提名人"
    step = "".join(dict.fromkeys(medals.next_of(case) for case in cases)) if word == "同意" else ""
    left = len(levels.waiting(ask.db, ask.me, ask.now))
    after = f"还有 {left} 件待审。" if left else "没有别的待审了。"
    refused = ["没有同意:", *against] if against else []
    closes = tuple((case.number, f"{ask.me.name}已{word}") for case in cases)
    lines += [f"已告诉{told}。{step}{after}", *refused]
    return Reply("\n".join(lines), (pending.LIST,) if left else (), closes=closes)

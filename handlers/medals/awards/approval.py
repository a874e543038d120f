"""Approving: consent, the rules and the places are looked at in the very transaction that decides."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from handlers.asker import levels
from handlers.kit import Ask, Button, Refusal, Reply, Role
from handlers.medals import announcements, decisions, review_queue
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


def approve(
    ask: Ask, cases: Sequence[nominations.Case], ladders: levels.Ladders, by_rule: bool = True, said: Sequence[str] = ()
) -> list[Reply]:
    """Approve those of the cases that may be, and say what is against the others, beside what was `said` already.

    Raises Refusal when none may be.
    """
    last = [case for case in cases if not ladders.of(case.medal, case.unit).after(case.level)]
    places = quotas.locked(ask.db, last)
    known = eligibility.with_basics(ask, cases)
    broken = eligibility.problems(ask, cases, known) if by_rule else {}
    agreed = consents.missing(ask, cases)
    now: list[nominations.Case] = []
    before = ""
    against = list(said)
    for case in cases:
        # Consent first; then the rules, and the places case by case: what was just approved has taken its place.
        wrong = [agreed[case.id]] if case.id in agreed else broken.get(case.id, [])
        if case.id not in agreed and by_rule:
            wrong = [*wrong, *eligibility.without_place(ask, places.get(case.id, ()))]
        against += [f"{case.number} {words}" for words in wrong]
        if not wrong:
            before = before or case.level
            now.append(_advanced(ask, case, ladders))
    if not now:
        raise Refusal("\n".join(["没有同意：", *against, _how(ask)]), *_exception(ask, cases), review_queue.LIST)
    public_notice.lay_out(ask, [case for case in now if case.state is State.NOTICE], ladders)
    higher = announcements.cards(ask, [case for case in now if case.state is State.PASSED])
    notes = [f"请注意：{words}。" for words in eligibility.unchecked(now, known)]
    return [confirmed(ask, now, "同意", ladders, against, notes), *_news(ask, now, before), *higher]


def _advanced(ask: Ask, case: nominations.Case, ladders: levels.Ladders) -> nominations.Case:
    """The case at the next level; behind the last one on public notice, or awarded where there is none."""
    ladder = ladders.of(case.medal, case.unit)
    working_days = ladders.notice_days(case.medal) if case.level in ladder.offices else 0
    if following := ladder.after(case.level):
        return move(ask, case, State.PASSED, level=following)
    if working_days:
        return move(ask, case, State.NOTICE, until=public_notice.first_end(ask, working_days))
    return move(ask, case, State.APPROVED)


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
        return "「原则上」的规则，可以破例，要选理由；或者退回。"
    return "可以退回，或者请学校管理员破例同意。"


def _exception(ask: Ask, cases: Sequence[nominations.Case]) -> tuple[Button, ...]:
    """Whoever decides, but for the brigade counselor, may do so against a rule, one case at a time."""
    alone = len(cases) == 1 and ask.me.roles & MAY_EXCEPT
    return (Button("破例同意", "破例同意", cases[0].number),) if alone else ()


def move(
    ask: Ask, case: nominations.Case, state: State, reason: str = "", *, level: str = "", until: date | None = None
) -> nominations.Case:
    """The case as it stands once the decision is stored; of two at the same moment the second hears the first."""
    if not nominations.move(ask.db, ask.vault, case, state, ask.me.id, ask.now, reason, level=level, until=until):
        first = nominations.by_number(ask.db, case.number)
        assert first is not None
        raise Refusal(review_queue.already(ask, first), review_queue.LIST)
    until = until or case.notice_until
    return replace(case, state=state, level=level or case.level, since=ask.now, notice_until=until)


def confirmed(
    ask: Ask,
    cases: Sequence[nominations.Case],
    word: str,
    ladders: levels.Ladders,
    against: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Reply:
    """What the reviewer hears of a decision, and what every copy of the card then says."""
    direct = ask.message.private
    about = medals.case_lines(ask, cases)
    lines = [f"已{word} {case.number}" + (f"：{about[case.id]}" if direct else "") for case in cases[:_LISTED]]
    lines += [f"…共 {len(cases)} 件"] if len(cases) > _LISTED else []
    told = "、".join({case.keeper or case.nominator: None for case in cases}) if direct else "提名人"
    step = "".join(dict.fromkeys(medals.next_of(case) for case in cases)) if word == "同意" else ""
    left = len(levels.waiting(ask.db, ask.me, ask.now, ladders))
    after = f"还有 {left} 件待审。" if left else "没有别的待审了。"
    refused = ["没有同意：", *against] if against else []
    closes = tuple((case.number, f"{ask.me.name}已{word}") for case in cases)
    lines += [f"已告诉{told}。{step}{after}", *notes, *refused]
    return Reply("\n".join(lines), (review_queue.LIST,) if left else (), closes=closes)

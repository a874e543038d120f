"""Approving: consent, the rules and the places are looked at in the very transaction that decides."""

from collections.abc import Mapping, Sequence

from handlers.asker import reviews
from handlers.kit import Ask, Button, Refusal, Reply, Role
from handlers.medals import decisions, pending
from handlers.medals.awards import eligibility
from handlers.wording import medals
from handlers.wording.children import consents
from storage.medals import nominations, quotas
from storage.medals.nominations import State

# More at once come as one list.
_APART = 3
_LISTED = 10


def approve(ask: Ask, cases: Sequence[nominations.Case], by_rule: bool = True, said: Sequence[str] = ()) -> list[Reply]:
    """Approve those of the cases that may be, and say what is against the others, beside what was `said` already.

    Raises Refusal when none may be.
    """
    places = quotas.locked(ask.db, cases)
    done: list[nominations.Case] = []
    against = list(said)
    for case in cases:
        # Case by case: what was just approved has taken its place.
        wrong = _against(ask, case, places) if by_rule else []
        against += [f"{case.number} {words}" for words in wrong]
        if not wrong:
            move(ask, case, State.APPROVED)
            done.append(case)
    if not done:
        raise Refusal("\n".join(["没有同意:", *against, _how(ask)]), *_exception(ask, cases), pending.LIST)
    return [confirmed(ask, done, "同意", against), *_news(ask, done)]


def _against(ask: Ask, case: nominations.Case, places: Mapping[int, Sequence[quotas.Quota]]) -> list[str]:
    missing = consents.missing(ask, case)
    return [missing] if missing else eligibility.problems(ask, [case], places)[case.id]


def _news(ask: Ask, done: Sequence[nominations.Case]) -> list[Reply]:
    """What those who nominated hear: case by case, or one list of many."""
    by_holder: dict[int, list[nominations.Case]] = {}
    for case in done:
        by_holder.setdefault(case.holder, []).append(case)
    return [
        Reply(words, to=holder)
        for holder, cases in by_holder.items()
        for words in (
            [decisions.good_news(ask, case) for case in cases]
            if len(cases) <= _APART
            else [decisions.much_good_news(ask, cases)]
        )
    ]


def _how(ask: Ask) -> str:
    if Role.SCHOOL_ADMIN in ask.me.roles:
        return "「原则上」的规则,可以破例,要选理由;或者退回。"
    return "可以退回,或者请学校管理员破例同意。"


def _exception(ask: Ask, cases: Sequence[nominations.Case]) -> tuple[Button, ...]:
    """The awarding level may decide against a rule, one case at a time."""
    alone = len(cases) == 1 and Role.SCHOOL_ADMIN in ask.me.roles
    return (Button("破例同意", "破例同意", cases[0].number),) if alone else ()


def move(ask: Ask, case: nominations.Case, state: State, reason: str = "") -> None:
    """Store the decision; of two at the same moment the second hears the first."""
    if not nominations.move(ask.db, ask.vault, case, state, ask.me.id, ask.now, reason):
        now = nominations.by_number(ask.db, case.number)
        assert now is not None
        raise Refusal(pending.already(ask, now), pending.LIST)


def confirmed(ask: Ask, cases: Sequence[nominations.Case], word: str, against: Sequence[str] = ()) -> Reply:
    """What the reviewer hears of a decision, and what every copy of the card then says."""
    direct = ask.message.private
    about = medals.case_lines(ask, cases)
    lines = [f"已{word} {case.number}" + (f":{about[case.id]}" if direct else "") for case in cases[:_LISTED]]
    lines += [f"…共 {len(cases)} 件"] if len(cases) > _LISTED else []
    told = "、".join({case.keeper or case.nominator: None for case in cases}) if direct else "提名人"
    higher = "、".join({medals.higher_level(case.medal): None for case in cases if medals.higher_level(case.medal)})
    step = f"这是大队审核,{higher}另行决定。" if word == "同意" and higher else ""
    left = len(reviews.waiting(ask))
    after = f"还有 {left} 件待审。" if left else "没有别的待审了。"
    refused = ["没有同意:", *against] if against else []
    closes = tuple((case.number, f"{ask.me.name}已{word}") for case in cases)
    lines += [f"已告诉{told}。{step}{after}", *refused]
    return Reply("\n".join(lines), (pending.LIST,) if left else (), closes=closes)

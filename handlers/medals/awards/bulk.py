"""同意 1-20: many nominations approved together, after one more question."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.asker import inbox, levels
from handlers.kit import Ask, Refusal, Reply
from handlers.medals import review_queue
from handlers.medals.awards import approval
from handlers.wording import medals, questions
from storage.medals import nominations
from storage.medals.states import WAITING

_MOST_KINDS = 8


@dataclass(frozen=True, slots=True)
class _Many:
    """The numbers of the cases that are to be approved together."""

    numbers: list[str]


ALL_SURE = questions.Question(
    "approve-many", _Many, undone="还没有同意。", dropped="好的，没有同意，还在待审。", then=(review_queue.LIST,),
    yes="同意", no="不同意", final=True,
)  # fmt: skip


def ask_sure(ask: Ask, numbers: list[str]) -> Reply:
    """Many at once are asked about once more, with what they are; reports and cases of the list among them."""
    found = (nominations.by_number(ask.db, number) for number in numbers)
    cases = [case for case in found if case is not None and case.state in WAITING]
    others = [number for number in numbers if not number.startswith(nominations.LETTER)]
    if not cases and not others:
        raise Refusal("这几件都审过了，没有要同意的。", review_queue.LIST)
    places = medals.places_of(ask, cases)
    kinds = Counter(f"{places[case.id]} {medals.kind_of(case)}" for case in cases)
    lines = [f"{what}：{count} 件" for what, count in kinds.most_common(_MOST_KINDS)]
    lines += [f"另有 {len(kinds) - _MOST_KINDS} 种"] if len(kinds) > _MOST_KINDS else []
    lines += [f"不是提名的 {len(others)} 件：{'、'.join(others[:_MOST_KINDS])}"] if others else []
    asked = f"要同意这 {len(cases) + len(others)} 件吗？"
    known = _Many([*(case.number for case in cases), *others])
    return Reply("\n".join([asked, *lines]), ALL_SURE.put(ask, known))


@questions.answers(ALL_SURE)
def all_sure(ask: Ask, known: _Many) -> list[Reply]:
    """Approves those that still wait and may be; what is against the others is said."""
    cases: list[nominations.Case] = []
    others: list[Reply] = []
    against: list[str] = []
    ladders = levels.Ladders(ask.db)
    for number in known.numbers:
        try:
            if number.startswith(nominations.LETTER):
                cases.append(review_queue.mine_to_decide(ask, number, "同意", ladders))
            else:
                others += _elsewhere(ask, number)
        except Refusal as refusal:
            ask.refused(refusal)
            against.append(refusal.text)
    if not cases and not others:
        raise Refusal("\n".join(["没有同意：", *against]), review_queue.LIST)
    return [
        *inbox.as_one(others),
        *(approval.approve(ask, cases, ladders, said=against) if cases else _unsaid(against)),
    ]


def _elsewhere(ask: Ask, number: str) -> Sequence[Reply]:
    """The decision of the command whose number it is; what it wrote before it refused is undone."""
    with ask.db.begin_nested():
        done = inbox.decided(ask, "同意", number)
        if done is None:
            raise Refusal(f"{number} 不能这样同意，发「待办」一件一件看。")
        return done


def _unsaid(against: list[str]) -> list[Reply]:
    return [Reply("\n".join(["没有同意：", *against]), (review_queue.LIST,))] if against else []

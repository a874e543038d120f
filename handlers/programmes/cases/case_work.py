"""办, 待办: one step after the other of a case, by whoever its row names; what is not possible says what is."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from handlers.asker import inbox
from handlers.catalogue import chain
from handlers.kit import MEMBERS, Ask, Refusal, Reply
from handlers.programmes.cases import case_changes, case_steps, case_waiting, case_words
from handlers.programmes.reports import evidence
from handlers.registry import command
from handlers.wording import questions
from storage.programmes import cases

_LISTED = 6
_SIGNS = " :：,，、。"
# 看 D20260403-01, D20260403-01 到哪一步了
_LOOKS = re.compile(
    r"(?:查?看(?:看|一下)?|详情|进度|情况|(?:现在)?(?:是什么情况|怎么样了?|到哪一?步了?|办完了?[吗没]))\W*"
)


@dataclass(frozen=True, slots=True)
class _Many:
    """The arguments of 办 for several cases."""

    args: str


MANY = questions.Question(
    "cases-together", _Many, undone="还没有办。", dropped="好的，没有办，还在待办里。", then=(inbox.LIST,), yes="都办",
    no="不办", other=r"(?:\d+件)?(?:全部|都)*(?:同意|通过|退回|整改)", final=True,
)  # fmt: skip


@command(
    case_waiting.COMMAND, who=MEMBERS, group="活动", rank=35, help="办一件事项：看、整改、销号、会签、同意……",
    examples=("办 D20260403-01", "整改 D20260403-01 队旗已经挂好"), follows=r"\W*[DdＤｄ\d]", number=cases.LETTER,
    listed=False, waits=case_words.waiting,
)  # fmt: skip
def work(ask: Ask) -> Sequence[Reply]:
    """The page of a case, or a step of it: the words behind the number say which."""
    if ask.args.startswith(case_waiting.TOGETHER):
        return [_ask_sure(ask, ask.args.removeprefix(case_waiting.TOGETHER).strip())]
    number, words = case_waiting.NUMBERS.first(ask, ask.args)
    if not number:
        raise Refusal(f"请写上编号，像 {case_waiting.NUMBERS.like(ask)}。发「待办」看等您办的。")
    one, row = case_waiting.named(ask, number)
    if not words or _LOOKS.fullmatch(words):
        if ask.message.attachments:
            return [evidence.attached(ask, evidence.of_case(ask, one, row))]
        return [case_words.page(ask, row, one)]
    said = chain.named(row, words)
    words = words if said else case_changes.TAKES_BACK.sub("撤回", words)
    own = next((each for each in case_changes.WORDS if words.startswith(each)), "")
    if own and len(own) > len(said):
        rest = words.removeprefix(own).strip(_SIGNS)
        more, rest = case_waiting.NUMBERS.leading(ask, rest)
        each_one = [(one, row), *(case_waiting.named(ask, each) for each in dict.fromkeys(more or ()))]
        return inbox.as_one(
            [reply for each, its_row in each_one for reply in case_changes.WORDS[own](ask, its_row, each, rest)]
        )
    if not said:
        now = case_words.now_possible(ask, row, one)
        raise Refusal(
            f"没看懂要办什么，{number} 没有改。{now}。", *case_words.buttons(ask, row, one, cases.steps(ask.db, one.id))
        )
    rest = words.removeprefix(said).strip(_SIGNS)
    more, rest = case_waiting.NUMBERS.leading(ask, rest)
    if not more:
        return inbox.as_one([*case_steps.take(ask, row, one, chain.actions(row)[said], rest)])
    return _take_all(ask, dict.fromkeys([number, *more]), said, rest)


def _ask_sure(ask: Ask, args: str) -> Reply:
    """Several at once are asked about once more."""
    first, word, *words = args.split()
    numbers = [first, *(each for each in words if each[0] == cases.LETTER)]
    shown = "、".join(numbers[:_LISTED]) + (f" 等 {len(numbers)} 件" if len(numbers) > _LISTED else "")
    return Reply(f"要{word}这 {len(numbers)} 件吗？还没有办。{shown}", MANY.put(ask, _Many(args)))


@questions.answers(MANY)
def together(ask: Ask, known: _Many) -> Sequence[Reply]:
    """Takes the step for each of them."""
    return work(replace(ask, args=known.args))


def _take_all(ask: Ask, numbers: Iterable[str], said: str, rest: str) -> Sequence[Reply]:
    """The step of each that may take it; what is against the others is said."""
    taken: list[Reply] = []
    against: list[str] = []
    for number in numbers:
        try:
            # What it wrote before it was refused is undone.
            with ask.db.begin_nested():
                one, row = case_waiting.named(ask, number)
                taken += case_steps.take(ask, row, one, chain.actions(row).get(said, said), rest)
        except Refusal as refusal:
            ask.refused(refusal)
            against.append(refusal.text)
    if not taken:
        raise Refusal("\n".join(against), inbox.LIST)
    return inbox.as_one([*taken, *([Reply("\n".join(["没有办：", *against]))] if against else [])])

"""办, 待办: one step after the other of a case, by whoever its row names; what is not possible says what is."""

from collections.abc import Sequence

from handlers.asker import inbox
from handlers.attendance import attachments
from handlers.catalogue import chain
from handlers.catalogue.model import Row
from handlers.kit import MEMBERS, Ask, Button, Refusal, Reply
from handlers.programmes import evidence
from handlers.programmes.cases import (
    case_caps,
    case_changes,
    case_reading,
    case_reminders,
    case_waiting,
    case_words,
)
from handlers.registry import command
from storage.programmes import cases

_MOST = 5
_LONGEST = 200
_RETURN = "退回"
_SIGNS = " :：,，、。"


@command(
    case_waiting.COMMAND, who=MEMBERS, group="活动", rank=35, help="办一件事项：看、整改、销号、会签、同意……",
    examples=("办 D20260403-01", "整改 D20260403-01 队旗已经挂好"), follows=r"\W*[DdＤｄ\d]", number=cases.LETTER,
    listed=False, waits=case_words.waiting,
)  # fmt: skip
def work(ask: Ask) -> Sequence[Reply]:
    """The page of a case, or a step of it: the words behind the number say which."""
    number, words = case_waiting.NUMBERS.first(ask, ask.args)
    if not number:
        raise Refusal(f"请写上编号，像 {case_waiting.NUMBERS.like(ask)}。发「待办」看等您办的。")
    one, row = case_waiting.named(ask, number)
    if not words:
        if ask.message.attachments:
            return [evidence.attached(ask, evidence.of_case(ask, one, row))]
        return [case_words.page(ask, row, one)]
    said = chain.named(row, words)
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
    taken = [*_take(ask, row, one, chain.actions(row)[said], rest)]
    for each in dict.fromkeys(more) if more else ():
        other, its_row = case_waiting.named(ask, each)
        taken += _take(ask, its_row, other, chain.actions(its_row).get(said, said), rest)
    return inbox.as_one(taken)


def _take(ask: Ask, row: Row, one: cases.Case, action: str, words: str) -> Sequence[Reply]:
    done = cases.steps(ask.db, one.id)
    step = case_caps.allowed(ask, row, one, action, done, words)
    if action == _RETURN and not words:
        buttons = case_reminders.reasons(one, _RETURN)
        return [Reply(f"退回 {one.number} 的原因是？还没有退。", buttons)]
    if len(words) > _LONGEST:
        raise Refusal(f"说明有 {len(words)} 字，太长了（最多 {_LONGEST} 字），{one.number} 没有改。")
    kept, lost = case_reading.kept(words)
    sealed = ask.vault.seal(kept) if kept else None
    made = cases.CaseStep(ask.me.id, action, step.to, step.by, sealed, ask.now)
    if not cases.move(ask.db, one, made, chain.is_closed(row, step.to)):
        now, _ = case_waiting.named(ask, one.number)
        raise Refusal(f"刚才已经有人办了。{case_words.now_possible(ask, row, now)}。")
    one, _ = case_waiting.named(ask, one.number)
    one = case_caps.pass_over(ask, row, one, own=False)
    attachments.keep(ask, ("case_id", one.id))
    after, letters = case_words.news(ask, row, one, f"{ask.me.name}已{action}", kept)
    text = f"已{action} {case_words.line(ask, row, one)}\n{lost}{after}"
    next_ones = case_words.buttons(ask, row, one, cases.steps(ask.db, one.id))
    closes = ((one.number, f"{ask.me.name}已{action}"),)
    return [Reply(text, (*next_ones, Button("待办", "待办")), closes=closes), *letters]

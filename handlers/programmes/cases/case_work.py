"""办, 待办: one step after the other of a case, by whoever its row names; what is not possible says what is."""

from collections.abc import Sequence

from handlers.attendance import attachments
from handlers.catalogue import chain, current
from handlers.catalogue.model import Row, Step
from handlers.kit import MEMBERS, Ask, Button, Denied, Due, Refusal, Reply
from handlers.privacy import gate
from handlers.programmes import signoff
from handlers.programmes.cases import (
    case_caps,
    case_changes,
    case_evidence,
    case_intake,
    case_rights,
    case_waiting,
    case_words,
)
from handlers.registry import command, due
from storage.programmes import cases
from storage.programmes.cases import Case, CaseStep

_MOST = 5
_LONGEST = 200
_RETURN = "退回"
_SIGNS = " :：,，、。"


@command("待办", "todo", who=MEMBERS, group="活动", rank=34, help="看等您办的事项", examples=("待办",))
def todo(ask: Ask) -> Reply:
    """The cases that wait for the asker, and how many reports do."""
    found = case_waiting.found(ask)
    reports = len(signoff.for_me(ask))
    also = f"另有 {reports} 件上报等您收下，发「待收」。" if reports else ""
    if not found:
        return Reply(also or "没有等您办的事项。")
    listed = [f"{place}. {case_words.line(ask, row, one)}" for place, (one, row) in enumerate(found[:_MOST], 1)]
    more = f"先办这些，另有 {len(found) - _MOST} 件。" if len(found) > _MOST else ""
    buttons = case_words.links(one for one, _ in found[:_MOST])
    return Reply("\n".join(filter(None, (f"等您办 {len(found)} 件：", *listed, more, also))), buttons)


@command(
    case_waiting.COMMAND, who=MEMBERS, group="活动", rank=35, help="办一件事项：看、整改、销号、会签、同意……",
    examples=("办 D20260403-01", "整改 D20260403-01 队旗已经挂好"), follows=r"\W*[DdＤｄ\d]", number=cases.LETTER,
)  # fmt: skip
def work(ask: Ask) -> Sequence[Reply]:
    """The page of a case, or a step of it: the words behind the number say which."""
    number, words = case_waiting.NUMBERS.first(ask, ask.args)
    if not number:
        raise Refusal(f"请写上编号，像 {case_waiting.NUMBERS.like(ask)}。发「待办」看等您办的。")
    one, row = case_waiting.named(ask, number)
    if not words and not attachments.photos(ask):
        return [case_words.page(ask, row, one)]
    said = chain.named(row, words)
    own = next((each for each in case_changes.WORDS if words.startswith(each)), "")
    if own and len(own) > len(said):
        return case_changes.WORDS[own](ask, row, one, words.removeprefix(own).strip(_SIGNS))
    if not said:
        if attachments.photos(ask):
            return [case_evidence.attached(ask, row, one)]
        now = case_words.now_possible(ask, row, one)
        raise Refusal(
            f"没看懂要办什么，{number} 没有改。{now}。", *case_words.buttons(ask, row, one, cases.steps(ask.db, one.id))
        )
    rest = words.removeprefix(said).strip(_SIGNS)
    more, rest = case_waiting.NUMBERS.leading(ask, rest)
    taken = [_take(ask, row, one, chain.actions(row)[said], rest)]
    for each in dict.fromkeys(more) if more else ():
        other, its_row = case_waiting.named(ask, each)
        taken.append(_take(ask, its_row, other, said, rest))
    return taken[0] if len(taken) == 1 else _together(taken)


def _together(taken: list[Sequence[Reply]]) -> Sequence[Reply]:
    """What is said of several at once: one answer, and the letters about each."""
    closes = tuple(each for replies in taken for each in replies[0].closes)
    text = "\n".join(replies[0].text for replies in taken)
    letters = [letter for replies in taken for letter in replies[1:]]
    return [Reply(text, (Button("待办", "待办"),), closes=closes), *letters]


def _take(ask: Ask, row: Row, one: Case, action: str, words: str) -> Sequence[Reply]:
    done = cases.steps(ask.db, one.id)
    step = _allowed(ask, row, one, action, done)
    if action == _RETURN and not words:
        buttons = tuple(
            Button(each, case_waiting.COMMAND, f"{one.number} {_RETURN} {each}") for each in signoff.REASONS
        )
        return [Reply(f"退回 {one.number} 的原因是？还没有退。", buttons)]
    if len(words) > _LONGEST:
        raise Refusal(f"说明有 {len(words)} 字，太长了（最多 {_LONGEST} 字），{one.number} 没有改。")
    kept = gate.cleared(words)
    sealed = ask.vault.seal(str(kept)) if kept else None
    made = CaseStep(ask.me.id, action, step.to, step.by, sealed, ask.now)
    if not cases.move(ask.db, one, made, chain.is_closed(row, step.to)):
        now, _ = case_waiting.named(ask, one.number)
        raise Refusal(f"刚才已经有人办了。{case_words.now_possible(ask, row, now)}。")
    one, _ = case_waiting.named(ask, one.number)
    one = case_intake.pass_over(ask, row, one, own=False)
    if attachments.photos(ask):
        case_words.attach(ask, one)
    case_words.remind(ask, row, one)
    after, letters = case_words.news(ask, row, one, f"{ask.me.name}已{action}", kept)
    lost = "" if len(kept) == len(" ".join(words.split())) else case_intake.CUT
    text = f"已{action} {case_words.line(ask, row, one)}\n{lost}{after}"
    next_ones = case_words.buttons(ask, row, one, cases.steps(ask.db, one.id))
    closes = ((one.number, f"{ask.me.name}已{action}"),)
    return [Reply(text, (*next_ones, Button("待办", "待办")), closes=closes), *letters]


def _allowed(ask: Ask, row: Row, one: Case, action: str, done: list[CaseStep]) -> Step:
    """The step, if the asker may take it now; what stands against it is said, with what is possible."""
    here = [each for each in chain.steps_at(row, one.state) if each.action == action]
    now = case_words.now_possible(ask, row, one)
    if not here:
        raise Refusal(f"{one.number} 不能{action}，没有改。{now}。", *case_words.buttons(ask, row, one, done))
    mine = [each for each in here if case_rights.is_level(ask.me, each.by, one.unit)]
    subject = f"case:{one.number}"
    if not mine:
        raise Denied(f"「{action}」由{here[0].by}来办，{one.number} 没有改。{now}。", what=action, subject=subject)
    able = [each for each in mine if not case_rights.barred(ask.me, each, one, done)]
    if not able:
        raise Denied(f"这件是您自己立的或刚办的，「{action}」要由另一位来，没有改。", what=action, subject=subject)
    step = able[0]
    if problem := case_caps.problem(ask, row, one, step, done):
        raise Refusal(f"{one.number} 还不能{action}，没有改。{problem}")
    return step


@due("case")
def remind(said: Due) -> Reply | None:
    """Before the day, and the day after; None when it is done, has another day, or is no longer this person's."""
    one = cases.by_id(said.db, said.payload["id"])
    row = current.catalogue_of(said.db).by_key.get(one.row) if one else None
    if one is None or row is None or one.closed_at or str(one.due) != said.payload["due"]:
        return None
    able = case_rights.possible(said.person, row, one, cases.steps(said.db, one.id))
    if not able and one.person_id != said.person.id:
        return None
    text = f"老师好，{one.number} {one.unit_name} {row.name}：{case_words.state(row, one, said.now.date())}。"
    return Reply(text, (Button("查看", case_waiting.COMMAND, one.number),))

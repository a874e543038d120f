"""更正, 撤回, 恢复 of a case: what was said before is kept; only what nobody has worked on is taken back."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from handlers.catalogue import chain
from handlers.catalogue.model import Row
from handlers.kit import Ask, Button, Denied, Refusal, Reply, Unit
from handlers.programmes.cases import case_caps, case_limits, case_reading, case_rights, case_waiting, case_words
from handlers.reading.text.normalise import clean
from handlers.wording import programmes
from storage.programmes import cases

_MOST_BUTTONS = 6


def add(ask: Ask, row: Row, unit: Unit, told: case_reading.Told) -> cases.Case:
    """Keep a new case, behind the approvals that nobody is waited for; raises Refusal where it stands already."""
    _once(ask, row, unit, told)
    kept = cases.add(ask.db, _case(ask, row, unit, told), ask.me.id, ask.now)
    return case_caps.pass_over(ask, row, kept, own=True)


def _case(ask: Ask, row: Row, unit: Unit, told: case_reading.Told) -> cases.Case:
    state = chain.first(row)
    return cases.Case(
        row.key, unit.id, told.kind, bool(told.name), told.figures, told.due, chain.period_of(row, ask.today), state,
        ask.vault.seal(told.name) if told.name else None, ask.vault.seal(told.words) if told.words else None,
        row.version, unit_name=unit.name, unit_kind=unit.kind, path=unit.path,
    )  # fmt: skip


def _once(ask: Ask, row: Row, unit: Unit, told: case_reading.Told) -> None:
    """The same case twice is one."""
    for each in cases.of_unit(ask.db, row.key, unit.id):
        name = ask.vault.open(each.name) if each.name else ""
        words = ask.vault.open(each.words) if each.words else ""
        if each.kind == told.kind and name == told.name and (told.name or words == told.words):
            page = Button("查看", case_waiting.COMMAND, each.number)
            raise Refusal(f"已经有这一件：{case_words.line(ask, row, each)}。没有再立。", page)


def _correct(ask: Ask, row: Row, one: cases.Case, words: str) -> Sequence[Reply]:
    """What is said takes the place of what was; a case that was sent back is put forward again."""
    _own(ask, row, one, "更正")
    worked = any(each.level for each in cases.steps(ask.db, one.id))
    if one.closed_at and one.state != chain.RETURNED:
        raise Refusal(f"{one.number} 已经办完，不能再改。")
    if row.kinds and worked and one.state != chain.RETURNED:
        raise Refusal(f"{one.number} 已经有人审过，没有改。要改，请先请审的人退回。")
    if not words:
        raise Refusal(f"要改成什么？没有改。像这样发：更正 {one.number} 新的说明或日期")
    was = case_words.line(ask, row, one)
    now = _revised(ask, row, one, _corrected(ask, row, one, words))
    after, letters = case_words.news(ask, row, now, "更正了")
    return [Reply(f"已更正：{was}\n→ {case_words.line(ask, row, now)}\n{after}"), *letters]


def _revised(ask: Ask, row: Row, one: cases.Case, new: cases.Case) -> cases.Case:
    """It says `new` from now on; what was sent back is put forward again."""
    again = one.state == chain.RETURNED
    now = replace(new, state=chain.first(row), closed_at=None) if again else new
    cases.revise(ask.db, one, now, ask.me.id, ask.now)
    return case_caps.pass_over(ask, row, now, own=True) if again else now


def _corrected(ask: Ask, row: Row, old: cases.Case, words: str) -> cases.Case:
    """The case with what these words say in place of what was said; the rest stays."""
    told = case_reading.read(row, clean(words).text, ask.today, old.unit.name, old.kind)
    case_reading.check_unit(row, told.kind, old.unit)
    return replace(
        old, kind=told.kind or old.kind, due=told.due or old.due, figures={**old.figures, **told.figures},
        name=ask.vault.seal(told.name) if told.name else old.name,
        words=ask.vault.seal(str(told.words)) if told.words else old.words, version=row.version,
    )  # fmt: skip


def _withdraw(ask: Ask, row: Row, one: cases.Case, _: str) -> Sequence[Reply]:
    """Taken back, as long as nobody else has worked on it."""
    _own(ask, row, one, "撤回")
    if one.state == chain.WITHDRAWN:
        return [Reply(f"{one.number} 早已撤回，没有再改。")]
    if any(each.level for each in cases.steps(ask.db, one.id)):
        raise Refusal(f"{one.number} 已经有人办过，不能撤回。{case_words.now_possible(ask, row, one)}。")
    return [_moved(ask, row, one, "撤回", chain.WITHDRAWN, Button("恢复", case_waiting.COMMAND, f"{one.number} 恢复"))]


def _restore(ask: Ask, row: Row, one: cases.Case, _: str) -> Sequence[Reply]:
    """What was taken back is as it was before."""
    _own(ask, row, one, "恢复")
    if one.state != chain.WITHDRAWN:
        return [Reply(f"{one.number} 没有撤回过，不用恢复。")]
    before = str(cases.steps(ask.db, one.id)[-1].before["state"])
    return [_moved(ask, row, one, "恢复", before, Button("撤回", case_waiting.COMMAND, f"{one.number} 撤回"))]


def _moved(ask: Ask, row: Row, one: cases.Case, what: str, state: str, undo: Button) -> Reply:
    step = cases.CaseStep(ask.me.id, what, state, "", None, ask.now)
    cases.move(ask.db, one, step, chain.is_closed(row, state))
    closes = ((one.number, f"{ask.me.name}已{what}"),)
    return Reply(f"已{what} {case_words.line(ask, row, replace(one, state=state))}", (undo,), closes=closes)


def _another_kind(ask: Ask, row: Row, one: cases.Case, words: str) -> Sequence[Reply]:
    """老干部 is full: put forward as another kind that has free places, by whoever opened it or is to decide now."""
    done = cases.steps(ask.db, one.id)
    if all(each.action != chain.APPROVE for each in case_rights.possible(ask.me, row, one, done)):
        _own(ask, row, one, case_limits.ANOTHER)
        if one.state != chain.RETURNED and any(each.level for each in done):
            raise Refusal(f"{one.number} 已经有人审过，没有改。{case_words.now_possible(ask, row, one)}。")
    left = case_limits.free(ask, row, one)
    if words not in left:
        return [_offered(one, left)]
    now = _revised(ask, row, one, replace(one, kind=words, version=row.version))
    _, letters = case_words.news(ask, row, now, f"{ask.me.name}换了一类，原来是{one.kind}")
    buttons = case_words.buttons(ask, row, now, cases.steps(ask.db, one.id))
    return [Reply(f"已换一类：{one.kind} → {case_words.line(ask, row, now)}", buttons), *letters]


def _offered(one: cases.Case, left: Mapping[str, int]) -> Reply:
    if not left:
        return Reply(f"{one.number} 没有改。别的类也没有空位，可以退回，或者选一个理由破例。")
    offered = "、".join(f"{kind} {count} 个" for kind, count in left.items())
    buttons = [Button(kind, case_waiting.COMMAND, f"{one.number} {case_limits.ANOTHER} {kind}") for kind in left]
    more = f"\n别的类这样发：{buttons[-1].typed}" if len(buttons) > _MOST_BUTTONS else ""
    return Reply(f"{one.number} 换成哪一类？还没有改。空位：{offered}。{more}", tuple(buttons[:_MOST_BUTTONS]))


def _own(ask: Ask, row: Row, one: cases.Case, what: str) -> None:
    if one.person_id != ask.me.id and not programmes.may_report(ask.me, row, one.unit):
        words = f"{one.number} 由立的人来{what}，没有改。{case_words.now_possible(ask, row, one)}。"
        raise Denied(words, what=what, subject=f"case:{one.number}")


# 撤了吧, 不要了: words for 撤回 where the row has no such step; 撤了吗 asks.
TAKES_BACK = re.compile(
    r"^(?:[请就先把]|麻烦|\s)*(?:撤(?:了|掉|下来?|销|回)|不[要报算]了|作废|取消|收回|删(?:了|掉|除))[了吧啦]*(?=$|[\s:：,，、。])"
)
# What may be said of a case besides the steps of its row.
WORDS: Mapping[str, Callable[[Ask, Row, cases.Case, str], Sequence[Reply]]] = {
    "更正": _correct, "撤回": _withdraw, "恢复": _restore, case_limits.ANOTHER: _another_kind,
}  # fmt: skip

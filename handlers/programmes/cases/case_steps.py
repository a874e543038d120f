"""One step of a case: whether it may be taken now, what it changes, who hears of it."""

from collections.abc import Sequence

from handlers.attendance import attachments
from handlers.catalogue import chain
from handlers.catalogue.model import Row
from handlers.kit import Ask, Button, Refusal, Reply
from handlers.programmes.cases import case_caps, case_reading, case_reminders, case_waiting, case_words
from storage.programmes import cases

_LONGEST = 200
_RETURN = "退回"
# What is kept for years, and told to whoever put it forward, says why.
_WHY = {"异议": "事迹与实际不符", "请求撤销": "评选有误", "不通过": "异议属实"}


def take(ask: Ask, row: Row, one: cases.Case, action: str, words: str) -> Sequence[Reply]:
    """The step is done, and those concerned hear of it; raises Refusal for one that is not possible now."""
    done = cases.steps(ask.db, one.id)
    step = case_caps.allowed(ask, row, one, action, done, words)
    if action == _RETURN and not words:
        buttons = case_reminders.reasons(one, _RETURN)
        return [Reply(f"退回 {one.number} 的原因是？还没有退。", buttons)]
    if action in _WHY and not words:
        raise Refusal(f"请写明{action}的理由，{one.number} 没有改。像这样发：{action} {one.number} {_WHY[action]}")
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

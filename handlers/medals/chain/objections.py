"""异议: somebody objects while a medal stands on public notice; the clock stops until it is upheld or dismissed."""

from handlers.asker import levels
from handlers.kit import Ask, Button, Refusal, Reply, Role
from handlers.medals import decisions
from handlers.medals.chain import award, public_notice
from handlers.privacy import gate
from handlers.registry import command
from handlers.wording import medals, names
from storage.base.numbered import GLUED
from storage.medals import nominations
from storage.medals.states import State

_WORD = "异议"
_LIKE = "异议 N20260403-07 事迹与实际不符"
_UPHELD, _DISMISSED = "成立", "不成立"


@command(
    _WORD, who=levels.DECIDERS - {Role.BRIGADE}, group="奖章", rank=48, help="记下公示期的异议，或写明成立、不成立",
    glued=GLUED, examples=(_LIKE, "异议 N20260403-07 不成立"),
)  # fmt: skip
def object_to(ask: Ask) -> list[Reply]:
    """Note an objection with its reason; 成立 or 不成立 behind the number settles it."""
    number, words = decisions.NUMBERS.first(ask, ask.args)
    if not number:
        raise Refusal(f"请写上编号和理由，像这样：{_LIKE}")
    case = award.on_notice(ask, number, _WORD, State.NOTICE, State.OBJECTION)
    if case.state is State.OBJECTION:
        return _settled(ask, case, words)
    if not words or words in (_UPHELD, _DISMISSED):
        raise Refusal(f"请写明异议的理由，不写孩子的姓名，像这样：{_LIKE}")
    kept = names.without_name(gate.cleared(words, of_one=True), decisions.nominee(ask, case))
    if not kept or len(kept) > names.REASON_LIMIT:
        raise Refusal(f"异议的理由请写 1 到 {names.REASON_LIMIT} 字，不写个人信息。没有记。")
    _move(ask, case, State.OBJECTION, kept)
    cut = "姓名等个人信息没有保存。" if kept != words else ""
    text = f"已记下对 {number} 的异议，公示暂停。{cut}查清以后发「异议 {number} 成立」或「异议 {number} 不成立」。"
    buttons = (
        Button("异议成立", _WORD, f"{number} {_UPHELD}"),
        Button("不成立，继续公示", _WORD, f"{number} {_DISMISSED}"),
    )
    return [Reply(text, buttons), *_told(ask, case, "公示期有异议，公示暂停，正在核实")]


def _settled(ask: Ask, case: nominations.Case, words: str) -> list[Reply]:
    if words == _UPHELD:
        _move(ask, case, State.REJECTED)
        return [Reply(f"{case.number} 异议成立，不授予。名额已经退回。"), *_told(ask, case, "异议成立，不授予")]
    if words != _DISMISSED:
        raise Refusal(
            f"{case.number} 已有异议，公示暂停。请发「异议 {case.number} 成立」或「异议 {case.number} 不成立」。"
        )
    until = public_notice.end_after_objection(ask, case)
    if not nominations.move(ask.db, ask.vault, case, State.NOTICE, ask.me.id, ask.now, until=until):
        raise Refusal(f"{case.number} 刚才有变化，没有改。")
    now = nominations.by_number(ask.db, case.number)
    assert now is not None
    public_notice.lay_out(ask, [now], levels.Ladders(ask.db))
    resumed = f"异议不成立，继续{medals.state_of(now)}"
    return [Reply(f"{case.number} {resumed}。"), *_told(ask, case, resumed)]


def _move(ask: Ask, case: nominations.Case, state: State, reason: str = "") -> None:
    if not nominations.move(ask.db, ask.vault, case, state, ask.me.id, ask.now, reason):
        raise Refusal(f"{case.number} 刚才有变化，没有改。")


def _told(ask: Ask, case: nominations.Case, what: str) -> list[Reply]:
    """Whoever nominated hears what became of it, never who objected or why."""
    if case.holder == ask.me.id:
        return []
    about = medals.case_lines(ask, [case], case.holder)[case.id]
    return [Reply(f"{case.number} {about}：{what}。", to=case.holder)]

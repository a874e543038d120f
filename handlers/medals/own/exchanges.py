"""王小明的一星章换成李小红: what waits is withdrawn, and another nominee or medal put up instead."""

from handlers.kit import Ask, Refusal, Reply
from handlers.medals import intake, proposals
from handlers.medals.own import cases as own
from handlers.medals.own import withdrawals
from handlers.registry import reads
from handlers.wording import medals, names
from storage.base import numbered
from storage.medals import nominations
from storage.medals.states import State


@reads("nomination_replace")
def exchange(ask: Ask) -> list[Reply]:
    """The old case is withdrawn and one for the new nominee, or for another medal, opened; both or none."""
    said = ask.heard.replace or {}
    new = str(said.get("new") or "")
    if not ask.message.private:
        raise Refusal("请私聊我发，群里不能写孩子的姓名。")
    if ask.message.channel in ask.nameless and not names.is_place(new):
        raise Refusal(
            "为保护队员，这里不接收队员的姓名，没有换。请删掉刚才那条消息，用名单上的序号，如：7号 换成 9号。"
        )
    # 名字打错了,是王小敏: the one that waits, when it is one.
    stand = own.meant(ask, said, "old") if said.get("old") else nominations.of_person(ask.db, ask.me.id, own.LOOKED_AT)
    number, _ = numbered.anywhere(ask.args, nominations.LETTER)
    cases = [case for case in stand if case.state is State.SUBMITTED and case.child_id]
    cases = [case for case in cases if number in ("", case.number)]
    if len(cases) != 1:
        what = "有几件都像" if cases else "没有找到"
        raise Refusal(f"{what}您说的这件待审的提名，没有换。请先看「我的提名」，撤回后重新提名。", own.MINE)
    case = cases[0]
    proposals.check_unit(ask, case.unit)
    wish = proposals.Proposal(case.unit, str(said.get("new_medal") or case.medal), new, "")
    if not intake.may_be_kept(ask, wish):
        how = f"提名 {case.unit.name} 〈姓名〉 {medals.label(case.medal)}"
        raise Refusal(f"新的这位还没有记家长同意，没有换。请先发「{how}」，记好同意以后再撤回 {case.number}。")
    gone = withdrawals.withdrawn(ask, case)
    return [Reply(gone.text.partition("\n")[0], closes=gone.closes), *intake.take(ask, [wish], [])]

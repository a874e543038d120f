"""我的提名, 撤回提名: what came of one's own nominations, and what the nominator may still change."""

from datetime import timedelta

from handlers.asker import context
from handlers.kit import Ask, Button, Denied, Refusal, Reply
from handlers.medals import announcements, decisions, proposals
from handlers.registry import ANYTHING, command, edits, reads
from handlers.wording import medals
from storage.medals import nominations

_STAYS = "您改了一条发过的消息。提名不能这样改,已经记下的不变。要改就发「我的提名」看编号,撤回后重新提名。"
# Between the platform's clock and ours.
_CLOCKS_DIFFER = timedelta(minutes=2)

_LISTED = 10
ABOUT_MINE = ("nomination_query", "nomination_cancel", "nomination_replace")


@command(
    "我的提名", "nominations", who=proposals.NOMINATORS, group="奖章", rank=10, help="看我的提名走到哪一步",
    examples=("我的提名",),
)  # fmt: skip
@reads(*ABOUT_MINE)
def show_mine(ask: Ask) -> Reply:
    """The asker's latest cases; also the answer to questions about them and wishes to change them."""
    cases = nominations.of_person(ask.db, ask.me.id, _LISTED)
    if not cases:
        return Reply(f"您还没有提名。像这样发:{proposals.resend(ask).partition(':')[2]}")
    words = medals.case_lines(ask, cases)
    steps = nominations.last_steps(ask.db, [case.id for case in cases])
    lines = ["您最近的提名"]
    for case in cases:
        why = medals.reason_of(ask, steps[case.id].reason) if ask.message.private else ""
        lines.append(f"{case.number} {words[case.id]} {medals.state_of(case)}{f':{why}' if why else ''}")
    return Reply("\n".join([*lines, "待审的可以撤回,发「撤回提名 编号」;要改就撤回后重新提名。"]))


@command(
    "撤回提名", "withdraw", who=proposals.NOMINATORS, group="奖章", rank=27, help="撤回一件还没审的提名",
    glued=ANYTHING, examples=("撤回提名 N20260403-07",),
)  # fmt: skip
def withdraw(ask: Ask) -> Reply:
    """The nominator takes a case back while nobody has decided; a new one may follow."""
    number, _ = decisions.NUMBERS.first(ask, ask.args)
    if not number:
        raise Refusal(
            f"请写上编号,如「撤回提名 {decisions.NUMBERS.like(ask)}」。编号在「我的提名」里。", announcements.MINE
        )
    case = nominations.by_number(ask.db, number)
    if case is None or case.holder != ask.me.id:
        none = f"{decisions.NUMBERS.unknown(ask, number)}编号在「我的提名」里。"
        raise (
            Denied(none, announcements.MINE, what="撤回提名", subject=f"nomination:{case.id}")
            if case
            else Refusal(none, announcements.MINE)
        )
    if not nominations.move(ask.db, ask.vault, case, nominations.State.WITHDRAWN, ask.me.id, ask.now):
        step = nominations.last_steps(ask.db, [case.id])[case.id]
        raise Refusal(f"{number} 不能撤回了:{decisions.decided(ask, step)}。有疑问请和审核人联系。", announcements.MINE)
    about = f":{medals.case_lines(ask, [case])[case.id]}" if ask.message.private else ""
    return Reply(
        f"已撤回提名 {number}{about}\n要改内容,请重新提名。", (announcements.MINE,), closes=((number, "提名人已撤回"),)
    )


@edits("nomination")
def edited(ask: Ask) -> Reply | None:
    """None as long as the sender has nominated nobody since the message was sent."""
    if context.reading_of(ask, ask.args).intent != "nomination":
        return None
    last = nominations.of_person(ask.db, ask.me.id, 1)
    recorded = last and last[0].made_at >= ask.message.sent_at - _CLOCKS_DIFFER
    return Reply(_STAYS, (Button("我的提名", "我的提名"),)) if recorded else None

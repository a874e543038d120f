"""我的提名, 撤回提名: what came of one's own nominations, and what the nominator may still change."""

from datetime import timedelta

from handlers.asker import context
from handlers.kit import Ask, Button, Refusal, Reply
from handlers.medals import announcements, changes, decisions, proposals
from handlers.registry import ANYTHING, command, edits
from storage.medals import nominations

_STAYS = "您改了一条发过的消息。提名不能这样改，已经记下的不变。要改就发「我的提名」看编号，撤回后重新提名。"
# Between the platform's clock and ours.
_CLOCKS_DIFFER = timedelta(minutes=2)


@command(
    "我的提名", "nominations", who=proposals.NOMINATORS, group="奖章", rank=10, help="看我的提名走到哪一步",
    looks=".*", examples=("我的提名",), shows=nominations.LETTER,
)  # fmt: skip
def show_mine(ask: Ask) -> Reply:
    """The asker's latest cases, or the one with this number."""
    number, _ = decisions.NUMBERS.first(ask, ask.args)
    if not number:
        return announcements.latest(ask)
    case = nominations.by_number(ask.db, number)
    if case is None or case.holder != ask.me.id:
        raise Refusal(f"{decisions.NUMBERS.unknown(ask, number)}发「我的提名」看您提名的。", announcements.MINE)
    return announcements.listed(ask, [case], "您的提名")


@command(
    "撤回提名", "withdraw", who=proposals.NOMINATORS, group="奖章", rank=27, help="撤回一件还没审的提名",
    glued=ANYTHING, examples=("撤回提名 N20260403-07",),
)  # fmt: skip
def withdraw(ask: Ask) -> list[Reply]:
    """The nominator takes a case back while nobody has decided; a new one may follow."""
    number, _ = decisions.NUMBERS.first(ask, ask.args)
    if not number and ask.args:
        return changes.take_back(ask)
    if not number:
        raise Refusal(
            f"请写上编号，如「撤回提名 {decisions.NUMBERS.like(ask)}」。编号在「我的提名」里。", announcements.MINE
        )
    return [changes.numbered_withdrawn(ask, number)]


@command("撤回", who=proposals.NOMINATORS, group="奖章", help="撤回一件还没审的提名",
         examples=("撤回 N20260403-07",), letter=nominations.LETTER)  # fmt: skip
def withdraw_numbered(ask: Ask) -> list[Reply]:
    """The same by the shorter word that check-ins and reports are withdrawn with."""
    return withdraw(ask)


@edits("nomination")
def edited(ask: Ask) -> Reply | None:
    """None as long as the sender has nominated nobody since the message was sent."""
    if context.reading_of(ask, ask.args).intent != "nomination":
        return None
    last = nominations.of_person(ask.db, ask.me.id, 1)
    recorded = last and last[0].made_at >= ask.message.sent_at - _CLOCKS_DIFFER
    return Reply(_STAYS, (Button("我的提名", "我的提名"),)) if recorded else None

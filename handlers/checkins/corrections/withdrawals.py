"""撤回 and 恢复: a check-in is taken back, and brought back; what it said is kept."""

from dataclasses import replace

from handlers import registry
from handlers.attendance import phrases, recent
from handlers.checkins.corrections import revisions, targets
from handlers.kit import REPORTERS, Ask, Button, Refusal, Reply
from storage.base import numbered
from storage.checkins import checkins, recording

_BACK = targets.Wish("恢复", gone=True)


@registry.command("撤回", "cancel", who=REPORTERS, group="签到", rank=18, help="撤回最近一次签到", examples=("撤回",))
def cancel(ask: Ask) -> Reply:
    """Take back the last check-in, the one with this number, or the one that is named."""
    if any(word in ask.args for word in ("全部", "所有")):
        raise Refusal("一次撤回一条，什么都没有动。发「我的」看报过的，再像这样发：撤回 三(2)中队")
    bare = ask.args.isascii() and ask.args.isdecimal()
    return _taken_back(ask, targets.meant(replace(ask, args=f"#{ask.args}") if bare else ask, "撤回")[0])


@registry.reads("cancel")
def cancel_by_words(ask: Ask) -> Reply:
    """删掉三(2)中队昨天的队会; 取消 alone is the answer to a question, and may come twice or too late."""
    if ask.args.strip() == "取消":
        raise Refusal("现在没有要您回答的问题，什么都没有动。要撤回最近一次签到，发「撤回」。", Button("撤回", "撤回"))
    if ask.me.roles & REPORTERS and any(word in ask.args for word in ("全部", "所有")):
        return cancel(ask)
    return _taken_back(ask, targets.of_reading(ask, ask.heard, targets.Wish("撤回")))


@registry.reads("denied")
def denied(ask: Ask) -> Reply:
    """队课没上成, of what is recorded: it stands until it is taken back, which is said."""
    old = recent.denied(ask, ask.args, ask.heard)
    assert old is not None
    stands = f"{phrases.dated(old, ask.today)} {phrases.heads(old)} 还记着，没有动。"
    return Reply(f"{stands}没有开展的话，发「撤回 {old.activity}」。", (Button("撤回", "撤回", f"#{old.id}"),))


def _taken_back(ask: Ask, old: checkins.Checkin) -> Reply:
    if not recording.withdraw(ask.db, ask.rollups, old, ask.me.id, ask.now):
        raise Refusal(revisions.MEANWHILE)
    counts = revisions.frozen(ask, old) or "没有计入周报。要重新报，直接发就行。"
    said = f"已撤回：{phrases.dated(old, ask.today)} {phrases.heads(old)}\n{counts}"
    return Reply(said, (Button("恢复", "恢复", f"#{old.id}"),), spoken="撤错了发「恢复」。")


@registry.command(
    "恢复", "restore", who=REPORTERS, group="签到", rank=27, help="找回撤回的签到", examples=("恢复",),
    follows=r"$|[#＃]\s?\d",
)  # fmt: skip
def restore(ask: Ask) -> Reply:
    """Bring back the check-in that was taken back last, or the one with this number."""
    number, _ = numbered.row(ask.args)
    gone = checkins.withdrawn(ask.db, number) if number is not None else targets.named(ask, targets.NOTHING, _BACK)
    if gone is None or not targets.is_own(ask, gone):
        raise Refusal(f"编号 {number} 的签到没有撤回过，什么都没有动。发「我的」看现在有哪些。")
    return _brought_back(ask, gone)


@registry.reads("restore")
def restore_by_words(ask: Ask) -> Reply:
    """恢复三(2)中队昨天的队会."""
    return _brought_back(ask, targets.of_reading(ask, ask.heard, _BACK))


def _brought_back(ask: Ask, gone: checkins.Checkin) -> Reply:
    stored = recording.restore(ask.db, ask.rollups, gone, ask.me.id, ask.now)
    if stored is None:
        raise Refusal(f"{phrases.dated(gone, ask.today)}已经另外报过一条，没有恢复。发「我的」看现在有哪些。")
    reply = phrases.echo("已恢复", stored, ask.today)
    more = revisions.frozen(ask, stored)
    return phrases.with_more(reply, more) if more else reply

"""撤回: a check-in is taken back; what it said is kept."""

from dataclasses import replace

from handlers import registry
from handlers.attendance import phrases
from handlers.checkins import revisions, targets
from handlers.kit import REPORTERS, Ask, Button, Refusal, Reply
from storage.checkins import recording


@registry.command("撤回", "cancel", who=REPORTERS, group="签到", rank=18, help="撤回最近一次签到", examples=("撤回",))
def cancel(ask: Ask) -> Reply:
    """Take back the newest check-in, or the one with this number."""
    if any(word in ask.args for word in ("全部", "所有")):
        raise Refusal("一次撤回一条,什么都没有动。发「我的」看报过的,再像这样发:撤回 三(2)中队")
    bare = ask.args.isascii() and ask.args.isdecimal()
    old, _ = targets.meant(replace(ask, args=f"#{ask.args}") if bare else ask)
    if not recording.withdraw(ask.db, ask.rollups, old, ask.me.id, ask.now):
        raise Refusal(revisions.MEANWHILE)
    counts = revisions.frozen(ask, old) or "没有计入周报。要重新报,直接发就行。"
    return Reply(f"已撤回:{phrases.dated(old, ask.today)} {phrases.heads(old)}\n{counts}")


@registry.reads("cancel")
def cancel_by_words(ask: Ask) -> Reply:
    """撤回刚才的; 取消 alone is the answer to a question, and may come twice or too late."""
    if ask.args.strip() == "取消":
        raise Refusal("现在没有要您回答的问题,什么都没有动。要撤回最近一次签到,发「撤回」。", Button("撤回", "撤回"))
    return cancel(replace(ask, args=""))

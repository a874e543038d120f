"""结束活动, 撤回活动: an activity ends before its time, or was published by mistake."""

import re
from collections.abc import Sequence

from handlers.attendance import participation
from handlers.campaigns import notices
from handlers.kit import ADMINS, Ask, Denied, Refusal, Reply
from handlers.registry import command
from handlers.wording import places
from storage.campaigns import campaigns
from storage.organisation import units


@command(
    "结束活动", "endcampaign", who=ADMINS, group="活动", rank=40, help="提前结束一个活动", glued=r"\d",
    examples=("结束活动 3",),
)  # fmt: skip
def end(ask: Ask) -> Reply:
    """No further reminders; what was reported stays."""
    one = _mine(ask)
    if not campaigns.close(ask.db, one.id, campaigns.ENDED):
        return Reply(f"活动 {one.id} 已经结束了。")
    units.changed(ask.db, ask.now)
    said, _ = participation.coverage(*campaigns.progress(ask.db, one, [one.path]))
    return Reply(f"已结束活动 {one.id}：{participation.name(one)}\n{said}。不再提醒，已经报的都保留。")


@command(
    "撤回活动", "dropcampaign", who=ADMINS, group="活动", rank=41, help="撤回发布错的活动", glued=r"\d",
    examples=("撤回活动 3",),
)  # fmt: skip
def withdraw(ask: Ask) -> Sequence[Reply]:
    """As if it had not been published; check-ins stay as what they are, and whoever was told is told."""
    one = _mine(ask)
    if not campaigns.close(ask.db, one.id, campaigns.WITHDRAWN):
        return [Reply(f"活动 {one.id} 已经结束或撤回了。")]
    units.changed(ask.db, ask.now)
    notices.call_off(ask, one)
    return [
        Reply(
            f"已撤回活动 {one.id}：{participation.name(one)}\n已经报的签到保留，照常计入周报。收到过通知的老师会知道。"
        )
    ]


_NUMBER = re.compile(r"[#＃]?(\d{1,9})")


def _mine(ask: Ask) -> campaigns.Campaign:
    """The campaign with this number, of the asker's own part of the tree."""
    match = _NUMBER.fullmatch(ask.args.strip())
    one = campaigns.by_id(ask.db, int(match[1])) if match else None
    if one is None or not any(one.path.startswith(unit.path) for unit in places.scope(ask.me, ADMINS)):
        none = "没有您发布的这个活动。发「活动」看编号，再像这样发：结束活动 3"
        raise Denied(none, what="结束活动", subject=f"campaign:{one.id}") if one else Refusal(none)
    return one

"""活动 3 没有: that a squad takes no part in a campaign is a report, too."""

from handlers.attendance import participation
from handlers.kit import Ask, Button, Refusal, Reply
from storage.campaigns import campaigns
from storage.checkins import exemptions


def keep(ask: Ask, one: campaigns.Campaign) -> Reply:
    """The asker's squads take no part: that is a report, too, as long as there is no other."""
    mine = participation.due_squads(ask.me, one)
    if one.state != campaigns.OPEN or not mine:
        raise Refusal(f"活动 {one.id} {'不用您来报' if not mine else '已经结束'}，没有记。发「活动」看现在有哪些。")
    left = participation.unreported(mine, campaigns.answered(ask.db, one, [unit.id for unit in mine]))
    if not left:
        raise Refusal(f"活动 {one.id} 您已经报过，没有再记。要改，发「更正」；有人数，发「活动 {one.id} 38」。")
    first, last = one.begins_at.astimezone(ask.now.tzinfo).date(), one.last_day(ask.now.tzinfo)
    number = [
        exemptions.add(ask.db, unit.id, exemptions.ZERO, first, last, ask.me.id, ask.now, campaigns.row_of(one))
        for unit in left
    ]
    undo = tuple(Button("取消", "照常报", str(each)) for each in number[:1] if len(left) == 1)
    names = "、".join(unit.name for unit in left)
    return Reply(f"已记下：{names}没有开展活动 {one.id}「{one.title}」。谢谢，不会再催，有了照常报。", undo)

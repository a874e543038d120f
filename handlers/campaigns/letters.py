"""What the letters of a campaign say: that it begins, that it ends, that it is off."""

from handlers.attendance import participation
from handlers.campaigns import notices
from handlers.kit import Button, Due, Reply, Role
from handlers.registry import due
from scheduling.occasions import Cleared
from storage.campaigns import campaigns

_MOST_NAMES = 4


@due(notices.LETTER)
def ends(said: Due) -> Reply | None:
    """The reminder before the end, as part of a day's letter."""
    return remind(said)


@due(notices.KIND, letter=False, asks=False)
def remind(said: Due) -> Reply | None:
    """The notice, the reminder before the end, the nudge; None for whoever has nothing left to report."""
    one = campaigns.by_id(said.db, said.payload["campaign"])
    if one is None:
        return None
    if said.lead == notices.OFF:
        return Reply(f"活动 {one.id} {participation.name(one)}已撤回，不用报了。已经报的签到保留。")
    if one.state != campaigns.OPEN or said.now > one.ends_at:
        return None
    zone = said.now.tzinfo
    mine = participation.due_squads(said.person, one)
    left = participation.unreported(mine, campaigns.reported(said.db, one, [unit.id for unit in mine]))
    head = f"{participation.name(one)}，{participation.window(one, zone)}"
    if not mine and said.lead == notices.NOTICE and Role.BRIGADE in said.person.roles:
        return Reply(f"新活动 {one.id}：{head}\n您学校的中队要报，看进度发「活动 {one.id}」。")
    if not mine:
        return None
    if not left:
        raise Cleared
    names = "、".join(unit.name for unit in left[:_MOST_NAMES])
    start = "新活动" if said.lead == notices.NOTICE else "还没报的活动"
    text = (
        f"老师好，{start} {one.id}：{head}\n{names}请在{participation.until(one, zone)}前报人数，按一下再写个数字就行。"
    )
    return Reply(text, (Button("报人数", "活动", str(one.id)),))

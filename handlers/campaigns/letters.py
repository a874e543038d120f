"""What the letters of a campaign say: that it begins, that it ends, that it is off."""

from datetime import datetime

from handlers.attendance import participation
from handlers.attendance.requests import Asked
from handlers.campaigns import notices
from handlers.kit import Button, Due, Person, Reply, Role
from handlers.registry import due
from scheduling.occasions import Cleared
from storage.campaigns import campaigns
from storage.campaigns.campaigns import Campaign

_MOST_NAMES = 4
# A series by what it is called for short.
_SERIES = ("爱学习",)
# 活动二.
_TENS = "零一二三四五六七八九十"


def asked(said: Due) -> list[Asked]:
    """The heads of the person's squad, or that it took no part."""
    one = campaigns.by_id(said.db, said.payload["campaign"])
    return of(one, said.person, said.now) if one and one.state == campaigns.OPEN else []


def of(one: Campaign, person: Person, now: datetime) -> list[Asked]:
    """What an open campaign asks of the person; nothing of whoever is not called."""
    mine = participation.due_squads(person, one)
    if not mine:
        return []
    names = (
        one.title,
        f"活动{one.id}",
        str(one.id),
        *_TENS[one.id : one.id + 1],
        *([one.activity, *_SERIES] if one.issue else []),
    )
    report, due = Button("", "活动", str(one.id)), mine[0].members if len(mine) == 1 else None
    nothing = Button("", "活动", f"{one.id} 没有")
    since, day = one.begins_at.astimezone(now.tzinfo).date(), now.date()
    return [Asked(f"活动{one.id}", names, mine[0].name, day, nothing, report, due or None, since)]


@due(notices.LETTER, asked=asked)
def ends(said: Due) -> Reply | None:
    """The notice, or the reminder before the end, as part of a day's letter."""
    return remind(said)


@due(notices.KIND, letter=False, asks=False, asked=asked)
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
    left = participation.unreported(mine, campaigns.answered(said.db, one, [unit.id for unit in mine]))
    head = f"{participation.name(one)}，{participation.window(one, zone)}"
    new = notices.NOTICE in (said.lead, *said.payload.get("leads", ()))
    if not mine and new and Role.BRIGADE in said.person.roles:
        return Reply(f"新活动 {one.id}：{head}\n您学校的中队要报，看进度发「活动 {one.id}」。")
    if not mine:
        return None
    if not left:
        raise Cleared
    names = "、".join(unit.name for unit in left[:_MOST_NAMES])
    start = ("" if said.brief else "老师好，") + ("新活动" if new else "还没报的活动")
    text = f"{start} {one.id}：{head}\n{names}请在{participation.until(one, zone)}前报人数，按一下再写个数字就行。"
    return Reply(text, (Button("报人数", "活动", str(one.id)),), name=f"活动{one.id}")

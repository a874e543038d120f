"""活动: what is called for, who has reported, and a report by one tap and a number."""

import re

from handlers.attendance import participation
from handlers.attendance import requests as letters
from handlers.campaigns import heads, nothing, notices
from handlers.kit import ADMINS, REPORTERS, Ask, Button, Denied, Refusal, Reply, Role
from handlers.registry import command
from storage.campaigns import campaigns

SEERS = REPORTERS | ADMINS | {Role.INSPECTOR}
LOOKERS = ADMINS | {Role.INSPECTOR}
# How many are shown; how many are looked at, since a counselor is not called to each.
SHOWN, BUTTONS, _LOOKED_AT = 8, 4, 200


_NUMBERED = re.compile(r"[#＃]?(\d{1,9})(?:[\s:：,，]+(.*))?", re.DOTALL)
# 活动1, 活动1 三(2) 36人; 活动1 升旗38人 is a line of a list.
_GLUED = r"[#＃]?\d{1,9}(?:[\s:：,，]+(?:应到|实到|全到|中队|年级|[\d()（）\s一二三四五六七八九人名个班,，/])+)?\s*$"


@command(
    "活动", "events", "活动进度", "新活动", who=SEERS, group="活动", rank=8, help="看发布的活动和进度，也在这里报人数",
    glued=_GLUED, follows=r"$|[#＃]?\d{1,9}(?=[\s:：,，]|$)", looks=r"\d*", examples=("活动", "活动 3", "活动 3 38"),
)  # fmt: skip
def show(ask: Ask) -> Reply | list[Reply]:
    """The open campaigns; with a number that one; with heads behind it a report."""
    said = _NUMBERED.fullmatch(ask.args)
    if said is None:
        return _all(ask)
    one = _numbered(ask, said[1])
    words = (said[2] or "").strip()
    if words == "催":
        return _nudge(ask, one)
    if words and letters.none_in(words) == "":
        return nothing.keep(ask, one)
    if words:
        return heads.report(ask, one, words)
    mine = participation.due_squads(ask.me, one)
    if mine and ask.me.roles.isdisjoint(LOOKERS):
        return heads.ask_heads(ask, one, mine)
    return _progress(ask, one)


def _numbered(ask: Ask, number: str) -> campaigns.Campaign:
    one = campaigns.by_id(ask.db, int(number))
    if one is None or not any(campaigns.meets(one.path, path) for path in ask.me.paths(SEERS)):
        none = f"没有编号 {number} 的活动。发「活动」看现在有哪些。"
        raise Denied(none, what="活动", subject=f"campaign:{one.id}") if one else Refusal(none)
    return one


def _all(ask: Ask) -> Reply:
    newest = campaigns.newest(ask.db, ask.me.paths(SEERS), _LOOKED_AT)
    found = [each for each in newest if _concerns(ask, each)][:SHOWN]
    if not found:
        more = "发布一个，像这样发：\n发布活动 清明祭英烈 主题队日 4月1日-4月7日" if _looks(ask) else ""
        return Reply(f"现在没有活动。{more}")
    lines = [_line(ask, each) for each in found]
    buttons = tuple(Button(f"{each.id} {each.title}"[:20], "活动", str(each.id)) for each in found[:BUTTONS])
    return Reply("\n".join(lines), buttons)


def _looks(ask: Ask) -> bool:
    return not ask.me.roles.isdisjoint(LOOKERS)


def _concerns(ask: Ask, one: campaigns.Campaign) -> bool:
    return _looks(ask) or bool(participation.due_squads(ask.me, one))


def _line(ask: Ask, one: campaigns.Campaign) -> str:
    """3 清明祭英烈(主题队日)4月1日–4月7日:已报 8/12 …"""
    ended = "，已结束" if one.state != campaigns.OPEN or one.ends_at < ask.now else ""
    head = f"{one.id} {participation.name(one)}，{participation.window(one, ask.now.tzinfo)}{ended}"
    if _looks(ask):
        return f"{head}：{participation.coverage(*campaigns.progress(ask.db, one, ask.me.paths(LOOKERS)))[0]}"
    mine = participation.due_squads(ask.me, one)
    left = participation.unreported(mine, campaigns.answered(ask.db, one, [unit.id for unit in mine]))
    return f"{head}：{'还没报' if left else '已报'}"


def _progress(ask: Ask, one: campaigns.Campaign) -> Reply:
    """The coverage of the asker's part, live, and who is missing."""
    # What the messages before this one in the same transaction reported is in the table already.
    paths = ask.me.paths(SEERS)
    squads, told = campaigns.progress(ask.db, one, paths)
    said, missing = participation.coverage(squads, told)
    lines = [
        f"活动 {one.id} {participation.name(one)}",
        f"{participation.window(one, ask.now.tzinfo)} · {_state(ask, one)}",
        said,
    ]
    none = campaigns.nothing(ask.db, one)
    without = [squad for squad in squads if squad.id in none and not told[squad.id].attended]
    lines += [f"其中 {len(without)} 个没有开展"] if without else []
    lines += [*(participation.owed(missing, squads) or ["全部报了。"]), *participation.lowest(squads, told)]
    return Reply("\n".join(lines), _buttons(ask, one, bool(missing)))


def _state(ask: Ask, one: campaigns.Campaign) -> str:
    if one.state != campaigns.OPEN:
        return "已结束" if one.state == campaigns.ENDED else "已撤回"
    return f"{participation.until(one, ask.now.tzinfo)}截止" if ask.now <= one.ends_at else "已截止，还可以补报"


def _buttons(ask: Ask, one: campaigns.Campaign, missing: bool) -> tuple[Button, ...]:
    if one.state != campaigns.OPEN or not _owns(ask, one):
        return ()
    end = (Button("结束", "结束活动", str(one.id)),)
    return (Button("催没报的", "活动", f"{one.id} 催"), *end) if missing else end


def _owns(ask: Ask, one: campaigns.Campaign) -> bool:
    return any(one.path.startswith(path) for path in ask.me.paths(ADMINS))


def _nudge(ask: Ask, one: campaigns.Campaign) -> Reply:
    if not any(campaigns.meets(one.path, path) for path in ask.me.paths(ADMINS)) or one.state != campaigns.OPEN:
        raise Refusal(f"活动 {one.id} 现在不能催。发「活动 {one.id}」看进度。")
    missing = participation.coverage(*campaigns.progress(ask.db, one, ask.me.paths(ADMINS)))[1]
    if not missing:
        return Reply("全部报了，不用催。")
    new = notices.nudge(ask, one, (squad.id for squad in missing))
    return Reply(f"已提醒 {new} 位辅导员。" if new else "都已经提醒过了，不重复打扰。")

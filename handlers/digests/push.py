"""推送: puts a list into the groups of the asker's units now, instead of on Monday."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers.kit import ADMINS, Ask, Button, Due, Refusal, Reply
from handlers.registry import ANYTHING, command, due
from handlers.wording import people, places, weeks
from storage.messages import chats, late_letters
from storage.messages.chats import Group
from storage.organisation import history, units
from storage.reminders import deliveries

# The lists that a group may see: none of them ever names a child.
_LISTS = ("周报", "未签到")
_FORMS = frozenset({"图", "图片", "表", "表格"})
_ALL = "全部"
_MOST_AT_ONCE = 50
# Where all is well a letter takes seconds.
_ARRIVED_BY = timedelta(minutes=2)
_NO_GROUP = "{unit}还没有群。企业微信群请信息技术老师加一个群机器人（管理员手册第 4 章）；我在的群，在群里发「绑定」。"


@command(
    "推送", "push", who=ADMINS, group="周报", rank=21, help="现在就把周报或名单发到群里", glued=ANYTHING,
    exports=True, examples=("推送 周报", "推送 未签到", "推送 周报 上周 图 实验小学"),
)  # fmt: skip
def push(ask: Ask) -> list[Reply]:
    """Say a list, of each group's own unit, in that group."""
    wanted = ask.args.strip()
    what = next((each for each in _LISTS if wanted.startswith(each)), None)
    if what is None:
        _groups(ask, _ALL, _LISTS[0])
        raise Refusal("请写明推送什么：「推送 周报」或「推送 未签到」。", *(Button(e, "推送", e) for e in _LISTS))
    period, rest = weeks.period_in(weeks.taught(ask, wanted.removeprefix(what)), ask.today, single=what == "未签到")
    form = " ".join(word for word in rest.split() if word in _FORMS)
    words = " ".join(word for word in rest.split() if word not in _FORMS)
    when = str(period.day or period.week)
    order = " ".join(filter(None, (what, when, form)))
    groups = _groups(ask, words, order)
    said = _said(ask, groups, what, f"{when} {form}".strip())
    deliveries.put(ask.db, [_report(ask, groups)])
    names = "、".join(_name(ask, each) for each in groups[:10])
    return [*said, Reply(f"正在发到 {len(groups)} 个群：{names}。两分钟后告诉您收到了几个。")]


def _report(ask: Ask, groups: list[Group]) -> dict[str, Any]:
    listed = [[each.channel, each.chat, _name(ask, each)] for each in groups]
    row = {"occurrence": f"push:{ask.inbox_id}", "lead": 0, "person_id": ask.me.id, "kind": "push", "day": ask.today}
    return {**row, "due_at": ask.now + _ARRIVED_BY, "payload": {"message": ask.inbox_id, "groups": listed}}


@due("push", letter=False, asks=False)
def arrived(said: Due) -> Reply:
    """How many of the groups have it."""
    states = late_letters.of_message(said.db, said.payload["message"])
    missing: dict[bool, list[str]] = {False: [], True: []}
    groups = said.payload["groups"]
    for channel, chat, name in groups:
        found = states.get((channel, chat), {"dead"})
        if not found <= {"sent", "uncertain"}:
            missing[bool(found & {"new", "claimed"})].append(name)
    lost, waiting = missing[False], missing[True]
    if not lost and not waiting:
        return Reply(f"刚才推送的，{len(groups)} 个群都收到了。")
    words = f"刚才推送的，{len(groups)} 个群里 {len(groups) - len(lost) - len(waiting)} 个收到了。"
    gone = f"\n没有发进去：{'、'.join(lost)}。请看看我还在不在群里，能不能说话。" if lost else ""
    late = f"\n还在路上：{'、'.join(waiting)}。平台一恢复就送到。" if waiting else ""
    return Reply(f"{words}{gone}{late}")


def _groups(ask: Ask, words: str, order: str) -> list[Group]:
    """The groups that are meant; raises Refusal when there is none, or several and it was not said which."""
    at = places.chosen(ask, ADMINS, words, "推送", f"{order} {{}}")
    found = chats.within(ask.db, [unit.path for unit in at])
    if words and words != _ALL:
        # A unit that is named stands for itself; its squads' groups only when it has none.
        found = [each for each in found if each.unit_id == at[0].id] or found
    alive = [each for each in found if each.reachable][:_MOST_AT_ONCE]
    if not found:
        raise Refusal(_NO_GROUP.format(unit=units.full_name(ask.db, at[0])))
    if not alive:
        raise Refusal(f"{_name(ask, found[0])}的群现在发不进去，没有发。请信息技术老师看看群机器人还在不在。")
    if len({each.unit_id for each in alive}) > 1 and words != _ALL:
        raise _which(ask, alive, order)
    return alive


def _which(ask: Ask, groups: list[Group], order: str) -> Refusal:
    of = [units.by_id(ask.db, unit_id) for unit_id in dict.fromkeys(each.unit_id for each in groups)]
    paths = history.path_names(ask.db, of[:5])
    buttons = [Button(units.full_name(ask.db, each), "推送", f"{order} {paths[each.id]}") for each in of[:5]]
    listed = "、".join(each.label for each in buttons) + ("等" if len(of) > len(buttons) else "")
    everywhere = Button(f"全部 {len(of)} 个单位", "推送", f"{order} {_ALL}")
    return Refusal(f"您负责的单位里，{listed}有群。发到哪个？", *buttons, everywhere)


def _said(ask: Ask, groups: list[Group], what: str, rest: str) -> list[Reply]:
    """What the list's own command answers for each group's unit, as in a group."""
    of = units.by_ids(ask.db, [group.unit_id for group in groups])
    listed = next(each for each in ask.features if what in each.words)
    paths = history.path_names(ask.db, of.values())
    there = replace(ask, message=replace(ask.message, private=False))
    answers = there.answered(listed, *(f"{rest} {paths[group.unit_id]}" for group in groups))
    return [
        replace(reply, at=(group.channel, group.chat, group.topic))
        for group, answer in zip(groups, answers, strict=True)
        for reply in ([answer] if isinstance(answer, Reply) else answer)
    ]


def _name(ask: Ask, group: Group) -> str:
    return f"{units.full_name(ask.db, units.by_id(ask.db, group.unit_id))}（{people.channel_name(group.channel)}）"

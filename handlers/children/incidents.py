"""泄露: reports a leak, and works through its plan (PIPL 57)."""

from handlers.children import incident_plan, leak_reports
from handlers.kit import MEMBERS, Ask, Button, Denied, Refusal, Reply, Waiting
from handlers.registry import command
from handlers.wording import days, places
from storage.base import numbered
from storage.children import incidents


def _in_inbox(ask: Ask) -> list[Waiting]:
    return [
        Waiting(one.number, f"泄露，{one.unit.name}，没有结案", one.opened_at, Button("看", "泄露", one.number))
        for one in incidents.still_open(ask.db, ask.me.paths(incident_plan.IN_CHARGE))
    ]


@command(
    "泄露", "泄漏", "leak", who=MEMBERS, group="孩子信息", rank=48, help="报告信息泄露，按步骤处置",
    glued=numbered.GLUED, number=incidents.LETTER, waits=_in_inbox, looks="",
    examples=(leak_reports.LIKE, "泄露 X20260403-01", "泄露 X20260403-01 完成 1"),
)  # fmt: skip
def leak(ask: Ask) -> list[Reply]:
    """Report a leak, or open the page of one, or tick off a step of it."""
    if not ask.message.private:
        raise Refusal("请私聊我说，不要在群里说。")
    number, words = numbered.anywhere(ask.args, incidents.LETTER)
    if number:
        return [_work(ask, _mine(ask, number), words)]
    return leak_reports.report(ask) if ask.args else [_open_ones(ask)]


def _open_ones(ask: Ask) -> Reply:
    paths = ask.me.paths(incident_plan.IN_CHARGE)
    found = incidents.still_open(ask.db, paths) if paths else []
    if not found:
        leak_reports.WHAT.put(ask, leak_reports.Asked())
        how = "请直接写出了什么事、可能涉及什么，不写姓名，如：手机丢了，上面有提名的消息。不报了，回「取消」。"
        return Reply(f"孩子或老师的信息可能泄露了吗？{how}")
    lines = [f"{one.number} {one.unit.name}，{days.moment(one.opened_at, ask.now.tzinfo)} 报告" for one in found]
    buttons = tuple(Button(one.number, "泄露", one.number) for one in found[:3])
    new = f"要报新的，像这样：{leak_reports.LIKE}"
    return Reply("\n".join([f"没有结案的泄露事件 {len(found)} 件", *lines, new]), buttons)


def _mine(ask: Ask, number: str) -> incidents.Incident:
    one = incidents.by_number(ask.db, number)
    none = f"{leak_reports.NUMBERS.unknown(ask, number)}发「泄露」看没结案的。"
    if one is None:
        raise Refusal(none)
    if not any(each.covers(one.unit) for each in places.scope(ask.me, incident_plan.IN_CHARGE)):
        raise Denied(none, what="泄露", subject=f"incident:{number}")
    return one


def _work(ask: Ask, one: incidents.Incident, words: str) -> Reply:
    done = incident_plan.ticked(words)
    if words and not done and words != "结案":
        how = f"做完一步发「泄露 {one.number} 完成 1」，全部做完发「泄露 {one.number} 结案」。"
        raise Refusal(f"没看懂「{words[:20]}」，没有当作新的泄露。{how}")
    if words and one.closed_at:
        raise Refusal(f"{one.number} 已经结案了。")
    if done:
        incident_plan.tick_off(ask, one, done)
    elif words:
        return _close(ask, one)
    return incident_plan.shown(ask, one)


def _close(ask: Ask, one: incidents.Incident) -> Reply:
    left = [str(place) for place in incident_plan.left(ask, one)]
    if left:
        how = f"不需要的步骤也请核对后发「泄露 {one.number} 完成 {left[0]}」。"
        raise Refusal(f"第 {'、'.join(left)} 步还没有做完，不能结案。{how}")
    incidents.close(ask.db, one, ask.now)
    return Reply(f"{one.number} 已结案。记录保存三年。")

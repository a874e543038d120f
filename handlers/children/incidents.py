"""泄露: reports a leak, and works through its plan (PIPL 57)."""

import re
from dataclasses import dataclass

from handlers import rights
from handlers.asker import context
from handlers.children import incident_plan
from handlers.kit import MEMBERS, Ask, Button, Denied, Refusal, Reply, Waiting
from handlers.privacy import gate
from handlers.registry import command
from handlers.wording import days, places
from handlers.wording.numbers import CaseNumbers
from handlers.wording.questions import Question, answers
from storage.base import numbered
from storage.children import incidents
from storage.organisation import units
from storage.people import people

_LIKE = "泄露 手机丢了，上面有提名的消息"
_LONGEST = 200
# What may get lost or seen; 稍等一下 alarms nobody.
_MAY_LEAK = re.compile(
    "名[单册字]|花名册|通讯录|照片|相片|视频|录音|截图|信息|资料|材料|数据|文件|档案|表|成绩|作业|本子|证|记录|消息|隐私|"
    "手机|平板|电脑|笔记本|[U优硬]盘|账号|密码|系统|后台|网盘|邮箱|邮件|群|朋友圈|网上|链接|病毒|黑客|包|快递"
)
_NOTHING_ELSE = frozenset({"unknown", "chat", "question"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """Nothing is known yet."""


WHAT = Question(
    "leak", _Asked, undone="还没有报告泄露。", asks="请写出了什么事，不写姓名；不报了，回「取消」。",
    dropped="好的，没有报告。",
)  # fmt: skip


def _in_inbox(ask: Ask) -> list[Waiting]:
    return [
        Waiting(one.number, f"泄露，{one.unit.name}，没有结案", one.opened_at, Button("看", "泄露", one.number))
        for one in incidents.still_open(ask.db, ask.me.paths(incident_plan.IN_CHARGE))
    ]


@command(
    "泄露", "泄漏", "leak", who=MEMBERS, group="孩子信息", rank=48, help="报告信息泄露，按步骤处置",
    glued=numbered.GLUED, number=incidents.LETTER, examples=(_LIKE, "泄露 X20260403-01", "泄露 X20260403-01 完成 1"),
    waits=_in_inbox, looks="",
)  # fmt: skip
def leak(ask: Ask) -> list[Reply]:
    """Report a leak, or open the page of one, or tick off a step of it."""
    if not ask.message.private:
        raise Refusal("请私聊我说，不要在群里说。")
    number, words = numbered.anywhere(ask.args, incidents.LETTER)
    if number:
        return [_work(ask, _mine(ask, number), words)]
    return _report(ask) if ask.args else [_open_ones(ask)]


@answers(WHAT)
def told(ask: Ask, known: _Asked) -> list[Reply] | None:
    """What happened, after 泄露 alone; None for another message."""
    if not _MAY_LEAK.search(ask.args) or context.reading_of(ask, ask.args).intent not in _NOTHING_ELSE:
        return None
    return _report(ask)


def _report(ask: Ask) -> list[Reply]:
    what = ask.args
    _check_number(ask, what)
    if len(what) > _LONGEST:
        raise Refusal(f"说明有 {len(what)} 字，请缩短到 {_LONGEST} 字以内再发，不写孩子的姓名。")
    # 勒索病毒, 快递单贴了…: what only may be a name is left out, and the report does not wait for other words.
    kept = str(gate.cleared(what)) if gate.found_in(what) else what
    if gate.is_private_label(what) or not kept:
        how = "请只写出了什么事、可能涉及什么，不写是谁，马上再发一次，像这样：「泄露 手机丢了」。"
        raise Refusal(f"说明里好像有姓名或个人信息，没有记。{how}")
    rights.spend(ask, "incidents")
    at = ask.me.units()[0]
    at = units.by_id(ask.db, at.school_id) if at.school_id else at
    one = incidents.begin(ask.db, ask.vault, at, kept, ask.me.id, ask.now)
    told = [person for person in people.above(ask.db, incident_plan.IN_CHARGE, at, ask.now) if person.grants]
    others = [person for person in told if person.id != ask.me.id]
    incident_plan.lay_out(ask, one)
    names = "、".join(person.name for person in others) or "还没有登记负责人，请马上打电话告诉校长"
    first = incident_plan.STEPS[0].what.partition("：")[2]
    less = f"\n{gate.LEFT_OUT}" if len(kept) < len(what) else ""
    mine = Reply(f"已报告 {one.number}，已告诉：{names}。\n请您马上做：{first}。{less}")
    pages = [incident_plan.shown(ask, one, person.id) for person in others]
    return [mine, *([incident_plan.shown(ask, one)] if len(others) < len(told) else []), *pages]


def _check_number(ask: Ask, what: str) -> None:
    """A number that is no leak's, or 完成 1 without any: nobody is to be alarmed by a slip of the pen."""
    how = f"没有报告。泄露的编号像 {_NUMBERS.like(ask, what)}，发「泄露」看没结案的。要报新的，不写编号，写出了什么事。"
    try:
        numbered.first(what, incidents.LETTER)
    except numbered.Unreadable as wrong:
        # A day may begin a report: 20260403下午.
        if wrong.said[:1].isalpha():
            raise Refusal(f"没有找到 {wrong.said}，{how}") from None
    if incident_plan.is_work(what):
        raise Refusal(f"没看懂是哪一件，{how}")
    if not incident_plan.tells(what):
        raise Refusal(f"没看懂出了什么事，{how}")


def _open_ones(ask: Ask) -> Reply:
    paths = ask.me.paths(incident_plan.IN_CHARGE)
    found = incidents.still_open(ask.db, paths) if paths else []
    if not found:
        WHAT.put(ask, _Asked())
        how = "请直接写出了什么事、可能涉及什么，不写姓名，如：手机丢了，上面有提名的消息。不报了，回「取消」。"
        return Reply(f"孩子或老师的信息可能泄露了吗？{how}")
    lines = [f"{one.number} {one.unit.name}，{days.moment(one.opened_at, ask.now.tzinfo)} 报告" for one in found]
    buttons = tuple(Button(one.number, "泄露", one.number) for one in found[:3])
    new = f"要报新的，像这样：{_LIKE}"
    return Reply("\n".join([f"没有结案的泄露事件 {len(found)} 件", *lines, new]), buttons)


def _known(ask: Ask) -> list[str]:
    return [one.number for one in incidents.still_open(ask.db, ask.me.paths(incident_plan.IN_CHARGE))]


_NUMBERS = CaseNumbers(incidents.LETTER, "泄露事件", _known)


def _mine(ask: Ask, number: str) -> incidents.Incident:
    one = incidents.by_number(ask.db, number)
    none = f"{_NUMBERS.unknown(ask, number)}发「泄露」看没结案的。"
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

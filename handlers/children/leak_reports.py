"""What happened: the report of a leak, told with 泄露 or after it was asked."""

import re
from dataclasses import dataclass

from handlers import rights
from handlers.asker import context
from handlers.children import incident_plan
from handlers.kit import Ask, Refusal, Reply
from handlers.privacy import gate
from handlers.wording.numbers import CaseNumbers
from handlers.wording.questions import Question, answers
from storage.base import numbered
from storage.children import incidents
from storage.organisation import units
from storage.people import people

LIKE = "泄露 手机丢了，上面有提名的消息"
_LONGEST = 200
# What may get lost or seen; 稍等一下 alarms nobody.
_MAY_LEAK = re.compile(
    "名[单册字]|花名册|通讯录|照片|相片|视频|录音|截图|信息|资料|材料|数据|文件|档案|表|成绩|作业|本子|证|记录|消息|隐私|"
    "手机|平板|电脑|笔记本|[U优硬]盘|账号|密码|系统|后台|网盘|邮箱|邮件|群|朋友圈|网上|链接|病毒|黑客|包|快递"
)
_NOTHING_ELSE = frozenset({"unknown", "chat", "question"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Nothing is known yet."""


WHAT = Question(
    "leak", Asked, undone="还没有报告泄露。", asks="请写出了什么事，不写姓名；不报了，回「取消」。",
    dropped="好的，没有报告。",
)  # fmt: skip


@answers(WHAT)
def answered(ask: Ask, known: Asked) -> list[Reply] | None:
    """What happened, after 泄露 alone; None for another message."""
    if not _MAY_LEAK.search(ask.args) or context.reading_of(ask, ask.args).intent not in _NOTHING_ELSE:
        return None
    return report(ask)


def report(ask: Ask) -> list[Reply]:
    """What the words tell is kept sealed, and whoever is in charge is told."""
    what = ask.args
    _check_number(ask, what)
    if len(what) > _LONGEST:
        raise Refusal(f"说明有 {len(what)} 字，请缩短到 {_LONGEST} 字以内再发，不写孩子的姓名。")
    # 勒索病毒, 快递单贴了…: what only may be a name is left out, and the report does not wait for other words.
    kept = str(gate.cleared(what, of_one=True)) if gate.found_in(what, of_one=True) else what
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
    how = f"没有报告。泄露的编号像 {NUMBERS.like(ask, what)}，发「泄露」看没结案的。要报新的，不写编号，写出了什么事。"
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


def _known(ask: Ask) -> list[str]:
    return [one.number for one in incidents.still_open(ask.db, ask.me.paths(incident_plan.IN_CHARGE))]


NUMBERS = CaseNumbers(incidents.LETTER, "泄露事件", _known)

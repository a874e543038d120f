"""泄露: the page of a leak: what to do by when, whom to tell, and what has been done (PIPL 57)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from unicodedata import normalize

from handlers import rights
from handlers.kit import MEMBERS, Ask, Button, Denied, Due, Refusal, Reply, Role, Unit, Waiting
from handlers.privacy import gate
from handlers.reading.text.numbers import CHINESE, value_of
from handlers.registry import command, due
from handlers.wording import days, places
from handlers.wording.numbers import CaseNumbers
from storage.base import numbered
from storage.children import children, incidents
from storage.organisation import units
from storage.people import people
from storage.reminders import deliveries

IN_CHARGE = frozenset({Role.SCHOOL_ADMIN, Role.DATA_OFFICER, Role.COUNTY_ADMIN, Role.CITY_ADMIN, Role.PROVINCE_ADMIN})
# Who works through the page; those above are told, and may look.
_AT_WORK = (Role.SCHOOL_ADMIN, Role.DATA_OFFICER)
_PLACE = rf"(?:第|步骤)?\s*(\d{{1,2}}|[{CHINESE}]{{1,2}})\s*步?"
_DID = r"(?:已经?)?(?:完成?|做[完好])了?"
_DONE = re.compile(rf"的?\s*(?:{_DID}\s*{_PLACE}|{_PLACE}\s*{_DID})")
# 完成 1, 第一步做完了, 01, 上一件结案: what is said of a leak that is known, without its number.
_WORK = re.compile(rf"^结案|结案$|{_DONE.pattern}|^(?=.*\d)(?:[^\u4e00-\u9fff]|[第步编号的])+$")
_LIKE = "泄露 手机丢了，上面有提名的消息"
_LONGEST = 200
_MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class _Step:
    """What to do, and within how many hours: our own plan, the law says 立即 and 及时."""

    key: str
    hours: int
    what: str


_STEPS = (
    _Step("stop", 1, "止损：停用有关的账号和角色（发「免去」），换令牌和密钥，收回设备和文件"),
    _Step("inform", 2, "报告本单位负责人和数据保护员，定一个人牵头"),
    _Step("find-out", 24, "查清：什么信息、多少孩子、谁看到了（请信息技术老师导出审计日志），保留证据"),
    _Step("authorities", 24, "报告教育局和网信部门；可能犯罪的，报公安"),
    _Step("guardians", 72, "逐一告知有关家长：出了什么事、可能的危害、已做的补救、家长可以做什么、联系人"),
    _Step("review", 720, "复盘：补上漏洞，更新影响评估，材料存档三年"),
)


def _in_inbox(ask: Ask) -> list[Waiting]:
    return [
        Waiting(one.number, f"泄露，{one.unit.name}，没有结案", one.opened_at, Button("看", "泄露", one.number))
        for one in incidents.still_open(ask.db, ask.me.paths(IN_CHARGE))
    ]


@command(
    "泄露", "泄漏", "leak", who=MEMBERS, group="孩子信息", rank=48, help="报告信息泄露，按步骤处置",
    glued=numbered.GLUED, shows=incidents.LETTER, examples=(_LIKE, "泄露 X20260403-01", "泄露 X20260403-01 完成 1"),
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


def _report(ask: Ask) -> list[Reply]:
    what = ask.args
    _check_number(ask, what)
    if len(what) > _LONGEST:
        raise Refusal(f"说明有 {len(what)} 字，请缩短到 {_LONGEST} 字以内再发，不写孩子的姓名。")
    if gate.found_in(what):
        raise Refusal("说明里好像有姓名或个人信息，没有记。请只写出了什么事、可能涉及什么，不写是谁，马上再发一次。")
    rights.spend(ask, "incidents")
    at = ask.me.units()[0]
    at = units.by_id(ask.db, at.school_id) if at.school_id else at
    one = incidents.begin(ask.db, ask.vault, at, what, ask.me.id, ask.now)
    told = [person for person in people.above(ask.db, IN_CHARGE, at, ask.now) if person.grants]
    others = [person for person in told if person.id != ask.me.id]
    _remind(ask, one, [person.id for person in people.above(ask.db, _AT_WORK, at, ask.now) if person.grants])
    names = "、".join(person.name for person in others) or "还没有登记负责人，请马上打电话告诉校长"
    mine = Reply(f"已报告 {one.number}，已告诉：{names}。\n请您马上做：{_STEPS[0].what.partition('：')[2]}。")
    pages = [Reply(_page(ask, one), _buttons(ask, one), to=person.id) for person in others]
    return [mine, *([_shown(ask, one)] if len(others) < len(told) else []), *pages]


def _check_number(ask: Ask, what: str) -> None:
    """A number that is no leak's, or 完成 1 without any: nobody is to be alarmed by a slip of the pen."""
    how = f"没有报告。泄露的编号像 {_NUMBERS.like(ask, what)}，发「泄露」看没结案的。要报新的，不写编号，写出了什么事。"
    try:
        numbered.first(what, incidents.LETTER)
    except numbered.Unreadable as wrong:
        # A day may begin a report: 20260403下午.
        if wrong.said[:1].isalpha():
            raise Refusal(f"没有找到 {wrong.said}，{how}") from None
    if _WORK.search(normalize("NFKC", what)):
        raise Refusal(f"没看懂是哪一件，{how}")


def _remind(ask: Ask, one: incidents.Incident, who: list[int]) -> None:
    """At the end of each step's time, if it is not done by then."""
    rows = []
    for step in _STEPS:
        at = one.opened_at + timedelta(hours=step.hours)
        row = {"occurrence": f"incident:{one.id}:{step.key}", "lead": 0, "kind": "incident", "day": ask.today}
        payload = {"number": one.number, "step": step.key}
        rows += [{**row, "person_id": person_id, "due_at": at, "payload": payload} for person_id in who]
    deliveries.put(ask.db, rows)


def _open_ones(ask: Ask) -> Reply:
    paths = ask.me.paths(IN_CHARGE)
    found = incidents.still_open(ask.db, paths) if paths else []
    if not found:
        return Reply(f"发现孩子或老师的信息可能泄露，马上报，不写姓名，像这样：\n{_LIKE}")
    lines = [f"{one.number} {one.unit.name}，{days.moment(one.opened_at, ask.now.tzinfo)} 报告" for one in found]
    buttons = tuple(Button(one.number, "泄露", one.number) for one in found[:3])
    return Reply("\n".join([f"没有结案的泄露事件 {len(found)} 件", *lines]), buttons)


def _known(ask: Ask) -> list[str]:
    return [one.number for one in incidents.still_open(ask.db, ask.me.paths(IN_CHARGE))]


_NUMBERS = CaseNumbers(incidents.LETTER, "泄露事件", _known)


def _mine(ask: Ask, number: str) -> incidents.Incident:
    one = incidents.by_number(ask.db, number)
    none = f"{_NUMBERS.unknown(ask, number)}发「泄露」看没结案的。"
    if one is None:
        raise Refusal(none)
    if not any(each.covers(one.unit) for each in places.scope(ask.me, IN_CHARGE)):
        raise Denied(none, what="泄露", subject=f"incident:{number}")
    return one


def _work(ask: Ask, one: incidents.Incident, words: str) -> Reply:
    done = _DONE.fullmatch(normalize("NFKC", words))
    if words and not done and words != "结案":
        how = f"做完一步发「泄露 {one.number} 完成 1」，全部做完发「泄露 {one.number} 结案」。"
        raise Refusal(f"没看懂「{words[:20]}」，没有当作新的泄露。{how}")
    if words and one.closed_at:
        raise Refusal(f"{one.number} 已经结案了。")
    if done:
        place = value_of(done[1] or done[2])
        if place is None or not 1 <= place <= len(_STEPS):
            raise Refusal(f"一共 {len(_STEPS)} 步，没有第 {done[1] or done[2]} 步。")
        incidents.do(ask.db, one, _STEPS[place - 1].key, ask.me.id, ask.now)
    elif words:
        return _close(ask, one)
    return _shown(ask, one)


def _close(ask: Ask, one: incidents.Incident) -> Reply:
    done = incidents.done(ask.db, one)
    left = [str(place) for place, step in enumerate(_STEPS, 1) if step.key not in done]
    if left:
        how = f"不需要的步骤也请核对后发「泄露 {one.number} 完成 {left[0]}」。"
        raise Refusal(f"第 {'、'.join(left)} 步还没有做完，不能结案。{how}")
    incidents.close(ask.db, one, ask.now)
    return Reply(f"{one.number} 已结案。记录保存三年。")


def _shown(ask: Ask, one: incidents.Incident) -> Reply:
    return Reply(_page(ask, one), _buttons(ask, one))


def _page(ask: Ask, one: incidents.Incident) -> str:
    done = incidents.done(ask.db, one)
    what = str(ask.vault.open(one.what)) if one.what else ""
    lines = [f"泄露事件 {one.number}：{one.unit.name}，{days.moment(one.opened_at, ask.now.tzinfo)} 报告", what]
    for place, step in enumerate(_STEPS, 1):
        by = done.get(step.key)
        until = days.moment(one.opened_at + timedelta(hours=step.hours), ask.now.tzinfo)
        late = "" if _in_time(ask, one, step) else "，已过"
        state = f"[{by[0]} {days.moment(by[1], ask.now.tzinfo)} 已做]" if by else f"[{until} 前{late}]"
        lines.append(f"{place}. {state} {step.what}")
    lines += ["要告诉的人：", *_whom_to_tell(ask, one.unit)]
    if not one.closed_at:
        lines.append(f"做完一步发「泄露 {one.number} 完成 1」；全部做完发「泄露 {one.number} 结案」。")
    return "\n".join(filter(None, lines))


def _in_time(ask: Ask, one: incidents.Incident, step: _Step) -> bool:
    return ask.now <= one.opened_at + timedelta(hours=step.hours)


def _whom_to_tell(ask: Ask, at: Unit) -> Iterator[str]:
    for person in people.above(ask.db, IN_CHARGE, at, ask.now):
        roles = "、".join(grant.role.label for grant in person.grants if grant.role in IN_CHARGE)
        if roles:
            yield f"· {person.name}（{roles}）"
    yield "· 教育局、网信部门"
    named = children.by_unit(ask.db, [at.path])
    if named:
        counselors = people.holding(ask.db, [Role.COUNSELOR], [at.path], ask.now)
        who = [f"{g.unit.name}{p.name}" for p in counselors for g in p.grants if g.unit.id in named][:_MOST_NAMES]
        yield f"· 家长：这里存有 {sum(named.values())} 位孩子的姓名，由辅导员联系：{'、'.join(who) or '请指定人联系'}"


def _buttons(ask: Ask, one: incidents.Incident) -> tuple[Button, ...]:
    done = incidents.done(ask.db, one)
    left = [place for place, step in enumerate(_STEPS, 1) if step.key not in done]
    if one.closed_at:
        return ()
    words = [f"完成 {place}" for place in left[:3]] or ["结案"]
    return tuple(Button(word, "泄露", f"{one.number} {word}") for word in words)


@due("incident", letter=False, asks=False)
def remind(said: Due) -> Reply | None:
    """The time of a step is over and it is not done."""
    one = incidents.by_number(said.db, said.payload["number"])
    if one is None or one.closed_at or said.payload["step"] in incidents.done(said.db, one):
        return None
    if not any(each.covers(one.unit) for each in said.person.units(IN_CHARGE)):
        return None
    place, step = next((n, each) for n, each in enumerate(_STEPS, 1) if each.key == said.payload["step"])
    return Reply(
        f"泄露事件 {one.number} 的第 {place} 步到时间了，还没有记完成：{step.what}",
        (Button(f"完成 {place}", "泄露", f"{one.number} 完成 {place}"), Button("看全部", "泄露", one.number)),
    )
